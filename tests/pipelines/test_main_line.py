#!/usr/bin/env python3
"""The documented line, with no queue in it, ends by itself and leaves a pair that every reader accepts."""

import os
import re
import subprocess

import clips
import decoders
import harness
import painting
import pair
import readers
from harness import SECOND

GIVEN = "0FC2D1A4-3B5E-4C76-8D90-A1B2C3D4E5F6"


class MainLine(harness.PipelineTest):

    def video_of(self, made):
        return readers.first_stream(readers.ffprobe(made.movie)[0], "video")

    def audio_of(self, made):
        return readers.first_stream(readers.ffprobe(made.movie)[0], "audio")

    def test_h264_with_aac_is_a_pair_for_every_reader_and_gallery(self):
        made = self.make(clips.moving())

        report = self.assert_good(made)

        self.assertEqual(report.facts["codecs"], ["h264", "aac"])
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])

    def test_h265_is_a_pair(self):
        harness.need_elements("x265enc")

        made = self.make(clips.moving(), video=harness.X265)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["hevc", "aac"])

    def test_pcm_sound_is_a_pair(self):
        made = self.make(clips.moving(), audio=harness.LPCM)

        self.assert_good(made)
        self.assertRegex(self.audio_of(made).codec, "^pcm_")

    def test_alac_sound_is_a_pair(self):
        harness.need_elements("avenc_alac")

        made = self.make(clips.moving(), audio=harness.ALAC)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264", "alac"])

    def test_a_source_with_pcm_in_mov_is_a_pair(self):
        self.assert_good(self.make(clips.pcm()))

    def test_a_video_without_sound_is_a_pair_by_the_line_as_printed(self):
        made = self.make(clips.silent())

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264"])

    def test_a_line_without_the_sound_is_a_pair(self):
        made = self.make(clips.moving(), sound=False)

        self.assertEqual(self.assert_good(made).facts["codecs"], ["h264"])

    def test_a_jpeg_still_is_a_pair(self):
        made = self.make(clips.moving(), suffix=".JPG")

        self.assert_good(made)
        self.assertTrue(decoders.is_jpeg(made.still))

    def test_names_with_spaces_and_accents_are_kept(self):
        made = self.make(clips.with_spaces(), name="Für Élise 100 %")

        self.assert_good(made)
        self.assertEqual(self.folder_listing(), ["Für Élise 100 %.HEIC", "Für Élise 100 %.MOV"])

    def test_ten_bits_become_8_bit_h264_by_negotiation(self):
        made = self.make(clips.ten_bit())

        self.assert_good(made)
        self.assertEqual(self.video_of(made).raw["pix_fmt"], "yuv420p")

    def test_ten_bits_stay_main_10_with_x265(self):
        harness.need_elements("x265enc")

        made = self.make(clips.ten_bit(), video=harness.X265)

        self.assert_good(made)
        self.assertEqual(self.video_of(made).raw["pix_fmt"], "yuv420p10le")
        self.assertEqual(self.video_of(made).raw["profile"], "Main 10")
        self.assertEqual(readers.tag(readers.exiftool(made.still), "BitDepthLuma"), 10)

    def test_full_chroma_becomes_420_h264_by_negotiation(self):
        made = self.make(clips.full_chroma())

        self.assert_good(made)
        self.assertEqual(self.video_of(made).raw["pix_fmt"], "yuv420p")

    def test_full_chroma_becomes_420_with_x265(self):
        harness.need_elements("x265enc")

        made = self.make(clips.full_chroma(), video=harness.X265)

        self.assert_good(made)
        self.assertRegex(self.video_of(made).raw["pix_fmt"], "^yuv420p(10le)?$")

    def test_without_times_the_clip_is_the_first_three_seconds_and_the_still_their_middle(self):
        made = self.make(clips.moving(), start=None, duration=None, still_time=None)

        report = self.assert_good(made)

        self.assert_close(report.facts["duration"], 3, 0.001, "the duration")
        self.assertEqual(painting.read_barcode(decoders.still_rgb(made.still)), 45)

    def test_any_source_pad_may_stay_unlinked(self):
        target = self.folder / "clip.mp4"

        run = harness.launch([
            "filesrc", f"location={clips.moving().path}", "!", "decodebin", "name=d", "livephotoselect", "name=s",
            f"start-time={SECOND}", f"duration={SECOND}", "mp4mux", "name=m", "!", "filesink", f"location={target}",
            "d.", "!", "videoconvert", "!", "s.video_sink", "s.video_src", "!", "x264enc", "!", "h264parse", "!", "m."])

        self.assert_ended_well(run)
        numbers = [painting.read_barcode(frame) for frame in decoders.ffmpeg_frames(target)]
        self.assertEqual(numbers, list(range(30, 60)))


class Identifier(harness.PipelineTest):

    def identifiers(self, made):
        return {readers.identifier(readers.exiftool(path)) for path in (made.still, made.movie)}

    def test_each_run_has_a_fresh_random_one_in_both_files(self):
        first, second = (self.identifiers(self.make(clips.moving(), name)) for name in ("A", "B"))

        self.assertEqual((len(first), len(second)), (1, 1))
        self.assertNotEqual(first, second)
        for identifier in first | second:
            self.assertRegex(identifier, "^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$")

    def test_a_given_one_is_in_both_files(self):
        made = self.make(clips.moving(), select=[f"content-identifier={GIVEN}"])

        self.assert_good(made, pair.Expectation(identifier=GIVEN))

    def test_one_that_is_not_a_uuid_is_refused_with_a_sentence(self):
        made = harness.make_pair(clips.moving().path, self.folder, select=["content-identifier=holiday"])

        self.assertNotEqual(made.run.code, 0, str(made.run))
        self.assertRegex(made.run.stderr, r"(?i)identifier")
        self.assertFalse(made.still.exists())

    def test_a_muxer_alone_asks_for_one_instead_of_inventing_it(self):
        run = harness.launch([
            "videotestsrc", "num-buffers=30", "!", "x264enc", "!", "h264parse", "!", "livephotomux", "!", "filesink",
            f"location={self.folder / 'P.MOV'}"])

        self.assertNotEqual(run.code, 0, str(run))
        self.assertRegex(run.stderr, r"(?i)content-identifier")

    def test_a_still_sink_alone_asks_for_one_instead_of_inventing_it(self):
        run = harness.launch([
            "videotestsrc", "num-buffers=1", "!", "heifstillsink", f"location={self.folder / 'P.HEIC'}"])

        self.assertNotEqual(run.code, 0, str(run))
        self.assertRegex(run.stderr, r"(?i)content-identifier")
        self.assertEqual(self.folder_listing(), [])

    def test_two_runs_with_one_identifier_write_the_same_bytes(self):
        # With several threads and a bit rate to keep, x264 itself does not do the same twice.
        first, second = (
            self.make(clips.moving(), name, select=[f"content-identifier={GIVEN}"], video="x264enc threads=1 ! h264parse")
            for name in ("A", "B"))

        self.assertEqual(first.still.read_bytes(), second.still.read_bytes())
        self.assertEqual(first.movie.read_bytes(), second.movie.read_bytes())

    def test_a_second_run_replaces_the_pair(self):
        self.make(clips.moving())
        made = self.make(clips.moving(), select=[f"content-identifier={GIVEN}"])

        self.assert_good(made, pair.Expectation(identifier=GIVEN))
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])


class Messages(harness.PipelineTest):

    def setUp(self):
        super().setUp()
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        line = harness.main_line(clips.moving().path, still, movie, select=[f"content-identifier={GIVEN}"])
        self.run_ = harness.launch(line, messages=True)
        self.assert_ended_well(self.run_)
        self.still = still

    def test_the_selection_is_announced_once_with_its_times(self):
        messages = harness.main_messages(self.run_, "live-photo-selected")

        self.assertEqual(len(messages), 1, str(self.run_))
        self.assertIn(GIVEN, messages[0])
        wanted = {"start": SECOND, "duration": 2 * SECOND, "still-time": 2 * SECOND, "still-offset": SECOND}
        self.assertEqual({name: int(harness.field(messages[0], name)) for name in wanted}, wanted)

    def test_the_written_still_is_announced_once_with_its_place_and_size(self):
        messages = harness.main_messages(self.run_, "live-photo-still-written")

        self.assertEqual(len(messages), 1, str(self.run_))
        self.assertIn(GIVEN, messages[0])
        self.assertIn(str(self.still), messages[0])
        self.assertIn(str(self.still.stat().st_size), messages[0])


class Tee(harness.PipelineTest):

    def test_beside_a_branch_that_plays_on_both_end_well(self):
        line = harness.main_line(
            clips.moving().path, self.folder / "P.HEIC", self.folder / "P.MOV", select=["controls-source=false"],
            file_sink=["async=false"], before_video=["tee", "name=t", "!", "queue", "!"])
        line += ["t.", "!", "queue", "!", "identity", "name=played", "silent=false", "!", "fakesink", "sync=true"]

        run = harness.launch(["-v", *line])

        self.assert_ended_well(run)
        played = len(re.findall(r"GstIdentity:played: last-message = chain", run.out))
        self.assertEqual(played, len(clips.moving().times()), "frames that the other branch got")
        self.assert_good(harness.Pair(run, self.folder / "P.HEIC", self.folder / "P.MOV"))


class Resources(harness.PipelineTest):

    def select_into_fakesinks(self, seconds, *more):
        """(peak resident memory in KiB, frames that were decoded) of a selection of some seconds."""
        command = [
            "gst-launch-1.0", "-v", "filesrc", f"location={clips.long_moving().path}", "!", "decodebin", "name=d",
            "livephotoselect", "name=s", "start-time=0", f"duration={seconds * SECOND}", f"still-time={SECOND}", *more,
            "d.", "!", "videoconvert", "!", "identity", "name=decoded", "silent=false", "!", "s.video_sink",
            "d.", "!", "audioconvert", "!", "s.audio_sink",
            "s.video_src", "!", "fakesink", "s.audio_src", "!", "fakesink",
            "s.still_src", "!", "fakesink", "async=false"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, said[-2000:])
        return usage.ru_maxrss, said.count("GstIdentity:decoded: last-message = chain")

    def test_memory_does_not_grow_with_the_window(self):
        short = min(self.select_into_fakesinks(2)[0] for _ in range(2))
        long, frames = self.select_into_fakesinks(60)

        self.assertGreaterEqual(frames, 60 * 25)
        self.assertLess(long - short, 10 * 1024, f"KiB more for 60 s ({long}) than for 2 s ({short})")

    def test_the_source_is_not_read_on_once_the_clip_is_complete(self):
        _, frames = self.select_into_fakesinks(2)

        self.assertLess(frames, 2 * 25 + 100, "frames that were decoded for a clip of 50")


if __name__ == "__main__":
    harness.main()
