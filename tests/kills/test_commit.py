"""A commit that is killed, or that fails, at any of its system calls."""

import concurrent.futures
import functools
import itertools
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pipelines"))

import commits  # noqa: E402
import harness  # noqa: E402

ERRORS = ("EIO", "ENOSPC", "EACCES")
NO_FILES = ("brk", "mmap", "munmap", "exit_group", "futex", "clock_nanosleep")
OBSTACLE = commits.strace_works()


THREADS = concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0)))


def for_each(work, items):
    """The answers, from as many at a time as there are cores."""
    return list(THREADS.map(work, items))


def memory():
    """Where files are in memory, if there is such a place: these are thousands of commits with five syncs each."""
    there = os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 100 * 2**20
    return "/dev/shm" if there else None


def after_changes(calls):
    """Those before which something was done: at the others, all is as it was at the call before."""
    calls = list(calls)
    return [call for call, last in zip(calls, [None, *calls]) if not last or last.name in commits.CHANGING]


class World:
    """What a case begins with, what may be there in the end, and what kills leave of it."""

    def __init__(self, case, scratch):
        self.case = case
        self.scratch = scratch
        self.numbers = itertools.count()
        scratch.mkdir()
        old, self.new, self.third = commits.make_pairs(self.path())
        self.before = self.path()
        self.before.mkdir()
        if case.replaces:
            commits.run([case.kind, commits.BASE, *old], self.before).check_returncode()
        self.old_state = commits.state(self.before)
        self.new_state = self.state_after(self.new)
        self.third_state = self.state_after(self.third)
        self.calls = commits.calls_of([case.kind, commits.BASE, *self.new], self.folder(), case.faults)

    def path(self):
        return self.scratch / str(next(self.numbers))

    def folder(self, like=None):
        return commits.copy(like or self.before, self.path())

    def write(self, pair, folder, *inject):
        return commits.run([self.case.kind, commits.BASE, *pair], folder, (*self.case.faults, *inject))

    def state_after(self, pair):
        folder = self.folder()
        self.write(pair, folder).check_returncode()
        return commits.state(folder)

    def verdict(self, state):
        return commits.verdict(self.case.kind, state, self.path())

    @functools.cached_property
    def lefts(self):
        """For each call, the folder of a process that was killed there."""
        return dict(zip(self.calls, THREADS.map(self.kill, self.calls)))

    def kill(self, call):
        folder = self.folder()
        killed = self.write(self.new, folder, call.killed())
        if killed.returncode != -9:
            raise RuntimeError(f"{self.case.name}, not killed at {call}: {killed}")
        return folder


@unittest.skipIf(OBSTACLE, OBSTACLE)
class Commit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="livephoto-kills-", dir=memory())
        cls.addClassCleanup(scratch.cleanup)
        cls.worlds = [World(case, Path(scratch.name) / case.name) for case in commits.CASES]

    def each_world(self):
        for world in self.worlds:
            with self.subTest(world.case.name):
                yield world

    def check_whole(self, world, folder, what):
        """Recovers, and says whether the new one is there."""
        recovered = commits.recover(folder)
        self.assertEqual((recovered.returncode, recovered.stderr), (0, ""), what)
        left = commits.state(folder)
        shutil.rmtree(folder)
        self.assertIn(left, (world.old_state, world.new_state), what)
        return left == world.new_state

    def test_the_states_are_those_of_pairs_that_verify(self):
        for world in self.each_world():
            states = [world.new_state, world.third_state]
            states.append(world.old_state if world.case.replaces else world.new_state)
            for state in states:
                self.assertFalse([path for path in state if path.startswith(".")])
                self.assertEqual(world.verdict(state), "pass")
            if not world.case.replaces:
                self.assertEqual(world.old_state, {})
            self.assertNotEqual(world.old_state, world.new_state)

    def test_killed_at_any_call_leaves_the_old_or_the_new(self):
        for world in self.each_world():
            def is_new(call):
                folder = world.folder(like=world.lefts[call])
                return self.check_whole(world, folder, f"{world.case.name}, killed at {call}")

            self.assertGreater(len(world.calls), 20)
            count, news = len(world.calls), sum(for_each(is_new, world.lefts))
            self.assertTrue(0 < news < count, news)
            print(f"      {world.case.name}: killed at {count} calls, then {count - news} old, {news} new")

    def test_killed_at_any_call_does_not_disturb_the_next_commit(self):
        for world in self.each_world():
            def write_again(call):
                folder = world.folder(like=world.lefts[call])
                again = world.write(world.third, folder)
                what = f"{world.case.name}, killed at {call}"
                self.assertEqual((again.returncode, again.stderr), (0, ""), what)
                self.assertEqual(commits.state(folder), world.third_state, what)
                shutil.rmtree(folder)

            for_each(write_again, after_changes(world.lefts))

    def test_a_recovery_that_is_killed_too_is_recovered(self):
        for world in self.each_world():
            seen, kills = [], 0
            for call in after_changes(world.lefts):
                folder = world.lefts[call]
                # What is in a new file does not matter before all of them are complete.
                left = {path: b"" if "-new" in path else content for path, content in commits.state(folder).items()}
                if (left, commits.names_of_links(folder)) not in seen:
                    seen.append((left, commits.names_of_links(folder)))
                    kills += self.kill_recovery(world, folder, f"{world.case.name}, killed at {call}")
            print(f"      {world.case.name}: {len(seen)} states were recovered from, {kills} kills of that")

    def kill_recovery(self, world, left, what):
        def kill(call):
            folder = world.folder(like=left)
            killed = commits.recover(folder, [call.killed()])
            self.assertEqual(killed.returncode, -9, call)
            self.check_whole(world, folder, f"{what}, recovery killed at {call}")

        calls = after_changes(commits.calls_of(["recover", commits.BASE], world.folder(like=left)))
        return len(for_each(kill, calls))

    def test_an_error_at_any_call_leaves_the_old_and_says_so(self):
        for world in self.each_world():
            def fail(numbered):
                index, call = numbered
                error = ERRORS[index % len(ERRORS)]
                folder = world.folder()
                done = world.write(world.new, folder, call.failed(error))
                self.check_failed(world, done, folder, f"{world.case.name}, {error} at {call}")
                shutil.rmtree(folder, ignore_errors=True)
                return done.returncode

            calls = [call for call in world.calls if call.name not in NO_FILES]
            failed = sum(for_each(fail, enumerate(calls)))
            print(f"      {world.case.name}: an error at {len(calls)} calls, {failed} failed")

    def check_failed(self, world, done, folder, what):
        visible = {path: content for path, content in commits.state(folder).items() if not path.startswith(".")}
        if done.returncode == 0:
            self.assertEqual(visible, world.new_state, what)
        else:
            self.assertEqual(done.returncode, 1, what)
            self.assertRegex(done.stderr, r'^Cannot write ".*": .*[.]\n$', what)
            self.assertEqual(visible, world.old_state, what)
        if visible != commits.state(folder):  # else there is nothing to recover
            self.assertEqual(self.check_whole(world, folder, what), done.returncode == 0, what)


if __name__ == "__main__":
    harness.main()
