//! Who asks, and what they may.

use std::time::Duration;

use pvesim::world::Release;
use pvesim::{Contract, Options, Sim, Table};
use serde_json::json;

use crate::support::{Reply, SECRET, get, lab, log_in, request, request_at, sim, token};

/// Asks for the version with these lines in the head.
fn with(sim: &Sim, lines: &[&str]) -> Reply {
    request(sim, "GET", "/version", lines, "").expect("it is answered")
}

#[track_caller]
fn assert_401(reply: &Reply, reason: &str) {
    assert_eq!((reply.status, reply.reason.as_str()), (401, reason));
    assert!(reply.body.is_empty(), "a 401 has no body");
    assert_eq!(reply.header("Content-Type"), None);
}

#[test]
fn a_token_is_looked_at_part_by_part() {
    let sim = sim();
    assert_eq!(with(&sim, &[&token("ann@pve!cut")]).status, 200);
    let space = format!("Authorization: PVEAPIToken ann@pve!cut={SECRET}");
    assert_eq!(with(&sim, &[&space]).status, 200, "a space instead of the sign");
    let rows = [
        ("ann@pve!cut=x", "invalid token value!"),
        ("ann@pve!ghost=x", "no such token 'ghost' for user 'ann@pve'"),
        ("eve@pve!x=x", "no such user ('eve@pve')"),
        ("bob@pve!x=x", "user 'bob@pve' is disabled"),
        ("ann@pve=x", "'ann@pve' is not a valid token ID - not able to split into user and token parts"),
        ("nothing", "no tokenid specified"),
    ];
    for (text, reason) in rows {
        assert_401(&with(&sim, &[&format!("Authorization: PVEAPIToken={text}")]), reason);
    }
    assert_401(&with(&sim, &[&token("ann@pve!old")]), "token 'old' access expired");
    assert_401(&with(&sim, &[]), "No ticket");
    sim.assert_clean();
}

#[test]
fn a_password_gives_a_ticket_that_two_hours_later_is_none() {
    let sim = sim();
    let lines = log_in(&sim, "ann@pve", "secret");
    let cookie = lines[0].as_str();
    assert_eq!(with(&sim, &[cookie]).status, 200);
    sim.advance(Duration::from_secs(7_190));
    assert_eq!(with(&sim, &[cookie]).status, 200);
    sim.advance(Duration::from_secs(10));
    assert_401(&with(&sim, &[cookie]), "permission denied - invalid PVE ticket");
    sim.assert_clean();
}

#[test]
fn a_ticket_renews_itself_as_a_password() {
    let sim = sim();
    let lines = log_in(&sim, "ann@pve", "secret");
    let ticket = lines[0].strip_prefix("Cookie: PVEAuthCookie=").expect("it is the cookie").to_owned();
    sim.advance(Duration::from_secs(7_000));
    // The plus signs of a ticket would be spaces in a form.
    let escaped = ticket.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
    let renewed = log_in(&sim, "ann@pve", &escaped);
    sim.advance(Duration::from_secs(1_000));
    assert_401(&with(&sim, &[&lines[0]]), "permission denied - invalid PVE ticket");
    assert_eq!(with(&sim, &[&renewed[0]]).status, 200);
    sim.assert_clean();
}

#[test]
fn a_failed_login_has_a_body() {
    let sim = sim();
    for body in
        ["username=ann@pve&password=wrong", "username=eve@pve&password=secret", "username=bob@pve&password=secret"]
    {
        let reply = request(&sim, "POST", "/access/ticket", &[], body).expect("answered");
        assert_eq!((reply.status, reply.reason.as_str()), (401, "authentication failure"), "{body}");
        assert_eq!(reply.json(), json!({ "data": null, "message": "authentication failure\n" }));
    }
    let apart =
        request(&sim, "POST", "/access/ticket", &[], "username=ann&realm=pve&password=secret").expect("answered");
    assert_eq!(apart.data()["username"], "ann@pve");
    sim.assert_clean();
}

#[test]
fn forged_and_revoked_tickets_are_refused() {
    let sim = sim();
    let lines = log_in(&sim, "root@pam", "secret");
    let forged = lines[0].replace("root@pam", "ann@pve");
    assert_401(&with(&sim, &[&forged]), "permission denied - invalid PVE ticket");
    sim.expire_tickets();
    assert_401(&with(&sim, &[&lines[0]]), "permission denied - invalid PVE ticket");
}

#[test]
fn what_changes_something_needs_the_csrf_token_with_a_ticket() {
    let sim = sim();
    let lines = log_in(&sim, "root@pam", "secret");
    let upid = sim.with_world(|world| {
        let start = pvesim::world::TaskStart {
            node: "pve1",
            kind: "qmstart",
            id: "100",
            authid: "root@pam",
            data: json!(null),
        };
        world.tasks.start(world.clock.now_ms, start)
    });
    let path = format!("/nodes/pve1/tasks/{upid}");
    let delete = |lines: &[&str]| request(&sim, "DELETE", &path, lines, "").expect("answered");
    assert_401(&delete(&[&lines[0]]), "Permission denied - invalid csrf token");
    assert_401(&delete(&[&lines[0], "CSRFPreventionToken: 6955B900:x"]), "Permission denied - invalid csrf token");
    assert_eq!(delete(&[&lines[0], &lines[1]]).status, 200);
    sim.assert_clean();
}

#[test]
fn a_token_cannot_log_in_elsewhere_but_is_only_a_name_for_open_methods() {
    let sim = sim();
    // The method is open to the world, so nobody looks who asks, and the token is no reason to refuse.
    let body = "username=ann@pve&password=secret";
    let reply = request(&sim, "POST", "/access/ticket", &[&token("ann@pve!cut")], body).expect("answered");
    assert_eq!(reply.status, 200);
    sim.assert_clean();
}

#[test]
fn refusals_can_be_as_slow_as_the_real_ones() {
    let sim = Sim::start(Options { world: lab(), slow_refusals: true, ..Options::default() }).expect("a port is free");
    let start = std::time::Instant::now();
    assert_401(&with(&sim, &[]), "No ticket");
    assert!(start.elapsed() >= Duration::from_secs(3));
}

#[test]
fn permissions_come_before_parameters() {
    let sim = sim();
    let ask = |lines: &[&str], path: &str| request(&sim, "GET", path, lines, "").expect("answered");
    let reply = ask(&[&token("ann@pve!cut")], "/cluster/status?bogus=1");
    assert_eq!((reply.status, reply.reason.as_str()), (403, "Permission check failed (/, Sys.Audit)"));
    assert_eq!(reply.json()["message"], "Permission check failed (/, Sys.Audit)\n");
    sim.assert_clean();
    sim.expect_violation("bogus: property is not defined in schema");
    assert_eq!(ask(&[&token("root@pam!audit")], "/cluster/status?bogus=1").status, 400);
    sim.assert_clean();
}

#[test]
fn lists_show_what_one_may_see() {
    let sim = sim();
    let names = |who: &str| -> Vec<String> {
        let reply = request(&sim, "GET", "/cluster/resources", &[&token(who)], "").expect("answered");
        let rows = reply.data();
        rows.as_array().expect("a list").iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("ann@pve!cut"), ["qemu/100"], "an empty list is no proof that nothing is there");
    assert!(names("root@pam!audit").contains(&"lxc/101".to_owned()));
}

#[test]
fn one_may_ask_for_one_s_own_rights_and_auditors_for_all() {
    let sim = sim();
    let ask = |who: &str, query: &str| {
        request(&sim, "GET", &format!("/access/permissions{query}"), &[&token(who)], "").expect("answered")
    };
    let own = ask("ann@pve!cut", "").data();
    assert_eq!(own["/vms/100"]["VM.PowerMgmt"], 1);
    assert!(own["/vms/100"]["VM.Allocate"].is_null(), "the user has it, the token has not");
    assert_eq!(ask("ann@pve!whole", "").data()["/vms/100"]["VM.Allocate"], 1);
    assert!(own["/"].is_null(), "paths without rights are left out");

    let refused = ask("ann@pve!cut", "?userid=root%40pam");
    assert_eq!((refused.status, refused.reason.as_str()), (403, "Permission check failed (/access, Sys.Audit)"));
    let of_token = ask("root@pam!audit", "?userid=ann%40pve%21cut&path=%2Fvms%2F100").data();
    assert_eq!(of_token["/vms/100"]["VM.Audit"], 1);
    let nobody = ask("root@pam!audit", "?userid=eve%40pve");
    assert_eq!((nobody.status, nobody.reason.as_str()), (500, "no such user ('eve@pve')"));
    sim.assert_clean();
    sim.expect_violation("userid: value does not match the regex pattern");
    assert_eq!(ask("root@pam!audit", "?userid=eve").status, 400);
    sim.assert_clean();
}

#[test]
fn a_clock_that_is_ahead_makes_tickets_invalid_on_that_node_only() {
    let endpoints = vec!["pve1".to_owned(), "pve2".to_owned()];
    let sim = Sim::start(Options { world: lab(), endpoints, ..Options::default() }).expect("ports are free");
    sim.patch(json!({ "nodes": { "pve2": { "clock_ahead": 8000 } } })).expect("it is a world");
    let lines = log_in(&sim, "root@pam", "secret");
    assert_eq!(with(&sim, &[&lines[0]]).status, 200);
    let elsewhere = request(&sim, "GET", "/nodes/pve2/tasks", &[&lines[0]], "").expect("answered");
    assert_401(&elsewhere, "permission denied - invalid PVE ticket");
    let url = sim.url_of("pve2").expect("it listens");
    assert_401(
        &request_at(&url, "GET", "/version", &[&lines[0]], "").expect("answered"),
        "permission denied - invalid PVE ticket",
    );
    assert_eq!(get(&sim, "/nodes/pve2/tasks").status, 200, "tokens know no clock");
}

#[test]
fn a_second_factor_is_asked_for() {
    let sim = sim();
    sim.patch(json!({ "access": { "users": { "ann@pve": { "totp": "123456" } } } })).expect("it is a world");
    let login = |body: &str| request(&sim, "POST", "/access/ticket", &[], body).expect("answered");
    let first = login("username=ann@pve&password=secret").data();
    assert_eq!(first["NeedTFA"], 1);
    let challenge = first["ticket"].as_str().expect("there is one").to_owned();
    assert!(challenge.starts_with("PVE:!tfa!{\"totp\"%3Atrue}:"), "{challenge}");
    let cookie = format!("Cookie: PVEAuthCookie={}", challenge.replace('%', "%25"));
    assert_401(&with(&sim, &[&cookie]), "permission denied - invalid PVE ticket");

    let escaped = challenge.replace('%', "%25").replace('+', "%2B").replace('=', "%3D");
    let answer =
        |user: &str, code: &str| login(&format!("username={user}&password=totp%3A{code}&tfa-challenge={escaped}"));
    assert_eq!(answer("ann@pve", "654321").status, 401);
    assert_eq!(answer("root@pam", "123456").status, 401, "the challenge is another's");
    let whole = answer("ann@pve", "123456").data();
    let cookie = format!("Cookie: PVEAuthCookie={}", whole["ticket"].as_str().expect("there is one"));
    assert_eq!(with(&sim, &[&cookie]).status, 200);
    assert_eq!(with(&sim, &[&token("ann@pve!cut")]).status, 200, "tokens have no second factor");
    sim.assert_clean();
}

#[test]
fn methods_that_no_token_may_call() {
    if Table::official_file(Release::V9_1).is_none() {
        assert!(std::env::var("CI").is_err(), "no official schema: set HLAB_SHARED");
        println!("skipped: no official schema in ../shared");
        return;
    }
    let options = Options { world: lab(), contract: Contract::Official, ..Options::default() };
    let sim = Sim::start(options).expect("a port is free");
    sim.expect_violation("URI '/access/password' not available with API token");
    let body = "userid=ann%40pve&password=new-secret";
    let reply = request(&sim, "PUT", "/access/password", &[&token("ann@pve!whole")], body).expect("answered");
    let reason = "Permission check failed (URI '/access/password' not available with API token, need proper ticket.";
    assert_eq!((reply.status, reply.reason.as_str()), (403, reason));
    assert_eq!(reply.json()["message"], format!("{reason}\n)\n"));
    sim.assert_clean();
}

#[test]
fn nothing_is_written_without_quorum() {
    if Table::official_file(Release::V9_1).is_none() {
        assert!(std::env::var("CI").is_err(), "no official schema: set HLAB_SHARED");
        println!("skipped: no official schema in ../shared");
        return;
    }
    let options = Options { world: lab(), contract: Contract::Official, ..Options::default() };
    let sim = Sim::start(options).expect("a port is free");
    sim.patch(json!({ "cluster": { "quorate": false } })).expect("it is a world");
    let lines = log_in(&sim, "root@pam", "secret");
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let reply = request(&sim, "PUT", "/cluster/options", &lines, "keyboard=de").expect("answered");
    assert_eq!((reply.status, reply.reason.as_str()), (500, "cluster not ready - no quorum?"));
    sim.assert_clean();
}
