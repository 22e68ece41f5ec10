//! What stands above and below the hosts: the title, networks and power; storages that all see, other machines, the legend.

use super::boxes::{Card, draw, guest_card, label, mark_icon};
use super::layout::{EDGE, counts, problems};
use super::scene::{Icon, Ink, Label, Look, Node, Rect};
use super::text::{Weight, width};
use super::{Lab, Thing};
use crate::diag::Severity;

/// Room between chips.
const GAP: f32 = 8.0;
/// The height of a chip.
const LOW: f32 = 24.0;
/// The widest that a chip becomes.
const WIDEST: f32 = 420.0;
/// Where chips begin, behind the word for their row.
const INDENT: f32 = 76.0;

/// The title, how much there is of everything, networks and power.
pub(super) fn header(lab: &Lab, root: &mut Node, wide: f32, y: &mut f32) {
    let problems = problems(lab);
    let worst = lab.problems.iter().map(|problem| problem.severity).max();
    let mut right = EDGE + wide;
    if let Some((icon, severity)) = worst.and_then(|worst| Some((mark_icon(worst)?, worst))) {
        let ink = if severity == Severity::Error { Ink::Error } else { Ink::Warning };
        let taken = width(&problems, 13.0, Weight::Bold);
        let text = problems;
        root.labels.push(Label { x: right, y: *y + 19.0, size: 13.0, is_bold: true, at_end: true, ink, text });
        root.icons.push((icon, right - taken - Icon::SIDE - 6.0, *y + 7.0));
        right -= taken + Icon::SIDE + 18.0;
    }
    let name = if lab.name.is_empty() { "lab" } else { lab.name.as_str() };
    root.labels.push(label(EDGE, *y + 20.0, right - EDGE, 22.0, Ink::Strong, true, name));
    let about = counts(lab).join(" · ");
    root.labels.push(label(EDGE, *y + 40.0, wide, 12.0, Ink::Soft, false, &about));
    *y += 56.0;
    let networks: Vec<[usize; 1]> = (0..lab.networks.len()).map(|network| [network]).collect();
    let chips = lab.networks.iter().zip(&networks);
    let chips = chips.map(|(network, number)| chip(&network.thing, None, &network.detail, number));
    row(lab, "networks", &chips.collect::<Vec<_>>(), root, wide, y);
    let chips = lab.supplies.iter().map(|supply| chip(&supply.thing, Some(Icon::Flash), &supply.detail, &[]));
    row(lab, "power", &chips.collect::<Vec<_>>(), root, wide, y);
    *y += 6.0;
}

/// What is on no host, and what the signs mean.
pub(super) fn footer(lab: &Lab, root: &mut Node, wide: f32, y: &mut f32) {
    let shared = lab.storages.iter().filter(|storage| storage.is_shared);
    let detail = |sort: &str, size: &str| if size.is_empty() { sort.to_owned() } else { format!("{sort} · {size}") };
    let shared: Vec<(&Thing, String)> =
        shared.map(|storage| (&storage.thing, detail(&storage.sort, &storage.detail))).collect();
    let chips = shared.iter().map(|(thing, detail)| chip(thing, Some(Icon::Drum), detail, &[]));
    row(lab, "shared", &chips.collect::<Vec<_>>(), root, wide, y);
    let chips = lab.machines.iter().map(|machine| chip(&machine.thing, Some(Icon::Machine), &machine.detail, &[]));
    row(lab, "machines", &chips.collect::<Vec<_>>(), root, wide, y);
    lost_guests(lab, root, wide, y);
    legend(lab, root, wide, y);
}

fn chip<'l>(thing: &'l Thing, icon: Option<Icon>, detail: &'l str, networks: &'l [usize]) -> Card<'l> {
    Card { thing, look: Look::Chip, icon, detail, badge: "", networks }
}

/// Chips side by side, each as wide as its texts, in as many lines as they take.
fn row(lab: &Lab, word: &str, chips: &[Card<'_>], root: &mut Node, wide: f32, y: &mut f32) {
    if chips.is_empty() {
        return;
    }
    root.labels.push(label(EDGE, *y + 16.0, INDENT - 8.0, 10.5, Ink::Soft, false, word));
    let (start, end) = (EDGE + INDENT, EDGE + wide);
    let mut x = start;
    for card in chips {
        let texts = width(&card.thing.name, 10.5, Weight::Bold) + width(card.detail, 9.5, Weight::Plain);
        let taken = (texts + if card.thing.mark.is_some() { 73.0 } else { 54.0 }).ceil().min(WIDEST).min(end - start);
        if x > start && x + taken > end {
            x = start;
            *y += LOW + GAP;
        }
        root.inside.push(draw(lab, card, Rect::new(x, *y, taken, LOW)));
        x += taken + GAP;
    }
    *y += LOW + GAP;
}

/// Guests whose host is not known.
fn lost_guests(lab: &Lab, root: &mut Node, wide: f32, y: &mut f32) {
    let guests: Vec<_> = lab.guests.iter().filter(|guest| guest.host.is_none()).collect();
    if guests.is_empty() {
        return;
    }
    *y += 16.0;
    root.labels.push(label(EDGE, *y, wide, 10.5, Ink::Soft, false, "guests whose host is not known"));
    *y += 8.0;
    let columns = ((wide + GAP) / (220.0 + GAP)).floor().max(1.0);
    let cell = ((wide + GAP) / columns).floor() - GAP;
    for (place, guest) in guests.iter().enumerate() {
        let (column, line) = (place % columns as usize, place / columns as usize);
        let x = EDGE + column as f32 * (cell + GAP);
        root.inside.push(guest_card(lab, guest, Rect::new(x, *y + line as f32 * 44.0, cell, 36.0)));
    }
    *y += guests.len().div_ceil(columns as usize) as f32 * 44.0;
}

/// What the signs mean, those that occur.
fn legend(lab: &Lab, root: &mut Node, wide: f32, y: &mut f32) {
    let has = |look: Look| root.inside.iter().any(|node| occurs(node, look));
    let looks = [
        (Look::Vm, Some(Icon::Screen), "VM"),
        (Look::Container, Some(Icon::Crate), "container"),
        (Look::Stopped, Some(Icon::Screen), "stopped VM"),
        (Look::StoppedContainer, Some(Icon::Crate), "stopped container"),
        (Look::Device, Some(Icon::Card), "device"),
        (Look::Kept, None, "kept by the host"),
        (Look::Promised, None, "promised to guests"),
        (Look::Ceiling, None, "what they may come to"),
        (Look::Over, None, "promised, and not there"),
        (Look::Beyond, None, "not there if they ask for all"),
    ];
    let is_wrong = |severity| lab.problems.iter().any(|problem| problem.severity == severity);
    let marks = [(Severity::Error, Icon::Error, "error"), (Severity::Warning, Icon::Warning, "warning")];
    let signs: Vec<_> = looks.into_iter().filter(|(look, ..)| has(*look)).collect();
    let marks = marks.into_iter().filter(|(severity, ..)| is_wrong(*severity));
    *y += 6.0;
    let mut x = EDGE;
    let mut turn = |x: &mut f32, taken: f32| {
        if *x > EDGE && *x + taken > EDGE + wide {
            *x = EDGE;
            *y += 24.0;
        }
        *y
    };
    for (look, icon, word) in signs {
        let taken = 32.0 + width(word, 10.5, Weight::Plain);
        let top = turn(&mut x, taken);
        let tall = if icon.is_some() { 18.0 } else { 9.0 };
        let mut sample = Node::new(Rect::new(x, top + (18.0 - tall) / 2.0, 26.0, tall), look);
        sample.icons.extend(icon.map(|icon| (icon, x + 6.0, top + 2.0)));
        root.inside.push(sample);
        root.labels.push(label(x + 32.0, top + 13.0, WIDEST, 10.5, Ink::Soft, false, word));
        x += taken + 18.0;
    }
    for (_, icon, word) in marks {
        let taken = 20.0 + width(word, 10.5, Weight::Plain);
        let top = turn(&mut x, taken);
        root.icons.push((icon, x, top + 2.0));
        root.labels.push(label(x + 20.0, top + 13.0, WIDEST, 10.5, Ink::Soft, false, word));
        x += taken + 18.0;
    }
    *y += 18.0;
}

fn occurs(node: &Node, look: Look) -> bool {
    node.look == look || node.inside.iter().any(|inner| occurs(inner, look))
}
