//! Virtual machines: making, changing, starting and removing them, and who may.

use std::time::Duration;

use pvesim::Sim;
use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, call, homelab_sim, ok, refusal, run};

const DNS: &str = "/nodes/pve1/qemu/100";

fn config(sim: &Sim, path: &str) -> Value {
    ok(sim, "GET", &format!("{path}/config"), &[])
}

fn set(sim: &Sim, path: &str, parameters: &[&str]) {
    ok(sim, "PUT", &format!("{path}/config"), parameters);
}

/// What waits: option, value and pending value of each that has one.
fn waiting(sim: &Sim, path: &str) -> Vec<Value> {
    let list = ok(sim, "GET", &format!("{path}/pending"), &[]);
    let waits = |item: &&Value| item.get("pending").is_some() || item.get("delete").is_some();
    list.as_array().expect("a list").iter().filter(waits).cloned().collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

#[test]
fn a_new_machine_has_what_was_asked_for_and_what_the_server_makes() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let parameters = [
            "vmid=200",
            "name=app",
            "memory=4096",
            "cores=4",
            "scsi0=local-lvm:20,ssd=on,discard=on",
            "pool=lab",
            "ide2=local-lvm:cloudinit",
            "net0=virtio,bridge=vmbr0,tag=20",
            "tags=Web,app;web",
            "efidisk0=local-lvm:1,efitype=4m",
            "bios=ovmf",
            "cipassword=secret",
            "sata0=local:iso/debian.iso,media=cdrom",
            "onboot=1",
        ];
        let upid = ok(&sim, "POST", "/nodes/pve1/qemu", &parameters);
        assert_eq!(config(&sim, "/nodes/pve1/qemu/200")["lock"], "create", "the task goes on");
        sim.advance(Duration::from_secs(5));
        let status = ok(&sim, "GET", &format!("/nodes/pve1/tasks/{}/status", upid.as_str().expect("a UPID")), &[]);
        assert_eq!((&status["type"], &status["exitstatus"]), (&json!("qmcreate"), &json!("OK")));

        let made = config(&sim, "/nodes/pve1/qemu/200");
        assert_eq!(made["scsi0"], "local-lvm:vm-200-disk-1,discard=on,size=20G,ssd=1");
        assert_eq!(made["efidisk0"], "local-lvm:vm-200-disk-0,efitype=4m,size=4M");
        assert_eq!(made["ide2"], "local-lvm:vm-200-cloudinit,media=cdrom");
        assert_eq!(made["boot"], "order=scsi0;sata0;net0");
        assert_eq!((&made["cores"], &made["memory"], &made["onboot"]), (&json!(4), &json!("4096"), &json!(1)));
        assert_eq!((&made["tags"], &made["cipassword"]), (&json!("app;web"), &json!("**********")));
        assert!(text(&made, "net0").starts_with("virtio=BC:24:11:"), "{made}");
        assert!(text(&made, "net0").ends_with(",bridge=vmbr0,tag=20"), "{made}");
        assert!(text(&made, "smbios1").starts_with("uuid=") && text(&made, "meta").starts_with("creation-qemu="));
        assert_eq!(text(&made, "vmgenid").len(), 36);
        assert_eq!(made.get("lock"), None);
        assert!(sim.world().pools["lab"].guests.contains(&200));
        sim.assert_clean();
    }
}

#[test]
fn what_cannot_be_made_leaves_nothing_behind() {
    let sim = homelab_sim(Release::V9_1);
    let create = |parameters: &[&str]| run(&sim, "POST", "/nodes/pve2/qemu", parameters);
    let ended = create(&["vmid=200", "scsi0=local-lvm:4", "scsi1=tank:4"]);
    assert_eq!(ended, "unable to create VM 200 - storage 'tank' is not available on node 'pve2'");
    assert!(!sim.world().guests.contains_key(&200));
    assert_eq!(ok(&sim, "GET", "/nodes/pve2/storage/local-lvm/content", &[]), json!([]), "the first disk is freed");

    // As after a create that died half-way: the volume is there, its guest is not.
    let orphan =
        json!({ "storages": { "tank": { "volumes": { "pve1": { "vm-200-cloudinit": { "size": 4194304 } } } } } });
    sim.patch(orphan).expect("it is a world");
    let ended = run(&sim, "POST", "/nodes/pve1/qemu", &["vmid=200", "ide2=tank:cloudinit"]);
    let reason = "zfs error: cannot create 'tank/data/vm-200-cloudinit': dataset already exists";
    assert_eq!(ended, format!("unable to create VM 200 - {reason}"));
    sim.assert_clean();
}

#[test]
fn a_create_is_refused_before_its_task() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |parameters: &[&str]| refusal(&sim, OPS, "POST", "/nodes/pve1/qemu", parameters);
    assert_eq!(refused(&["vmid=103"]), "500 unable to create VM 103 - VM 103 already exists on node 'pve3'");
    assert_eq!(refused(&["vmid=101"]), "500 unable to create VM 101 - CT 101 already exists on node 'pve1'");
    assert_eq!(refused(&["vmid=200", "scsi0=ghost:8"]), "500 storage 'ghost' does not exist");
    let images = "400 Parameter verification failed. storage: storage 'local' does not support vm images";
    assert_eq!(refused(&["vmid=200", "scsi0=local:8"]), images);
    assert_eq!(refused(&["vmid=200", "pool=ghost"]), "500 pool 'ghost' does not exist");
    assert_eq!(refused(&["vmid=200", "scsi0=/dev/sdb"]), "500 Only root can pass arbitrary filesystem paths.");
    sim.assert_clean();
}

#[test]
fn who_lacks_a_privilege_is_told_which() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |parameters: &[&str]| refusal(&sim, "eve@pve!look", "PUT", &format!("{DNS}/config"), parameters);
    // Without any of the privileges that change options, the method itself is closed.
    assert!(
        refused(&["cores=4"]).starts_with("403 Permission check failed (/vms/100, VM.Config.Disk|VM.Config.CDROM|")
    );
    let grant = |privileges: &[&str]| {
        let role = json!({ "access": { "roles": { "Dns": privileges } } });
        sim.patch(role).expect("it is a world");
    };
    let all = [
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
    ];
    let needs = [
        ("cores=4", "VM.Config.CPU"),
        ("numa=1", "VM.Config.CPU"),
        ("memory=4096", "VM.Config.Memory"),
        ("machine=q35", "VM.Config.HWType"),
        ("serial0=socket", "VM.Config.HWType"),
        ("usb0=spice", "VM.Config.HWType"),
        ("name=ns", "VM.Config.Options"),
        ("bios=ovmf", "VM.Config.Options"),
        ("tags=a", "VM.Config.Options"),
        ("boot=order=scsi0", "VM.Config.Disk"),
        ("delete=scsi0", "VM.Config.Disk"),
        ("ide2=none,media=cdrom", "VM.Config.CDROM"),
        ("net0=virtio", "VM.Config.Network"),
    ];
    for (parameter, privilege) in needs {
        let others: Vec<&str> = all.into_iter().filter(|known| *known != privilege).collect();
        grant(&others);
        let expected = format!("403 Permission check failed (/vms/100, {privilege})");
        assert_eq!(refused(&[parameter]), expected, "{parameter}");
    }
    // Cloud-init has two privileges, of which one is enough.
    grant(&["VM.Config.CPU"]);
    let either = "403 Permission check failed (/vms/100, VM.Config.Cloudinit|VM.Config.Network)";
    assert_eq!(refused(&["ciuser=me"]), either);
    grant(&["VM.Config.Cloudinit"]);
    assert_eq!(call(&sim, "eve@pve!look", "PUT", &format!("{DNS}/config"), &["ciuser=me"]).status, 200);
    // Some need more than privileges on the guest.
    grant(&all);
    assert_eq!(refused(&["startup=order=1"]), "403 Permission check failed (/, Sys.Modify)");
    assert_eq!(refused(&["tags=prod"]), "403 Permission check failed (/, Sys.Modify)");
    assert_eq!(refused(&["ide2=cdrom"]), "403 Permission check failed (/, Sys.Console)");
    let bridge = "403 Permission check failed (/sdn/zones/localnetwork/vmbr1/20, SDN.Use)";
    assert_eq!(refused(&["net1=virtio,bridge=vmbr1,tag=20"]), bridge);
    let storage = "403 Permission check failed (/storage/tank, Datastore.AllocateSpace)";
    assert_eq!(refused(&["scsi1=tank:8"]), storage);
    let mapping = "403 Permission check failed (/mapping/pci/gpu, Mapping.Use)";
    assert_eq!(refused(&["hostpci0=mapping=gpu"]), mapping);
    assert_eq!(refused(&["usb0=mapping=zwave"]), "403 Permission check failed (/mapping/usb/zwave, Mapping.Use)");
    sim.assert_clean();
}

#[test]
fn some_options_are_only_for_root_with_a_ticket() {
    let sim = homelab_sim(Release::V9_1);
    let path = format!("{DNS}/config");
    let options = [
        ("args=-snapshot", "500 only root can set 'args' config"),
        ("hookscript=local:snippets/user.yaml", "500 only root can set 'hookscript' config"),
        ("hostpci0=0000:01:00.0", "500 only root can set 'hostpci0' config for non-mapped devices"),
        ("usb0=host=0658:0200", "500 only root can set 'usb0' config for real devices"),
        ("serial0=/dev/ttyS0", "500 only root can set 'serial0' config for real devices"),
        ("lock=backup", "500 only root can set 'lock' config"),
    ];
    for (parameter, expected) in options {
        assert_eq!(refusal(&sim, "root@pam!full", "PUT", &path, &[parameter]), expected, "a token is not root");
    }
    for (parameter, _) in options {
        assert_eq!(call(&sim, "root@pam", "PUT", &path, &[parameter]).status, 200, "{parameter}");
        sim.patch(json!({ "guests": { "100": { "config": { "lock": null } } } })).expect("it is a world");
    }
    // What root has set, only root can take away again.
    sim.patch(json!({ "guests": { "100": { "power": "stopped" } } })).expect("it is a world");
    assert_eq!(run_as_root(&sim, &format!("{DNS}/status/start")), "OK");
    let refused = |parameter: &str| refusal(&sim, OPS, "PUT", &path, &[parameter]);
    assert_eq!(refused("delete=hostpci0"), "500 only root can set 'hostpci0' config for non-mapped devices");
    assert_eq!(refused("delete=serial0"), "500 only root can delete 'serial0' config for real devices");
    assert_eq!(refused("hostpci0=mapping=gpu"), "500 only root can set 'hostpci0' config for non-mapped devices");
    sim.assert_clean();
}

fn run_as_root(sim: &Sim, path: &str) -> String {
    let upid = call(sim, "root@pam", "POST", path, &[]).data().as_str().expect("a task").to_owned();
    sim.advance(Duration::from_secs(5));
    sim.world().tasks.get(&upid).expect("it is known").exitstatus.clone()
}

/// Each change of the running machine, and whether it takes effect at once.
#[test]
fn changes_take_effect_at_once_or_wait_for_a_restart() {
    let at_once = [
        "name=ns",
        "description=x",
        "onboot=1",
        "protection=1",
        "tags=a",
        "cpulimit=1",
        "cpuunits=200",
        "ciuser=me",
        "ipconfig0=ip=dhcp",
        "balloon=1024",
        "agent=1,fstrim_cloned_disks=1",
        "net0=virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=5",
        "net0=virtio=BC:24:11:00:00:01,bridge=vmbr0,queues=2",
        "net1=virtio,bridge=vmbr0",
        "scsi1=local-lvm:8",
        "scsi0=local-lvm:vm-100-disk-0,discard=on,mbps_rd=10",
        "scsi0=local-lvm:vm-100-disk-0,discard=on,serial=abc",
        "ide2=none,media=cdrom",
        "usb0=spice",
        "tablet=0",
        "hotplug=network",
    ];
    let later = [
        "cores=4",
        "sockets=2",
        "memory=4096",
        "vcpus=2",
        "cpu=host",
        "machine=q35",
        "bios=ovmf",
        "scsihw=lsi",
        "boot=order=net0",
        "ostype=win11",
        "numa=1",
        "balloon=0",
        "agent=0",
        "agent=1,type=isa",
        "serial0=socket",
        "hostpci0=mapping=gpu",
        "vga=qxl",
        "scsi0=local-lvm:vm-100-disk-0,discard=on,iothread=1",
        "scsi0=local-lvm:vm-100-disk-0,ssd=1",
        "sata0=local-lvm:8",
        "efidisk0=local-lvm:1",
        "hotplug=cpu,disk,usb,network",
        "rng0=source=/dev/urandom",
    ];
    for (parameters, waits) in [(&at_once[..], false), (&later[..], true)] {
        for parameter in parameters {
            let sim = homelab_sim(Release::V9_1);
            set(&sim, DNS, &[parameter]);
            assert_eq!(!waiting(&sim, DNS).is_empty(), waits, "{parameter}: {:?}", waiting(&sim, DNS));
            let option = parameter.split('=').next().expect("it has a name");
            let now = &ok(&sim, "GET", &format!("{DNS}/config"), &["current=1"])[option];
            let then = &config(&sim, DNS)[option];
            assert_eq!(now != then, waits, "{parameter}: {now} {then}");
            sim.assert_clean();
        }
    }
}

#[test]
fn without_hot_plugging_devices_wait() {
    for parameter in ["net1=virtio,bridge=vmbr0", "scsi1=local-lvm:8", "delete=net0", "delete=scsi0", "usb0=spice"] {
        let sim = homelab_sim(Release::V8_4);
        sim.patch(json!({ "guests": { "100": { "config": { "hotplug": "0" } } } })).expect("it is a world");
        set(&sim, DNS, &[parameter]);
        assert!(!waiting(&sim, DNS).is_empty(), "{parameter}");
        sim.assert_clean();
    }
}

#[test]
fn what_waits_is_seen_reverted_and_applied_by_a_restart() {
    let sim = homelab_sim(Release::V9_1);
    set(&sim, DNS, &["cores=4", "memory=4096", "delete=agent"]);
    let expected = [
        json!({ "key": "agent", "value": "1", "delete": 1 }),
        json!({ "key": "cores", "value": 2, "pending": 4 }),
        json!({ "key": "memory", "value": "2048", "pending": "4096" }),
    ];
    assert_eq!(waiting(&sim, DNS), expected);
    set(&sim, DNS, &["revert=cores,agent"]);
    assert_eq!(waiting(&sim, DNS), expected[2..]);
    assert_eq!(run(&sim, "POST", &format!("{DNS}/status/reboot"), &[]), "OK");
    assert!(waiting(&sim, DNS).is_empty());
    assert_eq!(ok(&sim, "GET", &format!("{DNS}/config"), &["current=1"])["memory"], "4096");
    sim.assert_clean();
}

#[test]
fn a_drive_that_goes_leaves_its_volume_and_its_place_in_the_boot_order() {
    let sim = homelab_sim(Release::V9_1);
    set(&sim, DNS, &["delete=scsi0"]);
    let after = config(&sim, DNS);
    assert_eq!((&after["unused0"], after.get("scsi0")), (&json!("local-lvm:vm-100-disk-0"), None));
    assert_eq!(after["boot"], "order=ide2;net0");
    // It is there, as large as it was, and can be put back.
    let content = ok(&sim, "GET", "/nodes/pve1/storage/local-lvm/content", &["vmid=100"]);
    assert_eq!((&content[0]["volid"], &content[0]["size"]), (&json!("local-lvm:vm-100-disk-0"), &json!(32_u64 << 30)));
    set(&sim, DNS, &["virtio0=local-lvm:vm-100-disk-0"]);
    assert_eq!(config(&sim, DNS)["virtio0"], "local-lvm:vm-100-disk-0,size=32G");
    // With force, it goes for good.
    set(&sim, DNS, &["delete=virtio0", "force=1"]);
    set(&sim, DNS, &["delete=unused0"]);
    assert_eq!(ok(&sim, "GET", "/nodes/pve1/storage/local-lvm/content", &["vmid=100"]), json!([]));
    sim.assert_clean();
}

#[test]
fn another_volume_in_the_same_place_keeps_the_old_one() {
    let sim = homelab_sim(Release::V9_1);
    set(&sim, DNS, &["scsi0=local-lvm:8"]);
    let after = config(&sim, DNS);
    assert_eq!(after["scsi0"], "local-lvm:vm-100-disk-1,size=8G");
    assert_eq!(after["unused0"], "local-lvm:vm-100-disk-0");
    let change = refusal(&sim, OPS, "PUT", &format!("{DNS}/config"), &["ide2=local-lvm:4"]);
    assert_eq!(change, "400 Parameter verification failed. ide2: hotplug problem - unable to change media type");
    sim.assert_clean();
}

#[test]
fn an_image_becomes_a_disk() {
    let sim = homelab_sim(Release::V9_1);
    let source = "scsi0=local-lvm:0,import-from=local:import/noble.qcow2";
    assert_eq!(run(&sim, "POST", "/nodes/pve1/qemu", &["vmid=200", source]), "OK");
    let made = config(&sim, "/nodes/pve1/qemu/200");
    assert_eq!(
        made["scsi0"], "local-lvm:vm-200-disk-0,size=3584M",
        "as large as the image; where it came from is not kept"
    );
    assert_eq!(run(&sim, "PUT", "/nodes/pve1/qemu/200/resize", &["disk=scsi0", "size=20G"]), "OK");
    let missing = "scsi0=local-lvm:0,import-from=local:import/ghost.qcow2";
    let ended = run(&sim, "POST", "/nodes/pve1/qemu", &["vmid=201", missing]);
    assert_eq!(ended, "unable to create VM 201 - volume 'local:import/ghost.qcow2' does not exist");
    sim.assert_clean();
}

#[test]
fn disks_only_grow() {
    let sim = homelab_sim(Release::V9_1);
    let path = format!("{DNS}/resize");
    assert_eq!(run(&sim, "PUT", &path, &["disk=scsi0", "size=40G"]), "OK");
    assert_eq!(run(&sim, "PUT", &path, &["disk=scsi0", "size=40G"]), "OK", "an absolute size can be asked for again");
    assert_eq!(run(&sim, "PUT", &path, &["disk=scsi0", "size=+2G"]), "OK");
    assert_eq!(config(&sim, DNS)["scsi0"], "local-lvm:vm-100-disk-0,discard=on,size=42G");
    let refused = |parameters: &[&str]| refusal(&sim, OPS, "PUT", &path, parameters);
    assert_eq!(refused(&["disk=scsi0", "size=10G"]), "500 shrinking disks is not supported");
    assert_eq!(refused(&["disk=scsi5", "size=10G"]), "500 disk 'scsi5' does not exist");
    assert_eq!(refused(&["disk=ide2", "size=10G"]), "500 you can't resize a cdrom");
    // A size in the text of the drive is only written down, and not even that.
    set(&sim, DNS, &["scsi0=local-lvm:vm-100-disk-0,discard=on,size=99G"]);
    assert_eq!(config(&sim, DNS)["scsi0"], "local-lvm:vm-100-disk-0,discard=on,size=42G");
    sim.assert_clean();
}

#[test]
fn changes_that_make_no_sense_are_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |parameters: &[&str]| refusal(&sim, OPS, "PUT", &format!("{DNS}/config"), parameters);
    assert_eq!(refused(&[]), "500 no options specified");
    let bad = "400 Parameter verification failed.";
    assert_eq!(refused(&["delete=colour"]), format!("{bad} delete: unknown option 'colour'"));
    let both = "you can't use '-cores' and -delete cores' at the same time";
    assert_eq!(refused(&["cores=2", "delete=cores"]), format!("{bad} delete: {both}"));
    let large = "500 balloon value too large (must be smaller than assigned memory)";
    assert_eq!(refused(&["balloon=4096"]), large);
    assert_eq!(refused(&["boot=order=scsi9"]), "500 invalid bootorder: device 'scsi9' does not exist'");
    assert_eq!(refused(&["skiplock=1", "name=x"]), format!("{bad} skiplock: Only root may use this option."));
    // What is not there cannot be deleted, which is no error.
    set(&sim, DNS, &["delete=vga"]);
    let missing = refusal(&sim, OPS, "GET", "/nodes/pve2/qemu/100/config", &[]);
    assert_eq!(missing, "500 Configuration file 'nodes/pve2/qemu-server/100.conf' does not exist");
    sim.assert_clean();
}

#[test]
fn the_digest_tells_of_another_s_edit() {
    let sim = homelab_sim(Release::V9_1);
    let digest = format!("digest={}", text(&config(&sim, DNS), "digest"));
    sim.patch(json!({ "guests": { "100": { "config": { "description": "me too" } } } })).expect("it is a world");
    let refused = |method: &str, path: &str, more: &[&str]| {
        let parameters: Vec<&str> = more.iter().copied().chain([digest.as_str()]).collect();
        refusal(&sim, OPS, method, &format!("{DNS}/{path}"), &parameters)
    };
    let expected = "500 checksum mismatch (file change by other user?)";
    assert_eq!(refused("PUT", "config", &["name=x"]), expected);
    assert_eq!(refused("POST", "config", &["name=x"]), expected);
    assert_eq!(refused("PUT", "resize", &["disk=scsi0", "size=40G"]), expected);
    let digest = format!("digest={}", text(&config(&sim, DNS), "digest"));
    set(&sim, DNS, &["name=x", &digest]);
    sim.assert_clean();
}

#[test]
fn a_lock_holds_off_everybody() {
    let sim = homelab_sim(Release::V9_1);
    sim.patch(json!({ "guests": { "100": { "config": { "lock": "backup" } } } })).expect("it is a world");
    let expected = "500 VM is locked (backup)";
    assert_eq!(refusal(&sim, OPS, "PUT", &format!("{DNS}/config"), &["name=x"]), expected);
    assert_eq!(refusal(&sim, OPS, "PUT", &format!("{DNS}/resize"), &["disk=scsi0", "size=40G"]), expected);
    assert_eq!(run(&sim, "POST", &format!("{DNS}/status/stop"), &[]), "VM is locked (backup)");
    assert_eq!(call(&sim, "root@pam", "PUT", &format!("{DNS}/config"), &["name=x", "skiplock=1"]).status, 200);
    sim.assert_clean();
}

#[test]
fn a_change_by_a_task_comes_when_the_task_ends() {
    let sim = homelab_sim(Release::V9_1);
    let path = format!("{DNS}/config");
    assert!(ok(&sim, "POST", &path, &["name=ns"]).is_string());
    assert_eq!(config(&sim, DNS)["name"], "dns");
    sim.advance(Duration::from_secs(3));
    assert_eq!(config(&sim, DNS)["name"], "ns");
    assert_eq!(ok(&sim, "POST", &path, &["name=ns2", "background_delay=5"]), Value::Null, "it was waited for");
    assert_eq!(config(&sim, DNS)["name"], "ns2");
    let failed = refusal(&sim, OPS, "POST", &path, &["scsi3=local-lvm:vm-100-disk-7", "background_delay=5"]);
    let reason = "volume 'local-lvm:vm-100-disk-7' does not exist";
    assert_eq!(failed, format!("500 failed to update VM 100: {reason}"));
    sim.assert_clean();
}

#[test]
fn power() {
    let sim = homelab_sim(Release::V9_1);
    let act = |what: &str| run(&sim, "POST", &format!("{DNS}/status/{what}"), &[]);
    let status = || ok(&sim, "GET", &format!("{DNS}/status/current"), &[])["status"].clone();
    assert_eq!(act("start"), "VM 100 already running");
    assert_eq!((act("shutdown"), status()), ("OK".to_owned(), json!("stopped")));
    let refused = refusal(&sim, OPS, "POST", &format!("{DNS}/status/reboot"), &[]);
    assert_eq!(refused, "500 VM 100 not running");
    assert_eq!((act("start"), status()), ("OK".to_owned(), json!("running")));
    assert_eq!((act("stop"), status()), ("OK".to_owned(), json!("stopped")));
    // What a start needs of its node is looked at then.
    set(&sim, DNS, &["net0=virtio,bridge=vmbr9"]);
    assert_eq!(act("start"), "bridge 'vmbr9' does not exist");
    set(&sim, DNS, &["delete=net0", "hostpci0=mapping=ghost"]);
    assert_eq!(act("start"), "PCI device mapping not found for 'ghost'");
    let eve = refusal(&sim, "eve@pve!look", "POST", "/nodes/pve2/qemu/102/status/start", &[]);
    assert_eq!(eve, "403 Permission check failed (/vms/102, VM.PowerMgmt)");
    sim.assert_clean();
}

#[test]
fn the_manager_of_high_availability_acts_later() {
    let sim = homelab_sim(Release::V9_1);
    let path = "/nodes/pve3/qemu/103/status";
    let current = || ok(&sim, "GET", &format!("{path}/current"), &[]);
    assert_eq!(current()["ha"], json!({ "managed": 1, "state": "started" }));
    assert_eq!(run(&sim, "POST", &format!("{path}/stop"), &[]), "OK");
    assert_eq!(
        (&current()["status"], &current()["ha"]["state"]),
        (&json!("running"), &json!("stopped")),
        "only asked for"
    );
    sim.advance(Duration::from_secs(15));
    assert_eq!(current()["status"], "stopped");
    sim.assert_clean();
}

#[test]
fn removing_takes_volumes_rights_and_jobs_along() {
    let sim = homelab_sim(Release::V9_1);
    let remove = |path: &str, more: &[&str]| refusal(&sim, OPS, "DELETE", path, more);
    assert_eq!(remove(DNS, &[]), "500 VM 100 is running - destroy failed");
    assert_eq!(remove("/nodes/pve2/qemu/102", &[]), "500 can't remove VM 102 - protection mode enabled");
    let managed = "500 unable to remove VM 103 - used in HA resources and purge parameter not set.";
    assert_eq!(remove("/nodes/pve3/qemu/103", &[]), managed);

    assert_eq!(run(&sim, "POST", &format!("{DNS}/status/stop"), &[]), "OK");
    assert_eq!(run(&sim, "DELETE", DNS, &["purge=1"]), "OK");
    let world = sim.world();
    assert!(!world.guests.contains_key(&100) && !world.pools["lab"].guests.contains(&100));
    assert!(world.access.acl.iter().all(|entry| entry.path != "/vms/100"));
    assert_eq!(world.backup_jobs["nightly"]["vmid"], "101");
    assert_eq!(ok(&sim, "GET", "/nodes/pve1/storage/local-lvm/content", &["vmid=100"]), json!([]));
    sim.assert_clean();
}

#[test]
fn a_list_has_only_what_one_may_see() {
    let sim = homelab_sim(Release::V9_1);
    let ids = |who: &str| -> Vec<u64> {
        let list = call(&sim, who, "GET", "/nodes/pve1/qemu", &[]).data();
        list.as_array().expect("a list").iter().filter_map(|row| row["vmid"].as_u64()).collect()
    };
    assert_eq!(ids(OPS), [100]);
    sim.patch(json!({ "access": { "acl": [] } })).expect("it is a world");
    assert!(ids("eve@pve!look").is_empty(), "no error, and no guest");
    sim.assert_clean();
}
