"""How like its source a still is, and which quality makes ours as like as another program's."""

import programs

import decoders
import pair


def likeness(still, video, time):
    """Luma SSIM of a still and the frame that `video` shows at exactly `time`."""
    return pair.still_against(still, video, decoders.ffmpeg_frame(video, time))[0]


def equal_quality(make, still, video, time, wanted):
    """(quality, SSIM): the least with which make(quality) writes a still that is at least as like as wanted."""
    low, high = 0, 100
    found = {}
    while low < high:
        middle = (low + high) // 2
        found[middle] = _likeness_at(make, middle, still, video, time)
        if found[middle] >= wanted:
            high = middle
        else:
            low = middle + 1
    return high, found.get(high) or _likeness_at(make, high, still, video, time)


def _likeness_at(make, quality, still, video, time):
    make(quality)
    return likeness(still, video, time)


def png_of(video, time, path):
    """The frame as the script makes it a PNG."""
    programs.read_with("ffmpeg", "-v", "error", "-y", "-ss", f"{float(time) - 0.001:.6f}", "-i", video,
                       "-frames:v", "1", path)
