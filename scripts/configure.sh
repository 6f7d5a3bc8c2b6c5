# shellcheck shell=bash
# Makes a folder a meson build folder of this tree, whatever state it is in; other scripts source it.

# configure DIR OPTION... keeps what a build folder has built; one of a tree that was moved is set up anew.
# Configured again it also finds libraries that were installed since.
configure() {
  local root dir=$1 how=()
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
  shift
  if [ -e "$dir/meson-private/coredata.dat" ]; then
    how=(--wipe)
    if grep -qF "\"source\": \"$root\"" "$dir/meson-info/meson-info.json" 2>/dev/null &&
        grep -qF "\"build\": \"$(cd "$dir" && pwd -P)\"" "$dir/meson-info/meson-info.json"; then
      how=(--reconfigure)
    fi
  fi
  meson setup "${how[@]}" "$dir" "$root" "$@"
}
