//! Many questions at once, bounded for each node.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::plan::health::{Checkup, Moment};
use crate::plan::{Answer, Read, Survey};

use super::LiveError;
use super::client::Client;

/// Questions in flight for one node: its few workers would only let more of them wait.
///
/// Source: pve-http-server forks three workers by default.
const IN_FLIGHT: usize = 8;

/// Who wants to know, and learns: asked for what it wants until it wants nothing more.
pub trait Questions {
    /// The questions that can be asked now and were not given out yet.
    fn next(&mut self) -> Vec<Read>;

    /// What came of one of them. Every question that was given out comes back once.
    fn take(&mut self, read: &Read, answer: Answer, moment: Moment);
}

impl Questions for Survey {
    fn next(&mut self) -> Vec<Read> {
        Survey::next(self)
    }

    fn take(&mut self, read: &Read, answer: Answer, _: Moment) {
        Survey::take(self, read, answer);
    }
}

impl Questions for Checkup {
    fn next(&mut self) -> Vec<Read> {
        self.round()
    }

    fn take(&mut self, read: &Read, answer: Answer, moment: Moment) {
        Checkup::take(self, read, answer, moment);
    }
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Questions that were answered.
    pub answered: usize,
    /// Questions known so far.
    pub known: usize,
}

/// A question that came back.
type Done = (Read, Result<Answer, LiveError>, Moment);

pub(super) async fn read(
    client: &Arc<Client>,
    questions: &mut dyn Questions,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), LiveError> {
    let mut nodes: FxHashMap<Option<String>, Arc<Semaphore>> = FxHashMap::default();
    let mut flying: JoinSet<Done> = JoinSet::new();
    let mut at = Progress { answered: 0, known: 0 };
    loop {
        for read in questions.next() {
            at.known += 1;
            let places = nodes.entry(read.node.clone()).or_insert_with(|| Arc::new(Semaphore::new(IN_FLIGHT))).clone();
            flying.spawn(ask(client.clone(), places, read));
        }
        progress(at);
        let Some(done) = flying.join_next().await else { return Ok(()) };
        let (read, answer, moment) = done.map_err(|error| LiveError::cannot_start(&error.to_string()))?;
        at.answered += 1;
        questions.take(&read, answer?, moment);
    }
}

async fn ask(client: Arc<Client>, places: Arc<Semaphore>, read: Read) -> Done {
    // The semaphore is never closed; were it, the question would be asked without a place.
    let _place = places.acquire().await;
    let (began, clock) = (Instant::now(), SystemTime::now());
    let answer = if began >= client.deadline {
        let seconds = client.patience.overall;
        Ok(Answer::Lost(format!("not asked: reading the cluster took longer than {seconds} s")))
    } else {
        client.ask(&read).await
    };
    let half = began.elapsed().as_secs_f64() / 2.0;
    let since = clock.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64();
    (read, answer, Moment { at: since + half, give_or_take: half })
}
