//! `hlab demo`: a plan without a cluster. The simulator of the API runs in this process, for as long as the command does.

use pvesim::world::World;
use pvesim::{Options, Sim, Tls};
use secrecy::SecretString;

use crate::base::MemoryWorld;
use crate::diag::Shown;
use crate::live::{Connection, Given, LiveError, Settings};
use crate::plan::{self, Login, Plan, Survey, show};
use crate::session::{self, Analysis, analyze};

use super::Exit;
use super::cluster::ask;
use super::errors::{Failures, RimError};
use super::output::{Output, print};

/// See a plan without a cluster: a real lab against a simulated one that has drifted from it
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The lab is lang-examples/homelab, and is built in. The cluster is simulated in this process, on
127.0.0.1, and gone when the command ends; nothing else is asked, read or written.

Examples:
  hlab demo                               ten things that went wrong, and what a plan says of each
  hlab demo --detailed | less             also what each change needs, and what nobody manages
  hlab demo --format json                 the plan for a program")]
pub(super) struct DemoArgs {
    /// Also what each change needs, and where it is in the API.
    #[arg(long)]
    detailed: bool,
}

/// What is said first: how the cluster in `cluster.json` differs from the lab.
const DRIFTS: &str = "\
This is the lab of lang-examples/homelab, and a simulated cluster on this machine in which ten things are not as it says:

   1  vm.OPNsense              somebody halved the memory of the router
   2  vm.UbuntuMAAS            its disk is smaller than the lab says
   3  vm.haos16.0              its second network card is gone
   4  vm.k3s-vm-still-fawn     it is stopped, and should run
   5  vm.k3s-vm-pumped-piglet  more memory was set, and waits for a restart that nobody made
   6  vm.k3s-vm-pve            a backup that was interrupted left it locked
   7  container.cloudflared    somebody removed it
   8  host.fun-bedbug          the node is offline
   9  role.lab-guests          it was given a privilege more
  10  vm-199-disk-0            a removed guest left its disk behind

What follows is what `hlab diff` says of them; `hlab plan` says the same of what hlab itself applies.

";

/// The cluster: simulated, with values of our own.
const CLUSTER: &str = include_str!("cluster.json");

/// The node that is asked, and the token of the simulated cluster that asks.
const NODE: &str = "pve";
const TOKEN: &str = "hlab@pve!demo=00000000-0000-4000-8000-000000000002";

/// The lab: each file with its name.
const LAB: &[(&str, &str)] = &[
    ("access/access.hlab", include_str!("../../../lang-examples/homelab/access/access.hlab")),
    ("backup/backup.hlab", include_str!("../../../lang-examples/homelab/backup/backup.hlab")),
    ("gitops/flux.hlab", include_str!("../../../lang-examples/homelab/gitops/flux.hlab")),
    ("guests/containers.hlab", include_str!("../../../lang-examples/homelab/guests/containers.hlab")),
    ("guests/critical.hlab", include_str!("../../../lang-examples/homelab/guests/critical.hlab")),
    ("guests/k3s.hlab", include_str!("../../../lang-examples/homelab/guests/k3s.hlab")),
    ("hosts/profiles.hlab", include_str!("../../../lang-examples/homelab/hosts/profiles.hlab")),
    ("hosts/pumped-piglet.hlab", include_str!("../../../lang-examples/homelab/hosts/pumped-piglet.hlab")),
    ("hosts/pve.hlab", include_str!("../../../lang-examples/homelab/hosts/pve.hlab")),
    ("hosts/small.hlab", include_str!("../../../lang-examples/homelab/hosts/small.hlab")),
    ("hosts/still-fawn.hlab", include_str!("../../../lang-examples/homelab/hosts/still-fawn.hlab")),
    ("k3s/cluster.hlab", include_str!("../../../lang-examples/homelab/k3s/cluster.hlab")),
    ("k3s/workloads.hlab", include_str!("../../../lang-examples/homelab/k3s/workloads.hlab")),
    ("lab.hlab", include_str!("../../../lang-examples/homelab/lab.hlab")),
    ("network/dns.hlab", include_str!("../../../lang-examples/homelab/network/dns.hlab")),
    ("network/networks.hlab", include_str!("../../../lang-examples/homelab/network/networks.hlab")),
    ("ops/monitoring.hlab", include_str!("../../../lang-examples/homelab/ops/monitoring.hlab")),
    ("ops/power.hlab", include_str!("../../../lang-examples/homelab/ops/power.hlab")),
    ("storage/images.hlab", include_str!("../../../lang-examples/homelab/storage/images.hlab")),
    ("storage/storages.hlab", include_str!("../../../lang-examples/homelab/storage/storages.hlab")),
];

pub(super) fn run(args: &DemoArgs, output: Output) -> Result<Exit, Failures> {
    let lab = LAB.iter().fold(MemoryWorld::default(), |lab, (name, text)| lab.with(name, *text));
    let analysis = analyze(&lab, &session::Options::default());
    let plan = planned(&analysis)?;
    let shown = Shown::new(&analysis.sources);
    let detail = if args.detailed { show::Detail::Full } else { show::Detail::Brief };
    print(&match output.is_machine() {
        true => show::json(&shown, &plan),
        false => format!("{DRIFTS}{}", show::text(&shown, &plan, detail)),
    })?;
    // That the plan has changes is what was wanted.
    Ok(Exit::Ok)
}

/// The simulator runs until this is done.
fn planned(analysis: &Analysis) -> Result<Plan, RimError> {
    let sim = start().map_err(|cause| LiveError::cannot_start(&cause))?;
    let connection = Connection::open(Settings::new(Given {
        endpoint: Some(sim.url()),
        token: Some(SecretString::from(TOKEN)),
        fingerprint: sim.fingerprint(NODE),
        ..Given::default()
    })?)?;
    let mut survey = Survey::new(analysis.scope());
    ask(&connection, &mut survey)?;
    let login = Login { user: "hlab@pve".to_owned(), token: Some("demo".to_owned()) };
    Ok(analysis.diff(&survey.finish(), &plan::Settings { login, ..plan::Settings::default() }))
}

fn start() -> Result<Sim, String> {
    let endpoints = vec![NODE.to_owned()];
    Sim::start(Options { world: World::from_json(CLUSTER)?, tls: Tls::On, endpoints, ..Options::default() })
}
