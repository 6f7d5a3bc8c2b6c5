#!/usr/bin/env python3
"""What stands in the source's boxes and in no caps: Dolby Vision is kept, the rest is honoured or told of."""

import shlex

import clips
import decoders
import harness
import measures
import painting
import pair
import readers
from harness import SECOND

VIDEOS = harness.SHARED / "media" / "videos"
SHORT = {"start": SECOND // 2, "duration": SECOND, "still_time": SECOND}
LOST = "the movie's box that names them"


def dolby_vision_of(path):
    """What ffprobe and mediainfo say of it."""
    video = readers.first_stream(readers.ffprobe(path)[0], "video")
    records = [entry for entry in video.raw.get("side_data_list", []) if "DOVI" in entry["side_data_type"]]
    track = next(track for track in readers.mediainfo(path) if track["@type"] == "Video")
    return records, {name: track[name] for name in sorted(track) if name.startswith("HDR_Format")}


class DolbyVision(harness.PipelineTest):

    elements = ("livephotoselect", "heifstillsink", "livephotomux", "parsebin", "h265parse")

    def assert_kept(self, source, made):
        records, named = dolby_vision_of(source)
        self.assertEqual(len(records), 1)
        self.assertIn("Dolby Vision", named["HDR_Format"])
        self.assertEqual(dolby_vision_of(made.movie), (records, named))
        self.assertNotIn(LOST, made.run.out + made.run.stderr)

    def assert_lost(self, made):
        self.assertEqual(dolby_vision_of(made.movie)[0], [])
        self.assertIn(LOST, made.run.out + made.run.stderr)

    def line(self, source, before="", behind=""):
        """The lossless line without sound, with elements before livephotoselect or before livephotomux."""
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        run = self.last_run = harness.launch(shlex.split(
            f"{source} ! parsebin name=d livephotoselect name=s start-time=0 duration={SECOND} "
            f"still-time={SECOND // 2} livephotomux name=m ! filesink location={movie} d. ! video/x-h265 ! {before} "
            f"s.video_sink s.video_src ! {behind} m. s.still_src ! decodebin ! heifstillsink location={still}"))
        self.assert_ended_well(run)
        return harness.Pair(run, still, movie)

    def test_the_record_of_the_file_is_in_the_movie(self):
        made = self.make(clips.dolby_vision(), line=harness.lossless_line, **SHORT)

        self.assert_kept(clips.dolby_vision().path, made)
        self.assert_good(made)

    def test_it_passes_what_may_stand_between(self):
        source = clips.dolby_vision().path
        made = self.line(f"filesrc location={source}", "queue ! h265parse !",
                         "queue ! video/x-h265,stream-format=hvc1,alignment=au ! h265parse ! identity !")

        self.assert_kept(source, made)

    def test_livephotosink_keeps_it_too(self):
        harness.need_elements("livephotosink")
        source, name = clips.dolby_vision().path, self.folder / "S"
        run = harness.launch(["filesrc", f"location={source}", "!", "parsebin", "name=d", "livephotosink", "name=l",
                              f"location={name}", f"duration={SECOND}", "d.", "!", "l.video", "d.", "!", "l.audio"])
        self.assert_ended_well(run)

        self.assert_kept(source, harness.Pair(run, name.with_suffix(".HEIC"), name.with_suffix(".MOV")))

    def test_what_is_encoded_again_is_not_called_so(self):
        harness.need_elements("x265enc")
        for before, line in (((), harness.main_line),
                             (("x265enc", "speed-preset=ultrafast", "!", "h265parse", "!"), None)):
            with self.subTest(before):
                options = {"video": harness.X265} if line else {"line": lambda *args, **named: [
                    word if word != "parsebin" else "decodebin" for word in harness.lossless_line(*args, **named)],
                    "sound": False, "before_video": ("videoconvert", "!", *before)}
                made = self.make(clips.dolby_vision(), "P" + str(len(before)), **SHORT, **options)
                self.assertEqual(dolby_vision_of(made.movie)[0], [])

    def test_phones_profile_8_4_is_theirs_for_every_reader(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        names = sorted(path.name for path in VIDEOS.glob("iphone*-dv84*.mov"))
        self.assertEqual(len(names), 2)
        for name in names:
            with self.subTest(name):
                self.assert_kept(VIDEOS / name, self.line(f"filesrc location={VIDEOS / name}"))

    def test_where_there_is_no_such_file_it_is_said_to_be_lost(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        phone = VIDEOS / "iphone14pro-portrait-dv84-hlg-1080p24-noaudio.mov"
        for source in (f"filesrc location={VIDEOS / 'dv81-hevc-256x144.mkv'}",
                       f"multifilesrc location={phone} num-buffers=1"):  # which tells nobody of its file
            with self.subTest(source):
                self.assert_lost(self.line(source))


class UntimedSound(harness.PipelineTest):
    """What qtdemux 1.22 reads past the end of a table for is told, and makes no difference to the picture."""

    NOTE = "GStreamer may lose the source's sound"

    def test_sound_that_qtdemux_cannot_time_is_told_of(self):
        clip = clips.untimed_sound()
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                made = self.make(clip, line.__name__, line=line, start=5 * SECOND, still_time=6 * SECOND)
                self.assertIn(self.NOTE, made.run.out + made.run.stderr)
                self.assertEqual([painting.read_barcode(frame) for frame in decoders.ffmpeg_frames(made.movie)],
                                 list(range(150, 210)))

    def test_the_pairs_own_sound_is_not(self):
        audio = {harness.lossless_line: None, harness.main_line: harness.LPCM}
        for line in audio:
            with self.subTest(line.__name__):
                pair = self.make(clips.flash_and_click("29.97"), line.__name__, line=line, audio=audio[line])
                again = self.make(pair.movie, line.__name__ + "-again", line=line, audio=audio[line], start=0)
                self.assertNotIn(self.NOTE, again.run.out + again.run.stderr)
                self.assert_flashes_click(again.movie, clips.flash_and_click("29.97").flashes)


class CleanAperture(harness.PipelineTest):
    """Readers differ: so both files have all of the picture, and it is said how to have the part alone."""

    CROP = ("videocrop", "left=24", "right=16", "top=8", "bottom=12", "!")
    NOTE = "Apple's players show 280x220 of the source's 320x240 pixels"

    def sizes(self, made):
        video = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        still = decoders.still_rgb(made.still)
        return (video.raw["width"], video.raw["height"]), (still.width, still.height)

    def test_both_files_have_all_of_the_picture(self):
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                made = self.make(clips.clean_aperture(), line.__name__, line=line, **SHORT)
                self.assertEqual(self.sizes(made), ((320, 240), (320, 240)))
                self.assertNotIn(b"clap", made.movie.read_bytes())
                self.assert_good(made)
                said = made.run.out + made.run.stderr
                self.assertIn(self.NOTE, said)
                self.assertIn(" ".join(self.CROP[:-1]), said)
                self.assertEqual("decode the source" in said, line is harness.lossless_line)

    def test_the_part_alone_by_the_advice(self):
        made = self.make(clips.clean_aperture(), before_video=self.CROP, **SHORT)

        self.assertEqual(self.sizes(made), (clips.APERTURE, clips.APERTURE))
        self.assertNotIn("Apple's players", made.run.out + made.run.stderr)
        self.assert_good(made)
        whole = decoders.ffmpeg_frame(clips.clean_aperture().path, 1, "rgb24")
        part = decoders.still_rgb(made.still)
        for left, top in ((0, 60), (120, 100), (240, 180)):
            for ours, theirs in zip(measures.mean_colour(part, left, top, 40, 40),
                                    measures.mean_colour(whole, left + 24, top + 8, 40, 40)):
                self.assert_close(ours, theirs, 2, f"the colour at {left}, {top}")

    def test_the_movie_of_an_iphones_live_photo(self):
        movie = harness.LIVEPHOTOS / "lychee-iphone6s-train.mov"
        if not movie.exists():
            self.skipTest(f"no {movie}")
        made = self.make(movie, line=harness.lossless_line, sound=False, start=0, duration=SECOND,
                         still_time=SECOND // 2)

        self.assertEqual(self.sizes(made), ((1440, 1080), (1440, 1080)))
        self.assertIn("show 1308x980 of the source's 1440x1080", made.run.out + made.run.stderr)


class Unhonoured(harness.PipelineTest):
    """What qtdemux 1.22 passes over: one warning with a sentence, and a pair that is right without it."""

    BOTH = (harness.lossless_line, harness.main_line)
    NOT = "which is not honoured"

    def warnings(self, made):
        said = made.run.out + made.run.stderr
        return [line for line in said.splitlines() if line.startswith("WARNING") and self.NOT in line]

    def assert_frames(self, made, first, still, count=30):
        shown = [painting.read_barcode(frame) for frame in decoders.ffmpeg_frames(made.movie)]
        self.assertEqual(shown, list(range(first, first + count)))
        self.assertEqual(painting.read_barcode(decoders.still_rgb(made.still)), still)
        self.assertEqual(painting.read_barcode(pair.frame_at_marker(made.movie)), still)

    def test_media_rates(self):
        for name, clip, said, first in (
                ("fast", clips.edited("fast", (2500, 0), rate=2), "at 2 times the speed", 15),
                ("slow", clips.edited("slow", (10000, 0), rate=0.5), "at 0.5 times the speed", 15),
                ("backwards", clips.edited("back", (5000, 0), rate=-1), "at -1 times the speed", 15),
                ("dwell", clips.edited("dwell", (2000, 30), rate=0), "lets one moment of its", 45)):
            for line in self.BOTH:
                with self.subTest(name, line=line.__name__):
                    made = self.make(clip, f"{name}-{line.__name__}", line=line, sound=False, **SHORT)
                    told = self.warnings(made)
                    self.assertEqual(len(told), 1, told)
                    self.assertIn(said, told[0])
                    self.assert_frames(made, first, first + 15)

    def test_of_rates_that_are_one_nothing_is_said(self):
        """Also of 1/65536, as programs write it that take the field for an integer."""
        for name, rate in (("plain", 1), ("integer", 1 / 65536)):
            made = self.make(clips.edited(name, (5000, 0), rate=rate), name, line=harness.lossless_line, sound=False,
                             **SHORT)
            self.assertEqual(self.warnings(made), [])
            self.assert_frames(made, 15, 30)

    def test_an_empty_edit_between_two_is_honoured(self):
        """The first second is frames 30 to 59, half a second is empty, and frame 75 comes at 1.5 s."""
        clip = clips.edited("pause", (1000, 30), (500, None), (1500, 75))
        for line in self.BOTH:
            with self.subTest(line.__name__):
                made = self.make(clip, line.__name__, line=line, sound=False, **SHORT)
                self.assertEqual(self.warnings(made), [])
                self.assert_frames(made, 45, 59, 15)
                self.assert_close(float(readers.ffprobe(made.movie)[1]["duration"]), 1, 0.001, "the duration")

    def test_matrices_that_are_not_one_of_eight(self):
        """The turn in them is honoured, where qtdemux 1.22 takes a scale for a turn; half a right angle is not."""
        half = 0.5 ** 0.5
        for name, across, down, values, turn in (
                ("scaled", (2, 0), (0, 2), "2 0 0 2", "rotate-0"),
                ("widened", (1.5, 0), (0, 1), "1.5 0 0 1", "rotate-0"),
                ("scaled-mirrored", (-2, 0), (0, 2), "-2 0 0 2", "flip-rotate-0"),
                ("scaled-turned", (0, 0.5), (-0.5, 0), "0 0.5 -0.5 0", "rotate-90"),
                ("45-degrees", (half, half), (-half, half), "0.707108 0.707108 -0.707108 0.707108", "rotate-0")):
            for line, options in ((harness.lossless_line, {}), (harness.main_line, {}),
                                  (harness.sink_line, {"sink": ("upright=true",)})):
                with self.subTest(name, line=line.__name__):
                    made = self.make(clips.transformed(name, across, down), f"{name}-{line.__name__}", line=line,
                                     sound=False, start=0, duration=SECOND // 2, still_time=SECOND // 5, **options)
                    told = self.warnings(made)
                    self.assertEqual(len(told), 1, told)
                    self.assertIn(f"The matrix of the source's picture ({values})", told[0])
                    for image in pair.frame_at_marker(made.movie, "rgb24"), decoders.still_rgb(made.still):
                        self.assertEqual(painting.corners(image), painting.SHOWN[turn])

    def test_of_one_of_eight_nothing_is_said(self):
        made = self.make(clips.turned("flip-rotate-90"), line=harness.lossless_line, sound=False, start=0,
                         duration=SECOND // 2, still_time=SECOND // 5)
        self.assertEqual(self.warnings(made), [])


if __name__ == "__main__":
    harness.main()
