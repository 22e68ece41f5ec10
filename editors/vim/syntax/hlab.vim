" Highlighting of hlab. Neovim uses this file too.
"
" An entry is told by its first two words, as the language tells it: `name =` is a field, `name {` a block, `name name` a
" declaration or, if the first word is an item word, an item. So no word is a keyword everywhere: `for = 1` is a field.
" At one place the pattern that is defined last wins, which is the order of this file.

if exists('b:current_syntax')
  finish
endif

" ---- words: one list for each class, the same as in src/syntax/words.rs (tests/tidy.rs compares them)

let s:item_words = 'use input let type kind block variant model profile fn policy warn final for require derive needs allow test expect'
let s:declaring_words = 'input let type kind block variant model profile fn policy derive'
let s:reserved_control = 'if then else for where'
let s:reserved_operator = 'in is and or not implies'
let s:reserved_constant = 'true false null'
let s:reserved_self = 'self'
let s:operator_words = 'within overlaps contains'
let s:head_words = 'on in with'
let s:head_modes = 'any all auto many'
let s:clause_words = 'at else help fix because where'
let s:type_words = 'ref blocks block by'
" The words that may stand behind a whole expression: `follow_word` of the grammar.
let s:following_words = 'and or implies in is within overlaps contains where at else then because help fix for of if not true false null self'

" ---- pieces of patterns

let s:id = '\h\w*\%(-\w\+\)*'
let s:path = s:id . '\%(\.\%(' . s:id . '\|"[^"]*"\)\)*'
" Where a word begins and ends.
let s:b = '\w\@1<!'
let s:e = '\%(-\=\w\)\@!'
" No mark follows: the word is neither a field nor a block.
let s:no_mark = '\%(\s*\%(==\@!\|+=\|{\|:\|\.\.\@!\)\)\@!'
" Behind a dot that is no range.
let s:dot = '\%(\.\.\)\@2<!\.\@1<='
" An entry begins here. It is looked for a bounded way back, by the old engine of patterns (`\%#=1`), which is ten times as fast here.
let s:entry = '\%(^\s*\|[{,]\s*\)\@60<='

function! s:Any(words) abort
  return '\%(' . s:b . '\%(' . join(split(a:words), '\|') . '\)' . s:e . '\)'
endfunction

function! s:Match(group, pattern, ...) abort
  execute 'syntax match' a:group '/\%#=1' . escape(a:pattern, '/') . '/' join(a:000)
endfunction

let s:item = s:Any(s:item_words)
let s:follow = s:Any(s:following_words)

" ---- names and operators

syntax match hlabOperator /[-+*|<>?=]\|[=!<>]=\|+=\|??\|->/
syntax match hlabOperator "/\%(/\)\@!"
syntax match hlabRange /\.\./
syntax match hlabSeparator /[,:]/

call s:Match('hlabName', s:b . s:id)
call s:Match('hlabCall', s:b . s:id . '\ze(')
call s:Match('hlabType', s:b . '\u[A-Z0-9]*\l\w*\%(-\w\+\)*')
call s:Match('hlabConstant', s:Any(s:reserved_constant))
call s:Match('hlabSelf', s:Any(s:reserved_self))
call s:Match('hlabWordOperator', s:Any(s:operator_words) . '(\@!')
call s:Match('hlabWordOperator', s:Any(s:reserved_operator))
call s:Match('hlabControl', s:Any(s:reserved_control))
call s:Match('hlabControl', '\%(' . s:b . 'for\s\+' . s:id . '\s\+\)\@100<=in' . s:e)
call s:Match('hlabField', s:dot . s:id)
call s:Match('hlabCall', s:dot . s:id . '\ze(')

" ---- entries

call s:Match('hlabClause', s:Any(s:clause_words) . s:no_mark)
call s:Match('hlabHead', '^\s*\zswith\ze\s*\[')

" `vm web: Model on pve with base`, up to its body.
let s:end_of_head = ' end=/\ze\%([{},]\|\/\/\)/ end=/$/ '
execute 'syntax region hlabDeclaration transparent start=/\%#=1' . s:entry . s:follow . '\@!' . s:id . '\ze\s\+\%(' . s:follow . '\@!\h\|"\)/rs=s'
      \ . s:end_of_head . 'contains=hlabKind,hlabHead,hlabHeadMode,hlabModel,hlabList,hlabString,hlabField,hlabSeparator,hlabName'
call s:Match('hlabModel', '\%(:\s*\)\@100<=' . s:id . '\%(\.' . s:id . '\)\=', 'contained')
call s:Match('hlabHead', s:Any(s:head_words), 'contained')
call s:Match('hlabHeadMode', '\%(' . s:Any(s:head_words) . '\s\+\)\@100<=' . s:Any(s:head_modes), 'contained')
call s:Match('hlabResource', s:path, 'contained')
call s:Match('hlabKind', s:entry . s:id, 'contained', 'nextgroup=hlabResource skipwhite')

" `require e`, `let x`, `profile p for vm`: an item word that no mark follows, up to the end of its line or its body.
execute 'syntax region hlabItemLine transparent start=/\%#=1' . s:entry . s:item . s:no_mark . '/rs=s end=/\ze\%([{},]\|\/\/\)/ end=/|\@1<!$/ '
      \ . 'contains=hlabItem,hlabModule,hlabItemFor,hlabNeeds,hlabOn,hlabKindName,hlabTypeRest,hlabMember,@hlabItemValue'
execute 'syntax region hlabItemLine transparent start=/\%#=1\%(' . s:Any('final warn') . '\s\+\)\@100<=' . s:Any('warn policy') . '\%(\s\+\h\)\@=/rs=s' . s:end_of_head
      \ . 'contains=hlabItem'
let s:last = '\%(' . s:entry . '\|' . s:Any('final warn') . '\s\+\)\@100<='
call s:Match('hlabOn', '\%(\s\)\@1<=\%(on\|with\)' . s:e . '\|\%(' . s:entry . '\%(kind\|profile\|model\)\s.*\)\@100<=' . s:Any(s:head_words), 'contained', 'contains=hlabHeadInItem')
call s:Match('hlabHeadInItem', s:Any(s:head_words), 'contained')
call s:Match('hlabHeadMode', '\%(' . s:Any(s:head_words) . '\s\+\)\@100<=' . s:Any(s:head_modes), 'contained')
call s:Match('hlabKindName', '\%(' . s:entry . 'kind\s.*\<\%(on\|in\)\s\+\%(many\s\+\)\=\)\@100<=\%(many' . s:e . '\)\@!' . s:id, 'contained')
call s:Match('hlabKindName', '\%(' . s:entry . '\%(model\|profile\)\s\+' . s:id . '\s\+for\s\+\)\@100<=' . s:path, 'contained')
call s:Match('hlabKindName', '\%(' . s:entry . 'kind\s\+' . s:id . '\s*=\s*\%(' . s:id . '\s*|\s*\)*\)\@100<=' . s:id, 'contained')
call s:Match('hlabNeeds', '\%(' . s:entry . 'needs\s\+\)\@100<=\%(all\|majority\)' . s:e, 'contained')
call s:Match('hlabNeeds', '\%(' . s:entry . 'needs\s.*\)\@100<=' . s:Any('of'), 'contained')
call s:Match('hlabItemFor', '\%(' . s:entry . '\%(model\|profile\)\s\+' . s:id . '\s\+\)\@100<=for' . s:e, 'contained')
call s:Match('hlabVerdict', s:Any('ok clean error warning note'), 'contained', 'nextgroup=hlabRule skipwhite')
call s:Match('hlabRule', '\%(at' . s:e . '\)\@!' . s:id . '\%(/' . s:id . '\)\=', 'contained')
call s:Match('hlabModule', '\%(' . s:entry . 'use\s.*\)\@100<=' . s:Any('as'), 'contained', 'nextgroup=hlabDeclared skipwhite')
call s:Match('hlabDeclared', s:id, 'contained')
call s:Match('hlabDeclaredType', '\u\w*\%(-\w\+\)*', 'contained')
call s:Match('hlabMember', '\%(' . s:entry . 'type\s\+' . s:id . '\s*=\%(.*|\)\=\s*\||\n\s*\)\@100<=\l\w*\%(-\w\+\)*', 'contained')
call s:Match('hlabItem', s:last . s:item, 'contained')
call s:Match('hlabItem', s:last . s:Any(s:declaring_words), 'contained', 'nextgroup=hlabDeclared,hlabDeclaredType skipwhite')
call s:Match('hlabItem', s:entry . s:Any('allow'), 'contained', 'nextgroup=hlabRule skipwhite')
call s:Match('hlabItem', s:entry . s:Any('expect'), 'contained', 'nextgroup=hlabVerdict skipwhite')

" `memory: Size = …`: from the colon to the default, the refinement or the end.
execute 'syntax region hlabTypeRest contained transparent start=/:/ end=/\ze\%([=,{})]\|\/\/\|' . s:Any('where') . '\)/ end=/|\@1<!$/ '
      \ . 'contains=hlabTypeWord,hlabReferred,hlabTypeName,hlabTypeArguments,hlabTypeKinds,hlabTypeMember,hlabString,hlabOperator,hlabSeparator'
syntax region hlabTypeArguments contained transparent start=/</ end=/>/ oneline contains=hlabTypeWord,hlabReferred,hlabTypeName,hlabTypeArguments,hlabTypeMember,hlabString,hlabOperator,hlabSeparator
syntax region hlabTypeKinds contained transparent start=/(/ end=/)/ contains=hlabKindInType,hlabOperator
call s:Match('hlabKindInType', s:b . s:id, 'contained')
call s:Match('hlabTypeMember', s:b . s:id, 'contained')
call s:Match('hlabTypeName', s:b . '\u\w*\%(-\w\+\)*', 'contained')
call s:Match('hlabTypeWord', s:Any(s:type_words), 'contained')
call s:Match('hlabReferred', '\%(' . s:Any('ref') . '\s\+\)\@100<=' . s:id, 'contained')

call s:Match('hlabBlock', s:entry . s:path . '\ze\s*{')
call s:Match('hlabField', '\%(' . s:entry . '\|' . s:Any('fix') . '\s\+\)\@100<=' . s:path . '\ze\s*\%(==\@!\|+=\)')
call s:Match('hlabField', s:entry . s:id . '\ze\s*:', 'nextgroup=hlabTypeRest skipwhite')
call s:Match('hlabParameter', s:b . s:id . '\ze\s*:', 'contained nextgroup=hlabTypeRest skipwhite')

" ---- literals: exact shapes, before names

let s:two = '\x\{2}'
let s:four = '\x\{4}'
let s:end_of_groups = s:e . '\%(:\x\)\@!'
let s:whole = '\d\+\%(_\d\+\)*'
let s:number = s:whole . '\%(\.\d\+\)\='

call s:Match('hlabNumber', s:b . s:whole . s:e . '\%(\.\d\)\@!')
call s:Match('hlabNumber', s:b . s:whole . '\.\d\+' . s:e . '\%(\.\d\)\@!')
call s:Match('hlabSize', s:b . s:number . '\%([KMGTP]iB\|[kKMGTP]B\|B\)' . s:e)
call s:Match('hlabDuration', s:b . s:number . '\%(ms\|[smhdw]\)' . s:e)
call s:Match('hlabRate', s:b . s:number . '[KMG]\=bps' . s:e)
call s:Match('hlabPercent', s:b . s:number . '%')
call s:Match('hlabPciAddress', s:b . '\%(' . s:four . ':\)\=' . s:two . ':' . s:two . s:end_of_groups . '\%(\.[0-7]' . s:e . '\)\=')
call s:Match('hlabDeviceId', s:b . s:four . ':' . s:four . s:end_of_groups)
call s:Match('hlabMac', s:b . s:two . '\%(:' . s:two . '\)\{5}' . s:end_of_groups)
call s:Match('hlabIp', s:b . '\d\+\%(\.\d\+\)\{3}' . s:e . '\%(\.\d\|/\d\)\@!')
call s:Match('hlabCidr', s:b . '\d\+\%(\.\d\+\)\{3}/\d\+' . s:e)

" ---- brackets

syntax cluster hlabLiteral contains=hlabNumber,hlabSize,hlabDuration,hlabRate,hlabPercent,hlabPciAddress,hlabDeviceId,hlabMac,hlabIp,hlabCidr
syntax cluster hlabValue contains=@hlabLiteral,hlabOperator,hlabRange,hlabSeparator,hlabName,hlabCall,hlabType,hlabConstant,hlabSelf,hlabWordOperator,hlabControl,hlabList,hlabParen,hlabBody,hlabString,hlabBlockString,hlabComment,hlabDoc,hlabDot
syntax cluster hlabItemValue contains=@hlabValue,hlabField,hlabClause,hlabHeadMode
syntax region hlabBody matchgroup=hlabBrace start=/{/ end=/}/ contains=TOP fold
syntax region hlabList matchgroup=hlabBracket start=/\[/ end=/\]/ contains=@hlabValue,hlabDotField fold
syntax region hlabParen matchgroup=hlabBracket start=/(/ end=/)/ contains=@hlabValue,hlabDotField,hlabParameter
call s:Match('hlabDotField', s:dot . s:id, 'contained')

" ---- strings

syntax match hlabEscapeError /\\./ contained
syntax match hlabEscape /\\\%([ntr"\\$]\|u{\x\{1,6}}\)/ contained
syntax region hlabInterpolation matchgroup=hlabInterpolationMark start=/\${/ end=/}/ contained oneline contains=@hlabValue,hlabDotField
syntax region hlabString start=/"/ end=/"/ oneline contains=hlabEscapeError,hlabEscape,hlabInterpolation,@Spell
syntax region hlabBlockString start=/"""\ze\s*$/ end=/"""/ contains=hlabEscapeError,hlabEscape,hlabInterpolation,@Spell

" ---- comments

syntax keyword hlabTodo TODO FIXME XXX contained
syntax match hlabComment "//.*$" contains=hlabTodo,@Spell
syntax match hlabDoc "//[/!].*$" contains=hlabDocCode,hlabTodo,@Spell
syntax match hlabDocCode /`[^`]*`/ contained

syntax sync minlines=200

" ---- colours

highlight default link hlabItem Statement
highlight default link hlabItemFor Statement
highlight default link hlabNeeds Statement
highlight default link hlabModule Statement
highlight default link hlabControl Conditional
highlight default link hlabClause Statement
highlight default link hlabHead Statement
highlight default link hlabHeadInItem Statement
highlight default link hlabHeadMode Statement
highlight default link hlabWordOperator Operator
highlight default link hlabOperator Operator
highlight default link hlabRange Operator
highlight default link hlabKind Structure
highlight default link hlabKindName Structure
highlight default link hlabBlock Structure
highlight default link hlabResource Function
highlight default link hlabDeclared Function
highlight default link hlabDeclaredType Type
highlight default link hlabCall Function
highlight default link hlabType Type
highlight default link hlabTypeName Type
highlight default link hlabModel Type
highlight default link hlabTypeWord StorageClass
highlight default link hlabMember Constant
highlight default link hlabTypeMember Constant
highlight default link hlabKindInType Structure
highlight default link hlabReferred Structure
highlight default link hlabRule Constant
highlight default link hlabVerdict Boolean
highlight default link hlabField Identifier
highlight default link hlabDotField Identifier
highlight default link hlabParameter Identifier
highlight default link hlabConstant Boolean
highlight default link hlabSelf Special
highlight default link hlabNumber Number
highlight default link hlabSize Number
highlight default link hlabDuration Number
highlight default link hlabRate Number
highlight default link hlabPercent Number
highlight default link hlabPciAddress Number
highlight default link hlabDeviceId Number
highlight default link hlabMac Number
highlight default link hlabIp Number
highlight default link hlabCidr Number
highlight default link hlabString String
highlight default link hlabBlockString String
highlight default link hlabEscape SpecialChar
highlight default link hlabEscapeError Error
highlight default link hlabInterpolationMark Special
highlight default link hlabComment Comment
highlight default link hlabDoc Comment
highlight default link hlabDocCode String
highlight default link hlabTodo Todo

let b:current_syntax = 'hlab'
