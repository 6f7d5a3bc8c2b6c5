#include "gst/tool/verification_json.h"

#include <string>

namespace livephoto::tool {

void add_verdicts(json& object, const Verification& verification) {
  object["verdicts"] = json::object();
  for (const Profile profile : kProfiles)
    object["verdicts"][std::string(name_of(profile))] = name_of(verification.verdict(profile));
  object["checks"] = json::array();
  for (const Check& check : verification.checks)
    object["checks"].push_back(
        {{"name", check.name},
         {"profile", name_of(check.profile)},
         {"verdict", name_of(check.verdict)},
         {"why", check.why},
         {"advice", check.advice}});
}

}  // namespace livephoto::tool
