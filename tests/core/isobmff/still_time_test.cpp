// When the still of a Live Photo's movie was taken, as its own track says.
#include "core/isobmff/still_time.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/isobmff/movie.h"

namespace livephoto {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFrame = 100;  // bytes

Bytes movie_with_still_at(std::chrono::nanoseconds time, MovieLayout layout = MovieLayout::Camera) {
  Clip clip;
  clip.content_identifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";
  clip.layout = layout;
  clip.video.format.configuration = {1, 2, 3};
  clip.video.format.width = 64;
  clip.video.format.height = 48;
  for (int i = 0; i < 50; ++i)
    clip.video.packets.push_back(
        {.size = kFrame, .presentation_time = i * 40ms, .duration = 40ms, .is_sync = i == 0});
  clip.still_time = time;
  const auto movie = plan_movie(clip);
  EXPECT_TRUE(movie);
  Bytes file = movie->head;
  file.resize(file.size() + kFrame * clip.video.packets.size());
  file.insert(file.end(), movie->tail.begin(), movie->tail.end());
  return file;
}

class StillTime : public testing::Test {
 protected:
  std::optional<std::chrono::nanoseconds> in(const Bytes& bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(
            reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
    return still_time_of(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::filesystem::path path_ = std::filesystem::path(testing::TempDir()) /
                                      ("still-time-" + std::to_string(::getpid()) + ".mov");
};

TEST_F(StillTime, IsTheMarkers) {
  EXPECT_EQ(in(movie_with_still_at(0ms)), 0ms);
  EXPECT_EQ(in(movie_with_still_at(1240ms)), 1240ms);
  EXPECT_EQ(in(movie_with_still_at(1960ms, MovieLayout::FastStart)), 1960ms);
}

TEST_F(StillTime, IsNothingWhereThereIsNone) {
  Bytes movie = movie_with_still_at(1240ms);
  const std::string key = "com.apple.quicktime.still-image-time";
  const auto place = std::search(movie.begin(), movie.end(), key.begin(), key.end());
  ASSERT_NE(place, movie.end());
  *place = 'x';

  EXPECT_EQ(in(movie), std::nullopt);
  EXPECT_EQ(in({}), std::nullopt);
  EXPECT_EQ(in(Bytes(1000, 'm')), std::nullopt);
  EXPECT_EQ(still_time_of("/nowhere/at-all.mov"), std::nullopt);
}

TEST_F(StillTime, IsNothingInADamagedMovie) {
  const Bytes movie = movie_with_still_at(1240ms);
  for (std::size_t size = 0; size < movie.size(); size += 7)
    EXPECT_EQ(
        in(Bytes(movie.begin(), movie.begin() + static_cast<std::ptrdiff_t>(size))),
        std::nullopt);
}

TEST_F(StillTime, SurvivesEveryChangedByte) {
  Bytes movie = movie_with_still_at(1240ms);
  const auto moov = std::search(movie.begin(), movie.end(), "moov", "moov" + 4);
  for (auto at = moov - 4; at != movie.end(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      *at = static_cast<std::uint8_t>(*at ^ change);
      const auto read = isobmff::parse_moov(Bytes(moov + 4, movie.end()));
      EXPECT_GE(read ? still_time_in(*read).value_or(0ns) : 0ns, 0ns);
      *at = static_cast<std::uint8_t>(*at ^ change);
    }
  }
}

}  // namespace
}  // namespace livephoto
