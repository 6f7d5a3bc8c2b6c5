// Builds the XMP packet of a still with exiv2.
#include "core/still/xmp.h"

#include <algorithm>
#include <exception>
#include <exiv2/exiv2.hpp>
#include <mutex>
#include <string>
#include <string_view>

#include "core/still/exiv2_messages.h"
#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::size_t kLongestText = 16000;

Result<void> check_texts(const CaptureInfo& capture) {
  std::size_t keywords = 0;
  for (const auto& keyword : capture.keywords) keywords += keyword.size();
  if (std::max({capture.title.size(), capture.description.size(), keywords}) > kLongestText)
    return invalid_input(
        "The still's title, description or keywords are longer than " +
        std::to_string(kLongestText) + " bytes; shorten them.");
  return {};
}

// XML 1.0, 2.2: there are no control characters but these three, and no U+FFFE
// and U+FFFF. A reader refuses the whole packet for one of them.
bool is_forbidden_control(char letter) {
  return static_cast<unsigned char>(letter) < 0x20 && letter != '\t' && letter != '\n' &&
         letter != '\r';
}

std::string without_forbidden(std::string text) {
  std::ranges::replace_if(text, is_forbidden_control, ' ');
  for (const std::string_view noncharacter : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
    for (auto at = text.find(noncharacter); at != std::string::npos; at = text.find(noncharacter))
      text.replace(at, noncharacter.size(), " ");
  return text;
}

// Not by read(), which takes a text that begins with lang= for more than a text.
void add_text(Exiv2::XmpData& xmp, const char* key, const std::string& text) {
  if (text.empty()) return;
  Exiv2::LangAltValue value;
  value.value_["x-default"] = without_forbidden(text);
  xmp.add(Exiv2::XmpKey(key), &value);
}

void add_keywords(Exiv2::XmpData& xmp, const std::vector<std::string>& keywords) {
  Exiv2::XmpArrayValue value(Exiv2::xmpBag);
  for (const auto& keyword : keywords)
    if (!keyword.empty()) value.read(without_forbidden(keyword));
  if (value.count() > 0) xmp.add(Exiv2::XmpKey("Xmp.dc.subject"), &value);
}

// Guards all that is done with XMP here: exiv2 starts Adobe's toolkit when it is
// first used, and neither that nor the table of namespaces is safe for threads.
std::recursive_mutex& toolkit_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

void lock_toolkit(void*, bool lock) {
  if (lock)
    toolkit_mutex().lock();
  else
    toolkit_mutex().unlock();
}

void start_toolkit() {
  static const bool once = Exiv2::XmpParser::initialize(lock_toolkit, nullptr);
  static_cast<void>(once);
}

Exiv2::XmpData properties_of(const CaptureInfo& capture) {
  Exiv2::XmpData xmp;
  add_text(xmp, "Xmp.dc.title", capture.title);
  add_text(xmp, "Xmp.dc.description", capture.description);
  add_keywords(xmp, capture.keywords);
  return xmp;
}

// Marked as not to be edited in place, since the 2 KiB of spaces for that are not
// worth it in a file that every editor writes again.
Result<Bytes> encoded(const Exiv2::XmpData& xmp) {
  constexpr std::uint16_t kFormat = Exiv2::XmpParser::useCompactFormat |
                                    Exiv2::XmpParser::omitAllFormatting |
                                    Exiv2::XmpParser::readOnlyPacket;
  std::string packet;
  const auto code = Exiv2::XmpParser::encode(packet, xmp, kFormat);
  if (code == 0) return Bytes(packet.begin(), packet.end());
  return Error{
      ErrorCode::Metadata,
      "The still's texts cannot be written as XMP; give title, description and keywords as UTF-8.",
      "exiv2's code " + std::to_string(code)};
}

}  // namespace

Result<Bytes> xmp_packet(const CaptureInfo& capture) {
  const auto checked = check_texts(capture);
  if (!checked) return checked.error();
  const std::lock_guard lock(toolkit_mutex());
  try {
    silence_exiv2();
    start_toolkit();
    const auto xmp = properties_of(capture);
    if (xmp.empty()) return Bytes();
    return encoded(xmp);
  } catch (const std::exception& error) {
    return Error{
        ErrorCode::Metadata,
        "The still's texts cannot be written as XMP; correct title, description and keywords.",
        error.what()};
  }
}

}  // namespace livephoto
