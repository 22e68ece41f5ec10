#!/bin/sh
# Tests of the Vim plugin, headless. With HLAB=path/to/hlab the server is tried too, if this hlab has one, through ALE
# (Debian: vim-ale; else ALE=path/to/ale).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case ${HLAB:-} in /* | "") ;; */*) export HLAB="$PWD/$HLAB" ;; esac
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
report=$state/report
log=$state/log
# Vim leaves when its input ends: this one never does.
mkfifo "$state/input"
exec 3<>"$state/input"

run() {
  name=$1
  shift
  : >"$report"
  if timeout 60 vim -Nu NONE -i NONE -n -V1"$log" -es --cmd "let g:hlab_vim='$here' | let g:hlab_report='$report'" \
    --cmd "set runtimepath^=$here" "$@" <&3 >/dev/null 2>&1 && [ "$(head -n 1 "$report")" = done ]; then
    echo "ok: $name"
    sed 1d "$report"
  else
    echo "failed: $name"
    cat "$report"
    grep -a 'E[0-9]*: ' "$log" || true
    exit 1
  fi
}

run "vim: highlighting and indentation" -S "$here/test.vim"

ale=${ALE:-/usr/share/vim-ale}
if [ -z "${HLAB:-}" ]; then
  echo "skipped: vim with ALE: HLAB is not set"
elif ! "$HLAB" lsp --help >/dev/null 2>&1; then
  echo "skipped: vim with ALE: $HLAB has no \`lsp\`"
elif ! [ -d "$ale" ]; then
  echo "skipped: vim with ALE: no ALE in $ale"
else
  run "vim: ALE with the server" --cmd "let g:hlab_program='$HLAB'" --cmd "set runtimepath^=$ale" -S "$here/test_ale.vim"
fi
