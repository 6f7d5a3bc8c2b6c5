#!/bin/bash
# One task of the array: makes the moments of its part, with as many processors as Slurm gives it.
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
set -euo pipefail
out=$1

part=$(printf '%04d' "$SLURM_ARRAY_TASK_ID")
mapfile -d '' -t options < "$out/options"
# The names in the list are whole, so that there is no --output. srun would start another process for nothing.
exec gst-livephoto-1.0 make "${options[@]}" --from "$out/parts/$part.jsonl" --jobs "${SLURM_CPUS_PER_TASK:-1}" --json \
  > "$out/reports/$SLURM_ARRAY_JOB_ID-$part.jsonl"
