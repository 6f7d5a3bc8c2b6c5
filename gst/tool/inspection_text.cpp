// What was found out about a pair, for people.
#include <algorithm>
#include <string>

#include "core/text.h"
#include "gst/tool/inspection.h"

namespace livephoto::tool {
namespace {

constexpr std::size_t kColumn = 20;  // as in what the core says of the files

std::string line(std::string name, const std::string& value) {
  name.insert(0, "  ");
  name.resize(std::max(name.size() + 1, kColumn), ' ');
  return name + printable(value) + '\n';
}

// The answer, before the reasons.
std::string verdict_text(const Verification& together) {
  switch (together.verdict(Profile::Apple)) {
    case Verdict::Pass:
      return "A Live Photo: its two files belong together.\n";
    case Verdict::Warn:
      return "A Live Photo, with a doubt, at the end of this: its two files belong together.\n";
    case Verdict::Fail:
      break;
  }
  return "Not a Live Photo; why is at the end of this.\n";
}

// Whom the pair suits, and what is in the way.
std::string together_text(const Verification& together) {
  std::string text = "Together:\n";
  for (const Profile profile : kProfiles)
    text += line(std::string(name_of(profile)), std::string(name_of(together.verdict(profile))));
  for (const Check& check : together.checks) {
    if (check.verdict == Verdict::Pass) continue;
    text += line(std::string(name_of(check.verdict)), check.name + ": " + check.why);
    if (!check.advice.empty()) text += line("", check.advice);
  }
  return text;
}

}  // namespace

std::string inspection_text(const Inspection& inspection) {
  std::string text;
  if (inspection.together) text += verdict_text(*inspection.together);
  if (inspection.still) text += inspect_text(*inspection.still);
  if (inspection.movie) text += inspect_text(*inspection.movie);
  if (inspection.still && inspection.movie)
    text += inspect_text(camera_differences(*inspection.still, *inspection.movie));
  if (inspection.together) text += together_text(*inspection.together);
  return text;
}

}  // namespace livephoto::tool
