//! How the commands that ask a running cluster reach it: flags and environment in, a connection out.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::builder::{OsStringValueParser, TypedValueParser};
use secrecy::SecretString;

use crate::live::{Connection, Given, Progress, Questions, Settings};

use super::errors::RimError;
use super::output::eprint;

/// Where the cluster is and whose certificate is trusted. Who asks is said by the environment alone: a command line can be read
/// by everybody on the machine.
#[derive(Clone, Debug, clap::Args)]
#[command(
    next_help_heading = "Cluster (PROXMOX_VE_API_TOKEN, or PROXMOX_VE_USERNAME and PROXMOX_VE_PASSWORD, say who asks)"
)]
pub(super) struct ClusterArgs {
    /// Any member of the cluster; several with commas are tried in turn.
    #[arg(long, value_name = "URL[,URL]", env = "PROXMOX_VE_ENDPOINT", hide_env_values = true)]
    endpoint: Option<String>,
    /// SHA-256 of the one certificate that is trusted, `AA:BB:…`; with several endpoints `HOST=AA:BB:…` of each, with commas.
    #[arg(long, value_name = "SHA256", env = "PROXMOX_VE_FINGERPRINT", hide_env_values = true)]
    fingerprint: Option<String>,
    /// The CA that signed the certificates: a copy of /etc/pve/pve-root-ca.pem.
    #[arg(long, value_name = "FILE", env = "PROXMOX_VE_CA_FILE", hide_env_values = true, value_parser = path_parser())]
    ca: Option<PathBuf>,
    /// Seconds to wait for one answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// A path that may be empty: a variable that is set to nothing is not set.
fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// A CA file is a few KiB.
const LONGEST_CA: u64 = 1 << 20;

/// Connects, and says out loud if no certificate is checked.
pub(super) fn connect(args: &ClusterArgs) -> Result<Connection, RimError> {
    let ca = match args.ca.as_ref().filter(|path| !path.as_os_str().is_empty()) {
        None => None,
        Some(path) => {
            let bytes = read(path).map_err(|error| RimError::cannot_read(path, &error))?;
            Some((path.to_string_lossy().into_owned(), bytes))
        }
    };
    let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let secret = |name: &str| std::env::var(name).ok().map(SecretString::from);
    let settings = Settings::new(Given {
        endpoint: args.endpoint.clone(),
        token: secret("PROXMOX_VE_API_TOKEN"),
        username: text("PROXMOX_VE_USERNAME"),
        password: secret("PROXMOX_VE_PASSWORD"),
        insecure: text("PROXMOX_VE_INSECURE"),
        fingerprint: args.fingerprint.clone(),
        ca,
        request_seconds: Some(args.timeout),
        overall_seconds: None,
    })?;
    if settings.is_insecure() {
        eprint(
            "warning: PROXMOX_VE_INSECURE is set, so no certificate is checked: whoever sits between reads the login and can \
             answer for the cluster\n",
        );
    }
    Ok(Connection::open(settings)?)
}

fn read(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST_CA).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Asks until all is known; on a terminal, says how far it is.
pub(super) fn ask(connection: &Connection, questions: &mut dyn Questions) -> Result<(), RimError> {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let mut line =
        Line { is_shown: std::io::stderr().is_terminal() && !is_dumb, is_there: false, last: Instant::now() };
    let read = connection.read(questions, &mut |progress| line.draw(progress));
    line.clear();
    Ok(read?)
}

/// The line that says how far it is.
struct Line {
    is_shown: bool,
    is_there: bool,
    last: Instant,
}

impl Line {
    fn draw(&mut self, Progress { answered, known }: Progress) {
        if !self.is_shown || self.last.elapsed() < Duration::from_millis(100) {
            return;
        }
        self.last = Instant::now();
        self.is_there = true;
        self.write(&format!("\r\x1b[Kreading the cluster: {answered} of {known}"));
    }

    fn clear(&mut self) {
        if self.is_there {
            self.write("\r\x1b[K");
        }
    }

    /// Whether it can be seen does not matter to what is done.
    fn write(&self, text: &str) {
        let mut stream = std::io::stderr().lock();
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}
