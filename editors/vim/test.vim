" Looks at the highlighting of fixtures/sample.hlab, at indentation and at the settings of a buffer. For Vim and Neovim.
" Started by test.sh, with g:hlab_vim, the folder of the plugin, and g:hlab_report, a file for what is found.

let s:offences = []

function! s:Group(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), 'name')
endfunction

" `words` are `text`, `group`, `text`, `group`, … in the order of the first line that holds `line`.
function! s:Expect(line, words) abort
  let l:number = search('\V' . escape(a:line, '\'), 'nw')
  if l:number == 0
    call add(s:offences, 'no line holds `' . a:line . '`')
    return
  endif
  let l:text = getline(l:number)
  let l:at = 0
  for l:index in range(0, len(a:words) - 1, 2)
    let [l:word, l:group] = a:words[l:index : l:index + 1]
    let l:found = stridx(l:text, l:word, l:at)
    if l:found < 0
      call add(s:offences, l:number . ': no `' . l:word . '` in: ' . l:text)
      continue
    endif
    for l:column in range(l:found, l:found + len(l:word) - 1)
      let l:is = s:Group(l:number, l:column + 1)
      if l:is !=# l:group
        call add(s:offences, printf('%d:%d: `%s` is %s, not %s, in: %s', l:number, l:column + 1, l:word, empty(l:is) ? 'nothing' : l:is, l:group, l:text))
        break
      endif
    endfor
    let l:at = l:found + len(l:word)
  endfor
endfunction

function! s:Equal(what, is, expected) abort
  if a:is !=# a:expected
    call add(s:offences, printf('%s: expected %s, found %s', a:what, string(a:expected), string(a:is)))
  endif
endfunction

filetype plugin indent on
syntax enable
execute 'edit' fnameescape(g:hlab_vim . '/../fixtures/sample.hlab')

call s:Equal('the type of the file', &filetype, 'hlab')
call s:Equal('the syntax', get(b:, 'current_syntax', ''), 'hlab')
call s:Equal('comments are made with', &commentstring, '// %s')
call s:Equal('a step of indentation', &shiftwidth, 2)

call s:Expect('//! A little', ['//! A little', 'hlabDoc'])
call s:Expect('/// Proxmox', ['///', 'hlabDoc', '`vmid`', 'hlabDocCode'])
call s:Expect('use "./parts"', ['use', 'hlabItem', '"./parts"', 'hlabString', 'as', 'hlabModule', 'parts', 'hlabDeclared'])
call s:Expect('input site', ['input', 'hlabItem', 'site', 'hlabDeclared', 'String', 'hlabTypeName', '"home"', 'hlabString'])
call s:Expect('let ids', ['let', 'hlabItem', 'ids', 'hlabDeclared', 'alder', 'hlabField', '101', 'hlabNumber', 'birch', 'hlabField'])
call s:Expect('type Vmid', ['type', 'hlabItem', 'Vmid', 'hlabDeclaredType', 'Int', 'hlabType', 'where', 'hlabClause', 'it', 'hlabName', '100', 'hlabNumber', 'and', 'hlabWordOperator', '999_999_999', 'hlabNumber'])
call s:Expect('type Os', ['type', 'hlabItem', 'Os', 'hlabDeclaredType', 'l26', 'hlabMember', '"2.0"', 'hlabString'])
call s:Expect('  other', ['other', 'hlabMember'])
call s:Expect('kind guest', ['kind', 'hlabItem', 'guest', 'hlabDeclared', 'vm', 'hlabKindName', 'container', 'hlabKindName'])
call s:Expect('kind box', ['kind', 'hlabItem', 'box', 'hlabDeclared', 'on', 'hlabHeadInItem', 'many', 'hlabHeadMode', 'host', 'hlabKindName', 'in', 'hlabHeadInItem', 'lab', 'hlabKindName'])
call s:Expect('id: Vmid?', ['id', 'hlabField', 'Vmid', 'hlabTypeName', '?', 'hlabOperator'])
call s:Expect('memory: Size', ['memory', 'hlabField', 'Size', 'hlabTypeName', '512MiB', 'hlabSize', 'where', 'hlabClause', 'it', 'hlabName', '16MiB', 'hlabSize'])
call s:Expect('cpu: block', ['cpu', 'hlabField', 'block', 'hlabTypeWord', 'Cpu', 'hlabTypeName'])
call s:Expect('disk: blocks', ['disk', 'hlabField', 'blocks', 'hlabTypeWord', 'Disk', 'hlabTypeName', 'by', 'hlabTypeWord', 'DiskSlot', 'hlabTypeName'])
call s:Expect('attach: blocks', ['by', 'hlabTypeWord', 'ref', 'hlabTypeWord', 'device', 'hlabKindInType', 'pci', 'hlabKindInType'])
call s:Expect('labels: Map', ['labels', 'hlabField', 'Map', 'hlabTypeName', 'String', 'hlabTypeName', 'List', 'hlabTypeName', 'Int', 'hlabTypeName'])
call s:Expect('variant ZfsPool', ['variant', 'hlabItem', 'ZfsPool', 'hlabDeclaredType', 'pool', 'hlabField', 'ZfsName', 'hlabTypeName', 'sparse', 'hlabField', 'Bool', 'hlabTypeName', 'true', 'hlabConstant'])
call s:Expect('derive total', ['derive', 'hlabItem', 'total', 'hlabDeclared', 'Size', 'hlabTypeName', 'if', 'hlabControl', 'self', 'hlabSelf', 'balloon', 'hlabField', '0MiB', 'hlabSize', 'then', 'hlabControl', 'else', 'hlabClause'])
call s:Expect('needs all', ['needs', 'hlabItem', 'all', 'hlabNeeds', 'host', 'hlabName', 'storage', 'hlabDotField'])
call s:Expect('require any', ['require', 'hlabItem', 'any', 'hlabCall', 'pcie', 'hlabDotField', 'for', 'hlabControl', 'in', 'hlabControl', 'self', 'hlabSelf', 'implies', 'hlabWordOperator', 'machine', 'hlabField', 'q35', 'hlabName'])
call s:Expect('at self.machine', ['at', 'hlabClause', 'self', 'hlabSelf'])
call s:Expect('else "PCI', ['else', 'hlabClause', '"PCI Express', 'hlabString', '${', 'hlabInterpolationMark', 'self', 'hlabSelf', 'machine', 'hlabDotField', '}', 'hlabInterpolationMark', 'not', 'hlabString', 'f', 'hlabCall', '"a ', 'hlabString', 'b', 'hlabName', ' c"', 'hlabString', 'k', 'hlabField', '1', 'hlabNumber', '}', 'hlabBrace', ')', 'hlabBracket', '}', 'hlabInterpolationMark', '"', 'hlabString'])
call s:Expect('help "say', ['help', 'hlabClause', '\"', 'hlabEscape', 'q35', 'hlabString', '\$', 'hlabEscape', '{5}', 'hlabString'])
call s:Expect('fix machine', ['fix', 'hlabClause', 'machine', 'hlabField', 'q35', 'hlabName'])
call s:Expect('model CoralUSB', ['model', 'hlabItem', 'CoralUSB', 'hlabDeclaredType', 'for', 'hlabItemFor', 'device', 'hlabKindName', 'with', 'hlabHeadInItem', 'usb-base', 'hlabName'])
call s:Expect('ids = [1a6e', ['ids', 'hlabField', '1a6e:089a', 'hlabDeviceId', '18d1:9302', 'hlabDeviceId'])
call s:Expect('needs {', ['needs', 'hlabBlock', 'usb3', 'hlabField'])
call s:Expect('fn usable', ['fn', 'hlabItem', 'usable', 'hlabDeclared', 'h', 'hlabParameter', 'ref', 'hlabTypeWord', 'host', 'hlabReferred', 'Size', 'hlabType', 'memory', 'hlabField', '1GiB', 'hlabSize'])
call s:Expect('final warn policy', ['final', 'hlabItem', 'warn', 'hlabItem', 'policy', 'hlabItem', 'for-x', 'hlabDeclared'])
call s:Expect('for v in vm', ['for', 'hlabItem', 'v', 'hlabName', 'in', 'hlabControl', 'vm', 'hlabName', 'where', 'hlabClause', 'ha', 'hlabField', 'null', 'hlabConstant', 'and', 'hlabWordOperator', 'not', 'hlabWordOperator', 'is', 'hlabWordOperator', 'Stopped', 'hlabType'])
call s:Expect('require not-on', ['require', 'hlabItem', 'not-on', 'hlabName', 'in', 'hlabWordOperator', 'host-on', 'hlabName', 'or', 'hlabWordOperator', 'v', 'hlabName', 'in', 'hlabField', 'for', 'hlabField', 'overlaps', 'hlabWordOperator', 'in-y', 'hlabName'])
call s:Expect('profile node', ['profile', 'hlabItem', 'node', 'hlabDeclared', 'for', 'hlabItemFor', 'vm.disk', 'hlabKindName', 'with', 'hlabHeadInItem', 'base', 'hlabName'])
call s:Expect('tags +=', ['tags', 'hlabField', '+=', 'hlabOperator', '"x"', 'hlabString'])
call s:Expect('vm.power', ['vm.power', 'hlabField', 'none', 'hlabName'])
call s:Expect('for = 1', ['for', 'hlabField', '1', 'hlabNumber', 'test', 'hlabField'])
call s:Expect('on-delete', ['on-delete', 'hlabField', 'keep', 'hlabName'])
call s:Expect('speed =', ['2.5Gbps', 'hlabRate'])
call s:Expect('timeout =', ['30s', 'hlabDuration'])
call s:Expect('share =', ['80%', 'hlabPercent'])
call s:Expect('for h in [', ['for', 'hlabItem', 'in', 'hlabControl', 'alder', 'hlabName'])
call s:Expect('vm "node-', ['vm', 'hlabKind', '"node-', 'hlabString', 'h', 'hlabName', 'on', 'hlabHead', 'h', 'hlabName', 'with', 'hlabHead', 'node', 'hlabName', 'id', 'hlabField', 'ids', 'hlabName', 'name', 'hlabDotField'])
call s:Expect('device coral', ['device', 'hlabKind', 'coral', 'hlabResource', 'parts.Coral', 'hlabModel', 'on', 'hlabHead', 'pve', 'hlabName', 'port', 'hlabField', '// moving', 'hlabComment'])
call s:Expect('vm for-x: Model', ['vm', 'hlabKind', 'for-x', 'hlabResource', 'Model', 'hlabModel', 'on', 'hlabHead', 'any', 'hlabHeadMode', 'host-on', 'hlabName', 'in', 'hlabHead', 'lab', 'hlabName'])
call s:Expect('  with [node', ['with', 'hlabHead', 'in-all', 'hlabName'])
call s:Expect('net   =', ['net', 'hlabField', '192.168.4.0/24', 'hlabCidr'])
call s:Expect('range =', ['192.168.4.80', 'hlabIp', '..', 'hlabRange', '192.168.4.120', 'hlabIp'])
call s:Expect('nic net0', ['nic', 'hlabKind', 'net0', 'hlabResource', 'mac', 'hlabField', 'BC:24:11:90:21:DF', 'hlabMac', '192.168.4.17', 'hlabIp', 'at', 'hlabField', '0000:b3:00.0', 'hlabPciAddress'])
call s:Expect('attach gpu', ['attach', 'hlabKind', 'gpu', 'hlabResource', 'pcie', 'hlabField', 'true', 'hlabConstant'])
call s:Expect('allow policy/', ['allow', 'hlabItem', 'policy/host-memory', 'hlabRule', 'for', 'hlabControl', 'vm', 'hlabName', 'because', 'hlabClause', '"it is known"', 'hlabString'])
call s:Expect('for x in "quotes"', ['for x in "quotes" // no comment, but ', 'hlabBlockString', '${', 'hlabInterpolationMark', 'v', 'hlabName'])
call s:Expect('test "a Coral', ['test', 'hlabItem', '"a Coral', 'hlabString'])
call s:Expect('change vm.frigate', ['change', 'hlabKind', 'vm.frigate', 'hlabResource', 'attach', 'hlabKind', 'coral', 'hlabResource'])
call s:Expect('expect error', ['expect', 'hlabItem', 'error', 'hlabVerdict', 'not-on-host', 'hlabRule', 'at', 'hlabClause', 'vm', 'hlabName', 'frigate', 'hlabField'])
call s:Expect('expect ok', ['expect', 'hlabItem', 'ok', 'hlabVerdict'])

" Indented from nothing, the examples look as their authors laid them out, and so does what is laid out by `hlab fmt`.
for s:file in glob(g:hlab_vim . '/../../lang-examples/*/*.hlab', 1, 1)
  execute 'edit!' fnameescape(s:file)
  let s:before = getline(1, '$')
  silent %left
  silent normal! gg=G
  for s:index in range(len(s:before))
    call s:Equal('indentation of ' . fnamemodify(s:file, ':t') . ':' . (s:index + 1), getline(s:index + 1), s:before[s:index])
  endfor
  edit!
endfor

call writefile(empty(s:offences) ? ['done'] : s:offences, g:hlab_report)
if empty(s:offences)
  qall!
endif
cquit
