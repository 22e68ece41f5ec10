//! Writes a lab of N guests as an hlab project, for measuring: `fleet N DIR [--break KIND]`.
//!
//! The workload is the same for every tool that is measured: N guests over `max(4, N / 25)` hosts, with names, ids and
//! values that follow from the guest's number. `hosts.hlab` holds the project, networks, storages, hosts and devices,
//! `guests.hlab` every guest, written out. `--break` makes the last guest (for `devdup` the second holder) wrong in one
//! way: `vmid`, `host`, `storage`, `bridge`, `device`, `devdup`, `mem`. The same arguments give the same bytes.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// The ways in which a fleet can be wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Break {
    Vmid,
    Host,
    Storage,
    Bridge,
    Device,
    DeviceTwice,
    Memory,
}

impl Break {
    fn parse(word: &str) -> Option<Break> {
        Some(match word {
            "vmid" => Break::Vmid,
            "host" => Break::Host,
            "storage" => Break::Storage,
            "bridge" => Break::Bridge,
            "device" => Break::Device,
            "devdup" => Break::DeviceTwice,
            "mem" => Break::Memory,
            _ => return None,
        })
    }
}

/// What is asked for.
struct Fleet {
    guests: usize,
    hosts: usize,
    wrong: Option<Break>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("fleet: {message}");
            eprintln!("usage: fleet N DIR [--break vmid|host|storage|bridge|device|devdup|mem]");
            ExitCode::from(64)
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (count, folder, wrong) = match arguments {
        [count, folder] => (count, folder, None),
        [count, folder, flag, kind] if flag == "--break" => {
            let kind = Break::parse(kind).ok_or_else(|| format!("`{kind}` is no way to break a fleet"))?;
            (count, folder, Some(kind))
        }
        _ => return Err("a number of guests and a folder are needed".to_owned()),
    };
    let guests: usize = count.parse().map_err(|_| format!("`{count}` is no number of guests"))?;
    if guests == 0 || guests > 1 << 24 {
        return Err("the number of guests lies between 1 and 16777216".to_owned());
    }
    let fleet = Fleet { guests, hosts: (guests / 25).max(4), wrong };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (name, text) in [("hosts.hlab", hosts(&fleet)), ("guests.hlab", guests_text(&fleet))] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Appends formatted text; writing to a `String` cannot fail.
macro_rules! put {
    ($out:expr, $($part:tt)*) => { let _ = write!($out, $($part)*); };
}

fn hosts(fleet: &Fleet) -> String {
    let mut out = String::with_capacity(4096 + fleet.hosts * 700);
    out.push_str("//! A measured lab: everything but the guests.\n\n");
    out.push_str("project fleet {\n  ids = 100..99_999_999\n");
    out.push_str("  target crossplane { version = \"0.11.1\", out = \"crossplane\" }\n}\n\n");
    let network =
        |name: &str, rest: &str| format!("network {name} {{ cidr = 10.0.0.0/8, gateway = 10.255.255.254{rest} }}\n");
    let apart = ", allow networks-are-disjoint because \"they never meet\"";
    out.push_str(&network("net0", ""));
    out.push_str(&network("net1", apart));
    if fleet.wrong == Some(Break::Bridge) {
        out.push_str(&network("net9", apart));
    }
    out.push_str("\nstorage local: Directory on all {\n  path    = \"/var/lib/vz\"\n");
    out.push_str("  content = [iso, vztmpl, backup, snippets, import]\n}\n");
    out.push_str("storage local-zfs: ZfsPool on all { pool = \"rpool/data\", content = [images, rootdir] }\n");
    for number in 0..fleet.hosts {
        host(&mut out, number);
    }
    out
}

fn host(out: &mut String, number: usize) {
    put!(out, "\nhost host-{number:04} {{\n  cpu {{ cores = 64, threads = 64 }}\n  memory = 256GiB\n");
    out.push_str("  bridge vmbr0 { network = net0 }\n  bridge vmbr1 { network = net1 }\n");
    if number.is_multiple_of(2) {
        out.push_str("  bridge vmbr2\n");
    }
    if number % 4 == 1 {
        put!(out, "  pci gpu-{number:04} {{ at = 0000:01:00.0, group = {} }}\n", 14 + number % 8);
    }
    out.push_str("  zpool rpool { boot = true }\n");
    put!(out, "  zpool nvme-{number:04}\n}}\n");
    put!(out, "storage nvme-{number:04}: ZfsPool on host-{number:04} {{\n  pool    = \"nvme-{number:04}\"\n");
    out.push_str("  content = [images, rootdir]\n}\n");
    if number.is_multiple_of(2) {
        put!(out, "device coral-{number:04}: CoralUSB on host-{number:04} {{ port = \"1-1\" }}\n");
    }
}

fn guests_text(fleet: &Fleet) -> String {
    let mut out = String::with_capacity(64 + fleet.guests * 520);
    out.push_str("//! A measured lab: its guests.\n");
    for number in 0..fleet.guests {
        guest(&mut out, fleet, number);
    }
    out
}

fn guest(out: &mut String, fleet: &Fleet, number: usize) {
    let wrong = fleet.wrong.filter(|_| number == fleet.guests - 1);
    let home = number % fleet.hosts;
    put!(out, "\nvm vm-{number:05} on ");
    if wrong == Some(Break::Host) {
        out.push_str("host-none");
    } else {
        put!(out, "host-{home:04}");
    }
    let id = if wrong == Some(Break::Vmid) { 100 } else { 100 + number };
    let memory = if wrong == Some(Break::Memory) { 256 } else { 2 * (1 + number % 4) };
    put!(out, " {{\n  id = {id}\n  cpu {{ cores = {}, type = host }}\n  memory = {memory}GiB\n", [2, 4, 8][number % 3]);
    let storage = if wrong == Some(Break::Storage) { "nvme-none" } else { "local-zfs" };
    put!(out, "  disk scsi0 {{ storage = {storage}, size = 32GiB, iothread = true, ssd = true }}\n");
    if number.is_multiple_of(3) {
        put!(out, "  disk scsi1 {{ storage = nvme-{home:04}, size = 100GiB, iothread = true, ssd = true }}\n");
    }
    let network = if wrong == Some(Break::Bridge) { 9 } else { number % 2 };
    let [_, a, b, c] = (number as u32).to_be_bytes();
    put!(out, "  nic net0 {{\n    network = net{network}\n    mac     = BC:24:11:{a:02X}:{b:02X}:{c:02X}\n");
    put!(out, "    vlan    = {}\n    address = 10.{a}.{b}.{c}\n  }}\n", 10 + number % 4);
    out.push_str("  cloud-init {\n    user     = \"ubuntu\"\n    address  = static\n");
    let key = number % 10_000;
    put!(
        out,
        "    ssh-keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0{key:04}homelabhomelabhomelabhomelab ops@lab\"]\n  }}\n"
    );
    device(out, fleet, number, wrong);
    out.push_str("}\n");
}

/// The device of a guest: the first `hosts` guests have that of their host, if it has one.
fn device(out: &mut String, fleet: &Fleet, number: usize, wrong: Option<Break>) {
    if wrong == Some(Break::Device) {
        out.push_str("  attach coral-none\n");
    } else if number < fleet.hosts && number.is_multiple_of(2) {
        put!(out, "  attach coral-{number:04}\n");
    } else if number < fleet.hosts && number % 4 == 1 {
        put!(out, "  attach gpu-{number:04}\n");
    } else if number == fleet.hosts && fleet.wrong == Some(Break::DeviceTwice) {
        out.push_str("  attach coral-0000\n");
    }
}
