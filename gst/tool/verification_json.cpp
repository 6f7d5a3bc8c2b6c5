#include "gst/tool/verification_json.h"

#include <algorithm>
#include <string>

namespace livephoto::tool {

void add_verdicts(json& object, const Verification& verification) {
  object["verdicts"] = json::object();
  for (const Profile profile : kProfiles)
    object["verdicts"][std::string(name_of(profile))] = name_of(verification.verdict(profile));
  const auto is_asked = [](const Check& check) { return check.profile == Profile::Wallpaper; };
  if (std::ranges::any_of(verification.checks, is_asked))
    object["verdicts"]["wallpaper"] = name_of(verification.verdict(Profile::Wallpaper));
  object["checks"] = json::array();
  for (const Check& check : verification.checks)
    object["checks"].push_back(
        {{"name", check.name},
         {"profile", name_of(check.profile)},
         {"verdict", name_of(check.verdict)},
         {"why", check.why},
         {"advice", check.advice},
         {"basis", name_of(check.basis)}});
}

}  // namespace livephoto::tool
