autocmd BufNewFile,BufRead *.hlab setfiletype hlab
