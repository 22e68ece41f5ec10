//! `zpool status`, `zpool get`, `zfs get`: the pools and what they lie on.

use super::disk::whole;
use super::facts::{Pool, Vdev};
use super::lines::{Line, Rule};

/// The headings of `zpool status` for devices that hold no data.
fn role(heading: &str) -> Option<&'static str> {
    match heading {
        "logs" => Some("log"),
        "cache" => Some("cache"),
        "special" => Some("special"),
        "dedup" => Some("dedup"),
        "spares" => Some("spare"),
        _ => None,
    }
}

/// What a line of `zpool status` is, by its name.
enum Group {
    /// Devices that hold data in a way that hlab has a word for.
    Known(&'static str),
    /// dRAID, and what is left of a device that was removed.
    Unknown,
    /// A device that is being replaced, and the one that comes.
    Replacing,
    /// A device that failed, and the spare that stands in for it.
    StandIn,
    /// A device.
    Device,
}

/// `mirror-0`, `raidz2-1`, `replacing-0`: a word, a hyphen and a number.
fn group(name: &str) -> Group {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once('-').filter(|(_, number)| is_number(number)).map(|(word, _)| word) {
        Some("mirror") => Group::Known("mirror"),
        Some("raidz1" | "raidz") => Group::Known("raidz1"),
        Some("raidz2") => Group::Known("raidz2"),
        Some("raidz3") => Group::Known("raidz3"),
        Some("replacing") => Group::Replacing,
        Some("spare") => Group::StandIn,
        Some("indirect") => Group::Unknown,
        Some(word) if word.starts_with("draid") => Group::Unknown,
        Some(_) | None => Group::Device,
    }
}

/// Reads `zpool status`, with paths or without; and says what is not as it should be.
pub(super) fn status(text: &str, notes: &mut Vec<String>) -> Vec<Pool> {
    let mut pools: Vec<Pool> = Vec::new();
    let mut reader = Reader::default();
    for line in text.lines() {
        if let Some(key) = Line::read(Rule::pool_key, line) {
            let value = key.text(Rule::rest).trim();
            reader.is_config = key.text(Rule::pool_word) == "config";
            match key.text(Rule::pool_word) {
                "pool" => {
                    pools.push(Pool { name: value.to_owned(), ..Pool::default() });
                    reader = Reader::default();
                }
                "state" => {
                    if let Some(pool) = pools.last_mut() {
                        pool.state = value.to_owned();
                        if value != "ONLINE" {
                            notes.push(format!("the pool `{}` is {value}", pool.name));
                        }
                    }
                }
                "errors" if value != "No known data errors" => {
                    if let Some(pool) = pools.last() {
                        notes.push(format!("the pool `{}` has errors: {value}", pool.name));
                    }
                }
                _ => {}
            }
        } else if let (true, Some(pool)) = (reader.is_config, pools.last_mut())
            && let Some(device) = Line::read(Rule::pool_device, line)
        {
            reader.device(pool, &device, notes);
        }
    }
    pools
}

/// Where the reader is in the table of one pool.
#[derive(Default)]
struct Reader {
    is_config: bool,
    role: &'static str,
    /// Whether the next line at the third level belongs to a group.
    in_group: bool,
    /// The level below which devices take each other's place, and which of them counts.
    changing: Option<(usize, Counts)>,
}

/// Which of several devices in one place counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// The one that is whole: the other goes.
    Online,
    /// The first: a spare goes back when the failed device is replaced.
    First,
    /// None any more.
    Done,
}

impl Reader {
    fn device(&mut self, pool: &mut Pool, line: &Line<'_>, notes: &mut Vec<String>) {
        let (name, state) = (line.text(Rule::vdev), line.text(Rule::vdev_state));
        let level = line.text(Rule::depth).len() / 2;
        if level == 0 {
            // The pool itself, a heading, or the head of the table.
            self.role = role(name).filter(|_| name != pool.name || state.is_empty()).unwrap_or("data");
            (self.in_group, self.changing) = (false, None);
            return;
        }
        if self.changing.is_some_and(|(of, _)| level <= of) {
            self.changing = None;
        }
        match group(name) {
            Group::Known(layout) if level == 1 => {
                pool.vdevs.push(Vdev { role: self.role, layout: Some(layout), disks: Vec::new() });
                self.in_group = true;
            }
            Group::Unknown if level == 1 => {
                // What is left of a removed device holds nothing.
                let layout = (!name.starts_with("indirect")).then_some(Vdev { role: self.role, ..Vdev::default() });
                pool.vdevs.extend(layout);
                self.in_group = true;
            }
            known @ (Group::Replacing | Group::StandIn) => {
                if level == 1 {
                    pool.vdevs.push(Vdev { role: self.role, layout: Some("stripe"), disks: Vec::new() });
                    self.in_group = true;
                }
                let counts = if matches!(known, Group::Replacing) { Counts::Online } else { Counts::First };
                self.changing = Some((level, counts));
            }
            Group::Known(_) | Group::Unknown | Group::Device => {
                self.member(pool, line, level);
                let rest = line.text(Rule::rest);
                let remark = rest.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).trim_end();
                if !state.is_empty() && !["ONLINE", "AVAIL", "INUSE"].contains(&state) {
                    let remark = if remark.is_empty() { String::new() } else { format!(" ({remark})") };
                    notes.push(format!("in the pool `{}`, `{name}` is {state}{remark}", pool.name));
                }
            }
        }
    }

    /// A disk, by the name that it had when it was last there.
    fn member(&mut self, pool: &mut Pool, line: &Line<'_>, level: usize) {
        let was = line.text(Rule::rest).rsplit_once("was /").map(|(_, path)| path.trim());
        let path = was.unwrap_or(line.text(Rule::vdev));
        let name = whole(path.rsplit('/').next().unwrap_or(path)).to_owned();
        if level == 1 || !self.in_group {
            self.in_group = false;
            match pool.vdevs.last_mut() {
                Some(last) if last.role == self.role && last.layout == Some("stripe") => last.disks.push(name),
                _ => pool.vdevs.push(Vdev { role: self.role, layout: Some("stripe"), disks: vec![name] }),
            }
            return;
        }
        let Some(last) = pool.vdevs.last_mut() else { return };
        match self.changing {
            Some((_, Counts::Online)) if line.text(Rule::vdev_state) != "ONLINE" => return,
            Some((_, Counts::Done)) => return,
            Some((of, Counts::First)) => self.changing = Some((of, Counts::Done)),
            Some((_, Counts::Online)) | None => {}
        }
        if !last.disks.contains(&name) {
            last.disks.push(name);
        }
    }
}

/// Reads `zpool get -Hp` and `zfs get -Hp`: name, property, value and source, between tabs.
pub(super) fn properties(pools: &mut [Pool], text: &str) {
    for line in text.lines() {
        let parts: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        let [name, property, value, ..] = parts.as_slice() else { continue };
        let Some(pool) = pools.iter_mut().find(|pool| pool.name == *name) else { continue };
        let switch = match *value {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        match *property {
            "ashift" => pool.ashift = value.parse().ok().filter(|shift| (9..=16).contains(shift)),
            "autotrim" => pool.autotrim = switch,
            "atime" => pool.atime = switch,
            "bootfs" => pool.is_boot = *value != "-" && !value.is_empty(),
            "acltype" => {
                pool.acltype = match *value {
                    "posix" | "posixacl" => Some("posixacl"),
                    "nfsv4" => Some("nfsv4"),
                    "off" | "noacl" => Some("none"),
                    _ => None,
                }
            }
            // `on` and levels such as `zstd-3` have no word in hlab.
            "compression" => {
                let word = if *value == "off" { "none" } else { value };
                let is_known = ["none", "lz4", "zstd", "gzip", "lzjb", "zle"].contains(&word);
                pool.compression = is_known.then(|| word.to_owned());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{properties, status};

    const STATUS: &str = "  pool: tank
 state: DEGRADED
status: One or more devices could not be used because the label is missing or
	invalid.  Sufficient replicas exist for the pool to continue
	functioning in a degraded state.
action: Replace the device using 'zpool replace'.
config:

	NAME                        STATE     READ WRITE CKSUM
	tank                        DEGRADED     0     0     0
	  raidz2-0                  DEGRADED     0     0     0
	    ata-A-part1             ONLINE       0     0     0
	    17218217412383712345    UNAVAIL      0     0     0  was /dev/disk/by-id/ata-B-part1
	    replacing-2             DEGRADED     0     0     0
	      ata-C                 FAULTED      0     0     0  too many errors
	      ata-D                 ONLINE       0     0     0  (resilvering)
	special	
	  mirror-1                  ONLINE       0     0     0
	    nvme-E                  ONLINE       0     0     0
	    nvme-F                  ONLINE       0     0     0
	logs	
	  nvme0n1p2                 ONLINE       0     0     0
	cache
	  /dev/disk/by-id/nvme-G-part3  ONLINE       0     0     0
	spares
	  ata-H                     AVAIL   

errors: No known data errors
";

    #[test]
    fn groups_and_roles_are_those_of_the_table() {
        let mut notes = Vec::new();
        let mut pools = status(STATUS, &mut notes);
        properties(
            &mut pools,
            "tank\tashift\t12\tlocal\ntank\tcompression\tzstd-3\tlocal\ntank/a\tatime\toff\tlocal\n",
        );
        let shown: Vec<_> = pools[0].vdevs.iter().map(|vdev| (vdev.role, vdev.layout, vdev.disks.join(" "))).collect();
        let expected = [
            ("data", Some("raidz2"), "ata-A ata-B ata-D"),
            ("special", Some("mirror"), "nvme-E nvme-F"),
            ("log", Some("stripe"), "nvme0n1"),
            ("cache", Some("stripe"), "nvme-G"),
            ("spare", Some("stripe"), "ata-H"),
        ];
        assert_eq!(shown, expected.map(|(role, layout, disks)| (role, layout, disks.to_owned())));
        assert_eq!((pools[0].ashift, pools[0].compression.as_deref(), pools[0].atime), (Some(12), None, None));
        assert_eq!(
            notes,
            [
                "the pool `tank` is DEGRADED",
                "in the pool `tank`, `17218217412383712345` is UNAVAIL (was /dev/disk/by-id/ata-B-part1)",
                "in the pool `tank`, `ata-C` is FAULTED (too many errors)",
            ]
        );
    }
}
