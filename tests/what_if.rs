//! `hlab what-if`: each question over the labs of the repository and small ones, as the command line answers it.

use std::process::{Command, Output};

use hlab::base::MemoryWorld;
use hlab::diag::{Code, Format, Style, codes, render};
use hlab::session::what_if::{self, NoMove, Way};
use hlab::session::{Analysis, Options, PveVersion, analyze};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lang-examples");

fn hlab(words: &[&str], lab: &str) -> Output {
    let folder = format!("{EXAMPLES}/{lab}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
    command.arg("what-if").args(words).arg(folder).env("NO_COLOR", "1").output().expect("the binary runs")
}

fn answer(words: &[&str], lab: &str) -> String {
    let output = hlab(words, lab);
    String::from_utf8(output.stdout).expect("it is text")
}

fn json(words: &[&str], lab: &str) -> serde_json::Value {
    let words = [words, &["--format", "json"]].concat();
    serde_json::from_str(&answer(&words, lab)).expect("it is JSON")
}

fn lab(text: &str) -> Analysis {
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
    let is_survival = |code: &Code| *code == Code::Row(&codes::NOT_SURVIVED);
    let others = analysis.diagnostics.iter().filter(|one| !is_survival(&one.code));
    assert!(others.clone().all(|one| one.severity != hlab::diag::Severity::Error), "{:?}", others.collect::<Vec<_>>());
    analysis
}

fn names(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Three hosts, a storage that all see, one that each has by itself.
const THREE: &str = r#"
project p
network lan { cidr = 192.168.4.0/24 }
cluster c
profile node for host { memory = 16GiB, bridge vmbr0 { network = lan } }
host a in c with node
host b in c with node
host d in c with node
storage far: Nfs { server = 192.168.4.9, export = "/x", content = [images, rootdir] }
storage near: Directory on all { path = "/x", content = [images, rootdir] }
device coral: CoralUSB on a
"#;

#[test]
fn the_answers_about_the_real_lab_are_what_the_snapshots_hold() {
    insta::assert_snapshot!("lose_pve", answer(&["lose", "pve"], "homelab"));
    insta::assert_snapshot!("lose_still-fawn", answer(&["lose", "still-fawn"], "homelab"));
    insta::assert_snapshot!("lose_a_disk", answer(&["lose", "pve.disk.nvme"], "homelab"));
    insta::assert_snapshot!("drain_pumped-piglet", answer(&["drain", "pumped-piglet"], "homelab"));
    insta::assert_snapshot!("move_coral", answer(&["move", "coral", "still-fawn"], "homelab"));
    insta::assert_snapshot!("upgrade_pve", answer(&["upgrade", "pve", "9.1"], "homelab"));
}

#[test]
fn the_answers_about_the_lab_that_survives_are_what_the_snapshots_hold() {
    insta::assert_snapshot!("survives_lose_ash", answer(&["lose", "ash"], "06-survives-a-host"));
    insta::assert_snapshot!("survives_drain_ash", answer(&["drain", "ash"], "06-survives-a-host"));
    insta::assert_snapshot!("survives_lose_ash_json", format!("{:#}", json(&["lose", "ash"], "06-survives-a-host")));
    insta::assert_snapshot!("survives_drain_ash_json", format!("{:#}", json(&["drain", "ash"], "06-survives-a-host")));
}

#[test]
fn what_is_not_survived_is_told_in_the_order_in_which_it_falls() {
    let text = format!(
        "{THREE}
vm nas on a {{ id = 100, disk scsi0 {{ storage = near, size = 8GiB }} }}
storage share: Nfs {{ server = nas, export = \"/y\", content = [images] }}
vm clock on b {{ id = 101, provides = [ntp], disk scsi0 {{ storage = share, size = 8GiB }} }}
"
    );
    let text = text.replacen("project p", "project p { survive { hosts = 1, keep = [ntp, quorum] } }", 1);
    let analysis = lab(&text);
    let style = Style { is_colored: false, limit: 0 };
    insta::assert_snapshot!("story", render(Format::Human, style, &analysis.sources, &analysis.diagnostics));
}

#[test]
fn a_loss_is_no_failure_and_an_edit_that_is_refused_is_one() {
    assert_eq!(hlab(&["lose", "pve"], "homelab").status.code(), Some(0));
    assert_eq!(hlab(&["drain", "pve"], "homelab").status.code(), Some(0));
    assert_eq!(hlab(&["move", "coral", "still-fawn"], "homelab").status.code(), Some(1));
    assert_eq!(hlab(&["upgrade", "pve", "9.1"], "homelab").status.code(), Some(1));
    assert_eq!(hlab(&["upgrade", "ash", "9.1"], "06-survives-a-host").status.code(), Some(0));
    assert_eq!(hlab(&["upgrade", "pve", "new"], "homelab").status.code(), Some(64));
}

#[test]
fn a_name_that_is_not_there_or_not_one_is_said() {
    let says = |words: &[&str], text: &str| {
        let output = hlab(words, "homelab");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(text), "{said}");
    };
    says(&["lose", "still-fown"], "did you mean `still-fawn`?");
    says(&["lose", "frigate"], "say which");
    says(&["drain", "OPNsense"], "there is no host `OPNsense`");
    says(&["move", "pve.pci", "pve"], "pve.pci");
    says(&["move", "pumped-piglet.pci.gpu", "still-fawn"], "HL0920");
}

#[test]
fn ha_starts_only_what_another_host_can_start() {
    let text = format!(
        "{THREE}
vm shared on a {{ id = 101, memory = 2GiB, disk scsi0 {{ storage = far, size = 8GiB }} }}
vm local on a {{ id = 102, disk scsi0 {{ storage = near, size = 8GiB }} }}
vm held on a {{ id = 103, disk scsi0 {{ storage = far, size = 8GiB }}, attach coral }}
ha shared {{ guest = shared, nodes = [a, d, b] }}
ha local {{ guest = local }}
ha held {{ guest = held }}
"
    );
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text.as_str()), &Options::default());
    let loss = analysis.lose(&names(&["a"])).expect("it is there");
    let fallen: Vec<&str> = loss.falls.iter().map(|fallen| fallen.address.as_str()).collect();
    assert_eq!(fallen, ["vm.local", "vm.held"]);
    let [restart] = loss.restarts.as_slice() else { panic!("{:?}", loss.restarts) };
    assert_eq!(
        (restart.guest.as_str(), restart.hosts.first().map(String::as_str), restart.is_certain),
        ("vm.shared", Some("d"), true)
    );
    let stuck: Vec<(&str, &str)> =
        loss.stuck.iter().map(|stuck| (stuck.guest.as_str(), stuck.because[0].as_str())).collect();
    assert_eq!(
        stuck,
        [
            ("vm.local", "it lies on `near`, which each host has by itself, and nothing replicates it"),
            ("vm.held", "it holds `coral` of its host"),
        ]
    );
    let [memory] = loss.memory.as_slice() else { panic!("{:?}", loss.memory) };
    assert_eq!((memory.host.as_str(), memory.before, memory.after, memory.free()), ("d", 0, 2 << 30, Some(12 << 30)));
}

#[test]
fn without_a_quorum_ha_starts_nothing() {
    let text = format!(
        "{THREE}vm one on a {{ id = 101, disk scsi0 {{ storage = far, size = 8GiB }} }}\nha one {{ guest = one }}\n"
    );
    let loss = lab(&text).lose(&names(&["a", "b"])).expect("they are there");
    assert!(loss.restarts.is_empty());
    assert_eq!(loss.stuck[0].because, ["`cluster.c` has no quorum to start it"]);
    assert!(!loss.votes[0].holds());
}

#[test]
fn a_drain_says_of_each_guest_how_it_leaves() {
    let text = format!(
        "{THREE}
vm plain on a {{ id = 101, memory = 4GiB, disk scsi0 {{ storage = near, size = 8GiB }}, start {{ order = 3 }} }}
vm shared on a {{ id = 102, memory = 4GiB, disk scsi0 {{ storage = far, size = 8GiB }}, start {{ order = 4 }} }}
vm held on a {{ id = 103, disk scsi0 {{ storage = far, size = 8GiB }}, attach coral, start {{ order = 2 }} }}
vm names on a {{ id = 104, memory = 1GiB, provides = [dns], disk scsi0 {{ storage = far, size = 8GiB }}, start {{ on-boot = true, order = 1 }} }}
vm large on a {{ id = 106, memory = 60GiB, disk scsi0 {{ storage = far, size = 8GiB }}, start {{ order = 5 }} }}
vm asleep on a {{ id = 107, state = stopped }}
container box on a {{ id = 105, memory = 1GiB, rootfs {{ storage = far, size = 8GiB }}, start {{ order = 6 }} }}
"
    );
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text.as_str()), &Options::default());
    let drain = analysis.drain("a").expect("it is there");
    let told: Vec<(&str, String)> = drain
        .guests
        .iter()
        .map(|one| {
            let way = match &one.way {
                Way::Live { to, copy } => format!("live to {to}, {} GiB", copy >> 30),
                Way::Restart { to, copy } => format!("restart on {to}, {} GiB", copy >> 30),
                Way::Stop { because } => because.join("; "),
            };
            (one.guest.as_str(), way)
        })
        .collect();
    let expected = [
        ("container.box", "restart on b, 0 GiB"),
        ("vm.large", "only 14GiB of 60GiB are free on `b` and `d`"),
        ("vm.shared", "live to b, 0 GiB"),
        ("vm.plain", "live to d, 8 GiB"),
        ("vm.held", "it holds `coral` of its host"),
        ("vm.names", "live to b, 0 GiB"),
    ];
    let expected: Vec<(&str, String)> = expected.iter().map(|(guest, way)| (*guest, (*way).to_owned())).collect();
    assert_eq!(told, expected);
    let role = drain.roles.iter().find(|role| role.role == "dns").expect("somebody provides it");
    assert_eq!(role.after, ["vm.names"]);
}

#[test]
fn a_host_without_a_cluster_sends_no_guest_anywhere() {
    let analysis = lab("project p\nhost a { memory = 8GiB }\nhost b { memory = 8GiB }\nvm one on a { id = 101 }\n");
    let drain = analysis.drain("a").expect("it is there");
    assert_eq!(drain.guests[0].way, Way::Stop { because: vec!["`a` is in no cluster".to_owned()] });
}

#[test]
fn a_move_changes_one_word_and_leaves_the_files_alone() {
    let text = format!("{THREE}vm one on a {{ id = 101, disk scsi0 {{ storage = far, size = 8GiB }} }}\n");
    let world = MemoryWorld::default().with("main.hlab", text.as_str());
    let options = Options::default();
    let changed = what_if::moved(&world, &options, "vm.one", "d").expect("it can be moved");
    let edit = changed.edit.expect("a move is an edit");
    assert_eq!(edit.new, edit.old.replacen("on a", "on d", 1));
    assert!(changed.new.is_empty() && changed.gone == 0);
    assert!(matches!(what_if::moved(&world, &options, "vm.one", "a"), Err(NoMove::Already { .. })));
    assert!(matches!(what_if::moved(&world, &options, "near", "a"), Err(NoMove::NotOnOneHost { .. })));
    assert!(matches!(what_if::moved(&world, &options, "nothing", "a"), Err(NoMove::NotOne(_))));
}

#[test]
fn what_a_loop_makes_is_not_moved_by_its_head() {
    let text = format!("{THREE}for h in [a, b] {{ vm \"n-${{h.name}}\" on h {{ }} }}\n");
    let world = MemoryWorld::default().with("main.hlab", text.as_str());
    assert!(matches!(what_if::moved(&world, &Options::default(), "n-a", "d"), Err(NoMove::NotOnOneHost { .. })));
}

#[test]
fn an_upgrade_shows_only_what_is_new() {
    let text =
        "project p\nhost a { pve = \"9.1\", memory = 4GiB }\nvm one on a { id = 101, memory = 8GiB, ksm = false }\n";
    let world = MemoryWorld::default().with("main.hlab", text);
    let version = |text: &str| PveVersion::parse(text).expect("a version");
    let same = what_if::upgraded(&world, &Options::default(), "a", version("9.1")).expect("it is there");
    assert!(same.new.is_empty() && same.gone == 0);
    let older = what_if::all_upgraded(&world, &Options::default(), version("8.4"));
    let messages: Vec<&str> = older.new.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages, ["`ksm` exists since Proxmox VE 9.1, and `a` runs 8.4"]);
    let unknown = what_if::all_upgraded(&world, &Options::default(), version("10.0"));
    assert_eq!(unknown.notes, ["hlab knows nothing of Proxmox VE 10.0 yet: it is looked at as 9.1"]);
}
