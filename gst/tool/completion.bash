# Completion of gst-livephoto-1.0 for bash; a test compares it with what --help says.
_gst_livephoto() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' word options=''
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in make | inspect) command=$word; break ;; esac
  done

  case $previous in
    -o | --output | --from | --files0-from)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    --start | --duration | --still | --size | --date | --gps | --jobs | --timeout)
      return ;;  # nobody knows
  esac

  case $command in
    '') options='make inspect --help --version' ;;
    make)
      options='--output --keep-tree --force --dry-run --start --duration --still --exact --jpeg --pvt --zip --size
        --crop --mute --date --gps --no-gps --strip --files0-from --from --jobs --timeout --json --help' ;;
    inspect) options='--json --help' ;;
  esac
  if [[ $current == -* || -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _gst_livephoto gst-livephoto-1.0
