#!/bin/sh
# A Live Photo of each video in a folder and those below it, at the same place below another folder.
#
#     live-photos.sh VIDEOS OUT [OPTION OF make ...]
#     live-photos.sh ~/Videos ~/LivePhotos --duration 2 --jpeg
#
# Again and again, for example by cron: only what is new is made. The exit status is that of
# gst-livephoto-1.0 make: 1 if some could not be made.
set -eu

if [ $# -lt 2 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
videos=$1 out=$2
shift 2
mkdir -p -- "$out"
out=$(cd -- "$out" && pwd -P)

# One run at a time: another would begin with the same videos. The lock ends with this script.
exec 9> "$out/.lock"
flock -n 9 || { echo "Another run is at work on $out." >&2; exit 1; }

# Names are kept as they are below VIDEOS. A file that was changed a minute ago is perhaps still being copied.
cd -- "$videos"
find "$(pwd -P)" -path "$out" -prune -o -type f -mmin +1 -regextype posix-extended \
  -iregex '.*\.(mp4|mov|m4v|mkv|webm|avi|mts|m2ts)' -printf '%P\0' |
  gst-livephoto-1.0 make --start 0 "$@" --files0-from - --keep-tree --output "$out/"
