#!/usr/bin/env bash
# Runs a command under GStreamer's leaks tracer and fails if any process of it left an object alive.
set -euo pipefail

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
status=0
GST_TRACERS=leaks GST_DEBUG="${GST_DEBUG:+$GST_DEBUG,}GST_TRACER:7" GST_DEBUG_NO_COLOR=1 \
  GST_DEBUG_FILE="$logs/%p-%r.log" "$@" || status=$?
# The tracer describes its record first, as `object-alive.class` and as a format with `%s`.
if alive=$(grep -rhoE 'object-alive, type-name=\(string\)[^%].*' "$logs"); then
  printf 'Objects left alive:\n%s\n' "$alive" >&2
  [ $status != 0 ] || status=1
fi
exit $status
