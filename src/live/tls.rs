//! Whose certificate is trusted: the system's word, a CA file's, a pinned fingerprint, or nobody's.
//!
//! A refusal is noted beside the handshake with the certificate's fingerprint, because what comes out of the HTTP client is a chain
//! of errors that no longer has the certificate.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::LiveError;
use super::settings::{Endpoint, Fingerprint, Trust};

/// Looks at the certificate of one endpoint, and remembers why it was refused.
#[derive(Debug)]
pub(super) struct Gate {
    endpoint: Endpoint,
    way: Way,
    provider: Arc<CryptoProvider>,
    refused: Mutex<Option<LiveError>>,
}

#[derive(Debug)]
enum Way {
    /// Signed by somebody whom this one (`this system`, a file) trusts.
    Signed {
        by: String,
        verifier: Arc<dyn ServerCertVerifier>,
    },
    Pinned(Vec<Fingerprint>),
    Anything,
}

impl Gate {
    /// The gate before one endpoint.
    pub(super) fn new(endpoint: &Endpoint, trust: &Trust) -> Result<Arc<Gate>, LiveError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let way = match trust {
            Trust::System => {
                let verifier = rustls_platform_verifier::Verifier::new(provider.clone());
                let verifier = verifier.map_err(|error| LiveError::no_system_trust(&error.to_string()))?;
                Way::Signed { by: "this system".to_owned(), verifier: Arc::new(verifier) }
            }
            Trust::Ca { path, pem } => {
                let roots = roots(pem).map_err(|why| LiveError::bad_ca(path, &why))?;
                let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
                let verifier = verifier.map_err(|error| LiveError::bad_ca(path, &error.to_string()))?;
                Way::Signed { by: format!("`{path}`"), verifier }
            }
            Trust::Pinned(pins) => {
                let is_ours = |host: &Option<String>| host.as_ref().is_none_or(|host| *host == endpoint.host);
                let ours = pins.iter().filter(|pin| is_ours(&pin.host)).map(|pin| pin.fingerprint);
                Way::Pinned(ours.collect())
            }
            Trust::Anything => Way::Anything,
        };
        Ok(Arc::new(Gate { endpoint: endpoint.clone(), way, provider, refused: Mutex::new(None) }))
    }

    /// The TLS of a client that goes through this gate.
    pub(super) fn config(self: &Arc<Gate>) -> Result<ClientConfig, LiveError> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| LiveError::cannot_start(&error.to_string()))?;
        Ok(builder.dangerous().with_custom_certificate_verifier(self.clone()).with_no_client_auth())
    }

    /// Why the certificate was refused, if it was.
    pub(super) fn refusal(&self) -> Option<LiveError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn refuse(&self, found: Fingerprint, error: rustls::Error) -> rustls::Error {
        let endpoint = &self.endpoint;
        let refusal = match (&self.way, &error) {
            (Way::Pinned(pinned), _) => LiveError::other_certificate(endpoint, pinned, found),
            // The CA of another cluster bears the same name, and then it is the signature that does not fit.
            (
                Way::Signed { by, .. },
                rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature),
            ) => LiveError::unknown_certificate(endpoint, by, found),
            (Way::Signed { .. } | Way::Anything, error) => {
                let (why, help) = unfit(error, endpoint);
                LiveError::unfit_certificate(endpoint, &why, help, found)
            }
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
        error
    }
}

/// The certificates of a CA file.
fn roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(roots) }
}

/// What is wrong with a certificate, and what to do.
fn unfit(error: &rustls::Error, endpoint: &Endpoint) -> (String, &'static str) {
    let rustls::Error::InvalidCertificate(error) = error else {
        return (error.to_string(), "look at the certificate with `openssl s_client -connect HOST:8006`");
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "it has expired".to_owned(),
            "renew it on the node, with `pvecm updatecerts --force` or `pvenode acme cert renew`; and check the clock of this machine",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("it is not valid yet".to_owned(), "check the clocks of this machine and of the node")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("it is not for the name `{}`", endpoint.host),
            "name the endpoint as the certificate does (`pvenode cert info` on the node lists its names), or set PROXMOX_VE_FINGERPRINT",
        ),
        other => (other.to_string(), "look at the certificate with `openssl s_client -connect HOST:8006`"),
    }
}

impl ServerCertVerifier for Gate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = Fingerprint::of(end_entity);
        let verified = match &self.way {
            Way::Signed { verifier, .. } => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp, now)
            }
            Way::Pinned(pinned) if pinned.contains(&found) => Ok(ServerCertVerified::assertion()),
            Way::Pinned(_) => Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            Way::Anything => Ok(ServerCertVerified::assertion()),
        };
        verified.map_err(|error| self.refuse(found, error))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
