//! The command line, end to end: what is printed where, and with which exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder for one test, removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hlab-cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a scratch folder can be made");
        Folder(path)
    }

    /// A folder with the starter in it.
    fn with_starter() -> Folder {
        let folder = Folder::new();
        assert_eq!(folder.run(&["init"]).code, 0);
        folder
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a path has a parent")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn run(&self, words: &[&str]) -> Run {
        self.run_with(words, &[], "")
    }

    /// Runs hlab in this folder, with a clean environment but for `environment`, and text on standard input.
    fn run_with(&self, words: &[&str], environment: &[(&str, &str)], input: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
        command.args(words).current_dir(&self.0).env_clear().envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("hlab can be started");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        // hlab may end without reading its input.
        let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("hlab ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    #[track_caller]
    fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Run {
        assert!(self.err.contains(text), "expected {text:?} on standard error\n{self:#?}");
        self
    }

    #[track_caller]
    fn prints(self, text: &str) -> Run {
        assert!(self.out.contains(text), "expected {text:?} on standard output\n{self:#?}");
        self
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{self:#?}"))
    }
}

const COMMANDS: [&str; 22] = [
    "init",
    "check",
    "build",
    "fmt",
    "fix",
    "lock",
    "explain",
    "graph",
    "map",
    "doc",
    "test",
    "incidents",
    "inputs",
    "scan",
    "what-if",
    "plan",
    "diff",
    "health",
    "demo",
    "completions",
    "man",
    "version",
];

#[test]
fn help_names_the_commands_and_the_exit_codes_and_shows_examples() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).ends(0);
    for word in COMMANDS.iter().chain(&["Exit codes:", "64", "130", "Examples:"]) {
        assert!(help.out.contains(word), "{word} is missing\n{}", help.out);
    }
    for command in COMMANDS {
        let help = folder.run(&[command, "--help"]).ends(0);
        assert!(help.out.contains("Example"), "`hlab {command} --help` has no example\n{}", help.out);
    }
}

#[test]
fn a_mistyped_command_line_is_usage_in_every_format() {
    let folder = Folder::new();
    folder.run(&[]).ends(64);
    folder.run(&["chek"]).ends(64).says("similar subcommand exists: 'check'");
    folder.run(&["check", "--set", "novalue"]).ends(64).says("NAME=VALUE");
    folder.run(&["build", "--check", "-o", "-"]).ends(64).says("HL0901");
    let json = folder.run(&["chek", "--format", "json"]).ends(64).json();
    assert_eq!(json["diagnostics"][0]["code"], "HL0901");
    assert_eq!(json["format_version"], 1);
}

#[test]
fn version_says_one_line() {
    let folder = Folder::new();
    let version = concat!("hlab ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(folder.run(&["version"]).ends(0).out, version);
    assert_eq!(folder.run(&["--version"]).ends(0).out, version);
}

#[test]
fn init_writes_a_starter_that_checks_clean_and_replaces_nothing() {
    let folder = Folder::new();
    folder.run(&["init", "my-lab"]).ends(0).says("my-lab/lab.hlab");
    folder.run(&["check", "my-lab", "--deny", "warnings"]).ends(0).says("no errors in 1 file");
    folder.write("my-lab/lab.hlab", "// mine\n");
    folder.run(&["init", "my-lab"]).ends(3).says("HL0911");
    assert_eq!(folder.read("my-lab/lab.hlab"), "// mine\n");
}

/// The first fenced block of a language in a document.
fn block<'a>(document: &'a str, language: &str) -> Option<&'a str> {
    let (_, rest) = document.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(block, _)| block)
}

#[test]
fn the_readme_shows_what_the_compiler_does() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("there is a README");
    let folder = Folder::new();
    folder.write("lab.hlab", block(&readme, "hlab").expect("the README has an example"));
    folder.run(&["check", "--deny", "warnings"]).ends(0);
    if let Some(emitted) = block(&readme, "yaml") {
        folder.run(&["build", "-o", "-"]).ends(0).prints(emitted);
    }
}

#[test]
fn outside_a_project_check_says_what_to_do() {
    let folder = Folder::new();
    folder.run(&["check"]).ends(1).says("HL0902").says("hlab init");
    folder.run(&["build"]).ends(1).says("HL0902");
    let json = folder.run(&["check", "--format", "json"]).ends(1).json();
    assert_eq!(json["diagnostics"][0]["name"], "no-project");
    assert_eq!(json["errors"], 1);
    folder.run(&["check", "nowhere"]).ends(1).says("HL0903").says("no such file");
    folder.write("lab.hlab", "");
    folder.run(&["check", "lab.hlab"]).ends(1).says("it is a file");
}

#[test]
fn a_clean_check_prints_a_document_in_each_machine_format() {
    let folder = Folder::with_starter();
    assert_eq!(folder.run(&["check", "--format", "json"]).ends(0).json()["errors"], 0);
    assert_eq!(folder.run(&["check", "--format", "sarif"]).ends(0).json()["version"], "2.1.0");
    folder.run(&["check", "--format", "junit"]).ends(0).prints("failures=\"0\"");
    assert_eq!(folder.run(&["check", "--format", "github"]).ends(0).out, "");
    let human = folder.run(&["check"]).ends(0);
    assert_eq!(human.out, "");
}

#[test]
fn results_for_people_go_to_standard_error_and_for_programs_to_standard_output() {
    let folder = Folder::with_starter();
    folder.write("bad.hlab", "vm broken on pve {\n  memory = = 4GiB\n");
    let human = folder.run(&["check"]).ends(1).says("bad.hlab:2:");
    assert_eq!(human.out, "");
    let short = folder.run(&["check", "--format", "short"]).ends(1).says("bad.hlab:2:");
    assert!(
        short.err.lines().all(|line| line.contains("error[") || line.contains("warning[") || line.contains("note["))
    );
    let json = folder.run(&["check", "--format", "json"]).ends(1);
    assert_eq!(json.json()["diagnostics"][0]["labels"][0]["file"], "bad.hlab");
    assert_eq!(json.json()["diagnostics"][0]["labels"][0]["line"], 2);
    folder.run(&["check", "--format", "github"]).ends(1).prints("::error file=bad.hlab,line=2");
    let stream = folder.run(&["build", "-o", "-", "--format", "json"]).ends(1).says("\"format_version\": 1");
    assert_eq!(stream.out, "", "with `-o -` standard output is for YAML");
}

#[test]
fn colour_follows_the_flag_and_the_environment() {
    let folder = Folder::new();
    let is_colored =
        |words: &[&str], environment: &[(&str, &str)]| folder.run_with(words, environment, "").err.contains('\u{1b}');
    assert!(!is_colored(&["check"], &[]), "a pipe is no terminal");
    assert!(is_colored(&["check", "--color", "always"], &[]));
    assert!(is_colored(&["check"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_colored(&["check"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!is_colored(&["check", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_file_name_cannot_drive_the_terminal() {
    let folder = Folder::new();
    let run = folder.run(&["check", "\u{1b}[31mred\nline"]).ends(1);
    assert!(!run.err.contains('\u{1b}') && run.err.contains("\\u{1b}[31mred\\nline"), "{run:#?}");
}

#[test]
fn explain_knows_codes_names_and_their_list() {
    let folder = Folder::new();
    folder.run(&["explain", "HL0905"]).ends(0).prints("# HL0905 foreign-file");
    folder.run(&["explain", "hl0905"]).ends(0).prints("# HL0905 foreign-file");
    folder.run(&["explain", "foreign-file"]).ends(0).prints("--overwrite");
    folder.run(&["explain", "codes"]).ends(0).prints("HL0905  foreign-file");
    folder.run(&["explain", "HL9999"]).ends(1).says("HL0912");
    folder.run(&["explain", "foreign-fil"]).ends(1).says("did you mean `foreign-file`?");
    let json = folder.run(&["explain", "HL0905", "--format", "json"]).ends(0).json();
    assert_eq!(json["topic"], "HL0905");
}

#[test]
fn an_unknown_target_is_named_with_those_that_are_known() {
    let folder = Folder::with_starter();
    folder.run(&["build", "--target", "crosplane"]).ends(1).says("HL0913");
}

#[test]
fn a_folder_of_files_that_cannot_be_read_hides_none_of_the_others() {
    let folder = Folder::with_starter();
    folder.write("not-text.hlab", b"vm \xff\xfe");
    fs::create_dir(folder.0.join("folder.hlab")).expect("a folder may be named like a file");
    let file = fs::File::create(folder.0.join("big.hlab")).expect("a file can be made");
    file.set_len(65 << 20).expect("a sparse file can be made");
    drop(file);
    folder.run(&["check"]).ends(1).says("big.hlab").says("not-text.hlab");
}

#[test]
fn fmt_reads_standard_input_and_lists_what_it_cannot_read() {
    let folder = Folder::with_starter();
    let starter = folder.read("lab.hlab");
    let run = folder.run_with(&["fmt", "-"], &[], &starter).ends(0);
    assert_eq!(run.out, starter, "the starter is laid out as fmt does");
    folder.run(&["fmt", "--check"]).ends(0);
    folder.run(&["fmt", "nowhere.hlab", "lab.hlab"]).ends(1).says("HL0903").says("nowhere.hlab");
}

#[test]
fn fmt_check_writes_nothing_and_ends_with_2() {
    let folder = Folder::with_starter();
    folder.write("loose.hlab", "network   other   {cidr=10.0.0.0/24}\n");
    folder.run(&["fmt", "--check"]).ends(2).says("HL0910").says("loose.hlab");
    assert_eq!(folder.read("loose.hlab"), "network   other   {cidr=10.0.0.0/24}\n");
    folder.run(&["fmt"]).ends(0).says("formatted loose.hlab");
    folder.run(&["fmt", "--check"]).ends(0);
    assert_eq!(folder.read("loose.hlab"), "network other { cidr = 10.0.0.0/24 }\n");
}

#[test]
fn build_writes_once_and_refuses_what_is_not_its_own() {
    let folder = Folder::with_starter();
    folder.run(&["build", "-o", "out"]).ends(0).says("written");
    let vm = yaml_files(&folder.0.join("out/crossplane"))
        .into_iter()
        .find(|path| path.contains("web"))
        .expect("the VM is written");
    folder.run(&["build", "-o", "out"]).ends(0).says("0 written");
    folder.run(&["build", "-o", "out", "--check"]).ends(0).says("up to date");
    let path = format!("out/crossplane/{vm}");
    let written = folder.read(&path);
    folder.write(&path, format!("{written}# edited\n"));
    folder.run(&["build", "-o", "out"]).ends(3).says("HL0906").says(&path);
    folder.run(&["build", "-o", "out", "--check"]).ends(3);
    folder.run(&["build", "-o", "out", "--overwrite", &path]).ends(0);
    assert_eq!(folder.read(&path), written);
    let source = folder.read("lab.hlab");
    folder.write("lab.hlab", source.replace("memory = 2GiB", "memory = 3GiB"));
    folder.run(&["build", "-o", "out", "--check"]).ends(2).says("HL0909").says("different");
    assert_eq!(folder.read(&path), written);
    folder.run(&["build", "-o", "out"]).ends(0);
    assert_ne!(folder.read(&path), written);
}

#[test]
fn build_is_stopped_by_what_lies_in_its_way() {
    let folder = Folder::with_starter();
    folder.run(&["build", "-o", "out"]).ends(0);
    let vm = yaml_files(&folder.0.join("out/crossplane")).remove(0);
    folder.write(&format!("other/crossplane/{vm}"), "mine");
    folder.run(&["build", "-o", "other"]).ends(3).says("HL0905");
    assert_eq!(yaml_files(&folder.0.join("other/crossplane")).len(), 1, "nothing was written");
    folder.write("out/crossplane/.hlab-manifest.json", "<<<<<<< ours");
    folder.run(&["build", "-o", "out"]).ends(3).says("HL0908");
    #[cfg(unix)]
    {
        fs::create_dir_all(folder.0.join("linked")).expect("a folder can be made");
        std::os::unix::fs::symlink(folder.0.join("other"), folder.0.join("linked/crossplane"))
            .expect("a link can be made");
        folder.run(&["build", "-o", "linked"]).ends(3).says("HL0907");
    }
}

#[test]
fn one_target_goes_straight_into_the_folder_and_a_stream_to_standard_output() {
    let folder = Folder::with_starter();
    folder.run(&["build", "--target", "crossplane@0.11.1", "-o", "out"]).ends(0);
    assert!(!yaml_files(&folder.0.join("out")).is_empty());
    assert!(!folder.0.join("out/crossplane").exists());
    let stream = folder.run(&["build", "-o", "-"]).ends(0).prints("kind: EnvironmentVM");
    assert!(stream.out.starts_with("---\n") && !stream.out.contains("Kustomization"), "{}", stream.out);
}

#[test]
fn two_targets_that_write_one_file_are_refused() {
    let folder = Folder::with_starter();
    let second = "  target crossplane { version = \"0.11.1\", out = \"crossplane\" }\n  target lab2: crossplane { version = \"0.11.1\", out = \"crossplane\" }";
    let source = folder.read("lab.hlab");
    folder.write(
        "lab.hlab",
        source.replace("  target crossplane { version = \"0.11.1\", out = \"crossplane\" }", second),
    );
    folder.run(&["build", "--as-owner"]).ends(1).says("HL0914");
}

#[test]
fn explain_finds_the_resource_of_an_emitted_line() {
    let folder = Folder::with_starter();
    folder.run(&["build", "-o", "out"]).ends(0);
    let vm = yaml_files(&folder.0.join("out/crossplane"))
        .into_iter()
        .find(|path| path.contains("web"))
        .expect("the VM is written");
    let path = format!("out/crossplane/{vm}");
    let line = folder.read(&path).lines().position(|line| line.contains("dedicated")).expect("memory is written") + 1;
    folder.run(&["explain", &format!("{path}:{line}")]).ends(0).prints("vm.web").prints("lab.hlab");
    folder.run(&["explain", "vm.web.memory"]).ends(0).prints("2GiB").prints("small");
}

#[test]
fn ci_never_adds_to_the_lock() {
    let folder = Folder::with_starter();
    let source = folder.read("lab.hlab").replace("  id = 100\n", "");
    folder.write("lab.hlab", source);
    folder.run_with(&["build", "-o", "out"], &[("CI", "true")], "").ends(2).says("HL0502");
    assert!(!folder.0.join("hlab.lock").exists());
    folder.run(&["lock", "--check"]).ends(2);
    folder.run(&["build", "-o", "out"]).ends(0).says("hlab.lock");
    folder.run_with(&["build", "-o", "out"], &[("CI", "true")], "").ends(0);
    folder.run(&["lock"]).ends(0).says("up to date");
}

#[test]
fn an_id_is_free_again_once_its_address_is_forgotten() {
    let folder = Folder::new();
    folder.write("lab.hlab", "project p { ids = 100..100 }\nhost a {}\nvm old on a {}\n");
    folder.run(&["lock"]).ends(0);
    folder.run(&["lock", "--forget", "vm.old"]).ends(1).says("still in the source").says("nothing was written");
    folder.write("lab.hlab", "project p { ids = 100..100 }\nhost a {}\nremoved vm.old\n");
    folder.run(&["lock"]).ends(0);
    assert!(folder.read("hlab.lock").contains("id vm.old 100\n"));
    folder.run(&["lock", "--forget", "vm.odl"]).ends(1).says("HL0915").says("did you mean `vm.old`?");
    folder.run(&["lock", "--forget", "vm.\u{1b}[31m"]).ends(1).says("not in hlab.lock");
    folder.run(&["lock", "--forget", "vm.old"]).ends(0);
    assert_eq!(folder.read("hlab.lock"), "");
    folder.write("lab.hlab", "project p { ids = 100..100 }\nhost a {}\nvm new on a {}\n");
    folder.run(&["lock"]).ends(0);
    assert!(folder.read("hlab.lock").contains("id vm.new 100\n"));
}

#[test]
fn a_renamed_vm_is_adopted_and_a_removed_one_is_told_in_the_rollout() {
    let folder = Folder::new();
    folder.write("hlab.lock", "id container.box 102\nid vm.gone 101\nid vm.web 100\n");
    let lab = "project p { target crossplane { version = \"0.11.1\", out = \"out\" } }\nhost a {}\n\
               vm api on a { was = [\"web\"] }\nremoved vm.gone { on-delete = destroy }\nremoved storage.nfs\n\
               removed container.box { on-delete = destroy }\n";
    folder.write("lab.hlab", lab);
    folder.run(&["build"]).ends(0);
    assert!(folder.read("out/vm-api.yaml").contains("crossplane.io/external-name: \"100\"\n"));
    assert!(folder.read("hlab.lock").ends_with("id vm.api 100\nid vm.gone 101\n"));
    let page = folder.read("ROLLOUT.md");
    assert!(
        page.contains("| vm 101 `gone` | destroyed with what crossplane keeps of it | `kubectl patch environmentvm.")
    );
    assert!(
        page.contains("`kubectl patch environmentcontainer.virtualenvironmentcontainer.crossplane.io/box"),
        "{page}"
    );
    assert!(page.contains("| storage `nfs` | kept as it is: nothing manages it any more | – |"), "{page}");
    let json: serde_json::Value = serde_json::from_str(&folder.read("rollout.json")).expect("it is JSON");
    assert_eq!(json["removed"][2]["resource"], "vm.gone");
    assert_eq!(json["removed"][2]["on-delete"], "destroy");
}

#[test]
fn fix_applies_what_messages_offer_and_a_dry_run_only_shows_it() {
    let folder = Folder::with_starter();
    let source = folder.read("lab.hlab");
    folder.write("lab.hlab", source.replace("memory = 2GiB", "memry = 2GiB"));
    folder.run(&["check"]).ends(1).says("memory");
    folder.run(&["fix", "--dry-run"]).ends(2).prints("-  memry = 2GiB").prints("+  memory = 2GiB");
    folder.run(&["fix"]).ends(0).says("1 fix applied");
    assert_eq!(folder.read("lab.hlab"), source);
    folder.run(&["fix"]).ends(0).says("nothing to fix");
}

#[test]
fn inputs_are_listed_with_their_values() {
    let folder = Folder::with_starter();
    folder.write("inputs.hlab", "/// Where the lab stands.\ninput site: String = \"home\"\n");
    folder
        .run(&["inputs", "--set", "site=lab"])
        .ends(0)
        .prints("site: String")
        .prints("lab")
        .prints("Where the lab stands.");
    let json = folder.run(&["inputs", "--format", "json"]).ends(0).json();
    assert_eq!(json["inputs"][0]["name"], "site");
}

#[test]
fn a_graph_is_drawn_for_graphviz_unless_another_format_is_asked_for() {
    let folder = Folder::with_starter();
    let dot = folder.run(&["graph"]).ends(0).prints("digraph lab {").prints("\"vm.web\" -> ").out;
    assert_eq!(folder.run(&["graph", "--format", "dot"]).ends(0).out, dot);
    folder.run(&["graph", "--format", "mermaid"]).ends(0).prints("flowchart LR");
    let json = folder.run(&["graph", "--format", "json"]).ends(0).json();
    assert_eq!(json["format_version"], 1);
    assert_eq!(folder.run(&["--format", "json", "graph"]).ends(0).json(), json);
    folder.run(&["graph", "--format", "xml"]).ends(64).says("dot, mermaid, json");
    folder.run(&["graph", "--depth", "2"]).ends(64).says("--around");
    let near = folder.run(&["graph", "--around", "vm.web", "--kind", "storage", "--format", "json"]).ends(0).json();
    assert!(near["nodes"].as_array().is_some_and(|nodes| nodes.len() >= 2), "{near}");
}

#[test]
fn a_map_is_printed_or_written_to_a_file_that_hlab_keeps() {
    let folder = Folder::with_starter();
    let map = folder.run(&["map"]).ends(0).prints("<svg ").prints("vm.web").out;
    assert_eq!(folder.run(&["map", "-o", "-"]).ends(0).out, map);
    folder.run(&["map", "--check", "-o", "map.svg"]).ends(2).says("map.svg is missing").says("hlab map");
    folder.run(&["map", "-o", "map.svg"]).ends(0).says("1 written");
    folder.run(&["map", "--html", "-o", "lab.html"]).ends(0).says("1 written");
    assert_eq!(folder.read("map.svg"), map, "the page beside it took nothing away");
    folder.run(&["map", "--check", "-o", "map.svg"]).ends(0);
    folder.write("map.svg", "mine");
    folder.run(&["map", "-o", "map.svg"]).ends(3).says("HL0906");
    assert_eq!(folder.read("map.svg"), "mine");
    folder.run(&["map", "-o", "map.svg", "--overwrite", "map.svg"]).ends(0);
    folder.write("yours.svg", "yours");
    folder.run(&["map", "-o", "yours.svg"]).ends(3).says("HL0905");
    folder.run(&["map", "--check"]).ends(64);
}

#[test]
fn a_lab_with_errors_has_a_map() {
    let folder = Folder::with_starter();
    folder.write("broken.hlab", "vm other on pve { disk scsi0 { storage = nowhere, size = 1GiB } }\n");
    folder.run(&["map"]).ends(0).prints("vm error").says("`hlab check` lists them");
    folder.run(&["map", "nowhere"]).ends(1).says("nowhere");
}

#[test]
fn a_graph_of_what_is_not_there_is_an_error_in_the_words_of_the_lab() {
    let folder = Folder::with_starter();
    folder.run(&["graph", "--around", "vm.wbe"]).ends(1).says("HL0918").says("did you mean `vm.web`?");
    let json = folder.run(&["graph", "--kind", "vms", "--format", "json"]).ends(1).json();
    assert_eq!(json["diagnostics"][0]["message"], "there is no kind `vms` in this lab");
    folder.run(&["graph", "--around", "vm.\u{1b}[31m"]).ends(1).says("\\u{1b}[31m");
    folder.run(&["graph", "nowhere"]).ends(1).says("nowhere");
    folder.write("broken.hlab", "vm other on pve { disk scsi0 { storage = nowhere, size = 1GiB } }\n");
    let broken = folder.run(&["graph"]).ends(1).says("nowhere");
    assert_eq!(broken.out, "");
}

#[test]
fn a_lab_that_a_policy_refuses_is_drawn_all_the_same() {
    let folder = Folder::with_starter();
    folder.write("large.hlab", "vm large on pve { id = 777, memory = 900GiB }\n");
    folder.run(&["check"]).ends(1).says("policy/host-memory");
    folder.run(&["graph"]).ends(0).prints("vm.large").says("`hlab check` says which");
}

#[test]
fn the_reference_is_printed_or_written_below_a_folder() {
    let folder = Folder::with_starter();
    let page = folder.run(&["doc"]).ends(0).prints("# Reference of my-lab").prints("### `memory`").out;
    assert_eq!(folder.run(&["doc", "-o", "-"]).ends(0).out, page);
    folder
        .run(&["doc", "--format", "html"])
        .ends(0)
        .prints("<!doctype html>")
        .prints("<title>Reference of my-lab</title>");
    folder.run(&["doc", "-o", "pages"]).ends(0).says("written");
    assert!(folder.read("pages/kinds/vm.md").contains("(../types.md#type.Size)"));
    assert!(folder.read("pages/profiles.md").contains("profile small for vm"), "the project's own");
    folder.run(&["doc", "-o", "pages", "--check"]).ends(0).says("up to date");
    folder.write("new.hlab", "/// A thing.\nkind thing {\n  /// Its colour.\n  colour: String = \"red\"\n}\n");
    folder.run(&["doc", "-o", "pages", "--check"]).ends(2).says("pages/kinds/thing.md is missing").says("HL0909");
    folder.run(&["doc", "-o", "pages"]).ends(0);
    assert!(
        folder.read("pages/index.md").contains("## Kinds of this project\n\n- [`thing`](kinds/thing.md): A thing.")
    );
    assert!(folder.read("pages/kinds/thing.md").contains("default `\"red\"`"));
    folder.run(&["doc", "--format", "html", "-o", "pages"]).ends(0).says("removed");
    assert!(!folder.0.join("pages/index.md").exists(), "what hlab wrote before and does not write now goes");
}

#[test]
fn the_reference_never_replaces_what_hlab_did_not_write() {
    let folder = Folder::with_starter();
    folder.write("pages/index.md", "my own notes\n");
    folder.run(&["doc", "-o", "pages"]).ends(3).says("HL0905").says("pages/index.md");
    assert_eq!(folder.read("pages/index.md"), "my own notes\n");
    assert!(!folder.0.join("pages/types.md").exists(), "nothing was written");
    folder.run(&["doc", "-o", "pages", "--overwrite", "pages/index.md"]).ends(0);
    folder.write("pages/types.md", "edited\n");
    folder.run(&["doc", "-o", "pages"]).ends(3).says("HL0906");
}

#[test]
fn the_library_is_described_without_a_project() {
    let folder = Folder::new();
    folder.run(&["doc"]).ends(1).says("there is no project in `.`");
    folder.run(&["doc", "--library"]).ends(0).prints("# Reference of the standard library");
    folder.run(&["doc", "--library", "lab"]).ends(64).says("--library");
    folder.run(&["doc", "--check"]).ends(64).says("--out");
    folder.run(&["doc", "--check", "-o", "-"]).ends(64).says("HL0901");
    folder.run(&["doc", "--format", "pdf"]).ends(64).says("markdown, html");
    folder.write("lab.hlab", "project p\nvm web on nowhere\n");
    let broken = folder.run(&["doc"]).ends(1).says("nowhere");
    assert_eq!(broken.out, "");
}

/// `docs/reference` is written by the command that it describes; `HLAB_UPDATE=1` writes it anew.
#[test]
fn the_reference_in_the_book_is_what_hlab_doc_writes() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["doc", "--library", "-o", "docs/reference"]);
    if std::env::var_os("HLAB_UPDATE").is_none() {
        command.arg("--check");
    }
    let output = command.output().expect("hlab can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    let how = "run `cargo run -- doc --library -o docs/reference`, or the tests with HLAB_UPDATE=1, and commit what it writes";
    assert!(output.status.success(), "{told}\n{how}");
}

#[test]
fn tests_of_the_project_pass_and_fail_by_name() {
    let folder = Folder::with_starter();
    folder.write(
        "lab_test.hlab",
        "test \"a network that is not there is refused\" {\n  change vm.web { nic net0 { network = nowhere } }\n  expect error unknown-network at vm.web\n}\n",
    );
    folder.run(&["test"]).ends(0).says("1 passed, 0 failed");
    folder.write("lab_test.hlab", "test \"never\" {\n  expect error unknown-network at vm.web\n}\n");
    folder.run(&["test"]).ends(1).says("FAIL never");
    folder.run(&["test", "--format", "junit"]).ends(1).prints("failures=\"1\"");
    folder.run(&["test", "--only", "other"]).ends(0).says("0 passed, 0 failed");
}

#[test]
fn past_outages_are_proved_by_labs_or_by_tests_of_the_project() {
    let folder = Folder::with_starter();
    let memory = folder.run(&["incidents", "--only", "memory"]);
    let memory = memory.ends(0).prints("caught  2025-07-29 MAAS out of memory");
    memory.prints("rule host-memory; needs memory of each host; caught at I005/bad.hlab:5").prints("4 of 4\n");
    let waiting = folder.run(&["incidents", "--only", "volid-from-import", "--format", "json"]);
    waiting.ends(0).prints("\"waiting\": {\n    \"host scripts\": 1\n  }").prints("\"caught\": 0");
    let story = "/// It was full.\nincident \"2026-05-01 mine\" { source = \"notes\", rules = [host-memory]";
    let only = ["incidents", "--only", "2026-05-01"];
    folder.write("own.hlab", format!("{story} }}\n"));
    folder.run(&only).ends(1).prints("it names neither `tests` nor `labs`");
    folder.write("own.hlab", format!("{story}, tests = [\"too much for pve\"] }}\n"));
    folder.run(&only).ends(1).prints("there is no test \"too much for pve\"");
    let test = |expected: &str| {
        format!("test \"too much for pve\" {{\n  change vm.web {{ memory = 64GiB }}\n  expect error {expected}\n}}\n")
    };
    folder.write("own_test.hlab", test("policy/host-memory at host.pve.memory"));
    folder.run(&only).ends(0).prints("caught at own_test.hlab:1").prints("1 of 1\n");
    folder.write("own_test.hlab", test("policy/thermal-limit"));
    folder.run(&only).ends(1).prints("MISSED").prints("0 of 1");
}

#[test]
fn what_taught_a_code_stands_on_its_page() {
    let folder = Folder::new();
    folder.run(&["explain", "target-needs-ssh"]).ends(0).prints("Learned from: 2026-01-17 a snippet that needs SSH");
    folder.run(&["incidents"]).ends(1).says("there is no project in `.`");
}

#[test]
fn inputs_are_listed_although_one_lacks_a_value() {
    let folder = Folder::with_starter();
    folder.write("inputs.hlab", "input site: String = \"home\"\ninput size: Size\nhost spare { memory = size }\n");
    folder.run(&["check"]).ends(1).says("`size` has no value");
    folder.run(&["inputs"]).ends(0).prints("size: Size   no value").prints("now home");
    folder.run(&["inputs", "--set", "size=2GiB"]).ends(0).prints("now 2GiB");
    folder.run(&["inputs", "--set", "size=large"]).ends(1).says("expected Size");
}

#[test]
fn tests_outside_of_a_project_and_fixes_of_nothing_are_told_so() {
    let folder = Folder::new();
    folder.run(&["test"]).ends(1).says("there is no project in `.`");
    folder.run(&["test", "--format", "json"]).ends(1).prints("no-project");
    folder.run(&["init"]).ends(0);
    folder.run(&["fix", "--dry-run"]).ends(0).says("nothing to fix");
}

#[test]
fn completions_and_the_manual_are_printed() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        folder.run(&["completions", shell]).ends(0).prints("explain");
    }
    let man = folder.run(&["man"]).ends(0).prints(".TH hlab 1").prints("HLAB BUILD");
    assert!(man.out.contains("Exit codes"), "{}", man.out);
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_no_success() {
    let folder = Folder::with_starter();
    let full = || fs::File::options().write(true).open("/dev/full").expect("linux has a full device");
    for words in [&["version"][..], &["check", "--format", "json"], &["explain", "codes"], &["--help"], &["man"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
        let output = command.args(words).current_dir(&folder.0).stdout(full()).output().expect("hlab can be started");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
    }
}

/// The YAML files of a folder, without the list of them.
fn yaml_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".yaml") && name != "kustomization.yaml").collect();
    names.sort();
    names
}

#[test]
fn manifests_become_a_project_that_is_proved_and_never_replaces_a_file() {
    let folder = Folder::new();
    let manifests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/v0.11.1");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/lang-examples/k3s-nodes");
    folder.run(&["build", example, "-o", "out"]).ends(0);
    folder.run(&["import", "--manifests", "out", "-o", "lab"]).ends(0).says("imported 6 objects into lab; proved");
    folder.run(&["check", "lab"]).ends(0);
    folder.run(&["import", "--manifests", "out", "-o", "lab"]).ends(3).says("HL0911");
    folder.run(&["import", "--manifests", manifests]).ends(1).says("  + name: copy").says("HL0917");
    folder.run(&["import", "--manifests", "lab"]).ends(1).says("HL0916").says("it holds no Kubernetes manifest");
}

#[test]
fn a_target_says_what_it_applies_and_what_an_upgrade_means_for_the_lab() {
    let folder = Folder::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/lang-examples/k3s-nodes");
    let said = folder.run(&["explain", "target", "crossplane", example]).ends(0);
    let said = said.prints("1.18.0  (what a project gets that states none)").prints("storage.entry");
    let said = said.prints("Upgrading from 0.11.1 to 1.18.0").prints("`crossplane` is 0.11.1, and writes 6 objects.");
    said.prints("  is adopted and kept: it survives");
    folder.run(&["explain", "target", "crossplane"]).ends(0).prints("device.mapping");
    folder.run(&["explain", "target", "opentofu"]).ends(1).says("HL0913").says("hlab knows `crossplane`");
    folder.run(&["explain", "HL0101", ".", "x"]).ends(64);
}

const HOST: &str = "== hlab scan 1 ==\n\n== hostname ==\nnub\n\n== cat /proc/meminfo ==\nMemTotal:       16142548 kB\n";

#[test]
fn a_scan_shows_what_it_would_write_and_writes_it_once() {
    let folder = Folder::with_starter();
    folder.write("nub.txt", HOST);
    let shown = folder.run(&["scan", "--from", "nub.txt"]).ends(2).says("nothing was written");
    assert!(shown.prints("--- /dev/null\n+++ hosts/nub.hlab\n").out.contains("\n+host nub { memory = 15764MiB }\n"));
    assert!(!folder.0.join("hosts").exists());
    folder.run(&["scan", "--from", "nub.txt", "--write"]).ends(0).says("wrote hosts/nub.hlab");
    folder.run(&["check"]).ends(0);
    folder.run(&["fmt", "--check"]).ends(0);
    folder.run(&["scan", "--from", "nub.txt"]).ends(0).says("nothing to change");
    folder.write("hosts/nub.hlab", "host nub {\n  memory = 8GiB  // two sticks\n}\n");
    folder.run(&["scan", "--from", "nub.txt", "--write"]).ends(0);
    assert_eq!(folder.read("hosts/nub.hlab"), "host nub {\n  memory = 15764MiB  // two sticks\n}\n");
}

#[test]
fn a_scan_says_the_facts_to_programs() {
    let folder = Folder::with_starter();
    let run = folder.run_with(&["scan", "--from", "-", "--format", "json"], &[], HOST).ends(2);
    let answer = run.json();
    assert_eq!(answer["hosts"][0]["facts"]["memory"], 16_142_548_u64 << 10);
    assert_eq!(answer["changes"][0]["path"], "hosts/nub.hlab");
    assert_eq!(answer["written"], false);
}

#[test]
fn a_scan_says_whose_files_it_cannot_tell_and_which_it_does_not_know() {
    let folder = Folder::with_starter();
    folder.write("mem.txt", "MemTotal:       16142548 kB\n");
    folder.write("photo.jpg", b"\xff\xd8\xff\xe0");
    folder.run(&["scan", "--from", "mem.txt"]).ends(1).says("HL0919").says("does not say which host printed it");
    folder.run(&["scan", "--from", "photo.jpg"]).ends(1).says("HL0919").says("nothing that a host prints");
    folder.run(&["scan", "--from", "none.txt"]).ends(1).says("HL0903");
    folder.run(&["scan", "--from", "mem.txt", "--host", "../x"]).ends(64).says("no name of a host");
    folder.run(&["scan"]).ends(64);
    folder.run(&["scan", "--from", "mem.txt", "--host", "pve"]).ends(2).prints("memory = 15764MiB");
    folder.run(&["scan", "--from", "pve=mem.txt"]).ends(2).prints("+  memory = 15764MiB");
    fs::File::create(folder.0.join("big")).and_then(|file| file.set_len(17 << 20)).expect("a sparse file");
    folder.run(&["scan", "--from", "pve=big"]).ends(1).says("more than 16 MiB, which no host prints");
    folder.write("for.hlab", "for n in [1] {\n  host \"nub${n}\" {}\n}\n");
    folder.run(&["scan", "--from", "nub1=mem.txt"]).ends(1).says("HL0919").says("for.hlab:2");
}

#[test]
fn a_scan_reads_what_powershell_redirected() {
    let folder = Folder::with_starter();
    let units = HOST.replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    folder.write("nub.txt", [b"\xff\xfe".as_slice(), &units].concat());
    folder.run(&["scan", "--from", "nub.txt"]).ends(2).prints("+host nub { memory = 15764MiB }");
}

#[test]
fn the_line_to_paste_is_read_again() {
    let folder = Folder::with_starter();
    let command = folder.run(&["scan", "--command"]).ends(0).out;
    assert_eq!(command.lines().count(), 1);
    let done = Command::new("sh").arg("-c").arg(&command).current_dir(&folder.0).status().expect("a shell");
    // The last tool may be missing; what it leaves is a file all the same.
    let _ = done;
    assert!(folder.read("hlab-scan.txt").starts_with("== hlab scan 1 ==\n"));
    let run = folder.run(&["scan", "--from", "hlab-scan.txt", "--host", "here"]);
    assert!([0, 2].contains(&run.code), "{run:#?}");
}

#[cfg(unix)]
#[test]
fn a_scan_writes_through_no_link_out_of_the_project() {
    let (folder, outside) = (Folder::with_starter(), Folder::new());
    folder.write("nub.txt", HOST);
    std::os::unix::fs::symlink(&outside.0, folder.0.join("hosts")).expect("a link can be made");
    folder.run(&["scan", "--from", "nub.txt", "--write"]).ends(3).says("HL0907");
    assert_eq!(fs::read_dir(&outside.0).expect("a folder").count(), 0);
}
