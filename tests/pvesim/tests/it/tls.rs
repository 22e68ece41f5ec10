//! Certificates: those that a careful client accepts, and each that it must refuse.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use pvesim::{Flaw, Options, Sim, Tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{lab, token};

fn start(tls: Tls) -> Sim {
    let endpoints = vec!["pve1".to_owned(), "pve2".to_owned()];
    Sim::start(Options { world: lab(), tls, endpoints, ..Options::default() }).expect("ports are free")
}

/// Asks for the version, as a client that trusts the authority of `trusted` alone.
fn ask(sim: &Sim, trusted: &Sim, versions: &[&'static rustls::SupportedProtocolVersion]) -> Result<String, String> {
    let pem = trusted.ca_pem().expect("there is TLS");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is PEM")).expect("it is a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("they are known");
    let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    let name = ServerName::try_from("127.0.0.1").expect("it is an address");
    let connection = ClientConnection::new(config, name).expect("it is configured");
    let url = sim.url();
    let socket = TcpStream::connect(url.strip_prefix("https://").expect("TLS")).expect("it listens");
    let mut stream = StreamOwned::new(connection, socket);
    let head = format!("GET /api2/json/version HTTP/1.1\r\nConnection: close\r\n{}\r\n\r\n", token("root@pam!audit"));
    let mut text = String::new();
    let asked = stream.write_all(head.as_bytes()).and_then(|()| stream.read_to_string(&mut text));
    asked.map(|_| text).map_err(|error| error.to_string())
}

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];
const NEW: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

#[test]
fn the_authority_vouches_for_its_nodes_only() {
    let sim = start(Tls::On);
    let answer = ask(&sim, &sim, BOTH).expect("it is trusted");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let refused = ask(&sim, &start(Tls::On), BOTH).expect_err("another cluster's authority");
    assert!(refused.contains("UnknownIssuer") || refused.contains("BadSignature"), "{refused}");
    sim.assert_clean();
}

#[test]
fn each_node_has_a_fingerprint_that_the_api_tells_too() {
    let sim = start(Tls::On);
    let (one, two) = (sim.fingerprint("pve1").expect("it has one"), sim.fingerprint("pve2").expect("it has one"));
    assert_ne!(one, two);
    assert_eq!((one.len(), one.split(':').count()), (95, 32));
    let nodes = sim.with_world(|world| world.nodes["pve1"].ssl_fingerprint.clone());
    assert_eq!(nodes.as_deref(), Some(one.as_str()));
}

#[test]
fn each_flaw_is_there_to_be_found() {
    let expired = start(Tls::Flawed(Flaw::Expired));
    assert!(ask(&expired, &expired, BOTH).expect_err("it ended").contains("xpired"));
    let elsewhere = start(Tls::Flawed(Flaw::WrongHost));
    assert!(ask(&elsewhere, &elsewhere, BOTH).expect_err("it is for another host").contains("not valid for name"));
    let old = start(Tls::Flawed(Flaw::Tls12Only));
    assert!(ask(&old, &old, BOTH).is_ok());
    assert!(ask(&old, &old, NEW).is_err(), "there is no TLS 1.3");
}
