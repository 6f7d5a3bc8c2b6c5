// Reads a pair and asks every check of it.
#include "core/pair/verify.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "core/isobmff/source_metadata.h"
#include "core/pair/checks.h"

namespace livephoto {
namespace {

struct ProfileRow {
  Profile profile;
  std::string_view name;
  std::string_view title;
};
constexpr std::array<ProfileRow, 7> kProfileRows{{
    {Profile::Apple, "apple", "Apple's pairing rules, as published and as cameras keep them"},
    {Profile::Immich, "immich", "Immich"},
    {Profile::PhotoPrism, "photoprism", "PhotoPrism"},
    {Profile::Memories, "memories", "Nextcloud Memories"},
    {Profile::Ente, "ente", "ente"},
    {Profile::Web, "web", "Apple's player for web pages"},
    {Profile::Wallpaper, "wallpaper", "what is known of the lock screen, unproven on a device"},
}};

const ProfileRow& row_of(Profile profile) {
  return *std::ranges::find(kProfileRows, profile, &ProfileRow::profile);
}

}  // namespace

std::string_view name_of(Profile profile) { return row_of(profile).name; }

std::string_view title_of(Profile profile) { return row_of(profile).title; }

std::optional<Profile> profile_named(std::string_view name) {
  const auto found = std::ranges::find(kProfileRows, name, &ProfileRow::name);
  return found == kProfileRows.end() ? std::nullopt : std::optional(found->profile);
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "pass";
    case Verdict::Warn:
      return "warn";
    case Verdict::Fail:
      break;
  }
  return "fail";
}

std::string_view name_of(Basis basis) {
  switch (basis) {
    case Basis::Rule:
      return "rule";
    case Basis::CameraFiles:
      return "camera-files";
    case Basis::Project:
      return "project";
    case Basis::Hypothesis:
      break;
  }
  return "hypothesis";
}

bool counts_for(Profile asked, Profile of) {
  return asked == of || (asked == Profile::Wallpaper && of == Profile::Apple);
}

Verdict worst_of(const std::vector<Check>& checks, Profile profile) {
  Verdict worst = Verdict::Pass;
  for (const Check& check : checks)
    if (counts_for(profile, check.profile)) worst = std::max(worst, check.verdict);
  return worst;
}

std::vector<Check> Verification::seen_by(Profile profile) const {
  auto seen = checks;
  for (Check& check : seen)
    if (!counts_for(profile, check.profile)) check.verdict = std::min(check.verdict, Verdict::Warn);
  return seen;
}

Verification verify_pair(const std::filesystem::path& still, const std::filesystem::path& movie) {
  Verification verification{
      .still = still,
      .movie = movie,
      .checks = {},
      .still_facts = {},
      .movie_facts = {}};
  pair::View view{
      .still_path = still,
      .movie_path = movie,
      .still_problem = {},
      .movie_problem = {}};
  auto still_facts = inspect_still(still);
  if (still_facts)
    view.still = &verification.still_facts.emplace(std::move(*still_facts));
  else
    view.still_problem = still_facts.error().message;
  auto movie_facts = inspect_movie(movie);
  if (movie_facts)
    view.movie = &verification.movie_facts.emplace(std::move(*movie_facts));
  else
    view.movie_problem = movie_facts.error().message;
  pair::add_apple_checks(view, verification.checks);
  pair::add_gallery_checks(view, verification.checks);
  pair::add_web_checks(view, verification.checks);
  return verification;
}

namespace pair {

bool in_one_folder(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code ignored;
  const auto folder = [&](const std::filesystem::path& path) {
    const auto whole = std::filesystem::canonical(path, ignored);
    return (whole.empty() ? std::filesystem::absolute(path, ignored) : whole).parent_path();
  };
  return folder(one) == folder(other);
}

std::optional<std::chrono::sys_seconds> instant_of(const std::optional<CaptureTime>& time) {
  if (!time) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(
      year(time->year),
      month(static_cast<unsigned>(time->month)),
      day(static_cast<unsigned>(time->day)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(time->hour) + minutes(time->minute) + seconds(time->second) -
         minutes(time->utc_offset_minutes.value_or(0));
}

std::optional<std::chrono::sys_seconds> date_of(const MovieFacts& movie) {
  for (const auto* items : {&movie.metadata, &movie.user_metadata})
    for (const MetadataFact& item : *items)
      if (item.key == "com.apple.quicktime.creationdate")
        if (const auto time = instant_of(parse_iso_8601(item.value))) return time;
  return movie.creation;
}

std::string text_of(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const auto date_part = floor<days>(time);
  const year_month_day date(date_part);
  const hh_mm_ss clock(time - date_part);
  std::array<char, 64> text{};
  std::snprintf(
      text.data(),
      text.size(),
      "%04d-%02u-%02u %02d:%02d:%02d UTC",
      static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::chrono::nanoseconds picture_end(const MovieFacts& movie) {
  const auto* video = movie.video();
  return video && video->duration.count() > 0 ? video->duration : movie.duration;
}

}  // namespace pair
}  // namespace livephoto
