"""What independent programs say of a file, as plain data.

exiftool, ffprobe, gst-discoverer-1.0, heif-info, exiv2 and mediainfo. None of them is ours. One that is not installed
raises ProgramMissing, which unittest counts as a visible skip that names it.
"""

import dataclasses
import json
import re
from fractions import Fraction

from programs import ReaderError, execute, need, read_with, remembered


@dataclasses.dataclass(frozen=True)
class Stream:
    """One stream as ffprobe sees it; times are exact fractions of a second."""

    index: int
    kind: str  # video, audio, data
    codec: str
    tag: str
    time_base: Fraction
    start: Fraction
    duration: Fraction
    frames: int
    raw: dict


@dataclasses.dataclass(frozen=True)
class Packet:
    pts: Fraction
    dts: Fraction
    size: int
    key: bool
    shown: bool  # not marked "discard" by an edit list


# ---- exiftool


@remembered
def exiftool(path, *options):
    """Every tag as {"Group:Name": value}, numbers unformatted; by default timed metadata is read as well (-ee)."""
    return json.loads(read_with("exiftool", "-j", "-n", "-G1", *(options or ("-ee",)), path).stdout)[0]


def tag(tags, *names):
    """The first of these tag names, whatever its group; None if there is none."""
    for name in names:
        for key, value in tags.items():
            if key.rpartition(":")[2] == name:
                return value
    return None


def icc_profile(path):
    """The bytes of the ICC profile as exiftool finds it; empty where there is none."""
    return read_with("exiftool", "-b", "-ICC_Profile", path).stdout


def identifier(tags):
    """The id that pairs still and movie; ExifTool's name for it in a MakerNote changed with its versions."""
    return tag(tags, "ContentIdentifier", "MediaGroupUUID")


def marker_track(tags):
    """(number of the track from 1, value) of the still-image-time sample, or (None, None)."""
    for key, value in tags.items():
        match = re.fullmatch(r"Track(\d+):StillImageTime", key)
        if match:
            return int(match[1]), value
    return None, None


# ---- ffprobe


def _fraction(text, default=None):
    try:
        return Fraction(text)
    except (TypeError, ValueError, ZeroDivisionError):
        return default


def _ticks(entry, key, base):
    return entry[key] * base if key in entry and base is not None else None


@remembered
def ffprobe(path):
    """(list of Stream, format dictionary)."""
    output = read_with("ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", path)
    document = json.loads(output.stdout)
    streams = []
    for entry in document.get("streams", []):
        base = _fraction(entry.get("time_base"))
        streams.append(Stream(
            index=entry["index"], kind=entry.get("codec_type", ""), codec=entry.get("codec_name", ""),
            tag=entry.get("codec_tag_string", ""), time_base=base, start=_ticks(entry, "start_pts", base),
            duration=_ticks(entry, "duration_ts", base), frames=int(entry.get("nb_frames", 0)), raw=entry))
    return streams, document.get("format", {})


def first_stream(streams, kind):
    return next((stream for stream in streams if stream.kind == kind), None)


def is_full_range(stream):
    return stream.raw.get("color_range") == "pc" or stream.raw.get("pix_fmt", "").startswith("yuvj")


def matrix_name(stream):
    return {"bt709": "bt709", "bt2020nc": "bt2020"}.get(stream.raw.get("color_space"), "bt601")


def display_size(stream):
    """(width, height) of the upright picture in its own pixels, be they square or not."""
    size = stream.raw["width"], stream.raw["height"]
    return size[::-1] if rotation(stream) % 180 else size


def pixel_aspect(stream):
    """Width to height of one pixel as it is coded."""
    ratio = _fraction(stream.raw.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    return ratio or Fraction(1)


def shape(stream):
    """Width to height of the upright picture as it is to be shown."""
    coded = Fraction(stream.raw["width"], stream.raw["height"]) * pixel_aspect(stream)
    return 1 / coded if rotation(stream) % 180 else coded


def rotation(stream):
    """Degrees of the display matrix as ffprobe prints them (-90 is one turn clockwise), 0 without one."""
    for entry in stream.raw.get("side_data_list", []):
        if "rotation" in entry:
            return int(entry["rotation"])
    return 0


def ffprobe_packets(path, index, base):
    output = read_with("ffprobe", "-v", "error", "-select_streams", index, "-show_packets", "-of", "json", path)
    return [
        Packet(pts=_ticks(entry, "pts", base), dts=_ticks(entry, "dts", base), size=int(entry["size"]),
               key="K" in entry["flags"], shown="D" not in entry["flags"])
        for entry in json.loads(output.stdout)["packets"]]


@remembered
def presentation_times(path):
    """The exact times at which the first video stream shows another frame; VP9's hidden frames share one."""
    stream = first_stream(ffprobe(path)[0], "video")
    if stream is None:
        raise ReaderError(f"{path}: ffprobe finds no video stream")
    packets = ffprobe_packets(path, stream.index, stream.time_base)
    return sorted({packet.pts for packet in packets if packet.shown and packet.pts is not None})


# ---- GStreamer


def clock(text):
    if text == "none":
        return None
    hours, minutes, seconds = text.split(":")
    return Fraction(int(hours) * 3600 + int(minutes) * 60) + Fraction(seconds)


def gst_discoverer(path):
    """{"duration": seconds, "streams": [(kind, caps)], "error": text}; it ends with 0 whatever it finds."""
    text = read_with("gst-discoverer-1.0", "-v", path).stdout.decode("utf-8", "replace")
    duration = re.search(r"Duration: ([\d:.]+)", text)
    error = re.search(r"An error was encountered.*\n\s*(.+)", text)
    streams = re.findall(r"^\s+(?:\S+ )?(video|audio|unknown|subtitles) #\d+: (.+)$", text, re.MULTILINE)
    return {"duration": clock(duration[1]) if duration else None, "streams": streams,
            "error": error[1] if error else None, "text": text}


# ---- HEIF


def heif_info(path):
    """{"brand", "width", "height", "thumbnails", "exif bytes"} of the primary picture."""
    text = read_with("heif-info", path).stdout.decode("utf-8", "replace")
    brand = re.search(r"main brand: (\S+)", text)
    size = re.search(r"image: (\d+)x(\d+) \(id=\d+\), primary", text)
    exif = re.search(r"Exif: (\d+) bytes", text)
    if not size:
        raise ReaderError(f"heif-info {path} names no primary image")
    return {"brand": brand[1], "width": int(size[1]), "height": int(size[2]),
            "thumbnails": [(int(w), int(h)) for w, h in re.findall(r"thumbnail: (\d+)x(\d+)", text)],
            "exif bytes": int(exif[1]) if exif else 0}


# ---- exiv2 and mediainfo


def exiv2(path):
    """{key: text} of the Exif data; a MakerNote comes as decimal bytes."""
    text = read_with("exiv2", "-PEkt", path).stdout.decode("utf-8", "replace")
    return dict(line.split(None, 1) if " " in line else (line, "") for line in text.splitlines() if line.strip())


def exiv2_maker_note(path):
    """The MakerNote's raw bytes; empty without one."""
    output = execute([need("exiv2"), "-K", "Exif.Photo.MakerNote", "-Pv", str(path)])
    return bytes(int(number) for number in output.stdout.split())


def mediainfo(path):
    """[{"@type": "Video", ...}, ...]: one dictionary per track, the first for the whole file."""
    return json.loads(read_with("mediainfo", "--Output=JSON", path).stdout)["media"]["track"]
