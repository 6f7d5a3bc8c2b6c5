#!/usr/bin/env python3
"""mode=auto finds the moment of a file, whatever brings the streams, and plays it out as a window would."""

import os
import re
import shlex
import subprocess
from fractions import Fraction

import clips
import coded
import harness
import pair
import one_moment
from harness import SECOND

RAW = "decodebin name=d", "videoconvert !", "audioconvert ! audioresample !", (
    "s.video_src ! x264enc ! h264parse ! m. s.audio_src ! avenc_aac ! aacparse ! m. s.still_src ! heifstillsink")
LOSSLESS = "parsebin name=d", "", "", "s.video_src ! m. s.audio_src ! m. s.still_src ! avdec_h264 ! heifstillsink"


def overlap(start, duration, begin, end):
    """The share of [begin, end) that a clip has in it."""
    return max(0, min(start + duration, end) - max(start, begin)) / (end - begin)


class Auto(harness.PipelineTest):

    elements = (*harness.PipelineTest.elements, "avdec_h264", "h264parse", "aacparse")

    def find(self, clip, way=LOSSLESS, select="", source="filesrc location={file} !"):
        """A pair of the moment that was found; (start, duration, still-time) of it."""
        streams, before_video, before_sound, rest = way
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        line = (f"{source.format(file=clip.path)} {streams} livephotoselect name=s mode=auto {select} "
                f"livephotomux name=m ! filesink location={movie} d. ! {before_video} s.video_sink "
                f"d. ! {before_sound} s.audio_sink {rest} location={still}")
        run = self.last_run = harness.launch(shlex.split(line), 120, messages=True)
        self.assert_ended_well(run)
        self.assert_good(harness.Pair(run, still, movie), pair.Expectation(galleries=False))
        selected = harness.main_messages(run, "live-photo-selected")[0]
        self.assertGreater(float(harness.field(selected, "score")), 0)
        return [Fraction(int(harness.field(selected, name)), SECOND) for name in ("start", "duration", "still-time")]

    def assert_found(self, clip, found, begin, end):
        start, duration, still = found
        self.assertGreaterEqual(overlap(start, duration, begin, end), 0.8, (float(start), float(duration)))
        self.assertTrue(begin <= still < end, float(still))
        # It is the time of a frame, not one between two.
        self.assertLess(min(abs(time - still) for time in clip.times()), Fraction(1, 1000))

    def test_a_short_video(self):
        for way in (LOSSLESS, RAW):
            with self.subTest(way[0]):
                self.assert_found(one_moment.short(), self.find(one_moment.short(), way), 5, 8)

    def test_other_containers(self):
        for container in ("mkv", "ts"):
            with self.subTest(container):
                clip = one_moment.short(container)
                first = coded.gst_packets(clip.path)[0][0] if container == "ts" else 0
                found = self.find(clip)
                self.assertGreaterEqual(overlap(found[0] - first, found[1], 5, 8), 0.8, list(map(float, found)))

    def test_a_long_video_is_not_read_whole(self):
        for container in ("mp4", "mkv"):
            with self.subTest(container):
                clip = one_moment.long(container)
                self.assert_found(clip, self.find(clip), 81, 84)

    def test_sync_frames_that_are_far_apart(self):
        self.assert_found(one_moment.sparse(), self.find(one_moment.sparse()), 41, 44)

    def test_what_is_given_is_kept(self):
        start, duration, still = self.find(one_moment.short(), select=f"start-time={6 * SECOND} duration={SECOND}")
        self.assertEqual((start, duration), (6, 1))
        self.assertTrue(6 <= still < 7, float(still))

        start, duration, still = self.find(one_moment.short(), select=f"still-time={2 * SECOND}")
        self.assertEqual((duration, still), (3, 2))
        self.assertTrue(start <= 2 < start + duration, float(start))

    def test_it_finds_the_same_again(self):
        self.assertEqual(self.find(one_moment.short()), self.find(one_moment.short()))

    def test_progress_is_told_on_the_bus(self):
        self.find(one_moment.long())
        told = re.findall(r"GstMessageProgress, type=\(GstProgressType\)(\w+), code=\(string\)select-moment",
                          self.last_run.out)
        self.assertEqual((told[0], told[-1]), ("start", "complete"), self.last_run.out[-3000:])

    def test_the_movie_of_a_live_photo_keeps_its_own_still(self):
        first = self.make(one_moment.short(), name="A", start=5 * SECOND, duration=3 * SECOND, still_time=round(5.5 * SECOND))

        self.assertEqual(self.find(clips.Clip(first.movie), RAW)[2], Fraction(12, 25))

    def test_livephotosink_has_it_too(self):
        source = one_moment.short().path
        run = self.last_run = harness.launch(
            ["filesrc", f"location={source}", "!", "parsebin", "name=d", "livephotosink", "name=l", "mode=auto",
             f"location={self.folder / 'P'}", "d.", "!", "l.video", "d.", "!", "l.audio"], messages=True)
        self.assert_ended_well(run)
        selected = harness.main_messages(run, "live-photo-selected")[0]
        start = Fraction(int(harness.field(selected, "start")), SECOND)
        self.assertGreaterEqual(overlap(start, 3, 5, 8), 0.8)

    # ---- what cannot be looked through

    def test_a_source_that_is_read_once_is_refused_with_the_ways_out(self):
        fifo = self.folder / "pipe.mkv"
        os.mkfifo(fifo)
        with subprocess.Popen(["sh", "-c", f"cat {shlex.quote(str(one_moment.short('mkv').path))} > {shlex.quote(str(fifo))}"], stderr=subprocess.DEVNULL):
            run = self.last_run = harness.launch(shlex.split(
                f"filesrc location={fifo} ! decodebin ! videoconvert ! livephotoselect mode=auto name=s s.video_src ! "
                f"fakesink s.still_src ! fakesink"), 60)
        self.assertNotEqual(run.code, 0)
        self.assertFalse(run.timed_out)
        for way in ("save it to a file", "start-time", "mode=trigger"):
            self.assertIn(way, run.errors[0])

    def test_a_test_source_is_refused(self):
        run = self.last_run = harness.launch(shlex.split(
            "videotestsrc num-buffers=100 ! livephotoselect mode=auto name=s s.video_src ! fakesink s.still_src ! "
            "fakesink"), 60)
        self.assertNotEqual(run.code, 0)
        self.assertIn("save it to a file", run.errors[0])


if __name__ == "__main__":
    harness.main()
