# Sourced by ./check --provision and --engine: installs Debian packages.
# shellcheck shell=sh disable=SC2034 # variables are shared with ./check

# Some tests skip without these. bubblewrap: the stronger local sandbox; gcc, libc6-dev, python3: what packs compile and score
# with; libjansson-dev: what runs inside containers is tested without one; the rest: OpenCL on the CPU.
test_packages='bubblewrap gcc libc6-dev libjansson-dev pocl-opencl-icd ocl-icd-opencl-dev opencl-headers python3'

# install_packages OPTION PACKAGE…
install_packages() {
  option=$1
  shift
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "$option knows Debian only. Install these yourself, or let the tests skip what needs them: $*"
    exit 2
  fi
  missing=$(for package; do is_installed "$package" || printf '%s ' "$package"; done)
  [ -z "$missing" ] && return
  if [ "$(id -u)" != 0 ]; then
    say "$option needs root. Run: sudo apt-get install $missing"
    exit 2
  fi
  say "installing Debian packages: $missing"
  # shellcheck disable=SC2086 # a list of words
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >/dev/null ||
    fail "apt-get could not install: $missing" "see apt's message above; without $option the tests skip what needs them."
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}
