-- Starts `hlab lsp` for hlab files: `require("hlab").setup()`.
--
-- Neovim 0.7 has only `vim.lsp.start_client`, 0.8 and newer have `vim.lsp.start`. With 0.11 and newer one can do without this
-- setup: `vim.lsp.enable("hlab")` reads lsp/hlab.lua.

local M = {}

local defaults = {
  -- The server and its arguments.
  cmd = { "hlab", "lsp" },
  -- Environment variables for it, besides Neovim's.
  cmd_env = nil,
  -- What is done when the server is attached to a buffer: `function(client, bufnr)`.
  on_attach = nil,
  -- What this editor can do, such as of a completion plugin; Neovim's own if nothing is said.
  capabilities = nil,
}

-- By root, where the editor does not itself find the client that runs already.
local clients = {}

local function is_file(path)
  return vim.fn.filereadable(path) == 1
end

local function declares_project(folder)
  for _, file in ipairs(vim.fn.globpath(vim.fn.escape(folder, ",*?[]\\"), "*.hlab", true, true)) do
    if is_file(file) and vim.fn.match(vim.fn.readfile(file), [[^project\s]]) >= 0 then
      return true
    end
  end
  return false
end

local function upward(folder, holds)
  while not holds(folder) do
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then
      return nil
    end
    folder = parent
  end
  return folder
end

-- The server lays the standard library out below the cache folder, so that one can look at it.
local function is_library(file)
  local own = vim.env.XDG_CACHE_HOME
  local cache = own and own ~= "" and own or vim.env.HOME .. "/.cache"
  return vim.startswith(file, cache .. "/hlab/")
end

-- The root of a server that runs.
local function running_root()
  for _, client in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == "hlab" then
      return client.config.root_dir
    end
  end
end

--- The folder of the project that a file belongs to: the nearest upward with a `project` in one of its .hlab files, else the
--- one with `.git`, else the file's own. The standard library belongs to whoever looks at it.
function M.root(file)
  local root = is_library(file) and running_root()
  if root then
    return root
  end
  local folder = vim.fn.fnamemodify(file, ":p:h")
  return upward(folder, declares_project)
    or upward(folder, function(candidate)
      return vim.fn.isdirectory(candidate .. "/.git") == 1 or is_file(candidate .. "/.git")
    end)
    or folder
end

-- What newer versions set up by themselves: completion by CTRL-X CTRL-O, `gq` formats, CTRL-] goes to the definition (from 0.8
-- on), and K hovers (from 0.10 on).
local function prepare(bufnr)
  if not vim.lsp.start then
    vim.bo[bufnr].omnifunc = "v:lua.vim.lsp.omnifunc"
    vim.bo[bufnr].formatexpr = "v:lua.vim.lsp.formatexpr()"
    vim.bo[bufnr].tagfunc = "v:lua.vim.lsp.tagfunc"
  end
  if vim.fn.has("nvim-0.10") == 0 then
    vim.keymap.set("n", "K", vim.lsp.buf.hover, { buffer = bufnr, desc = "hlab: what this is" })
  end
end

--- Starts the server for a buffer, or attaches the one that runs already for its project.
function M.start(bufnr, options)
  options = vim.tbl_extend("force", defaults, options or {})
  local name = vim.api.nvim_buf_get_name(bufnr)
  -- Documents of the server itself, such as the standard library, are no files.
  if name:match("^%a[%w+.-]+://") or vim.bo[bufnr].buftype ~= "" then
    return
  end
  if vim.fn.executable(options.cmd[1]) == 0 then
    vim.notify_once(
      ("hlab: `%s` is no program here: install hlab, or give its path to setup({ cmd = … })"):format(options.cmd[1]),
      vim.log.levels.ERROR
    )
    return
  end

  local root = M.root(name)
  local config = {
    name = "hlab",
    cmd = options.cmd,
    cmd_env = options.cmd_env,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    capabilities = options.capabilities or vim.lsp.protocol.make_client_capabilities(),
    on_attach = function(client, attached)
      prepare(attached)
      if options.on_attach then
        options.on_attach(client, attached)
      end
    end,
  }
  if vim.lsp.start then
    return vim.lsp.start(config, { bufnr = bufnr })
  end
  local id = clients[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    config.on_exit = function()
      clients[root] = nil
    end
    id = vim.lsp.start_client(config)
    clients[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(bufnr, id)
  end
  return id
end

--- Starts the server for every hlab file that is opened, and for those that are open.
function M.setup(options)
  local group = vim.api.nvim_create_augroup("hlab", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "hlab",
    callback = function(event)
      M.start(event.buf, options)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == "hlab" then
      M.start(bufnr, options)
    end
  end
end

return M
