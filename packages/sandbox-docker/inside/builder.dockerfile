FROM debian:bookworm-slim AS rebench-inside-build
RUN apt-get update && \
    apt-get install -y --no-install-recommends gcc libc6-dev libjansson-dev make && \
    rm -rf /var/lib/apt/lists/*
COPY .rebench/inside /src
RUN make -C /src OUT=/out
