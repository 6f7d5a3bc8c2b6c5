#!/usr/bin/env python3
"""purpose=wallpaper: a pair with all that a lock screen is known to look at, read back by others, and what refuses."""

import atexit
import functools
import math
import plistlib
import re
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import boxes
import clips
import harness
import pair
import programs
import readers
import timed_metadata
import tool
from moving_camera import HEIGHT, WIDTH, Camera, inverse, mapped

SHARED_TOOLS = harness.SHARED / "tools"
GOLIVE = harness.LIVEPHOTOS / "golive-wallpaper.mov"
WITH_OTHER_METADATA = pair.Expectation(only_marker=False)
KEY = "com.apple.quicktime."
# Small and short, for the tests' sake; 1080x1920 is asked for once.
SMALL = (f"max-width={WIDTH}", f"max-height={HEIGHT}")
DURATION, STILL_TIME, FRAMES = harness.SECOND * 6 // 5, harness.SECOND * 3 // 5, 36


@functools.cache
def kept_folder():
    """For what is made once and read by several tests."""
    path = Path(tempfile.mkdtemp(prefix="livephoto-wallpapers-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


class WallpaperTest(tool.ToolTest):
    elements = ("livephotosink", "x265enc", "videorate")
    made_once = {}

    def make_wallpaper(self, source, name="P", sink=SMALL, folder=None, **options):
        options = {"start": 0, "duration": DURATION, "still_time": STILL_TIME, **options}
        made = harness.make_pair(
            getattr(source, "path", source), folder or self.folder, name, line=harness.sink_line, decode="decodebin",
            sink=("purpose=wallpaper", *sink), **options)
        self.last_run = made.run
        self.assert_ended_well(made.run)
        return made

    def small_pair(self):
        """As it is made without another wish, but small: the same for all tests."""
        if "small" not in self.made_once:
            self.made_once["small"] = self.make_wallpaper(clips.moving(), "small", folder=kept_folder())
        return self.made_once["small"]

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
        self.assertEqual(report.facts["marker"], Fraction(3, 5))
        checks, verdict = self.verified()
        self.assertEqual(len(checks), 25)
        # The painted picture moves fast.
        self.assertEqual({name for name, (said, _) in checks.items() if said != "pass"},
                         {"wallpaper-movement", "wallpaper-record-motion"})
        self.assertNotEqual(verdict, "fail")
        self.assertEqual({basis for _, basis in checks.values()}, {"camera-files", "project", "hypothesis"})

    def test_the_shared_rules_of_galleries_take_it(self):
        if not (SHARED_TOOLS / "consumer_rules.py").is_file():
            self.skipTest("no ../shared/tools/consumer_rules.py")
        made = self.small_pair()

        said = subprocess.run(
            [sys.executable, SHARED_TOOLS / "consumer_rules.py", made.still, made.movie], capture_output=True,
            text=True, check=False)

        self.assertEqual({line.split(" ")[0] for line in said.stdout.splitlines()}, {"PASS"}, said.stdout)

    def test_exiftool_finds_a_vitality_between_0_and_1_with_its_version(self):
        tags = readers.exiftool(str(self.small_pair().movie))

        score = float(readers.tag(tags, "LivePhotoVitalityScore"))
        self.assertTrue(0 <= score <= 1, score)
        self.assertEqual(int(readers.tag(tags, "LivePhotoVitalityScoringVersion")), 4)

    def test_the_rate_is_30_or_60_whatever_the_source_has(self):
        for source, options, rate in (
                (clips.moving_at("25"), (), 30), (clips.moving_at("29.97"), (), 30), (clips.variable_rate(), (), 30),
                (clips.moving_at("59.94"), (), 60), (clips.moving(), ("frame-rate=60",), 60)):
            with self.subTest(source.path.name):
                made = self.make_wallpaper(source, sink=("max-width=180", "max-height=320", *options))

                times = readers.presentation_times(made.movie)

                self.assertEqual({later - time for time, later in zip(times, times[1:])}, {Fraction(1, rate)})
                self.assertEqual(len(times), rate * DURATION // harness.SECOND)
                self.assertIn(pair.marker_time(made.movie), times)
                self.assertEqual(list(timed_metadata.homographies(made.movie)), times)

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
            duration=DURATION, still_time=STILL_TIME, sink=("purpose=wallpaper", *SMALL, "still-format=jpeg"))

        self.assert_ended_well(made.run)
        self.assert_good(made, WITH_OTHER_METADATA, ("exiftool", "ffprobe", "same picture"))

    def test_the_tool_makes_one_and_says_that_it_is_unproven(self):
        asked = (clips.moving().path, "--wallpaper", "--size", f"{WIDTH}x{HEIGHT}", "--duration", "1.2", "-o", "P")
        said = self.make(*asked)

        self.assert_good(self.pair(), WITH_OTHER_METADATA, ("exiftool", "ffprobe", "same picture"))
        self.assertIn("never shown on a device", said.err)
        self.assertNotEqual(self.verified()[1], "fail")
        self.assertEqual(self.make(*asked, "--json").event()["event"], "skipped")


class Motion(WallpaperTest):

    def made_of(self, camera):
        """The still is the frame number 30 of 40: the first one is a second away."""
        return self.make_wallpaper(
            camera.film(self.folder / "film.mp4"), sound=False, duration=4 * harness.SECOND // 3,
            still_time=harness.SECOND)

    def record_errors(self, made, camera, still=30):
        """How far the corners are from where they truly are: over the still, and over the next frame."""
        found = list(timed_metadata.homographies(made.movie).values())
        self.assertEqual(len(found), 40)
        corners = [(0, 0), (WIDTH, 0), (0, HEIGHT), (WIDTH, HEIGHT)]
        over_still = max(
            math.dist(mapped(inverse(matrix), corner), camera.seen(number, still, corner))
            for number, matrix in enumerate(found) for corner in corners)
        to_next = max(
            math.dist(mapped(found[number + 1], mapped(inverse(found[number]), corner)),
                      camera.seen(number, number + 1, corner))
            for number in range(len(found) - 1) for corner in corners)
        print(f"  corners: {over_still:.3f} pixels over the still, {to_next:.3f} over the next frame", flush=True)
        return over_still, to_next

    def test_a_pan_with_a_roll_maps_the_corners_to_half_a_pixel(self):
        camera = Camera(3, 1 / 30)

        over_still, to_next = self.record_errors(self.made_of(camera), camera)

        self.assertLess(to_next, 0.5)
        self.assertLess(over_still, 0.5)

    def test_a_tripod_is_nearly_identity(self):
        camera = Camera(0, 0)

        over_still, to_next = self.record_errors(self.made_of(camera), camera)

        self.assertLess(to_next, 0.1)
        self.assertLess(over_still, 0.1)

    def test_neutral_motion_is_that_of_no_camera(self):
        made = self.make_wallpaper(clips.moving(), sink=(*SMALL, "motion=neutral"))

        self.assertEqual(
            list(map(tuple, timed_metadata.homographies(made.movie).values())), [(1, 0, 0, 0, 1, 0, 0, 0, 1)] * FRAMES)

    def test_a_muxer_alone_writes_neutral_motion_of_packets_that_are_not_encoded_again(self):
        made = harness.PipelineTest.make(
            self, clips.moving(), line=harness.lossless_line, start=1_100_000_000, duration=DURATION,
            still_time=1_100_000_000 + STILL_TIME, mux=("purpose=wallpaper", "motion=neutral"))

        self.assert_good(made, WITH_OTHER_METADATA)
        self.assertEqual(len(timed_metadata.homographies(made.movie)), FRAMES)
        self.assertEqual(self.verified()[0]["wallpaper-hidden-frames"], ("warn", "hypothesis"))


class Hypotheses(WallpaperTest):
    """Those that are written; what is refused for one, tests/gst/wallpaper_test.cpp leaves away."""

    WRITTEN = {"orientation-track", "set-up-data", "camera-values", "vitality-score"}

    def all_but(self, name):
        """The value of the property."""
        listed = programs.read_with("gst-inspect-1.0", "livephotosink").stdout.decode()
        default = set(re.search(r'hypotheses .*?Default: 0x\w+, "([^"]*)"', listed, re.DOTALL)[1].split("+"))
        self.assertLessEqual(self.WRITTEN, default)
        return "hypotheses=" + "+".join(sorted(default - {name}))

    def written_in(self, movie):
        info = timed_metadata.track(movie, "live-photo-info")
        validity = {int.from_bytes(sample[8 + 42:8 + 44], "little") for sample in info.samples()}
        self.assertLessEqual(validity, {0xFF, 8})  # 8: of blur alone
        found = {
            "orientation-track": timed_metadata.track(movie, "video-orientation") is not None,
            "set-up-data": "setu" in dict(info.box.layout()),
            "camera-values": validity == {0xFF},
            "vitality-score": KEY + "live-photo.vitality-score" in timed_metadata.movie_keys(movie)}
        return {name for name, is_there in found.items() if is_there}

    def test_each_can_be_left_away_by_itself(self):
        self.assertEqual(self.written_in(self.small_pair().movie), self.WRITTEN)
        for name in sorted(self.WRITTEN):
            with self.subTest(name):
                made = self.make_wallpaper(
                    clips.moving(), sink=("max-width=90", "max-height=160", self.all_but(name)), sound=False)

                self.assertEqual(self.written_in(made.movie), self.WRITTEN - {name})


def proves(row):
    """Of a test: the row of docs/lock-screen.md, "Beside goLive's pair and a camera's", that it proves."""
    def mark(test):
        test.row = row
        return test
    return mark


class Layout(WallpaperTest):
    """Ours, beside goLive's pair where that is at hand. Of cameras since iOS 17 there are numbers only."""

    def setUp(self):
        super().setUp()
        self.made = self.small_pair()
        self.movie = self.made.movie

    def golives(self, read, *arguments):
        """What `read` makes of goLive's movie; None where that is not at hand: ours is still looked at."""
        return read(GOLIVE, *arguments) if GOLIVE.is_file() else None

    def assert_golives(self, found, wanted):
        if GOLIVE.is_file():
            self.assertEqual(found, wanted)

    @staticmethod
    def layout(movie, key):
        """[(name, size)] of the track with this key, and of what is in it."""
        return timed_metadata.track(movie, key).box.layout()

    @staticmethod
    def size_of(movie, key, name="trak"):
        found = timed_metadata.track(movie, key)
        return found and dict(found.box.layout()).get(name)

    @staticmethod
    def names_of_tracks(movie):
        return [one.keys[0].removeprefix(KEY) if one.keys else one.kind for one in timed_metadata.tracks(movie)]

    @staticmethod
    def set_up(movie):
        return timed_metadata.track(movie, "live-photo-info").box.first(
            "mdia", "minf", "stbl", "stsd", "mebx", "keys", "key", "setu")

    @staticmethod
    def picture(movie):
        return next(one for one in timed_metadata.tracks(movie) if one.kind == "vide")

    def test_the_rows_that_are_proved_are_in_the_table(self):
        page = (harness.ROOT / "docs" / "lock-screen.md").read_text(encoding="utf-8")
        table = page[page.index("## Beside goLive's pair"):page.index("## What is not done")]
        rows = {row.replace("`", "") for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)}

        proved = {test.row for test in vars(Layout).values() if hasattr(test, "row")}

        self.assertEqual(proved - rows, set())
        self.assertEqual(rows - proved, {"Where", "---"})

    @proves("Tracks")
    def test_the_tracks_are_those_of_a_camera_in_its_order(self):
        self.assertEqual(
            self.names_of_tracks(self.movie),
            ["vide", "soun", "video-orientation", "live-photo-info", "still-image-time"])
        self.assert_golives(self.golives(self.names_of_tracks), ["vide", "live-photo-info", "still-image-time"])

    @proves("Orientation")
    def test_the_orientation_has_the_size_of_a_cameras(self):
        self.assertEqual(self.size_of(self.movie, "video-orientation"), 625)
        self.assertEqual(timed_metadata.track(self.movie, "video-orientation").samples(),
                         [bytes.fromhex("0000000a000000010001")])
        self.assert_golives(self.golives(self.size_of, "video-orientation"), None)

    @proves("Marker")
    def test_the_marker_has_the_size_of_a_cameras_and_golives_atoms_with_a_third_key(self):
        self.assertEqual(self.size_of(self.movie, "still-image-time"), 801)
        self.assertEqual(timed_metadata.track(self.movie, "still-image-time").keys, [
            KEY + "still-image-time", KEY + "live-photo-still-image-transform",
            KEY + "live-photo-still-image-transform-reference-dimensions"])
        names = [name for name, _ in self.layout(self.movie, "still-image-time")]
        self.assertIn("tref", names)
        if not GOLIVE.is_file():
            return
        self.assertEqual(self.size_of(GOLIVE, "still-image-time"), 672)
        golives = [name for name, _ in self.layout(GOLIVE, "still-image-time")]
        key = max(place for place, name in enumerate(golives) if name == "dtyp") + 1
        self.assertEqual(
            [name for name in names if name not in ("tref", "cdsc")],
            golives[:key] + ["key", "keyd", "dtyp"] + golives[key:])

    @proves("Description of info")
    def test_the_records_are_described_as_a_camera_does_but_for_the_list(self):
        ours = dict(self.layout(self.movie, "live-photo-info"))
        self.assertEqual((ours["stsd"], ours["cfgv"]), (380, 150))
        self.assertEqual(ours["stsd"] - ours["cfgv"], 577 - 347)  # a camera's
        if not GOLIVE.is_file():
            return
        golives = dict(self.layout(GOLIVE, "live-photo-info"))
        self.assertEqual((golives["stsd"], golives["cfgv"]), (555, 345))
        self.assertEqual(ours["stsd"] - ours["cfgv"] - ours["sdpd"], 555 - 345)

    @proves("cfgv")
    def test_the_list_of_versions_has_nobodys_numbers(self):
        self.assertEqual(
            plistlib.loads(self.set_up(self.movie).first("cfgv").body),
            {"LivePhotoMetadataSetupDataVersion": 1, "FrameworkVersions": {"CMCaptureCore": "446.0.0"}})
        if GOLIVE.is_file():
            golives = plistlib.loads(self.set_up(GOLIVE).first("cfgv").body)
            self.assertEqual(golives["LivePhotoMetadataSetupDataVersion"], 1)
            self.assertEqual(golives["SystemVersion"]["ProductVersion"], "17.0")
            self.assertEqual(len(golives["FrameworkVersions"]), 4)
            self.assertNotEqual(golives["FrameworkVersions"]["CMCaptureCore"], "446.0.0")

    @proves("dims")
    def test_dims_are_the_coded_size(self):
        def dims(movie):
            return self.set_up(movie).first("dims").numbers(">II")[0]

        self.assertEqual(dims(self.movie), (WIDTH, HEIGHT))
        self.assert_golives(self.golives(dims), (1920, 1440))

    @proves("Records")
    def test_a_record_has_144_bytes(self):
        def records(movie):
            return timed_metadata.track(movie, "live-photo-info").samples()

        self.assertEqual([len(record) for record in records(self.movie)], [144] * FRAMES)
        self.assertEqual(len(set(records(self.movie))), FRAMES)
        if GOLIVE.is_file():
            self.assertEqual([len(record) for record in records(GOLIVE)], [144] * 60)
            self.assertEqual(len(set(records(GOLIVE))), 1)

    @proves("Times of records")
    def test_each_frame_has_a_record_at_its_time(self):
        def times(movie):
            found = timed_metadata.track(movie, "live-photo-info")
            return found.timescale, found.times(), readers.presentation_times(movie)

        timescale, records, frames = times(self.movie)
        self.assertEqual(timescale, 600)
        self.assertEqual(records, frames)
        if GOLIVE.is_file():
            timescale, records, frames = times(GOLIVE)
            self.assertEqual(timescale, 60000)
            self.assertEqual(records[:57], frames[3:])

    @proves("Video")
    def test_the_picture_has_none_of_the_boxes_that_others_add(self):
        def added(movie):
            box = self.picture(movie).box
            described = box.first("mdia", "minf", "stbl", "stsd").inside[0]
            entries = boxes.each(described.body[78:])
            return {name for name, _ in [*box.layout(), *entries]} & {"tapt", "clap", "sdtp", "fiel", "chrm"}

        self.assertEqual(added(self.movie), set())
        self.assert_golives(self.golives(added), {"tapt", "fiel", "chrm"})

    @proves("moov/meta")
    def test_the_movies_keys_are_in_the_cameras_order(self):
        self.assertEqual(
            [key.removeprefix(KEY) for key in timed_metadata.movie_keys(self.movie)][:5],
            ["live-photo.auto", "full-frame-rate-playback-intent", "content.identifier", "live-photo.vitality-score",
             "live-photo.vitality-scoring-version"])
        self.assert_golives(self.golives(timed_metadata.movie_keys), [KEY + "content.identifier"])

    @proves("MakerNote")
    def test_the_makernote_has_one_entry(self):
        def entries(still):
            data = still.read_bytes()
            at = data.index(b"Apple iOS\0") + 14
            return int.from_bytes(data[at:at + 2], "big")

        self.assertEqual(entries(self.made.still), 1)
        if GOLIVE.is_file():
            self.assertEqual(entries(GOLIVE.with_suffix(".heic")), 1)
            self.assertGreaterEqual(entries(harness.LIVEPHOTOS / "lychee-iphone6s-train.jpg"), 20)

    def test_the_records_track_has_golives_atoms_and_sizes(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no {GOLIVE}")
        ours, golives = self.layout(self.movie, "live-photo-info"), self.layout(GOLIVE, "live-photo-info")
        # What a camera has and goLive's has not; then sizes that hold what differs.
        ours = [entry for entry in ours if entry[0] not in ("sdpd", "tref", "cdsc", "cdep")]
        grown = {"trak", "edts", "elst", "mdia", "minf", "stbl", "stsd", "mebx", "keys", "key", "setu", "cfgv"}

        self.assertEqual([name for name, _ in ours], [name for name, _ in golives])
        self.assertEqual([size for name, size in ours if name not in grown],
                         [size for name, size in golives if name not in grown])


class SharedReader(WallpaperTest):
    """../shared/tools/atoms.py finds what the reader of these tests finds."""

    program = SHARED_TOOLS / "atoms.py"

    def atoms(self, movie):
        return subprocess.run(
            [sys.executable, self.program, "--samples", "-1", movie], check=True, capture_output=True,
            text=True).stdout.splitlines()

    def layouts(self, movie):
        """{first key: [(name, size)]} of the tracks of timed metadata, as atoms.py prints them."""
        found, track = {}, None
        for line in self.atoms(movie):
            box = re.match(r"( *)@\w+ (?:entry '(\w+)'|(\w+)) (?:local_id=.*?)?size=(\d+)", line) or \
                re.match(r"( {16,})()(keyd|dtyp|sdpd|setu|cfgv|dims|ctps) size=(\d+)", line)
            if not box:
                continue
            name = box[2] or box[3]
            if len(box[1]) <= 2:
                track = [] if name == "trak" else None
            if track is None:
                continue
            track.append((name, int(box[4])))
            if name == "keyd" and [name for name, _ in track].count("keyd") == 1:
                found[re.search(r"value='([^']*)'", line)[1]] = track
        return found

    def homographies(self, movie):
        """[(seconds, nine numbers)] as atoms.py prints them."""
        found, time = [], None
        for line in self.atoms(movie):
            at = re.search(r"movieTime=(\d+\.\d+)", line)
            time = at[1] if at else time
            numbers = re.search(r" H=\[([^]]*)\]", line)
            if numbers:
                found.append((time, [float(number) for number in numbers[1].split(",")]))
        return found

    def test_the_shared_reader_of_atoms_agrees(self):
        if not self.program.is_file():
            self.skipTest(f"no {self.program}")
        movies = [self.small_pair().movie, GOLIVE, harness.LIVEPHOTOS / "lychee-iphone6s-train.mov"]
        for movie in filter(Path.is_file, movies):
            with self.subTest(movie.name):
                self.assertEqual(
                    self.layouts(movie),
                    {one.keys[0]: one.box.layout() for one in timed_metadata.tracks(movie) if one.keys})
                ours = timed_metadata.homographies(movie)
                shared = self.homographies(movie)
                self.assertEqual([time for time, _ in shared], [f"{float(time):.6f}" for time in ours])
                for (_, theirs), matrix in zip(shared, ours.values()):
                    for one, other in zip(theirs, matrix):
                        self.assertAlmostEqual(one, other, delta=1e-3 * max(1, abs(other)))


class Linter(WallpaperTest):

    def test_of_pairs_of_others_golives_breaks_no_rule(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")

        golives, verdict = self.verified(harness.LIVEPHOTOS / "golive-wallpaper")

        self.assertEqual(verdict, "warn")
        self.assertEqual(
            {name for name, (said, _) in golives.items() if said == "warn"},
            {"wallpaper-reference", "wallpaper-dims", "wallpaper-record-times", "wallpaper-record-table",
             "wallpaper-orientation", "wallpaper-vitality", "wallpaper-movement"})

    def test_an_older_telephones_pair_breaks_those_that_it_cannot_keep(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")

        checks, verdict = self.verified(harness.LIVEPHOTOS / "lychee-iphone6s-train")

        self.assertEqual(verdict, "fail")
        self.assertEqual({name for name, (said, _) in checks.items() if said == "fail"}, {"wallpaper-transform"})
        self.assertEqual(checks["wallpaper-frames-before"], ("warn", "hypothesis"))
        for name in ("info", "info-type", "info-motion", "set-up", "dims", "records", "record-times", "record-table"):
            self.assertEqual(checks[f"wallpaper-{name}"], ("pass", "camera-files"), name)

    def test_a_movie_without_a_picture_breaks_the_one_rule_that_can_be_asked(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")

        checks, verdict = self.verified(harness.LIVEPHOTOS / "tika-minimal-livephoto")

        self.assertEqual(verdict, "fail")
        self.assertEqual(checks, {"wallpaper-movie": ("fail", "rule")})

    def test_what_is_no_live_photo_fails_whatever_else_it_has(self):
        if not GOLIVE.is_file():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")
        still, movie = GOLIVE.with_suffix(".heic").read_bytes(), GOLIVE.read_bytes()
        identifier = next(
            found for found in re.findall(rb"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", still) if found in movie)
        other = (b"0" if identifier[:1] != b"0" else b"1") + identifier[1:]
        (self.folder / "P.heic").write_bytes(still)
        (self.folder / "P.mov").write_bytes(movie.replace(identifier, other))

        said = self.run_tool("verify", "--profile", "wallpaper", "--json", "P")
        text = self.run_tool("verify", "--profile", "wallpaper", "P")

        self.assertEqual((said.code, text.code), (1, 1))
        event = said.events()[0]
        self.assertEqual((event["verdict"], event["verdicts"]["wallpaper"]), ("fail", "fail"))
        self.assertEqual(
            {check["name"] for check in event["checks"]
             if check["verdict"] == "fail" and check["profile"] in ("apple", "wallpaper")}, {"identifiers-match"})
        self.assertRegex(text.out, r"(?m)^FAIL  identifiers-match ")
        self.assertIn("The pair breaks 1 rule of the profile wallpaper", text.out)

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
        options = {"start": 0, "duration": DURATION, "still_time": STILL_TIME, **options}
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
