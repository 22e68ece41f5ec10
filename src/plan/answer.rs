//! What is asked of a cluster, and what it says.

use serde_json::Value;

/// A question to the API of Proxmox: a GET, which changes nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Read {
    /// Path behind `/api2/json`, each segment encoded: `/nodes/pve/qemu/107/config`.
    pub path: String,
    /// Parameters, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// The node that answers in the end, whichever is asked: what is in flight at once is bounded for each. `None`: any.
    pub node: Option<String>,
}

/// What came of a [`Read`].
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The member `data` of the answer.
    Data(Value),
    /// The server said no, or failed.
    Refused {
        /// HTTP status: 403, 500, 595 …
        status: u16,
        /// The reason phrase and the message of the body, as one text; never shown unescaped.
        message: String,
    },
    /// No endpoint answered in time, or what came was no answer of Proxmox.
    Lost(String),
}
