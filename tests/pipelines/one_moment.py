"""Clips in which one moment is the right one: something moves there, and nothing anywhere else.

A fixed camera looks at a still life; for a while a smaller picture crosses it. Made by ffmpeg once, as those of
clips.py are.
"""

from fractions import Fraction

import clips
import programs

# A view with fine detail everywhere, and a thing that crosses it.
_STILL = "mandelbrot=s={size}:r={rate}:start_scale=0.6,trim=end_frame=1,loop=-1:1,setpts=N/({rate}*TB),format=yuv420p"
_THING = "testsrc2=s=96x96:r={rate},trim=end_frame=1,loop=-1:1,setpts=N/({rate}*TB),format=yuv420p"


def still_life(name, seconds, begin, end, *, rate=25, size="640x360", group=50, sound=True, container="mp4",
               extra="null"):
    """The thing moves from `begin` to `end` (seconds) and stands still before and after. `extra`: one more filter."""
    x = f"x='60+90*(min(max(t,{begin}),{end})-{begin})':y='120+30*sin(3*(min(max(t,{begin}),{end})-{begin}))'"
    graph = (f"{_STILL.format(size=size, rate=rate)}[a];{_THING.format(rate=rate)}[b];"
             f"[a][b]overlay={x}:shortest=0,{extra}[v]")

    def make(draft):
        command = [
            "-v", "error", "-y", "-filter_complex", graph, "-map", "[v]"]
        if sound:
            command = ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=440:r=48000", "-filter_complex", graph, "-map",
                       "[v]", "-map", "0:a", "-c:a", "aac"]
        command += ["-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", str(group),
                    "-keyint_min", str(group), "-sc_threshold", "0", "-pix_fmt", "yuv420p"]
        programs.read_with("ffmpeg", *command, "-f", {"mkv": "matroska", "ts": "mpegts"}.get(container, container), draft)

    # pylint: disable-next=protected-access
    return clips.Clip(clips._once(f"{name}.{container}", make), Fraction(rate))


def short(container="mp4"):
    """Twelve seconds; the moment is from 5 to 8."""
    return still_life("scene-short", 12, 5, 8, container=container)


def long(container="mp4"):
    """Two minutes in groups of two seconds; the moment is from 81 to 84."""
    return still_life("scene-long", 120, 81, 84, rate=15, size="480x270", group=30, container=container)


def sparse():
    """A minute whose only sync frame is the first; the moment is from 41 to 44."""
    return still_life("scene-sparse", 60, 41, 44, rate=15, size="480x270", group=100000)


def motionless():
    """Six seconds in which nothing happens at all."""
    return still_life("scene-motionless", 6, 100, 101)
