//! A running simulator, and the handle that tests hold on it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::admin;
use crate::areas;
use crate::contract::Table;
use crate::fault::{Fault, merge};
use crate::http::{self, Authority, Listener, Tls};
use crate::record::{InFlight, Record, Request, Violation};
use crate::serve::serve;
use crate::world::{Release, World};

/// Which table of methods is the law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contract {
    /// The reduced table of this crate.
    #[default]
    Reduced,
    /// The whole official schema, from `HLAB_SHARED` or beside the repository.
    Official,
}

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cluster at the beginning.
    pub world: World,
    /// Whether and how TLS is spoken.
    pub tls: Tls,
    /// The nodes that listen, each on a port of its own; empty is the first node alone.
    pub endpoints: Vec<String>,
    /// The port of the first endpoint; 0 chooses one.
    pub port: u16,
    /// The port of the admin listener; none listens on none, 0 chooses one.
    pub admin_port: Option<u16>,
    /// The table of methods.
    pub contract: Contract,
    /// How long a node takes for each request, in real time.
    pub latency: Duration,
    /// Whether refusals of who asks come after three seconds, as the real ones do.
    pub slow_refusals: bool,
    /// Whether failures have their message in the body; older releases have it only in the reason phrase.
    pub has_messages: bool,
    /// Whether the simulator's own answers are looked at with the schema.
    pub checks_answers: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            world: World::small(),
            tls: Tls::Plain,
            endpoints: Vec::new(),
            port: 0,
            admin_port: None,
            contract: Contract::Reduced,
            latency: Duration::ZERO,
            slow_refusals: false,
            has_messages: true,
            checks_answers: true,
        }
    }
}

/// What changes while a simulator runs.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) record: Record,
    pub(crate) faults: Vec<Fault>,
    expected: Vec<String>,
}

/// What the threads of a simulator share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    tables: BTreeMap<Release, Table>,
    latency_us: AtomicU64,
    state: Mutex<State>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic of an area is a mistake that its test sees; the state is still the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn table(&self, release: Release) -> &Table {
        self.tables.get(&release).expect("a table of every release is loaded at the start")
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency_us.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency_us.store(us, Ordering::Relaxed);
    }

    /// Changes the world by a JSON merge patch.
    pub(crate) fn patch(&self, patch: Value) -> Result<(), String> {
        let mut state = self.state();
        let mut world = serde_json::to_value(&state.world).map_err(|error| error.to_string())?;
        merge(&mut world, patch);
        state.world = serde_json::from_value(world).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// A running simulator. It ends when it is dropped.
pub struct Sim {
    shared: Arc<Shared>,
    endpoints: Vec<(String, Listener)>,
    admin: Option<Listener>,
    authority: Option<Authority>,
}

impl Sim {
    /// Starts a simulator.
    ///
    /// # Errors
    /// If a port is taken, a node that should listen is not in the world, or the official schema is wanted and not there.
    pub fn start(mut options: Options) -> Result<Sim, String> {
        let nodes = endpoints(&options)?;
        let (authority, certificates) = certificates(options.tls, &nodes)?;
        for (node, certificate) in nodes.iter().zip(&certificates) {
            let fingerprint = certificate.as_ref().map(|certificate| certificate.fingerprint.clone());
            if let Some(node) = options.world.nodes.get_mut(node) {
                node.ssl_fingerprint = fingerprint.or(node.ssl_fingerprint.take());
            }
        }
        let state = State {
            world: std::mem::take(&mut options.world),
            record: Record::default(),
            faults: Vec::new(),
            expected: Vec::new(),
        };
        let (tables, latency, port) = (tables(options.contract)?, options.latency, options.port);
        let admin_port = options.admin_port;
        let shared = Shared { options, tables, latency_us: AtomicU64::new(0), state: Mutex::new(state) };
        let shared = Arc::new(shared);
        shared.set_latency(latency);
        let mut listeners = Vec::new();
        for (index, (node, certificate)) in nodes.into_iter().zip(certificates).enumerate() {
            let (of_thread, name) = (Arc::clone(&shared), node.clone());
            let tls = certificate.map(|certificate| certificate.config);
            let port = if index == 0 { port } else { 0 };
            let listener = http::listen(port, move |socket| serve(&of_thread, &name, socket, tls.clone()));
            listeners.push((node, listener.map_err(|error| format!("port {port}: {error}"))?));
        }
        let admin = admin_port.map(|port| admin::listen(port, &shared)).transpose()?;
        Ok(Sim { shared, endpoints: listeners, admin, authority })
    }

    /// Where the first endpoint is, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        let (_, listener) = self.endpoints.first().expect("there is at least one endpoint");
        self.url_at(listener)
    }

    /// Where a node's endpoint is.
    pub fn url_of(&self, node: &str) -> Option<String> {
        self.endpoints.iter().find(|(name, _)| name == node).map(|(_, listener)| self.url_at(listener))
    }

    fn url_at(&self, listener: &Listener) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", listener.address())
    }

    /// Where the admin port is.
    pub fn admin_url(&self) -> Option<String> {
        self.admin.as_ref().map(|listener| format!("http://{}", listener.address()))
    }

    /// The certificate of the authority, as PEM; none without TLS.
    pub fn ca_pem(&self) -> Option<String> {
        self.authority.as_ref().map(Authority::pem)
    }

    /// The fingerprint of a node's certificate.
    pub fn fingerprint(&self, node: &str) -> Option<String> {
        self.with_world(|world| world.nodes.get(node)?.ssl_fingerprint.clone())
    }

    /// The world as it is now.
    pub fn world(&self) -> World {
        self.shared.state().world.clone()
    }

    /// Looks at the world, or changes it.
    pub fn with_world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.shared.state().world)
    }

    /// Replaces the world. The nodes that listen stay the same.
    pub fn set_world(&self, world: World) {
        self.shared.state().world = world;
    }

    /// Changes the world as another user would, by a JSON merge patch (RFC 7386).
    ///
    /// # Errors
    /// If the result is no world.
    pub fn patch(&self, patch: Value) -> Result<(), String> {
        self.shared.patch(patch)
    }

    /// Lets time pass in the cluster, with what is due in it.
    pub fn advance(&self, time: Duration) {
        let mut state = self.shared.state();
        state.world.clock.now_ms += u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2);
        areas::settle(&mut state.world);
    }

    /// Makes every ticket invalid that was given so far.
    pub fn expire_tickets(&self) {
        self.with_world(|world| world.access.ticket_key += 1);
    }

    /// Adds a fault to the script.
    pub fn fault(&self, fault: Fault) {
        self.shared.state().faults.push(fault);
    }

    /// Clears the script.
    pub fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// How long a node takes for each request from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.set_latency(latency);
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().record.requests.clone()
    }

    /// The violations so far, oldest first.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.state().record.violations.clone()
    }

    /// The requests in flight, by node: now and at most.
    pub fn in_flight(&self) -> BTreeMap<String, InFlight> {
        self.shared.state().record.in_flight.clone()
    }

    /// Forgets requests, violations and counts.
    pub fn forget(&self) {
        self.shared.state().record = Record::default();
    }

    /// Declares that a violation will happen whose text contains this.
    pub fn expect_violation(&self, text: &str) {
        self.shared.state().expected.push(text.to_owned());
    }

    /// Fails unless every violation was expected, and every expected one happened.
    ///
    /// # Panics
    /// With the list of what should not be, or should have been.
    #[track_caller]
    pub fn assert_clean(&self) {
        let state = self.shared.state();
        let texts: Vec<String> = state.record.violations.iter().map(ToString::to_string).collect();
        let unexpected = texts.iter().filter(|text| !state.expected.iter().any(|expected| text.contains(expected)));
        let missing = state.expected.iter().filter(|expected| !texts.iter().any(|text| text.contains(*expected)));
        let unexpected: Vec<&String> = unexpected.collect();
        let missing: Vec<&String> = missing.collect();
        assert_none(&unexpected, &missing);
    }
}

#[track_caller]
fn assert_none(unexpected: &[&String], missing: &[&String]) {
    let list = |texts: &[&String]| texts.iter().map(|text| format!("  {text}\n")).collect::<String>();
    assert!(unexpected.is_empty(), "the contract of the API was broken:\n{}", list(unexpected));
    assert!(missing.is_empty(), "violations that were expected did not happen:\n{}", list(missing));
}

/// The nodes that listen.
fn endpoints(options: &Options) -> Result<Vec<String>, String> {
    let nodes = &options.world.nodes;
    if let Some(unknown) = options.endpoints.iter().find(|node| !nodes.contains_key(*node)) {
        return Err(format!("the endpoint `{unknown}` is no node of the world"));
    }
    if !options.endpoints.is_empty() {
        return Ok(options.endpoints.clone());
    }
    let first = nodes.keys().next().ok_or("the world has no node that could listen")?;
    Ok(vec![first.clone()])
}

fn tables(contract: Contract) -> Result<BTreeMap<Release, Table>, String> {
    let table = |release: Release| match contract {
        Contract::Reduced => Ok((release, Table::reduced(release))),
        Contract::Official => {
            let file = Table::official_file(release).ok_or("the official schema is not there: set HLAB_SHARED")?;
            Ok((release, Table::official(&file)?.0))
        }
    };
    Release::ALL.into_iter().map(table).collect()
}

type Certificates = Vec<Option<http::Certificate>>;

fn certificates(tls: Tls, nodes: &[String]) -> Result<(Option<Authority>, Certificates), String> {
    let flaw = match tls {
        Tls::Plain => return Ok((None, nodes.iter().map(|_| None).collect())),
        Tls::On => None,
        Tls::Flawed(flaw) => Some(flaw),
    };
    let authority = Authority::new()?;
    let one = |node: &String| authority.certificate(node, flaw).map(Some);
    let certificates = nodes.iter().map(one).collect::<Result<_, _>>()?;
    Ok((Some(authority), certificates))
}
