#!/usr/bin/env python3
"""The judge of pairs takes real Live Photos and refuses those that were broken on purpose."""

import contextlib
import io
import os
import unittest
import unittest.mock
from fractions import Fraction

import broken
import harness
import pair


class Judgement(broken.RealPairTest):
    """check_pair() on a real pair of a movie of 60 fps and its frame at 0.5 s."""

    real = pair.Expectation(only_marker=False, galleries=False, same_picture=False)

    def setUp(self):
        self.copy(broken.GOLIVE)

    def problems(self, *asked, expected=real):
        """What the readers complain of; these, or all of them."""
        named = {"asked": ("exiftool", "ffprobe", *asked)} if asked else {}
        return "\n".join(pair.check_pair(self.still, self.movie, expected, **named).problems)

    def test_a_real_pair_is_good(self):
        report = pair.check_pair(self.still, self.movie, pair.Expectation(only_marker=False, galleries=False))

        self.assertEqual(report.problems + report.skipped, [])
        self.assertEqual(report.facts["identifier"], "8AC6ED87-AD3A-41B1-95BC-B9F93B8BE460")
        self.assertEqual(report.facts["marker"], Fraction(1, 2))
        self.assertEqual((report.facts["width"], report.facts["height"]), (1080, 1920))
        self.assertGreater(report.facts["ssim"], 0.97)

    def test_a_telephones_pair_is_good_for_a_camera(self):
        self.copy(broken.LYCHEE)

        self.assertEqual(self.problems(expected=pair.CAMERA), "")

    def test_a_telephones_pair_is_not_as_the_project_writes_it(self):
        self.copy(broken.LYCHEE)

        problems = self.problems(expected=pair.Expectation())

        for complaint in (
                "2 mebx streams", "9 bytes, not 105", "1104 bytes, not 69", "no frame is presented at the marker"):
            self.assertIn(complaint, problems)

    def test_a_gallery_that_refuses_is_a_problem_where_galleries_count(self):
        self.assertIn("ente does not pair", self.problems("galleries", expected=pair.Expectation(only_marker=False)))

    def test_another_identifier_than_asked_for_is_a_problem(self):
        expected = pair.Expectation(identifier="ABC", only_marker=False)

        self.assertIn("asked for was ABC", self.problems("exiftool", expected=expected))

    def test_different_identifiers_are_a_problem(self):
        self.change(self.movie, b"8AC6ED87", b"8AC6ED88")

        self.assertRegex(self.problems("exiftool"), "exiftool.*identifiers differ")

    def test_a_missing_identifier_is_a_problem(self):
        self.change(self.movie, b"quicktime.content.identifier", b"quicktime.content.ydentifier")

        self.assertIn("no identifier in the movie", self.problems("exiftool"))

    def test_an_identifier_in_lower_case_is_a_problem(self):
        for path in (self.still, self.movie):
            self.change(path, b"8AC6ED87", b"8ac6ed87")

        self.assertIn("not an upper-case UUID", self.problems("exiftool"))

    def test_a_missing_marker_is_a_problem(self):
        self.change(self.movie, b"quicktime.still-image-time", b"quicktime.still-image-tyme")

        problems = self.problems("same picture", expected=pair.Expectation(only_marker=False))

        self.assertIn("no StillImageTime", problems)
        self.assertIn("no frame at the marker to compare", problems)

    def test_a_marker_of_another_value_is_a_problem(self):
        self.change(self.movie, b"\0\0\0\x09\0\0\0\x01\xff", b"\0\0\0\x09\0\0\0\x01\0")

        self.assertIn("StillImageTime is 0, not -1", self.problems("exiftool"))

    def test_a_marker_one_tick_beside_the_frame_is_a_problem(self):
        self.change(self.movie, b"\0\0\x01\x2c\xff\xff\xff\xff", b"\0\0\x01\x2d\xff\xff\xff\xff")

        self.assertIn("no frame is presented at the marker, 0.501667 s", self.problems("exiftool"))

    def test_a_marker_at_another_frame_is_a_problem(self):
        self.change(self.movie, b"\0\0\x01\x2c\xff\xff\xff\xff", b"\0\0\0\x14\xff\xff\xff\xff")

        problems = self.problems("same picture", expected=pair.Expectation(only_marker=False))

        self.assertRegex(problems, r"same picture.*SSIM 0\.[0-8]")

    def test_a_still_of_another_shape_is_a_problem(self):
        self.still.write_bytes((harness.LIVEPHOTOS / broken.LYCHEE[0]).read_bytes())

        problems = self.problems("libheif", "same picture", expected=pair.Expectation(only_marker=False))

        self.assertIn("4032x3024, the movie 1080x1920 in another shape", problems)
        self.assertRegex(problems, "same picture: WRONG: cannot compare")

    def test_another_brand_is_a_problem(self):
        self.change(self.movie, b"ftypqt  ", b"ftypisom")

        self.assertIn("major brand is 'isom'", self.problems("exiftool"))

    def test_hev1_is_a_problem(self):
        self.change(self.movie, b"hvc1", b"hev1")

        self.assertIn("neither avc1 nor hvc1", self.problems("exiftool"))

    def test_a_movie_without_its_index_is_a_problem_to_every_reader_of_movies(self):
        self.movie.write_bytes(self.movie.read_bytes()[:-4000])

        problems = self.problems("GStreamer")

        for reader in ("exiftool", "ffprobe", "GStreamer"):
            self.assertRegex(problems, f"(?m)^{reader}: WRONG")

    def test_a_still_with_half_its_bytes_is_a_problem(self):
        self.still.write_bytes(self.still.read_bytes()[:400_000])

        self.assertRegex(self.problems("libheif"), "libheif: WRONG")

    def test_another_makers_note_is_a_problem(self):
        self.change(self.still, b"Apple iOS\0", b"Appel iOS\0")

        problems = self.problems("exiv2")

        self.assertRegex(problems, "exiv2: WRONG: the MakerNote begins with")
        self.assertIn("no identifier in the still", problems)

    def test_a_reader_that_is_not_installed_is_a_skip_that_names_it(self):
        with unittest.mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            report = pair.check_pair(self.still, self.movie, self.real)

        self.assertEqual(len(report.skipped), len(pair.CHECKS) - 1)
        self.assertRegex(report.skipped[0], "exiftool.* is not installed")

    def test_the_command_line_names_identifier_marker_and_readers(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            pair.main([str(self.still), str(self.movie)])

        for words in ("8AC6ED87-AD3A-41B1-95BC-B9F93B8BE460", "marker      0.500000 s", "1080x1920", "exiftool"):
            self.assertIn(words, said.getvalue())


if __name__ == "__main__":
    harness.main()
