-- For Neovim 0.11 and newer: `vim.lsp.enable("hlab")`. Older ones: `require("hlab").setup()`.
return {
  cmd = { "hlab", "lsp" },
  filetypes = { "hlab" },
  root_dir = function(bufnr, on_dir)
    local name = vim.api.nvim_buf_get_name(bufnr)
    -- Documents of the server itself, such as the standard library, are no files.
    if not name:match("^%a[%w+.-]+://") then
      on_dir(require("hlab").root(name))
    end
  end,
}
