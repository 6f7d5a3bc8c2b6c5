"""Runs gst-launch lines and keeps what came of them; with what every test file of this folder shares."""

import dataclasses
import functools
import os
import re
import shlex
import shutil
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import decoders
import measures
import painting
import pair
import programs

SECOND = 10**9
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LIVEPHOTOS = SHARED / "media" / "livephotos"

X264 = "x264enc ! h264parse"
X265 = "x265enc ! h265parse"
AVENC_AAC = "avenc_aac ! aacparse"
VOAAC = "voaacenc ! aacparse"
LPCM = "audio/x-raw,format=S16LE,layout=interleaved"  # a caps filter: raw samples as they are
ALAC = "avenc_alac"


# ---- running lines


@dataclasses.dataclass(frozen=True)
class Run:
    """One gst-launch line that has ended."""

    line: str
    code: int
    out: str
    errors: list  # what elements said in ERROR messages
    stderr: str

    def __str__(self):
        return f"$ {self.line}\nended with {self.code}\n{self.stderr.strip()[-2500:]}"

    @property
    def timed_out(self):
        return "TIMEOUT" in self.stderr


@dataclasses.dataclass(frozen=True)
class Pair:
    run: Run
    still: Path
    movie: Path


@functools.lru_cache(maxsize=None)
def have_element(name):
    programs.need("gst-inspect-1.0")
    # Not --exists: it asks for a feature of GStreamer's own version.
    return programs.execute(["gst-inspect-1.0", name]).code == 0


def need_elements(*names):
    """A foreign element that is missing is a skip. One of ours is a failure where a plugin was promised."""
    for name in names:
        if have_element(name):
            continue
        ours = name in ("livephotoselect", "heifstillsink", "livephotomux", "livephotosink")
        if ours and os.environ.get("GST_PLUGIN_PATH"):
            raise AssertionError(f"no element {name} in GST_PLUGIN_PATH={os.environ['GST_PLUGIN_PATH']}")
        raise unittest.SkipTest(f"no element {name}" + (": set GST_PLUGIN_PATH to the built plugin" if ours else ""))


def launch(tokens, timeout=120, messages=False):
    """Runs `gst-launch-1.0 TOKENS`; each token is one word, so paths may hold spaces."""
    tokens = [str(token) for token in (["-m", *tokens] if messages else tokens)]
    output = programs.gst_launch(tokens, timeout, {**os.environ, "LC_ALL": "C"})
    errors = re.findall(r"ERROR: (?:from element \S+: |pipeline could not be constructed: )?(.+)", output.stderr)
    errors += re.findall(r"WARNING: erroneous pipeline: (.+)", output.stderr)
    return Run("gst-launch-1.0 " + shlex.join(tokens), output.code, output.stdout.decode("utf-8", "replace"), errors,
               output.stderr)


def main_line(source, still, movie, *, start=SECOND, duration=2 * SECOND, still_time=2 * SECOND, select=(), mux=(),
              still_sink=(), file_sink=(), video=X264, audio=AVENC_AAC, decode="decodebin", sound=True,
              before_video=(), convert_audio=("audioconvert",)):
    """The line of the documentation, in its order, with no queue; None for a time leaves the property away."""
    times = [f"{name}={value}" for name, value in
             (("start-time", start), ("duration", duration), ("still-time", still_time)) if value is not None]
    line = ["filesrc", f"location={source}", "!", decode, "name=d",
            "livephotoselect", "name=s", *times, *select,
            "livephotomux", "name=m", *mux, "!", "filesink", f"location={movie}", *file_sink,
            "d.", "!", "videoconvert", "!", *before_video, "s.video_sink"]
    if sound:
        line += ["d.", "!", *convert_audio, "!", "audioresample", "!", "s.audio_sink"]
    line += ["s.video_src", "!", *shlex.split(video), "!", "m."]
    if sound:
        line += ["s.audio_src", "!", *shlex.split(audio), "!", "m."]
    return [*line, "s.still_src", "!", "heifstillsink", f"location={still}", *still_sink]


def lossless_line(source, still, movie, *, start=SECOND, duration=2 * SECOND, still_time=2 * SECOND, select=(), mux=(),
                  file_sink=(), sound=True, audio=None, before_video=(), decode_still=("decodebin",)):
    """The line that encodes nothing, with no queue. `audio`: an encoder, for sound that cannot pass unchanged."""
    times = [f"{name}={value}" for name, value in
             (("start-time", start), ("duration", duration), ("still-time", still_time)) if value is not None]
    line = ["filesrc", f"location={source}", "!", "parsebin", "name=d", "livephotoselect", "name=s", *times, *select,
            "livephotomux", "name=m", *mux, "!", "filesink", f"location={movie}", *file_sink,
            "d.", "!", *before_video, "s.video_sink"]
    if sound:
        decode = ("decodebin", "!", "audioconvert", "!", "audioresample", "!") if audio else ()
        line += ["d.", "!", *decode, "s.audio_sink"]
    line += ["s.video_src", "!", "m."]
    if sound:
        line += ["s.audio_src", "!", *((*shlex.split(audio), "!") if audio else ()), "m."]
    return [*line, "s.still_src", "!", *decode_still, "!", "heifstillsink", f"location={still}"]


def sink_line(source, still, movie, *, start=SECOND, duration=2 * SECOND, still_time=2 * SECOND, sink=(), sound=True,
              decode="parsebin", before_video=()):
    """The line of livephotosink. It names both files itself, so `still` and `movie` are only where to look."""
    times = [f"{name}={value}" for name, value in
             (("start-time", start), ("duration", duration), ("still-time", still_time)) if value is not None]
    line = ["filesrc", f"location={source}", "!", decode, "name=d",
            "livephotosink", "name=l", f"location={still}", *times, *sink, "d.", "!", *before_video, "l.video"]
    return line + (["d.", "!", "l.audio"] if sound else [])


def make_pair(source, folder, name="P", suffix=".HEIC", timeout=120, line=main_line, **options):
    """Runs the main line, or another, on a file and returns the Pair, whatever became of it."""
    still, movie = Path(folder) / (name + suffix), Path(folder) / (name + ".MOV")
    return Pair(launch(line(source, still, movie, **options), timeout), still, movie)


# ---- what the contract says of times (ARCHITECTURE.md, "Time"), said again for the tests

TOLERANCE = Fraction(1, 2000)


def on_screen(times, instant):
    """The number of the frame that is on screen at an instant."""
    return max((number for number, time in enumerate(times) if time <= instant + TOLERANCE), default=0)


def window(times, start, duration, still):
    """(first frame, first frame after the clip, still's frame) for properties in nanoseconds."""
    first = on_screen(times, Fraction(start, SECOND))
    end = times[first] + Fraction(duration, SECOND) - TOLERANCE
    after = next((number for number, time in enumerate(times) if number > first and time >= end), len(times))
    return first, after, on_screen(times, Fraction(still, SECOND))


# ---- what every test uses


class PipelineTest(unittest.TestCase):
    """A folder of its own for each test, and assertions that print the line that was run."""

    elements = ("livephotoselect", "heifstillsink", "livephotomux", "x264enc", "avenc_aac")
    last_run = None  # printed when the test fails

    def setUp(self):
        need_elements(*self.elements)
        self.folder = Path(tempfile.mkdtemp(prefix="livephoto-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def make(self, source, name="P", **options):
        """A pair that the line must have made without an error."""
        made = make_pair(getattr(source, "path", source), self.folder, name, **options)
        self.last_run = made.run
        self.assert_ended_well(made.run)
        return made

    def assert_ended_well(self, run):
        if run.code != 0 or run.errors or run.timed_out:
            self.last_run = run
            self.fail("the line did not end by itself without an error")

    def assert_good(self, made, expected=pair.Expectation(), asked=pair.EVERY_READER):
        """Every reader agrees that this is a good pair; returns the report. What cannot be asked is printed."""
        report = pair.check_pair(made.still, made.movie, expected, asked)
        for line in report.skipped:
            print(f"  not asked: {line}", flush=True)
        if not report.good:
            self.fail("\n".join(["not a good pair:", *report.problems]))
        if report.skipped:
            self.skipTest("good as far as it was read; " + "; ".join(report.skipped))
        return report

    def assert_close(self, value, wanted, within, what):
        if abs(value - wanted) > within:
            self.fail(f"{what}: {float(value):.6f} is not within {float(within)} of {float(wanted):.6f}")

    def assert_flashes_click(self, movie, flashes, tail=True):
        """In two decoders the white frames are those of these numbers, and with each begins a click.

        Without `tail` the last one's need not be heard.
        """
        for reader, frames_of, sound_of in (("ffmpeg", decoders.ffmpeg_frames, decoders.ffmpeg_sound),
                                            ("qtdemux", decoders.gst_frames, decoders.gst_sound)):
            frames, sound = frames_of(movie), sound_of(movie)
            white = [frame for frame in frames if measures.mean_luma(frame) > 180]
            self.assertEqual([painting.read_barcode(frame) for frame in white], sorted(flashes),
                             f"white through {reader}")
            for frame in white if tail else white[:-1]:
                click = painting.find_click(sound, frame.time)
                place = f"{reader}: the click of the flash at {float(frame.time):.4f} s"
                self.assertIsNotNone(click, f"not heard: {place}")
                self.assert_close(click, float(frame.time), 0.001, place)

    def folder_listing(self):
        return sorted(path.name for path in self.folder.iterdir())


def main_messages(run, name):
    """The structures of element messages called `name` in the output of `gst-launch-1.0 -m`."""
    return re.findall(rf"\(element\): ({name}, .*?);\s*$", run.out, re.MULTILINE)


def field(structure, name):
    """A field of a printed GstStructure, without its type and quotes."""
    match = re.search(rf'\b{name}=\([\w/]+\)(?:"([^"]*)"|([^,;\s]+))', structure)
    return None if match is None else match[1] if match[1] is not None else match[2]


class _Spoken(unittest.TextTestResult):
    """Names each test as a sentence, with the reason when it is skipped."""

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)

    def _say(self, verdict, test, why=""):
        sentence = test.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        self.stream.writeln(f"{verdict:5} {sentence}{why}")
        self.stream.flush()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self._say("ok", test)

    def _show_run(self, test):
        if getattr(test, "last_run", None):
            self.stream.writeln(str(test.last_run))

    def addFailure(self, test, error):
        unittest.TestResult.addFailure(self, test, error)
        self._say("FAIL", test)
        self._show_run(test)

    def addError(self, test, error):
        unittest.TestResult.addError(self, test, error)
        self._say("ERROR", test)
        self._show_run(test)

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        if isinstance(test, unittest.case._SubTest):
            raise AssertionError("skip whole tests, so that they can be counted")
        self._say("skip", test, f": {reason}")

    def addSubTest(self, test, subtest, error):
        unittest.TestResult.addSubTest(self, test, subtest, error)
        if error is not None:
            self._say("FAIL", test, " " + subtest._subDescription())
            self._show_run(test)


def main():
    """Runs the calling file's tests: ends with 0, with 1 after a failure, with 77 if every test was skipped."""
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=_Spoken, verbosity=2)
    program = unittest.main(module="__main__", testRunner=runner, exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun and len(result.skipped) >= result.testsRun else 0)
