#!/usr/bin/env python3
"""H.264, H.265, AAC and ALAC pass unchanged, and what is shown of them is the clip."""

import functools
import re
from fractions import Fraction

import clips
import coded
import decoders
import harness
import pair
import programs
import readers
import test_shared_media
from harness import SECOND

VIDEOS = test_shared_media.VIDEOS
SSIM = 0.97
GAP = Fraction(1, 2)  # a start frame that stands longer than this is shown from start-time on
ONE_MS, ONE_NS = Fraction(1, 1000), Fraction(1, SECOND)

NEITHER_H264_NOR_H265 = {
    "av1-640x360-5s.mkv", "chrome-mediarecorder-no-duration.webm", "hdr10-av1-portrait-720x1280-4s.mp4",
    "mpeg4-mp3-960x400.avi", "old-phone-h263-aac-vfr-cif.3gp", "vp9-10bit-426x240.webm", "vp9-alpha-200x200.webm",
    "vp9-odd-161x121.webm", "vp9-opus-480p-12s.webm", "vp9-opus-60fps-sync-25s.webm"}
# h264parse gives one field's packet of it no presentation time.
WITHOUT_TIMES = "sony-a7m3-avchd-1080i50.mts"
NOT_STRICT = {"h264-444-chapters.mkv": ("strict=false",)}
SHORTER = {"h264-resolution-change-400x300-to-200x150.mp4": {"duration": SECOND // 2, "still_time": SECOND // 4}}


# ---- the tests


class LosslessTest(harness.PipelineTest):

    elements = ("livephotoselect", "heifstillsink", "livephotomux", "parsebin", "h264parse", "h265parse")

    def make(self, source, name="P", **options):
        return super().make(source, name, line=harness.lossless_line, **options)

    def assert_unchanged(self, path, movie, sound=True):
        """Packets for packets where the source has no start codes and no parameter sets in its packets, else slices."""
        video = readers.first_stream(readers.ffprobe(path)[0], "video")
        is_ts = test_shared_media.is_mpegts(path)
        in_band = is_ts or video.tag in ("hev1", "avc3")
        # avc1 and hvc1 do not allow parameter sets in packets: there they have to go.
        in_band = in_band or coded.has_parameter_sets(path) or coded.has_messages_in_its_configuration(path)
        read = coded.slices if in_band else functools.partial(coded.packets, kind="video")
        ours, theirs = read(movie), read(path)
        if coded.place_of(ours, theirs) is None and coded.place_of(ours[1:], theirs) is not None:
            self.fail("the first packet of the video is not the source's, the others are")
        self.assertFalse(coded.has_parameter_sets(movie), "parameter sets in the movie's packets")
        self.assertIsNotNone(
            coded.place_of(ours, theirs), f"{len(ours)} of the source's {len(theirs)} packets or slices in one piece")
        stream = readers.first_stream(readers.ffprobe(movie)[0], "video")
        self.assertTrue(readers.ffprobe_packets(movie, stream.index, stream.time_base)[0].key,
                        "the movie's first packet is a sync frame")
        if sound:
            ours = coded.packets(movie, "audio")
            theirs = coded.sound_without_adts(path) if is_ts else coded.packets(path, "audio")
            self.assertIsNotNone(coded.place_of(ours, theirs), f"{len(ours)} packets of the sound, in one piece")

    def assert_shown(self, path, made, first, after, wanted, chosen):
        """The source's frames from `first` on are shown at the times `wanted`, the still is the frame `chosen`."""
        ours, theirs = coded.shown(made.movie), coded.decoded(path, after)[first:after]
        self.assertEqual(len(ours), len(theirs), "frames shown through ffmpeg")
        different = [n for n, (one, other) in enumerate(zip(ours, theirs)) if one[1] != other]
        self.assertEqual(different, [], "frames of the movie that are not the source's, through ffmpeg")
        times = [time for time, _ in ours]
        self.assertEqual(pair.marker_time(made.movie), times[chosen], "the marker")
        if any(abs(time - want) > 2 * ONE_NS for time, want in zip(times, wanted)):
            # A source whose times are a constant rate's, but for its container's rounding, is put on its grid.
            self.assertEqual(times, [n * times[-1] / max(1, len(times) - 1) for n in range(len(times))], "a grid")
            for time, want in zip(times, wanted):
                self.assert_close(time, want, ONE_MS, "a time through ffmpeg")
        by_gst = decoders.gst_frames(made.movie)
        self.assertEqual(len(by_gst), len(ours), "frames shown through qtdemux")
        for frame, time in zip(by_gst, times):
            self.assert_close(frame.time, time, 2 * ONE_NS, "a time through qtdemux")

    def assert_pair(self, made, asked=pair.EVERY_READER):
        report = self.assert_good(made, pair.Expectation(galleries=False), asked)
        if "same picture" in asked:
            self.assertGreaterEqual(report.facts["ssim"], SSIM, "the still against the movie's frame")
        return report

    def assert_cut(self, path, made, start, duration, still, asked=pair.EVERY_READER, sound=True):
        every = coded.gst_packets(path)
        hidden = next(number for number, (_, is_shown) in enumerate(every) if is_shown)
        times = [time for time, is_shown in every if is_shown]
        first, after, chosen = harness.window(times, start, duration, still)
        begin = times[first]
        if Fraction(start, SECOND) - begin > GAP:
            begin = Fraction(start, SECOND)
            end = begin + Fraction(duration, SECOND) - harness.TOLERANCE
            after = next((n for n, time in enumerate(times) if n > first and time >= end), len(times))
        wanted = [max(Fraction(0), time - begin) for time in times[first:after]]
        failures = []
        for check in (
                lambda: self.assert_unchanged(path, made.movie, sound),
                lambda: self.assert_shown(path, made, hidden + first, hidden + after, wanted, chosen - first),
                lambda: self.assert_pair(made, asked),
                lambda: after < len(times) and times[after] - times[after - 1] <= GAP and self.assert_close(
                    Fraction(readers.ffprobe(made.movie)[1]["duration"]), times[after] - begin, ONE_MS, "duration")):
            try:
                check()
            except (AssertionError, programs.ReaderError) as failure:
                failures.append(str(failure)[:400])
        if failures:
            self.fail("\n".join(failures))


def moment(start, duration, still):
    """Seconds as properties."""
    return {name: round(value * SECOND) for name, value in
            (("start", start), ("duration", duration), ("still_time", still))}


class Generated(LosslessTest):

    def check(self, clip, start, duration, still, sound=True, first=0):
        """`first`: the time of the clip's first frame, from which the others count."""
        times = moment(start + first, duration, still + first)
        made = self.make(clip, **times)
        self.assert_cut(clip.path, made, times["start"], times["duration"], times["still_time"], sound=sound)

    def test_the_still_is_a_b_frame(self):
        self.check(clips.moving(), 0.5, 1, Fraction(25, 30))

    def test_the_still_is_a_b_frame_beside_it(self):
        self.check(clips.moving(), 0.5, 1, Fraction(26, 30))

    def test_the_still_is_the_first_frame(self):
        self.check(clips.moving(), 1.2, 1, 1.2)

    def test_the_still_is_the_last_frame(self):
        self.check(clips.moving(), 1.2, 1, 1.2 + 29.2 / 30)

    def test_the_clip_begins_with_a_sync_frame(self):
        self.check(clips.moving(), 2, 1, 2.5)

    def test_the_clip_is_the_end_of_the_source(self):
        self.check(clips.moving(), 4, 3, 4.9)

    def test_a_long_gop(self):
        self.check(clips.long_gop(), 1, 1, 1.4)

    def test_a_long_gop_whose_preroll_is_longer_than_the_clip(self):
        self.check(clips.long_gop(), 3, 1, 3.4)

    def test_an_open_gop_of_h264(self):
        for still in (46, 47, 48, 49):
            self.check(clips.open_gop("h264"), 1.3, 1, Fraction(still, 30))

    def test_an_open_gop_of_h265(self):
        for still in (46, 47, 48, 49):
            self.check(clips.open_gop("h265"), 1.3, 1, Fraction(still, 30))

    def test_an_open_gop_of_hev1_from_a_leading_picture_on(self):
        self.check(clips.open_gop("h265", "hev1"), Fraction(46, 30), 1, Fraction(47, 30))

    def test_variable_rate(self):
        self.check(clips.variable_rate(), 1, 1, 1.5, sound=False)

    def test_matroska_without_decode_times(self):
        self.check(clips.matroska(), 1, 1, 1.5)

    def test_mpeg_ts(self):
        first = coded.gst_packets(clips.mpegts().path)[0][0]
        self.check(clips.mpegts(), 1, 1, 1.5, first=first)


class Still(LosslessTest):
    """still_src sends no more than the still's decoder needs, and that makes one picture of it."""

    def check(self, clip, *decoder):
        harness.need_elements(*decoder)
        tapped = ("identity", "name=sent", "silent=false", "!", *" ! ".join(decoder).split(), "!",
                  "identity", "name=made", "silent=false")
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        run = harness.launch(["-v", *harness.lossless_line(
            clip.path, still, movie, decode_still=tapped, **moment(1.2, 1, 1.7))], 20)
        self.last_run = run
        self.assert_ended_well(run)
        sent, made = (len(re.findall(rf"Identity:{name}: last-message = chain", run.out)) for name in ("sent", "made"))
        stream = readers.first_stream(readers.ffprobe(clip.path)[0], "video")
        every = readers.ffprobe_packets(clip.path, stream.index, stream.time_base)
        instant = Fraction(17, 10) + harness.TOLERANCE
        chosen = max((packet.pts, number) for number, packet in enumerate(every) if packet.pts <= instant)
        sync = max(number for number, packet in enumerate(every) if packet.key and packet.pts <= chosen[0])
        self.assertEqual((sent, made), (chosen[1] - sync + 1, 1), "packets sent, pictures made")
        self.assert_pair(harness.Pair(run, still, movie))

    def test_avdec_h264(self):
        self.check(clips.moving(), "avdec_h264")

    def test_openh264dec(self):
        self.check(clips.moving(), "h264parse", "openh264dec")

    def test_avdec_h265(self):
        self.check(clips.open_gop("h265"), "avdec_h265")

    def test_libde265dec(self):
        self.check(clips.open_gop("h265"), "libde265dec")


class FlashAndClick(LosslessTest):

    def check(self, audio, kind):
        """As in test_timing.py. The start, 1.001 s, is on no packet's begin."""
        clip = clips.flash_and_click("29.97", audio, kind)
        self.assert_flashes_click(self.make(clip).movie, clip.flashes)

    def test_aac_from_mp4(self):
        self.check("aac", "mp4")

    def test_aac_from_matroska(self):
        self.check("aac", "mkv")

    def test_alac(self):
        self.check("alac", "mov")

    def test_lpcm(self):
        self.check("pcm", "mov")


class Lines(LosslessTest):

    def test_every_line_ends_by_itself(self):
        for clip in (clips.moving(), clips.silent(), clips.open_gop("h265"), clips.open_gop("h265", "hev1")):
            for sound in (True, False):
                with self.subTest(clip.path.name, sound=sound):
                    self.make(clip, sound=sound, timeout=20, **moment(1, 1, 1.5))

    def test_what_cannot_pass_is_an_error(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        for name in sorted(NEITHER_H264_NOR_H265 | {WITHOUT_TIMES}):
            with self.subTest(name):
                audio = harness.AVENC_AAC if name in ("mpeg4-mp3-960x400.avi", WITHOUT_TIMES) else None
                made = harness.make_pair(VIDEOS / name, self.folder, timeout=20, line=harness.lossless_line,
                                         audio=audio, **moment(0, 1, 0.5))
                self.last_run = made.run
                self.assertFalse(made.run.timed_out, "it hung")
                self.assertGreater(made.run.code, 0)
                self.assertTrue(made.run.errors)
                self.assertFalse(made.still.exists())
                self.assertEqual(made.movie.stat().st_size if made.movie.exists() else 0, 0)

    def test_behind_a_tee_the_other_branch_gets_every_packet(self):
        """With a decoder by name: decodebin keeps the pipeline from PLAYING until the still's packets reach it."""
        line = harness.lossless_line(
            clips.moving().path, self.folder / "P.HEIC", self.folder / "P.MOV", select=["controls-source=false"],
            file_sink=["async=false"], decode_still=["avdec_h264"],
            before_video=["video/x-h264", "!", "tee", "name=t", "!", "queue", "!"])
        line += ["t.", "!", "queue", "!", "identity", "name=other", "silent=false", "!", "fakesink", "sync=false"]
        run = harness.launch(["-v", *line], 30)
        self.last_run = run
        self.assert_ended_well(run)
        self.assertEqual(len(re.findall(r"Identity:other: last-message = chain", run.out)), len(clips.moving().times()))
        self.assert_pair(harness.Pair(run, self.folder / "P.HEIC", self.folder / "P.MOV"))


# The others are asked of these files in test_shared_media.py, and of every kind of clip above; the frames that
# GStreamer shows are compared here.
READERS = ("exiftool", "ffprobe", "exiv2", "mediainfo", "same picture")


class SharedMedia(LosslessTest):

    def setUp(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        super().setUp()

    def check(self, name):
        path = VIDEOS / name
        times = {**test_shared_media.times_for(path), **SHORTER.get(name, {})}
        times["duration"] = min(times["duration"], SECOND)
        times["still_time"] = min(times["still_time"], times["start"] + 3 * times["duration"] // 4)
        sound = readers.first_stream(readers.ffprobe(path)[0], "audio")
        passes = sound is None or sound.codec in ("aac", "alac") or sound.codec.startswith("pcm")
        made = self.make(path, mux=NOT_STRICT.get(name, ()), audio=None if passes else harness.AVENC_AAC, **times)
        asked = tuple(reader for reader in READERS if reader not in test_shared_media.UNASKED.get(name, ()))
        has_packets = sound is not None and sound.codec in ("aac", "alac")
        self.assert_cut(path, made, times["start"], times["duration"], times["still_time"], asked, has_packets)


def _add_tests():
    names = sorted(path.name for path in VIDEOS.iterdir()) if VIDEOS.is_dir() else ["shared media"]
    for name in names:
        if name in NEITHER_H264_NOR_H265 or name == WITHOUT_TIMES:
            continue
        sentence = "test_" + "".join(letter if letter.isalnum() else "_" for letter in name)
        setattr(SharedMedia, sentence, lambda self, name=name: self.check(name))


_add_tests()

if __name__ == "__main__":
    harness.main()
