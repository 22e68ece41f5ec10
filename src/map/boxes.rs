//! The box of a host: its name and memory, devices with lines to those who hold them, guests, bridges, storages.

use super::layout::Grid;
use super::scene::{Icon, Ink, Label, Line, Look, Node, Rect};
use super::text::{Weight, bytes, fit, width};
use super::{Device, Guest, Host, Lab, Seat, State, Thing};
use crate::diag::Severity;

/// Room at the edges of a box.
const PAD: f32 = 14.0;
/// Room between cards.
const GAP: f32 = 6.0;
/// A card with two lines.
const TALL: f32 = 36.0;
/// A card with one line.
const LOW: f32 = 22.0;
/// So many guests of a host have one line each, however few hosts there are.
const MANY_GUESTS: usize = 16;

/// What a card shows.
pub(super) struct Card<'l> {
    pub thing: &'l Thing,
    pub look: Look,
    pub icon: Option<Icon>,
    /// What is known of it, in a few words.
    pub detail: &'l str,
    /// A word at its right end.
    pub badge: &'l str,
    /// The networks that it is on.
    pub networks: &'l [usize],
}

/// The box of a host, its left upper corner at 0, 0.
pub(super) fn host_box(lab: &Lab, number: usize, grid: Grid) -> Node {
    let host = &lab.hosts[number];
    let look = if host.state == State::Running { Look::Host } else { Look::HostOff };
    let mut node = Node::new(Rect::new(0.0, 0.0, grid.wide, 0.0), look);
    describe(lab, &host.thing, &mut node);
    let mut y = head(host, &mut node);
    let rest = devices(lab, number, &mut node, grid, &mut y);
    guests(lab, &rest, &mut node, grid, &mut y);
    bridges(lab, host, &mut node, grid, &mut y);
    storages(lab, host, &mut node, grid, &mut y);
    node.frame.h = y - GAP + PAD;
    node
}

/// What a thing tells of itself: its address, its lines, what is wrong with it.
pub(super) fn describe(lab: &Lab, thing: &Thing, node: &mut Node) {
    node.address = thing.address.clone();
    node.title = thing.about.iter().filter(|line| !line.is_empty()).cloned().collect();
    for problem in thing.problems.iter().map(|number| &lab.problems[*number]) {
        node.title.push(format!("{}: {} [{}]", problem.severity.word(), problem.message, problem.code));
    }
    node.mark = thing.mark;
}

/// A text that is cut to its room.
pub(super) fn label(x: f32, y: f32, room: f32, size: f32, ink: Ink, is_bold: bool, text: &str) -> Label {
    let weight = if is_bold { Weight::Bold } else { Weight::Plain };
    Label { x, y, size, is_bold, at_end: false, ink, text: fit(text, room, size, weight) }
}

/// The picture of a mark.
pub(super) fn mark_icon(severity: Severity) -> Option<Icon> {
    match severity {
        Severity::Error => Some(Icon::Error),
        Severity::Warning => Some(Icon::Warning),
        Severity::Note => None,
    }
}

/// Name, processor and memory; gives the height that they take.
fn head(host: &Host, node: &mut Node) -> f32 {
    let mut right = node.frame.w - PAD;
    if let Some(icon) = node.mark.and_then(mark_icon) {
        right -= Icon::SIDE;
        node.icons.push((icon, right, 11.0));
        right -= 6.0;
    }
    if !host.fed_by.is_empty() {
        right -= Icon::SIDE;
        node.icons.push((Icon::Flash, right, 11.0));
        right -= 6.0;
    }
    if host.state == State::Off {
        let word = fit(&host.word, 90.0, 11.0, Weight::Plain);
        let wide = width(&word, 11.0, Weight::Plain);
        node.labels.push(Label {
            x: right,
            y: 23.0,
            size: 11.0,
            is_bold: false,
            at_end: true,
            ink: Ink::Soft,
            text: word,
        });
        right -= wide + 8.0;
    }
    node.labels.push(label(PAD, 23.0, right - PAD, 15.0, Ink::Strong, true, &host.thing.name));
    let inner = node.frame.w - 2.0 * PAD;
    let mut y = 40.0;
    if !host.cpu.is_empty() {
        node.labels.push(label(PAD, y, inner, 10.5, Ink::Soft, false, &host.cpu));
        y += 14.0;
    }
    memory(host, node, inner, &mut y);
    y
}

/// The bar of a host's memory, and the same in words.
fn memory(host: &Host, node: &mut Node, inner: f32, y: &mut f32) {
    let Some(memory) = host.memory else {
        if host.state == State::Running {
            let words = if host.ceiling == 0 {
                "memory not stated".to_owned()
            } else {
                format!("{} promised, memory not stated", bytes(host.promised))
            };
            node.labels.push(label(PAD, *y, inner, 10.5, Ink::Soft, false, &words));
            *y += 14.0;
        }
        return;
    };
    *y -= 6.0;
    let mut bar = Node::new(Rect::new(PAD, *y, inner, 9.0), Look::Bar);
    bar.inside = parts(host.kept, host.promised, host.ceiling, memory, bar.frame);
    node.inside.push(bar);
    let most = if host.ceiling > host.promised { format!(" (up to {})", bytes(host.ceiling)) } else { String::new() };
    let promised = if host.promised == 0 { "nothing".to_owned() } else { bytes(host.promised) };
    let words = format!("{promised} promised{most}, {} kept, of {}", bytes(host.kept), bytes(memory));
    node.labels.push(label(PAD, *y + 22.0, inner, 10.5, Ink::Soft, false, &words));
    *y += 36.0;
}

/// The parts of a bar: what the host keeps, what is promised, what may be asked for, and of all that, what is not there.
pub(super) fn parts(kept: u64, promised: u64, ceiling: u64, memory: u64, bar: Rect) -> Vec<Node> {
    let asked = kept.saturating_add(promised.max(ceiling));
    let scale = bar.w / memory.max(asked).max(1) as f32;
    let ends = [(kept, Look::Kept), (kept.saturating_add(promised), Look::Promised), (asked, Look::Ceiling)];
    let (mut from, mut parts) = (0_u64, Vec::new());
    for (end, look) in ends {
        // What goes beyond the memory is drawn apart.
        let end = end.min(memory).max(from);
        if end > from {
            parts.push(Node::new(
                Rect::new(bar.x + from as f32 * scale, bar.y, (end - from) as f32 * scale, bar.h),
                look,
            ));
        }
        from = end;
    }
    let promised = kept.saturating_add(promised).max(memory);
    for (start, end, look) in [(memory, promised, Look::Over), (promised, asked, Look::Beyond)] {
        if end > start {
            parts.push(Node::new(
                Rect::new(bar.x + start as f32 * scale, bar.y, (end - start) as f32 * scale, bar.h),
                look,
            ));
        }
    }
    parts
}

/// A word over a part of the box, where there is room for one.
fn caption(word: &str, node: &mut Node, grid: Grid, y: &mut f32) {
    if grid.is_dense {
        *y += 4.0;
        return;
    }
    *y += 13.0;
    node.labels.push(label(PAD, *y, node.frame.w - 2.0 * PAD, 9.5, Ink::Soft, false, word));
    *y += 6.0;
}

/// Devices at the left in their groups, those who hold them at the right; gives the guests that hold none.
fn devices(lab: &Lab, number: usize, node: &mut Node, grid: Grid, y: &mut f32) -> Vec<usize> {
    let host = &lab.hosts[number];
    let is_here = |guest: &&usize| lab.guests[**guest].host == Some(number);
    let mut holders: Vec<usize> = Vec::new();
    for guest in host.devices.iter().flat_map(|device| device.holders.iter().filter(is_here)) {
        if !holders.contains(guest) {
            holders.push(*guest);
        }
    }
    let mut is_holder = holders.clone();
    is_holder.sort_unstable();
    let rest = host.guests.iter().copied().filter(|guest| is_holder.binary_search(guest).is_err()).collect();
    if host.devices.is_empty() {
        return rest;
    }
    caption(if holders.is_empty() { "devices" } else { "devices, and who holds them" }, node, grid, y);
    let inner = node.frame.w - 2.0 * PAD;
    let gutter = if grid.is_dense { 24.0 } else { 44.0 };
    let left = ((inner - gutter) * 0.47).floor();
    let top = *y;
    let (mut seats, mut down) = (Vec::new(), top);
    for (seat, members) in by_seat(&host.devices) {
        let mut frame = group(lab, seat, &members, left, grid);
        frame.shift(PAD, down);
        down = frame.frame.bottom() + GAP;
        let middles = frame.inside.iter().map(|card| (card.frame.right() + 5.0, card.frame.y + card.frame.h / 2.0));
        seats.extend(members.iter().copied().zip(middles.collect::<Vec<_>>()));
        node.inside.push(frame);
    }
    let (x, wide) = (PAD + left + gutter, inner - left - gutter);
    let mut right = top;
    for holder in holders {
        let guest = &lab.guests[holder];
        let card = guest_card(lab, guest, Rect::new(x, right, wide, TALL));
        let ends = seats.iter().filter(|(device, _)| device.holders.contains(&holder));
        let ends: Vec<_> = ends.map(|(device, from)| (*from, device.thing.mark == Some(Severity::Error))).collect();
        // Lines to one guest end side by side.
        for (place, (from, is_wrong)) in ends.iter().enumerate() {
            let to = right + TALL * (place as f32 + 1.0) / (ends.len() as f32 + 1.0);
            node.lines.push(Line { from: *from, to: (x, to), is_wrong: *is_wrong });
        }
        right += TALL + GAP;
        node.inside.push(card);
    }
    *y = down.max(right);
    rest
}

/// The devices of each seat, in order.
fn by_seat(devices: &[Device]) -> Vec<(Seat, Vec<&Device>)> {
    let mut seats: Vec<(Seat, Vec<&Device>)> = Vec::new();
    for device in devices {
        match seats.last_mut() {
            Some((seat, members)) if *seat == device.seat => members.push(device),
            _ => seats.push((device.seat, vec![device])),
        }
    }
    seats
}

/// The frame round the devices of one IOMMU group.
fn group(lab: &Lab, seat: Seat, members: &[&Device], wide: f32, grid: Grid) -> Node {
    let (word, icon) = match seat {
        Seat::Group(number) => (format!("IOMMU group {number}"), Icon::Card),
        Seat::Pci => ("PCI".to_owned(), Icon::Card),
        Seat::Usb => ("USB".to_owned(), Icon::Plug),
    };
    let mut frame = Node::new(Rect::new(0.0, 0.0, wide, 0.0), Look::Group);
    frame.labels.push(label(7.0, 12.0, wide - 14.0, 9.5, Ink::Soft, false, &word));
    let mut y = 17.0;
    for device in members {
        let card = Card {
            thing: &device.thing,
            look: Look::Device,
            // The frame says it too, and a narrow card needs the room for the name.
            icon: (!grid.is_dense).then_some(icon),
            detail: &device.detail,
            badge: "",
            networks: &[],
        };
        let tall = if device.detail.is_empty() { LOW } else { TALL };
        frame.inside.push(draw(lab, &card, Rect::new(5.0, y, wide - 10.0, tall)));
        y += tall + 5.0;
    }
    frame.frame.h = y;
    frame
}

fn guests(lab: &Lab, guests: &[usize], node: &mut Node, grid: Grid, y: &mut f32) {
    if guests.is_empty() {
        return;
    }
    caption("guests", node, grid, y);
    let tall = if grid.is_dense || guests.len() > MANY_GUESTS { LOW } else { TALL };
    cells(node, guests.len(), tall, y, |place, frame| guest_card(lab, &lab.guests[guests[place]], frame));
}

fn bridges(lab: &Lab, host: &Host, node: &mut Node, grid: Grid, y: &mut f32) {
    if host.bridges.is_empty() {
        return;
    }
    caption("bridges", node, grid, y);
    cells(node, host.bridges.len(), LOW, y, |place, frame| {
        let bridge = &host.bridges[place];
        let network = bridge.network.map_or("", |network| lab.networks[network].thing.name.as_str());
        let detail = match (network, bridge.detail.as_str()) {
            ("", detail) => detail.to_owned(),
            (network, "") => network.to_owned(),
            (network, detail) => format!("{network} · {detail}"),
        };
        let networks: Vec<usize> = bridge.network.into_iter().collect();
        let card = Card {
            thing: &bridge.thing,
            look: Look::Chip,
            icon: None,
            detail: &detail,
            badge: "",
            networks: &networks,
        };
        draw(lab, &card, frame)
    });
}

fn storages(lab: &Lab, host: &Host, node: &mut Node, grid: Grid, y: &mut f32) {
    if host.storages.is_empty() {
        return;
    }
    caption("storages", node, grid, y);
    cells(node, host.storages.len(), LOW, y, |place, frame| {
        let offer = &host.storages[place];
        let storage = &lab.storages[offer.storage];
        let detail = if offer.detail.is_empty() { &storage.sort } else { &offer.detail };
        let icon = Some(Icon::Drum);
        let card = Card { thing: &storage.thing, look: Look::Chip, icon, detail, badge: "", networks: &[] };
        let mut card = draw(lab, &card, frame);
        // One storage may be on many hosts.
        card.address = format!("{}.{}", host.thing.address, storage.thing.address);
        card
    });
}

/// Cards of one height in two columns.
fn cells(node: &mut Node, count: usize, tall: f32, y: &mut f32, cell: impl Fn(usize, Rect) -> Node) {
    let wide = ((node.frame.w - 2.0 * PAD - GAP) / 2.0).floor();
    for place in 0..count {
        let x = PAD + (place % 2) as f32 * (wide + GAP);
        let frame = Rect::new(x, *y + (place / 2) as f32 * (tall + GAP), wide, tall);
        node.inside.push(cell(place, frame));
    }
    *y += count.div_ceil(2) as f32 * (tall + GAP);
}

/// The card of a guest.
pub(super) fn guest_card(lab: &Lab, guest: &Guest, frame: Rect) -> Node {
    let look = match (guest.state, guest.is_container) {
        (State::Running, false) => Look::Vm,
        (State::Running, true) => Look::Container,
        (State::Off, false) => Look::Stopped,
        (State::Off, true) => Look::StoppedContainer,
    };
    let badge = match &guest.k3s {
        Some(role) if frame.h >= TALL => format!("k3s {role}"),
        Some(_) => "k3s".to_owned(),
        None => String::new(),
    };
    let icon = Some(if guest.is_container { Icon::Crate } else { Icon::Screen });
    let card =
        Card { thing: &guest.thing, look, icon, detail: &guest.detail, badge: &badge, networks: &guest.networks };
    draw(lab, &card, frame)
}

/// A card of one line or two.
pub(super) fn draw(lab: &Lab, card: &Card<'_>, frame: Rect) -> Node {
    let mut node = Node::new(frame, card.look);
    describe(lab, card.thing, &mut node);
    let is_tall = frame.h >= TALL;
    let (mut left, mut right) = (frame.x + 8.0, frame.right() - 8.0);
    let middle = frame.y + frame.h / 2.0;
    if let Some(icon) = card.icon {
        node.icons.push((icon, left, middle - Icon::SIDE / 2.0));
        left += Icon::SIDE + 6.0;
    } else if let Some(network) = card.networks.first() {
        node.inside.push(Node::new(Rect::new(left, middle - 5.0, 10.0, 10.0), Look::Net(*network)));
        left += 16.0;
    }
    if let Some(icon) = node.mark.and_then(mark_icon) {
        right -= Icon::SIDE;
        node.icons.push((icon, right, if is_tall { frame.y + 4.0 } else { middle - Icon::SIDE / 2.0 }));
        right -= 5.0;
    }
    if is_tall {
        two_lines(card, &mut node, left, right)
    } else {
        one_line(card, &mut node, left, right)
    }
    node
}

/// The name with the badge beside it, what is known below, and the networks at its end.
fn two_lines(card: &Card<'_>, node: &mut Node, left: f32, right: f32) {
    let frame = node.frame;
    // Where the name needs the room, the first word of the badge is enough.
    let name = width(&card.thing.name, 11.5, Weight::Bold);
    let is_long = name + 6.0 + width(card.badge, 9.0, Weight::Bold) > right - left;
    let badge = if is_long { card.badge.split(' ').next().unwrap_or_default() } else { card.badge };
    let badge = fit(badge, (right - left) * 0.45, 9.0, Weight::Bold);
    let taken = width(&badge, 9.0, Weight::Bold);
    if !badge.is_empty() {
        let y = frame.y + 14.5;
        node.labels.push(Label { x: right, y, size: 9.0, is_bold: true, at_end: true, ink: Ink::Soft, text: badge });
    }
    let room = right - left - if taken > 0.0 { taken + 6.0 } else { 0.0 };
    let y = if card.detail.is_empty() { frame.y + 22.0 } else { frame.y + 15.0 };
    node.labels.push(label(left, y, room, 11.5, Ink::Strong, true, &card.thing.name));
    let mut end = frame.right() - 8.0;
    if card.icon.is_some() {
        for network in card.networks.iter().rev().take(COLOURED) {
            end -= 7.0;
            node.inside.push(Node::new(Rect::new(end, frame.y + frame.h - 13.0, 7.0, 7.0), Look::Net(*network)));
            end -= 3.0;
        }
    }
    node.labels.push(label(left, frame.y + 28.5, end - 2.0 - left, 9.5, Ink::Soft, false, card.detail));
}

/// So many networks of a guest are shown by their colours.
const COLOURED: usize = 4;

/// The name, and what is known behind it if there is room.
fn one_line(card: &Card<'_>, node: &mut Node, left: f32, right: f32) {
    let y = node.frame.y + node.frame.h / 2.0 + 4.0;
    let name = label(left, y, right - left, 10.5, Ink::Strong, true, &card.thing.name);
    let used = name.frame().right() + 8.0;
    node.labels.push(name);
    let (words, is_bold) = if card.badge.is_empty() { (card.detail, false) } else { (card.badge, true) };
    let weight = if is_bold { Weight::Bold } else { Weight::Plain };
    let text = fit(words, right - used, 9.5, weight);
    // A rest of a few letters tells nothing.
    if text == words || text.chars().count() > 5 {
        node.labels.push(Label { x: right, y, size: 9.5, is_bold, at_end: true, ink: Ink::Soft, text });
    }
}
