//! The cluster's time: moved by requests and by tests, never by the real clock, so a story has the same times in each run.

use serde::{Deserialize, Serialize};

/// When it is in the cluster, and what moves that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// How far each request moves the clock, in milliseconds.
    pub step_ms: u64,
    /// How much further a request moves it that asks for the status of a running task: the pause that a client would make
    /// between two such questions, so that a test need not make it. In milliseconds.
    pub poll_step_ms: u64,
}

impl Default for Clock {
    /// 2026-01-01 00:00:00 UTC, 10 ms a request, one second more for each question after a running task.
    fn default() -> Clock {
        Clock { now_ms: 1_767_225_600_000, step_ms: 10, poll_step_ms: 1_000 }
    }
}

impl Clock {
    /// Seconds since 1970, as the API gives times.
    pub fn now(&self) -> u64 {
        self.now_ms / 1_000
    }
}
