//! What the parser and the formatter promise, one small input each. Diagnostics are drawn in `tests/cases/syntax/`, laws
//! stand in `tests/laws/syntax.rs`.

use super::errors;
use super::tree::{NodeKind, Tree, doc_before, file_doc};
use super::{format, is_identifier, parse, segment, unquote};
use crate::base::FileId;

/// The tree of a text, a line a node: the text of leaves behind their kind.
fn outline(text: &str) -> String {
    let tree = parse(FileId(0), text).value;
    let mut open: Vec<u32> = Vec::new();
    let mut lines = Vec::new();
    for (at, node) in tree.nodes.iter().enumerate().skip(1) {
        while open.last().is_some_and(|next| *next as usize <= at) {
            open.pop();
        }
        let leaf = node.next as usize == at + 1;
        let said = if leaf { format!(" {}", tree.text(at as u32, text)) } else { String::new() };
        lines.push(format!("{}{:?}{said}", " ".repeat(open.len()), node.kind).trim_end().to_owned());
        open.push(node.next);
    }
    lines.join("\n")
}

fn messages(text: &str) -> Vec<String> {
    parse(FileId(0), text)
        .diagnostics
        .into_iter()
        .map(|found| format!("{} {}", found.code.id(), found.message))
        .collect()
}

fn strings(tree: &Tree) -> Vec<u32> {
    (0..tree.nodes.len() as u32).filter(|at| tree.kind(*at) == NodeKind::Str).collect()
}

#[test]
fn a_head_reads_as_a_sentence() {
    let expected = "\
Decl
 Name vm
 Name a
 OnClause
  NameRef pve
 WithClause
  NameRef small
 Body
  Field
   Name id
   Int 107";
    assert_eq!(outline("vm a on pve with small { id = 107 }"), expected);
}

#[test]
fn operators_bind_as_the_language_says() {
    let expected = "\
Let
 Name x
 Implies
  NameRef a
  Or
   NameRef b
   And
    Not
     Eq
      NameRef c
      Add
       NameRef d
       Mul
        Neg
         NameRef e
        Access
         NameRef f
         Name g
    NameRef h";
    assert_eq!(outline("let x = a implies b or not c == d + -e * f.g and h"), expected);
}

#[test]
fn a_half_typed_field_keeps_its_place_for_completion() {
    let expected = "\
Decl
 Name vm
 Name a
 Body
  Field
   Name cpu
   Missing
  Field
   Name memory
   Size 4GiB";
    assert_eq!(outline("vm a {\n  cpu =\n  memory = 4GiB\n}\n"), expected);
}

#[test]
fn a_half_typed_access_keeps_its_place_for_completion() {
    let expected = "\
Decl
 Name vm
 Name a
 Body
  Field
   Name x
   Access
    NameRef still-fawn
    Name
  Field
   Name y
   Int 1";
    assert_eq!(outline("vm a {\n  x = still-fawn.\n  y = 1\n}\n"), expected);
}

#[test]
fn a_large_operand_is_moved_behind_its_operator_once() {
    let text = format!("let a = [{}] + 1 + 2\n", "1, ".repeat(100));
    let tree = parse(FileId(0), &text).value;
    let kinds: Vec<_> = (1..6).map(|at| tree.kind(at)).collect();
    assert_eq!(kinds, [NodeKind::Let, NodeKind::Name, NodeKind::Add, NodeKind::Add, NodeKind::List]);
    let outer: Vec<_> = tree.children(3).map(|child| tree.text(child, &text)).collect();
    assert_eq!(outer[1], "2");
    assert!(outer[0].ends_with("+ 1"));
}

#[test]
fn windows_line_ends_are_line_ends() {
    assert_eq!(messages("vm a {\r\n  id = 1\r\n  t = \"\"\"\r\n    x\r\n    \"\"\"\r\n}\r\n"), [""; 0]);
    assert_eq!(format("vm a {\r\n  id = 1 }\r\n").as_deref(), Some("vm a {\n  id = 1\n}\n"));
}

#[test]
fn a_control_character_in_a_string_is_an_error() {
    assert_eq!(messages("a = \"x\u{1b}[31m\"\n"), ["HL0013 a control character (U+001B) stands in this string"]);
    assert_eq!(messages("a = \"x\u{85}${b}\"\n"), ["HL0013 a control character (U+0085) stands in this string"]);
    assert_eq!(messages("a = \"tab\tmay\"\n"), [""; 0]);
}

#[test]
fn a_backslash_may_be_the_last_character_of_a_file() {
    let found = parse(FileId(0), "a = \"\\").diagnostics;
    assert_eq!(found[0].code.id(), "HL0011");
    let found = parse(FileId(0), "a = \"${b}\\").diagnostics;
    assert!(found.iter().all(|found| found.primary.as_ref().is_some_and(|label| label.span.end <= 10)));
}

#[test]
fn characters_that_cannot_be_seen_are_named() {
    assert_eq!(messages("a = 1\0\n"), ["HL0010 a NUL byte stands here"]);
    assert_eq!(messages("a = 1\rb = 2\n"), ["HL0010 a carriage return without a line feed stands here"]);
}

#[test]
fn files_that_are_no_sources_are_named_with_the_way_out() {
    let found = errors::not_utf8("lab.hlab", 3, 41);
    assert_eq!((found.code.id().as_str(), found.message.contains("line 3, byte 41")), ("HL0001", true));
    let found = errors::file_too_large("lab.hlab", 70 << 20, 64 << 20);
    assert_eq!((found.code.id().as_str(), found.message.contains("at most 64 MiB, found 70 MiB")), ("HL0002", true));
    let found = errors::unreadable_file("lab.hlab", "permission denied");
    assert_eq!((found.code.id().as_str(), found.message.contains("permission denied")), ("HL0003", true));
}

#[test]
fn what_nests_too_deep_is_left_whatever_stands_in_it() {
    // Found by fuzzing: a key behind the bound was read again and again.
    for tail in [" {\n  r pe\np\"${t", "{\" {\n  r 1p\"${t", " p\"${a}\" { b c\"${d"] {
        for depth in 240..260 {
            let text = format!("a {{\n  s {}{tail}", "[".repeat(depth));
            let tree = parse(FileId(0), &text).value;
            assert_eq!(tree.nodes[0].next as usize, tree.nodes.len());
        }
    }
}

#[test]
fn nesting_beyond_the_bound_is_hl0110() {
    assert_eq!(messages(&format!("a = {}", "[".repeat(300))), ["HL0110 this is nested more than 256 levels deep"]);
}

#[test]
fn escapes_are_undone() {
    assert_eq!(unquote(r#""a\n\t\"\\\${x} \u{e9}""#), "a\n\t\"\\${x} é");
    assert_eq!(unquote("\"plain\""), "plain");
}

#[test]
fn the_indentation_that_all_lines_share_is_no_part_of_the_text() {
    assert_eq!(unquote("\"\"\"\n    a\n      b\n\n    c\n    \"\"\""), "a\n  b\n\nc\n");
    assert_eq!(unquote("\"\"\"\n    a\n  \"\"\""), "  a\n");
    assert_eq!(unquote("\"\"\"\n  a\n  b\"\"\""), "a\nb");
    assert_eq!(unquote("\"\"\"\r\n  a\r\n  \"\"\""), "a\n");
    assert_eq!(unquote("\"\"\"\n  \\  a\\n\n  \"\"\""), "\\  a\n\n");
}

#[test]
fn the_parts_of_a_string_with_holes_are_read_one_by_one() {
    let text = "t = \"\"\"\n    a ${b}\n      c\\t${d} e\n    \"\"\"\n";
    let tree = parse(FileId(0), text).value;
    let string = strings(&tree)[0];
    let parts: Vec<_> = tree.children(string).filter(|part| tree.kind(*part) == NodeKind::StrText).collect();
    let said: Vec<_> = parts.iter().map(|part| segment(&tree, string, *part, text).into_owned()).collect();
    assert_eq!(said, ["a ", "\n  c\t", " e\n"]);
}

#[test]
fn documentation_stands_above_and_at_the_start() {
    let text = "//! About the lab.\n//! More.\n\n/// A machine.\n///\n/// It runs.\nvm a\n";
    assert_eq!(file_doc(text), "About the lab.\nMore.");
    assert_eq!(doc_before(text, text.find("vm").unwrap_or(0)), "A machine.\n\nIt runs.");
}

#[test]
fn a_name_needs_quotes_if_it_is_no_identifier() {
    assert!(is_identifier("local-2TB-zfs") && is_identifier("_x"));
    assert!(!is_identifier("haos16.0") && !is_identifier("2fauth") && !is_identifier("a-") && !is_identifier(""));
}

#[test]
fn a_text_with_errors_is_not_formatted() {
    assert_eq!(format("a = 1,, b = 2"), None);
}

#[test]
fn what_stands_inside_a_string_has_no_say_in_the_spaces_after_it() {
    let text = "kind k {\n  a: Int\n  require self.a == 1\n    else \"x ${-self.a} ${f(1)}\"\n    fix a = 1\n}\n";
    assert_eq!(format(text).as_deref(), Some(text));
}

#[test]
fn fields_in_a_run_have_their_equals_signs_in_one_column() {
    let text = "vm a {\n  id=1\n  memory =  4GiB // much\n  cpu { cores = 1 }\n  on-boot = true\n}\n";
    let laid_out = "vm a {\n  id     = 1\n  memory = 4GiB  // much\n  cpu { cores = 1 }\n  on-boot = true\n}\n";
    assert_eq!(format(text).as_deref(), Some(laid_out));
}

#[test]
fn a_flat_body_stays_flat_if_the_author_wrote_it_so_and_it_fits() {
    assert_eq!(format("vm a { id = 1, cpu { cores = 2 }, }").as_deref(), Some("vm a { id = 1, cpu { cores = 2 } }\n"));
    assert_eq!(format("vm a { id = 1,\n}").as_deref(), Some("vm a {\n  id = 1\n}\n"));
    let keyed = "vm a {\n  id = 1\n  nic net0 { network = lan }\n}\n";
    assert_eq!(format("vm a { id = 1, nic net0 { network = lan } }").as_deref(), Some(keyed));
}

#[test]
fn one_blank_line_stands_between_items_and_one_line_items_may_stay_close() {
    let text = "let a = 1\nlet b = 2\n\n\n\nlet c = 3\nvm x {\n  id = 1\n}\nlet d = 4\n";
    let laid_out = "let a = 1\nlet b = 2\n\nlet c = 3\n\nvm x {\n  id = 1\n}\n\nlet d = 4\n";
    assert_eq!(format(text).as_deref(), Some(laid_out));
}

#[test]
fn a_head_is_broken_only_before_its_list_of_profiles() {
    let profiles = "a-long-profile-name, another-long-profile-name, a-third-profile-name-that-is-longer";
    let text = format!("vm some-machine on pve with [{profiles}] {{ id = 1 }}\n");
    let laid_out = format!("vm some-machine on pve\n  with [{profiles}] {{\n  id = 1\n}}\n");
    assert_eq!(format(&text), Some(laid_out));
}

#[test]
fn the_clauses_of_require_stand_in_its_column_in_a_policy_and_indented_elsewhere() {
    let text = "policy p {\n  require a\n    else \"x\" help \"y\"\n}\n\nkind k {\n  require a\n  else \"x\"\n}\n";
    let laid_out =
        "policy p {\n  require a\n  else \"x\"\n  help \"y\"\n}\n\nkind k {\n  require a\n    else \"x\"\n}\n";
    assert_eq!(format(text).as_deref(), Some(laid_out));
}

#[test]
fn a_comma_stays_where_the_next_entry_would_otherwise_go_on_from_this_one() {
    let text = "vm a { id = 1, at foo, help = 2,\n}\n";
    let laid_out = format(text).unwrap_or_default();
    assert_eq!(laid_out, "vm a {\n  id = 1,\n  at foo\n  help = 2\n}\n");
    assert_eq!(outline(text), outline(&laid_out));
}

#[test]
fn comments_keep_their_places() {
    let text = "//! Doc.\nvm a { // head\n// first\nid = 1 // one\n\n\n// last\n} // behind\n// end\n";
    let laid_out = "//! Doc.\n\nvm a {  // head\n  // first\n  id = 1  // one\n\n  // last\n}  // behind\n// end\n";
    assert_eq!(format(text).as_deref(), Some(laid_out));
}
