#!/usr/bin/env python3
"""The rules by which four photo galleries join a still and a movie into one Live Photo.

    gallery_rules.py STILL MOVIE      prints PASS or FAIL and why for each gallery; ends with 0 if all pass

Restated in our own words from the sources of the galleries (each rule names its files), and asked of the same
programs that the galleries ask. "As if both files lay in one user's library", as after an import of the folder.
"""

import dataclasses
import datetime
import os
import sys

import programs
import readers

DAY = 24 * 60 * 60


@dataclasses.dataclass(frozen=True)
class Verdict:
    gallery: str
    passed: bool
    why: str


def _verdict(gallery, complaints, praise):
    return Verdict(gallery, not complaints, "; ".join(complaints) if complaints else praise)


def _stem_and_suffix(path):
    return os.path.splitext(os.path.basename(path))


def immich(still, movie):
    """Both files carry the same id.

    immich-app/immich, server/src/services/metadata.service.ts: livePhotoCID is ContentIdentifier or else
    MediaGroupUUID, and linkLivePhotos() looks for the other kind of asset with the same one;
    server/src/repositories/metadata.repository.ts: exiftool, with -ee for videos;
    server/src/repositories/asset.repository.ts, findLivePhotoMatch(): equal ids of the same owner.
    """
    of_still, of_movie = (readers.identifier(readers.exiftool(path)) for path in (still, movie))
    complaints = []
    if not of_still:
        complaints.append("the still has no identifier")
    if not of_movie:
        complaints.append("the movie has no identifier")
    if of_still and of_movie and of_still != of_movie:
        complaints.append(f"the identifiers differ: {of_still} in the still, {of_movie} in the movie")
    return _verdict("Immich", complaints, f"both files carry {of_still}")


def memories(still, movie):
    """The movie is QuickTime with a ContentIdentifier, which equals the still's MediaGroupUUID.

    pulsejet/memories, lib/Db/LivePhoto.php: isVideoPart() (MIMEType and ContentIdentifier of the movie) and
    getLivePhotoId() (MediaGroupUUID of the photo); lib/Db/TimelineWrite.php: a video part is put aside under its
    id; lib/Exif.php: exiftool with -n and QuickTimeUTC=1, without -ee.
    ExifTool 13 calls the photo's tag ContentIdentifier, which we accept as well.
    """
    photo = readers.exiftool(still, "-api", "QuickTimeUTC=1")
    video = readers.exiftool(movie, "-api", "QuickTimeUTC=1")
    of_photo = readers.tag(photo, "MediaGroupUUID", "ContentIdentifier")
    of_video = readers.tag(video, "ContentIdentifier")
    kind = readers.tag(video, "MIMEType")
    complaints = []
    if kind != "video/quicktime":
        complaints.append(f"the movie is {kind}, not video/quicktime")
    if not of_video:
        complaints.append("the movie has no ContentIdentifier")
    if not of_photo:
        complaints.append("the photo has no MediaGroupUUID")
    if of_photo and of_video and of_photo != of_video:
        complaints.append(f"the photo asks for {of_photo}, the movie is {of_video}")
    return _verdict("Nextcloud Memories", complaints, f"the QuickTime movie is the photo's {of_photo}")


PHOTOPRISM_LONGEST = 3.1  # seconds
PHOTOPRISM_STILLS = {".heic": "image/heic", ".heif": "image/heic", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


def photoprism(still, movie):
    """Same folder, same name but for .mov against HEIC or JPEG, and at most 3.1 seconds.

    photoprism/photoprism, internal/photoprism/mediafile.go, IsLive() (a MOV beside a HEIC or JPEG, and the longest
    duration); pkg/media/video/live.go (3100 ms); internal/photoprism/mediafile_related.go, RelatedFiles() (one name
    before the suffix, in one folder); the types are checked by content in mediafile.go, IsHeic() and IsJpeg().
    """
    stem, suffix = _stem_and_suffix(still)
    movie_stem, movie_suffix = _stem_and_suffix(movie)
    kind = readers.tag(readers.exiftool(still), "MIMEType")
    duration = readers.tag(readers.exiftool(movie), "Duration")
    complaints = []
    if os.path.dirname(os.path.realpath(still)) != os.path.dirname(os.path.realpath(movie)):
        complaints.append("the files lie in different folders")
    if stem != movie_stem:
        complaints.append(f"the names differ: {stem} and {movie_stem}")
    if movie_suffix.lower() != ".mov":
        complaints.append(f"the movie's suffix is {movie_suffix}, not .mov")
    if PHOTOPRISM_STILLS.get(suffix.lower()) is None or PHOTOPRISM_STILLS[suffix.lower()] != kind:
        complaints.append(f"a still named {suffix} that is {kind} is neither HEIC nor JPEG")
    if duration is None or float(duration) > PHOTOPRISM_LONGEST:
        complaints.append(f"the movie lasts {duration} s, more than {PHOTOPRISM_LONGEST}")
    return _verdict("PhotoPrism", complaints, f"{stem} is a still and a movie of {float(duration or 0):.2f} s")


ENTE_LARGEST = 20 * 1024 * 1024


def _ente_stem(stem, other_suffix=""):
    """Without the endings that ente takes off before it compares names."""
    for ending in ("_3", "_HVEC", "_hvec", other_suffix, other_suffix.lower()):
        if ending and stem.endswith(ending):
            return stem[:-len(ending)]
    return stem


def _date(text, offset=None):
    """An Exif or ISO 8601 date; one without a zone counts as UTC, which a day's tolerance forgives."""
    text = str(text or "").strip().replace("T", " ")
    for form in ("%Y:%m:%d %H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y:%m:%d %H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S.%f%z"):
        for zone in ("", offset or "+00:00"):
            try:
                return datetime.datetime.strptime(text + zone, form)
            except ValueError:
                pass
    return None


def ente(still, movie):
    """Same name, neither larger than 20 MiB, and both with creation dates less than a day apart.

    ente-io/ente, web/packages/gallery/services/upload/upload-service.ts: areLivePhotoAssets(),
    removePotentialLivePhotoSuffix(), uploadItemCreationDate() (file times do not count);
    web/packages/gallery/services/ffmpeg/index.ts: a movie's date is ffmpeg's com.apple.quicktime.creationdate or
    else creation_time; web/packages/gallery/services/exif.ts: a photo's date is in its Exif.
    """
    stem, suffix = _stem_and_suffix(still)
    movie_stem, movie_suffix = _stem_and_suffix(movie)
    tags = readers.exiftool(still)
    taken = None
    for name, zone in (("DateTimeOriginal", "OffsetTimeOriginal"), ("CreateDate", "OffsetTimeDigitized"),
                       ("ModifyDate", "OffsetTime")):
        taken = taken or _date(tags.get("ExifIFD:" + name) or tags.get("IFD0:" + name), readers.tag(tags, zone))
    facts = readers.ffprobe(movie)[1].get("tags", {})
    filmed = _date(facts.get("com.apple.quicktime.creationdate")) or _date(facts.get("creation_time"))
    complaints = []
    if _ente_stem(stem, movie_suffix) != _ente_stem(movie_stem):
        complaints.append(f"the names differ: {stem} and {movie_stem}")
    for path in (still, movie):
        if os.path.getsize(path) > ENTE_LARGEST:
            complaints.append(f"{os.path.basename(path)} has {os.path.getsize(path)} bytes, more than 20 MiB")
    if taken is None:
        complaints.append("the still has no date in its Exif")
    if filmed is None:
        complaints.append("the movie has no creation date")
    if taken and filmed and abs((taken - filmed).total_seconds()) >= DAY:
        complaints.append(f"the dates {taken} and {filmed} are a day or more apart")
    return _verdict("ente", complaints, f"{stem} was taken on {taken} and filmed on {filmed}")


GALLERIES = (immich, photoprism, memories, ente)


def judge(still, movie):
    return [rule(str(still), str(movie)) for rule in GALLERIES]


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.splitlines()[2].strip(), file=sys.stderr)
        return 2
    try:
        verdicts = judge(*arguments)
    except (programs.ReaderError, programs.ProgramMissing, OSError) as error:
        print(f"FAIL  {error}")
        return 1
    for verdict in verdicts:
        print(f"{'PASS' if verdict.passed else 'FAIL'}  {verdict.gallery}: {verdict.why}")
    return 0 if all(verdict.passed for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
