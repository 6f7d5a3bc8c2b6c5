#include "gst/tool/capture_command.h"

#include <cmath>
#include <memory>
#include <string>

#include "gst/tool/capture_run.h"
#include "gst/tool/words.h"

namespace livephoto::tool {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  Enter takes a Live Photo of the camera: capture-0001.HEIC, capture-0001.MOV.
    gst-livephoto-1.0 capture /dev/video0
  One every ten minutes of a camera in the network, into the folder garden.
    gst-livephoto-1.0 capture rtsp://camera.local/stream --every 600 -o garden/
  Three of a moving picture that needs no camera.
    gst-livephoto-1.0 capture test --every 2 --count 3

What was seen before is in it: the seconds before the call are always kept. Names that
are there already are passed over. In a script, send SIGUSR1.)";

struct Arguments {
  std::string source;
  std::string place;
  std::string before, after, size;
  double every = 0;
  unsigned count = 0;
  bool jpeg = false, pvt = false, zip = false, crop = false, as_json = false;
};

template <class T, class Parse>
Result<void> read(const char* option, const std::string& text, Parse parse, T& value) {
  if (text.empty()) return {};
  const auto parsed = parse(text);
  if (!parsed) return Error{parsed.error().code, option + (": " + parsed.error().message), {}};
  value = *parsed;
  return {};
}

Result<CaptureWish> wish_of(const Arguments& arguments) {
  CaptureWish wish;
  wish.source = arguments.source;
  wish.place = arguments.place;
  for (const auto& [option, text, time] :
       {std::tuple{"--pre", &arguments.before, &wish.before},
        std::tuple{"--post", &arguments.after, &wish.after}}) {
    if (const auto good = read(option, *text, parse_time, *time); !good) return good.error();
    if (*time && **time > std::chrono::seconds(60)) {
      return Error{
          ErrorCode::InvalidInput,
          std::string(option) + " is more than a minute; a Live Photo has a few seconds.",
          {}};
    }
  }
  if (const auto good = read("--size", arguments.size, parse_size, wish.size); !good)
    return good.error();
  if (arguments.crop && (wish.size.width == 0 || wish.size.height == 0)) {
    return Error{
        ErrorCode::InvalidInput,
        "--crop wants a width and a height in --size, such as 1920x1080.",
        {}};
  }
  if (arguments.zip && !arguments.pvt)
    return Error{ErrorCode::InvalidInput, "--zip goes with --pvt.", {}};
  if (arguments.every > 0)
    wish.every = std::chrono::milliseconds(std::llround(arguments.every * 1000));
  wish.count = arguments.count;
  wish.still_format = arguments.jpeg ? StillFormat::Jpeg : named_still_format(arguments.place);
  if (arguments.pvt) wish.bundle = arguments.zip ? Bundle::PvtZip : Bundle::Pvt;
  wish.crop = arguments.crop;
  wish.as_json = arguments.as_json;
  return wish;
}

int run(const Arguments& arguments) {
  const auto wish = wish_of(arguments);
  if (!wish) return refuse(wish.error().message);
  return capture(*wish);
}

}  // namespace

void add_capture_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "capture",
      "Take Live Photos of a camera, a stream or a playing video.\n\n"
      "Each time that Enter is pressed, SIGUSR1 comes, or --every SECONDS.",
      [arguments] { return run(*arguments); });
  command
      ->add_option(
          "SOURCE",
          arguments->source,
          "A camera (/dev/video0), a URI, a video, or \"test\"")
      ->required()
      ->option_text(" ")
      ->check(kNotEmpty);
  command
      ->add_option(
          "-o,--output",
          arguments->place,
          "A folder (\"out/\"), or a name, also with a number's place (IMG_%04d)")
      ->option_text("PLACE")
      ->check(kNotEmpty);
  command->add_option("--every", arguments->every, "Take one each so many seconds")
      ->option_text("SECONDS")
      ->check(CLI::Range(0.1, 86400.0));
  command->add_option("--count", arguments->count, "End after so many")
      ->option_text("N")
      ->check(CLI::Range(1U, 1000000U));
  command->add_option("--pre", arguments->before, "How much is before the still (1.5)")
      ->option_text("TIME")
      ->check(kNotEmpty);
  command->add_option("--post", arguments->after, "How much is after it (1.5)")
      ->option_text("TIME")
      ->check(kNotEmpty);
  command->add_flag("--jpeg", arguments->jpeg, "A JPEG still in place of HEIC");
  command->add_flag("--pvt", arguments->pvt, "Both files in a folder NAME.pvt");
  command->add_flag("--zip", arguments->zip, "With --pvt: that folder as NAME.pvt.zip");
  command->add_option("--size", arguments->size, "Fit into W by H pixels, never enlarge")
      ->option_text("WxH")
      ->check(kNotEmpty);
  command->add_flag("--crop", arguments->crop, "With --size: fill W by H, cut off the rest");
  command->add_flag("--json", arguments->as_json, "Tell it in JSON Lines (docs/tool.md)");
  command->footer(kExamples);
}

}  // namespace livephoto::tool
