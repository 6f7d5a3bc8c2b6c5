#!/usr/bin/env python3
"""The clips show what was painted, the decoders agree, and the measures measure what is known."""

import os
import time
import unittest
from fractions import Fraction

import clips
import decoders
import harness
import measures
import painting
import pair
import programs


class Clips(unittest.TestCase):
    """What was painted is what both decoders show."""

    def assert_numbered(self, frames, clip):
        self.assertEqual([painting.read_barcode(frame) for frame in frames], list(range(len(clip.times()))))

    def test_every_frame_says_its_number_and_time_through_ffmpeg_and_qtdemux(self):
        for clip in (clips.moving_at("23.976"), clips.moving_at("59.94"), clips.variable_rate(), clips.ten_bit()):
            with self.subTest(clip.path.name):
                by_ffmpeg, by_gst = decoders.ffmpeg_frames(clip.path), decoders.gst_frames(clip.path)

                self.assert_numbered(by_ffmpeg, clip)
                self.assert_numbered(by_gst, clip)
                self.assertEqual([frame.time for frame in by_ffmpeg], clip.times())
                for frame, wanted in zip(by_gst, clip.times()):
                    self.assertAlmostEqual(float(frame.time), float(wanted), delta=2e-9)

    def test_a_barcode_with_one_wrong_bit_is_not_read(self):
        painter = painting.Painter()
        picture = bytearray(painter.frame(1234)[:painter.width * painter.height])
        good = measures.Image(painter.width, painter.height, "gray", bytes(picture))
        for line in range(painter.block):
            for x in range(5 * painter.block, 6 * painter.block):
                picture[line * painter.width + x] ^= 0xc8

        wrong = measures.Image(painter.width, painter.height, "gray", bytes(picture))

        self.assertEqual((painting.read_barcode(good), painting.read_barcode(wrong)), (1234, None))

    def test_turned_pictures_stand_upright_in_both_decoders(self):
        painter = painting.upright_painter()
        for turn in (90, 180, 270):
            for decode in (decoders.ffmpeg_frames, decoders.gst_frames):
                with self.subTest(f"{turn} {decode.__name__}"):
                    frame = decode(clips.portrait(turn).path, "rgb24")[7]

                    self.assertEqual((frame.width, frame.height, painting.read_barcode(frame)), (240, 320, 7))
                    left, top, size = painter.corner("red")
                    red, green, blue = measures.mean_colour(frame, left + 4, top + 4, size - 8, size - 8)
                    self.assertTrue(red > 200 and green < 60 and blue < 60, (red, green, blue))

    def test_the_frame_at_a_time_is_that_frame_and_none_other(self):
        clip = clips.moving_at("29.97")
        times = clip.times()

        self.assertEqual(painting.read_barcode(decoders.ffmpeg_frame(clip.path, times[37])), 37)
        with self.assertRaisesRegex(programs.ReaderError, "no frame at exactly"):
            decoders.ffmpeg_frame(clip.path, times[37] + Fraction(1, 30000))

    def test_far_into_a_file_as_well(self):
        clip = clips.long_moving()

        frames = decoders.ffmpeg_frames(clip.path, between=(50, 50.5))

        self.assertEqual(painting.read_barcode(decoders.ffmpeg_frame(clip.path, clip.times()[1300])), 1300)
        self.assertEqual([painting.read_barcode(frame) for frame in frames], list(range(1250, 1263)))

    def test_in_a_stream_that_does_not_start_at_0(self):
        clip = clips.mpegts()
        times = clip.times()

        frames = decoders.ffmpeg_frames(clip.path, between=(times[90], times[93]))

        self.assertEqual(painting.read_barcode(decoders.ffmpeg_frame(clip.path, times[100])), 100)
        self.assertEqual([painting.read_barcode(frame) for frame in frames], [90, 91, 92])

    def test_clicks_are_found_to_a_tenth_of_a_millisecond_in_both_decoders(self):
        clip = clips.flash_and_click("29.97")
        for decode in (decoders.ffmpeg_sound, decoders.gst_sound):
            sound = decode(clip.path)
            for wanted in clip.flashes.values():
                with self.subTest(f"{decode.__name__} {float(wanted)}"):
                    found = painting.find_click(sound, wanted + Fraction(1, 60))
                    self.assertAlmostEqual(found, float(wanted), delta=1e-4)

    def test_no_click_is_found_where_there_is_none(self):
        sound = decoders.ffmpeg_sound(clips.flash_and_click("29.97").path)

        self.assertIsNone(painting.find_click(sound, 1.5))

    def test_white_frames_are_where_they_were_painted(self):
        clip = clips.flash_and_click("29.97")

        lumas = map(measures.mean_luma, decoders.ffmpeg_frames(clip.path))
        bright = [number for number, luma in enumerate(lumas) if luma > 180]

        self.assertEqual(bright, sorted(clip.flashes))

    def test_sound_that_begins_late_says_so_in_both_decoders(self):
        clip = clips.late_sound()

        for decode in (decoders.ffmpeg_sound, decoders.gst_sound):
            self.assertEqual(decode(clip.path).start, Fraction(3, 2), decode.__name__)

    def test_the_picture_that_begins_late_does_begin_late(self):
        self.assertGreater(clips.late_picture().times()[0], 1.5)

    def test_the_truncated_matroska_clip_ends_before_a_second(self):
        self.assertLess(clips.truncated_mkv().times()[-1], 1)


class Measures(unittest.TestCase):

    def plane(self, value, width=64, height=64):
        return measures.Image(width, height, "gray", bytes([value]) * (width * height))

    def test_equal_planes_have_ssim_1_and_infinite_psnr(self):
        self.assertEqual(measures.compare(self.plane(90), self.plane(90)), (1.0, float("inf")))

    def test_a_difference_of_one_step_is_48_decibels(self):
        _, psnr = measures.compare(self.plane(90), self.plane(91))

        self.assertAlmostEqual(psnr, 48.13, places=2)

    def test_the_difference_of_two_steps_is_4(self):
        self.assertEqual(measures.difference(self.plane(90), self.plane(92)), 4)

    def test_planes_of_different_sizes_are_not_compared(self):
        for measure in (measures.compare, measures.difference):
            with self.assertRaisesRegex(programs.ReaderError, "64x64 with 32x64"):
                measure(self.plane(1), self.plane(1, 32))

    def test_neighbouring_frames_are_told_apart(self):
        frames = decoders.ffmpeg_frames(clips.moving().path)

        ssim, psnr = measures.compare(frames[30], frames[31])

        self.assertLess(ssim, 0.97)
        self.assertLess(psnr, 30)

    def test_limited_range_is_stretched(self):
        self.assertEqual([measures.full_range(self.plane(value)).data[0] for value in (16, 126, 235)], [0, 128, 255])

    def test_ten_bits_become_eight(self):
        values = b"".join(value.to_bytes(2, "little") for value in (64, 940, 1023))

        self.assertEqual(list(measures.eight_bit(measures.Image(3, 1, "gray10le", values)).data), [16, 235, 255])


class Stills(unittest.TestCase):
    """Pictures encoded by heif-enc stand for the stills to come."""

    def setUp(self):
        programs.need("heif-enc")
        self.clip = clips.moving()
        self.number = 40

    def encode(self, pixels, *options, clip=None):
        clip = clip or self.clip
        target = clips.folder() / f"still-{pixels}-{os.getpid()}.heic"
        picture = target.with_suffix(".png")
        self.addCleanup(target.unlink, missing_ok=True)
        self.addCleanup(picture.unlink, missing_ok=True)
        programs.read_with(
            "ffmpeg", "-v", "error", "-y", "-i", clip.path, "-vf", f"select=eq(n\\,{self.number}),format={pixels}",
            "-frames:v", "1", picture)
        programs.read_with("heif-enc", "-q", "95", "--matrix_coefficients", "1", *options, picture, "-o", target)
        return target

    def against(self, still, clip, number):
        return pair.still_against(still, clip.path, decoders.ffmpeg_frame(clip.path, clip.times()[number]))

    def test_an_8_bit_still_resembles_its_frame_and_not_the_next(self):
        still = self.encode("rgb24", "--full_range_flag", "0")

        self.assertGreater(self.against(still, self.clip, self.number)[0], 0.97)
        self.assertLess(self.against(still, self.clip, self.number + 1)[0], 0.97)

    def test_a_10_bit_still_resembles_its_frame_and_not_the_next(self):
        clip = clips.ten_bit()
        still = self.encode("rgb48be", "-b", "10", clip=clip)

        ssim, psnr = self.against(still, clip, self.number)

        self.assertEqual(decoders.still_luma(still, "bt709")[0].layout, "gray10le")
        self.assertGreater(ssim, 0.97)
        self.assertGreater(psnr, 38)
        self.assertLess(self.against(still, clip, self.number + 1)[0], 0.97)

    def test_the_source_frame_that_a_still_shows_is_found(self):
        still = self.encode("rgb24")

        found = pair.best_source_frame(still, self.clip.path, 1, 2)

        self.assertEqual(found, self.clip.times()[self.number])

    def test_the_nearest_of_neighbouring_frames_is_found(self):
        frames = decoders.ffmpeg_frames(self.clip.path)[self.number - 2:self.number + 3]

        found = pair.nearest_frame(self.encode("rgb24", "--full_range_flag", "0"), self.clip.path, frames)

        self.assertEqual(found.time, self.clip.times()[self.number])

    def test_the_barcode_is_read_through_heif_convert(self):
        self.assertEqual(painting.read_barcode(decoders.heif_rgb(self.encode("rgb24"))), self.number)


class Launching(unittest.TestCase):

    def test_a_line_that_ends_well_has_code_0_and_no_errors(self):
        run = harness.launch(["videotestsrc", "num-buffers=3", "!", "fakesink"])

        self.assertEqual((run.code, run.errors), (0, []), str(run))

    def test_an_elements_error_is_kept_with_its_sentence(self):
        run = harness.launch(["filesrc", "location=/nowhere/film.mp4", "!", "fakesink"])

        self.assertNotEqual(run.code, 0)
        self.assertEqual(run.errors[0], "Resource not found.", str(run))

    def test_a_line_that_cannot_be_built_is_an_error(self):
        run = harness.launch(["videotestsrc", "!", "no-such-element"])

        self.assertNotEqual(run.code, 0)
        self.assertTrue(run.errors, str(run))

    def test_a_line_that_hangs_is_killed_and_said_to_have(self):
        begun = time.monotonic()

        run = harness.launch(["videotestsrc", "!", "fakesink"], timeout=2)

        self.assertTrue(run.timed_out)
        self.assertLess(time.monotonic() - begun, 10)

    def test_the_window_is_cut_as_the_design_says(self):
        times = [Fraction(number, 30) for number in range(150)]

        self.assertEqual(harness.window(times, 10**9, 2 * 10**9, 2 * 10**9), (30, 90, 60))
        self.assertEqual(harness.window(times, 1_010_000_000, 10**9, 1_020_000_000), (30, 60, 30))
        self.assertEqual(harness.window(times, 1_033_000_000, 10**9, 1_066_000_000), (31, 61, 31))
        self.assertEqual(harness.window(times, 1_032_000_000, 10**9, 10**9), (30, 60, 30))
        self.assertEqual(harness.window(times, 4 * 10**9, 9 * 10**9, 4 * 10**9), (120, 150, 120))

    def test_messages_are_read_field_by_field(self):
        said = 'Got message #7 from element "s" (element): thing, start=(guint64)5, id=(string)"a b";\n'
        run = harness.Run("", 0, said, [], "")

        [message] = harness.main_messages(run, "thing")

        self.assertEqual((harness.field(message, "start"), harness.field(message, "id")), ("5", "a b"))


class WhatGStreamerOverlooks(unittest.TestCase):
    """A line is run again only where the log shows that GstBin kept the end to itself."""

    BEGUN = "<pipeline0> [msg 0x1] handling child {} message of type stream-start\n"
    ENDED = "<pipeline0> [msg 0x2] handling child {} message of type eos\n"
    PLAYING = "<pipeline0> notifying about state-changed PAUSED to PLAYING (VOID_PENDING pending)\n"
    DONE = "<pipeline0> posting ASYNC_DONE to parent\n"
    BEGINNING = BEGUN.format("a") + BEGUN.format("b")
    END = ENDED.format("a") + ENDED.format("b")

    def kept(self, log):
        return programs._kept_the_end(log)  # pylint: disable=protected-access

    def test_an_end_that_the_bin_kept_is_known(self):
        self.assertTrue(self.kept(self.BEGINNING + self.PLAYING + self.DONE + self.END))

    def test_a_line_that_hangs_is_not_taken_for_it(self):
        for log in (
                "", self.BEGINNING + self.DONE + self.PLAYING + self.END,
                self.BEGINNING + self.PLAYING + self.DONE,
                self.BEGINNING + self.PLAYING + self.DONE + self.ENDED.format("a"),
                self.BEGINNING + self.PLAYING + self.DONE + self.END + "is_eos: sink 'c' did not post EOS yet\n"):
            self.assertFalse(self.kept(log), log)


if __name__ == "__main__":
    harness.main()
