//! The same against the simulator of the API: what it would refuse as Proxmox does, no test may send.

use pvesim::world::World;
use pvesim::{Action, Fault, Flaw, Options, Sim, Tls};

use super::*;

/// Two nodes; a token that may read everything, one that may read nothing.
fn world() -> World {
    let text = serde_json::json!({
        "nodes": { "pve1": { "id": 1, "ip": "192.0.2.1" }, "pve2": { "id": 2, "ip": "192.0.2.2" } },
        "guests": {
            "101": { "kind": "qemu", "node": "pve1", "config": { "name": "web" } },
            "102": { "kind": "lxc", "node": "pve2", "config": { "hostname": "db" } },
        },
        "access": {
            "passwords": { "root@pam": PASSWORD },
            "users": { "hlab@pve": { "tokens": {
                "plan": { "secret": TOKEN, "privsep": false },
                "bare": { "secret": TOKEN, "privsep": true },
            } } },
            "acl": [{ "path": "/", "who": "hlab@pve", "role": "PVEAuditor", "propagate": true }],
        },
    });
    World::from_json(&text.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

fn start(tls: Tls) -> Sim {
    let endpoints = vec!["pve1".to_owned(), "pve2".to_owned()];
    Sim::start(Options { world: world(), tls, endpoints, ..Options::default() }).expect("it starts")
}

fn of(sim: &Sim, given: Given) -> Given {
    Given { endpoint: Some(sim.url()), fingerprint: sim.fingerprint("pve1"), ..given }
}

#[track_caller]
fn connected(sim: &Sim, given: Given) -> Connection {
    let settings = Settings::new(of(sim, given)).expect("settings");
    Connection::open(settings).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn resources(connection: &Connection) -> Answer {
    one(connection, "/cluster/resources")
}

#[track_caller]
fn has_both_guests(answer: &Answer) {
    let Answer::Data(data) = answer else { panic!("{answer:?}") };
    let ids = data.as_array().into_iter().flatten().filter_map(|row| row["vmid"].as_u64());
    assert_eq!(ids.collect::<Vec<_>>(), [101, 102], "{data}");
}

#[test]
fn a_token_and_a_password_read_the_same_and_leave_nothing_to_complain_of() {
    let sim = start(Tls::On);
    has_both_guests(&resources(&connected(&sim, token())));
    has_both_guests(&resources(&connected(&sim, password())));
    let shown = format!("{:?}", sim.requests());
    assert!(!shown.contains(TOKEN) && !shown.contains(PASSWORD), "{shown}");
    sim.assert_clean();
}

#[test]
fn the_clusters_ca_and_each_nodes_own_fingerprint_are_trusted() {
    let sim = start(Tls::On);
    let ca = Some(("pve-root-ca.pem".to_owned(), sim.ca_pem().expect("TLS").into_bytes()));
    let settings = Settings::new(Given { endpoint: Some(sim.url()), ca, ..token() }).expect("settings");
    assert!(Connection::open(settings).is_ok());
    // The second node's certificate is not the first one's.
    let settings =
        Settings::new(Given { fingerprint: sim.fingerprint("pve2"), ..of(&sim, token()) }).expect("settings");
    says(&refused(settings), "HL0933", &[&sim.fingerprint("pve1").expect("TLS")]);
}

#[test]
fn flaws_of_certificates_are_told_apart() {
    for (flaw, words) in [(Flaw::Expired, "it has expired"), (Flaw::WrongHost, "not for the name `127.0.0.1`")] {
        let sim = start(Tls::Flawed(flaw));
        let ca = Some(("ca.pem".to_owned(), sim.ca_pem().expect("TLS").into_bytes()));
        let settings = Settings::new(Given { endpoint: Some(sim.url()), ca, ..token() }).expect("settings");
        says(&refused(settings), "HL0934", &[words]);
        assert_eq!(sim.requests(), [], "nothing was said");
    }
    let sim = start(Tls::Flawed(Flaw::Tls12Only));
    has_both_guests(&resources(&connected(&sim, token())));
}

#[test]
fn a_token_with_privilege_separation_and_no_rights_of_its_own_is_refused() {
    // 47, 48
    let sim = start(Tls::On);
    let bare = Given { token: Some(SecretString::from(format!("hlab@pve!bare={TOKEN}"))), ..Given::default() };
    says(&refused(Settings::new(of(&sim, bare)).expect("settings")), "HL0936", &["`hlab@pve!bare`", "PVEAuditor"]);
    sim.assert_clean();
}

#[test]
fn wrong_logins_are_refused_as_what_they_are() {
    let sim = start(Tls::On);
    let wrong = Given { token: Some(SecretString::from("hlab@pve!plan=0")), ..Given::default() };
    says(&refused(Settings::new(of(&sim, wrong)).expect("settings")), "HL0935", &["`hlab@pve!plan`"]);
    let wrong = Given { password: Some(SecretString::from("x")), ..password() };
    says(
        &refused(Settings::new(of(&sim, wrong)).expect("settings")),
        "HL0935",
        &["`root@pam`", "authentication failure"],
    );
}

#[test]
fn tickets_that_expire_while_reading_are_made_anew() {
    // 44
    let sim = start(Tls::On);
    let connection = connected(&sim, password());
    sim.expire_tickets();
    has_both_guests(&resources(&connection));
    let logins = sim.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(logins, 2);
    sim.assert_clean();
}

#[test]
fn a_node_whose_clock_differs_refuses_tickets_and_is_named() {
    // 56
    let sim = start(Tls::On);
    sim.with_world(|world| world.nodes.get_mut("pve2").expect("a node").clock_ahead = -1_000);
    let connection = connected(&sim, password());
    let answers = ask(&connection, vec![at("/nodes/pve2/tasks", Some("pve2"))]);
    let Answer::Refused { status: 401, message } = &answers[0].1 else { panic!("{answers:?}") };
    assert!(message.contains("node `pve2`") && message.contains("clocks"), "{message}");
    has_both_guests(&resources(&connection));
}

#[test]
fn what_breaks_once_is_asked_again_and_the_answer_is_whole() {
    // 22, 23, 25, 31, 33
    let failure = |reason: &str| Action::Status {
        status: 500,
        reason: reason.to_owned(),
        errors: Default::default(),
        bare: false,
    };
    for action in [
        failure("got no worker upid - start worker failed"),
        failure("can't lock file '/var/lock/pve.lck' - got timeout"),
        failure("cfs-lock 'file-user_cfg' error: got lock request timeout"),
        Action::Reset,
        Action::CloseSilently,
        Action::Delay { ms: 200 },
        Action::ExpireTickets,
    ] {
        let sim = start(Tls::On);
        let connection = connected(&sim, password());
        sim.fault(Fault::new("GET", "/cluster/resources", action.clone()));
        let answer = resources(&connection);
        assert!(matches!(answer, Answer::Data(_)), "{action:?}: {answer:?}");
        has_both_guests(&resources(&connection));
        sim.assert_clean();
    }
}

#[test]
fn what_is_no_answer_says_what_it_is_instead() {
    // 28, 29, 30
    let status = |status, reason: &str| Action::Status {
        status,
        reason: reason.to_owned(),
        errors: Default::default(),
        bare: true,
    };
    for (action, words) in [
        (Action::Html { status: 502 }, "status 502, with a page for people"),
        (Action::ContentType { value: "text/plain".to_owned() }, "`text/plain` instead of JSON"),
        (Action::EmptyBody, "an empty answer"),
        (Action::InvalidJson, "ends in the middle"),
        (Action::Truncate, "ends in the middle"),
        (Action::Hang { ms: 4_000 }, "no answer within 1 s"),
        (status(595, "No route to host"), "No route to host"),
        (status(596, "Connection timed out"), "Connection timed out"),
    ] {
        let sim = start(Tls::On);
        let connection = connected(&sim, seconds(1));
        sim.fault(Fault::new("GET", "/nodes/pve2/tasks", action.clone()).times(0));
        let answer = ask(&connection, vec![at("/nodes/pve2/tasks", Some("pve2"))]).remove(0).1;
        let (Answer::Lost(text) | Answer::Refused { message: text, .. }) = &answer else {
            panic!("{action:?}: {answer:?}")
        };
        assert!(text.contains(words), "{action:?}: {answer:?}");
        has_both_guests(&resources(&connection));
    }
}

#[test]
fn an_older_release_has_its_message_in_the_reason_phrase_alone() {
    // 33
    let options = Options { world: world(), tls: Tls::On, has_messages: false, ..Options::default() };
    let sim = Sim::start(options).expect("it starts");
    let connection = connected(&sim, token());
    let path = "/nodes/pve1/tasks/UPID:pve1:00000001:00000001:00000001:qmstart:101:root@pam:/status";
    let answer = ask(&connection, vec![at(path, Some("pve1"))]).remove(0).1;
    assert!(matches!(&answer, Answer::Refused { message, .. } if !message.is_empty()), "{answer:?}");
}

#[test]
fn the_other_node_is_asked_where_one_endpoint_breaks() {
    // 57
    let sim = start(Tls::On);
    let second = sim.url_of("pve2").expect("it listens");
    let endpoint = Some(format!("https://127.0.0.1:1,{second}"));
    let ca = Some(("ca.pem".to_owned(), sim.ca_pem().expect("TLS").into_bytes()));
    let settings = Settings::new(Given { endpoint, ca, ..token() }).expect("settings");
    let connection = Connection::open(settings).unwrap_or_else(|error| panic!("{error}"));
    has_both_guests(&resources(&connection));
    assert!(sim.requests().iter().all(|request| request.node == "pve2"));
    sim.assert_clean();
}

#[test]
fn an_offline_node_is_a_refusal_and_the_rest_is_read() {
    // 53
    let sim = start(Tls::On);
    sim.with_world(|world| world.nodes.get_mut("pve2").expect("a node").online = false);
    let connection = connected(&sim, token());
    let answers = ask(&connection, vec![at("/nodes/pve2/tasks", Some("pve2")), at("/nodes/pve1/tasks", Some("pve1"))]);
    let of = |node: &str| &answers.iter().find(|(read, _)| read.node.as_deref() == Some(node)).expect("it was asked").1;
    assert!(matches!(of("pve2"), Answer::Refused { status: 595 | 596, .. }), "{answers:?}");
    assert!(matches!(of("pve1"), Answer::Data(_)), "{answers:?}");
}

#[test]
fn at_most_eight_questions_are_in_flight_for_a_node_and_the_nodes_do_not_wait_for_each_other() {
    // 58
    let sim = start(Tls::On);
    sim.set_latency(Duration::from_millis(10));
    let connection = connected(&sim, token());
    let reads = (0..60).map(|index| {
        let node = if index % 2 == 0 { "pve1" } else { "pve2" };
        Read { query: vec![("start", index.to_string())], ..at(&format!("/nodes/{node}/tasks"), Some(node)) }
    });
    let answers = ask(&connection, reads.collect());
    assert!(answers.iter().all(|(_, answer)| matches!(answer, Answer::Data(_))), "{answers:?}");
    let in_flight = sim.in_flight();
    assert!(in_flight.values().all(|node| node.most <= 8), "{in_flight:?}");
    assert!(in_flight["pve1"].most > 4 && in_flight["pve2"].most > 4, "{in_flight:?}");
    sim.assert_clean();
}
