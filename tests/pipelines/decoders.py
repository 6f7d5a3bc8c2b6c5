"""Pictures and sound as independent decoders show them: ffmpeg, GStreamer's qtdemux with libav, heif-convert."""

import array
import itertools
import os
import re
import tempfile
from fractions import Fraction

import heic_stream
import readers
from measures import Image, Sound
from programs import ReaderError, gst_launch, read_with, remembered

# ---- ffmpeg

BYTES_PER_PIXEL = {"gray": 1, "gray10le": 2, "rgb24": 3, "rgb48le": 6}

# What ffmpeg's filters print for each frame they let through.
_SHOWN_FRAME = re.compile(r"\]\s+n:\s*\d+ pts:\s*(-?\d+|NOPTS) .*?\bfmt:(\w+) .*?\bs:(\d+)x(\d+) ")
_SHOWN_BASE = re.compile(r"config in time_base: (\d+/\d+)")
_SHOWN_SOUND = re.compile(r"\]\s*n:\d+ pts:(-?\d+) .*?channels:(\d+) .*?rate:(\d+) nb_samples:(\d+)")


def _ffmpeg_images(inputs, filters, timeout=120, last=None):
    limit = [] if last is None else ["-frames:v", str(last)]
    output = read_with(
        "ffmpeg", "-hide_banner", "-nostats", "-copyts", *inputs, "-map", "0:v:0", "-fps_mode", "passthrough",
        "-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp+bicubic",
        "-vf", ",".join([*filters, "showinfo"]), *limit, "-f", "rawvideo", "-", timeout=timeout)
    base = Fraction(_SHOWN_BASE.search(output.stderr)[1]) if _SHOWN_BASE.search(output.stderr) else None
    images, at = [], 0
    for pts, layout, width, height in _SHOWN_FRAME.findall(output.stderr):
        size = int(width) * int(height) * BYTES_PER_PIXEL[layout]
        data = output.stdout[at:at + size]
        at += size
        if len(data) == size:
            images.append(Image(int(width), int(height), layout, data, None if pts == "NOPTS" else int(pts) * base))
    if at < len(output.stdout):
        raise ReaderError(f"{' '.join(inputs)}: ffmpeg wrote more bytes than the frames it named")
    return images


def _layout_filters(layout):
    """`luma` means the plane as it is coded, range and depth and all."""
    return ["extractplanes=y"] if layout == "luma" else [f"format={layout}"]


def _seek(time):
    """Only far into a file, because it is not exact everywhere; accurate_seek with -copyts adds the start twice."""
    return [] if time < 10 else ["-ss", f"{float(time) - 5:.3f}", "-seek_timestamp", "1", "-noaccurate_seek"]


def ffmpeg_frames(path, layout="luma", scale=None, between=None):
    """Decoded frames, upright, with their exact times; `between` two times in seconds, all by default."""
    filters, inputs = [], []
    if between is not None:
        inputs += _seek(between[0])
        filters += [f"trim=start={float(between[0]):.6f}:end={float(between[1]):.6f}"]
    if scale:
        filters += [f"scale={scale[0]}:{scale[1]}"]
    return _ffmpeg_images([*inputs, "-i", str(path)], filters + _layout_filters(layout))


def ffmpeg_frame(path, time, layout="luma", matrix=None):
    """The frame that is presented at exactly `time`, upright; ReaderError if no frame has that time.

    `matrix` is what a stream that names none is taken for, in place of ffmpeg's own guess.
    """
    stream = readers.first_stream(readers.ffprobe(path)[0], "video")
    ticks = time / stream.time_base
    filters = [f"select=eq(pts\\,{ticks})", *([f"scale=in_color_matrix={matrix}"] if matrix else []),
               *_layout_filters(layout)]
    images = [] if ticks.denominator != 1 else _ffmpeg_images([*_seek(time), "-i", str(path)], filters, last=1)
    if not images:
        raise ReaderError(f"{path}: ffmpeg shows no frame at exactly {float(time):.6f} s")
    return images[0]


def ffmpeg_picture(path, layout="rgb24"):
    """A PNG or JPEG."""
    return _ffmpeg_images(["-i", str(path)], _layout_filters(layout))[0]


def _first_channel(pcm, channels):
    samples = array.array("h")
    samples.frombytes(pcm[:len(pcm) // (2 * channels) * 2 * channels])
    return samples[::channels]


def ffmpeg_sound(path):
    """The first audio stream, decoded and cut to its edit list by ffmpeg."""
    output = read_with(
        "ffmpeg", "-hide_banner", "-nostats", "-copyts", "-i", path, "-map", "0:a:0", "-af",
        "aformat=sample_fmts=s16,ashowinfo", "-c:a", "pcm_s16le", "-f", "s16le", "-")
    blocks = _SHOWN_SOUND.findall(output.stderr)
    if not blocks:
        raise ReaderError(f"{path}: ffmpeg decodes no sound")
    pts, channels, rate, _ = map(int, blocks[0])
    return Sound(rate, channels, Fraction(pts, rate), _first_channel(output.stdout, channels))


# ---- GStreamer

_TAPPED = re.compile(
    r"/GstIdentity:tap: last-message = chain .*? \((\d+) bytes, dts: [^,]*, pts: ([\d:.]+|none), ")
_TAP_SEGMENT = re.compile(
    r"/GstIdentity:tap: last-message = event .*?GstEventSegment.*?format=\(GstFormat\)(\w+),.*? start=\(guint64\)(\d+),"
    r".*? time=\(guint64\)(\d+)")
_TAP_CAPS = re.compile(r"/GstIdentity:tap\.GstPad:src: caps = (.*)")


def _caps_field(caps, name):
    match = re.search(rf"\b{name}=\(\w+\)([^,;]+)", caps)
    return match[1].strip() if match else None


def _gst_tap(path, pad, chain, demuxer):
    """Runs a file through GStreamer; ([(stream time, byte count)] of its buffers, last caps, the bytes).

    What gst-launch prints of the caps are messages, which are lost where the line ends before they are read: then the
    line is run once more.
    """
    buffers, caps, data = _gst_tap_once(path, pad, chain, demuxer)
    if caps is None:
        buffers, caps, data = _gst_tap_once(path, pad, chain, demuxer)
    if caps is None:
        raise ReaderError(f"{path}: gst-launch names no caps of {pad}")
    return buffers, caps, data


def _gst_tap_once(path, pad, chain, demuxer):
    with tempfile.TemporaryDirectory(prefix="livephoto-tap-") as folder:
        raw = os.path.join(folder, "raw")
        source = ["filesrc", f"location={path}", "!", demuxer, "name=d", pad, "!"]
        output = gst_launch(
            ["-v", *source, "queue", "!", *chain, "!", "identity", "name=tap", "silent=false", "!", "filesink",
             f"location={raw}"])
        if output.code != 0 or "ERROR" in output.stderr:
            raise ReaderError(f"{' '.join(output.command)} ended with {output.code}: {output.stderr.strip()[-600:]}")
        with open(raw, "rb") as file:
            data = file.read()
    buffers, caps, start, time = [], None, 0, 0
    for line in output.stdout.decode("utf-8", "replace").splitlines():
        if match := _TAPPED.search(line):
            pts = readers.clock(match[2])
            shift = Fraction(time - start, 10**9)
            buffers.append((None if pts is None else pts + shift, int(match[1])))
        elif match := _TAP_SEGMENT.search(line):
            start, time = (int(match[2]), int(match[3])) if match[1] == "time" else (0, 0)
        elif match := _TAP_CAPS.search(line):
            caps = match[1]
    if not buffers:
        raise ReaderError(f"{' '.join(output.command)}: no buffer came out")
    if sum(size for _, size in buffers) != len(data):
        raise ReaderError(f"{' '.join(output.command)}: gst-launch wrote other bytes than the buffers it named")
    return buffers, caps, data


def gst_frames(path, layout="luma", demuxer="qtdemux"):
    """Decoded frames, upright, with stream times rounded by GStreamer to nanoseconds."""
    layout, name = {"luma": ("gray", "GRAY8"), "rgb24": ("rgb24", "RGB")}[layout]
    pad = "d.video_0" if demuxer == "qtdemux" else "d."
    decode = ["decodebin", "!"] if demuxer == "qtdemux" else []
    buffers, caps, data = _gst_tap(
        path, pad, [*decode, "videoconvert", "!", "videoflip", "video-direction=auto", "!", "videoconvert", "!",
                    f"video/x-raw,format={name}"], demuxer)
    width, height = int(_caps_field(caps, "width")), int(_caps_field(caps, "height"))
    row = width * BYTES_PER_PIXEL[layout]
    stride = (row + 3) // 4 * 4
    images, at = [], 0
    for time, size in buffers:
        frame = data[at:at + size]
        at += size
        if stride != row:
            frame = b"".join(frame[y * stride:y * stride + row] for y in range(height))
        images.append(Image(width, height, layout, frame, time))
    return images


def gst_sound(path, demuxer="qtdemux"):
    pad = "d.audio_0" if demuxer == "qtdemux" else "d."
    decode = ["decodebin", "!"] if demuxer == "qtdemux" else []
    buffers, caps, data = _gst_tap(
        path, pad, [*decode, "audioconvert", "!", "audio/x-raw,format=S16LE,layout=interleaved"], demuxer)
    rate, channels = int(_caps_field(caps, "rate")), int(_caps_field(caps, "channels"))
    if any(time <= before for (before, _), (time, _) in itertools.pairwise(buffers)):
        raise ReaderError(f"{path}: GStreamer gives several pieces of its sound the same time")
    return Sound(rate, channels, buffers[0][0], _first_channel(data, channels))


# ---- stills


def _heif_convert(path, suffix, read):
    with tempfile.TemporaryDirectory(prefix="livephoto-heif-") as folder:
        target = os.path.join(folder, "picture" + suffix)
        read_with("heif-convert", path, target)
        return read(target)


@remembered
def heif_rgb(path):
    """The still as heif-convert shows it: upright, 8-bit RGB."""
    return _heif_convert(path, ".png", ffmpeg_picture)


def managed_rgb(path):
    """The still as a reader shows it that heeds its ICC profile, in sRGB: by heif-convert, then by lcms' jpgicc."""
    with tempfile.TemporaryDirectory(prefix="livephoto-icc-") as folder:
        source, target = path, os.path.join(folder, "managed.jpg")
        if not is_jpeg(path):
            source = os.path.join(folder, "picture.jpg")
            read_with("heif-convert", "-q", "100", path, source)
        read_with("jpgicc", "-q100", "-t1", source, target)
        return ffmpeg_picture(target)


def still_rgb(path):
    return ffmpeg_picture(path) if is_jpeg(path) else heif_rgb(path)


def is_jpeg(path):
    with open(path, "rb") as file:
        return file.read(2) == b"\xff\xd8"


@remembered
def still_luma(path, matrix):
    """(luma plane, full range?) of a still, to be compared with a frame whose matrix is `matrix`.

    A HEIC that is not mirrored gives the samples as they are coded: its HEVC stream goes to ffmpeg, because libheif
    1.15.1 turns every picture into 8-bit RGB and back. Else, and for JPEG, the luma is made again, with `matrix`, from
    the RGB that the file shows; colours that RGB cannot hold limit that to some 45 dB.
    """
    if is_jpeg(path):
        return _luma_again(path, matrix, "yuv444p"), False
    picture = heic_stream.of_primary_picture(path)
    if picture:
        stream, size, turns = picture
        with tempfile.NamedTemporaryFile(prefix="livephoto-still-", suffix=".hevc") as file:
            file.write(stream)
            file.flush()
            full_range = readers.is_full_range(readers.first_stream(readers.ffprobe(file.name)[0], "video"))
            crop = [f"crop={size[0]}:{size[1]}:0:0"] if size else []
            filters = [*_layout_filters("luma"), *crop, *["transpose=cclock"] * turns]
            return _ffmpeg_images(["-i", file.name], filters)[0], full_range
    pixels = "yuv444p" if int(readers.tag(readers.exiftool(path), "BitDepthLuma") or 8) == 8 else "yuv444p10le"
    return _heif_convert(path, ".png", lambda png: _luma_again(png, matrix, pixels)), False


def _luma_again(picture, matrix, pixels):
    filters = [f"scale=in_range=pc:out_range=tv:out_color_matrix={matrix}", f"format={pixels}", "extractplanes=y"]
    return _ffmpeg_images(["-i", str(picture)], filters)[0]
