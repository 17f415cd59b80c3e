# Sourced by ./check --provision: the Debian packages that some tests need and skip without.
# bubblewrap: the stronger local sandbox; gcc, libc6-dev, python3: what packs compile and score with; the rest: OpenCL on the CPU.

debian_packages='bubblewrap gcc libc6-dev pocl-opencl-icd ocl-icd-opencl-dev opencl-headers python3'

provision() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "--provision knows Debian only. Install these yourself, or let the tests skip what needs them: $debian_packages"
    exit 2
  fi
  # shellcheck disable=SC2086 # a list of words
  missing=$(for package in $debian_packages; do is_installed "$package" || printf '%s ' "$package"; done)
  [ -z "$missing" ] && return
  if [ "$(id -u)" != 0 ]; then
    say "--provision needs root. Run: sudo apt-get install $missing"
    exit 2
  fi
  say "installing Debian packages: $missing"
  # shellcheck disable=SC2086
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >/dev/null ||
    fail "apt-get could not install: $missing" "see apt's message above; without --provision the tests skip what needs them."
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}
