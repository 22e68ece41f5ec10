//! What keeps a cluster from being read at all, each with its code and what to do next.
//!
//! What a server says comes in through [`diag::visible`]; a secret never comes in.

use crate::diag;

use super::settings::{Endpoint, Fingerprint};

/// A connection that cannot be made, or a question without whose answer nothing can be said.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
pub enum LiveError {
    /// A setting is missing, malformed, or contradicts another.
    #[error("{problem}")]
    #[diagnostic(code("HL0930"), help("{help}"))]
    Settings {
        /// What is wrong.
        problem: String,
        /// What to write.
        help: String,
    },

    /// No endpoint could be reached.
    #[error("no member of the cluster could be reached: {tried}")]
    #[diagnostic(
        code("HL0931"),
        help(
            "check the address, and from this machine `curl -k https://ADDRESS:8006`; several endpoints with commas are tried in turn"
        )
    )]
    Unreachable {
        /// Each endpoint with what came of it.
        tried: String,
    },

    /// A certificate that nobody known vouches for.
    #[error("the certificate of `{endpoint}` is signed by nobody that {by} trusts; its fingerprint is {found}")]
    #[diagnostic(
        code("HL0932"),
        help(
            "on that node, `openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem` (or pveproxy-ssl.pem, if there is one) prints the fingerprint: if it is this one, set PROXMOX_VE_FINGERPRINT to it; or copy /etc/pve/pve-root-ca.pem and give it with `--ca FILE`"
        )
    )]
    UnknownCertificate {
        /// Who showed it.
        endpoint: String,
        /// Who was asked: `this system`, or the CA file.
        by: String,
        /// Its fingerprint.
        found: String,
    },

    /// Another certificate than the pinned one.
    #[error("the certificate of `{endpoint}` is not the pinned one: expected {pinned}, found {found}")]
    #[diagnostic(
        code("HL0933"),
        help(
            "somebody may sit between: compare with what `openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem` prints on that node; if its certificate was renewed, pin the new one"
        )
    )]
    OtherCertificate {
        /// Who showed it.
        endpoint: String,
        /// What was expected; several with commas.
        pinned: String,
        /// What came.
        found: String,
    },

    /// A certificate of a known signer that does not hold here.
    #[error("the certificate of `{endpoint}` does not hold: {why}; its fingerprint is {found}")]
    #[diagnostic(code("HL0934"), help("{help}"))]
    UnfitCertificate {
        /// Who showed it.
        endpoint: String,
        /// What is wrong with it.
        why: String,
        /// Its fingerprint.
        found: String,
        /// What to do.
        help: String,
    },

    /// The login was refused.
    #[error("`{who}` is refused by `{endpoint}`: {said}")]
    #[diagnostic(code("HL0935"), help("{help}"))]
    LoginRefused {
        /// User or token, without its secret.
        who: String,
        /// Who refused.
        endpoint: String,
        /// What the server says.
        said: String,
        /// What to do.
        help: String,
    },

    /// A login that may see nothing.
    #[error("`{who}` has no privilege at all in this cluster")]
    #[diagnostic(code("HL0936"), help("{help}"))]
    NoRights {
        /// User or token.
        who: String,
        /// What to do.
        help: String,
    },

    /// Something else answers there.
    #[error("`{endpoint}` is not the API of Proxmox VE: {found}")]
    #[diagnostic(
        code("HL0937"),
        help("the API answers at port 8006 of each node; a proxy in front of it must pass `/api2/json` on unchanged")
    )]
    NotProxmox {
        /// Who answered.
        endpoint: String,
        /// With what.
        found: String,
    },

    /// A question without whose answer nothing can be said.
    #[error("the cluster does not say {what}: {why}")]
    #[diagnostic(code("HL0938"), help("{help}"))]
    Unanswered {
        /// What was asked for.
        what: String,
        /// What came instead.
        why: String,
        /// What to do.
        help: String,
    },
}

const TOKEN_FORM: &str = "a token is written `USER@REALM!NAME=SECRET`, as in `hlab@pve!plan=` and the value that `pveum user token add` printed once";

impl LiveError {
    fn settings(problem: impl Into<String>, help: impl Into<String>) -> LiveError {
        LiveError::Settings { problem: problem.into(), help: help.into() }
    }

    pub(super) fn no_endpoint() -> LiveError {
        let help = "set PROXMOX_VE_ENDPOINT to any member, as in `https://192.168.4.5:8006`; several with commas are tried in turn";
        LiveError::settings("nothing says where the cluster is", help)
    }

    /// The text is not repeated: people write passwords into URLs.
    pub(super) fn bad_endpoint() -> LiveError {
        let help =
            "write `https://NAME:8006` or `NAME`, with commas between several; no user, no path, no other scheme";
        LiveError::settings("PROXMOX_VE_ENDPOINT has an endpoint that cannot be read", help)
    }

    pub(super) fn bad_token() -> LiveError {
        LiveError::settings("PROXMOX_VE_API_TOKEN is no token", TOKEN_FORM)
    }

    pub(super) fn bad_user() -> LiveError {
        LiveError::settings("PROXMOX_VE_USERNAME is no user of Proxmox", "write `USER@REALM`, as in `root@pam`")
    }

    pub(super) fn half_login(given: &str, missing: &str) -> LiveError {
        LiveError::settings(format!("{given} is set, but not {missing}"), "set both, or PROXMOX_VE_API_TOKEN instead")
    }

    pub(super) fn no_credential() -> LiveError {
        let help =
            format!("set PROXMOX_VE_API_TOKEN: {TOKEN_FORM}; docs/plan.md has the commands for one that may only read");
        LiveError::settings("nothing says who asks", help)
    }

    pub(super) fn bad_insecure() -> LiveError {
        LiveError::settings("PROXMOX_VE_INSECURE is neither `true` nor `false`", "write one of them, or leave it out")
    }

    pub(super) fn two_trusts() -> LiveError {
        let help = "take one: a fingerprint, a CA file, or PROXMOX_VE_INSECURE, which checks nothing";
        LiveError::settings("there is more than one rule for which certificate is trusted", help)
    }

    pub(super) fn bad_fingerprint(word: &str) -> LiveError {
        let problem = format!("`{}` is no SHA-256 fingerprint", diag::visible(word));
        let help = "write 32 pairs of hexadecimal digits with colons, `AA:BB:…`, or `HOST=AA:BB:…`; `pvenode cert info` on the node and its page Certificates show them";
        LiveError::settings(problem, help)
    }

    pub(super) fn pin_of_nobody(host: &str) -> LiveError {
        let problem = format!("a fingerprint is given for `{}`, which is no endpoint", diag::visible(host));
        LiveError::settings(problem, "write the host as PROXMOX_VE_ENDPOINT has it")
    }

    pub(super) fn not_pinned(endpoint: &Endpoint) -> LiveError {
        let help =
            format!("each node has a certificate of its own: add `{}=AA:BB:…`, with a comma before it", endpoint.host);
        LiveError::settings(format!("`{endpoint}` has no fingerprint, but others have"), help)
    }

    pub(super) fn bad_ca(path: &str, why: &str) -> LiveError {
        let problem = format!("`{}` is no CA file: {}", diag::visible(path), diag::visible(why));
        LiveError::settings(
            problem,
            "copy /etc/pve/pve-root-ca.pem from a node: it begins with `-----BEGIN CERTIFICATE-----`",
        )
    }

    pub(super) fn no_system_trust(why: &str) -> LiveError {
        let problem = format!("this system has no certificates that it trusts: {}", diag::visible(why));
        LiveError::settings(problem, "install them (package `ca-certificates`), or set PROXMOX_VE_FINGERPRINT")
    }

    /// Not the cluster's fault: the machine gives no sockets or threads.
    pub(crate) fn cannot_start(why: &str) -> LiveError {
        LiveError::Unreachable { tried: format!("nothing can be asked from here: {}", diag::visible(why)) }
    }

    pub(super) fn unreachable(endpoints: &[(Endpoint, String)]) -> LiveError {
        LiveError::Unreachable { tried: diag::visible(&tried(endpoints)) }
    }

    pub(super) fn unknown_certificate(endpoint: &Endpoint, by: &str, found: Fingerprint) -> LiveError {
        LiveError::UnknownCertificate {
            endpoint: endpoint.to_string(),
            by: diag::visible(by),
            found: found.to_string(),
        }
    }

    pub(super) fn other_certificate(endpoint: &Endpoint, pinned: &[Fingerprint], found: Fingerprint) -> LiveError {
        let pinned: Vec<_> = pinned.iter().map(Fingerprint::to_string).collect();
        LiveError::OtherCertificate {
            endpoint: endpoint.to_string(),
            pinned: pinned.join(", "),
            found: found.to_string(),
        }
    }

    pub(super) fn unfit_certificate(endpoint: &Endpoint, why: &str, help: &str, found: Fingerprint) -> LiveError {
        LiveError::UnfitCertificate {
            endpoint: endpoint.to_string(),
            why: diag::visible(why),
            found: found.to_string(),
            help: help.to_owned(),
        }
    }

    pub(super) fn token_refused(endpoint: &Endpoint, id: &str, said: &str) -> LiveError {
        let user = id.split('!').next().unwrap_or_default();
        let help = format!(
            "`pveum user token list {user}` on a node shows whether the token is there and when it expires; its secret is shown only once: if it is lost, remove the token and add it anew"
        );
        LiveError::refused(endpoint, id, said, diag::visible(&help))
    }

    pub(super) fn password_refused(endpoint: &Endpoint, user: &str, said: &str) -> LiveError {
        let help = "check PROXMOX_VE_USERNAME, its realm (`@pam` is the system's, `@pve` Proxmox's own) and PROXMOX_VE_PASSWORD";
        LiveError::refused(endpoint, user, said, help.to_owned())
    }

    pub(super) fn second_factor(endpoint: &Endpoint, user: &str) -> LiveError {
        let help =
            "a second factor cannot be asked for here: make an API token for this user and set PROXMOX_VE_API_TOKEN";
        LiveError::refused(endpoint, user, "it has a second factor", help.to_owned())
    }

    fn refused(endpoint: &Endpoint, who: &str, said: &str, help: String) -> LiveError {
        let said = if said.trim().is_empty() { "it says nothing more" } else { said };
        LiveError::LoginRefused {
            who: diag::visible(who),
            endpoint: endpoint.to_string(),
            said: diag::visible(said),
            help,
        }
    }

    pub(super) fn no_rights(who: &str) -> LiveError {
        let kind = if who.contains('!') { "token" } else { "user" };
        let help = format!(
            "`pveum acl modify / --{kind}s '{who}' --roles PVEAuditor` on a node lets it read; a token with privilege separation has only what it is given itself"
        );
        LiveError::NoRights { who: diag::visible(who), help: diag::visible(&help) }
    }

    pub(super) fn not_proxmox(endpoint: &Endpoint, found: &str) -> LiveError {
        LiveError::NotProxmox { endpoint: endpoint.to_string(), found: diag::visible(found) }
    }

    /// A question without whose answer nothing can be said.
    #[must_use]
    pub fn unanswered(what: &str, why: &str, help: &str) -> LiveError {
        LiveError::Unanswered { what: what.to_owned(), why: diag::visible(why), help: diag::visible(help) }
    }
}

/// Each endpoint with what came of it, as a sentence.
pub(super) fn tried(endpoints: &[(Endpoint, String)]) -> String {
    let one = |(endpoint, why): &(Endpoint, String)| format!("`{endpoint}`: {why}");
    endpoints.iter().map(one).collect::<Vec<_>>().join("; ")
}
