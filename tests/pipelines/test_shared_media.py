#!/usr/bin/env python3
"""Every video of ../shared/media/videos becomes a good pair by the documented line, or has its known sentence."""

import dataclasses
import functools
import math
from fractions import Fraction

import decoders
import harness
import measures
import pair
import readers
from harness import SECOND

VIDEOS = harness.SHARED / "media" / "videos"

# The line's encoder, quick and at constant quality: its default of 2 Mbit/s makes another picture of a large one.
QUICK = "x264enc speed-preset=superfast pass=qual quantizer=20 vbv-buf-capacity=0 ! h264parse"

# Six channels of which the file does not say where they stand: audioconvert has to be told what to make of them.
LEFT, RIGHT = (0.4, 0, 0.3, 0, 0.3, 0), (0, 0.4, 0.3, 0, 0, 0.3)
MIXED_DOWN = ("audioconvert", "mix-matrix=<" + ",".join(
    "<" + ",".join(f"(float){share}" for share in side) + ">" for side in (LEFT, RIGHT)) + ">")


@dataclasses.dataclass(frozen=True)
class Known:
    """A file on which the line fails for a reason that is not ours: the sentence, and what makes it work."""

    sentence: str
    remedy: dict = None  # options of harness.main_line(), None if nothing helps


KNOWN = {
    "h264-1080p60-51audio-2s.mp4": Known(
        r"(?i)(not-negotiated|negotiat|caps|channel)", {"convert_audio": MIXED_DOWN}),
    # x264enc wants even sizes.
    "vp9-odd-161x121.webm": Known(
        r"(?i)(not-negotiated|negotiat|encoder|x264|size)",
        {"before_video": ("videoscale", "!", "video/x-raw,width=160,height=120,pixel-aspect-ratio=1/1", "!")}),
    # decodebin gives up on it.
    "chrome-mediarecorder-no-duration.webm": Known(r"without an initial alpha buffer", None),
    # The picture changes its size at 1 s.
    "h264-resolution-change-400x300-to-200x150.mp4": Known(
        r"picture changes inside the clip", {"duration": SECOND // 2, "still_time": SECOND // 4}),
}


@dataclasses.dataclass
class Row:
    name: str
    result: str = ""
    ssim: float = math.nan
    colour: float = math.nan
    bits: str = ""
    psnr: float = math.nan
    duration: float = math.nan
    galleries: str = ""

    def __str__(self):
        return f"{self.name:55} {self.ssim:7.4f} {self.colour:6.1f} {self.bits:>4} {self.psnr:5.1f} {self.duration:6.3f} " \
            f"{self.galleries:4} {self.result}"


# GStreamer 1.22's av1dec makes an error of the EOS that its downstream returns; where the source is not ended, it is
# given none.
NOT_ENDED = {"select": ("controls-source=false",)}
OPTIONS = {"av1-640x360-5s.mkv": NOT_ENDED, "hdr10-av1-portrait-720x1280-4s.mp4": NOT_ENDED}

# What a reader of the still does not do, and why that is not held against the pair.
UNASKED = {
    # libheif stores pictures below its encoder's 64 pixels as a grid; exiv2 0.27 finds no Exif beside one, and four
    # pixels are too few for a likeness.
    "tiny-2x2.mp4": ("exiv2", "same picture"),
}

ROWS = []


def is_mpegts(path):
    return readers.ffprobe(path)[1]["format_name"] == "mpegts"


def times_for(path):
    """Two seconds from the first one on, or what a shorter file has, in GStreamer's stream time."""
    streams, container = readers.ffprobe(path)
    video = readers.first_stream(streams, "video")
    # Where GStreamer's MPEG-TS time begins is its own affair: the clip begins with the picture.
    if is_mpegts(path):
        return {"start": 0, "duration": 2 * SECOND, "still_time": 4 * SECOND // 5}
    begin = max(0, video.start or 0)
    length = float(video.duration or Fraction(container.get("duration", 3)))
    start, duration = (begin + 1, 2) if length >= 3 else (begin, min(2, length))
    return {"start": round(start * SECOND), "duration": max(1, round(duration * SECOND)),
            "still_time": round((start + duration / 2) * SECOND)}


def candidates(path, still_time):
    """(first, last) time of the source's frames among which the still's must be."""
    if is_mpegts(path):
        times = readers.presentation_times(path)
        return times[0], times[-1]
    return around(path, Fraction(still_time, SECOND))


def around(path, instant):
    """(first, last) time of the frame that is on screen at an instant, with the three before and after it."""
    times = readers.presentation_times(path)
    number = harness.on_screen(times, instant)
    return times[max(0, number - 3)], times[min(len(times) - 1, number + 3)] + Fraction(1, 1000)


@functools.lru_cache(maxsize=1)  # of the largest they are 60 MB
def _frames_from(path, first, last):
    return decoders.ffmpeg_frames(path, between=(first, last))


def frames_around(path, instant):
    """The frame that is on screen at an instant, and its neighbours; decoded once where it is asked for again."""
    return _frames_from(path, *around(path, instant))


def nearest_frame(still, path, shown):
    """Of the frame at `shown` and its neighbours the one that is the still sample for sample.

    `shown` was found with small copies, which cannot tell frames that are almost alike, or that fade.
    """
    return pair.nearest_frame(still, path, frames_around(path, shown))


def source_rgb(path, shown, movie):
    """The source's frame; of one that names no colours, by the matrix that its pair names. ffmpeg has another guess."""
    is_named = readers.first_stream(readers.ffprobe(path)[0], "video").raw.get("color_space", "unknown") != "unknown"
    matrix = None if is_named else readers.matrix_name(readers.first_stream(readers.ffprobe(movie)[0], "video"))
    return decoders.ffmpeg_frame(path, shown, "rgb24", matrix)


class SharedMedia(harness.PipelineTest):

    def setUp(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        super().setUp()

    @classmethod
    def tearDownClass(cls):
        if ROWS:
            print(f"\n{'file':55} {'SSIM':7} {'colour':6} bits {'dB':5} {'s':6} {'gal.':4} result")
            print("\n".join(map(str, sorted(ROWS, key=lambda row: row.name))), flush=True)

    def check(self, name):
        row = Row(name, "FAILED")
        ROWS.append(row)
        path = VIDEOS / name
        times = {**times_for(path), **OPTIONS.get(name, {})}
        known = KNOWN.get(name)
        made = harness.make_pair(path, self.folder, timeout=180, video=QUICK, **times)
        self.last_run = made.run
        self.assertFalse(made.run.timed_out, "it hung")
        if known is not None and made.run.code != 0:
            self.assertRegex(made.run.stderr, known.sentence)
            self.assertFalse(made.still.exists(), "a still was left")
            row.result = "its sentence: " + (made.run.errors or ["?"])[0][:90]
            if known.remedy is None:
                return
            times = {**times, **known.remedy}
            made = harness.make_pair(path, self.folder, timeout=180, video=QUICK, **times)
            row.result += "; with the remedy "
        self.assert_ended_well(made.run)
        shown = self.judge(made, path, row, None if "before_video" in times else times["still_time"])
        self.judge_at_quality_100(path, times, shown, row)
        row.result = ("" if row.result == "FAILED" else row.result) + "a good pair"

    def judge(self, made, path, row, still_time):
        """Returns the time of the source's frame that the still shows, None where it was not looked for.

        `still_time` None: the picture was changed on the way, so that it does not compare with the source.
        """
        # Galleries want a date, which most of these files have not: counted in the table, not demanded.
        asked = tuple(reader for reader in pair.EVERY_READER if reader not in UNASKED.get(path.name, ()))
        report = self.assert_good(made, pair.Expectation(galleries=False), asked)
        row.duration = report.facts["duration"]
        row.galleries = f"{sum('does not pair' not in finding.said for finding in report.said_by('galleries'))}/4"
        self.assertLessEqual(row.duration, 3.1)
        for finding in report.said_by("galleries"):
            if not finding.said.startswith("ente"):
                self.assertIn("pairs them", finding.said)
        if still_time is not None and "same picture" in asked:
            found = pair.best_source_frame(made.still, path, *candidates(path, still_time))
            frame = nearest_frame(made.still, path, found)
            shown = frame.time
            row.ssim, _ = pair.still_against(made.still, path, frame)
            self.assertGreaterEqual(row.ssim, 0.97, f"the still against the source's frame at {float(shown):.4f} s")
            still = decoders.still_rgb(made.still)
            row.colour, _ = measures.colour_difference(still, source_rgb(path, shown, made.movie))
            self.assertLessEqual(row.colour, 2, "the still's mean colours, the source's")
            by_movie, _ = measures.colour_difference(still, pair.frame_at_marker(made.movie, "rgb24"))
            self.assertLessEqual(by_movie, 2, "the still's mean colours, the movie's")
            return shown
        return None

    def judge_at_quality_100(self, path, times, shown, row):
        """What the still's encoder loses: its coded luma against the luma that ffmpeg decodes from the source.

        No encoder of video and nothing between the decoder and the still asks for another format, so that the still has
        the source's own samples: 10 bits, full chroma and odd sizes too. Where pixels are not square, the frame is
        scaled by ffmpeg as the still was by the sink, and the difference of the two counts as a loss.

        The moment is that of the pair; again the nearest of its neighbours is taken.
        """
        still = self.folder / "Q.HEIC"
        run = harness.launch([
            "filesrc", f"location={path}", "!", "decodebin", "!", "videoconvert", "!", "livephotoselect", "name=s",
            f"start-time={times['start']}", f"duration={times['duration']}", f"still-time={times['still_time']}",
            *times.get("select", ()), "s.still_src", "!", "heifstillsink", f"location={still}", "quality=100",
            "async=true"])
        self.assert_ended_well(run)
        instant = Fraction(times["still_time"], SECOND) if shown is None else shown
        frames = frames_around(path, instant)
        row.bits = {"gray": "8", "gray10le": "10"}[frames[0].layout]
        self.assertEqual(decoders.still_luma(still, "bt709")[0].layout, frames[0].layout, "the depth of the still")
        _, row.psnr = pair.still_against(still, path, pair.nearest_frame(still, path, frames))
        self.assertGreaterEqual(row.psnr, 42, "the still of quality 100 against the source's frame")


def _add_tests():
    """One test for each file, so that each is named in the result."""
    names = sorted(path.name for path in VIDEOS.iterdir()) if VIDEOS.is_dir() else ["shared media"]
    for name in names:
        sentence = "test_" + "".join(letter if letter.isalnum() else "_" for letter in name)
        setattr(SharedMedia, sentence, lambda self, name=name: self.check(name))


_add_tests()

if __name__ == "__main__":
    harness.main()
