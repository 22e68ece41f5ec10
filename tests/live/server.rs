//! A server that says what a test tells it to, over TLS: for what happens below the API of Proxmox (certificates, connections that
//! break, pages of a proxy), where a simulator of it would be in the way. It knows nothing of Proxmox and nothing of hlab.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request, as it was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    /// `GET`.
    pub method: String,
    /// Path and query, behind `/api2/json`.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(heard, _)| heard == name).map(|(_, value)| value.as_str())
    }
}

/// What is said to it.
#[derive(Clone, Debug)]
pub enum Reply {
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes; the connection stays.
    Kept(Vec<u8>),
    /// Nothing: the connection ends.
    Cut,
    /// The same after a while.
    After(Duration, Box<Reply>),
}

/// Data, as Proxmox would send it.
pub fn data(json: &str) -> Reply {
    let body = format!("{{\"data\":{json}}}");
    Reply::Kept(response("200 OK", "application/json;charset=UTF-8", body.as_bytes()))
}

/// A refusal with a reason phrase and no body.
pub fn refusal(status_and_reason: &str) -> Reply {
    Reply::Raw(format!("HTTP/1.1 {status_and_reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes())
}

/// Any response.
pub fn response(status_and_reason: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status_and_reason}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A certificate authority.
pub struct Authority {
    certificate: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

/// A certificate with its key.
pub struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Authority {
    pub fn new() -> Authority {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Proxmox Virtual Environment");
        let certificate = params.self_signed(&key).expect("a certificate");
        Authority { certificate, issuer: rcgen::Issuer::new(params, key) }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.certificate.pem().into_bytes()
    }

    /// A certificate for these names, until this year.
    pub fn sign(&self, names: &[&str], until: i32) -> Identity {
        let key = rcgen::KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).expect("names");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").der().clone();
        Identity { certificate, key: key.serialize_der() }
    }
}

impl Identity {
    /// `AA:BB:…`.
    pub fn fingerprint(&self) -> String {
        use sha2::Digest;
        let bytes = sha2::Sha256::digest(&self.certificate);
        bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    /// Starts one that answers each request as `script` says.
    pub fn start(identity: &Identity, script: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Server {
        Server::with_versions(identity, rustls::DEFAULT_VERSIONS, script)
    }

    /// The same with some versions of TLS.
    pub fn with_versions(
        identity: &Identity,
        versions: &[&'static rustls::SupportedProtocolVersion],
        script: impl Fn(&Heard) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.clone()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.clone()], key)
            .expect("a certificate with its key");
        // As a proxy would offer; whoever takes HTTP/2 is not understood.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let server = Server {
            address: listener.local_addr().expect("it is bound"),
            heard: Arc::default(),
            connections: Arc::default(),
            is_over: Arc::default(),
        };
        let (heard, connections, is_over) = (server.heard.clone(), server.connections.clone(), server.is_over.clone());
        let (config, script) = (Arc::new(config), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                connections.fetch_add(1, Ordering::SeqCst);
                let (config, script, heard) = (config.clone(), script.clone(), heard.clone());
                std::thread::spawn(move || serve(stream, config, &*script, &heard));
            }
        });
        server
    }

    /// `127.0.0.1:4711`.
    pub fn endpoint(&self) -> String {
        self.address.to_string()
    }

    /// Everything that was asked.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no test panics while it holds this").clone()
    }

    /// How often a path was asked for.
    pub fn times(&self, path: &str) -> usize {
        self.heard().iter().filter(|heard| heard.target.split('?').next() == Some(path)).count()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

/// One connection. A handshake that fails ends it, and so does whatever else goes wrong.
fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    script: &(impl Fn(&Heard) -> Reply + Send + Sync),
    log: &Mutex<Vec<Heard>>,
) {
    let Ok(connection) = ServerConnection::new(config) else { return };
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(heard) = hear(&mut stream) {
        log.lock().expect("no test panics while it holds this").push(heard.clone());
        let mut reply = script(&heard);
        while let Reply::After(time, then) = reply {
            std::thread::sleep(time);
            reply = *then;
        }
        match reply {
            Reply::Kept(bytes) => {
                if stream.get_mut().write_all(&bytes).and_then(|()| stream.get_mut().flush()).is_err() {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                let stream = stream.get_mut();
                let _ = stream.write_all(&bytes);
                stream.conn.send_close_notify();
                let _ = stream.flush();
                return;
            }
            Reply::Cut | Reply::After(..) => return,
        }
    }
}

fn hear(stream: &mut impl BufRead) -> Option<Heard> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(Ok(0), |(_, value)| value.parse()).ok()?];
    stream.read_exact(&mut body).ok()?;
    let target = target.strip_prefix("/api2/json").unwrap_or(&target).to_owned();
    Some(Heard { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
