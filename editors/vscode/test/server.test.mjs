// Where the server is looked for.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { readFileSync } from "node:fs";

const source = readFileSync(new URL("../src/server.ts", import.meta.url), "utf8");
const { code } = transformSync(source, { loader: "ts", format: "esm" });
const { expand, find } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const folder = mkdtempSync(join(tmpdir(), "hlab-"));
mkdirSync(join(folder, "bin"));
const program = join(folder, "bin", "hlab");
writeFileSync(program, "#!/bin/sh\n");
chmodSync(program, 0o755);
writeFileSync(join(folder, "plain"), "");
chmodSync(join(folder, "plain"), 0o644);

test("a bare name is looked up in PATH", () => {
  assert.equal(find("hlab", undefined, { PATH: `/nowhere:${join(folder, "bin")}` }), program);
  assert.equal(find("hlab", folder, { PATH: "/nowhere" }), undefined);
  assert.equal(find("hlab", folder, {}), undefined);
});

test("a path is taken as it is", () => {
  assert.equal(find(program, undefined, {}), program);
  assert.equal(find("./bin/hlab", folder, {}), program);
  assert.equal(find("${workspaceFolder}/bin/hlab", folder, {}), program);
});

test("neither a folder nor a plain file is a program", () => {
  assert.equal(find(join(folder, "bin"), undefined, {}), undefined);
  assert.equal(find(join(folder, "plain"), undefined, {}), undefined);
});

test("a leading ~/ is the home folder", () => {
  assert.equal(expand("~/bin/hlab", undefined), join(homedir(), "bin/hlab"));
  assert.equal(expand("a~/hlab", undefined), "a~/hlab");
});
