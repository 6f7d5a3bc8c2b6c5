"""The clips that the tests are run on, painted here so that every pixel and every click is known.

Each function makes one file once per run and returns a Clip; nothing of it is committed. Every frame carries its
number as a barcode, so that a picture says by itself which frame it is.
"""

import atexit
import dataclasses
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import boxes
import painting
import programs
import readers
from painting import HEIGHT, RATE, WIDTH, Painter, tone, upright_painter

SECONDS = 5

FRAME_RATES = {
    "23.976": Fraction(24000, 1001), "25": Fraction(25), "29.97": Fraction(30000, 1001), "30": Fraction(30),
    "59.94": Fraction(60000, 1001)}


@dataclasses.dataclass(frozen=True)
class Clip:
    """A file; `flashes` maps a white frame's number to the time of its click in the sound."""

    path: Path
    rate: Fraction = None
    flashes: dict = dataclasses.field(default_factory=dict)

    def times(self):
        """Presentation times by ffprobe; the n-th is that of the frame with barcode n."""
        return readers.presentation_times(self.path)


# ---- where the files are kept


@functools.lru_cache(maxsize=None)
def folder():
    """LIVEPHOTO_CLIPS if set (meson does, to share clips between test files), else a folder for this process."""
    shared = os.environ.get("LIVEPHOTO_CLIPS")
    if shared:
        sources = b"".join(Path(module).read_bytes() for module in (__file__, boxes.__file__, painting.__file__))
        path = Path(shared) / hashlib.sha256(sources).hexdigest()[:12]
        path.mkdir(parents=True, exist_ok=True)
        return path
    path = Path(tempfile.mkdtemp(prefix="livephoto-clips-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def _once(name, make):
    """`make(path)` unless the file is there; whole or not at all, also with tests running side by side."""
    path = folder() / name
    if not path.exists():
        draft = path.with_name(f"draft-{os.getpid()}-{name}")
        make(draft)
        os.replace(draft, path)
    return path


# ---- writing

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-g", "30", "-bf", "2", "-pix_fmt", "yuv420p")
BT709 = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")
AAC = ("-c:a", "aac", "-b:a", "128k")
PCM = ("-c:a", "pcm_s16le")


FILMED = "2024-05-17T10:20:30Z"


def _encode(path, frames, rate, video, samples=None, audio=PCM, size=(WIDTH, HEIGHT), pixels="yuv420p", filters=(),
            before_sound=(), before_video=(), after=(), muxer=None):
    """Feeds painted frames, and sound from a file beside the target, to ffmpeg."""
    raw = None
    command = [programs.need("ffmpeg"), "-v", "error", "-y", *before_video, "-f", "rawvideo", "-pix_fmt", pixels, "-s",
               f"{size[0]}x{size[1]}", "-framerate", str(rate), "-i", "-"]
    if samples is not None:
        raw = path.with_name(path.name + ".pcm")
        raw.write_bytes(samples.tobytes())
        command += [*before_sound, "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", str(raw), "-map", "0:v", "-map",
                    "1:a", *audio]
    command += ["-fps_mode", "passthrough", *(("-vf", ",".join(filters)) if filters else ()), *video, *after]
    command += ["-metadata", f"creation_time={FILMED}", *(("-f", muxer) if muxer else ()), str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for frame in frames:
            process.stdin.write(frame)
        process.stdin.close()
    except BrokenPipeError:
        pass
    said = process.stderr.read().decode("utf-8", "replace")
    if process.wait() != 0:
        raise programs.ReaderError(f"{' '.join(command)}: {said}")
    if raw:
        raw.unlink()


def _frames(rate, seconds=SECONDS, flashes=(), painter=None):
    painter = painter or Painter()
    return (painter.frame(number, number in flashes) for number in range(int(seconds * rate)))


def _simple(name, rate="30", sound=True, audio=AAC, video=X264 + BT709, **options):
    """A moving picture at a constant rate with a tone."""
    fps = FRAME_RATES[rate]
    path = _once(name, lambda draft: _encode(
        draft, _frames(fps), fps, video, tone(SECONDS) if sound else None, audio, **options))
    return Clip(path, fps)


# ---- the clips


def moving():
    """30 fps H.264 with B-frames and AAC in MP4: the ordinary case."""
    return _simple("moving.mp4")


def moving_at(rate):
    """H.264 and AAC in MP4 at one of FRAME_RATES."""
    return _simple(f"moving-{rate}.mp4", rate)


def with_spaces():
    """The ordinary clip under a name with spaces and letters outside ASCII."""
    source = moving().path
    return Clip(_once("ein Café, 30 %.mp4", lambda draft: shutil.copyfile(source, draft)), FRAME_RATES["30"])


def long_moving(kind="mp4", seconds=64):
    """A minute of small pictures, for the memory of the window and for how much of a source is read; mp4, mkv or ts."""
    if kind != "mp4":
        source = long_moving().path
        return Clip(_once(f"long.{kind}", lambda draft: programs.read_with(
            "ffmpeg", "-v", "error", "-y", "-i", source, "-map", "0", "-c", "copy", draft)), Fraction(25))
    small = Painter(160, 120)
    rate = Fraction(25)
    path = _once("long.mp4", lambda draft: _encode(
        draft, _frames(rate, seconds, painter=small), rate, (*X264, "-preset", "ultrafast"), tone(seconds), AAC,
        size=(160, 120)))
    return Clip(path, rate)


def silent():
    """No sound track."""
    return _simple("silent.mp4", sound=False)


def pcm():
    """H.264 and 16-bit PCM in MOV."""
    return _simple("pcm.mov", audio=PCM)


def ac3(and_aac=False):
    """H.264 with AC-3 in Matroska; if asked, a track of AAC behind it."""
    more = ("-map", "1:a", "-c:a:1", "aac") if and_aac else ()
    return _simple("ac3-aac.mkv" if and_aac else "ac3.mkv", audio=("-c:a", "ac3", *more))


def matroska(rate="29.97"):
    """Matroska: times rounded to 1 ms, no decode times."""
    return _simple(f"rounded-{rate}.mkv", rate)


def mpegts():
    """MPEG-TS: the first picture is not at time 0."""
    return _simple("stream.ts", muxer="mpegts")


def wrapping(at):
    """MPEG-TS whose 33 bits of time begin anew `at` seconds behind its begin."""
    zero = (1 << 33) / 90000 - at
    return _remuxed(f"wrap-{at}.ts", mpegts(), "-muxdelay", "0", "-muxpreload", "0", "-mpegts_copyts", "1",
                    "-output_ts_offset", f"{zero:.6f}")


def variable_rate(flashes=False):
    """Frames 20 to 47 ms apart on a 90 kHz clock, PCM, in MOV; with flashes and clicks if asked."""
    fps = FRAME_RATES["30"]
    ticks = [0]
    for number in range(1, int(SECONDS * fps)):
        ticks.append(ticks[-1] + 3000 + (number * 7919 % 2400) - 1200)
    numbers = flash_frames([Fraction(tick, 90000) for tick in ticks]) if flashes else []
    clicks = {number: Fraction(ticks[number], 90000) for number in numbers}
    # setpts cannot look a list up, but it can add up the same steps
    steps = "if(eq(N,0),0,st(0,ld(0)+3000+mod(N*7919,2400)-1200))"
    name = "variable-flash.mov" if flashes else "variable.mov"
    path = _once(name, lambda draft: _encode(
        draft, _frames(fps, flashes=numbers), fps, (*X264, *BT709, "-enc_time_base", "1:90000"),
        tone(SECONDS, clicks.values()), PCM, filters=["settb=1/90000", f"setpts='{steps}'"],
        after=("-video_track_timescale", "90000")))
    return Clip(path, None, clicks)


FLASH_START = Fraction(1)  # of the documented line's window, two seconds long


# qtdemux 1.22 drops AAC packets whose time before the edit list is applied lies past the movie's duration: with an
# encoder's delay of 1024 samples it loses the last 21 ms of any movie. No click is put there.
HEARD_BY_QTDEMUX = Fraction(40, 1000)


def flash_frames(times):
    """Three frames of the window [1 s, 3 s) cut on these times: the second, one in the middle, one near the end."""
    first = max(n for n, time in enumerate(times) if time <= FLASH_START + Fraction(1, 2000))
    after = min(n for n, time in enumerate(times) if time >= times[first] + 2 - Fraction(1, 2000))
    last = max(n for n in range(after) if times[after] - times[n] >= HEARD_BY_QTDEMUX)
    return [first + 1, (first + after) // 2, last]


def flash_and_click(rate, audio="pcm", kind="mov"):
    """White frames, each with a click that begins with it, at both ends of [1 s, 3 s) and in the middle."""
    fps = FRAME_RATES[rate]
    numbers = flash_frames([number / fps for number in range(int(SECONDS * fps))])
    clicks = {number: number / fps for number in numbers}
    coded = {"pcm": PCM, "aac": AAC, "alac": ("-c:a", "alac")}[audio]
    path = _once(f"flash-{rate}-{audio}.{kind}", lambda draft: _encode(
        draft, _frames(fps, flashes=numbers), fps, X264 + BT709, tone(SECONDS, clicks.values()), coded,
        after=() if kind == "mkv" else ("-video_track_timescale", str(fps.numerator))))
    return Clip(path, fps, clicks)


def untimed_sound():
    """LPCM of a rate that asks for a Sound Description of version 2: qtdemux 1.22 gives all of it one time, or none."""
    fps = FRAME_RATES["30"]
    return Clip(_once("untimed-sound.mov", lambda draft: _encode(
        draft, _frames(fps, 8), fps, X264 + BT709, tone(8), (*PCM, "-ar", "96000"))), fps)


def corners():
    """A square of another colour in each corner."""
    fps = FRAME_RATES["30"]
    return Clip(_once("corners.mp4", lambda draft: _encode(
        draft, _frames(fps, 1, painter=Painter(corners=True)), fps, X264 + BT709, tone(1), AAC)), fps)


# Where the right of the coded picture and its bottom point to when it is shown, as GStreamer names it.
TURNS = {
    "rotate-0": ((1, 0), (0, 1)), "flip-rotate-0": ((-1, 0), (0, 1)), "rotate-180": ((-1, 0), (0, -1)),
    "flip-rotate-180": ((1, 0), (0, -1)), "flip-rotate-270": ((0, 1), (1, 0)), "rotate-90": ((0, 1), (-1, 0)),
    "flip-rotate-90": ((0, -1), (-1, 0)), "rotate-270": ((0, -1), (1, 0))}


def turned(name):
    """The corners, to be turned by the matrix of their track."""
    return transformed(name, *TURNS[name])


def portrait(turn):
    """A picture that stands upright only when the container's display matrix is obeyed: 90, 180 or 270 degrees.

    The player turns the coded picture clockwise by `turn`; upright it is `upright_painter()`'s.
    """
    fps = FRAME_RATES["30"]
    undo = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}[turn]

    def make(draft):
        coded = draft.with_name("coded-" + draft.name)
        _encode(coded, _frames(fps, painter=upright_painter()), fps, X264 + BT709, tone(SECONDS), AAC,
                size=(HEIGHT, WIDTH), filters=[undo])
        programs.read_with("ffmpeg", "-v", "error", "-y", "-i", coded, "-map", "0", "-c", "copy", "-metadata:s:v:0",
                          f"rotate={360 - turn}", "-metadata", f"creation_time={FILMED}", draft)
        coded.unlink()

    return Clip(_once(f"turn-{turn}.mov", make), fps)


CHART_COLUMNS, CHART_ROWS = 4, 3
CHART = [  # sRGB values away from the edges of the cube, and greys
    (190, 60, 50), (60, 170, 70), (60, 80, 190), (200, 180, 60),
    (180, 80, 170), (60, 170, 180), (210, 140, 110), (90, 120, 60),
    (40, 40, 40), (100, 100, 100), (160, 160, 160), (220, 220, 220)]


def chart_patch(index):
    """(left, top, width, height) of the inner part of a patch, away from its edges."""
    width, height = WIDTH // CHART_COLUMNS, HEIGHT // CHART_ROWS
    column, row = index % CHART_COLUMNS, index // CHART_COLUMNS
    return column * width + 16, row * height + 16, width - 32, height - 32


# ffmpeg's names of primaries, transfer and matrix, and of the matrix in its scaler.
COLOURS = {
    "bt709": ("bt709", "bt709", "bt709", "bt709"),
    "bt601": ("smpte170m", "smpte170m", "smpte170m", "bt601"),
    "bt2020": ("bt2020", "bt2020-10", "bt2020nc", "bt2020"),
    "p3": ("smpte432", "bt709", "bt709", "bt709"),
}
HLG = {"hlg": ("bt2020", "arib-std-b67", "bt2020nc", "bt2020")}


def _chart_row(row, width):
    """One row of pixels through a row of the chart's patches, as rgb24."""
    return b"".join(bytes(colour) * width for colour in CHART[row * CHART_COLUMNS:(row + 1) * CHART_COLUMNS])


def chart_picture():
    """In WIDTH x HEIGHT, rgb24."""
    height = HEIGHT // CHART_ROWS
    return b"".join(_chart_row(row, WIDTH // CHART_COLUMNS) * height for row in range(CHART_ROWS))


def _coloured(name, picture, size, seconds, colour, bits, spread, labelled=True, **options):
    """A picture of rgb24 in one of COLOURS or in HLG: H.264 of 8 bits or HEVC of 10."""
    fps = FRAME_RATES["30"]
    primaries, transfer, space, matrix = {**COLOURS, **HLG}[colour]
    labels = ("-color_primaries", primaries, "-color_trc", transfer, "-colorspace", space) if labelled else ()
    video = (*X264, "-crf", "4") if bits == 8 else (
        *X265, "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error:crf=2")
    path = _once(name, lambda draft: _encode(
        draft, (picture for _ in range(int(seconds * fps))), fps, (*video, *labels, "-color_range", spread),
        pixels="rgb24", size=size,
        filters=[f"scale=out_color_matrix={matrix}:out_range={spread}:flags=accurate_rnd+full_chroma_int"], **options))
    return Clip(path, fps)


def colour_chart(colour, bits=8, full_range=False, seconds=SECONDS, labelled=True):
    """Flat patches of one of COLOURS, labelled as what they are or not at all."""
    spread = "pc" if full_range else "tv"
    name = f"chart-{colour}-{bits}-{spread}-{seconds}{'' if labelled else '-unlabelled'}.mp4"
    return _coloured(name, chart_picture(), (WIDTH, HEIGHT), seconds, colour, bits, spread, labelled,
                     samples=tone(seconds), audio=AAC)


CELL = 32  # pixels, of a patch of the small chart
ARROW_LEFT = CHART_COLUMNS * CELL
SMALL = ARROW_LEFT + CELL, CHART_ROWS * CELL
# From the left of the last column: a shaft, and at its top a barb to the right alone: no turn and no mirror keep it.
ARROW = {(x, y) for y in range(12, SMALL[1] - 12) for x in range(8, 16)} | {
    (x, y) for y in range(12, 28) for x in range(8, 28) if x - 8 <= y - 4}


def arrow_chart(colour, bits, full_range, turn):
    """The chart, small, with an arrow beside it, turned by a track's matrix; a third of a second, without sound."""
    spread = "pc" if full_range else "tv"

    def row(y):
        return _chart_row(y // CELL, CELL) + b"".join(
            (b"\x20" if (x, y) in ARROW else b"\xe0") * 3 for x in range(CELL))

    upright = _coloured(f"arrow-{colour}-{bits}-{spread}.mp4", b"".join(map(row, range(SMALL[1]))), SMALL,
                        Fraction(1, 3), colour, bits, spread)
    return Clip(_once(f"arrow-{colour}-{bits}-{spread}-{turn}.mp4", lambda draft: boxes.change(
        upright.path, draft, ("trak", "tkhd"), boxes.turned(*TURNS[turn]))), upright.rate)


def rgb():
    """The chart in H.264 of RGB, which has no matrix and a full range."""
    return Clip(_once("rgb.mp4", lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", "-i", colour_chart("bt709", seconds=1).path, "-map", "0:v", "-c:v", "libx264rgb",
        "-crf", "2", "-preset", "ultrafast", draft)), FRAME_RATES["30"])


def full_range_in_matroska():
    """The chart in full range, which qtdemux would call limited."""
    return _remuxed("full-range.mkv", colour_chart("bt709", full_range=True, seconds=1))


X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1")


def ten_bit():
    """HEVC Main 10."""
    return _simple("ten-bit.mp4", video=(
        *X265, "-pix_fmt", "yuv420p10le", *BT709, "-x265-params", "log-level=error:crf=12"))


def full_chroma():
    """H.264 High 4:4:4 Predictive in Matroska."""
    return _simple("full-chroma.mkv", video=(*X264, "-pix_fmt", "yuv444p", *BT709))


def hdr10():
    """HEVC Main 10 with PQ, BT.2020, mastering display and content light level."""
    return _simple("hdr10.mp4", video=(
        *X265, "-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace",
        "bt2020nc", "-x265-params",
        "log-level=error:crf=14:hdr10=1:repeat-headers=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:"
        "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"))


def sampled(pixels, codec):
    """The chart in BT.601 with more chroma samples than 4:2:0 has: as h264 or h265 in MP4, or raw in MOV."""
    primaries, transfer, space, matrix = COLOURS["bt601"]
    video = {"h264": (*X264, "-crf", "4"), "raw": ("-c:v", "rawvideo"),
             "h265": (*X265, "-x265-params", "log-level=error:crf=2")}[codec]
    return Clip(_once(f"chart-{pixels}.{'mov' if codec == 'raw' else 'mp4'}", lambda draft: _encode(
        draft, (chart_picture() for _ in range(30)), FRAME_RATES["30"],
        (*video, "-pix_fmt", pixels, "-color_primaries", primaries, "-color_trc", transfer, "-colorspace", space,
         "-color_range", "tv"), pixels="rgb24",
        filters=[f"scale=out_color_matrix={matrix}:out_range=tv:flags=accurate_rnd+full_chroma_int"])),
        FRAME_RATES["30"])


def at_rate(rate, frames):
    """H.264 and AAC in MP4 at a rate that is not among FRAME_RATES, from one frame in ten seconds to 240 in one."""
    path = _once(f"rate-{rate.numerator}-{rate.denominator}-{frames}.mp4", lambda draft: _encode(
        draft, _frames(rate, frames / rate), rate, X264 + BT709, tone(frames / rate), AAC))
    return Clip(path, rate)


def gaps():
    """30 fps; frame 44 stands two seconds longer, frame 89 0.7 s."""
    fps = FRAME_RATES["30"]
    path = _once("gaps.mp4", lambda draft: _encode(
        draft, _frames(fps), fps, (*X264, *BT709, "-enc_time_base", "1:90000"), tone(SECONDS + 2.7), AAC,
        filters=["settb=1/90000", "setpts='N*3000+gte(N,45)*180000+gte(N,90)*63000'"],
        after=("-video_track_timescale", "90000")))
    return Clip(path)


def _remuxed(name, source, *options, before=()):
    return Clip(_once(name, lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", *before, "-i", source.path, "-map", "0", "-c", "copy", *options, draft)),
        source.rate)


def negative_offsets():
    """B-frames in MP4 whose composition offsets are negative, so that it needs no edit: decode times after them."""
    return _remuxed("negative-offsets.mp4", moving(), "-movflags", "negative_cts_offsets")


def from_ten_seconds(kind):
    """The ordinary clip, all of it ten seconds later: mp4 (an empty edit) or mkv."""
    return _remuxed(f"from-10-s.{kind}", moving(), "-output_ts_offset", "10")


def cut_by_edit_list():
    """What a cut without encoding leaves: frame 33 is the first shown, and those from 30 on are hidden before it."""
    return _remuxed("cut.mp4", moving(), before=("-ss", "1.1"))


def two_edits():
    """Without sound: the second from frame 30 on, then that from frame 105 on, which is no sync frame."""
    return edited("twice", (1000, 30), (1000, 105))


def edited(name, *rows, rate=1):
    """Without sound; rows of an edit list: how many milliseconds are shown, and from which frame on (None: empty)."""
    rows = [(duration, -1 if frame is None else 1024 + 512 * frame) for duration, frame in rows]
    return Clip(_once(f"edited-{name}.mp4", lambda draft: boxes.change(
        silent().path, draft, ("trak", "edts", "elst"), boxes.edits(*rows, rate=rate))), FRAME_RATES["30"])


def transformed(name, across, down):
    """The corners, their track with a matrix that need not be one of TURNS."""
    return Clip(_once(f"matrix-{name}.mp4", lambda draft: boxes.change(
        corners().path, draft, ("trak", "tkhd"), boxes.turned(across, down))), FRAME_RATES["30"])


def sound_inside(audio="pcm", kind="mov"):
    """The sound begins 1.4 s after the picture and ends at 2.6 s; white frames and clicks near both of its ends."""
    fps, begin, numbers = FRAME_RATES["30"], Fraction(14, 10), (43, 60, 75)
    clicks = {number: number / fps for number in numbers}
    path = _once(f"sound-inside-{audio}.{kind}", lambda draft: _encode(
        draft, _frames(fps, flashes=numbers), fps, X264 + BT709,
        tone(Fraction(12, 10), [time - begin for time in clicks.values()]), {"pcm": PCM, "aac": AAC}[audio],
        before_sound=("-itsoffset", str(float(begin)))))
    return Clip(path, fps, clicks)


def picture_inside(audio="pcm", kind="mov"):
    """Two seconds of picture, from 1.5 s on, in five of sound; white frames and clicks at both ends of the picture."""
    fps, begin, numbers = FRAME_RATES["30"], Fraction(15, 10), (1, 30, 57)
    clicks = {number: begin + number / fps for number in numbers}
    path = _once(f"picture-inside-{audio}.{kind}", lambda draft: _encode(
        draft, _frames(fps, 2, flashes=numbers), fps, X264 + BT709, tone(SECONDS, clicks.values()),
        {"pcm": PCM, "aac": AAC}[audio], before_video=("-itsoffset", str(float(begin)))))
    return Clip(path, fps, clicks)


# Dolby Vision 1.0, profile 8, level 1: a base layer that is HLG, and the data for it.
DOLBY_VISION = bytes((1, 0, 8 << 1, 1 << 3 | 5, 0x40)) + bytes(19)


def dolby_vision():
    """HEVC whose sample description names Dolby Vision. The data themselves are not among the packets."""
    return Clip(_once("dolby-vision.mp4", lambda draft: boxes.change(
        ten_bit().path, draft, (*boxes.SAMPLE_DESCRIPTION, "hvc1"), boxes.added("dvvC", DOLBY_VISION))),
        FRAME_RATES["30"])


APERTURE = WIDTH - 40, HEIGHT - 20  # four pixels to the right of the middle, two above it


def clean_aperture():
    """H.264 of which Apple's players show APERTURE."""
    fractions = (APERTURE[0], 1, APERTURE[1], 1, 4, 1, (1 << 32) - 2, 1)
    return Clip(_once("clean-aperture.mp4", lambda draft: boxes.change(
        moving().path, draft, (*boxes.SAMPLE_DESCRIPTION, "avc1"),
        boxes.added("clap", b"".join(value.to_bytes(4, "big") for value in fractions)))), FRAME_RATES["30"])


def long_gop():
    """One sync frame at the begin, and no more."""
    return _simple("long-gop.mp4", video=(*X264, "-g", "1000", *BT709))


def open_gop(codec, tag="hvc1"):
    """Frames that are shown before a sync frame but refer to what is decoded before and after it: h264 or h265."""
    gop = "open-gop=1:keyint=24:min-keyint=24:scenecut=0:bframes=3:b-adapt=0"
    if codec == "h264":
        return _simple("open-gop.mp4", video=(*X264, "-x264-params", gop, *BT709))
    return _simple(f"open-gop-{tag}.mp4", video=(
        *X265, "-tag:v", tag, "-pix_fmt", "yuv420p", "-x265-params", "log-level=error:crf=16:" + gop, *BT709))


def anamorphic():
    """Pixels 4:3 as wide as high."""
    return _simple("anamorphic.mp4", filters=["setsar=4/3"])


def pattern(width, height, pixels="yuv420p", frames=15, video=X264 + BT709, name=""):
    """ffmpeg's test pattern in any size, H.264 without sound; odd sides want 4:4:4."""
    return Clip(_once(f"pattern-{width}x{height}-{pixels}{name}.mp4", lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s=640x360:r=15:d={frames / 15}", "-vf",
        f"scale={width}:{height}:flags=area:out_color_matrix=bt709,setsar=1", *video, "-pix_fmt", pixels, "-metadata",
        f"creation_time={FILMED}", draft, timeout=300)), Fraction(15))


def busy():
    """Grain in every frame, which takes more bits than encoders spend unasked."""
    return Clip(_once("busy.mp4", lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=3,noise=alls=50:allf=t", *X264,
        *BT709, "-pix_fmt", "yuv420p", "-metadata", f"creation_time={FILMED}", draft)), Fraction(30))


def among_fields():
    """Progressive frames in a stream that could have fields, as broadcasters' have."""
    return _simple("among-fields.mp4", video=(*X264, *BT709, "-x264-params", "fake-interlaced=1:pic-struct=1"))


def interlaced():
    """50 fields a second, the upper one first: a bar that moves by 8 pixels from field to field."""
    return Clip(_once("interlaced.mp4", lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"color=gray:s={WIDTH}x{HEIGHT}:r=50:d=2", "-vf",
        "geq=lum='if(lt(mod(X-8*N+3200,320),40),235,80)':cb=128:cr=128,interlace=scan=tff:lowpass=off", *X264, *BT709,
        "-flags", "+ildct+ilme", "-x264-params", "tff=1", "-metadata", f"creation_time={FILMED}", draft)), Fraction(25))


def late_sound():
    """The sound begins 1.5 s after the picture."""
    return _simple("late-sound.mov", audio=PCM, before_sound=("-itsoffset", "1.5"))


def short_sound():
    """The sound ends at 2 s, the picture goes on."""
    fps = FRAME_RATES["30"]
    path = _once("short-sound.mov", lambda draft: _encode(
        draft, _frames(fps), fps, X264 + BT709, tone(2), PCM))
    return Clip(path, fps)


def late_picture():
    """The picture begins 1.5 s after the sound."""
    fps = FRAME_RATES["30"]
    path = _once("late-picture.mkv", lambda draft: _encode(
        draft, _frames(fps), fps, X264 + BT709, tone(SECONDS + 1.5), AAC, before_video=("-itsoffset", "1.5")))
    return Clip(path, fps)


def size_change():
    """MPEG-TS whose picture shrinks from 320x240 to 240x160 at 2.5 s."""
    fps = FRAME_RATES["30"]

    def make(draft):
        parts = []
        for number, (width, height) in enumerate(((WIDTH, HEIGHT), (240, 160))):
            part = draft.with_name(f"part{number}-{draft.name}")
            _encode(part, _frames(fps, Fraction(5, 2), painter=Painter(width, height)), fps, X264 + BT709,
                    size=(width, height), muxer="mpegts", after=("-output_ts_offset", str(2.5 * number)))
            parts.append(part)
        draft.write_bytes(b"".join(part.read_bytes() for part in parts))
        for part in parts:
            part.unlink()

    return Clip(_once("size-change.ts", make), fps)


# ---- wrong inputs


def audio_only():
    """AAC in MP4, no picture at all."""
    return Clip(_once("sound-only.m4a", lambda draft: programs.read_with(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=5", *AAC, draft)))


def empty():
    """A file of no bytes."""
    return Clip(_once("empty.mp4", lambda draft: draft.write_bytes(b"")))


def text():
    """Prose, named as a film."""
    return Clip(_once("prose.mp4", lambda draft: draft.write_text("This is no film. " * 200)))


def truncated_mp4():
    """The first 60 % of a file whose index would have come last."""
    return _cut("truncated.mp4", moving().path, Fraction(6, 10))


def truncated_mkv():
    """The first tenth of a Matroska file: about half a second of pictures, though it promises five."""
    return _cut("truncated.mkv", matroska().path, Fraction(1, 10))


def _cut(name, source, share):
    def make(draft):
        data = Path(source).read_bytes()
        draft.write_bytes(data[:int(len(data) * share)])
    return Clip(_once(name, make))


ALL = (
    moving, with_spaces, silent, pcm, matroska, mpegts, variable_rate, lambda: variable_rate(flashes=True),
    *(functools.partial(moving_at, rate) for rate in FRAME_RATES if rate != "30"),
    *(functools.partial(flash_and_click, rate) for rate in FRAME_RATES),
    *(functools.partial(portrait, turn) for turn in (90, 180, 270)),
    *(functools.partial(colour_chart, matrix) for matrix in ("bt709", "bt601")),
    ten_bit, full_chroma, hdr10, anamorphic, late_sound, short_sound, late_picture, size_change, audio_only, empty,
    text, truncated_mp4, truncated_mkv)
