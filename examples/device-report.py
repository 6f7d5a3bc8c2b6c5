#!/usr/bin/env python3
"""Reads forms of docs/device-test.md that were filled in, and prints what they say: device-report.py REPORT..."""

import sys

VERSION = "1"
HEAD = ("video", "phone", "ios", "way")
SHOWN = HEAD[1:]
ANSWERS = ("live", "plays", "motion", "note")


class Malformed(Exception):
    pass


def read(path):
    """({field: value} of its head, {pair: {answer: value}}); what is not answered is "". Malformed with a sentence."""
    head, pairs, block = {}, {}, None
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{path}: cannot be read: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        field, colon, value = (part.strip() for part in line.partition(":"))
        place = f"{path}:{number}"
        if not colon:
            raise Malformed(f"{place}: there is no colon in \"{line}\"; remarks go behind \"note:\".")
        if number == 1 and (field, value) != ("device-test", VERSION):
            raise Malformed(f"{place}: it does not begin with \"device-test: {VERSION}\"; send the form whole.")
        if field == "pair":
            if value in pairs:
                raise Malformed(f"{place}: the pair {value} is there twice; leave one of them.")
            block = pairs.setdefault(value, dict.fromkeys(ANSWERS, ""))
        elif field in (ANSWERS if block is not None else ("device-test", *HEAD)):
            (head if block is None else block)[field] = value
        else:
            raise Malformed(f"{place}: \"{field}\" is no field of the form; remarks go behind \"note:\".")
    if not lines:
        raise Malformed(f"{path}: it is empty.")
    return head, pairs


def table(reports):
    """A row for each pair and report, the pairs in the order of the forms."""
    names = dict.fromkeys(name for _, pairs in reports for name in pairs)
    for name in names:
        for head, pairs in reports:
            answers = pairs.get(name)
            if answers and any(answers.values()):
                yield (name, *(head.get(field) or "?" for field in SHOWN),
                       *(answers[field] or "?" for field in ANSWERS[:-1]), answers["note"])


def main(paths):
    if not paths:
        print("usage: device-report.py REPORT...", file=sys.stderr)
        return 2
    try:
        reports = [read(path) for path in paths]
    except Malformed as error:
        print(f"device-report.py: {error}", file=sys.stderr)
        return 1
    rows = [("pair", *SHOWN, *ANSWERS), *table(reports)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
