//! A running cluster: who reads it, and how.
//!
//! In come [`Settings`] and whoever has [`Questions`]; out go answers, at most eight in flight for each node, from whichever
//! endpoint is there. What a question or an answer means is not known here: that is `plan`'s, which waits for nothing.
//! [`Connection::open`] finds out whether this is a cluster that lets us in; everything that a running command may find
//! wrong with that is a [`LiveError`]. Nothing here changes anything in a cluster.

mod client;
mod errors;
mod login;
mod reply;
mod reading;
mod settings;
mod tls;

pub use errors::LiveError;
pub use reading::{Progress, Questions};
pub use settings::{Endpoint, Fingerprint, Given, Settings};

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::plan::{Answer, Read};
use crate::pve::failure;

/// A cluster that answers this login.
pub struct Connection {
    /// One thread, started here and nowhere else: a command that asks no cluster never has it.
    runtime: Runtime,
    client: std::sync::Arc<client::Client>,
    /// `8.4.1` or so, as the endpoint says.
    version: String,
    /// What `/access/permissions` says: each path with the privileges on it.
    permissions: Value,
}

impl Connection {
    /// Asks an endpoint what it is, and what this login may.
    ///
    /// # Errors
    /// What keeps it from being asked: see [`LiveError`]. A login without a single privilege is one of them: it would see a cluster
    /// without guests.
    pub fn open(settings: Settings) -> Result<Connection, LiveError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| LiveError::cannot_start(&error.to_string()))?;
        let entered = runtime.enter();
        let client = client::Client::new(settings)?;
        drop(entered);
        let (version, permissions) = runtime.block_on(greet(&client))?;
        Ok(Connection { runtime, client: std::sync::Arc::new(client), version, permissions })
    }

    /// Asks everything that is wanted, until nothing is.
    ///
    /// # Errors
    /// If a certificate or the login is refused on the way. A question that nobody answers is an [`Answer`] of its own.
    pub fn read(&self, questions: &mut dyn Questions, progress: &mut dyn FnMut(Progress)) -> Result<(), LiveError> {
        self.runtime.block_on(reading::read(&self.client, questions, progress))
    }

    /// The release of Proxmox VE, as the endpoint says it: `9.1.2`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Who asks: `root@pam` or `hlab@pve!plan`.
    #[must_use]
    pub fn who(&self) -> &str {
        self.client.who()
    }

    /// The hosts that the API is asked through, by name or address as they were given.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.client.hosts()
    }

    /// What this login may: each path with the privileges on it.
    ///
    /// Source: `GET /access/permissions`.
    #[must_use]
    pub fn permissions(&self) -> &Value {
        &self.permissions
    }
}

/// What to do where nothing better is known.
const LOOK: &str = "try again; if it stays so, look at the log of `pveproxy` on the node";

/// What the endpoint is, and what this login may there.
async fn greet(client: &client::Client) -> Result<(String, Value), LiveError> {
    let ask = |path: &str| Read { path: path.to_owned(), query: Vec::new(), node: None };
    let version = match client.first(&ask("/version")).await? {
        Answer::Data(data) => match data["version"].as_str() {
            Some(version) => version.to_owned(),
            None => return Err(LiveError::not_proxmox(client.endpoint(), "it does not tell its version")),
        },
        Answer::Refused { status, message } => {
            let found = format!("asked for its version, it answers with status {status} {message}");
            return Err(LiveError::not_proxmox(client.endpoint(), found.trim_end()));
        }
        Answer::Lost(why) => return Err(LiveError::not_proxmox(client.endpoint(), &format!("it answers with {why}"))),
    };
    match client.ask(&ask("/access/permissions")).await? {
        Answer::Data(permissions) => match permissions.as_object() {
            Some(paths) if paths.is_empty() => Err(LiveError::no_rights(client.who())),
            _ => Ok((version, permissions)),
        },
        Answer::Refused { status, message } => {
            let help = failure(status, &message).map_or(LOOK, |row| row.advice);
            Err(LiveError::unanswered("what this login may", &message, help))
        }
        Answer::Lost(why) => Err(LiveError::unanswered("what this login may", &why, LOOK)),
    }
}
