" The one of Vim, beside this folder.
execute 'source' fnameescape(expand('<sfile>:p:h:h:h') . '/vim/indent/hlab.vim')
