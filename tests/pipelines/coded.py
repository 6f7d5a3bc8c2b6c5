"""The packets of a file, and what is decoded of them, hidden ones too."""

import hashlib
import json
import re
from fractions import Fraction

import decoders
import programs
import readers
from harness import SECOND


def is_mov(path):
    return "mov" in readers.ffprobe(path)[1]["format_name"]


def whole(path):
    """Options with which ffmpeg reads every packet, edit list or not."""
    return ("-ignore_editlist", "1") if is_mov(path) else ()


def packets(path, kind):
    """The hash of each packet of the first stream of a kind, in decode order."""
    stream = readers.first_stream(readers.ffprobe(path)[0], kind)
    said = programs.read_with(
        "ffprobe", "-v", "error", *whole(path), "-select_streams", stream.index, "-show_packets", "-show_data_hash",
        "sha256", "-show_entries", "packet=data_hash", "-of", "json", path).stdout
    return [entry["data_hash"] for entry in json.loads(said)["packets"]]


def sound_without_adts(path):
    """As packets() has it, for the sound of an MPEG-TS: each frame without its ADTS header."""
    data = programs.read_with(
        "ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-c", "copy", "-f", "data", "-").stdout
    found, at = [], 0
    while at + 7 < len(data):
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        header = 7 if data[at + 1] & 1 else 9
        found.append("SHA256:" + hashlib.sha256(data[at + header:at + size]).hexdigest())
        at += size
    return found


def has_parameter_sets(path):
    """Whether packets of an MP4, MOV or MKV (NAL units with 4 bytes of length) have some."""
    if readers.ffprobe(path)[1]["format_name"] == "mpegts":
        return True
    is_h264 = readers.first_stream(readers.ffprobe(path)[0], "video").codec == "h264"
    data = programs.read_with("ffmpeg", "-v", "error", *whole(path), "-i", path, "-map", "0:v:0", "-c", "copy",
                              "-copyinkf", "-copypriorss", "1", "-f", "data", "-").stdout
    at = 0
    while at + 4 < len(data):
        kind = data[at + 4] & 31 if is_h264 else data[at + 4] >> 1 & 63
        if kind in ((7, 8) if is_h264 else (32, 33, 34)):
            return True
        at += 4 + int.from_bytes(data[at:at + 4], "big")
    return False


def has_messages_in_its_configuration(path):
    """Whether an hvcC has SEI messages (iPhones). h265parse puts them into the first packet, where they stay."""
    data = path.read_bytes()
    at = data.find(b"hvcC")
    if at < 0:
        return False
    at += 4 + 22
    count, at = data[at], at + 1
    for _ in range(count):
        kind, units, at = data[at] & 63, int.from_bytes(data[at + 1:at + 3], "big"), at + 3
        if kind in (39, 40):
            return True
        for _ in range(units):
            at += 2 + int.from_bytes(data[at:at + 2], "big")
    return False


def picture_clock(path):
    """The 33 bits of time of each picture of an MPEG-TS (ISO/IEC 13818-1, 2.4.3.7), as they are stored."""
    data, found = path.read_bytes(), []
    for at in range(0, len(data) - 187, 188):
        start = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
        begins = data[at + 1] & 0x40 and data[at + 3] & 0x10 and data[start:start + 3] == b"\0\0\1"
        if begins and data[start + 3] & 0xF0 == 0xE0 and data[start + 7] & 0x80:
            high, middle, low = data[start + 9], data[start + 10:start + 12], data[start + 12:start + 14]
            found.append((high >> 1 & 7) << 30 | int.from_bytes(middle, "big") >> 1 << 15 |
                         int.from_bytes(low, "big") >> 1)
    return found


def slices(path):
    """The hash of each slice NAL unit, in decode order."""
    codec = readers.first_stream(readers.ffprobe(path)[0], "video").codec
    to_annex_b = ("-bsf:v", f"{codec}_mp4toannexb") if readers.ffprobe(path)[1]["format_name"] != "mpegts" else ()
    data = programs.read_with("ffmpeg", "-v", "error", *whole(path), "-i", path, "-map", "0:v:0", "-c", "copy",
                              "-copyinkf", "-copypriorss", "1", *to_annex_b, "-f", codec, "-").stdout
    units = [unit.rstrip(b"\0") for unit in data.split(b"\0\0\1")[1:]]
    is_slice = (lambda unit: 1 <= unit[0] & 31 <= 5) if codec == "h264" else (lambda unit: unit[0] >> 1 & 63 <= 31)
    return [hashlib.sha256(unit).hexdigest() for unit in units if is_slice(unit)]


def shown(path):
    """[(time, hash of the decoded luma)] of the frames that ffmpeg shows."""
    return [(frame.time, digest(frame)) for frame in decoders.ffmpeg_frames(path)]


def digest(frame):
    return hashlib.sha256(frame.data).hexdigest()


def decoded(path, count):
    """The hashes of the first frames that ffmpeg decodes, hidden ones too."""
    return [digest(frame) for frame in
            decoders._ffmpeg_images([*whole(path), "-i", str(path)], ["extractplanes=y"], last=count)]


_TAPPED = re.compile(r"Identity:tap: last-message = chain .*? pts: ([\d:.]+), duration: ([\d:.]+|none)")
_SEGMENT = re.compile(r"Identity:tap: last-message = event .*?GstEventSegment.*? start=\(guint64\)(\d+), "
                      r"stop=\(guint64\)(\d+), time=\(guint64\)(\d+)")


@programs.remembered
def gst_packets(path):
    """[(stream time, is it shown)] of every packet in the order of time, as parsebin has them."""
    codec = readers.first_stream(readers.ffprobe(path)[0], "video").codec
    kind = "video/x-h264" if codec == "h264" else "video/x-h265"
    said = programs.gst_launch(["-v", "filesrc", f"location={path}", "!", "parsebin", "name=d", "d.", "!", kind, "!",
                                "identity", "name=tap", "silent=false", "!", "fakesink"]).stdout.decode()
    start = stop = time = 0
    found = []
    for line in said.splitlines():
        if match := _SEGMENT.search(line):  # the last before a packet: an empty edit is a segment of its own
            start, stop, time = map(int, match.groups())
        elif match := _TAPPED.search(line):
            pts = round(readers.clock(match[1]) * SECOND)
            end = pts + (round(readers.clock(match[2]) * SECOND) if match[2] != "none" else 0)
            found.append((Fraction(pts - start + time, SECOND), (end > start or pts >= start) and pts < stop))
    return sorted(found)


def place_of(run, within):
    """Where a list occurs in another as one contiguous run, None where it does not."""
    return next((first for first in range(len(within) - len(run) + 1) if within[first:first + len(run)] == run), None)
