#!/usr/bin/env python3
"""Still and movie stand upright, in the right shape, with the colours and the sharpness of the source."""

from fractions import Fraction

import clips
import decoders
import harness
import measures
import painting
import pair
import programs
import readers

STILL_FRAME = 60  # at 2 s of 30 frames a second


class Upright(harness.PipelineTest):

    def assert_upright(self, image, who):
        """Barcode on top, and each corner in its colour."""
        self.assertEqual((image.width, image.height), (240, 320), who)
        self.assertEqual(painting.read_barcode(image), STILL_FRAME, who)
        painter = painting.upright_painter()
        bright = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0)}
        for name, wanted in bright.items():
            left, top, size = painter.corner(name)
            colour = measures.mean_colour(image, left + 4, top + 4, size - 8, size - 8)
            self.assertEqual(
                tuple(int(value > 128) for value in colour), wanted, f"{who}: the {name} corner is {colour}")

    def check(self, turn, **options):
        made = self.make(clips.portrait(turn), **options)
        self.assert_good(made)
        self.assert_upright(decoders.still_rgb(made.still), "the still by heif-convert")
        self.assert_upright(pair.frame_at_marker(made.movie, "rgb24"), "the movie by ffmpeg")
        marker = pair.marker_time(made.movie)
        frames = [frame for frame in decoders.gst_frames(made.movie, "rgb24") if abs(frame.time - marker) < 1e-6]
        self.assertEqual(len(frames), 1)
        self.assert_upright(frames[0], "the movie by qtdemux")
        self.assert_told_once(made)

    def assert_told_once(self, made):
        """A reader that obeys Exif as well must not turn the still twice; readers' sizes are upright."""
        tags = readers.exiftool(made.still)
        self.assertIn(tags.get("IFD0:Orientation", 1), (1,), "Exif Orientation of a HEIC")
        named = readers.heif_info(made.still)
        self.assertIn((named["width"], named["height"]), ((240, 320),), "the size by heif-info")
        video = next(track for track in readers.mediainfo(made.movie) if track["@type"] == "Video")
        turned = float(video.get("Rotation", 0)) % 180 != 0
        self.assertEqual((int(video["Width"]), int(video["Height"])), (320, 240) if turned else (240, 320))

    def test_turned_by_90_degrees(self):
        self.check(90)

    def test_turned_by_180_degrees(self):
        self.check(180)

    def test_turned_by_270_degrees(self):
        self.check(270)

    def test_turned_by_90_degrees_with_x265(self):
        harness.need_elements("x265enc")
        self.check(90, video=harness.X265)


class Orientation(harness.PipelineTest):
    """All eight of Exif, from a tag of the stream or a movie's matrix; by their content, not by what a reader says."""

    def check(self, line, by_matrix=False, **options):
        """Returns the pairs by their names."""
        pairs = {}
        for name, shown in painting.SHOWN.items():
            with self.subTest(name):
                clip, by_tag = (clips.turned(name), ()) if by_matrix else (
                    clips.corners(), ("taginject", f"tags=image-orientation={name}", "!"))
                made = self.make(clip, name, line=line, start=0, duration=harness.SECOND // 2,
                                 still_time=harness.SECOND // 5, before_video=by_tag, **options)
                self.assertEqual(painting.corners(decoders.still_rgb(made.still)), shown, "the still by heif-convert")
                movie = pair.frame_at_marker(made.movie, "rgb24")
                self.assertEqual(painting.corners(movie), shown, "the movie by ffmpeg")
                pairs[name] = made
        return pairs

    def test_every_orientation_unchanged(self):
        self.check(harness.lossless_line)

    def test_every_orientation_encoded_again(self):
        self.check(harness.main_line)

    def test_every_matrix_unchanged(self):
        self.check(harness.lossless_line, True)

    def test_every_matrix_encoded_again(self):
        self.check(harness.main_line, True)

    def test_every_matrix_by_livephotosink_upright(self):
        for made in self.check(harness.sink_line, True, sink=("upright=true",), sound=False).values():
            self.assert_no_matrix(made)

    def assert_no_matrix(self, made):
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        self.assertEqual(readers.rotation(video), 0, made.movie.name)

    def test_every_matrix_scaled(self):
        """Also the mirrored ones: fitted into 120x120 they are 120x90, or 90x120, with their corners in place."""
        for name, options in (("packets", {"sink": ("max-width=120", "max-height=120")}),
                              ("raw", {"sink": ("max-width=120", "max-height=120"), "decode": "decodebin"})):
            with self.subTest(name):
                for turn, made in self.check(harness.sink_line, True, sound=False, **options).items():
                    size = (90, 120) if clips.TURNS[turn][0][0] == 0 else (120, 90)
                    still, movie = decoders.still_rgb(made.still), pair.frame_at_marker(made.movie, "rgb24")
                    self.assertEqual([(image.width, image.height) for image in (still, movie)], [size] * 2, turn)
                    self.assert_no_matrix(made)


class Alpha(harness.PipelineTest):
    """A source with an alpha channel is shown on black, as ffmpeg lays it on black."""

    # Orange, seen more from left to right.
    PICTURE = "color=black:s=160x96:d=1:r=10,format=rgba,geq=r=230:g=120:b=40:a=255*X/W"

    def check(self, name, elements, *coding, decoder=()):
        harness.need_elements("heifstillsink", *elements)
        source, still, wanted = (self.folder / part for part in (name, "P.HEIC", "wanted.png"))
        programs.read_with("ffmpeg", "-v", "error", "-f", "lavfi", "-i", self.PICTURE, "-frames:v", "1", *coding, source)
        programs.read_with("ffmpeg", "-v", "error", *decoder, "-i", source, "-f", "lavfi", "-i", "color=black:s=160x96",
                           "-filter_complex", "[1][0]overlay=format=rgb", "-frames:v", "1", wanted)
        run = harness.launch([
            "filesrc", f"location={source}", "!", "decodebin", "!", "heifstillsink", "async=true", f"location={still}",
            "quality=95", "content-identifier=5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F"])
        self.assert_ended_well(run)
        shown, reference = decoders.still_rgb(still), decoders.ffmpeg_picture(wanted)
        for left in range(0, 160, 16):
            found, other = (measures.mean_colour(image, left, 8, 16, 80) for image in (shown, reference))
            for one, another in zip(found, other):
                self.assertLessEqual(abs(one - another), 3, f"column {left}: {found} and {other}")
        self.assertLess(measures.mean_colour(shown, 0, 8, 16, 80)[0], 20, "hardly seen")
        self.assertGreater(measures.mean_colour(shown, 144, 8, 16, 80)[0], 200, "all but seen")

    def test_of_rgb(self):
        self.check("source.png", ("pngdec",))

    def test_of_a_video(self):
        self.check("source.webm", ("vp9alphadecodebin",), "-pix_fmt", "yuva420p", "-c:v", "libvpx-vp9", "-crf", "10",
                   "-auto-alt-ref", "0", decoder=("-c:v", "libvpx-vp9"))


class Shape(harness.PipelineTest):

    def test_oblong_pixels_keep_the_shape_of_the_picture(self):
        made = self.make(clips.anamorphic())

        shape = readers.shape(readers.first_stream(readers.ffprobe(made.movie)[0], "video"))
        self.assert_close(shape, Fraction(16, 9), Fraction(1, 100), "the movie's shape by ffprobe")
        still = decoders.still_rgb(made.still)
        self.assert_close(Fraction(still.width, still.height), shape, Fraction(1, 100), "the still's by heif-convert")
        self.assert_good(made)


class Sharpness(harness.PipelineTest):

    def measure(self, clip, **options):
        made = self.make(clip, **options)
        return pair.still_against(made.still, clip.path, decoders.ffmpeg_frame(clip.path, clip.times()[STILL_FRAME]))

    def test_an_8_bit_still_of_default_quality_has_ssim_097(self):
        self.assertGreaterEqual(self.measure(clips.moving())[0], 0.97)

    def test_a_10_bit_still_of_default_quality_has_ssim_097(self):
        harness.need_elements("x265enc")

        self.assertGreaterEqual(self.measure(clips.ten_bit(), video=harness.X265)[0], 0.97)

    def test_an_8_bit_still_of_quality_100_has_42_decibels(self):
        self.assertGreaterEqual(self.measure(clips.moving(), still_sink=["quality=100"])[1], 42)

    def test_a_10_bit_still_of_quality_100_has_42_decibels(self):
        harness.need_elements("x265enc")

        self.assertGreaterEqual(self.measure(clips.ten_bit(), video=harness.X265, still_sink=["quality=100"])[1], 42)

    def test_a_jpeg_still_of_default_quality_has_ssim_097(self):
        self.assertGreaterEqual(self.measure(clips.moving(), suffix=".JPG")[0], 0.97)


if __name__ == "__main__":
    harness.main()
