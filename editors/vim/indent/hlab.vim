" Indentation of hlab: one step for each bracket that is open.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetHlabIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],!^F,o,O
setlocal nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< smartindent<'

if exists('*GetHlabIndent')
  finish
endif

" What a line leaves open, less what it closes at its beginning: strings and comments do not count.
function! s:Code(line) abort
  let l:text = substitute(a:line, '"\%([^"\\]\|\\.\)*"', '', 'g')
  return substitute(l:text, '//.*$', '', '')
endfunction

function! GetHlabIndent(lnum) abort
  let l:before = prevnonblank(a:lnum - 1)
  if l:before == 0
    return 0
  endif
  " A reason on a line of its own belongs to the line before it, and what follows belongs beside that.
  if getline(l:before) =~# '^\s*because\>' && l:before > 1
    let l:before = prevnonblank(l:before - 1)
  endif
  if getline(a:lnum) =~# '^\s*because\>'
    return indent(l:before) + shiftwidth()
  endif
  " The text of a string of several lines stays where it is.
  if synIDattr(synID(a:lnum, 1, 1), 'name') ==# 'hlabBlockString'
    return -1
  endif
  let l:code = substitute(s:Code(getline(l:before)), '^\s*[\])}]*', '', '')
  let l:open = 0
  for l:char in split(l:code, '\zs')
    let l:open += stridx('([{', l:char) >= 0 ? 1 : stridx(')]}', l:char) >= 0 ? -1 : 0
  endfor
  let l:indent = indent(l:before) + (l:open > 0 ? shiftwidth() : l:open < 0 ? -shiftwidth() : 0)
  if getline(a:lnum) =~# '^\s*[\])}]'
    let l:indent -= shiftwidth()
  endif
  return max([l:indent, 0])
endfunction
