//! What a picture is made of: boxes in boxes, with texts, and lines between them.

use super::text::{Weight, width};

/// A place in the picture, in pixels.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// A place.
    #[must_use]
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Rect {
        Rect { x, y, w, h }
    }

    /// The right edge.
    #[must_use]
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    /// The lower edge.
    #[must_use]
    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Whether another place lies in this one.
    #[must_use]
    pub fn holds(self, other: Rect) -> bool {
        const SLACK: f32 = 0.05;
        other.x >= self.x - SLACK
            && other.y >= self.y - SLACK
            && other.right() <= self.right() + SLACK
            && other.bottom() <= self.bottom() + SLACK
    }

    /// Whether two places share room.
    #[must_use]
    pub fn meets(self, other: Rect) -> bool {
        const SLACK: f32 = 0.05;
        self.x + SLACK < other.right()
            && other.x + SLACK < self.right()
            && self.y + SLACK < other.bottom()
            && other.y + SLACK < self.bottom()
    }
}

/// How a box looks; the style of the picture has a class for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// It is not seen: it only holds others together.
    Hidden,
    /// A host.
    Host,
    /// A host that is off.
    HostOff,
    /// A VM.
    Vm,
    /// A container.
    Container,
    /// A guest that is stopped.
    Stopped,
    /// A container that is stopped.
    StoppedContainer,
    /// A device.
    Device,
    /// The frame round an IOMMU group.
    Group,
    /// A chip: a bridge, a storage, a network.
    Chip,
    /// What a bar fills.
    Bar,
    /// A part of a bar: what the host keeps.
    Kept,
    /// A part of a bar: what is promised.
    Promised,
    /// A part of a bar: what may be asked for besides.
    Ceiling,
    /// A part of a bar: promised, and more than there is.
    Over,
    /// A part of a bar: what may be asked for, and is more than there is.
    Beyond,
    /// The colour of a network, by its number.
    Net(usize),
}

/// The colours that networks take turns with.
pub const COLOURS: usize = 8;

/// A small picture that says what a box is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Icon {
    /// A screen: a VM.
    Screen,
    /// A crate: a container.
    Crate,
    /// A chip with legs: a device.
    Card,
    /// A plug: a USB device.
    Plug,
    /// A cylinder: a storage.
    Drum,
    /// A flash: power with a battery.
    Flash,
    /// A machine outside of the hosts.
    Machine,
    /// A disc with a `!`: an error.
    Error,
    /// A triangle with a `!`: a warning.
    Warning,
}

impl Icon {
    /// The side of the square that each fills.
    pub const SIDE: f32 = 14.0;
}

/// How a text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    /// A name.
    Strong,
    /// What is known of it.
    Soft,
    /// What an error says.
    Error,
    /// What a warning says.
    Warning,
}

/// A text on one line.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// Its left end, or its right end where it is `at_end`.
    pub x: f32,
    /// Its base line.
    pub y: f32,
    /// The size of its letters.
    pub size: f32,
    /// How thick they are.
    pub is_bold: bool,
    /// Whether `x` is its right end.
    pub at_end: bool,
    /// How it looks.
    pub ink: Ink,
    /// What it says.
    pub text: String,
}

impl Label {
    /// The room that it takes at most.
    #[must_use]
    pub fn frame(&self) -> Rect {
        let wide = width(&self.text, self.size, if self.is_bold { Weight::Bold } else { Weight::Plain });
        let left = if self.at_end { self.x - wide } else { self.x };
        Rect::new(left, self.y - 0.93 * self.size, wide, 1.17 * self.size)
    }
}

/// A line from a device to its holder.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Line {
    /// Where it begins.
    pub from: (f32, f32),
    /// Where it ends.
    pub to: (f32, f32),
    /// Whether something is wrong at its beginning.
    pub is_wrong: bool,
}

/// A box with what is in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its place.
    pub frame: Rect,
    /// How it looks.
    pub look: Look,
    /// The address of what it shows; empty where it only decorates.
    pub address: String,
    /// What is told of it where one points at it, a line each.
    pub title: Vec<String>,
    /// Whether something is wrong with it.
    pub mark: Option<crate::diag::Severity>,
    /// Small pictures with their places.
    pub icons: Vec<(Icon, f32, f32)>,
    /// Its own texts.
    pub labels: Vec<Label>,
    /// Boxes in it.
    pub inside: Vec<Node>,
    /// Lines between these.
    pub lines: Vec<Line>,
}

impl Node {
    /// A box without anything in it.
    #[must_use]
    pub fn new(frame: Rect, look: Look) -> Node {
        Node {
            frame,
            look,
            address: String::new(),
            title: Vec::new(),
            mark: None,
            icons: Vec::new(),
            labels: Vec::new(),
            inside: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Moves it with all that is in it.
    pub fn shift(&mut self, x: f32, y: f32) {
        self.frame = Rect { x: self.frame.x + x, y: self.frame.y + y, ..self.frame };
        self.icons.iter_mut().for_each(|(_, left, top)| (*left, *top) = (*left + x, *top + y));
        self.labels.iter_mut().for_each(|label| (label.x, label.y) = (label.x + x, label.y + y));
        self.lines.iter_mut().for_each(|line| {
            line.from = (line.from.0 + x, line.from.1 + y);
            line.to = (line.to.0 + x, line.to.1 + y);
        });
        self.inside.iter_mut().for_each(|node| node.shift(x, y));
    }
}

/// A whole picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    /// What it is called.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// Everything in it; its frame is that of the picture.
    pub root: Node,
}
