#!/usr/bin/env python3
"""Merges the parts' reports: report.py OUT writes OUT/report.jsonl; with --failed it prints what to make again."""

import collections
import json
import sys
from pathlib import Path


def events(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last one of a task that was killed while it wrote it
        if event["event"] != "summary":
            yield event


def merged(out):
    """What was last said of each moment of the plan, in its order."""
    last = {}
    for event in events(out / "plan.jsonl"):
        # Its task may have been killed, or its node lost.
        never = {"event": "failed", "reason": "never-ran", "message": f"{event['video']}: no task has told of it."}
        last[event["output"]] = {**event, **never}
    for report in sorted((out / "reports").iterdir(), key=lambda path: path.stat().st_mtime_ns):
        for event in events(report):
            last[event["output"]] = event
    return list(last.values())


def main(out, *options):
    moments = merged(Path(out))
    failed = [event for event in moments if event["event"] == "failed"]
    if "--failed" in options:
        for event in failed:
            print(json.dumps(event))
        return 0
    counts = collections.Counter(event["event"] for event in moments)
    summary = {"version": 1, "event": "summary", **{name: counts[name] for name in ("made", "skipped", "failed")}}
    text = "".join(json.dumps(event) + "\n" for event in [*moments, summary])
    draft = Path(out, "report.jsonl.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(Path(out, "report.jsonl"))
    print(", ".join(f"{summary[name]} {name}" for name in ("made", "skipped", "failed")))
    for event in failed:
        print(event["message"])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
