// language-configuration.json: its patterns, on what a person types.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const config = JSON.parse(readFileSync(new URL("../language-configuration.json", import.meta.url), "utf8"));
const increase = new RegExp(config.indentationRules.increaseIndentPattern);
const decrease = new RegExp(config.indentationRules.decreaseIndentPattern);
// A line that goes on from the one before is indented by the formatter, not while it is typed.
const goesOn = /^\s*(?:and|or|implies|where|at|else|then|because|help|fix)\s/;
const examples = new URL("../../../lang-examples/", import.meta.url);

test("typed line by line, the examples are indented as they stand", () => {
  for (const entry of readdirSync(examples, { recursive: true }).filter((name) => name.endsWith(".hlab"))) {
    let indent = 0;
    readFileSync(new URL(entry, examples), "utf8").split("\n").forEach((line, index) => {
      if (line.trim() === "" || goesOn.test(line)) return;
      if (decrease.test(line)) indent -= 2;
      assert.equal(line.length - line.trimStart().length, indent, `${entry}:${index + 1}: ${line}`);
      if (increase.test(line)) indent += 2;
    });
  }
});

test("a bracket in a comment indents nothing", () => {
  assert.doesNotMatch("// see {", increase);
  assert.match("vm web { // here", increase);
});

test("a comment goes on in the next line, unless nothing was written", () => {
  const rule = (line) => config.onEnterRules.find(({ beforeText }) => new RegExp(beforeText).test(line))?.action.appendText;
  assert.equal(rule("/// Memory."), "/// ");
  assert.equal(rule("  //! A lab."), "//! ");
  assert.equal(rule("///"), undefined);
  assert.equal(rule("// plain"), undefined);
  assert.equal(rule("//// a line"), undefined);
});

test("a word is a whole name", () => {
  const words = (text) => text.match(new RegExp(config.wordPattern, "g"));
  assert.deepEqual(words("vm k3s-vm-pve on still-fawn { size = 50GiB, x = a - b }"), ["vm", "k3s-vm-pve", "on", "still-fawn", "size", "50GiB", "x", "a", "b"]);
});
