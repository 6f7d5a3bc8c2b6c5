// Prints what was found out about pairs, for people.
#include <algorithm>
#include <string>

#include "core/pair/verify.h"
#include "core/text.h"

namespace livephoto {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

constexpr std::size_t kVerdict = 6;
constexpr std::size_t kName = 24;

std::string word_of(Verdict verdict) {
  return padded(verdict == Verdict::Fail ? "FAIL" : std::string(name_of(verdict)), kVerdict);
}

// A line of its own, whatever line feeds and codes files and their names have: who could end it
// could write another verdict below.
void add_line(std::string& text, const std::string& line) { text += printable(line) + '\n'; }

void add_check(std::string& text, const Check& check, const std::string& indent) {
  const std::string basis =
      check.basis == Basis::Rule ? "" : " [" + std::string(name_of(check.basis)) + "]";
  add_line(text, indent + word_of(check.verdict) + padded(check.name, kName) + check.why + basis);
  if (!check.advice.empty())
    add_line(text, indent + std::string(kVerdict + kName, ' ') + check.advice);
}

std::string counted(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

std::size_t warnings_in(const std::vector<Check>& checks) {
  return static_cast<std::size_t>(std::ranges::count(checks, Verdict::Warn, &Check::verdict));
}

std::size_t failures_in(const std::vector<Check>& checks) {
  return static_cast<std::size_t>(std::ranges::count(checks, Verdict::Fail, &Check::verdict));
}

std::string conclusion(const std::vector<Check>& checks, Profile profile) {
  const std::size_t failures = failures_in(checks);
  const std::size_t warnings = warnings_in(checks);
  const std::string beside =
      warnings == 0 ? "" : ", with " + counted(warnings, "warning", "warnings");
  if (failures > 0)
    return "The pair breaks " + counted(failures, "rule", "rules") + " of the profile " +
           std::string(name_of(profile)) + beside + ".";
  const std::string unproven = profile == Profile::Wallpaper
                                   ? " Whether it moves on a lock screen only a device shows."
                                   : "";
  return "The pair meets the published and observed rules (profile " +
         std::string(name_of(profile)) + ")" + beside + "." + unproven;
}

// All whose failures count.
std::string asked_text(Profile profile) {
  std::string text;
  for (const Profile other : kProfiles)
    if (other != profile && counts_for(profile, other)) text += std::string(title_of(other)) + "; ";
  return text + std::string(title_of(profile));
}

std::string profiles_text(Profile profile) {
  std::string others;
  for (const Profile other : kProfiles)
    if (!counts_for(profile, other))
      others += (others.empty() ? "" : ", ") + std::string(name_of(other));
  return "Checked: " + asked_text(profile) + "; as warnings only: " + others + ".";
}

}  // namespace

std::string verify_text(const Verification& verification, Profile profile) {
  const auto checks = verification.seen_by(profile);
  std::string text;
  add_line(text, verification.still.string() + " + " + verification.movie.string());
  for (const Check& check : checks) add_check(text, check, "");
  if (!verification.not_compared.empty())
    add_line(
        text,
        padded("", kVerdict) + padded("not compared", kName) + verification.not_compared);
  add_line(text, profiles_text(profile));
  add_line(text, conclusion(checks, profile));
  return text;
}

std::string verify_text(const FolderReport& report, Profile profile) {
  std::string text;
  for (const Verification& pair : report.pairs) {
    const auto checks = pair.seen_by(profile);
    add_line(
        text,
        word_of(pair.verdict(profile)) + pair.still.string() + " + " + pair.movie.string());
    for (const Check& check : checks)
      if (counts_for(profile, check.profile) && check.verdict != Verdict::Pass)
        add_check(text, check, std::string(kVerdict, ' '));
  }
  for (const Finding& finding : report.findings) {
    std::string files;
    for (const auto& file : finding.files) files += (files.empty() ? "" : ", ") + file.string();
    const std::string kind(name_of(finding.kind));
    add_line(text, word_of(finding.verdict(profile)) + padded(kind, kName) + files);
    add_line(text, std::string(kVerdict + kName, ' ') + finding.why);
    if (!finding.advice.empty())
      add_line(text, std::string(kVerdict + kName, ' ') + finding.advice);
  }
  const auto failed = std::ranges::count_if(report.pairs, [profile](const Verification& pair) {
    return pair.verdict(profile) == Verdict::Fail;
  });
  add_line(
      text,
      "Checked: " + asked_text(profile) + ", of " + counted(report.stills, "still", "stills") +
          " and " + counted(report.movies, "movie", "movies") + ".");
  add_line(
      text,
      counted(report.pairs.size() - static_cast<std::size_t>(failed), "pair meets", "pairs meet") +
          " the published and observed rules (profile " + std::string(name_of(profile)) + "), " +
          counted(static_cast<std::size_t>(failed), "breaks them", "break them") + "; " +
          counted(report.findings.size(), "other finding", "other findings") + ", " +
          counted(report.plain, "file", "files") + " that claim to be no Live Photo.");
  return text;
}

}  // namespace livephoto
