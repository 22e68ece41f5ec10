//! Messages as they arrive, whether somebody looks at them yet or not.
//!
//! The transport hands a message over only when it is taken, so nobody could tell whether one waits. A thread takes them
//! all and keeps them here: work that nobody waits for any more is given up as soon as something new has come.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crossbeam_channel::Receiver;
use lsp_server::Message;

/// The messages of one client.
#[derive(Clone, Debug, Default)]
pub(super) struct Inbox(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    is_closed: bool,
}

impl Inbox {
    /// Takes over the messages of a client, until it says goodbye or is gone.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn open(receiver: Receiver<Message>) -> std::io::Result<Inbox> {
        let inbox = Inbox::default();
        let own = inbox.clone();
        std::thread::Builder::new().name("inbox".to_owned()).spawn(move || {
            for message in receiver {
                let is_last = matches!(&message, Message::Notification(notification) if notification.method == "exit");
                own.with(|state| state.messages.push_back(message));
                if is_last {
                    break;
                }
            }
            own.with(|state| state.is_closed = true);
        })?;
        Ok(inbox)
    }

    /// Changes what is there, and tells whoever waits. A thread that failed while it held it left it whole.
    fn with(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.arrived.notify_one();
    }

    /// The next message, waited for; none once the client is gone.
    pub(super) fn next(&self) -> Option<Message> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match state.messages.pop_front() {
                None if !state.is_closed => state = self.0.arrived.wait(state).unwrap_or_else(PoisonError::into_inner),
                message => return message,
            }
        }
    }

    /// What has arrived so far.
    pub(super) fn take(&self) -> VecDeque<Message> {
        std::mem::take(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner).messages)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).messages.is_empty()
    }
}
