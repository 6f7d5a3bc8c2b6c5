"""Runs a choice over a case, and says whether it is right; and what the two plain ways would have got."""

import dataclasses
import json
import subprocess

import numpy

import spoiling
import truth

NANOSECONDS = 10**9
WAYS = ("ours", "plain", "middle")  # core/select, variance of the Laplacian, the middle of the file


class ChooserFailed(Exception):
    """The program ended with an error."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    start: float  # frames
    still: float
    overlap: float  # of the clip with the good window
    cover: bool  # the still is among the sharpest of the good window

    @property
    def window(self):
        return self.overlap >= truth.OVERLAP


@dataclasses.dataclass(frozen=True)
class Judged:
    case: object
    verdicts: dict  # by way
    sharpest: frozenset  # frames that are right as a cover
    answer: dict  # of the chooser
    curves: list  # lines, where they were asked for

    @property
    def is_right(self):
        return self.verdicts["ours"].window and self.verdicts["ours"].cover


def judge(case, scene, others, chooser, curves=False):
    answer, lines = _ask(case, scene, others, chooser, curves)
    sharpest = sharpest_frames(case, scene)
    rate = case.source.rate
    middle = (case.length - case.clip) / 2
    choices = {"middle": (middle, round(middle + case.clip / 2))}
    for way, found in (("ours", (answer["moments"] or [None])[0]), ("plain", answer["plain"])):
        choices[way] = (
            (-2 * case.clip, -1) if found is None else
            (found["start"] * rate / NANOSECONDS, round(found["still"] * rate / NANOSECONDS)))
    verdicts = {way: _verdict(case, sharpest, *choices[way]) for way in WAYS}
    return Judged(case, verdicts, sharpest, answer, lines)


def _verdict(case, sharpest, start, still):
    inside = min(start + case.clip, case.good.stop) - max(start, case.good.start)
    return Verdict(start, still, round(max(inside, 0) / case.clip, 6), still in sharpest)


def sharpest_frames(case, scene):
    """The sharpest tenth of the good window by the truth. Frames that were left sharp while all others were blurred
    belong to it whatever they show: between those the measure tells how much there is to see, not how sharp."""
    numbers = numpy.arange(case.good.start, case.good.stop)
    sharpness = scene.sharpness[case.levels[numbers], case.indices[numbers]]
    tenth = numpy.quantile(sharpness, 1 - truth.TENTH)
    return frozenset(numbers[(sharpness >= tenth) | (case.levels[numbers] == 0)].tolist())


def video(case, scene, others):
    """The case as YUV4MPEG2, in pieces."""
    header = None
    for frame in spoiling.frames(case, scene, others):
        if header is None:
            height, width = frame.shape
            header = f"YUV4MPEG2 W{width} H{height} F{case.source.rate}:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n"
            yield header.encode()
        yield b"FRAME\n"
        yield numpy.ascontiguousarray(frame).tobytes()


def _ask(case, scene, others, chooser, curves):
    duration = case.clip * NANOSECONDS // case.source.rate
    command = [str(chooser), str(duration), *(["curves"] if curves else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for piece in video(case, scene, others):
            process.stdin.write(piece)
        process.stdin.close()
        said = process.stdout.read().decode()
        if process.wait() != 0:
            raise ChooserFailed(f"{' '.join(command)} ended with {process.returncode} for {case.name}")
    first, *lines = said.splitlines()
    return json.loads(first), lines
