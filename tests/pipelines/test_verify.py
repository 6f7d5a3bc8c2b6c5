#!/usr/bin/env python3
"""What our own checks say of pairs is what the galleries' rules say, on good pairs, fakes, and cameras' pairs."""

import concurrent.futures
import os
import subprocess
import sys
import unittest
from pathlib import Path

import broken
import gallery_rules
import harness
import programs

GALLERIES = {"Immich": "immich", "PhotoPrism": "photoprism", "Nextcloud Memories": "memories", "ente": "ente"}
CONSUMER_RULES = harness.SHARED / "tools" / "consumer_rules.py"

# Where we say fail, and a gallery that asks ExifTool or ffprobe may still join the files, or the reverse.
EVERY_GALLERY = set(GALLERIES.values())
KNOWN_DIFFERENCES = {
    "fragments": EVERY_GALLERY,  # we refuse the movie as a whole
    "movie-cut-off": EVERY_GALLERY,  # and this one
    "no-configuration": {"ente"},  # ffprobe refuses this one, we do not
}
# ... and where the short rules of ../shared/tools differ from the longer ones, which name their sources.
KNOWN_OF_SHORTER = {"jpeg-named-heic": {"photoprism"}}  # it goes by the still's suffix as well as by its content


def verdicts(*arguments):
    """{name: (still, movie, {profile: verdict})} of the pairs that the program makes or is given."""
    program = os.environ.get("LIVEPHOTO_PAIR_VERDICTS")
    if not program:
        raise unittest.SkipTest("LIVEPHOTO_PAIR_VERDICTS is not set; run this test by meson")
    output = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True)
    found = {}
    for line in output.stdout.splitlines():
        name, still, movie, *said = line.split("\t")
        found[name] = Path(still), Path(movie), dict(entry.split("=") for entry in said)
    return found


def longer_rules(still, movie):
    """{gallery: passes} by gallery_rules.py; a file that a reader refuses is in no gallery."""
    said = {}
    for rule in gallery_rules.GALLERIES:
        try:
            verdict = rule(str(still), str(movie))
            said[GALLERIES[verdict.gallery]] = verdict.passed, verdict.why
        except programs.ReaderError as error:
            said[rule.__name__] = False, str(error)
    return said


def shorter_rules(still, movie):
    output = subprocess.run(
        [sys.executable, CONSUMER_RULES, still, movie], capture_output=True, text=True, check=False)
    lines = [line.split(" ", 2) for line in output.stdout.splitlines()]
    if "Traceback" in output.stderr:
        return {gallery: (False, "a reader refuses a file") for gallery in GALLERIES.values()}
    return {gallery: (word == "PASS", why) for word, gallery, why in lines}


class Verify(harness.PipelineTest):
    elements = ()

    def setUp(self):
        super().setUp()
        programs.need("exiftool")
        programs.need("ffprobe")

    def assert_agreement(self, found, rules, known=()):
        disagreements = []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = pool.map(lambda pair: rules(pair[0], pair[1]), found.values())
            for (name, (_, _, said)), answer in zip(found.items(), answers):
                self.assertEqual(set(answer), EVERY_GALLERY, name)
                for gallery, (passes, why) in answer.items():
                    if (said[gallery] != "fail") != passes and gallery not in dict(known).get(name, ()):
                        disagreements.append(f"{name}: {gallery}: we say {said[gallery]}, the rules {passes}: {why}")
        self.assertFalse(disagreements, "\n" + "\n".join(disagreements))

    def fakes(self):
        found = verdicts("--fakes", self.folder)
        self.assertGreater(len(found), 40)
        return found

    def test_our_fakes_are_real_movies_where_nothing_is_wrong(self):
        still, movie, said = self.fakes()["good"]

        self.assertEqual(set(said.values()) - {"pass"}, {"warn"}, "the web's alone")
        self.assertEqual(said["apple"], "pass")
        decoded = programs.execute(["ffmpeg", "-v", "error", "-i", str(movie), "-f", "null", "-"])
        self.assertEqual((decoded.code, decoded.stderr), (0, ""))
        self.assertEqual(set(passes for passes, _ in longer_rules(still, movie).values()), {True})

    def test_agrees_with_the_galleries_rules_on_every_fake(self):
        self.assert_agreement(self.fakes(), longer_rules, KNOWN_DIFFERENCES)

    def test_agrees_with_the_shared_rules_on_every_fake(self):
        if not CONSUMER_RULES.is_file():
            self.skipTest(f"no {CONSUMER_RULES}")
        self.assert_agreement(self.fakes(), shorter_rules, KNOWN_DIFFERENCES | KNOWN_OF_SHORTER)

    def camera_pairs(self):
        if not harness.LIVEPHOTOS.is_dir():
            self.skipTest(f"no real Live Photos in {harness.LIVEPHOTOS}")
        stills = sorted(path for path in harness.LIVEPHOTOS.iterdir() if path.suffix in (".heic", ".jpg"))
        return {still.stem: verdicts(still, still.with_suffix(".mov"))["given"] for still in stills}

    def test_pairs_that_cameras_made_pass(self):
        found = self.camera_pairs()

        for name in (broken.LYCHEE[0], broken.GOLIVE[0]):
            self.assertNotEqual(found[Path(name).stem][2]["apple"], "fail", name)

    def test_agrees_with_both_on_pairs_of_others(self):
        found = self.camera_pairs()

        self.assert_agreement(found, longer_rules)
        if not CONSUMER_RULES.is_file():
            self.skipTest(f"no {CONSUMER_RULES}")
        self.assert_agreement(found, shorter_rules)


class Remuxed(broken.RealPairTest):
    """What programs that do not know Live Photos leave of one."""

    def test_a_copy_by_ffmpeg_fails_here_and_in_galleries(self):
        self.copy(broken.LYCHEE)
        programs.need("ffmpeg")
        copy = self.movie.with_name("copy.mov")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", self.movie, "-map", "0", "-c", "copy", copy], check=True,
            stdin=subprocess.DEVNULL)
        copy.replace(self.movie)

        _, _, said = verdicts(self.still, self.movie)["given"]

        self.assertEqual(said["apple"], "fail")
        for gallery, (passes, why) in longer_rules(self.still, self.movie).items():
            self.assertEqual(said[gallery] != "fail", passes, f"{gallery}: {why}")

    def test_metadata_by_ffmpeg_is_in_the_wrong_place(self):
        self.copy(broken.LYCHEE)
        programs.need("ffmpeg")
        copy = self.movie.with_name("copy.mov")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", self.movie, "-c", "copy", "-movflags", "use_metadata_tags", copy],
            check=True, stdin=subprocess.DEVNULL)
        copy.replace(self.movie)

        _, _, said = verdicts(self.still, self.movie)["given"]

        self.assertEqual(said["apple"], "fail")
        self.assertEqual(said["immich"], "pass", "exiftool finds the identifier there")
        for gallery, (passes, why) in longer_rules(self.still, self.movie).items():
            self.assertEqual(said[gallery] != "fail", passes, f"{gallery}: {why}")


if __name__ == "__main__":
    harness.main()
