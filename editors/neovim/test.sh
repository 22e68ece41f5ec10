#!/bin/sh
# Tests of the Neovim plugin, headless; NVIM is the program, if not the one in PATH. With HLAB=path/to/hlab the server is tried
# too, if this hlab has one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case ${HLAB:-} in /* | "") ;; */*) export HLAB="$PWD/$HLAB" ;; esac
nvim=${NVIM:-nvim}
report=$(mktemp)
state=$(mktemp -d)
trap 'rm -rf "$report" "$state"' EXIT
export HLAB_REPORT="$report" XDG_STATE_HOME="$state" XDG_DATA_HOME="$state" XDG_CONFIG_HOME="$state" NVIM_LOG_FILE="$state/log"

run() {
  name=$1
  shift
  : >"$report"
  if timeout 120 "$nvim" --headless -u NONE -i NONE -n --cmd "set runtimepath^=$here" \
    --cmd "let g:hlab_vim='$here/../vim' | let g:hlab_report='$report'" "$@" </dev/null >"$state/out" 2>&1 && [ "$(cat "$report")" = done ]; then
    echo "ok: $name"
    grep '^skipped' "$state/out" || true
  else
    echo "failed: $name"
    cat "$report" "$state/out"
    exit 1
  fi
}

"$nvim" --version | head -n 1
run "neovim: highlighting and indentation" -S "$here/../vim/test.vim"

if [ -z "${HLAB:-}" ]; then
  echo "skipped: neovim with the server: HLAB is not set"
elif ! "$HLAB" lsp --help >/dev/null 2>&1; then
  echo "skipped: neovim with the server: $HLAB has no \`lsp\`"
else
  run "neovim: setup() and the server" --cmd "filetype plugin indent on" -c "luafile $here/test_server.lua"
  if "$nvim" --headless -u NONE -c 'if has("nvim-0.11") | qall | else | cquit | endif' 2>/dev/null; then
    HLAB_NATIVE=1 run "neovim: vim.lsp.enable() and the server" --cmd "filetype plugin indent on" -c "luafile $here/test_server.lua"
  fi
fi
