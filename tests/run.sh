#!/usr/bin/env bash
# Builds the tests and runs them: as they are, under the leaks tracer, the sanitizers and memcheck.
set -euo pipefail

usage() {
  cat <<'END'
Usage: tests/run.sh [--no-install] [--only STEP]... [MESON-TEST-ARGUMENT...]

Installs the Debian packages that are missing (--no-install: does not), builds,
and runs the tests in these steps:

  tests     every test, development build, warnings are errors
  leaks     the element tests under GStreamer's leaks tracer
  asan      AddressSanitizer and UndefinedBehaviorSanitizer: core, elements, short pipelines
  tsan      ThreadSanitizer: core
  valgrind  memcheck: the element tests

--only STEP runs that step alone, and can be given again. Arguments for 'meson test'
(a test's name, --suite core, ...) replace what a step would run, and without --only
they are for the step 'tests'. The last line counts the test runs of all steps.

Build folders are build-tests and build-tests-STEP, or $LIVEPHOTO_BUILD and
$LIVEPHOTO_BUILD-STEP, and are used again.
END
}

exec </dev/null
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/install.sh
. "$root/scripts/install.sh"
# shellcheck source=scripts/configure.sh
. "$root/scripts/configure.sh"

install=yes
only=()
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) install=no; shift ;;
    --only=*) only+=("${1#--only=}"); shift ;;
    --only) only+=("${2:?--only needs the name of a step}"); shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) break ;;
  esac
done
arguments=("$@")
if [ ${#only[@]} = 0 ]; then
  only=(tests)
  [ ${#arguments[@]} -gt 0 ] || only=(tests leaks asan tsan valgrind)
fi
for step in "${only[@]}"; do
  case $step in
    tests | leaks | asan | tsan | valgrind) ;;
    *) echo "tests/run.sh: there is no step '$step'; --help lists them." >&2; exit 2 ;;
  esac
done
build=$(realpath -m "${LIVEPHOTO_BUILD:-$root/build-tests}")
export LC_ALL=C.UTF-8
# Four builds of one tree, and often of a fresh clone: meson compiles through ccache if it is
# there, which with these knows an object again wherever the tree lies.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

if [ $install = yes ]; then
  install_missing build run check test || exit 1
  install_node_modules "$root/tests/browser" || exit 1
fi

logs=()     # one testlog.json for each step that ran tests
broken=()   # steps that ended before or without a result of their tests
skipped=()  # steps that have nothing to run in this build

# build_in DIR OPTION...
build_in() {
  local log
  log=$(mktemp)
  if ! configure "$@" >"$log" 2>&1; then
    tail -n 20 "$log"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  meson compile -C "$1"
}

# Three steps share this build: it is made once, and what is wrong with it is told once.
development=
build_development() {
  if [ -z "$development" ]; then
    development=fails
    if build_in "$build" --werror --buildtype=debugoptimized -Dtests=enabled -Dgst=enabled -Djpeg=enabled; then
      development=works
    fi
  elif [ "$development" = fails ]; then
    echo "The development build failed above."
  fi
  [ $development = works ]
}

# suites_in DIR SUITE... prints those that the build has, as arguments for meson test.
suites_in() {
  meson introspect "$1" --tests | python3 -c '
import json, sys
there = {suite.split(":")[-1] for test in json.load(sys.stdin) for suite in test["suite"]}
print("\n".join(f"--suite={suite}" for suite in sys.argv[1:] if suite in there))' "${@:2}"
}

# test_in STEP DIR ARGUMENT... runs one step's tests; the user's arguments go last.
test_in() {
  local step=$1 dir=$2 log status=0
  shift 2
  # With a wrapper meson adds the wrapper's name to that of the log.
  rm -f "$dir/meson-logs/$step"{,-*}.json
  meson test -C "$dir" --no-rebuild --print-errorlogs --logbase "$step" "$@" "${arguments[@]}" || status=$?
  for log in "$dir/meson-logs/$step"{,-*}.json; do
    if [ -s "$log" ]; then
      logs+=("$step=$log")
      return $status
    fi
  done
  if [ $status = 0 ]; then
    echo "No test fits these arguments."
    skipped+=("$step")
  fi
  return $status
}

run_tests() {
  build_development || return
  test_in tests "$build"
}

run_leaks() {
  local suites
  build_development || return
  select_suites "$build" gst || return 0
  test_in leaks "$build" --wrapper "$root/tests/leaks.sh" --timeout-multiplier 3 "${suites[@]}"
}

run_asan() {
  local suites program dir=$build-asan
  # Half of the time goes into compiling: little of it into optimising, and none into the tool,
  # which no test of this step runs.
  build_in "$dir" -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=false \
    --buildtype=debug -Doptimization=1 -Dtests=enabled -Dgst=enabled -Djpeg=enabled -Dtool=disabled || return
  select_suites "$dir" core gst pipelines-smoke || return 0
  # GStreamer's programs are not instrumented: they have to be given the runtime before they load the plugin.
  # What their own libraries leave behind is not ours to report; the element tests look for leaks.
  mkdir -p "$dir/programs"
  for program in "$(command -v gst-launch-1.0)" "$(command -v gst-inspect-1.0)" \
      "$(pkg-config --variable=pluginscannerdir gstreamer-1.0)/gst-plugin-scanner"; do
    cat >"$dir/programs/${program##*/}" <<END
#!/bin/sh
export LD_PRELOAD="$(g++ -print-file-name=libasan.so)" ASAN_OPTIONS="\$ASAN_OPTIONS:detect_leaks=0"
exec "$program" "\$@"
END
    chmod +x "$dir/programs/${program##*/}"
  done
  # Stacks through libraries without frame pointers need the slow unwinder, suppressions need the stacks.
  PATH="$dir/programs:$PATH" GST_PLUGIN_SCANNER="$dir/programs/gst-plugin-scanner" \
    G_SLICE=always-malloc CK_TIMEOUT_MULTIPLIER=5 \
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:fast_unwind_on_malloc=0 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    LSAN_OPTIONS="suppressions=$root/tests/suppressions/lsan.txt:print_suppressions=0" \
    test_in asan "$dir" --timeout-multiplier 5 "${suites[@]}"
}

run_tsan() {
  local suites wrapper=() dir=$build-tsan
  build_in "$dir" -Db_sanitize=thread -Db_lundef=false -Dwerror=false \
    --buildtype=debug -Doptimization=1 -Dtests=enabled -Dgst=disabled -Djpeg=enabled || return
  select_suites "$dir" core || return 0
  # GCC 12's runtime stops at the address layout of newer kernels.
  if setarch -R true 2>/dev/null; then
    wrapper=(--wrapper 'setarch -R')
  fi
  # What takes minutes here and has one thread runs in the other steps.
  GTEST_FILTER='-*SpoiledVideos*:*SurvivesChangedBytes*:*StaysInsideWhateverAByteBecomes*' \
    TSAN_OPTIONS="halt_on_error=1:suppressions=$root/tests/suppressions/tsan.txt" \
    test_in tsan "$dir" "${wrapper[@]}" --timeout-multiplier 10 "${suites[@]}"
}

run_valgrind() {
  local suites preload=
  build_development || return
  select_suites "$build" gst || return 0
  if ! grep -qw rdtscp /proc/cpuinfo; then
    preload=$build/hwy_timer.so
    g++ -shared -fPIC -o "$preload" "$root/tests/suppressions/hwy_timer.cpp" || return
  fi
  # One process a suite: forked, each single test would be searched for leaks at its end. There
  # a test that fails leaves its threads behind, and often nothing ends: meson's time is the limit.
  LD_PRELOAD=$preload CK_FORK=no CK_TIMEOUT_MULTIPLIER=30 G_SLICE=always-malloc \
    test_in valgrind "$build" --timeout-multiplier 5 "${suites[@]}" --wrapper "valgrind --quiet \
      --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
      --suppressions=/usr/share/glib-2.0/valgrind/glib.supp --suppressions=$root/tests/suppressions/memcheck.txt"
}

# select_suites DIR SUITE... sets `suites`; with arguments of the user's they alone select.
select_suites() {
  suites=()
  [ ${#arguments[@]} = 0 ] || return 0
  mapfile -t suites < <(suites_in "$@")
  if [ ${#suites[@]} = 0 ]; then
    echo "This build has no tests in: ${*:2}"
    skipped+=("$step")
    return 1
  fi
}

for step in "${only[@]}"; do
  echo
  echo "=== $step ==="
  SECONDS=0
  before=${#logs[@]}
  # In a condition `set -e` is off: the functions return their failures themselves.
  if ! "run_$step" && [ ${#logs[@]} = "$before" ]; then
    broken+=("$step")
  fi
  echo "=== $step took $SECONDS s ==="
done

echo
python3 - "${broken[*]}" "${skipped[*]}" "${logs[@]}" <<'END'
import json
import sys

broken, skipped = sys.argv[1].split(), sys.argv[2].split()
counts = {"passed": 0, "failed": len(broken), "skipped": len(skipped)}
kinds = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}
for step in broken:
    print(f"failed: {step} (could not be built or run)")
for step in skipped:
    print(f"skipped: {step} (nothing to run)")
for step, path in (log.split("=", 1) for log in sys.argv[3:]):
    for line in open(path, encoding="utf-8"):
        test = json.loads(line)
        kind = kinds.get(test["result"], "failed")
        counts[kind] += 1
        if kind != "passed":
            print(f"{kind}: {step}: {test['name']} ({test['result']})")
if counts["passed"] + counts["failed"] == 0:
    print("No test was run.")
print(", ".join(f"{number} {kind}" for kind, number in counts.items()))
sys.exit(counts["failed"] > 0 or counts["passed"] == 0)
END
