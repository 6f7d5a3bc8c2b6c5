#!/usr/bin/env bash
# Makes the pairs of docs/device-test.md from a video: device-test.sh VIDEO FOLDER
# Each differs from one other in one thing, after which it is named; report.txt is the form to fill in.
# LIVEPHOTO_TEST_SIZE=WIDTHxHEIGHT makes them smaller, to see the script work.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: device-test.sh VIDEO FOLDER" >&2
  exit 2
fi
if [ ! -f "$1" ]; then
  echo "device-test.sh: there is no video $1." >&2
  exit 2
fi
if [ -n "$(ls -A -- "$2" 2>/dev/null)" ]; then
  echo "device-test.sh: there is something in $2 already, which may be a form with answers; name a new folder." >&2
  exit 2
fi
for program in gst-launch-1.0 gst-discoverer-1.0 python3; do
  if ! command -v "$program" >/dev/null; then
    echo "device-test.sh: there is no $program; scripts/debian-12.txt names the package." >&2
    exit 2
  fi
done
video=$(realpath -- "$1")
uri=$(python3 -c 'import pathlib, sys; print(pathlib.Path(sys.argv[1]).as_uri())' "$video")
contents=$(LC_ALL=C gst-discoverer-1.0 "$uri" 2>/dev/null || true)
if grep -q 'Duration: 0:00:0[0-3]' <<<"$contents"; then
  echo "device-test.sh: $1 is shorter than four seconds; take a longer video." >&2
  exit 2
fi
mkdir -p -- "$2"
folder=$(realpath -- "$2")
size=${LIVEPHOTO_TEST_SIZE:-1080x1920}
width=${size%x*} height=${size#*x}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT  # gst-launch-1.0 ends by itself then, and the next would begin

readonly second=1000000000
readonly length=$((3 * second)) middle=$((3 * second / 2)) half=$((second / 2))
readonly all=set-up-data+camera-values+vitality-score+orientation-track+least-length+frames-before
# One encoder for all, which those that are put together by hand have too.
encoder=(x265enc speed-preset=veryfast)
profile=(purpose=wallpaper frame-rate=30 max-width="$width" max-height="$height"
  video-encoder="${encoder[*]} option-string=crf=22")
pairs=() failed=() not_made=()

# launch NAME WORD... hands the words to gst-launch-1.0, which only warns of some of what goes wrong.
launch() {
  local base=$folder/$1
  echo "$1" >&2
  if gst-launch-1.0 -q "${@:2}" >&2 && [ -s "$base.MOV" ] && { [ -s "$base.HEIC" ] || [ -s "$base.JPG" ]; }; then
    pairs+=("$1")
  else
    failed+=("$1")
    not_made+=("$1")
    rm -f -- "$base.MOV" "$base.HEIC" "$base.JPG"
  fi
}

# sink NAME PROPERTY... makes a silent pair of three seconds.
sink() {
  launch "$1" uridecodebin uri="$uri" name=d \
    livephotosink name=l location="$folder/$1" duration=$length still-time=$middle "${@:2}" d. ! l.video
}

# wallpaper NAME PROPERTY... is one of the profile.
wallpaper() {
  sink "$1" "${profile[@]}" "${@:2}"
}

without() { local kept=${all/$1/}; kept=${kept/++/+}; kept=${kept#+}; echo "hypotheses=${kept%+}"; }

wallpaper 00-base
wallpaper 01-motion-neutral motion=neutral
wallpaper 02-still-jpeg still-format=jpeg
wallpaper 03-rate-60 frame-rate=60

# What livephotosink does to the pictures, for those that it does not make. Nobody measures these: they
# have neutral motion, and no vitality score.
pictures=(videoconvert ! videoflip video-direction=auto ! aspectratiocrop aspect-ratio="$width/$height"
  ! videoscale add-borders=false ! videorate skip-to-first=true
  ! "video/x-raw,format=I420,width=$width,height=$height,framerate=30/1,pixel-aspect-ratio=1/1")
main=(h265parse ! "video/x-h265,profile=main")

# by_hand NAME TURN... turns the pictures before they are encoded.
by_hand() {
  launch "$1" uridecodebin uri="$uri" name=d \
    livephotoselect name=s duration=$length still-time=$middle \
    livephotomux name=m purpose=wallpaper motion=neutral ! filesink location="$folder/$1.MOV" \
    d. ! "${pictures[@]}" "${@:2}" ! s.video_sink \
    s.video_src ! "${encoder[@]}" option-string=crf=22 ! "${main[@]}" ! m. \
    s.still_src ! heifstillsink location="$folder/$1.HEIC"
}

if [ ${#pairs[@]} = 0 ]; then  # such as of HDR, of which the next would be made, in wrong colours
  echo "device-test.sh: none can be made of $1, for the reasons above." >&2
  exit 1
fi
by_hand 04-pixels-upright
# To the left as pixels, and to the right again by the matrix and by Orientation.
by_hand 05-pixels-rotated ! videoflip video-direction=90l ! taginject tags="image-orientation=rotate-90"

# as_it_is NAME KEYINT encodes four seconds with a key frame each so many, and takes three of them from half
# a second in, without encoding them again: what is before stays, hidden, if no key frame is there.
as_it_is() {
  local options=crf=22:open-gop=0:scenecut=0:min-keyint=$2:keyint=$2
  gst-launch-1.0 -q uridecodebin uri="$uri" name=d \
    d. ! "${pictures[@]}" ! identity eos-after=120 ! "${encoder[@]}" option-string="$options" \
    ! h265parse ! qtmux ! filesink location="$work/$1.mov" >&2 || true  # the next says so
  launch "$1" filesrc location="$work/$1.mov" ! qtdemux name=d \
    livephotoselect name=s start-time=$half duration=$length still-time=$((half + middle)) \
    livephotomux name=m purpose=wallpaper motion=neutral ! filesink location="$folder/$1.MOV" \
    d. ! h265parse ! s.video_sink s.video_src ! m. \
    s.still_src ! decodebin ! videoconvert ! heifstillsink location="$folder/$1.HEIC"
}

as_it_is 06-edit-at-key-frame 15
as_it_is 07-edit-mid-gop 120

wallpaper 08-without-orientation-track "$(without orientation-track)"
wallpaper 09-without-set-up-data "$(without set-up-data)"
wallpaper 10-without-camera-values "$(without camera-values)"
wallpaper 11-without-vitality "$(without vitality-score)"
wallpaper 12-still-at-15 still-time=$half
wallpaper 13-still-at-7 still-time=$((7 * second / 30)) "$(without frames-before)"
wallpaper 14-size-1440x1920 max-width=$((width * 4 / 3))
if grep -q '^ *audio' <<<"$contents"; then
  launch 15-with-sound uridecodebin uri="$uri" name=d \
    livephotosink name=l location="$folder/15-with-sound" duration=$length still-time=$middle \
    "${profile[@]}" d. ! l.video d. ! l.audio
else
  echo "device-test.sh: 15-with-sound is left out: no sound was found in $1." >&2
  not_made+=(15-with-sound)
fi
sink 16-usual
wallpaper 17-one-second duration=$second still-time=$half
wallpaper 18-fast-start mux::faststart=true
wallpaper 19-size-1206x2622 max-width=$((width * 1206 / 1080 / 2 * 2)) max-height=$((height * 2622 / 1920 / 2 * 2))

{
  printf 'device-test: 1\nvideo: %s\nphone:\nios:\nway: (mac, cable, other)\n' "$(basename -- "$video")"
  [ ${#not_made[@]} = 0 ] || printf 'not-made: %s\n' "${not_made[@]}"
  [ ${#pairs[@]} = 0 ] || printf '\npair: %s\nlive:\nplays:\nmotion:\nnote:\n' "${pairs[@]}"
} >"$folder/report.txt"
if command -v gst-livephoto-1.0 >/dev/null; then
  for pair in "${pairs[@]}"; do
    gst-livephoto-1.0 verify --profile wallpaper --json "$folder/$pair" || true
  done >"$folder/checks.jsonl"
fi
if [ ${#failed[@]} != 0 ]; then
  echo "device-test.sh: could not be made, for the reasons above: ${failed[*]}; the others are in $folder." >&2
  exit 1
fi
echo "The pairs are in $folder; fill in report.txt as docs/device-test.md says." >&2
