#!/usr/bin/env python3
"""gst-livephoto-1.0 verify, repair and split: what is mended and parted keeps every pixel and every packet."""

import json
import os
import re
import resource
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import broken
import clips
import decoders
import gallery_rules
import harness
import measures
import painting
import pair
import programs
import readers
import tool

# What was in a MakerNote before stays in it, if unused.
MENDED = pair.Expectation(maker_note_bytes=None)
NAMED = "F00DFACE-0123-4567-89AB-CDEF01234567"


def packets(movie):
    """{kind: [(time, sha256)]} of picture and sound, as ffprobe reads them; the marker's track is no part of it."""
    said = programs.read_with("ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "sha256", "-show_entries",
                              "packet=codec_type,pts_time,dts_time,flags,data_hash", "-of", "json", str(movie))
    found = {"video": [], "audio": []}
    for packet in json.loads(said.stdout)["packets"]:
        if packet["codec_type"] in found:
            found[packet["codec_type"]].append((packet["pts_time"], packet["flags"][0], packet["data_hash"]))
    return found


def pixels(still):
    """By heif-convert, or of a JPEG by ffmpeg."""
    picture = decoders.still_rgb(still)
    return picture.width, picture.height, picture.data


def identifier(path):
    """By exiftool, which has to have nothing to complain of."""
    tags = readers.exiftool(path)
    complaint = readers.tag(tags, "Warning", "Error")
    assert not complaint, complaint
    return readers.identifier(tags)


class RepairTest(tool.ToolTest):

    def tool(self, *arguments, code=0):
        said = self.run_tool(*arguments)
        self.assertEqual(said.code, code, said)
        return said

    def said(self, *arguments, code=0):
        return self.tool(*arguments, "--json", code=code).events()

    def checks(self, *arguments, code=0):
        """{name: (verdict, why)} of what does not pass Apple's profile."""
        event, = self.said("verify", *arguments, code=code)
        return {check["name"]: (check["verdict"], check["why"]) for check in event["checks"]
                if check["profile"] == "apple" and check["verdict"] != "pass"}

    def made(self, base="P", *options):
        suffix = ".JPG" if "--jpeg" in options else ".HEIC"
        self.make(clips.moving().path, "--start", "1", "--still", "2.1", "-o", base, *options)
        return self.pair(base, suffix)

    def ffmpeg(self, *arguments):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)

    def assert_untouched(self, before, after):
        self.assertEqual(pixels(before.still), pixels(after.still))
        self.assertTrue(packets(before.movie)["video"])
        self.assertEqual(packets(before.movie), packets(after.movie))

    def assert_same_pair(self, before, after):
        self.assert_untouched(before, after)
        self.assertEqual({identifier(path) for path in (after.still, after.movie)}, {identifier(before.still)})
        self.assertEqual(pair.marker_time(after.movie), pair.marker_time(before.movie))


class RoundTrip(RepairTest):

    def test_make_verify_split_repair_verify(self):
        for options in ((), ("--jpeg",)):
            with self.subTest(options):
                old = self.made("jpeg" if options else "heic", *options)
                base, suffix = old.movie.stem, old.still.suffix
                self.assertEqual(self.checks(base), {})

                self.tool("split", base, "-o", "parts/")
                parted = harness.Pair(None, self.folder / f"parts/{base}-still{suffix}",
                                      self.folder / f"parts/{base}-clip.MOV")
                self.assert_untouched(old, parted)
                self.assertEqual((identifier(parted.still), identifier(parted.movie)), (None, None))
                self.assertEqual([stream.kind for stream in readers.ffprobe(parted.movie)[0]], ["video", "audio"])
                for rule in gallery_rules.GALLERIES:
                    self.assertFalse(rule(str(parted.still), str(parted.movie)).passed, rule)
                self.assertEqual(self.checks(parted.still, parted.movie, code=1)["marker"][0], "fail")

                self.tool("repair", parted.still, parted.movie, "-o", f"again/{base}")
                again = harness.Pair(None, self.folder / f"again/{base}{suffix}", self.folder / f"again/{base}.MOV")
                self.assertEqual(self.checks(f"again/{base}"), {})
                self.assert_same_pair(old, again)
                self.assert_good(again, MENDED)

    def test_a_good_pair_is_left_alone(self):
        old = self.made()
        before = {path: path.read_bytes() for path in (old.still, old.movie)}

        event, = self.said("repair", "P")
        self.tool("repair", "--in-place", "P")

        self.assertEqual((event["changes"], event["written"]), ([], False))
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])
        self.assertEqual({path: path.read_bytes() for path in before}, before)
        self.tool("repair", "P", "-o", "Q")
        self.assertEqual((self.folder / "Q.HEIC").read_bytes(), before[old.still])
        self.assertEqual((self.folder / "Q.MOV").read_bytes(), before[old.movie])


class Mended(RepairTest):

    def test_a_copy_by_ffmpeg(self):
        old = self.made()
        shutil.copyfile(old.still, self.folder / "copy.HEIC")
        self.ffmpeg("-i", old.movie, "-map", "0", "-c", "copy", self.folder / "copy.mov")
        found = self.checks("copy", code=1)
        self.assertRegex(found["marker"][1], "was destroyed")
        self.assertRegex(found["movie-identifier"][1], "no content identifier")

        event, = self.said("repair", "copy", "-o", "mended")

        self.assertEqual(event["marker"], float(pair.marker_time(old.movie)))
        mended = self.pair("mended")
        self.assert_same_pair(old, mended)
        self.assertEqual(packets(self.folder / "copy.mov"), packets(mended.movie))
        self.assertEqual(self.checks("mended").keys() - {"dates"}, set())
        # What ffmpeg has lost beside, the date, only galleries miss.
        report = pair.check_pair(mended.still, mended.movie, pair.Expectation(galleries=False))
        self.assertEqual(report.problems, [])

    def test_two_loose_files(self):
        self.ffmpeg("-i", clips.moving().path, "-c", "copy", "-f", "mp4", self.folder / "clip.mp4")
        self.ffmpeg("-ss", "1.5", "-i", clips.moving().path, "-frames:v", "1", "-q:v", "2", self.folder / "photo.jpg")
        self.checks("photo.jpg", "clip.mp4", code=1)
        self.assertIn("give the still's time", self.tool("repair", "photo.jpg", "clip.mp4", code=1).err)

        self.tool("repair", "photo.jpg", "clip.mp4", "--still", "1.51", "--identifier", NAMED, "-o", "out/P")

        made = harness.Pair(None, self.folder / "out/P.JPG", self.folder / "out/P.MOV")
        self.assert_untouched(harness.Pair(None, self.folder / "photo.jpg", self.folder / "clip.mp4"), made)
        self.assertEqual(pair.marker_time(made.movie), Fraction(3, 2))
        report = pair.check_pair(made.still, made.movie, pair.Expectation(identifier=NAMED, galleries=False))
        self.assertEqual(report.problems, [])
        self.assertTrue(all(verdict.passed for verdict in map(
            lambda rule: rule(str(made.still), str(made.movie)), (gallery_rules.immich, gallery_rules.memories))))

    def test_a_heic_that_another_program_wrote(self):
        programs.need("heif-enc")
        self.ffmpeg("-i", clips.moving().path, "-c", "copy", self.folder / "clip.mov")
        self.ffmpeg("-ss", "1.5", "-i", clips.moving().path, "-frames:v", "1", self.folder / "photo.png")
        programs.read_with("heif-enc", str(self.folder / "photo.png"), "-o", str(self.folder / "photo.heic"))

        self.tool("repair", "photo.heic", "clip.mov", "--still", "1.5", "-o", "P")

        made = self.pair("P")
        self.assert_untouched(harness.Pair(None, self.folder / "photo.heic", self.folder / "clip.mov"), made)
        report = pair.check_pair(made.still, made.movie, pair.Expectation(galleries=False))
        self.assertEqual(report.problems, [])

    def test_what_ffmpeg_and_exiftool_can_do(self):
        self.ffmpeg("-i", clips.moving().path, "-c", "copy", "-movflags", "use_metadata_tags", "-metadata",
                    f"com.apple.quicktime.content.identifier={NAMED}", self.folder / "P.MOV")
        self.ffmpeg("-ss", "1.5", "-i", clips.moving().path, "-frames:v", "1", self.folder / "P.JPG")
        programs.read_with("exiftool", "-overwrite_original", "-Make=Maker", "-DateTimeOriginal=2024:05:17 10:20:30",
                           str(self.folder / "P.JPG"))
        found = self.checks("P", code=1)
        self.assertRegex(found["maker-note"][1], "no Apple MakerNote; exiftool")
        self.assertRegex(found["movie-identifier"][1], "only under udta/meta")
        before = harness.Pair(None, self.folder / "old.JPG", self.folder / "old.MOV")
        shutil.copyfile(self.folder / "P.JPG", before.still)
        shutil.copyfile(self.folder / "P.MOV", before.movie)

        self.tool("repair", "--in-place", "P", "--still", "1.5")

        after = self.pair("P", ".JPG")
        self.assertEqual({identifier(after.still), identifier(after.movie)}, {NAMED})
        self.assert_untouched(before, after)
        tags = readers.exiftool(after.still)
        self.assertEqual(readers.tag(tags, "DateTimeOriginal"), "2024:05:17 10:20:30")
        self.assertEqual(readers.tag(tags, "Make"), "Maker")

    def test_a_copy_that_is_a_pair_of_its_own(self):
        old = self.made("a/P")
        shutil.copytree(self.folder / "a", self.folder / "b")
        findings = [event for event in self.said("verify", "a", "b") if event["event"] == "finding"]
        self.assertEqual([event["kind"] for event in findings], ["duplicate-identifier"])

        self.tool("repair", "--new-identifier", "--in-place", "b/P")

        new = self.pair("b/P")
        for path in (new.still, new.movie):
            self.assertNotIn(identifier(old.still).encode(), path.read_bytes())
        self.assert_untouched(old, new)
        self.assert_good(new, MENDED)
        self.assertNotEqual(identifier(new.movie), identifier(old.movie))
        self.assertEqual([event["event"] for event in self.said("verify", "a", "b")],
                         ["verified", "verified", "summary"])

    def test_the_marker_goes_where_it_is_said(self):
        old = self.made()
        for time, frame in (("0", 0), ("0.7166", Fraction(21, 30)), ("2.9", Fraction(87, 30))):
            with self.subTest(time):
                self.tool("repair", "P", "--still", time, "-o", "Q", "--force")
                self.assertEqual(pair.marker_time(self.folder / "Q.MOV"), frame)
                self.assert_untouched(old, self.pair("Q"))
        self.assertIn("outside the movie", self.tool("repair", "P", "--still", "3", code=1).err)

    def test_killed_in_place_both_files_are_of_one_kind(self):
        programs.need("strace")
        for number in (1, 2):
            with self.subTest(number):
                old = self.made(f"{number}/P")
                was = identifier(old.movie)
                done = subprocess.run(
                    ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=/^rename", "-e",
                     f"inject=/^rename:signal=KILL:when={number}", tool.PROGRAM, "repair", "--in-place",
                     "--identifier", NAMED, f"{number}/P"], cwd=self.folder, check=False)
                self.assertNotEqual(done.returncode, 0)

                self.tool("verify", f"{number}/P")

                self.assertEqual(self.tree_of(str(number)), ["P.HEIC", "P.MOV"])
                self.assertEqual({identifier(path) for path in (old.still, old.movie)},
                                 {was if number == 1 else NAMED})

    def tree_of(self, name):
        return sorted(os.listdir(self.folder / name))


class Cameras(RepairTest):
    """Pairs that cameras made, in ../shared."""

    def camera_pair(self, names, base="P"):
        if not harness.LIVEPHOTOS.is_dir():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")
        old = self.pair(base, Path(names[0]).suffix.upper())
        for name, target in zip(names, (old.still, old.movie)):
            shutil.copyfile(harness.LIVEPHOTOS / name, target)
        return old

    def test_a_copy_with_an_identifier_of_its_own(self):
        for names in (broken.LYCHEE, broken.GOLIVE):
            with self.subTest(names):
                base = Path(names[0]).stem
                old = self.camera_pair(names, base)
                was = identifier(old.still)
                self.tool("repair", base, "--identifier", NAMED, "-o", "Q-" + base)
                new = self.pair("Q-" + base, old.still.suffix)
                self.assert_untouched(old, new)
                self.assertEqual({identifier(new.still), identifier(new.movie)}, {NAMED})
                for path in (new.still, new.movie):
                    self.assertNotIn(was.encode(), path.read_bytes())
                self.assertEqual(pair.marker_time(new.movie), pair.marker_time(old.movie))
                self.assertNotIn("fail", {verdict for verdict, _ in self.checks(new.still, new.movie).values()})
                self.assertEqual(self.other_tags(new.still, NAMED), self.other_tags(old.still, was))

    def other_tags(self, still, of_the_pair):
        """What exiftool reads inside the file, but for the identifier and for where things lie."""
        tags = {name: value for name, value in readers.exiftool(still).items()
                if name.split(":")[0] not in ("SourceFile", "ExifTool", "File", "System", "Composite")
                and value != of_the_pair and not re.search("Offset|MediaData", name)}
        self.assertGreater(len(tags), 10)
        return tags

    def test_a_copy_by_ffmpeg(self):
        old = self.camera_pair(broken.LYCHEE)
        self.ffmpeg("-i", old.movie, "-map", "0", "-c", "copy", self.folder / "copy.mov")
        shutil.copyfile(old.still, self.folder / "copy.jpg")

        self.tool("repair", "--in-place", "copy")

        mended = harness.Pair(None, self.folder / "copy.jpg", self.folder / "copy.mov")
        self.assert_untouched(old, mended)
        self.assertEqual({identifier(mended.still), identifier(mended.movie)}, {identifier(old.still)})
        self.assertEqual(self.checks("copy").keys() - {"dates", "names", "marker-on-frame"}, set())
        self.assertLess(abs(pair.marker_time(mended.movie) - pair.marker_time(old.movie)), Fraction(1, 500))


class Rewritten(RepairTest):
    """qtdemux drops the marker; the lines of docs/tool.md write it again."""

    def test_a_pipeline_that_reads_a_live_photo_and_writes_one(self):
        programs.need("jq")
        old = self.made("IN")
        page = (harness.ROOT / "docs" / "tool.md").read_text(encoding="utf-8")
        lines = re.search(r"(?ms)^```sh\n(marker=.*?)^```", page)[1]

        output = programs.execute(["bash", "-e", "-c", lines], folder=self.folder)

        self.assertEqual(output.code, 0, output.stderr)
        new = harness.Pair(None, old.still, self.folder / "OUT.MOV")
        self.assertEqual(pair.marker_time(new.movie), pair.marker_time(old.movie))
        self.assertEqual(identifier(new.movie), identifier(old.still))
        self.assertEqual([packet[2] for packet in packets(new.movie)["video"]],
                         [packet[2] for packet in packets(old.movie)["video"]])
        report = pair.check_pair(new.still, new.movie, pair.Expectation(galleries=False))
        self.assertEqual(report.problems, [])


class Compared(RepairTest):
    """Whether the still is the marked frame is seen by decoding both."""

    CHECK = "still-is-marked-frame"

    def seen(self, *arguments, code=0):
        """(verdict, why) of that check, or (None, why it was not made)."""
        event, = self.said("verify", *arguments, code=code)
        found = [check for check in event["checks"] if check["name"] == self.CHECK]
        if event["not_compared"] is not None:
            self.assertEqual(found, [])
            return None, event["not_compared"]
        return found[0]["verdict"], found[0]["why"]

    def test_a_marker_on_another_frame_is_a_warning(self):
        for options in ((), ("--jpeg",)):
            base = "Q" + "".join(options)
            self.made("P" + base, *options)
            self.assertEqual(self.seen("P" + base)[0], "pass")
            self.tool("repair", "P" + base, "--still", "2.5", "-o", base)

            self.assertEqual(set(self.checks(base)), {self.CHECK})
            verdict, why = self.seen(base)
            self.assertEqual(verdict, "warn")
            self.assertRegex(why, r"at 2\.500 s, is not the still's: the frame at 1\.\d+ s resembles it more")
            self.assertRegex(self.tool("verify", base).out, "(?m)^warn +still-is-marked-frame ")

    def test_a_still_of_another_video_is_a_warning(self):
        self.made()
        self.ffmpeg("-ss", "2.1", "-i", clips.moving().path, "-frames:v", "1", "-vf", "negate", self.folder / "O.jpg")
        self.assertEqual(self.seen("O.jpg", "P.MOV", code=1), ("warn", "The still resembles no frame of the movie."))

    def test_turned_and_anamorphic_pictures_are_compared_upright(self):
        for name, clip in (("turned", clips.portrait(90)), ("half", clips.portrait(180)), ("wide", clips.anamorphic()),
                           ("hdr", clips.hdr10()), ("ten", clips.ten_bit())):
            for options in ((), ("--jpeg",)):
                with self.subTest(name=name, options=options):
                    self.make(clip.path, "-o", name, "--force", *options)
                    self.assertEqual(self.seen(name + (".JPG" if options else ".HEIC"), name + ".MOV")[0], "pass")

    def test_pairs_that_cameras_made_pass(self):
        if not harness.LIVEPHOTOS.is_dir():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")
        for names in (broken.LYCHEE, broken.GOLIVE):
            with self.subTest(names):
                self.assertEqual(self.seen(*[harness.LIVEPHOTOS / name for name in names])[0], "pass")
        verdict, why = self.seen(*sorted(harness.LIVEPHOTOS.glob("tika*")), code=1)
        self.assertEqual((verdict, bool(why)), (None, True))

    def test_what_cannot_be_compared_is_told_with_the_reason(self):
        old = self.made()
        self.tool("split", "P", "-o", "parts/")
        self.assertRegex(self.seen("parts/P-still.HEIC", "parts/P-clip.MOV", code=1)[1], "There is no marker")

        good = old.still.read_bytes()
        at = good.index(b"mdat") + 4
        old.still.write_bytes(good[:at] + bytes(len(good) - at))
        self.assertRegex(self.seen("P", code=1)[1], "^The still was not decoded: libheif cannot decode the still")
        old.still.write_bytes(good)
        movie = old.movie.read_bytes()
        at = movie.index(b"mdat") + 4
        end = movie.index(b"moov", at) - 4
        old.movie.write_bytes(movie[:at] + bytes(end - at) + movie[end:])
        self.assertRegex(self.seen("P", code=1)[1], "^The movie was not decoded: ")
        self.assertRegex(self.tool("verify", "P", code=1).out, "(?m)^ +not compared +The movie was not decoded: ")

        event, _ = self.said("verify", ".", code=1)[:2]
        self.assertRegex(event["not_compared"], "not of all in a folder")


class Hostile(RepairTest):
    """Each file of ../shared/media/broken as the movie, or still, of a pair; and what would cost much."""

    plain = None

    def picture(self, name, size, *options):
        self.ffmpeg("-f", "lavfi", "-i", f"color=red:s={size}", "-frames:v", "1", *options, self.folder / name)

    def plain_memory(self):
        """MiB for what a phone makes: a still of 12 million pixels, and a movie of 1920x1440, which are compared."""
        if self.plain is None:
            programs.need("heif-enc")
            self.picture("phone.png", "4032x3024")
            programs.read_with("heif-enc", str(self.folder / "phone.png"), "-o", str(self.folder / "phone.heic"))
            self.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1440:r=30:d=1", "-c:v", "libx265", "-preset", "veryfast",
                        "-tag:v", "hvc1", "-x265-params", "log-level=none", self.folder / "film.mov")
            self.tool("repair", "phone.heic", "film.mov", "--still", "0.5", "-o", "plain")
            said, _, memory = self.measure_tool("verify", "plain", "--json")
            self.assertIsNone(said.events()[0]["not_compared"], said)
            Hostile.plain = memory
        return self.plain

    def assert_not_compared(self, words, *arguments):
        most = self.plain_memory() + 64
        said, seconds, memory = self.measure_tool("verify", *arguments, "--json")
        self.assertRegex(said.events()[0]["not_compared"], words)
        self.assertLess(seconds, 5)
        self.assertLess(memory, most)

    def test_huge_stills_are_not_decoded(self):
        self.made()
        self.picture("huge.jpg", "10000x10000", "-pix_fmt", "yuvj420p")
        self.assert_not_compared("more than 25 million pixels", "huge.jpg", "P.MOV")

    def test_stills_that_have_to_be_kept_whole_are_not_decoded(self):
        programs.need("jpegtran")
        self.made()
        self.picture("plain.jpg", "5800x4300", "-pix_fmt", "yuvj444p")
        with open(self.folder / "many.jpg", "wb") as file:
            subprocess.run(["jpegtran", "-progressive", self.folder / "plain.jpg"], stdout=file, check=True)
        self.assert_not_compared("The still was not decoded", "many.jpg", "P.MOV")

    def test_movies_longer_than_they_say_are_not_decoded(self):
        self.made()
        self.ffmpeg("-f", "lavfi", "-i", "color=red:s=16x16:r=60:d=600", "-c:v", "libx264", "-preset", "ultrafast",
                    self.folder / "long.mov")
        self.tool("repair", "P.HEIC", "long.mov", "--still", "0.5", "-o", "L")
        movie = self.folder / "L.MOV"
        data = bytearray(movie.read_bytes())
        at = data.index(b"mvhd") + 16
        data[at + 4:at + 8] = data[at:at + 4]  # it promises one second
        movie.write_bytes(data)
        self.assert_not_compared("more than 3,600 pictures|longer than 30 s", "L")

    def test_movies_of_which_many_frames_have_to_be_kept_are_not_decoded(self):
        self.made()
        self.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1440:r=30:d=2", "-c:v", "libx264", "-preset", "veryfast",
                    "-refs", "16", self.folder / "kept.mov")
        self.tool("repair", "P.HEIC", "kept.mov", "--still", "0.5", "-o", "L")
        self.assert_not_compared("The movie was not decoded: It takes more memory", "L")

    def test_movies_larger_than_they_say_are_not_decoded(self):
        self.made()
        self.ffmpeg("-f", "lavfi", "-i", "color=red:s=7680x4320:r=10:d=1", "-c:v", "libx264", "-preset", "ultrafast",
                    self.folder / "large.mov")
        self.tool("repair", "P.HEIC", "large.mov", "--still", "0.5", "-o", "L")
        self.assert_not_compared("more than 1920x1440 pixels", "L")
        movie = self.folder / "L.MOV"
        data = movie.read_bytes()
        at = data.index(b"avc1", data.index(b"stsd"))
        movie.write_bytes(data[:at + 28] + bytes((0, 160, 0, 90)) + data[at + 32:])
        self.assert_not_compared("The movie was not decoded: Its pictures have more pixels", "L")

    def test_each_is_a_sentence_and_no_success(self):
        files = sorted((harness.SHARED / "media" / "broken").glob("*"))
        if not files:
            self.skipTest("no ../shared/media/broken")
        self.made()
        most = self.plain_memory() + 64
        for path in files:
            shutil.copyfile(path, self.folder / "S.HEIC")
            shutil.copyfile(path, self.folder / "M.MOV")
            for command, arguments in (("verify", ("P.HEIC", "M.MOV")), ("verify", ("S.HEIC", "P.MOV")),
                                       ("repair", ("P.HEIC", "M.MOV", "-o", "out/Q")),
                                       ("split", ("P.HEIC", "M.MOV", "-o", "out/Q", "--force")),
                                       ("repair", ("S.HEIC", "P.MOV", "-o", "out/S"))):
                with self.subTest(command=command, file=path.name, arguments=arguments):
                    said, seconds, memory = self.measure_tool(command, *arguments)
                    self.assertLess(seconds, 5, said)
                    self.assertLess(memory, most, said)
                    # Of some only the sound or the pictures are broken, which stay as they are; one is a good JPEG.
                    may_succeed = command == "split" or (arguments[0] == "S.HEIC" and path.suffix == ".jpg")
                    self.assertIn(said.code, (0, 1, 2) if may_succeed else (1, 2), said)
                    if command == "verify":
                        self.assertTrue("\nFAIL " in said.out or len(said.err.splitlines()) == 1, said)
                    elif said.code != 0:
                        self.assertEqual((said.out, len(said.err.splitlines())), ("", 1), said)
        self.assertNotIn("out/Q.MOV", self.tree())


class Frames(RepairTest):

    def test_the_marked_one(self):
        old = self.made()

        event, = self.said("split", "P", "--frames", "marked")

        self.assertEqual(event["frames"], [{"file": "P-frame.png", "time": event["marker"]}])
        wanted = decoders.ffmpeg_frame(old.movie, pair.marker_time(old.movie))
        found = measures.resized(decoders.ffmpeg_picture(self.folder / "P-frame.png"), 320, 240, "gray")
        self.assertEqual(painting.read_barcode(found), painting.read_barcode(wanted))

    def test_all_of_them_upright(self):
        self.make(clips.portrait(90).path, "--duration", "1", "-o", "P")
        event, = self.said("split", "P", "--frames", "all", "-o", "frames/")
        times = readers.presentation_times(self.folder / "P.MOV")
        self.assertEqual([Fraction(frame["time"]).limit_denominator(100000) for frame in event["frames"]],
                         [Fraction(float(time)).limit_denominator(100000) for time in times])
        picture = decoders.ffmpeg_picture(self.folder / event["frames"][0]["file"])
        self.assertGreater(picture.height, picture.width)


    def test_where_one_cannot_be_written_none_stays(self):
        self.made()
        (self.folder / "P-0005.png").write_bytes(b"of somebody else")

        said = self.tool("split", "P", "--frames", "all", code=1)

        self.assertIn("P-0005.png is there already", said.err)
        self.assertEqual(self.folder_listing(), ["P-0005.png", "P.HEIC", "P.MOV"])

    def test_where_one_cannot_be_replaced_all_stay(self):
        self.made()
        (self.folder / "P-0001.png").write_bytes(b"of somebody else")
        (self.folder / "P-0005.png").mkdir()

        said = self.tool("split", "P", "--frames", "all", "--force", code=1)

        self.assertIn("P-0005.png is a folder", said.err)
        self.assertEqual((self.folder / "P-0001.png").read_bytes(), b"of somebody else")
        self.assertEqual(self.folder_listing(), ["P-0001.png", "P-0005.png", "P.HEIC", "P.MOV"])

    def test_frames_that_cannot_be_decoded_are_missed(self):
        movie = self.made().movie
        data = bytearray(movie.read_bytes())
        begin, size = data.index(b"mdat") + 4, int.from_bytes(data[data.index(b"mdat") - 4:data.index(b"mdat")], "big")
        data[begin:begin + size - 10000] = bytes(size - 10000)
        movie.write_bytes(data)

        said = self.tool("split", "P", "--frames", "all", code=1)

        self.assertRegex(said.err, r"Only \d+ of the movie's 90 frames can be decoded")
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])

    def test_where_the_pair_cannot_be_written_no_frame_stays(self):
        old = self.made()
        most = old.movie.stat().st_size - 1000
        done = subprocess.run(
            [tool.PROGRAM, "split", "P", "--frames", "all"], cwd=self.folder, check=False, capture_output=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)), restore_signals=False)
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])


class Told(RepairTest):

    def test_verify_ends_as_the_profile_says(self):
        self.made()
        os.rename(self.folder / "P.MOV", self.folder / "Q.MOV")

        self.assertIn("meets the published and observed rules", self.tool("verify", "P.HEIC", "Q.MOV").out)
        self.tool("verify", "P.HEIC", "Q.MOV", "--profile", "immich")
        said = self.tool("verify", "P.HEIC", "Q.MOV", "--profile", "ente", code=1)
        self.assertRegex(said.out, r"(?m)^FAIL +ente-name ")
        self.assertIn("breaks 1 rule of the profile ente", said.out)

    def test_verify_says_of_a_folder_who_pairs_with_whom(self):
        self.made("p/P")
        self.made("p/Q")
        os.remove(self.folder / "p/Q.MOV")
        (self.folder / "p/text.HEIC").write_text("no picture", encoding="ascii")

        events = self.said("verify", "p", code=1)
        said = self.tool("verify", "p", code=1)

        self.assertEqual([event["event"] for event in events], ["verified", "finding", "finding", "summary"])
        self.assertEqual({event["kind"] for event in events[1:3]}, {"orphan-still", "unreadable"})
        self.assertEqual((events[-1]["pairs"], events[-1]["verdict"]), (1, "fail"))
        self.assertIn("1 pair meets the published and observed rules", said.out)

    def test_what_is_refused_is_one_sentence(self):
        self.made()
        (self.folder / "text.HEIC").write_text("no picture", encoding="ascii")
        for arguments, code, words in (
                (("verify",), 2, "nothing to verify"), (("verify", "P", "--profile", "x"), 2, "no profile \"x\""),
                (("verify", "P", "."), 2, "not both"), (("verify", "none"), 1, "there is no still"),
                (("repair",), 2, "There is no pair"),
                (("repair", "P", "-o", "Q", "--in-place"), 2, "Either --in-place"),
                (("repair", "P", "--still", "x"), 2, "--still"), (("repair", "none"), 2, "there is no still"),
                (("repair", "P", "--identifier", "x", "-o", "Q"), 2, " --identifier: .*is not a UUID"),
                (("repair", "P", "--identifier", NAMED + "0"), 2, " --identifier: "),
                (("repair", "P", "--identifier", NAMED.replace("-", ""), "--in-place"), 2, " --identifier: "),
                (("repair", "text.HEIC", "P.MOV"), 1, "neither QuickTime"),
                (("repair", "P", "--new-identifier", "-o", "P"), 1, "is there already"),
                (("split", "P.HEIC", "P.MOV", "--frames", "x"), 2, "\"marked\" or \"all\"")):
            with self.subTest(arguments):
                said = self.tool(*arguments, code=code)
                self.assertEqual((said.out, len(said.err.splitlines())), ("", 1), said)
                self.assertRegex(said.err, words)
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV", "text.HEIC"])

    def test_sound_that_quicktime_would_read_otherwise_is_refused(self):
        self.made()
        self.ffmpeg("-i", clips.moving().path, "-c", "copy", self.folder / "V.mp4")
        data = bytearray((self.folder / "V.mp4").read_bytes())
        data[data.rindex(b"stsd", 0, data.index(b"mp4a")) + 4] = 1  # its version: sound of ISO's version 1
        (self.folder / "V.mp4").write_bytes(data)

        said = self.tool("repair", "P.HEIC", "V.mp4", "--still", "1", "-o", "Q", code=1)

        self.assertIn("as only MP4 has it", said.err)
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV", "V.mp4"])

    def test_options_without_a_value_are_refused(self):
        self.made()
        for arguments in (("repair", "P", "-o", ""), ("repair", "P", "--new-identifier", "--identifier", ""),
                          ("repair", "P", "--in-place", "-o", ""), ("repair", "P", "--still", ""),
                          ("split", "P", "-o", ""), ("split", "P", "--frames", ""), ("verify", "P", "--profile", "")):
            with self.subTest(arguments):
                self.assertIn("it is empty", self.tool(*arguments, code=2).err)
        self.assertEqual(self.folder_listing(), ["P.HEIC", "P.MOV"])

    def test_what_cannot_be_told_is_no_success(self):
        self.made()
        for arguments in ("verify P", "verify P --json", "inspect P", "inspect P --json", "repair P"):
            with self.subTest(arguments):
                done = programs.execute(["bash", "-c", f"cd {self.folder} && {tool.PROGRAM} {arguments} >/dev/full"])
                self.assertEqual(done.code, 1, done)
                self.assertIn("cannot be written to the standard output", done.stderr)

    def test_a_jpeg_that_is_cut_off_is_no_still(self):
        self.made("P", "--jpeg")
        still = self.folder / "P.JPG"
        still.write_bytes(still.read_bytes()[:-5000])

        self.assertRegex(self.tool("verify", "P", code=1).out, r"(?m)^FAIL +still-data .*cut off")

    def test_the_fields_are_those_of_the_documentation(self):
        self.made("p/P")
        shutil.copytree(self.folder / "p", self.folder / "q")
        page = (harness.ROOT / "docs" / "tool.md").read_text(encoding="utf-8")
        for command, arguments in (("verify", ("p", "q")), ("repair", ("p/P", "--new-identifier")),
                                   ("split", ("p/P", "--frames", "marked"))):
            with self.subTest(command):
                documented = set(re.findall(r"`(\w+)`", page.partition(f"## `{command}`")[2].partition("\n## ")[0]))
                for event in self.said(command, *arguments):
                    self.assertLessEqual(set(event), documented)

    def test_the_examples_work(self):
        loose = self.made("loose")
        for command, least in (("verify", 5), ("repair", 4), ("split", 3)):
            text = self.run_tool(command, "--help").out
            examples = re.findall(r"(?m)^ +(gst-livephoto-1\.0 .*)$", text.split("Examples:")[1])
            self.assertEqual(len(examples), least)
            for number, example in enumerate(examples):
                with self.subTest(example):
                    folder = self.folder / f"{command}{number}"
                    for name in ("photo.HEIC", "photo.MOV", "IMG_0001.HEIC", "IMG_0001.MOV", "photos/a.HEIC",
                                 "photos/a.MOV", "clip.mov"):
                        (folder / name).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(loose.still if name.endswith("C") else loose.movie, folder / name)
                    shutil.copyfile(self.made(f"j{number}{command}", "--jpeg").still, folder / "photo.jpg")
                    if "photo.jpg" not in example:
                        (folder / "photo.jpg").unlink()
                    output = programs.execute(["bash", "-c", example], folder=folder)
                    # Of a pair that was not made for a lock screen.
                    self.assertEqual((output.code, output.stderr), (1 if "wallpaper" in example else 0, ""))


if __name__ == "__main__":
    harness.main()
