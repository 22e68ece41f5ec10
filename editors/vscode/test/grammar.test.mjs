// What each piece of hlab is highlighted as. A test gives a text and, in the order of the text, the tokens that matter
// with their innermost scope. A token is compared whole: `for-x` is never `for` and then `-x`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tokens } from "./tokens.mjs";

/** `expected` is a list of `text`, `scope`, `text`, `scope`, … */
function highlights(name, text, ...expected) {
  test(name, () => {
    const found = tokens(text).flat();
    let at = 0;
    for (let i = 0; i < expected.length; i += 2) {
      const [word, scope] = [expected[i], expected[i + 1]];
      const index = found.findIndex((token, index) => index >= at && token.text.trim() === word);
      assert.notEqual(index, -1, `no token \`${word}\` from here on:\n${found.slice(at).map(show).join("\n")}`);
      assert.equal(found[index].scopes.at(-1) ?? "", scope, `of \`${word}\` in:\n${text}\n${found.map(show).join("\n")}`);
      at = index + 1;
    }
  });
}

const show = ({ text, scopes }) => `  ${JSON.stringify(text)}: ${scopes.join(" ")}`;

const ITEM = "keyword.control.item";
const HEAD = "keyword.control.head";
const CLAUSE = "keyword.control.clause";
const CONTROL = "keyword.control";
const WORD_OPERATOR = "keyword.operator.wordlike";
const KIND = "storage.type.kind";
const BLOCK = "storage.type.block";
const RESOURCE = "entity.name.function.resource";
const DECLARED = "entity.name.function";
const CALL = "entity.name.function.call";
const TYPE = "entity.name.type";
const FIELD = "variable.other.property";
const NAME = "variable.other.readwrite";
const MEMBER = "variable.other.enummember";
const PARAMETER = "variable.parameter";
const STRING = "string.quoted.double";
const CONSTANT = "constant.language";
const RULE = "variable.other.enummember.rule";

// ---- comments

highlights("a comment", "id = 1 // why", "// why".slice(2).trim(), "comment.line.double-slash");
highlights("documentation of an entry", "/// A `vm`.", "///", "punctuation.definition.comment", "A", "comment.line.documentation", "`vm`", "markup.inline.raw");
highlights("documentation of a file", "//! One VM.", "//!", "punctuation.definition.comment", "One VM.", "comment.line.documentation");
highlights("a comment behind a head", "host pve // here", "host", KIND, "pve", RESOURCE, "here", "comment.line.double-slash");
highlights("an address of the web is no comment", 'url = "https://x.example/a"', "https://x.example/a", STRING);
highlights("a comment in a list", "x = [\n  a, // one\n  b,\n]", "a", NAME, "one", "comment.line.double-slash", "b", NAME);

// ---- heads

highlights(
  "a head with everything",
  'vm web: Model on pve in lab with base { id = 1 }',
  "vm", KIND, "web", RESOURCE, ":", "punctuation.separator.type", "Model", TYPE, "on", HEAD, "pve", NAME, "in", HEAD, "lab", NAME,
  "with", HEAD, "base", NAME, "{", "punctuation.section.block.begin", "id", FIELD, "=", "keyword.operator.assignment", "1", "constant.numeric.integer",
  "}", "punctuation.section.block.end",
);
highlights("a head of a model of another module", "device coral: parts.Coral on pve", "coral", RESOURCE, "parts.Coral", TYPE, "on", HEAD);
highlights("a head of a model by text", 'manifest x: "v1/Secret" in k3s', "x", RESOURCE, "v1/Secret", STRING, "in", HEAD, "k3s", NAME);
highlights("a name in quotes", 'vm "haos16.0" on pve {}', "vm", KIND, "haos16.0", STRING, "on", HEAD, "pve", NAME);
highlights("a generated name", 'vm "node-${h.name}" on h', "vm", KIND, "node-", STRING, "h", NAME, "name", FIELD, "on", HEAD, "h", NAME);
highlights("a name with a dot", "change vm.frigate { attach coral }", "change", KIND, "vm.frigate", RESOURCE, "attach", KIND, "coral", RESOURCE);
highlights("on any of a list", "vm a on any [x, y] with [p, q] {", "on", HEAD, "any", HEAD, "x", NAME, "y", NAME, "with", HEAD, "p", NAME, "{", "punctuation.section.block.begin");
highlights("on auto", "vm a on auto {", "on", HEAD, "auto", HEAD);
highlights("on all", "storage s: Directory on all {", "s", RESOURCE, "Directory", TYPE, "on", HEAD, "all", HEAD);
highlights("with on a line of its own", "vm a on b\n  with [p, q] {\n  id = 1\n}", "b", NAME, "with", HEAD, "p", NAME, "id", FIELD);
highlights("keyed blocks on one line", "a { nic net0 { network = lan }, attach gpu { pcie = true }, serial serial0 }",
  "a", BLOCK, "nic", KIND, "net0", RESOURCE, "network", FIELD, "lan", NAME, "attach", KIND, "gpu", RESOURCE, "true", CONSTANT, "serial", KIND, "serial0", RESOURCE);

// ---- fields and blocks

highlights("a field", "memory = 4GiB", "memory", FIELD, "=", "keyword.operator.assignment");
highlights("an appending field", 'tags += ["x"]', "tags", FIELD, "+=", "keyword.operator.assignment");
highlights("a field with a path", "vm.root-options = none", "vm.root-options", FIELD, "none", NAME);
highlights("a field in quotes", 'raw { "args" = "x" }', "raw", BLOCK, "args", STRING, "=", "keyword.operator.assignment", "x", STRING);
highlights("a block", "cloud-init { user = null }", "cloud-init", BLOCK, "user", FIELD, "null", CONSTANT);
highlights("a field takes any word for its name", "for = 1\ntest = 2\nin = 3\nself = 4\ntype = host\nallow { where = 1 }\nuse.with += 2",
  "for", FIELD, "test", FIELD, "in", FIELD, "self", FIELD, "type", FIELD, "host", NAME, "allow", BLOCK, "where", FIELD, "use.with", FIELD);
highlights("a comparison is no field", "require a == b", "a", NAME, "==", "keyword.operator.comparison", "b", NAME);

// ---- words inside of names

highlights("identifiers with words in them", "x = [for-x, host-on, in-y, not-z, true-1, self-2, x-if, require-all, at-2, e-else]",
  ...["for-x", "host-on", "in-y", "not-z", "true-1", "self-2", "x-if", "require-all", "at-2", "e-else"].flatMap((name) => [name, NAME]));
highlights("declarations with words in them", "vm for-x on host-on with in-all {}\nuse-this that-use {}\ntest-vm final-1 on any-host",
  "vm", KIND, "for-x", RESOURCE, "on", HEAD, "host-on", NAME, "with", HEAD, "in-all", NAME, "use-this", KIND, "that-use", RESOURCE,
  "test-vm", KIND, "final-1", RESOURCE, "on", HEAD, "any-host", NAME);
highlights("fields with words in them", "on-delete = keep\nfor-x { in-y = 1 }\nlet_it = 2", "on-delete", FIELD, "for-x", BLOCK, "in-y", FIELD, "let_it", FIELD);
highlights("a word behind a dot is a field", "x = a.for.in?.self", "a", NAME, "for", FIELD, "in", FIELD, "?.", "punctuation.accessor", "self", FIELD);
highlights("words of heads mean nothing in a value", "x = [on, any, all, auto, with, at, help, fix, because]",
  ...["on", "any", "all", "auto", "with", "at", "help", "fix", "because"].flatMap((name) => [name, NAME]));
highlights("a letter with digits is no literal", "x = [B, s3, h2, GiB]", "s3", NAME, "h2", NAME);

// ---- items

highlights("use", 'use "./dir" as x', "use", ITEM, "./dir", STRING, "as", HEAD, "x", DECLARED);
highlights("input", 'input site: String = "home"', "input", ITEM, "site", DECLARED, "String", TYPE, "home", STRING);
highlights("let", "let ids = { alder = 101 }", "let", ITEM, "ids", DECLARED, "alder", FIELD, "101", "constant.numeric.integer");
highlights("type", "type Vmid = Int where it >= 100", "type", ITEM, "Vmid", TYPE, "Int", TYPE, "where", CLAUSE, "it", NAME, ">=", "keyword.operator.comparison");
highlights("an enumeration on two lines", 'type Os = l26 | "2.0" |\n  other\nid = 1', "Os", TYPE, "l26", MEMBER, "|", "keyword.operator.type", "2.0", STRING, "other", MEMBER, "id", FIELD);
highlights("kind", "kind storage on many host {", "kind", ITEM, "storage", DECLARED, "on", HEAD, "many", HEAD, "host", KIND, "{", "punctuation.section.block.begin");
highlights("a union of kinds", "kind guest = vm | container", "kind", ITEM, "guest", DECLARED, "vm", KIND, "container", KIND);
highlights("block", "block Cpu { cores: Int = 1 where it >= 1, type: CpuType }", "block", ITEM, "Cpu", TYPE, "cores", FIELD, "Int", TYPE, "where", CLAUSE, "type", FIELD, "CpuType", TYPE);
highlights("variant", "variant ZfsPool { pool: ZfsName }", "variant", ITEM, "ZfsPool", TYPE, "pool", FIELD, "ZfsName", TYPE);
highlights("model", "model CoralUSB for device { ids = [1a6e:089a] }", "model", ITEM, "CoralUSB", TYPE, "for", ITEM, "device", KIND, "ids", FIELD);
highlights("profile", "profile cloud for vm.disk with base {", "profile", ITEM, "cloud", DECLARED, "for", ITEM, "vm.disk", KIND, "with", HEAD, "base", NAME);
highlights("fn", "fn usable(h: ref host, n: Int?) -> Size = h.memory", "fn", ITEM, "usable", DECLARED, "h", PARAMETER, "ref", "storage.modifier.type", "host", KIND,
  "n", PARAMETER, "Int", TYPE, "->", "keyword.operator.arrow", "Size", TYPE, "h", NAME, "memory", FIELD);
highlights("policy", "policy host-memory {", "policy", ITEM, "host-memory", DECLARED);
highlights("final warn policy", "final warn policy x {", "final", ITEM, "warn", ITEM, "policy", ITEM, "x", DECLARED);
highlights("for", "for h in [a, b] where h.x { vm x on h }", "for", ITEM, "h", PARAMETER, "in", ITEM, "a", NAME, "where", CONTROL, "vm", KIND, "x", RESOURCE, "on", HEAD, "h", NAME);
highlights("the body of for is no block", "for h in hosts {", "hosts", NAME, "{", "punctuation.section.block.begin");
highlights("require", "require all(a.b for a in vm)\n  at a.b\n  else \"no\"\n  help \"yes\"\n  fix a.b = q35", "require", ITEM, "all", CALL, "for", CONTROL, "a", PARAMETER, "in", CONTROL,
  "at", CLAUSE, "else", CLAUSE, "help", CLAUSE, "fix", CLAUSE, "a.b", FIELD, "q35", NAME);
highlights("require on one line", 'require x at v else "no"', "require", ITEM, "x", NAME, "at", CLAUSE, "v", NAME, "else", CLAUSE, "no", STRING);
highlights("require on lines of an operator", "require a\n  and b at v.x", "a", NAME, "and", WORD_OPERATOR, "b", NAME, "at", CLAUSE, "v", NAME);
highlights("derive", "derive n: Int = self.cpu.cores * 2", "derive", ITEM, "n", DECLARED, "Int", TYPE, "self", "variable.language.self", "cores", FIELD, "*", "keyword.operator.arithmetic");
highlights("needs all", "needs all [host, disk.storage]", "needs", ITEM, "all", HEAD, "host", NAME);
highlights("needs majority", "needs majority of servers", "needs", ITEM, "majority", HEAD, "of", HEAD, "servers", NAME);
highlights("needs a number", "needs 1 of [a, b]", "needs", ITEM, "1", "constant.numeric.integer", "of", HEAD);
highlights("needs as a block", "needs { usb3 = true }", "needs", BLOCK, "usb3", FIELD);
highlights("allow", 'allow policy/x for vm.a because "so"', "allow", ITEM, "policy/x", RULE, "for", CONTROL, "vm", NAME, "because", CLAUSE, "so", STRING);
highlights("allow by code", 'allow HL0302\n  because "so"', "allow", ITEM, "HL0302", RULE, "because", CLAUSE);
highlights("test", 'test "a thing" {', "test", ITEM, "a thing", STRING);
highlights("expect clean", "expect clean", "expect", ITEM, "clean", "constant.language.verdict");
highlights("expect ok", "expect ok", "expect", ITEM, "ok", "constant.language.verdict");
highlights("expect error", "expect error not-on-host at vm.x", "expect", ITEM, "error", "constant.language.verdict", "not-on-host", RULE, "at", CLAUSE, "vm", NAME, "x", FIELD);
highlights("a word alone, while it is typed", "require\nlet\nvm x", "require", ITEM, "let", ITEM, "vm", KIND);

// ---- types

highlights("a field that is a block", "cpu: block Cpu?\ndisk: blocks Disk by DiskSlot", "cpu", FIELD, "block", "storage.modifier.type", "Cpu", TYPE, "?", "keyword.operator.type",
  "disk", FIELD, "blocks", "storage.modifier.type", "Disk", TYPE, "by", "storage.modifier.type", "DiskSlot", TYPE);
highlights("a reference to kinds", "attach: blocks Attach by ref (device | pci)", "by", "storage.modifier.type", "ref", "storage.modifier.type", "device", KIND, "pci", KIND);
highlights("type arguments", "labels: Map<String, List<Int>> = {}", "labels", FIELD, "Map", TYPE, "<", "punctuation.definition.typeparameters", "String", TYPE, "List", TYPE, "Int", TYPE, "=", "keyword.operator.assignment");
highlights("members of an enumeration in place", "state: running | stopped = running", "state", FIELD, "running", MEMBER, "stopped", MEMBER, "running", NAME);
highlights("a variant in an expression", "require s is ZfsPool", "s", NAME, "is", WORD_OPERATOR, "ZfsPool", TYPE);

// ---- expressions

highlights("words of expressions", "x = if a and b or not c implies d then e else f", "if", CONTROL, "and", WORD_OPERATOR, "or", WORD_OPERATOR, "not", WORD_OPERATOR,
  "implies", WORD_OPERATOR, "then", CONTROL, "e", NAME, "else", CLAUSE, "f", NAME);
highlights("operators that are words", "require a within b and c overlaps d and e contains f and g in h", "within", WORD_OPERATOR, "overlaps", WORD_OPERATOR, "contains", WORD_OPERATOR, "in", WORD_OPERATOR);
highlights("constants", "x = [true, false, null, self]", "true", CONSTANT, "false", CONSTANT, "null", CONSTANT, "self", "variable.language.self");
highlights("operators", "x = a ?? b + c - d / -e", "??", "keyword.operator.coalesce", "+", "keyword.operator.arithmetic", "-", "keyword.operator.arithmetic", "/", "keyword.operator.arithmetic", "-", "keyword.operator.arithmetic", "e", NAME);
highlights("a comprehension", "x = [d.size for d in v.disk where d.backup]", "d", NAME, "size", FIELD, "for", CONTROL, "d", PARAMETER, "in", CONTROL, "v", NAME, "where", CONTROL);
highlights("calls", "x = group-by(a) + parts.usable(b)", "group-by", CALL, "parts", NAME, "usable", CALL);
highlights("an index", 'require v.raw["args"] != null', "raw", FIELD, "[", "punctuation.section.brackets.begin", "args", STRING, "!=", "keyword.operator.comparison");
highlights("a list that was not closed ends at the next item", "x = [a,\nvm web on pve {", "a", NAME, "vm", KIND, "web", RESOURCE, "on", HEAD);

// ---- literals

for (const [kind, ...literals] of [
  ["integer", "42", "1_000", "999_999_999", "0"],
  ["float", "1.5", "1_000.25"],
  ["ip", "192.168.4.17"],
  ["cidr", "192.168.4.0/24"],
  ["mac", "BC:24:11:90:21:DF", "00:14:d1:7c:e9:60"],
  ["device-id", "1a6e:089a", "abcd:ef01", "1002:67df"],
  ["pci-address", "01:00", "01:00.1", "0000:b3:00.0", "B3:00"],
]) {
  for (const literal of literals) highlights(`${kind} ${literal}`, `x = [${literal}, 1]`, literal, `constant.numeric.${kind}`, "1", "constant.numeric.integer");
}
for (const [kind, ...literals] of [
  ["size", "16 GiB", "512 MiB", "2 TB", "1.5 TiB", "1_024 KiB", "4 B", "3 kB", "3 KB", "3 MB", "3 GB", "3 PB", "3 PiB"],
  ["duration", "30 s", "5 m", "2 h", "7 d", "250 ms", "1 w"],
  ["rate", "1 Gbps", "2.5 Gbps", "100 Mbps", "10 Kbps", "9 bps"],
  ["percent", "80 %", "12.5 %"],
]) {
  for (const literal of literals) {
    const [number, unit] = literal.split(" ");
    highlights(`${kind} ${number}${unit}`, `x = ${number}${unit}`, number, `constant.numeric.${kind}`, unit, "keyword.other.unit");
  }
}
highlights("a range of numbers", "ids = 100..199", "100", "constant.numeric.integer", "..", "keyword.operator.range", "199", "constant.numeric.integer");
highlights("a range of addresses", "range = 192.168.4.80..192.168.4.120", "192.168.4.80", "constant.numeric.ip", "..", "keyword.operator.range", "192.168.4.120", "constant.numeric.ip");
highlights("what only begins like a number", "x = 5parsecs", "5parsecs", "invalid.illegal.number");
highlights("an address is no declaration of a field", "at = 01:00, x", "at", FIELD, "01:00", "constant.numeric.pci-address");

// ---- strings

highlights("a string", 'x = "a b"', '"', "punctuation.definition.string.begin", "a b", STRING, '"', "punctuation.definition.string.end");
highlights("escapes", String.raw`x = "a\n\"\${b}\u{e9}\q"`, "a", STRING, String.raw`\n`, "constant.character.escape", String.raw`\"`, "constant.character.escape",
  String.raw`\$`, "constant.character.escape", "{b}", STRING, String.raw`\u{e9}`, "constant.character.escape", String.raw`\q`, "invalid.illegal.escape");
highlights("interpolation", 'x = "a ${if b then c.d else 1GiB} e"', "a", STRING, "${", "punctuation.section.interpolation.begin", "if", CONTROL, "c", NAME, "d", FIELD, "GiB", "keyword.other.unit",
  "}", "punctuation.section.interpolation.end", "e", STRING);
highlights("nested interpolation", 'x = "a ${f("b ${c} d", { k = 1 })} e"', "f", CALL, "b", STRING, "c", NAME, "d", STRING, "k", FIELD, "}", "punctuation.section.block.end", "}", "punctuation.section.interpolation.end", "e", STRING);
highlights("a list in an interpolation", 'else "${[n.owner for n in t]}!"', "else", CLAUSE, "n", NAME, "for", CONTROL, "}", "punctuation.section.interpolation.end", "!", STRING);
highlights("a string of several lines", 'x = """\n  for a "quoted" in ${b.c}\n  // no comment\n  """\ny = 1', "for a \"quoted\" in", "string.quoted.triple", "b", NAME, "c", FIELD, "// no comment", "string.quoted.triple", "y", FIELD);
highlights("a string ends at its line", 'x = "a\ny = 1', "a", STRING, "y", FIELD);
highlights("an empty string", 'x = ""\ny = 1', "y", FIELD);
