#include "core/pair/commit.h"

#include <utility>

#include "core/pair/claim.h"
#include "core/pair/folder.h"
#include "core/pair/names.h"
#include "core/pair/placement.h"
#include "core/pair/recovery.h"
#include "core/pair/staging.h"
#include "core/posix.h"

namespace livephoto {

namespace fs = std::filesystem;
using pair::Claim;
using pair::Extensions;
using pair::Folder;
using pair::Placement;
using pair::Staging;
using posix::refused;

struct PendingPair::State {
  State(fs::path base_path, Extensions named, Bundle kind, Folder open_folder, Claim taken)
      : base(std::move(base_path)),
        extensions(std::move(named)),
        bundle(kind),
        folder(std::move(open_folder)),
        claim(std::move(taken)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { clean(); }

  // With errors nobody is left to hear, what remains is for recover().
  void clean();
  Result<void> check() const;
  Result<void> place();
  Result<void> place_with_journal(Placement& placement);
  WrittenPair written() const;

  fs::path base;
  Extensions extensions;
  Bundle bundle;
  Folder folder;
  Claim claim;
  std::vector<std::string> recovered{};
  std::unique_ptr<Staging> staging{};
  std::uint64_t movie_size = 0;
  std::uint64_t still_size = 0;
  bool has_claim = true;
};

namespace {

Result<void> check_base(const fs::path& base) {
  const auto name = base.filename();
  if (name.empty() || name == "." || name == "..")
    return refused(base, "it names no pair; add a name such as IMG_0001 to the folder.");
  return {};
}

// place() would take it for the file that it keeps itself.
Result<void> check_kept(const Folder& folder, const Claim& claim) {
  for (const auto* suffix : {"-old0", "-old1"}) {
    const auto name = claim.name() + suffix;
    const auto found = folder.find(name);
    if (!found) return found.error();
    if (*found)
      return refused(
          folder.path_of(name),
          "it is an older file that an interrupted commit has kept; see whether it is needed, and "
          "move it away.");
  }
  return {};
}

}  // namespace

void PendingPair::State::clean() {
  if (!has_claim) return;
  has_claim = false;
  staging.reset();
  // Where a file stays, the journal does too, so that recover() sees to it.
  if (pair::remove_staged(folder, claim.name())) static_cast<void>(claim.release(folder));
}

Result<void> PendingPair::State::check() const {
  if (!folder.is_where_it_was())
    return refused(
        base,
        "its folder has been moved or removed meanwhile; make the pair again where it is to be.");
  if (!claim.holds(folder))
    return refused(base, "its temporary files have been removed meanwhile; make the pair again.");
  return {};
}

Result<void> PendingPair::State::place_with_journal(Placement& placement) {
  auto result = claim.write_entries(folder, placement.entries());
  if (result) result = placement.place();
  if (result) {
    // All is in place. What cannot be tidied up is for recover().
    has_claim = static_cast<bool>(placement.drop_old());
    return {};
  }
  const auto progress = placement.progress();
  const bool is_undone = progress && *progress == Placement::Progress::None;
  has_claim = is_undone && claim.forget_entries();
  return result;
}

Result<void> PendingPair::State::place() {
  Placement placement(folder, base.filename().string(), claim.name(), staging->entries());
  if (const auto looked = placement.look_at_targets(); !looked) return looked.error();
  if (placement.entries().size() == 1) {
    const auto placed = placement.place_at_once();
    if (!placed) return placed.error();
    if (*placed) return {};
  }
  return place_with_journal(placement);
}

WrittenPair PendingPair::State::written() const {
  WrittenPair pair{
      .still = {},
      .movie = {},
      .bundle = {},
      .still_size = still_size,
      .movie_size = movie_size};
  auto place = base;
  if (bundle != Bundle::Pair) {
    pair.bundle = with_extension(base, bundle == Bundle::Pvt ? ".pvt" : ".pvt.zip");
    place = pair.bundle / base.filename();
  }
  pair.still = with_extension(place, extensions.still);
  pair.movie = with_extension(place, extensions.movie);
  return pair;
}

PendingPair::PendingPair(std::unique_ptr<State> state) : state_(std::move(state)) {}
PendingPair::PendingPair(PendingPair&&) noexcept = default;
PendingPair& PendingPair::operator=(PendingPair&&) noexcept = default;
PendingPair::~PendingPair() = default;

Result<PendingPair> PendingPair::create(const fs::path& base, StillFormat format, Bundle bundle) {
  return begin(base, std::string(still_extension(format)), ".MOV", bundle);
}

Result<PendingPair> PendingPair::create_as(const fs::path& still, const fs::path& movie) {
  const fs::path base = pair_base(movie);
  const auto one = lower_case_extension(still);
  const bool are_a_pair = pair_base(still) == base && lower_case_extension(movie) == ".mov" &&
                          (one == ".heic" || one == ".heif" || one == ".jpg" || one == ".jpeg");
  if (!are_a_pair)
    return Error{
        ErrorCode::InvalidInput,
        "The names " + posix::in_quotes(still) + " and " + posix::in_quotes(movie) +
            " are not those of one pair; give both one name, such as IMG_0001.HEIC and "
            "IMG_0001.MOV.",
        {}};
  auto pair = begin(base, still.extension().string(), movie.extension().string(), Bundle::Pair);
  if (!pair) return pair;
  const State& state = *pair->state_;
  const auto keep = [&state](std::size_t index, const fs::path& path) {
    state.folder.copy_attributes(
        path.filename().string(),
        Placement::new_name(state.claim.name(), index));
  };
  keep(Staging::kMovie, movie);
  keep(Staging::kStill, still);
  return pair;
}

Result<PendingPair> PendingPair::begin(
    const fs::path& base,
    const std::string& still_extension,
    const std::string& movie_extension,
    Bundle bundle) {
  const Extensions extensions{still_extension, movie_extension};
  if (const auto checked = check_base(base); !checked) return checked.error();
  auto folder = Folder::open(posix::folder_of(base), base);
  if (!folder) return folder.error();
  const auto name = base.filename().string();
  auto claim = Claim::take(*folder, name);
  if (!claim) return claim.error();
  auto recovered = pair::recover_claimed(*folder, *claim);
  if (!recovered) return recovered.error();  // the journal stays
  auto state =
      std::make_unique<State>(base, extensions, bundle, *std::move(folder), *std::move(claim));
  state->recovered = *std::move(recovered);
  if (const auto kept = check_kept(state->folder, state->claim); !kept) return kept.error();
  if (const auto begun = state->claim.begin(name); !begun) return begun.error();
  auto staging = pair::make_staging(
      {.folder = &state->folder, .base = name, .journal = state->claim.name()},
      extensions,
      bundle);
  if (!staging) return staging.error();
  state->staging = *std::move(staging);
  return PendingPair(std::move(state));
}

Result<void> PendingPair::write_movie(ByteSpan bytes) {
  if (!state_->staging) return posix::io_error(EBADF, base());
  state_->movie_size += bytes.size();
  auto written = state_->staging->write_movie(bytes);
  if (!written) state_->clean();
  return written;
}

Result<void> PendingPair::write_still(ByteSpan bytes) {
  if (!state_->staging) return posix::io_error(EBADF, base());
  state_->still_size += bytes.size();
  auto written = state_->staging->write_still(bytes);
  if (!written) state_->clean();
  return written;
}

Result<WrittenPair> PendingPair::commit() {
  if (!state_->staging) return posix::io_error(EBADF, base());
  auto result = state_->staging->finish();
  if (result) result = state_->check();
  if (result) result = state_->place();
  state_->clean();
  if (!result) return result.error();
  return state_->written();
}

const fs::path& PendingPair::base() const { return state_->base; }
const std::vector<std::string>& PendingPair::recovered() const { return state_->recovered; }

}  // namespace livephoto
