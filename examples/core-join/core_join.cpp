// Joins an H.264 stream and a picture into a Live Photo, with the core library alone.
//
//   core-join STREAM.h264 PICTURE.i420 WIDTH HEIGHT BASE    writes BASE.HEIC and BASE.MOV
//
// The stream is in the byte-stream format, 30 frames a second, one slice a
// picture, no B-frames; the picture is its frame at one second, as I420.
#include <livephoto/content_identifier.h>
#include <livephoto/file.h>
#include <livephoto/isobmff/movie.h>
#include <livephoto/still/heic.h>

#include <fstream>
#include <iostream>
#include <iterator>

using namespace livephoto;

static Bytes bytes_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The stream as packets: each NAL unit with its length in front, up to a slice.
static std::vector<Bytes> read_stream(const Bytes& stream, VideoTrack& video) {
  std::vector<Bytes> packets;
  Bytes sps, pps, packet;
  const auto start_code = [&](std::size_t at) {
    return at + 3 <= stream.size() && !stream[at] && !stream[at + 1] && stream[at + 2] == 1;
  };
  for (std::size_t begin = 0, end; begin < stream.size(); begin = end) {
    while (begin < stream.size() && !start_code(begin)) ++begin;
    for (end = begin += 3; end < stream.size() && !start_code(end);) ++end;
    if (begin >= stream.size()) break;
    std::size_t size = end - begin;  // the next start code may have a fourth byte
    if (end < stream.size() && stream[end - 1] == 0) --size;
    const ByteSpan nal = ByteSpan(stream).subspan(begin, size);
    const int type = nal[0] & 31;
    if (type == 7) sps.assign(nal.begin(), nal.end());
    if (type == 8) pps.assign(nal.begin(), nal.end());
    if (type > 5) continue;
    for (int shift = 24; shift >= 0; shift -= 8) packet.push_back(std::uint8_t(size >> shift));
    packet.insert(packet.end(), nal.begin(), nal.end());
    const std::chrono::nanoseconds time(1'000'000'000 * packets.size() / 30);
    video.packets.push_back({std::uint32_t(packet.size()), time, {}, type == 5});
    packets.push_back(std::exchange(packet, {}));
  }
  auto& record = video.format.configuration;  // ISO/IEC 14496-15, 5.3.3.1
  sps.resize(std::max<std::size_t>(sps.size(), 4));
  record = {1, sps[1], sps[2], sps[3], 0xFF, 0xE1, 0, std::uint8_t(sps.size())};
  record.insert(record.end(), sps.begin(), sps.end());
  record.insert(record.end(), {1, 0, std::uint8_t(pps.size())});
  record.insert(record.end(), pps.begin(), pps.end());
  return packets;
}

int main(int argc, char** argv) {
  if (argc != 6) return std::cerr << "usage: core-join STREAM PICTURE WIDTH HEIGHT BASE\n", 2;
  const auto width = std::uint32_t(atoi(argv[3])), height = std::uint32_t(atoi(argv[4]));
  Clip clip{.content_identifier = new_content_identifier(), .still_time = std::chrono::seconds(1)};
  clip.video.format.width = width, clip.video.format.height = height;
  const auto packets = read_stream(bytes_of(argv[1]), clip.video);
  const auto movie = plan_movie(clip);
  if (!movie) return std::cerr << movie.error().message << "\n", 1;
  Bytes file = movie->head;
  for (const auto& [track, packet] : movie->packets)
    file.insert(file.end(), packets[packet].begin(), packets[packet].end());
  file.insert(file.end(), movie->tail.begin(), movie->tail.end());
  const Bytes i420 = bytes_of(argv[2]);
  const std::size_t luma = width * height, chroma = (width + 1) / 2 * ((height + 1) / 2);
  if (i420.size() < luma + 2 * chroma) return std::cerr << "The picture is too short.\n", 1;
  Picture picture{.width = width, .height = height};
  picture.planes[0] = {ByteSpan(i420).first(luma), width};
  picture.planes[1] = {ByteSpan(i420).subspan(luma, chroma), (width + 1) / 2};
  picture.planes[2] = {ByteSpan(i420).subspan(luma + chroma, chroma), (width + 1) / 2};
  const auto still = encode_heic(picture, {clip.content_identifier, {}}, {});
  if (!still) return std::cerr << still.error().message << "\n", 1;
  for (const auto& [end, bytes] : {std::pair(".HEIC", *still), std::pair(".MOV", file)})
    if (const auto written = write_file(argv[5] + std::string(end), bytes); !written)
      return std::cerr << written.error().message << "\n", 1;
}
