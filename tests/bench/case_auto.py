"""mode=auto on ten minutes of 1080p, from the file to the pair, beside decoding the file; by processor time."""

import material
import measuring


def rows(folder):
    for container in ("mp4", "mkv"):
        long, short = (material.full_hd_for(minutes, container) for minutes in (10, 2))
        compared = measuring.Comparison(
            {"auto": _auto(long, folder / f"{container}-long"), "auto, 2 min": _auto(short, folder / f"{container}-short"),
             "raw": _raw(long), "decode": decode(long)}, rounds=3)
        yield measuring.time_row(
            f"auto, 10 min of 1080p in {container}, cpu", compared, "auto", "decode", "decoding it", 0.25,
            f"peak memory {measuring.mebibytes(compared.median('auto', 'peak'))}, of 2 min "
            f"{measuring.mebibytes(compared.median('auto, 2 min', 'peak'))}", "cpu")
        yield measuring.time_row(
            f"auto, raw, 10 min of 1080p in {container}, cpu", compared, "raw", "decode", "decoding it", 0.25,
            f"peak memory {measuring.mebibytes(compared.median('raw', 'peak'))}", "cpu")


def _auto(video, output):
    return ["gst-launch-1.0", "-q", "filesrc", f"location={video}", "!", "parsebin", "name=d", "livephotosink", "name=l",
            "mode=auto", f"location={output}", "d.", "!", "l.video", "d.", "!", "l.audio"]


def _raw(video):
    """Without an encoder, which would cost the same whatever finds the moment."""
    return [*_decoded(video), "livephotoselect", "mode=auto", "!", "fakesink", "sync=false"]


def decode(video):
    return [*_decoded(video), "fakesink", "sync=false"]


def _decoded(video):
    return ["gst-launch-1.0", "-q", "filesrc", f"location={video}", "!", "parsebin", "!", "video/x-h264", "!", "avdec_h264", "!"]
