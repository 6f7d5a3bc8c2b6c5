#!/usr/bin/env python3
"""Judges core/select on videos of which all but one window is spoiled: prints how often it chose right, per kind.

    tests/bench/run.sh selection                    builds what is needed and runs all
    report.py --chooser PROGRAM --material FOLDER   with a chooser that is there

Source clips are the real ones of ../shared/media (sources.py). The tuning part is there to look at; what the part
that was held out says is never looked at case by case: --split held prints its table, and names no case.
"""

import argparse
import functools
import json
import sys
import time
from pathlib import Path

import cases
import judging
import pictures
import scenes
import sources
import tables


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--chooser", type=Path, required=True, help="the program of choose.cpp")
    parser.add_argument("--material", type=Path, required=True, help="folder for decoded clips; 2 GB")
    parser.add_argument("--split", choices=("tuning", "held", "both"), default="both")
    parser.add_argument("--kind", action="append", choices=cases.KINDS, help="all by default")
    parser.add_argument("--source", action="append", choices=[source.name for source in sources.SOURCES])
    parser.add_argument("--per-source", type=int, default=cases.PER_SOURCE, help="cases of each kind")
    parser.add_argument("--curves", action="store_true", help="with the measures of failed tuning cases")
    parser.add_argument("--sheet", type=Path, help="PNG of failed tuning cases")
    parser.add_argument("--sheet-all", action="store_true", help="... of all tuning cases, right or wrong")
    parser.add_argument("--json", type=Path, help="counts per kind, split and way")
    return parser.parse_args()


def judge_source(source, asked, load):
    """[Judged] of one source, and their strips."""
    scene = load(source)
    kinds = asked.kind or cases.KINDS
    others = [load(other) for other in sources.of_same_split(source)] if "cuts" in kinds else []
    judged, strips = [], []
    look = not sources.is_held_out(source)
    for kind in kinds:
        for number in range(asked.per_source):
            case = cases.plan(source, kind, number)
            if case.is_wide:
                scene.need_wide()
            one = judging.judge(case, scene, others, asked.chooser, asked.curves and look)
            judged.append(one)
            if asked.sheet and look and (asked.sheet_all or not one.is_right):
                strips.append(pictures.strip(one, scene, others))
    scene.wide = None
    return judged, strips


def main():
    asked = parse()
    if not sources.MEDIA.exists():
        print(f"{sources.MEDIA} is not there: nothing to judge by.")
        sys.exit(77)
    asked.material.mkdir(parents=True, exist_ok=True)
    load = functools.lru_cache(maxsize=None)(lambda source: scenes.load(source, asked.material))
    splits = {"tuning": [], "held": []}
    strips = []
    begun = time.monotonic()
    for source in sources.SOURCES:
        split = "held" if sources.is_held_out(source) else "tuning"
        if asked.split not in (split, "both") or (asked.source and source.name not in asked.source):
            continue
        judged, more = judge_source(source, asked, load)
        splits[split] += judged
        strips += more
        print(f"{source.name}: {len(judged)} cases, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    tell(asked, splits)
    if asked.sheet:
        pictures.write_sheet(asked.sheet, strips)


def tell(asked, splits):
    kinds = asked.kind or cases.KINDS
    if splits["tuning"]:
        print(tables.table(splits["tuning"], kinds, "Tuning clips"), "\n")
        failed = [one for one in splits["tuning"] if not one.is_right]
        print(f"{len(failed)} tuning cases failed" + (":" if failed else "."))
        for one in failed:
            print(f"{one.case.name}: {tables.reason(one)}")
            if one.curves:
                print("    " + "\n    ".join(tables.thinned(one.curves, one.case.source.rate)))
        print()
    if splits["held"]:
        print(tables.table(splits["held"], kinds, "Held out clips"), "\n")
    everything = splits["tuning"] + splits["held"]
    share = sum(len(one.sharpest) / len(one.case.good) for one in everything) / max(len(everything), 1)
    print(f"{100 * share:.1f} % of a good window's frames are right as its cover, on average.")
    if asked.json:
        asked.json.write_text(json.dumps({
            split: {kind: {way: tables.shares(judged, kind, way) for way in judging.WAYS} for kind in kinds}
            for split, judged in splits.items() if judged}))


if __name__ == "__main__":
    main()
