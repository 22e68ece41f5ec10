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
                Way::Stop { because, .. } => because.join("; "),
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

/// Storages that `a` has alone, and what other hosts have.
const OWN: &str = r#"
storage own: ZfsPool on a { pool = "rpool/a", content = [images, rootdir] }
storage more: ZfsPool on a { pool = "rpool/m", content = [images] }
storage fast: ZfsPool on b { pool = "rpool/b", content = [images], capacity = 40GiB }
storage slow: ZfsPool on b { pool = "rpool/s", content = [images], capacity = 30GiB }
storage files: ZfsPool on d { pool = "rpool/d", content = [rootdir] }
vm there on b { id = 200, disk scsi0 { storage = fast, size = 4GiB } }
"#;

fn with_pools(text: &str) -> String {
    let three = THREE.replace("memory = 16GiB,", "memory = 16GiB, zpool rpool,").replace("[images, rootdir]", "[iso]");
    format!("{three}{OWN}{text}")
}

/// Each guest that stays, with why, and the command that is proposed.
fn staying(lab: &str) -> Vec<(String, String, Option<String>)> {
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", lab), &Options::default());
    let drain = analysis.drain("a").expect("it is there");
    let told = drain.guests.into_iter().filter_map(|one| match one.way {
        Way::Stop { because, proposal } => Some((one.guest, because.join("; "), proposal.map(|found| found.command))),
        Way::Live { .. } | Way::Restart { .. } => None,
    });
    told.collect()
}

#[test]
fn a_guest_that_only_its_storage_keeps_is_told_of_another_one() {
    let text = with_pools(
        "vm one on a { id = 101, disk scsi0 { storage = own, size = 20GiB }, start { order = 3 } }\n\
         vm two on a { id = 102, disk scsi0 { storage = own, size = 8GiB }, disk scsi1 { storage = more, size = 16GiB }, start { order = 2 } }\n\
         container box on a { id = 103, rootfs { storage = own, size = 8GiB }, start { order = 1 } }\n",
    );
    let lacking = "there is no storage `own` on `b` and `d`".to_owned();
    let expected = [
        // `fast` has 36 GiB left, then 16; the first takes the roomiest, the second what is left of both.
        ("vm.one", "qm migrate 101 b --online --with-local-disks --targetstorage own:fast"),
        ("vm.two", "qm migrate 102 b --online --with-local-disks --targetstorage own:slow,more:slow"),
        ("container.box", "pct migrate 103 d --restart --target-storage own:files"),
    ];
    let expected = expected.map(|(guest, command)| (guest.to_owned(), lacking.clone(), Some(command.to_owned())));
    assert_eq!(staying(&text), expected);
    let drain = lab(&text).drain("a").expect("it is there");
    let Way::Stop { proposal: Some(proposal), .. } = &drain.guests[0].way else { panic!("{:?}", drain.guests[0]) };
    assert_eq!((proposal.to.as_str(), proposal.live), ("b", true));
    let [one] = proposal.storages.as_slice() else { panic!("{:?}", proposal.storages) };
    assert_eq!(
        (one.from.as_str(), one.to.as_str(), one.copy, one.free),
        ("own", "fast", Some(20 << 30), Some(36 << 30))
    );
}

#[test]
fn where_no_storage_would_do_the_drain_says_what_is_missing() {
    let text = with_pools(
        "vm large on a { id = 101, disk scsi0 { storage = own, size = 50GiB }, start { order = 4 } }\n\
         vm hungry on a { id = 102, memory = 60GiB, disk scsi0 { storage = own, size = 1GiB }, start { order = 3 } }\n\
         vm watched on a { id = 103, disk scsi0 { storage = own, size = 1GiB }, start { order = 2 } }\n\
         ha watched { guest = watched }\n\
         storage part: Nfs on a { server = 192.168.4.9, export = \"/p\", content = [images] }\n\
         vm bound on a { id = 104, disk scsi0 { storage = part, size = 1GiB }, start { order = 1 } }\n",
    );
    let lacking = "there is no storage `own` on `b` and `d`";
    let expected = [
        (
            "vm.large",
            format!(
                "{lacking}; no other storage has the room (`fast` has 36GiB of 50GiB free, `slow` has 30GiB of 50GiB free) on `b`; \
                 no other storage takes `images` on `d`"
            ),
        ),
        ("vm.hungry", format!("{lacking}; only 13824MiB of 60GiB are free on `b`; only 14GiB of 60GiB are free on `d`")),
        (
            "vm.watched",
            format!("{lacking}; it is an HA resource, and the HA manager moves no disk to another storage: move its disks first"),
        ),
        (
            "vm.bound",
            "there is no storage `part` on `b` and `d`; a migration copies nothing of `part`, which is on the network and not \
             offered on `b` and `d`"
                .to_owned(),
        ),
    ];
    let expected = expected.map(|(guest, because)| (guest.to_owned(), because, None));
    assert_eq!(staying(&text), expected);
}

#[test]
fn a_storage_whose_room_nobody_states_is_proposed_only_where_no_other_is() {
    let text = with_pools(
        "storage odd: ZfsPool on d { name = \"a;b\", pool = \"rpool/o\", content = [images] }\n\
         mapping x { folder a { path = \"/x\" }, folder b { path = \"/x\" }, folder d { path = \"/x\" } }\n\
         vm sure on a { id = 101, disk scsi0 { storage = own, size = 36GiB }, start { order = 2 } }\n\
         vm tall on a { id = 102, disk scsi0 { storage = own, size = 36GiB }, share x, start { order = 1 } }\n",
    );
    let commands: Vec<Option<String>> = staying(&text).into_iter().map(|(.., command)| command).collect();
    let expected = [
        "qm migrate 101 b --online --with-local-disks --targetstorage own:fast",
        // A folder that it shares keeps it from moving while it runs; the name of a storage is one word to the shell.
        "qm shutdown 102 && qm migrate 102 d --targetstorage 'own:a;b'",
    ];
    assert_eq!(commands, expected.map(|command| Some(command.to_owned())));
}

#[test]
fn a_proposal_is_told_with_its_command_and_given_to_programs() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("what-if-proposals");
    std::fs::create_dir_all(&folder).expect("a folder");
    let text = with_pools(
        "storage odd: ZfsPool on d { pool = \"rpool/o\", content = [images] }\n\
         vm sure on a { id = 101, disk scsi0 { storage = own, size = 36GiB }, start { order = 2 } }\n\
         vm tall on a { id = 102, disk scsi0 { storage = own, size = 36GiB }, start { order = 1 } }\n",
    );
    std::fs::write(folder.join("main.hlab"), text).expect("the lab can be written");
    let ask = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
        command.args(["what-if", "drain", "a"]).args(words).arg(&folder).env("NO_COLOR", "1");
        String::from_utf8(command.output().expect("the binary runs").stdout).expect("it is text")
    };
    insta::assert_snapshot!("proposals", ask(&[]));
    let answer: serde_json::Value = serde_json::from_str(&ask(&["--format", "json"])).expect("it is JSON");
    let guests: Vec<&serde_json::Value> = answer["guests"].as_array().expect("guests").iter().collect();
    insta::assert_snapshot!("proposals_json", format!("{:#}\n{:#}", guests[0]["proposal"], guests[1]["proposal"]));
}

#[test]
fn a_host_without_a_cluster_sends_no_guest_anywhere() {
    let analysis = lab("project p\nhost a { memory = 8GiB }\nhost b { memory = 8GiB }\nvm one on a { id = 101 }\n");
    let drain = analysis.drain("a").expect("it is there");
    assert_eq!(drain.guests[0].way, Way::Stop { because: vec!["`a` is in no cluster".to_owned()], proposal: None });
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
