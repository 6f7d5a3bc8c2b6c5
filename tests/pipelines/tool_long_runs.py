#!/usr/bin/env python3
"""What takes too long for every run of the tests: a thousand pairs in one run, what --jobs brings, and kill -9.

    meson devenv -C build --workdir "$PWD" tests/pipelines/tool_long_runs.py [thousand | jobs | kills [COUNT]]

`jobs` wants a machine that has nothing else to do.
"""

import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import clips
import programs
import tool


def small_clip():
    return clips._once("small.mp4", lambda draft: programs.read_with(  # pylint: disable=protected-access
        "ffmpeg", "-v", "error", "-y", "-i", clips.moving().path, "-t", "0.5", "-vf", "scale=64:48", "-c:v", "libx264",
        "-c:a", "aac", "-f", "mp4", draft))


def large_clip():
    return clips._once("large.mp4", lambda draft: programs.read_with(  # pylint: disable=protected-access
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=4", "-f", "lavfi", "-i",
        "sine=d=4", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4", draft,
        timeout=600))


class Folder:
    """`count` links to a clip, each with a name of its own."""

    def __init__(self, clip, count):
        self.path = Path(tempfile.mkdtemp(prefix="livephoto-long-"))
        (self.path / "in").mkdir()
        for number in range(count):
            (self.path / "in" / f"{number:04}.mp4").symlink_to(clip)

    def __enter__(self):
        return self.path

    def __exit__(self, *problem):
        shutil.rmtree(self.path)


class Watch:
    """Memory and file handles of a process, as often as it ends a job."""

    def __init__(self, process):
        self.process = process
        self.seen = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            if b'"summary"' in line:
                break
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
            kib = int(status.partition("VmRSS:")[2].split()[0])
            self.seen.append((kib, len(os.listdir(f"/proc/{self.process.pid}/fd"))))


def thousand(count=1000):
    with Folder(small_clip(), count) as folder:
        begun = time.monotonic()
        with subprocess.Popen([tool.PROGRAM, "make", "in", "-o", "out/", "--json"], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            watch = Watch(process)
            watch.thread.join()
        made = len(list((folder / "out").glob("*.MOV")))
    print(f"{made} of {count} pairs in {time.monotonic() - begun:.0f} s, exit status {process.returncode}")
    for share in range(1, 11):
        number = count * share // 10
        kib, handles = watch.seen[number - 1]
        print(f"  after {number:5} jobs: {kib / 1024:.1f} MiB, {handles} file handles")
    tenth, last = watch.seen[count // 10 - 1], watch.seen[-1]
    good = made == count and last[0] <= tenth[0] + 512 and last[1] <= tenth[1] + 8  # the pipes of one more job
    print("memory and file handles do not grow" if good else "THEY GROW")
    return good


def jobs(count=12):
    figures = {}
    for at_once in (1, 2, 4):
        with Folder(large_clip(), count) as folder:
            begun = time.monotonic()
            with subprocess.Popen([tool.PROGRAM, "make", "in", "-o", "out/", "--jobs", str(at_once)], cwd=folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
        wall, cpu = time.monotonic() - begun, used.ru_utime + used.ru_stime
        figures[at_once] = cpu / count
        busy = 100 * cpu / wall / os.cpu_count()
        print(f"--jobs {at_once}: {60 * count / wall:.1f} pairs a minute, {cpu / count:.2f} s of CPU a pair, "
              f"processors {busy:.0f} % busy, exit status {process.returncode}")
    return figures[2] <= 1.05 * figures[1]


# ---- kill -9


class Killed:
    """A tool that makes P of a clip, killed at random moments; alone, or at once with what it has started."""

    new = ("make", "in.mp4", "--start", "0", "--mute", "-o", "P", "--force")

    def __init__(self, folder, replaces):
        self.folder, self.replaces = folder, replaces
        self.old = self.files() if replaces else {}

    def run(self, *arguments):
        return subprocess.run([tool.PROGRAM, *arguments], cwd=self.folder, capture_output=True, check=False, text=True)

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.name != "in.mp4"}

    def prepare(self):
        for path in self.folder.glob("*P.*"):
            path.unlink()
        for name, content in self.old.items():
            (self.folder / name).write_bytes(content)

    def begin(self):
        return subprocess.Popen([tool.PROGRAM, *self.new], cwd=self.folder, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def wait_for_commit(self, process):
        """Until its journal grows, which is when it begins to rename."""
        first = 0
        while process.poll() is None:
            try:
                size = (self.folder / ".P.livephoto").stat().st_size
            except FileNotFoundError:
                size = 0
            if first and size != first:
                return
            first = first or size

    def durations(self):
        """How long a run takes, and how long it still lives once it has begun to rename."""
        whole, late = [], []
        for _ in range(5):
            self.prepare()
            begun = time.monotonic()
            process = self.begin()
            self.wait_for_commit(process)
            seen = time.monotonic()
            process.wait()
            whole.append(time.monotonic() - begun)
            late.append(time.monotonic() - seen)
        return max(whole), max(late)

    def kill(self, seconds, is_late, with_children):
        """Whether it was still at work."""
        self.prepare()
        process = self.begin()
        if is_late:
            self.wait_for_commit(process)
        time.sleep(seconds)
        try:
            children = tool.children_of(process.pid)
        except OSError:
            children = []
        process.kill()
        for child in children if with_children else ():
            try:
                os.kill(child, 9)
            except ProcessLookupError:
                pass
        if process.wait() >= 0:
            return False
        while any(map(tool.is_alive, children)):
            time.sleep(0.001)
        return True

    def found(self):
        names = set(self.files())
        if any(name.startswith(".") for name in names):
            if self.replaces:
                same = sum(content == self.old.get(name) for name, content in self.files().items() if name[0] != ".")
                return ("begun", "half in place", "in place")[2 - same]
            return ("begun", "half in place", "in place")[sum(name[0] != "." for name in names)]
        return "nothing of it" if self.files() == self.old else "all done"

    def problem(self, goes_on):
        """What the next run leaves: what was there before, or a pair; nothing but that."""
        if goes_on:
            again = self.run(*self.new)
            if again.returncode != 0:
                return f"the next run failed: {again.stderr}"
        inspected = self.run("inspect", "P", "--json")
        left = self.files()
        if any(name.startswith(".") for name in left):
            return f"left: {sorted(left)}: {inspected.stdout}{inspected.stderr}"
        if left == self.old and not goes_on:
            return ""
        event = json.loads(inspected.stdout)
        if set(left) != {"P.HEIC", "P.MOV"} or not event["well"] or inspected.returncode != 0:
            return f"{sorted(left)}: {inspected.stdout}{inspected.stderr}"
        mixed = [name for name, content in left.items() if content == self.old.get(name)]
        return f"of the old pair: {mixed}" if mixed and len(mixed) < 2 else ""


def kills(count=200):
    good = True
    for replaces in (False, True):
        with Folder(small_clip(), 0) as folder:
            shutil.rmtree(folder / "in")
            (folder / "in.mp4").symlink_to(small_clip())
            if replaces:
                subprocess.run([tool.PROGRAM, "make", "in.mp4", "--start", "0", "-o", "P"], cwd=folder, check=True,
                               capture_output=True)
            killed = Killed(folder, replaces)
            whole, late = killed.durations()
            found, number = collections.Counter(), 0
            while number < count:
                is_late = number % 2 == 1
                if not killed.kill(random.uniform(0, late if is_late else whole), is_late, number % 4 < 2):
                    continue
                found[killed.found()] += 1
                problem = killed.problem(goes_on=number % 8 < 4)
                if problem:
                    print(f"  kill {number}: {problem}")
                    good = False
                number += 1
        kind = "replacing a pair" if replaces else "a new pair"
        print(f"{kind}: killed {count} times within {whole * 1000:.0f} ms, "
              f"half of them in the last {late * 1000:.0f} ms; found {dict(found)}")
    print("the next run left the old state or a whole pair each time" if good else "NOT ALWAYS MENDED")
    return good


def main(what="all", count=None):
    counts = [int(count)] if count else []
    results = [run(*counts) for run in (thousand, jobs, kills) if what in ("all", run.__name__)]
    sys.exit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
