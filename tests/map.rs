//! `hlab map`: what is drawn, that it fits, and that nothing a lab says gets out of its place.

mod map {
    pub mod markup;
    pub mod random;
}

use std::collections::BTreeMap;
use std::path::Path;

use hlab::base::MemoryWorld;
use hlab::diag::Severity;
use hlab::map::scene::{Icon, Look, Node, Rect};
use hlab::map::{Backup, Fate, Guest, Lab, Refuge, page, scene, svg};
use hlab::session::{Options, analyze};

use map::markup::{elements, texts};
use map::random::lab as random_lab;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn drawn(text: &str) -> Lab {
    analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default()).map()
}

fn document(lab: &Lab) -> String {
    svg::document(&scene(lab))
}

/// The files of an example.
fn files(example: &str) -> BTreeMap<String, Vec<u8>> {
    let path = root().join("lang-examples").join(example);
    let (mut files, mut folders) = (BTreeMap::new(), vec![path.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten().map(|entry| entry.path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "hlab") {
                let name = entry.strip_prefix(&path).expect("found below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&entry).expect("a source can be read"));
            }
        }
    }
    files
}

fn example(name: &str) -> Lab {
    let world = files(name).into_iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(&path, text));
    analyze(&world, &Options::default()).map()
}

#[track_caller]
fn guest<'l>(lab: &'l Lab, name: &str) -> &'l Guest {
    lab.guests.iter().find(|guest| guest.thing.name == name).unwrap_or_else(|| panic!("no {name}: {:?}", lab.guests))
}

const RACK: &str = r#"
project rack
network lan { cidr = 10.0.0.0/24, gateway = 10.0.0.1 }
cluster c
host a in c {
  memory = 32GiB
  bridge vmbr0 { network = lan, address = 10.0.0.2 }
  pci gpu { at = 01:00, ids = [10de:2484], group = 14 }
  pci sound { at = 01:00.1, ids = [10de:228b], group = 14 }
}
host b in c { memory = 16GiB }
host d in c { memory = 16GiB }
storage tank: Nfs on all { server = 10.0.0.9, export = "/tank", content = [images, rootdir] }
storage local: Directory on all { path = "/var/lib/vz", content = [images, backup] }
backup-job nightly { storage = local, schedule = "02:30" }
device stick on a { ids = [10c4:ea60], port = "1-2" }
vm card on a {
  id = 100
  memory = 2GiB
  disk scsi0 { storage = tank, size = 8GiB }
  nic net0 { network = lan }
  attach gpu
  attach stick
  provides = ["media"]
  backup = nightly
}
vm web on a {
  id = 101
  memory = 8GiB
  balloon = 4GiB
  disk scsi0 { storage = tank, size = 8GiB }
  provides = ["site"]
  backup = nightly
}
vm other on b { id = 102, memory = 12GiB, disk scsi0 { storage = tank, size = 8GiB }, provides = ["site"], backup = nightly }
vm stuck on b { id = 103, memory = 1GiB, disk scsi0 { storage = local, size = 8GiB }, backup = nightly }
vm off on b { id = 104, state = stopped, disk scsi0 { storage = tank, size = 8GiB }, backup = none }
ha web { guest = web, nodes = [a, b] }
ha other { guest = other }
ha stuck { guest = stuck }
ha card { guest = card }
"#;

#[test]
fn a_small_lab_is_drawn_so() {
    insta::assert_snapshot!("map_03-device", document(&example("03-device")));
}

#[test]
fn a_device_is_in_the_frame_of_its_group_and_a_line_leads_to_its_holder() {
    let lab = drawn(RACK);
    let picture = scene(&lab);
    let host = picture.root.inside.iter().find(|node| node.address == "host.a").expect("a host is a box");
    let groups: Vec<&Node> = host.inside.iter().filter(|node| node.look == Look::Group).collect();
    let members = |group: &Node| group.inside.iter().map(|node| node.address.clone()).collect::<Vec<_>>();
    assert_eq!(groups[0].labels[0].text, "IOMMU group 14");
    assert_eq!(members(groups[0]), ["host.a.pci.gpu", "host.a.pci.sound"]);
    assert_eq!(members(groups[1]), ["device.stick"]);
    assert_eq!(host.lines.len(), 2);
    let holder = host.inside.iter().find(|node| node.address == "vm.card").expect("a guest is a card");
    let gpu = &groups[0].inside[0];
    assert!(host.lines.iter().all(|line| line.to.0 == holder.frame.x && line.to.1 > holder.frame.y));
    assert!(host.lines[0].from.1 > gpu.frame.y && host.lines[0].from.1 < gpu.frame.bottom());
}

#[test]
fn what_a_policy_refuses_is_marked_where_it_stands() {
    let lab = example("homelab-as-found");
    let mark = |name: &str| lab.hosts.iter().find(|host| host.thing.name == name).map(|host| host.thing.mark);
    assert_eq!(mark("fun-bedbug"), Some(Some(Severity::Error)), "it gets too hot");
    assert_eq!(guest(&lab, "uptime-kuma").thing.mark, None);
    let broken = guest(&lab, "frigate");
    assert_eq!(broken.thing.mark, Some(Severity::Error), "what has errors is drawn from what is known");
    assert!(broken.host.is_some());
    let bridge = lab.hosts.iter().find(|host| host.thing.name == "pve").map(|host| &host.bridges[1].thing);
    assert_eq!(bridge.and_then(|bridge| bridge.mark), Some(Severity::Warning), "a bridge is marked, and not its host");
    let text = document(&lab);
    assert!(text.contains("class=\"vm error\"") && text.contains("#lab-error"), "a colour and a sign");
    assert!(text.contains("error: `fun-bedbug` stays cool"), "the title says why");
    let clean = document(&example("homelab"));
    assert!(!clean.contains(" error\"") && !clean.contains(" warning\""));
}

#[test]
fn of_what_a_loop_makes_the_one_that_a_message_names_is_marked() {
    let lab = drawn(
        "project p\nnetwork lan { cidr = 10.0.0.0/24 }\n\
         host h1 { memory = 4GiB, reserve { memory = 1GiB } }\nhost h2 { memory = 64GiB }\n\
         for h in host {\n  vm \"on-${h.name}\" on h { memory = 8GiB }\n}\n",
    );
    let marks: Vec<_> = lab.hosts.iter().map(|host| host.thing.mark).collect();
    assert_eq!(marks, [Some(Severity::Error), None], "{:?}", lab.problems);
    assert!(lab.guests.iter().all(|guest| guest.host.is_some()));
}

#[test]
fn ha_moves_a_guest_only_to_where_all_that_it_has_can_be_read() {
    let lab = drawn(RACK);
    let host = |name: &str| lab.hosts.iter().position(|host| host.thing.name == name).expect("a host");
    assert_eq!(guest(&lab, "web").refuge, Refuge::Best(host("b")));
    assert_eq!(guest(&lab, "other").refuge, Refuge::OneOf(vec![host("a"), host("d")]));
    assert_eq!(guest(&lab, "stuck").refuge, Refuge::Nowhere, "its disk is on one host");
    assert_eq!(guest(&lab, "card").refuge, Refuge::Nowhere, "its device is");
    assert_eq!(guest(&lab, "off").refuge, Refuge::Nowhere, "nobody asked for it");
}

#[test]
fn a_replica_is_a_refuge() {
    let text = RACK.replace("ha card", "replication stuck { guest = stuck, target = d }\nha card");
    let lab = drawn(&text);
    assert_eq!(guest(&lab, "stuck").refuge, Refuge::Best(2));
}

#[test]
fn a_loss_stops_guests_and_roles_unless_somebody_is_left() {
    let lab = drawn(RACK);
    let names =
        |guests: &[usize]| guests.iter().map(|guest| lab.guests[*guest].thing.name.as_str()).collect::<Vec<_>>();
    let roles: Vec<&str> = lab.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(roles, ["media", "quorum", "site"]);
    assert_eq!(names(&lab.losses[0].stops), ["card"]);
    assert_eq!(names(&lab.losses[0].moves), ["web"]);
    assert_eq!(lab.losses[0].roles, [Fate::Falls, Fate::Untouched, Fate::Untouched]);
    assert_eq!(lab.losses[0].clusters, [Fate::Left { left: 2, of: 3 }]);
    assert_eq!(names(&lab.losses[1].stops), ["stuck"], "what is off cannot stop");
    let without_ha = drawn(
        &RACK.replace("ha web", "ha web-not").replace("guest = web, nodes = [a, b]", "guest = web, state = ignored"),
    );
    assert_eq!(without_ha.losses[0].roles, [Fate::Falls, Fate::Untouched, Fate::Left { left: 1, of: 2 }]);
}

#[test]
fn a_cluster_falls_with_its_majority_and_takes_along_what_runs_in_it() {
    let lab = example("homelab");
    let loss = |name: &str| {
        let place = lab.hosts.iter().position(|host| host.thing.name == name).expect("a host of the lab");
        &lab.losses[place]
    };
    assert_eq!(loss("chief-horse").clusters[1], Fate::Untouched);
    assert_eq!(loss("still-fawn").clusters[1], Fate::Falls, "three of four run, and two are no majority");
    assert!(loss("still-fawn").also.contains(&"service.traefik".to_owned()));
}

#[test]
fn what_a_kind_needs_stops_with_it() {
    let lab = drawn(
        "project p\nkind door { keys: List<ref vm> = []\n  needs all self.keys }\nhost a { memory = 8GiB }\n\
         vm one on a { id = 100 }\ndoor front { keys = [one] }\n",
    );
    assert_eq!(lab.losses[0].also, ["door.front"]);
}

#[test]
fn the_page_says_who_is_not_backed_up_and_what_a_loss_adds() {
    let text =
        page::document(&drawn(&RACK.replace("provides = [\"media\"]\n  backup = nightly", "provides = [\"media\"]")));
    assert!(text.contains(
        "<tr><th scope=\"row\">card</th><td>a</td><td class=\"quiet\">–</td><td class=\"bad\">✕ nobody</td></tr>"
    ));
    assert!(text.contains("nobody, on purpose"));
    assert!(
        text.contains("✓ 17 GiB promised if a is lost") || text.contains("✕ 17 GiB promised if a is lost: too much")
    );
    assert!(text.contains("HA brings no guest here") || text.contains("if b is lost"));
    assert_eq!(guest(&drawn(RACK), "web").backup, Backup::Job(0));
    let heads = elements(&text).into_iter().filter(|element| element.name == "caption").count();
    let tables = elements(&text).into_iter().filter(|element| element.name == "table").count();
    assert_eq!(heads, tables, "every table has a caption");
}

#[test]
fn the_same_lab_gives_the_same_bytes_however_its_files_come() {
    let files = files("homelab-as-found");
    let world = |files: Vec<(&String, &Vec<u8>)>| {
        files.into_iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, text.clone()))
    };
    let first = analyze(&world(files.iter().collect()), &Options::default()).map();
    let again = analyze(&world(files.iter().rev().collect()), &Options { threads: 4, ..Options::default() }).map();
    assert_eq!(document(&first), document(&again));
    assert_eq!(page::document(&first), page::document(&again));
    // Where a resource stands does not move it on the map: only the places of messages differ.
    let renamed = files.iter().fold(MemoryWorld::default(), |world, (path, text)| {
        let path = path.chars().rev().collect::<String>().replace(['/', '.'], "-");
        world.with(&format!("{path}.hlab"), text.clone())
    });
    assert_eq!(document(&first), document(&analyze(&renamed, &Options::default()).map()));
}

/// The room that an icon takes.
fn square((_, x, y): &(Icon, f32, f32)) -> Rect {
    Rect::new(*x, *y, Icon::SIDE, Icon::SIDE)
}

/// Everything in a box is in it, and nothing in it is on anything else.
fn check_room(node: &Node, wrong: &mut Vec<String>) {
    let labels: Vec<(Rect, String)> = node
        .labels
        .iter()
        .filter(|label| !label.text.is_empty())
        .map(|label| (label.frame(), label.text.clone()))
        .collect();
    let icons = node.icons.iter().map(|icon| (square(icon), format!("{icon:?}")));
    let boxes = node.inside.iter().map(|inner| (inner.frame, format!("{:?} {}", inner.look, inner.address)));
    let mut all: Vec<(Rect, String)> = labels.into_iter().chain(icons).chain(boxes).collect();
    for (frame, what) in &all {
        if !node.frame.holds(*frame) {
            wrong.push(format!("{what} at {frame:?} leaves {:?} {}", node.frame, node.address));
        }
    }
    // From left to right, so that each is compared with its neighbours only.
    all.sort_by(|(a, _), (b, _)| a.y.total_cmp(&b.y));
    for (place, (frame, what)) in all.iter().enumerate() {
        for (other, that) in all[place + 1..].iter().take_while(|(other, _)| other.y < frame.bottom()) {
            if frame.meets(*other) {
                wrong.push(format!("{what} at {frame:?} lies on {that} at {other:?} in {}", node.address));
            }
        }
    }
    node.inside.iter().for_each(|inner| check_room(inner, wrong));
}

#[track_caller]
fn assert_room(lab: &Lab) {
    let mut wrong = Vec::new();
    check_room(&scene(lab).root, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_of_an_example_lies_on_anything_else() {
    for name in
        ["01-one-vm", "02-profile-and-for", "03-device", "04-networks", "homelab", "homelab-as-found", "k3s-nodes"]
    {
        assert_room(&example(name));
    }
    assert_room(&drawn(RACK));
    assert_room(&drawn(""));
}

#[test]
fn nothing_of_any_lab_lies_on_anything_else_and_every_picture_can_be_read() {
    for seed in 0..24 {
        let text = random_lab(seed);
        let lab = drawn(&text);
        assert!(!lab.hosts.is_empty(), "{text}");
        assert_room(&lab);
        let elements = elements(&document(&lab));
        let mut ids = std::collections::BTreeSet::new();
        for id in elements.iter().filter_map(|element| element.attributes.get("id")) {
            assert!(ids.insert(id.clone()), "{id} is there twice in\n{text}");
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)), "{id}");
        }
        assert!(elements_of_page(&page::document(&lab)) > 20);
    }
}

/// How many elements a page has; it is read as strictly as a picture.
fn elements_of_page(text: &str) -> usize {
    elements(text).len()
}

#[test]
fn no_name_gets_out_of_its_place() {
    let lab = drawn(
        "project p { description = \"</desc><script>1</script>\" }\n\
         host \"<script>alert('x')</script>\" { memory = 8GiB, description = \"\\\" onload=\\\"x]]>&lt;\" }\n\
         host \"\u{202e}evil\u{7}\u{ffff}\" {}\nnetwork \"a&b\" {}\n\
         vm \"שלום עולם\" on \"<script>alert('x')</script>\" { id = 100 }\n\
         vm \"--><svg onload='1'>\" on nowhere { id = 101 }\n",
    );
    assert_room(&lab);
    for text in [document(&lab), page::document(&lab)] {
        let elements = elements(&text);
        assert!(elements.iter().all(|element| element.name != "script"));
        assert!(elements.iter().all(|element| element.attributes.keys().all(|name| !name.starts_with("on"))));
        assert!(!text.contains(['\u{202e}', '\u{7}', '\u{ffff}']), "control characters are shown, never sent");
        let outside: Vec<&String> = elements
            .iter()
            .flat_map(|one| &one.attributes)
            .filter(|(name, _)| matches!(name.as_str(), "href" | "src"))
            .map(|(_, to)| to)
            .collect();
        assert!(outside.iter().all(|to| to.starts_with('#')), "{outside:?}");
    }
    assert!(texts(&document(&lab)).iter().any(|text| text == "שלום עולם"));
}

#[test]
fn a_secret_is_never_drawn() {
    let secret = concat!("ghp_", "0123456789abcdefghijABCDEFGHIJ012345");
    let lab = drawn(&format!(
        "project p\nhost a {{ description = \"{secret}\" }}\nvm w on a {{ id = 100, description = \"{secret}\" }}\n"
    ));
    assert!(!document(&lab).contains(secret) && !page::document(&lab).contains(secret));
}

#[test]
fn ten_thousand_guests_are_drawn_in_time() {
    let mut text = String::from("project p\n");
    (0..400).for_each(|host| {
        text.push_str(&format!("host h{host} {{ memory = 256GiB, pci gpu {{ at = 01:00, group = 1 }} }}\n"))
    });
    (0..10_000).for_each(|guest| {
        text.push_str(&format!("vm g{guest} on h{} {{ id = {}, backup = none }}\n", guest % 400, 100 + guest))
    });
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
    let start = std::time::Instant::now();
    let lab = analysis.map();
    let length = document(&lab).len() + page::document(&lab).len();
    assert!(length > 1_000_000);
    assert!(start.elapsed().as_secs() < 20, "it took {:?}", start.elapsed());
}

/// The colours of one setting, by their names.
fn colours(block: &str) -> BTreeMap<String, [f64; 3]> {
    let entries = block.split(['{', ';', '}']).filter_map(|entry| entry.trim().strip_prefix("--")?.split_once(":#"));
    let channel =
        |code: &str, at: usize| f64::from(u8::from_str_radix(&code[at..at + 2], 16).expect("a colour")) / 255.0;
    entries.map(|(name, code)| (name.to_owned(), [channel(code, 0), channel(code, 2), channel(code, 4)])).collect()
}

/// Source: WCAG 2.1, "relative luminance" and "contrast ratio".
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let linear = |value: f64| if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    let light = |of: [f64; 3]| 0.2126 * linear(of[0]) + 0.7152 * linear(of[1]) + 0.0722 * linear(of[2]);
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_can_be_read_in_light_and_in_dark() {
    let (light, dark) = svg::STYLE.split_once("@media(prefers-color-scheme:dark)").expect("both settings");
    let dark = dark.split("@media print").next().unwrap_or_default();
    for setting in [colours(light), colours(dark)] {
        let ratio = |a: &str, b: &str| contrast(setting[a], setting[b]);
        for ground in ["paper", "host", "vm", "ct", "device", "group", "chip"] {
            for ink in ["ink", "soft"] {
                assert!(ratio(ink, ground) >= 4.5, "{ink} on {ground}: {:.2}", ratio(ink, ground));
            }
        }
        for ink in ["error", "warning"] {
            assert!(ratio(ink, "paper") >= 4.5 && ratio("on-mark", ink) >= 4.5, "{ink}");
            assert!(ratio(ink, "host") >= 3.0, "the outline of {ink}");
        }
        for edge in ["vm-edge", "ct-edge", "device-edge"] {
            assert!(ratio(edge, "host") >= 3.0, "{edge}: {:.2}", ratio(edge, "host"));
        }
        for network in 0..8 {
            let name = format!("net{network}");
            assert!(ratio(&name, "host") >= 3.0, "{name}: {:.2}", ratio(&name, "host"));
        }
    }
}

#[test]
fn the_picture_in_the_book_is_that_of_the_example() {
    let (path, text) = (root().join("docs/map.svg"), document(&example("homelab")));
    if std::env::var_os("HLAB_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("the picture can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "docs/map.svg is stale: run `HLAB_UPDATE=1 cargo test --test map`, and look at it");
}
