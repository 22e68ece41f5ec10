//! What concerns more than one text: inputs, the lock, modules, data files and tests, over files in memory.

use hlab::base::MemoryWorld;
use hlab::session::{Analysis, Options, analyze, run_tests};

/// A project whose other files are given by path and text.
fn lab(files: &[(&str, &str)]) -> MemoryWorld {
    let start = MemoryWorld::default().with("lab.hlab", "project p { ids = 100..101 }\nhost h { memory = 64GiB }\n");
    files.iter().fold(start, |world, (path, text)| world.with(path, *text))
}

/// The names of what is wrong, in order, each with its message.
fn found(analysis: &Analysis) -> Vec<(String, String)> {
    let named = analysis.diagnostics.iter().map(|found| (found.code.name().to_owned(), found.message.clone()));
    named.collect()
}

fn check(files: &[(&str, &str)], options: &Options) -> Vec<(String, String)> {
    found(&analyze(&lab(files), options))
}

/// Asserts that exactly one thing is wrong, and which.
fn only(found: &[(String, String)], name: &str, part: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, name, "{found:?}");
    assert!(found[0].1.contains(part), "{found:?}");
}

#[test]
fn an_input_without_a_value_is_asked_for_input_missing() {
    let source = "input site: String\nhost i { memory = 8GiB, description = site }\n";
    only(&check(&[("a.hlab", source)], &Options::default()), "input-missing", "`site` has no value");
    let set = Options { inputs: vec![("site".into(), "home".into())], ..Options::default() };
    assert_eq!(check(&[("a.hlab", source)], &set), []);
}

#[test]
fn set_of_another_type_or_of_no_input_is_bad_input() {
    let source = "input size: Size = 8GiB\nhost i { memory = size }\n";
    let set = |name: &str, value: &str| Options { inputs: vec![(name.into(), value.into())], ..Options::default() };
    only(&check(&[("a.hlab", source)], &set("size", "large")), "bad-input", "expected Size");
    only(&check(&[("a.hlab", source)], &set("sizes", "8GiB")), "bad-input", "no such input");
}

#[test]
fn set_gives_a_list_with_commas() {
    let source = "input tags: List<String>\nvm v on h { id = 100, tags = tags }\n";
    let set = Options { inputs: vec![("tags".into(), "a, b".into())], ..Options::default() };
    let analysis = analyze(&lab(&[("a.hlab", source)]), &set);
    assert_eq!(found(&analysis), []);
    assert!(analysis.explain_path("vm.v.tags").is_some_and(|text| text.contains("= a, b\n")));
}

#[test]
fn a_guest_without_an_id_takes_the_lowest_free_one_and_the_lock_remembers_it() {
    let guests = "vm a on h {}\nvm b on h {}\n";
    let analysis = analyze(&lab(&[("a.hlab", guests)]), &Options::default());
    let lock = analysis.lock_text().expect("two ids are new");
    assert!(lock.contains("id vm.a 100\nid vm.b 101\n"), "{lock}");
    let locked = Options { lock: Some(lock.clone()), locked: true, ..Options::default() };
    let again = analyze(&lab(&[("a.hlab", guests)]), &locked);
    assert_eq!(found(&again), []);
    assert_eq!(again.lock_text(), None);
}

#[test]
fn where_the_lock_may_not_be_written_a_new_guest_is_lock_stale() {
    let locked = Options { locked: true, ..Options::default() };
    only(&check(&[("a.hlab", "vm a on h {}\n")], &locked), "lock-stale", "`vm.a` has no id");
}

#[test]
fn more_guests_than_ids_is_no_id_left() {
    let guests = "vm a on h {}\nvm b on h {}\nvm c on h {}\n";
    only(&check(&[("a.hlab", guests)], &Options::default()), "no-id-left", "in 100..101");
}

#[test]
fn an_unfinished_merge_of_the_lock_is_bad_lock() {
    let options = Options { lock: Some("<<<<<<< ours\nid vm.a 100\n".into()), ..Options::default() };
    only(&check(&[("a.hlab", "vm a on h { id = 100 }\n")], &options), "bad-lock", "line 1");
}

#[test]
fn modules_that_use_each_other_are_an_import_cycle() {
    let files = [
        ("a.hlab", "use \"./x\" as x\n"),
        ("x/x.hlab", "use \"./y\" as y\n"),
        ("x/y/y.hlab", "use \"../../x\" as x\n"),
    ];
    let found = check(&files, &Options::default());
    assert!(found.iter().any(|(name, _)| name == "import-cycle"), "{found:?}");
}

#[test]
fn a_used_module_is_reached_through_its_name() {
    let files = [
        ("a.hlab", "use \"./site\" as site\nhost i { memory = site.memory }\n"),
        ("site/site.hlab", "let memory = 8GiB\n"),
    ];
    assert_eq!(check(&files, &Options::default()), []);
}

#[test]
fn a_data_file_is_checked_against_the_type_that_wants_it() {
    let source = "let ids: Map<String, Int> = json(\"ids.json\")\nvm a on h { id = ids[\"a\"] }\n";
    assert_eq!(check(&[("a.hlab", source), ("ids.json", "{\"a\": 100}")], &Options::default()), []);
    let found = check(&[("a.hlab", source), ("ids.json", "{\"a\": \"hundred\"}")], &Options::default());
    assert!(found.iter().any(|(name, text)| name == "bad-data" && text.contains("`a`: expected Int")), "{found:?}");
    let yaml = "let tags: List<String> = yaml(\"tags.yaml\")\nvm a on h { id = 100, tags = tags }\n";
    assert_eq!(check(&[("a.hlab", yaml), ("tags.yaml", "- \"on\"\n- prod\n")], &Options::default()), []);
}

#[test]
fn a_data_file_that_is_not_there_is_file_unreadable() {
    let source = "host i { memory = 8GiB, description = file(\"notes.md\") }\n";
    only(&check(&[("a.hlab", source)], &Options::default()), "file-unreadable", "no such file");
    let outside = "host i { memory = 8GiB, description = file(\"../../etc/passwd\") }\n";
    only(&check(&[("a.hlab", outside)], &Options::default()), "file-unreadable", "outside of the project");
}

#[test]
fn a_test_that_changes_nothing_there_is_test_path_and_one_that_fails_says_what_came() {
    let tests = "test \"nobody\" {\n  change vm.nobody { memory = 1GiB }\n  expect ok\n}\n\
                 test \"too much\" {\n  vm big on h { id = 100, memory = 100GiB }\n  expect ok\n}\n\
                 test \"refused\" {\n  vm big on h { id = 100, memory = 100GiB }\n  expect error host-memory at host.h\n}\n\
                 test \"other\" {\n  expect error host-memory\n}\n";
    let report = run_tests(&lab(&[("lab_test.hlab", tests)]), &Options::default(), None);
    let codes: Vec<Vec<String>> = report
        .tests
        .iter()
        .map(|test| test.failures.iter().map(|failure| failure.code.name().to_owned()).collect())
        .collect();
    assert_eq!(codes, [vec!["test-path"], vec!["host-memory"], vec![], vec!["test-failed"]]);
}

#[test]
fn a_policy_without_its_facts_is_a_note_idle_policy() {
    let policy = "policy warm {\n  for h in host\n  require h.thermal.max-vcpus < 9\n  else \"too warm\"\n}\n";
    let analysis = analyze(&lab(&[("a.hlab", policy)]), &Options::default());
    assert!(!analysis.has_errors());
    let note = found(&analysis);
    assert!(note.iter().any(|(name, text)| name == "idle-policy" && text.contains("warm")), "{note:?}");
}

#[test]
fn evaluation_gives_the_same_with_one_thread_and_many() {
    let guests = "for n in [1, 2] { vm \"v${n}\" on h { id = 99 + n, description = \"number ${n}\" } }\n";
    let one = analyze(&lab(&[("a.hlab", guests)]), &Options { threads: 1, ..Options::default() });
    let many = analyze(&lab(&[("a.hlab", guests)]), &Options { threads: 8, ..Options::default() });
    assert_eq!(found(&one), found(&many));
    assert_eq!(one.explain_path("vm.v2.description"), many.explain_path("vm.v2.description"));
    assert!(one.explain_path("vm.v2.description").is_some_and(|text| text.contains("number 2")));
}

/// What `hlab explain` says of a path, in a small lab.
fn explained(path: &str) -> String {
    let source = "profile quick for vm { cpu { cores = 2 }, labels { role = \"db\" } }\n\
                  vm \"haos16.0\" on h with quick { id = 100, memory = 4GiB }\n";
    analyze(&lab(&[("a.hlab", source)]), &Options::default()).explain_path(path).unwrap_or_default()
}

#[test]
fn a_path_is_explained_with_the_quotes_that_a_shell_eats() {
    assert!(explained("vm.\"haos16.0\".memory").contains("= 4GiB\n  said at a.hlab:2"));
    assert!(explained("vm.haos16.0.memory").contains("= 4GiB\n  said at a.hlab:2"));
    assert!(explained("vm.haos16.0.labels.role").contains("= db\n  said by `quick`, at a.hlab:1"));
    assert!(explained("vm.haos16.0.host").contains("= h\n  said by the head, at a.hlab:2"));
    assert!(explained("vm.haos16.0").contains("cpu.cores = 2  (said by `quick`, at a.hlab:1)"));
}

#[test]
fn a_field_is_explained_by_its_kind_and_of_each_that_has_it() {
    assert!(explained("vm.memory").contains("memory: Size = 512MiB where"));
    assert!(explained("vm.disk.size").contains("Never shrunk"));
    let sizes = explained("disk.size");
    assert!(sizes.contains("std/host-disk.hlab") && sizes.contains("std/vm-parts.hlab"), "{sizes}");
    assert!(explained("storage.pool").contains("of ZfsPool"));
    assert_eq!(explained("vm.no-such"), "");
}

#[test]
fn what_is_lost_follows_from_what_kinds_need() {
    let source = "kind part on host { needs all [self.host] }\n\
                  kind board { parts: List<ref part>, needs majority of self.parts }\n\
                  host i { memory = 8GiB }\n\
                  part a on h {}\npart b on h {}\npart c on i {}\n\
                  board whole { parts = [a, b, c] }\n\
                  policy stands {\n  for x in host\n  require not (board.whole in lost(x))\n  at x\n  else why-lost(x, board.whole)\n}\n";
    only(&check(&[("a.hlab", source)], &Options::default()), "stands", "h → b → whole");
}

#[test]
fn a_storage_is_added_with_all_that_it_says() {
    let source = "machine nas { address = 10.0.0.7 }\n\
                  secret key { from = env(\"KEY\") }\n\
                  storage files: Nfs { content = [iso], server = nas, export = \"/srv\", subfolders = false, options = \"soft\" }\n\
                  storage blocks: Lvm on h { content = [images], group = \"vg\", safe-remove = true, safe-remove-speed = 10MB }\n\
                  storage far: Rbd { content = [images], monitors = [\"10.0.0.1\", \"10.0.0.2\"], keyring = key }\n\
                  storage pool: ZfsOverIscsi { content = [images], portal = \"10.0.0.7\", target = \"iqn.x\", pool = \"tank\", provider = \"LIO\" }\n\
                  storage old: Esxi { content = [import], server = \"esx.lan\", user = \"root\", insecure = true }\n\
                  storage kept: Directory { path = \"/d\", content = [backup], keep { daily = 7 }, bandwidth { migration = 100MiB } }\n";
    let analysis = analyze(&lab(&[("a.hlab", source)]), &Options::default());
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let rollout = analysis.rollout().value;
    let page = String::from_utf8_lossy(rollout.get("ROLLOUT.md").expect("a page")).into_owned();
    let commands = [
        "pvesm add nfs files --content iso --server 10.0.0.7 --export /srv --create-subdirs 0 --options soft",
        "pvesm add lvm blocks --content images --vgname vg --saferemove 1 --saferemove_throughput 10000000 --nodes h",
        "pvesm add rbd far --content images --pool rbd --monhost '10.0.0.1 10.0.0.2'",
        "pvesm add zfs pool --content images --portal 10.0.0.7 --target iqn.x --pool tank --iscsiprovider LIO",
        "pvesm add esxi old --content import --server esx.lan --username root --skip-cert-verification 1",
        "pvesm add dir kept --content backup --path /d --prune-backups keep-daily=7 --bwlimit migration=102400",
        "and its keyring, which hlab never reads",
    ];
    for command in commands {
        assert!(page.contains(command), "{command}\n{page}");
    }
}

/// A CRD with one kind, and a pattern for the only field of its objects.
fn crd(pattern: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: pools.a.io }}\nspec:\n  \
         group: a.io\n  names: {{ kind: Pool }}\n  scope: Cluster\n  versions:\n  - name: v1\n    served: true\n    \
         schema: {{ openAPIV3Schema: {{ type: object, properties: {{ mode: {{ type: string, pattern: '{pattern}' }} }} }} }}\n"
    )
}

#[test]
fn what_nothing_can_be_compared_with_is_a_note_unchecked_object() {
    let manifests =
        "manifest a: \"a.io/v1/Pool\" in k { mode = \"x\" }\nmanifest b: \"b.io/v1/Pool\" in k { mode = \"x\" }\n";
    let cluster = |crds: &str| format!("k3s-cluster k {{ version = \"v1.35.0\"{crds} }}\n{manifests}");
    let none = analyze(&lab(&[("a.hlab", &cluster(""))]), &Options::default());
    assert!(!none.has_errors());
    only(&found(&none), "unchecked-object", "this manifest and 1 more are not checked: `k` names no CRDs");
    let files = [("a.hlab", cluster(", crds = [crds(\"crd.yaml\")]")), ("crd.yaml", crd("(?=x)"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let odd = analyze(&lab(&files), &Options::default());
    let names: Vec<_> = found(&odd).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["unchecked-object", "unknown-object"], "the other is of a group that no CRD has");
}

#[test]
fn a_manifest_is_checked_again_when_its_crd_changes() {
    let source = "k3s-cluster k { version = \"v1.35.0\", crds = [crds(\"crds\")] }\nmanifest a: \"a.io/v1/Pool\" in k { mode = \"x\" }\n";
    let world = |pattern: &str| lab(&[("a.hlab", source), ("crds/pool.yaml", &crd(pattern))]);
    let mut workspace = hlab::session::Workspace::default();
    workspace.load(&world("x"));
    for (pattern, count) in [("x", 0), ("y", 1), ("x", 0)] {
        let analysis = workspace.analyze(&world(pattern), &Options::default()).expect("nobody stops it");
        assert_eq!(found(&analysis).len(), count, "{pattern}");
    }
}

#[test]
fn entries_of_the_cluster_are_made_in_their_order_and_no_command_holds_a_secret() {
    let source = "secret key { from = env(\"KEY\") }\n\
                  host i { pve = \"8.4\" }\n\
                  vm old on i { id = 190 }\n\
                  ha old { guest = old, nodes = [i], failback = false }\n\
                  group ops\n\
                  user \"ops@home\" { groups = [ops], password = key }\n\
                  realm home: Ldap { server = \"ldap.lan\", base-dn = \"dc=x\", user-attribute = \"uid\", password = key }\n\
                  token ci in \"ops@home\" { comment = \"it's; $(reboot)\" }\n\
                  role lookers { privileges = [\"VM.Audit\", \"Sys.Audit\"] }\n\
                  acl guests { path = \"/vms\", role = lookers, tokens = [ci] }\n\
                  metrics-server m: Influxdb { server = \"10.0.0.7\", port = 8086, protocol = https, token = key }\n\
                  acme-plugin cf { api = \"cf\", secret-data = { \"CF_Token\" = key } }\n";
    let analysis = analyze(&lab(&[("a.hlab", source)]), &Options::default());
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let rollout = analysis.rollout().value;
    let page = String::from_utf8_lossy(rollout.get("ROLLOUT.md").expect("a page")).into_owned();
    let commands = [
        "pvesh create /access/domains --realm home --type ldap --server1 ldap.lan --base_dn dc=x --user_attr uid`",
        "pvesh create /access/groups --groupid ops`",
        "pvesh create /access/users --userid ops@home --groups ops`",
        "pvesh create /access/users/ops@home/token/ci --comment 'it'\\''s; $(reboot)'`",
        "pvesh create /access/roles --roleid lookers --privs Sys.Audit,VM.Audit`",
        "pvesh set /access/acl --path /vms --roles lookers --tokens 'ops@home!ci'`",
        "pvesh create /cluster/acme/plugins --id cf --type dns --api cf`",
        "pvesh create /cluster/ha/groups --group old --nodes i:1 --nofailback 1`",
        "pvesh create /cluster/ha/resources --sid vm:190 --group old`",
        "pvesh create /cluster/metrics/server/m --server 10.0.0.7 --port 8086 --type influxdb --influxdbproto https`",
    ];
    let places: Vec<Option<usize>> = commands.iter().map(|command| page.find(command)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{page}");
    for note in
        ["and its password, which hlab never reads", "as it holds `CF_Token`", "and its token, which hlab never"]
    {
        assert!(page.contains(note), "{note}\n{page}");
    }
}

#[test]
fn the_software_defined_network_is_made_part_by_part_and_applied_before_guests_use_it() {
    let source = "project lab { owner { host.network = api } }\n\
                  secret key { from = env(\"KEY\") }\n\
                  network lan { cidr = 192.168.4.0/24 }\n\
                  network apps-net { cidr = 10.40.0.0/24, vlan = 40 }\n\
                  host pve { nic enp1s0, nic enp2s0 { ovs-tag = 30 }, \
                  bond bond0 { ovs = true, ports = [enp1s0], mode = balance-slb }, \
                  bridge vmbr1 { ovs = true, ports = [bond0, enp2s0] }, \
                  internal-port mgmt { bridge = vmbr1, network = lan, address = 192.168.4.5 } }\n\
                  sdn-ipam book: PhpIpam { url = \"https://ipam.lan/api\", token = key, section = 2 }\n\
                  sdn-zone vlans: Vlan on pve { bridge = \"vmbr1\", ipam = book }\n\
                  sdn-zone inside: Simple { ipam = pve, dhcp = true }\n\
                  vnet apps in vlans { network = apps-net, tag = 40 }\n\
                  vnet own in inside { subnet main { cidr = 10.41.0.0/24, gateway = 10.41.0.1, \
                  pool all { range = 10.41.0.50..10.41.0.99 } }, \
                  subnet six { cidr6 = \"2001:db8:41::/64\", gateway6 = \"2001:db8:41::1\", \
                  pool all { range6 = \"2001:db8:41::50\"..\"2001:db8:41::99\" } } }\n\
                  vm web on pve { id = 101, nic net0 { network = apps-net } }\n";
    let analysis = analyze(&MemoryWorld::default().with("a.hlab", source), &Options::default());
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let rollout = analysis.rollout().value;
    let page = String::from_utf8_lossy(rollout.get("ROLLOUT.md").expect("a page")).into_owned();
    let parts = [
        "--iface vmbr1 --type OVSBridge --ovs_ports enp2s0 --autostart 1",
        "--iface bond0 --type OVSBond --ovs_bonds enp1s0 --bond_mode balance-slb --ovs_bridge vmbr1 --autostart 0",
        "--iface mgmt --type OVSIntPort --ovs_bridge vmbr1 --cidr 192.168.4.5/24 --autostart 0",
        "pvesh set /nodes/pve/network/enp2s0 --type OVSPort --ovs_bridge vmbr1 --ovs_tag 30 --autostart 0",
        "(by hand, with its token, which hlab never reads: `pvesh create /cluster/sdn/ipams --ipam book --type phpipam \
         --url https://ipam.lan/api --section 2 --token TOKEN`)",
        "`pvesh create /cluster/sdn/zones --zone inside --type simple --ipam pve --dhcp dnsmasq`",
        "`pvesh create /cluster/sdn/zones --zone vlans --type vlan --nodes pve --ipam book --bridge vmbr1`",
        "`pvesh create /cluster/sdn/vnets --vnet apps --zone vlans --tag 40`",
        "`pvesh create /cluster/sdn/vnets/own/subnets --subnet 10.41.0.0/24 --type subnet --gateway 10.41.0.1 \
         --dhcp-range start-address=10.41.0.50,end-address=10.41.0.99`",
        "`pvesh create /cluster/sdn/vnets/own/subnets --subnet 2001:db8:41::/64 --type subnet --gateway 2001:db8:41::1 \
         --dhcp-range start-address=2001:db8:41::50,end-address=2001:db8:41::99`",
        "`pvesh set /cluster/sdn`",
        "| VM 101 `web` on pve",
    ];
    let places: Vec<Option<usize>> = parts.iter().map(|part| page.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{page}");
}

#[test]
fn a_mapping_of_a_card_that_can_be_divided_is_marked_so() {
    let source = "project lab { owner { device.mapping = api } }\n\
                  host pve { memory = 64GiB, iommu { enabled = true, mode = passthrough }, \
                  pci offers { at = 01:00, ids = [10de:1eb8], mdev-types = [\"nvidia-222\"] }, \
                  pci divided { at = 02:00, ids = [10de:1eb8], mapping = \"shared\" }, \
                  pci whole { at = 03:00, ids = [10de:2484] }, \
                  pci none { at = 04:00, ids = [10de:2484], mdev-types = [] } }\n\
                  host spare { memory = 64GiB, pci divided { at = 02:00, ids = [10de:1eb8], mapping = \"shared\" } }\n\
                  profile small for vm { machine = q35, start { on-boot = true } }\n\
                  vm one on pve with small { id = 101, attach offers, attach divided { mdev = \"nvidia-222\" } }\n\
                  vm two on pve with small { id = 102, attach whole, attach none }\n\
                  vm three on spare with small { id = 103, attach divided }\n";
    let analysis = analyze(&MemoryWorld::default().with("a.hlab", source), &Options::default());
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let rollout = analysis.rollout().value;
    let page = String::from_utf8_lossy(rollout.get("ROLLOUT.md").expect("a page")).into_owned();
    let commands = [
        "--id offers --map id=10de:1eb8,node=pve,path=0000:01:00 --mdev 1`",
        // The mark is of the mapping, whatever the node.
        "--id shared --map id=10de:1eb8,node=pve,path=0000:02:00 --map id=10de:1eb8,node=spare,path=0000:02:00 --mdev 1`",
        "--id whole --map id=10de:2484,node=pve,path=0000:03:00`",
        "--id none --map id=10de:2484,node=pve,path=0000:04:00`",
    ];
    for command in commands {
        assert!(page.contains(&format!("`pvesh create /cluster/mapping/pci {command}")), "{command}\n{page}");
    }
}

#[test]
fn a_resource_is_explained_with_its_place_its_users_and_its_policies() {
    let source = "project p\ncluster c\nnetwork lan { gateway = web }\n\
                  profile node for host { memory = 8GiB, bridge vmbr0 { network = lan } }\n\
                  host pve in c with node\nhost other in c with node\nhost small in c { memory = 8GiB }\n\
                  storage far: Nfs { server = 10.0.0.9, export = \"/x\", content = [images] }\n\
                  vm web on pve {\n  id = 101\n  provides = [gateway]\n  disk scsi0 { storage = far, size = 8GiB }\n  \
                  nic net0 { network = lan }\n  start { on-boot = true }\n}\n";
    let analysis = analyze(&lab(&[("a.hlab", source)]), &Options::default());
    let text = analysis.explain_path("vm.web").expect("it is there");
    for part in [
        "where it runs, and why there\n    `host.pve`: its head says so, at a.hlab:9\n    could run on other as well\n",
        "needs\n    host.pve\n    storage.far\n",
        "is named by\n    network.lan  (a.hlab:3)\n",
        "policies that hold\n    critical-on-single-disk\n    infrastructure-starts-first\n",
    ] {
        assert!(text.contains(part), "{part}\nis missing in\n{text}");
    }
    let host = analysis.explain_path("host.pve").expect("it is there");
    assert!(host.contains("stops with it\n    vm.web\n") && !host.contains("where it runs"), "{host}");
}

#[test]
fn a_policy_that_does_not_hold_for_a_resource_is_named_with_it() {
    let source = "project p\nhost pve { memory = 4GiB }\nvm web on pve { id = 101, memory = 8GiB }\n";
    let analysis = analyze(&lab(&[("a.hlab", source)]), &Options::default());
    let text = analysis.explain_path("host.pve").expect("it is there");
    assert!(text.contains("policies that do not hold\n    host-memory\n"), "{text}");
}
