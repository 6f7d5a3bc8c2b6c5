// What a pair was made of, and whether it is there already.
#include "gst/tool/fingerprint.h"

#include <gtest/gtest.h>

#include "core/isobmff/live_photo.h"
#include "core/still/heic.h"
#include "gst/tool/standing.h"
#include "tests/tool/folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

Job job_for(const fs::path& video) {
  Job job;
  job.moment.video = video;
  job.base = "pair";
  return job;
}

std::string of(const Job& job) {
  const auto text = fingerprint(job);
  if (!text) ADD_FAILURE() << text.error().message;
  return text ? *text : "";
}

// ---- A movie of which only what is read is there

std::string number(std::size_t value, int bytes = 4) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string atom(const std::string& type, const std::string& body) {
  return number(8 + body.size()) + type + body;
}

constexpr const char* kIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";

std::string still_with(const std::string& identifier) {
  const Bytes row(16 * 3);
  Picture picture{.width = 16, .height = 16, .chroma = Chroma::Rgb};
  const Bytes pixels(16 * row.size());
  picture.planes[0] = {pixels, row.size()};
  const auto still = encode_heic(picture, {.content_identifier = identifier, .capture = {}}, {});
  EXPECT_TRUE(still);
  return {still->begin(), still->end()};
}

std::string movie_with(const std::string& fingerprint) {
  const std::string keys = atom(
      "keys",
      number(0) + number(2) + atom("mdta", "com.apple.quicktime.content.identifier") +
          atom("mdta", std::string(isobmff::kFingerprintKey)));
  const auto data = [](const std::string& text) {
    return atom("data", number(1) + number(0) + text);
  };
  const std::string ilst =
      atom("ilst", atom(number(1), data(kIdentifier)) + atom(number(2), data(fingerprint)));
  // Version, creation_time, modification_time, timescale, duration, and what nobody reads here.
  const std::string mvhd =
      number(0) + number(0) + number(0) + number(600) + number(1) + std::string(80, '\0');
  return atom("ftyp", "qt  ") + number(1) + "mdat" + number(16 + 5, 8) + "media" +
         atom("moov", atom("mvhd", mvhd) + atom("meta", keys + ilst));
}

// PKWARE's APPNOTE, "Local file header", little-endian.
std::string member(const std::string& name, const std::string& bytes, char method = 0) {
  const auto little = [](std::size_t value, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
  };
  return std::string("PK\3\4") + little(10, 2) + little(0, 2) +
         little(static_cast<std::size_t>(method), 2) + little(0, 4) + little(0, 4) +
         little(bytes.size(), 4) + little(bytes.size(), 4) + little(name.size(), 2) + little(0, 2) +
         name + bytes;
}

TEST(Fingerprint, IsThatOfTheBytesWhateverTheirName) {
  const Folder folder;
  Folder::file("a.mp4", "one");
  Folder::file("far/b.mov", "one");
  Folder::file("c.mp4", "two");

  EXPECT_EQ(of(job_for("a.mp4")), of(job_for("far/b.mov")));
  EXPECT_NE(of(job_for("a.mp4")), of(job_for("c.mp4")));
}

TEST(Fingerprint, SeesTheEndsAndTheMiddleOfALargeVideo) {
  const Folder folder;
  constexpr std::size_t kSize = 5'000'000;
  const std::string bytes(kSize, 'x');
  Folder::file("a", bytes);
  for (const std::size_t at : {std::size_t{0}, kSize / 31 * 15 + 10, kSize - 1}) {
    auto other = bytes;
    other[at] = 'y';
    Folder::file("b", other);
    EXPECT_NE(of(job_for("a")), of(job_for("b"))) << at;
  }
  Folder::file("b", bytes + 'x');
  EXPECT_NE(of(job_for("a")), of(job_for("b"))) << "longer";
}

TEST(Fingerprint, SeesEverySetting) {
  const Folder folder;
  Folder::file("a");
  const Job plain = job_for("a");
  std::vector<Job> others(13, plain);
  others[0].moment.start = seconds(1);
  others[1].moment.duration = seconds(2);
  others[2].moment.still = seconds(1);
  others[3].settings.exact = true;
  others[4].settings.still_format = StillFormat::Jpeg;
  others[5].settings.size = {640, 480};
  others[6].settings.size = {480, 640};
  others[7].settings.mute = true;
  others[8].settings.date = CaptureTime{.year = 2024};
  others[9].settings.place = Place{1, 2, {}};
  others[10].settings.strip = true;
  others[11].settings.no_gps = true;
  others[12].settings.wallpaper = true;
  std::set<std::string> seen{of(plain)};
  for (const Job& other : others) EXPECT_TRUE(seen.insert(of(other)).second);

  others[5].settings.crop = true;
  EXPECT_TRUE(seen.insert(of(others[5])).second) << "crop";
}

TEST(Fingerprint, DoesNotSeeWhereThePairIs) {
  const Folder folder;
  Folder::file("a");
  Job other = job_for("a");
  other.base = "elsewhere";
  other.settings.bundle = Bundle::Pvt;
  other.moment.start = seconds(0);  // what it is without being said
  other.moment.duration = seconds(3);
  other.force = true;

  EXPECT_EQ(of(other), of(job_for("a")));
}

TEST(Fingerprint, SaysWhyAVideoCannotBeRead) {
  const Folder folder;
  Folder::file("empty", "");
  EXPECT_EQ(fingerprint(job_for("nowhere.mp4")).error().message, "nowhere.mp4 does not exist.");
  EXPECT_EQ(fingerprint(job_for(".")).error().message, ". is a folder, not a video.");
  EXPECT_EQ(fingerprint(job_for("empty")).error().message, "empty is empty.");
  EXPECT_EQ(
      fingerprint(job_for("/dev/null")).error().message,
      "/dev/null is a pipe or a device; save the video to a file first.");
}

TEST(FingerprintInMovie, IsRead) {
  const Folder folder;
  Folder::file("a.MOV", movie_with("1:abc"));
  Folder::file("b.MOV", "nothing of the kind");
  Folder::file("c.MOV", movie_with(std::string(1000, 'x')));

  EXPECT_EQ(fingerprint_in("a.MOV"), "1:abc");
  EXPECT_EQ(fingerprint_in("b.MOV"), std::nullopt);
  EXPECT_EQ(fingerprint_in("c.MOV"), std::nullopt) << "too long";
  EXPECT_EQ(fingerprint_in("nowhere"), std::nullopt);
}

TEST(FingerprintInMovie, SurvivesEveryCutAndEveryByte) {
  const Folder folder;
  const std::string movie = movie_with("1:abc");
  Folder::file("whole", movie);
  ASSERT_EQ(fingerprint_in("whole"), "1:abc");
  for (std::size_t i = 0; i < movie.size(); ++i) {
    Folder::file("cut", movie.substr(0, i));
    EXPECT_EQ(fingerprint_in("cut"), std::nullopt) << i;
    auto spoilt = movie;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 0xff);
    Folder::file("spoilt", spoilt);
    EXPECT_NE(fingerprint_in("spoilt"), "something") << i;
  }
}

TEST(FingerprintInZip, IsThatOfTheMovieInIt) {
  const Folder folder;
  const std::string movie = member("x.pvt/x.MOV", movie_with("1:abc"));
  Folder::file("a.zip", member("x.pvt/", "") + member("x.pvt/x.HEIC", "still") + movie);
  Folder::file("packed.zip", member("x.pvt/x.MOV", movie_with("1:abc"), 8));
  Folder::file("cut.zip", movie.substr(0, movie.size() / 2));

  EXPECT_EQ(fingerprint_in_zip("a.zip"), "1:abc");
  EXPECT_EQ(fingerprint_in_zip("packed.zip"), std::nullopt);
  EXPECT_EQ(fingerprint_in_zip("cut.zip"), std::nullopt);
}

TEST(Standing, IsThatOfBothFiles) {
  const Folder folder;
  const Job job = job_for("a");
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Free);

  Folder::file("pair.MOV", movie_with("1:abc"));
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Other) << "a movie alone";
  EXPECT_EQ(
      refusal_of_other(job),
      "pair.MOV exists, made from another video or with other settings; name another place, or say "
      "--force.");

  Folder::file("pair.HEIC", "spoilt");
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Other) << "a still that cannot be read";
  Folder::file("pair.HEIC", still_with("00000000-4B5A-4978-8695-A4B3C2D1E0FF"));
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Other) << "another pair's still";
  Folder::file("pair.HEIC", still_with(kIdentifier));
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Same);
  EXPECT_EQ(standing_of(job, "1:def"), Standing::Other);
}

TEST(Standing, OfALinkThatLeadsNowhereIsNotFree) {
  const Folder folder;
  fs::create_symlink("nowhere", "pair.MOV");
  EXPECT_EQ(standing_of(job_for("a"), "1:abc"), Standing::Other);
}

TEST(Standing, OfABundleIsThatOfWhatIsInIt) {
  const Folder folder;
  Job job = job_for("a");
  job.settings.bundle = Bundle::Pvt;
  Folder::file("pair.MOV");
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Free) << "a movie beside the bundle";

  Folder::file("pair.pvt/pair.MOV", movie_with("1:abc"));
  Folder::file("pair.pvt/pair.HEIC", still_with(kIdentifier));
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Same);

  job.settings.bundle = Bundle::PvtZip;
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Free);
  Folder::file("pair.pvt.zip", member("pair.pvt/pair.MOV", movie_with("1:abc")));
  EXPECT_EQ(standing_of(job, "1:abc"), Standing::Same);
}

TEST(Standing, KnowsTheStillOfAnotherFormat) {
  const Folder folder;
  const Job job = job_for("a");
  Folder::file("pair.MOV", movie_with("1:abc"));
  Folder::file("pair.JPG", "a photo of somebody's");
  EXPECT_EQ(still_of_another_format(job), std::nullopt);

  Folder::file("pair.JPG", still_with(kIdentifier));
  EXPECT_EQ(still_of_another_format(job), "pair.JPG");
}

}  // namespace
}  // namespace livephoto::tool
