#!/usr/bin/env python3
"""What takes too long for every run of the tests: a thousand pairs in one run, and what --jobs brings.

    PATH=build/gst/tool:$PATH GST_PLUGIN_PATH=build/gst tests/pipelines/tool_long_runs.py [thousand [COUNT] | jobs [COUNT]]

`jobs` wants a machine that has nothing else to do.
"""

import os
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
        print(f"--jobs {at_once}: {60 * count / wall:.1f} pairs a minute, {cpu / count:.2f} s of CPU a pair, processors "
              f"{100 * cpu / wall / os.cpu_count():.0f} % busy, exit status {process.returncode}")
    return figures[2] <= 1.05 * figures[1]


def main(what="both", count=None):
    counts = [int(count)] if count else []
    results = [run(*counts) for run in (thousand, jobs) if what in ("both", run.__name__)]
    sys.exit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
