# Sourced by ./check --engine after toolchain.sh: a Docker engine for one run of the tests, in a folder and a network namespace of its own.
# The namespace because engines that share one do each other harm: each start empties the iptables chains of the others, and with them what
# keeps their networks apart. One pair of interfaces joins it to the host; the tests run inside, as they would beside any engine.
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with ./check

engine_packages='docker.io iptables iproute2 mmdebstrap'
base_image=debian:bookworm-slim

require_root() {
  [ "$(id -u)" = 0 ] && return
  say "--engine needs root: it starts a Docker engine in a network namespace of its own. Run as root, or without --engine: an engine that answers is used."
  exit 2
}

# Leaves DOCKER_HOST naming the engine. It is gone, with all that it made, once this shell is, however that ends.
start_engine() {
  # Where Debian has dockerd, iptables and ip; not everybody's PATH names it.
  PATH=$PATH:/usr/sbin:/sbin
  export PATH
  engine=$(mktemp -d "${TMPDIR:-/var/tmp}/rebench-engine.XXXXXX") || fail "no folder for the engine could be made" "have a TMPDIR that can be written."
  mkdir "$engine/attended"
  make_namespace
  keep_engine
  join_network
  DOCKER_HOST=unix://$engine/docker.sock REBENCH_ENGINE=required REBENCH_ENGINE_PID_FILE=$engine/pid
  export DOCKER_HOST REBENCH_ENGINE REBENCH_ENGINE_PID_FILE
  unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH
  run_dockerd
}

# The name of the namespace is a lock: of two runs only one can make it.
make_namespace() {
  number=0
  until error=$(ip netns add "rebench$number" 2>&1); do
    number=$((number + 1))
    [ "$number" -le 255 ] && continue
    rm -r "$engine"
    fail "no network namespace could be made: $error" "run where root may make one (in a container: privileged)."
  done
  namespace=rebench$number
}

# The keeper cleans up when the other end of the pipe is closed: by stop_engine, or because this shell was killed.
keep_engine() {
  mkfifo "$engine/alive"
  exec 9<>"$engine/alive"
  setsid sh "$root/scripts/engine-keeper.sh" "$engine" "$namespace" <"$engine/alive" >/dev/null 2>&1 9>&- &
  keeper=$!
  trap stop_engine EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

stop_engine() {
  trap '' INT TERM HUP
  exec 9>&-
  wait "$keeper" && return
  say "not all of the engine could be removed: see $engine and the network namespace $namespace"
  exit 1
}

# 198.18.0.0/15 is set aside for tests, so it is nobody's network.
join_network() {
  {
    ip link add "$namespace" type veth peer name uplink netns "$namespace" &&
      ip address add "198.18.$number.1/30" dev "$namespace" && ip link set "$namespace" up &&
      ip -n "$namespace" link set lo up &&
      ip -n "$namespace" address add "198.18.$number.2/30" dev uplink && ip -n "$namespace" link set uplink up &&
      ip -n "$namespace" route add default via "198.18.$number.1" &&
      iptables -w -t nat -A POSTROUTING -s "198.18.$number.2" ! -o "$namespace" -j MASQUERADE &&
      iptables -w -I FORWARD -i "$namespace" -j ACCEPT &&
      iptables -w -I FORWARD -o "$namespace" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT &&
      # As every Docker engine sets it, and leaves it: others may count on it by then.
      echo 1 >/proc/sys/net/ipv4/ip_forward
  } 2>"$engine/log" || fail "the engine could not be joined to the network: $(cat "$engine/log")" "run where root may change interfaces and iptables."
}

# With a mount namespace too: the engine's mounts end with its last process, and the host's containerd, which it would use, is out of sight.
# It is started again when it dies, as an engine of the system is: a test may kill it, by the pid file. Its containerd and that
# one's pid file must then be gone: the new one would wait for the dead one.
run_dockerd() {
  echo '{}' >"$engine/daemon.json"
  # shellcheck disable=SC2016 # expanded by the inner shell
  setsid nsenter --net="/run/netns/$namespace" unshare --mount --propagation slave sh -c '
    mkdir -p /run/containerd && mount -t tmpfs rebench /run/containerd || exit
    folder=$1
    shift
    until [ -e "$folder/stopping" ]; do
      "$@"
      { kill -s KILL "$(cat "$folder/exec/containerd/containerd.pid")"; } 2>/dev/null
      rm -f "$folder/exec/containerd/containerd.pid"
      sleep 0.2
    done' sh "$engine" \
    dockerd --host "$DOCKER_HOST" --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
    --config-file "$engine/daemon.json" --live-restore >"$engine/log" 2>&1 </dev/null 9>&- &
  waited=0
  until version=$(docker version --format '{{.Server.Version}}' 2>/dev/null); do
    waited=$((waited + 1))
    if [ "$waited" -gt 150 ]; then
      tail -n 15 "$engine/log" | sed 's/^/  | /' >&2
      fail "the Docker engine did not answer within 30 seconds" "see what it says above."
    fi
    sleep 0.2
  done
  say "Docker $version runs in $engine"
}

# While other things begin; `wait "$base_image_maker"` waits for it, and REBENCH_BASE_IMAGE_ENDED names a file that is there once it has
# ended, well or not. It gives up its end of the pipe, so as to keep nothing alive:
# by `exec`, because a redirection of a function alone leaves the shell a copy.
begin_base_image() {
  REBENCH_BASE_IMAGE_ENDED=$engine/base-image-ended
  export REBENCH_BASE_IMAGE_ENDED
  (
    exec 9>&-
    trap ': >"$REBENCH_BASE_IMAGE_ENDED"' EXIT
    make_base_image
  ) &
  base_image_maker=$!
}

# From a registry if one answers at once, else from Debian's packages; made on another day from the same packages it is the same layer.
make_base_image() {
  attended timeout 15 docker pull --quiet "$base_image" >/dev/null 2>&1 && return
  say "no registry has $base_image for us; making it from Debian's packages …"
  # Its mounts end with it.
  if attended unshare --mount env TMPDIR="$engine" SOURCE_DATE_EPOCH=1686355200 mmdebstrap --quiet --mode=root --variant=minbase bookworm "$engine/base.tar" &&
    docker import --change 'CMD ["bash"]' "$engine/base.tar" "$base_image" >/dev/null; then
    rm "$engine/base.tar"
  else
    fail "the image $base_image could not be made" "see the message above; mmdebstrap needs a Debian mirror that can be reached."
  fi
}

in_namespace() {
  attended nsenter --net="/run/netns/$namespace" "$@"
}

# In the background, so that a signal to this shell is answered at once, and in a session of its own, all of which the keeper ends.
attended() {
  setsid "$@" </dev/null 9>&- &
  set -- $!
  : >"$engine/attended/$1"
  wait "$1"
  set -- "$1" $?
  rm -f "$engine/attended/$1"
  return "$2"
}
