-- The server, attached to fixtures/lab: a diagnostic comes and goes, hover and completion answer. For any Neovim from 0.7 on.
-- Started by test.sh, with HLAB, the server, and HLAB_REPORT, a file for what is found.

local root = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h") .. "/fixtures/lab"
local offences = {}

local function expect(claim, holds)
  if not holds then
    table.insert(offences, claim)
  end
  return holds
end

local function finish()
  vim.fn.writefile(#offences == 0 and { "done" } or offences, vim.env.HLAB_REPORT)
  vim.cmd(#offences == 0 and "qall!" or "cquit")
end

--- Waits for an answer that is not nil.
local function wait_for(answer)
  local found
  vim.wait(20000, function()
    found = answer()
    return found ~= nil
  end, 20)
  return found
end

--- Where the last word of a text begins in the buffer, as the protocol counts.
local function position(text, word)
  for index, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local at = line:find(text, 1, true)
    if at then
      return { line = index - 1, character = line:find(word, at, true) - 1 }
    end
  end
  error("no line holds " .. text)
end

local function request(method, at)
  local params = { textDocument = vim.lsp.util.make_text_document_params(0), position = at }
  local answers, failure = vim.lsp.buf_request_sync(0, method, params, 20000)
  expect(method .. " fails: " .. tostring(failure), failure == nil)
  for _, answer in pairs(answers or {}) do
    expect(method .. " fails: " .. vim.inspect(answer.err or answer.error), (answer.err or answer.error) == nil)
    return answer.result
  end
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)()
end

local function test()
  local native = vim.env.HLAB_NATIVE and vim.lsp.enable
  if native then
    vim.lsp.config("hlab", { cmd = { vim.env.HLAB, "lsp" } })
    vim.lsp.enable("hlab")
  else
    require("hlab").setup({ cmd = { vim.env.HLAB, "lsp" } })
  end
  vim.cmd("edit " .. vim.fn.fnameescape(root .. "/main.hlab"))
  expect("the file is no hlab file", vim.bo.filetype == "hlab")

  local wrong = wait_for(function()
    return vim.diagnostic.get(0)[1]
  end)
  if not expect("no diagnostic comes", wrong) then
    return
  end
  local at = position("storage = lokal", "lokal")
  expect("the diagnostic is elsewhere: " .. vim.inspect(wrong), wrong.lnum == at.line and wrong.col == at.character)
  expect("the diagnostic names no `lokal`: " .. wrong.message, wrong.message:find("lokal", 1, true))
  expect("the diagnostic is no error", wrong.severity == vim.diagnostic.severity.ERROR)

  local client = clients()[1]
  expect("the root is " .. tostring(client.config.root_dir), client.config.root_dir == root)

  local hover = request("textDocument/hover", position("memory = 2GiB", "memory"))
  local text = hover and vim.inspect(hover.contents) or "nothing"
  expect("hover of `memory` is: " .. text, text:find("Memory given at start", 1, true))

  if client.server_capabilities.completionProvider then
    local completion = request("textDocument/completion", position("nic net0 { network = lan", "lan"))
    local labels = vim.tbl_map(function(item)
      return item.label
    end, completion and (completion.items or completion) or {})
    expect("completion of a network is: " .. vim.inspect(labels), vim.tbl_contains(labels, "lan"))
  else
    print("skipped: completion, which this server does not offer")
  end

  local line = vim.api.nvim_buf_get_lines(0, at.line, at.line + 1, true)[1]
  vim.api.nvim_buf_set_lines(0, at.line, at.line + 1, true, { (line:gsub("lokal", "local")) })
  local gone = wait_for(function()
    return #vim.diagnostic.get(0) == 0 or nil
  end)
  expect("the diagnostic stays: " .. vim.inspect(vim.diagnostic.get(0)), gone)

  -- A second file of the project gets the same server.
  vim.cmd("edit! " .. vim.fn.fnameescape(root .. "/second.hlab"))
  wait_for(function()
    return vim.lsp.buf_is_attached and vim.lsp.buf_is_attached(0, client.id) or nil
  end)
  expect("there are " .. #clients() .. " servers for one project", #clients() == 1)
end

local ok, failure = xpcall(test, debug.traceback)
expect(tostring(failure), ok)
finish()
