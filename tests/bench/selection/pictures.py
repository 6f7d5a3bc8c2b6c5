"""Cases as pictures to look at: what a video shows from beginning to end, and what was chosen of it."""

import subprocess

import numpy

import spoiling

_WIDTH, _HEIGHT = 120, 90  # pixels of a cell
_COLUMNS = 16
_BAR = 5


def strip(one, scene, others):
    """A row of thumbnails: frames from the whole file, then the cover. Bars beneath: good window, chosen window."""
    case, ours = one.case, one.verdicts["ours"]
    wanted = numpy.linspace(0, case.length - 1, _COLUMNS).astype(int).tolist()
    cover = min(max(int(ours.still), 0), case.length - 1)
    shown = {number: frame for number, frame in enumerate(spoiling.frames(case, scene, others))
             if number in wanted or number == cover}
    cells = [_cell(shown[number]) for number in [*wanted, cover]]
    row = numpy.concatenate(cells, axis=1)
    bars = numpy.full((2 * _BAR + 3, row.shape[1]), 40, numpy.uint8)
    for top, (first, end) in ((0, (case.good.start, case.good.stop)), (_BAR + 1, (ours.start, ours.start + case.clip))):
        scale = _COLUMNS * _WIDTH / case.length
        bars[top:top + _BAR, max(round(first * scale), 0):max(round(end * scale), 0)] = 255 if top == 0 else 170
    return numpy.concatenate([row, bars])


def write_sheet(path, strips):
    """A PNG of all strips; nothing where there are none."""
    if not strips:
        return
    sheet = numpy.concatenate(strips)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s",
         f"{sheet.shape[1]}x{sheet.shape[0]}", "-i", "-", "-frames:v", "1", str(path)],
        input=sheet.tobytes(), check=True)


def _cell(frame):
    scale = min(_WIDTH / frame.shape[1], _HEIGHT / frame.shape[0])
    width, height = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
    cell = numpy.full((_HEIGHT, _WIDTH), 40, numpy.uint8)
    factor = max(int(1 / scale), 1)  # a mean of so many pixels first: thin lines stay
    if factor > 1:
        rows, columns = frame.shape[0] // factor, frame.shape[1] // factor
        frame = frame[:rows * factor, :columns * factor].reshape(rows, factor, columns, factor).mean((1, 3))
    top, left = (_HEIGHT - height) // 2, (_WIDTH - width) // 2
    cell[top:top + height, left:left + width] = spoiling.filling(frame, width, height)
    return cell
