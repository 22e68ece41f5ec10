" ALE with the server, on fixtures/lab: a diagnostic comes and goes, hover and completion answer.
" Started by test.sh, with g:hlab_program, the server.

let s:offences = []
let s:skipped = []
let g:ale_hlab_executable = g:hlab_program
let g:ale_linters_explicit = 1
let g:ale_linters = {'hlab': ['hlab']}
let g:ale_hover_to_preview = 1
let g:ale_echo_cursor = 0
let g:ale_hover_cursor = 0
let g:ale_lint_delay = 10

filetype plugin indent on
syntax enable
runtime! plugin/ale.vim

function! s:Expect(claim, holds) abort
  if !a:holds
    call add(s:offences, a:claim)
  endif
  return a:holds
endfunction

" Waits until an expression is true.
function! s:Wait(expression) abort
  for l:turn in range(1000)
    if eval(a:expression)
      return 1
    endif
    sleep 20m
  endfor
  return 0
endfunction

function! s:Preview() abort
  for l:window in getwininfo()
    if getwinvar(l:window.winnr, '&previewwindow')
      return join(getbufline(l:window.bufnr, 1, '$'), "\n")
    endif
  endfor
  return ''
endfunction

" What ale#completion#OmniFunc does, but this does not wait for ever.
let s:words = []
function! Complete(findstart, base) abort
  if a:findstart
    return ale#completion#GetCompletions('ale-omnifunc') ? ale#completion#GetCompletionPosition() : -3
  endif
  call s:Wait('b:ale_completion_info.request_id == 0 || ale#completion#GetCompletionResult() isnot v:null')
  let l:items = ale#completion#GetCompletionResult()
  let s:words = l:items is v:null ? [] : map(copy(l:items), 'v:val.word')
  return s:words
endfunction
set omnifunc=Complete

function! s:Test() abort
  let l:file = resolve(g:hlab_vim . '/../fixtures/lab') . '/main.hlab'
  execute 'edit' fnameescape(l:file)
  let s:buffer = bufnr('')
  ALELint
  if !s:Expect('no diagnostic comes', s:Wait('!empty(ale#engine#GetLoclist(s:buffer))'))
    return
  endif
  let l:found = ale#engine#GetLoclist(s:buffer)[0]
  call s:Expect('the diagnostic is ' . string(l:found), l:found.text =~# 'lokal' && l:found.type ==# 'E')
  call s:Expect('the diagnostic is elsewhere: ' . string(l:found), getline(l:found.lnum)[l:found.col - 1 : l:found.col + 3] ==# 'lokal')
  call s:Expect('the root is ' . ale_linters#hlab#hlab#GetProjectRoot(s:buffer), ale_linters#hlab#hlab#GetProjectRoot(s:buffer) ==# fnamemodify(l:file, ':h'))

  call search('memory = 2GiB')
  ALEHover
  let l:is_told = s:Wait("s:Preview() =~# 'Memory given at start'")
  call s:Expect('hover of `memory` is: ' . s:Preview(), l:is_told)
  pclose

  call search('nic net0 { network = \zslan')
  execute "normal! cwl\<C-x>\<C-o>\<Esc>"
  if b:ale_completion_info.request_id == 0
    call add(s:skipped, 'skipped: completion, which this server does not offer')
  else
    call s:Expect('completion of a network is: ' . string(s:words), index(s:words, 'lan') >= 0)
  endif
  undo

  %substitute/lokal/local/
  ALELint
  let l:is_gone = s:Wait('empty(ale#engine#GetLoclist(s:buffer))')
  call s:Expect('the diagnostic stays: ' . string(ale#engine#GetLoclist(s:buffer)), l:is_gone)
endfunction

try
  call s:Test()
catch
  call add(s:offences, v:exception . ' at ' . v:throwpoint)
endtry
call writefile(empty(s:offences) ? ['done'] + s:skipped : s:offences, g:hlab_report)
if empty(s:offences)
  qall!
endif
cquit
