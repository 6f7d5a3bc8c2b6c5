// The XMP packet of a still, read back with exiv2.
#include "core/still/xmp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <exiv2/exiv2.hpp>
#include <string>
#include <thread>
#include <vector>

namespace livephoto {
namespace {

CaptureInfo texts() {
  CaptureInfo capture;
  capture.title = "A title";
  capture.description = "A description";
  capture.keywords = {"sea", "two words", "sand"};
  return capture;
}

std::string packet_of(const CaptureInfo& capture) {
  const auto packet = xmp_packet(capture);
  EXPECT_TRUE(packet) << (packet ? "" : packet.error().message + packet.error().detail);
  return packet ? std::string(packet->begin(), packet->end()) : "";
}

Exiv2::XmpData decoded(const CaptureInfo& capture) {
  Exiv2::XmpData xmp;
  EXPECT_EQ(Exiv2::XmpParser::decode(xmp, packet_of(capture)), 0);
  return xmp;
}

std::string text_in(const Exiv2::XmpData& xmp, const std::string& key) {
  const auto found = xmp.findKey(Exiv2::XmpKey(key));
  if (found == xmp.end()) return "(none)";
  return dynamic_cast<const Exiv2::LangAltValue&>(found->value()).toString("x-default");
}

std::vector<std::string> keywords_in(const Exiv2::XmpData& xmp) {
  std::vector<std::string> keywords;
  const auto found = xmp.findKey(Exiv2::XmpKey("Xmp.dc.subject"));
  for (long i = 0; found != xmp.end() && i < found->count(); ++i)
    keywords.push_back(found->toString(i));
  return keywords;
}

TEST(XmpPacket, HoldsEachTextInItsPlace) {
  const auto xmp = decoded(texts());

  EXPECT_EQ(text_in(xmp, "Xmp.dc.title"), "A title");
  EXPECT_EQ(text_in(xmp, "Xmp.dc.description"), "A description");
  EXPECT_EQ(keywords_in(xmp), texts().keywords);
  EXPECT_EQ(xmp.count(), 3);
}

TEST(XmpPacket, HasTheTypesOfTheStandard) {
  const auto xmp = decoded(texts());

  const auto type = [&](const char* key) {
    return std::string(xmp.findKey(Exiv2::XmpKey(key))->typeName());
  };
  EXPECT_EQ(type("Xmp.dc.title"), "LangAlt");
  EXPECT_EQ(type("Xmp.dc.description"), "LangAlt");
  EXPECT_EQ(type("Xmp.dc.subject"), "XmpBag");
}

TEST(XmpPacket, IsEmptyWhereThereAreNoTexts) {
  CaptureInfo capture;
  capture.make = "Maker";
  capture.model = "Model";
  capture.software = "Software";
  capture.keywords = {"", ""};

  EXPECT_EQ(packet_of(capture), "");
}

TEST(XmpPacket, LeavesOutWhatIsNotKnown) {
  CaptureInfo capture;
  capture.keywords = {"", "alone"};

  const auto xmp = decoded(capture);

  EXPECT_EQ(xmp.count(), 1);
  EXPECT_EQ(keywords_in(xmp), std::vector<std::string>{"alone"});
}

TEST(XmpPacket, KeepsWhatXmlHasOtherUsesFor) {
  for (const std::string text :
       {"Frühling in 東京 🌸",
        "\"quoted\" and 'quoted' & <b>bold</b> &amp; ]]>",
        "<![CDATA[ no ]]>",
        "lang=\"de\" no language",
        "[1] type=Bag",
        "tab\tline\nanother\r\nend",
        "http://ns.adobe.com/?a=b;c=d, and so on"}) {
    auto capture = texts();
    capture.title = capture.description = text;
    capture.keywords = {text, "another"};

    const auto xmp = decoded(capture);

    EXPECT_EQ(text_in(xmp, "Xmp.dc.title"), text);
    EXPECT_EQ(text_in(xmp, "Xmp.dc.description"), text);
    EXPECT_EQ(keywords_in(xmp), capture.keywords);
  }
}

TEST(XmpPacket, HasASpaceWhereXmlHasNoRoom) {
  auto capture = texts();
  capture.title = std::string("a\0b", 3) + "\x01\x1f\x7f\xef\xbf\xbe\xef\xbf\xbf" + "c\t";
  capture.keywords = {"\x02x"};

  const auto xmp = decoded(capture);

  EXPECT_EQ(text_in(xmp, "Xmp.dc.title"), "a b     c\t");
  EXPECT_EQ(keywords_in(xmp), std::vector<std::string>{" x"});
}

// ISO 16684-1, 7.3.2: for those who look for it in a file that they cannot parse.
TEST(XmpPacket, IsWrappedAndHasNoPadding) {
  const auto packet = packet_of(texts());

  EXPECT_TRUE(
      packet.starts_with("<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"));
  EXPECT_TRUE(packet.ends_with("<?xpacket end=\"r\"?>"));
  EXPECT_LT(packet.size(), 800U);
}

void expect_refused(const CaptureInfo& capture, ErrorCode code, const std::string& about) {
  const auto packet = xmp_packet(capture);
  ASSERT_FALSE(packet) << about;
  EXPECT_EQ(packet.error().code, code);
  EXPECT_NE(packet.error().message.find(about), std::string::npos) << packet.error().message;
}

TEST(XmpPacket, RefusesWhatIsTooLong) {
  auto capture = texts();
  capture.title = capture.description = std::string(16000, 't');
  capture.keywords = {std::string(8000, 'a'), std::string(8000, 'b')};
  EXPECT_EQ(keywords_in(decoded(capture)), capture.keywords);

  capture.keywords.emplace_back("c");
  expect_refused(capture, ErrorCode::InvalidInput, "longer than 16000 bytes");
  capture = texts();
  capture.title = std::string(16001, 't');
  expect_refused(capture, ErrorCode::InvalidInput, "longer than 16000 bytes");
  capture = texts();
  capture.description = std::string(16001, 't');
  expect_refused(capture, ErrorCode::InvalidInput, "longer than 16000 bytes");
}

TEST(XmpPacket, RefusesWhatIsNotUtf8AndSaysNothingElse) {
  testing::internal::CaptureStderr();
  for (const auto* text : {"caf\xe9", "\xff", "\xc3", "\xed\xa0\x80"}) {
    auto capture = texts();
    capture.description = text;
    expect_refused(capture, ErrorCode::Metadata, "UTF-8");
    capture = texts();
    capture.keywords = {text};
    expect_refused(capture, ErrorCode::Metadata, "UTF-8");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(keywords_in(decoded(texts())), texts().keywords) << "the next one is not harmed";
}

TEST(XmpPacket, IsTheSameInFourThreads) {
  const auto expected = packet_of(texts());

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) EXPECT_EQ(packet_of(texts()), expected);
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace livephoto
