#!/usr/bin/env python3
"""Sheets show what a video has to offer: as a picture, and in a real browser, where the choice becomes pairs."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import clips
import decoders
import harness
import measures
import pair
import painting
import programs
import tool

BROWSER = harness.ROOT / "tests" / "browser"
# All that could end a string in HTML, in JavaScript or in JSON; a file in a folder, because of the slash.
HOSTILE = "</script><b>\"it's\" \\ & <!-- 日本語 🎉 -->.mp4"
NO_UTF8 = os.fsdecode(b"caf\xe9.mp4")
ROWS = 200


def need_browser():
    for program in ("chromium", "node"):
        programs.need(program)
    if not (BROWSER / "node_modules" / "playwright-core").is_dir():
        raise programs.ProgramMissing("playwright-core is not installed; tests/run.sh installs it")


class SheetTest(tool.ToolTest):

    elements = ("livephotoselect", "x264enc", "avenc_aac", "mp4mux", "jpegenc", "videoflip", "deinterlace")

    def sheet(self, name, *videos, code=0):
        done = self.run_tool("suggest", *videos, "--sheet", name, "--force")
        self.assertEqual(done.code, code, done)
        self.said = done.err
        return self.folder / name

    def run_browser(self, test, **environment):
        done = subprocess.run(
            ["node", "--test", "--test-reporter=spec", str(BROWSER / test)], capture_output=True, check=False,
            text=True, timeout=900, env={**os.environ, **{name: str(value) for name, value in environment.items()}})
        print(*(f"    {line}" for line in done.stdout.splitlines() if line.strip()), sep="\n", flush=True)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-2000:])
        return done.stdout


def moments_of(page):
    """What the page says of its videos, by their names."""
    found = re.findall(r'<script type="application/json" class="video">(.*?)</script>', page.read_text("utf-8"))
    return {video["name"]: video for video in map(json.loads, found)}


class PickSheet(SheetTest):

    def test_it_keeps_its_promises_in_a_browser_and_its_choice_becomes_pairs(self):
        need_browser()
        video = self.copy(clips.long_moving(), "holidays/film.mp4")
        for clip, name in ((clips.moving(), HOSTILE), (clips.portrait(90), "upright.mov"), (clips.silent(), NO_UTF8)):
            self.copy(clip, f"holidays/{name}")
        page = self.sheet("picks.html", "holidays")
        self.assertEqual(self.said, "")
        saved = self.folder / "moments.jsonl"
        self.run_browser(
            "pick_sheet.test.mjs", PICK_SHEET=page, PICK_VIDEO=video.name, PICK_HOSTILE=Path(HOSTILE).name,
            PICK_SAVED=saved)

        for name, count in (("moments.jsonl", 4), ("moments.jsonl-all", None)):
            lines = (self.folder / name).read_text("utf-8").splitlines()
            with self.subTest(name):
                out = self.folder / f"out-{name}"
                said = self.make("--from", name, "-o", f"{out}/")
                stills = sorted(out.glob("*.HEIC"))
                self.assertEqual(len(stills), len(lines), said)
                self.assertIn(count, (None, len(lines)))
                self.assertEqual(self.run_tool("verify", out).code, 0, self.last_run)
                for line in map(json.loads, lines):
                    self.assert_is_the_pair_of(line, out)

    def assert_is_the_pair_of(self, line, out):
        """The still is the picture that was on screen when the page said, and the pair is a good one."""
        video = NO_UTF8 if line["video"].startswith("file:") else line["video"]
        stem = line.get("output") or Path(video).stem
        still = out / (stem + ".HEIC")
        self.assertTrue(still.exists(), sorted(out.iterdir()))
        rate = 25 if line["video"].endswith("film.mp4") else 30
        shown = painting.read_barcode(decoders.still_rgb(still))
        self.assertEqual(shown, int(line["still"] * rate + 0.02), line)
        if line["video"].endswith("film.mp4"):  # other programs do not know what to make of the other names
            report = pair.check_pair(still, out / (stem + ".MOV"))
            self.assertTrue(report.good, report.problems)

    def test_its_covers_and_previews_are_the_pictures_of_their_times(self):
        need_browser()
        page = self.sheet("picks.html", clips.long_moving().path, clips.portrait(90).path)
        self.run_browser("covers.test.mjs", PICK_SHEET=page, PICK_OUT=self.folder)
        covers = json.loads((self.folder / "covers.json").read_text())
        self.assertGreater(len(covers), 3)
        for cover in covers:
            image = decoders.ffmpeg_picture(self.folder / cover["file"])
            rate = 30 if "turn" in cover["video"] else 25
            with self.subTest(cover["file"]):
                self.assertEqual(painting.read_barcode(image), int(cover["still"] * rate + 0.02), cover)
                if "turn" in cover["video"]:
                    self.assertLess(image.width, image.height, "it stands upright")

    def test_two_hundred_rows_stay_fluid(self):
        need_browser()
        video = self.copy(clips.long_moving(), "film.mp4")
        page = self.sheet("picks.html", video)
        text = page.read_text("utf-8")
        begin, end = text.index('<script type="text/plain"'), text.rindex("<script>")
        many = self.folder / "many.html"
        with many.open("w", encoding="utf-8") as file:
            file.write(text[:begin])
            for number in range(ROWS):
                row = text[begin:end].replace('"data-', f'"data-{number}-')
                file.write(row.replace("film.mp4", f"film {number}.mp4"))
            file.write(text[end:])
        print(f"  {ROWS} rows: {many.stat().st_size / 1e6:.0f} MB", flush=True)
        self.run_browser("many_videos.test.mjs", PICK_SHEET=many, PICK_ROWS=ROWS)

    def test_its_script_gives_the_advice_of_core(self):
        need_browser()
        cases = self.folder / "cases.jsonl"
        with cases.open("wb") as file:
            subprocess.run([os.environ["LIVEPHOTO_ADVICE_CASES"]], stdout=file, check=True)
        self.run_browser(
            "advice.test.mjs", ADVICE_CASES=cases, ADVICE_JS=harness.ROOT / "gst" / "tool" / "sheet" / "advice.js")

    def test_a_name_that_is_no_utf8_comes_back_as_it_was(self):
        page = self.sheet("picks.html", self.copy(clips.moving(), NO_UTF8))
        (video,) = moments_of(page).values()
        self.assertEqual(video["video"], f"file://{self.folder}/caf%E9.mp4")

    def test_a_video_that_is_none_is_left_out_with_a_sentence(self):
        (self.folder / "none.mp4").write_bytes(b"no video" * 100)
        page = self.sheet("picks.html", self.folder / "none.mp4", clips.moving().path, code=1)
        self.assertIn("none.mp4: ", self.said)
        self.assertEqual(list(moments_of(page)), ["moving.mp4"])

    def test_nothing_is_left_of_a_sheet_without_videos(self):
        (self.folder / "none.mp4").write_bytes(b"no video" * 100)
        self.sheet("picks.html", self.folder / "none.mp4", code=1)
        self.assertEqual(self.folder_listing(), ["none.mp4"])


class Faults(SheetTest):
    """What happens to a video's pictures happens in that video's process."""

    def setUp(self):
        super().setUp()
        harness.need_elements("faultydemux")
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.environment = {"TMPDIR": str(self.temporary)}

    def faulty(self, text):
        (self.folder / "bad.mp4").write_text(f"FAULTY {text}\n", encoding="ascii")
        self.copy(clips.moving(), "good.mp4")

    def check(self, text, message, *arguments):
        self.faulty(text)
        for sheet in ("picks.html", "sheet.png") if os.environ.get("LIVEPHOTO_HAS_PANGO") else ("picks.html",):
            with self.subTest(sheet):
                said = self.run_tool("suggest", "bad.mp4", "good.mp4", "--json", "--sheet", sheet, *arguments,
                                     environment=self.environment)
                self.assertEqual(said.code, 1, said)
                self.assertRegex(said.err, message)
                self.assertEqual({moment["video"] for moment in said.events()}, {"good.mp4"})
                self.assertTrue((self.folder / sheet).exists())
                self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual(list(moments_of(self.folder / "picks.html")), ["good.mp4"])

    def test_a_crash_costs_one_video(self):
        self.check("crash last", r"^bad\.mp4: GStreamer crashed on it \(Segmentation fault\); the other videos[^\n]*\n$")

    def test_a_hang_is_given_up_as_timeout_says(self):
        self.check("hang last", r"^bad\.mp4: nothing moved for 10 s, so it was given up; [^\n]*\n$", "--timeout", "10")

    def test_ctrl_c_ends_it_and_leaves_nothing(self):
        self.faulty("hang last")
        before = self.tree()
        process = self.start_tool(
            "suggest", "bad.mp4", "--sheet", "picks.html", "--timeout", "0",
            environment={**self.environment, "GST_DEBUG": "GST_ELEMENT_FACTORY:4"})
        for line in process.stderr:
            if b"x264enc" in line:  # only for a sheet is anything encoded
                break
        children = tool.children_of(process.pid)
        self.assertEqual(len(children), 1)

        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

        self.assertEqual(process.returncode, 130)
        self.assertEqual([child for child in children if tool.is_alive(child)], [])
        self.assertEqual(self.tree(), before)


class PictureSheet(SheetTest):

    # Where the first moment's cover is, and its film strip.
    COVER = (48, 124, 336, 252)
    TITLE = (48, 62, 600, 40)

    def setUp(self):
        super().setUp()
        if not os.environ.get("LIVEPHOTO_HAS_PANGO"):
            self.skipTest("built without Cairo and Pango")

    def drawn(self, *videos):
        return decoders.ffmpeg_picture(self.sheet("sheet.png", *videos))

    @staticmethod
    def part(image, left, top, width, height):
        rows = (image.data[3 * (y * image.width + left):3 * (y * image.width + left + width)]
                for y in range(top, top + height))
        return measures.Image(width, height, "rgb24", b"".join(rows), None)

    def test_it_shows_the_cover_of_each_moment(self):
        video = clips.moving().path
        image = self.drawn(video)
        self.assertEqual(image.width, 1600)
        self.assertGreater(image.height, 400)
        number = painting.read_barcode(self.part(image, *self.COVER))
        page = moments_of(self.sheet("picks.html", video))["moving.mp4"]
        self.assertEqual(number, int(page["moments"][0]["still"] / 1e9 * 30 + 0.02))

    def test_it_names_the_video_whatever_its_name_is(self):
        plain = self.part(self.drawn(self.copy(clips.moving(), "a.mp4")), *self.TITLE)
        for name in (Path(HOSTILE).name, NO_UTF8, "ein sehr langer Name " * 10 + ".mp4"):
            with self.subTest(name):
                title = self.part(self.drawn(self.copy(clips.moving(), name)), *self.TITLE)
                dark = sum(value < 100 for value in title.data[::3])
                self.assertGreater(dark, 1.5 * sum(value < 100 for value in plain.data[::3]))

    def test_a_portrait_stands_upright(self):
        image = self.drawn(clips.portrait(90).path)
        # As high as the column is, in its middle.
        left, top, width, height = self.COVER
        narrow = round(height * 240 / 320)
        cover = self.part(image, left + (width - narrow) // 2, top, narrow, height)
        self.assertIsNotNone(painting.read_barcode(cover))

    def test_several_videos_stand_below_each_other(self):
        one = self.drawn(clips.moving().path)
        three = self.drawn(clips.moving().path, clips.silent().path, clips.portrait(90).path)
        self.assertGreater(three.height, 2 * one.height)

    def test_another_kind_of_file_is_refused(self):
        self.sheet("sheet.gif", clips.moving().path, code=2)
        self.assertIn('"', self.said)
        self.assertIn("ends in .png for a picture, in .html", self.said)


if __name__ == "__main__":
    harness.main()
