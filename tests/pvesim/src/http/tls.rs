//! Certificates: an authority made anew for each simulator, as each cluster has one, and a certificate for each node.

use std::fmt::Write as _;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};

/// Whether the API is served over TLS, and what is wrong with the certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP, which the real server does not offer; for tests that have nothing to do with TLS.
    #[default]
    Plain,
    /// TLS 1.2 and 1.3 with a certificate that the simulator's authority signed.
    On,
    /// TLS with something wrong.
    Flawed(Flaw),
}

/// What is wrong with a certificate, or old about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It ended in 2020.
    Expired,
    /// It is for another host.
    WrongHost,
    /// The server speaks TLS 1.2 only.
    Tls12Only,
}

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A node's certificate, ready to serve.
pub struct Certificate {
    /// What a server needs.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, `AA:BB:…`, as the web interface shows it.
    pub fingerprint: String,
}

impl Authority {
    /// A new authority.
    ///
    /// # Errors
    /// What the library says, if no key can be made.
    pub fn new() -> Result<Authority, String> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "Proxmox Virtual Environment");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(|error| error.to_string())?;
        let issuer = CertifiedIssuer::self_signed(parameters, key).map_err(|error| error.to_string())?;
        Ok(Authority { issuer })
    }

    /// The authority's certificate as PEM: what stands in `/etc/pve/pve-root-ca.pem`.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for a node, for `127.0.0.1` and `localhost` too.
    ///
    /// # Errors
    /// What the libraries say.
    pub fn certificate(&self, node: &str, flaw: Option<Flaw>) -> Result<Certificate, String> {
        let names = match flaw {
            Some(Flaw::WrongHost) => vec!["elsewhere.invalid".to_owned()],
            Some(Flaw::Expired | Flaw::Tls12Only) | None => {
                vec![node.to_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()]
            }
        };
        let mut parameters = CertificateParams::new(names).map_err(|error| error.to_string())?;
        parameters.distinguished_name.push(DnType::CommonName, node);
        if flaw == Some(Flaw::Expired) {
            (parameters.not_before, parameters.not_after) = (date_time_ymd(2018, 1, 1), date_time_ymd(2020, 1, 1));
        }
        let key = KeyPair::generate().map_err(|error| error.to_string())?;
        let signed = parameters.signed_by(&key, &self.issuer).map_err(|error| error.to_string())?;
        let der = signed.der().clone();
        let fingerprint = fingerprint(&der);
        let versions: &[&rustls::SupportedProtocolVersion] = match flaw {
            Some(Flaw::Tls12Only) => &[&rustls::version::TLS12],
            Some(Flaw::Expired | Flaw::WrongHost) | None => &[&rustls::version::TLS13, &rustls::version::TLS12],
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![der], key))
            .map_err(|error| error.to_string())?;
        Ok(Certificate { config: Arc::new(config), fingerprint })
    }
}

/// A certificate's fingerprint as people see it.
fn fingerprint(der: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(der) {
        let separator = if text.is_empty() { "" } else { ":" };
        write!(text, "{separator}{byte:02X}").expect("a string takes everything");
    }
    text
}
