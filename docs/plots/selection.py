#!/usr/bin/env python3
"""Draws docs/plots/selection-*.svg from what tests/core/select/selection_curves prints:

    ninja -C build tests/core/selection_curves && build/tests/core/selection_curves | docs/plots/selection.py
"""

import sys
from pathlib import Path

WIDTH, LEFT, RIGHT = 900, 140, 20
INK, GRID, GOOD, CHOSEN = "#333", "#ddd", "#e4f3e4", "#1769aa"
STYLE = "font-family='sans-serif' font-size='12'"


def read(lines):
    found = {"part": [], "frame": [], "moment": [], "window": [], "weight": []}
    for line in lines:
        kind, _, rest = line.strip().partition(" ")
        found[kind].append(rest.split(" "))
    return found


def text(x, y, words, anchor="start", colour=INK):
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}' {STYLE}>{words}</text>"


def line(points, colour, width=1.3):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='{width}'/>"


def write(name, height, shapes):
    out = Path(__file__).parent / name
    out.write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'>\n"
        f"<rect width='{WIDTH}' height='{height}' fill='#fff'/>\n" + "\n".join(shapes) + "\n</svg>\n", encoding="utf-8")
    print(out)


def draw_curves(found):
    parts = [(float(p[0]), float(p[1]), " ".join(p[2:])) for p in found["part"]]
    frames = [[float(v) for v in f] for f in found["frame"]][::2]
    windows = [[float(v) for v in w] for w in found["window"]][::2]
    end = parts[-1][1]

    def x(time):
        return LEFT + time / end * (WIDTH - LEFT - RIGHT)

    most = max(w[1] for w in windows)
    rows = [
        ("sharpness", [(f[0], f[1]) for f in frames], 0.8),
        ("shake", [(f[0], f[2]) for f in frames], 0.6),
        ("speed", [(f[0], f[3]) for f in frames], 1.2),
        ("local motion", [(f[0], f[4]) for f in frames], 0.5),
        ("as a cover", [(f[0], f[5]) for f in frames], 1.5),
        ("score of the", [(w[0], w[1]) for w in windows], most * 1.05),
    ]
    height, each, top = 40 + 76 * len(rows) + 40, 76, 40
    shapes = []
    for begin, until, name in parts:
        if name == "good":
            shapes.append(
                f"<rect x='{x(begin):.1f}' y='{top - 12}' width='{x(until) - x(begin):.1f}' "
                f"height='{each * len(rows) + 12}' fill='{GOOD}'/>")
        shapes.append(text((x(begin) + x(until)) / 2, top - 18, name, "middle"))
        shapes.append(line([(x(begin), top - 12), (x(begin), top + each * len(rows))], GRID, 1))
    for row, (name, points, full) in enumerate(rows):
        base = top + each * (row + 1) - 8
        shapes.append(line([(LEFT, base), (WIDTH - RIGHT, base)], GRID, 1))
        shapes.append(text(LEFT - 8, base - 30, name, "end"))
        if name == "score of the":
            shapes.append(text(LEFT - 8, base - 15, "window from here", "end"))
        shapes.append(text(LEFT - 8, base - 52, f"{full:.1f}", "end", "#999"))
        shapes.append(line([(x(t), base - min(v / full, 1) * 60) for t, v in points], INK))
    base = top + each * len(rows) + 4
    for rank, (begin, until, still, *_) in enumerate(found["moment"]):
        begin, until, still = float(begin), float(until), float(still)
        colour = CHOSEN if rank < 2 else "#999"
        shapes.append(
            f"<rect x='{x(begin):.1f}' y='{base}' width='{x(until) - x(begin):.1f}' height='9' fill='{colour}'/>")
        shapes.append(line([(x(still), base - 4), (x(still), base + 13)], "#c00", 2))
        shapes.append(text(x(begin), base + 24, f"moment {rank + 1}"))
    shapes.append(text(LEFT - 8, base + 9, "chosen", "end"))
    write("selection-curves.svg", height, shapes)


def draw_parts(found):
    height, top, bottom, left = 330, 20, 40, 60
    right = 480

    def x(value):
        return left + value * (right - left)

    def y(value):
        return height - bottom - value * (height - bottom - top)

    shapes = [line([(x(v), y(0)), (x(v), y(1))], GRID, 1) for v in (0, 0.25, 0.5, 0.75, 1)]
    shapes += [line([(x(0), y(v)), (x(1), y(v))], GRID, 1) for v in (0, 0.25, 0.5, 0.75, 1)]
    shapes += [text(x(v), y(0) + 16, f"{v:g}", "middle") for v in (0, 0.5, 1)]
    shapes += [text(x(0) - 6, y(v) + 4, f"{v:g}", "end") for v in (0, 0.5, 1)]
    shapes.append(text((x(0) + x(1)) / 2, height - 6, "a part of the window's score", "middle"))
    colours = ("#1769aa", "#2e7d32", "#c62828", "#ef6c00", "#6a1b9a", "#00838f", "#5d4037", "#777")
    for at, ((name, weight, floor), colour) in enumerate(zip(found["weight"], colours)):
        weight, floor = float(weight), float(floor)
        points = [(x(i / 50), y((floor + (1 - floor) * i / 50) ** weight)) for i in range(51)]
        shapes.append(line(points, colour, 2))
        row = top + 30 + 24 * at
        shapes.append(line([(right + 40, row - 4), (right + 70, row - 4)], colour, 3))
        shapes.append(text(right + 80, row, f"{name}: weight {weight:g}, floor {floor:g}"))
    write("selection-parts.svg", height, shapes)


if __name__ == "__main__":
    everything = read(sys.stdin)
    draw_curves(everything)
    draw_parts(everything)
