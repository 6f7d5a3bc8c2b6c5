#!/usr/bin/env python3
"""gst-livephoto-1.0 suggest, and make --auto: the same ranking, in words, for scripts and as pairs."""

import json
import shutil

import clips
import harness
import one_moment
import tool


def overlap(moment, begin, end):
    """The share of [begin, end) that a moment has in it."""
    first, last = moment["start"], moment["start"] + moment["duration"]
    return max(0, min(last, end) - max(first, begin)) / (end - begin)


class Suggest(tool.ToolTest):

    def suggest(self, *arguments, code=0, **options):
        said = self.run_tool("suggest", *arguments, **options)
        self.assertEqual(said.code, code, said)
        return said

    def test_the_moment_comes_first_with_its_reason(self):
        said = self.suggest(one_moment.short().path, "--json")
        moments = said.events()

        self.assertGreaterEqual(overlap(moments[0], 5, 8), 0.8, said)
        self.assertTrue(5 <= moments[0]["still"] < 8, said)
        self.assertEqual([moment["rank"] for moment in moments], list(range(1, len(moments) + 1)))
        self.assertEqual(sorted((moment["score"] for moment in moments), reverse=True),
                         [moment["score"] for moment in moments])
        self.assertTrue(moments[0]["reason"])
        self.assertEqual(set(moments[0]["scores"]), {"calm", "alive", "whole", "exposed", "complete", "cover", "sharp"})
        self.assertEqual(said.err, "")

    def test_moments_of_one_video_are_apart(self):
        moments = self.suggest(one_moment.long().path, "--json", "--count", "4").events()

        self.assertEqual(len(moments), 4)
        starts = sorted(moment["start"] for moment in moments)
        for one, other in zip(starts, starts[1:]):
            self.assertGreaterEqual(other - one, 1.5)

    def test_text_for_people(self):
        said = self.suggest(one_moment.short().path, "--count", "1")

        first, second = said.out.splitlines()[:2]
        self.assertEqual(first, f"{one_moment.short().path}:")
        self.assertRegex(second, r"^  1\.  0:0\d\S* to 0:0\d\S*, still at 0:0\d\S*: \w.*\w$")

    def test_what_it_says_can_be_made(self):
        self.copy(one_moment.short(), "clip.mp4")
        lines = self.suggest("clip.mp4", "--json", "--count", "2").out

        self.make("--from", "-", "-o", "out/", stdin=lines.encode())

        moments = [json.loads(line) for line in lines.splitlines()]
        names = [moment["output"] for moment in moments]
        self.assertEqual(names, [f"clip-{number}" for number in range(1, len(names) + 1)])
        for moment in moments:
            self.assertTrue((self.folder / "out" / (moment["output"] + ".MOV")).exists())
        self.assert_good(self.pair("out/clip-1"))

    def test_a_single_suggestion_keeps_the_videos_name(self):
        self.copy(one_moment.short(), "clip.mp4")

        moment, = self.suggest("clip.mp4", "--json", "--count", "1").events()

        self.assertNotIn("output", moment)

    def test_videos_of_a_folder_come_in_their_order(self):
        for name in ("c.mp4", "a.mp4", "b.mp4"):
            self.copy(one_moment.short(), f"folder/{name}")

        said = self.suggest("folder", "--json", "--count", "1", "--jobs", "2")

        self.assertEqual([moment["video"] for moment in said.events()], ["folder/a.mp4", "folder/b.mp4", "folder/c.mp4"])

    def test_a_video_that_is_named_twice_is_looked_through_once(self):
        for name in ("a.mp4", "b.mp4"):
            self.copy(one_moment.short(), f"folder/{name}")
        (self.folder / "link.mp4").symlink_to("folder/a.mp4")

        said = self.suggest("folder/../folder/b.mp4", "folder", "link.mp4", "folder/a.mp4", "--json", "--count", "1")

        self.assertEqual([moment["video"] for moment in said.events()], ["folder/../folder/b.mp4", "folder/a.mp4"])

    def test_a_sheet_of_several_that_are_looked_through_at_a_time(self):
        for name in ("c.mp4", "a.mp4", "b.mp4", "d.mp4"):
            self.copy(one_moment.short(), f"folder/{name}")

        said = self.suggest("folder", "--json", "--count", "1", "--jobs", "3", "--sheet", "picks.html")

        self.assertEqual([moment["video"] for moment in said.events()],
                         [f"folder/{name}.mp4" for name in "abcd"])
        page = (self.folder / "picks.html").read_text(encoding="utf-8")
        places = [page.index(f"folder/{name}.mp4") for name in "abcd"]
        self.assertEqual(places, sorted(places))
        self.assertEqual(self.tree()[-1], "picks.html")

    def test_a_sheet_that_is_there_stays(self):
        (self.folder / "picks.html").write_text("mine")

        said = self.suggest(one_moment.short().path, "--sheet", "picks.html", code=2)

        self.assertIn("picks.html is there already", said.err)
        self.assertEqual((self.folder / "picks.html").read_text(), "mine")

    def test_one_that_fails_does_not_keep_the_others(self):
        self.copy(one_moment.short(), "a.mp4")
        (self.folder / "b.mp4").write_text("no video")

        said = self.suggest("a.mp4", "b.mp4", "missing.mp4", "--json", "--count", "1", code=1)

        self.assertEqual([moment["video"] for moment in said.events()], ["a.mp4"])
        first, second = said.err.splitlines()
        self.assertTrue(first.startswith("b.mp4"), said)
        self.assertEqual(second, "missing.mp4 does not exist.")

    def test_a_duration(self):
        moment, = self.suggest(one_moment.short().path, "--json", "--count", "1", "--duration", "1.5").events()

        self.assertAlmostEqual(moment["duration"], 1.5, delta=0.05)

    def test_a_video_that_is_shorter_than_a_clip(self):
        shutil.copyfile(clips.moving().path, self.folder / "long.mp4")
        self.make("long.mp4", "--duration", "1", "--exact", "-o", "P")

        moment, = self.suggest("P.MOV", "--json").events()

        self.assertEqual(moment["start"], 0)
        self.assertTrue(0 < moment["still"] < 1, moment)

    def test_nothing_that_moves_is_said(self):
        moments = self.suggest(one_moment.motionless().path, "--json", "--count", "1").events()

        self.assertIn("nothing-moves", [advice["code"] for advice in moments[0]["advice"]])

    def test_odd_videos_have_a_sensible_moment(self):
        for name, length, clip in (
                ("black", 5, one_moment.odd("black", "color=black:s=320x180:r=25", 5)),
                ("noise", 5, one_moment.odd("noise", "color=gray:s=320x180:r=25,noise=alls=80:allf=t", 5)),
                ("pauses of 2 s", 20, one_moment.odd("pauses", "testsrc2=s=320x180:r=1/2", 20)),
                ("240 a second", 4, one_moment.odd("fast", "testsrc2=s=320x180:r=240", 4)),
                ("one picture", 1, one_moment.odd("single", "testsrc2=s=320x180:r=1", 1))):
            with self.subTest(name):
                first = self.suggest(clip.path, "--json").events()[0]
                self.assertTrue(0 <= first["start"] < length, first)
                self.assertGreater(first["duration"], 0)
                self.assertTrue(first["start"] <= first["still"] <= first["start"] + first["duration"], first)
                self.make(clip.path, "--auto", "-o", name)
                self.assertTrue((self.folder / f"{name}.MOV").exists())

    def test_wrong_input_is_one_sentence(self):
        for arguments in ((), ("--count", "0", "x.mp4"), ("x.mp4", "--duration", "0"), ("x.mp4", "--sheet", "x.doc")):
            said = self.suggest(*arguments, code=2)
            self.assertEqual(said.out, "")
            self.assertEqual(len(said.err.splitlines()), 1, said)


class MakeAuto(tool.ToolTest):

    def test_the_best_moment(self):
        self.copy(one_moment.short(), "clip.mp4")
        best, second = self.run_tool("suggest", "clip.mp4", "--json", "--count", "2").events()

        made = self.make("clip.mp4", "--auto", "--json").event()
        picked = self.make("clip.mp4", "--auto", "--pick", "2", "-o", "second", "--json").event()

        self.assert_good(self.pair("clip"))
        for event, moment in ((made, best), (picked, second)):
            self.assertAlmostEqual(event["start"], moment["start"], delta=0.001)
            self.assertAlmostEqual(event["still"], moment["still"], delta=0.001)
            self.assertEqual(event["chosen_for"], moment["reason"])

    def test_the_still_in_a_window_that_is_given(self):
        self.copy(one_moment.short(), "clip.mp4")

        event = self.make("clip.mp4", "--auto", "--start", "6", "--duration", "1", "--json").event()

        self.assertEqual((event["start"], event["duration"]), (6, 1))
        self.assertTrue(6 <= event["still"] < 7, event)

    def test_what_is_made_is_skipped(self):
        self.copy(one_moment.short(), "clip.mp4")
        self.make("clip.mp4", "--auto")

        self.assertIn("already made, skipped", self.make("clip.mp4", "--auto").out)
        self.assertEqual(self.make("clip.mp4", code=1).code, 1)  # another pair of that name

    def test_a_pick_that_there_is_not(self):
        self.copy(one_moment.short(), "clip.mp4")

        said = self.make("clip.mp4", "--auto", "--pick", "40", code=1)

        self.assertRegex(said.err, r"^clip\.mp4: It is good for \d+ moments? of 3\.000 s, so there is no --pick 40\.\n$")
        self.assertEqual(self.tree(), ["clip.mp4"])

    def test_pick_goes_with_auto(self):
        self.copy(one_moment.short(), "clip.mp4")

        self.assertEqual(self.refuse("clip.mp4", "--pick", "2"), "gst-livephoto-1.0: --pick goes with --auto.")

    def test_dry_run_says_that_it_will_look(self):
        self.copy(one_moment.short(), "clip.mp4")

        self.assertIn("where it is best", self.make("clip.mp4", "--auto", "--dry-run").out)



class PictureAdvice(tool.ToolTest):
    """Each is told of a clip that has that wrong and nothing else."""

    CODES = {"nothing-moves", "cut-inside", "too-fast", "shaky", "still-blurred", "still-dark", "still-on-cut"}

    def advice(self, clip, *arguments, still="1.5"):
        event = self.make(clip.path, "--still", still, "-o", "P", "--force", "--json", *arguments).event()
        return [advice for advice in event["advice"] if advice["code"] in self.CODES]

    def test_each_alone(self):
        for code, clip in (("nothing-moves", one_moment.motionless()), ("cut-inside", one_moment.cut()),
                           ("too-fast", one_moment.fast()), ("shaky", one_moment.shaky()),
                           ("still-blurred", one_moment.blurred()), ("still-dark", one_moment.dark())):
            with self.subTest(code):
                self.assertEqual([advice["code"] for advice in self.advice(clip)], [code])

    def test_none_where_nothing_is_wrong(self):
        self.assertEqual(self.advice(one_moment.clean()), [])

    def test_a_still_on_a_cut(self):
        told = {advice["code"] for advice in self.advice(one_moment.cut(), still="2")}

        self.assertGreaterEqual(told, {"cut-inside", "still-on-cut"})

    def test_a_better_still_is_named(self):
        text = self.advice(one_moment.blurred())[0]["text"]

        self.assertRegex(text, r"is blurred; the picture at 0:0[012]\S* is sharper\.$")
        self.assertFalse(1.3 <= float(text.split("0:")[1].split()[0]) <= 1.7, text)

    def test_suggest_tells_it_too(self):
        moment = json.loads(self.run_tool("suggest", one_moment.shaky().path, "--json").out.splitlines()[0])

        self.assertEqual([advice["code"] for advice in moment["advice"]], ["shaky"])

    def test_pictures_need_not_be_looked_at(self):
        self.assertEqual(self.advice(one_moment.shaky(), "--no-advice"), [])


if __name__ == "__main__":
    harness.main()
