#!/usr/bin/env python3
"""examples/device-test.sh and its form: a pair for each question, which differs from one other in one thing."""

import json
import os
import subprocess
from pathlib import Path

import clips
import harness
import pair
import readers
import timed_metadata
import tool

SCRIPT = harness.ROOT / "examples" / "device-test.sh"
REPORT = harness.ROOT / "examples" / "device-report.py"
PAGE = harness.ROOT / "docs" / "device-test.md"

# In place of gst-launch-1.0: notes what it is asked and writes the files, except that it writes half of the pair
# $FAILS and fails, and nothing of the pair $WARNS, for which it only warns.
FAKE = """#!/usr/bin/env python3
import json, os, pathlib, sys
with open(os.environ["NOTES"], "a") as notes:
    print(json.dumps(sys.argv[1:]), file=notes)
places = [pathlib.Path(word.partition("=")[2]) for word in sys.argv if word.startswith("location=")]
is_for = lambda pair: any(place.stem == os.environ.get(pair) for place in places)
for place in () if is_for("WARNS") else places:
    for file in [place] if place.suffix else [place.with_suffix(".HEIC"), place.with_suffix(".MOV")]:
        file.write_text("x")
        if is_for("FAILS"):
            sys.exit(1)
"""


class DeviceTest(tool.ToolTest):
    elements = ("livephotosink", "x265enc", "h265parse", "avdec_h265", "qtmux", "taginject", "aspectratiocrop")

    def script(self, *arguments, code=0, **environment):
        done = subprocess.run(
            [SCRIPT, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=900,
            env={**os.environ, "LC_ALL": "C.UTF-8", "LIVEPHOTO_TEST_SIZE": "90x160", **environment})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def report(self, *arguments, code=0):
        done = subprocess.run([REPORT, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def pairs_in_form(self, folder="out"):
        lines = (self.folder / folder / "report.txt").read_text(encoding="utf-8").splitlines()
        return [line.removeprefix("pair: ") for line in lines if line.startswith("pair: ")]


class Script(DeviceTest):
    """The whole of it, small."""

    def test_it_makes_what_the_page_asks(self):
        self.script(clips.moving().path, "out")
        names = self.pairs_in_form()
        self.made = self.folder / "out"

        asked = [line.split("`")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
        self.assertEqual(sorted(names), asked)
        self.assertEqual(sorted({path.stem for path in self.made.iterdir()} - {"report", "checks"}), asked)
        checks = self.checks()
        self.assertEqual(sorted(checks), asked)
        for name, base, differ in (
                ("01-motion-neutral", "00-base", set()),
                ("02-still-jpeg", "00-base", {"still-data", "web-still"}),
                ("04-pixels-upright", "01-motion-neutral", {"wallpaper-vitality"}),
                ("05-pixels-rotated", "04-pixels-upright", {"wallpaper-upright"}),
                ("07-edit-mid-gop", "06-edit-at-key-frame", {"wallpaper-hidden-frames", "wallpaper-record-table"}),
                ("08-without-orientation-track", "00-base", {"wallpaper-orientation"}),
                ("09-without-set-up-data", "00-base", {"wallpaper-set-up", "wallpaper-dims", "wallpaper-info-motion"}),
                ("10-without-camera-values", "00-base", {"wallpaper-info-motion"}),
                ("11-without-vitality", "00-base", {"wallpaper-vitality"}),
                ("12-still-at-15", "00-base", set()),
                ("13-still-at-7", "00-base", {"wallpaper-frames-before"}),
                ("15-with-sound", "00-base", set()),
                ("17-one-second", "12-still-at-15", set()),
                ("18-fast-start", "00-base", set())):
            with self.subTest(name):
                ours, theirs = checks[name], checks[base]
                self.assertEqual(
                    {check for check in {*ours, *theirs} if ours.get(check) != theirs.get(check)} - CONTENT, differ)
        for name, moves in (("00-base", True), ("01-motion-neutral", False)):
            maps = {tuple(one) for one in timed_metadata.homographies(self.made / f"{name}.MOV").values()}
            self.assertEqual(len(maps) > 1, moves, name)
        self.look_at_movies(names)
        self.fill_in_and_read(names)
        before = (self.made / "report.txt").read_bytes()
        self.assertIn("may be a form with answers", self.script(clips.moving().path, "out", code=2).stderr)
        self.assertEqual((self.made / "report.txt").read_bytes(), before)

    def checks(self):
        """{pair: {check: verdict}}"""
        events = map(json.loads, (self.made / "checks.jsonl").read_text(encoding="utf-8").splitlines())
        return {Path(event["still_file"]).stem: {check["name"]: check["verdict"] for check in event["checks"]}
                for event in events if event["event"] == "verified"}

    def look_at_movies(self, names):
        for name in names:
            with self.subTest(name):
                movie = self.made / f"{name}.MOV"
                streams, _ = readers.ffprobe(movie)
                video = readers.first_stream(streams, "video")
                self.assertEqual(
                    readers.first_stream(streams, "audio") is not None, name == "15-with-sound")
                times = readers.presentation_times(movie)
                rate = 60 if name == "03-rate-60" else None if name == "16-usual" else 30
                if rate:
                    seconds = 1 if name == "17-one-second" else 3
                    self.assertEqual(len([time for time in times if time >= 0]), seconds * rate)
                self.assertEqual(readers.rotation(video) != 0, name == "05-pixels-rotated")
                if name in HIDDEN:
                    self.assertEqual(self.before_the_edit(movie), HIDDEN[name])
                if name in ("12-still-at-15", "13-still-at-7"):
                    self.assertEqual(pair.marker_time(movie) * 30, 15 if name == "12-still-at-15" else 7)

    @staticmethod
    def before_the_edit(movie):
        """(frames before the edit, those of them with a key, whether it begins with a key frame), by ffprobe."""
        stream = readers.first_stream(readers.ffprobe(movie)[0], "video")
        packets = sorted(readers.ffprobe_packets(movie, stream.index, stream.time_base), key=lambda packet: packet.pts)
        hidden = [packet for packet in packets if packet.pts < 0]
        return len(hidden), [packet.key for packet in hidden].count(True), packets[len(hidden)].key

    def fill_in_and_read(self, names):
        form = (self.made / "report.txt").read_text(encoding="utf-8")
        filled = form.replace("phone:", "phone: iPhone 15").replace("ios:", "ios: 26.1").replace(
            "pair: 00-base\nlive:\nplays:\nmotion:\n",
            "pair: 00-base\nlive: yes\nplays: yes\nmotion: no: not available\n")
        (self.folder / "filled.txt").write_text(filled, encoding="utf-8")

        rows = self.report("filled.txt").stdout.splitlines()

        self.assertEqual(len(rows), 2, rows)
        self.assertEqual(rows[1].split(), ["00-base", "iPhone", "15", "26.1", "yes", "yes", "no:", "not", "available"])
        self.assertEqual(len(names), 20)


# Of the pairs that are copied, what Script.before_the_edit() says.
HIDDEN = {"06-edit-at-key-frame": (0, 0, True), "07-edit-mid-gop": (15, 1, False)}
# What depends on the pictures, or on how many there are, and differs of itself.
CONTENT = {"wallpaper-movement", "wallpaper-record-motion", "still-is-marked-frame", "shapes", "wallpaper-size"}


class Asked(DeviceTest):
    """With a gst-launch-1.0 that only notes what it is asked."""

    def setUp(self):
        super().setUp()
        programs = self.folder / "programs"
        programs.mkdir()
        for name, text in (("gst-launch-1.0", FAKE), (tool.PROGRAM, "#!/bin/sh\necho {}\n")):
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "NOTES": str(self.folder / "notes")}

    def asked(self):
        """{pair: words} of the pairs, and those of the movies that are made only to be copied from."""
        pairs, sources = {}, []
        for line in (self.folder / "notes").read_text(encoding="utf-8").splitlines():
            words = json.loads(line)
            places = [word.partition("=")[2] for word in words if word.startswith("location=")]
            name = next((place for place in places if "/out/" in place), None)
            others = [word for word in words if not word.startswith("location=")]
            if name:
                pairs[Path(name).stem] = others
            else:
                sources.append(others)
        return pairs, sources

    def test_each_differs_in_one_word_or_two(self):
        self.script(clips.moving().path, "out", **self.environment)
        asked, sources = self.asked()
        for name, base, words in (
                ("01-motion-neutral", "00-base", ["motion=neutral"]),
                ("02-still-jpeg", "00-base", ["still-format=jpeg"]),
                ("03-rate-60", "00-base", ["frame-rate=60"]),
                ("12-still-at-15", "00-base", ["still-time=500000000"]),
                ("14-size-1440x1920", "00-base", ["max-width=120"]),
                ("17-one-second", "12-still-at-15", ["duration=1000000000"]),
                ("18-fast-start", "00-base", ["mux::faststart=true"]),
                ("19-size-1206x2622", "00-base", ["max-width=100", "max-height=218"])):
            with self.subTest(name):
                self.assertEqual([word for word in asked[name] if word not in asked[base]], words)
                self.assertEqual([word for word in asked[base] if word not in asked[name]], [])
        self.assertEqual([word for word in asked["05-pixels-rotated"] if word not in asked["04-pixels-upright"]],
                         ["video-direction=90l", "taginject", "tags=image-orientation=rotate-90"])
        self.assertEqual(asked["06-edit-at-key-frame"], asked["07-edit-mid-gop"])
        self.assertEqual([{*one} - {*other} for one, other in (sources, sources[::-1])],
                         [{f"option-string=crf=22:open-gop=0:scenecut=0:min-keyint={keys}:keyint={keys}"}
                          for keys in (15, 120)])
        for words in sources:
            self.assertLess(words.index("eos-after=120"), words.index("x265enc"))  # not all of a long video
        for name, words in asked.items():
            rates = [word for word in words if word.startswith("frame-rate=")]
            rate = {"03-rate-60": ["frame-rate=60"], "16-usual": []}.get(name, ["frame-rate=30"])
            self.assertEqual(rates[-1:], rate if "livephotosink" in words else [], name)
        for name in ("08-without-orientation-track", "09-without-set-up-data", "10-without-camera-values"):
            part = name.split("without-")[1]
            with self.subTest(name):
                added = [word for word in asked[name] if word not in asked["00-base"]]
                self.assertEqual(len(added), 1)
                flags = added[0].removeprefix("hypotheses=").split("+")
                self.assertEqual(len(flags), 5)
                self.assertNotIn(part, flags)

    def test_one_that_fails_is_named_and_loses_no_other(self):
        for case, name in (("FAILS", "03-rate-60"), ("FAILS", "04-pixels-upright"), ("WARNS", "02-still-jpeg")):
            with self.subTest(case, name=name):
                out = case + name
                done = self.script(clips.moving().path, out, code=1, **{case: name}, **self.environment)

                self.assertIn(f"could not be made, for the reasons above: {name}; the others are in", done.stderr)
                self.assertEqual(len(self.pairs_in_form(out)), 19)
                self.assertNotIn(name, self.pairs_in_form(out))
                self.assertNotIn(name, [path.stem for path in (self.folder / out).iterdir()])
                self.assertIn(f"\nnot-made: {name}\n", (self.folder / out / "report.txt").read_text())
                self.assertTrue((self.folder / out / "checks.jsonl").is_file())
                self.assertRegex(self.report(out + "/report.txt").stdout, rf"\n{name} .* not made\n")

    def test_a_video_without_sound_has_no_pair_with_sound(self):
        done = self.script(clips.silent().path, "out", **self.environment)

        self.assertIn("15-with-sound is left out", done.stderr)
        self.assertNotIn("15-with-sound", self.pairs_in_form())
        self.assertIn("\nnot-made: 15-with-sound\n", (self.folder / "out" / "report.txt").read_text())

    def test_nothing_is_replaced(self):
        (self.folder / "out").mkdir()
        (self.folder / "out" / "00-base.MOV").write_text("mine")

        done = self.script(clips.moving().path, "out", code=2, **self.environment)

        self.assertIn("there is something in out already", done.stderr)
        self.assertEqual([path.read_text() for path in (self.folder / "out").iterdir()], ["mine"])

    def test_what_cannot_be_begun(self):
        self.assertIn("there is no video no.mp4", self.script("no.mp4", "out", code=2).stderr)
        self.assertIn("usage", self.script("no.mp4", code=2).stderr)
        short = self.copy(clips.pattern(320, 240), "short.mp4")
        self.assertIn("shorter than four seconds", self.script(short, "out", code=2).stderr)
        self.assertFalse((self.folder / "out").exists())


class Form(DeviceTest):

    GOOD = ("device-test: 1\nvideo: a\nphone: p\nios: 18\nway: mac\n"
            "\npair: 00-base\nlive: yes\nplays:\nmotion: no\nnote: a: b\n")

    def test_reports_stand_side_by_side(self):
        (self.folder / "a").write_text(self.GOOD, encoding="utf-8")
        (self.folder / "b").write_text(self.GOOD.replace("ios: 18", "ios: 26"), encoding="utf-8")

        rows = [line.split() for line in self.report("a", "b").stdout.splitlines()]

        self.assertEqual(rows[0], ["pair", "phone", "ios", "live", "plays", "motion", "note"])
        self.assertEqual(rows[1:], [["00-base", "p", ios, "yes", "?", "no", "a:", "b"] for ios in ("18", "26")])

    def test_as_other_systems_editors_write_it(self):
        text = "\ufeff" + self.GOOD.replace("yes", "Yes").replace("\n", "\r\n")
        (self.folder / "a").write_bytes(text.encode())

        self.assertIn(["00-base", "p", "18", "yes", "?", "no", "a:", "b"],
                      [line.split() for line in self.report("a").stdout.splitlines()])

    def test_what_cannot_be_read_is_one_sentence(self):
        for text, sentence in (
                ("", "a: it is empty"), ("hello: 1\n", "a:1: it does not begin with"),
                (self.GOOD + "I liked it\n", "a:12: there is no colon"),
                (self.GOOD + "colour: red\n", "a:12: .colour. is no field"),
                ("\n" + self.GOOD[len("device-test: 1\n"):], "a:2: it does not begin with"),
                (self.GOOD.replace("live: yes", "live: I think so"), 'a:8: "i think so" is no answer'),
                (self.GOOD.replace("way: mac", "live: yes"), 'a:5: "live" is no field of the form here'),
                (self.GOOD + "pair: 00-base\n", "a:12: the pair 00-base is there twice")):
            with self.subTest(sentence):
                (self.folder / "a").write_text(text, encoding="utf-8")
                self.assertRegex(self.report("a", code=1).stderr, rf"^device-report\.py: {sentence}[^\n]*\.\n$")
        self.assertIn("cannot be read", self.report("no", code=1).stderr)


if __name__ == "__main__":
    harness.main()
