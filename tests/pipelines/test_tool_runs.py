#!/usr/bin/env python3
"""gst-livephoto-1.0 make, many at once: what crashes, hangs or is interrupted costs itself and nothing else."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import clips
import harness
import tool


class RunTest(tool.ToolTest):

    def faulty(self, name, text):
        (self.folder / name).write_text(f"FAULTY {text}\n", encoding="ascii")
        return name

    def temporary_files(self):
        return [name for name in self.tree() if Path(name).name.startswith(".")]

    def wait_for(self, what, condition, process, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertIsNone(process.poll(), f"it ended before {what}")
            self.assertLess(time.monotonic(), end, f"waited too long for {what}")
            time.sleep(0.005)


class Faults(RunTest):

    def setUp(self):
        super().setUp()
        harness.need_elements("faultydemux")

    def check(self, text, reason, message, *arguments):
        self.faulty("bad.mp4", text)
        self.copy(clips.moving(), "good.mp4")

        said = self.make("bad.mp4", "good.mp4", "--json", *arguments, code=1)

        failed = [event for event in said.events() if event["event"] == "failed"]
        self.assertEqual([event["reason"] for event in failed], [reason])
        self.assertRegex(failed[0]["message"], message)
        self.assertEqual(self.tree(), ["bad.mp4", "good.HEIC", "good.MOV", "good.mp4"])
        self.assertEqual((said.events()[-1]["made"], said.events()[-1]["failed"]), (1, 1))

    def test_a_crash_costs_its_own_job(self):
        self.check("crash", "crash", r"^bad\.mp4: GStreamer crashed on it \(Segmentation fault\); the other videos")

    def test_a_crash_in_the_middle_of_a_pair_leaves_nothing(self):
        self.check("crash later", "crash", r"^bad\.mp4: GStreamer crashed on it")

    def test_a_hang_is_given_up(self):
        self.check(
            "hang", "timeout", r"^bad\.mp4: nothing moved for 2\.0 s, so it was given up; --timeout", "--timeout", "2")

    def test_a_hang_in_the_middle_of_a_pair_leaves_nothing(self):
        self.check("hang later", "timeout", r"^bad\.mp4: nothing moved for 2\.0 s", "--timeout", "2")

    def test_what_is_read_for_long_before_a_picture_comes_is_not_hung(self):
        (self.folder / "slow.mp4").write_bytes(b"FAULTY slow" + bytes(80 * 4096))

        for arguments in (("make", "--duration", "1"), ("suggest", "--sheet", "picks.html")):
            with self.subTest(arguments[0]):
                said = self.run_tool(*arguments, "slow.mp4", "--timeout", "5")
                self.assertEqual(said.code, 0, said)

    def test_slow_is_not_hung(self):
        """What gets on is not given up, however long it takes in all."""
        said = self.make(
            clips.long_moving().path, "--exact", "--duration", "60", "--timeout", "3", "--jobs", "1", "--json")

        self.assertEqual(said.event()["event"], "made")


class Interruption(RunTest):
    """Clips that take a while: a minute, encoded again."""

    def setUp(self):
        super().setUp()
        self.names = [f"{number}.mp4" for number in range(4)]
        for name in self.names:
            self.copy(clips.long_moving(), name)
        self.arguments = ("make", *self.names, "--exact", "--duration", "60", "--jobs", "2", "-o", "out/")

    def begin(self):
        process = self.start_tool(*self.arguments)
        # The files are there, without their names.
        self.wait_for("two jobs at work", lambda: len(list((self.folder / "out").glob(".*"))) >= 2, process)
        return process

    def assert_only_whole_pairs(self):
        self.assertEqual(self.temporary_files(), [])
        stems = {path.stem for path in (self.folder / "out").iterdir()}
        for stem in stems:
            self.assert_good(self.pair("out/" + stem))

    def check(self, interrupt):
        process = self.begin()
        children = tool.children_of(process.pid)

        interrupt(process)
        out, err = process.communicate(timeout=30)

        self.assertEqual(process.returncode, 130, err)
        self.assertRegex(err.decode(), r"Interrupted: (.*, )?[1-4] not made, in ")
        self.assertEqual([child for child in children if tool.is_alive(child)], [])
        self.assert_only_whole_pairs()
        return out

    def test_ctrl_c_at_a_terminal(self):
        self.check(lambda process: os.killpg(process.pid, signal.SIGINT))

    def test_a_signal_to_the_tool_alone(self):
        self.check(lambda process: process.send_signal(signal.SIGTERM))

    def test_the_same_command_goes_on(self):
        self.check(lambda process: process.send_signal(signal.SIGINT))
        self.arguments = tuple("1" if argument == "60" else argument for argument in self.arguments)

        said = self.run_tool(*self.arguments)

        self.assertEqual(said.code, 0)
        self.assert_only_whole_pairs()
        self.assertEqual(len(list((self.folder / "out").iterdir())), 8)

    def test_jobs_end_with_the_tool_even_if_it_is_killed(self):
        process = self.begin()
        children = tool.children_of(process.pid)

        process.kill()
        process.wait()

        end = time.monotonic() + 10
        while any(map(tool.is_alive, children)) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual([child for child in children if tool.is_alive(child)], [])
        self.assertEqual([path.name for path in (self.folder / "out").iterdir() if not path.name.startswith(".")], [])

    def test_a_reader_that_goes_away_is_no_reason_to_stop(self):
        for name in self.names:
            os.replace(self.copy(clips.moving(), "copy.mp4"), self.folder / name)
        process = self.start_tool("make", *self.names, "--start", "0")
        process.stdout.close()
        process.stdout = open(os.devnull, "rb")  # for communicate()
        _, err = process.communicate(timeout=60)

        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(len(list(self.folder.glob("*.HEIC"))), 4)


class Terminal(RunTest):

    def run_at_terminal(self, *arguments):
        """What a terminal is sent on the standard error, and the standard output."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [tool.PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=terminal, env={**os.environ, "TERM": "xterm"})
        os.close(terminal)
        sent = b""
        while select.select([controller], [], [], 60)[0]:
            try:
                data = os.read(controller, 4096)
            except OSError:  # all ends of it are closed
                break
            if not data:
                break
            sent += data
        os.close(controller)
        out = process.stdout.read().decode()
        process.stdout.close()
        self.assertEqual(process.wait(), 0)
        return sent.decode(), out

    def test_a_bar_with_the_time_left(self):
        for number in range(3):
            self.copy(clips.long_moving(), f"{number}.mp4")

        sent, out = self.run_at_terminal(
            "make", "0.mp4", "1.mp4", "2.mp4", "--start", "0", "--exact", "--duration", "40", "--jobs", "1")

        self.assertRegex(sent, r"\r\[#*\.+\] 0 of 3")
        self.assertRegex(sent, r"\] [12] of 3, about \d:\d\d left\x1b\[K")
        last = sent.rpartition("\r\x1b[K")[2]
        self.assertRegex(last, r"^(.*\r\n)*3 made, in \d:\d\d(\.\d+)?\r\n$")
        self.assertEqual(len(out.splitlines()), 3)

    def test_no_bar_in_a_pipe(self):
        self.copy(clips.long_moving(), "0.mp4")

        said = self.make("0.mp4", "--start", "0", "--exact", "--duration", "40")

        self.assertNotRegex(said.err, r"[\r\x1b\[]")


if __name__ == "__main__":
    harness.main()
