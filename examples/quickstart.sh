#!/usr/bin/env bash
# Makes a Live Photo from a video on a Debian 12 that has nothing installed, and shows what other programs read in it.
set -euo pipefail

usage() {
  cat <<'END'
Usage: examples/quickstart.sh [OPTION]... [VIDEO [FOLDER]]

Makes FOLDER/NAME.HEIC and FOLDER/NAME.MOV, the two files of a Live Photo, from
VIDEO (NAME.mp4, NAME.mkv, ...). FOLDER is the current folder if not given.
Without VIDEO it makes a clip with picture and sound first, and a Live Photo of it.

Before that it installs the Debian packages that are missing (it names them) and
builds gst-livephoto-1.0, which makes the pair; afterwards it reads the pair back
with programs that know nothing of this project.

  --no-install    do not install packages
  -h, --help      show this
Before VIDEO, as gst-livephoto-1.0 make has them:
  --start TIME    where the clip begins           (default 0)
  --duration TIME how long it is                  (default 3)
  --still TIME    the picture that is the still   (default: the clip's middle)
  --force         replace NAME.HEIC and NAME.MOV if they exist

TIME is 12.5 (seconds) or 0:12.5. The build folder is build/ beside this folder, or
$LIVEPHOTO_BUILD.

  examples/quickstart.sh
  examples/quickstart.sh holiday.mp4 ~/Pictures
  examples/quickstart.sh --start 1:01.5 --duration 2.5 holiday.mp4
END
}

fail() {
  echo "quickstart: $*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"
# shellcheck source=scripts/configure.sh
. "$root/scripts/configure.sh"

install=yes
options=()  # for the tool
while [ $# -gt 0 ]; do
  case $1 in
    --start | --duration | --still)
      [ $# -gt 1 ] || fail "$1 needs a time."
      options+=("$1=$2")
      shift 2 ;;
    --force) options+=(--force); shift ;;
    --no-install) install=no; shift ;;
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    -*) fail "there is no option $1; --help lists them." ;;
    *) break ;;
  esac
done
[ $# -le 2 ] || fail "takes a video and a folder, and options before them; --help explains."
video=${1:-}
folder=${2:-.}

# What is plainly wrong is said before anything is installed or built.
if [ -n "$video" ]; then
  [ -e "$video" ] || fail "there is no file $video."
  [ -f "$video" ] || fail "$video is not a file."
fi
[ ! -e "$folder" ] || [ -d "$folder" ] || fail "$folder is not a folder."

if [ $install = yes ]; then
  install_missing build run check || fail "not all packages could be installed."
fi
for program in meson ninja g++ pkg-config gst-launch-1.0 ffprobe python3; do
  command -v "$program" >/dev/null || fail "$program is missing; scripts/debian-12.txt names the packages needed."
done

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build=$(realpath -m -- "${LIVEPHOTO_BUILD:-$root/build}")
settings=(--buildtype=release -Dwerror=false -Dtests=disabled -Dgst=enabled)
if [ -e "$build/meson-private/coredata.dat" ]; then
  settings=()
fi
if ! mkdir -p -- "$build" 2>/dev/null || [ ! -w "$build" ]; then
  fail "the build folder $build cannot be written to; name another one in LIVEPHOTO_BUILD."
fi
echo "Building in $build, which takes some minutes"
if ! { configure "$build" "${settings[@]}" && meson compile -C "$build"; } >"$work/log" 2>&1; then
  tail -n 30 "$work/log" >&2
  fail "it could not be built; the lines above say why."
fi

if [ -z "$video" ]; then
  # Kept, so that a pair that was made of it before is known again: two encodings need not be the same bytes.
  video=$build/live-photo.ts
  if [ ! -e "$video" ]; then
    echo "Making a clip of 5 seconds, moving colour bars and a tick each second"
    gst-launch-1.0 -q videotestsrc num-buffers=150 pattern=smpte horizontal-speed=6 \
      ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! x264enc ! h264parse ! mpegtsmux name=m \
      ! filesink location="$work/clip" \
      audiotestsrc wave=ticks num-buffers=240 samplesperbuffer=1000 ! audio/x-raw,rate=48000 ! avenc_aac ! aacparse \
      ! m. >"$work/log" 2>&1 || fail "no clip could be made: $(tail -n 1 "$work/log")"
    mv -- "$work/clip" "$video.new.$$"
    mv -- "$video.new.$$" "$video"
  fi
fi

tool=$build/gst/tool/gst-livephoto-1.0
make=(make "${options[@]}" -o "$folder/" -- "$video")
echo "Making the Live Photo:"
printf '  gst-livephoto-1.0'
printf ' %q' "${make[@]}"
echo
"$tool" "${make[@]}"

# What the two files are called, the tool knows.
"$tool" make --force --dry-run --json "${make[@]:1}" >"$work/planned"
mapfile -d '' -t files < <(python3 -c 'import json, sys
planned = json.loads(sys.stdin.readline())
print(planned["still_file"], planned["movie_file"], sep="\0", end="\0")' <"$work/planned")
echo "Reading it back with other programs:"
if ! python3 "$root/tests/pipelines/pair.py" "${files[@]}" >"$work/log" 2>&1; then
  sed 's/^/  /' "$work/log" >&2
  fail "the two files do not read back as one Live Photo; the lines above say why."
fi
sed 's/^/  /' "$work/log"
echo "The program is $tool. In this terminal, from now on:"
printf '  export PATH=%q:$PATH\n' "${tool%/*}"
echo "  gst-livephoto-1.0 make --help"
