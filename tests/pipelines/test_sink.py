#!/usr/bin/env python3
"""livephotosink: one element, two files, whatever comes in."""

import shutil
import zipfile

import clips
import coded
import decoders
import harness
import measures
import painting
import pair
import readers
from harness import SECOND

DECODED = {"line": harness.sink_line, "decode": "decodebin"}
PASSED = {"line": harness.sink_line}


class SinkTest(harness.PipelineTest):
    elements = ("livephotosink", "x264enc", "avenc_aac")

    def video_of(self, made):
        return readers.first_stream(readers.ffprobe(made.movie)[0], "video")

    def audio_of(self, made):
        return readers.first_stream(readers.ffprobe(made.movie)[0], "audio")

    def refused(self, source, **options):
        made = harness.make_pair(getattr(source, "path", source), self.folder, **options)
        self.last_run = made.run
        self.assertNotEqual(made.run.code, 0)
        self.assertFalse(made.run.timed_out)
        return made.run


class WhatComesIn(SinkTest):

    def test_packets_pass_unchanged(self):
        made = self.make(clips.moving(), **PASSED)

        report = self.assert_good(made)

        self.assertEqual(report.facts["codecs"], ["h264", "aac"])
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])
        source = set(packet.size for packet in readers.ffprobe_packets(clips.moving().path, 0, 1))
        passed = set(packet.size for packet in readers.ffprobe_packets(made.movie, 0, 1))
        self.assertGreater(len(passed & source), 10, "packets of the source")

    def test_raw_pictures_and_sound_become_h264_and_aac(self):
        made = self.make(clips.moving(), **DECODED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264", "aac"])

    def test_ten_bits_become_h265(self):
        harness.need_elements("x265enc")

        made = self.make(clips.ten_bit(), **DECODED)

        self.assert_good(made)
        self.assertEqual(self.video_of(made).raw["profile"], "Main 10")

    def test_hdr_stays_hdr_in_both_files(self):
        harness.need_elements("x265enc")

        made = self.make(clips.hdr10(), **DECODED)

        self.assert_good(made)
        video = self.video_of(made).raw
        self.assertEqual((video["codec_name"], video["color_transfer"]), ("hevc", "smpte2084"))
        self.assertEqual(readers.tag(readers.exiftool(made.still), "TransferCharacteristics"), 16)

    def test_what_apple_does_not_play_is_encoded(self):
        made = self.make(clips.full_chroma(), **PASSED)

        self.assert_good(made)
        self.assertEqual(self.video_of(made).raw["pix_fmt"], "yuv420p")

    def test_sound_that_cannot_pass_is_encoded_beside_a_picture_that_can(self):
        made = self.make(clips.ac3(), **PASSED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264", "aac"])

    def test_a_source_without_sound(self):
        for options in (PASSED, DECODED):
            made = self.make(clips.silent(), sound=False, **options)
            self.assertEqual(self.assert_good(made, asked=pair.EVERY_READER).facts["codecs"], ["h264"])

    def test_sound_that_is_not_linked_is_left_out(self):
        made = self.make(clips.moving(), sound=False, **PASSED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264"])

    def test_surround_sound_becomes_stereo(self):
        line = ["videotestsrc", "num-buffers=60", "!", "video/x-raw,width=320,height=240,framerate=30/1", "!", "l.video",
                "audiotestsrc", "num-buffers=90", "!", "audio/x-raw,channels=6,channel-mask=(bitmask)0x3f", "!", "l.audio",
                "livephotosink", "name=l", f"location={self.folder / 'P'}"]

        self.assert_ended_well(harness.launch(line))

        sound = readers.first_stream(readers.ffprobe(self.folder / "P.MOV")[0], "audio")
        self.assertEqual(sound.raw["channels"], 2)

    def test_odd_sides_are_cut_to_even_ones_in_both_files(self):
        for width, height in ((321, 241), (5, 3)):
            with self.subTest(f"{width}x{height}"):
                line = ["videotestsrc", "num-buffers=60", "!",
                        f"video/x-raw,format=RGB,width={width},height={height},framerate=30/1", "!", "l.video",
                        "livephotosink", "name=l", f"location={self.folder / 'O'}"]

                self.assert_ended_well(harness.launch(line))

                wanted = (width - 1, height - 1)
                video = readers.first_stream(readers.ffprobe(self.folder / "O.MOV")[0], "video")
                self.assertEqual(readers.display_size(video), wanted)
                still = decoders.still_rgb(self.folder / "O.HEIC")
                self.assertEqual((still.width, still.height), wanted)

    def test_a_picture_too_small_to_be_encoded_is_refused_with_its_size(self):
        for size in ("1x1", "2x1", "1x64"):
            with self.subTest(size):
                width, _, height = size.partition("x")
                run = harness.launch(
                    ["videotestsrc", "num-buffers=60", "!", f"video/x-raw,format=I420,width={width},height={height}", "!",
                     "l.video", "livephotosink", "name=l", f"location={self.folder / 'P'}"])
                self.assertIn(f"A picture of {size} pixels cannot be encoded by x264enc", run.errors[0])
                self.assertEqual(self.folder_listing(), [])

    def test_any_raw_format_is_taken(self):
        for name in ("AYUV64", "ABGR64_LE", "GRAY8", "YUY2", "v210", "P010_10LE", "RGB", "BGRA"):
            with self.subTest(name):
                run = harness.launch(
                    ["videotestsrc", "num-buffers=20", "!", f"video/x-raw,format={name},width=64,height=65", "!",
                     "l.video", "livephotosink", "name=l", f"location={self.folder / name}"])
                self.assert_ended_well(run)

    def test_an_alpha_channel_is_shown_on_black_in_both_files(self):
        for name in ("RGBA", "A420", "AYUV64"):
            with self.subTest(name):
                run = harness.launch(
                    ["videotestsrc", "num-buffers=30", "pattern=white", "!", "video/x-raw,format=RGB,width=64,height=64", "!",
                     "alpha", "alpha=0.5", "!", "videoconvert", "!", f"video/x-raw,format={name}", "!", "l.video",
                     "livephotosink", "name=l", f"location={self.folder / 'P'}"])
                self.assert_ended_well(run)
                for image in (decoders.still_rgb(self.folder / "P.HEIC"),
                              pair.frame_at_marker(self.folder / "P.MOV", "rgb24")):
                    for value in measures.mean_colour(image, 8, 8, 48, 48):
                        self.assert_close(value, 128, 4, f"half of white, as {name}")

    def test_interlaced_pictures_are_deinterlaced(self):
        line = ["videotestsrc", "num-buffers=100", "pattern=ball", "!",
                "video/x-raw,width=320,height=240,framerate=50/1", "!", "interlace", "field-pattern=1:1", "!", "l.video",
                "livephotosink", "name=l", f"location={self.folder / 'P'}"]

        self.assert_ended_well(harness.launch(line))

        video = readers.first_stream(readers.ffprobe(self.folder / "P.MOV")[0], "video")
        self.assertIn(video.raw.get("field_order", "progressive"), ("progressive", "unknown"))
        times = readers.presentation_times(self.folder / "P.MOV")
        self.assert_close(times[11] - times[1], 10 / 50, 0.001, "ten pictures, one of each field")


    def test_interlaced_packets_are_decoded_and_deinterlaced(self):
        made = self.make(clips.interlaced(), sound=False, start=0, duration=SECOND, still_time=SECOND // 2, **PASSED)

        video = self.video_of(made)
        self.assertEqual(video.raw.get("field_order", "progressive"), "progressive")
        self.assertEqual(len(decoders.ffmpeg_frames(made.movie)), 50)
        self.assertGreater(measures.combs(decoders.ffmpeg_frame(clips.interlaced().path, 1)), 5)
        for image in (pair.frame_at_marker(made.movie), decoders.still_luma(made.still, "bt709")[0]):
            self.assertLess(measures.combs(image), 1)

    def test_progressive_packets_among_fields_pass_unchanged(self):
        made = self.make(clips.among_fields(), **PASSED)

        self.assert_good(made)
        source, passed = (coded.packets(path, "video") for path in (clips.among_fields().path, made.movie))
        self.assertIsNotNone(coded.place_of(passed[1:], source))  # the first has an SEI message more


class Pixels(SinkTest):
    """Turned and scaled: still and movie alike."""

    def assert_upright(self, image, size):
        self.assertEqual((image.width, image.height), size)
        painter = painting.upright_painter()
        scale = size[0] / 240
        for name, wanted in {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0)}.items():
            left, top, side = (int(value * scale) for value in painter.corner(name))
            colour = measures.mean_colour(image, left + 4, top + 4, side - 8, side - 8)
            self.assertEqual(tuple(int(value > 128) for value in colour), wanted, f"the {name} corner is {colour}")

    def check(self, turn, size, *properties, **options):
        made = self.make(clips.portrait(turn), sink=properties, **options)
        self.assert_good(made)
        self.assert_upright(decoders.still_rgb(made.still), size)
        self.assert_upright(pair.frame_at_marker(made.movie, "rgb24"), size)
        return made

    def assert_no_matrix(self, made):
        self.assertEqual(readers.rotation(self.video_of(made)) % 360, 0)
        self.assertEqual((self.video_of(made).raw["width"], self.video_of(made).raw["height"]), (240, 320))

    def test_upright_turns_the_pixels_of_packets(self):
        for turn in (90, 180, 270):
            with self.subTest(turn):
                self.assert_no_matrix(self.check(turn, (240, 320), "upright=true", **PASSED))

    def test_upright_turns_raw_pixels(self):
        for turn in (90, 270):
            with self.subTest(turn):
                self.assert_no_matrix(self.check(turn, (240, 320), "upright=true", **DECODED))

    def test_a_smaller_picture_is_upright(self):
        self.check(90, (120, 160), "max-height=160", **PASSED)

    def test_a_limit_that_is_met_enlarges_nothing(self):
        self.check(90, (240, 320), "max-width=1000", "max-height=1000", **DECODED)

    def test_cropping_fills_the_shape(self):
        made = self.make(clips.portrait(90), sink=("max-width=100", "max-height=100", "crop=true"), **PASSED)

        self.assert_good(made)
        self.assertEqual(readers.display_size(self.video_of(made)), (100, 100))
        still = decoders.still_rgb(made.still)
        self.assertEqual((still.width, still.height), (100, 100))

    def test_oblong_pixels_become_square_when_scaled(self):
        made = self.make(clips.anamorphic(), sink=("max-width=160",), **PASSED)

        self.assert_good(made)
        self.assertEqual(readers.display_size(self.video_of(made)), (160, 90))


class Encoders(SinkTest):

    def test_one_can_be_named_with_its_properties(self):
        small = self.make(clips.moving(), "small", sink=("video-encoder=x264enc pass=quant quantizer=45",), **DECODED)
        large = self.make(clips.moving(), "large", sink=("video-encoder=x264enc pass=quant quantizer=10",), **DECODED)

        self.assertLess(small.movie.stat().st_size * 2, large.movie.stat().st_size)

    def test_h265_can_be_named(self):
        harness.need_elements("x265enc")

        made = self.make(clips.moving(), sink=("video-encoder=x265enc",), **DECODED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["hevc", "aac"])

    def test_sound_can_be_lossless(self):
        harness.need_elements("avenc_alac")

        made = self.make(clips.moving(), sink=("audio-encoder=avenc_alac",), **DECODED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264", "alac"])

    def test_a_profile_says_what_to_encode_to(self):
        harness.need_elements("x265enc", "avenc_alac")

        made = self.make(
            clips.moving(), sink=("encoding-profile=video/quicktime:video/x-h265:audio/x-alac",), **DECODED)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["hevc", "alac"])

    def test_the_format_of_a_profile_is_kept_to(self):
        made = self.make(
            clips.moving(), sink=("encoding-profile=video/x-h264,profile=constrained-baseline",), **DECODED)

        self.assertEqual(self.video_of(made).raw["profile"], "Constrained Baseline")

    def test_what_is_no_encoder_is_refused(self):
        for name in ("no-such-thing", "identity", "x264enc ! identity"):
            with self.subTest(name):
                run = self.refused(clips.moving(), sink=(f"video-encoder={name}",), **DECODED)
                self.assertIn("is no encoder; name one that gst-inspect-1.0 lists", run.errors[0])
                self.assertEqual(self.folder_listing(), [])

    def test_the_default_keeps_the_picture(self):
        for clip in (clips.moving(), clips.busy()):
            with self.subTest(clip.path.stem):
                made = self.make(clip, clip.path.stem, sound=clip is not clips.busy(), **DECODED)

                frame = decoders.ffmpeg_frame(clip.path, 2)
                ssim = measures.compare(pair.frame_at_marker(made.movie), frame)[0]
                self.assertGreaterEqual(ssim, 0.97)


class Files(SinkTest):

    def names_of(self, location, *properties):
        line = harness.sink_line(clips.moving().path, self.folder / location, None, sink=properties)
        self.assert_ended_well(harness.launch(line))
        listing = self.folder_listing()
        for name in listing:
            (self.folder / name).unlink()
        return listing

    def test_every_name_of_the_pair_gives_the_pair(self):
        for location in ("IMG_0001", "IMG_0001.MOV", "IMG_0001.heic", "IMG_0001.pvt"):
            with self.subTest(location):
                self.assertEqual([name.upper() for name in self.names_of(location)], ["IMG_0001.HEIC", "IMG_0001.MOV"])

    def test_a_dot_in_the_name_is_kept(self):
        self.assertEqual(self.names_of("2024.05.17"), ["2024.05.17.HEIC", "2024.05.17.MOV"])

    def test_jpeg_by_name_and_by_property(self):
        self.assertEqual(self.names_of("P.jpg"), ["P.JPG", "P.MOV"])
        self.assertEqual(self.names_of("P", "still-format=jpeg"), ["P.JPG", "P.MOV"])

    def test_the_number_of_the_clip(self):
        self.assertEqual(self.names_of("P%03d"), ["P000.HEIC", "P000.MOV"])
        self.assertEqual(self.names_of("100 %"), ["100 %.HEIC", "100 %.MOV"])

    def test_the_message_names_what_was_written(self):
        line = harness.sink_line(clips.moving().path, self.folder / "P", None)
        run = harness.launch(line, messages=True)

        self.assert_ended_well(run)
        told = harness.main_messages(run, "live-photo-written")
        self.assertEqual(len(told), 1)
        self.assertEqual(harness.field(told[0], "still-location"), str(self.folder / "P.HEIC"))
        self.assertEqual(harness.field(told[0], "movie-location"), str(self.folder / "P.MOV"))
        self.assertEqual(int(harness.field(told[0], "movie-size")), (self.folder / "P.MOV").stat().st_size)
        self.assertEqual(int(harness.field(told[0], "still-size")), (self.folder / "P.HEIC").stat().st_size)
        self.assertEqual(int(harness.field(told[0], "start-time")), SECOND)
        self.assertEqual(int(harness.field(told[0], "still-offset")), SECOND)
        self.assertEqual(
            harness.field(told[0], "content-identifier"), readers.identifier(readers.exiftool(self.folder / "P.MOV")))
        self.assertEqual(harness.main_messages(run, "live-photo-still-written"), [])

    def test_a_bundle_is_a_folder_with_the_pair(self):
        self.assertEqual(self.names_in_bundle("bundle=pvt"), ["P.HEIC", "P.MOV", "metadata.plist"])
        self.assert_good(harness.Pair(None, self.folder / "P.pvt" / "P.HEIC", self.folder / "P.pvt" / "P.MOV"))

    def names_in_bundle(self, *properties):
        line = harness.sink_line(clips.moving().path, self.folder / "P", None, sink=properties)
        run = harness.launch(line, messages=True)
        self.assert_ended_well(run)
        told = harness.main_messages(run, "live-photo-written")
        self.assertEqual(harness.field(told[0], "bundle-location"), str(self.folder / "P.pvt"))
        self.assertEqual(harness.field(told[0], "movie-location"), str(self.folder / "P.pvt" / "P.MOV"))
        self.assertEqual(self.folder_listing(), ["P.pvt"])
        return sorted(path.name for path in (self.folder / "P.pvt").iterdir())

    def test_a_zipped_bundle_is_one_file(self):
        line = harness.sink_line(clips.moving().path, self.folder / "P", None, sink=("bundle=pvt-zip",))
        self.assert_ended_well(harness.launch(line))

        self.assertEqual(self.folder_listing(), ["P.pvt.zip"])
        with zipfile.ZipFile(self.folder / "P.pvt.zip") as archive:
            self.assertEqual(archive.testzip(), None)
            archive.extractall(self.folder)
        self.assert_good(harness.Pair(None, self.folder / "P.pvt" / "P.HEIC", self.folder / "P.pvt" / "P.MOV"))

    def test_the_fingerprint_is_in_the_movie(self):
        made = self.make(clips.moving(), sink=("fingerprint=what made it",), **PASSED)

        self.assertIn(b"io.github.gst-livephoto.fingerprint", made.movie.read_bytes())
        self.assert_good(made)

    def test_after_an_error_the_older_pair_is_still_there(self):
        for name in ("P.HEIC", "P.MOV"):
            (self.folder / name).write_text("older", encoding="utf-8")
        truncated = clips.truncated_mp4()
        for options in (PASSED, DECODED):
            self.refused(truncated, **options)
            self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])
            self.assertEqual((self.folder / "P.MOV").read_text(encoding="utf-8"), "older")
            self.assertEqual((self.folder / "P.HEIC").read_text(encoding="utf-8"), "older")

    def test_a_folder_that_is_not_there_is_said_before_anything_is_read(self):
        run = self.refused("/nowhere.mp4", name="no/such/folder/P", **PASSED)

        self.assertIn("does not exist; create it or choose another one", run.errors[0])

    def test_without_a_location_it_says_what_to_set(self):
        line = [token for token in harness.sink_line(clips.moving().path, "", None) if not token.startswith("location=P")]
        line.remove("location=")

        run = harness.launch(line)

        self.assertIn("set its property location", run.errors[0])

    def test_a_movie_that_cannot_take_its_name_leaves_no_still(self):
        (self.folder / "P.MOV").mkdir()

        self.refused(clips.moving(), **PASSED)

        self.assertEqual(self.folder_listing(), ["P.MOV"])


class EndOfStream(SinkTest):

    def test_a_line_always_ends(self):
        """GStreamer 1.22 loses the EOS of a pipeline that is told to play while "async done" is being posted."""
        clip = clips.moving()
        for number in range(12):
            made = self.make(clip, f"P{number % 2}", duration=SECOND // 2, start=0, still_time=0, **DECODED)
            self.assertTrue(made.movie.exists())
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    harness.main()
