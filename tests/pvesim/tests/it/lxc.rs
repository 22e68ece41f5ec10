//! Containers: making, changing, starting and removing them, and what is only root's.

use pvesim::Sim;
use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, call, homelab_sim, ok, refusal, run};

const WEB: &str = "/nodes/pve1/lxc/101";
const TEMPLATE: &str = "ostemplate=local:vztmpl/debian-12.tar.zst";

fn config(sim: &Sim, parameters: &[&str]) -> Value {
    ok(sim, "GET", &format!("{WEB}/config"), parameters)
}

fn set(sim: &Sim, parameters: &[&str]) {
    ok(sim, "PUT", &format!("{WEB}/config"), parameters);
}

#[test]
fn a_new_container_has_what_was_asked_for_and_what_the_server_makes() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let parameters = [
            "vmid=200",
            TEMPLATE,
            "hostname=app",
            "memory=1024",
            "cores=2",
            "rootfs=tank:8",
            "mp0=local-lvm:4,mp=/data,backup=on",
            "net0=name=eth0,bridge=vmbr0,ip=dhcp",
            "unprivileged=1",
            "password=secret",
            "start=1",
            "tags=b,A",
        ];
        assert_eq!(run(&sim, "POST", "/nodes/pve1/lxc", &parameters), "OK");
        let made = ok(&sim, "GET", "/nodes/pve1/lxc/200/config", &[]);
        assert_eq!(made["rootfs"], "tank:subvol-200-disk-0,size=8G");
        assert_eq!(made["mp0"], "local-lvm:vm-200-disk-0,mp=/data,backup=1,size=4G");
        assert_eq!((&made["ostype"], &made["arch"], &made["tags"]), (&json!("debian"), &json!("amd64"), &json!("a;b")));
        let net = made["net0"].as_str().expect("a text");
        assert!(
            net.starts_with("name=eth0,bridge=vmbr0,hwaddr=BC:24:11:") && net.ends_with(",ip=dhcp,type=veth"),
            "{net}"
        );
        assert_eq!((&made["memory"], made.get("password"), made.get("ostemplate")), (&json!(1024), None, None));
        sim.advance(std::time::Duration::from_secs(5));
        assert_eq!(ok(&sim, "GET", "/nodes/pve1/lxc/200/status/current", &[])["status"], "running");
        sim.assert_clean();
    }
}

#[test]
fn a_create_is_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |parameters: &[&str]| refusal(&sim, OPS, "POST", "/nodes/pve1/lxc", parameters);
    let ghost = "ostemplate=local:vztmpl/ghost.tar.zst";
    let missing = "500 volume 'local:vztmpl/ghost.tar.zst' does not exist";
    assert_eq!(refused(&["vmid=200", ghost, "rootfs=tank:8"]), missing);
    let nas = "500 storage 'nas' does not allow content type 'rootdir'";
    assert_eq!(refused(&["vmid=200", TEMPLATE, "rootfs=nas:8"]), nas);
    let taken = "500 unable to create CT 100 - VM 100 already exists on node 'pve1'";
    assert_eq!(refused(&["vmid=100", TEMPLATE, "rootfs=tank:8"]), taken);
    let on_pve2 = refusal(&sim, OPS, "POST", "/nodes/pve2/lxc", &["vmid=200", TEMPLATE, "rootfs=tank:8"]);
    assert_eq!(on_pve2, "500 storage 'tank' is not available on node 'pve2'");
    sim.assert_clean();
}

#[test]
fn what_is_root_s_is_a_403() {
    let sim = homelab_sim(Release::V9_1);
    let root_s = [
        ("mp0=/srv,mp=/srv", "mount point type bind"),
        ("mp0=/dev/sdb,mp=/srv", "mount point type device"),
        ("dev0=/dev/ttyUSB0", "configuring device passthrough"),
        ("hookscript=local:snippets/user.yaml", "changing the hookscript"),
        ("features=keyctl=1", "changing feature flags (except nesting)"),
    ];
    let path = format!("{WEB}/config");
    for (parameter, what) in root_s {
        let expected = format!("403 Permission check failed ({what} is only allowed for root@pam)");
        assert_eq!(refusal(&sim, "root@pam!full", "PUT", &path, &[parameter]), expected, "{parameter}");
        assert_eq!(call(&sim, "root@pam", "PUT", &path, &[parameter]).status, 200, "{parameter}");
    }
    sim.patch(json!({ "guests": { "101": { "config": { "unprivileged": null } } } })).expect("it is a world");
    let privileged =
        "403 Permission check failed (changing feature flags for privileged container is only allowed for root@pam)";
    assert_eq!(refusal(&sim, OPS, "PUT", &path, &["features=nesting=1"]), privileged);
    sim.assert_clean();
}

#[test]
fn who_lacks_a_privilege_is_told_which() {
    let sim = homelab_sim(Release::V9_1);
    let all = ["VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options"];
    let needs = [
        ("cores=4", "VM.Config.CPU"),
        ("memory=1024", "VM.Config.Memory"),
        ("hostname=x", "VM.Config.Network"),
        ("delete=net0", "VM.Config.Network"),
        ("mp0=local-lvm:1,mp=/x", "VM.Config.Disk"),
        ("onboot=1", "VM.Config.Options"),
    ];
    for (parameter, privilege) in needs {
        let others: Vec<&str> = all.into_iter().filter(|known| *known != privilege).collect();
        let entry = json!([{ "path": "/vms/101", "who": "eve@pve", "role": "Dns" }]);
        sim.patch(json!({ "access": { "roles": { "Dns": others }, "acl": entry } })).expect("it is a world");
        let expected = format!("403 Permission check failed (/vms/101, {privilege})");
        assert_eq!(refusal(&sim, "eve@pve!look", "PUT", &format!("{WEB}/config"), &[parameter]), expected);
    }
    sim.assert_clean();
}

/// Each change of the running container, and whether it takes effect at once.
#[test]
fn changes_take_effect_at_once_or_wait_for_a_restart() {
    let at_once = [
        "description=x",
        "onboot=1",
        "hostname=x",
        "cores=2",
        "memory=1024",
        "swap=0",
        "cpulimit=1",
        "cpuunits=50",
        "tags=a",
        "net0=name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,ip=dhcp,tag=5",
        "net1=name=eth1,bridge=vmbr0",
        "delete=net0",
        "mp0=local-lvm:4,mp=/data",
        "delete=swap",
        "protection=1",
    ];
    let later = ["features=nesting=1", "tty=1", "nameserver=192.0.2.53", "rootfs=local-lvm:vm-101-disk-0,ro=1"];
    for (parameters, waits) in [(&at_once[..], false), (&later[..], true)] {
        for parameter in parameters {
            let sim = homelab_sim(Release::V8_4);
            set(&sim, &[parameter]);
            assert_eq!(config(&sim, &[]) != config(&sim, &["current=1"]), waits, "{parameter}");
            sim.assert_clean();
        }
    }
}

#[test]
fn a_restart_applies_what_waits() {
    let sim = homelab_sim(Release::V9_1);
    set(&sim, &["features=nesting=1"]);
    assert_eq!(run(&sim, "POST", &format!("{WEB}/status/reboot"), &[]), "OK");
    assert_eq!(config(&sim, &["current=1"])["features"], "nesting=1");
    set(&sim, &["tty=4"]);
    set(&sim, &["revert=tty"]);
    assert_eq!(config(&sim, &[]).get("tty"), None);
    sim.assert_clean();
}

#[test]
fn mount_points_leave_their_volumes() {
    let sim = homelab_sim(Release::V9_1);
    set(&sim, &["mp0=local-lvm:4,mp=/data"]);
    set(&sim, &["delete=mp0"]);
    assert!(config(&sim, &["current=1"])["mp0"].is_string(), "it waits");
    assert_eq!(run(&sim, "POST", &format!("{WEB}/status/shutdown"), &[]), "OK");
    assert_eq!(run(&sim, "POST", &format!("{WEB}/status/start"), &[]), "OK");
    assert_eq!(config(&sim, &[])["unused0"], "local-lvm:vm-101-disk-1");
    set(&sim, &["delete=unused0"]);
    let content = ok(&sim, "GET", "/nodes/pve1/storage/local-lvm/content", &["vmid=101"]);
    assert_eq!(content.as_array().map(Vec::len), Some(1), "the root is left: {content}");
    sim.assert_clean();
}

#[test]
fn changes_that_make_no_sense_are_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused =
        |method: &str, path: &str, parameters: &[&str]| refusal(&sim, OPS, method, &format!("{WEB}{path}"), parameters);
    assert_eq!(refused("PUT", "/config", &[]), "500 no options specified");
    assert_eq!(refused("PUT", "/config", &["delete=rootfs"]), "500 unable to delete required option 'rootfs'");
    assert_eq!(refused("PUT", "/config", &["unprivileged=0"]), "500 unable to modify read-only option: 'unprivileged'");
    let unknown = "400 Parameter verification failed. delete: unknown option 'colour'";
    assert_eq!(refused("PUT", "/config", &["delete=colour"]), unknown);
    let old = "digest=0000000000000000000000000000000000000000";
    let modified = "500 detected modified configuration - file changed by other user? Try again.";
    assert_eq!(refused("PUT", "/config", &["cores=1", old]), modified);
    assert_eq!(refused("PUT", "/resize", &["disk=rootfs", "size=8G"]), "500 disk is already at specified size");
    assert_eq!(refused("PUT", "/resize", &["disk=rootfs", "size=1G"]), "500 unable to shrink disk size");
    assert_eq!(run(&sim, "PUT", &format!("{WEB}/resize"), &["disk=rootfs", "size=10G"]), "OK");
    assert_eq!(config(&sim, &[])["rootfs"], "local-lvm:vm-101-disk-0,size=10G");
    sim.patch(json!({ "guests": { "101": { "config": { "lock": "snapshot" } } } })).expect("it is a world");
    assert_eq!(refused("PUT", "/config", &["cores=1"]), "500 CT is locked (snapshot)");
    sim.assert_clean();
}

#[test]
fn power_and_removal() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |method: &str, path: &str, more: &[&str]| refusal(&sim, OPS, method, &format!("{WEB}{path}"), more);
    assert_eq!(refused("POST", "/status/start", &[]), "500 CT 101 already running");
    let job = "500 There is a replication job '101-0' for guest '101' - Please remove that first.";
    assert_eq!(refused("DELETE", "", &[]), job);
    assert_eq!(refused("DELETE", "", &["purge=1"]), "500 unable to destroy CT 101 - container is running");
    assert_eq!(run(&sim, "POST", &format!("{WEB}/status/stop"), &[]), "OK");
    assert_eq!(refused("POST", "/status/shutdown", &[]), "500 CT 101 not running");
    assert_eq!(run(&sim, "DELETE", WEB, &["purge=1"]), "OK");
    assert_eq!(refused("GET", "/config", &[]), "500 Configuration file 'nodes/pve1/lxc/101.conf' does not exist");
    assert!(sim.world().replication.is_empty());
    sim.assert_clean();
}
