#!/usr/bin/env python3
"""A JPEG still and the frame of an H.264 movie at its marker are one picture in Chromium, and the source's."""

from fractions import Fraction

import chromium
import clips
import harness
import measures
import painting
import pair
import programs
from harness import SECOND

SHORT = {"start": 0, "duration": SECOND // 2, "still_time": SECOND // 5}


class InChromium(harness.PipelineTest):

    browser = None  # one for all tests
    HALF_A_FRAME = 1 / 60

    def setUp(self):
        super().setUp()
        programs.need("chromium")
        if InChromium.browser is None:
            InChromium.browser = self.enterClassContext(chromium.Chromium())

    def shown(self, made):
        """(still, movie's frame), the frame asked for by an instant inside of it."""
        marker = pair.marker_time(made.movie)
        still, frame = self.browser.picture(made.still), self.browser.frame(made.movie, marker + self.HALF_A_FRAME)
        self.assert_close(frame.time, float(marker), 1e-6, "the time of the frame that Chromium shows")
        self.assertEqual((still.width, still.height), (frame.width, frame.height), "the sizes of still and frame")
        return still, frame

    def assert_colours(self, some, others, worst, what):
        """No patch is wrong by more than `worst`, and all of them by 2 in the mean at most."""
        wrong = [abs(a - b) for one, other in zip(some, others) for a, b in zip(one, other)]
        self.assertLessEqual(max(wrong), worst, f"{what}: {some} and {others}")
        self.assertLessEqual(sum(wrong) / len(wrong), 2, what)

    def test_the_colours_are_those_of_the_chart_in_both(self):
        for colour, full_range, line in (
                ("bt709", False, harness.lossless_line), ("bt709", False, harness.main_line),
                ("bt601", False, harness.lossless_line), ("bt709", True, harness.lossless_line)):
            with self.subTest(colour, full_range=full_range, line=line.__name__):
                clip = clips.colour_chart(colour, 8, full_range, seconds=1)
                made = self.make(clip, f"{colour}-{full_range}-{line.__name__}", line=line, suffix=".JPG", **SHORT)
                images = *self.shown(made), self.browser.frame(clip.path, Fraction(1, 5) + self.HALF_A_FRAME)
                still, frame, source = ([measures.mean_colour(image, *clips.chart_patch(index))
                                         for index in range(len(clips.CHART))] for image in images)
                self.assert_colours(still, clips.CHART, 3, "the still, the chart")
                # Chromium's own BT.709 of limited range is up to 6 wrong in blue, of the source as well.
                its_own = 6 if (colour, full_range) == ("bt709", False) else 0
                self.assert_colours(frame, clips.CHART, its_own or 3, "the movie, the chart")
                self.assert_colours(frame, source, 0 if line is harness.lossless_line else 2, "the movie, the source")
                self.assert_colours(still, frame, its_own + 3, "the still, the movie")

    def test_the_frame_at_the_marker_is_the_still(self):
        for line in (harness.lossless_line, harness.main_line):
            with self.subTest(line.__name__):
                for image in self.shown(self.make(clips.moving(), line.__name__, suffix=".JPG", line=line)):
                    self.assertEqual(painting.read_barcode(image), 60)

    def test_both_stand_upright(self):
        painter = painting.upright_painter()
        bright = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0)}
        for turn in (90, 180, 270):
            for line in (harness.lossless_line, harness.main_line):
                with self.subTest(turn, line=line.__name__):
                    made = self.make(clips.portrait(turn), f"{turn}-{line.__name__}", suffix=".JPG", line=line)
                    for image in self.shown(made):
                        self.assertEqual((image.width, image.height), (240, 320))
                        self.assertEqual(painting.read_barcode(image), 60)
                        for name, wanted in bright.items():
                            left, top, size = painter.corner(name)
                            colour = measures.mean_colour(image, left + 4, top + 4, size - 8, size - 8)
                            self.assertEqual(tuple(int(value > 128) for value in colour), wanted, name)


if __name__ == "__main__":
    harness.main()
