#!/usr/bin/env python3
"""Whatever brings the streams, a clip late in a file is sought, and cut as exactly as an early one."""

import re
import shlex
from fractions import Fraction

import clips
import coded
import decoders
import harness
import pair
import painting
import readers
from harness import SECOND

# The clip is in the last quarter of 1,600 frames; a second before it, a group of pictures (10 s are the most that
# x264 makes here), the clip, and what queues hold ahead are still far less than half of the file.
START, DURATION, STILL = 50, 1, Fraction(505, 10)
MOST_READ = 600

COUNT = "identity name=read silent=false !"
RAW_VIDEO, RAW_SOUND = f"videoconvert ! {COUNT}", "audioconvert ! audioresample !"
ENCODED = ("s.video_src ! x264enc ! h264parse ! m. s.audio_src ! avenc_aac ! aacparse ! m. s.still_src ! heifstillsink",
           RAW_VIDEO, RAW_SOUND)
LOSSLESS = ("s.video_src ! m. s.audio_src ! m. s.still_src ! avdec_h264 ! heifstillsink", COUNT, "")


def first_time(path):
    """Of the first picture in stream time. matroskademux 1.22 tells another one where sound begins before it."""
    return coded.gst_packets(path)[0][0] if path.suffix == ".ts" else readers.presentation_times(path)[0]


class Sources(harness.PipelineTest):

    elements = (*harness.PipelineTest.elements, "avdec_h264", "h264parse", "aacparse")

    def check(self, source, way, video="d. !", sound="d. !", clip=None, needs=()):
        """`source` has {file} and {uri} in it; `video` and `sound` are what goes before the selector's pads."""
        harness.need_elements(*needs)
        clip = clip or clips.long_moving()
        first = first_time(clip.path)
        rest, before_video, before_sound = way
        still, movie = self.folder / "P.HEIC", self.folder / "P.MOV"
        times = [f"{name}={round((value + first) * SECOND)}" for name, value in
                 (("start-time", START), ("still-time", STILL))]
        source = source.format(file=clip.path, uri=clip.path.as_uri())
        line = shlex.split(
            f"{source} livephotoselect name=s {' '.join(times)} duration={DURATION * SECOND} "
            f"livephotomux name=m ! filesink location={movie} {video} {before_video} s.video_sink "
            f"{sound} {before_sound} s.audio_sink {rest} location={still}")
        run = self.last_run = harness.launch(["-v", *line], 60, messages=True)
        self.assert_ended_well(run)
        self.assert_good(harness.Pair(run, still, movie), pair.Expectation(galleries=False))
        read = len(re.findall(r"read: last-message = chain", run.out))
        self.assertLess(read, MOST_READ, "pictures that were read")
        self.assertGreater(read, 20)
        selected = harness.main_messages(run, "live-photo-selected")[0]
        begin = Fraction(int(harness.field(selected, "start")), SECOND)
        self.assert_close(begin - first, START, Fraction(1, 1000), "where the clip begins")
        self.assert_close(Fraction(int(harness.field(selected, "still-offset")), SECOND), Fraction(12, 25),
                          Fraction(1, 1000), "where the still is in it")
        shown = [painting.read_barcode(frame) for frame in decoders.ffmpeg_frames(movie)]
        self.assertEqual(shown, list(range(1250, 1275)), "frames of the movie")
        self.assertEqual(painting.read_barcode(decoders.still_rgb(still)), 1262, "the still")

    # ---- packets

    def test_packets_from_parsebin(self):
        for clip in (clips.long_moving(), clips.long_moving("mkv"), clips.long_moving("ts")):
            with self.subTest(clip.path.suffix):
                self.check("filesrc location={file} ! parsebin name=d", LOSSLESS, clip=clip)

    def test_packets_from_qtdemux(self):
        self.check("filesrc location={file} ! qtdemux name=d", LOSSLESS, "d.video_0 ! h264parse !",
                   "d.audio_0 ! aacparse !", needs=("qtdemux",))

    def test_packets_from_matroskademux(self):
        self.check("filesrc location={file} ! matroskademux name=d", LOSSLESS, "d.video_0 ! h264parse !",
                   "d.audio_0 ! aacparse !", clips.long_moving("mkv"), needs=("matroskademux",))

    def test_packets_from_tsdemux(self):
        self.check("filesrc location={file} ! tsdemux name=d", LOSSLESS, "d. ! h264parse !", "d. ! aacparse !",
                   clips.long_moving("ts"), needs=("tsdemux",))

    def test_packets_from_two_files(self):
        self.check("filesrc location={file} ! parsebin name=d filesrc location={file} ! parsebin name=e", LOSSLESS,
                   sound="e. !")

    # ---- decoded

    def test_decoded_by_decodebin(self):
        self.check("filesrc location={file} ! decodebin name=d", ENCODED)

    def test_decoded_by_uridecodebin(self):
        self.check("uridecodebin uri={uri} name=d", ENCODED)

    def test_decoded_by_uridecodebin3(self):
        for clip in (clips.long_moving(), clips.long_moving("mkv"), clips.long_moving("ts")):
            with self.subTest(clip.path.suffix):
                self.check("uridecodebin3 uri={uri} name=d", ENCODED, clip=clip, needs=("uridecodebin3",))

    def test_decoded_from_a_plain_demuxer(self):
        self.check("filesrc location={file} ! qtdemux name=d", ENCODED, "d.video_0 ! h264parse ! avdec_h264 !",
                   "d.audio_0 ! aacparse ! avdec_aac !", needs=("avdec_aac",))

    def test_decoded_from_two_files(self):
        self.check("filesrc location={file} ! decodebin name=d filesrc location={file} ! decodebin name=e", ENCODED,
                   sound="e. !")

    def test_packets_of_the_picture_beside_decoded_sound(self):
        self.check("filesrc location={file} ! parsebin name=d", (
            "s.video_src ! m. s.audio_src ! avenc_aac ! aacparse ! m. s.still_src ! avdec_h264 ! heifstillsink",
            COUNT, RAW_SOUND), sound="d. ! audio/mpeg ! decodebin !")


if __name__ == "__main__":
    harness.main()
