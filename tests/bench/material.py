"""The clips that are measured on, made once into a folder; and what is to be known of them."""

import dataclasses
import functools
import os
import tempfile
from fractions import Fraction
from pathlib import Path

import harness
import programs
import readers

SHARED_1080P = harness.SHARED / "media" / "videos" / "h264-1080p30-aac-5.8s.mp4"


@dataclasses.dataclass(frozen=True)
class Moment:
    """In seconds; iterates as start, duration, still."""

    start: float
    duration: float
    still: float

    def __iter__(self):
        return iter((self.start, self.duration, self.still))


@functools.lru_cache(maxsize=None)
def folder():
    """Kept: the long files take a while."""
    path = Path(os.environ.get("LIVEPHOTO_BENCH_MATERIAL") or Path(tempfile.gettempdir()) / "livephoto-bench-material")
    path.mkdir(parents=True, exist_ok=True)
    return path


def _made(name, *arguments):
    """A file by ffmpeg, whole or not at all."""
    path = folder() / name
    if not path.exists():
        draft = path.with_name("draft-" + name)
        print(f"making {name}", flush=True)
        programs.read_with("ffmpeg", "-v", "error", "-y", *arguments, draft, timeout=1200)
        draft.rename(path)
    return path


def _painted(name, width, height, rate, *options, seconds="10.24"):
    """Key frames each two seconds; 10.24 s are whole frames of AAC, and of the picture at 25 a second."""
    return _made(
        name, "-f", "lavfi", "-i", f"testsrc2=s={width}x{height}:r={rate}", "-f", "lavfi", "-i", "sine=r=48000",
        "-t", seconds, "-c:v", "libx264", "-preset", "veryfast", "-g", 2 * rate, "-keyint_min", 2 * rate,
        "-sc_threshold", "0", "-pix_fmt", "yuv420p", *options, "-c:a", "aac", "-b:a", "64k")


def full_hd():
    """(a clip of 1080p, what it is): one of the shared media, or a generated one where there are none."""
    if SHARED_1080P.exists():
        return SHARED_1080P, "a camera's clip"
    return _painted("full-hd.mp4", 1920, 1080, 30, "-crf", "23"), "a generated clip, as ../shared is not there"


def ultra_hd(repeats=1):
    unit = _painted("ultra-hd.mp4", 3840, 2160, 30, "-crf", "23")
    return unit if repeats == 1 else _repeated(unit, repeats, f"ultra-hd-{repeats}.mp4")


def hd(minutes, container):
    """720p of 10 s (minutes=0) or of so many minutes of the same."""
    unit = _painted("hd.mp4", 1280, 720, 25, "-crf", "30")
    film = unit if minutes == 0 else _repeated(unit, minutes * 6, f"hd-{minutes}min.mp4")
    if container == "mp4":
        return film
    return _made(f"{film.stem}.{container}", "-i", film, "-c", "copy")


def full_hd_for(minutes, container):
    """1080p30 in groups of two seconds, of the same few seconds again and again."""
    clip, _ = full_hd()
    unit = _made("full-hd-groups.mp4", "-i", clip, "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-g", "60",
                 "-keyint_min", "60", "-sc_threshold", "0", "-c:a", "aac")
    seconds = float(readers.presentation_times(unit)[-1])
    film = _repeated(unit, round(minutes * 60 / seconds), f"full-hd-{minutes}min.mp4")
    return film if container == "mp4" else _made(f"{film.stem}.{container}", "-i", film, "-c", "copy")


def _repeated(unit, times, name):
    return _made(name, "-stream_loop", times - 1, "-i", unit, "-c", "copy")


@functools.lru_cache(maxsize=None)
def key_frame_times(path):
    output = programs.read_with(
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of",
        "csv=p=0", path)
    lines = (line.split(",") for line in output.stdout.decode().split())
    return sorted(float(fields[0]) for fields in lines if "K" in fields[1])


def moment_near(path, time, *, key_frame=2, key_frames_in_unit=6):
    """The moment that begins behind the unit's given key frame, in the repetition nearest to a time."""
    keys = key_frame_times(path)
    origin = keys[0]
    key = min(keys[key_frame::key_frames_in_unit], key=lambda candidate: abs(candidate - origin - time))
    return Moment(key - origin + 0.5, 3, key - origin + 1.5)


def frame_near(path, time):
    """The exact time of the first frame from `time` on."""
    return min(shown for shown in readers.presentation_times(path) if shown >= Fraction(time))
