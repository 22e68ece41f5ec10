//! Who asks: a token's header, or the ticket that a password buys, made anew before it is two hours old and once when it is refused.
//!
//! Secrets live in memory that is wiped, and headers share it instead of copying.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::plan::Answer;

use super::LiveError;
use super::client::{Broken, Client, Header, Sent};
use super::settings::{Credential, Endpoint};

/// A ticket holds for two hours; it is made anew a little before.
const TICKET_HOLDS: Duration = Duration::from_secs(110 * 60);

/// The login of a client.
pub(super) struct Login {
    credential: Credential,
    ticket: Mutex<Option<Ticket>>,
}

struct Ticket {
    header: HeaderValue,
    made: Instant,
    /// How many were made before.
    age: u64,
}

/// What a request carries.
pub(super) struct Pass {
    pub header: Header,
    /// Which ticket it is, so that of many requests that are refused at once only one makes the next.
    pub age: u64,
}

impl Login {
    pub(super) fn new(credential: Credential) -> Login {
        Login { credential, ticket: Mutex::new(None) }
    }

    pub(super) fn name(&self) -> &str {
        self.credential.name()
    }

    /// Whether a refusal may be mended by another ticket.
    pub(super) fn is_renewable(&self) -> bool {
        match self.credential {
            Credential::Token { .. } => false,
            Credential::Password { .. } => true,
        }
    }

    /// What to send now.
    pub(super) async fn pass(&self, client: &Client) -> Result<Pass, Broken> {
        match &self.credential {
            Credential::Token { id, secret } => {
                let text = joined(&["PVEAPIToken=", id, "=", secret.expose_secret()]);
                let header = sensitive(text).ok_or_else(|| Broken::Refused(LiveError::bad_token()))?;
                Ok(Pass { header: ("authorization", header), age: 0 })
            }
            Credential::Password { user, password } => {
                let mut ticket = self.ticket.lock().await;
                if ticket.as_ref().is_none_or(|ticket| ticket.made.elapsed() >= TICKET_HOLDS) {
                    *ticket = Some(buy(client, ticket.as_ref(), user, password).await?);
                }
                held(client, ticket.as_ref())
            }
        }
    }

    /// What to send after the pass of this age was refused.
    pub(super) async fn renewed(&self, client: &Client, age: u64) -> Result<Pass, Broken> {
        match &self.credential {
            Credential::Token { .. } => self.pass(client).await,
            Credential::Password { user, password } => {
                let mut ticket = self.ticket.lock().await;
                if ticket.as_ref().is_none_or(|ticket| ticket.age <= age) {
                    *ticket = Some(buy(client, ticket.as_ref(), user, password).await?);
                }
                held(client, ticket.as_ref())
            }
        }
    }

    /// The error of a login that is refused for good.
    pub(super) fn refusal(&self, endpoint: &Endpoint, said: &str) -> LiveError {
        match &self.credential {
            Credential::Token { id, .. } => LiveError::token_refused(endpoint, id, said),
            Credential::Password { user, .. } => LiveError::password_refused(endpoint, user, said),
        }
    }
}

/// A ticket for a password.
async fn buy(client: &Client, before: Option<&Ticket>, user: &str, password: &SecretString) -> Result<Ticket, Broken> {
    let password = Zeroizing::new(encoded(password.expose_secret()));
    let body = joined(&["username=", &encoded(user), "&password=", &password]);
    let reply = client.send(&Sent::Login { body: shared(body) }, None, None).await?;
    let endpoint = client.endpoint();
    let refused = |error| Err(Broken::Refused(error));
    let data = match reply.answer() {
        Answer::Data(data) => data,
        Answer::Refused { status: 401, message } => {
            return refused(LiveError::password_refused(endpoint, user, &message));
        }
        Answer::Refused { status, message } => {
            let why = format!("status {status} {message}");
            return refused(LiveError::unanswered(
                "whether it lets the user in",
                &why,
                "look at the log of `pvedaemon` there",
            ));
        }
        Answer::Lost(why) => {
            return refused(LiveError::not_proxmox(endpoint, &format!("it answers a login with {why}")));
        }
    };
    if data["NeedTFA"].as_bool() == Some(true) || data["NeedTFA"].as_u64().is_some_and(|needs| needs != 0) {
        return refused(LiveError::second_factor(endpoint, user));
    }
    let header = data["ticket"].as_str().and_then(|text| sensitive(joined(&["PVEAuthCookie=", text])));
    let Some(header) = header else {
        return refused(LiveError::not_proxmox(endpoint, "it answers a login without a ticket"));
    };
    Ok(Ticket { header, made: Instant::now(), age: before.map_or(1, |before| before.age + 1) })
}

fn held(client: &Client, ticket: Option<&Ticket>) -> Result<Pass, Broken> {
    let none = || Broken::Refused(LiveError::not_proxmox(client.endpoint(), "it answers a login without a ticket"));
    let ticket = ticket.ok_or_else(none)?;
    Ok(Pass { header: ("cookie", ticket.header.clone()), age: ticket.age })
}

/// A header whose text is wiped when the last copy is dropped, and which `Debug` does not show; none if it holds characters that
/// no header may.
fn sensitive(text: Zeroizing<String>) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_maybe_shared(shared(text)).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Texts in a row, in memory that is wiped; it is taken at once, because growing would leave copies behind.
fn joined(parts: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| text.push_str(part));
    text
}

/// The same bytes, wiped when the last copy is dropped.
fn shared(text: Zeroizing<String>) -> Bytes {
    struct Wiped(Zeroizing<String>);
    impl AsRef<[u8]> for Wiped {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    Bytes::from_owner(Wiped(text))
}

/// A text as a value of a query or a form: all but letters, digits and `-._~` as `%XX`.
///
/// Source: RFC 3986, 2.3.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_value_of_a_form_holds_nothing_that_divides() {
        assert_eq!(encoded("root@pam"), "root%40pam");
        assert_eq!(encoded("a&b=c d+é%"), "a%26b%3Dc%20d%2B%C3%A9%25");
        assert_eq!(encoded("Aa0-._~"), "Aa0-._~");
    }
}
