#!/bin/bash
# The job after the array: one report of all parts. It fails if something failed, as sacct and SBATCH_WAIT=1 show.
#SBATCH --cpus-per-task=1
exec python3 "$1/report.py" "$2"
