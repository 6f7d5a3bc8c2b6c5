#!/usr/bin/env python3
"""A chart of known colours comes out right in both files, in every range, matrix and depth, encoded again or not."""

import itertools
import struct
from fractions import Fraction

import clips
import decoders
import harness
import measures
import pair
import primaries
import programs
import readers
from harness import SECOND

SHORT = {"start": 0, "duration": SECOND // 2, "still_time": SECOND // 5}


def still_labels(made):
    """(primaries, transfer, matrix) of a HEIC; that its range is right, its patches show."""
    tags = readers.exiftool(made.still)
    return tuple(int(readers.tag(tags, name)) for name in (
        "ColorPrimaries", "TransferCharacteristics", "MatrixCoefficients"))


class ColourTest(harness.PipelineTest):

    def patches(self, image):
        return [measures.mean_colour(image, *clips.chart_patch(index)) for index in range(len(clips.CHART))]

    def assert_patches(self, some, others, within, what):
        worst = max((abs(a - b), index, channel) for index, (one, other) in enumerate(zip(some, others))
                    for channel, (a, b) in enumerate(zip(one, other)))
        difference, index, channel = worst
        self.assertLessEqual(
            difference, within, f"{what}: patch {index}, {'RGB'[channel]}: {some[index]} and {others[index]}")

    def check(self, clip, full_range=False, **options):
        made = self.make(clip, **{**SHORT, **options})
        still = self.patches(decoders.still_rgb(made.still))
        movie = self.patches(pair.frame_at_marker(made.movie, "rgb24"))
        self.assert_patches(still, movie, 2, "still by heif-convert, movie by ffmpeg")
        self.assert_patches(still, clips.CHART, 3, "still by heif-convert, the chart")
        if not full_range:  # qtdemux 1.22 takes every movie with a colr box for limited range
            marker = pair.marker_time(made.movie)
            other = min(decoders.gst_frames(made.movie, "rgb24"), key=lambda frame: abs(frame.time - marker))
            # GStreamer 1.22 converts 8-bit Y'CbCr to RGB with 8 bits: darker by 2.5 on average, by 6 at most.
            self.assert_patches(self.patches(other), clips.CHART, 7, "movie by GStreamer, the chart")
        return made


class Chart(ColourTest):

    def every(self, line, **options):
        for colour, bits, full_range in itertools.product(clips.COLOURS, (8, 10), (False, True)):
            with self.subTest(colour, bits=bits, full_range=full_range):
                clip = clips.colour_chart(colour, bits, full_range, seconds=1)
                made = self.check(clip, full_range, line=line, name=f"{colour}-{bits}-{full_range}", **options)
                self.assert_labels(made, colour, full_range)

    def assert_labels(self, made, colour, full_range):
        """The same in both files, and they are the source's."""
        numbers = {"bt709": (1, 1, 1), "bt601": (6, 6, 6), "bt2020": (9, 14, 9), "p3": (12, 1, 1)}[colour]
        self.assertEqual(still_labels(made), numbers, "the still by exiftool")
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        self.assertEqual(tuple(video.raw[name] for name in ("color_primaries", "color_transfer", "color_space")),
                         clips.COLOURS[colour][:3], "the movie by ffprobe")
        self.assertEqual(readers.is_full_range(video), full_range, "the movie's range by ffprobe")

    def test_every_colour_unchanged(self):
        self.every(harness.lossless_line)

    def test_every_colour_encoded_again(self):
        self.every(harness.main_line)

    def test_with_x265(self):
        harness.need_elements("x265enc")

        self.check(clips.colour_chart("bt709", 10, seconds=1), video=harness.X265)

    def test_with_a_jpeg_still(self):
        for full_range in (False, True):
            with self.subTest(full_range=full_range):
                self.check(clips.colour_chart("bt709", 8, full_range, seconds=1), full_range, suffix=".JPG")


class FullRange(ColourTest):
    """What a decoder calls full, and what a converter has made of it since."""

    def check_by_eye(self, clip, **options):
        """As check() has it, but GStreamer's converters of 8 bits have been at work: up to 7."""
        made = self.make(clip, **{**SHORT, "sound": False, **options})
        for image, what in ((decoders.still_rgb(made.still), "still"),
                            (pair.frame_at_marker(made.movie, "rgb24"), "movie")):
            self.assert_patches(self.patches(image), clips.CHART, 7, f"{what}, the chart")

    def test_of_which_nothing_else_is_said(self):
        clip = clips.colour_chart("bt601", full_range=True, seconds=1, labelled=False)
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                made = self.check(clip, True, line=line, name=line.__name__)
                self.assertTrue(readers.is_full_range(readers.first_stream(readers.ffprobe(made.movie)[0], "video")))

    def test_converted_before(self):
        for caps in ("format=RGB", "format=I420,colorimetry=bt601", "format=I420,colorimetry=bt709"):
            with self.subTest(caps):
                self.check_by_eye(clips.full_range_in_matroska(), name=caps.split("=")[-1], line=harness.sink_line,
                                  decode="decodebin", before_video=("videoconvert", "!", f"video/x-raw,{caps}", "!"))

    def test_of_rgb(self):
        for decode in ("parsebin", "decodebin"):
            with self.subTest(decode):
                self.check_by_eye(clips.rgb(), name=decode, line=harness.sink_line, decode=decode)


class WideColours(ColourTest):
    """Readers that know nothing of nclx find an ICC profile, and come to the same colours by it."""

    def by_lcms(self, profile, colours):
        """In sRGB, clipped to what it holds."""
        path = self.folder / "found.icc"
        path.write_bytes(profile)
        numbers = "\n".join(str(value) for colour in colours for value in colour)
        said = programs.read_with("transicc", "-v0", "-t1", "-i", path, "-o", "*sRGB", stdin=numbers.encode()).stdout
        return [tuple(min(max(float(value), 0), 255) for value in line.split())
                for line in said.decode().splitlines() if line.strip()]

    def assert_managed(self, still, colour):
        def srgb(colours):
            return [primaries.srgb(each, colour) for each in colours]

        profile = readers.icc_profile(still)
        self.assertEqual(readers.tag(readers.exiftool(still), "ProfileDescription"),
                         {"p3": "Display P3", "bt2020": "BT.2020 with sRGB curve"}[colour])
        # Where sRGB has hardly any of a colour left, a step of 1 before is one of 4 in it: so what the still shows is
        # compared with the chart before (check()), and here with its own values.
        shown = self.patches(decoders.still_rgb(still))
        for colours, what in ((clips.CHART, "the chart"), (shown, "still")):
            self.assert_patches(self.by_lcms(profile, colours), srgb(colours), 1, f"{what} by lcms and by the formulas")
        self.assert_patches(self.patches(decoders.managed_rgb(still)), srgb(shown), 5, "still by jpgicc and by the formulas")

    def test_a_heic_has_both_labels(self):
        for colour, bits in itertools.product(("p3", "bt2020"), (8, 10)):
            with self.subTest(colour, bits=bits):
                made = self.check(clips.colour_chart(colour, bits, seconds=1), line=harness.lossless_line,
                                  name=f"{colour}-{bits}")
                self.assertIn("color profile: prof", programs.read_with("heif-info", made.still).stdout.decode())
                self.assertEqual(still_labels(made)[0], {"p3": 12, "bt2020": 9}[colour], "nclx by exiftool")
                self.assert_managed(made.still, colour)

    def test_a_jpeg_of_display_p3_keeps_it(self):
        made = self.check(clips.colour_chart("p3", seconds=1), line=harness.lossless_line, suffix=".JPG")

        self.assert_managed(made.still, "p3")
        frames = programs.read_with("ffprobe", "-v", "error", "-show_frames", made.still).stdout.decode()
        self.assertIn("side_data_type=ICC profile", frames)

    def test_a_jpeg_of_bt2020_is_srgb(self):
        made = self.make(clips.colour_chart("bt2020", 10, seconds=1), line=harness.lossless_line, suffix=".JPG", **SHORT)

        self.assertEqual(readers.icc_profile(made.still), b"")
        self.assert_patches(self.patches(decoders.still_rgb(made.still)),
                            [primaries.srgb(patch, "bt2020") for patch in clips.CHART], 4, "still, the chart in sRGB")

    def test_others_have_no_profile(self):
        for colour in ("bt709", "bt601"):
            for suffix in (".HEIC", ".JPG"):
                with self.subTest(colour, suffix=suffix):
                    made = self.make(clips.colour_chart(colour, seconds=1), colour, line=harness.lossless_line,
                                     suffix=suffix, **SHORT)
                    self.assertEqual(readers.icc_profile(made.still), b"")


class Unlabelled(ColourTest):
    """Of 240 rows: BT.601, by GStreamer's rule; said in both files."""

    def test_the_guess_is_in_both_files(self):
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                made = self.check(clips.colour_chart("bt601", seconds=1, labelled=False), line=line, name=line.__name__)
                self.assertEqual(still_labels(made), (6, 6, 6))
                video = readers.first_stream(readers.ffprobe(made.movie)[0], "video").raw
                self.assertEqual([video[name] for name in ("color_primaries", "color_transfer", "color_space")],
                                 ["smpte170m"] * 3)


class ChromaSamples(ColourTest):
    """More of them than Apple's players decode: made 4:2:0 where it is encoded again, refused where it is not."""

    def check_both(self, codec, pixels):
        clip = clips.sampled(pixels, codec)
        with self.subTest("encoded again"):
            made = self.check(clip, line=harness.sink_line, decode="decodebin", sound=False)
            video = readers.first_stream(readers.ffprobe(made.movie)[0], "video").raw
            self.assertIn(video["pix_fmt"], ("yuv420p", "yuv420p10le"))
        with self.subTest("unchanged"):
            refused = harness.make_pair(clip.path, self.folder, "R", line=harness.lossless_line, sound=False, **SHORT)
            self.last_run = refused.run
            self.assertGreater(refused.run.code, 0)
            self.assertRegex(" ".join(refused.run.errors), r"Apple's (players|decoders) .*strict=false")
            self.assertFalse(refused.still.exists())
        with self.subTest("unchanged, where that is wanted"):
            made = self.check(clip, line=harness.lossless_line, sound=False, mux=("strict=false",), name="S")
            self.assertEqual(readers.first_stream(readers.ffprobe(made.movie)[0], "video").raw["pix_fmt"], pixels)

    def test_h264_high_422(self):
        self.check_both("h264", "yuv422p")

    def test_h264_high_444(self):
        self.check_both("h264", "yuv444p")

    def test_h265_422_of_10_bits(self):
        self.check_both("h265", "yuv422p10le")

    def test_raw_422(self):
        """As an editor's file has it. qtdemux 1.22 hands no colours of raw video on: BT.601 by its rows."""
        made = self.check(clips.sampled("uyvy422", "raw"), line=harness.sink_line, decode="decodebin",
                          before_video=("videoconvert", "!", "video/x-raw,format=Y42B", "!"), sound=False)
        self.assertEqual(readers.first_stream(readers.ffprobe(made.movie)[0], "video").raw["pix_fmt"], "yuv420p")


class Hdr(ColourTest):

    def assert_labelled(self, made, transfer, number):
        """BT.2020 with this transfer in both files, by nclc and nclx, and no ICC profile."""
        self.assert_good(made)
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video").raw
        labels = [video.get(name) for name in ("color_primaries", "color_transfer", "color_space")]
        self.assertEqual(labels, ["bt2020", transfer, "bt2020nc"])
        self.assertIn(b"colrnclc" + struct.pack(">3H", 9, number, 9), made.movie.read_bytes())
        self.assertEqual(still_labels(made), (9, number, 9), "the still by exiftool")
        self.assertEqual(readers.icc_profile(made.still), b"")  # it would win over the label in many readers

    def test_hdr10_stays_labelled_in_both_files(self):
        harness.need_elements("x265enc")
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                options = {"video": harness.X265} if line is harness.main_line else {}
                self.assert_labelled(self.make(clips.hdr10(), line.__name__, line=line, **options), "smpte2084", 16)

    def test_hlg_stays_labelled_in_both_files(self):
        harness.need_elements("x265enc")
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                options = {"video": harness.X265} if line is harness.main_line else {}
                made = self.check(clips.colour_chart("hlg", 10, seconds=1), line=line, name=line.__name__, **options)
                self.assert_labelled(made, "arib-std-b67", 18)

    def test_the_light_of_hdr10_is_in_the_movie(self):
        made = self.make(clips.hdr10(), line=harness.lossless_line)

        sides = {side["side_data_type"]: side for side in readers.first_stream(
            readers.ffprobe(made.movie)[0], "video").raw.get("side_data_list", [])}
        display, light = sides["Mastering display metadata"], sides["Content light level metadata"]
        self.assertEqual((light["max_content"], light["max_average"]), (1000, 400))
        self.assertEqual({name: float(Fraction(value)) for name, value in display.items() if "/" in str(value)}, {
            "red_x": 0.68, "red_y": 0.32, "green_x": 0.265, "green_y": 0.69, "blue_x": 0.15, "blue_y": 0.06,
            "white_point_x": 0.3127, "white_point_y": 0.329, "min_luminance": 0.0001, "max_luminance": 1000})

    def test_a_jpeg_of_hdr_is_no_washed_out_picture(self):
        """Against ffmpeg's own tone mapping of the same frame: other curves, so only near, but the naive one is far."""
        clip = clips.hdr10()
        made = self.make(clip, suffix=".JPG", line=harness.lossless_line)
        still = decoders.still_rgb(made.still)
        frame = decoders.ffmpeg_frame(clip.path, clip.times()[60], "rgb24")

        means = [measures.mean_colour(image, 0, 20, image.width, image.height - 20) for image in (still, frame)]
        self.assertGreater(means[0][1], means[1][1], "a PQ signal taken for BT.709 is darker than what it means")

    def test_a_jpeg_of_hlg_shows_the_greys_of_a_screen(self):
        """By BT.2100 on 1,000 cd/m2, of which 203 are white; what is brighter than some 95 is brought down."""
        made = self.make(clips.colour_chart("hlg", 10, seconds=1), suffix=".JPG", line=harness.lossless_line, **SHORT)
        found = self.patches(decoders.still_rgb(made.still))[8:]
        wanted = [(primaries.hlg_on_screen(grey[0]),) * 3 for grey in clips.CHART[8:]]
        self.assert_patches(found[:2], wanted[:2], 3, "greys of the still, of BT.2100")
        for darker, brighter in zip(found, found[1:]):
            self.assertLess(darker[1] + 20, brighter[1])
        for grey, unbent in zip(found[2:], wanted[2:]):
            self.assertLess(grey[1], unbent[1] + 3)
        self.assertLess(found[-1][1], 254, "there is something brighter than this")
        self.assertEqual(readers.icc_profile(made.still), b"", "sRGB")


if __name__ == "__main__":
    harness.main()
