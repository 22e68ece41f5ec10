// The client without an editor: what it starts, restarts and reports, against stand-ins for the editor and its library. The
// conversation with the real server is tried by test/conversation.test.mjs.

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "hlab-extension-"));
const program = join(folder, "hlab");
writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });

/** What the extension did, in order, and how the stand-ins are to behave. */
const seen = { log: [], errors: [], settings: {}, commands: {}, changed: undefined, fails: false, answer: undefined };
globalThis.seen = seen;

const standIns = {
  vscode: `
    const { seen } = globalThis;
    export const window = {
      createOutputChannel: () => ({ info() {}, error() {}, show() { seen.log.push("output shown") }, dispose() {} }),
      showErrorMessage: async (message) => { seen.errors.push(message); return seen.answer },
    };
    export const commands = {
      registerCommand: (name, run) => { seen.commands[name] = run; return { dispose() {} } },
      executeCommand: async (...command) => { seen.log.push(command.join(" ")) },
    };
    export const workspace = {
      workspaceFolders: [{ uri: { fsPath: ${JSON.stringify(folder)} } }],
      onDidChangeConfiguration: (listener) => { seen.changed = listener; return { dispose() {} } },
      getConfiguration: () => ({ get: (name, fallback) => seen.settings[name] ?? fallback }),
    };`,
  "vscode-languageclient/node": `
    const { seen } = globalThis;
    export const State = { Stopped: 1, Starting: 3, Running: 2 };
    export class LanguageClient {
      constructor(id, name, server, options) { this.server = server; this.state = State.Stopped; seen.last = { server, options } }
      async start() {
        seen.log.push("start " + [this.server.command, ...this.server.args].join(" "));
        await new Promise((done) => setTimeout(done, 5));
        if (seen.fails) throw new Error("it crashed");
        this.state = State.Running;
      }
      async stop() { seen.log.push("stop"); this.state = State.Stopped }
    }`,
};

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../src/extension.ts", import.meta.url))],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  plugins: [{
    name: "stand-ins",
    setup(build) {
      build.onResolve({ filter: /^vscode(-languageclient\/node)?$/ }, ({ path }) => ({ path, namespace: "stand-in" }));
      build.onLoad({ filter: /.*/, namespace: "stand-in" }, ({ path }) => ({ contents: standIns[path], loader: "js" }));
    },
  }],
});
const bundle = join(folder, "extension.mjs");
writeFileSync(bundle, outputFiles[0].text);
const { activate, deactivate } = await import(pathToFileURL(bundle));

beforeEach(async () => {
  await deactivate();
  Object.assign(seen, { log: [], errors: [], settings: { "server.path": program }, fails: false, answer: undefined });
});
const start = () => activate({ subscriptions: [] });

test("the server is started as the settings say", async () => {
  seen.settings["server.arguments"] = ["lsp", "--color", "never"];
  seen.settings["server.environment"] = { RUST_BACKTRACE: "1" };
  await start();
  assert.deepEqual(seen.log, [`start ${program} lsp --color never`]);
  assert.equal(seen.last.server.options.env.RUST_BACKTRACE, "1");
  assert.equal(seen.last.server.options.env.HOME, process.env.HOME);
  assert.equal(seen.last.server.options.cwd, folder);
  assert.ok(seen.last.options.documentSelector.every(({ language }) => language === "hlab"));
});

test("a missing program is told plainly", async () => {
  seen.settings["server.path"] = "hlab-that-is-nowhere";
  await start();
  assert.deepEqual(seen.log, []);
  assert.deepEqual(seen.errors, ["The hlab language server was not started: `hlab-that-is-nowhere` is not in PATH. Install hlab, or say where it is."]);
});

test("a wrong path is told plainly, and leads to the settings", async () => {
  seen.settings["server.path"] = "/nowhere/hlab";
  seen.answer = "Open the settings";
  await start();
  assert.match(seen.errors[0], /`\/nowhere\/hlab` is no program/);
  assert.deepEqual(seen.log, ["workbench.action.openSettings hlab.server"]);
});

test("a server that does not come up is told with the reason", async () => {
  seen.fails = true;
  seen.answer = "Show the output";
  await start();
  assert.deepEqual(seen.errors, ["The hlab language server did not start: it crashed"]);
  assert.equal(seen.log.at(-1), "output shown");
});

test("a restart stops one server and starts another, one at a time", async () => {
  await start();
  await Promise.all([seen.commands["hlab.restart"](), seen.commands["hlab.restart"]()]);
  const started = `start ${program} lsp`;
  assert.deepEqual(seen.log, [started, "stop", started, "stop", started]);
});

test("a restart mends a wrong path", async () => {
  seen.settings["server.path"] = "/nowhere/hlab";
  await start();
  seen.settings["server.path"] = program;
  await seen.changed({ affectsConfiguration: (name) => name === "hlab.server.path" });
  assert.deepEqual(seen.log, [`start ${program} lsp`]);
});

test("another setting changes nothing", async () => {
  await start();
  await seen.changed({ affectsConfiguration: (name) => name === "hlab.trace.server" });
  assert.deepEqual(seen.log, [`start ${program} lsp`]);
});

test("leaving stops the server", async () => {
  await start();
  await deactivate();
  assert.equal(seen.log.at(-1), "stop");
});
