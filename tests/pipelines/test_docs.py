#!/usr/bin/env python3
"""What the documentation says of the elements is what they are, and every line in it works as it is printed.

LIVEPHOTO_ACCEPT=1 writes docs/inspect again from what gst-inspect-1.0 prints now.
"""

import difflib
import functools
import os
import re
import shlex
import unittest
from pathlib import Path

import clips
import harness
import pair
import programs

DOCS = harness.ROOT / "docs"
ELEMENTS = ("livephotoselect", "heifstillsink", "livephotomux", "livephotosink")
# What each version of GStreamer adds (pixel formats, properties of base classes) is in the snapshots too.
SNAPSHOT_VERSION = "1.22"


# ---- gst-inspect-1.0


@functools.lru_cache(maxsize=None)
def inspected(name):
    harness.need_elements(name)
    command = [programs.need("gst-inspect-1.0"), "--no-colors", name]
    output = programs.execute(command, environment={**os.environ, "LC_ALL": "C"})
    assert output.code == 0, output.stderr
    return output.stdout.decode()


def blanked(text):
    """Without what differs from one build to the next."""
    lines = [re.sub(r"^(  (?:Filename|Version) +).*", r"\1*", line.rstrip()) for line in text.splitlines()]
    return "\n".join(lines).rstrip() + "\n"


def sections(text):
    """{heading: lines below it} of what gst-inspect-1.0 prints."""
    found, heading = {}, None
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Z][\w ]+):(?: *)", line)
        if match:
            heading = found.setdefault(match[1], [])
        elif heading is not None:
            heading.append(line)
    return found


def property_names(name):
    lines = sections(inspected(name)).get("Element Properties", [])
    return {match[1] for line in lines if (match := re.match(r"  ([a-z][\w-]*) +: ", line))}


def own_properties(name):
    """Those that the element has not got from its base class, and those of its pads."""
    inherited = property_names("identity") & property_names("fakesrc") & property_names("fakesink")
    if "+----GstBaseSink" in inspected(name):
        inherited |= property_names("fakesink") & property_names("filesink")
    if "+----GstBin" in inspected(name):
        inherited |= property_names("bin")
    pad_lines = sections(inspected(name))["Pad Templates"]
    of_pads = {match[1] for line in pad_lines if (match := re.match(r"      ([a-z][\w-]*) +: ", line))}
    return property_names(name) - inherited | of_pads


def pad_names(name):
    return set(re.findall(r"^  (?:SINK|SRC) template: '([^']+)'", inspected(name), re.MULTILINE))


# ---- the pages


def chapters(page):
    """{heading: text below it} of the second level; the text before the first has the heading None."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {None: parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def chapter_of(name, heading):
    found = chapters(DOCS / "elements" / f"{name}.md")
    assert heading in found, f"{name}.md has no chapter {heading}"
    return found[heading]


def tables(text):
    """[(header of the first column, the names in `quotes` there)] of each table."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in block.splitlines()]
        found.append((rows[0][0], [name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row[0])]))
    return found


def named_in_tables(text, *headers):
    return {name for header, names in tables(text) if header in headers for name in names}


def quoted(text):
    return set(re.findall(r"`([^`\n]+)`", text))


def launch_lines(page):
    """[(number of the line in the page, the words after gst-launch-1.0)] of its fenced blocks."""
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in re.finditer(r"^```[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        number = text[:fence.start(1)].count("\n") + 1
        for line in re.sub(r"\\\n\s*", lambda broken: " " + "\0" * broken[0].count("\n"), fence[1]).split("\n"):
            if line.startswith("gst-launch-1.0 "):
                found.append((number, shlex.split(line.replace("\0", ""))[1:]))
            number += 1 + line.count("\0")
    return found


# ---- running a line


SOURCES = {".mp4": clips.moving, ".mkv": clips.matroska, ".ts": clips.mpegts, ".mov": clips.pcm}


def with_own_files(words, folder):
    """The words with inputs replaced by generated clips and outputs put into `folder`; and the outputs."""
    replaced, outputs, element = [], [], None
    for word in words:
        key, equals, value = word.partition("=")
        if not equals and word != "!":
            element = word
        if key == "location" and element == "filesrc":
            value = SOURCES[Path(value).suffix.lower()]().path
        elif key == "uri":
            value = SOURCES[Path(value).suffix.lower()]().path.as_uri()
        elif key == "location":
            value = folder / Path(value).name
            outputs.append(value)
            if element == "livephotosink":  # names both files itself
                suffix = ".JPG" if "still-format=jpeg" in words else ".HEIC"
                outputs[-1:] = [value.with_suffix(suffix), value.with_suffix(".MOV")]
        replaced.append(f"{key}={value}" if equals else word)
    return replaced, outputs


class Lines(harness.PipelineTest):

    def assert_works(self, words):
        replaced, outputs = with_own_files(words, self.folder)

        run = harness.launch(replaced)

        self.assert_ended_well(run)
        for output in outputs:
            self.assertTrue(output.is_file() and output.stat().st_size, f"{output.name} was not written")
        self.assertEqual(self.folder_listing(), sorted(output.name for output in outputs))
        still = [path for path in outputs if path.suffix.lower() in (".heic", ".jpg", ".jpeg")]
        movie = [path for path in outputs if path.suffix.lower() == ".mov"]
        if still and movie:
            expected = pair.Expectation(galleries=False, only_marker="purpose=wallpaper" not in words)
            self.assert_good(harness.Pair(run, still[0], movie[0]), expected)
        for output in outputs:
            output.unlink()

    def assert_page_works(self, page, at_least):
        lines = launch_lines(page)
        self.assertGreaterEqual(len(lines), at_least, f"lines in {page.name}")
        for number, words in lines:
            with self.subTest(f"{page.name}:{number}"):
                self.assert_works(words)

    def test_the_line_of_the_readme_works(self):
        self.assert_page_works(harness.ROOT / "README.md", 1)

    def test_the_lines_of_livephotoselect_work(self):
        self.assert_page_works(DOCS / "elements" / "livephotoselect.md", 3)

    def test_the_lines_of_heifstillsink_work(self):
        self.assert_page_works(DOCS / "elements" / "heifstillsink.md", 3)

    def test_the_lines_of_livephotomux_work(self):
        harness.need_elements("x265enc", "avenc_alac")
        self.assert_page_works(DOCS / "elements" / "livephotomux.md", 3)

    def test_the_lines_of_livephotosink_work(self):
        self.assert_page_works(DOCS / "elements" / "livephotosink.md", 3)

    def test_the_line_for_a_lock_screen_works(self):
        harness.need_elements("x265enc")
        self.assert_page_works(DOCS / "lock-screen.md", 1)


# ---- what the elements are


class Snapshots(unittest.TestCase):

    def setUp(self):
        harness.need_elements(*ELEMENTS)
        version = programs.read_with("gst-inspect-1.0", "--version").stdout.decode()
        if f" {SNAPSHOT_VERSION}." not in version:
            self.skipTest(f"docs/inspect is what GStreamer {SNAPSHOT_VERSION} prints, this is {version.split()[2]}")

    def assert_is_as_recorded(self, name):
        record = DOCS / "inspect" / f"{name}.txt"
        now = blanked(inspected(name))
        if os.environ.get("LIVEPHOTO_ACCEPT") == "1":
            record.write_text(now, encoding="utf-8")
        recorded = record.read_text(encoding="utf-8") if record.exists() else ""
        if now != recorded:
            difference = difflib.unified_diff(
                recorded.splitlines(), now.splitlines(), f"docs/inspect/{name}.txt", "now", lineterm="")
            self.fail("\n".join([
                "the element is not what is recorded; names, properties and pads are API:", *difference,
                "if it is meant:  LIVEPHOTO_ACCEPT=1 tests/run.sh --only tests pipelines_docs"]))

    def test_livephotoselect_is_as_recorded(self):
        self.assert_is_as_recorded("livephotoselect")

    def test_heifstillsink_is_as_recorded(self):
        self.assert_is_as_recorded("heifstillsink")

    def test_livephotomux_is_as_recorded(self):
        self.assert_is_as_recorded("livephotomux")

    def test_livephotosink_is_as_recorded(self):
        self.assert_is_as_recorded("livephotosink")

    def test_nothing_else_is_recorded(self):
        self.assertEqual(sorted(path.name for path in (DOCS / "inspect").iterdir()),
                         sorted(f"{name}.txt" for name in ELEMENTS))


class Pages(unittest.TestCase):

    def setUp(self):
        harness.need_elements(*ELEMENTS)

    def test_every_property_is_in_its_page_and_every_one_there_exists(self):
        for name in ELEMENTS:
            page = DOCS / "elements" / f"{name}.md"
            with self.subTest(name):
                documented = (named_in_tables(chapter_of(name, "Properties"), "Property", "Name")
                              | named_in_tables(chapter_of(name, "Pads"), "Property"))
                self.assertEqual(documented, own_properties(name), f"properties in {page.name} and in gst-inspect-1.0")

    def test_every_pad_is_in_its_page_and_every_one_there_exists(self):
        for name in ELEMENTS:
            with self.subTest(name):
                text = chapter_of(name, "Pads")
                self.assertLessEqual(pad_names(name), quoted(text), f"pads that {name}.md does not name")
                documented = named_in_tables(text, "Pad", "Name")
                self.assertLessEqual(documented, pad_names(name), f"pads that {name} does not have")

    def test_every_tag_of_our_own_is_in_the_pages_that_deal_with_it(self):
        header = (harness.ROOT / "gst" / "support" / "tags.h").read_text(encoding="utf-8")
        ours = set(re.findall(r'#define GST_TAG_\w+ "(live-photo-[\w-]+)"', header))
        self.assertIn("live-photo-content-identifier", ours)
        for name in ELEMENTS:
            with self.subTest(name):
                named = {word for word in quoted(chapter_of(name, "Tags")) if word.startswith("live-photo-")}
                wanted = {"heifstillsink": {"live-photo-content-identifier"}, "livephotosink": set()}.get(name, ours)
                self.assertEqual(named, wanted, f"tags in {name}.md and in tags.h")

    def test_links_between_the_documents_lead_somewhere(self):
        for page in (*harness.ROOT.glob("*.md"), *DOCS.rglob("*.md")):
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
                if "://" not in target:
                    with self.subTest(f"{page.name}: {target}"):
                        self.assertTrue((page.parent / target).exists(), "there is no such file")


class Messages(harness.PipelineTest):
    """Element messages and their fields, as the elements post them and as their pages name them."""

    def posted(self):
        """{element: {message: fields}}, from stills with a location and without, and a moment that was found."""
        line = harness.main_line(clips.moving().path, self.folder / "P.HEIC", self.folder / "P.MOV")
        bytes_only = [word for word in line if not (word.startswith("location=") and word.endswith(".HEIC"))]
        found = {name: {} for name in ELEMENTS}
        whole = harness.sink_line(clips.moving().path, self.folder / "Q", None)
        auto = harness.main_line(
            clips.moving().path, self.folder / "A.HEIC", self.folder / "A.MOV", select=("mode=auto",))
        for words in (line, bytes_only, whole, auto):
            run = harness.launch(words, messages=True)
            self.assert_ended_well(run)
            for text in re.finditer(r'from element "([a-z]+)\d*" \(element\): (.*);\s*$', run.out, re.MULTILINE):
                names = {"s": "livephotoselect", "m": "livephotomux", "l": "livephotosink", "select": "livephotosink"}
                name = names.get(text[1], text[1])
                if name in found:
                    message, _, fields = text[2].partition(",")
                    found[name].setdefault(message, set()).update(re.findall(r"([a-z][a-z-]*)=\(", fields))
        return found

    def test_what_is_posted_is_in_the_pages_and_what_is_there_is_posted(self):
        for name, messages in self.posted().items():
            text = chapter_of(name, "Messages")
            with self.subTest(name):
                self.assertEqual({word for word in quoted(text) if word.startswith("live-photo-")}, set(messages))
                self.assertEqual(named_in_tables(text, "Field", "Name"), set().union(*messages.values()))


if __name__ == "__main__":
    harness.main()
