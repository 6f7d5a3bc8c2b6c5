#!/usr/bin/env python3
"""Date, place and device of the source are in still and movie, equal by every reader, and each picture has its own date."""

import datetime
import os
import re
import shutil
from fractions import Fraction

import clips
import harness
import pair
import programs
import readers
import test_shared_media
from harness import SECOND

VIDEOS = test_shared_media.VIDEOS
GALLERIES = pair.Expectation(galleries=False)


def when(text):
    """An Exif or ISO date with a zone, as an instant and its offset in minutes."""
    match = re.match(r"(\d{4})[:-](\d\d)[:-](\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$", text.strip())
    if not match:
        raise AssertionError(f"no date: {text}")
    zone = match[8] or "Z"
    minutes = 0 if zone == "Z" else (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 60 + int(zone[-2:]))
    moment = datetime.datetime(*(int(match[part]) for part in range(1, 7)))
    moment += datetime.timedelta(seconds=float(match[7] or 0), minutes=-minutes)
    return moment, minutes


def seconds_between(first, second):
    return (second - first).total_seconds()


class MetadataTest(harness.PipelineTest):

    def dates(self, made):
        """{reader: (instant, offset or None where the reader tells none)}, of the still and of the movie."""
        still, movie = readers.exiftool(made.still), readers.exiftool(made.movie)
        of_still = {
            "exiftool": when(readers.tag(still, "SubSecDateTimeOriginal")),
            "exiv2": when(self.by_exiv2(made.still)),
        }
        tags = readers.ffprobe(made.movie)[1]["tags"]
        film = readers.mediainfo(made.movie)[0]
        of_movie = {
            "exiftool": when(readers.tag(movie, "CreationDate")),
            "ffprobe": when(tags["com.apple.quicktime.creationdate"]),
            "ffprobe, header": when(tags["creation_time"]),
            "mediainfo, header": when(film["Encoded_Date"].replace("UTC", "").strip() + "Z"),
        }
        return of_still, of_movie

    def by_exiv2(self, still):
        said = programs.execute([programs.need("exiv2"), "-pt", "-K", "Exif.Photo.DateTimeOriginal", "-K",
                                 "Exif.Photo.SubSecTimeOriginal", "-K", "Exif.Photo.OffsetTimeOriginal", str(still)])
        values = dict(re.findall(r"^Exif\.Photo\.(\w+)\s+\w+\s+\d+\s+(.*)$", said.stdout.decode(), re.MULTILINE))
        fraction = "." + values["SubSecTimeOriginal"].strip() if "SubSecTimeOriginal" in values else ""
        return values["DateTimeOriginal"].strip() + fraction + values.get("OffsetTimeOriginal", "").strip()

    def assert_dated(self, made, source, filmed, start, still, offset=None):
        """By every reader: as much later than the source as their frames are later than its first.

        `start` and `still` are seconds of the source's own time, `filmed` is its date.
        """
        times = readers.presentation_times(source)
        start, still = (times[harness.on_screen(times, time)] - times[0] for time in (start, still))
        of_still, of_movie = self.dates(made)
        for reader, (moment, minutes) in of_still.items():
            self.assert_close(Fraction(seconds_between(filmed, moment)), still, Fraction(1, 1000), f"the still, {reader}")
            if offset is not None:
                self.assertEqual(minutes, offset, f"the zone of the still, {reader}")
        for reader, (moment, minutes) in of_movie.items():  # in whole seconds
            self.assertEqual(seconds_between(filmed.replace(microsecond=0), moment), int(start), f"the movie, {reader}")
            if offset is not None and "header" not in reader:
                self.assertEqual(minutes, offset, f"the zone of the movie, {reader}")

    def places(self, made):
        """{reader: (latitude, longitude, altitude)}"""
        found = {}
        for name, path in (("still", made.still), ("movie", made.movie)):
            tags = readers.exiftool(path, "-c", "%.6f")
            found[f"exiftool, {name}"] = tuple(
                round(float(tags[f"Composite:GPS{part}"]), 4) if f"Composite:GPS{part}" in tags else None
                for part in ("Latitude", "Longitude"))
        text = readers.ffprobe(made.movie)[1]["tags"]["com.apple.quicktime.location.ISO6709"]
        match = re.match(r"([+-][\d.]+)([+-][\d.]+)", text)
        found["ffprobe, movie"] = tuple(round(float(part), 4) for part in match.groups())
        return found

    def assert_place(self, made, latitude, longitude):
        for reader, place in self.places(made).items():
            self.assertEqual(place, (latitude, longitude), reader)

    def recorded(self):
        """The ordinary clip as an iPhone's movie says what it is; the keys are exiftool's work."""
        path = self.folder / "recorded.mov"
        programs.read_with("ffmpeg", "-v", "error", "-y", "-i", clips.moving().path, "-map", "0", "-c", "copy", "-metadata",
                          "creation_time=2024-05-17T10:20:30Z", "-f", "mov", path)
        programs.read_with("exiftool", "-q", "-overwrite_original", *(f"-Keys:{key}={text}" for key, text in (
            ("CreationDate", "2024:05:17 12:20:30+02:00"), ("GPSCoordinates#", "51.3714 -0.1977 33.13"), ("Make", "Maker"),
            ("Model", "Model"), ("Software", "1.2"), ("Title", "A day"), ("Keywords", "sea,sand"))), path)
        return path


FILMED = datetime.datetime(2024, 5, 17, 10, 20, 30)


class Dates(MetadataTest):

    def test_five_picks_of_a_video_have_five_dates(self):
        for line in (harness.main_line, harness.lossless_line):
            for start in range(4):
                with self.subTest(line.__name__, start=start):
                    made = self.make(clips.moving(), f"P{start}", line=line, start=start * SECOND, duration=SECOND,
                                     still_time=round((start + 0.4) * SECOND))
                    self.assert_dated(made, clips.moving().path, FILMED, start, start + Fraction(4, 10))

    def test_matroska(self):
        made = self.make(clips.matroska("30"), start=SECOND, duration=SECOND, still_time=round(1.5 * SECOND))

        self.assert_dated(made, clips.matroska("30").path, FILMED, 1, Fraction(3, 2))

    def test_a_stream_that_does_not_begin_at_0(self):
        """The date is that of its first picture, whatever stream time that has."""
        path = clips.late_picture().path  # 1.5 s after its sound
        made = self.make(path, start=3 * SECOND, duration=SECOND, still_time=round(3.5 * SECOND))

        self.assert_dated(made, path, FILMED, 3, Fraction(7, 2))

    def test_a_source_without_a_date_has_its_files(self):
        path = self.folder / "undated.mp4"
        programs.read_with("ffmpeg", "-v", "error", "-y", "-i", clips.moving().path, "-map_metadata", "-1", "-c", "copy",
                          "-fflags", "+bitexact", path)
        os.utime(path, (1_600_000_000, 1_600_000_000))
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        run = harness.launch(harness.main_line(path, still, movie), messages=True)

        self.assert_ended_well(run)
        self.assertEqual(harness.field(harness.main_messages(run, "live-photo-selected")[0], "date-source"), "file")
        self.assert_dated(harness.Pair(run, still, movie), path, datetime.datetime(2020, 9, 13, 12, 26, 40), 1, 2)

    def test_a_source_with_a_date_says_so(self):
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        run = harness.launch(harness.main_line(clips.moving().path, still, movie), messages=True)

        self.assertEqual(harness.field(harness.main_messages(run, "live-photo-selected")[0], "date-source"), "source")


class OtherWriters(MetadataTest):
    """What ffmpeg leaves of a camera's movie, which GStreamer's demuxers read in part."""

    def remuxed(self, name, *options):
        path = self.folder / name
        programs.read_with("ffmpeg", "-v", "error", "-y", "-i", clips.moving().path, "-map_metadata", "-1", "-map", "0", "-c",
                          "copy", *options, path)
        os.utime(path, (1_600_000_000, 1_600_000_000))
        return path

    def taken(self, path, line=harness.lossless_line):
        """(pair, date-source, the date of the source's first picture by the movie's, to the second)"""
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        run = self.last_run = harness.launch(line(path, still, movie), messages=True)
        self.assert_ended_well(run)
        made = harness.Pair(run, still, movie)
        moment, zone = when(readers.tag(readers.exiftool(movie), "CreationDate"))
        # The clip begins at 1 s; in Matroska, the picture begins 0.02 s after the sound, and Apple's date has no fraction.
        if path.suffix == ".mkv":
            moment += datetime.timedelta(seconds=1)
        said = harness.field(harness.main_messages(run, "live-photo-selected")[0], "date-source")
        return made, said, (moment - datetime.timedelta(seconds=1), zone)

    def test_a_day_without_a_time_hides_no_better_date(self):
        path = self.remuxed("both.mp4", "-metadata", "date=2021-03-04", "-metadata", f"creation_time={clips.FILMED}")
        _, said, date = self.taken(path)
        self.assertEqual((said, date), ("source", (FILMED, 0)))

    def test_a_day_alone_has_noon(self):
        for name in ("day.mp4", "day.mkv"):
            with self.subTest(name):
                path = self.remuxed(name, "-metadata", ("DATE_RECORDED" if name.endswith("mkv") else "date") + "=2021-03-04")
                made, said, (moment, minutes) = self.taken(path)
                self.assertEqual(said, "source")
                self.assertEqual(moment + datetime.timedelta(minutes=minutes), datetime.datetime(2021, 3, 4, 12))
                self.assertEqual(when(readers.tag(readers.exiftool(made.still), "SubSecDateTimeOriginal"))[1], minutes)

    def test_a_year_alone_is_no_date(self):
        _, said, date = self.taken(self.remuxed("year.mp4", "-metadata", "date=2021"))
        self.assertEqual((said, date[0]), ("file", datetime.datetime(2020, 9, 13, 12, 26, 40)))

    def test_the_place_is_kept_wherever_it_stands(self):
        place = ("-metadata", "location=-33.8688+151.2093/")
        for name, options in (("loci.mp4", place), ("xyz.mov", place),
                              ("keys.mov", ("-movflags", "use_metadata_tags", "-metadata",
                                            "com.apple.quicktime.location.ISO6709=-33.8688+151.2093/"))):
            with self.subTest(name):
                made, _, _ = self.taken(self.remuxed(name, *options))
                for reader, (latitude, longitude) in self.places(made).items():
                    self.assert_close(latitude, -33.8688, 1e-4, f"{reader}: latitude")
                    self.assert_close(longitude, 151.2093, 1e-4, f"{reader}: longitude")

    def test_apples_keys_are_kept_where_a_remux_puts_them(self):
        keys = {"creationdate": "2024-05-17T12:20:30+0200", "make": "Maker", "model": "Model", "title": "A day"}
        options = [word for key, text in keys.items() for word in ("-metadata", f"com.apple.quicktime.{key}={text}")]
        for name, flags in (("keys.mov", ("-movflags", "use_metadata_tags")), ("keys.mkv", ())):
            with self.subTest(name):
                made, said, date = self.taken(self.remuxed(name, *flags, *options))
                self.assertEqual((said, date), ("source", (FILMED, 120)))
                for file in (made.still, made.movie):
                    found = readers.exiftool(file)
                    self.assertEqual([readers.tag(found, tag) for tag in ("Make", "Model", "Title")],
                                     ["Maker", "Model", "A day"])

    def test_it_can_be_left_out(self):
        path = self.remuxed("keys.mov", "-movflags", "use_metadata_tags", "-metadata",
                            "com.apple.quicktime.location.ISO6709=-33.8688+151.2093/", "-metadata",
                            "com.apple.quicktime.make=Maker")
        for option in ("strip=true", "strip-geo-location=true"):
            with self.subTest(option):
                made = self.make(path, option.split("=")[0], line=harness.lossless_line, select=(option,))
                for file in (made.still, made.movie):
                    found = readers.exiftool(file)
                    self.assertEqual([tag for tag in found if "GPS" in tag and "Version" not in tag], [])
                    self.assertEqual("Maker" in found.values(), option != "strip=true")


class Apple(MetadataTest):

    def test_all_that_an_iphone_says_is_in_the_pair(self):
        for line in (harness.main_line, harness.lossless_line):
            with self.subTest(line.__name__):
                made = self.make(self.recorded(), line=line)
                self.assert_good(made)
                self.assert_dated(made, clips.moving().path, FILMED, 1, 2, offset=120)
                self.assert_place(made, 51.3714, -0.1977)
                still, movie = readers.exiftool(made.still), readers.exiftool(made.movie)
                for tag, wanted in (("Make", "Maker"), ("Model", "Model")):
                    self.assertEqual((readers.tag(still, tag), readers.tag(movie, tag)), (wanted, wanted))
                self.assertEqual(str(readers.tag(still, "Software")), "1.2")
                self.assertEqual(str(readers.tag(movie, "Software")), "1.2")
                self.assertEqual(readers.tag(still, "ImageDescription"), "A day")
                self.assertEqual(readers.tag(movie, "Title"), "A day")
                self.assertEqual(readers.tag(movie, "Keywords"), "sea, sand")
                self.assertEqual((still["XMP-dc:Title"], still["XMP-dc:Subject"]), ("A day", ["sea", "sand"]))

    def test_texts_are_equal_in_both_files(self):
        """By every reader of them, whatever XML has other uses for."""
        title = "\u201eEin Tag\u201c & <b>\"noch 'einer'\"</b> ]]> \u6771\u4eac \U0001f338"
        texts = {"Title": title, "Description": f"lang=\"de\" {title}\nand a line", "Keywords": ["sea", "a & b", title]}
        path = self.folder / "texts.mov"
        shutil.copyfile(clips.moving().path, path)
        programs.read_with("exiftool", "-q", "-overwrite_original", *(f"-Keys:{key}={text}" for key, text in (
            ("Title", texts["Title"]), ("Description", texts["Description"]), ("Keywords", ",".join(texts["Keywords"])))),
            path)
        for suffix in (".HEIC", ".JPG"):
            with self.subTest(suffix):
                made = self.make(path, "P" + suffix[1:], suffix=suffix, line=harness.lossless_line)
                self.assert_good(made)
                still = readers.exiftool(made.still)
                self.assertEqual({"Title": still["XMP-dc:Title"], "Description": still["XMP-dc:Description"],
                                  "Keywords": still["XMP-dc:Subject"]}, texts, "the still by exiftool")
                movie = readers.exiftool(made.movie)
                self.assertEqual({name: movie[f"Keys:{name}"] for name in ("Title", "Description")},
                                 {name: texts[name] for name in ("Title", "Description")}, "the movie by exiftool")
                self.assertEqual(movie["Keys:Keywords"], ", ".join(texts["Keywords"]), "the movie by exiftool")
                tags = readers.ffprobe(made.movie)[1]["tags"]
                self.assertEqual([tags[f"com.apple.quicktime.{name}"] for name in ("title", "description", "keywords")],
                                 [movie[f"Keys:{name}"] for name in ("Title", "Description", "Keywords")], "ffprobe")
                self.assertEqual(self.texts_by_exiv2(made.still), {
                    "title": f'lang="x-default" {texts["Title"]}', "subject": ", ".join(texts["Keywords"]),
                    "description": f'lang="x-default" {texts["Description"]}'}, "the still by exiv2")
                self.assertEqual(readers.tag(still, "ImageDescription"), texts["Description"], "Exif is as it was")

    def texts_by_exiv2(self, still):
        """{property: value} of all XMP there is."""
        return {name: programs.read_with("exiv2", "-q", "-g", f"Xmp.dc.{name}$", "-Pv", still).stdout.decode().rstrip("\n")
                for name in ("title", "description", "subject")}

    def test_without_texts_there_is_no_xmp(self):
        for suffix in (".HEIC", ".JPG"):
            with self.subTest(suffix):
                made = self.make(clips.moving(), "P" + suffix[1:], suffix=suffix, line=harness.lossless_line)
                self.assertEqual([name for name in readers.exiftool(made.still) if name.startswith("XMP")], [])

    def test_the_place_can_be_left_out(self):
        made = self.make(self.recorded(), select=("strip-geo-location=true",))

        for path in (made.still, made.movie):
            self.assertEqual([name for name in readers.exiftool(path) if "GPS" in name or "ISO6709" in name], [])
            self.assertEqual(readers.tag(readers.exiftool(path), "Make"), "Maker")

    def test_all_of_it_can_be_left_out(self):
        made = self.make(self.recorded(), select=("strip=true",))

        for path in (made.still, made.movie):
            tags = readers.exiftool(path)
            for name in ("Make", "Model", "Software", "ImageDescription", "Title", "Keywords", "Subject",
                         "DateTimeOriginal", "CreationDate", "GPSLatitude", "XMPToolkit"):
                self.assertIsNone(readers.tag(tags, name), f"{name} in {path.name}")
            self.assertNotIn("2024", " ".join(map(str, (value for name, value in tags.items()
                                                        if not name.startswith(("System", "File"))))))
        self.assert_good(made, GALLERIES)

    def test_the_keys_on_playback_are_the_cameras(self):
        made = self.make(clips.moving())

        tags = readers.exiftool(made.movie)
        self.assertEqual(str(readers.tag(tags, "LivePhotoAuto")), "1")
        self.assertEqual([name for name in tags if "vitality" in name.lower()], [])


class LivePhotoSource(MetadataTest):
    """A source that is itself the movie of a Live Photo."""

    def test_its_own_still_is_the_default(self):
        first = self.make(clips.moving(), "first", duration=2 * SECOND, still_time=round(1.5 * SECOND))
        for line, name in ((harness.main_line, "again"), (harness.lossless_line, "unchanged")):
            with self.subTest(name):
                again = self.make(first.movie, name, line=line, start=0, duration=3 * SECOND,
                                  still_time=None)
                self.assertEqual(pair.marker_time(again.movie), pair.marker_time(first.movie))
                self.assert_good(again)

    def test_the_shared_ones_keep_theirs(self):
        folder = harness.LIVEPHOTOS
        if not folder.is_dir():
            self.skipTest(f"no Live Photos in {folder}")
        for name, marker in (("lychee-iphone6s-train.mov", Fraction(280, 600)),  # on screen at 288/600
                             ("golive-wallpaper.mov", Fraction(1, 2))):
            with self.subTest(name):
                made = self.make(folder / name, name, line=harness.lossless_line, start=0, still_time=None)
                self.assert_close(pair.marker_time(made.movie), marker, Fraction(1, 1000), "the marker")


class SharedMedia(MetadataTest):

    def setUp(self):
        if not VIDEOS.is_dir():
            self.skipTest(f"no videos in {VIDEOS}")
        super().setUp()

    def test_what_phones_say_is_in_the_pair(self):
        cases = (
            ("iphone14pro-portrait-dv84-hlg-1080p24-noaudio.mov", (51.3714, -0.1977), "iPhone 14 Pro"),
            ("iphone6s-portrait-720p-ios9-0.5s.mov", (40.6358, -111.8084), "iPhone 6s"),
            ("android-rot270-cif-h264-1s.mp4", (37.5002, 127.0362), None),
            ("pixel-hlg10-1080p-android14-0.3s.mp4", (51.5335, -0.1261), None),
        )
        for name, place, model in cases:
            with self.subTest(name):
                made = self.make(VIDEOS / name, name, line=harness.lossless_line, start=0, duration=SECOND,
                                 still_time=SECOND // 10)
                self.assert_place(made, *place)
                if model:
                    for path in (made.still, made.movie):
                        self.assertEqual(readers.tag(readers.exiftool(path), "Model"), model)
                source = readers.exiftool(VIDEOS / name, "-api", "QuickTimeUTC=1")
                said = readers.tag(source, "CreationDate") or readers.tag(source, "CreateDate")
                self.assert_dated(made, VIDEOS / name, *when(str(said))[:1], 0, Fraction(1, 10), when(str(said))[1])

    def test_of_several_videos_the_first_is_said_to_be_taken(self):
        made = self.make(VIDEOS / "two-video-two-audio-subs.mp4", line=harness.lossless_line)

        self.assertIn("more than one video", made.run.out + made.run.stderr)


if __name__ == "__main__":
    harness.main()
