"""The core alone, installed and used as a stranger would: examples/core-join makes a pair that every reader accepts."""

import os
import pathlib
import subprocess
import unittest

import harness
import pair
import programs

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "core-join"
WIDTH, HEIGHT = 320, 240


class CoreJoin(harness.PipelineTest):
    elements = ()

    def installed(self):
        """A folder into which the build was installed, and the environment to build against it."""
        programs.need("meson")
        programs.need("make")
        build = os.environ.get("LIVEPHOTO_BUILD_ROOT")
        if not build:
            self.skipTest("LIVEPHOTO_BUILD_ROOT is not set; run this test by meson")
        root = self.folder / "root"
        subprocess.run(
            ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", str(root)],
            check=True, capture_output=True)
        [configuration] = root.rglob("livephoto-1.0.pc")
        environment = dict(
            os.environ, PKG_CONFIG_PATH=str(configuration.parent), PKG_CONFIG_SYSROOT_DIR=str(root),
            LD_LIBRARY_PATH=str(configuration.parent.parent))
        return root, environment

    def test_its_source_is_short_enough_to_read(self):
        self.assertLessEqual(len((EXAMPLE / "core_join.cpp").read_text().splitlines()), 80)

    def test_it_needs_no_gstreamer(self):
        _, environment = self.installed()
        wanted = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "livephoto-1.0"], env=environment, check=True,
            capture_output=True, text=True).stdout
        self.assertNotIn("gst", wanted.replace("gst-livephoto", ""))

    def test_built_outside_the_tree_it_makes_a_pair_for_every_reader(self):
        _, environment = self.installed()
        program = self.folder / "core-join"
        subprocess.run(
            ["make", "--silent", "-C", str(EXAMPLE), f"OUTPUT={program}"], env=environment, check=True,
            capture_output=True)
        stream, picture = self.folder / "in.h264", self.folder / "in.i420"
        programs.read_with(
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=30:d=2",
            "-c:v", "libx264", "-bf", "0", "-x264-params", "slices=1", "-pix_fmt", "yuv420p", str(stream))
        programs.read_with(
            "ffmpeg", "-v", "error", "-r", "30", "-i", str(stream), "-vf", "select=eq(n\\,30)", "-frames:v", "1",
            "-f", "rawvideo", str(picture))
        subprocess.run(
            [str(program), str(stream), str(picture), str(WIDTH), str(HEIGHT), str(self.folder / "J")],
            env=environment, check=True)
        report = pair.check_pair(
            self.folder / "J.HEIC", self.folder / "J.MOV", pair.Expectation(galleries=False))
        self.assertEqual(report.problems, [])
        self.assertEqual(report.facts["marker"], 1)


if __name__ == "__main__":
    harness.main()
