// Where decoding of H.264 and H.265 may begin, by the NAL units of a packet.
#include "gst/support/access_unit.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gst/support/decoder_config.h"

namespace livephoto::gst {
namespace {

using Unit = Bytes;

// The units with their lengths in front.
Bytes packet_of(std::initializer_list<Unit> units, std::size_t length_size = 4) {
  Bytes packet;
  for (const Unit& unit : units) {
    for (std::size_t i = length_size; i > 0; --i)
      packet.push_back(static_cast<std::uint8_t>(unit.size() >> (8 * (i - 1))));
    packet.insert(packet.end(), unit.begin(), unit.end());
  }
  return packet;
}

std::optional<bool> h264(std::initializer_list<Unit> units) {
  return is_random_access(packet_of(units), NalCodec::H264, 4);
}

std::optional<bool> h265(std::uint8_t type) {
  const auto first = static_cast<std::uint8_t>(type << 1);
  return is_random_access(
      packet_of({{static_cast<std::uint8_t>(35 << 1), 1, 0x50}, {first, 1, 0xAF}}),
      NalCodec::H265,
      4);
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Unit kDelimiter = {0x09, 0x10};
const Unit kIdr = {0x65, 0x88, 0x84};
const Unit kSlice = {0x41, 0x9A, 0x24};
const Unit kIntraSlice = {0x61, 0x88, 0x84};
// recovery_frame_cnt is 0; the rest is flags. Then 1 and 2.
const Unit kRecovery = {0x06, 0x06, 0x01, 0xC4, 0x80};
const Unit kRecoveryAfterOne = {0x06, 0x06, 0x01, 0x44, 0x80};
const Unit kRecoveryAfterTwo = {0x06, 0x06, 0x01, 0x64, 0x80};

// ---- H.264 ---------------------------------------------------------------------

TEST(H264, BeginsAtAnIdrPicture) {
  EXPECT_EQ(h264({kIdr}), true);
  EXPECT_EQ(h264({kDelimiter, {0x06, 0x05, 0x01, 0x11, 0x80}, kIdr}), true);
  EXPECT_EQ(h264({{0x25, 0x88}}), true);  // whatever its nal_ref_idc
}

TEST(H264, DoesNotBeginAtAnotherPicture) {
  EXPECT_EQ(h264({kSlice}), false);
  EXPECT_EQ(h264({kDelimiter, kIntraSlice, kIntraSlice}), false);
}

TEST(H264, BeginsAtARecoveryPoint) {
  EXPECT_EQ(h264({kDelimiter, kRecovery, kIntraSlice}), true);
  EXPECT_EQ(h264({kRecovery, {0x06, 0x05, 0x01, 0x11, 0x80}, kIntraSlice}), true);
}

TEST(H264, DoesNotBeginWhereItRecoversLater) {
  EXPECT_EQ(h264({kRecoveryAfterOne, kSlice}), false);
  EXPECT_EQ(h264({kRecoveryAfterTwo, kSlice}), false);
}

TEST(H264, FindsTheRecoveryPointAmongOtherMessages) {
  const Unit before = joined({{0x06}, {0x01, 0x02, 0xFF, 0xFE}, {0x06, 0x01, 0xC4}, {0x80}});
  const Unit after = joined({{0x06}, {0x06, 0x01, 0xC4}, {0x01, 0x02, 0xFF, 0xFE}, {0x80}});
  const Unit without = joined({{0x06}, {0x01, 0x02, 0x06, 0x01}, {0x04, 0x01, 0xC4}, {0x80}});

  EXPECT_EQ(h264({before, kIntraSlice}), true);
  EXPECT_EQ(h264({after, kIntraSlice}), true);
  EXPECT_EQ(h264({without, kIntraSlice}), false);
}

TEST(H264, SkipsMessagesOfManyBytes) {
  // 255 + 5 bytes of the type 255 + 1.
  const Bytes large = joined({{0xFF, 0x01, 0xFF, 0x05}, Bytes(260, 0x06)});
  // 255 bytes are said by 255 and 0.
  const Bytes even = joined({{0x05, 0xFF, 0x00}, Bytes(255, 0x06)});

  EXPECT_EQ(h264({joined({{0x06}, large, {0x06, 0x01, 0xC4, 0x80}}), kIntraSlice}), true);
  EXPECT_EQ(h264({joined({{0x06}, even, {0x06, 0x01, 0xC4, 0x80}}), kIntraSlice}), true);
  EXPECT_EQ(h264({joined({{0x06}, large, {0x80}}), kIntraSlice}), false);
}

TEST(H264, DoesNotReadBeyondAMessage) {
  EXPECT_EQ(h264({{0x06}, kSlice}), false);
  EXPECT_EQ(h264({{0x06, 0x06}, kSlice}), false);
  EXPECT_EQ(h264({{0x06, 0x06, 0x01}, kSlice}), false);
  EXPECT_EQ(h264({{0x06, 0x06, 0x09, 0xC4, 0x80}, kSlice}), false);
  EXPECT_EQ(h264({{0x06, 0x06, 0x00, 0x80}, kSlice}), false);
  EXPECT_EQ(h264({Bytes{0x06, 0x05, 0xFF, 0xFF, 0xFF}, kSlice}), false);
  EXPECT_EQ(h264({joined({{0x06}, Bytes(2000, 0xFF)}), kSlice}), false);
  EXPECT_EQ(h264({joined({{0x06, 0x05}, Bytes(2000, 0xFF)}), kSlice}), false);
}

// ---- H.265 ---------------------------------------------------------------------

TEST(H265, BeginsAtBlaIdrAndCraPictures) {
  for (std::uint8_t type = 16; type <= 21; ++type) EXPECT_EQ(h265(type), true) << int{type};
}

TEST(H265, DoesNotBeginAtOthers) {
  // Trailing, sublayer and leading pictures, and what is reserved.
  for (std::uint8_t type = 0; type < 16; ++type) EXPECT_EQ(h265(type), false) << int{type};
  for (std::uint8_t type = 22; type < 32; ++type) EXPECT_EQ(h265(type), false) << int{type};
}

// ---- Lengths -------------------------------------------------------------------

TEST(Lengths, HaveOneTwoOrFourBytes) {
  for (const std::size_t size : {1U, 2U, 4U}) {
    EXPECT_EQ(is_random_access(packet_of({kDelimiter, kIdr}, size), NalCodec::H264, size), true);
    EXPECT_EQ(is_random_access(packet_of({kDelimiter, kSlice}, size), NalCodec::H264, size), false);
  }
}

TEST(Lengths, MayBeLarge) {
  const Unit large = joined({kSlice, Bytes(70'000, 0x65)});
  EXPECT_EQ(h264({large}), false);
  EXPECT_EQ(h264({large, kIdr}), true);
}

TEST(Lengths, ThatDoNotFillThePacketSayNothing) {
  const Bytes good = packet_of({kDelimiter, kIdr});
  for (std::size_t size = 1; size < good.size(); ++size) {
    if (size == 4 + kDelimiter.size()) continue;
    EXPECT_EQ(is_random_access(ByteSpan(good).first(size), NalCodec::H264, 4), std::nullopt);
  }
  EXPECT_EQ(is_random_access(Bytes{0, 0, 0, 0}, NalCodec::H264, 4), std::nullopt);
  EXPECT_EQ(is_random_access(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x65}, NalCodec::H264, 4), std::nullopt);
  EXPECT_EQ(is_random_access(Bytes{0, 0, 0, 1, 0x65, 0x88, 0x84}, NalCodec::H264, 4), std::nullopt);
}

TEST(Lengths, OfNothingAreNoBegin) { EXPECT_EQ(is_random_access({}, NalCodec::H264, 4), false); }

// ---- Packets -------------------------------------------------------------------

Owned<GstCaps> caps_of(const std::string& text) {
  return adopt(gst_caps_from_string(text.c_str()));
}

Owned<GstBuffer> buffer_of(const Bytes& bytes, bool is_delta = false) {
  auto buffer = adopt(gst_buffer_new_memdup(bytes.data(), bytes.size()));
  if (is_delta) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

class Sync : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  AccessUnits finder_;
};

TEST_F(Sync, IsWhatBothTheFlagAndTheUnitsSay) {
  const auto caps = caps_of("video/x-h264,codec_data=(buffer)0164000aff");

  EXPECT_TRUE(finder_.is_sync(buffer_of(packet_of({kIdr})).get(), caps.get()));
  EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({kIdr}), true).get(), caps.get()));
  EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({kIntraSlice})).get(), caps.get()));
  EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({kSlice}), true).get(), caps.get()));
}

TEST_F(Sync, IsFoundByTheLengthsThatTheCapsSay) {
  // The configurations end with lengthSizeMinusOne.
  const std::string avcc = "video/x-h264,codec_data=(buffer)0164000af";
  const std::string hvcc = "video/x-h265,codec_data=(buffer)01" + std::string(41, '0');
  for (const std::size_t size : {1U, 2U, 4U}) {
    const auto h264_caps = caps_of(avcc + "cd.f"[size - 1]);
    const auto h265_caps = caps_of(hvcc + "01.3"[size - 1]);
    EXPECT_TRUE(finder_.is_sync(buffer_of(packet_of({kIdr}, size)).get(), h264_caps.get()));
    EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({kSlice}, size)).get(), h264_caps.get()));
    EXPECT_TRUE(finder_.is_sync(buffer_of(packet_of({{42, 1, 1}}, size)).get(), h265_caps.get()));
    EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({{2, 1, 1}}, size)).get(), h265_caps.get()));
  }
}

TEST_F(Sync, IsWhatTheFlagSaysWhereTheUnitsSayNothing) {
  const auto unknown = caps_of("video/x-h264");
  const auto h264_caps = caps_of("video/x-h264,codec_data=(buffer)0164000aff");
  const Bytes annex_b = {0, 0, 0, 1, 0x41, 0x9A, 0x24};

  EXPECT_TRUE(finder_.is_sync(buffer_of(packet_of({kSlice})).get(), unknown.get()));
  EXPECT_FALSE(finder_.is_sync(buffer_of(packet_of({kSlice}), true).get(), unknown.get()));
  EXPECT_TRUE(finder_.is_sync(buffer_of(annex_b).get(), h264_caps.get()));
}

TEST_F(Sync, DolbyVisionIsAUnitOfItsOwn) {
  const auto hevc = caps_of("video/x-h265,codec_data=(buffer)01" + std::string(40, '0') + "03");
  const auto avc = caps_of("video/x-h264,codec_data=(buffer)0164000aff");
  const Unit picture = {42, 1, 1};
  const Unit dolby = {62 << 1, 1, 0x19};

  EXPECT_TRUE(finder_.has_dolby_vision(buffer_of(packet_of({picture, dolby})).get(), hevc.get()));
  EXPECT_FALSE(finder_.has_dolby_vision(buffer_of(packet_of({picture})).get(), hevc.get()));
  EXPECT_FALSE(finder_.has_dolby_vision(buffer_of(packet_of({picture, dolby})).get(), avc.get()));
}

// ---- References ----------------------------------------------------------------

class Reference : public Sync {
 protected:
  static constexpr std::uint8_t kTrailN = 0;
  static constexpr std::uint8_t kTrailR = 1;
  static constexpr std::uint8_t kTsaN = 2;
  static constexpr std::uint8_t kRaslN = 8;
  static constexpr std::uint8_t kIdr = 19;

  static Unit slice(std::uint8_t type, unsigned temporal_id) {
    return {static_cast<std::uint8_t>(type << 1), static_cast<std::uint8_t>(temporal_id + 1), 0xAF};
  }
  static Unit sps(unsigned highest) {
    return {33 << 1, 1, static_cast<std::uint8_t>(highest << 1 | 1), 0x22};
  }
  // With an SPS, where it is known how many sub-layers there are.
  static Owned<GstCaps> hevc(std::optional<unsigned> highest) {
    std::string record = "01" + std::string(40, '0') + "03";
    if (highest) {
      constexpr const char* kDigits = "0123456789abcdef";
      record += std::string("01" "21" "0001" "0004" "4201") + kDigits[0] +
                kDigits[*highest << 1 | 1] + "22";
    } else {
      record += "00";
    }
    return caps_of("video/x-h265,codec_data=(buffer)" + record);
  }
  bool is_reference(const Unit& unit, const Owned<GstCaps>& caps) {
    return finder_.is_reference(buffer_of(packet_of({unit})).get(), caps.get());
  }
};

TEST_F(Reference, IsNotAPictureOfH264ThatSaysSo) {
  const auto caps = caps_of("video/x-h264,codec_data=(buffer)0164000aff");

  EXPECT_FALSE(is_reference({0x01, 0x9A, 0x24}, caps));
  EXPECT_TRUE(is_reference({0x41, 0x9A, 0x24}, caps));
}

TEST_F(Reference, IsNotASubLayerNonReferencePictureOfTheOnlySubLayer) {
  const auto caps = hevc(0);

  for (const std::uint8_t type : {kTrailN, kTsaN, kRaslN})
    EXPECT_FALSE(is_reference(slice(type, 0), caps)) << int{type};
  for (const std::uint8_t type : {kTrailR, kIdr})
    EXPECT_TRUE(is_reference(slice(type, 0), caps)) << int{type};
}

TEST_F(Reference, IsForHigherSubLayersAlsoWhatIsNoneForItsOwn) {
  const auto caps = hevc(2);

  EXPECT_TRUE(is_reference(slice(kTrailN, 0), caps));
  EXPECT_TRUE(is_reference(slice(kTsaN, 1), caps));
  EXPECT_FALSE(is_reference(slice(kTsaN, 2), caps));
  EXPECT_TRUE(is_reference(slice(kTrailR, 2), caps));
}

TEST_F(Reference, IsEveryPictureWhereTheSubLayersAreNotKnown) {
  EXPECT_TRUE(is_reference(slice(kTrailN, 0), hevc(std::nullopt)));
}

TEST_F(Reference, IsToldByParameterSetsInTheStreamToo) {
  const auto caps = hevc(0);
  EXPECT_FALSE(is_reference(slice(kTrailN, 0), caps));

  finder_.is_reference(buffer_of(packet_of({sps(1), slice(kIdr, 0)})).get(), caps.get());

  EXPECT_TRUE(is_reference(slice(kTrailN, 0), caps));
  EXPECT_FALSE(is_reference(slice(kTsaN, 1), caps));
}

// ---- Parameter sets ------------------------------------------------------------

class ParameterSets : public Sync {
 protected:
  // What is left of the units, by their first bytes.
  Bytes left_of(std::initializer_list<Unit> units) {
    const auto caps = caps_of("video/x-h264,codec_data=(buffer)0164000affe100046764000a01000268ee");
    rest_ = finder_.without_parameter_sets(buffer_of(packet_of(units)), caps.get());
    Bytes types;
    const ReadMap map(rest_.get());
    for (std::size_t at = 3; at < map.bytes().size(); at += map.bytes()[at] + 4U)
      types.push_back(map.bytes()[at + 1]);
    return types;
  }
  Owned<GstBuffer> rest_;
};

TEST_F(ParameterSets, ThatTheCapsHaveAreLeftOut) {
  EXPECT_EQ(left_of({kDelimiter, {0x67, 0x64, 0, 0x0a}, {0x68, 0xee}, kIdr}), (Bytes{0x09, 0x65}));
}

TEST_F(ParameterSets, ThatTheCapsDoNotHaveStay) {
  EXPECT_EQ(left_of({{0x67, 0x64, 0, 0x0b}, {0x68, 0xee}, kIdr}), (Bytes{0x67, 0x65}));
}

TEST_F(ParameterSets, AreThoseOfTheConfigurationAsAWhole) {
  // A byte of the SPS, and the SPS with what follows it, stand in the record too.
  EXPECT_EQ(
      left_of({{0x67}, {0x67, 0x64, 0, 0x0a, 1, 0, 2, 0x68}, kIdr}),
      (Bytes{0x67, 0x67, 0x65}));
}

TEST(Configuration, NamesTheParameterSetsThatAreWhole) {
  const auto types = [](const std::vector<ByteSpan>& sets) {
    Bytes firsts;
    for (const ByteSpan set : sets) firsts.push_back(set[0]);
    return firsts;
  };
  const Bytes avcc = {1, 0x64, 0, 10, 0xff, 0xe1, 0, 2, 0x67, 1, 2, 0, 1, 0x68, 0, 2, 0x28, 7};
  Bytes hvcc(22, 0);
  hvcc.insert(hvcc.end(), {2, 0x20, 0, 1, 0, 1, 0x40, 0x21, 0, 2, 0, 1, 0x42, 0, 2, 0x43, 9});

  EXPECT_EQ(types(parameter_sets_of_avcc(avcc)), (Bytes{0x67, 0x68, 0x28}));
  EXPECT_EQ(types(parameter_sets_of_hvcc(hvcc)), (Bytes{0x40, 0x42, 0x43}));
  for (std::size_t size = 0; size < avcc.size(); ++size)
    EXPECT_LT(parameter_sets_of_avcc(ByteSpan(avcc).first(size)).size(), 3U);
  for (std::size_t size = 0; size < hvcc.size(); ++size)
    EXPECT_LT(parameter_sets_of_hvcc(ByteSpan(hvcc).first(size)).size(), 3U);
}

TEST_F(ParameterSets, AreTheSameWithZerosBehindThem) {
  EXPECT_EQ(left_of({{0x67, 0x64, 0, 0x0a, 0}, {0x68, 0xee, 0, 0}, kIdr}), Bytes{0x65});
}

TEST_F(ParameterSets, AloneStay) { EXPECT_EQ(left_of({{0x68, 0xee}}), Bytes{0x68}); }

TEST_F(ParameterSets, AreLeftOutWithoutACopy) {
  const auto caps = caps_of("video/x-h264,codec_data=(buffer)0164000affe100046764000a01000268ee");
  auto packet = buffer_of(packet_of({{0x68, 0xee}, kIdr}));
  const auto given = retain(packet.get());
  GST_BUFFER_PTS(packet.get()) = 17;

  const auto rest = finder_.without_parameter_sets(std::move(packet), caps.get());

  const ReadMap before(given.get());
  const ReadMap after(rest.get());
  EXPECT_EQ(after.bytes().data(), before.bytes().data() + 6);
  EXPECT_EQ(GST_BUFFER_PTS(rest.get()), 17U);
}

}  // namespace
}  // namespace livephoto::gst
