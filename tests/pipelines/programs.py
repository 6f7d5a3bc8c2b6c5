"""Runs programs that are not ours, and says plainly when one is missing or refuses a file."""

import dataclasses
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
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


# What GStreamer 1.22 itself overlooks now and then, so that gst-launch waits for ever. Its log tells that from a line
# of ours that hangs.
# 1. gst-launch: an error that is told before its main loop runs (2 of 80 runs of `filesrc ! decodebin ! fakesink`
#    on an empty file), or later (2 of 150 of `videotestsrc ! identity error-after=1 ! fakesink`). The log has it then,
#    and gst-launch has not printed it, or has not begun to stop.
# 2. GstBin: the end, when gst-launch sets the pipeline to PLAYING in the moment between the thread of a sink posting
#    that it has reached PAUSED and the same thread's gst_bin_post_message() taking note that it does not play yet: the
#    note stays, and bin_do_eos() holds the end back. That thread's ASYNC_DONE then follows PLAYING in the log, every
#    sink that began has told of its end, and the bin has not even asked whether all have.
_WATCHED = "GST_ERROR_SYSTEM:4,GST_STATES:4,bin:5"


def gst_launch(tokens, timeout=120, environment=None):
    """Runs `gst-launch-1.0 TOKENS`, and again where it was GStreamer that never ended."""
    environment = dict(os.environ if environment is None else environment)
    output, log = _gst_launch_once(tokens, timeout, environment)
    for _ in range(6):
        if "TIMEOUT" not in output.stderr or not (_waits_on_after_error(output, log) or _kept_the_end(log)):
            break
        print(f"  again: GStreamer overlooked an error or the end: {' '.join(output.command)}", flush=True)
        output, log = _gst_launch_once(tokens, timeout, environment)
    return output


def _gst_launch_once(tokens, timeout, environment):
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as told:
        watched = {"GST_DEBUG": _WATCHED, "GST_DEBUG_NO_COLOR": "1", "GST_DEBUG_FILE": told.name}
        output = execute([need("gst-launch-1.0"), *tokens], timeout, {**environment, **watched})
        return output, told.read()


def _waits_on_after_error(output, log):
    if "posted error message" not in log:
        return False
    if "ERROR: from element" not in output.stderr:
        return True
    before_interrupt = output.stdout.decode("utf-8", "replace").split("handling interrupt")[0]
    return "doesn't want to preroll" in output.stderr and "Setting pipeline to NULL" not in before_interrupt


def _kept_the_end(log):
    played = log.find("<pipeline0> notifying about state-changed PAUSED to PLAYING")
    if not 0 <= played < log.rfind("<pipeline0> posting ASYNC_DONE to parent"):
        return False
    told = re.compile(r"<pipeline0> \[msg \S+\] handling child (\S+) message of type (stream-start|eos)\b")
    begun, ended = ({match[1] for match in told.finditer(log) if match[2] == kind} for kind in ("stream-start", "eos"))
    return bool(ended) and begun == ended and "is_eos" not in log[log.rfind("message of type eos"):]


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
