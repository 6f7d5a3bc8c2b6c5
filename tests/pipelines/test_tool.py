#!/usr/bin/env python3
"""gst-livephoto-1.0 make: from a video and a moment to a pair, or a sentence."""

import json
import os
import re
import shlex
import shutil
import unittest
from fractions import Fraction
from pathlib import Path

import clips
import coded
import decoders
import harness
import painting
import pair
import programs
import readers
import tool

SOURCES = harness.ROOT / "gst" / "tool"
OTHERS = ("suggest", "inspect", "verify", "repair", "split", "capture")


def frame_numbers(movie):
    """Of all frames that are shown, from the barcodes in them."""
    return [painting.read_barcode(frame) for frame in decoders.ffmpeg_frames(movie)]


class OneVideo(tool.ToolTest):

    def test_the_first_three_seconds_unchanged(self):
        said = self.make(clips.moving().path)

        report = self.assert_good(self.pair("moving"))
        self.assertEqual(report.facts["codecs"], ["h264", "aac"])
        self.assertEqual(self.tree(), ["moving.HEIC", "moving.MOV"])
        self.assertRegex(said.out, r"^moving\.HEIC and moving\.MOV: 3\.000 s of .*, picture unchanged\n$")
        self.assertRegex(
            said.err, r"^.*: The video is 0:05.* long; this is its first 3\.000 s, because no --start.*\n$")
        self.assertEqual(frame_numbers(self.folder / "moving.MOV"), list(range(90)))

    def test_a_moment_is_cut_to_the_picture(self):
        said = self.make(
            clips.moving().path, "--start", "0:01.5", "--duration", "2", "--still", "2.5", "-o", "P", "--json")

        self.assert_good(self.pair())
        self.assertEqual(frame_numbers(self.folder / "P.MOV"), list(range(45, 105)))
        self.assertEqual(painting.read_barcode(decoders.still_rgb(self.folder / "P.HEIC")), 75)
        event = said.event()
        self.assertEqual((event["start"], event["duration"], event["still"]), (1.5, 2, 2.5))

    def test_times_count_from_the_first_picture(self):
        for clip in (clips.mpegts(), clips.late_picture()):
            with self.subTest(clip.path.name):
                self.make(clip.path, "--start", "1", "--duration", "1", "--still", "1.5", "-o", "P", "--force")

                self.assertEqual(frame_numbers(self.folder / "P.MOV"), list(range(30, 60)))
                self.assertEqual(painting.read_barcode(decoders.still_rgb(self.folder / "P.HEIC")), 45)

    def test_pictures_that_an_edit_list_hides_do_not_count(self):
        # From frame 33 on; 30 is the key.
        self.make(clips.moving().path, "--start", "1.1", "--duration", "2", "-o", "A")

        self.make("A.MOV", "--start", "0.5", "--duration", "1", "-o", "B")

        self.assertEqual(frame_numbers(self.folder / "B.MOV"), list(range(48, 78)))

    def test_the_still_alone_chooses_a_clip_around_it(self):
        self.make(clips.moving().path, "--still", "3", "--duration", "1", "-o", "P")

        self.assertEqual(frame_numbers(self.folder / "P.MOV"), list(range(75, 105)))

    def test_the_movie_of_a_live_photo_keeps_its_still(self):
        self.make(clips.moving().path, "--duration", "2", "--still", "0.5", "-o", "A")

        said = self.make("A.MOV", "-o", "B", "--json")

        self.assertEqual(said.event()["still"], 0.5)
        self.assertEqual(painting.read_barcode(decoders.still_rgb(self.folder / "B.HEIC")), 15)

    def test_exact_leaves_nothing_hidden(self):
        hidden = self.make(clips.moving().path, "--start", "1.5", "-o", "A", "--json").event()
        exact = self.make(clips.moving().path, "--start", "1.5", "-o", "B", "--exact", "--json").event()

        self.assertEqual((hidden["encoded"], exact["encoded"]), (False, True))
        packets = len(coded.packets(self.folder / "A.MOV", "video"))  # 15 before the clip, and what its end refers to
        self.assertGreaterEqual(packets, 90 + 15)
        self.assertEqual((hidden["hidden_pictures"], exact["hidden_pictures"]), (packets - 90, 0))
        self.assertEqual(frame_numbers(self.folder / "B.MOV"), frame_numbers(self.folder / "A.MOV"))
        self.assert_good(self.pair("B"))

    def test_what_cannot_pass_is_encoded_and_one_line_says_so(self):
        said = self.make(clips.full_chroma().path, "--start", "0", "-o", "P")

        self.assert_good(self.pair())
        self.assertIn(", encoded again\n", said.out)
        self.assertRegex(said.err, r"The picture was encoded again: its format \(H\.264.*\) cannot go into")

    def test_a_video_that_changes_its_size_is_told(self):
        said = self.make(clips.size_change().path, "--start", "1", "-o", "P", code=1)

        self.assertRegex(said.err, r"^.*size-change.ts: .*\n$")
        self.assertEqual(self.tree(), [])

    def test_a_size_is_fitted_into_and_filled(self):
        self.make(clips.portrait(90).path, "--start", "0", "--size", "160x160", "-o", "fit")
        self.make(clips.portrait(90).path, "--start", "0", "--size", "160x160", "--crop", "-o", "fill")
        self.make(clips.portrait(90).path, "--start", "0", "--size", "4000x4000", "-o", "large")

        def size(name):
            return readers.display_size(readers.first_stream(readers.ffprobe(self.folder / name)[0], "video"))

        self.assertEqual(
            [size(name + ".MOV") for name in ("fit", "fill", "large")], [(120, 160), (160, 160), (240, 320)])

    def test_a_size_that_asks_for_nothing_leaves_the_picture_unchanged(self):
        for size, is_encoded in (("240x320", False), ("1000x1000", False), ("320x240", True), ("239x320", True)):
            with self.subTest(size):
                said = self.make(clips.portrait(90).path, "--start", "0", "--size", size, "-o", size, "--json")

                self.assertEqual(said.event()["encoded"], is_encoded)
                self.assert_good(self.pair(size))

    def test_a_mirrored_video_is_scaled_right(self):
        for turn in ("flip-rotate-0", "flip-rotate-90", "flip-rotate-270"):
            self.make(clips.turned(turn).path, "--duration", "0.5", "--size", "160x160", "-o", turn)
            for image in (decoders.still_rgb(self.folder / (turn + ".HEIC")),
                          pair.frame_at_marker(self.folder / (turn + ".MOV"), "rgb24")):
                self.assertEqual((image.width, image.height), (160, 120) if turn == "flip-rotate-0" else (120, 160))
                self.assertEqual(painting.corners(image), painting.SHOWN[turn])

    def test_jpeg_and_silence(self):
        self.make(clips.moving().path, "--start", "0", "--jpeg", "--mute", "-o", "P")

        report = self.assert_good(self.pair(still=".JPG"))
        self.assertEqual(report.facts["codecs"], ["h264"])

    def test_date_and_place_are_what_was_said(self):
        self.make(clips.moving().path, "--start", "0", "--date", "2021-02-03T04:05:06+05:00", "--gps", "-33.5,151.25",
                  "-o", "P")

        for name in ("P.HEIC", "P.MOV"):
            tags = readers.exiftool(self.folder / name)
            self.assertRegex(str(readers.tag(tags, "DateTimeOriginal", "CreationDate")), r"^2021:02:03 04:05:06")
            self.assertAlmostEqual(float(tags["Composite:GPSLatitude"]), -33.5, 3)
            self.assertAlmostEqual(float(tags["Composite:GPSLongitude"]), 151.25, 3)

    def test_strip_leaves_out_what_the_video_says_and_what_we_know_it_by(self):
        self.make(clips.moving().path, "--start", "0", "-o", "A")
        self.make(clips.moving().path, "--start", "0", "--strip", "-o", "B")

        self.assertIn(b"gst-livephoto.fingerprint", (self.folder / "A.MOV").read_bytes())
        self.assertNotIn(b"gst-livephoto.fingerprint", (self.folder / "B.MOV").read_bytes())
        self.assertIsNone(readers.tag(readers.exiftool(self.folder / "B.HEIC"), "DateTimeOriginal"))

    def test_the_place_alone_can_be_left_out(self):
        self.make(clips.moving().path, "--start", "0", "--gps", "1,2", "-o", "A")
        self.make("A.MOV", "--start", "1", "-o", "B")
        self.make("A.MOV", "--start", "1", "--no-gps", "-o", "C")

        for name, has_place in (("B.HEIC", True), ("B.MOV", True), ("C.HEIC", False), ("C.MOV", False)):
            tags = readers.exiftool(self.folder / name)
            self.assertEqual(any("GPS" in key for key in tags), has_place, name)
            self.assertIsNotNone(readers.tag(tags, "DateTimeOriginal", "CreationDate"), name)

    def test_a_start_behind_the_end_is_told_in_the_users_terms(self):
        said = self.make(clips.moving().path, "--start", "1:00", code=1)

        self.assertRegex(said.err, r"^.*: The video is 0:05.* long; there is no clip from 1:00 on\.\n$")
        self.assertEqual(self.tree(), [])

    def test_what_is_no_video_is_one_sentence(self):
        for clip in (clips.text(), clips.empty(), clips.audio_only(), clips.truncated_mp4()):
            with self.subTest(clip.path.name):
                said = self.make(clip.path, "-o", "P", code=1)
                self.assertEqual((said.out, len(said.err.splitlines())), ("", 1), said)
                self.assertIn(clip.path.name, said.err)
                self.assertEqual(self.tree(), [])

    def test_a_video_that_is_not_there(self):
        said = self.make("nowhere.mp4", code=1)

        self.assertEqual(said.err, "nowhere.mp4 does not exist.\n")


class Names(tool.ToolTest):

    def test_hostile_names_are_kept(self):
        names = ["with space", "it's \"quoted\"", "Ünïcode 日本", "new\nline", "100%d", "%05d", "back\\slash",
                 "$(touch x)", "2024.05.17", "-o", "--force", "*", "a.MOV", os.fsdecode(b"caf\xe9")]
        for number, name in enumerate(names):
            self.copy(clips.moving(), f"{number}/{name}.mp4")

        said = self.make("--json", "--", *(f"{number}/{name}.mp4" for number, name in enumerate(names)))

        made = sorted([name + ".HEIC" for name in names] + [name + ".MOV" for name in names])
        self.assertEqual([name for name in self.tree() if name.endswith((".HEIC", ".MOV"))], made)
        self.assertEqual(said.events()[-1]["made"], len(names))

    def test_brackets_are_no_list(self):
        for name in ("[a,b]", "[c]", "++"):
            self.copy(clips.moving(), f"{name}/clip.mp4")
            self.make(name, "--start", "0", "-o", f"{name}.out/")

            self.assertTrue((self.folder / f"{name}.out" / "clip.MOV").exists())
        self.make("[c]/clip.mp4", "--start", "0", "-o", "[d]")
        self.assertIn("[d].HEIC", self.run_tool("inspect", "[d]").out)

    def test_a_slash_behind_a_video(self):
        self.copy(clips.moving(), "a.mp4")

        self.assertIn("a.mp4/ is not a folder", self.refuse("a.mp4/"))

    def test_a_leading_dash_comes_behind_two(self):
        self.copy(clips.moving(), "-x.mp4")

        self.make("--start", "0", "--", "-x.mp4")

        self.assertEqual(self.tree(), ["-x.HEIC", "-x.MOV", "-x.mp4"])

    def test_a_name_cannot_write_to_the_terminal(self):
        self.copy(clips.moving(), "a\x1b[2Jb\n.mp4")

        said = self.make("a\x1b[2Jb\n.mp4")

        self.assertNotIn("\x1b", said.out + said.err)
        self.assertIn("a\\x1b[2Jb\\n.HEIC", said.out)

    def test_the_standard_input_is_no_video(self):
        self.assertIn("A video cannot come from the standard input", self.refuse("-"))

    def test_places(self):
        clip = clips.moving().path
        (self.folder / "there").mkdir()
        for place, base in (("new/deep/", "new/deep/moving"), ("there", "there/moving"),
                            ("there/IMG.MOV", "there/IMG"), ("IMG.jpg", "IMG")):
            with self.subTest(place):
                self.make(clip, "--start", "0", "-o", place)
                self.assertTrue((self.folder / (base + ".MOV")).exists())
        self.assertTrue((self.folder / "IMG.JPG").exists())

    def test_a_folder_that_is_missing_for_a_name_is_made(self):
        self.make(clips.moving().path, "--start", "0", "-o", "no/such/P")

        self.assertEqual(self.tree(), ["no", "no/such", "no/such/P.HEIC", "no/such/P.MOV"])

    def test_a_folder_that_cannot_be_made_is_told(self):
        (self.folder / "file").write_text("", encoding="utf-8")

        said = self.make(clips.moving().path, "-o", "file/P", code=1)

        self.assertRegex(said.err, r"The folder file cannot be made \(.*\); name another place with -o\.")


class Refusals(tool.ToolTest):
    """Exit status 2: nothing was begun."""

    def test_an_iphones_video_is_not_replaced(self):
        self.copy(clips.moving(), "IMG_0001.MOV")
        before = (self.folder / "IMG_0001.MOV").read_bytes()

        for arguments in ((), ("--force",), ("-o", "./"), ("-o", "img_0001")):
            self.assertIn("would replace the input IMG_0001.MOV; name another place with -o",
                          self.refuse("IMG_0001.MOV", *arguments))
        self.make("IMG_0001.MOV", "-o", "out/")

        self.assertEqual((self.folder / "IMG_0001.MOV").read_bytes(), before)

    def test_two_videos_with_one_name(self):
        self.copy(clips.moving(), "x/a.mp4")
        self.copy(clips.moving(), "y/a.mp4")

        self.assertIn("x/a.mp4 and y/a.mp4 would both become a; keep them apart", self.refuse("x", "y"))

    def test_wrong_options(self):
        clip = clips.moving().path
        for arguments, part in {
                ("--start", "soon"): "--start: \"soon\" is not a time such as",
                ("--size", "big"): "--size: \"big\" is not a size",
                ("--gps", "here"): "--gps: \"here\" is not a place",
                ("--date", "today"): "--date: \"today\" is not a date",
                ("--crop",): "--crop goes with --size",
                ("--crop", "--size", "100x"): "--crop wants a width and a height",
                ("--size", "x"): "--size: \"x\" is not a size",
                ("--zip",): "--zip goes with --pvt",
                ("--jobs", "0"): "--jobs",
                ("--timeout", "-1"): "--timeout",
                ("--timeout", "nan"): "--timeout",
                ("--timeout", "0.0005"): "--timeout",
                ("--date", "0000-01-01"): "--date: \"0000-01-01\" is not a date",
                ("--gps", "1,1,1e308"): "--gps: \"1,1,1e308\" is not a place",
                ("--output", ""): "--output: it is empty",
                ("--start", ""): "--start: it is empty",
                ("--size", ""): "--size: it is empty",
                ("--from", ""): "--from: it is empty",
                ("-o", "-"): "cannot go to the standard output",
                ("--no-such-option",): "--no-such-option",
                ("--start", "3", "--still", "2"): "The still at 0:02 is not in the clip",
                ("--duration", "0"): "A clip has a length",
                ("--from", "nowhere"): "The list nowhere cannot be read",
                ("--from", "-", "--files0-from", "-"): "cannot both be the standard input"}.items():
            with self.subTest(arguments):
                self.assertIn(part, self.refuse(clip, *arguments))

    def test_no_video_at_all(self):
        (self.folder / "empty").mkdir()
        self.assertIn("There is no video; --help shows", self.refuse())
        self.assertIn("A video has no name", self.refuse(""))
        self.assertIn("A video has no name", self.refuse(clips.moving().path, ""))
        self.assertIn("There is no video in the folder empty", self.refuse("empty"))
        self.assertIn("A subcommand is required", self.run_tool().err)

    def test_a_current_folder_that_is_gone(self):
        gone = self.folder / "gone"
        script = f'mkdir {gone}; cd {gone}; rmdir {gone}; {tool.PROGRAM} make a.mp4'
        output = programs.execute(["bash", "-c", script])

        self.assertEqual((output.code, len(output.stderr.splitlines())), (2, 1), output.stderr)
        self.assertIn("This cannot be done here: ", output.stderr)

    def test_a_line_of_a_list_that_is_wrong(self):
        list_of_moments = b'{"video": "a.mp4"}\n{"video": 1}\n'

        self.assertIn("The standard input, line 2: \"video\" is not a text.",
                      self.refuse("--from", "-", stdin=list_of_moments))


class Again(tool.ToolTest):

    def test_what_is_made_is_skipped(self):
        self.make(clips.moving().path, "--start", "1", "-o", "P")
        before = {path.name: path.stat().st_mtime_ns for path in self.folder.iterdir()}
        copied = self.copy(clips.moving(), "elsewhere/other name.mp4")  # as on another machine

        said = self.make(copied, "--start", "0:01", "-o", "P", "--json")

        self.assertEqual(said.event()["event"], "skipped")
        self.assertEqual(
            {path.name: path.stat().st_mtime_ns for path in self.folder.iterdir() if path.is_file()}, before)

    def test_another_pair_of_that_name_is_kept_unless_forced(self):
        self.make(clips.moving().path, "--start", "1", "-o", "P")
        before = (self.folder / "P.MOV").read_bytes()

        said = self.make(clips.moving().path, "--start", "2", "-o", "P", "--json", code=1)
        self.assertEqual((said.event()["event"], said.event()["reason"]), ("failed", "exists"))
        self.assertEqual((self.folder / "P.MOV").read_bytes(), before)

        self.make(clips.moving().path, "--start", "2", "-o", "P", "--force")
        self.assertEqual(frame_numbers(self.folder / "P.MOV")[0], 60)

    def test_half_a_pair_is_not_taken_for_one(self):
        self.make(clips.moving().path, "--start", "1", "-o", "P")
        (self.folder / "P.HEIC").unlink()

        self.assertIn("P.MOV exists", self.make(clips.moving().path, "--start", "1", "-o", "P", code=1).err)

    def test_a_stripped_pair_is_not_known_again(self):
        arguments = (clips.moving().path, "--start", "1", "--strip", "-o", "P")
        self.make(*arguments)

        self.assertIn("P.HEIC exists", self.make(*arguments, code=1).err)

    def test_what_is_to_be_stripped_is_no_pair_that_is_not(self):
        arguments = (clips.moving().path, "--start", "1", "-o", "P")
        self.make(*arguments)

        self.assertIn("P.HEIC exists", self.make(*arguments, "--strip", code=1).err)

    def test_a_bundle_by_its_name(self):
        for _ in range(2):
            said = self.make(clips.moving().path, "--start", "1", "-o", "P.pvt", "--json")

        self.assertEqual(said.event()["event"], "skipped")
        self.assertEqual(self.tree(), ["P.pvt", "P.pvt/P.HEIC", "P.pvt/P.MOV", "P.pvt/metadata.plist"])

    def test_a_spoilt_still_is_no_pair(self):
        arguments = (clips.moving().path, "--start", "1", "-o", "P")
        self.make(*arguments)
        (self.folder / "P.HEIC").write_bytes(b"spoilt")

        self.assertIn("P.HEIC exists", self.make(*arguments, code=1).err)

    def test_the_still_of_a_pair_that_is_replaced_goes_with_it(self):
        arguments = (clips.moving().path, "--start", "1", "-o", "P")
        self.make(*arguments, "--jpeg")
        self.make(*arguments, "--force")

        self.assertEqual(self.tree(), ["P.HEIC", "P.MOV"])
        (self.folder / "P.JPG").write_bytes(b"a photo of the user's")
        self.make(*arguments, "--force")
        self.assertEqual(self.tree(), ["P.HEIC", "P.JPG", "P.MOV"])

    def test_a_full_standard_output_is_told(self):
        output = programs.execute(["bash", "-c", f"{tool.PROGRAM} make {clips.moving().path} --dry-run >/dev/full"])

        self.assertEqual(output.code, 1)
        self.assertIn("What was made cannot be told: No space left on device", output.stderr)

    def test_a_dry_run_makes_nothing(self):
        self.make(clips.moving().path, "--start", "1", "-o", "P")
        before = self.tree()

        said = self.make(
            clips.moving().path, clips.silent().path, "nowhere.mp4", "-o", "new/", "--dry-run", "--json", code=1)
        again = self.make(clips.moving().path, "--start", "1", "-o", "P", "--dry-run", "--json")
        for_people = self.make(clips.silent().path, "--dry-run")

        self.assertEqual(self.tree(), before)
        self.assertEqual([event["event"] for event in said.events()], ["planned", "planned", "failed", "summary"])
        self.assertEqual(said.events()[0]["still_file"], "new/moving.HEIC")
        self.assertEqual(again.event()["event"], "skipped")
        self.assertRegex(
            for_people.out, r"^silent\.HEIC and silent\.MOV: would be 3\.000 s of .*silent\.mp4 from 0:00\n$")


class Lists(tool.ToolTest):

    def setUp(self):
        super().setUp()
        for name in ("trip/day 1/a.mp4", "trip/day2/a.mp4", "trip/b.mp4", "trip/notes.txt", "trip/.hidden/c.mp4"):
            self.copy(clips.moving(), name)

    def made(self):
        return [name for name in self.tree() if name.endswith(".HEIC")]

    def test_a_folder_with_its_tree(self):
        said = self.make("trip", "--keep-tree", "-o", "out/")

        self.assertEqual(self.made(), ["out/trip/b.HEIC", "out/trip/day 1/a.HEIC", "out/trip/day2/a.HEIC"])
        self.assertRegex(said.err, r"\n3 made, in 0:\d\d(\.\d+)?\n$")

    def test_a_second_run_over_its_own_pairs_skips_them(self):
        self.make(".", "--keep-tree")

        said = self.make(".", "--keep-tree")

        self.assertEqual(self.made(), ["trip/b.HEIC", "trip/day 1/a.HEIC", "trip/day2/a.HEIC"])
        self.assertRegex(said.err, r"^3 skipped, in ")

    def test_pairs_in_the_folder_are_no_videos(self):
        self.copy(clips.moving(), "in/a.mp4")
        self.make("in/a.mp4", "--start", "1", "--strip", "-o", "in/pair")  # no sign of ours in it
        self.make("in/a.mp4", "--start", "1", "--strip", "-o", "in/movie")
        (self.folder / "in" / "movie.HEIC").unlink()

        said = self.make("in", "--start", "1", "-o", "out/", "--json")

        self.assertEqual(
            sorted(event["video"] for event in said.events()[:-1]), ["in/a.mp4", "in/movie.MOV"])

    def test_names_of_find(self):
        names = b"trip/day 1/a.mp4\0trip/b.mp4\0"

        self.make("--files0-from", "-", "-o", "out/", stdin=names)

        self.assertEqual(self.made(), ["out/a.HEIC", "out/b.HEIC"])

    def test_moments(self):
        lines = [{"video": "trip/b.mp4", "start": 1, "duration": 1, "output": "first", "score": 0.7},
                 {"video": "trip/b.mp4", "start": "0:02", "still": 2.5, "output": "second"},
                 {"video": "trip/day2/a.mp4"}]
        (self.folder / "moments").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

        said = self.make("--from", "moments", "--duration", "2", "--start", "3", "-o", "out/", "--json")

        self.assertEqual(self.made(), ["out/a.HEIC", "out/first.HEIC", "out/second.HEIC"])
        found = {event["output"]: (event["start"], event["duration"]) for event in said.events()[:-1]}
        self.assertEqual(found, {"out/first": (1, 1), "out/second": (2, 2), "out/a": (3, 2)})

    def test_what_was_said_can_be_a_list(self):
        said = self.make("trip/b.mp4", "--start", "1", "-o", "A", "--dry-run", "--json")

        self.make("--from", "-", stdin=said.out.splitlines()[0].encode())

        self.assertEqual(self.made(), ["A.HEIC"])


class Json(tool.ToolTest):

    def test_its_fields_are_those_of_the_documentation(self):
        page = (harness.ROOT / "docs" / "tool.md").read_text(encoding="utf-8")
        page = page.partition("## `--json`")[2].partition("\n## ")[0]
        events = []
        for arguments in (("--start", "1", "-o", "P"), ("--start", "1", "-o", "P"), ("--start", "2", "-o", "P"),
                          ("--dry-run",)):
            events += self.run_tool("make", clips.moving().path, *arguments, "--json").events()
        # Those that no run of these has are in the tests of bundles and crashes.
        rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]+) \|", page, re.MULTILINE)
        documented = {name: where for names, where in rows for name in re.findall(r"`(\w+)`", names)}
        for event in events:
            self.assertEqual(event["version"], 1)
            for name in event:
                self.assertIn(name, documented, event)
                self.assertTrue(documented[name].strip() in ("all", "all but `summary`") or
                                f"`{event['event']}`" in documented[name], (name, event))
        self.assertEqual(
            [event["event"] for event in events],
            ["made", "summary", "skipped", "summary", "failed", "summary", "planned", "summary"])

    def test_nothing_else_is_on_the_standard_output(self):
        said = self.make(clips.moving().path, clips.text().path, "--json", code=1)

        self.assertEqual(said.err, "")
        self.assertEqual({event["event"] for event in said.events()}, {"made", "failed", "summary"})

    def test_advice_has_codes(self):
        said = self.make(clips.moving().path, "--duration", "4", "--still", "0", "-o", "P", "--json")

        self.assertEqual(
            {advice["code"] for advice in said.event()["advice"]},
            {"longer-than-three-seconds", "nothing-before-still"})

    def test_what_is_not_honoured_is_advice(self):
        clip = clips.edited("fast", (2500, 0), rate=2)

        said = self.make(clip.path, "--start", "0", "--duration", "1", "-o", "P", "--json")

        self.assertEqual([advice["code"] for advice in said.event()["advice"]], ["warning"])
        self.assertIn("at 2 times the speed", said.event()["advice"][0]["text"])


class Help(tool.ToolTest):
    """--help, the manual and the completion say the same, and the examples work."""

    def options_in_help(self, command="make"):
        text = self.run_tool(command, "--help").out
        return set(re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]+)", text.split("Examples:")[0]))

    def test_the_manual_has_every_option(self):
        programs.need("mandoc")
        page = SOURCES / "gst-livephoto-1.0.1"
        self.assertEqual(programs.execute(["mandoc", "-T", "lint", "-W", "warning", str(page)]).stdout, b"")
        listed = re.findall(r"^\.It (Fl .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        options = {"--" + name for line in listed for name in re.findall(r"Fl Fl ([a-z0-9-]+)", line)}
        self.assertEqual(options, set().union(*map(self.options_in_help, ("make", *OTHERS))))

    def test_the_manual_names_what_options_take(self):
        text = self.run_tool("make", "--help").out
        page = (SOURCES / "gst-livephoto-1.0.1").read_text(encoding="utf-8")
        for name, taken in re.findall(r"(--[a-z][a-z0-9-]+) ([A-Zx][A-Za-z,|-]*)  ", text):
            self.assertRegex(page, rf"(?m)^\.It .*Fl Fl {re.escape(name[2:])} Ar {re.escape(taken)}$")

    def complete(self, *words):
        script = f". {shlex.quote(str(SOURCES / 'completion.bash'))}; COMP_WORDS=({shlex.join(words)}); " \
                 'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _gst_livephoto; printf "%s\\n" "${COMPREPLY[@]}"'
        output = programs.execute(["bash", "-c", script], folder=self.folder)
        self.assertEqual(output.stderr, "")
        return output.stdout.decode().split("\n")[:-1]

    def test_bash_completes_every_option(self):
        self.assertEqual(set(self.complete(tool.PROGRAM, "make", "--")), self.options_in_help())
        for command in OTHERS:
            self.assertEqual(set(self.complete(tool.PROGRAM, command, "--")), self.options_in_help(command))
        self.assertEqual(self.complete(tool.PROGRAM, "m"), ["make"])
        self.copy(clips.moving(), "with space.mp4")
        self.assertEqual(self.complete(tool.PROGRAM, "make", "wi"), ["with space.mp4"])

    def test_bash_completes_every_profile(self):
        said = self.run_tool("verify", "--profile", "nobodys", "P")

        known = re.search(r'"nobodys"; (.*) are known', said.err)[1]
        self.assertEqual(self.complete(tool.PROGRAM, "verify", "--profile", ""), re.split(", | and ", known))
        self.assertEqual(self.complete(tool.PROGRAM, "make", "--start", ""), [""])

    def test_the_examples_work(self):
        self.copy(clips.moving(), "holiday.mp4")
        self.copy(clips.moving(), "holidays/day 1/a.mp4")
        text = self.run_tool("make", "--help").out
        examples = re.findall(r"(?m)^ +((?:echo .*\| )?gst-livephoto-1\.0 .*)$", text)
        self.assertGreaterEqual(len(examples), 5)
        for number, example in enumerate(examples):
            with self.subTest(example):
                folder = self.folder / str(number)
                folder.mkdir()
                for name in ("holiday.mp4", "holidays"):
                    (folder / name).symlink_to(self.folder / name)
                short = example.replace("0:12.5", "0:01.5").replace("12.5", "1").replace("--still 14", "--still 2")
                short = short.replace("make holidays ", "make holidays/ ")
                output = programs.execute(["bash", "-c", short], folder=folder)
                self.assertEqual(output.code, 0, output.stderr)
                self.assertTrue(list(folder.rglob("*.HEIC")))

    def test_it_is_narrow_enough(self):
        for arguments in (("--help",), *((command, "--help") for command in ("make", *OTHERS))):
            for line in self.run_tool(*arguments).out.splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_it_says_its_version(self):
        self.assertRegex(self.run_tool("--version").out, r"^gst-livephoto-1\.0 \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    harness.main()
