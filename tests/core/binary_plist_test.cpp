// Binary property lists, as another library writes them, and damaged ones.
#include "core/binary_plist.h"

#include <gtest/gtest.h>

#include <string>

#include "still/plists.h"

namespace livephoto {
namespace {

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(BinaryPlist, FindsNumbersAndTexts) {
  const Bytes run_time = bytes_of(sample::kRunTimePlist);
  const Bytes setup = bytes_of(sample::kSetupPlist);
  const auto time = BinaryPlist::open(run_time);
  const auto versions = BinaryPlist::open(setup);
  ASSERT_TRUE(time && versions);

  EXPECT_EQ(time->integer({"value"}), 173'210'620'147'833);
  EXPECT_EQ(time->integer({"timescale"}), 1'000'000'000);
  EXPECT_EQ(versions->integer({"LivePhotoMetadataSetupDataVersion"}), 1);
  EXPECT_EQ(versions->text({"FrameworkVersions", "CMCaptureCore"}), "575.15.1");
}

TEST(BinaryPlist, FindsNothingElse) {
  const Bytes setup = bytes_of(sample::kSetupPlist);
  const auto list = BinaryPlist::open(setup);
  ASSERT_TRUE(list);

  EXPECT_EQ(list->integer({"FrameworkVersions"}), std::nullopt);
  EXPECT_EQ(list->integer({"FrameworkVersions", "CoreMedia"}), std::nullopt);
  EXPECT_EQ(list->text({"CoreMedia"}), std::nullopt);
  EXPECT_EQ(list->text({"FrameworkVersions", "CoreMedia", "more"}), std::nullopt);
  EXPECT_EQ(list->text({}), std::nullopt);
  EXPECT_FALSE(BinaryPlist::open({}));
  EXPECT_FALSE(BinaryPlist::open(Bytes(100, 'b')));
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(BinaryPlist, SurvivesEveryChangedByteAndEveryCut) {
  const Bytes good = bytes_of(sample::kSetupPlist);
  const auto ask = [](ByteSpan bytes) {
    const auto list = BinaryPlist::open(bytes);
    if (!list) return;
    EXPECT_LE(list->text({"FrameworkVersions", "CMCaptureCore"}).value_or("").size(), 164u);
    list->integer({"LivePhotoMetadataSetupDataVersion"});
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    ask(ByteSpan(good).first(i));
    for (int value = 0; value < 256; ++value) {
      auto bytes = good;
      bytes[i] = static_cast<std::uint8_t>(value);
      ask(bytes);
    }
  }
}

}  // namespace
}  // namespace livephoto
