#!/usr/bin/env python3
"""The gallery rules pass real Live Photos and fail those that were broken on purpose, each for its own reason."""

import contextlib
import io

import broken
import gallery_rules
import harness


class GalleryRules(broken.RealPairTest):

    def setUp(self):
        self.copy(broken.LYCHEE)

    def verdicts(self):
        return {verdict.gallery: verdict for verdict in gallery_rules.judge(self.still, self.movie)}

    def assert_only(self, *galleries, why):
        """These galleries refuse the pair, for a reason that names `why`; the others take it."""
        verdicts = self.verdicts()
        self.assertEqual({name for name, verdict in verdicts.items() if not verdict.passed}, set(galleries), verdicts)
        for name in galleries:
            self.assertRegex(verdicts[name].why, why)

    def test_a_pair_from_a_telephone_passes_all_four(self):
        self.assert_only(why="")

    def test_a_pair_without_dates_passes_all_but_ente(self):
        self.copy(broken.GOLIVE)

        self.assert_only("ente", why="no date")

    def test_another_identifier_in_the_movie_fails_where_identifiers_count(self):
        self.change(self.movie, b"E905E6C6", b"E905E6C7")

        self.assert_only("Immich", "Nextcloud Memories", why="E905E6C6.*E905E6C7")

    def test_another_identifier_in_the_still_fails_where_identifiers_count(self):
        self.change(self.still, b"E905E6C6", b"F905E6C6")

        self.assert_only("Immich", "Nextcloud Memories", why="F905E6C6.*E905E6C6")

    def test_no_identifier_in_the_movie_fails_where_identifiers_count(self):
        self.change(self.movie, b"quicktime.content.identifier", b"quicktime.content.ydentifier")

        self.assert_only("Immich", "Nextcloud Memories", why="movie has no")

    def test_no_identifier_in_the_still_fails_where_identifiers_count(self):
        self.change(self.still, b"Apple iOS\0", b"Appel iOS\0")

        self.assert_only("Immich", "Nextcloud Memories", why="(still|photo) has no")

    def test_a_movie_that_is_not_quicktime_fails_in_memories(self):
        self.change(self.movie, b"ftypqt  \0\0\0\0qt  ", b"ftypmp42\0\0\0\0mp42")

        self.assert_only("Nextcloud Memories", why="not video/quicktime")

    def test_different_names_fail_where_names_count(self):
        self.movie = self.rename(self.movie, "IMG_0002.MOV")

        self.assert_only("PhotoPrism", "ente", why="names differ")

    def test_the_suffix_of_a_downloader_is_forgiven_by_ente_alone(self):
        self.movie = self.rename(self.movie, "IMG_0001_HEVC.MOV")
        self.assertFalse(self.verdicts()["ente"].passed, "ente strips _HVEC, as it spells it, not _HEVC")

        self.movie = self.rename(self.movie, "IMG_0001_HVEC.MOV")

        self.assert_only("PhotoPrism", why="names differ")

    def test_an_mp4_suffix_fails_in_photoprism(self):
        self.movie = self.rename(self.movie, "IMG_0001.mp4")

        self.assert_only("PhotoPrism", why="suffix is .mp4")

    def test_a_still_whose_suffix_lies_fails_in_photoprism(self):
        self.still = self.rename(self.still, "IMG_0001.HEIC")

        self.assert_only("PhotoPrism", why="neither HEIC nor JPEG")

    def test_another_folder_fails_in_photoprism(self):
        (self.folder / "movies").mkdir()
        self.movie = self.movie.rename(self.folder / "movies" / self.movie.name)

        self.assert_only("PhotoPrism", why="different folders")

    def test_a_long_movie_fails_in_photoprism(self):
        duration = (740).to_bytes(4, "big")
        self.change(self.movie, b"\0\0\x02\x58" + duration + b"\0\1\0\0\1\0", b"\0\0\x02\x58\0\0\x07\x45\0\1\0\0\1\0")

        self.assert_only("PhotoPrism", why="lasts 3.1.* more than 3.1")

    def test_dates_ten_days_apart_fail_in_ente(self):
        self.change(self.movie, b"2021-04-10T11:43:59", b"2021-04-20T11:43:59")

        self.assert_only("ente", why="a day or more apart")

    def test_a_still_beyond_20_mib_fails_in_ente(self):
        with open(self.still, "ab") as file:
            file.write(bytes(20 * 1024 * 1024))

        self.assert_only("ente", why="more than 20 MiB")

    def command_line(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = gallery_rules.main([str(argument) for argument in arguments])
        return code, said.getvalue()

    def test_the_command_prints_four_passes_and_ends_with_0(self):
        code, said = self.command_line(self.still, self.movie)

        self.assertEqual((code, said.count("PASS"), said.count("FAIL")), (0, 4, 0), said)

    def test_the_command_ends_with_1_when_one_gallery_fails(self):
        self.copy(broken.GOLIVE)

        code, said = self.command_line(self.still, self.movie)

        self.assertEqual((code, said.count("PASS"), said.count("FAIL")), (1, 3, 1), said)

    def test_the_command_fails_on_files_that_are_not_there(self):
        code, said = self.command_line(self.folder / "none.HEIC", self.folder / "none.MOV")

        self.assertEqual(code, 1)
        self.assertIn("FAIL", said)


if __name__ == "__main__":
    harness.main()
