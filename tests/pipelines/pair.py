#!/usr/bin/env python3
"""Judges a still and a movie as a Live Photo, by programs that are not ours.

    pair.py STILL MOVIE      prints what the readers found; ends with 0 if they agree that it is a good pair
"""

import dataclasses
import re
import sys

sys.dont_write_bytecode = True  # nothing is left behind where the quickstart runs

import decoders
import gallery_rules
import measures
import programs
import readers

OK, WRONG, SKIPPED = "ok", "WRONG", "skipped"

MARKER_SAMPLE_BYTES = 105  # value, transform and reference dimensions, as cameras since iOS 17 write it
OWN_MAKER_NOTE_BYTES = 69
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
SAME_SHAPE = 0.02  # a still's sides are whole pixels, also of small pictures
SAME_PICTURE_SSIM = 0.90  # still against the movie's frame, which an encoder has been at


@dataclasses.dataclass(frozen=True)
class Finding:
    reader: str
    verdict: str
    said: str

    def __str__(self):
        return f"{self.reader}: {self.verdict}: {self.said}"


@dataclasses.dataclass
class Report:
    """What was found.

    `facts` has, as far as known: identifier, marker, width, height, shape, codecs, duration, frames (times), ssim.
    """

    findings: list = dataclasses.field(default_factory=list)
    facts: dict = dataclasses.field(default_factory=dict)

    @property
    def problems(self):
        return [str(finding) for finding in self.findings if finding.verdict == WRONG]

    @property
    def skipped(self):
        return [str(finding) for finding in self.findings if finding.verdict == SKIPPED]

    @property
    def good(self):
        return not self.problems

    def said_by(self, reader):
        return [finding for finding in self.findings if finding.reader == reader]


@dataclasses.dataclass(frozen=True)
class Expectation:
    """What is asked beyond what every Live Photo has; the defaults describe the project's own files."""

    identifier: str = None
    maker_note_bytes: int = OWN_MAKER_NOTE_BYTES  # None: any, as in a camera's still
    only_marker: bool = True  # False: other timed metadata beside it, as in a camera's movie
    galleries: bool = True
    marker_on_frame: bool = True  # False: between two frames, as in trimmed camera movies
    same_picture: bool = True  # False: the still is larger than the movie, as in a camera's pair


CAMERA = Expectation(maker_note_bytes=None, only_marker=False, marker_on_frame=False, same_picture=False)


# ---- the marker and its frame


def marker_stream(movie):
    """The ffprobe stream of the still-image-time track; ReaderError without one."""
    number, _ = readers.marker_track(readers.exiftool(movie))
    if number is None:
        raise programs.ReaderError(f"{movie}: exiftool finds no StillImageTime")
    streams, _ = readers.ffprobe(movie)
    if number > len(streams) or streams[number - 1].tag != "mebx":
        raise programs.ReaderError(f"{movie}: ffprobe sees no mebx stream where exiftool sees track {number}")
    return streams[number - 1]


def marker_time(movie):
    """The exact presentation time of the marker, a fraction of a second."""
    return marker_stream(movie).start


def frame_at_marker(movie, layout="luma"):
    """The movie's frame that is presented exactly at the marker, decoded by ffmpeg, upright."""
    return decoders.ffmpeg_frame(movie, marker_time(movie), layout)


def still_against(still, path, frame):
    """(luma SSIM, PSNR) of a still and a frame that came from `path`."""
    return measures.compare(*_comparable(still, path, frame))


def nearest_frame(still, path, frames):
    """The one of these frames from `path` that differs least from the still, sample for sample."""
    return min(frames, key=lambda frame: measures.difference(*_comparable(still, path, frame)))


def _comparable(still, path, frame):
    """The luma of a still and of a frame, both in one range.

    The frame is scaled to the still only where its pixels are not square: stills have square ones.
    """
    stream = readers.first_stream(readers.ffprobe(path)[0], "video")
    luma, still_full = decoders.still_luma(still, readers.matrix_name(stream))
    if readers.pixel_aspect(stream) != 1:
        frame = measures.resized(frame, luma.width, luma.height)
    frame_full = readers.is_full_range(stream)
    if still_full != frame_full:
        luma = luma if still_full else measures.full_range(luma)
        frame = frame if frame_full else measures.full_range(frame)
    return luma, frame


def best_source_frame(still, source, first, last):
    """The time of the source's frame from `first` to `last` (seconds) that resembles the still most.

    For sources without a barcode. Small copies are compared, so that it is quick; still_against() on the frame
    found then gives the measure.
    """
    size = 96, 64
    small = measures.resized(decoders.still_rgb(still), *size, "gray")
    candidates = decoders.ffmpeg_frames(source, "gray", scale=size, between=(first, last))
    if not candidates:
        raise programs.ReaderError(f"{source}: ffmpeg decodes no frame from {float(first)} to {float(last)} s")
    return min(candidates, key=lambda frame: sum((a - b) ** 2 for a, b in zip(frame.data, small.data))).time


# ---- one check per reader; each yields Findings and adds facts


def _identifiers(still, movie, expected, facts):
    of_still, of_movie = (readers.identifier(readers.exiftool(path)) for path in (still, movie))
    if not of_still or not of_movie:
        yield WRONG, f"no identifier in the {'movie' if of_still else 'still'}"
    elif of_still != of_movie:
        yield WRONG, f"the identifiers differ: {of_still} in the still, {of_movie} in the movie"
    elif not UUID.fullmatch(of_still):
        yield WRONG, f"the identifier {of_still} is not an upper-case UUID"
    elif expected.identifier and of_still != expected.identifier:
        yield WRONG, f"the identifier is {of_still}, asked for was {expected.identifier}"
    else:
        facts["identifier"] = of_still
        yield OK, f"identifier {of_still} in both files"


def _exiftool(still, movie, expected, facts):
    yield from _identifiers(still, movie, expected, facts)
    number, value = readers.marker_track(readers.exiftool(movie))
    if number is None:
        yield WRONG, "no StillImageTime in the movie"
    elif value != -1:
        yield WRONG, f"StillImageTime is {value}, not -1"
    else:
        yield OK, f"StillImageTime -1 in track {number}"
    for path in (still, movie):
        warning = readers.tag(readers.exiftool(path), "Warning", "Error")
        if warning:
            yield WRONG, f"exiftool warns of {path}: {warning}"


def _video_stream(streams, movie, facts):
    video = readers.first_stream(streams, "video")
    if video is None:
        yield WRONG, "no video stream"
        return
    times = readers.presentation_times(movie)
    facts["frames"] = times
    facts["width"], facts["height"] = readers.display_size(video)
    facts["shape"] = readers.shape(video)
    if video.tag not in ("avc1", "hvc1"):
        yield WRONG, f"the video is {video.codec} as {video.tag}, neither avc1 nor hvc1"
    if video.start != 0 or not times or times[0] != 0:
        first = float(times[0]) if times else None
        yield WRONG, f"the video starts at {float(video.start)} s, its first frame at {first}"
    packets = readers.ffprobe_packets(movie, video.index, video.time_base)
    if len({packet.pts for packet in packets}) != len(packets):
        yield WRONG, "two frames have one presentation time"


def _marker(streams, movie, expected, facts):
    marks = [stream for stream in streams if stream.tag == "mebx"]
    if not marks:
        yield WRONG, "no mebx stream"
        return
    if expected.only_marker and len(marks) != 1:
        yield WRONG, f"{len(marks)} mebx streams, not one"
    stream = marker_stream(movie)
    packets = readers.ffprobe_packets(movie, stream.index, stream.time_base)
    facts["marker"] = stream.start
    if len(packets) != 1 or packets[0].pts != stream.start:
        yield WRONG, f"{len(packets)} samples in the marker's track, the first at {packets and packets[0].pts}"
    if expected.only_marker and packets and packets[0].size != MARKER_SAMPLE_BYTES:
        yield WRONG, f"the marker's sample has {packets[0].size} bytes, not {MARKER_SAMPLE_BYTES}"
    on_frame = stream.start in facts.get("frames", ())
    if expected.marker_on_frame and not on_frame:
        yield WRONG, f"no frame is presented at the marker, {float(stream.start):.6f} s"
    else:
        yield OK, f"one marker at {float(stream.start):.6f} s, {'to the tick a' if on_frame else 'not a'} frame's time"


def _ffprobe(still, movie, expected, facts):
    streams, container = readers.ffprobe(movie)
    yield from _video_stream(streams, movie, facts)
    if readers.first_stream(streams, "video"):
        yield from _marker(streams, movie, expected, facts)
    facts["duration"] = float(container["duration"])
    facts["codecs"] = [stream.codec for stream in streams if stream.kind in ("video", "audio")]
    brand = container.get("tags", {}).get("major_brand")
    if brand != "qt  ":
        yield WRONG, f"the major brand is {brand!r}, not 'qt  '"
    sound = readers.first_stream(streams, "audio")
    if sound and sound.start < 0:
        yield WRONG, f"the sound starts at {float(sound.start)} s"


def _gstreamer(still, movie, expected, facts):
    found = readers.gst_discoverer(movie)
    if found["error"] or not any(kind == "video" for kind, _ in found["streams"]):
        yield WRONG, f"gst-discoverer finds no video: {found['error']}"
        return
    if "duration" in facts and abs(float(found["duration"]) - facts["duration"]) > 0.001:
        yield WRONG, f"it lasts {float(found['duration'])} s here and {facts['duration']} s in ffprobe"
    else:
        yield OK, f"it plays, {float(found['duration']):.3f} s"
    # qtdemux leaves out tracks shorter than a fifth of the movie, and so every camera's marker.


def _libheif(still, movie, expected, facts):
    if decoders.is_jpeg(still):
        picture = decoders.ffmpeg_picture(still)
        yield OK, f"the still is a JPEG that ffmpeg decodes, {picture.width}x{picture.height}"
    else:
        named, picture = readers.heif_info(still), decoders.heif_rgb(still)
        if not named["exif bytes"]:
            yield WRONG, "heif-info sees no Exif"
        told, shown = (named["width"], named["height"]), (picture.width, picture.height)
        if sorted(told) != sorted(shown):
            yield WRONG, f"heif-info says {told}, heif-convert writes {shown}"
        yield OK, f"heif-convert shows {picture.width}x{picture.height}, brand {named['brand']}"
    shape = picture.width / picture.height
    if expected.same_picture and abs(facts.get("shape", 0) / shape - 1) > SAME_SHAPE:
        movie_size = f"{facts.get('width')}x{facts.get('height')}"
        yield WRONG, f"the still stands {picture.width}x{picture.height}, the movie {movie_size} in another shape"


def _exiv2(still, movie, expected, facts):
    note = readers.exiv2_maker_note(still)
    if not readers.exiv2(still):
        yield WRONG, "no Exif in the still"
    if not note.startswith(b"Apple iOS\0"):
        yield WRONG, f"the MakerNote begins with {note[:12]!r}, not with Apple's name"
    elif expected.maker_note_bytes and len(note) != expected.maker_note_bytes:
        yield WRONG, f"the MakerNote has {len(note)} bytes, not {expected.maker_note_bytes}"
    elif facts.get("identifier", "").encode() not in note:
        yield WRONG, "the MakerNote holds another identifier"
    else:
        yield OK, f"Exif with Apple's MakerNote of {len(note)} bytes"


def _mediainfo(still, movie, expected, facts):
    tracks = readers.mediainfo(movie)
    kinds = [track["@type"] for track in tracks]
    named = tracks[0].get("extra", {}).get("com_apple_quicktime_content_identifier")
    if tracks[0].get("Format_Profile") != "QuickTime":
        yield WRONG, f"mediainfo calls the movie {tracks[0].get('Format')} {tracks[0].get('Format_Profile')}"
    # Like qtdemux, mediainfo passes over a track of one tick: a camera's marker is not listed either.
    if "Video" not in kinds:
        yield WRONG, f"mediainfo sees only {kinds}"
    elif named != facts.get("identifier"):
        yield WRONG, f"mediainfo reads the identifier {named}"
    else:
        yield OK, f"{', '.join(kinds[1:])}"


def _galleries(still, movie, expected, facts):
    for verdict in gallery_rules.judge(still, movie):
        yield (OK if verdict.passed or not expected.galleries else WRONG), f"{verdict.gallery} " \
            f"{'pairs them' if verdict.passed else 'does not pair them'}: {verdict.why}"


def _same_picture(still, movie, expected, facts):
    if not expected.same_picture:
        return
    programs.need("ffmpeg")
    if "marker" not in facts or facts["marker"] not in facts["frames"]:
        yield WRONG, "there is no frame at the marker to compare the still with"
        return
    ssim, _ = still_against(still, movie, decoders.ffmpeg_frame(movie, facts["marker"]))
    facts["ssim"] = ssim
    verdict = OK if ssim >= SAME_PICTURE_SSIM else WRONG
    yield verdict, f"still against the movie's frame at the marker: SSIM {ssim:.4f}"


CHECKS = (("exiftool", _exiftool), ("ffprobe", _ffprobe), ("GStreamer", _gstreamer), ("libheif", _libheif),
          ("exiv2", _exiv2), ("mediainfo", _mediainfo), ("galleries", _galleries), ("same picture", _same_picture))


EVERY_READER = tuple(name for name, _ in CHECKS)


def check_pair(still, movie, expected=Expectation(), asked=EVERY_READER):
    """Asks the readers; one that is not installed is a skipped Finding, one that refuses the file a wrong one."""
    report = Report()
    still, movie = str(still), str(movie)
    for reader, check in CHECKS:
        if reader not in asked:
            continue
        try:
            found = list(check(still, movie, expected, report.facts))
        except programs.ProgramMissing as missing:
            found = [(SKIPPED, str(missing))]
        except programs.ReaderError as error:
            found = [(WRONG, str(error))]
        report.findings += [Finding(reader, *finding) for finding in found]
    return report


# ---- command line


def describe(still, movie, report):
    facts = report.facts
    yield f"still       {still}"
    yield f"movie       {movie}"
    yield f"identifier  {facts.get('identifier', 'none in common')}"
    if "marker" in facts:
        yield f"marker      {float(facts['marker']):.6f} s of {facts.get('duration', 0):.3f} s"
    if "width" in facts:
        codecs = " and ".join(facts.get("codecs", []))
        yield f"picture     {facts['width']}x{facts['height']}, {len(facts['frames'])} frames, {codecs}"
    if "ssim" in facts:
        yield f"same frame  SSIM {facts['ssim']:.4f} between the still and the movie at the marker"
    names = [reader for reader, _ in CHECKS if reader not in ("galleries", "same picture")]
    verdicts = {name: {finding.verdict for finding in report.said_by(name)} for name in names}
    yield f"agreed      {', '.join(name for name in names if verdicts[name] == {OK}) or 'no reader'}"
    for finding in report.said_by("galleries"):
        yield f"gallery     {finding.said}"
    for line in (*report.skipped, *report.problems):
        yield f"!           {line}"


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.splitlines()[2].strip(), file=sys.stderr)
        return 2
    # A source without a date gives a pair that ente leaves apart: told, but not held against the pair.
    report = check_pair(*arguments, Expectation(galleries=False))
    print("\n".join(describe(*arguments, report)))
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
