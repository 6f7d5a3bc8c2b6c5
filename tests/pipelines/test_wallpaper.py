#!/usr/bin/env python3
"""purpose=wallpaper: a pair with all that a lock screen is known to look at, read back by others, and what refuses."""

import math
import re
import subprocess
import sys
import unittest
from fractions import Fraction

import clips
import harness
import pair
import programs
import readers
import tool

SHARED_TOOLS = harness.SHARED / "tools"
GOLIVE = harness.LIVEPHOTOS / "golive-wallpaper.mov"
WITH_OTHER_METADATA = pair.Expectation(only_marker=False)
# Small, for the tests' sake; 1080x1920 is asked for once.
SMALL = ("max-width=270", "max-height=480")
WIDTH, HEIGHT = 540, 960
KEY = "com.apple.quicktime."


def atoms(movie, *options):
    """The lines of ../shared/tools/atoms.py, a reader of its own."""
    program = SHARED_TOOLS / "atoms.py"
    if not program.is_file():
        raise unittest.SkipTest(f"no {program}")
    return subprocess.run(
        [sys.executable, program, *options, movie], check=True, capture_output=True, text=True).stdout.splitlines()


def layout(movie, key):
    """[(type, size)] of the track of timed metadata with this key, in the file's order, from its `trak` on."""
    tracks, inside = [], False
    for line in atoms(movie, "--samples", "0"):
        found = re.match(r"( *)@\w+ (?:entry '(\w+)'|(\w+)) size=(\d+)", line) or \
            re.match(r"( {16,})()(keyd|dtyp|sdpd|setu|cfgv|dims|ctps) size=(\d+)", line)
        if not found:
            continue
        name, size = found[2] or found[3], int(found[4])
        if len(found[1]) <= 2:
            inside = name == "trak"
            if inside:
                tracks.append([])
        if inside:
            tracks[-1].append((name, size, line))
    for track in tracks:
        if any(name == "keyd" and f"value='{KEY}{key}'" in line for name, _, line in track):
            return [(name, size) for name, size, _ in track]
    return None


def homographies(movie):
    """{movie time in seconds: nine numbers} of the records of live-photo-info."""
    found, time = {}, None
    for line in atoms(movie, "--samples", "-1"):
        at = re.search(r"movieTime=(\d+\.\d+)", line)
        time = Fraction(at[1]) if at else time
        numbers = re.search(r" H=\[([^]]*)\]", line)
        if numbers:
            found[time] = [float(number) for number in numbers[1].split(",")]
    return found


def mapped(matrix, point):
    x, y = point
    w = matrix[6] * x + matrix[7] * y + matrix[8]
    return ((matrix[0] * x + matrix[1] * y + matrix[2]) / w, (matrix[3] * x + matrix[4] * y + matrix[5]) / w)


def inverse(matrix):
    a, b, c, d, e, f, g, h, i = matrix
    return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f,
            d * h - e * g, b * g - a * h, a * e - b * d]  # but for a factor


class Camera:
    """A picture with texture, seen by a camera that moves right and rolls by so much a frame."""

    SIDE = 1400

    def __init__(self, pan, roll):
        self.pan, self.roll = pan, roll  # pixels to the left that the picture moves, degrees clockwise

    def film(self, path, frames=40):
        left, top = (self.SIDE - WIDTH) // 2 - 60, (self.SIDE - HEIGHT) // 2
        picture = (
            f"nullsrc=s={self.SIDE}x{self.SIDE}:r=30,trim=end_frame=1,format=gray,geq=lum='random(1)*255',"
            "gblur=sigma=4,normalize=blackpt=black:whitept=white:smoothing=0,format=gray,"
            f"loop=loop={frames - 1}:size=1,setpts=N/30/TB,"
            f"rotate=a='n*{self.roll}*PI/180':bilinear=1,crop={WIDTH}:{HEIGHT}:x='{left}+n*{self.pan}':y={top},"
            "noise=alls=4:allf=t,format=yuv420p")
        programs.need("ffmpeg")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "libx264", "-crf", "6", path], check=True,
            stdin=subprocess.DEVNULL)
        return path

    def seen(self, number, over, point):
        """Where what is at a point of a frame is seen in another frame."""
        centre = self.SIDE / 2
        left, top = (self.SIDE - WIDTH) // 2 - 60, (self.SIDE - HEIGHT) // 2
        x, y = point[0] + left + number * self.pan - centre, point[1] + top - centre
        angle = math.radians(self.roll * (over - number))
        return (math.cos(angle) * x - math.sin(angle) * y + centre - left - over * self.pan,
                math.sin(angle) * x + math.cos(angle) * y + centre - top)


class WallpaperTest(tool.ToolTest):
    elements = ("livephotosink", "x265enc", "videorate")

    def make_wallpaper(self, source, name="P", sink=SMALL, **options):
        options = {"start": 0, "still_time": harness.SECOND, **options}
        return harness.PipelineTest.make(
            self, source, name, line=harness.sink_line, decode="decodebin", sink=("purpose=wallpaper", *sink),
            **options)

    def verified(self, base="P"):
        """{check: (verdict, basis)} of our own linter."""
        said = self.run_tool("verify", "--profile", "wallpaper", "--json", base)
        self.assertIn(said.code, (0, 1), said)
        event = said.events()[0]
        return {check["name"]: (check["verdict"], check["basis"])
                for check in event["checks"] if check["profile"] == "wallpaper"}, event["verdicts"]["wallpaper"]


class Made(WallpaperTest):

    def test_a_pair_has_all_that_is_known_and_every_reader_agrees(self):
        made = self.make_wallpaper(clips.moving(), sink=())

        report = self.assert_good(made, WITH_OTHER_METADATA)
        self.assertEqual(report.facts["codecs"][0], "hevc")
        self.assertEqual((report.facts["width"], report.facts["height"]), (1080, 1920))
        self.assertEqual(report.facts["marker"], 1)
        checks, verdict = self.verified()
        self.assertEqual(len(checks), 22)
        # The painted picture moves fast.
        self.assertEqual({name for name, (said, _) in checks.items() if said != "pass"},
                         {"wallpaper-movement", "wallpaper-record-motion"})
        self.assertNotEqual(verdict, "fail")
        self.assertEqual({basis for _, basis in checks.values()}, {"camera-files", "project", "hypothesis"})

    def test_the_shared_rules_of_galleries_take_it(self):
        if not (SHARED_TOOLS / "consumer_rules.py").is_file():
            self.skipTest("no ../shared/tools/consumer_rules.py")
        made = self.make_wallpaper(clips.moving())

        said = subprocess.run(
            [sys.executable, SHARED_TOOLS / "consumer_rules.py", made.still, made.movie], capture_output=True,
            text=True, check=False)

        self.assertEqual({line.split(" ")[0] for line in said.stdout.splitlines()}, {"PASS"}, said.stdout)

    def test_exiftool_finds_a_vitality_between_0_and_1_with_its_version(self):
        made = self.make_wallpaper(clips.moving())

        tags = readers.exiftool(str(made.movie))

        score = float(readers.tag(tags, "LivePhotoVitalityScore"))
        self.assertTrue(0 <= score <= 1, score)
        self.assertEqual(int(readers.tag(tags, "LivePhotoVitalityScoringVersion")), 4)

    def test_the_rate_is_30_or_60_whatever_the_source_has(self):
        for source, options, rate in (
                (clips.moving_at("25"), (), 30), (clips.moving_at("29.97"), (), 30), (clips.variable_rate(), (), 60),
                (clips.moving_at("59.94"), (), 60), (clips.moving(), ("frame-rate=60",), 60)):
            with self.subTest(source.path.name):
                made = self.make_wallpaper(source, f"P{rate}", sink=(*SMALL, *options))

                times = readers.presentation_times(made.movie)

                self.assertEqual({later - time for time, later in zip(times, times[1:])}, {Fraction(1, rate)})
                self.assertEqual(len(times), 2 * rate)
                self.assertIn(pair.marker_time(made.movie), times)
                self.assertEqual(set(homographies(made.movie)), {
                    Fraction(f"{float(time):.6f}") for time in times})

    def test_pixels_are_upright(self):
        made = self.make_wallpaper(clips.portrait(90), sink=("max-width=180", "max-height=320"))

        self.assert_good(made, WITH_OTHER_METADATA)
        stream = readers.first_stream(readers.ffprobe(made.movie)[0], "video")
        self.assertEqual(readers.rotation(stream), 0)
        self.assertEqual((stream.raw["width"], stream.raw["height"]), (180, 320))
        self.assertEqual(self.verified()[0]["wallpaper-upright"][0], "pass")

    def test_a_jpeg_still_is_one_too(self):
        made = harness.make_pair(
            clips.moving().path, self.folder, suffix=".JPG", line=harness.sink_line, decode="decodebin", start=0,
            still_time=harness.SECOND, sink=("purpose=wallpaper", *SMALL, "still-format=jpeg"))

        self.assert_ended_well(made.run)
        self.assert_good(made, WITH_OTHER_METADATA)

    def test_the_tool_makes_one_and_says_that_it_is_unproven(self):
        said = self.make(clips.moving().path, "--wallpaper", "--size", "270x480", "-o", "P")

        self.assert_good(self.pair(), WITH_OTHER_METADATA)
        self.assertIn("never shown on a device", said.err)
        self.assertNotEqual(self.verified()[1], "fail")
        again = self.make(clips.moving().path, "--wallpaper", "--size", "270x480", "-o", "P", "--json")
        self.assertEqual(again.event()["event"], "skipped")


class Motion(WallpaperTest):

    def record_errors(self, made, camera, still):
        """How far the corners are from where they truly are: over the still, and over the next frame."""
        found = [matrix for _, matrix in sorted(homographies(made.movie).items())]
        corners = [(0, 0), (WIDTH, 0), (0, HEIGHT), (WIDTH, HEIGHT)]
        over_still = max(
            math.dist(mapped(inverse(matrix), corner), camera.seen(number, still, corner))
            for number, matrix in enumerate(found) for corner in corners)
        to_next = max(
            math.dist(mapped(found[number + 1], mapped(inverse(found[number]), corner)),
                      camera.seen(number, number + 1, corner))
            for number in range(len(found) - 1) for corner in corners)
        return over_still, to_next

    def test_a_pan_with_a_roll_maps_the_corners_to_half_a_pixel(self):
        camera = Camera(3, 1 / 30)
        source = camera.film(self.folder / "pan.mp4")
        made = self.make_wallpaper(
            source, sink=(f"max-width={WIDTH}", f"max-height={HEIGHT}"), sound=False, duration=4 * harness.SECOND // 3)

        over_still, to_next = self.record_errors(made, camera, 30)

        print(f"  corners: {over_still:.3f} pixels over the still, {to_next:.3f} over the next frame", flush=True)
        self.assertEqual(len(homographies(made.movie)), 40)
        self.assertLess(to_next, 0.5)
        self.assertLess(over_still, 0.5)

    def test_a_tripod_is_nearly_identity(self):
        source = Camera(0, 0).film(self.folder / "tripod.mp4")
        made = self.make_wallpaper(
            source, sink=(f"max-width={WIDTH}", f"max-height={HEIGHT}"), sound=False, duration=4 * harness.SECOND // 3)

        over_still, _ = self.record_errors(made, Camera(0, 0), 30)

        print(f"  corners: {over_still:.3f} pixels from where they were", flush=True)
        self.assertLess(over_still, 0.5)

    def test_neutral_motion_is_that_of_no_camera(self):
        made = self.make_wallpaper(clips.moving(), sink=(*SMALL, "motion=neutral"))

        self.assertEqual(
            set(map(tuple, homographies(made.movie).values())), {(1, 0, 0, 0, 1, 0, 0, 0, 1)})

    def test_hypotheses_can_be_left_away(self):
        made = self.make_wallpaper(clips.moving(), sink=(*SMALL, "hypotheses=0"))

        self.assertIsNone(layout(made.movie, "video-orientation"))
        self.assertNotIn("setu", dict(layout(made.movie, "live-photo-info")))
        self.assertIsNone(readers.tag(readers.exiftool(str(made.movie)), "LivePhotoVitalityScore"))

    def test_a_muxer_alone_writes_neutral_motion_of_packets_that_are_not_encoded_again(self):
        made = harness.PipelineTest.make(
            self, clips.moving(), line=harness.lossless_line, start=1_100_000_000,
            mux=("purpose=wallpaper", "motion=neutral"))

        self.assert_good(made, WITH_OTHER_METADATA)
        self.assertEqual(len(homographies(made.movie)), 60)
        self.assertEqual(self.verified()[0]["wallpaper-hidden-frames"], ("warn", "hypothesis"))


class Layout(WallpaperTest):
    """By ../shared/tools/atoms.py, beside goLive's pair and what docs/live-photo-format.md says of cameras."""

    def setUp(self):
        super().setUp()
        self.movie = self.make_wallpaper(clips.moving()).movie

    def test_the_tracks_are_those_of_a_camera_in_its_order(self):
        order = [line for line in atoms(self.movie, "--samples", "0") if "keyd size" in line and "ns='mdta'" in line]

        self.assertEqual(
            [re.search(rf"value='{KEY}([^']*)'", line)[1] for line in order],
            ["video-orientation", "live-photo-info", "still-image-time", "live-photo-still-image-transform",
             "live-photo-still-image-transform-reference-dimensions"])

    def test_the_sizes_are_those_of_a_camera(self):
        self.assertEqual(layout(self.movie, "video-orientation")[0], ("trak", 625))
        self.assertEqual(layout(self.movie, "still-image-time")[0], ("trak", 801))
        info = layout(self.movie, "live-photo-info")
        # A camera's description of 577 bytes has a property list (cfgv) of 347.
        self.assertEqual(dict(info)["stsd"] - dict(info)["cfgv"], 577 - 347)

    def test_the_records_track_has_golives_atoms_and_sizes(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no {GOLIVE}")
        ours, golives = layout(self.movie, "live-photo-info"), layout(GOLIVE, "live-photo-info")
        # What a camera has and goLive's has not; then sizes that hold what differs.
        ours = [entry for entry in ours if entry[0] not in ("sdpd", "tref", "cdsc", "cdep")]
        grown = {"trak", "edts", "elst", "mdia", "minf", "stbl", "stsd", "mebx", "keys", "key", "setu", "cfgv"}

        self.assertEqual([name for name, _ in ours], [name for name, _ in golives])
        self.assertEqual([size for name, size in ours if name not in grown],
                         [size for name, size in golives if name not in grown])

    def test_the_marker_has_golives_atoms_and_a_third_key(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no {GOLIVE}")
        names = [name for name, _ in layout(self.movie, "still-image-time") if name not in ("tref", "cdsc")]

        golives = [name for name, _ in layout(GOLIVE, "still-image-time")]
        key = max(place for place, name in enumerate(golives) if name == "dtyp") + 1
        self.assertEqual(names, golives[:key] + ["keyd", "dtyp"] + golives[key:])


class Linter(WallpaperTest):

    def test_of_pairs_of_others_golives_breaks_no_rule(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")

        golives, verdict = self.verified(harness.LIVEPHOTOS / "golive-wallpaper")

        self.assertEqual(verdict, "warn")
        self.assertEqual(
            {name for name, (said, _) in golives.items() if said == "warn"},
            {"wallpaper-reference", "wallpaper-dims", "wallpaper-record-times", "wallpaper-orientation",
             "wallpaper-vitality", "wallpaper-movement"})

    def test_an_older_telephones_pair_breaks_those_that_it_cannot_keep(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")

        checks, verdict = self.verified(harness.LIVEPHOTOS / "lychee-iphone6s-train")

        self.assertEqual(verdict, "fail")
        self.assertEqual(
            {name for name, (said, _) in checks.items() if said == "fail"}, {"wallpaper-transform", "wallpaper-frames-before"})
        for name in ("wallpaper-info", "wallpaper-set-up", "wallpaper-dims", "wallpaper-records",
                     "wallpaper-record-times"):
            self.assertEqual(checks[name], ("pass", "camera-files"))

    def test_a_pair_that_was_made_without_the_profile_lacks_its_records(self):
        self.make(clips.moving().path, "-o", "P")

        checks, verdict = self.verified()

        self.assertEqual(verdict, "fail")
        self.assertEqual({name for name, (said, _) in checks.items() if said == "fail"}, {"wallpaper-info"})

    def test_a_pan_that_is_too_fast_warns(self):
        for pan, verdict in ((1, "pass"), (6, "warn")):
            with self.subTest(pan=pan):
                source = Camera(pan, 0).film(self.folder / f"pan-{pan}.mp4")
                self.make_wallpaper(
                    source, f"P{pan}", sink=(f"max-width={WIDTH}", f"max-height={HEIGHT}"), sound=False,
                    duration=4 * harness.SECOND // 3)

                checks, _ = self.verified(f"P{pan}")

                for name in ("wallpaper-movement", "wallpaper-record-motion"):
                    self.assertEqual(checks[name], (verdict, "hypothesis"))


class Refused(WallpaperTest):

    def sentence_of(self, run):
        said = [error for error in run.errors if "doesn't want to preroll" not in error]  # gst-launch-1.0 itself
        self.assertEqual(len(said), 1, run)
        return said[0]

    def refusal(self, source, *sink, **options):
        """The one sentence; no file is there after it."""
        options = {"start": 0, "still_time": harness.SECOND, **options}
        made = harness.make_pair(
            getattr(source, "path", source), self.folder, line=harness.sink_line, decode="decodebin",
            sink=("purpose=wallpaper", *SMALL, *sink), **options)
        self.last_run = made.run
        self.assertEqual(self.folder_listing(), [])
        return self.sentence_of(made.run)

    def test_a_clip_of_less_than_a_second(self):
        self.assertIn(
            "lasts 0.800 s; for a lock screen it needs 1 s",
            self.refusal(clips.moving(), duration=harness.SECOND * 4 // 5, still_time=harness.SECOND // 2))

    def test_a_still_that_is_too_early(self):
        self.assertIn("Only 9 frames come before the still",
                      self.refusal(clips.moving(), still_time=harness.SECOND * 3 // 10))

    def test_hdr(self):
        harness.need_elements("avdec_h265")
        self.assertIn("The video is HDR", self.refusal(clips.hdr10()))

    def test_an_encoder_of_another_format(self):
        self.assertIn("needs an encoder of H.265, which x264enc is not",
                      self.refusal(clips.moving(), "video-encoder=x264enc"))

    def test_half_a_size(self):
        self.assertIn("set max-width and max-height, or neither", self.refusal(clips.moving(), "max-height=0"))

    def test_a_trigger(self):
        self.assertIn("does not go with mode=trigger", self.refusal(
            clips.moving(), "mode=trigger", start=None, duration=None, still_time=None))

    def test_a_muxer_that_nobody_tells_the_motion(self):
        made = harness.make_pair(
            clips.moving().path, self.folder, line=harness.lossless_line, mux=("purpose=wallpaper",))

        self.assertIn("Nobody has measured how the pictures move", self.sentence_of(made.run))

    def test_half_a_size_of_the_tools(self):
        self.assertIn("--wallpaper wants a width and a height", self.refuse(
            clips.moving().path, "--wallpaper", "--size", "270x"))


if __name__ == "__main__":
    harness.main()
