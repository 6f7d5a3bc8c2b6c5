"""Which stretches of the shared videos are decent moments, and which of these videos no tuning ever sees.

Each was looked at: one shot, a camera that is calm or moves gently, and something that moves. Videos with the same
pictures as another one are left out, and so are test patterns, screen recordings and those that are black.
"""

import dataclasses
import hashlib
import os
from pathlib import Path

MEDIA = Path(os.environ.get(
    "LIVEPHOTO_MEDIA", Path(__file__).resolve().parents[3].parent / "shared" / "media"))


@dataclasses.dataclass(frozen=True)
class Source:
    name: str  # what the reports call it
    file: str  # in MEDIA
    first: int  # frame
    count: int  # frames
    rate: int  # frames a second at which it is played
    width: int  # of the canvas: the whole picture as displayed; a multiple of 12, as is the height
    height: int

    @property
    def path(self):
        return MEDIA / self.file

    @property
    def crop(self):
        """Two thirds of the canvas: the room around it is for shaking and panning."""
        return self.width * 2 // 3, self.height * 2 // 3

    @property
    def size(self):
        """Of the videos that are made: half the crop, so that they can be moved by half pixels without any blur."""
        return self.width // 3, self.height // 3


SOURCES = (
    Source("bird", "videos/bframes-pyramid-sar64x45.mp4", 14, 104, 30, 1440, 810),
    Source("bunny", "videos/h264-1080p60-51audio-2s.mp4", 28, 92, 30, 1920, 1080),
    Source("clouds", "videos/bunny-720p24-mono-5s.mp4", 55, 66, 24, 1440, 810),
    Source("flower", "videos/flower-540p30-aac-5s.mp4", 4, 110, 30, 1440, 810),
    Source("funicular", "videos/vp9-opus-480p-12s.webm", 10, 110, 25, 1440, 810),
    Source("gannet", "videos/mpeg4-mp3-960x400.avi", 22, 72, 24, 1440, 600),
    Source("gorilla", "videos/vp9-odd-161x121.webm", 0, 30, 15, 480, 360),
    Source("park", "videos/h264-1080p30-aac-5.8s.mp4", 30, 110, 30, 1920, 1080),
    Source("phone", "videos/old-phone-h263-aac-vfr-cif.3gp", 0, 70, 14, 960, 720),
    Source("roof", "videos/iphone-portrait-dv84-hlg-editlist-1080p-2.5s.mov", 0, 76, 28, 1080, 1920),
    Source("street", "videos/hevc8-hev1-vfr-1376x1840-5s.mp4", 36, 110, 29, 1368, 1824),
    Source("train", "livephotos/lychee-iphone6s-train.mov", 0, 22, 15, 1440, 1080),
)


def _hash(source):
    return hashlib.sha256(Path(source.file).name.encode()).hexdigest()


# The third whose names have the lowest hashes: chosen once, before anything was measured.
HELD_OUT = frozenset(source.name for source in sorted(SOURCES, key=_hash)[:len(SOURCES) // 3])


def is_held_out(source):
    return source.name in HELD_OUT


def of_same_split(source):
    """The others that may be cut together with it: what is held out is seen in no tuning case."""
    return [other for other in SOURCES if other is not source and is_held_out(other) == is_held_out(source)]
