" ALE starts `hlab lsp` for hlab files.

call ale#Set('hlab_executable', 'hlab')
call ale#Set('hlab_options', '')

function! ale_linters#hlab#hlab#GetCommand(buffer) abort
  return '%e lsp' . ale#Pad(ale#Var(a:buffer, 'hlab_options'))
endfunction

" The nearest folder upward with a `project` in one of its .hlab files, else the one with `.git`, else the file's own.
" The standard library, which the server lays out below the cache folder, belongs to the project that was looked at last.
function! ale_linters#hlab#hlab#GetProjectRoot(buffer) abort
  let l:cache = empty($XDG_CACHE_HOME) ? $HOME . '/.cache' : $XDG_CACHE_HOME
  if exists('s:last_root') && stridx(fnamemodify(bufname(a:buffer), ':p'), l:cache . '/hlab/') == 0
    return s:last_root
  endif
  let s:last_root = s:Root(a:buffer)
  return s:last_root
endfunction

function! s:Root(buffer) abort
  let l:start = fnamemodify(bufname(a:buffer), ':p:h')
  let l:folder = l:start
  while 1
    for l:file in glob(escape(l:folder, '*?[]\') . '/*.hlab', 1, 1)
      if match(readfile(l:file), '^project\s') >= 0
        return l:folder
      endif
    endfor
    let l:parent = fnamemodify(l:folder, ':h')
    if l:parent ==# l:folder
      break
    endif
    let l:folder = l:parent
  endwhile
  let l:git = ale#path#FindNearestDirectory(a:buffer, '.git')
  return empty(l:git) ? l:start : fnamemodify(l:git, ':h:h')
endfunction

call ale#linter#Define('hlab', {
\   'name': 'hlab',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'hlab_executable')},
\   'command': function('ale_linters#hlab#hlab#GetCommand'),
\   'project_root': function('ale_linters#hlab#hlab#GetProjectRoot'),
\   'language': 'hlab',
\})
