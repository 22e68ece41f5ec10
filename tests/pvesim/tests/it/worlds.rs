//! The worlds that are written down: each is one, on both releases, and everything in it can be read.

use pvesim::world::Release;
use pvesim::{Options, Sim, modelled};
use serde_json::Value;

use crate::support::{OPS, call, homelab, homelab_sim, ok, refusal};

/// Fills the variables of a path with things that the homelab has; none if it has none.
fn fill(path: &str) -> Option<String> {
    let (guest, node) = if path.contains("/lxc/") { ("101", "pve1") } else { ("100", "pve1") };
    let id = match path.split('/').nth(2)? {
        "mapping" if path.contains("/pci/") => "gpu",
        "mapping" if path.contains("/usb/") => "zwave",
        "backup" => "nightly",
        "replication" => "101-0",
        "metrics" => "graphs",
        _ => "",
    };
    let name = if path.contains("/ipset/") { "lan" } else { "router" };
    let known = [
        ("{node}", node),
        ("{vmid}", guest),
        ("{storage}", "local"),
        ("{poolid}", "lab"),
        ("{userid}", "ops@pve"),
        ("{tokenid}", "hlab"),
        ("{groupid}", "admins"),
        ("{roleid}", "Dns"),
        ("{id}", id),
        ("{sid}", "vm:103"),
        ("{rule}", "spread"),
        ("{iface}", "vmbr0"),
        ("{group}", "web"),
        ("{pos}", "0"),
        ("{name}", name),
        ("{cidr}", "192.0.2.0/24"),
    ];
    let is_of_guest = path.contains("{vmid}/firewall/") && (path.contains("{pos}") || path.contains("{name}"));
    let is_of_node = path.contains("{node}/firewall/") && path.contains("{pos}");
    let filled = known.into_iter().fold(path.to_owned(), |path, (variable, value)| path.replace(variable, value));
    (!filled.contains('{') && !filled.contains("//") && !filled.ends_with('/') && !is_of_guest && !is_of_node)
        .then_some(filled)
}

#[test]
fn everything_that_is_modelled_can_be_read_and_fits_the_schema() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let skipped = [
            // Of the other release, or of a world that says more.
            "/cluster/ha/groups",
            "/cluster/ha/rules",
            "/nodes/{node}/apt/repositories",
            "/cluster/ha/groups/{group}",
            "/cluster/ha/rules/{rule}",
            "/cluster/mapping/dir/{id}",
        ];
        let mut read = 0;
        for (_, path) in modelled().filter(|(method, path)| *method == "GET" && !skipped.contains(path)) {
            let Some(filled) = fill(path) else { continue };
            let reply = call(&sim, "root@pam", "GET", &filled, &[]);
            assert_eq!(reply.status, 200, "{} {filled}: {}", release.name(), reply.reason);
            read += 1;
        }
        assert!(read > 60, "only {read}");
        sim.assert_clean();
    }
}

#[test]
fn a_node_that_does_not_answer_is_unknown_and_takes_no_writes() {
    let sim = Sim::start(Options { world: homelab(), ..Options::default() }).expect("a port is free");
    let patch: Value = serde_json::from_str(include_str!("../../worlds/pve3-offline.patch.json")).expect("it is JSON");
    sim.patch(patch).expect("it is a world");
    let resources = ok(&sim, "GET", "/cluster/resources", &["type=vm"]);
    let spare = resources.as_array().expect("a list").iter().find(|row| row["vmid"] == 103).cloned();
    assert_eq!(spare.expect("it is not absent")["status"], "unknown");
    for (method, parameters) in [("GET", &[][..]), ("PUT", &["cores=2"][..])] {
        let reply = call(&sim, OPS, method, "/nodes/pve3/qemu/103/config", parameters);
        assert_eq!((reply.status, reply.reason.as_str()), (595, "No route to host"));
    }
    sim.assert_clean();
}

#[test]
fn without_quorum_nothing_can_be_written() {
    let sim = homelab_sim(Release::V9_1);
    sim.patch(serde_json::json!({ "cluster": { "quorate": false } })).expect("it is a world");
    let writes = [
        ("PUT", "/nodes/pve1/qemu/100/config", &["cores=2"][..]),
        ("POST", "/nodes/pve1/qemu/100/status/stop", &[][..]),
        ("POST", "/pools", &["poolid=new"][..]),
        ("POST", "/cluster/ha/resources", &["sid=vm:100"][..]),
    ];
    for (method, path, parameters) in writes {
        assert_eq!(refusal(&sim, OPS, method, path, parameters), "500 cluster not ready - no quorum?", "{path}");
    }
    sim.assert_clean();
}
