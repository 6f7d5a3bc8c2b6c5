"""Runs gst-livephoto-1.0, as a person or a script would, and keeps what came of it."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

import harness

PROGRAM = "gst-livephoto-1.0"


def need_program():
    """A tool that is missing is a failure where one was promised, as an element of ours is."""
    if shutil.which(PROGRAM) is None:
        if os.environ.get("LIVEPHOTO_TOOL"):
            raise AssertionError(f"no {PROGRAM} in {os.environ['PATH']}")
        raise unittest.SkipTest(f"no {PROGRAM} in PATH")


@dataclasses.dataclass(frozen=True)
class Said:
    """One run that has ended; names that are no UTF-8 have surrogates in them."""

    arguments: tuple
    code: int
    out: str
    err: str

    def __str__(self):
        return f"$ {PROGRAM} {self.arguments}\nended with {self.code}\n{self.out}{self.err}"

    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def event(self):
        """The only one, before the summary."""
        events = self.events()
        assert len(events) == 2 and events[1]["event"] == "summary", events
        return events[0]


class ToolTest(harness.PipelineTest):
    """In a folder of its own, which is the current one of what is run."""

    elements = ("livephotosink", "avdec_h264")

    def setUp(self):
        need_program()
        super().setUp()

    def run_tool(self, *arguments, stdin=None, environment=None, timeout=120):
        """`stdin` is bytes."""
        done = subprocess.run(
            [PROGRAM, *map(os.fspath, arguments)], cwd=self.folder, input=stdin, capture_output=True, timeout=timeout,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}, check=False,
            stdin=subprocess.DEVNULL if stdin is None else None)
        said = Said(arguments, done.returncode, done.stdout.decode("utf-8", "surrogateescape"),
                    done.stderr.decode("utf-8", "surrogateescape"))
        self.last_run = said
        return said

    def measure_tool(self, *arguments):
        """(Said, seconds of processor time, MiB that it had at its most)."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with subprocess.Popen(
                    [PROGRAM, *map(os.fspath, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out,
                    stderr=err, env={**os.environ, "LC_ALL": "C.UTF-8"}) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8", "surrogateescape"))
        return Said(arguments, process.returncode, *texts), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def make(self, *arguments, code=0, **options):  # pylint: disable=arguments-differ
        said = self.run_tool("make", *arguments, **options)
        self.assertEqual(said.code, code, said)
        return said

    def refuse(self, *arguments, **options):
        """Nothing was begun, and one sentence says why; returns it."""
        before = self.tree()
        said = self.make(*arguments, code=2, **options)
        self.assertEqual(said.out, "")
        self.assertEqual(len(said.err.splitlines()), 1, said)
        self.assertEqual(self.tree(), before)
        return said.err.strip()

    def tree(self):
        """All files and folders below the test's own, hidden ones too."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def copy(self, clip, name):
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(clip.path, target)
        return target

    def pair(self, base="P", still=".HEIC"):
        return harness.Pair(None, self.folder / (base + still), self.folder / (base + ".MOV"))

    def start_tool(self, *arguments, environment=None):
        """In a session of its own, as a shell in a terminal would have it."""
        process = subprocess.Popen(
            [PROGRAM, *map(os.fspath, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, **(environment or {})})
        self.addCleanup(_end, process)
        return process


def _end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()
    process.stderr.close()


def children_of(pid):
    """The processes that a process has started and that are still there."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def is_alive(pid):
    """Of a process that is about to end, the first thread may be gone while others still hold its files and locks."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            is_zombie = file.read().rpartition(")")[2].split()[0] == "Z"
        return not is_zombie or len(os.listdir(f"/proc/{pid}/task")) > 1
    except OSError:
        return False
