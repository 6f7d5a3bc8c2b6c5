"""Clips in which one moment is the right one, and clips that have one thing wrong.

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


def odd(name, source, seconds):
    """What `source` of ffmpeg's sources shows."""
    def make(draft):
        programs.read_with(
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-t", str(seconds), "-c:v", "libx264", "-preset",
            "veryfast", "-pix_fmt", "yuv420p", "-f", "mp4", draft)

    # pylint: disable-next=protected-access
    return clips.Clip(clips._once(f"odd-{name}.mp4", make))


# ---- three seconds with one thing wrong, or none

_CAMERA = ("mandelbrot=s=1920x1080:r=25:start_scale=0.6,trim=end_frame=1,loop=-1:1,setpts=N/(25*TB),format=yuv420p,"
           "crop=640:360:x='{x}':y='{y}'")
_CROSSING = "overlay=x='60+90*t':y='120+30*sin(3*t)':shortest=0"


def _faulty(name, x="600", y="300", after="null"):
    """The camera looks at (x, y) of a large picture; `after`: one more filter."""
    graph = f"{_CAMERA.format(x=x, y=y)}[a];{_THING.format(rate=25)}[b];[a][b]{_CROSSING},{after}[v]"

    def make(draft):
        programs.read_with(
            "ffmpeg", "-v", "error", "-y", "-filter_complex", graph, "-map", "[v]", "-t", "3", "-c:v", "libx264", "-crf",
            "16", "-pix_fmt", "yuv420p", "-metadata", f"creation_time={clips.FILMED}", "-f", "mp4", draft)

    # pylint: disable-next=protected-access
    return clips.Clip(clips._once(f"fault-{name}.mp4", make), Fraction(25))


def clean():
    return _faulty("none")


def cut():
    """Another view from 2 s on."""
    return _faulty("cut", x="if(lt(t,2),600,1200)", y="if(lt(t,2),300,650)")


def fast():
    """A pan of more than half a picture in a second."""
    return _faulty("fast", x="20+400*t")


def shaky():
    return _faulty("shaky", x="600+6*sin(2*PI*6*t)", y="300+6*sin(2*PI*7.3*t+1)")


def blurred():
    """From 1.3 to 1.7 s."""
    return _faulty("blurred", after="gblur=sigma=6:enable='between(t,1.3,1.7)'")


def dark():
    """The light goes and comes again, darkest at 1.5 s."""
    return _faulty("dark", after="lutyuv,eq=eval=frame:contrast='1-0.9*exp(-pow((t-1.5)/0.35,2))':"
                                 "brightness='-0.45*exp(-pow((t-1.5)/0.35,2))'")
