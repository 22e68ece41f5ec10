// Every snippet, as it stands when nothing is filled in: it is highlighted without a surprise, and a lab made of the snippets
// compiles. The second needs the compiler: HLAB=path/to/hlab npm test

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tokens } from "./tokens.mjs";

const snippets = JSON.parse(readFileSync(new URL("../snippets/hlab.json", import.meta.url), "utf8"));

/** The text of a snippet with its placeholders as they come. */
function expand(body) {
  let text = body.join("\n");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/(?<!\\)\$\{\d+:((?:[^\\}]|\\.)*)\}/gs, (_, value) => value);
  }
  return text.replace(/(?<!\\)\$\d+/g, "").replace(/\\([$}\\])/g, "$1").replace(/\n\s*\n/g, "\n");
}

const text = Object.fromEntries(Object.values(snippets).map(({ prefix, body }) => [prefix, expand(body)]));

for (const [prefix, expanded] of Object.entries(text)) {
  test(`the snippet ${prefix} is plain hlab`, () => {
    assert.doesNotMatch(expanded, /(?<!\\)\$\{?\d/, "a placeholder was left");
    const odd = tokens(expanded).flat().filter(({ text, scopes }) => text.trim() && (scopes.length === 0 || scopes.some((scope) => scope.startsWith("invalid"))));
    assert.deepEqual(odd, []);
  });
}

const hlab = process.env.HLAB;

test("a lab of snippets compiles", { skip: hlab ? false : "HLAB is not set: path of the compiler" }, () => {
  const indent = (text) => text.replace(/^(?=.)/gm, "  ");
  const inside = (outer, ...inner) => outer.trimEnd().replace(/\}$/, `${indent(inner.join(""))}}`);
  const lab = mkdtempSync(join(tmpdir(), "hlab-snippets-"));
  const parts = ["project", "network", "host", "storage", "image", "profile", "device", "let", "input", "policy", "incident"].map((prefix) => text[prefix]);
  const zpool = inside(text.host, "zpool rpool\n");
  const main = [...parts.map((part) => (part === text.host ? zpool : part)), text["storage-zfs"], inside(text.vm, text.disk, text.nic, text.attach)];
  // These two are more of the same machine, in a lab with a profile that says what the machine is.
  const base = "profile small for vm {\n  memory = 2GiB\n" + indent(["disk", "nic", "cloud-init"].map((prefix) => text[prefix]).join("")) + "}\n";
  const second = ["project", "network", "host", "storage", "image"].map((prefix) => text[prefix]);
  for (const [name, items] of [["main", main], ["profiles", [...second, base, text["vm-with"], text.for]]]) {
    const folder = mkdtempSync(join(lab, name));
    writeFileSync(join(folder, "main.hlab"), items.map((item) => item.trimEnd()).join("\n\n") + "\n");
    // As a person does once and commits; where CI is set, `check` takes no id that is not in the lock.
    const lock = spawnSync(hlab, ["lock", folder, "--color", "never"], { encoding: "utf8" });
    assert.equal(lock.status, 0, `${lock.stdout}${lock.stderr}`);
    const check = spawnSync(hlab, ["check", folder, "--color", "never"], { encoding: "utf8" });
    assert.equal(check.status, 0, `${readFileSync(join(folder, "main.hlab"), "utf8")}\n${check.stdout}${check.stderr}`);
    writeFileSync(join(folder, "main_test.hlab"), [text.test, text["test-error"]].join("\n"));
    if (name === "main") {
      const run = spawnSync(hlab, ["test", folder, "--color", "never"], { encoding: "utf8" });
      assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    }
  }
  assert.ok(existsSync(lab));
});
