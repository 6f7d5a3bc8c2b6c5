#!/usr/bin/env bash
# Builds the fuzzers with clang and its sanitizers: build.sh CLANG++ ROOT OUTPUT-FOLDER
# They link the readers alone, as sources: no library that is not ours runs under them.
set -euo pipefail
compiler=("$1") root=$2 out=$3
if command -v ccache >/dev/null; then
  compiler=(ccache "$1")
fi
objects=$out/objects
mkdir -p "$objects"
flags=(-std=c++20 -g -O1 -I "$root" -fno-omit-frame-pointer
  -fsanitize=address,undefined -fno-sanitize-recover=undefined)

# compile SOURCE FLAG... prints nothing; one object a source.
compile() {
  local name=${1//\//_}
  "${compiler[@]}" "${flags[@]}" "${@:2}" -c "$root/$1" -o "$objects/${name%.cpp}.o"
}
sources=(
  core/{binary_plist,binary_plist_writer,byte_range,colour,content_identifier,homography,patch,source,text}.cpp
  core/isobmff/{boxes,clean_aperture,clip_times,file_atoms,live_photo,live_photo_info,lone_samples,marker_track}.cpp
  core/isobmff/{metadata_items,movie,movie_edit,quicktime,reader,sample_reader,sample_table,source_metadata}.cpp
  core/isobmff/{still_time,timebase,wallpaper_tracks}.cpp
  core/still/{exif_edit,exif_reader,heif_reader,jpeg_reader,maker_note,still_edit,tiff}.cpp
  core/pair/{names,apple_checks,camera_differences,gallery_checks,inspect_movie,inspect_still,inspect_text,kept,repair,verify}.cpp
  core/pair/{wallpaper_checks,wallpaper_record_checks}.cpp)
targets=(movie heic jpeg note repair)

pids=()
for source in "${sources[@]}"; do
  compile "$source" -fsanitize=fuzzer-no-link &
  pids+=($!)
  if [ ${#pids[@]} -ge 2 ]; then
    wait "${pids[0]}"
    pids=("${pids[@]:1}")
  fi
done
for pid in "${pids[@]}"; do wait "$pid"; done
used=("${sources[@]//\//_}")
used=("${used[@]/#/$objects/}")
used=("${used[@]/%.cpp/.o}")
for target in "${targets[@]}"; do
  compile "tests/fuzz/fuzz_$target.cpp" -fsanitize=fuzzer-no-link
  "$1" "${flags[@]}" -fsanitize=fuzzer "$objects/tests_fuzz_fuzz_$target.o" "${used[@]}" \
    -o "$out/fuzz_$target"
done
