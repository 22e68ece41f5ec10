//! The simulator as a program: starts, prints one line of JSON with its addresses, and runs until it is ended.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use pvesim::world::{Release, World};
use pvesim::{Contract, Options, Sim, Tls};
use serde_json::json;

const USAGE: &str = "\
usage: pvesim [options]
  --world FILE       the cluster, as JSON (default: one node, `pve`)
  --release VERSION  8.4 or 9.1 (default: the world's, 9.1)
  --port N           the port of the API (default: chosen)
  --admin-port N     the port of the admin API (default: chosen)
  --endpoint NODE    a node that listens; may come again (default: the first)
  --plain            HTTP instead of TLS
  --official         the official schema, not the reduced one, is the law
  --latency-ms N     how long each request takes
  --slow-refusals    401 comes after three seconds, as the real one does
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("pvesim: {reason}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let Some(options) = options(arguments)? else {
        print!("{USAGE}");
        return Ok(());
    };
    let sim = Sim::start(options)?;
    let nodes = sim.world().nodes.into_keys();
    let endpoints = nodes.filter_map(|node| {
        Some((node.clone(), json!({ "url": sim.url_of(&node)?, "fingerprint": sim.fingerprint(&node) })))
    });
    let line = json!({
        "url": sim.url(),
        "admin": sim.admin_url(),
        "endpoints": endpoints.collect::<serde_json::Map<_, _>>(),
        "ca": sim.ca_pem(),
    });
    let mut output = std::io::stdout();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|error| error.to_string())?;
    // Everything else happens on other threads, until somebody ends this process.
    loop {
        std::thread::park();
    }
}

/// What the command line asks for; none if it asks for help.
fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options { tls: Tls::On, admin_port: Some(0), ..Options::default() };
    let mut release = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--world" => {
                let file = value()?;
                let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
                options.world = World::from_json(&text).map_err(|error| format!("{file}: {error}"))?;
            }
            "--release" => {
                let name = value()?;
                let found = Release::ALL.into_iter().find(|release| release.name() == name);
                release = Some(found.ok_or(format!("no such release: {name}"))?);
            }
            "--port" => options.port = number(&value()?)?,
            "--admin-port" => options.admin_port = Some(number(&value()?)?),
            "--endpoint" => options.endpoints.push(value()?),
            "--plain" => options.tls = Tls::Plain,
            "--official" => options.contract = Contract::Official,
            "--latency-ms" => options.latency = Duration::from_millis(number(&value()?)?),
            "--slow-refusals" => options.slow_refusals = true,
            other => return Err(format!("unknown option {other}\n{USAGE}")),
        }
    }
    options.world.release = release.unwrap_or(options.world.release);
    Ok(Some(options))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number here: {text}"))
}
