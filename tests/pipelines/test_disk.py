#!/usr/bin/env python3
"""Folders that cannot take a pair: what was in them stays, nothing of ours is left, and one sentence says why."""

import os
import shutil
import subprocess
import time

import clips
import harness
import programs
import tool
from harness import SECOND

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
OLDER = {"P.HEIC": "the older still", "P.MOV": "the older movie"}


class Disk:
    """For each of the two that write pairs; the pair goes into self.disk.

    `command(seconds)` is what makes disk/P, replacing what is there; of so many seconds, which take a while.
    """

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def write(self, before=(), seconds=None):
        return subprocess.run(
            [*before, *self.command(seconds)], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8"})

    def refused(self, message, **options):
        done = self.write(**options)
        self.assertNotEqual(done.returncode, 0, done)
        self.assertRegex(done.stderr, message)

    def put_older(self):
        for name, text in OLDER.items():
            (self.disk / name).write_text(text, encoding="ascii")

    def listing(self):
        return sorted(path.name for path in self.disk.iterdir())

    def assert_older(self):
        self.assertEqual(self.listing(), sorted(OLDER))
        self.assertEqual({name: (self.disk / name).read_text(encoding="ascii") for name in OLDER}, OLDER)

    def mount(self, options):
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small file system")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.disk], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"cannot mount: {done.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False, capture_output=True)

    def test_a_full_disk(self):
        """It is full at the first byte, in the movie, between the two, in the still; then it is not."""
        made = False
        for kib in (12, 64, 140, 152, 160, 168, 176, 184, 192, 256):
            with self.subTest(f"{kib} KiB"):
                self.mount(f"size={kib}k")
                self.put_older()
                done = self.write()
                made = done.returncode == 0
                if made:
                    self.assertEqual(self.listing(), sorted(OLDER))
                    self.assertGreater((self.disk / "P.MOV").stat().st_size, 100_000)
                else:
                    self.assertRegex(done.stderr, r"(?i)no space left|disk is full|out of space")
                    self.assert_older()
                subprocess.run(["umount", self.disk], check=True)
        self.assertTrue(made)

    def test_a_disk_that_is_mounted_to_be_read(self):
        self.mount("size=1m")
        self.put_older()
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)

        self.refused("(?i)read-only file system")

        self.assert_older()

    def test_a_folder_that_may_not_be_written(self):
        before = ()
        if os.geteuid() == 0:
            programs.need("setpriv")
            before = NOBODY
            self.folder.chmod(0o755)
        self.put_older()
        self.disk.chmod(0o555)

        self.refused("(?i)may not be written", before=before)

        self.assert_older()

    def test_a_folder_has_the_name_of_the_still(self):
        (self.disk / "P.HEIC").mkdir()
        (self.disk / "P.MOV").write_text("older", encoding="ascii")

        self.refused(r"P\.HEIC")

        self.assertEqual(self.listing(), ["P.HEIC", "P.MOV"])
        self.assertEqual((self.disk / "P.MOV").read_text(encoding="ascii"), "older")

    def test_files_that_may_not_be_written_are_replaced_all_the_same(self):
        """As by any program that renames: it is the folder that must be writable."""
        self.put_older()
        for name in OLDER:
            (self.disk / name).chmod(0o444)

        self.assertEqual(self.write().returncode, 0)

        self.assert_good(self.pair("disk/P"))
        self.assertEqual(self.listing(), sorted(OLDER))

    def interfere(self, interference):
        """While the files are there without their names."""
        process = subprocess.Popen(
            self.command(seconds=60), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)
        end = time.monotonic() + 60
        while len([name for name in self.listing() if name.startswith(".")]) < 2:
            self.assertIsNone(process.poll(), "it ended too early")
            self.assertLess(time.monotonic(), end)
            time.sleep(0.005)
        interference()
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def test_a_folder_that_is_removed_meanwhile(self):
        code, _, err = self.interfere(lambda: shutil.rmtree(self.disk))

        self.assertNotEqual(code, 0)
        self.assertRegex(err, 'Cannot write "disk/P": its folder has been moved or removed meanwhile')
        self.assertFalse(self.disk.exists())

    def test_a_folder_that_is_moved_and_replaced_meanwhile(self):
        def move():
            self.disk.rename(self.folder / "moved")
            self.disk.mkdir()
            self.put_older()
        self.interfere(move)

        self.assert_older()
        left = sorted(path.name for path in (self.folder / "moved").iterdir())
        self.assertIn(left, ([], sorted(OLDER)))

    def test_a_target_that_becomes_a_folder_meanwhile(self):
        code, _, _ = self.interfere(lambda: (self.disk / "P.HEIC").mkdir())

        self.assertNotEqual(code, 0)
        self.assertEqual(self.listing(), ["P.HEIC"])


class ByTheSink(Disk, tool.ToolTest):

    def command(self, seconds=None):
        source, options = clips.moving().path, {"duration": 3 * SECOND}
        if seconds:
            source, options = clips.long_moving().path, {"decode": "decodebin", "duration": seconds * SECOND}
        line = harness.sink_line(source, "disk/P.HEIC", None, start=0, still_time=None, **options)
        return ["gst-launch-1.0", "-q", *line]


class ByTheTool(Disk, tool.ToolTest):

    def command(self, seconds=None):
        options = ["--start", "0", "--force", "-o", "disk/P"]
        if seconds:
            return [tool.PROGRAM, "make", clips.long_moving().path, "--exact", "--duration", str(seconds), *options]
        return [tool.PROGRAM, "make", clips.moving().path, *options]

    def refused(self, message, **options):
        done = self.write(**options)
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), done)
        self.assertRegex(done.stderr, message)

    def test_what_exists_is_kept_without_force(self):
        self.put_older()

        said = self.make(clips.moving().path, "--start", "0", "-o", "disk/P", code=1)

        self.assertRegex(said.err, r"^disk/P\.HEIC exists, made from another video .*\n$")
        self.assert_older()


if __name__ == "__main__":
    harness.main()
