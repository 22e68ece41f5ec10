#!/bin/sh
# Tests of every editor that is installed here. With HLAB=path/to/hlab the server and the snippets are tried too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case ${HLAB:-} in /* | "") ;; */*) export HLAB="$PWD/$HLAB" ;; esac

if command -v npm >/dev/null; then
  (cd "$here/vscode" && { [ -d node_modules ] || npm ci --no-audit --no-fund --silent; } && npm run --silent check && npm test --silent)
else
  echo "skipped: vscode: no npm here"
fi
for editor in vim neovim; do
  program=$([ "$editor" = neovim ] && echo "${NVIM:-nvim}" || echo vim)
  if command -v "$program" >/dev/null; then
    "$here/$editor/test.sh"
  else
    echo "skipped: $editor: no $program here"
  fi
done
