// The real server over the protocol's own library, as the editor's client uses it. Needs it: HLAB=path/to/hlab npm test

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import rpc from "vscode-jsonrpc/node.js";

const hlab = process.env.HLAB;
const has = hlab && spawnSync(hlab, ["lsp", "--help"]).status === 0;
const skip = !hlab ? "HLAB is not set: path of the compiler" : has ? false : `${hlab} has no \`lsp\``;

const lab = new URL("../../fixtures/lab/", import.meta.url);
const uri = new URL("main.hlab", lab).href;
const text = readFileSync(new URL(uri), "utf8");

/** Where the last word of a piece of text begins. */
function position(piece, word) {
  const before = text.slice(0, text.indexOf(piece) + piece.lastIndexOf(word)).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
}

test("a conversation with the server", { skip, timeout: 30_000 }, async () => {
  const server = spawn(hlab, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(server.stdout), new rpc.StreamMessageWriter(server.stdin));
  let told;
  const next = () => new Promise((done) => (told = done));
  connection.onNotification("textDocument/publishDiagnostics", (params) => params.uri === uri && told?.(params.diagnostics));
  connection.onRequest(() => null);
  connection.listen();

  const folders = [{ uri: lab.href, name: "lab" }];
  const client = { textDocument: { hover: { contentFormat: ["markdown"] }, publishDiagnostics: { relatedInformation: true } } };
  const { capabilities } = await connection.sendRequest("initialize", { processId: process.pid, rootUri: lab.href, workspaceFolders: folders, capabilities: client });
  await connection.sendNotification("initialized", {});

  let diagnostics = next();
  await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "hlab", version: 1, text } });
  const [wrong] = await diagnostics;
  assert.match(wrong.message, /lokal/);
  assert.deepEqual(wrong.range.start, position("storage = lokal", "lokal"));

  const hover = await connection.sendRequest("textDocument/hover", { textDocument: { uri }, position: position("memory = 2GiB", "memory") });
  assert.match(JSON.stringify(hover.contents), /Memory given at start/);

  if (capabilities.completionProvider) {
    const completion = await connection.sendRequest("textDocument/completion", { textDocument: { uri }, position: position("network = lan }\n}\n", "lan") });
    assert.ok((completion.items ?? completion).some(({ label }) => label === "lan"));
  }

  diagnostics = next();
  await connection.sendNotification("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ range: wrong.range, text: "local" }] });
  assert.deepEqual(await diagnostics, []);

  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  const code = await new Promise((done) => server.on("exit", done));
  assert.equal(code, 0);
  connection.dispose();
});
