//! What only a whole run finds: options that are wrong, a lock that is damaged, tests that fail, policies that lie idle.

use hlab::base::MemoryWorld;
use hlab::diag::{Diagnostic, Severity};
use hlab::session::{Options, analyze, run_tests};

const LAB: &str = "project case\ninput cores: Int = 2\nhost pve\nvm web on pve { id = 101, cpu { cores = cores } }\n";

fn check(text: &str, options: &Options) -> Vec<Diagnostic> {
    analyze(&MemoryWorld::default().with("main.hlab", text), options).diagnostics
}

/// Code, name and message of each error and warning.
fn found(diagnostics: &[Diagnostic]) -> Vec<String> {
    let shown = diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note);
    shown.map(|one| format!("{} {}: {}", one.code.id(), one.code.name(), one.message)).collect()
}

fn set(name: &str, value: &str) -> Options {
    Options { inputs: vec![(name.to_owned(), value.to_owned())], ..Options::default() }
}

#[test]
fn an_input_that_nobody_declares_is_refused() {
    let diagnostics = check(LAB, &set("core", "4"));
    assert_eq!(found(&diagnostics), ["HL0405 bad-input: `--set core`: there is no such input"]);
}

#[test]
fn an_input_of_another_type_is_refused() {
    let diagnostics = check(LAB, &set("cores", "many"));
    assert_eq!(found(&diagnostics), ["HL0405 bad-input: `--set cores`: expected Int, found `many`"]);
}

#[test]
fn an_input_takes_its_value_from_the_command_line() {
    assert_eq!(found(&check(LAB, &set("cores", "4"))), [""; 0]);
}

#[test]
fn an_unfinished_merge_of_the_lock_is_refused_by_line() {
    let lock = "id vm.a 100\n<<<<<<< HEAD\nid vm.b 101\n";
    let diagnostics = check(LAB, &Options { lock: Some(lock.to_owned()), ..Options::default() });
    assert_eq!(found(&diagnostics), ["HL0504 bad-lock: hlab.lock, line 2: an unfinished merge"]);
}

#[test]
fn an_id_that_the_lock_gives_twice_is_refused_by_line() {
    let lock = "id vm.a 100\nid vm.b 100\n";
    let diagnostics = check(LAB, &Options { lock: Some(lock.to_owned()), ..Options::default() });
    let expected = "HL0504 bad-lock: hlab.lock, line 2: id 100 is given to `vm.a` and to `vm.b`";
    assert_eq!(found(&diagnostics), [expected]);
}

#[test]
fn a_policy_that_lacks_its_facts_is_noted_and_not_where_there_are_errors() {
    let is_idle = |text: &str| check(text, &Options::default()).iter().any(|one| one.code.id() == "HL0608");
    assert!(is_idle(LAB), "no host says its memory");
    assert!(!is_idle(&LAB.replace("host pve", "host pve { memory = 16GiB }")));
    assert!(!is_idle(&LAB.replace("id = 101", "id = 1")));
}

#[test]
fn texts_of_which_some_are_versions_have_one_order() {
    // `9` is before `10` as a version, `10` before `5x` and `5x` before `9` as texts: a circle, at which sorting panics.
    for texts in ["\"10\", \"9\", \"5x\"", "\"5x\", \"10\", \"9\"", "\"9\", \"5x\", \"10\""] {
        let text = format!("{LAB}\nvm listed on pve {{ id = 190, description = \"${{sort([{texts}])}}\" }}\n");
        let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
        let told = analysis.explain_path("vm.listed").expect("it is there");
        assert!(told.contains("description = 9, 10, 5x"), "{told}");
    }
}

fn tested(test: &str) -> Vec<String> {
    let world = MemoryWorld::default().with("main.hlab", LAB).with("lab_test.hlab", test);
    let report = run_tests(&world, &Options::default(), None);
    assert_eq!(found(&report.diagnostics), [""; 0]);
    report.tests.iter().flat_map(|test| found(&test.failures)).collect()
}

#[test]
fn a_test_that_holds_passes() {
    assert_eq!(tested("test \"t\" {\n  change vm.web { memory = 2GiB }\n  expect ok\n}\n"), [""; 0]);
    let refused = "test \"t\" {\n  change vm.web { id = 1 }\n  expect error refused-value at vm.web.id\n}\n";
    assert_eq!(tested(refused), [""; 0]);
    assert_eq!(tested("test \"t\" {\n  vm api on pve { id = 102 }\n  without vm.web\n  expect ok\n}\n"), [""; 0]);
}

#[test]
fn an_expectation_that_is_not_met_says_what_was_found() {
    let failures = tested("test \"t\" {\n  change vm.web { id = 1 }\n  expect error missing-field\n}\n");
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    assert!(failure.starts_with("HL0607 test-failed: expected error missing-field, found refused-value"), "{failure}");
}

#[test]
fn an_error_that_a_test_does_not_expect_fails_it() {
    let failures = tested("test \"t\" {\n  change vm.web { id = 1 }\n  expect ok\n}\n");
    assert_eq!(failures, ["HL0411 refused-value: expected at least 100, found 1"]);
}

#[test]
fn a_test_overlooks_warnings_unless_it_expects_a_clean_lab() {
    let tested = |change: &str, expects: &str| tested(&format!("test \"t\" {{\n  {change}\n  {expects}\n}}\n"));
    let odd = "change vm.web { raw { \"autostart\" = \"1\" } }";
    assert_eq!(tested(odd, "expect ok"), [""; 0]);
    let failures = tested(odd, "expect clean");
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    assert!(failure.contains("raw-option"), "{failure}");
    assert_eq!(tested(odd, "expect warning raw-option\n  expect clean"), [""; 0]);
    assert_eq!(tested("change vm.web { memory = 2GiB }", "expect clean"), [""; 0]);
    let failures = tested("change vm.web { id = 1 }", "expect clean");
    assert_eq!(failures, ["HL0411 refused-value: expected at least 100, found 1"]);
}

#[test]
fn a_test_that_expects_nothing_fails() {
    assert_eq!(tested("test \"t\" {\n  without vm.web\n}\n"), ["HL0607 test-failed: this test expects nothing"]);
}

#[test]
fn a_change_of_what_is_not_there_is_refused() {
    let failures = tested("test \"t\" {\n  change vm.wbe { id = 102 }\n  expect ok\n}\n");
    assert_eq!(failures, ["HL0606 test-path: the project has no `vm.wbe`"]);
    let failures = tested("test \"t\" {\n  vm web on pve { id = 102 }\n  expect ok\n}\n");
    assert_eq!(failures, ["HL0606 test-path: `web` is declared already"]);
}

#[test]
fn among_many_guests_that_repeat_each_other_those_that_break_a_rule_are_found() {
    let guest = |number: usize| {
        let (slot, disk, controller) = match number {
            1400 => ("virtio0", "iothread = true, ssd = true", ""),
            1450 => ("scsi0", "iothread = true", "\n scsi-controller = lsi"),
            1475 => ("sata0", "iothread = true", ""),
            _ => ("scsi0", "iothread = true, ssd = true", ""),
        };
        let storage = if number == 1499 { "isos" } else { "fast" };
        format!(
            "vm v{number} on pve {{\n id = {}\n memory = 16MiB{controller}\n disk {slot} {{ storage = {storage}, size = 1GiB, {disk} }}\n}}\n",
            100 + number
        )
    };
    let head = "project case\nhost pve { memory = 512GiB, zpool rpool { boot = true } }\nstorage fast: ZfsPool on all { pool = \"rpool/data\", content = [images] }\n\
                storage isos: Directory on all { path = \"/isos\", content = [iso] }\n";
    let text = (0..1500).fold(head.to_owned(), |text, number| text + &guest(number));
    let errors: Vec<String> = found(&check(&text, &Options::default()));
    let wanted =
        ["virtio disk cannot look like an SSD", "needs the controller", "slot such as `sata0`", "does not hold disks"];
    assert_eq!(errors.len(), wanted.len(), "{errors:?}");
    for (error, wanted) in errors.iter().zip(wanted) {
        assert!(error.contains(wanted), "{error}");
    }
}
