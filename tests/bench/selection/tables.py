"""What the judged cases come to, as text."""

import judging

GOAL = 0.95
BEHIND = 0.20  # the plain ways are to be this far behind
HARD = ("shake", "freeze", "pan", "cuts")  # ... on these
_NAMES = {"ours": "core/select", "plain": "Laplacian variance", "middle": "middle of the file"}


def shares(judged, kind, way):
    """(cases, share of right windows, share of right covers)"""
    verdicts = [one.verdicts[way] for one in judged if one.case.kind == kind]
    count = len(verdicts)
    if count == 0:
        return 0, 0.0, 0.0
    return count, sum(one.window for one in verdicts) / count, sum(one.cover for one in verdicts) / count


def table(judged, kinds, title):
    """Right windows and right covers, in percent of all cases of a kind."""
    lines = [f"{title}: right windows / right covers, percent of the cases", ""]
    lines.append(f"{'kind':14} cases " + "".join(f"{_NAMES[way]:>20}" for way in judging.WAYS) + "  goals")
    for kind in kinds:
        count = shares(judged, kind, "ours")[0]
        if count == 0:
            continue
        cells = [shares(judged, kind, way)[1:] for way in judging.WAYS]
        text = "".join(f"{100 * window:13.0f} / {100 * cover:4.0f}" for window, cover in cells)
        lines.append(f"{kind:14} {count:5} {text}  {', '.join(_unmet(kind, cells)) or 'met'}")
    return "\n".join(lines)


def _unmet(kind, cells):
    (window, cover), *others = cells
    if window < GOAL:
        yield f"windows {100 * window:.0f} < {100 * GOAL:.0f}"
    if cover < GOAL:
        yield f"covers {100 * cover:.0f} < {100 * GOAL:.0f}"
    if kind in HARD and max(other[0] for other in others) > window - BEHIND:
        yield "set too easy"


def reason(one):
    """Why core/select is wrong in this case."""
    case, ours = one.case, one.verdicts["ours"]
    rate = case.source.rate
    if not one.answer["moments"]:
        return "no moment was found"
    said = one.answer["moments"][0]
    parts = [f"wants {_span(case.good.start, case.good.stop, rate)} for a clip of {case.clip / rate:.2f} s"]
    if not ours.window:
        parts.append(f"took {_span(ours.start, ours.start + case.clip, rate)}, overlap {100 * ours.overlap:.0f} %")
    if not ours.cover:
        parts.append(f"cover {ours.still / rate:.2f}, sharpest are {_runs(one.sharpest, rate)}")
    parts.append(f"score {said['score']} {said['scores']} ({said['reason']})")
    if len(one.answer["moments"]) > 1:
        second = one.answer["moments"][1]
        parts.append(
            f"next {second['start'] / judging.NANOSECONDS:.2f}: {second['score']} {second['scores']}")
    return "; ".join(parts)


def _span(first, end, rate):
    return f"{first / rate:.2f} to {end / rate:.2f}"


def _runs(frames, rate):
    """Frames without gaps as spans of time."""
    runs = []
    for frame in sorted(frames):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ", ".join(f"{first / rate:.2f}..{last / rate:.2f}" for first, last in runs)


def thinned(curves, rate):
    """A line of the measures for each quarter of a second, which is enough to read a curve."""
    return curves[:1] + curves[1::max(rate // 4, 1)]
