#!/usr/bin/env python3
"""The marker is the time of the still's own frame, the clip is cut on frames, and sound stays with picture.

Encoded again and unchanged alike, where a test says so.
"""

from fractions import Fraction

import clips
import coded
import decoders
import harness
import painting
import pair
import readers
from harness import SECOND

MILLISECOND = Fraction(1, 1000)
NANOSECONDS = Fraction(2, 10**9)  # GStreamer rounds each time to one
BOTH_WAYS = {"encoded": harness.main_line, "unchanged": harness.lossless_line}


def nanoseconds(start, duration, still):
    """Seconds as options of a line."""
    return {name: round(value * SECOND) for name, value in
            (("start", start), ("duration", duration), ("still_time", still))}


class Timing(harness.PipelineTest):

    def assert_cut(self, clip, made, times=None, start=SECOND, duration=2 * SECOND, still=2 * SECOND, grid=None,
                   begin=0):
        """Frames, their times, the marker and the still are those that the contract names.

        `times` are the source's frame times, by default ffprobe's, and `begin` is the number of the first. With `grid`,
        a frame rate, the movie's times must lie on it, and the source's are only rounded ones.
        """
        times = times or clip.times()
        first, after, chosen = harness.window(times, start, duration, still)
        wanted = [number / grid if grid else times[first + number] - times[first] for number in range(after - first)]
        end = (after - first) / grid if grid else times[after] - times[first] if after < len(times) else None
        self.assert_clip(made, range(begin + first, begin + after), wanted, begin + chosen, end)

    def assert_clip(self, made, numbers, wanted, chosen, end):
        """Frames of these numbers at these times, the still one of them, and how long it all lasts, if that is known."""
        numbers = list(numbers)
        self.assert_readers_show(made, numbers, wanted)
        self.assertEqual(painting.read_barcode(decoders.still_rgb(made.still)), chosen, "the frame in the still")
        self.assertEqual(pair.marker_time(made.movie), wanted[numbers.index(chosen)], "the marker")
        self.assertEqual(painting.read_barcode(pair.frame_at_marker(made.movie)), chosen, "the frame at the marker")
        if end is not None:
            self.assert_durations(made.movie, end)

    def assert_readers_show(self, made, numbers, wanted):
        by_ffmpeg = decoders.ffmpeg_frames(made.movie)
        self.assertEqual([painting.read_barcode(frame) for frame in by_ffmpeg], numbers, "frames through ffmpeg")
        self.assertEqual([frame.time for frame in by_ffmpeg], wanted, "times through ffmpeg")
        by_gst = decoders.gst_frames(made.movie)
        self.assertEqual([painting.read_barcode(frame) for frame in by_gst], numbers, "frames through qtdemux")
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

    def test_mpeg_ts_whose_clock_wraps(self):
        """Its 33 bits begin anew before the clip, inside it, and behind it; the clip is from 1 s to 2 s of the picture."""
        for where, at in (("before", 0.5), ("inside", 1.5), ("behind", 3)):
            clip = clips.wrapping(at)
            clock = coded.picture_clock(clip.path)
            self.assertGreater(max(clock), (1 << 33) - 90000 * 5, "the clock is near its end")
            self.assertLess(min(clock), 90000 * 5, "and begins anew")
            first = coded.gst_packets(clip.path)[0][0]
            options = {name: value + round(first * SECOND) for name, value in nanoseconds(1, 1, 1.6).items()
                       if name != "duration"} | {"duration": SECOND}
            for way, line in BOTH_WAYS.items():
                with self.subTest(f"{way}, {where}"):
                    made = self.make(clip, f"{way} {where}", line=line, **options)
                    self.assert_clip(made, range(30, 60), [Fraction(n, 30) for n in range(30)], 48, 1)

    def test_from_one_frame_in_ten_seconds_to_240_in_one(self):
        for rate in (Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(15, 2), Fraction(12), Fraction(120),
                     Fraction(240)):
            frames = 12 if rate <= 12 else rate * 3 // 2
            clip = clips.at_rate(rate, int(frames))
            first, count, chosen = frames // 4, frames // 2, frames // 2
            options = nanoseconds(first / rate, count / rate, chosen / rate)
            for way, line in BOTH_WAYS.items():
                with self.subTest(way, rate=str(rate)):
                    made = self.make(clip, f"{float(rate)}-{way}", line=line, **options)
                    self.assert_clip(made, range(first, first + count), [n / rate for n in range(count)], chosen,
                                     count / rate)

    def test_two_seconds_of_a_picture_that_stands_for_ten(self):
        clip = clips.at_rate(Fraction(1, 10), 12)
        options = nanoseconds(33, 2, 34)

        self.assert_clip(self.make(clip, **options), [3], [0], 3, 2)

    def test_two_seconds_unchanged_of_a_picture_that_stands_for_ten(self):
        """Only here GStreamer's readers show hidden frames too, at time 0: docs/design.md says why."""
        clip = clips.at_rate(Fraction(1, 10), 12)
        made = self.make(clip, line=harness.lossless_line, **nanoseconds(33, 2, 34))

        self.assertEqual([(painting.read_barcode(frame), frame.time) for frame in decoders.ffmpeg_frames(made.movie)],
                         [(3, 0)])
        by_gst = decoders.gst_frames(made.movie)
        self.assertEqual({frame.time for frame in by_gst}, {0})
        self.assertEqual(painting.read_barcode(by_gst[-1]), 3)
        self.assertEqual((painting.read_barcode(decoders.still_rgb(made.still)), pair.marker_time(made.movie)), (3, 0))
        self.assert_durations(made.movie, 2)

    def test_gaps(self):
        """Frame 44 stands from 1.467 s to 3.5 s, frame 89 from 4.967 s to 5.7 s."""
        def time(number):
            return Fraction(number, 30) + (2 if number >= 45 else 0) + (Fraction(7, 10) if number >= 90 else 0)

        for name, asked, begin, numbers, chosen, end in (
                ("inside", (1, 3, 2.5), 1, range(30, 60), 44, 3),
                ("at the begin", (2.2, 2, 2.4), 2.2, range(44, 66), 44, 2),
                ("at the end", (0.5, 2, 1.2), 0.5, range(15, 45), 36, 2),
                ("in all of it", (1.6, 1.5, 2), 1.6, range(44, 45), 44, 1.5),
                ("of 0.7 s, cut off", (4.5, 0.5, 4.9), 4.5, range(75, 90), 87, 0.5),
                ("of 0.7 s, almost all asked for", (4.5, 0.8, 4.9), 4.5, range(75, 90), 87, 1.2)):
            begin, end = Fraction(str(begin)), Fraction(str(end))
            for way, line in BOTH_WAYS.items():
                with self.subTest(f"{way}, a gap {name}"):
                    made = self.make(clips.gaps(), f"{way} {name}", line=line, **nanoseconds(*asked))
                    wanted = [max(Fraction(0), time(number) - begin) for number in numbers]
                    self.assert_clip(made, numbers, wanted, chosen, end)

    def test_sources_whose_times_are_not_plain(self):
        """Composition offsets below zero, times from ten seconds on, an edit list that hides frames."""
        for name, clip, begin, zero in (
                ("negative offsets", clips.negative_offsets(), 0, 0),
                ("MP4 from 10 s", clips.from_ten_seconds("mp4"), 0, 10),
                # Where matroskademux 1.22 has its stream time begin with the first packet.
                ("Matroska from 10 s", clips.from_ten_seconds("mkv"), 0, 0),
                ("an edit list", clips.cut_by_edit_list(), 33, 0)):
            options = nanoseconds(zero + 1, 1, zero + Fraction(151, 100))
            for way, line in BOTH_WAYS.items():
                with self.subTest(f"{way}, {name}"):
                    made = self.make(clip, f"{way} {name}", line=line, **options)
                    is_mkv = clip.path.suffix == ".mkv"
                    times = [time for time, _ in coded.gst_packets(clip.path)] if is_mkv else None
                    self.assert_cut(clip, made, times, begin=begin, grid=clip.rate if is_mkv else None,
                                    start=options["start"], duration=options["duration"], still=options["still_time"])

    def test_two_edits_are_one_after_the_other(self):
        made = self.make(clips.two_edits(), sound=False, **nanoseconds(0.5, 1, 1.2))

        self.assert_clip(made, [*range(45, 60), *range(105, 120)], [Fraction(n, 30) for n in range(30)], 111, 1)

    def test_what_lies_in_one_edit_passes_unchanged_and_else_it_is_said_why_not(self):
        options = {"line": harness.lossless_line, "sound": False}
        made = self.make(clips.two_edits(), **options, **nanoseconds(0.2, 0.5, 0.4))
        self.assert_clip(made, range(36, 51), [Fraction(n, 30) for n in range(15)], 42, Fraction(1, 2))

        refused = harness.make_pair(clips.two_edits().path, self.folder, "N", **options, **nanoseconds(0.5, 1, 1.2))
        self.assertIn("edited inside the clip, so its packets cannot pass unchanged", " ".join(refused.run.errors))

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

    def assert_together(self, clip, audio, *elements, tail=True, **options):
        harness.need_elements(*elements)
        made = self.make(clip, audio=audio, **options)
        self.assert_flashes_click(made.movie, clip.flashes, tail)

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

    def test_where_the_sound_is_shorter_than_the_clip_at_both_ends(self):
        self.every_way(clips.sound_inside, (("pcm", "mov"), ("aac", "mp4"), ("aac", "mkv")))

    def test_where_the_sound_is_longer_than_the_picture_at_both_ends(self):
        self.every_way(clips.picture_inside, (("pcm", "mov"), ("aac", "mp4"), ("aac", "mkv")),
                       **nanoseconds(1, 4, 2.5))

    def every_way(self, clip_of, kinds, **options):
        for sound, kind in kinds:
            clip = clip_of(sound, kind)
            encoders = {"pcm": harness.LPCM, "aac": harness.AVENC_AAC}
            for way, line, audio in (("encoded", harness.main_line, encoders[sound]),
                                     ("unchanged", harness.lossless_line, None)):
                with self.subTest(f"{way} {sound} {kind}"):
                    self.assert_together(clip, audio, line=line, name=f"{way}-{sound}-{kind}", **options)


if __name__ == "__main__":
    harness.main()
