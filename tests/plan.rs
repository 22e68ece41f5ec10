//! The plan's laws, and what outages taught it: a lab against a cluster that answers as Proxmox would.

#[path = "plan/cluster.rs"]
mod cluster;
#[path = "plan/incidents.rs"]
mod incidents;
#[path = "plan/labs.rs"]
mod labs;
#[path = "laws/random.rs"]
mod random;
#[path = "plan/random_lab.rs"]
mod random_lab;

use cluster::Cluster;
use hlab::diag::Shown;
use hlab::plan::wire::Subject;
use hlab::plan::{Answer, Plan, Settings, Survey, show};
use hlab::pve::Version;
use hlab::session::Analysis;
use random::Random;

const EXAMPLES: [&str; 8] = [
    "01-one-vm",
    "02-profile-and-for",
    "03-device",
    "04-networks",
    "05-sdn",
    "06-survives-a-host",
    "homelab",
    "k3s-nodes",
];

/// The cluster that is what a lab wants.
fn as_wanted(analysis: &mut Analysis, release: Version) -> Cluster {
    Cluster::of(&labs::wired(analysis, release), &release.to_string())
}

fn differences(analysis: &Analysis, cluster: &Cluster) -> Plan {
    analysis.diff(&cluster.observed(analysis.scope()), &Settings::default())
}

fn text(analysis: &Analysis, plan: &Plan) -> String {
    show::text(&Shown::new(&analysis.sources), plan, show::Detail::Full)
}

#[test]
fn a_cluster_that_is_as_wanted_needs_no_change() {
    for name in EXAMPLES {
        for release in [Version::V8_4, Version::V9_1] {
            let mut analysis = labs::example(name);
            let cluster = as_wanted(&mut analysis, release);
            let plan = differences(&analysis, &cluster);
            assert!(plan.changes.is_empty(), "{name} on {release}:\n{}", text(&analysis, &plan));
            assert!(plan.same > 0, "{name}");
        }
    }
}

#[test]
fn whatever_is_wanted_and_there_needs_no_change() {
    for seed in 0..300 {
        let release = if seed % 2 == 0 { Version::V8_4 } else { Version::V9_1 };
        let desired = random_lab::desired(&mut Random::new(seed));
        let plan =
            labs::compare(desired, release, |wires, scope| Cluster::of(wires, &release.to_string()).observed(scope));
        assert!(plan.changes.is_empty(), "seed {seed} on {release}: {:#?}", plan.changes);
        assert!(plan.same > 10, "seed {seed}");
    }
}

/// How often an option stands at the beginning of a line of the text.
fn times_named(text: &str, option: &str) -> usize {
    text.lines().filter(|line| line.starts_with("      ") && line.split_whitespace().next() == Some(option)).count()
}

/// What one edit of somebody else's comes to.
#[track_caller]
fn one_edit(seed: u64, release: Version, option: &str, edit: impl FnOnce(&mut Cluster)) {
    let desired = random_lab::desired(&mut Random::new(seed));
    let plan = labs::compare(desired, release, |wires, scope| {
        let mut cluster = Cluster::of(wires, &release.to_string());
        edit(&mut cluster);
        cluster.observed(scope)
    });
    let told: Vec<(&str, Vec<&str>)> = plan
        .changes
        .iter()
        .map(|change| (&*change.facet, change.options.iter().map(|option| &*option.option).collect()))
        .collect();
    assert!(matches!(told.as_slice(), [(_, options)] if options == &[option]), "seed {seed}, {option}: {told:?}");
    let sources = hlab::base::Sources::default();
    let text = show::text(&Shown::new(&sources), &plan, show::Detail::Full);
    assert_eq!(times_named(&text, option), 1, "seed {seed}, {option}:\n{text}");
    assert!(!text.contains("CANARY"), "no secret is shown");
}

#[test]
fn an_option_that_somebody_took_out_is_one_change() {
    for seed in 0..2 {
        let release = if seed % 2 == 0 { Version::V8_4 } else { Version::V9_1 };
        let mut wanted = Vec::new();
        labs::compare(random_lab::desired(&mut Random::new(seed)), release, |wires, scope| {
            for wire in wires {
                if let Subject::Guest { id, .. } = wire.subject {
                    wanted.extend(wire.options.iter().map(|(name, text)| (id, name.clone(), text.clone())));
                }
            }
            Cluster::of(wires, &release.to_string()).observed(scope)
        });
        for (id, name, text) in wanted {
            // What is as Proxmox has it anyway may be said or not; a name is how a guest is known.
            let is_default = text == "512" || name == "vga" && text == "std";
            if is_default || ["state", "name", "hostname"].contains(&&*name) {
                continue;
            }
            one_edit(seed, release, &name, |cluster| {
                let guest = cluster.guests.get_mut(&id).expect("it is there");
                match name.as_str() {
                    "pool" => guest.pool = None,
                    option => drop(guest.config.remove(option)),
                }
            });
        }
    }
}

#[test]
fn an_option_that_somebody_set_is_one_change() {
    let edits: &[(u32, &str, &str)] = &[
        (100, "args", "-S"),
        (100, "bios", "seabios "),
        (100, "parallel0", "/dev/parport0"),
        (100, "net9", "virtio=BC:24:11:00:00:09,bridge=vmbr0"),
        (100, "scsi9", "tank:vm-100-disk-9,size=8G"),
        (100, "ipconfig9", "ip=dhcp"),
        (100, "numa5", "cpus=0,memory=512"),
        (200, "mp9", "tank:subvol-200-disk-8,mp=/x,size=8G"),
        (200, "tags", "z"),
        (200, "dev9", "/dev/kvm"),
    ];
    for (number, (id, option, value)) in edits.iter().enumerate() {
        one_edit(number as u64, Version::V9_1, option, |cluster| {
            let guest = cluster.guests.get_mut(id).expect("it is there");
            guest.config.insert((*option).to_owned(), (*value).to_owned());
        });
    }
    for seed in 0..20 {
        one_edit(seed, Version::V9_1, "comment", |cluster| {
            let rows = cluster.lists.get_mut("/access/groups").expect("there are groups");
            rows[0].insert("comment".to_owned(), "somebody was here".into());
        });
        one_edit(seed, Version::V9_1, "map", |cluster| {
            let rows = cluster.lists.get_mut("/cluster/mapping/usb").expect("there are mappings");
            rows[0].insert("map".to_owned(), serde_json::json!(["id=1a6e:089a,node=pve"]));
        });
        one_edit(seed, Version::V9_1, "state", |cluster| {
            let row = cluster.lists.get_mut("/cluster/ha/resources").expect("there are resources");
            row[0].insert("state".to_owned(), "ignored".into());
        });
        one_edit(seed, Version::V9_1, "timeout", |cluster| {
            let server = cluster.objects.get_mut("/cluster/metrics/server/a").expect("there is one");
            server.insert("timeout".to_owned(), 9.into());
        });
        one_edit(seed, Version::V9_1, "timezone", |cluster| {
            let time = cluster.objects.get_mut("/nodes/pve/time").expect("there is a clock");
            time.insert("timezone".to_owned(), "UTC".into());
        });
        one_edit(seed, Version::V9_1, "privsep", |cluster| {
            let rows = cluster.lists.get_mut("/access/users").expect("there are users");
            let token = &mut rows[0]["tokens"][0];
            let is_separate = token["privsep"] != 0;
            token["privsep"] = u8::from(!is_separate).into();
        });
        one_edit(seed, Version::V9_1, "rules", |cluster| {
            cluster.inside.get_mut("/cluster/firewall/rules").expect("there are rules").swap(0, 1);
            let rows = &mut cluster.inside.get_mut("/cluster/firewall/rules").expect("there are rules")[0];
            rows["dport"] = "4444".into();
        });
        one_edit(seed, Version::V9_1, "members", |cluster| {
            cluster.inside.get_mut("/cluster/firewall/ipset/home").expect("there is a set").pop();
        });
        one_edit(seed, Version::V9_1, "policy_out", |cluster| {
            let options = cluster.objects.get_mut("/cluster/firewall/options").expect("there are options");
            options.insert("policy_out".to_owned(), "REJECT".into());
        });
        one_edit(seed, Version::V9_1, "storages", |cluster| {
            cluster.members.insert("lab".to_owned(), vec!["local".to_owned()]);
        });
    }
}

/// What people do to a cluster while nobody looks.
fn drifted(analysis: &mut Analysis) -> Cluster {
    let mut cluster = as_wanted(analysis, Version::V8_4);
    let mut set = |id: u32, option: &str, value: &str| {
        let guest = cluster.guests.get_mut(&id).expect("it is there");
        guest.config.insert(option.to_owned(), value.to_owned());
    };
    set(107, "cores", "7");
    set(107, "description", "who was here?\n");
    set(108, "net0", "virtio=BC:24:11:90:21:DF,bridge=vmbr0,firewall=1,tag=12");
    set(108, "args", "-device <b>x</b>");
    set(101, "scsi0", "local-zfs:vm-101-disk-0,size=16G");
    set(105, "scsi1", "local-2TB-zfs:vm-105-disk-1,backup=0,size=200G");
    set(116, "scsi3", "local:116/vm-116-disk-3.raw,size=4G");
    set(111, "memory", "1024");
    cluster.guests.remove(&112);
    for (id, running) in [(101, true), (108, true), (109, true)] {
        cluster.guests.get_mut(&id).expect("it is there").running = running;
    }
    let foreign = cluster.guests[&111].clone();
    cluster.guests.insert(900, foreign);
    cluster
}

#[test]
fn a_plan_of_the_real_lab_is_what_the_snapshots_hold() {
    let mut analysis = labs::example("homelab");
    let cluster = drifted(&mut analysis);
    let plan = differences(&analysis, &cluster);
    let shown = Shown::new(&analysis.sources);
    insta::with_settings!({ snapshot_path => "plan/snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("homelab_text", show::text(&shown, &plan, show::Detail::Brief));
        insta::assert_snapshot!("homelab_json", show::json(&shown, &plan));
        insta::assert_snapshot!("homelab_markdown", show::markdown(&shown, &plan, show::Detail::Full));
        insta::assert_snapshot!("homelab_html", show::html(&shown, &plan, show::Detail::Full));
    });
}

#[test]
fn the_page_about_impacts_is_written_from_the_tables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan-impact.md");
    let page = hlab::pve::impact::page();
    if std::env::var_os("HLAB_UPDATE").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/plan-impact.md is stale: run with HLAB_UPDATE=1");
}

/// Puts something else into a place of an answer.
fn mangle(random: &mut Random, value: &mut serde_json::Value) {
    use serde_json::{Value, json};
    match value {
        Value::Array(all) if !all.is_empty() && !random.once_in(4) => {
            let at = random.below(all.len());
            mangle(random, &mut all[at]);
        }
        Value::Object(all) if !all.is_empty() && !random.once_in(4) => {
            let at = random.below(all.len());
            mangle(random, all.values_mut().nth(at).expect("it is there"));
        }
        other => {
            let strange = [
                json!(null),
                json!(-1),
                json!(1e300),
                json!(u64::MAX),
                json!("\u{1b}[31m<script>alert(1)</script>`\n,=;:%zz"),
                json!(["a", ["b"], {}]),
                json!({ "a": { "b": 1 } }),
                json!("x".repeat(5000)),
                json!(true),
            ];
            *other = random.pick(&strange).clone();
        }
    }
}

#[test]
fn whatever_a_server_answers_nothing_falls_over_and_nothing_gets_out() {
    let mut analysis = labs::example("homelab");
    let cluster = drifted(&mut analysis);
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut survey = Survey::new(analysis.scope());
        loop {
            let reads = survey.next();
            if reads.is_empty() {
                break;
            }
            for read in reads {
                let mut answer = cluster.answer(&read);
                if random.once_in(5) {
                    answer = match (random.below(3), answer) {
                        (0, _) => Answer::Refused { status: 500, message: "\u{1b}[2J".to_owned() },
                        (_, Answer::Data(mut data)) => {
                            mangle(&mut random, &mut data);
                            Answer::Data(data)
                        }
                        (_, other) => other,
                    };
                }
                survey.take(&read, answer);
            }
        }
        let plan = analysis.diff(&survey.finish(), &Settings::default());
        let shown = Shown::new(&analysis.sources);
        for text in [
            show::text(&shown, &plan, show::Detail::Full),
            show::json(&shown, &plan),
            show::markdown(&shown, &plan, show::Detail::Full),
            show::html(&shown, &plan, show::Detail::Full),
        ] {
            assert!(!text.contains('\u{1b}'), "seed {seed}");
        }
        assert!(!show::html(&shown, &plan, show::Detail::Full).contains("<script"), "seed {seed}");
    }
}

#[test]
fn the_same_answers_in_any_order_give_the_same_plan() {
    let mut analysis = labs::example("homelab");
    let mut cluster = drifted(&mut analysis);
    // What all nodes see is listed on one of them, and always on the same.
    for ((_, name), storage) in &mut cluster.storages {
        storage["shared"] = u8::from(name == "local").into();
    }
    let shown = Shown::new(&analysis.sources);
    let planned = |seed: u64| {
        let mut random = Random::new(seed);
        let mut survey = Survey::new(analysis.scope());
        let mut open = survey.next();
        while !open.is_empty() {
            let read = open.swap_remove(random.below(open.len()));
            survey.take(&read, cluster.answer(&read));
            open.extend(survey.next());
        }
        show::json(&shown, &analysis.diff(&survey.finish(), &Settings::default()))
    };
    let first = planned(0);
    assert!((1..6).all(|seed| planned(seed) == first));
}
