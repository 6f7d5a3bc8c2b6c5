#!/usr/bin/env python3
"""What cannot become a Live Photo ends with an error that says why, no still, and not one byte of a movie."""

import os
import shlex
import shutil

import clips
import harness
import pair
import programs
import readers
from harness import SECOND

BROKEN = harness.SHARED / "media" / "broken"


class RefusalTest(harness.PipelineTest):

    known = ()

    def assert_refused(self, made, *sentences, movie_bytes=0):
        """Non-zero exit, an ERROR that has each of these, no still, no bytes of a movie, nothing temporary.

        Without sentences the error is GStreamer's own, and only that there is one counts.
        """
        run = self.last_run = made.run
        self.assertFalse(run.timed_out, "it hung")
        self.assertGreater(run.code, 0, "the line ended well, or crashed")
        self.assertTrue(run.errors, "no ERROR")
        for sentence in sentences:
            self.assertRegex(run.stderr, sentence)
        self.assertFalse(made.still.exists(), "a still was left")
        if made.movie.exists():
            self.assertLessEqual(made.movie.stat().st_size, movie_bytes, "bytes of a movie were written")
        self.assertLessEqual(set(self.folder_listing()), {made.movie.name, *self.known}, "something was left")


class WrongInput(RefusalTest):

    def refuse(self, source, *sentences, **options):
        self.assert_refused(harness.make_pair(source, self.folder, timeout=20, **options), *sentences)

    # ---- files

    def test_a_missing_file(self):
        self.refuse(self.folder / "none.mp4")

    def test_a_text_file(self):
        self.refuse(clips.text().path)

    def test_an_empty_file(self):
        self.refuse(clips.empty().path)

    def test_sound_without_picture(self):
        self.refuse(clips.audio_only().path)

    def test_a_truncated_mp4_without_its_index(self):
        self.refuse(clips.truncated_mp4().path)

    def test_a_truncated_matroska_that_ends_before_the_start(self):
        self.refuse(clips.truncated_mkv().path, r"(?i)(start-time|\bstart\b)", r"(?i)(end|past|after|beyond|last)")

    def test_every_broken_file_becomes_a_good_pair_or_an_error(self):
        """Not which of the two: that is a matter of the demuxers and decoders."""
        if not BROKEN.is_dir():
            self.skipTest(f"no broken files in {BROKEN}")
        programs.need("exiftool")
        for path in sorted(BROKEN.iterdir()):
            with self.subTest(path.name):
                for left in self.folder.iterdir():
                    left.unlink()
                made = harness.make_pair(path, self.folder, timeout=60)
                if made.run.code == 0 and not made.run.timed_out:
                    self.assert_ended_well(made.run)
                    self.assert_good(made, pair.Expectation(galleries=False), ("exiftool",))
                    self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])
                else:
                    self.assert_refused(made)

    # ---- times

    def test_a_start_past_the_end(self):
        self.refuse(clips.moving().path, r"(?i)(start-time|\bstart\b)", r"(?i)(end|past|after|beyond|last)",
                    start=60 * SECOND, still_time=61 * SECOND)

    def test_a_still_before_the_clip(self):
        self.refuse(clips.moving().path, r"(?i)still", r"(?i)(outside|within|before|between|inside)",
                    start=2 * SECOND, still_time=SECOND)

    def test_a_still_after_the_clip(self):
        self.refuse(clips.moving().path, r"(?i)still", r"(?i)(outside|within|after|between|inside|end)",
                    still_time=4 * SECOND)

    def test_a_still_after_the_end_of_the_source(self):
        self.refuse(clips.moving().path, r"(?i)still", r"(?i)(outside|within|after|between|inside|end)",
                    start=4 * SECOND, duration=3 * SECOND, still_time=6 * SECOND)

    def test_a_duration_of_0(self):
        self.refuse(clips.moving().path, r"(?i)duration", duration=0)

    def test_an_absurd_duration(self):
        self.refuse(clips.moving().path, r"(?i)duration", duration=2**64 - 2)

    def test_a_picture_that_begins_after_the_window_names_its_first_time(self):
        self.refuse(clips.late_picture().path, r"1[.:]52", start=0, duration=SECOND, still_time=SECOND // 2)

    # ---- streams

    def test_a_change_of_size_inside_the_clip(self):
        self.refuse(clips.size_change().path, r"width 320 to 240", start=3 * SECOND // 2, still_time=2 * SECOND)

    def test_a_change_of_size_outside_the_clip_is_nobodys_business(self):
        made = self.make(clips.size_change(), start=0, duration=SECOND, still_time=SECOND // 2)

        self.assertTrue(made.still.exists() and made.movie.stat().st_size > 0)

    def test_a_codec_that_the_muxer_does_not_take(self):
        harness.need_elements("vp8enc")

        self.refuse(clips.moving().path, video="vp8enc deadline=1")

    def test_a_sound_codec_that_the_muxer_does_not_take(self):
        harness.need_elements("opusenc")

        self.refuse(clips.moving().path, audio="opusenc")

    def test_no_frame_at_all(self):
        made = harness.Pair(harness.launch([
            "videotestsrc", "num-buffers=0", "!", "livephotoselect", "name=s", "livephotomux", "name=m", "!",
            "filesink", f"location={self.folder / 'P.MOV'}", "s.video_src", "!", "x264enc", "!", "h264parse", "!", "m.",
            "s.still_src", "!", "heifstillsink", f"location={self.folder / 'P.HEIC'}"], timeout=20),
            self.folder / "P.HEIC", self.folder / "P.MOV")

        self.assert_refused(made, r"(?i)(no (video )?(frame|picture)|without)")

    # ---- places

    def test_a_folder_that_is_not_there(self):
        made = self.make_with_still_in(self.folder / "none")

        self.assert_refused(made, r"none")

    def make_with_still_in(self, folder, **options):
        """The movie goes to the test's own folder, so that only the still has nowhere to go."""
        still, movie = folder / "P.HEIC", self.folder / "P.MOV"
        run = harness.launch(harness.main_line(clips.moving().path, still, movie, **options), 60)
        return harness.Pair(run, still, movie)

    def mount(self, options):
        """A folder that is a small file system of its own."""
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small file system")
        folder = self.folder / "mounted"
        folder.mkdir()
        mounted = programs.execute([programs.need("mount"), "-t", "tmpfs", "-o", options, "tmpfs", str(folder)])
        if mounted.code != 0:
            self.skipTest(f"cannot mount: {mounted.stderr.strip()}")
        self.addCleanup(programs.execute, ["umount", "-l", str(folder)])
        self.known = ("mounted",)
        return folder

    def test_a_folder_that_cannot_be_written_to(self):
        if os.geteuid() == 0:
            folder = self.mount("ro,size=1m")
        else:
            folder = self.folder / "mounted"
            folder.mkdir(mode=0o555)
            self.known = ("mounted",)

        self.assert_refused(self.make_with_still_in(folder), r"(?i)(read-only|permission|writ)", r"mounted")

    def test_a_full_disk(self):
        folder = self.mount("size=8k")

        made = self.make_with_still_in(folder)

        self.assert_refused(made, r"(?i)(space|full)", r"mounted")
        self.assertEqual(list(folder.iterdir()), [], "left on the full disk")

    def test_a_full_disk_for_both(self):
        folder = self.mount("size=8k")

        made = harness.make_pair(clips.moving().path, folder, timeout=20)

        self.assert_refused(made, r"(?i)(space|full)", movie_bytes=8192)

    def test_a_full_disk_for_the_movie(self):
        whole = harness.make_pair(clips.moving().path, self.folder, name="whole")
        size = whole.movie.stat().st_size
        whole.still.unlink()
        whole.movie.unlink()
        room = size // 2 // 4096 * 4096  # whole pages
        folder = self.mount(f"size={room}")
        # At the end of the packets, or in the bytes that filesink keeps back until EOS.
        for kept_back in (4096, 2 * size):
            for sink_waits in ("true", "false"):
                with self.subTest(kept_back=kept_back, sink_waits=sink_waits):
                    self.assert_refused(
                        self.make_with_movie_in(folder, file_sink=(f"buffer-size={kept_back}", f"async={sink_waits}")),
                        r"(?i)(space|full|writing)", movie_bytes=room)

    def make_with_movie_in(self, folder, **options):
        """The still goes to the test's own folder, so that only the movie has no room."""
        still, movie = self.folder / "P.HEIC", folder / "P.MOV"
        run = harness.launch(harness.main_line(clips.moving().path, still, movie, **options), 60)
        return harness.Pair(run, still, movie)

    def test_a_movie_that_cannot_be_made_leaves_no_still(self):
        """Also where the movie's sink does not wait for PLAYING, in which the still gets its name."""
        for mux in ("max-size-bytes=5000", f"marker-time={60 * SECOND}"):
            for sink_waits in ("true", "false"):
                with self.subTest(mux=mux, sink_waits=sink_waits):
                    self.refuse(clips.moving().path, r"(max-size-bytes|is outside the clip)", mux=(mux,),
                                file_sink=(f"async={sink_waits}",))

    def test_what_was_there_before_is_still_there(self):
        before = self.folder / "P.HEIC"
        shutil.copyfile(clips.text().path, before)

        made = harness.make_pair(clips.moving().path, self.folder, still_time=4 * SECOND)

        self.assertNotEqual(made.run.code, 0, str(made.run))
        self.assertEqual(before.read_bytes(), clips.text().path.read_bytes())
        self.assertLessEqual(set(self.folder_listing()), {"P.HEIC", "P.MOV"})


class WrongLine(RefusalTest):
    """A line that the source does not suit: the error names what to put where."""

    def refuse_line(self, source, *sentences, front="parsebin", video="", sound="", still="decodebin !",
                    links="d. ! s.video_sink d. ! s.audio_sink"):
        still_file, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        line = shlex.split(
            f"filesrc location={source} ! {front} name=d livephotoselect name=s start-time={SECOND} "
            f"duration={SECOND} livephotomux name=m ! filesink location={movie} {links} s.video_src ! {video} m. "
            f"s.audio_src ! {sound} m. s.still_src ! {still} heifstillsink location={still_file}")
        self.assert_refused(harness.Pair(harness.launch(line, 20), still_file, movie), *sentences)

    def test_packets_without_a_decoder_before_the_still(self):
        self.refuse_line(clips.moving().path, r"still_src.*\(video/x-h264\).*put a decoder", still="")

    def test_packets_before_an_encoder(self):
        self.refuse_line(clips.moving().path, r"video_src.*\(video/x-h264\) as they are; link livephotomux",
                         video="x264enc ! h264parse !")

    def test_packets_of_sound_before_an_encoder(self):
        self.refuse_line(clips.moving().path, r"audio_src.*\(audio/mpeg\) as they are; link livephotomux",
                         sound="avenc_aac ! aacparse !")

    def test_pictures_without_an_encoder(self):
        self.refuse_line(clips.moving().path, r"(takes no raw pictures; put an encoder|cannot hold video/x-raw; encode)", front="decodebin",
                         sound="avenc_aac ! aacparse !", still="videoconvert !")

    def test_a_profile_that_apple_does_not_decode(self):
        self.refuse_line(clips.full_chroma().path, r"(?i)profile high-4:4:4; encode it .*strict=false")

    def test_sound_that_cannot_pass(self):
        self.refuse_line(clips.ac3().path, r"has sound \(audio/x-ac3\) that does not reach .*d\. ! audio/x-ac3 ! decodebin")

    def test_sound_that_is_not_linked(self):
        self.refuse_line(clips.moving().path, r"has sound \(audio/mpeg\) that does not reach .*link it to audio_sink",
                         links="d. ! s.video_sink")

    def test_another_source_in_the_pipeline_is_not_meant(self):
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        line = [*harness.main_line(clips.silent().path, still, movie), "filesrc", f"location={clips.moving().path}", "!",
                "decodebin", "name=other", "other.", "!", "video/x-raw", "!", "fakesink"]
        run = harness.launch(line, 60)

        self.assert_ended_well(run)
        self.assert_good(harness.Pair(run, still, movie), pair.Expectation(galleries=False))

    def test_another_track_that_can_pass_is_taken(self):
        made = self.make(clips.ac3(and_aac=True), line=harness.lossless_line)

        self.assert_good(made, pair.Expectation(galleries=False))
        self.assertEqual(readers.first_stream(readers.ffprobe(made.movie)[0], "audio").codec, "aac")

    def test_sound_that_nobody_asks_for_is_left_out(self):
        made = self.make(clips.ac3(), line=harness.lossless_line, sound=False)

        self.assert_good(made, pair.Expectation(galleries=False))


if __name__ == "__main__":
    harness.main()
