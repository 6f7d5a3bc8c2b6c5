#!/bin/bash
# Live Photos of a collection that has outgrown one machine: a Slurm job array of gst-livephoto-1.0 make.
#
#     live-photos.sh begin LIST OUT PARTS [OPTION OF make ...]   # LIST: one moment a line, as for make --from
#     live-photos.sh resume OUT PARTS                            # once more what failed, or never ran
#
# From a folder that all nodes see, as they see OUT and the videos. Each prints the number of the job that ends last;
# then OUT/report.jsonl tells of every moment (docs/tool.md, "--json"), with a summary as its last line. With
# SBATCH_WAIT=1 in the environment it waits for that, and fails if something failed; sbatch(1) has other such settings.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)

# Cuts OUT/todo.jsonl, and has it made: a task for each part, and after all of them, however they end, the report.
submit() {
  local out=$1 parts=$2
  local lines
  lines=$(wc -l < "$out/todo.jsonl")
  if ((lines == 0)); then
    python3 "$here/report.py" "$out"
    return
  fi
  ((parts <= lines)) || parts=$lines
  rm -f -- "$out"/parts/*
  # Round robin: neighbours in a list are often of one length, and so each part has some of all.
  split --number="r/$parts" --numeric-suffixes --suffix-length=4 --additional-suffix=.jsonl \
    "$out/todo.jsonl" "$out/parts/"
  local array
  array=$(env -u SBATCH_WAIT sbatch --parsable --array="0-$((parts - 1))" --job-name=live-photos \
    --output="$out/logs/%A-%a.txt" "$here/part.sh" "$out")
  sbatch --parsable --dependency="afterany:$array" --job-name=live-photos-report --output="$out/logs/%j.txt" \
    "$here/report.sh" "$here" "$out"
}

begin() {
  local list=$1 out=$2 parts=$3
  shift 3
  mkdir -p -- "$out/parts" "$out/reports" "$out/logs"
  rm -f -- "$out"/reports/*
  : > "$out/options"
  (($# == 0)) || printf '%s\0' "$@" > "$out/options"
  # All at once, because two moments with one name may be in two parts. What it says is a list again, with every
  # name in full; what is made already is in it too, and the tasks pass it over.
  local status=0
  gst-livephoto-1.0 make "$@" --from "$list" --output "$out/pairs/" --dry-run --json > "$out/plan.jsonl" || status=$?
  ((status <= 1)) || return "$status"
  grep -v '"event":"summary"' "$out/plan.jsonl" > "$out/todo.jsonl" || :
  submit "$out" "$parts"
}

resume() {
  local out=$1 parts=$2
  python3 "$here/report.py" "$out" --failed > "$out/todo.jsonl"
  submit "$out" "$parts"
}

if [[ ${1-} == begin && $# -ge 4 ]]; then
  shift
  begin "$@"
elif [[ ${1-} == resume && $# -eq 3 ]]; then
  shift
  resume "$@"
else
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
