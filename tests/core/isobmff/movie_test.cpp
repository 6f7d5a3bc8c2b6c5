// Whole movies: the plan of a clip, its box tree, and what cannot be planned.
#include "core/isobmff/movie.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "tests/core/isobmff/box_tree.h"

namespace livephoto {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr const char* kIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";

VideoTrack video_of(std::vector<nanoseconds> decode_order, nanoseconds last_duration) {
  VideoTrack video;
  video.format.codec = VideoFormat::Codec::H264;
  video.format.configuration = {0x01, 0x64, 0x00, 0x1F};
  video.format.width = 320;
  video.format.height = 240;
  video.format.colour = Colour{1, 1, 1, false};
  std::uint32_t size = 1000;
  for (const auto time : decode_order) {
    video.packets.push_back(
        {.size = size++,
         .presentation_time = time,
         .duration = last_duration,
         .is_sync = video.packets.empty()});
  }
  return video;
}

std::vector<nanoseconds> thirty_a_second(int frames) {
  std::vector<nanoseconds> times;
  for (int i = 0; i < frames; ++i) times.emplace_back(std::int64_t{1'000'000'000} * i / 30);
  return times;
}

AudioTrack aac_of(std::uint32_t packets, nanoseconds start, std::uint32_t priming) {
  AudioTrack audio;
  audio.format.codec = AudioFormat::Codec::Aac;
  audio.format.configuration = {0x11, 0x90};
  audio.format.sample_rate = 48'000;
  audio.format.channels = 2;
  audio.start = start;
  audio.priming = priming;
  for (std::uint32_t i = 0; i < packets; ++i)
    audio.packets.push_back({.size = 300 + i, .samples = 1024});
  return audio;
}

// Two seconds of 30 fps with AAC, the still at one second.
Clip clip_of_two_seconds() {
  Clip clip;
  clip.content_identifier = kIdentifier;
  clip.video = video_of(thirty_a_second(60), 33'333'333ns);
  clip.audio = {aac_of(95, 0ns, 1024)};
  clip.still_time = 1s;
  clip.capture.time = CaptureTime{2024, 10, 1, 21, 2, 3, 0, 540};
  clip.capture.make = "Maker";
  clip.capture.model = "Model";
  return clip;
}

// The movie with packets of zeros.
Bytes file_of(const Movie& movie, const Clip& clip) {
  Bytes file = movie.head;
  for (const auto& packet : movie.packets) {
    const std::uint32_t size = packet.track == PacketReference::kVideo
                                   ? clip.video.packets[packet.packet].size
                                   : clip.audio[packet.track - 1].packets[packet.packet].size;
    file.resize(file.size() + size);
  }
  file.insert(file.end(), movie.tail.begin(), movie.tail.end());
  return file;
}

std::string tree_of(const Clip& clip) {
  const auto movie = plan_movie(clip);
  if (!movie) return movie.error().message;
  const Bytes file = file_of(*movie, clip);
  EXPECT_EQ(file.size(), movie->size);
  return testing::box_tree(file);
}

// The first line of the tree that begins with `type`, counted from 0.
std::string line_of(const std::string& tree, const std::string& type, int which) {
  std::istringstream lines(tree);
  std::string line;
  while (std::getline(lines, line)) {
    const auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    if (text.starts_with(type + " ") && which-- == 0) return text;
  }
  return "no " + type;
}

std::string message_of(const Clip& clip) {
  const auto movie = plan_movie(clip);
  return movie ? "planned" : movie.error().message;
}

TEST(Movie, HasTheCamerasTree) {
  EXPECT_EQ(testing::difference_from_golden("h264-aac.tree", tree_of(clip_of_two_seconds())), "");
}

TEST(Movie, WithHevcAndPcmAndOrientationHasItsTree) {
  Clip clip = clip_of_two_seconds();
  clip.video.format.codec = VideoFormat::Codec::H265;
  clip.video.format.pixel_aspect_numerator = 4;
  clip.video.format.pixel_aspect_denominator = 3;
  clip.video.format.colour = Colour{9, 18, 9, true};
  clip.video.format.mastering_display = MasteringDisplay{{{{1, 2}, {3, 4}, {5, 6}}}, {7, 8}, 9, 10};
  clip.video.format.content_light = ContentLight{11, 12};
  clip.capture.orientation = Orientation::Rotate90;
  clip.audio.front().format.codec = AudioFormat::Codec::Lpcm;
  clip.audio.front().format.bits = 16;
  for (auto& packet : clip.audio.front().packets) packet.size = 4 * packet.samples;
  clip.audio.front().priming = 0;

  EXPECT_EQ(testing::difference_from_golden("hevc-lpcm-rotated.tree", tree_of(clip)), "");
}

// qtdemux 1.22 loses the times of LPCM with one run of durations and several kinds of chunks.
TEST(Movie, PcmHasTwoRunsOfDurationsWhereChunksDiffer) {
  Clip clip = clip_of_two_seconds();
  AudioTrack& sound = clip.audio.front();
  sound.format.codec = AudioFormat::Codec::Lpcm;
  sound.format.bits = 16;
  sound.priming = 0;
  for (auto& packet : sound.packets) packet.size = 4 * packet.samples;
  const std::string in_several = tree_of(clip);
  sound.packets.resize(20);
  const std::string in_one = tree_of(clip);

  EXPECT_EQ(
      line_of(in_several, "stts", 1),
      "stts 32 000000000000000200017bff000000010000000100000001");
  EXPECT_EQ(line_of(in_one, "stts", 1), "stts 24 00000000000000010000500000000001");
}

TEST(Movie, WithAlacHasItsTree) {
  Clip clip = clip_of_two_seconds();
  clip.audio.front().format.codec = AudioFormat::Codec::Alac;
  clip.audio.front().format.configuration = Bytes(24, 0x5A);
  clip.audio.front().format.configuration[0] = 0;  // frameLength: 0x005A5A5A
  clip.audio.front().priming = 0;
  for (auto& packet : clip.audio.front().packets) packet.samples = 4096;

  EXPECT_EQ(testing::difference_from_golden("h264-alac.tree", tree_of(clip)), "");
}

TEST(Movie, EqualClipsGiveEqualMovies) {
  const auto one = plan_movie(clip_of_two_seconds());
  const auto other = plan_movie(clip_of_two_seconds());

  EXPECT_EQ(one->head, other->head);
  EXPECT_EQ(one->tail, other->tail);
}

TEST(Movie, SaysItsTimesInTicks) {
  const auto movie = plan_movie(clip_of_two_seconds());

  EXPECT_EQ(movie->timescale, 600u);
  EXPECT_EQ(movie->duration, 1200u);
  EXPECT_EQ(movie->marker, 600u);
}

TEST(Movie, EveryPacketGoesIntoTheFileOnce) {
  const Clip clip = clip_of_two_seconds();
  const auto movie = plan_movie(clip);

  std::vector<int> video(clip.video.packets.size());
  std::vector<int> audio(clip.audio.front().packets.size());
  for (const auto& packet : movie->packets) ++(packet.track == 0 ? video : audio)[packet.packet];
  EXPECT_EQ(video, std::vector<int>(video.size(), 1));
  EXPECT_EQ(audio, std::vector<int>(audio.size(), 1));
}

TEST(Movie, TracksAlternateEveryHalfSecond) {
  const auto movie = plan_movie(clip_of_two_seconds());

  int changes = 0;
  for (std::size_t i = 1; i < movie->packets.size(); ++i)
    changes += movie->packets[i].track != movie->packets[i - 1].track;
  EXPECT_EQ(changes, 7);  // four chunks of each
}

TEST(Movie, FastStartPutsMoovInFrontAndMovesEveryOffset) {
  Clip clip = clip_of_two_seconds();
  const auto camera = plan_movie(clip);
  clip.layout = MovieLayout::FastStart;
  const auto fast = plan_movie(clip);

  EXPECT_EQ(fast->size, camera->size);
  const Bytes file = file_of(*fast, clip);
  EXPECT_EQ(std::string(file.begin() + 24, file.begin() + 28), "moov");
  // The first chunk is the first byte behind the head.
  const std::string tree = testing::box_tree(file);
  EXPECT_NE(tree.find("mdat"), std::string::npos);
  const auto stco = std::search(file.begin(), file.end(), std::begin("stco"), std::end("stco") - 1);
  const std::size_t at = static_cast<std::size_t>(stco - file.begin()) + 4 + 8;
  const std::size_t offset = std::size_t{file[at]} << 24 | std::size_t{file[at + 1]} << 16 |
                             std::size_t{file[at + 2]} << 8 | file[at + 3];
  EXPECT_EQ(offset, fast->head.size());
}

TEST(Movie, TheMarkersTrackIsTheCamerasByteForByte) {
  const Clip clip = clip_of_two_seconds();
  const auto movie = plan_movie(clip);
  ASSERT_TRUE(movie);

  std::ifstream in(std::string(std::getenv("LIVEPHOTO_GOLDEN")) + "/camera-marker-track.hex");
  std::vector<std::string> camera{std::istream_iterator<std::string>(in), {}};
  ASSERT_EQ(camera.size(), 801u);
  // The last trak: what lies before meta.
  const std::string trak = "trak";
  const auto found =
      std::find_end(movie->tail.begin(), movie->tail.end(), trak.begin(), trak.end());
  ASSERT_NE(found, movie->tail.end());
  const auto begin = static_cast<std::size_t>(found - movie->tail.begin()) - 4;
  for (std::size_t i = 0; i < camera.size(); ++i) {
    if (camera[i] == "..") continue;
    EXPECT_EQ(movie->tail[begin + i], std::stoi(camera[i], nullptr, 16)) << "byte " << i;
  }
}

// ---- Times of the picture ----

TEST(Movie, RefusesDolbyVisionOfAnotherLength) {
  Clip clip = clip_of_two_seconds();
  clip.video.format.dolby_vision = Bytes(kDolbyVisionRecord);
  EXPECT_TRUE(plan_movie(clip));
  clip.video.format.dolby_vision.pop_back();
  EXPECT_NE(message_of(clip).find("Dolby Vision configuration has 23 bytes"), std::string::npos);
}

TEST(MovieTimes, DecodeInPresentationOrderAndOffsetTheReorderedOnes) {
  Clip clip = clip_of_two_seconds();
  const nanoseconds frame = 33'333'333ns;
  clip.video = video_of({0 * frame, 3 * frame, 1 * frame, 2 * frame}, frame);
  clip.still_time = frame;

  const std::string tree = tree_of(clip);

  EXPECT_EQ(line_of(tree, "stts", 0), "stts 24 00000000000000010000000400000014");
  EXPECT_EQ(
      line_of(tree, "ctts", 0),
      "ctts 40 0100000000000003"
      "0000000100000000"
      "0000000100000028"
      "00000002ffffffec");
  EXPECT_EQ(line_of(tree, "elst", 0), "elst 28 0000000000000001000000500000000000010000");
}

TEST(MovieTimes, BeginAtZeroWhateverTheSourcesClockSays) {
  Clip clip = clip_of_two_seconds();
  for (auto& packet : clip.video.packets) *packet.presentation_time += 3600000s + 17ns;
  clip.audio.front().start += 3600000s + 17ns;

  EXPECT_EQ(tree_of(clip), tree_of(clip_of_two_seconds()));
}

TEST(MovieTimes, EndWhenTheClipIsSaidToEnd) {
  Clip clip = clip_of_two_seconds();
  clip.duration = 1'980'000'000ns;
  EXPECT_EQ(plan_movie(clip)->duration, 1188u);
  clip.duration = 2'100'000'000ns;
  EXPECT_EQ(plan_movie(clip)->duration, 1260u);
}

TEST(MovieTimes, HideWhatBeginsAfterTheEnd) {
  Clip clip = clip_of_two_seconds();
  clip.duration = 1'900'200'000ns;  // a frame begins at 1.900
  const std::string tree = tree_of(clip);

  EXPECT_EQ(plan_movie(clip)->duration, 114'000u);
  // All packets are in the media: three are hidden, a tick apart.
  EXPECT_EQ(line_of(tree, "mdhd", 0).substr(32, 16), "0000ea600001bd53");
  EXPECT_EQ(line_of(tree, "elst", 0), "elst 28 00000000000000010001bd500000000000010000");
}

// From a sync frame 100 ms before the clip; the last frame shown is a B-frame.
Clip clip_with_hidden_frames() {
  Clip clip = clip_of_two_seconds();
  clip.video = video_of({0ms, 66ms, 33ms, 100ms, 166ms, 133ms, 266ms, 200ms, 233ms}, 34ms);
  for (auto& packet : clip.video.packets) *packet.presentation_time += 5s;
  clip.video.start = 5'100'000'000ns;
  clip.duration = 100ms;
  clip.still_time = 33ms;
  clip.audio = {aac_of(40, 5'080'000'000ns, 0)};
  return clip;
}

TEST(MovieTimes, HideWhatIsBeforeTheStart) {
  Clip clip = clip_with_hidden_frames();
  clip.video.format.frame_rate_numerator = 30;
  const std::string tree = tree_of(clip);
  const auto movie = plan_movie(clip);

  // On the grid of 30 a second, in a finer timescale because frames are hidden.
  EXPECT_EQ(movie->timescale, 60'000u);
  EXPECT_EQ(movie->duration, 6000u);
  EXPECT_EQ(movie->marker, 2000u);
  EXPECT_EQ(line_of(tree, "mvhd", 0).substr(33, 16), "0000ea6000001770");
  EXPECT_EQ(line_of(tree, "tkhd", 0).substr(48, 8), "00001770");
  EXPECT_EQ(line_of(tree, "mdhd", 0).substr(32, 16), "0000ea60000020d8");
  // Three hidden frames a tick apart, a pause of 40 ms and a tick, and one tick so
  // that no frame is decoded after it is shown.
  EXPECT_EQ(line_of(tree, "elst", 0), "elst 28 0000000000000001000017700000096500010000");
  EXPECT_EQ(line_of(tree, "ctts", 0).find("ffff"), std::string::npos);
  // Sound begins 20 ms, 960 samples, before the first frame shown.
  EXPECT_EQ(line_of(tree, "elst", 1), "elst 28 000000000000000100001770000003c000010000");
}

// GStreamer's parsers make each frame last as long as the rate says.
TEST(MovieTimes, HideSlowFramesAsLongAsOneLastsBeforeTheFirstShown) {
  Clip clip = clip_of_two_seconds();
  clip.audio.clear();
  clip.video = video_of({0s, 2s, 4s, 6s, 8s}, 2s);
  clip.video.format.frame_rate_numerator = 1;
  clip.video.format.frame_rate_denominator = 2;
  clip.video.start = 4s;
  clip.duration = 4s;
  // Two hidden frames a tick of a 60,000th apart, two seconds and a tick.
  EXPECT_EQ(line_of(tree_of(clip), "elst", 0), "elst 28 00000000000000010003a9800001d4c300010000");
  // But not where the movie is shorter: qtdemux would show nothing of it.
  clip.duration = 1s;
  clip.still_time = 0s;
  EXPECT_EQ(line_of(tree_of(clip), "elst", 0), "elst 28 00000000000000010000ea600000096300010000");
}

TEST(MovieTimes, AStartTypedInMillisecondsHidesNoFrameOfItsOwn) {
  Clip clip = clip_with_hidden_frames();
  *clip.video.start += 400us;

  EXPECT_EQ(tree_of(clip), tree_of(clip_with_hidden_frames()));
}

TEST(MovieTimes, AStillThatIsHiddenIsRefused) {
  Clip clip = clip_with_hidden_frames();
  clip.still_time = -50ms;
  EXPECT_NE(message_of(clip).find("outside the clip"), std::string::npos);
  clip.still_time = 100ms;
  EXPECT_NE(message_of(clip).find("outside the clip"), std::string::npos);
}

TEST(MovieTimes, AClipOfWhichNothingIsShownIsRefused) {
  Clip clip = clip_with_hidden_frames();
  clip.video.start = 6s;

  EXPECT_NE(message_of(clip).find("No picture of the clip is shown"), std::string::npos);
}

TEST(MovieTimes, ADamagedDurationOfTheLastPacketIsNotBelieved) {
  Clip clip = clip_of_two_seconds();
  clip.video.packets.back().duration = nanoseconds::max();

  EXPECT_EQ(plan_movie(clip)->duration, 1200u);
}

TEST(MovieTimes, MarkTheFrameOnScreen) {
  Clip clip = clip_of_two_seconds();
  clip.still_time = 1'049'000'000ns;  // between the frames at 1.033 and 1.067
  EXPECT_EQ(plan_movie(clip)->marker, 620u);
  clip.still_time = 1'066'200'000ns;  // typed in milliseconds, short of the frame
  EXPECT_EQ(plan_movie(clip)->marker, 640u);
}

TEST(MovieTimes, AMarkerOnTheFirstFrameHasNoEmptyEdit) {
  Clip clip = clip_of_two_seconds();
  clip.still_time = 0s;

  EXPECT_EQ(line_of(tree_of(clip), "elst", 2), "elst 28 0000000000000001000000010000000000010000");
}

TEST(MovieTimes, APacketWithoutATimeLiesBetweenItsNeighbours) {
  Clip clip = clip_of_two_seconds();
  clip.video.packets[7].presentation_time.reset();

  EXPECT_EQ(tree_of(clip), tree_of(clip_of_two_seconds()));
}

TEST(MovieTimes, APacketWithoutATimeInAReorderedStreamIsRefused) {
  Clip clip = clip_of_two_seconds();
  std::swap(clip.video.packets[3].presentation_time, clip.video.packets[4].presentation_time);
  clip.video.packets[7].presentation_time.reset();

  EXPECT_EQ(
      message_of(clip),
      "Picture 8 of the clip has no presentation time and none can be derived; put a parser "
      "(h264parse or h265parse) or an encoder before the muxer.");
}

// ---- Times of the sound ----

std::string audio_edits(const Clip& clip) { return line_of(tree_of(clip), "elst", 1); }

TEST(SoundTimes, ThePrimingIsSkippedByTheMediaTime) {
  EXPECT_EQ(
      audio_edits(clip_of_two_seconds()),
      "elst 28 0000000000000001"
      "000004b0"
      "00000400"
      "00010000");
}

TEST(SoundTimes, SoundThatEndsEarlyHasAShorterEditRoundedDown) {
  Clip clip = clip_of_two_seconds();
  clip.audio = {aac_of(48, 0ns, 1024)};  // 47 * 1024 / 48000 s = 601.6 ticks

  EXPECT_EQ(
      audio_edits(clip),
      "elst 28 0000000000000001"
      "00000259"
      "00000400"
      "00010000");
}

TEST(SoundTimes, SoundThatBeginsLateHasAnEmptyEditRoundedUp) {
  Clip clip = clip_of_two_seconds();
  clip.audio.front().start = 250'500'000ns;  // 150.3 ticks: 151, and 0.7 ticks of media skipped

  EXPECT_EQ(
      audio_edits(clip),
      "elst 40 0000000000000002"
      "00000097"
      "ffffffff"
      "00010000"
      "00000419"
      "00000438"
      "00010000");
}

TEST(SoundTimes, SoundThatBeginsEarlyIsSkippedToTheFirstFrame) {
  Clip clip = clip_of_two_seconds();
  clip.audio.front().start = -10ms;

  EXPECT_EQ(
      audio_edits(clip),
      "elst 28 0000000000000001"
      "000004ad"
      "000005e0"
      "00010000");
}

TEST(SoundTimes, SoundOutsideTheClipIsLeftOut) {
  Clip clip = clip_of_two_seconds();
  clip.audio.front().start = 2s;

  const std::string tree = tree_of(clip);

  EXPECT_EQ(tree.find("mp4a"), std::string::npos);
  EXPECT_NE(line_of(tree, "tref", 0), "no tref");
}

// ---- What cannot be planned ----

struct WrongClip {
  const char* name;
  std::function<void(Clip&)> spoil;
  const char* message;
};

class WrongClips : public ::testing::TestWithParam<WrongClip> {};

TEST_P(WrongClips, AreRefusedWithASentence) {
  Clip clip = clip_of_two_seconds();
  GetParam().spoil(clip);

  EXPECT_NE(message_of(clip).find(GetParam().message), std::string::npos) << message_of(clip);
}

INSTANTIATE_TEST_SUITE_P(
    Movie,
    WrongClips,
    ::testing::Values(
        WrongClip{"NoIdentifier", [](Clip& c) { c.content_identifier.clear(); }, "identifier"},
        WrongClip{"NoPicture", [](Clip& c) { c.video.packets.clear(); }, "no picture"},
        WrongClip{
            "NoSyncFrame",
            [](Clip& c) { c.video.packets[0].is_sync = false; },
            "cannot be decoded by itself"},
        WrongClip{
            "NoConfiguration", [](Clip& c) { c.video.format.configuration.clear(); }, "h264parse"},
        WrongClip{"NoWidth", [](Clip& c) { c.video.format.width = 0; }, "0x240 does not fit"},
        WrongClip{
            "TooHigh", [](Clip& c) { c.video.format.height = 65536; }, "320x65536 does not fit"},
        WrongClip{
            "TooWideForTheMatrix", [](Clip& c) { c.video.format.width = 32768; }, "does not fit"},
        WrongClip{
            "TooWideAsShown",
            [](Clip& c) { c.video.format.pixel_aspect_numerator = 67'108'865; },
            "does not fit"},
        WrongClip{"LateStill", [](Clip& c) { c.still_time = 2s; }, "2.000 s, is outside the clip"},
        WrongClip{"EarlyStill", [](Clip& c) { c.still_time = -1s; }, "outside the clip"},
        WrongClip{
            "TooLong",
            [](Clip& c) {
              c.video.packets.back().presentation_time = std::chrono::hours(24 * 365);
            },
            "too long"},
        WrongClip{
            "NoSampleRate", [](Clip& c) { c.audio[0].format.sample_rate = 0; }, "sample rate"},
        WrongClip{
            "NoAudioConfiguration",
            [](Clip& c) { c.audio[0].format.configuration.clear(); },
            "aacparse"}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace livephoto
