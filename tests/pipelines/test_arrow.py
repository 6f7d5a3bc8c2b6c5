#!/usr/bin/env python3
"""A chart with an arrow comes out right in every range, matrix, depth and orientation at once, unchanged or not.

The eight orientations of one kind of colour are made by one gst-launch and shown by one ffmpeg, because starting
programs would take most of the time.
"""

import itertools

import clips
import decoders
import harness
import measures
import programs
import readers
from harness import SECOND

COLOURS = ("bt601", "bt709", "bt2020")
STILL = SECOND // 6
SIDE = max(clips.SMALL)  # of a square that holds the picture either way


def shown_box(box, turn):
    """(left, top, width, height) of the coded picture, where it is when that is shown."""
    (across, down), (width, height) = clips.TURNS[turn], clips.SMALL
    left, top, wide, high = box
    points = []
    for x, y in ((left, top), (left + wide, top + high)):
        points.append(tuple(
            x * across[axis] + y * down[axis] + (width if across[axis] < 0 else 0) + (height if down[axis] < 0 else 0)
            for axis in (0, 1)))
    (ax, ay), (bx, by) = points
    return min(ax, bx), min(ay, by), abs(bx - ax), abs(by - ay)


LEFT_AND_RIGHT = 1  # the axis of an imir as HEIF readers take it, which exchange left and right then


def transforms(heic):
    """(name, value) of its boxes that turn and mirror."""
    found = []
    for name in (b"irot", b"imir"):
        at = heic.find(name)
        if at >= 0:
            found.append((name, heic[at + 4]))
    return found


def mirrored(image, across):
    row = image.width * 3
    rows = [image.data[at:at + row] for at in range(0, len(image.data), row)]
    if across:
        rows = [b"".join(line[at:at + 3] for at in range(row - 3, -3, -3)) for line in rows]
    else:
        rows = rows[::-1]
    return measures.Image(image.width, image.height, image.layout, b"".join(rows), image.time)


class Arrow(harness.PipelineTest):

    elements = ("livephotosink", "x264enc", "x265enc", "h264parse", "h265parse", "avdec_h264", "avdec_h265")

    def make_all(self, decode, sources):
        """A pair of each file, by one pipeline of as many livephotosinks."""
        line, made = [], []
        for number, (name, clip) in enumerate(sources.items()):
            still, movie = (self.folder / f"{name}{suffix}" for suffix in (".HEIC", ".MOV"))
            part = harness.sink_line(clip.path, still, movie, start=0, duration=SECOND // 3, still_time=STILL,
                                     sound=False, decode=decode)
            line += [word.replace("name=d", f"name=d{number}").replace("name=l", f"name=l{number}")
                     .replace("d.", f"d{number}.").replace("l.video", f"l{number}.video")
                     if word in ("name=d", "name=l", "d.", "l.video") else word for word in part]
            made.append((still, movie))
        run = self.last_run = harness.launch(line)
        self.assert_ended_well(run)
        return made

    def movies(self, paths):
        """The frame of each at its middle, by one ffmpeg, upright in a square."""
        inputs = [word for path in paths for word in ("-i", path)]
        # libswscale takes its matrix and range from the frame's own labels.
        chains = [f"[{n}:v]select=eq(n\\,5),scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp+bicubic,"
                  f"format=rgb24,pad={SIDE}:{SIDE}:0:0[{n}]" for n in range(len(paths))]
        stack = "".join(f"[{n}]" for n in range(len(paths))) + f"vstack=inputs={len(paths)}"
        data = programs.read_with(
            "ffmpeg", "-v", "error", *inputs, "-filter_complex", ";".join([*chains, stack]), "-frames:v", "1", "-f",
            "rawvideo", "-").stdout
        size = SIDE * SIDE * 3
        self.assertEqual(len(data), size * len(paths))
        return [measures.Image(SIDE, SIDE, "rgb24", data[n * size:(n + 1) * size]) for n in range(len(paths))]

    def still(self, path, bits, of_eight_bits):
        """As heif-convert shows it.

        libheif 1.15 refuses to mirror 10 bits: there it is shown a copy that is turned only, and its pixels are
        mirrored here. That the mirror itself is right, it has said of the still of 8 bits, whose boxes are the same.
        """
        data = path.read_bytes()
        at = data.find(b"imir")
        if bits == 8 or at < 0:
            return decoders.heif_rgb(path)
        self.assertEqual(transforms(data), transforms(of_eight_bits.read_bytes()))
        copy = path.with_name("unmirrored-" + path.name)
        copy.write_bytes(data[:at] + b"irot\0" + data[at + 5:])
        return mirrored(decoders.heif_rgb(copy), across=data[at + 4] & 1 == LEFT_AND_RIGHT)

    def assert_right(self, image, turn, what):
        """Each patch has its colour where the turn puts it, and the arrow points where it is to."""
        for index, wanted in enumerate(clips.CHART):
            row, column = divmod(index, clips.CHART_COLUMNS)
            box = column * clips.CELL + 8, row * clips.CELL + 8, clips.CELL - 16, clips.CELL - 16
            found = measures.mean_colour(image, *shown_box(box, turn))
            for channel, (value, want) in enumerate(zip(found, wanted)):
                self.assert_close(value, want, 3, f"{what}: {'RGB'[channel]} of patch {index}, {found} for {wanted}")
        wrong = []
        for x, y in itertools.product(range(2, clips.CELL - 2, 4), range(2, clips.SMALL[1] - 2, 4)):
            here = [(x + dx, y + dy) in clips.ARROW for dx in (0, 1) for dy in (0, 1)]
            near = [(x + dx, y + dy) in clips.ARROW for dx in (-2, 3) for dy in (-2, 3)]
            if len(set(here + near)) > 1:
                continue  # at the arrow's edge
            left, top, _, _ = shown_box((clips.ARROW_LEFT + x, y, 2, 2), turn)
            is_dark = measures.mean_colour(image, left, top, 2, 2)[1] < 128
            if is_dark != here[0]:
                wrong.append((x, y))
        self.assertEqual(wrong, [], f"{what}: points of the arrow")

    def assert_labels(self, movie, full_range, colour):
        stream = readers.first_stream(readers.ffprobe(movie)[0], "video")
        self.assertEqual(readers.is_full_range(stream), full_range, "the movie's range by ffprobe")
        labels = stream.raw["color_primaries"], stream.raw["color_space"]
        self.assertEqual(labels, clips.COLOURS[colour][0:3:2], "the movie by ffprobe")

    def every(self, decode):
        eight_bits = {}
        for colour, bits, full_range in itertools.product(COLOURS, (8, 10), (False, True)):
            kind = f"{colour}-{bits}-{'full' if full_range else 'limited'}"
            sources = {f"{kind}-{turn}": clips.arrow_chart(colour, bits, full_range, turn) for turn in clips.TURNS}
            with self.subTest(kind):
                made = self.make_all(decode, sources)
                movies = self.movies([movie for _, movie in made])
                self.assert_labels(made[0][1], full_range, colour)
                for (still, _), shown, turn in zip(made, movies, clips.TURNS):
                    image = self.still(still, bits, eight_bits.setdefault(turn, still))
                    turned = clips.TURNS[turn][0][0] == 0
                    self.assertEqual((image.width, image.height), clips.SMALL[::-1] if turned else clips.SMALL, turn)
                    self.assert_right(image, turn, f"{turn}: the still by heif-convert")
                    self.assert_right(shown, turn, f"{turn}: the movie by ffmpeg")

    def test_all_of_them_unchanged(self):
        self.every("parsebin")

    def test_all_of_them_encoded_again(self):
        self.every("decodebin")


if __name__ == "__main__":
    harness.main()
