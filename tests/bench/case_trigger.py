"""Captures of a stream in real time by livephotosink mode=trigger: what is lost, what the stills show, the memory.

LIVEPHOTO_BENCH_SECONDS (600) is how long, with a capture each LIVEPHOTO_BENCH_EVERY (10) seconds;
LIVEPHOTO_BENCH_STREAMS what of: "packets 1920x1080" (encoded beforehand), "raw 1280x720" and so on, with commas.
"""

import json
import os
import statistics
import subprocess
from pathlib import Path

import measuring
import programs

SECONDS = float(os.environ.get("LIVEPHOTO_BENCH_SECONDS", "600"))
EVERY = float(os.environ.get("LIVEPHOTO_BENCH_EVERY", "10"))
STREAMS = os.environ.get("LIVEPHOTO_BENCH_STREAMS", "packets 1920x1080,raw 1280x720")
PROGRAM = Path(os.environ.get("LIVEPHOTO_BENCH_PROGRAMS", ".")) / "trigger_bench"


def captured(folder, kind, size):
    """What was told of each capture, and the summary."""
    command = [PROGRAM, kind, *size.split("x"), SECONDS, EVERY, folder]
    # As the tool has it: glibc gives each thread an arena, up to eight for each processor, and what has been freed
    # in them looks like growth for the first dozens of captures.
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                          timeout=SECONDS + measuring.PATIENCE, env={**os.environ, "MALLOC_ARENA_MAX": "2"})
    if done.returncode != 0:
        raise measuring.CannotMeasure(f"trigger_bench ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    *events, summary = map(json.loads, done.stdout.decode().splitlines())
    return events, summary


def verifies(pair):
    """By the tool, which decodes both files: also whether the still is the marked frame."""
    programs.need("gst-livephoto-1.0")
    command = ["gst-livephoto-1.0", "verify", pair["still"], pair["movie"]]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def share(case, good, count, note=""):
    """A goal of all."""
    return measuring.Row(case, f"{good} of {count}", "all", (count - good) / max(count, 1), 0.0, note)


def rows(folder):
    for stream in STREAMS.split(","):
        kind, size = stream.split()
        place = folder / stream.replace(" ", "-")
        place.mkdir()
        events, told = captured(place, kind, size)
        pairs = [event for event in events if event["event"] == "captured"]
        reasons = [event["reason"] for event in events if event["event"] == "failed"]
        name = f"trigger, {stream}, {SECONDS:g} s"
        yield share(f"{name}: captures written", told["written"], int(told["calls"]),
                    f"{told['refused']} refused, {told['failed']} failed {reasons or ''}")
        yield share(f"{name}: pairs that verify", sum(map(verifies, pairs)), len(pairs))
        near = sum(pair["called_at"][0] - 1 <= pair["frame"] <= pair["called_at"][1] + 1 for pair in pairs)
        yield share(f"{name}: stills within one frame of the call", near, len(pairs))
        shown = sum(pair["shows"] == pair["expected"] for pair in pairs)
        yield share(f"{name}: stills that show that frame", shown, len(pairs))
        yield share(f"{name}: buffers taken", told["frames"] - told["dropped"], told["frames"],
                    f"a buffer was given {told['latest_ms']:.0f} ms late at most")
        memory = told["resident_kib"]
        if len(memory) >= 8:
            quarter = len(memory) // 4
            early, late = (statistics.median(part) for part in (memory[quarter:2 * quarter], memory[-quarter:]))
            yield measuring.Row(f"{name}: memory of the last quarter", f"{late / 1024:.0f} MiB",
                                f"of the second {early / 1024:.0f} MiB", late / early, 1.1)
