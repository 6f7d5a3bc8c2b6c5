#include "core/pair/kept.h"

#include <algorithm>
#include <optional>

#include "core/byte_range.h"
#include "core/isobmff/reader.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg_reader.h"

namespace livephoto::pair {
namespace {

using isobmff::FourCC;

// ---- Movies --------------------------------------------------------------------

// Nothing is read of the samples: where a patch copies bytes, they are the same.
bool stay_in_place(ByteSpan stbl, std::uint64_t file_size, const Patch& patch) {
  bool stay = true;
  const auto whole_table = isobmff::each_chunk(stbl, [&](ByteRange chunk) {
    stay = stay && chunk.end <= file_size && patch.place_of(chunk) == chunk.begin;
  });
  static_cast<void>(whole_table);  // no worse than it was
  return stay;
}

// ---- JPEG ----------------------------------------------------------------------

bool is_exif(const JpegFile& file, const JpegSegment& segment) {
  return std::ranges::find(file.exif_blocks, segment.offset, &JpegSegment::offset) !=
         file.exif_blocks.end();
}

// All but Exif; the first scan, the last of them, with all that follows it.
struct Stretch {
  ByteRange range;
  bool is_index = false;  // of other pictures in the file, by their places
};

std::vector<Stretch> lasting(const JpegFile& file, const Source& source) {
  const auto is_index = [&source](const JpegSegment& segment) {
    const auto head = segment.marker == 0xE2 && segment.size >= 8
                          ? read_bytes(source, segment.offset + 4, 4)
                          : Result<Bytes>(Bytes());
    return head && *head == Bytes{'M', 'P', 'F', 0};
  };
  std::vector<Stretch> all;
  for (const JpegSegment& segment : file.segments)
    if (!is_exif(file, segment))
      all.push_back({{segment.offset, segment.end()}, is_index(segment)});
  all.back().range.end = source.size();
  return all;
}

bool keeps_jpeg(const Source& still, const Source& patched, const Patch& patch) {
  const auto before = read_jpeg(still);
  const auto after = read_jpeg(patched);
  if (!before || !after) return false;
  const auto was = lasting(*before, still);
  const auto is = lasting(*after, patched);
  return std::ranges::equal(was, is, [&patch](const Stretch& old, const Stretch& now) {
    return old.range.end - old.range.begin == now.range.end - now.range.begin &&
           old.is_index == now.is_index &&
           (old.is_index || patch.place_of(old.range) == now.range.begin);
  });
}

// ---- HEIF ----------------------------------------------------------------------

// Where a piece of an item lies: in the file, or in `idat`, by whatever way it is named.
struct Piece {
  bool in_idat = false;
  ByteRange range;
};

Piece piece_of(
    const HeifFile& file, std::uint64_t file_size, std::uint16_t construction, HeifExtent extent) {
  if (extent.length == 0) {
    const std::uint64_t end = construction == 1 ? file.idat.size() : file_size;
    extent.length = end - std::min(extent.offset, end);
  }
  const ByteRange range{extent.offset, added(extent.offset, extent.length)};
  const ByteRange idat = file.idat_range();
  if (construction == 1) return {true, range};
  if (range.begin < idat.begin || range.end > idat.end) return {false, range};
  return {true, {range.begin - idat.begin, range.end - idat.begin}};
}

// Stretches that overlap or touch become one, so that none is looked at twice.
std::vector<ByteRange> joined(std::vector<ByteRange> ranges) {
  std::ranges::sort(ranges, {}, &ByteRange::begin);
  std::vector<ByteRange> all;
  for (const ByteRange& range : ranges) {
    if (!all.empty() && range.begin <= all.back().end)
      all.back().end = std::max(all.back().end, range.end);
    else
      all.push_back(range);
  }
  return all;
}

bool have_same_bytes(ByteSpan one, ByteSpan other, const std::vector<ByteRange>& ranges) {
  return std::ranges::all_of(ranges, [&](ByteRange range) {
    if (range.end > one.size() || range.end > other.size()) return false;
    const auto at = static_cast<std::size_t>(range.begin);
    const auto size = static_cast<std::size_t>(range.end - range.begin);
    return std::ranges::equal(one.subspan(at, size), other.subspan(at, size));
  });
}

bool keeps_heif(const Source& still, const Source& patched, const Patch& patch) {
  const auto before = read_heif(still);
  const auto after = read_heif(patched);
  if (!before || !after || before->primary != after->primary) return false;
  std::vector<ByteRange> in_idat;
  for (const HeifItem& old : before->items) {
    if (old.type == FourCC("Exif")) continue;
    const HeifItem* now = after->item(old.id);
    if (now == nullptr || now->type != old.type || now->properties != old.properties ||
        now->extents.size() != old.extents.size())
      return false;
    for (std::size_t i = 0; i < old.extents.size(); ++i) {
      const Piece was = piece_of(*before, still.size(), old.construction, old.extents[i]);
      const Piece is = piece_of(*after, patched.size(), now->construction, now->extents[i]);
      if (was.in_idat != is.in_idat) return false;
      if (was.in_idat ? was.range != is.range
                      : was.range.end - was.range.begin != is.range.end - is.range.begin)
        return false;
      if (was.range.begin == was.range.end) continue;
      if (was.in_idat)
        in_idat.push_back(was.range);
      else if (was.range.end > still.size() || patch.place_of(was.range) != is.range.begin)
        return false;
    }
  }
  return have_same_bytes(before->idat, after->idat, joined(std::move(in_idat)));
}

}  // namespace

bool keeps_samples(
    const Source& movie, const Patch& patch, const std::vector<std::size_t>& removed_tracks) {
  const auto before = isobmff::read_movie(movie);
  const auto after = isobmff::read_movie(PatchedSource(movie, patch));
  if (!before || !after || before->timescale != after->timescale) return false;
  std::size_t place = 0;
  for (std::size_t i = 0; i < before->tracks.size(); ++i) {
    if (std::ranges::find(removed_tracks, i) != removed_tracks.end()) continue;
    if (place == after->tracks.size()) return false;
    const ByteSpan stbl = before->tracks[i].stbl;
    if (!std::ranges::equal(stbl, after->tracks[place++].stbl)) return false;
    if (!stay_in_place(stbl, movie.size(), patch)) return false;
  }
  return true;
}

bool keeps_picture(const Source& still, const Patch& patch) {
  const PatchedSource patched(still, patch);
  return begins_as_jpeg(still) ? keeps_jpeg(still, patched, patch)
                               : keeps_heif(still, patched, patch);
}

}  // namespace livephoto::pair
