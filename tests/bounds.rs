//! What would take for ever, or all memory, is an error: loops, chains, values that double, and crowds of errors.
//!
//! The texts are small enough for a build without optimisation, and large enough that the work they ask for could not be
//! done at all.

use std::fmt::Write as _;

use hlab::base::MemoryWorld;
use hlab::session::{Options, analyze};

/// The names and messages of what is wrong with a lab of one host.
fn found(source: &str) -> Vec<(String, String)> {
    let world = MemoryWorld::default()
        .with("lab.hlab", "project p {}\nhost a { memory = 64GiB, bridge vmbr0 }\n")
        .with("x.hlab", source);
    let analysis = analyze(&world, &Options::default());
    let errors = analysis.diagnostics.iter().filter(|found| found.severity == hlab::diag::Severity::Error);
    errors.map(|found| (found.code.name().to_owned(), found.message.clone())).collect()
}

/// Asserts that a bound is reached, and said once.
#[track_caller]
fn too_much(source: &str) {
    let found = found(source);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "too-much", "{found:?}");
}

/// So many lines, each made of its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

#[test]
fn loops_in_loops_count_every_turn_even_where_nothing_is_computed() {
    let rule = |condition: &str| format!("policy p {{\n for h in host\n require {condition}\n else \"no\"\n}}\n");
    too_much(&rule("all(true for x in 0..999999 for y in 0..999999)"));
    too_much(&rule("count(1 for x in 0..999999 for y in 0..999999 where x == y) > 0"));
    too_much("policy p {\n for h in host\n for x in 0..999999\n for y in 0..999999\n require true\n else \"no\"\n}\n");
    too_much("for x in 0..999999 {\n for y in 0..999999 where y < 0 {\n  vm \"v-${x}-${y}\" on a {}\n }\n}\n");
}

#[test]
fn loops_do_not_make_more_resources_or_blocks_than_a_lab_has() {
    too_much("for x in 0..999999 { vm \"v${x}\" on a { id = 100 + x } }\n");
    too_much("vm v on a {\n id = 100\n for i in 0..999999 { serial \"serial${i}\" {} }\n}\n");
}

#[test]
fn profiles_that_double_or_form_an_endless_chain_are_refused_and_a_cycle_is_one_error() {
    let double = lines(60, |n| format!("profile p{} for vm with [p{n}, p{n}] {{}}", n + 1));
    let found_double = found(&format!("profile p0 for vm {{}}\n{double}vm v on a with p60 {{ id = 100 }}\n"));
    assert!(found_double.iter().all(|(name, text)| name == "too-much" && text.contains("too many others")));
    assert!(!found_double.is_empty());
    let chain = lines(3000, |n| format!("profile p{} for vm with p{n} {{}}", n + 1));
    assert!(!found(&format!("profile p0 for vm {{}}\n{chain}")).is_empty());
    let cycle = lines(3000, |n| format!("profile p{n} for vm with p{} {{}}", (n + 1) % 3000));
    let cycles = found(&cycle).into_iter().filter(|(name, _)| name == "recursion");
    assert_eq!(cycles.map(|(_, text)| text).collect::<Vec<_>>(), ["profile `p0` builds on itself"]);
}

#[test]
fn values_that_double_end_with_one_error() {
    let texts = lines(60, |n| format!("let a{} = \"${{a{n}}}${{a{n}}}\"", n + 1));
    too_much(&format!("let a0 = \"0123456789\"\n{texts}vm v on a {{ id = 100, description = a60 }}\n"));
    let lists = lines(60, |n| format!("let a{} = a{n} + a{n}", n + 1));
    too_much(&format!("let a0 = [1, 2]\n{lists}vm v on a {{ id = 100, cpu {{ cores = count(a60) }} }}\n"));
}

#[test]
fn a_chain_of_functions_is_one_error_and_hides_that_they_exist_from_nobody() {
    let chain = lines(2000, |n| format!("fn f{}(x: Int) -> Int = f{n}(x)", n + 1));
    let found =
        found(&format!("fn f0(x: Int) -> Int = x\n{chain}vm v on a {{ id = 100, cpu {{ cores = f2000(1) }} }}\n"));
    assert!(found.iter().all(|(name, _)| name == "too-much"), "{:?}", found.first());
}

#[test]
fn a_crowd_of_errors_is_told_without_suggestions_behind_the_first_hundred() {
    let source = lines(400, |n| format!("vm v{n} on b {{ id = {} }}", 100 + n));
    let world = MemoryWorld::default().with("lab.hlab", "project p {}\nhost a {}\n").with("x.hlab", source);
    let analysis = analyze(&world, &Options::default());
    let unknown: Vec<_> = analysis.diagnostics.iter().filter(|found| found.code.name() == "unknown-host").collect();
    assert_eq!(unknown.len(), 400);
    assert!(!unknown[0].help.is_empty() && unknown[399].help.is_empty());
}

#[test]
fn guests_for_whom_no_id_is_left_are_one_error() {
    let source = "project q { ids = 100..101 }\nhost a {}\nfor i in 0..999 { vm \"v${i}\" on a {} }\n";
    let analysis = analyze(&MemoryWorld::default().with("x.hlab", source), &Options::default());
    let texts: Vec<&str> = analysis.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(texts, ["no id is left for `vm.v10` and 997 other guests in 100..101"]);
}
