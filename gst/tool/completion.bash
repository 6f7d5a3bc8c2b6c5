# Completion of gst-livephoto-1.0 for bash; a test compares it with what --help says.
_gst_livephoto() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' word options=''
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in make | suggest | inspect | verify | repair | split | capture) command=$word; break ;; esac
  done

  case $previous in
    -o | --output | --from | --files0-from | --sheet)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    --start | --duration | --still | --size | --date | --gps | --jobs | --timeout | --identifier | --count | --pick | \
      --every | --pre | --post)
      return ;;  # nobody knows
    --profile)
      mapfile -t COMPREPLY < <(compgen -W 'apple immich photoprism memories ente web wallpaper' -- "$current")
      return ;;
    --frames)
      mapfile -t COMPREPLY < <(compgen -W 'marked all' -- "$current")
      return ;;
  esac

  case $command in
    '') options='make suggest inspect verify repair split capture --help --version' ;;
    make)
      options='--output --keep-tree --force --dry-run --start --duration --still --auto --pick --no-advice --exact --wallpaper --jpeg
        --pvt --zip --size --crop --mute --date --gps --no-gps --strip --files0-from --from --jobs --timeout --json --help' ;;
    suggest)
      options='--count --duration --sheet --force --files0-from --jobs --timeout --json --help' ;;
    inspect) options='--json --help' ;;
    verify) options='--profile --json --help' ;;
    repair)
      options='--output --in-place --still --identifier --new-identifier --replace-maker-note --force --json --help' ;;
    split) options='--output --frames --force --json --help' ;;
    capture) options='--output --every --count --pre --post --jpeg --pvt --zip --size --crop --json --help' ;;
  esac
  if [[ $current == -* || -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _gst_livephoto gst-livephoto-1.0
