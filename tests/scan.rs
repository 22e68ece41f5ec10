//! `hlab scan`: what a host prints becomes source that compiles, a second scan changes nothing, and no text is too odd.

use hlab::base::{FileId, MemoryWorld, World};
use hlab::scan::read;
use hlab::session::{NoScan, Options, Scan, analyze, scan};
use hlab::syntax::{format, parse};

const LAB: &str = "project lab {}\nnetwork lan { cidr = 192.168.4.0/24, gateway = 192.168.4.1 }\n";

/// A fixture of `tests/scan`: what the line to paste printed on a host.
fn fixture(name: &str) -> String {
    let path = format!("{}/tests/scan/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const FIXTURES: [&str; 4] = ["n100", "ryzen", "xeon", "laptop"];

fn scanned(world: &MemoryWorld, text: &str) -> Scan {
    let facts = read(&[text]).expect("the text of a host");
    let host = facts.host.clone().expect("the host says its name");
    scan(world, &Options::default(), &[(host, facts)]).unwrap_or_else(|why| match why {
        NoScan::Broken(analysis) | NoScan::Unfit(analysis) => panic!("{:#?}", analysis.diagnostics),
        NoScan::NotWritten(..) => panic!("{why:#?}"),
    })
}

fn written(world: &MemoryWorld, scan: &Scan) -> MemoryWorld {
    scan.changes.iter().fold(world.clone(), |world, change| world.with(&change.path, change.new.as_str()))
}

fn text_of(world: &MemoryWorld, path: &str) -> String {
    String::from_utf8(world.read(path).expect("the file is there")).expect("UTF-8")
}

/// The notes without the host's name.
fn notes(scan: &Scan) -> Vec<&str> {
    scan.notes.iter().map(|(_, note)| note.as_str()).collect()
}

#[test]
fn every_host_becomes_a_file_that_compiles_and_a_second_scan_changes_nothing() {
    for name in FIXTURES {
        let (world, text) = (MemoryWorld::default().with("lab.hlab", LAB), fixture(name));
        let first = scanned(&world, &text);
        assert_eq!(first.changes.len(), 1, "{name}");
        let source = &first.changes[0].new;
        assert_eq!(format(source).as_ref(), Some(source), "{name}: it has the layout of `hlab fmt`");
        assert!(!first.after.has_errors(), "{name}: {:#?}", first.after.diagnostics);
        let second = scanned(&written(&world, &first), &text);
        assert_eq!(second.changes, [], "{name}");
        let notes: String = first.notes.iter().map(|(host, note)| format!("// note: {host}: {note}\n")).collect();
        insta::assert_snapshot!(format!("scan_{name}"), format!("// {}\n{notes}{source}", first.changes[0].path));
    }
}

#[test]
fn hosts_of_one_cluster_share_their_storages() {
    let mut world = MemoryWorld::default().with("lab.hlab", format!("{LAB}cluster home {{}}\n"));
    for name in FIXTURES {
        world = written(&world, &scanned(&world, &fixture(name)));
    }
    let analysis = analyze(&world, &Options::default());
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    for name in FIXTURES {
        assert_eq!(scanned(&world, &fixture(name)).changes, [], "{name}");
    }
    assert!(text_of(&world, "hosts/nub.hlab").contains("host nub in home {"));
}

#[test]
fn what_a_person_wrote_stays_and_what_changed_is_changed_in_its_place() {
    let before = r#"// Mine.
project lab {}
network lan { cidr = 192.168.4.0/24, gateway = 192.168.4.1 }

/// The big one.
host tower {
  pve    = "8.4"
  // It had 32 GiB until spring.
  memory = 32GiB  // four sticks
  cpu { model = "AMD Ryzen 7 5800X", cores = 8 }
  nic lan0 { mac = A8:A1:59:12:34:56 }  // called so on the switch
  pci gpu: GeForceRTX3070 { at = 2B:00 }
  pci hba: SAS3008 { at = 21:00.0, mapping = "disks" }
  pci tuner { at = 2f:00.0, ids = [14f1:8852] }
  usb stick { ids = [046d:c52b], port = "3-9" }
  disk red-a { id = "wwn-0x50014ee20abcde01" }
  disk boot { size = 256GB }
  zpool tank { raidz1 = [red-a] }
  allow ha-needs-its-disks because "it is not here"
}

device zigbee: SonoffZBDongleE on tower { port = "3-1" }
"#;
    let world = MemoryWorld::default().with("lab.hlab", before);
    // The rule is not broken, so that the excuse is a warning: it stays all the same.
    let scan = scanned(&world, &fixture("ryzen"));
    assert_eq!(scan.changes.len(), 1);
    insta::assert_snapshot!("scan_existing", scan.changes[0].new);
    let notes = notes(&scan);
    assert!(notes.contains(&"`nic lan0` is called `enp42s0` on the host now"), "{notes:#?}");
    assert!(notes.contains(&"`pci tuner` was not seen on the host"), "{notes:#?}");
    assert_eq!(scanned(&written(&world, &scan), &fixture("ryzen")).changes, []);
}

#[test]
fn whatever_line_is_taken_out_of_a_host_a_scan_mends_it_for_good() {
    for name in ["n100", "xeon"] {
        let (lab, text) = (MemoryWorld::default().with("lab.hlab", LAB), fixture(name));
        let first = scanned(&lab, &text);
        let (path, source) = (&first.changes[0].path, &first.changes[0].new);
        for left_out in (0..source.lines().count()).step_by(3) {
            let kept = source.lines().enumerate().filter(|(number, _)| *number != left_out);
            let shorter: String = kept.map(|(_, line)| format!("{line}\n")).collect();
            let world = lab.clone().with(path, shorter.as_str());
            if !analyze(&world, &Options::default()).is_whole() {
                continue;
            }
            let mended = written(&world, &scanned(&world, &text));
            assert_eq!(
                scanned(&mended, &text).changes,
                [],
                "{name} without line {left_out}:\n{}",
                text_of(&mended, path)
            );
        }
    }
}

#[test]
fn a_host_may_be_written_in_any_way_that_the_language_has() {
    let bodies = [
        " {}",
        " { }",
        " { // nothing yet\n}",
        " {\n  // nothing yet\n}",
        " { memory = 4GiB }",
        " { memory = 4GiB, pve = \"8.1\", cpu { cores = 1 } }",
        " {\n  memory = 4GiB, pve = \"8.1\",\n}",
        " { memory = 4GiB }  // the big one",
        " {\n\tmemory = 4GiB /// odd\n\n\n\tcpu.cores = 1\n\tcpu.model = \"mine\"\n}",
        " {\n  cpu = { cores = 1 }\n  iommu = { enabled = false }\n}",
        " {\n  cpu {\n    // six of them\n  }\n  nic enp42s0\n}",
        " {\n  cpu { /* a */ }\n}",
        " {\n  \"memory\" = 4GiB\n}",
        " {\r\n  memory = 4GiB // crlf\r\n  nic enp42s0 {\r\n  }\r\n}",
        " { nic enp42s0 {}, pci gpu { at = 2b:00 }\n  disk a { size = 256GB } }",
        " {\n  pci gpu { at = 0000:2B:00.0, ids = [10de:2484] }\n  pci sound { at = 2b:00.1, ids = [10de:228b] }\n}",
        " { pci gpu { at = 2b:00 }, memory = 4GiB,pve = \"8.1\" }",
        " {memory=4GiB,pve=\"8.1\"}",
        " {\n  zpool tank {}\n}",
        " {\n  disk a { serial = \"WD-WCC7K0AAAAA1\" }\n  zpool tank { disk = a }\n}",
        " {\n  disk a { id = \"scsi-SATA_WDC_WD40EFRX-68N_WD-WCC7K0AAAAA2\" }\n  zpool tank {\n    vdev one { disks = [a] }\n  }\n}",
    ];
    for body in bodies {
        let lab = format!("project lab {{}}\n\nhost tower{body}\n");
        let world = MemoryWorld::default().with("lab.hlab", lab.as_str());
        if !analyze(&world, &Options::default()).is_whole() {
            assert!(body.contains("/*") || body.contains("\"memory\""), "{body:?} is meant to be right");
            continue;
        }
        let first = scanned(&world, &fixture("ryzen"));
        let new = &first.changes[0].new;
        for line in lab.lines().filter_map(|line| Some(line.split_once("//")?.1.trim())) {
            assert!(new.contains(line), "{body:?} lost {line:?}:\n{new}");
        }
        let again = scanned(&written(&world, &first), &fixture("ryzen"));
        assert_eq!(again.changes, [], "{body:?}:\n{new}");
        let was_laid_out = format(&lab).as_ref() == Some(&lab);
        assert!(!was_laid_out || format(new).as_ref() == Some(new), "{body:?}:\n{new}");
    }
}

#[test]
fn files_of_single_tools_are_enough() {
    let lspci = "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA104 [GeForce RTX 3070] [10de:2484] (rev a1)\r\n\
                 01:00.1 Audio device [0403]: NVIDIA Corporation GA104 High Definition Audio Controller [10de:228b]\r\n";
    let groups = "IOMMU Group 14:\n\t01:00.0 VGA\n\t01:00.1 Audio\n";
    let facts = read(&[lspci, groups]).expect("two tools");
    let world = MemoryWorld::default().with("lab.hlab", LAB);
    let scan = scan(&world, &Options::default(), &[("pve".to_owned(), facts)]).expect("it can be written");
    let expected = "host pve {\n  iommu { enabled = true }\n  pci geforce-rtx-3070: GeForceRTX3070 { at = 01:00, group = 14 }\n}\n";
    assert!(scan.changes[0].new.ends_with(expected), "{}", scan.changes[0].new);
}

#[test]
fn a_new_host_goes_where_the_others_are() {
    let world = MemoryWorld::default().with("lab.hlab", "project lab {}\n").with("nodes/a.hlab", "host a {}\n");
    assert_eq!(scanned(&world, "== hostname ==\nb\n").changes[0].path, "nodes/b.hlab");
    let world = world.with("nodes/b.hlab", "network x {}\n");
    assert_eq!(scanned(&world, "== hostname ==\nb\n").changes[0].path, "nodes/b-2.hlab");
}

#[test]
fn what_a_profile_says_is_not_said_again_and_what_differs_wins_in_the_host() {
    let lab = "project lab {}\n\nprofile pve8 for host {\n  pve      = \"8.4\"\n  firmware = bios\n  nic enp42s0 { speed = 1Gbps }\n\
               }\n\nhost tower with pve8 {}\n";
    let scan = scanned(&MemoryWorld::default().with("lab.hlab", lab), &fixture("ryzen"));
    let text = &scan.changes[0].new;
    assert!(text.starts_with("project lab {}\n"), "{text}");
    let host = &text[text.find("host tower").expect("the host")..];
    assert!(!host.contains("pve "), "{host}");
    assert!(host.contains("firmware    = uefi"), "{host}");
    assert!(host.contains("nic enp42s0 { speed = 2.5Gbps, mac = a8:a1:59:12:34:56 }"), "{host}");
}

#[test]
fn a_value_that_is_computed_is_left_alone_with_a_remark() {
    let lab = "project lab {}\n\nlet ram = 32GiB\n\nhost tower {\n  memory = ram + 1GiB\n}\n";
    let scan = scanned(&MemoryWorld::default().with("lab.hlab", lab), &fixture("ryzen"));
    assert!(scan.changes[0].new.contains("memory      = ram + 1GiB"), "{}", scan.changes[0].new);
    assert!(notes(&scan).contains(&"`host.tower.memory` is computed in the source: the host says 64238MiB"));
}

#[test]
fn what_open_vswitch_has_is_neither_missed_nor_touched() {
    let lab = "project lab {}\nhost tower {\n  bridge vmbr9 { ovs = true }\n  bridge vmbr8 {}\n}\n";
    let scan = scanned(&MemoryWorld::default().with("lab.hlab", lab), &fixture("ryzen"));
    assert!(notes(&scan).contains(&"`bridge vmbr8` was not seen on the host"), "{:#?}", scan.notes);
    assert!(!notes(&scan).iter().any(|note| note.contains("vmbr9")), "{:#?}", scan.notes);
}

#[test]
fn another_card_in_the_same_place_is_remarked_on_and_not_renamed() {
    let lab = "project lab {}\nhost tower {\n  pci gpu: RadeonRX580 { at = 2b:00 }\n}\n";
    let scan = scanned(&MemoryWorld::default().with("lab.hlab", lab), &fixture("ryzen"));
    let expected = "`pci gpu` at 2b:00 has other ids in the source: the host has 10de:2484 there, \
                    NVIDIA Corporation GA104 [GeForce RTX 3070]";
    assert!(notes(&scan).contains(&expected), "{:#?}", scan.notes);
    assert!(scan.changes[0].new.contains("pci gpu: RadeonRX580 { at = 2b:00 }"));
}

#[test]
fn a_device_that_the_source_has_elsewhere_is_not_declared_twice() {
    let lab = "project lab {}\nhost other {}\ndevice coral: CoralUSB on other { port = \"1-1\" }\n";
    let scan = scanned(&MemoryWorld::default().with("lab.hlab", lab), &fixture("n100"));
    assert!(notes(&scan).iter().any(|note| note.starts_with("`device.coral` may be plugged into this host")));
    assert!(scan.changes.iter().all(|change| !change.new.contains("on nub { port = \"2-3\"")), "{:#?}", scan.changes);
}

#[test]
fn a_coral_is_itself_before_and_after_its_firmware_is_loaded() {
    let world = MemoryWorld::default().with("lab.hlab", LAB);
    let loaded = fixture("n100");
    let fresh = loaded.replace("18d1:9302 Google Inc. ", "1a6e:089a Global Unichip Corp. ");
    let world = written(&world, &scanned(&world, &fresh));
    assert!(text_of(&world, "hosts/nub.hlab").contains("device coral-usb: CoralUSB on nub { port = \"2-3\" }"));
    assert_eq!(scanned(&world, &loaded).changes, []);
}

#[test]
fn a_card_says_which_mediated_devices_it_offers() {
    let text = "== hostname ==\nnub\n== lspci -Dnnk ==\n0000:d8:00.0 3D controller [0302]: NVIDIA Corporation TU104GL [Tesla T4] \
                [10de:1eb8] (rev a1)\n\tKernel driver in use: nvidia\n== grep -Hs . /sys ==\n\
                /sys/bus/pci/devices/0000:d8:00.0/mdev_supported_types/nvidia-223/available_instances:0\n\
                /sys/bus/pci/devices/0000:d8:00.0/mdev_supported_types/nvidia-222/available_instances:16\n";
    let world = MemoryWorld::default().with("lab.hlab", LAB);
    let world = written(&world, &scanned(&world, text));
    let source = text_of(&world, "hosts/nub.hlab");
    assert!(source.contains("driver     = \"nvidia\""), "{source}");
    assert!(source.contains("mdev-types = [\"nvidia-222\", \"nvidia-223\"]"), "{source}");
    // A person may list them in another order.
    let turned = source.replace("[\"nvidia-222\", \"nvidia-223\"]", "[\"nvidia-223\", \"nvidia-222\"]");
    assert_eq!(scanned(&world.with("hosts/nub.hlab", turned.as_str()), text).changes, []);
}

#[test]
fn a_host_that_a_for_makes_is_refused_with_its_place() {
    let world = MemoryWorld::default().with("lab.hlab", "project lab {}\nfor n in [1] {\n  host \"nub${n}\" {}\n}\n");
    let facts = read(&["== hostname ==\nnub1\n"]).expect("a host");
    let why = scan(&world, &Options::default(), &[("nub1".to_owned(), facts)]).expect_err("it has no lines of its own");
    assert!(matches!(why, NoScan::NotWritten(..)), "{why:#?}");
}

#[test]
fn a_project_with_errors_is_not_touched() {
    let world = MemoryWorld::default().with("lab.hlab", "project lab {}\nhost x { memory = 4 }\n");
    let facts = read(&["== hostname ==\nx\n"]).expect("a host");
    assert!(matches!(scan(&world, &Options::default(), &[("x".to_owned(), facts)]), Err(NoScan::Unfit(_))));
}

#[test]
fn the_chapter_shows_the_line_to_paste() {
    let chapter = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scan.md")).expect("the chapter");
    assert!(chapter.contains(&format!("\n{}\n", hlab::scan::COMMAND)), "docs/scan.md shows another line");
}

/// Names that try to end what they stand in.
const HOSTILE: [&str; 9] = [
    "\"} host evil { memory = 1GiB } //",
    "${self.name}",
    "\u{1b}[31mred\u{7}",
    "\u{202e}gnp.exe",
    "]]]]][[[[ [10de:2484] [0300]: ",
    "\\\" \\u{41} \\",
    "if then else self null true",
    "    ",
    "== lspci -Dnnk ==",
];

#[test]
fn a_hostile_name_stays_in_its_quotes() {
    for hostile in HOSTILE {
        let text = format!(
            "== hostname ==\nnub\n== lspci -Dnnk ==\n0000:01:00.0 VGA compatible controller [0300]: {hostile} [1234:5678]\n\
             \tKernel driver in use: {hostile}\n== lsusb ==\nBus 001 Device 002: ID 1234:5678 {hostile}\n\
             == lsblk -J ==\n{}\n== cat /proc/cpuinfo ==\nprocessor\t: 0\nmodel name\t: {hostile}\n\
             == grep -Hs . /sys/class/dmi/id/sys_vendor ==\n/sys/class/dmi/id/sys_vendor:{hostile}\n\
             /sys/class/dmi/id/product_serial:{hostile}\n== ip -j link ==\n{}\n== storage.cfg ==\ndir: local\n\tpath /{hostile}\n\
             \tcontent iso,{hostile}\n== zpool status ==\n  pool: {hostile}\n state: {hostile}\nconfig:\n\n\t{hostile}  ONLINE 0 0 0\n",
            serde_json::json!({ "blockdevices": [{ "name": "sda", "size": 1_000_000_000_000u64, "type": "disk",
                "serial": hostile, "model": hostile }] }),
            serde_json::json!([{ "ifname": "eth0", "link_type": "ether", "address": hostile },
                { "ifname": hostile, "link_type": "ether" }]),
        );
        let world = MemoryWorld::default().with("lab.hlab", LAB);
        let first = scanned(&world, &text);
        let after = written(&world, &first);
        let hosts: Vec<_> =
            first.after.graph().nodes.iter().filter(|node| node.kind == "host").map(|n| n.key.clone()).collect();
        assert_eq!(hosts, ["nub"], "{hostile:?}");
        let source = text_of(&after, "hosts/nub.hlab");
        assert!(!source.chars().any(|c| c.is_control() && c != '\n'), "{hostile:?}: {source:?}");
        assert_eq!(scanned(&after, &text).changes, [], "{hostile:?}");
    }
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn whatever_is_done_to_a_text_there_is_source_that_compiles() {
    let world = MemoryWorld::default().with("lab.hlab", LAB);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let texts: Vec<Vec<u8>> = FIXTURES.iter().map(|name| fixture(name).into_bytes()).collect();
    for round in 0..120 {
        let mut bytes = texts[round % texts.len()].clone();
        for _ in 0..1 + dice.below(12) {
            let at = dice.below(bytes.len());
            match dice.below(6) {
                0 => bytes.truncate(at.max(1)),
                1 => bytes[at] = dice.below(256) as u8,
                2 => drop(bytes.splice(at..at, HOSTILE[dice.below(HOSTILE.len())].bytes())),
                3 => {
                    let end = (at + dice.below(400)).min(bytes.len());
                    drop(bytes.drain(at..end));
                }
                4 => {
                    let piece = bytes[at..(at + dice.below(400)).min(bytes.len())].to_vec();
                    let to = dice.below(bytes.len());
                    drop(bytes.splice(to..to, piece));
                }
                _ => drop(bytes.splice(at..at, b"\r\n".iter().copied())),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some(facts) = read(&[&text]) else { continue };
        let hosts = [("nub".to_owned(), facts)];
        match scan(&world, &Options::default(), &hosts) {
            Err(why) => panic!("round {round}: {why:#?}\n{text}"),
            Ok(scan) => {
                for change in &scan.changes {
                    assert!(parse(FileId(0), &change.new).diagnostics.is_empty(), "round {round}:\n{}", change.new);
                }
            }
        }
    }
}

#[test]
fn a_text_of_endless_lines_and_brackets_is_read_in_time() {
    let mut text = String::from("== hostname ==\nnub\n== lspci -nnk ==\n");
    text.push_str(&"[1234:5678] (rev ".repeat(15_000));
    for _ in 0..500 {
        text.push('\n');
        text.push_str(&"01:00.0 a [0300]: [1234:5678] (prog-if ".repeat(20));
    }
    text.push_str("\n== lsusb -t ==\n");
    text.push_str(&format!("{}|__ Port 1: Dev 2, If 0, Class={}\n", " ".repeat(3_000), ", Driver=".repeat(100)));
    let flood = (0..15_000).map(|number| format!("{:04x}:01:00.0 VGA [0300]: Same [1234:5678]\n", number));
    text.push_str(&format!("\n== lspci -Dnnk ==\n{}", flood.collect::<String>()));
    let start = std::time::Instant::now();
    let facts = read(&[&text]).expect("the text of a host");
    assert_eq!(facts.pci.as_ref().map(Vec::len), Some(1024));
    assert_eq!(
        facts.notes.last().map(String::as_str),
        Some("there are 15000 PCI devices: those after the first 1024 are left out")
    );
    let world = MemoryWorld::default().with("lab.hlab", LAB);
    assert!(scan(&world, &Options::default(), &[("nub".to_owned(), facts)]).is_ok());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
