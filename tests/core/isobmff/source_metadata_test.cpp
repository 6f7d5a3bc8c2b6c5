// What is read of a recording's metadata atoms, and what is passed over.
#include "core/isobmff/source_metadata.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/isobmff/live_photo.h"
#include "core/isobmff/quicktime.h"

namespace livephoto {
namespace {

using namespace isobmff;

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

// The atoms inside moov/meta, one after the other, as a demuxer hands them over.
std::vector<Bytes> atoms_of(const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<MetadataItem> items;
  for (const auto& [key, value] : texts) items.push_back({key, DataType::Utf8, bytes_of(value)});
  const Bytes whole = meta(items).bytes;
  std::vector<Bytes> atoms;
  for (std::size_t at = 8; at < whole.size();) {
    const std::size_t size = std::size_t{whole[at + 2]} << 8 | whole[at + 3];
    atoms.emplace_back(
        whole.begin() + static_cast<std::ptrdiff_t>(at),
        whole.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  }
  return atoms;
}

CaptureInfo metadata_of(const std::vector<Bytes>& atoms) {
  SourceMetadataReader reader;
  for (const Bytes& atom : atoms) reader.add(atom);
  return reader.metadata();
}

Bytes user_text(const std::string& type, const std::string& text, std::size_t said) {
  Bytes atom = {0, 0, 0, static_cast<std::uint8_t>(12 + text.size())};
  for (const char letter : type) atom.push_back(static_cast<std::uint8_t>(letter));
  atom.insert(atom.end(), {0, static_cast<std::uint8_t>(said), 0x15, 0xC7});
  atom.insert(atom.end(), text.begin(), text.end());
  return atom;
}

TEST(SourceMetadata, IsReadFromApplesKeys) {
  const auto found = metadata_of(atoms_of(
      {{"com.apple.quicktime.location.ISO6709", "+51.3714-000.1977+033.130/"},
       {"com.apple.quicktime.make", "Apple"},
       {"com.apple.quicktime.model", "iPhone 14 Pro"},
       {"com.apple.quicktime.software", "17.3"},
       {"com.apple.quicktime.title", "A title"},
       {"com.apple.quicktime.description", "Words"},
       {"com.apple.quicktime.keywords", " sea,  two words ,,sand"},
       {"com.apple.quicktime.creationdate", "2024-01-22T11:47:52+0100"}}));

  EXPECT_EQ(found.place, (Place{51.3714, -0.1977, 33.13}));
  EXPECT_EQ(found.make, "Apple");
  EXPECT_EQ(found.model, "iPhone 14 Pro");
  EXPECT_EQ(found.software, "17.3");
  EXPECT_EQ(found.title, "A title");
  EXPECT_EQ(found.description, "Words");
  EXPECT_EQ(found.keywords, (std::vector<std::string>{"sea", "two words", "sand"}));
  EXPECT_EQ(found.time, (CaptureTime{2024, 1, 22, 11, 47, 52, 0, 60}));
}

TEST(SourceMetadata, IsReadFromAndroidsKeysAndUserData) {
  auto atoms = atoms_of({{"com.android.manufacturer", "Google"}, {"com.android.model", "Pixel"}});
  atoms.push_back(user_text("\251xyz", "+37.5002+127.0362/", 18));

  const auto found = metadata_of(atoms);

  EXPECT_EQ(found.make, "Google");
  EXPECT_EQ(found.model, "Pixel");
  EXPECT_EQ(found.place, (Place{37.5002, 127.0362, std::nullopt}));
}

TEST(SourceMetadata, IsWhatWeWriteOurselves) {
  const CaptureInfo capture{
      .time = CaptureTime{2024, 10, 1, 21, 2, 3, 0, -450},
      .place = Place{-35.5296, 139.6805, -9.471},
      .make = "Make",
      .title = "Title",
      .keywords = {"one", "another"}};
  const Bytes whole = meta(movie_metadata("ID", capture)).bytes;
  SourceMetadataReader reader;
  ByteSpan rest = ByteSpan(whole).subspan(8);
  while (const auto size = rest.size() < 8 ? 0 : std::size_t{rest[2]} << 8 | rest[3]) {
    reader.add(rest.first(size));
    rest = rest.subspan(size);
  }

  EXPECT_EQ(reader.metadata().time, capture.time);
  EXPECT_EQ(reader.metadata().place, capture.place);
  EXPECT_EQ(reader.metadata().title, capture.title);
  EXPECT_EQ(reader.metadata().keywords, capture.keywords);
}

// An atom around what is in it.
Bytes atom(const std::string& type, const std::vector<Bytes>& parts) {
  Bytes whole = {0, 0, 0, 0};
  for (const char letter : type) whole.push_back(static_cast<std::uint8_t>(letter));
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  whole[2] = static_cast<std::uint8_t>(whole.size() >> 8);
  whole[3] = static_cast<std::uint8_t>(whole.size());
  return whole;
}

Bytes itunes_text(const std::string& type, const std::string& text) {
  return atom(type, {atom("data", {{0, 0, 0, 1, 0, 0, 0, 0}, bytes_of(text)})});
}

TEST(SourceMetadata, IsReadFromUserDataAsITunesWritesThem) {
  const auto found = metadata_of({atom(
      "ilst",
      {itunes_text("\251nam", "A title"),
       itunes_text("\251xyz", "-33.8688-071.2093-12.500/"),
       itunes_text("\251too", "A tool")})});

  EXPECT_EQ(found.title, "A title");
  EXPECT_EQ(found.place, (Place{-33.8688, -71.2093, -12.5}));
  EXPECT_EQ(metadata_of({itunes_text("\251nam", "Alone")}).title, "Alone");
  EXPECT_EQ(metadata_of({atom("\251nam", {atom("data", {{0, 0, 0, 1}})})}).title, "");
}

TEST(SourceMetadata, IsReadFromADateThatIsTextAlone) {
  const auto found = metadata_of({atom("date", {bytes_of("2023-07-08T09:10:11-0330")})});

  EXPECT_EQ(found.time, (CaptureTime{2023, 7, 8, 9, 10, 11, 0, -210}));
}

// 3GPP: version, flags and language, a name, a role; longitude, latitude, altitude.
Bytes loci(const Bytes& name, const Bytes& numbers) {
  return atom("loci", {{0, 0, 0, 0, 0x15, 0xC7}, name, {0}, numbers, bytes_of("earth"), {0, 0}});
}
const Bytes kNumbers = {0x00, 0x97, 0x80, 0x00, 0xFF, 0xDE, 0x40, 0x00, 0x00, 0x3A, 0x19, 0x99};

TEST(SourceMetadata, IsReadFrom3gppsLocation) {
  const auto is_sydney = [](const std::optional<Place>& place) {
    return place && place->longitude_degrees == 151.5 && place->latitude_degrees == -33.75 &&
           std::abs(*place->altitude_metres - 58.1) < 1e-4;
  };
  EXPECT_TRUE(is_sydney(metadata_of({loci({0}, kNumbers)}).place));
  EXPECT_TRUE(is_sydney(metadata_of({loci({'S', 'y', 0}, kNumbers)}).place));
  EXPECT_TRUE(is_sydney(metadata_of({loci({0xFE, 0xFF, 0, 'S', 0, 0}, kNumbers)}).place));

  const Bytes far(12, 0x7F);
  EXPECT_FALSE(metadata_of({loci({0}, far)}).place);
  const Bytes whole = loci({'S', 'y', 0}, kNumbers);
  for (std::size_t cut = 8; cut < whole.size() - 8; ++cut) {
    Bytes shorter(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    shorter[3] = static_cast<std::uint8_t>(cut);
    EXPECT_FALSE(metadata_of({shorter}).place) << cut;
  }
}

TEST(SourceMetadata, IsReadFromKeysAsMatroskaHasThem) {
  SourceMetadataReader reader;
  reader.add_named("COM.APPLE.QUICKTIME.CREATIONDATE", "2016-02-02T10:51:27-0700");
  reader.add_named("COM_APPLE_QUICKTIME_LOCATION_ISO6709", "+40.6358-111.8084+1401.883/");
  reader.add_named("com.apple.quicktime.make", "Apple");
  reader.add_named("MAJOR_BRAND", "qt");

  EXPECT_EQ(reader.metadata().time, (CaptureTime{2016, 2, 2, 10, 51, 27, 0, -420}));
  EXPECT_EQ(reader.metadata().place, (Place{40.6358, -111.8084, 1401.883}));
  EXPECT_EQ(reader.metadata().make, "Apple");
}

TEST(SourceMetadata, PassesOverWhatIsDamaged) {
  const auto whole =
      atoms_of({{"com.apple.quicktime.make", "Apple"}, {"com.apple.quicktime.model", "iPhone"}});
  for (std::size_t cut = 0; cut < whole[2].size(); ++cut) {
    Bytes shorter(whole[2].begin(), whole[2].begin() + static_cast<std::ptrdiff_t>(cut));
    metadata_of({whole[1], shorter});
    if (cut < 4) continue;
    shorter[3] = static_cast<std::uint8_t>(cut);  // it says so itself
    EXPECT_EQ(metadata_of({whole[1], shorter}).model, "");
  }
  EXPECT_EQ(metadata_of({whole[2], whole[1]}).make, "");              // values before keys
  EXPECT_EQ(metadata_of({user_text("\251mak", "abc", 4)}).make, "");  // longer than it is
  EXPECT_EQ(metadata_of({user_text("\251mak", "abc", 2)}).make, "ab");
  EXPECT_EQ(metadata_of({{}, {0, 0, 0, 4, 'k', 'e', 'y', 's'}}).make, "");
}

TEST(SourceMetadata, PassesOverWhatIsNoText) {
  for (const std::string text :
       {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(metadata_of(atoms_of({{"com.apple.quicktime.make", text}})).make, "");
  }
  EXPECT_EQ(metadata_of(atoms_of({{"com.apple.quicktime.make", "é€😀"}})).make, "é€😀");
  EXPECT_EQ(
      metadata_of(atoms_of({{"com.apple.quicktime.make", std::string("ab\0", 3)}})).make,
      "ab");
  EXPECT_EQ(metadata_of(atoms_of({{"com.apple.quicktime.make", std::string(4001, 'a')}})).make, "");
}

TEST(ParseIso6709, TellsDegreesMinutesAndSecondsApart) {
  EXPECT_EQ(parse_iso_6709("+12.5-123.25/"), (Place{12.5, -123.25, std::nullopt}));
  EXPECT_EQ(parse_iso_6709("+1230-12315/"), (Place{12.5, -123.25, std::nullopt}));
  EXPECT_EQ(parse_iso_6709("+123000-1231500+8848/"), (Place{12.5, -123.25, 8848}));
  EXPECT_EQ(parse_iso_6709("-00.25+000.50+8.5CRSWGS_84/"), (Place{-0.25, 0.5, 8.5}));
  EXPECT_EQ(parse_iso_6709("-0.25+9.5/"), (Place{-0.25, 9.5, std::nullopt}));
}

TEST(ParseIso6709, RefusesWhatIsNoPlace) {
  for (const char* text :
       {"",
        "/",
        "12.5-123.25/",
        "+12.5/",
        "+123.5-12.25/",
        "+91.0+000.0/",
        "+00.0+181.0/",
        "+12.5-123.25x",
        "+12.-/",
        "+1111111111111+000.0/"})
    EXPECT_EQ(parse_iso_6709(text), std::nullopt) << text;
}

TEST(ParseIso8601, TakesEveryZoneAndFractions) {
  EXPECT_EQ(parse_iso_8601("2024-01-22T10:47:52Z"), (CaptureTime{2024, 1, 22, 10, 47, 52, 0, 0}));
  EXPECT_EQ(
      parse_iso_8601("2024-02-29 10:47:52.25-07:30"),
      (CaptureTime{2024, 2, 29, 10, 47, 52, 250'000'000, -450}));
  EXPECT_EQ(parse_iso_8601("2024-01-22T10:47+09"), (CaptureTime{2024, 1, 22, 10, 47, 0, 0, 540}));
  EXPECT_EQ(
      parse_iso_8601("2024-01-22T10:47:52"),
      (CaptureTime{2024, 1, 22, 10, 47, 52, 0, std::nullopt}));
}

TEST(ParseIso8601, RefusesWhatIsNoTime) {
  for (const char* text :
       {"",
        "2024",
        "2024-01-22",
        "2023-02-29T10:00:00Z",
        "2024-01-22T24:00:00Z",
        "2024-01-22T10:60:00Z",
        "2024-01-22T10:47:52X",
        "2024-01-22T10:47:52+1",
        "2024-1-2T3:4:5Z"})
    EXPECT_EQ(parse_iso_8601(text), std::nullopt) << text;
}

}  // namespace
}  // namespace livephoto
