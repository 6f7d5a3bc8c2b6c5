#!/usr/bin/env python3
"""Reads forms of docs/device-test.md that were filled in, and prints what they say: device-report.py REPORT..."""

import sys

VERSION = "1"
HEAD = ("device-test", "video", "phone", "ios", "way")
ANSWERS = ("live", "plays", "motion", "note")
YES_OR_NO = ("live", "plays")


class Malformed(Exception):
    pass


class Form:
    """`head` is {field: value}, `pairs` {pair: {answer: value}}; what is not answered is ""."""

    def __init__(self):
        self.head, self.pairs, self._block = {}, {}, None

    def add(self, line):
        """Takes the next line that is not empty; Malformed with what is wrong with it."""
        field, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            raise Malformed(f"there is no colon in \"{line}\"; remarks go behind \"note:\".")
        if not self.head and (field, value) != ("device-test", VERSION):
            raise Malformed(f"it does not begin with \"device-test: {VERSION}\"; send the form whole.")
        if field == "pair":
            self._block = self._new(value, "")
        elif field == "not-made":
            self._new(value, "not made")
        elif field in (HEAD if self._block is None else ANSWERS):
            self._set(field, value)
        else:
            raise Malformed(f"\"{field}\" is no field of the form here; remarks go behind \"note:\".")

    def _new(self, name, note):
        if name in self.pairs:
            raise Malformed(f"the pair {name} is there twice; leave one of them.")
        self.pairs[name] = {**dict.fromkeys(ANSWERS, ""), "note": note}
        return self.pairs[name]

    def _set(self, field, value):
        if field in YES_OR_NO:
            value = value.lower()
            if value not in ("", "yes", "no", "unknown"):
                raise Malformed(f"\"{value}\" is no answer; write yes, no or unknown, and remarks behind \"note:\".")
        (self.head if self._block is None else self._block)[field] = value


def read(path):
    """(head, pairs) of a Form. Malformed with a sentence that names the file and the line."""
    form = Form()
    try:
        with open(path, encoding="utf-8-sig") as file:  # some editors begin with a mark
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{path}: cannot be read: {error}.") from error
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                form.add(line)
        except Malformed as error:
            raise Malformed(f"{path}:{number}: {error}") from error
    if not form.head:
        raise Malformed(f"{path}: it is empty.")
    return form.head, form.pairs


def table(reports):
    """A row for each pair and report, the pairs in the order of the forms."""
    names = dict.fromkeys(name for _, pairs in reports for name in pairs)
    for name in names:
        for head, pairs in reports:
            answers = pairs.get(name)
            if answers and any(answers.values()):
                yield (name, head.get("phone") or "?", head.get("ios") or "?",
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
    rows = [("pair", "phone", "ios", *ANSWERS), *table(reports)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
