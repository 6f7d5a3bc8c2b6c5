// The identifier of a Live Photo: made, and taken from users.
#include "core/content_identifier.h"

#include <gtest/gtest.h>

#include <mutex>
#include <regex>
#include <set>
#include <thread>
#include <vector>

namespace livephoto {
namespace {

TEST(NewContentIdentifier, IsAnUpperCaseUuidOfVersion4) {
  const std::regex version4("[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}");

  for (int i = 0; i < 200; ++i) {
    const auto identifier = new_content_identifier();
    EXPECT_TRUE(std::regex_match(identifier, version4)) << identifier;
  }
}

TEST(NewContentIdentifier, UsesEveryDigitInEveryFreePlace) {
  std::vector<std::set<char>> seen(36);

  for (int i = 0; i < 1000; ++i) {
    const auto identifier = new_content_identifier();
    for (std::size_t place = 0; place < seen.size(); ++place) seen[place].insert(identifier[place]);
  }

  for (std::size_t place = 0; place < seen.size(); ++place) {
    const bool hyphen = place == 8 || place == 13 || place == 18 || place == 23;
    const std::size_t choices = hyphen || place == 14 ? 1 : place == 19 ? 4 : 16;
    EXPECT_EQ(seen[place].size(), choices) << "at " << place;
  }
}

TEST(NewContentIdentifier, IsNeverTheSameInFourThreads) {
  std::mutex mutex;
  std::set<std::string> all;

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) {
        auto identifier = new_content_identifier();
        const std::lock_guard lock(mutex);
        all.insert(std::move(identifier));
      }
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(all.size(), 1000u);
}

TEST(ParseContentIdentifier, TurnsLowerCaseIntoUpper) {
  const auto parsed = parse_content_identifier("0a1b2c3d-4e5f-6789-abcd-ef0123456789");

  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, "0A1B2C3D-4E5F-6789-ABCD-EF0123456789");
}

TEST(ParseContentIdentifier, TakesEveryVersion) {
  for (const auto* text :
       {"00000000-0000-0000-0000-000000000000",
        "C232AB00-9414-11EC-B3C8-9F6BDECED846",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"}) {
    const auto parsed = parse_content_identifier(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, text);
  }
}

TEST(ParseContentIdentifier, TakesWhatWeMake) {
  const auto identifier = new_content_identifier();

  const auto parsed = parse_content_identifier(identifier);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, identifier);
}

TEST(ParseContentIdentifier, RefusesWhatIsNoUuid) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv,
        "IMG_0001"sv,
        "0A1B2C3D-4E5F-6789-ABCD-EF012345678"sv,
        "0A1B2C3D-4E5F-6789-ABCD-EF01234567890"sv,
        "{0A1B2C3D-4E5F-6789-ABCD-EF0123456789}"sv,
        "0A1B2C3D4E5F6789ABCDEF0123456789"sv,
        "0A1B2C3D-4E5F-6789-ABCD-EF012345678G"sv,
        "0A1B2C3D-4E5F-6789-ABCD_EF0123456789"sv,
        "0A1B2C3-D4E5F-6789-ABCD-EF0123456789"sv,
        "0A1B2C3D-4E5F-6789-ABCD-EF012345678\0"sv,
        "0A1B2C3D-4E5F-6789-ABCD-EF01234567\xC3\xA9"sv,
        " A1B2C3D-4E5F-6789-ABCD-EF0123456789"sv,
        "-A1B2C3D-4E5F-6789-ABCD-EF0123456789"sv}) {
    const auto parsed = parse_content_identifier(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidInput);
  }
}

TEST(ParseContentIdentifier, QuotesWhatItRefuses) {
  const auto parsed = parse_content_identifier("IMG_0001");

  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("\"IMG_0001\""), std::string::npos);
}

TEST(ParseContentIdentifier, QuotesNoMoreThanALineOfWhatItRefuses) {
  const auto parsed = parse_content_identifier(std::string(1'000'000, 'x'));

  ASSERT_FALSE(parsed);
  EXPECT_LT(parsed.error().message.size(), 300u);
}

}  // namespace
}  // namespace livephoto
