#include "gst/tool/lists.h"

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/words.h"

namespace livephoto::tool {
namespace {

using nlohmann::json;

Error at_line(const std::string& name, std::size_t line, const std::string& message) {
  return invalid_input(name + ", line " + std::to_string(line) + ": " + message);
}

bool is_given(const json& object, const char* field) {
  return object.contains(field) && !object[field].is_null();
}

Result<std::optional<nanoseconds>> time_in(const json& object, const char* field) {
  if (!is_given(object, field)) return std::optional<nanoseconds>();
  const json& value = object[field];
  const std::string what = "\"" + std::string(field) + "\"";
  if (!value.is_number() && !value.is_string())
    return invalid_input(what + " is neither a number of seconds nor a time.");
  const auto time = value.is_number() ? time_of(value.get<double>())
                                      : parse_time(value.get_ref<const std::string&>());
  if (!time) return invalid_input(what + ": " + time.error().message);
  return std::optional(*time);
}

Result<std::filesystem::path> path_in(const json& object, const char* field) {
  if (!is_given(object, field)) return std::filesystem::path();
  if (!object[field].is_string())
    return invalid_input("\"" + std::string(field) + "\" is not a text.");
  return path_of(object[field].get_ref<const std::string&>());
}

Result<Wish> wish_in(const json& object) {
  if (!object.is_object()) return invalid_input("it is not a JSON object.");
  Wish wish;
  const auto video = path_in(object, "video");
  if (!video) return video.error();
  if (video->empty()) return invalid_input("there is no \"video\".");
  const auto output = path_in(object, "output");
  if (!output) return output.error();
  wish.moment.video = *video;
  wish.output = *output;
  for (const auto& [field, time] :
       {std::pair{"start", &wish.moment.start},
        std::pair{"duration", &wish.moment.duration},
        std::pair{"still", &wish.moment.still}}) {
    const auto given = time_in(object, field);
    if (!given) return given.error();
    *time = *given;
  }
  return wish;
}

}  // namespace

Result<std::vector<Wish>> read_moments(std::istream& list, const std::string& name) {
  std::vector<Wish> wishes;
  std::size_t number = 0;
  for (std::string line; std::getline(list, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) return at_line(name, number, "it is not JSON.");
    auto wish = wish_in(object);
    if (!wish) return at_line(name, number, wish.error().message);
    wish->origin = name + ", line " + std::to_string(number);
    wishes.push_back(*std::move(wish));
  }
  if (list.bad()) return Error{ErrorCode::Io, name + " cannot be read to its end.", {}};
  return wishes;
}

Result<std::vector<std::filesystem::path>> read_names(std::istream& list, const std::string& name) {
  std::vector<std::filesystem::path> names;
  for (std::string text; std::getline(list, text, '\0');) {
    if (text.empty())
      return invalid_input(name + " has an empty name; names end with one zero byte each.");
    names.emplace_back(text);
  }
  if (list.bad()) return Error{ErrorCode::Io, name + " cannot be read to its end.", {}};
  // What `find` without -print0 would write.
  if (names.size() == 1 && names[0].native().find('\n') != std::string::npos &&
      !std::filesystem::exists(names[0]))
    return invalid_input(
        name + " has names on lines; end them with zero bytes, as \"find -print0\" does.");
  return names;
}

}  // namespace livephoto::tool
