"""Runs programs that are not ours, and says plainly when one is missing or refuses a file."""

import dataclasses
import functools
import os
import shutil
import signal
import subprocess
import unittest


class ProgramMissing(unittest.SkipTest):
    """A reader that is not on this machine."""


class ReaderError(Exception):
    """A reader refused the file; the message holds the command and what it said."""


@dataclasses.dataclass(frozen=True)
class Output:
    command: list
    code: int
    stdout: bytes
    stderr: str


def need(program):
    if shutil.which(program) is None:
        raise ProgramMissing(f"{program} is not installed")
    return program


def execute(command, timeout=120, environment=None, folder=None, stdin=None):
    """Runs a program to its end, or interrupts it after `timeout` seconds, and kills what does not heed that."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment, cwd=folder, start_new_session=True)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        # Interrupted, gst-launch takes its pipeline down, and with it what is half written.
        os.killpg(process.pid, signal.SIGINT)
        try:
            stdout, stderr = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
        stderr += b"\nTIMEOUT: killed after %d seconds" % timeout
    return Output(command, process.returncode, stdout, stderr.decode("utf-8", "replace"))


def read_with(program, *arguments, timeout=120, stdin=None):
    output = execute([need(program), *map(str, arguments)], timeout, stdin=stdin)
    if output.code != 0:
        said = (output.stderr or output.stdout.decode("utf-8", "replace")).strip()[-600:]
        raise ReaderError(f"{' '.join(output.command)} ended with {output.code}: {said}")
    return output


def gst_launch(tokens, timeout=120, environment=None, folder=None):
    return execute([need("gst-launch-1.0"), *tokens], timeout, environment, folder)


def remembered(read):
    """Spares asking the same program twice about a file that has not changed."""
    @functools.lru_cache(maxsize=32)
    def remembered(path, state, arguments):
        return read(path, *arguments)

    @functools.wraps(read)
    def ask(path, *arguments):
        state = os.stat(path)
        return remembered(str(path), (state.st_mtime_ns, state.st_size, state.st_ino), arguments)

    return ask
