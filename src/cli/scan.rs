//! `hlab scan`: what hosts print of themselves, as facts in the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::diag::{Shown, visible};
use crate::scan::{self, COMMAND, Facts};
use crate::session::{self, Change, NoScan, Scan};
use crate::source::scan::NotWritten;

use super::Exit;
use super::artifacts::{check_folders, replace};
use super::disk::{read_regular, reason};
use super::edits::diff;
use super::errors::{Failures, RimError, show, words};
use super::output::{Output, print};
use super::project::{Project, ProjectArgs};

/// Read what hosts print of their hardware, and write it into the source
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab scan --command                     the line to paste on a host; it makes hlab-scan.txt
  hlab scan --from hlab-scan.txt          show what the source would say, exit 2 if that is new
  hlab scan --from hlab-scan.txt --write  write it
  hlab scan my-lab --from pve=lspci.txt pve=zpool.txt
  hlab scan --command | ssh root@pve 'sh; cat hlab-scan.txt' | hlab scan --from -
A host that the project lacks gets a file of its own. In one that it has, facts that changed
are changed in their place and new devices are added; names, comments and the rest stay.
Nothing is deleted: what was not seen is remarked on.
Read are lspci -nnk, the IOMMU groups, lsusb, lsusb -t, lsblk -J, /dev/disk/by-id,
zpool status, ip -d -j addr, storage.cfg, /proc/cpuinfo, /proc/meminfo, pveversion, and
pvesh get /nodes/N/hardware/pci --output-format json.")]
pub(super) struct ScanArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// What the host printed; `-` is standard input. `HOST=FILE` says whose it is where the file does not.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "command")]
    from: Vec<String>,
    /// Whose files these are that do not say it.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Write the changes; otherwise they are shown as a diff.
    #[arg(long)]
    write: bool,
    /// Print the line to paste on a host, and do nothing else.
    #[arg(long, conflicts_with_all = ["from", "host", "write"])]
    command: bool,
}

/// The largest file that a host prints: thousands of times what one of them does.
const LARGEST: u64 = 16 << 20;
/// Remarks shown at most.
const MOST_SHOWN: usize = 50;

pub(super) fn run(args: &ScanArgs, output: Output) -> Result<Exit, Failures> {
    if args.command {
        print(&format!("{COMMAND}\n"))?;
        return Ok(Exit::Ok);
    }
    let hosts = hosts(args)?;
    // Ids of guests have nothing to do with it.
    let project = Project::open(&args.project.dir, &args.project.inputs.unlocked())?;
    let scan = match session::scan(&project.world, &project.options, &hosts) {
        Ok(scan) => scan,
        Err(why) => return refused(&project, why, output),
    };
    if args.write {
        scan.changes.iter().try_for_each(|change| write(&project, change))?;
    }
    report(args, &scan, &hosts, output)
}

/// The facts of each host, in the order of their names.
fn hosts(args: &ScanArgs) -> Result<Vec<(String, Facts)>, Failures> {
    let mut failures = Failures::new();
    let mut texts: Vec<(String, Option<String>, String)> = Vec::new();
    for from in &args.from {
        let (host, path) = whose(from);
        match read(&path) {
            Err(failure) => failures.push(failure),
            Ok(text) => match scan::read(&[&text]) {
                None => failures.push(RimError::NothingToScan { path: show(&path) }),
                Some(facts) => texts.push((show(&path), host.or(facts.host), text)),
            },
        }
    }
    let names: BTreeSet<&String> = texts.iter().filter_map(|(_, host, _)| host.as_ref()).collect();
    let only = names.first().filter(|_| names.len() == 1).map(|name| (*name).clone());
    let given = args.host.as_ref().map(|name| name.to_ascii_lowercase());
    if let Some(name) = given.as_ref().filter(|name| !scan::is_host_name(name)) {
        failures.push(RimError::Usage(format!("`{}` is no name of a host", visible(name))));
    }
    let mut by_host: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, host, text) in &texts {
        match host.as_ref().or(given.as_ref()).or(only.as_ref()) {
            Some(host) => by_host.entry(host.clone()).or_default().push(text),
            None => failures.push(RimError::ScanUnnamed { path: path.clone() }),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    Ok(by_host.into_iter().filter_map(|(host, texts)| Some((host, scan::read(&texts)?))).collect())
}

/// `HOST=FILE`, unless there is a file of that whole name.
fn whose(from: &str) -> (Option<String>, PathBuf) {
    let split = from.split_once('=').filter(|(host, _)| scan::is_host_name(host));
    match split.filter(|_| fs::symlink_metadata(from).is_err()) {
        Some((host, path)) => (Some(host.to_owned()), PathBuf::from(path)),
        None => (None, PathBuf::from(from)),
    }
}

/// The text of a file, whatever it holds.
fn read(path: &Path) -> Result<String, RimError> {
    let cannot = |cause: String| RimError::CannotRead { path: show(path), cause };
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|error| cannot(words(&error)))?;
        bytes
    } else {
        read_regular(path).map_err(|error| cannot(reason(&error)))?
    };
    if bytes.len() as u64 > LARGEST {
        return Err(cannot(format!("it has more than {} MiB, which no host prints", LARGEST >> 20)));
    }
    Ok(decode(&bytes))
}

/// UTF-8, or UTF-16 as PowerShell redirects it; what is neither is replaced.
fn decode(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(rest) => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes.strip_prefix(super::disk::MARK).unwrap_or(bytes)).into_owned(),
    }
}

fn refused(project: &Project, why: NoScan, output: Output) -> Result<Exit, Failures> {
    match why {
        NoScan::Unfit(analysis) => {
            let missing = project.missing(&analysis);
            output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
            if missing.is_none() {
                output.remark("mend these first: what the project says of its hosts cannot be known");
            }
            Ok(Exit::Errors)
        }
        NoScan::NotWritten(host, NotWritten::Generated(place)) => Err(RimError::HostNotEditable { host, place }.into()),
        NoScan::Broken(analysis) => {
            output.results(&analysis.sources, &analysis.diagnostics, &[])?;
            Err(RimError::ScanBroken.into())
        }
    }
}

/// Writes one file: in its place, or new and through no symbolic link.
fn write(project: &Project, change: &Change) -> Result<(), RimError> {
    if let Some(old) = &change.old {
        return project.world.rewrite(&change.path, old, &change.new);
    }
    let root = &project.world.root;
    let path = root.join(&change.path);
    if let Some((folder, _)) = change.path.rsplit_once('/') {
        check_folders(root, folder, &mut BTreeSet::new())?;
        fs::create_dir_all(root.join(folder)).map_err(|error| RimError::cannot_write(&path, &error))?;
    }
    if fs::symlink_metadata(&path).is_ok() {
        return Err(RimError::Exists { path: show(&path) });
    }
    replace(&path, change.new.as_bytes())
}

fn report(args: &ScanArgs, scan: &Scan, hosts: &[(String, Facts)], output: Output) -> Result<Exit, Failures> {
    let shown = Shown::new(&scan.before.sources);
    let diff = |change: &Change| match &change.old {
        Some(old) => diff(&shown, &change.path, old, &change.new),
        None => {
            diff(&shown, &change.path, "", &change.new).replacen(&format!("--- {}", change.path), "--- /dev/null", 1)
        }
    };
    let exit = if scan.changes.is_empty() || args.write { Exit::Ok } else { Exit::Pending };
    if output.is_machine() {
        let notes = |name: &String| -> Vec<&String> {
            scan.notes.iter().filter(|(host, _)| host == name).map(|(_, note)| note).collect()
        };
        let host =
            |(name, facts): &(String, Facts)| json!({ "name": name, "facts": scan::json(facts), "notes": notes(name) });
        let change =
            |change: &Change| json!({ "path": change.path, "is_new": change.old.is_none(), "diff": diff(change) });
        let (hosts, changes): (Vec<Value>, Vec<Value>) =
            (hosts.iter().map(host).collect(), scan.changes.iter().map(change).collect());
        output.answer(String::new, || json!({ "hosts": hosts, "changes": changes, "written": args.write }))?;
        return Ok(exit);
    }
    for (host, note) in scan.notes.iter().take(MOST_SHOWN) {
        output.remark(&format!("note: {host}: {}", visible(note)));
    }
    if scan.notes.len() > MOST_SHOWN {
        output.remark(&format!("note: {} more", scan.notes.len() - MOST_SHOWN));
    }
    if !args.write {
        print(&scan.changes.iter().map(diff).collect::<String>())?;
    }
    let names: Vec<&str> = hosts.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(", ");
    match (scan.changes.is_empty(), args.write) {
        (true, _) => output.remark(&format!("the source says of {names} what the host says: nothing to change")),
        (false, false) => output.remark("nothing was written: `--write` writes this"),
        (false, true) => {
            scan.changes.iter().for_each(|change| output.remark(&format!("wrote {}", visible(&change.path))))
        }
    }
    if scan.after.has_errors() && !scan.before.has_errors() {
        output.remark("with these facts the lab breaks rules: `hlab check` says which");
    }
    Ok(exit)
}
