#!/usr/bin/env python3
"""gst-livephoto-1.0 inspect: what is in a pair, whether it is one, and what a killed program has left of it."""

import contextlib
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile

import clips
import harness
import programs
import tool


class InspectTest(tool.ToolTest):

    def setUp(self):
        super().setUp()
        self.make(clips.moving().path, "--start", "1", "-o", "P")

    def inspect(self, *arguments, code=0):
        said = self.run_tool("inspect", *arguments)
        self.assertEqual(said.code, code, said)
        return said

    def inspected(self, *arguments, code=0):
        """The events; names are in them as they were typed."""
        return self.inspect(*arguments, "--json", code=code).events()

    def refused(self, *arguments):
        said = self.inspect(*arguments, code=2)
        self.assertEqual((said.out, len(said.err.splitlines())), ("", 1), said)
        return said.err


class Pair(InspectTest):

    def test_for_a_person(self):
        said = self.inspect("P")

        self.assertEqual(said.err, "")
        for line in (r"Still: P\.HEIC", r"Movie: P\.MOV", r"  marker +1\.500 s, value -1, int8, track 3",
                     r"  apple +pass", r"  taken +2024-05-17 10:20:32\.500 \+00:00"):
            self.assertRegex(said.out, f"(?m)^{line}$")
        self.assertEqual(len(set(re.findall(r"(?m)^  identifier +([0-9A-F-]{36})$", said.out))), 1)

    def test_for_a_script(self):
        event, = self.inspected("P")

        self.assertEqual(
            (event["version"], event["event"], event["output"], event["well"]), (1, "inspected", "P", True))
        self.assertEqual(event["still"]["identifier"], event["movie"]["identifier"])
        self.assertEqual((event["movie"]["marker"], event["movie"]["duration"]), (1.5, 3))
        self.assertEqual([track["kind"] for track in event["movie"]["tracks"]], ["video", "sound", "metadata"])
        self.assertEqual((event["still"]["width"], event["still"]["height"]), (320, 240))
        self.assertEqual(event["verdicts"]["apple"], "pass")
        self.assertIn(("identifiers-match", "pass"), {(check["name"], check["verdict"]) for check in event["checks"]})

    def test_its_fields_are_those_of_the_documentation(self):
        page = (harness.ROOT / "docs" / "tool.md").read_text(encoding="utf-8").partition("## `inspect --json`")[2]
        documented = set(re.findall(r"`(\w+)`", page.partition("\n## ")[0]))

        def names(value):
            if isinstance(value, dict):
                return set(value).union(*map(names, value.values()))
            return set().union(*map(names, value)) if isinstance(value, list) else set()

        event, = self.inspected("P")
        self.assertLessEqual(names({**event, "verdicts": {}}), documented)

    def test_however_it_is_named(self):
        shutil.copyfile(self.folder / "P.MOV", self.folder / "other.MOV")
        shutil.copyfile(self.folder / "P.HEIC", self.folder / "alone.HEIC")
        self.make(clips.moving().path, "--start", "1", "-o", "B.pvt")
        for names, files in ((["P"], ("P.HEIC", "P.MOV")), (["P.MOV"], ("P.HEIC", "P.MOV")),
                             (["P.HEIC"], ("P.HEIC", "P.MOV")), (["P.MOV", "P.HEIC", "P"], ("P.HEIC", "P.MOV")),
                             (["other.MOV", "P.HEIC"], ("P.HEIC", "other.MOV")), (["./P"], ("./P.HEIC", "./P.MOV")),
                             (["B.pvt"], ("B.pvt/B.HEIC", "B.pvt/B.MOV")),
                             (["B.pvt/"], ("B.pvt/B.HEIC", "B.pvt/B.MOV"))):
            with self.subTest(names):
                event, = self.inspected(*names)
                self.assertEqual((event["still"]["file"], event["movie"]["file"]), files)
        self.assertEqual(len(self.inspected("P", "B.pvt", "alone.HEIC")), 3)

    def test_all_in_a_folder(self):
        for name in ("d/P.HEIC", "d/P.MOV", "d/deeper/Q.HEIC", "d/deeper/Q.MOV", "d/alone.HEIC"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / ("P" + name[name.rindex("."):]), self.folder / name)
        (self.folder / "d/notes.txt").write_text("no picture", encoding="ascii")
        self.make(clips.moving().path, "--start", "1", "-o", "d/B.pvt")

        events = self.inspected("d")

        self.assertEqual([event["output"] for event in events], ["d/B.pvt/B", "d/P", "d/alone", "d/deeper/Q"])
        self.assertEqual([("still" in event, "movie" in event) for event in events],
                         [(True, True), (True, True), (True, False), (True, True)])
        self.assertEqual(len(self.inspected("d", "P")), 5)
        (self.folder / "d/text.MOV").write_text("no movie", encoding="ascii")
        self.assertEqual([event["well"] for event in self.inspected("d", code=1)], [True] * 4 + [False])

    def test_a_packed_pair(self):
        self.make(clips.moving().path, "--start", "1", "-o", "B.pvt.zip")
        with zipfile.ZipFile(self.folder / "other.zip", "w", zipfile.ZIP_DEFLATED) as other:
            for name in ("__MACOSX/._P.HEIC", "P.HEIC", "x/P.MOV"):
                other.write(self.folder / ("P" + name[name.rindex("."):]), name)
        places = os.listdir(tempfile.gettempdir())

        own, others = self.inspected("B.pvt.zip", "other.zip")

        self.assertEqual((own["well"], own["output"], own["movie"]["marker"]), (True, "B.pvt.zip", 1.5))
        self.assertEqual((own["still"]["file"], own["movie"]["file"]), ("B.pvt.zip/B.HEIC", "B.pvt.zip/B.MOV"))
        self.assertEqual((others["well"], others["still"]["file"]), (True, "other.zip/P.HEIC"))
        self.assertEqual([name for name in os.listdir(tempfile.gettempdir())
                          if re.fullmatch(r"livephoto-\w{6}", name) and name not in places], [])
        self.assertIn("B.pvt.zip is packed; unpack it first", self.run_tool("verify", "B.pvt.zip").err)
        self.assertIn("B.pvt.zip is packed; unpack it first", self.run_tool("repair", "B.pvt.zip").err)

    def test_a_packed_file_that_is_damaged(self):
        self.make(clips.moving().path, "--start", "1", "-o", "B.pvt.zip")
        good = (self.folder / "B.pvt.zip").read_bytes()
        at = good.index(b"mdat") + 100
        with zipfile.ZipFile(self.folder / "lone.zip", "w") as lone:
            lone.write(self.folder / "P.HEIC", "P.HEIC")
        for name, data, words in (("cut.zip", good[:-100], "no zip file"), ("text.zip", b"text", "no zip file"),
                                  ("bit.zip", good[:at] + bytes([good[at] ^ 1]) + good[at + 1:], "no zip file"),
                                  ("lone.zip", None, "no still with a movie")):
            with self.subTest(name):
                if data is not None:
                    (self.folder / name).write_bytes(data)
                said = self.inspect(name, code=1)
                self.assertEqual((said.out, len(said.err.splitlines())), ("", 1), said)
                self.assertIn(words, said.err)

    def test_a_packed_file_that_would_fill_the_disk(self):
        with zipfile.ZipFile(self.folder / "bomb.pvt.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.write(self.folder / "P.HEIC", "P.HEIC")
            bomb.writestr("P.MOV", bytes(100 << 20))
        most = 16 << 20

        done = subprocess.run(
            [tool.PROGRAM, "inspect", "bomb.pvt.zip"], cwd=self.folder, check=False, capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))

        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertIn("much larger than when it is packed", done.stderr)

    def test_a_file_alone(self):
        (self.folder / "P.HEIC").unlink()
        movie, = self.inspected("P.MOV")
        video, = self.inspected(clips.moving().path)

        self.assertNotIn("still", movie)
        self.assertNotIn("verdicts", movie)
        self.assertEqual((movie["movie"]["marker"], video["movie"]["marker"]), (1.5, None))
        self.assertIn("there is no still \"P\"", self.inspected("P", code=1)[0]["problem"])

    def test_two_files_that_are_no_pair(self):
        self.make(clips.moving().path, "--start", "2", "-o", "Q")

        said = self.inspect("P.HEIC", "Q.MOV", code=1)

        self.assertRegex(said.out, r"(?m)^  fail +identifiers-match: ")
        self.assertFalse(self.inspected("P.HEIC", "Q.MOV", code=1)[0]["well"])

    def test_what_cannot_be_read_is_one_sentence(self):
        (self.folder / "P.HEIC").unlink()
        (self.folder / "P.MOV").write_bytes((self.folder / "P.MOV").read_bytes()[:1000])

        said = self.inspect("P.MOV", code=1)

        self.assertRegex(said.err, r"^P\.MOV: The movie is cut off.*\.\n$")
        self.assertEqual(said.out, "")

    def test_hostile_names(self):
        for name in ("-x", "new\nline \x1b[2J", os.fsdecode(b"caf\xe9"), "a.b"):
            with self.subTest(name):
                shutil.copyfile(self.folder / "P.HEIC", self.folder / (name + ".HEIC"))
                shutil.copyfile(self.folder / "P.MOV", self.folder / (name + ".MOV"))
                said = self.inspect("--", name)
                self.assertNotIn("\x1b", said.out)
                self.assertIn("  apple", said.out)

    def test_what_cannot_be_inspected(self):
        self.assertIn("There is no file to inspect", self.refused())
        self.assertIn("A file has no name", self.refused(""))
        self.assertIn("cannot come from the standard input", self.refused("-"))
        (self.folder / "empty").mkdir()
        self.assertIn("There is no still and no movie in empty", self.refused("empty"))

    def test_the_examples_work(self):
        text = self.run_tool("inspect", "--help").out
        for name in ("holiday", "out/holiday"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            for extension in (".HEIC", ".MOV"):
                shutil.copyfile(self.folder / ("P" + extension), self.folder / (name + extension))
        examples = re.findall(r"(?m)^ +(gst-livephoto-1\.0 inspect .*?)(?: \| .*)?$", text)
        self.assertEqual(len(examples), 3)
        for example in examples:
            with self.subTest(example):
                output = programs.execute(["bash", "-c", example], folder=self.folder)
                self.assertEqual((output.code, output.stderr), (0, ""))


class Killed(InspectTest):
    """A pipeline is killed, or stopped, while it renames its files; `inspect` names that, and mends it."""

    def signal_at_rename(self, base, number, name, wait):
        """Whoever writes the pair, at the `number`th rename of a thread of it."""
        programs.need("strace")
        line = f"filesrc location={shlex.quote(str(clips.moving().path))} ! parsebin name=d livephotosink name=l " \
               f"location={base} start-time=2000000000 d. ! l.video d. ! l.audio"
        return wait(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=/^rename", "-e",
             f"inject=/^rename:signal={name}:when={number}", "gst-launch-1.0", "-q", *shlex.split(line)],
            cwd=self.folder)

    def kill_at_rename(self, base, number):
        """In front of it."""
        done = self.signal_at_rename(
            base, number, "KILL", lambda *call, **how: subprocess.run(*call, **how, check=False, timeout=120))
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(self.hidden())

    def stop_at_rename(self, base):
        """Behind the first one: it goes on when its group is told to."""
        writer = self.signal_at_rename(
            base, 1, "STOP", lambda *call, **how: subprocess.Popen(*call, **how, start_new_session=True))
        self.addCleanup(self.end_all_of, writer)
        deadline = time.monotonic() + 60
        while not (self.folder / f"{base}.MOV").exists() and writer.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertIn(f"{base}.MOV", self.tree())
        self.assertNotIn(f"{base}.HEIC", self.tree())
        return writer

    @staticmethod
    def end_all_of(process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def hidden(self):
        return [name for name in self.tree() if os.path.basename(name).startswith(".")]

    def test_in_front_of_the_first_rename_of_a_new_pair(self):
        self.kill_at_rename("N", 1)

        event, = self.inspected("N", code=1)

        self.assertRegex(event["recovered"][0], r"\"(\./)?N\"")
        self.assertIn("there is no still", event["problem"])
        self.assertEqual(self.tree(), ["P.HEIC", "P.MOV"])

    def test_between_the_two_of_a_new_pair(self):
        self.kill_at_rename("N", 2)
        self.assertIn("N.MOV", self.tree())
        self.assertNotIn("N.HEIC", self.tree())

        said = self.inspect("N.MOV")

        self.assertRegex(said.err, r"^.*\"(\./)?N\".*\.\n$")
        self.assertRegex(said.out, r"(?m)^  apple +pass$")
        self.assertEqual(self.tree(), ["N.HEIC", "N.MOV", "P.HEIC", "P.MOV"])

    def test_of_a_pair_that_is_replaced(self):
        for number, marker in ((1, "old"), (2, "new")):
            with self.subTest(number):
                before, = self.inspected("P")
                self.kill_at_rename("P", number)

                event, = self.inspected("P")

                self.assertTrue(event["recovered"])
                self.assertEqual(event["still"]["identifier"] == before["still"]["identifier"], marker == "old")
                self.assertEqual(self.tree(), ["P.HEIC", "P.MOV"])

    def test_where_nothing_can_be_done_about_it_is_named(self):
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            self.skipTest("root may write everywhere, and there is no setpriv")
        self.kill_at_rename("N", 2)
        before = self.tree()
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []

        done = subprocess.run([*as_nobody, shutil.which(tool.PROGRAM), "inspect", "N.MOV", "--json"], cwd=self.folder,
                              capture_output=True, check=False, text=True)

        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stdout, r'"unfinished":"')
        self.assertEqual(self.tree(), before)

    def test_what_is_being_written_is_left_alone(self):
        writer = self.stop_at_rename("N")

        event, = self.inspected("N", code=1)

        self.assertIn("Another program is writing the pair", event["unfinished"])
        self.assertEqual(event["recovered"], [])
        os.killpg(writer.pid, signal.SIGCONT)
        self.assertEqual(writer.wait(timeout=120), 0)
        self.assertEqual(self.inspected("N")[0]["recovered"], [])

    def test_make_goes_on_too(self):
        self.kill_at_rename("N", 2)

        said = self.make(clips.moving().path, "--start", "1", "-o", "N", "--force", "--json")

        self.assertIn("recovered", {advice["code"] for advice in said.event()["advice"]})
        self.assertEqual(self.tree(), ["N.HEIC", "N.MOV", "P.HEIC", "P.MOV"])
        self.assert_good(self.pair("N"))


if __name__ == "__main__":
    harness.main()
