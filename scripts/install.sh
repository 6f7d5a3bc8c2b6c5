# shellcheck shell=bash
# Tells which packages of debian-12.txt, and modules of Node, a machine lacks and installs those; other scripts source it.

package_list=$(dirname "${BASH_SOURCE[0]}")/debian-12.txt

# packages_in SECTION... prints the names that the list has in these sections.
packages_in() {
  local line section='' wanted=" $* "
  while IFS= read -r line; do
    line=${line%%#*}
    line=${line//[[:space:]]/}
    case $line in
      '') ;;
      \[*\]) section=${line:1:-1} ;;
      *) if [[ $wanted == *" $section "* ]]; then printf '%s\n' "$line"; fi ;;
    esac
  done <"$package_list"
}

# missing_packages SECTION... prints those that are not installed.
missing_packages() {
  local installed name
  # dpkg-query says no for names that it has never heard of: they are missing, not an error.
  # shellcheck disable=SC2046  # one argument per name
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $(packages_in "$@") 2>/dev/null) || true
  for name in $(packages_in "$@"); do
    # Node's own packages of nodejs bring npm, and do not go with Debian's.
    if [ "$name" = npm ] && command -v npm >/dev/null; then continue; fi
    grep -qxF "installed $name" <<<"$installed" || printf '%s\n' "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing SECTION... names what is missing and installs it, and nothing else.
# Returns 1 after a sentence on standard error that says why it could not.
install_missing() {
  local missing log names
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not a Debian system: install what $package_list names, then run this again with --no-install." >&2
    return 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [ ${#missing[@]} = 0 ]; then
    return 0
  fi
  names="${missing[*]}"
  echo "Missing packages (${#missing[@]}): $names"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "Installing packages needs root: run as root 'apt-get install --no-install-recommends $names', then run this again." >&2
    return 1
  fi
  echo "Installing them with apt-get; on a bare system this takes some minutes."
  log=$(mktemp)
  # An update that fails for one source may be enough: the installation has the last word.
  as_root apt-get -qq update >"$log" 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 \
      install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    grep -E '^(E|W|Err):?' "$log" | tail -n 5 >&2 || tail -n 5 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install: $names" >&2
    return 1
  fi
  rm -f "$log"
}

# install_node_modules DIR installs what its package-lock.json names, if that is not there yet.
# Returns 1 after a sentence on standard error that says why it could not.
install_node_modules() {
  local log
  if cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"; then
    return 0
  fi
  echo "Installing the modules of ${1##*/} with npm."
  log=$(mktemp)
  if ! npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    echo "npm could not install what $1/package-lock.json names." >&2
    return 1
  fi
  rm -f "$log"
  cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
}
