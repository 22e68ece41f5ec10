//! The wire: what the real server does that a lenient double would not.

use std::io::Read as _;

use crate::support::{Client, get, lab, request, sim, token};
use flate2::read::GzDecoder;
use pvesim::{Options, Rule, Sim};
use serde_json::json;

/// Sends a head and a body as they are, and gives status and reason.
fn raw(sim: &Sim, text: &str) -> (u16, String) {
    let mut client = Client::new(&sim.url());
    client.send(text);
    let reply = client.reply().expect("it is answered");
    (reply.status, reply.reason)
}

#[test]
fn an_answer_has_the_headers_of_the_real_one() {
    let sim = sim();
    let reply = get(&sim, "/version");
    assert_eq!((reply.status, reply.reason.as_str()), (200, "OK"));
    assert_eq!(reply.header("Content-Type"), Some("application/json;charset=UTF-8"));
    assert_eq!(reply.header("Server"), Some("pve-api-daemon/3.0"));
    assert_eq!(reply.header("Date"), Some("Thu, 01 Jan 2026 00:00:00 GMT"), "the cluster's clock, not this machine's");
    assert_eq!(reply.data()["release"], "9.1");
    sim.assert_clean();
}

#[test]
fn chunked_bodies_are_refused() {
    let sim = sim();
    sim.expect_violation("chunked transfer encoding not supported");
    let head = "POST /api2/json/access/ticket HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na=b&\r\n0\r\n\r\n";
    assert_eq!(raw(&sim, head), (501, "chunked transfer encoding not supported".to_owned()));
    let other = "POST /api2/json/access/ticket HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n";
    sim.expect_violation("Unknown transfer encoding 'gzip'");
    assert_eq!(raw(&sim, other), (501, "Unknown transfer encoding 'gzip'".to_owned()));
    sim.assert_clean();
}

#[test]
fn get_and_delete_have_no_body() {
    let sim = sim();
    sim.expect_violation("Unexpected content for method 'GET'");
    sim.expect_violation("Unexpected content for method 'DELETE'");
    for method in ["GET", "DELETE"] {
        let reply =
            request(&sim, method, "/cluster/nextid", &[&token("root@pam!audit")], "vmid=100").expect("answered");
        assert_eq!((reply.status, reply.reason), (501, format!("Unexpected content for method '{method}'")));
    }
    sim.assert_clean();
}

#[test]
fn http_2_is_refused() {
    let sim = sim();
    sim.expect_violation("http protocol version 2.0 not supported");
    assert_eq!(
        raw(&sim, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (506, "http protocol version 2.0 not supported".to_owned())
    );
    sim.assert_clean();
}

#[test]
fn a_body_is_a_form_or_json() {
    let sim = sim();
    let login = |kind: &str, body: &str| {
        request(&sim, "POST", "/access/ticket", &[&format!("Content-Type: {kind}")], body).expect("answered")
    };
    assert_eq!(login("application/x-www-form-urlencoded", "username=root%40pam&password=secret").status, 200);
    assert_eq!(login("application/json", r#"{"username":"root@pam","password":"secret"}"#).status, 200);
    sim.assert_clean();
    sim.expect_violation("upload 'Content-Type 'text/plain' not implemented");
    assert_eq!(login("text/plain", "username=root%40pam&password=secret").status, 506);
    sim.expect_violation("malformed JSON string");
    assert_eq!(login("application/json", "{").status, 501);
    sim.assert_clean();
}

#[test]
fn a_body_has_at_most_64_kib() {
    let sim = sim();
    let body = |length: usize| format!("username=root@pam&password={}", "x".repeat(length - 27));
    let fits = request(&sim, "POST", "/access/ticket", &[], &body(64 << 10)).expect("answered");
    assert_eq!(fits.status, 401, "it is read, and the password is wrong");
    sim.assert_clean();
    sim.expect_violation("for data too large");
    let too_large = request(&sim, "POST", "/access/ticket", &[], &body((64 << 10) + 1)).expect("answered");
    assert_eq!((too_large.status, too_large.reason.as_str()), (501, "for data too large"));
    sim.assert_clean();
}

#[test]
fn paths_outside_of_the_api_and_unknown_methods_are_501() {
    let sim = sim();
    let rows = [
        ("GET /nothing HTTP/1.1\r\n\r\n", "no such file '/nothing'"),
        ("GET /api2 HTTP/1.1\r\n\r\n", "no such uri"),
        ("PATCH /api2/json/version HTTP/1.1\r\n\r\n", "method 'PATCH' not available"),
    ];
    for (head, reason) in rows {
        sim.expect_violation(reason);
        assert_eq!(raw(&sim, head), (501, reason.to_owned()));
    }
    sim.expect_violation("Method 'GET /ghosts' not implemented");
    let reply = get(&sim, "/ghosts");
    assert_eq!((reply.status, reply.reason.as_str()), (501, "Method 'GET /ghosts' not implemented"));
    assert_eq!(sim.violations()[3].rule, Rule::NotModelled);
    sim.assert_clean();
}

#[test]
fn a_connection_goes_on_after_success_and_ends_after_a_failure() {
    let sim = sim();
    let mut client = Client::new(&sim.url());
    let ask = |path: &str| format!("GET /api2/json{path} HTTP/1.1\r\n{}\r\n\r\n", token("root@pam!audit"));
    for _ in 0..2 {
        client.send(&ask("/version"));
        let reply = client.reply().expect("answered");
        assert_eq!(reply.header("Connection"), Some("Keep-Alive"));
    }
    client.send(&ask("/nodes/ghost/tasks"));
    let reply = client.reply().expect("answered");
    assert_eq!((reply.status, reply.header("Connection")), (500, Some("close")));
    assert!(client.has_ended());
    sim.assert_clean();
}

#[test]
fn a_connection_carries_a_hundred_requests() {
    let sim = sim();
    let mut client = Client::new(&sim.url());
    for count in 1..=100 {
        client.send(&format!("GET /api2/json/version HTTP/1.1\r\n{}\r\n\r\n", token("root@pam!audit")));
        let reply = client.reply().expect("answered");
        assert_eq!(
            reply.header("Connection"),
            Some(if count < 100 { "Keep-Alive" } else { "close" }),
            "request {count}"
        );
    }
    assert!(client.has_ended());
}

#[test]
fn long_answers_are_compressed_for_whoever_asks() {
    let sim = sim();
    let lines = [token("root@pam!audit"), "Accept-Encoding: gzip, deflate".to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let long = request(&sim, "GET", "/cluster/resources", &lines, "").expect("answered");
    assert_eq!(long.header("Content-Encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(long.body.as_slice()).read_to_string(&mut text).expect("it is gzip");
    assert!(text.len() > 1024 && text.starts_with("{\"data\":["));
    let short = request(&sim, "GET", "/version", &lines, "").expect("answered");
    assert_eq!(short.header("Content-Encoding"), None);
    assert_eq!(get(&sim, "/cluster/resources").header("Content-Encoding"), None);
}

#[test]
fn a_refusal_says_why_in_the_reason_and_in_the_body() {
    let sim = sim();
    sim.expect_violation("type: value 'ghost' does not have a value");
    let reply = get(&sim, "/cluster/resources?type=ghost");
    assert_eq!((reply.status, reply.reason.as_str()), (400, "Parameter verification failed."));
    let expected = json!({
        "data": null, "message": "Parameter verification failed.\n",
        "errors": { "type": "value 'ghost' does not have a value in the enumeration 'vm, storage, node, sdn'" },
    });
    assert_eq!(reply.json(), expected);
    sim.assert_clean();

    let old = Sim::start(Options { world: lab(), has_messages: false, ..Options::default() }).expect("a port is free");
    let reply = get(&old, "/nodes/ghost/tasks");
    assert!(reply.reason.starts_with("hostname lookup 'ghost' failed"));
    assert_eq!(reply.json(), json!({ "data": null }), "older releases say it in the reason only");
}

#[test]
fn a_parameter_in_path_and_query_has_one_value() {
    let sim = sim();
    assert_eq!(get(&sim, "/nodes/pve1/tasks?node=pve1").status, 200);
    sim.assert_clean();
    sim.expect_violation("node: duplicate parameter");
    let reply = get(&sim, "/nodes/pve1/tasks?node=pve2");
    assert_eq!(reply.status, 400);
    assert_eq!(reply.error("node"), "duplicate parameter (already defined in URI) with conflicting values!");
    sim.assert_clean();
}

#[test]
fn heads_have_their_limits() {
    let sim = sim();
    let ask = |extra: &str| {
        raw(&sim, &format!("GET /api2/json/version HTTP/1.1\r\n{}\r\n{extra}\r\n", token("root@pam!audit")))
    };
    assert_eq!(ask("X-Folded: a\r\n b\r\n").0, 200);
    assert_eq!(ask(&"X: y\r\n".repeat(62)).0, 200);
    sim.expect_violation("too many http header lines (> 64)");
    assert_eq!(ask(&"X: y\r\n".repeat(63)), (501, "too many http header lines (> 64)".to_owned()));
    sim.expect_violation("http header too large");
    assert_eq!(ask(&format!("X: {}\r\n", "y".repeat(8 << 10))), (501, "http header too large".to_owned()));
    sim.expect_violation("unable to parse request header");
    assert_eq!(ask("nothing\r\n"), (506, "unable to parse request header".to_owned()));
    sim.expect_violation("bad request");
    assert_eq!(raw(&sim, "HELLO\r\n\r\n"), (400, "bad request".to_owned()));
    sim.assert_clean();
}

#[test]
fn an_upload_is_a_form_of_parts() {
    let sim = sim();
    let lines = [token("root@pam!audit"), "Content-Type: application/octet-stream".to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    sim.expect_violation("upload 'Content-Type 'application/octet-stream' not implemented");
    let reply = request(&sim, "POST", "/nodes/pve1/storage/local/upload", &lines, "data").expect("answered");
    assert_eq!(reply.status, 501);
    sim.assert_clean();
}
