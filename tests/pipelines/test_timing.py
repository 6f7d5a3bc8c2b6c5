#!/usr/bin/env python3
"""The marker is the time of the still's own frame, the clip is cut on frames, and sound stays with picture."""

from fractions import Fraction

import clips
import decoders
import harness
import measures
import painting
import pair
import readers
from harness import SECOND

MILLISECOND = Fraction(1, 1000)
NANOSECONDS = Fraction(2, 10**9)  # GStreamer rounds each time to one


class Timing(harness.PipelineTest):

    def assert_cut(self, clip, made, times=None, start=SECOND, duration=2 * SECOND, still=2 * SECOND, grid=None):
        """Frames, their times, the marker and the still are those that the contract names.

        `times` are the source's frame times, by default ffprobe's. With `grid`, a frame rate, the movie's times must
        lie on it, and the source's are only rounded ones.
        """
        times = times or clip.times()
        first, after, chosen = harness.window(times, start, duration, still)
        wanted = [number / grid if grid else times[first + number] - times[first] for number in range(after - first)]

        self.assert_readers_show(made, first, wanted)
        self.assertEqual(painting.read_barcode(decoders.still_rgb(made.still)), chosen, "the frame in the still")
        self.assertEqual(pair.marker_time(made.movie), wanted[chosen - first], "the marker")
        self.assertEqual(painting.read_barcode(pair.frame_at_marker(made.movie)), chosen, "the frame at the marker")
        end = (after - first) / grid if grid else times[after] - times[first] if after < len(times) else None
        if end is not None:
            self.assert_durations(made.movie, end)

    def assert_readers_show(self, made, first, wanted):
        by_ffmpeg = decoders.ffmpeg_frames(made.movie)
        self.assertEqual([painting.read_barcode(frame) for frame in by_ffmpeg], list(range(first, first + len(wanted))),
                         "frames through ffmpeg")
        self.assertEqual([frame.time for frame in by_ffmpeg], wanted, "times through ffmpeg")
        by_gst = decoders.gst_frames(made.movie)
        self.assertEqual([painting.read_barcode(frame) for frame in by_gst], list(range(first, first + len(wanted))),
                         "frames through qtdemux")
        for frame, time in zip(by_gst, wanted):
            self.assert_close(frame.time, time, NANOSECONDS, "a time through qtdemux")

    def assert_durations(self, movie, wanted):
        """Every reader tells this duration, to the millisecond that some of them round to."""
        told = {
            "ffprobe": Fraction(readers.ffprobe(movie)[1]["duration"]),
            "exiftool": Fraction(readers.tag(readers.exiftool(movie), "Duration")),
            "gst-discoverer": readers.gst_discoverer(movie)["duration"],
            "mediainfo": Fraction(readers.mediainfo(movie)[0]["Duration"])}
        for reader, duration in told.items():
            self.assert_close(duration, wanted, MILLISECOND, f"the duration by {reader}")

    def test_30_frames_a_second(self):
        self.assert_cut(clips.moving(), self.make(clips.moving()))

    def test_23_976_frames_a_second(self):
        clip = clips.moving_at("23.976")
        self.assert_cut(clip, self.make(clip))

    def test_29_97_frames_a_second(self):
        clip = clips.moving_at("29.97")
        self.assert_cut(clip, self.make(clip))

    def test_59_94_frames_a_second(self):
        clip = clips.moving_at("59.94")
        self.assert_cut(clip, self.make(clip))

    def test_variable_rate(self):
        clip = clips.variable_rate()
        self.assert_cut(clip, self.make(clip))

    def test_variable_rate_with_x265(self):
        harness.need_elements("x265enc")
        clip = clips.variable_rate()
        self.assert_cut(clip, self.make(clip, video=harness.X265))

    def test_matroska_with_times_rounded_to_a_millisecond_is_put_on_its_grid(self):
        clip = clips.matroska("29.97")
        self.assert_cut(clip, self.make(clip), grid=clip.rate)

    def test_mpeg_ts_that_does_not_start_at_0(self):
        clip = clips.mpegts()
        times = [frame.time for frame in decoders.gst_frames(clip.path, demuxer="decodebin")]

        self.assert_cut(clip, self.make(clip), times, grid=clip.rate)

    def test_times_between_two_frames_name_the_frame_on_screen(self):
        times = {"start": 1_010_000_000, "duration": 1_500_000_000}
        made = self.make(clips.moving(), still_time=1_520_000_000, **times)

        self.assert_cut(clips.moving(), made, still=1_520_000_000, **times)

    def test_times_typed_in_milliseconds_name_the_frame_they_mean(self):
        clip = clips.moving_at("29.97")
        times = {"start": 1_001_000_000, "duration": 1_001_000_000}
        made = self.make(clip, still_time=1_635_000_000, **times)

        self.assert_cut(clip, made, still=1_635_000_000, **times)

    def test_the_still_may_be_the_first_frame(self):
        made = self.make(clips.moving(), still_time=SECOND)

        self.assert_cut(clips.moving(), made, still=SECOND)

    def test_the_still_may_be_the_last_frame(self):
        made = self.make(clips.moving(), still_time=2_970_000_000)

        self.assert_cut(clips.moving(), made, still=2_970_000_000)

    def test_a_source_that_ends_early_gives_the_clip_up_to_its_end(self):
        times = {"start": 4 * SECOND, "duration": 3 * SECOND}
        made = self.make(clips.moving(), still_time=4_500_000_000, **times)

        self.assert_cut(clips.moving(), made, still=4_500_000_000, **times)
        self.assert_durations(made.movie, Fraction(1))

    def test_a_video_that_begins_inside_the_window_begins_the_clip(self):
        clip = clips.late_picture()
        made = self.make(clip, start=SECOND, duration=SECOND, still_time=2 * SECOND)

        self.assert_cut(clip, made, duration=SECOND, grid=clip.rate)


class Sound(harness.PipelineTest):
    """LPCM is exact, so that sound's edges are checked with it."""

    def sound_edges(self, clip):
        """(first, last) time at which the movie's tone is heard."""
        made = self.make(clip, audio=harness.LPCM)
        sound = decoders.ffmpeg_sound(made.movie)
        heard = [number for number, sample in enumerate(sound.samples) if abs(sample) > 150]
        return tuple(sound.start + Fraction(number, sound.rate) for number in (heard[0], heard[-1])), sound

    def test_sound_is_cut_to_the_clip_to_the_sample(self):
        clip = clips.moving_at("29.97")
        times = clip.times()
        first, after, _ = harness.window(times, SECOND, 2 * SECOND, 2 * SECOND)

        _, sound = self.sound_edges(clip)

        self.assertEqual(sound.start, 0)
        self.assert_close(len(sound.samples), (times[after] - times[first]) * sound.rate, 1, "samples")

    def test_sound_that_begins_late_is_heard_late(self):
        (first, last), _ = self.sound_edges(clips.late_sound())

        self.assert_close(first, Fraction(1, 2), 2 * MILLISECOND, "the first sound")
        self.assert_close(last, 2, 2 * MILLISECOND, "the last sound")

    def test_sound_that_ends_early_ends_early(self):
        (first, last), _ = self.sound_edges(clips.short_sound())

        self.assert_close(first, 0, 2 * MILLISECOND, "the first sound")
        self.assert_close(last, 1, 2 * MILLISECOND, "the last sound")


class FlashAndClick(harness.PipelineTest):
    """A white frame and the click that begins with it keep together, in two independent decoders."""

    def assert_together(self, clip, audio, *elements, tail=True):
        harness.need_elements(*elements)
        made = self.make(clip, audio=audio)
        numbers = sorted(clip.flashes)
        for reader, frames_of, sound_of in (("ffmpeg", decoders.ffmpeg_frames, decoders.ffmpeg_sound),
                                            ("qtdemux", decoders.gst_frames, decoders.gst_sound)):
            frames, sound = frames_of(made.movie), sound_of(made.movie)
            white = [frame for frame in frames if measures.mean_luma(frame) > 180]
            self.assertEqual([painting.read_barcode(frame) for frame in white], numbers, f"white through {reader}")
            for frame in white if tail else white[:-1]:
                click = painting.find_click(sound, frame.time)
                place = f"{reader}: the click of the flash at {float(frame.time):.4f} s"
                self.assertIsNotNone(click, f"not heard: {place}")
                self.assert_close(click, float(frame.time), 0.001, place)

    def test_with_avenc_aac_at_both_ends(self):
        self.assert_together(clips.flash_and_click("29.97"), harness.AVENC_AAC)

    def test_with_voaacenc_at_the_start(self):
        self.assert_together(clips.flash_and_click("29.97"), harness.VOAAC, "voaacenc", tail=False)

    def test_with_lpcm_at_both_ends(self):
        self.assert_together(clips.flash_and_click("29.97"), harness.LPCM)

    def test_with_alac_at_both_ends(self):
        self.assert_together(clips.flash_and_click("29.97"), harness.ALAC, "avenc_alac")

    def test_at_23_976_frames_a_second(self):
        self.assert_together(clips.flash_and_click("23.976"), harness.AVENC_AAC)

    def test_at_25_frames_a_second(self):
        self.assert_together(clips.flash_and_click("25"), harness.AVENC_AAC)

    def test_at_59_94_frames_a_second(self):
        self.assert_together(clips.flash_and_click("59.94"), harness.AVENC_AAC)

    def test_at_variable_rate(self):
        self.assert_together(clips.variable_rate(flashes=True), harness.AVENC_AAC)


if __name__ == "__main__":
    harness.main()
