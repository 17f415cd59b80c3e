USER root
SHELL ["/bin/sh", "-c"]
COPY --from=rebench-inside-build /out/ /opt/rebench/bin/
# Others that have one of these names or numbers would be taken for them.
RUN set -eu; \
    ours='^(agent|harness):|^[^:]*:[^:]*:(1000|1001):'; \
    users=$(grep -Ev "$ours" /etc/passwd || true); \
    groups=$(grep -Ev "$ours" /etc/group || true); \
    printf '%s\n' "$users" 'agent:x:1000:1000::/home/agent:/bin/sh' 'harness:x:1001:1001::/home/harness:/bin/sh' >/etc/passwd; \
    printf '%s\n' "$groups" 'agent:x:1000:' 'harness:x:1001:' >/etc/group; \
    chmod 0644 /etc/passwd /etc/group; \
    mkdir -p /home/agent/solution /home/harness /opt/rebench/task /var/lib/rebench /run/rebench /tmp; \
    chown 1000:1000 /home/agent /home/agent/solution; \
    chown 1001:1001 /home/harness; \
    chown 0:0 /opt/rebench /opt/rebench/task /var/lib/rebench /run/rebench /tmp; \
    chmod 0755 /home /home/agent /home/agent/solution /home/harness /opt/rebench /opt/rebench/task /run/rebench; \
    chmod 0700 /var/lib/rebench; \
    chmod 1777 /tmp
WORKDIR /
HEALTHCHECK NONE
STOPSIGNAL SIGTERM
ENTRYPOINT []
CMD []
