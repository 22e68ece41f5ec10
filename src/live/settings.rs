//! How a cluster is reached: where, as whom, and whose certificate is trusted.
//!
//! In come named texts (environment variables, flags), out go [`Settings`]. Nothing here reads the environment: `cli` does.

use std::fmt;

use secrecy::SecretString;

use super::LiveError;

/// The port of the API, unless an endpoint says another.
const PORT: u16 = 8006;

/// What a connection needs to know.
#[derive(Debug)]
pub struct Settings {
    /// Members of one cluster, in the order in which they are tried.
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) credential: Credential,
    pub(super) trust: Trust,
    pub(super) patience: Patience,
}

/// One member's API: `pve1:8006`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Name or address, without the brackets of IPv6.
    pub(super) host: String,
    pub(super) port: u16,
}

/// Who asks. `Debug` shows no secret.
#[derive(Debug)]
pub(super) enum Credential {
    /// `root@pam!hlab` and its secret.
    Token { id: String, secret: SecretString },
    /// `root@pam` and its password.
    Password { user: String, password: SecretString },
}

/// Which certificates are trusted.
#[derive(Clone, Debug)]
pub(super) enum Trust {
    /// Those that the operating system trusts.
    System,
    /// Those that this CA signed; the name of the file is for messages.
    Ca { path: String, pem: Vec<u8> },
    /// Exactly these.
    Pinned(Vec<Pin>),
    /// Any at all: whoever sits between can read and change everything.
    Anything,
}

/// The one certificate that an endpoint may show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pin {
    /// Whose; none: the only endpoint's.
    pub host: Option<String>,
    pub fingerprint: Fingerprint,
}

/// SHA-256 of a certificate, written as Proxmox writes it: `AA:BB:…`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(super) [u8; 32]);

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For one answer, in seconds.
    pub request: u64,
    /// For all of them, in seconds.
    pub overall: u64,
}

/// The texts that say it, as they were given; an empty one counts as not given. `Debug` is left out: some are secrets.
#[derive(Default)]
pub struct Given {
    /// `PROXMOX_VE_ENDPOINT`: several with commas.
    pub endpoint: Option<String>,
    /// `PROXMOX_VE_API_TOKEN`: `USER@REALM!NAME=SECRET`.
    pub token: Option<SecretString>,
    /// `PROXMOX_VE_USERNAME`: `USER@REALM`.
    pub username: Option<String>,
    /// `PROXMOX_VE_PASSWORD`.
    pub password: Option<SecretString>,
    /// `PROXMOX_VE_INSECURE`: any certificate will do.
    pub insecure: Option<String>,
    /// Fingerprints: `AA:BB:…`, or `HOST=AA:BB:…` with commas.
    pub fingerprint: Option<String>,
    /// A CA file's name and content.
    pub ca: Option<(String, Vec<u8>)>,
    /// Seconds for one answer; 30 if none.
    pub request_seconds: Option<u64>,
    /// Seconds for all answers together; 600 if none.
    pub overall_seconds: Option<u64>,
}

impl Settings {
    /// From what was given.
    ///
    /// # Errors
    /// [`LiveError::Settings`] says what is missing or contradicts, and never repeats a text that may be a secret.
    pub fn new(given: Given) -> Result<Settings, LiveError> {
        let endpoints = endpoints(given.endpoint.as_deref().unwrap_or_default())?;
        let trust = trust(&given, &endpoints)?;
        let patience = Patience {
            request: given.request_seconds.unwrap_or(30).max(1),
            overall: given.overall_seconds.unwrap_or(600).max(1),
        };
        Ok(Settings { endpoints, credential: credential(given)?, trust, patience })
    }

    /// Whether any certificate will do, which is said each time.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        match self.trust {
            Trust::Anything => true,
            Trust::System | Trust::Ca { .. } | Trust::Pinned(_) => false,
        }
    }
}

impl Credential {
    /// `root@pam!hlab` or `root@pam`.
    pub(super) fn name(&self) -> &str {
        match self {
            Credential::Token { id, .. } => id,
            Credential::Password { user, .. } => user,
        }
    }
}

fn endpoints(text: &str) -> Result<Vec<Endpoint>, LiveError> {
    let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Err(LiveError::no_endpoint());
    }
    words.into_iter().map(|word| Endpoint::parse(word).ok_or_else(LiveError::bad_endpoint)).collect()
}

impl Endpoint {
    /// Reads `pve1`, `pve1:8006`, `https://[fd00::5]:8006/`. Another scheme, a user or a path is not one.
    fn parse(text: &str) -> Option<Endpoint> {
        let rest = text.strip_prefix("https://").unwrap_or(text);
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let rest = rest.strip_suffix("/api2/json").unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host.parse::<std::net::Ipv6Addr>().ok()?.to_string(), port.strip_prefix(':'))
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host.to_owned(), Some(port)),
                None => (rest.to_owned(), None),
            },
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let is_sound = !host.is_empty() && host.chars().all(is_host);
        let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|port| *port != 0))?;
        is_sound.then_some(Endpoint { host, port })
    }

    /// What stands before a path: `https://pve1:8006/api2/json`.
    pub(super) fn base(&self) -> String {
        format!("https://{self}/api2/json")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            return write!(f, "[{}]:{}", self.host, self.port);
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A token counts before a password, as in the provider that the variables come from.
fn credential(given: Given) -> Result<Credential, LiveError> {
    use secrecy::ExposeSecret;
    let is_empty = |secret: &SecretString| secret.expose_secret().trim().is_empty();
    if let Some(token) = given.token.filter(|token| !is_empty(token)) {
        let parts = token.expose_secret().trim().split_once('=');
        let parts = parts.filter(|(id, secret)| is_token_id(id) && is_header_text(secret));
        let (id, secret) = parts.ok_or_else(LiveError::bad_token)?;
        return Ok(Credential::Token { id: id.to_owned(), secret: SecretString::from(secret) });
    }
    let user = given.username.filter(|user| !user.trim().is_empty());
    let password = given.password.filter(|password| !is_empty(password));
    match (user, password) {
        (Some(user), Some(password)) if is_user(user.trim()) => {
            Ok(Credential::Password { user: user.trim().to_owned(), password })
        }
        (Some(_), Some(_)) => Err(LiveError::bad_user()),
        (Some(_), None) => Err(LiveError::half_login("PROXMOX_VE_USERNAME", "PROXMOX_VE_PASSWORD")),
        (None, Some(_)) => Err(LiveError::half_login("PROXMOX_VE_PASSWORD", "PROXMOX_VE_USERNAME")),
        (None, None) => Err(LiveError::no_credential()),
    }
}

/// `USER@REALM!NAME`.
fn is_token_id(text: &str) -> bool {
    text.split_once('!').is_some_and(|(user, name)| is_user(user) && !name.is_empty() && is_header_text(name))
}

/// `USER@REALM`.
fn is_user(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(user, realm)| !user.is_empty() && !realm.is_empty()) && is_header_text(text)
}

/// Whether a header may carry it.
fn is_header_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn trust(given: &Given, endpoints: &[Endpoint]) -> Result<Trust, LiveError> {
    let insecure = given.insecure.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let is_insecure = match insecure.map(str::to_ascii_lowercase).as_deref() {
        None | Some("0" | "false" | "no" | "off") => false,
        Some("1" | "true" | "yes" | "on") => true,
        Some(_) => return Err(LiveError::bad_insecure()),
    };
    let fingerprint = given.fingerprint.as_deref().filter(|text| !text.trim().is_empty());
    match (is_insecure, fingerprint, &given.ca) {
        (false, None, None) => Ok(Trust::System),
        (true, None, None) => Ok(Trust::Anything),
        (false, None, Some((path, pem))) => Ok(Trust::Ca { path: path.clone(), pem: pem.clone() }),
        (false, Some(text), None) => pins(text, endpoints).map(Trust::Pinned),
        (true, _, _) | (false, Some(_), Some(_)) => Err(LiveError::two_trusts()),
    }
}

fn pins(text: &str, endpoints: &[Endpoint]) -> Result<Vec<Pin>, LiveError> {
    let mut pins = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let (host, digits) = match word.rsplit_once('=') {
            Some((host, digits)) => (Some(host.trim().trim_matches(['[', ']']).to_owned()), digits.trim()),
            None => (None, word),
        };
        let fingerprint = Fingerprint::parse(digits).ok_or_else(|| LiveError::bad_fingerprint(word))?;
        if let Some(host) = host.as_ref().filter(|host| !endpoints.iter().any(|endpoint| endpoint.host == **host)) {
            return Err(LiveError::pin_of_nobody(host));
        }
        pins.push(Pin { host, fingerprint });
    }
    let is_pinned = |endpoint: &&Endpoint| {
        pins.iter().any(|pin| pin.host.as_ref().is_some_and(|host| *host == endpoint.host))
            || (endpoints.len() == 1 && pins.iter().any(|pin| pin.host.is_none()))
    };
    match endpoints.iter().find(|endpoint| !is_pinned(endpoint)) {
        Some(bare) => Err(LiveError::not_pinned(bare)),
        None => Ok(pins),
    }
}

impl Fingerprint {
    /// Of a certificate, as it is sent.
    pub(super) fn of(certificate: &[u8]) -> Fingerprint {
        use sha2::Digest;
        Fingerprint(sha2::Sha256::digest(certificate).into())
    }

    /// Reads `AA:BB:…`, in any case, with or without colons and openssl's `sha256 Fingerprint=` removed before.
    fn parse(text: &str) -> Option<Fingerprint> {
        let digits: Vec<u32> = text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16)).collect::<Option<_>>()?;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | *digit as u8)).collect();
        (digits.len() == 64).then(|| bytes.try_into().ok()).flatten().map(Fingerprint)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&pairs.join(":"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
