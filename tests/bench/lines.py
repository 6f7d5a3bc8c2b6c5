"""The command lines that are compared: ours by gst-launch-1.0, and the script that one would write without it."""

import shlex

import harness

SCRIPT = harness.SHARED / "tools" / "script-baseline.sh"


def _nanoseconds(seconds):
    return round(seconds * harness.SECOND)


def lossless(video, out, moment, *, quality=None, decoder="decodebin"):
    """Packets unchanged; only the still's frame is decoded, with those before it."""
    return _launch(
        "parsebin", video, out, moment, "d. ! s.video_sink d. ! s.audio_sink s.video_src ! m. s.audio_src ! m.",
        f"{decoder} !", quality)


def encoded(video, out, moment, *, quality=None, encoder="x264enc speed-preset=ultrafast"):
    return _launch(
        "decodebin", video, out, moment,
        "d. ! videoconvert ! s.video_sink d. ! audioconvert ! audioresample ! s.audio_sink "
        f"s.video_src ! {encoder} ! h264parse ! m. s.audio_src ! avenc_aac ! aacparse ! m.", "", quality)


def _launch(source, video, out, moment, branches, before_still, quality):
    start, duration, still = map(_nanoseconds, moment)
    asked = "" if quality is None else f"quality={quality}"
    return ["gst-launch-1.0", "-q", "filesrc", f"location={video}", *shlex.split(
        f"! {source} name=d livephotoselect name=s start-time={start} duration={duration} still-time={still} "
        "livephotomux name=m ! filesink"), f"location={out}.MOV", *shlex.split(
        f"{branches} s.still_src ! {before_still} heifstillsink {asked}"), f"location={out}.HEIC"]


def script(video, out, moment, mode):
    """The still's frame is the first from a time on: named a little early, it is the one that is meant."""
    start, duration, still = moment
    return ["bash", SCRIPT, video, f"{start:.6f}", f"{duration:.6f}", f"{still - 0.001:.6f}", out, mode]
