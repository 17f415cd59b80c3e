#!/bin/sh
# engine-keeper.sh FOLDER NAMESPACE: started by engine.sh; outlives the ./check that it belongs to and leaves nothing of its engine.

folder=$1
namespace=$2
number=${namespace#rebench}

# Ends when the last process that held the other end of the pipe is gone.
cat >/dev/null

for session in "$folder"/attended/*; do
  [ -e "$session" ] && kill -s KILL -- "-${session##*/}"
done

: >"$folder/stopping"
export DOCKER_HOST="unix://$folder/docker.sock"
containers=$(timeout 10 docker ps --all --quiet)
# shellcheck disable=SC2086 # a list of words
[ -n "$containers" ] && timeout 60 docker rm --force --volumes $containers
dockerd=$(cat "$folder/pid") && kill "$dockerd"

# What has not ended after 15 seconds is killed: all in the namespace, and first the containers, children of the shims in it.
tries=0
while left=$(ip netns pids "$namespace") && [ -n "$left" ] && [ "$tries" -lt 200 ]; do
  tries=$((tries + 1))
  [ "$tries" -gt 150 ] && for process in $left; do
    # shellcheck disable=SC2046
    kill -s KILL $(cat "/proc/$process/task/$process/children") "$process"
  done
  sleep 0.1
done

# A container that was killed leaves its cgroups, empty.
for container in "$folder"/data/containers/*; do
  find /sys/fs/cgroup -depth -type d -name "*${container##*/}*" -delete
done

iptables -w -D FORWARD -o "$namespace" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -w -D FORWARD -i "$namespace" -j ACCEPT
iptables -w -t nat -D POSTROUTING -s "198.18.$number.2" ! -o "$namespace" -j MASQUERADE
ip link delete "$namespace"
ip netns delete "$namespace"
rm -rf --one-file-system "$folder" && [ -z "$left" ]
