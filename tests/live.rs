//! A running cluster, as far as reading it goes: who is trusted, who lets us in, and what happens when something breaks.
//!
//! The numbers in comments are those of the scenarios that a simulator of Proxmox must support.

#[path = "live/commands.rs"]
mod commands;
#[cfg(feature = "demo")]
#[path = "live/demo.rs"]
mod demo;
#[path = "live/server.rs"]
mod server;
#[path = "live/simulated.rs"]
mod simulated;
#[path = "live/simulated_lab.rs"]
mod simulated_lab;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hlab::live::{Connection, Given, LiveError, Questions, Settings};
use hlab::plan::health::Moment;
use hlab::plan::{Answer, Read};
use secrecy::SecretString;
use server::{Authority, Heard, Identity, Reply, Server, data, refusal, response};

/// What must never be seen anywhere but in a header or a body of the login.
const TOKEN: &str = "c4nary00-t0ke-n000-0000-000000000000";
const PASSWORD: &str = "c4nary p&ssword=";
const TICKET: &str = "PVE:root@pam:C4NARYTICKET::abc==";

fn token() -> Given {
    Given { token: Some(SecretString::from(format!("hlab@pve!plan={TOKEN}"))), ..Given::default() }
}

fn password() -> Given {
    Given { username: Some("root@pam".to_owned()), password: Some(SecretString::from(PASSWORD)), ..Given::default() }
}

fn seconds(request: u64) -> Given {
    Given { request_seconds: Some(request), ..token() }
}

/// A certificate that holds for the address of the test's servers.
fn sound() -> Identity {
    Authority::new().sign(&["127.0.0.1"], 2100)
}

/// Settings for these servers, trusting any certificate.
fn insecure(servers: &[&Server], given: Given) -> Settings {
    let endpoints: Vec<_> = servers.iter().map(|server| server.endpoint()).collect();
    let given = Given { endpoint: Some(endpoints.join(",")), insecure: Some("1".to_owned()), ..given };
    Settings::new(given).expect("settings")
}

#[track_caller]
fn open(servers: &[&Server], given: Given) -> Connection {
    Connection::open(insecure(servers, given)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(settings: Settings) -> LiveError {
    no_canary(Connection::open(settings).err().expect("the connection is refused"))
}

/// The error, after looking for secrets in all that it could show.
#[track_caller]
fn no_canary(error: LiveError) -> LiveError {
    let shown = format!("{error} {error:?} {:?}", miette::Diagnostic::help(&error).map(|help| help.to_string()));
    for canary in [TOKEN, PASSWORD, TICKET, "c4nary", "C4NARY"] {
        assert!(!shown.contains(canary), "a secret is shown: {shown}");
    }
    error
}

#[track_caller]
fn says(error: &LiveError, code: &str, words: &[&str]) {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    assert_eq!(miette::Diagnostic::code(error).map(|code| code.to_string()).as_deref(), Some(code), "{error}");
    for word in words {
        assert!(error.to_string().contains(word) || help.contains(word), "expected {word:?} in\n{error}\nhelp: {help}");
    }
}

/// What every cluster answers, before what the test is about.
fn usual(heard: &Heard) -> Option<Reply> {
    match heard.target.as_str() {
        "/version" => Some(data(r#"{"version":"9.1.2","release":"9.1"}"#)),
        "/access/permissions" => Some(data(r#"{"/":{"Sys.Audit":1}}"#)),
        "/access/ticket" => Some(data(&format!(r#"{{"ticket":"{TICKET}","CSRFPreventionToken":"x"}}"#))),
        _ => None,
    }
}

/// A fixed list of questions, and what came of them.
#[derive(Default)]
struct Asked {
    reads: Vec<Read>,
    answers: Vec<(Read, Answer)>,
}

impl Questions for Asked {
    fn next(&mut self) -> Vec<Read> {
        std::mem::take(&mut self.reads)
    }

    fn take(&mut self, read: &Read, answer: Answer, _: Moment) {
        self.answers.push((read.clone(), answer));
    }
}

fn at(path: &str, node: Option<&str>) -> Read {
    Read { path: path.to_owned(), query: Vec::new(), node: node.map(str::to_owned) }
}

#[track_caller]
fn ask(connection: &Connection, reads: Vec<Read>) -> Vec<(Read, Answer)> {
    let mut asked = Asked { reads, answers: Vec::new() };
    connection.read(&mut asked, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"));
    asked.answers
}

#[track_caller]
fn one(connection: &Connection, path: &str) -> Answer {
    ask(connection, vec![at(path, None)]).remove(0).1
}

#[track_caller]
fn is_lost(answer: &Answer, words: &str) {
    assert!(matches!(answer, Answer::Lost(why) if why.contains(words)), "expected {words:?} in {answer:?}");
}

fn number(value: u64) -> Answer {
    Answer::Data(serde_json::json!(value))
}

// Certificates (50).

fn trusting(server: &Server, host: &str, given: Given) -> Settings {
    let endpoint = format!("{host}:{}", server.address.port());
    Settings::new(Given { endpoint: Some(endpoint), ..given }).expect("settings")
}

fn with_ca(authority: &Authority) -> Given {
    Given { ca: Some(("pve-root-ca.pem".to_owned(), authority.pem())), ..token() }
}

fn with_pin(fingerprint: &str) -> Given {
    Given { fingerprint: Some(fingerprint.to_owned()), ..token() }
}

#[test]
fn a_certificate_of_the_clusters_own_ca_is_trusted_with_its_file() {
    let authority = Authority::new();
    let server = Server::start(&authority.sign(&["127.0.0.1"], 2100), |heard| usual(heard).unwrap_or(Reply::Cut));
    let connection = Connection::open(trusting(&server, "127.0.0.1", with_ca(&authority))).expect("it is trusted");
    assert_eq!(connection.version(), "9.1.2");
    assert_eq!(connection.who(), "hlab@pve!plan");
}

#[test]
fn a_certificate_of_nobody_known_is_refused_with_its_fingerprint_before_anything_is_said() {
    let identity = sound();
    let server = Server::start(&identity, |_| Reply::Cut);
    let error = refused(trusting(&server, "127.0.0.1", token()));
    says(&error, "HL0932", &["this system", &identity.fingerprint(), "PROXMOX_VE_FINGERPRINT", "pve-root-ca.pem"]);
    let error = refused(trusting(&server, "127.0.0.1", with_ca(&Authority::new())));
    says(&error, "HL0932", &["`pve-root-ca.pem`", &identity.fingerprint()]);
    assert!(server.heard().is_empty(), "{:?}", server.heard());
}

#[test]
fn a_pinned_certificate_is_trusted_whoever_signed_it_and_whatever_its_name() {
    let identity = Authority::new().sign(&["pve.lan"], 2021);
    let server = Server::start(&identity, |heard| usual(heard).unwrap_or(Reply::Cut));
    assert!(Connection::open(trusting(&server, "127.0.0.1", with_pin(&identity.fingerprint()))).is_ok());
}

#[test]
fn another_certificate_than_the_pinned_one_is_refused_with_both_fingerprints() {
    let (pinned, rotated) = (sound(), sound());
    let server = Server::start(&rotated, |_| Reply::Cut);
    let error = refused(trusting(&server, "127.0.0.1", with_pin(&pinned.fingerprint())));
    says(&error, "HL0933", &[&pinned.fingerprint(), &rotated.fingerprint(), "renewed"]);
    assert!(server.heard().is_empty(), "{:?}", server.heard());
}

#[test]
fn an_expired_certificate_is_refused_as_expired() {
    let authority = Authority::new();
    let server = Server::start(&authority.sign(&["127.0.0.1"], 2021), |_| Reply::Cut);
    says(&refused(trusting(&server, "127.0.0.1", with_ca(&authority))), "HL0934", &["it has expired", "updatecerts"]);
}

#[test]
fn a_certificate_for_another_name_is_refused_with_the_name_that_was_asked() {
    let authority = Authority::new();
    let server = Server::start(&authority.sign(&["pve.lan"], 2100), |_| Reply::Cut);
    let error = refused(trusting(&server, "127.0.0.1", with_ca(&authority)));
    says(&error, "HL0934", &["not for the name `127.0.0.1`", "pvenode cert info"]);
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    let server = Server::start(&sound(), |_| Reply::Cut);
    let given = Given { ca: Some(("notes.txt".to_owned(), b"hello".to_vec())), ..token() };
    says(&refused(trusting(&server, "127.0.0.1", given)), "HL0930", &["`notes.txt` is no CA file"]);
}

#[test]
fn a_server_that_knows_no_newer_tls_than_1_2_is_understood() {
    let server =
        Server::with_versions(&sound(), &[&rustls::version::TLS12], |heard| usual(heard).unwrap_or(Reply::Cut));
    assert_eq!(open(&[&server], token()).version(), "9.1.2");
}

#[test]
fn http_2_is_not_taken_where_it_is_offered() {
    // 51: every server of these tests offers it, and understands HTTP/1.1 alone.
    let server = Server::start(&sound(), |heard| usual(heard).unwrap_or(Reply::Cut));
    assert_eq!(open(&[&server], token()).version(), "9.1.2");
    assert!(server.heard().iter().all(|heard| heard.method == "GET" && heard.header("upgrade").is_none()));
}

// Who is there, and who lets us in.

#[test]
fn nobody_there_is_said_for_each_endpoint_with_the_reason() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.local_addr().expect("it is bound").to_string()
    };
    let endpoint = Some(format!("{closed},no-such-host.invalid"));
    let settings = Settings::new(Given { endpoint, insecure: Some("1".to_owned()), ..token() }).expect("settings");
    let error = refused(settings);
    says(&error, "HL0931", &[&closed, "connection refused", "`no-such-host.invalid:8006`: nobody knows that name"]);
}

#[test]
fn something_else_than_proxmox_is_named_for_what_it_is() {
    let page = Server::start(&sound(), |_| Reply::Raw(response("200 OK", "text/html", b"<html>Router</html>")));
    says(&refused(insecure(&[&page], token())), "HL0937", &["a page for people", "8006"]);
    let other = Server::start(&sound(), |_| Reply::Raw(response("404 Not Found", "application/json", b"{}")));
    says(&refused(insecure(&[&other], token())), "HL0937", &["status 404"]);
    // A redirection is not followed: the token would go along.
    let moved = Server::start(&sound(), |_| Reply::Raw(response("302 Found\r\nLocation: /login", "text/html", b"")));
    says(&refused(insecure(&[&moved], token())), "HL0937", &["status 302"]);
    assert_eq!(moved.heard().len(), 1);
}

#[test]
fn a_port_that_speaks_no_tls_is_no_endpoint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        use std::io::Write;
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n");
        }
    });
    let given = Given { endpoint: Some(endpoint), insecure: Some("1".to_owned()), ..token() };
    says(&refused(Settings::new(given).expect("settings")), "HL0931", &["does not speak TLS"]);
}

#[test]
fn a_wrong_token_is_refused_with_what_the_server_says() {
    // 33: the message stands in the reason phrase only, and the body is empty.
    let server = Server::start(&sound(), |_| refusal("401 invalid token value!"));
    let error = refused(insecure(&[&server], token()));
    says(&error, "HL0935", &["`hlab@pve!plan`", "invalid token value!", "pveum user token list hlab@pve"]);
    assert_eq!(server.heard()[0].header("authorization"), Some(format!("PVEAPIToken=hlab@pve!plan={TOKEN}").as_str()));
    assert_eq!(server.heard().len(), 1, "a token is not tried twice");
}

#[test]
fn a_wrong_password_and_a_second_factor_are_refused() {
    let server = Server::start(&sound(), |_| refusal("401 authentication failure"));
    says(&refused(insecure(&[&server], password())), "HL0935", &["`root@pam`", "authentication failure", "realm"]);
    let server = Server::start(&sound(), |_| data(r#"{"NeedTFA":1,"ticket":"PVE:!tfa!x"}"#));
    says(&refused(insecure(&[&server], password())), "HL0935", &["second factor", "API token"]);
}

#[test]
fn a_login_without_a_single_privilege_is_refused_and_not_taken_for_an_empty_cluster() {
    // 48
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/access/permissions" => data("{}"),
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    let error = refused(insecure(&[&server], token()));
    says(&error, "HL0936", &["`hlab@pve!plan`", "pveum acl modify / --tokens 'hlab@pve!plan' --roles PVEAuditor"]);
}

#[test]
fn rights_that_are_not_told_end_the_run() {
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/access/permissions" => refusal("500 no such thing"),
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    says(&refused(insecure(&[&server], token())), "HL0938", &["what this login may", "no such thing"]);
}

// Tickets (44).

#[test]
fn a_password_buys_one_ticket_for_all_questions() {
    let server = Server::start(&sound(), |heard| usual(heard).unwrap_or_else(|| data("1")));
    let connection = open(&[&server], password());
    let reads = (0..20).map(|index| at(&format!("/x{index}"), None)).collect();
    assert!(ask(&connection, reads).iter().all(|(_, answer)| *answer == number(1)));
    assert_eq!(server.times("/access/ticket"), 1);
    let heard = server.heard();
    assert_eq!(heard[0].body, "username=root%40pam&password=c4nary%20p%26ssword%3D");
    assert!(heard[1..].iter().all(|heard| heard.header("cookie") == Some(&format!("PVEAuthCookie={TICKET}"))));
    assert!(heard.iter().all(|heard| heard.header("authorization").is_none()));
}

#[test]
fn a_ticket_that_is_refused_is_made_anew_once_for_many_questions() {
    let is_expired = Arc::new(AtomicUsize::new(0));
    let seen = is_expired.clone();
    let server = Server::start(&sound(), move |heard| {
        if heard.target == "/access/ticket" {
            let age = seen.load(Ordering::SeqCst);
            seen.store(if age == 1 { 2 } else { age }, Ordering::SeqCst);
            return data(&format!(r#"{{"ticket":"ticket-{age}"}}"#));
        }
        // Once it has expired, only a ticket made after that is taken.
        if seen.load(Ordering::SeqCst) > 0 && heard.header("cookie") == Some("PVEAuthCookie=ticket-0") {
            return refusal("401 permission denied - invalid PVE ticket");
        }
        usual(heard).unwrap_or_else(|| data("1"))
    });
    let connection = open(&[&server], password());
    is_expired.store(1, Ordering::SeqCst);
    let reads = (0..8).map(|index| at(&format!("/x{index}"), None)).collect();
    assert!(ask(&connection, reads).iter().all(|(_, answer)| *answer == number(1)));
    assert_eq!(server.times("/access/ticket"), 2);
}

#[test]
fn a_ticket_that_only_other_nodes_refuse_means_that_clocks_differ() {
    // 56
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/nodes/pve2/time" => refusal("401 permission denied - invalid PVE ticket"),
        _ => usual(heard).unwrap_or_else(|| data("1")),
    });
    let connection = open(&[&server], password());
    let answers = ask(&connection, vec![at("/nodes/pve2/time", Some("pve2")), at("/nodes/pve1/time", Some("pve1"))]);
    let of = |path: &str| &answers.iter().find(|(read, _)| read.path == path).expect("it was asked").1;
    let Answer::Refused { status: 401, message } = of("/nodes/pve2/time") else { panic!("{answers:?}") };
    assert!(message.contains("invalid PVE ticket") && message.contains("clocks of the nodes agree"), "{message}");
    assert_eq!(*of("/nodes/pve1/time"), number(1));
}

#[test]
fn a_login_that_ends_while_reading_ends_the_reading() {
    let server = Server::start(&sound(), |heard| usual(heard).unwrap_or_else(|| refusal("401 no such token 'plan'")));
    let connection = open(&[&server], token());
    let mut asked = Asked { reads: vec![at("/x", None)], answers: Vec::new() };
    let error = no_canary(connection.read(&mut asked, &mut |_| ()).expect_err("the token is gone"));
    says(&error, "HL0935", &["no such token"]);
}

// What breaks on the way.

#[test]
fn what_is_no_answer_is_lost_with_what_came_instead() {
    // 28
    let json = "application/json;charset=UTF-8";
    let server = Server::start(&sound(), move |heard| {
        let bytes = match heard.target.as_str() {
            "/truncated" => response("200 OK", json, br#"{"data":[1,"#),
            "/page" => response("502 Bad Gateway", "text/html", b"<html>nginx</html>"),
            "/empty" => response("200 OK", json, b""),
            "/text" => response("200 OK", "text/plain", br#"{"data":1}"#),
            _ => return usual(heard).unwrap_or(Reply::Cut),
        };
        Reply::Raw(bytes)
    });
    let connection = open(&[&server], token());
    is_lost(&one(&connection, "/truncated"), "ends in the middle");
    is_lost(&one(&connection, "/page"), "status 502, with a page for people");
    is_lost(&one(&connection, "/empty"), "an empty answer");
    is_lost(&one(&connection, "/text"), "`text/plain` instead of JSON");
}

#[test]
fn an_answer_shorter_than_it_says_is_asked_for_again_and_then_lost() {
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/short" => {
            let mut bytes = response("200 OK", "application/json", br#"{"data":[1]}"#);
            bytes.truncate(bytes.len() - 4);
            Reply::Raw(bytes)
        }
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    is_lost(&one(&open(&[&server], token()), "/short"), "the answer ends in the middle");
    assert_eq!(server.times("/short"), 2);
}

#[test]
fn a_connection_that_was_closed_between_two_questions_is_made_anew() {
    // 31: the bytes promise that the connection stays, and it does not.
    let server = Server::start(&sound(), |heard| match usual(heard) {
        Some(Reply::Kept(bytes)) => Reply::Raw(bytes),
        Some(other) => other,
        None => Reply::Raw(response("200 OK", "application/json", br#"{"data":1}"#)),
    });
    let connection = open(&[&server], token());
    assert_eq!(one(&connection, "/x"), number(1));
    assert_eq!(one(&connection, "/y"), number(1));
    assert!(server.connections() >= 3, "{}", server.connections());
}

#[test]
fn a_question_whose_connection_is_cut_is_asked_once_more() {
    // 25
    let cuts = AtomicUsize::new(0);
    let server = Server::start(&sound(), move |heard| match heard.target.as_str() {
        "/x" if cuts.fetch_add(1, Ordering::SeqCst) == 0 => Reply::Cut,
        _ => usual(heard).unwrap_or_else(|| data("7")),
    });
    assert_eq!(one(&open(&[&server], token()), "/x"), number(7));
    assert_eq!(server.times("/x"), 2);
}

#[test]
fn a_refusal_that_passes_by_itself_is_asked_again_and_another_is_not() {
    // 22, 23, 24
    let counts = Mutex::new(std::collections::BTreeMap::<String, u32>::new());
    let server = Server::start(&sound(), move |heard| {
        let mut counts = counts.lock().expect("no script panics");
        let count = counts.entry(heard.target.clone()).or_default();
        *count += 1;
        match (heard.target.as_str(), *count) {
            ("/worker", 1) => refusal("500 got no worker upid - start worker failed"),
            ("/file", 1 | 2) => refusal("500 can't lock file '/var/lock/x.lck' - got timeout"),
            ("/busy", _) => refusal("503 Service Unavailable"),
            ("/locked", _) => refusal("500 VM is locked (backup)"),
            _ => usual(heard).unwrap_or_else(|| data("1")),
        }
    });
    let connection = open(&[&server], token());
    assert_eq!(one(&connection, "/worker"), number(1));
    assert_eq!(one(&connection, "/file"), number(1));
    assert!(matches!(one(&connection, "/busy"), Answer::Refused { status: 503, .. }));
    let locked = Answer::Refused { status: 500, message: "VM is locked (backup)".to_owned() };
    assert_eq!(one(&connection, "/locked"), locked);
    assert_eq!(
        [server.times("/worker"), server.times("/file"), server.times("/busy"), server.times("/locked")],
        [2, 3, 3, 1]
    );
}

#[test]
fn an_answer_that_does_not_come_is_given_up() {
    // 29
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/hangs" => Reply::After(Duration::from_secs(5), Box::new(Reply::Cut)),
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    let connection = open(&[&server], seconds(1));
    let began = Instant::now();
    is_lost(&ask(&connection, vec![at("/hangs", Some("pve"))])[0].1, "no answer within 1 s");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn at_most_eight_questions_are_in_flight_for_a_node() {
    // 58
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let server = Server::start(&sound(), move |heard| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        usual(heard).unwrap_or_else(|| data("1"))
    });
    let connection = open(&[&server], token());
    let answers = ask(&connection, (0..80).map(|index| at(&format!("/nodes/pve/{index}"), Some("pve"))).collect());
    assert!(answers.iter().all(|(_, answer)| *answer == number(1)));
    assert_eq!(most.load(Ordering::SeqCst), 8);
}

#[test]
fn a_slow_node_does_not_hold_up_the_others_and_is_not_asked_for_ever() {
    // 54
    let server = Server::start(&sound(), |heard| match heard.target.starts_with("/nodes/slow/") {
        true => Reply::After(Duration::from_secs(5), Box::new(Reply::Cut)),
        false => usual(heard).unwrap_or_else(|| data("1")),
    });
    let connection = open(&[&server], seconds(2));
    let of = |node: &'static str| (0..40).map(move |index| at(&format!("/nodes/{node}/{index}"), Some(node)));
    let asked = Asked { reads: of("slow").chain(of("fast")).collect(), ..Asked::default() };
    let mut timed = Timed { asked, last_fast: None };
    let began = Instant::now();
    connection.read(&mut timed, &mut |_| ()).expect("it is read");
    let answers = timed.asked.answers;
    assert_eq!(answers.len(), 80);
    assert!(timed.last_fast.expect("the fast node answers") - began < Duration::from_millis(1900), "it waited");
    // The first eight wait for their time, and the few that begin before the third of them has been given up.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let is_given_up = |answer: &Answer| matches!(answer, Answer::Lost(why) if why.contains("is not asked any more"));
    assert!(answers.iter().filter(|(_, answer)| is_given_up(answer)).count() >= 30);
}

struct Timed {
    asked: Asked,
    last_fast: Option<Instant>,
}

impl Questions for Timed {
    fn next(&mut self) -> Vec<Read> {
        self.asked.next()
    }

    fn take(&mut self, read: &Read, answer: Answer, moment: Moment) {
        if read.node.as_deref() == Some("fast") {
            self.last_fast = Some(Instant::now());
        }
        self.asked.take(read, answer, moment);
    }
}

#[test]
fn a_node_that_cannot_be_reached_is_a_refusal_and_not_asked_for_ever() {
    // 30
    let server = Server::start(&sound(), |heard| match heard.target.starts_with("/nodes/off/") {
        true => refusal("595 No route to host"),
        false => usual(heard).unwrap_or(Reply::Cut),
    });
    let reads = (0..30).map(|index| at(&format!("/nodes/off/{index}"), Some("off"))).collect();
    let answers = ask(&open(&[&server], token()), reads);
    let refused = Answer::Refused { status: 595, message: "No route to host".to_owned() };
    let count = answers.iter().filter(|(_, answer)| *answer == refused).count();
    assert!((3..=10).contains(&count), "{count}");
    for (_, answer) in answers.iter().filter(|(_, answer)| *answer != refused) {
        is_lost(answer, "did not answer 3 times");
    }
}

#[test]
fn the_next_endpoint_answers_where_one_is_gone() {
    // 57
    let first = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/x" => Reply::Cut,
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    let second = Server::start(&sound(), |heard| usual(heard).unwrap_or_else(|| data("2")));
    let connection = open(&[&first, &second], token());
    assert_eq!(one(&connection, "/x"), number(2));
    assert_eq!(one(&connection, "/y"), number(2));
    assert_eq!((first.times("/y"), second.times("/y")), (0, 1), "the one that answered is kept to");
}

#[test]
fn a_certificate_that_is_refused_is_not_gone_around_by_another_endpoint() {
    let (identity, other) = (sound(), sound());
    let first = Server::start(&other, |_| Reply::Cut);
    let second = Server::start(&identity, |heard| usual(heard).unwrap_or(Reply::Cut));
    let endpoint = format!("{},localhost:{}", first.endpoint(), second.address.port());
    let pins = format!("127.0.0.1={0},localhost={0}", identity.fingerprint());
    let settings = Settings::new(Given { endpoint: Some(endpoint), ..with_pin(&pins) }).expect("settings");
    says(&refused(settings), "HL0933", &[&other.fingerprint()]);
    assert!(second.heard().is_empty());
}

#[test]
fn a_compressed_answer_is_read() {
    // 32: `{"data":7}`, by gzip.
    const PACKED: [u8; 30] = [
        0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0x3, 0xab, 0x56, 0x4a, 0x49, 0x2c, 0x49, 0x54, 0xb2, 0x32, 0xaf,
        0x5, 0x0, 0x40, 0xee, 0xd1, 0x91, 0xa, 0x0, 0x0, 0x0,
    ];
    let server = Server::start(&sound(), |heard| match heard.target.as_str() {
        "/x" => Reply::Raw(response("200 OK\r\nContent-Encoding: gzip", "application/json", &PACKED)),
        _ => usual(heard).unwrap_or(Reply::Cut),
    });
    assert_eq!(one(&open(&[&server], token()), "/x"), number(7));
    assert!(server.heard()[0].header("accept-encoding").is_some_and(|value| value.contains("gzip")));
}

#[test]
fn parameters_are_encoded_and_nothing_but_a_login_has_a_body() {
    // 34
    let server = Server::start(&sound(), |heard| usual(heard).unwrap_or_else(|| data("1")));
    let connection = open(&[&server], password());
    let query = vec![("content", "backup".to_owned()), ("name", "a b&c=d".to_owned())];
    let answers = ask(&connection, vec![Read { query, ..at("/nodes/pve/storage/local/content", Some("pve")) }]);
    assert_eq!(answers[0].1, number(1));
    let heard = server.heard();
    assert_eq!(heard[3].target, "/nodes/pve/storage/local/content?content=backup&name=a%20b%26c%3Dd");
    for heard in &heard {
        assert!(heard.header("transfer-encoding").is_none(), "{heard:?}");
        assert_eq!(heard.method == "POST", heard.target == "/access/ticket", "{heard:?}");
        assert_eq!(heard.header("content-length").is_some(), heard.method == "POST", "{heard:?}");
    }
}

#[test]
fn the_time_for_everything_ends_the_questions_and_not_the_run() {
    let server = Server::start(&sound(), |heard| match heard.target.starts_with("/slow") {
        true => Reply::After(Duration::from_millis(300), Box::new(data("1"))),
        false => usual(heard).unwrap_or(Reply::Cut),
    });
    let connection = open(&[&server], Given { overall_seconds: Some(1), ..token() });
    let answers = ask(&connection, (0..80).map(|index| at(&format!("/slow{index}"), Some("pve"))).collect());
    assert_eq!(answers.len(), 80);
    assert_eq!(answers[0].1, number(1));
    is_lost(&answers[79].1, "longer than 1 s");
}
