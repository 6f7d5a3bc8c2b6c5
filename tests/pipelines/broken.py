"""Copies of the real Live Photos, whole or broken on purpose, on which the judges are judged."""

import shutil
import tempfile
import unittest
from pathlib import Path

import harness

GOLIVE = ("golive-wallpaper.heic", "golive-wallpaper.mov")  # without dates
LYCHEE = ("lychee-iphone6s-train.jpg", "lychee-iphone6s-train.mov")  # complete, from a telephone


class RealPairTest(unittest.TestCase):
    """Copies a real pair as IMG_0001 into a folder of its own; `change` and `rename` break it."""

    def copy(self, names):
        if not harness.LIVEPHOTOS.is_dir():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")
        self.folder = Path(tempfile.mkdtemp(prefix="livephoto-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for attribute, name in zip(("still", "movie"), names):
            target = self.folder / ("IMG_0001" + Path(name).suffix.upper())
            shutil.copyfile(harness.LIVEPHOTOS / name, target)
            setattr(self, attribute, target)

    def change(self, path, old, new):
        """Replaces bytes by as many others; that they were there is part of the test."""
        data = path.read_bytes()
        self.assertIn(old, data)
        self.assertEqual(len(old), len(new))
        path.write_bytes(data.replace(old, new))

    def rename(self, path, name):
        return path.rename(path.with_name(name))
