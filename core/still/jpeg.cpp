// Encodes a JPEG still with libjpeg-turbo.
#include "core/still/jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// These want size_t and FILE, and do not include them.
#include <jerror.h>
#include <jpeglib.h>

#include "core/still/icc_profile.h"
#include "core/still/xmp.h"

namespace livephoto {
namespace {

constexpr int kMetadataMarker = JPEG_APP0 + 1;  // Exif and XMP
// ISO/IEC 10918-1, B.1.1.4: a segment's length is 16 bits and counts itself.
constexpr std::size_t kLongestSegment = 65533;
constexpr std::size_t kFirstCapacity = std::size_t{64} * 1024;

// libjpeg is C: it may be left by longjmp, not by an exception.
struct ErrorManager {
  jpeg_error_mgr base{};  // first, as libjpeg knows only this
  std::jmp_buf escape{};
  char message[JMSG_LENGTH_MAX]{};
};

[[noreturn]] void leave(j_common_ptr common) {
  auto* manager = reinterpret_cast<ErrorManager*>(common->err);
  common->err->format_message(common, manager->message);
  std::longjmp(manager->escape, 1);
}

// A core library never prints.
void print_nothing(j_common_ptr) {}

// jpeg_mem_dest() would do, but after an error its pointer may be one that it
// has freed. From malloc, because a container may throw.
struct Destination {
  jpeg_destination_mgr base{};  // first, as libjpeg knows only this
  std::uint8_t* data = nullptr;
  std::size_t size = 0;  // bytes that are complete
  std::size_t capacity = 0;

  Destination() = default;
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;
  ~Destination() { std::free(data); }
};

Destination& destination_of(j_compress_ptr jpeg) {
  return *reinterpret_cast<Destination*>(jpeg->dest);
}

// libjpeg calls this when the whole buffer is full; its own counters are stale.
boolean grow(j_compress_ptr jpeg) {
  auto& destination = destination_of(jpeg);
  destination.size = destination.capacity;
  const auto capacity = destination.capacity == 0 ? kFirstCapacity : destination.capacity * 2;
  auto* data = static_cast<std::uint8_t*>(std::realloc(destination.data, capacity));
  if (data == nullptr) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 10);
  destination.data = data;
  destination.capacity = capacity;
  destination.base.next_output_byte = data + destination.size;
  destination.base.free_in_buffer = capacity - destination.size;
  return TRUE;
}

void begin(j_compress_ptr jpeg) { grow(jpeg); }

void finish(j_compress_ptr jpeg) {
  auto& destination = destination_of(jpeg);
  destination.size = destination.capacity - destination.base.free_in_buffer;
}

struct Encoder {
  jpeg_compress_struct jpeg{};
  ErrorManager errors;
  Destination destination;

  Encoder() {
    jpeg.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = leave;
    errors.base.output_message = print_nothing;
    destination.base.init_destination = begin;
    destination.base.empty_output_buffer = grow;
    destination.base.term_destination = finish;
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() { jpeg_destroy_compress(&jpeg); }
};

void set_up(jpeg_compress_struct& jpeg, const Picture& picture, int quality) {
  jpeg.image_width = picture.width;
  jpeg.image_height = picture.height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = TRUE;
  // Exif 2.32, 4.5.2: the Exif segment follows SOI at once; JFIF wants the same
  // place, and is not needed beside it.
  jpeg.write_JFIF_header = FALSE;
}

void write_rows(jpeg_compress_struct& jpeg, const Plane& plane) {
  while (jpeg.next_scanline < jpeg.image_height) {
    // libjpeg does not write to its input, but its type does not say so.
    auto* row = const_cast<std::uint8_t*>(plane.bytes.data() + jpeg.next_scanline * plane.stride);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
}

// What is in the file beside the picture.
struct Segments {
  Bytes exif;
  Bytes xmp;      // empty: none
  Bytes profile;  // as above; libjpeg cuts it into segments
};

void write_segment(jpeg_compress_struct& jpeg, const Bytes& segment) {
  jpeg_write_marker(
      &jpeg,
      kMetadataMarker,
      segment.data(),
      static_cast<unsigned int>(segment.size()));
}

// False if libjpeg gave up. Nothing that has a destructor lives in here or in
// what it calls, so that longjmp skips none.
bool run(Encoder& encoder, const Picture& picture, const Segments& segments, int quality) {
  if (setjmp(encoder.errors.escape) != 0) return false;
  auto& jpeg = encoder.jpeg;
  jpeg_create_compress(&jpeg);
  jpeg.dest = &encoder.destination.base;
  set_up(jpeg, picture, quality);
  jpeg_start_compress(&jpeg, TRUE);
  write_segment(jpeg, segments.exif);
  if (!segments.xmp.empty()) write_segment(jpeg, segments.xmp);
  if (!segments.profile.empty())
    jpeg_write_icc_profile(
        &jpeg,
        segments.profile.data(),
        static_cast<unsigned int>(segments.profile.size()));
  write_rows(jpeg, picture.planes[0]);
  jpeg_finish_compress(&jpeg);
  return true;
}

Result<void> check(const Picture& picture, const JpegSettings& settings) {
  auto checked = check_picture(picture);
  if (!checked) return checked;
  if (picture.chroma != Chroma::Rgb || picture.bit_depth != 8)
    return Error{
        ErrorCode::Unsupported,
        "A JPEG still is made from 8-bit RGB; convert the picture to RGB, or write a HEIC still.",
        "bit depth " + std::to_string(picture.bit_depth)};
  if (settings.quality < 0 || settings.quality > 100)
    return Error{
        ErrorCode::InvalidInput,
        "A quality of " + std::to_string(settings.quality) +
            " does not exist; give one of 0 to 100.",
        {}};
  return {};
}

Result<Bytes> segment_of(std::string_view name, const Bytes& content, const char* what) {
  Bytes segment(name.begin(), name.end());
  segment.insert(segment.end(), content.begin(), content.end());
  if (segment.size() <= kLongestSegment) return segment;
  return Error{
      ErrorCode::Metadata,
      std::string("The still's ") + what +
          " does not fit into a JPEG segment of 64 KiB; shorten its texts.",
      std::to_string(segment.size()) + " bytes"};
}

Result<Bytes> exif_segment(const Picture& picture, const StillMetadata& metadata) {
  using std::string_view_literals::operator""sv;
  const auto tiff =
      exif_tiff(metadata, metadata.capture.orientation, picture.width, picture.height);
  if (!tiff) return tiff.error();
  return segment_of("Exif\0\0"sv, *tiff, "Exif");
}

// XMP Specification, part 3, 1.1.3: named by a URI, in one segment of its own.
Result<Bytes> xmp_segment(const StillMetadata& metadata) {
  using std::string_view_literals::operator""sv;
  const auto packet = xmp_packet(metadata.capture);
  if (!packet) return packet.error();
  if (packet->empty()) return Bytes();
  return segment_of("http://ns.adobe.com/xap/1.0/\0"sv, *packet, "XMP");
}

Result<Segments> segments_of(const Picture& picture, const StillMetadata& metadata) {
  auto exif = exif_segment(picture, metadata);
  if (!exif) return exif.error();
  auto xmp = xmp_segment(metadata);
  if (!xmp) return xmp.error();
  auto profile = icc_profile(picture.colour);
  if (!profile) return profile.error();
  return Segments{*std::move(exif), *std::move(xmp), *std::move(profile)};
}

}  // namespace

Result<Bytes> encode_jpeg(
    const Picture& picture, const StillMetadata& metadata, const JpegSettings& settings) {
  const auto checked = check(picture, settings);
  if (!checked) return checked.error();
  const auto segments = segments_of(picture, metadata);
  if (!segments) return segments.error();

  Encoder encoder;
  if (!run(encoder, picture, *segments, settings.quality))
    return Error{
        ErrorCode::Encoder,
        "The still cannot be encoded as JPEG; make the picture smaller, or write a HEIC still.",
        encoder.errors.message};
  return Bytes(encoder.destination.data, encoder.destination.data + encoder.destination.size);
}

}  // namespace livephoto
