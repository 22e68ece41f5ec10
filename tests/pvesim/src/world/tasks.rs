//! Tasks: what a node does in the background, with UPIDs as the real ones.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The parts of a UPID: `UPID:NODE:PID:PSTART:STARTTIME:TYPE:ID:AUTHID:`, with the numbers in upper-case hexadecimal.
///
/// Source: live-api facts, section 10.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upid {
    /// The node that does the work.
    pub node: String,
    /// The process.
    pub pid: u32,
    /// When the process started, in ticks since the node did.
    pub pstart: u32,
    /// Seconds since 1970.
    pub starttime: u64,
    /// `qmcreate`, `vzdump` …
    pub kind: String,
    /// What it works on, mostly a VMID; may be empty.
    pub id: String,
    /// Who asked, with the token's name after `!`.
    pub authid: String,
}

impl Upid {
    /// Reads a UPID; none if it does not have that form.
    pub fn parse(text: &str) -> Option<Upid> {
        let parts: Vec<&str> = text.strip_prefix("UPID:")?.strip_suffix(':')?.split(':').collect();
        let [node, pid, pstart, starttime, kind, id, authid] = parts[..] else { return None };
        let hex = |text: &str, lengths: &[usize]| {
            let is_hex = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten()
        };
        Some(Upid {
            node: node.to_owned(),
            pid: u32::try_from(hex(pid, &[8])?).ok()?,
            pstart: u32::try_from(hex(pstart, &[8, 9])?).ok()?,
            starttime: hex(starttime, &[8])?,
            kind: kind.to_owned(),
            // A colon within the id is written as `%3A`.
            id: id.replace("%3A", ":").replace("%3a", ":"),
            authid: authid.to_owned(),
        })
    }
}

impl std::fmt::Display for Upid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Upid { node, pid, pstart, starttime, kind, id, authid } = self;
        let id = id.replace(':', "%3A");
        write!(f, "UPID:{node}:{pid:08X}:{pstart:08X}:{starttime:08X}:{kind}:{id}:{authid}:")
    }
}

/// A line of a task's log, and when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLine {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The text.
    pub text: String,
}

/// One task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its id.
    pub upid: String,
    /// When it started, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ends, in milliseconds since 1970; none never ends by itself.
    pub ends_ms: Option<u64>,
    /// How it ended or will end: `OK`, `WARNINGS: 2`, or the error.
    pub exitstatus: String,
    /// Whether it has ended and its effect is in the world.
    #[serde(default)]
    pub ended: bool,
    /// What it printed or will print, oldest first.
    #[serde(default)]
    pub log: Vec<LogLine>,
    /// Until when it cannot be found by its UPID, as happens on a real node for a moment; in milliseconds since 1970.
    #[serde(default)]
    pub hidden_until_ms: u64,
    /// What the area needs that finishes it.
    #[serde(default)]
    pub data: Value,
}

impl Task {
    /// Whether it ends well; one with warnings does.
    pub fn is_ok(&self) -> bool {
        self.exitstatus == "OK" || self.exitstatus.starts_with("WARNINGS")
    }
}

/// What starts a task.
#[derive(Clone, Debug)]
pub struct TaskStart<'a> {
    /// The node that does the work.
    pub node: &'a str,
    /// `qmcreate`, `vzdump` …
    pub kind: &'a str,
    /// What it works on.
    pub id: &'a str,
    /// Who asked.
    pub authid: &'a str,
    /// What the area needs that finishes it.
    pub data: Value,
}

/// All tasks of the cluster, oldest first, and how long new ones take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tasks {
    /// How long a new task takes, in milliseconds of the cluster's clock.
    pub duration_ms: u64,
    /// How long a new task cannot be found, in milliseconds.
    pub hidden_ms: u64,
    /// The tasks.
    pub all: Vec<Task>,
}

impl Default for Tasks {
    /// Tasks take two seconds and are found at once.
    fn default() -> Tasks {
        Tasks { duration_ms: 2_000, hidden_ms: 0, all: Vec::new() }
    }
}

impl Tasks {
    /// Starts a task now and gives its UPID.
    pub fn start(&mut self, now_ms: u64, start: TaskStart<'_>) -> String {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX / 16);
        let upid = Upid {
            node: start.node.to_owned(),
            // Processes and ticks grow as they would; no two tasks share them.
            pid: 0x1000 + number,
            pstart: 0x0010_0000 + number.saturating_mul(16),
            starttime: now_ms / 1_000,
            kind: start.kind.to_owned(),
            id: start.id.to_owned(),
            authid: start.authid.to_owned(),
        };
        let upid = upid.to_string();
        self.all.push(Task {
            upid: upid.clone(),
            started_ms: now_ms,
            ends_ms: Some(now_ms + self.duration_ms),
            exitstatus: "OK".to_owned(),
            ended: false,
            log: Vec::new(),
            hidden_until_ms: now_ms + self.hidden_ms,
            data: start.data,
        });
        upid
    }

    /// A task by its UPID.
    pub fn get(&self, upid: &str) -> Option<&Task> {
        self.all.iter().rev().find(|task| task.upid == upid)
    }

    /// A task by its UPID, to change it.
    pub fn get_mut(&mut self, upid: &str) -> Option<&mut Task> {
        self.all.iter_mut().rev().find(|task| task.upid == upid)
    }

    /// The tasks that are due, in the order in which they end.
    pub fn due(&self, now_ms: u64) -> Vec<String> {
        let ends = |task: &Task| task.ends_ms.filter(|end| !task.ended && *end <= now_ms);
        let mut due: Vec<_> = self.all.iter().filter_map(|task| Some((ends(task)?, task.upid.clone()))).collect();
        due.sort();
        due.into_iter().map(|(_, upid)| upid).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Upid;

    #[test]
    fn a_upid_is_read_as_it_is_written() {
        let text = "UPID:pve1:0000C5A6:00F8B5C1:6774D580:qmcreate:100:root@pam!hlab:";
        let upid = Upid::parse(text).expect("it has the form of one");
        assert_eq!((upid.kind.as_str(), upid.id.as_str(), upid.authid.as_str()), ("qmcreate", "100", "root@pam!hlab"));
        assert_eq!(upid.to_string(), text);
        assert!(Upid::parse("UPID:pve1:0000C5A6:00F8B5C1:6774D580:srvreload:networking:root@pam:").is_some());
        assert!(Upid::parse("UPID:pve1:C5A6:00F8B5C1:6774D580:qmcreate:100:root@pam:").is_none());
        assert!(Upid::parse("UPID:pve1:0000C5A6:00F8B5C1:6774D580:qmcreate:100:root@pam").is_none());
    }
}
