//! Everything gets its place: hosts in columns whose number follows from theirs, the rest above and below.

use super::boxes::host_box;
use super::scene::{Look, Node, Rect, Scene};
use super::strips::{footer, header};
use super::text::count;
use super::{Lab, State};
use crate::diag::Severity;

/// Room at the edges of the picture.
pub(super) const EDGE: f32 = 24.0;
/// Room between hosts.
const GAP: f32 = 16.0;

/// How hosts are laid out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Grid {
    /// Columns of hosts.
    pub columns: usize,
    /// The width of a host.
    pub wide: f32,
    /// Whether there are so many hosts that guests get one line each.
    pub is_dense: bool,
}

impl Grid {
    /// For so many hosts. A few have room; many become narrow before the picture becomes wide.
    pub fn of(hosts: usize) -> Grid {
        let columns = match hosts {
            0 | 1 => 1,
            2..=4 => 2,
            5..=9 => 3,
            10..=16 => 4,
            17..=25 => 5,
            26..=36 => 6,
            37..=64 => 7,
            _ => 8,
        };
        let wide = [640.0, 560.0, 500.0, 440.0, 380.0, 330.0, 280.0, 280.0][columns - 1];
        Grid { columns, wide, is_dense: hosts > 12 }
    }

    /// The width of all columns.
    pub fn width(self) -> f32 {
        self.columns as f32 * (self.wide + GAP) - GAP
    }
}

/// The picture of a lab.
#[must_use]
pub fn scene(lab: &Lab) -> Scene {
    let grid = Grid::of(lab.hosts.len());
    let mut root = Node::new(Rect::new(0.0, 0.0, grid.width() + 2.0 * EDGE, 0.0), Look::Hidden);
    let mut y = EDGE;
    header(lab, &mut root, grid.width(), &mut y);
    hosts(lab, &mut root, grid, &mut y);
    footer(lab, &mut root, grid.width(), &mut y);
    root.frame.h = y + EDGE;
    Scene { title: title(lab), description: description(lab), root }
}

/// Each host goes to the column that is shortest so far, so that they read from left to right. A few hosts of unlike size would
/// leave holes: the tallest of them are spread first, and in a column they stand by name.
fn hosts(lab: &Lab, root: &mut Node, grid: Grid, y: &mut f32) {
    let mut boxes: Vec<(usize, Node)> = (0..lab.hosts.len()).map(|host| (host, host_box(lab, host, grid))).collect();
    if !grid.is_dense {
        boxes.sort_by(|(a, left), (b, right)| right.frame.h.total_cmp(&left.frame.h).then_with(|| a.cmp(b)));
    }
    let mut columns: Vec<(f32, Vec<(usize, Node)>)> = vec![(0.0, Vec::new()); grid.columns];
    for one in boxes {
        let shortest = columns.iter_mut().min_by(|(a, _), (b, _)| a.total_cmp(b));
        let Some((end, hosts)) = shortest else { break };
        *end += one.1.frame.h + GAP;
        hosts.push(one);
    }
    columns.iter_mut().for_each(|(_, hosts)| hosts.sort_by_key(|(host, _)| *host));
    columns.sort_by_key(|(_, hosts)| hosts.first().map_or(usize::MAX, |(host, _)| *host));
    let top = *y;
    for (place, (end, hosts)) in columns.into_iter().enumerate() {
        let (x, mut down) = (EDGE + place as f32 * (grid.wide + GAP), top);
        for (_, mut node) in hosts {
            node.shift(x, down);
            down = node.frame.bottom() + GAP;
            root.inside.push(node);
        }
        *y = y.max(top + end);
    }
    *y += if lab.hosts.is_empty() { 0.0 } else { 8.0 };
}

fn title(lab: &Lab) -> String {
    if lab.name.is_empty() { "Map of the lab".to_owned() } else { format!("Map of {}", lab.name) }
}

/// How much of everything there is: `5 hosts, 8 VMs`.
pub(super) fn counts(lab: &Lab) -> Vec<String> {
    let containers = lab.guests.iter().filter(|guest| guest.is_container).count();
    let devices = lab.hosts.iter().map(|host| host.devices.len()).sum();
    let all = [
        (lab.hosts.len(), "host", "hosts"),
        (lab.guests.len() - containers, "VM", "VMs"),
        (containers, "container", "containers"),
        (devices, "device", "devices"),
        (lab.networks.len(), "network", "networks"),
        (lab.storages.len(), "storage", "storages"),
    ];
    all.into_iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| count(number, one, many)).collect()
}

/// How many errors and warnings there are: `2 errors, 1 warning`; empty if none.
pub(super) fn problems(lab: &Lab) -> String {
    let of = |severity| lab.problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let words = [(errors, "error", "errors"), (warnings, "warning", "warnings")];
    let words = words.into_iter().filter(|(number, ..)| *number > 0);
    words.map(|(number, one, many)| count(number, one, many)).collect::<Vec<_>>().join(", ")
}

/// The picture in words: a sentence for the whole, and one for each host.
fn description(lab: &Lab) -> String {
    let mut sentences = vec![format!("{}.", counts(lab).join(", "))];
    let problems = problems(lab);
    if !problems.is_empty() {
        sentences.push(format!("{problems}."));
    }
    for host in &lab.hosts {
        let names: Vec<&str> = host.guests.iter().map(|guest| lab.guests[*guest].thing.name.as_str()).collect();
        let off = if host.state == State::Off { format!(" ({})", host.word) } else { String::new() };
        let guests = if names.is_empty() { "no guests".to_owned() } else { names.join(", ") };
        sentences.push(format!("{}{off}: {guests}.", host.thing.name));
    }
    sentences.join(" ")
}
