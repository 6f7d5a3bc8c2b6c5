#!/usr/bin/env python3
"""Pictures from one pixel to 8K, of odd sides and oblong pixels, are a right pair or are refused with a sentence."""

import itertools
from fractions import Fraction

import clips
import decoders
import harness
import measures
import pair
import readers
from harness import SECOND

HALF = {"start": 0, "duration": SECOND // 2, "still_time": SECOND // 5, "sound": False}
STILL = Fraction(1, 5)
NOT_STRICT = {"mux": ("strict=false",)}  # of 4:4:4, which odd sides want
LEFT_AND_TOP = ("videocrop", "right=1", "bottom=1", "!")


class SizesTest(harness.PipelineTest):

    elements = ("livephotoselect", "heifstillsink", "livephotomux", "x264enc", "parsebin", "avdec_h264")

    def sizes(self, made):
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        still = readers.heif_info(made.still)
        return (video.raw["width"], video.raw["height"]), (still["width"], still["height"])

    def assert_alike(self, one, other, within):
        """By the mean difference of the samples of an Image."""
        self.assertEqual((one.width, one.height), (other.width, other.height))
        self.assertLessEqual(sum(abs(a - b) for a, b in zip(one.data, other.data)) / len(one.data), within)

    def assert_same_colours(self, one, other, within):
        """In the mean of all of the picture: where colours have half of the samples, readers differ in each."""
        means = (measures.mean_colour(image, 0, 0, image.width, image.height) for image in (one, other))
        for some, others in zip(*means):
            self.assert_close(some, others, within, "the colours")

    def check(self, clip, line, size, within=2, **options):
        """Still and movie have this size and the source's colours, with a mean error of `within` at most."""
        made = self.make(clip, f"{size[0]}x{size[1]}-{line.__name__}", line=line, **{**HALF, **options})
        self.assertEqual(self.sizes(made), (size, size))
        luma = {"still": decoders.still_luma(made.still, "bt709")[0], "movie": pair.frame_at_marker(made.movie)}
        colours = {"still": decoders.heif_rgb(made.still), "movie": pair.frame_at_marker(made.movie, "rgb24")}
        stream = readers.first_stream(readers.ffprobe(clip.path)[0], "video")
        if (stream.raw["width"], stream.raw["height"]) == size:
            luma["source"] = decoders.ffmpeg_frame(clip.path, STILL)
            colours["source"] = decoders.ffmpeg_frame(clip.path, STILL, "rgb24")
        assert_alike = self.assert_alike if "444" in stream.raw["pix_fmt"] else self.assert_same_colours
        for one, other in itertools.combinations(luma, 2):
            with self.subTest(f"{one} and {other}"):
                self.assert_alike(luma[one], luma[other], within)
                assert_alike(colours[one], colours[other], within)
        return made


class Small(SizesTest):

    def test_from_one_pixel_on(self):
        for width, height, pixels in ((1, 1, "yuv444p"), (2, 2, "yuv420p"), (5, 3, "yuv444p"), (17, 1, "yuv444p"),
                                      (16, 16, "yuv420p"), (62, 64, "yuv420p")):
            clip = clips.pattern(width, height, pixels)
            options = NOT_STRICT if pixels == "yuv444p" else {}
            for line in (harness.lossless_line, harness.main_line):
                with self.subTest(f"{width}x{height}", line=line.__name__):
                    self.check(clip, line, (width, height), within=4, **options)


class Odd(SizesTest):

    def test_odd_sides_of_full_hd(self):
        clip = clips.pattern(1921, 1081, "yuv444p")
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                video = {} if line is harness.lossless_line else {"video": "x264enc quantizer=18 pass=qual vbv-buf-capacity=0 ! h264parse"}
                self.check(clip, line, (1921, 1081), **NOT_STRICT, **video)

    def test_what_apple_does_not_play_is_refused(self):
        made = harness.make_pair(clips.pattern(5, 3, "yuv444p").path, self.folder, line=harness.lossless_line, **HALF)

        self.last_run = made.run
        self.assertGreater(made.run.code, 0)
        self.assertIn("or set strict=false", " ".join(made.run.errors))
        self.assertFalse(made.still.exists())

    def test_a_row_and_a_column_less_are_played_by_all(self):
        self.check(clips.pattern(5, 3, "yuv444p"), harness.main_line, (4, 2), within=6, before_video=LEFT_AND_TOP)

    def test_a_still_alone_may_be_odd(self):
        still = self.folder / "S.HEIC"
        run = harness.launch([
            "filesrc", f"location={clips.pattern(5, 3, 'yuv444p').path}", "!", "decodebin", "!", "livephotoselect",
            "name=s", f"duration={SECOND // 2}", f"still-time={SECOND // 5}", "s.still_src", "!", "heifstillsink",
            f"location={still}", "async=true"])
        self.assert_ended_well(run)
        shown = decoders.heif_rgb(still)
        self.assertEqual((shown.width, shown.height), (5, 3))


class Large(SizesTest):

    def test_8k(self):
        """By the luma that ffmpeg decodes: as RGB it takes too long."""
        clip = clips.pattern(7680, 4320, frames=3, video=("-c:v", "libx264", "-preset", "ultrafast", *clips.BT709))
        times = {"duration": SECOND * 2 // 15, "still_time": SECOND // 15}
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                made = self.make(clip, line.__name__, line=line, timeout=400, **{**HALF, **times},
                                 video="x264enc speed-preset=ultrafast pass=qual quantizer=20 vbv-buf-capacity=0 ! h264parse") \
                    if line is harness.main_line else self.make(clip, line.__name__, line=line, **{**HALF, **times})
                self.assertEqual(self.sizes(made), ((7680, 4320), (7680, 4320)))
                source = decoders.ffmpeg_frame(clip.path, Fraction(1, 15))
                self.assertGreaterEqual(pair.still_against(made.still, clip.path, source)[0], 0.97)
                marker = pair.frame_at_marker(made.movie)
                self.assertGreaterEqual(pair.still_against(made.still, made.movie, marker)[0], 0.97)


class Oblong(SizesTest):
    """Pixels that are no squares: the still has square ones, in the movie's shape."""

    def check_shape(self, clip, shape, **options):
        made = self.make(clip, "-".join(map(str, options.get("before_video", ()))) or "P", **{**HALF, **options})
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        self.assertEqual(readers.shape(video), shape)
        still = decoders.still_rgb(made.still)
        self.assert_close(Fraction(still.width, still.height), shape, Fraction(1, 100), "the still's shape")
        self.assert_good(made)

    def test_they_keep_the_shape_of_the_picture_unchanged(self):
        self.check_shape(clips.anamorphic(), Fraction(16, 9), line=harness.lossless_line)

    def test_they_keep_it_turned_too(self):
        turn = ("taginject", "tags=image-orientation=rotate-90", "!")
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                self.check_shape(clips.anamorphic(), Fraction(9, 16), line=line, before_video=turn)


class Interlaced(SizesTest):
    """Fields show different moments: a bar's edges are combs until it is deinterlaced."""

    def test_it_is_deinterlaced_by_the_recipe(self):
        clip = clips.interlaced()
        self.assertGreater(measures.combs(decoders.ffmpeg_frame(clip.path, 1)), 5, "the source")
        made = self.make(clip, before_video=("deinterlace", "!"), start=0, duration=SECOND, still_time=SECOND // 2,
                         sound=False, video="x264enc pass=qual quantizer=10 vbv-buf-capacity=0 ! h264parse")

        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        self.assertEqual(video.raw.get("field_order", "progressive"), "progressive")
        self.assertEqual(len(decoders.ffmpeg_frames(made.movie)), 50)
        for image in (pair.frame_at_marker(made.movie), decoders.still_luma(made.still, "bt709")[0]):
            self.assertLess(measures.combs(image), 1)
        self.assert_good(made)

    def test_unchanged_it_is_refused(self):
        made = harness.make_pair(clips.interlaced().path, self.folder, line=harness.lossless_line, **HALF)

        self.last_run = made.run
        self.assertIn("interlaced", " ".join(made.run.errors))
        self.assertIn("deinterlace", " ".join(made.run.errors))
        self.assertFalse(made.still.exists())


if __name__ == "__main__":
    harness.main()
