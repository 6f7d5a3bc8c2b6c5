// Times, sizes, places and dates as people type them.
#include "gst/tool/words.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

nanoseconds read(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) ADD_FAILURE() << time.error().message;
  return time ? *time : nanoseconds(-1);
}

TEST(Time, IsSecondsOrMinutesOrHours) {
  EXPECT_EQ(read("12.5"), milliseconds(12500));
  EXPECT_EQ(read("0"), nanoseconds(0));
  EXPECT_EQ(read("90"), seconds(90));
  EXPECT_EQ(read("0:12.5"), milliseconds(12500));
  EXPECT_EQ(read("75:03"), minutes(75) + seconds(3));
  EXPECT_EQ(read("1:02:03.250"), hours(1) + minutes(2) + milliseconds(3250));
}

TEST(Time, IsExactToTheNanosecond) { EXPECT_EQ(read("0.000000001"), nanoseconds(1)); }

TEST(Time, IsNothingElse) {
  for (const auto* text :
       {"",
        "-1",
        "+1",
        "1.",
        ".5",
        "1,5",
        "12s",
        "1:60",
        "1:61:00",
        "1:00:60",
        "1:2:3:4",
        "nan",
        "1e3",
        " 1",
        "0.0000000001",
        "3600000",
        "1000:00:00"})
    EXPECT_FALSE(parse_time(text)) << text;
}

TEST(Time, IsRefusedWithAnExample) {
  EXPECT_EQ(
      parse_time("soon").error().message,
      "\"soon\" is not a time such as 12.5, 0:12.5 or 1:02:03.250.");
}

TEST(Time, IsShownAsItMayBeTyped) {
  EXPECT_EQ(clock_text(milliseconds(12500)), "0:12.5");
  EXPECT_EQ(clock_text(minutes(75) + seconds(3)), "1:15:03");
  EXPECT_EQ(clock_text(hours(1) + minutes(2) + milliseconds(3250)), "1:02:03.25");
  EXPECT_EQ(clock_text(nanoseconds(0)), "0:00");
  EXPECT_EQ(clock_text(milliseconds(5)), "0:00.005");
  EXPECT_EQ(clock_text(milliseconds(-21)), "-0:00.021");
}

TEST(Time, IsANumberOfSecondsInJson) {
  EXPECT_EQ(*time_of(12.5), milliseconds(12500));
  EXPECT_EQ(*time_of(0.033333333), nanoseconds(33333333));
  EXPECT_FALSE(time_of(-0.1));
  EXPECT_FALSE(time_of(1e12));
  EXPECT_FALSE(time_of(std::numeric_limits<double>::quiet_NaN()));
}

TEST(Size, IsWidthByHeight) {
  EXPECT_EQ(*parse_size("1920x1080"), (PixelSize{1920, 1080}));
  EXPECT_EQ(*parse_size("1920x"), (PixelSize{1920, 0}));
  EXPECT_EQ(*parse_size("x1080"), (PixelSize{0, 1080}));
  for (const auto* text : {"", "1920", "0x0", "1x1", "99999x2", "1920*1080"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(PlaceOnEarth, IsLatitudeAndLongitude) {
  EXPECT_EQ(*parse_place("51.5007,-0.1246"), (Place{51.5007, -0.1246, {}}));
  EXPECT_EQ(*parse_place("-33.8,151.2,12"), (Place{-33.8, 151.2, 12.0}));
  for (const auto* text : {"", "51", "51,", "91,0", "0,181", "nan,0", "1,2,inf", "51;0", "1,2,3,4"})
    EXPECT_FALSE(parse_place(text)) << text;
}

TEST(Date, HasAZoneOrNot) {
  const auto with_zone = parse_date("2024-05-17T10:20:30+02:00");
  ASSERT_TRUE(with_zone);
  EXPECT_EQ(
      *with_zone,
      (CaptureTime{
          .year = 2024,
          .month = 5,
          .day = 17,
          .hour = 10,
          .minute = 20,
          .second = 30,
          .utc_offset_minutes = 120}));
  EXPECT_EQ(parse_date("2024-05-17 10:20")->utc_offset_minutes, std::nullopt);
}

TEST(Date, WithoutATimeOfDayIsNoon) {
  EXPECT_EQ(parse_date("2024-05-17")->hour, 12);
  for (const auto* text : {"", "2024", "2024-02-30", "17.05.2024", "yesterday"})
    EXPECT_FALSE(parse_date(text)) << text;
}

}  // namespace
}  // namespace livephoto::tool
