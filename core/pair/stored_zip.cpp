// The only file that includes minizip.
#include "core/pair/stored_zip.h"

#include <minizip/zip.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace livephoto::pair {

struct StoredZip::State {
  StagedFile file;
  zipFile zip = nullptr;
  std::uint64_t offset = 0;   // where minizip is in it
  std::uint64_t members = 0;  // bytes
  Result<void> written{};     // the first error of the file
};

namespace {

using State = StoredZip::State;

// A zip without the 64-bit extension, less its directory.
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max() - (1u << 20);

State* state_of(voidpf opaque) { return static_cast<State*>(opaque); }

// The callbacks that minizip makes its file of. It reads nothing of a new one.
voidpf open_file(voidpf opaque, const void*, int) { return opaque; }
uLong read_file(voidpf, voidpf, void*, uLong) { return 0; }

uLong write_file(voidpf opaque, voidpf, const void* bytes, uLong size) {
  auto& state = *state_of(opaque);
  if (state.written)
    state.written =
        state.file.write_at(state.offset, {static_cast<const std::uint8_t*>(bytes), size});
  state.offset += size;
  return state.written ? size : 0;
}

ZPOS64_T tell_file(voidpf opaque, voidpf) { return state_of(opaque)->offset; }

long seek_file(voidpf opaque, voidpf, ZPOS64_T offset, int origin) {
  auto& state = *state_of(opaque);
  const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                             : origin == ZLIB_FILEFUNC_SEEK_CUR ? state.offset
                                                                : state.file.size();
  state.offset = from + offset;
  return 0;
}

int close_file(voidpf, voidpf) { return 0; }
int has_error(voidpf opaque, voidpf) { return state_of(opaque)->written ? 0 : 1; }

Result<void> outcome(const State& state, int returned) {
  if (!state.written) return state.written.error();
  if (returned != ZIP_OK) return posix::io_error(EIO, state.file.shown());
  return {};
}

Result<void> begin(const State& state, const std::string& name, std::uint32_t mode) {
  constexpr uLong kFirstDay = (1u << 21) | (1u << 16);  // 1980-01-01 in MS-DOS's date
  constexpr uLong kMadeByUnix = (3u << 8) | 20;
  constexpr uLong kNameIsUtf8 = 1u << 11;
  const zip_fileinfo info{
      .tmz_date = {},
      .dosDate = kFirstDay,
      .internal_fa = 0,
      .external_fa = static_cast<uLong>(mode) << 16};
  return outcome(
      state,
      zipOpenNewFileInZip4_64(
          state.zip,
          name.c_str(),
          &info,
          nullptr,
          0,
          nullptr,
          0,
          nullptr,
          0,  // stored
          0,
          0,
          -MAX_WBITS,
          8,
          Z_DEFAULT_STRATEGY,
          nullptr,
          0,
          kMadeByUnix,
          kNameIsUtf8,
          0));
}

}  // namespace

StoredZip::StoredZip(StagedFile file)
    : state_(std::make_unique<State>(State{.file = std::move(file)})) {
  zlib_filefunc64_def functions{
      .zopen64_file = open_file,
      .zread_file = read_file,
      .zwrite_file = write_file,
      .ztell64_file = tell_file,
      .zseek64_file = seek_file,
      .zclose_file = close_file,
      .zerror_file = has_error,
      .opaque = state_.get()};
  state_->zip = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
}

// Frees what minizip has; what that writes is of no use.
StoredZip::~StoredZip() {
  if (!state_->zip) return;
  if (state_->written) state_->written = posix::io_error(EBADF, state_->file.shown());
  zipClose(state_->zip, nullptr);
}

Result<void> StoredZip::begin_folder(const std::string& name) {
  return begin(*state_, name, 0040755);
}

// minizip ends the member before.
Result<void> StoredZip::begin_file(const std::string& name) {
  return begin(*state_, name, 0100644);
}

Result<void> StoredZip::write(ByteSpan bytes) {
  state_->members += bytes.size();
  if (state_->members > kLargest)
    return Error{
        ErrorCode::InvalidInput,
        "A .pvt.zip cannot be larger than 4 GiB; write a .pvt folder or a shorter clip.",
        {}};
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), 1u << 30));
    const int returned =
        zipWriteInFileInZip(state_->zip, piece.data(), static_cast<unsigned>(piece.size()));
    if (const auto written = outcome(*state_, returned); !written) return written.error();
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<void> StoredZip::finish() {
  const int returned = zipClose(std::exchange(state_->zip, nullptr), nullptr);
  if (const auto closed = outcome(*state_, returned); !closed) return closed.error();
  return state_->file.finish();
}

std::uint64_t StoredZip::size() const { return state_->file.size(); }

}  // namespace livephoto::pair
