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
builds the plugin; afterwards it reads the pair back with programs that know
nothing of this project.

  --start S       begin S seconds into the video      (default 0)
  --duration S    make the clip S seconds long        (default 3)
  --still S       take the frame S seconds into the video as the still
                  (default: the middle of the clip)
  --force         replace NAME.HEIC and NAME.MOV if they exist
  --no-install    do not install packages
  -h, --help      show this

S is a number such as 12 or 0.75. The build folder is build/ beside this folder,
or $LIVEPHOTO_BUILD.

  examples/quickstart.sh
  examples/quickstart.sh holiday.mp4 ~/Pictures
  examples/quickstart.sh --start 61.5 --duration 2.5 holiday.mp4
END
}

fail() {
  echo "quickstart: $*" >&2
  exit 1
}

# nanoseconds SECONDS
nanoseconds() {
  local fraction
  [[ $1 =~ ^([0-9]{1,9})(\.([0-9]{1,9}))?$ ]] || fail "'$1' is not a number of seconds such as 12 or 0.75."
  printf -v fraction '%-9s' "${BASH_REMATCH[3]}"
  echo $((10#${BASH_REMATCH[1]}${fraction// /0}))
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"
# shellcheck source=scripts/configure.sh
. "$root/scripts/configure.sh"

install=yes
force=no
moment=()
while [ $# -gt 0 ]; do
  case $1 in
    --start | --duration | --still)
      [ $# -gt 1 ] || fail "$1 needs a number of seconds."
      time=$(nanoseconds "$2")
      case $1 in --duration) moment+=("duration=$time") ;; *) moment+=("${1#--}-time=$time") ;; esac
      shift 2 ;;
    --force) force=yes; shift ;;
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

# What can be refused is refused before anything is installed or built.
name=live-photo
if [ -n "$video" ]; then
  [ -e "$video" ] || fail "there is no file $video."
  [ -f "$video" ] || fail "$video is not a file."
  [ -r "$video" ] || fail "$video cannot be read; check its permissions."
  [ -s "$video" ] || fail "$video is empty."
  video=$(realpath -- "$video")
  name=$(basename -- "$video")
  [[ $name != ?*.* ]] || name=${name%.*}
fi
made_folder=no
if [ ! -e "$folder" ]; then
  mkdir -- "$folder" 2>/dev/null || fail "the folder $folder does not exist and cannot be made."
  made_folder=yes
fi
[ -d "$folder" ] || fail "$folder is not a folder."
folder=$(realpath -- "$folder")
still=$folder/$name.HEIC
movie=$folder/$name.MOV

work=
clean() {
  [ -z "$work" ] || rm -rf -- "$work"
  [ $made_folder = no ] || rmdir -- "$folder" 2>/dev/null || true
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for output in "$still" "$movie"; do
  if [ -n "$video" ] && [ "$output" -ef "$video" ]; then
    fail "$video would be overwritten by the Live Photo; name another folder."
  fi
  if [ -d "$output" ] || { [ -e "$output" ] && [ $force = no ]; }; then
    fail "$output exists; move it away, name another folder, or say --force."
  fi
done
# Everything is made in here and moved when it is whole.
work=$(mktemp -d -- "$folder/.live-photo.XXXXXX" 2>/dev/null) || fail "the folder $folder cannot be written to."

if [ $install = yes ]; then
  install_missing build run check || fail "not all packages could be installed."
fi
for program in meson ninja g++ pkg-config gst-launch-1.0 ffprobe python3; do
  command -v "$program" >/dev/null || fail "$program is missing; scripts/debian-12.txt names the packages needed."
done

# The line runs inside the work folder, so no name of the user's has to pass gst-launch's grammar.
crop=()
if [ -n "$video" ]; then
  ln -s -- "$video" "$work/video"
  # The first real video stream: a cover picture is none.
  size=$(ffprobe -v error -select_streams V:0 -show_entries stream=width,height -of csv=p=0:s=x "$work/video" \
    2>/dev/null | head -n 1) || true
  [[ $size =~ ^([1-9][0-9]*)x([1-9][0-9]*) ]] || fail "$video is not a video that can be read."
  # x264enc refuses odd sizes.
  if ((BASH_REMATCH[1] % 2 || BASH_REMATCH[2] % 2)); then
    crop=('!' videocrop "right=$((BASH_REMATCH[1] % 2))" "bottom=$((BASH_REMATCH[2] % 2))")
  fi
fi

build=$(realpath -m -- "${LIVEPHOTO_BUILD:-$root/build}")
options=(--buildtype=release -Dwerror=false -Dtests=disabled -Dgst=enabled)
if [ -e "$build/meson-private/coredata.dat" ]; then
  options=()
fi
if ! mkdir -p -- "$build" 2>/dev/null || [ ! -w "$build" ]; then
  fail "the build folder $build cannot be written to; name another one in LIVEPHOTO_BUILD."
fi
echo "Building the plugin in $build"
if ! { configure "$build" "${options[@]}" && meson compile -C "$build"; } >"$work/log" 2>&1; then
  tail -n 30 "$work/log" >&2
  fail "the plugin could not be built; the lines above say why."
fi

# gst LINE... runs it with the plugin just built; if it fails, `reason` is the first error it told.
gst() {
  if meson devenv -C "$build" --workdir "$work" gst-launch-1.0 -q "$@" >"$work/log" 2>&1; then
    return 0
  fi
  reason=$(sed -nE 's/^(ERROR: from element [^ ]*:|WARNING: erroneous pipeline:) //p' "$work/log" | head -n 1)
  reason=${reason:-$(tail -n 1 "$work/log")}
  return 1
}

if [ -z "$video" ]; then
  echo "Making a clip of 5 seconds, moving colour bars and a tick each second"
  gst videotestsrc num-buffers=150 pattern=smpte horizontal-speed=6 ! video/x-raw,width=1280,height=720,framerate=30/1 \
    ! x264enc ! h264parse ! mp4mux name=m ! filesink location=video \
    audiotestsrc wave=ticks num-buffers=240 samplesperbuffer=1000 ! audio/x-raw,rate=48000 ! avenc_aac ! aacparse \
    ! m. || fail "no clip could be made: $reason"
fi

# videoconvert and audioconvert take whatever was decoded. More than two channels are mixed down,
# because AAC encoders refuse some layouts. Constant quality, because x264enc's default is 2 Mbit/s at any size.
line=(
  filesrc location=video ! decodebin name=d
  livephotoselect name=s "${moment[@]}"
  livephotomux name=m ! filesink location=pair.MOV
  d. ! videoconvert "${crop[@]}" ! s.video_sink
  d. ! audioconvert ! audioresample ! 'audio/x-raw,channels=[1,2]' ! s.audio_sink
  s.video_src ! x264enc pass=qual quantizer=20 vbv-buf-capacity=0 ! h264parse ! m.
  s.audio_src ! avenc_aac ! aacparse ! m.
  s.still_src ! heifstillsink location=pair.HEIC)
echo "Making the Live Photo, in a work folder where 'video' is ${video:-the clip}:"
echo "  gst-launch-1.0 ${line[*]}" | sed "s/audio.x-raw[^ ]*/'&'/" | fold -s -w 100 | sed '2,$s/^/    /'
gst "${line[@]}" || fail "no Live Photo could be made from ${video:-the clip}: $reason"
for half in pair.HEIC pair.MOV; do
  [ -s "$work/$half" ] || fail "no $half came out of ${video:-the clip}."
done

echo "Reading it back with other programs:"
if ! python3 "$root/tests/pipelines/pair.py" "$work/pair.HEIC" "$work/pair.MOV" >"$work/log" 2>&1; then
  sed 's/^/  /' "$work/log" >&2
  fail "the two files do not read back as one Live Photo; the lines above say why."
fi
# The two paths in it are those of the work folder; the ones that matter come last.
sed -E '/^(still|movie) /d; s/^/  /' "$work/log"

# Never one file without the other.
mv -f -T -- "$work/pair.MOV" "$movie" || fail "$movie cannot be written."
if ! mv -f -T -- "$work/pair.HEIC" "$still"; then
  [ $force = yes ] || rm -f -- "$movie"
  fail "$still cannot be written."
fi
made_folder=no
echo "Still: $still"
echo "Movie: $movie"
