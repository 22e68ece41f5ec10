//! What outages taught the plan, each by the number of its row; and what else it must notice.

use hlab::plan::{Answer, Finding, Level, Plan, Scope, Settings};
use hlab::pve::{Guest, Version};
use hlab::session::Analysis;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::labs;

/// Two nodes, one VM with everything that a plan looks at.
const LAB: &str = r#"
project p { owner { vm = api, vm.power = api, device.mapping = api, image = api } }
network lan { cidr = 192.168.4.0/24 }
cluster c
host pve in c { pve = "9.1", bridge vmbr0 { network = lan } }
host other in c { pve = "9.1", bridge vmbr0 { network = lan } }
storage local: Directory on all { path = "/var/lib/vz", content = [images, import, snippets, iso] }
image noble on pve { url = "https://example.org/noble.qcow2", storage = local }
vm web on pve {
  id = 107
  state = running
  cpu { cores = 2 }
  memory = 2GiB
  disk scsi0 { storage = local, size = 50GiB, from = noble }
  nic net0 { network = lan, mac = BC:24:11:00:00:07 }
  allow guest-without-backup because "a test"
}
"#;

fn lab() -> (Analysis, Cluster) {
    labelled(LAB)
}

fn labelled(text: &str) -> (Analysis, Cluster) {
    let mut analysis = labs::lab(text);
    let mut cluster = Cluster::of(&labs::wired(&mut analysis, Version::V9_1), "9.1.2");
    for node in ["pve", "other"] {
        cluster.node(node);
        cluster.bridge(node, "vmbr0");
    }
    (analysis, cluster)
}

fn plan(analysis: &Analysis, cluster: &Cluster) -> Plan {
    planned(analysis, cluster, &Settings::default())
}

fn planned(analysis: &Analysis, cluster: &Cluster, settings: &Settings) -> Plan {
    analysis.plan(&cluster.observed(analysis.scope()), settings)
}

#[track_caller]
fn found<'p>(plan: &'p Plan, name: &str) -> &'p Finding {
    let found = plan.findings.iter().find(|finding| finding.name == name);
    found.unwrap_or_else(|| panic!("`{name}` is not among {:#?}", plan.findings))
}

/// The actions, each with its address and facet.
fn actions(plan: &Plan) -> Vec<String> {
    let told =
        plan.changes.iter().map(|change| format!("{} {} {}", change.action.word(), change.address, change.facet));
    told.collect()
}

fn set(cluster: &mut Cluster, option: &str, value: &str) {
    let guest = cluster.guests.get_mut(&107).expect("it is there");
    guest.config.insert(option.to_owned(), value.to_owned());
}

fn offline(cluster: &mut Cluster, node: &str) {
    cluster.nodes.get_mut(node).expect("it is there")["online"] = json!(0);
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let (analysis, cluster) = lab();
    let plan = plan(&analysis, &cluster);
    assert_eq!((actions(&plan), plan.findings), (Vec::new(), Vec::new()));
}

#[test]
fn i012_a_storage_that_cannot_be_reached_is_named() {
    let (analysis, mut cluster) = lab();
    let storage = cluster.storages.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    storage["active"] = json!(0);
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "storage-inactive").message.contains("which `pve` cannot reach"));
    assert_eq!(actions(&plan), ["unknown image.noble image.file"], "what is on it is unknown, not absent");
}

#[test]
fn i017_a_bridge_that_the_node_does_not_have_is_named() {
    let (analysis, mut cluster) = lab();
    cluster.lists.insert("/nodes/pve/network".to_owned(), Vec::new());
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "missing-bridge").message.contains("`vmbr0`"));
    assert!(plan.is_refused());
}

#[test]
fn i018_an_id_that_a_container_of_an_offline_node_has_is_taken() {
    let (analysis, mut cluster) = lab();
    offline(&mut cluster, "other");
    let guest = cluster.guests.get_mut(&107).expect("it is there");
    (guest.sort, guest.node) = (Guest::Container, "other".to_owned());
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "id-taken").message.contains("belongs to the container `web` on `other`"));
    assert!(actions(&plan).iter().all(|action| action.starts_with("unknown vm.web")), "{:?}", actions(&plan));
}

#[test]
fn i019_guests_of_an_offline_node_are_unknown_and_the_node_is_asked_nothing() {
    let (analysis, mut cluster) = lab();
    offline(&mut cluster, "pve");
    for path in ["/nodes/pve/version", "/nodes/pve/qemu/107/config", "/nodes/pve/storage"] {
        cluster
            .instead
            .insert(path.to_owned(), Answer::Refused { status: 595, message: "No route to host".to_owned() });
    }
    let plan = plan(&analysis, &cluster);
    let told = actions(&plan);
    assert!(told.iter().all(|action| action.starts_with("unknown ")) && told.len() == 3, "{told:?}");
    assert_eq!(found(&plan, "node-offline").message, "node `pve` is offline: of its guests nothing is known: 107");
    assert!(plan.findings.iter().all(|finding| finding.name != "not-read"), "an offline node is not asked");
}

#[test]
fn i023_a_snippet_that_is_not_on_the_guests_own_node_is_named() {
    let text = LAB.replace("  nic net0", "  cdrom ide3 { image = tools }\n  nic net0")
        + "image tools: Iso on pve { file = \"tools.iso\", storage = local, owner = none }\n";
    let (analysis, mut cluster) = labelled(&text);
    let volumes = cluster.volumes.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    volumes.retain(|volume| volume["volid"] != "local:iso/tools.iso");
    let on_other = ("other".to_owned(), "local".to_owned());
    cluster.volumes.insert(on_other, vec![json!({ "volid": "local:iso/tools.iso", "content": "iso" })]);
    let plan = plan(&analysis, &cluster);
    assert!(
        plan.findings.iter().any(|finding| {
            finding.name == "missing-file"
                && finding.message.contains("`vm.web` reads `local:iso/tools.iso`, which is not on its node `pve`")
        }),
        "{:#?}",
        plan.findings
    );
}

#[test]
fn i028_a_changed_device_waits_for_a_stop_and_start() {
    let (analysis, mut cluster) = lab();
    set(&mut cluster, "machine", "q35");
    let plan = plan(&analysis, &cluster);
    let [change] = plan.changes.as_slice() else { panic!("{:?}", actions(&plan)) };
    assert_eq!(change.impact, hlab::pve::Impact::Pending);
    // A reboot from inside is not enough, and nothing waits where nothing runs.
    cluster.guests.get_mut(&107).expect("it is there").running = false;
    let plan = planned(&analysis, &cluster, &Settings::default());
    assert!(plan.changes.iter().all(|change| change.impact == hlab::pve::Impact::Live), "{:?}", plan.changes);
}

#[test]
fn i067_volumes_of_a_guest_that_is_not_there_stop_its_create() {
    let (analysis, mut cluster) = lab();
    cluster.guests.remove(&107);
    let volumes = cluster.volumes.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    volumes.push(json!({ "volid": "local:107/vm-107-cloudinit.qcow2", "content": "images", "vmid": 107 }));
    volumes.push(json!({ "volid": "local:200/vm-200-disk-0.raw", "content": "images" }));
    let plan = plan(&analysis, &cluster);
    let create = plan.changes.iter().find(|change| change.facet == "vm.config").expect("it is to be made");
    assert!(create.refused[0].contains("vm-107-cloudinit"), "{:?}", create.refused);
    let of_200 = plan.findings.iter().find(|finding| finding.about == "id 200").expect("it is told");
    assert_eq!((of_200.name, of_200.level), ("orphan-volume", Level::Warning));
}

#[test]
fn i068_what_is_to_be_taken_over_must_be_there() {
    let (analysis, mut cluster) = labelled(&LAB.replace("id = 107", "id = 107\n  adopt = true"));
    cluster.guests.remove(&107);
    let plan = plan(&analysis, &cluster);
    assert_eq!(found(&plan, "nothing-to-adopt").level, Level::Error);
}

#[test]
fn i073_a_storage_must_hold_what_is_put_on_it() {
    let (analysis, mut cluster) = lab();
    let storage = cluster.storages.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    storage["content"] = json!("images,iso");
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "missing-content").message.contains("needs `import` on storage `local` of `pve`"));
}

#[test]
fn i091_a_file_that_is_there_is_not_downloaded_again() {
    let (analysis, mut cluster) = lab();
    assert!(plan(&analysis, &cluster).changes.is_empty());
    let volumes = cluster.volumes.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    volumes.retain(|volume| volume["content"] != "import");
    let plan = plan(&analysis, &cluster);
    assert_eq!(actions(&plan), ["create image.noble image.file"]);
}

#[test]
fn i102_a_name_that_the_node_refuses_is_named_before_anything_is_downloaded() {
    let (analysis, mut cluster) = labelled(&LAB.replace("noble.qcow2\",", "noble.img\", file = \"noble.img\","));
    let volumes = cluster.volumes.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    volumes.retain(|volume| volume["content"] != "import");
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "file-extension").message.contains("takes no `noble.img` as `import`"));
}

#[test]
fn i118_a_full_storage_is_told_before_a_backup_freezes_a_guest() {
    let (analysis, mut cluster) = lab();
    let storage = cluster.storages.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    storage["avail"] = json!(70);
    assert_eq!(found(&plan(&analysis, &cluster), "storage-full").level, Level::Warning);
    let storage = cluster.storages.get_mut(&("pve".to_owned(), "local".to_owned())).expect("it is there");
    storage["avail"] = json!("10");
    assert_eq!(found(&plan(&analysis, &cluster), "storage-full").level, Level::Error);
}

#[test]
fn a_guest_of_another_name_is_somebody_elses() {
    let (analysis, mut cluster) = lab();
    set(&mut cluster, "name", "precious");
    // One of its MAC addresses makes it the same guest with a new name.
    assert_eq!(actions(&plan(&analysis, &cluster)), ["update vm.web vm.config"]);
    set(&mut cluster, "net0", "virtio=BC:24:11:00:00:99,bridge=vmbr0");
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "id-taken").message.contains("`precious`"));
    assert!(actions(&plan).iter().all(|action| action.starts_with("unknown")), "{:?}", actions(&plan));
}

#[test]
fn a_list_without_the_right_to_see_is_not_absence() {
    let (analysis, mut cluster) = lab();
    cluster.guests.remove(&107);
    cluster.permissions = json!({ "/": { "Sys.Audit": 1 } });
    let plan = plan(&analysis, &cluster);
    assert!(actions(&plan).iter().any(|action| action == "unknown vm.web vm.config"), "{:?}", actions(&plan));
    assert!(
        plan.changes.iter().any(|change| change.notes.iter().any(|note| note.contains("lacks VM.Audit on /vms/107")))
    );
}

#[test]
fn a_file_that_this_login_would_not_be_shown_is_unknown_and_not_missing() {
    let text = LAB.replace("  nic net0", "  cloud-init { user-data = first-boot }\n  nic net0")
        + "snippet first-boot on pve { file = \"first-boot.yaml\", storage = local, owner = none }\n";
    let (analysis, mut cluster) = labelled(&text);
    cluster.volumes.values_mut().for_each(|volumes| volumes.retain(|volume| volume["content"] != "snippets"));
    assert!(plan(&analysis, &cluster).findings.iter().any(|finding| finding.name == "missing-file"));
    cluster.permissions = json!({ "/": { "Sys.Audit": 1, "VM.Audit": 1, "Datastore.Audit": 1 } });
    let plan = plan(&analysis, &cluster);
    assert!(plan.findings.iter().all(|finding| finding.name != "missing-file"), "{:#?}", plan.findings);
    assert!(plan.notes.iter().any(|note| note.starts_with("disks are listed for who has VM.Config.Disk")));
}

#[test]
fn nothing_in_place_of_the_list_of_guests_is_no_empty_cluster() {
    let (analysis, mut cluster) = lab();
    cluster.instead.insert("/cluster/resources".to_owned(), Answer::Data(json!(null)));
    let plan = plan(&analysis, &cluster);
    assert!(actions(&plan).iter().all(|action| action.starts_with("unknown ")), "{:?}", actions(&plan));
}

#[test]
fn what_could_not_be_read_is_unknown_and_says_why() {
    for (answer, part) in [
        (Answer::Lost("the connection was reset".to_owned()), "the connection was reset"),
        (Answer::Refused { status: 403, message: "Permission check failed".to_owned() }, "this login may not read it"),
        (Answer::Refused { status: 596, message: "Connection timed out".to_owned() }, "the node does not answer (596)"),
        (Answer::Data(Value::Null), "unused"),
    ] {
        let (analysis, mut cluster) = lab();
        let is_lost = !matches!(answer, Answer::Data(_));
        cluster.instead.insert("/nodes/pve/qemu/107/config".to_owned(), answer);
        let plan = plan(&analysis, &cluster);
        if is_lost {
            assert!(found(&plan, "not-read").message.contains(part));
            assert!(actions(&plan).contains(&"unknown vm.web vm.config".to_owned()), "{:?}", actions(&plan));
        }
    }
}

#[test]
fn a_cluster_without_quorum_takes_nothing() {
    let (analysis, mut cluster) = lab();
    cluster.quorate = false;
    set(&mut cluster, "cores", "4");
    let plan = plan(&analysis, &cluster);
    assert_eq!(found(&plan, "no-quorum").level, Level::Error);
    assert!(plan.changes[0].refused.contains(&"the cluster has no quorum".to_owned()));
}

#[test]
fn a_locked_guest_and_changes_of_others_are_told() {
    let (analysis, mut cluster) = lab();
    let guest = cluster.guests.get_mut(&107).expect("it is there");
    guest.lock = Some("backup".to_owned());
    guest.pending =
        vec![json!({ "key": "cores", "value": 2, "pending": 8 }), json!({ "key": "vga", "value": "qxl", "delete": 1 })];
    set(&mut cluster, "memory", "1024");
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "locked").message.contains("(backup)"));
    assert!(found(&plan, "pending").message.ends_with("cores: 2 -> 8; vga: qxl -> (default)"));
    assert!(plan.changes[0].refused[0].contains("locked"));
}

#[test]
fn a_disk_never_shrinks_and_nothing_is_made_anew_unasked() {
    let (analysis, mut cluster) = lab();
    set(&mut cluster, "scsi0", "local:vm-107-disk-0,size=80G");
    let plan = plan(&analysis, &cluster);
    assert!(plan.changes[0].refused[0].contains("would shrink from 80G to 50G"), "{:?}", plan.changes[0].refused);

    let text = LAB.replace("  nic net0", "  tpm { storage = local, version = \"v2.0\" }\n  nic net0");
    let (analysis, mut cluster) = labelled(&text);
    set(&mut cluster, "tpmstate0", "local:vm-107-disk-1,version=v1.2,size=4M");
    let of = |settings: &Settings| planned(&analysis, &cluster, settings).changes.remove(0);
    let change = of(&Settings::default());
    assert_eq!((change.action.word(), change.impact), ("replace", hlab::pve::Impact::DataLoss));
    assert!(change.refused[0].contains("on-replace = allow"));
    let allowed = of(&Settings { replace: vec!["vm.web".to_owned()], ..Settings::default() });
    assert_eq!(allowed.refused, Vec::<String>::new());
}

#[test]
fn a_privilege_that_is_missing_is_named_and_root_options_are_refused_now() {
    let (analysis, mut cluster) = lab();
    set(&mut cluster, "cores", "4");
    cluster.permissions["/"].as_object_mut().expect("an object").remove("VM.Config.CPU");
    let plan = plan(&analysis, &cluster);
    let lacks: Vec<String> =
        plan.changes[0].lacks.iter().map(|need| format!("{:?} {}", need.any_of, need.path)).collect();
    assert_eq!(lacks, ["[\"VM.Config.CPU\"] /vms/107"]);
    assert!(plan.is_refused());

    let (analysis, mut cluster) = lab();
    set(&mut cluster, "args", "-S");
    let login = |user: &str, token: Option<&str>| Settings {
        login: hlab::plan::Login { user: user.to_owned(), token: token.map(str::to_owned) },
        ..Settings::default()
    };
    let refused = |settings| planned(&analysis, &cluster, &settings).changes.remove(0).refused;
    assert!(refused(login("root@pam", Some("hlab")))[0].contains("only root@pam with a password may set args"));
    assert_eq!(refused(login("root@pam", None)), Vec::<String>::new());
}

#[test]
fn a_guest_that_ha_moved_is_where_it_should_be() {
    let (analysis, mut cluster) = lab();
    let guest = cluster.guests.get_mut(&107).expect("it is there");
    guest.node = "other".to_owned();
    assert_eq!(actions(&plan(&analysis, &cluster)), ["move vm.web vm.config"]);
    cluster.guests.get_mut(&107).expect("it is there").ha = Some("started".to_owned());
    let plan = plan(&analysis, &cluster);
    assert_eq!(actions(&plan), Vec::<String>::new());
    assert!(plan.notes.iter().any(|note| note.contains("HA's business")), "{:?}", plan.notes);
}

#[test]
fn what_was_removed_goes_only_if_it_says_so() {
    let gone = "removed vm.old { on-delete = destroy }\nremoved vm.older {}\n";
    let (analysis, mut cluster) = labelled(&format!("{LAB}{gone}"));
    for (id, name) in [(300, "old"), (301, "older"), (302, "never-ours")] {
        let mut guest = cluster.guests[&107].clone();
        guest.config.insert("name".to_owned(), name.to_owned());
        guest.running = false;
        cluster.guests.insert(id, guest);
    }
    let diff = analysis.diff(&cluster.observed(analysis.scope()), &Settings::default());
    assert_eq!(
        actions(&diff),
        ["destroy vm.old vm.config", "keep-unmanaged vm.older vm.config", "keep-unmanaged qemu/302 "]
    );
    cluster.guests.get_mut(&300).expect("it is there").running = true;
    let plan = plan(&analysis, &cluster);
    assert!(plan.changes[0].refused[0].contains("stop it first"));
}

#[test]
fn an_option_that_the_nodes_release_does_not_have_is_named() {
    let (analysis, mut cluster) = labelled(&LAB.replace("memory = 2GiB", "memory = 2GiB\n  ksm = false"));
    cluster.version = "8.4.14".to_owned();
    let plan = plan(&analysis, &cluster);
    assert!(found(&plan, "release-too-old").message.contains("`allow-ksm`"));
    assert!(found(&plan, "other-release").message.contains("says Proxmox VE 9.1, and the node runs 8.4"));
}

#[test]
fn a_mapping_that_says_nothing_of_the_node_is_named() {
    let text = LAB
        .replace("device.mapping = api", "device.mapping = none")
        .replace("  nic net0", "  attach coral\n  nic net0");
    let (analysis, mut cluster) = labelled(&format!("{text}device coral: CoralUSB on pve {{ port = \"2-1\" }}\n"));
    assert!(plan(&analysis, &cluster).findings.is_empty());
    let rows = cluster.lists.get_mut("/cluster/mapping/usb").expect("there is one");
    rows[0].insert("map".to_owned(), json!(["id=1a6e:089a,node=other"]));
    assert!(found(&plan(&analysis, &cluster), "missing-mapping").message.contains("says nothing of node `pve`"));
    cluster.lists.remove("/cluster/mapping/usb");
    assert!(found(&plan(&analysis, &cluster), "missing-mapping").message.contains("which the cluster does not have"));
}

#[test]
fn health_reads_no_more_than_it_needs() {
    let (_, cluster) = lab();
    let observed = cluster.observed(Scope::health());
    assert_eq!(observed.quorate, Ok(true));
    assert_eq!(observed.nodes.len(), 2);
    assert!(observed.volumes.is_empty() && observed.guests[&107].config.is_err());
}
