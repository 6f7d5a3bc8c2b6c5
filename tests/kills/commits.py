"""Commits of one pair as processes of their own, ended or failed by strace at a chosen system call."""

import dataclasses
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

BUILT = Path(os.environ["LIVEPHOTO_BUILD_ROOT"]) / "tests" / "core"
PROGRAM = BUILT / "commit_once"
VERDICTS = BUILT / "pair_verdicts"
BASE = "-IMG 'ü\"\n1"  # a name that everything has to get right
MARK = "livephoto-mark"  # the program looks for such a file where its own work begins

# strace keeps LeakSanitizer from working, which says so by an error.
ENVIRONMENT = os.environ | {"LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=0"}

# The calls after which a folder may be another one than before.
CHANGING = ("write", "pwrite64", "ftruncate", "openat", "mkdirat", "linkat", "renameat", "renameat2", "unlinkat")


@dataclasses.dataclass(frozen=True)
class Case:
    """A kind of commit, and the state of the world that it meets."""

    name: str
    kind: str  # pair, pvt, zip
    replaces: bool
    faults: tuple = ()  # calls that the file system does not have, as strace has it: "linkat:error=EPERM"


CASES = (
    Case("new pair", "pair", False),
    Case("pair over an old one", "pair", True),
    Case("pair over an old one without links", "pair", True, ("linkat:error=EPERM",)),
    Case("new folder", "pvt", False),
    Case("folder over an old one", "pvt", True),
    Case("folder over an old one without exchange", "pvt", True, ("renameat2:error=EINVAL",)),
    Case("new zip", "zip", False),
    Case("zip over an old one", "zip", True),
    Case("zip over an old one without exchange", "zip", True, ("renameat2:error=EINVAL",)),
)


@dataclasses.dataclass(frozen=True)
class Call:
    """The `number`th call of `name` in the life of a process, from 1 on."""

    name: str
    number: int
    text: str  # as strace printed it

    def __str__(self):
        return f"{self.name}, call {self.number}: {self.text}"

    def killed(self):
        """What strace is to inject: the process dies before the call is done."""
        return f"{self.name}:signal=KILL:when={self.number}"

    def failed(self, error):
        return f"{self.name}:error={error}:when={self.number}"


def make_pairs(folder):
    """Three Live Photos of the same sizes that differ in their identifiers: the old, the new, a third.

    Each as the paths of its movie and its still.
    """
    subprocess.run([VERDICTS, "--fakes", folder], check=True, capture_output=True)
    found = {path.suffix: path.read_bytes() for path in (folder / "good").iterdir()}
    pairs = []
    for name, digits in (("old", b"0F1E2D3C"), ("new", b"A1A2A3A4"), ("third", b"B1B2B3B4")):
        for suffix, content in found.items():
            (folder / (name + suffix)).write_bytes(content.replace(b"0F1E2D3C", digits))
        pairs.append([str(folder / (name + suffix)) for suffix in (".MOV", ".HEIC")])
    return pairs


def run(arguments, folder, inject=()):
    """Runs the program in `folder`; with strace only if something is to be injected."""
    command = [str(PROGRAM), *arguments]
    if inject:
        names = ",".join({fault.split(":")[0] for fault in inject})  # the others need not be printed
        options = [option for fault in inject for option in ("-e", f"inject={fault}")]
        command = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={names}", *options, *command]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)


def recover(folder, inject=()):
    return run(["recover", BASE], folder, inject)


def copy(folder, to):
    """With its links, as no copy of shutil has them."""
    to.mkdir()
    files = {}
    for path in sorted(folder.rglob("*")):
        there = to / path.relative_to(folder)
        if path.is_dir():
            there.mkdir()
        elif path.stat().st_ino in files:
            os.link(files[path.stat().st_ino], there)
        else:
            shutil.copyfile(path, there)
            files[path.stat().st_ino] = there
    return to


def state(folder):
    """Everything in `folder`: contents by path, and None for folders."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


def names_of_links(folder):
    """Which names are those of one file."""
    links = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            links.setdefault(path.stat().st_ino, []).append(str(path.relative_to(folder)))
    return sorted(names for names in links.values() if len(names) > 1)


def verdict(kind, state, folder):
    """What verify() says of the pair in it by the rules of Apple; `folder` is made for it."""
    folder.mkdir()
    for path, content in state.items():
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)
    if kind == "zip":
        zipfile.ZipFile(folder / f"{BASE}.pvt.zip").extractall(folder / "extracted")
        folder = folder / "extracted"
    if kind != "pair":
        folder = folder / f"{BASE}.pvt"
    files = [folder / f"{BASE}{suffix}" for suffix in (".HEIC", ".MOV")]
    said = subprocess.run([VERDICTS, *files], capture_output=True, text=True, check=True).stdout
    return re.search(r"\tapple=(\w+)", said)[1]


def calls_of(arguments, folder, faults=()):
    """The program's own calls, in their order; those of loading it count but are left out."""
    log = folder.with_suffix(".strace")
    options = [option for fault in faults for option in ("-e", f"inject={fault}")]
    subprocess.run(
        ["strace", "-qq", "-o", log, *options, PROGRAM, *arguments],
        cwd=folder, env=ENVIRONMENT, capture_output=True, check=True, timeout=60)
    counts, calls, begun = {}, [], False
    for line in log.read_text().splitlines():
        match = re.match(r"(\w+)\(", line)
        if not match:
            continue
        name = match[1]
        counts[name] = counts.get(name, 0) + 1
        if begun:
            calls.append(Call(name, counts[name], line))
        begun = begun or MARK in line
    log.unlink()
    return calls


def strace_works():
    """Why it does not, or ""."""
    if not shutil.which("strace"):
        return "strace is not installed"
    command = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=getuid:error=EPERM", "true"]
    tried = subprocess.run(command, capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"
