#!/bin/sh
# Packs and unpacks what is published only under a password: the reference and the rungs of the full tier. The password is in
# ../README.md; it keeps solutions out of crawled text, and nothing else. Debian: apt-get install zip unzip.
#
#   reference/archive.sh unpack    archives → .plain/reference/full and .plain/rungs/full, which git and npm leave out
#   reference/archive.sh pack      the other way
set -eu
cd "$(dirname "$0")/.."
root=$PWD
password=$(sed -n 's/^Password of the archives: `\(.*\)`$/\1/p' README.md)
[ -n "$password" ] || { echo 'README.md names no password' >&2; exit 1; }

for name in reference/full rungs/full; do
  case ${1-} in
    pack)
      rm -f "$name.zip"
      # Sorted, without owners: little but times and the cipher's own salt differs from one packing to the next.
      (
        cd ".plain/$name"
        find . -type f ! -path '*/__pycache__/*' -print | LC_ALL=C sort | zip -q -X -P "$password" "$root/$name.zip" -@
      )
      ;;
    unpack)
      mkdir -p ".plain/$name"
      unzip -q -o -P "$password" "$name.zip" -d ".plain/$name"
      ;;
    *)
      echo 'usage: reference/archive.sh pack|unpack' >&2
      exit 2
      ;;
  esac
done
