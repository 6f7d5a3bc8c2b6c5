#!/usr/bin/env python3
"""Puts source, still and movie of every shared video side by side, and says how far their colours are apart.

    contact_sheet.py FOLDER        writes FOLDER/sheet-N.png and FOLDER/table.txt

A report for the eye, not a test: each row is one video, at the moment of the still, as ffmpeg shows the source, as
heif-convert shows the still, and as ffmpeg shows the movie at its marker. Run it in `meson devenv -C build`.
"""

import subprocess
import sys
from pathlib import Path

import decoders
import harness
import measures
import pair
import programs
import test_lossless
import test_shared_media
from harness import SECOND

SIZE = 240  # pixels of a cell, each way
ROWS = 13  # of a sheet


def cell(image):
    """An RGB image in a square of grey, or a square of black where there is none."""
    if image is None:
        return bytes(3 * SIZE * SIZE)
    return subprocess.run(
        [programs.need("ffmpeg"), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
         f"{image.width}x{image.height}", "-i", "-", "-vf",
         f"scale={SIZE}:{SIZE}:force_original_aspect_ratio=decrease:flags=area,pad={SIZE}:{SIZE}:-1:-1:gray", "-f",
         "rawvideo", "-pix_fmt", "rgb24", "-"], input=image.data, stdout=subprocess.PIPE, check=True).stdout


def times_of(path):
    times = test_shared_media.times_for(path)
    times["duration"] = min(times["duration"], SECOND)
    times["still_time"] = times["start"] + times["duration"] // 2
    return times


def make(path, folder):
    """The lossless line where packets can pass, else the one that encodes; the sentence where neither can."""
    lines = [] if path.name in test_lossless.NEITHER_H264_NOR_H265 else [("unchanged", harness.lossless_line)]
    for how, line in (*lines, ("encoded", harness.main_line)):
        options = {} if how == "unchanged" else {
            "video": test_shared_media.QUICK, **test_shared_media.OPTIONS.get(path.name, {})}
        made = harness.make_pair(path, folder, path.stem, timeout=60, line=line, **times_of(path), **options)
        if made.run.code == 0 and made.movie.exists() and made.movie.stat().st_size:
            return how, made, ""
    return "refused", None, (made.run.errors or ["it hung"])[0]


def row(path, folder):
    """(cells, line of the table)"""
    how, made, sentence = make(path, folder)
    if made is None:
        return [cell(None)] * 3, f"{path.name:52} refused: {sentence[:120]}"
    still = decoders.still_rgb(made.still)
    movie = pair.frame_at_marker(made.movie, "rgb24")
    shown = pair.best_source_frame(made.still, path, *test_shared_media.candidates(path, times_of(path)["still_time"]))
    shown = test_shared_media.nearest_frame(made.still, path, shown).time
    source = test_shared_media.source_rgb(path, shown, made.movie)
    against_source, against_movie = (measures.colour_difference(still, image) for image in (source, movie))
    return [cell(source), cell(still), cell(movie)], \
        f"{path.name:52} {how:9} still/source {against_source[0]:4.1f} {against_source[1]:3d}   " \
        f"still/movie {against_movie[0]:4.1f} {against_movie[1]:3d}"


def write_sheet(path, rows):
    lines = b"".join(
        b"".join(cells[column][y * SIZE * 3:(y + 1) * SIZE * 3] for column in range(3))
        for cells in rows for y in range(SIZE))
    subprocess.run(
        [programs.need("ffmpeg"), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
         f"{3 * SIZE}x{len(rows) * SIZE}", "-i", "-", str(path)], input=lines, check=True)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows, table = [], []
    for path in sorted(test_shared_media.VIDEOS.iterdir()):
        cells, line = row(path, folder)
        print(line, flush=True)
        rows.append(cells)
        table.append(line)
    (folder / "table.txt").write_text("\n".join(table) + "\n")
    for first in range(0, len(rows), ROWS):
        write_sheet(folder / f"sheet-{first // ROWS + 1}.png", rows[first:first + ROWS])


if __name__ == "__main__":
    main()
