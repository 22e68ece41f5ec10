//! What to ask a cluster, in rounds: each answer may make further questions possible.
//!
//! First comes what any node tells of all (one list of nodes, guests and storages), then each online node, its storages and the
//! guests that the scope names. An offline node is asked nothing.

pub(super) mod take;

use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::{Answer, Read};
use super::observed::Observed;
use super::scope::Scope;

/// What an answer is about.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Ask {
    Version,
    Status,
    Resources,
    Nodes,
    Permissions,
    NodeVersion(String),
    Time(String),
    Interfaces(String),
    Storages(String),
    Content { node: String, storage: String },
    Config(u32),
    Pending(u32),
    List(String),
    Pool(String),
    Inside(String),
}

/// A reading of a cluster, one round at a time. Nothing is sent here: whoever has a connection asks what [`Survey::next`] gives,
/// in any order and as many at once as it likes, and hands every answer to [`Survey::take`].
///
/// ```
/// use hlab::plan::{Answer, Scope, Survey};
///
/// let mut survey = Survey::new(Scope::health());
/// loop {
///     let reads = survey.next();
///     if reads.is_empty() {
///         break;
///     }
///     for read in reads {
///         survey.take(&read, Answer::Lost("nobody is there".to_owned()));
///     }
/// }
/// assert!(survey.finish().quorate.is_err());
/// ```
#[derive(Debug)]
pub struct Survey {
    scope: Scope,
    asked: FxHashMap<Read, Ask>,
    /// Rounds that were given out.
    begun: bool,
    /// Nodes and guests that were asked.
    done: FxHashSet<String>,
    waiting: Vec<(Read, Ask)>,
    /// Whether the list of nodes was asked for and not told yet.
    nodes_open: bool,
    /// Nodes whose storages were asked for and not told yet.
    storages_open: usize,
    observed: Observed,
}

impl Survey {
    /// A reading that has not begun.
    #[must_use]
    pub fn new(scope: Scope) -> Survey {
        Survey {
            scope,
            asked: FxHashMap::default(),
            begun: false,
            done: FxHashSet::default(),
            waiting: Vec::new(),
            nodes_open: false,
            storages_open: 0,
            observed: Observed::default(),
        }
    }

    /// What can be asked now and was not given out before. Once it is empty and every answer was taken, the reading is over.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "it is no iterator: after an empty round an answer may bring another"
    )]
    pub fn next(&mut self) -> Vec<Read> {
        if !self.begun {
            self.begun = true;
            self.first();
        }
        let mut reads = Vec::with_capacity(self.waiting.len());
        for (read, ask) in self.waiting.drain(..) {
            if self.asked.insert(read.clone(), ask).is_none() {
                reads.push(read);
            }
        }
        reads
    }

    /// Takes the answer to a question. What was never asked, or is answered a second time, changes nothing.
    pub fn take(&mut self, read: &Read, answer: Answer) {
        let Some(ask) = self.asked.get(read).cloned() else { return };
        if !self.done.insert(format!("{} {:?}", read.path, read.query)) {
            return;
        }
        self.taken(read, &ask, answer);
    }

    /// What there is. Questions without an answer count as lost.
    #[must_use]
    pub fn finish(mut self) -> Observed {
        let mut open: Vec<Read> = self.next();
        let is_open = |read: &&Read| !self.done.contains(&format!("{} {:?}", read.path, read.query));
        open.extend(self.asked.keys().filter(is_open).filter(|read| !open.contains(read)).cloned().collect::<Vec<_>>());
        open.sort();
        for read in open {
            self.take(&read, Answer::Lost("it was not answered".to_owned()));
        }
        self.finished()
    }

    fn ask(&mut self, path: String, query: Vec<(&'static str, String)>, node: Option<&str>, ask: Ask) {
        self.waiting.push((Read { path, query, node: node.map(str::to_owned) }, ask));
    }

    fn first(&mut self) {
        self.ask("/version".to_owned(), Vec::new(), None, Ask::Version);
        self.ask("/cluster/status".to_owned(), Vec::new(), None, Ask::Status);
        self.ask("/cluster/resources".to_owned(), Vec::new(), None, Ask::Resources);
        self.ask("/access/permissions".to_owned(), Vec::new(), None, Ask::Permissions);
        let lists: Vec<String> =
            self.scope.lists.iter().filter(|(_, node)| node.is_none()).map(|(path, _)| path.clone()).collect();
        for path in lists {
            // Users come with their groups and tokens only if one asks for all.
            let query = if path == "/access/users" { vec![("full", "1".to_owned())] } else { Vec::new() };
            self.ask(path.clone(), query, None, Ask::List(path));
        }
    }

    /// What a node that answers is asked.
    fn node(&mut self, node: &str) {
        let path = |what: &str| format!("/nodes/{}/{what}", encoded(node));
        self.ask(path("version"), Vec::new(), Some(node), Ask::NodeVersion(node.to_owned()));
        self.ask(path("storage"), Vec::new(), Some(node), Ask::Storages(node.to_owned()));
        self.storages_open += 1;
        if self.scope.interfaces.contains(node) {
            self.ask(path("network"), Vec::new(), Some(node), Ask::Interfaces(node.to_owned()));
        }
        if self.scope.health {
            self.ask(path("time"), Vec::new(), Some(node), Ask::Time(node.to_owned()));
        }
        let lists: Vec<String> = self
            .scope
            .lists
            .iter()
            .filter(|(_, of)| of.as_deref() == Some(node))
            .map(|(path, _)| path.clone())
            .collect();
        for list in lists {
            self.ask(list.clone(), Vec::new(), Some(node), Ask::List(list));
        }
    }

    /// What is asked of a guest of an online node.
    fn guest(&mut self, id: u32) {
        let Some(guest) = self.observed.guests.get(&id) else { return };
        let (node, word) = (guest.node.clone(), guest.sort.word());
        let path = format!("/nodes/{}/{word}/{id}", encoded(&node));
        self.ask(format!("{path}/config"), Vec::new(), Some(&node), Ask::Config(id));
        self.ask(format!("{path}/pending"), Vec::new(), Some(&node), Ask::Pending(id));
    }
}

/// A segment of a path, encoded.
pub(super) fn encoded(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'!' | b'@' => out.push(byte as char),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
