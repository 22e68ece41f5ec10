//! One question, answered by whichever endpoint is there.
//!
//! A [`Client`] keeps to one endpoint and goes on to the next when that one cannot be reached. Only questions are repeated, never
//! anything that changes something; a certificate or a login that is refused ends the run, because another endpoint must
//! not be the way around it.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use crate::plan::{Answer, Read};
use crate::pve::{Failure, FailureKind, failure};

use super::LiveError;
use super::login::Login;
use super::reply::Reply;
use super::settings::{Endpoint, Patience, Settings};
use super::tls::Gate;

/// An answer longer than this is none of Proxmox: 5,000 guests with all their options are 10 MiB.
const LONGEST: usize = 64 << 20;

/// After so many questions in a row about one node that nobody answered, it is not asked about any more.
const SILENCES: u32 = 3;

/// How often a question is asked that is refused for a reason that passes, and how long is waited before the second time.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(250);

/// A cluster that can be asked.
pub(super) struct Client {
    sites: Vec<Site>,
    /// The endpoint that answered last.
    current: AtomicUsize,
    login: Login,
    pub(super) patience: Patience,
    /// For each node, how many questions in a row got no answer from it.
    silences: Mutex<FxHashMap<String, u32>>,
    /// After this, nothing is asked any more.
    pub(super) deadline: Instant,
}

/// An endpoint and how it is reached.
struct Site {
    endpoint: Endpoint,
    gate: Arc<Gate>,
    http: reqwest::Client,
}

/// Name and value.
pub(super) type Header = (&'static str, HeaderValue);

/// What is sent.
pub(super) enum Sent {
    Get {
        path_and_query: String,
    },
    /// A login; the body is wiped when dropped.
    Login {
        body: bytes::Bytes,
    },
}

/// Why one endpoint gave no reply.
enum Fault {
    /// The connection could not be made: another endpoint may do.
    NotReached(String),
    /// It broke before the reply was there: the same may do.
    Cut(String),
    /// Nothing came in time.
    Late,
    /// Not to be repeated.
    Refused(LiveError),
}

/// Why there is no reply at all.
pub(super) enum Broken {
    /// Each endpoint was tried; with what came of it.
    Nowhere(Vec<(Endpoint, String)>),
    /// The node that has the answer did not give it within so many seconds.
    Late(u64),
    /// A certificate or the login is refused: nothing else will be answered either.
    Refused(LiveError),
}

impl Client {
    pub(super) fn new(settings: Settings) -> Result<Client, LiveError> {
        let Settings { endpoints, credential, trust, patience } = settings;
        let sites: Result<Vec<Site>, LiveError> =
            endpoints.into_iter().map(|endpoint| Site::new(endpoint, &trust, patience)).collect();
        Ok(Client {
            sites: sites?,
            current: AtomicUsize::new(0),
            login: Login::new(credential),
            patience,
            silences: Mutex::default(),
            deadline: Instant::now() + Duration::from_secs(patience.overall),
        })
    }

    /// Who asks: user or token, without its secret.
    pub(super) fn who(&self) -> &str {
        self.login.name()
    }

    /// The hosts of all endpoints.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.sites.iter().map(|site| site.endpoint.host.clone()).collect()
    }

    /// The endpoint that answered last.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.sites[self.current.load(Ordering::Relaxed)].endpoint
    }

    /// The first question: an endpoint that cannot be reached now has never been.
    ///
    /// # Errors
    /// If no endpoint can be reached, or a certificate or the login is refused.
    pub(super) async fn first(&self, read: &Read) -> Result<Answer, LiveError> {
        match self.ask_once(read).await {
            Ok(answer) => Ok(answer),
            Err(Broken::Refused(error)) => Err(error),
            Err(Broken::Nowhere(tried)) => Err(LiveError::unreachable(&tried)),
            Err(late @ Broken::Late(_)) => Ok(Answer::Lost(late.words())),
        }
    }

    /// Asks, and asks again what passes by itself.
    ///
    /// # Errors
    /// If a certificate or the login is refused: then nothing else will be answered either.
    pub(super) async fn ask(&self, read: &Read) -> Result<Answer, LiveError> {
        if let Some(node) = read.node.as_deref().filter(|node| self.is_silent(node)) {
            return Ok(Answer::Lost(format!(
                "node `{node}` did not answer {SILENCES} times, and is not asked any more"
            )));
        }
        let mut pause = PAUSE;
        let mut tries = 1;
        loop {
            let came = self.ask_once(read).await;
            let is_passing = match &came {
                Ok(Answer::Refused { status, message }) => failure(*status, message).is_some_and(Failure::is_passing),
                Ok(Answer::Data(_) | Answer::Lost(_)) | Err(_) => false,
            };
            if is_passing && tries < TRIES && Instant::now() + pause < self.deadline {
                tokio::time::sleep(pause).await;
                pause *= 2;
                tries += 1;
                continue;
            }
            if let Some(node) = &read.node {
                self.note(node, &came);
            }
            return match came {
                Ok(answer) => Ok(answer),
                Err(Broken::Refused(error)) => Err(error),
                Err(broken @ (Broken::Nowhere(_) | Broken::Late(_))) => Ok(Answer::Lost(broken.words())),
            };
        }
    }

    async fn ask_once(&self, read: &Read) -> Result<Answer, Broken> {
        let sent = Sent::Get { path_and_query: path_and_query(read) };
        let node = read.node.as_deref();
        let pass = self.login.pass(self).await?;
        let answer = self.send(&sent, Some(&pass.header), node).await?.answer();
        let Answer::Refused { status: 401, message } = answer else { return Ok(answer) };
        if !self.login.is_renewable() {
            return Err(Broken::Refused(self.login.refusal(self.endpoint(), &message)));
        }
        // A ticket may have become too old, or one node alone refuses it.
        let pass = self.login.renewed(self, pass.age).await?;
        let answer = self.send(&sent, Some(&pass.header), node).await?.answer();
        match (answer, node) {
            (Answer::Refused { status: 401, message }, Some(node)) => {
                let hint = format!(
                    "{message}; a ticket made a moment ago is refused through node `{node}`: check that the clocks of the nodes agree"
                );
                Ok(Answer::Refused { status: 401, message: hint })
            }
            (Answer::Refused { status: 401, message }, None) => {
                Err(Broken::Refused(self.login.refusal(self.endpoint(), &message)))
            }
            (answer, _) => Ok(answer),
        }
    }

    /// Sends to the current endpoint, and to the others in turn where it cannot be reached.
    ///
    /// `node`: who has the answer in the end. With one, a late answer is that node's silence, and no other endpoint is bothered.
    pub(super) async fn send(&self, sent: &Sent, pass: Option<&Header>, node: Option<&str>) -> Result<Reply, Broken> {
        let first = self.current.load(Ordering::Relaxed);
        let mut tried = Vec::new();
        for step in 0..self.sites.len() {
            let index = (first + step) % self.sites.len();
            let site = &self.sites[index];
            match self.send_twice(site, sent, pass).await {
                Ok(reply) => {
                    self.current.store(index, Ordering::Relaxed);
                    return Ok(reply);
                }
                Err(Fault::Refused(error)) => return Err(Broken::Refused(error)),
                Err(Fault::Late) if node.is_some() => return Err(Broken::Late(self.patience.request)),
                Err(Fault::Late) => tried.push((site.endpoint.clone(), late(self.patience.request))),
                Err(Fault::NotReached(why) | Fault::Cut(why)) => tried.push((site.endpoint.clone(), why)),
            }
        }
        Err(Broken::Nowhere(tried))
    }

    /// A connection that broke is made anew once: the server closes idle ones, and all of them after an error.
    async fn send_twice(&self, site: &Site, sent: &Sent, pass: Option<&Header>) -> Result<Reply, Fault> {
        match self.send_once(site, sent, pass).await {
            Err(Fault::Cut(_)) => self.send_once(site, sent, pass).await,
            done => done,
        }
    }

    async fn send_once(&self, site: &Site, sent: &Sent, pass: Option<&Header>) -> Result<Reply, Fault> {
        let base = site.endpoint.base();
        let request = match sent {
            Sent::Get { path_and_query } => site.http.get(format!("{base}{path_and_query}")),
            Sent::Login { body } => {
                let request = site.http.post(format!("{base}/access/ticket"));
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone())
            }
        };
        let request = request.header(ACCEPT, "application/json");
        let request = match pass {
            Some((name, value)) => request.header(*name, value.clone()),
            None => request,
        };
        let until = self.deadline.min(Instant::now() + Duration::from_secs(self.patience.request));
        match tokio::time::timeout_at(until, read_to_end(request)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(fault)) => Err(site.gate.refusal().map_or(fault, Fault::Refused)),
            Err(_) => Err(Fault::Late),
        }
    }

    fn is_silent(&self, node: &str) -> bool {
        let silences = self.silences.lock().unwrap_or_else(PoisonError::into_inner);
        silences.get(node).is_some_and(|count| *count >= SILENCES)
    }

    /// Counts the silences of a node; an answer begins anew.
    fn note(&self, node: &str, came: &Result<Answer, Broken>) {
        let is_silence = match came {
            Ok(Answer::Data(_) | Answer::Lost(_)) => false,
            Ok(Answer::Refused { status, message }) => {
                failure(*status, message).is_some_and(|row| row.kind == FailureKind::NodeUnreachable)
            }
            Err(_) => true,
        };
        let mut silences = self.silences.lock().unwrap_or_else(PoisonError::into_inner);
        let count = silences.entry(node.to_owned()).or_default();
        *count = if is_silence { *count + 1 } else { 0 };
    }
}

impl Site {
    fn new(endpoint: Endpoint, trust: &super::settings::Trust, patience: Patience) -> Result<Site, LiveError> {
        let gate = Gate::new(&endpoint, trust)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(gate.config()?)
            .http1_only()
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(patience.request.min(5)))
            .pool_idle_timeout(Duration::from_secs(4))
            .user_agent(concat!("hlab/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| LiveError::cannot_start(&innermost(&error)))?;
        Ok(Site { endpoint, gate, http })
    }
}

impl Broken {
    /// What happened, as a sentence.
    fn words(&self) -> String {
        match self {
            Broken::Nowhere(tried) => super::errors::tried(tried),
            Broken::Late(seconds) => late(*seconds),
            Broken::Refused(error) => error.to_string(),
        }
    }
}

fn late(seconds: u64) -> String {
    format!("no answer within {seconds} s")
}

async fn read_to_end(request: reqwest::RequestBuilder) -> Result<Reply, Fault> {
    let mut response = request.send().await.map_err(|error| fault(&error))?;
    let text = |name: reqwest::header::HeaderName, response: &reqwest::Response| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let reason = reason.map_or(String::new(), |reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    let mut reply = Reply {
        status: response.status().as_u16(),
        reason,
        content_type: text(CONTENT_TYPE, &response),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
        if reply.body.len() + chunk.len() > LONGEST {
            return Err(Fault::NotReached("an answer of more than 64 MiB, which none of Proxmox VE is".to_owned()));
        }
        reply.body.extend_from_slice(&chunk);
    }
    Ok(reply)
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        return Fault::NotReached(if error.is_timeout() {
            "no connection within 5 s".to_owned()
        } else {
            reason(error)
        });
    }
    if error.is_timeout() {
        return Fault::Late;
    }
    Fault::Cut(reason(error))
}

/// Why, in the words of who knows it best, and without the URL.
fn reason(error: &reqwest::Error) -> String {
    let why = innermost(error);
    let known = [
        ("connection refused", "nobody listens there (connection refused)"),
        ("no route to host", "there is no way to it (no route to host)"),
        ("network is unreachable", "there is no way to it (network is unreachable)"),
        ("failed to lookup address", "nobody knows that name"),
        ("name or service not known", "nobody knows that name"),
        ("connection reset", "the connection was cut"),
        ("broken pipe", "the connection was cut"),
        ("connection closed before message completed", "the connection was closed before the answer came"),
        ("without sending tls close_notify", "the answer ends in the middle"),
        ("unexpected end of file", "the answer ends in the middle"),
        ("end of file before message length reached", "the answer ends in the middle"),
        ("invalid http", "what answers there does not speak HTTP"),
        ("invalidcontenttype", "what answers there does not speak TLS"),
        ("received corrupt message", "what answers there does not speak TLS"),
    ];
    let lower = why.to_ascii_lowercase();
    let found = known.iter().find(|(text, _)| lower.contains(text));
    found.map_or(why, |(_, words)| (*words).to_owned())
}

/// The last of a chain of causes, without Rust's `(os error 111)`.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn path_and_query(read: &Read) -> String {
    let mut text = read.path.clone();
    for (index, (name, value)) in read.query.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&super::login::encoded(value));
    }
    text
}
