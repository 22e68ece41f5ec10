// Whole files: nothing in the examples and in the standard library is left without a scope, and how the sample looks is kept.
// UPDATE=1 accepts a new look.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { tokens } from "./tokens.mjs";

const root = new URL("../../../", import.meta.url);

function files(folder) {
  const entries = readdirSync(new URL(folder, root), { withFileTypes: true });
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return files(`${folder}${entry.name}/`);
    return entry.name.endsWith(".hlab") ? [`${folder}${entry.name}`] : [];
  }).sort();
}

for (const file of [...files("lang-examples/"), ...files("stdlib/"), ...files("examples/"), ...files("editors/fixtures/")]) {
  test(`every token of ${file} has a scope`, () => {
    const offences = [];
    tokens(readFileSync(new URL(file, root), "utf8")).forEach((line, index) => {
      for (const { text, scopes } of line) {
        if (text.trim() && (scopes.length === 0 || scopes.some((scope) => scope.startsWith("invalid")))) {
          offences.push(`${file}:${index + 1}: ${JSON.stringify(text)} ${scopes.join(" ")}`);
        }
      }
    });
    assert.deepEqual(offences, []);
  });
}

/** Each line of the text, and below it its tokens: `text scope`, the innermost scope only. */
function look(text) {
  const lines = text.split("\n");
  return tokens(text).map((line, index) => {
    const seen = line.filter((token) => token.text.trim() && !token.scopes.at(-1)?.startsWith("punctuation"));
    return [`> ${lines[index]}`.trimEnd(), ...seen.map((token) => `    ${token.text.trim()}  ${token.scopes.at(-1)}`)].join("\n");
  }).join("\n");
}

test("the sample looks as before", () => {
  const kept = new URL("./snapshots/sample.txt", import.meta.url);
  const found = look(readFileSync(new URL("editors/fixtures/sample.hlab", root), "utf8"));
  if (process.env.UPDATE || !existsSync(kept)) writeFileSync(kept, found);
  assert.equal(found, readFileSync(kept, "utf8"), "UPDATE=1 npm test accepts this");
});
