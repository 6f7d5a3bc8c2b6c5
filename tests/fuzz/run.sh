#!/usr/bin/env bash
# Runs a fuzzer for some seconds: run.sh FUZZER SEEDS-PROGRAM TARGET SECONDS [CORPUS]
# What it finds is kept in CORPUS (else nowhere); it ends with an error where a reader crashes, leaks,
# takes more than a second or more than 64 MiB. Its last lines say how much was tried.
set -euo pipefail
fuzzer=$1 write_seeds=$2 target=$3 seconds=$4 corpus=${5:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
if [ ! -x "$fuzzer" ]; then
  echo "There is no clang 14 with libFuzzer here: skipped."
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$write_seeds" "$folder/seeds"
if [ -z "$corpus" ]; then
  corpus=$folder/corpus
fi
mkdir -p "$corpus" "$folder/seeds/$target"
# Pairs of cameras, where there are some: of the large ones what stands in their headers is enough.
shared=$here/../../../shared/media/livephotos
case $target in
  movie) find "$shared" -name '*.mov' -size -100k -exec cp {} "$folder/seeds/movie/" \; 2>/dev/null || true ;;
  heic) find "$shared" -name '*.heic' -size -100k -exec cp {} "$folder/seeds/heic/" \; 2>/dev/null || true ;;
esac
dictionary=$here/isobmff.dict
case $target in jpeg | note) dictionary=$here/exif.dict ;; esac
cd "$folder"
# libFuzzer ends with 77 where it finds something, which would be a skip.
# A second is the promise; sanitizers, and machines with much to do, are slower than users' programs.
"$fuzzer" -max_total_time="$seconds" -timeout="${LIVEPHOTO_FUZZ_TIMEOUT:-10}" -rss_limit_mb=1024 -malloc_limit_mb=64 \
  -error_exitcode=1 -max_len=65536 -dict="$dictionary" -print_final_stats=1 -verbosity=1 \
  -artifact_prefix="${LIVEPHOTO_FUZZ_ARTIFACTS:-$folder}/" "$corpus" "$folder/seeds/$target" 2>&1 |
  grep -vE '^#[0-9]+\s+(NEW|REDUCE|pulse)|^\s*(NEW_FUNC|DE:)' 
