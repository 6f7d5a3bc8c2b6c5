"""gst-livephoto-1.0 capture: Live Photos of what is live, taken by lines, signals and the clock."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

import clips
import harness
import programs
import tool

SHORT = ("--pre", "0.4", "--post", "0.4")


class Capture(tool.ToolTest):
    elements = ("livephotosink", "videotestsrc", "audiotestsrc", "x264enc", "avenc_aac", "avdec_h264")

    def start(self, *arguments, stderr=subprocess.PIPE, **environment):
        """A running capture with lines to write to; it may not play yet."""
        process = subprocess.Popen(  # the caller waits for it
            [tool.PROGRAM, "capture", *arguments], cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=stderr, env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def comes_true(condition, pause=0.05):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(pause)
        return condition()

    @staticmethod
    def treats(process, number):
        """At one moment, whether it has a handler for the signal, and whether it ignores it."""
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
        masks = [next(line for line in status if line.startswith(how)) for how in ("SigCgt:", "SigIgn:")]
        return [int(mask.split()[1], 16) >> (number - 1) & 1 == 1 for mask in masks]

    def listens_to(self, process, number):
        """Before it does, the signal takes nothing."""
        return self.treats(process, number)[0]

    def finish(self, process):
        out, err = process.communicate(timeout=120)
        return tool.Said((), process.returncode, out.decode(), (err or b"").decode())

    def wait_for_one(self, process, take):
        """Takes until one succeeds: nothing can be captured before the first picture is there."""
        deadline = time.monotonic() + 100
        os.set_blocking(process.stdout.fileno(), False)
        text = b""
        while time.monotonic() < deadline and b"\n" not in text:
            take()
            time.sleep(0.5)
            text += process.stdout.read() or b""
        os.set_blocking(process.stdout.fileno(), True)
        self.assertIn(b"captured", text)

    def take_one(self, process, take):
        """Takes until a call is not refused: nothing can be captured before the first picture is there."""
        os.set_blocking(process.stderr.fileno(), False)
        refused = b""
        for calls in range(1, 100):
            take()
            time.sleep(1)
            refused += process.stderr.read() or b""
            if refused.count(b"No Live Photo was taken") < calls:
                break
        else:
            self.fail(f"nothing could be taken: {refused}")
        os.set_blocking(process.stderr.fileno(), True)

    def next_event(self, process):
        ended = threading.Timer(60, process.kill)
        ended.start()
        line = process.stdout.readline()
        ended.cancel()
        self.assertTrue(line, "nothing came, or it had to be killed after a minute")
        return json.loads(line)

    def expect_pairs(self, names, extension="HEIC"):
        for name in names:
            self.assertTrue((self.folder / f"{name}.{extension}").exists(), name)
            verified = self.run_tool("verify", name)
            self.assertEqual(verified.code, 0, verified)

    def test_the_clock_takes_as_many_as_are_wanted(self):
        said = self.run_tool("capture", "test", "--every", "1", "--count", "2", "--size", "320x", "--json", *SHORT)

        self.assertEqual(said.code, 0, said)
        *pairs, summary = said.events()
        self.assertEqual([pair["event"] for pair in pairs], ["captured"] * 2)
        self.assertEqual((summary["event"], summary["captured"], summary["failed"]), ("summary", 2, 0))
        self.assertEqual(len({pair["content_identifier"] for pair in pairs}), 2)
        for pair in pairs:
            self.assertAlmostEqual(pair["duration"], 0.8, delta=0.08)
            self.assertAlmostEqual(pair["still_offset"], 0.4, delta=0.08)
        self.expect_pairs(["capture-0001", "capture-0002"])

    def test_a_line_takes_one_and_ctrl_c_finishes_it(self):
        process = self.start("test", "--size", "320x", "--json", "-o", "out/party", "--post", "30")

        def press_enter():
            process.stdin.write(b"\n")
            process.stdin.flush()

        # It would last for half a minute; the end finishes it with what has come.
        self.take_one(process, press_enter)
        process.send_signal(signal.SIGINT)
        said = self.finish(process)

        self.assertEqual(said.code, 0, said)
        pair, summary = said.events()
        self.assertEqual((pair["event"], summary["captured"]), ("captured", 1))
        self.assertLess(pair["duration"], 29)
        self.expect_pairs(["out/party-0001"])

    def test_half_a_line_holds_nothing_up(self):
        process = self.start("test", "--size", "320x", "--json", "--every", "1", "--count", "1", *SHORT)
        process.stdin.write(b"half a line")
        process.stdin.flush()

        self.assertTrue(self.comes_true(lambda: process.poll() is not None), "it waits for the other half")
        self.assertEqual(self.finish(process).code, 0)

    def test_a_signal_at_any_time_ends_nothing(self):
        # It says of each call why it takes nothing, more than a pipe holds. Without a registry GStreamer takes its
        # time to begin.
        process = self.start(
            "test", "--size", "320x", "--json", "--every", "1", "--count", "1", *SHORT, stderr=subprocess.DEVNULL,
            GST_REGISTRY=str(self.folder / "registry.bin"))
        listens = ignores = False
        while not ignores:  # before its first line nobody can help it
            self.assertIsNone(process.poll())
            self.assertFalse(listens, "it is no earlier than it listens")
            listens, ignores = self.treats(process, signal.SIGUSR1)

        def send_until_it_ends():
            process.send_signal(signal.SIGUSR1)
            return process.poll() is not None

        self.assertTrue(self.comes_true(send_until_it_ends, pause=0.001))
        self.assertEqual(self.finish(process).code, 0)

    def test_in_the_background_it_leaves_the_terminal_alone(self):
        shell = (
            "import subprocess, sys\n"
            "process = subprocess.Popen(sys.argv[1:], process_group=0, stdout=subprocess.DEVNULL)\n"
            "print('pid', process.pid, flush=True)\n"
            "sys.exit(process.wait())\n")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvp(sys.executable, [
                sys.executable, "-c", shell, tool.PROGRAM, "capture", "test", "--size", "320x", "--every", "2",
                "--count", "1", *SHORT])
        self.addCleanup(os.close, terminal)
        text = b""
        while b"pid" not in text or not text.endswith(b"\n"):
            text += os.read(terminal, 1000)
        job = int(text.split(b"pid")[1].split()[0])
        self.addCleanup(self.end_stopped, job)
        os.write(terminal, b"what is typed is the shell's\n")
        state = pathlib.Path(f"/proc/{job}/stat")
        states = set()

        def has_ended():
            if state.exists():
                states.add(state.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[0])
            return "T" in states or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

        self.assertTrue(self.comes_true(has_ended))
        self.assertNotIn("T", states, "it was stopped")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.expect_pairs(["capture-0001"])

    @staticmethod
    def end_stopped(job):
        try:
            os.kill(job, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def test_a_signal_takes_one(self):
        process = self.start("test", "--size", "320x", "--json", *SHORT)
        self.assertTrue(self.comes_true(lambda: self.listens_to(process, signal.SIGUSR1)))
        self.wait_for_one(process, lambda: process.send_signal(signal.SIGUSR1))
        process.send_signal(signal.SIGTERM)

        self.assertEqual(self.finish(process).code, 0)
        self.expect_pairs(["capture-0001"])

    def test_a_terminal_that_is_closed_finishes_what_was_taken(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs the tests by nohup hands down that it is ignored
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        process = self.start("test", "--size", "320x", "--json", "--post", "30")
        self.assertTrue(self.comes_true(lambda: self.listens_to(process, signal.SIGUSR1)))
        self.take_one(process, lambda: process.send_signal(signal.SIGUSR1))
        process.send_signal(signal.SIGHUP)

        self.assertEqual(self.finish(process).code, 0)
        self.expect_pairs(["capture-0001"])

    def test_ctrl_c_ends_what_waits_for_its_source(self):
        """A fifo holds up who opens it until somebody writes to it, and then who reads it."""
        for has_writer in (False, True):
            with self.subTest(has_writer=has_writer):
                fifo = self.folder / f"fifo-{has_writer}"
                os.mkfifo(fifo)
                if has_writer:
                    self.addCleanup(os.close, os.open(fifo, os.O_RDWR))
                process = self.start(f"file://{pathlib.Path(fifo).resolve()}", "--json")
                self.assertTrue(self.comes_true(lambda: self.listens_to(process, signal.SIGINT)))
                time.sleep(1)
                process.send_signal(signal.SIGINT)
                said = self.finish(process)

                self.assertEqual(said.code, 130, said)
                self.assertEqual([event["event"] for event in said.events()], ["summary"])

    def test_what_is_there_is_never_replaced(self):
        for name in ("IMG_01.JPG", "IMG_02.MOV"):
            (self.folder / name).write_text("precious")
        said = self.run_tool(
            "capture", "test", "--every", "1", "--count", "1", "--jpeg", "--size", "320x", "-o", "IMG_%02d", *SHORT)

        self.assertEqual(said.code, 0, said)
        self.expect_pairs(["IMG_03"], "JPG")
        for name in ("IMG_01.JPG", "IMG_02.MOV"):
            self.assertEqual((self.folder / name).read_text(), "precious")

    def test_a_video_is_played_in_its_own_time_and_ends(self):
        self.copy(clips.moving(), "holiday.mp4")
        said = self.run_tool("capture", "holiday.mp4", "--every", "1", "--count", "1", "--json", "--pvt", *SHORT)

        self.assertEqual(said.code, 0, said)
        pair = said.events()[0]
        self.assertAlmostEqual(pair["still"], 1, delta=0.6)
        self.assertTrue((self.folder / "capture-0001.pvt").is_dir())
        self.assertEqual(self.run_tool("verify", "capture-0001.pvt").code, 0)

    def test_a_video_is_not_played_to_its_end_for_what_is_taken_already(self):
        said = self.run_tool("capture", clips.long_moving().path, "--every", "1", "--count", "1", "--json", *SHORT)

        self.assertEqual(said.code, 0, said)
        pair, summary = said.events()
        self.assertEqual((pair["event"], summary["captured"]), ("captured", 1))
        self.assertLess(summary["took"], 45)  # of 64 seconds

    def test_ctrl_c_ends_a_video_and_finishes_what_was_taken(self):
        process = self.start(str(clips.long_moving().path), "--json", "--post", "30")
        self.assertTrue(self.comes_true(lambda: self.listens_to(process, signal.SIGUSR1)))
        time.sleep(3)
        process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        said = self.finish(process)

        self.assertEqual(said.code, 0, said)
        self.assertLess(said.events()[-1]["took"], 45)

    def test_without_a_call_a_video_ends_with_nothing(self):
        self.copy(clips.moving(), "holiday.mp4")
        said = self.run_tool("capture", "holiday.mp4")

        self.assertEqual((said.code, said.out, said.err), (0, "", ""), said)
        self.assertEqual([path.name for path in pathlib.Path(self.folder).glob("capture*")], [])

    def test_a_uri_with_letters_of_its_own_is_played(self):
        self.copy(clips.moving(), "ein Café, 30 %.mp4")
        uri = "file://" + urllib.parse.quote(str(pathlib.Path(self.folder).resolve() / "ein Café, 30 %.mp4"))
        said = self.run_tool("capture", uri, "--every", "1", "--count", "1", "--json", *SHORT)

        self.assertEqual(said.code, 0, said)
        self.assertEqual(said.events()[0]["source"], uri)
        self.expect_pairs(["capture-0001"])

    def test_fewer_than_were_wanted_is_a_failure(self):
        self.copy(clips.moving(), "holiday.mp4")
        # All before it is in it, so that the end of the source loses none, however late the call comes.
        said = self.run_tool(
            "capture", "holiday.mp4", "--every", "1", "--count", "99", "--json", "--pre", "20", "--post", "0.4")

        self.assertEqual(said.code, 1, said)
        *pairs, missed, summary = said.events()
        self.assertEqual([pair["event"] for pair in pairs], ["captured"] * summary["captured"])
        self.assertEqual((missed["event"], missed["content_identifier"]), ("failed", None))
        self.assertIn(f"ended after {summary['captured']} of 99", missed["message"])
        self.assertIn(missed["message"], said.err)

    def test_a_source_that_fails_loses_nothing_that_was_taken(self):
        said = self.run_tool("capture", "faulty://breaks", "--every", "1", "--json", "--post", "30")

        self.assertEqual(said.code, 1, said)
        *ended, summary = said.events()
        self.assertIn("The camera was unplugged", said.err)
        of_captures = [event for event in ended if event["content_identifier"]]
        self.assertGreaterEqual(summary["captured"], 1, said)
        self.assertEqual(len(of_captures), summary["captured"] + summary["failed"])
        self.expect_pairs(["capture-0001"])

    def test_a_picture_that_stalls_is_told_of(self):
        said = self.run_tool("capture", "faulty://stalls", "--every", "1", "--json", *SHORT)

        self.assertEqual(said.code, 1, said)
        *ended, summary = said.events()
        self.assertIn("No picture has come from faulty://stalls for 10 seconds", said.err)
        self.assertGreaterEqual(summary["captured"], 1, said)
        of_captures = [event for event in ended if event["content_identifier"]]
        self.assertEqual(len(of_captures), summary["captured"] + summary["failed"])
        self.assertGreaterEqual(summary["failed"], 1, "captures of a picture that stands still")

    def test_per_cent_signs_in_names_are_kept(self):
        for place, name in (
                ("50%dark/", "50%dark/capture-0001"), ("100%", "100%-0001"), ("50%dark/a%%-%d", "50%dark/a%-1")):
            with self.subTest(place):
                said = self.run_tool(
                    "capture", "test", "--every", "1", "--count", "1", "--size", "320x", "-o", place, *SHORT)
                self.assertEqual(said.code, 0, said)
                self.expect_pairs([name])

    def test_a_full_disk_loses_the_capture_and_no_more(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount a small file system: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=False, capture_output=True)
        process = self.start("test", "--json", "-o", "disk/", "--every", "1", *SHORT)

        lost = self.next_event(process)
        self.assertEqual(lost["event"], "failed")
        self.assertRegex(lost["message"], "(?i)space|full")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        while (event := self.next_event(process))["event"] == "failed":
            pass
        self.assertEqual(event["event"], "captured")
        process.send_signal(signal.SIGTERM)
        said = self.finish(process)
        self.assertEqual(said.code, 1, said)
        captured = [event, *(other for other in said.events() if other["event"] == "captured")]
        files = {pathlib.Path(other[key]).name for other in captured for key in ("still_file", "movie_file")}
        self.assertEqual({path.name for path in disk.iterdir()}, files, "something half-written is left")

    def test_a_disk_that_goes_away_loses_the_capture_and_no_more(self):
        process = self.start("test", "--size", "320x", "--json", "-o", "out/", "--every", "1", "--count", "2", *SHORT)
        self.assertTrue(self.comes_true((self.folder / "out").exists))
        (self.folder / "out").rmdir()
        said = self.finish(process)

        self.assertEqual(said.code, 1, said)
        *lost, summary = said.events()
        self.assertEqual([event["event"] for event in lost], ["failed"] * 2, said)
        self.assertEqual(summary["failed"], 2)
        self.assertIn("out", lost[0]["message"])

    def test_what_cannot_be_is_one_sentence(self):
        (self.folder / "text").write_text("no video")
        programs.read_with("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac",
                           self.folder / "song.m4a")
        for arguments, code, sentence in (
                (("nowhere",), 2, "no nowhere to capture"),
                (("test", "--pre", "61"), 2, "more than a minute"),
                (("test", "--crop"), 2, "--size"),
                (("test", "--zip"), 2, "--pvt"),
                (("test", "-o", "text/"), 1, "text"),
                (("test", "-o", "n" * 300 + "/"), 1, "cannot be made; choose another place"),
                (("text",), 1, ""),
                (("song.m4a",), 1, "no picture"),
                (("rtsp://127.0.0.1:1/nothing",), 1, "")):
            with self.subTest(arguments):
                said = self.run_tool("capture", *arguments)
                self.assertEqual(said.code, code, said)
                self.assertIn(sentence, said.err)
                self.assertEqual(len(said.err.splitlines()), 1, said)
                self.assertTrue(said.err.startswith(tool.PROGRAM + ": "), said)


if __name__ == "__main__":
    harness.main()
