#!/usr/bin/env python3
"""The applications of examples/embedding, built and run as their readers would: a pair, or one sentence."""

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

import clips
import harness
import programs

EXAMPLES = harness.ROOT / "examples" / "embedding"
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that has Debian's PyGObject


class Application(harness.PipelineTest):
    elements = ("livephotosink", "avdec_h264")

    def run_on(self, source, *arguments):
        return subprocess.run(
            [*self.command(), str(source), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)

    def command(self):
        raise unittest.SkipTest("the tests are in the classes below")

    def test_it_makes_a_pair_and_names_its_files(self):
        done = self.run_on(clips.moving().path, self.folder / "P", "1")

        self.assertEqual((done.returncode, done.stderr), (0, ""))
        made = harness.Pair(None, self.folder / "P.HEIC", self.folder / "P.MOV")
        self.assertEqual(done.stdout.split(), [str(made.still), str(made.movie)])
        self.assert_good(made)

    def test_what_fails_is_one_sentence_and_leaves_nothing(self):
        done = self.run_on(clips.text().path, self.folder / "P")

        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1))
        self.assertEqual(self.folder_listing(), [])

    def test_ctrl_c_leaves_nothing(self):
        with subprocess.Popen([*self.command(), str(clips.long_moving().path), str(self.folder / "P"), "60"]) as process:
            while not self.folder_listing() and process.poll() is None:
                time.sleep(0.01)  # until it has begun: its files are there, without their names
            process.send_signal(signal.SIGINT)
            status = process.wait(timeout=60)
        left = {1: [], 0: ["P.HEIC", "P.MOV"]}  # it may have been quicker
        self.assertEqual(self.folder_listing(), left.get(status), f"after exit status {status}")


class InCpp(Application):

    def command(self):
        programs.need("make")
        program = self.folder.with_name(self.folder.name + "-program")
        if not program.exists():
            subprocess.run(
                ["make", "--silent", "-C", str(EXAMPLES), f"OUTPUT={program}", "CXXFLAGS=-Wall -Wextra -Werror"],
                check=True, capture_output=True)
            self.addCleanup(os.unlink, program)
        return [str(program)]


class InPython(Application):

    def command(self):
        found = subprocess.run([DEBIAN_PYTHON, "-c", "import gi; gi.require_version('Gst', '1.0')"], check=False,
                               capture_output=True)
        if not Path(DEBIAN_PYTHON).exists() or found.returncode != 0:
            self.skipTest("no PyGObject with GStreamer's introspection data (python3-gi, gir1.2-gstreamer-1.0)")
        return [DEBIAN_PYTHON, str(EXAMPLES / "live_photo.py")]


if __name__ == "__main__":
    del Application  # its tests are in the classes that inherit it
    harness.main()
