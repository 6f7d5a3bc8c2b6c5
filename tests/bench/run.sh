#!/usr/bin/env bash
# Measures how fast it is beside what one would use instead, and prints one table of ratios.
set -euo pipefail

usage() {
  cat <<'END'
Usage: tests/bench/run.sh [--no-install] [CASE...]

Installs the Debian packages that are missing (--no-install: does not), builds, and
measures: lossless, encoded, length, auto, measures, muxer, selector, still, memory,
trigger, selection (all by default). The clips that it makes once take 4 GB in the
build folder, which is build-bench or $LIVEPHOTO_BUILD. LIVEPHOTO_BENCH_ROUNDS=3 is
quicker and rougher.

The case selection judges which moments core/select chooses; it needs ../shared.
END
}

exec </dev/null
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"
# shellcheck source=scripts/configure.sh
. "$root/scripts/configure.sh"

install=yes
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) install=no; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) break ;;
  esac
done
build=$(realpath -m "${LIVEPHOTO_BUILD:-$root/build-bench}")
export LC_ALL=C.UTF-8

if [ $install = yes ]; then
  install_missing build run check test || exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { configure "$build" --buildtype=debugoptimized -Dtests=enabled -Dgst=enabled -Djpeg=enabled &&
    meson compile -C "$build" gstlivephoto floor_bench meter_bench mux_bench select_bench trigger_bench choose \
      gst-livephoto-1.0; } >"$log" 2>&1; then
  tail -n 20 "$log"
  exit 1
fi
meson test --benchmark -C "$build" --no-rebuild --verbose bench --test-args "$*"
