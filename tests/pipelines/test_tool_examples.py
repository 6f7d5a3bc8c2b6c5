#!/usr/bin/env python3
"""The scripts of examples/ that run gst-livephoto-1.0: the first one, over a folder again and again, on a cluster."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import clips
import harness
import slurm
import tool

EXAMPLES = harness.ROOT / "examples"


class ExampleTest(tool.ToolTest):

    def run_script(self, *arguments, code=0, environment=None):
        done = subprocess.run(
            list(map(str, arguments)), cwd=self.folder, capture_output=True, text=True, check=False, timeout=300,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done


class Quickstart(ExampleTest):
    """With what is built already: meson does nothing here."""

    def setUp(self):
        super().setUp()
        self.programs = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.programs)
        (self.programs / "meson").write_text("#!/bin/sh\n")
        (self.programs / "meson").chmod(0o755)

    def quickstart(self, *arguments, code=0):
        build = Path(shutil.which("gst-livephoto-1.0")).parents[2]
        return self.run_script(
            EXAMPLES / "quickstart.sh", "--no-install", *arguments, code=code,
            environment={"PATH": f"{self.programs}:{os.environ['PATH']}", "LIVEPHOTO_BUILD": str(build)})

    def test_a_clip_of_its_own(self):
        done = self.quickstart()

        self.assertEqual(self.folder_listing(), ["live-photo.HEIC", "live-photo.MOV"])
        self.assertIn("picture unchanged", done.stdout)
        self.assertIn("already made, skipped", self.quickstart().stdout)
        self.assertRegex(done.stdout, r"agreed +exiftool, ffprobe, GStreamer, libheif, exiv2, mediainfo")

    def test_a_video_into_a_new_folder_from_a_time_on(self):
        self.copy(clips.moving(), 'a "b"\nc.mp4')

        done = self.quickstart("--start", "0:01", "--duration", "1", 'a "b"\nc.mp4', "new/folder")

        self.assertEqual(sorted(path.name for path in (self.folder / "new" / "folder").iterdir()),
                         ['a "b"\nc.HEIC', 'a "b"\nc.MOV'])
        self.assertRegex(done.stdout, r"marker +0\.5\d* s of 1\.000 s")

    def test_what_is_there_is_replaced_only_when_asked(self):
        self.copy(clips.moving(), "a.mp4")
        self.quickstart("a.mp4")
        before = (self.folder / "a.MOV").read_bytes()

        refused = self.quickstart("--start", "1", "a.mp4", code=1)

        self.assertIn("exists, made from another video", refused.stderr)
        self.assertEqual((self.folder / "a.MOV").read_bytes(), before)
        self.quickstart("--start", "1", "--force", "a.mp4")
        self.assertNotEqual((self.folder / "a.MOV").read_bytes(), before)

    def test_what_is_wrong_is_a_sentence(self):
        (self.folder / "file").touch()
        (self.folder / "folder").mkdir()
        for arguments, sentence in (
                (["nix.mp4"], "there is no file nix.mp4"), (["folder"], "folder is not a file"),
                (["file", "file"], "file is not a folder"), (["--colour"], "there is no option --colour"),
                (["--start"], "--start needs a time"), (["a", "b", "c"], "takes a video and a folder")):
            with self.subTest(arguments=arguments):
                self.assertIn(sentence, self.quickstart(*arguments, code=1).stderr)


class OverAFolder(ExampleTest):
    script = EXAMPLES / "folder" / "live-photos.sh"

    def old_copy(self, name):
        an_hour_ago = time.time() - 3600
        os.utime(self.copy(clips.moving(), name), (an_hour_ago, an_hour_ago))

    def made(self):
        return sorted(str(path.relative_to(self.folder / "out")) for path in (self.folder / "out").rglob("*.HEIC"))

    def test_what_is_new_is_made(self):
        self.old_copy("in/day 1/it's.mp4")
        self.copy(clips.moving(), "in/still-copied.mp4")
        self.run_script(self.script, "in", "out", "--duration", "1")
        self.assertEqual(self.made(), ["day 1/it's.HEIC"])
        self.old_copy("in/new\nline.MOV")

        done = self.run_script(self.script, "in", "out", "--duration", "1")

        self.assertEqual(self.made(), ["day 1/it's.HEIC", "new\nline.HEIC"])
        self.assertRegex(done.stderr, r"(?m)^1 made, 1 skipped, in ")

    def test_the_pairs_may_be_below_the_videos(self):
        self.old_copy("in/a.mp4")
        for _ in range(2):
            self.run_script(self.script, "in", "in/pairs")

        self.assertEqual(sorted(path.name for path in (self.folder / "in").rglob("*.*") if path.name != ".lock"),
                         ["a.HEIC", "a.MOV", "a.mp4"])

    def test_nothing_to_do(self):
        (self.folder / "in").mkdir()
        self.run_script(self.script, "in", "out")

    def test_what_fails_is_told(self):
        self.old_copy("in/a.mp4")
        (self.folder / "in" / "b.mp4").write_text("no video", encoding="ascii")
        os.utime(self.folder / "in" / "b.mp4", (0, 0))

        done = self.run_script(self.script, "in", "out", code=1)

        self.assertRegex(done.stderr, r"(?m)^b\.mp4: .*\.$")
        self.assertEqual(self.made(), ["a.HEIC"])

    def test_usage(self):
        self.assertIn("live-photos.sh VIDEOS OUT", self.run_script(self.script, code=2).stderr)


class OverACluster(ExampleTest):
    script = EXAMPLES / "slurm" / "live-photos.sh"

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="livephoto-slurm-")  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.cluster = slurm.Cluster(folder.name)
        self.addCleanup(self.cluster.stop)

    def run_script(self, *arguments, **options):
        return super().run_script(*arguments, environment={**self.cluster.environment, "SBATCH_WAIT": "1"}, **options)

    def tearDown(self):
        for log in sorted((self.folder / "out" / "logs").glob("*.txt")):
            if log.stat().st_size:
                print(f"--- {log.name}\n{log.read_text()}")
        super().tearDown()

    def report(self):
        lines = [json.loads(line) for line in (self.folder / "out" / "report.jsonl").read_text().splitlines()]
        return {Path(line["output"]).name: line["event"] for line in lines[:-1]}, lines[-1]

    def test_cut_run_resume_and_report(self):
        self.copy(clips.moving(), "videos/a b.mp4")
        moments = [{"video": "videos/a b.mp4", "start": start / 2, "duration": 1, "output": f"moment {start}"}
                   for start in range(6)]
        moments += [{"video": "videos/late.mp4", "start": 0, "output": "late"}]  # not copied yet
        (self.folder / "list.jsonl").write_text("\n".join(map(json.dumps, moments)) + "\n", encoding="utf-8")

        self.run_script(self.script, "begin", "list.jsonl", "out", "3", "--jpeg", code=1)
        events, summary = self.report()
        self.assertEqual(events, {**{f"moment {start}": "made" for start in range(6)}, "late": "failed"})
        self.assertEqual((summary["made"], summary["failed"]), (6, 1))
        for start in range(6):
            self.assert_good(self.pair(f"out/pairs/moment {start}", ".JPG"))

        self.copy(clips.moving(), "videos/late.mp4")
        self.run_script(self.script, "resume", "out", "3")
        events, summary = self.report()
        self.assertEqual((events["late"], summary["made"], summary["failed"]), ("made", 7, 0))

        self.run_script(self.script, "begin", "list.jsonl", "out", "2", "--jpeg")
        self.assertEqual((self.report()[1]["skipped"], self.report()[1]["made"]), (7, 0))

    def test_a_task_that_is_lost_is_resumed(self):
        self.copy(clips.moving(), "a.mp4")
        moments = [{"video": "a.mp4", "start": start, "duration": 1, "output": str(start)} for start in range(3)]
        (self.folder / "list.jsonl").write_text("\n".join(map(json.dumps, moments)) + "\n", encoding="utf-8")
        self.run_script(self.script, "begin", "list.jsonl", "out", "3")
        # As if a node had been lost before it made its part.
        for report in (self.folder / "out" / "reports").iterdir():
            if '"output":"out/pairs/1"' in report.read_text():
                report.unlink()
        for path in (self.folder / "out" / "pairs").glob("1.*"):
            path.unlink()

        self.run_script(self.script, "resume", "out", "3")

        self.assertEqual(self.report()[0], {"0": "made", "1": "made", "2": "made"})
        self.assert_good(self.pair("out/pairs/1"))

    def test_two_moments_of_one_name_are_refused_before_anything_is_submitted(self):
        self.copy(clips.moving(), "a.mp4")
        line = json.dumps({"video": "a.mp4", "output": "same"}) + "\n"
        (self.folder / "list.jsonl").write_text(line * 2, encoding="utf-8")

        done = self.run_script(self.script, "begin", "list.jsonl", "out", "2", code=2)

        self.assertIn("would both become", done.stderr)


if __name__ == "__main__":
    harness.main()
