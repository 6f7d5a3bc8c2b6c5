"""Runs commands and says what they took; and the rows of the table that come of it."""

import dataclasses
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time

import programs

MEBIBYTE = 1 << 20
PATIENCE = 600  # seconds; what takes longer hangs


class CannotMeasure(Exception):
    """Why a case has no numbers."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of a process with all that it started; `peak` is that of the largest of them."""

    wall: float  # seconds
    cpu: float  # seconds
    peak: int  # bytes
    output: str = ""


def run(command):
    command = [str(word) for word in command]
    programs.need(command[0])
    with tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        watch = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if process.returncode != 0 or "ERROR" in said:
        raise CannotMeasure(f"{' '.join(command)} ended with {process.returncode}: {said.strip()[-800:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, said)


def rounds_asked(usual):
    """LIVEPHOTO_BENCH_ROUNDS says how often everything is run, for a quick look or a quiet machine."""
    return int(os.environ.get("LIVEPHOTO_BENCH_ROUNDS", usual))


class Comparison:
    """Commands run in turns, so that whatever else the machine does slows all of them. The first turn warms up."""

    def __init__(self, commands, rounds):
        self.costs = {name: [] for name in commands}
        for number in range(rounds_asked(rounds) + 1):
            for name, command in commands.items():
                cost = command() if callable(command) else run(command)
                if number:
                    self.costs[name].append(cost)

    def median(self, name, what="wall"):
        return statistics.median(getattr(cost, what) for cost in self.costs[name])

    def ratio(self, ours, theirs, what="wall"):
        """The median of the ratios in each turn: what is slow for a while is slow for both."""
        return statistics.median(self._ratios(ours, theirs, what))

    def spread(self, ours, theirs, what="wall"):
        ratios = self._ratios(ours, theirs, what)
        return f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds"

    def _ratios(self, ours, theirs, what):
        return [getattr(one, what) / getattr(other, what)
                for one, other in zip(self.costs[ours], self.costs[theirs])]


@dataclasses.dataclass(frozen=True)
class Row:
    case: str
    ours: str
    theirs: str
    ratio: float
    goal: float = None  # at most
    note: str = ""

    @property
    def verdict(self):
        if self.goal is None:
            return ""
        return "met" if self.ratio <= self.goal else "missed"


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def mebibytes(value):
    return f"{value / MEBIBYTE:.0f} MiB"


def time_row(case, comparison, ours, theirs, name_of_theirs, goal=None, note="", what="wall"):
    note = "; ".join(filter(None, [comparison.spread(ours, theirs, what), note]))
    return Row(case, seconds(comparison.median(ours, what)),
               f"{name_of_theirs} {seconds(comparison.median(theirs, what))}",
               comparison.ratio(ours, theirs, what), goal, note)


def peak_row(case, comparison, ours, theirs, name_of_theirs):
    """For information: no goal but that of case `memory`."""
    mine, other = comparison.median(ours, "peak"), comparison.median(theirs, "peak")
    return Row(f"{case}, peak memory", mebibytes(mine), f"{name_of_theirs} {mebibytes(other)}", mine / other)
