#!/usr/bin/env bash
# Makes the pairs of docs/device-test.md from a video: device-test.sh VIDEO FOLDER
# Each differs from one other in one thing, after which it is named; report.txt is the form to fill in.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: device-test.sh VIDEO FOLDER" >&2
  exit 2
fi
video=$(realpath -- "$1")
mkdir -p -- "$2"
folder=$(realpath -- "$2")
uri=$(python3 -c 'import pathlib, sys; print(pathlib.Path(sys.argv[1]).as_uri())' "$video")
readonly second=1000000000
still=$((3 * second / 2))
pairs=()

# launch NAME WORD... hands the words to gst-launch-1.0.
launch() {
  echo "$1" >&2
  if ! gst-launch-1.0 -q "${@:2}" >&2; then
    echo "device-test.sh: $1 could not be made; is the video four seconds long and more, and SDR?" >&2
    return 1
  fi
  pairs+=("$1")
}

# sink NAME PROPERTY... makes a silent pair of three seconds.
sink() {
  launch "$1" uridecodebin uri="$uri" name=d \
    livephotosink name=l location="$folder/$1" duration=$((3 * second)) still-time="$still" "${@:2}" \
    d. ! l.video
}

sink 00-base purpose=wallpaper
sink 01-motion-neutral purpose=wallpaper motion=neutral
sink 02-still-jpeg purpose=wallpaper still-format=jpeg
sink 03-rate-60 purpose=wallpaper frame-rate=60
sink 06-without-orientation-track purpose=wallpaper hypotheses=set-up-data+camera-values+vitality-score
sink 07-without-set-up-data purpose=wallpaper hypotheses=camera-values+vitality-score+orientation-track
sink 08-without-camera-values purpose=wallpaper hypotheses=set-up-data+vitality-score+orientation-track
sink 09-without-vitality purpose=wallpaper hypotheses=set-up-data+camera-values+orientation-track
still=$((second / 2)) sink 10-still-at-15 purpose=wallpaper
sink 11-size-1440x1920 purpose=wallpaper max-width=1440 max-height=1920
sink 13-usual
launch 12-with-sound uridecodebin uri="$uri" name=d \
  livephotosink name=l location="$folder/12-with-sound" duration=$((3 * second)) still-time="$still" purpose=wallpaper \
  d. ! l.video d. ! l.audio || echo "  left out: it needs a video with sound" >&2

# What livephotosink does to the pictures, for the two that it cannot make.
pictures=(videoconvert ! videoflip video-direction=auto ! aspectratiocrop aspect-ratio=9/16
  ! videoscale add-borders=false ! videorate skip-to-first=true
  ! "video/x-raw,format=I420,width=1080,height=1920,framerate=30/1,pixel-aspect-ratio=1/1")
main=(h265parse ! "video/x-h265,profile=main")
mux=(livephotomux name=m purpose=wallpaper motion=neutral)

# Turned to the left as pixels, and to the right again by the matrix and by Orientation.
name=04-pixels-rotated
launch $name uridecodebin uri="$uri" name=d \
  livephotoselect name=s duration=$((3 * second)) still-time="$still" "${mux[@]}" ! filesink location="$folder/$name.MOV" \
  d. ! "${pictures[@]}" ! videoflip video-direction=90l ! taginject tags="image-orientation=rotate-90" ! s.video_sink \
  s.video_src ! x265enc option-string=crf=22 speed-preset=veryfast ! "${main[@]}" ! m. \
  s.still_src ! heifstillsink location="$folder/$name.HEIC"

# The whole video in one group of pictures; then from half a second in, as it is: what is before stays, hidden.
name=05-edit-mid-gop
source=$(mktemp --suffix=.mov)
trap 'rm -f -- "$source"' EXIT
gst-launch-1.0 -q uridecodebin uri="$uri" name=d \
  d. ! "${pictures[@]}" ! x265enc option-string=crf=22:scenecut=0:keyint=9000 speed-preset=veryfast \
  ! h265parse ! qtmux ! filesink location="$source"
launch $name filesrc location="$source" ! qtdemux name=d \
  livephotoselect name=s start-time=$((second / 2)) duration=$((3 * second)) still-time="$still" \
  "${mux[@]}" ! filesink location="$folder/$name.MOV" \
  d. ! h265parse ! s.video_sink s.video_src ! m. \
  s.still_src ! decodebin ! videoconvert ! heifstillsink location="$folder/$name.HEIC"

{
  printf 'device-test: 1\nvideo: %s\nphone:\nios:\nway: (airdrop, mac, files, cable)\n' "$(basename -- "$video")"
  printf '%s\n' "${pairs[@]}" | sort | while read -r pair; do
    printf '\npair: %s\nlive:\nplays:\nmotion:\nnote:\n' "$pair"
  done
} >"$folder/report.txt"
if command -v gst-livephoto-1.0 >/dev/null; then
  for pair in "${pairs[@]}"; do
    gst-livephoto-1.0 verify --profile wallpaper --json "$folder/$pair" || true
  done >"$folder/checks.jsonl"
fi
echo "The pairs are in $folder; fill in report.txt as docs/device-test.md says." >&2
