//! The picture as SVG: nothing from elsewhere, no script, light and dark by the reader's own setting.
//!
//! Every text of the lab goes through [`markup`]. Numbers are written to a tenth of a pixel, so the same lab gives the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::scene::{COLOURS, Icon, Ink, Label, Line, Look, Node, Scene};
use crate::diag::{Severity, markup};

/// Colours for both settings, and what they are used for. Texts have at least 4.5 : 1 to what they stand on; a test counts it.
pub const STYLE: &str = "\
.lab{--paper:#f4f6f8;--host:#ffffff;--edge:#c3ccd5;--ink:#17202a;--soft:#4d5a67;--vm:#dbe9fb;--vm-edge:#4a80c4;--ct:#d5f0e3;\
--ct-edge:#2e8a63;--device:#ece2fa;--device-edge:#8a63c0;--group:#f7f4fc;--chip:#edf0f3;--bar:#e3e8ed;--kept:#8593a1;\
--promised:#3f7fd0;--ceiling:#a8c8f0;--over:#c62828;--beyond:#e0a030;--error:#c01c1c;--warning:#8f5a00;--on-mark:#ffffff;\
--net0:#0072b2;--net1:#d55e00;--net2:#009e73;--net3:#b0489a;--net4:#8c6d00;--net5:#2389bd;--net6:#7a5195;--net7:#5f6b76}
@media(prefers-color-scheme:dark){.lab{--paper:#14181d;--host:#1d232a;--edge:#3d4853;--ink:#eef2f6;--soft:#b2bdc8;--vm:#203a58;\
--vm-edge:#6ea8ea;--ct:#1b4132;--ct-edge:#5cc596;--device:#382a52;--device-edge:#b795ea;--group:#231f2d;--chip:#29313a;\
--bar:#2d353e;--kept:#75828f;--promised:#5b9bea;--ceiling:#2f557f;--over:#ff6b6b;--beyond:#9a6a10;--error:#ff8a80;--warning:#f5b83d;\
--on-mark:#14181d;--net0:#4aa8e0;--net1:#ff8f3f;--net2:#35c79c;--net3:#e58cd0;--net4:#d8b93c;--net5:#8fd0f5;--net6:#b992d6;\
--net7:#9aa6b2}}
@media print{.lab{--paper:#ffffff}}
.lab text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"DejaVu Sans\",sans-serif;white-space:pre}
.lab .strong{fill:var(--ink)}.lab .soft{fill:var(--soft)}.lab .bold{font-weight:700}.lab .end{text-anchor:end}
.lab .say-error{fill:var(--error)}.lab .say-warning{fill:var(--warning)}
.lab .paper{fill:var(--paper)}.lab .host{fill:var(--host);stroke:var(--edge)}
.lab .host-off{fill:none;stroke:var(--edge);stroke-dasharray:6 4}
.lab .vm{fill:var(--vm);stroke:var(--vm-edge)}.lab .ct{fill:var(--ct);stroke:var(--ct-edge)}
.lab .off{fill:none;stroke:var(--vm-edge);stroke-dasharray:4 3}.lab .off-ct{fill:none;stroke:var(--ct-edge);stroke-dasharray:4 3}
.lab .device{fill:var(--device);stroke:var(--device-edge)}
.lab .group{fill:var(--group);stroke:var(--device-edge);stroke-dasharray:2 2}
.lab .chip{fill:var(--chip);stroke:none}.lab .bar{fill:var(--bar)}.lab .kept{fill:var(--kept)}
.lab .promised{fill:var(--promised)}.lab .ceiling{fill:var(--ceiling)}.lab .over{fill:var(--over)}.lab .beyond{fill:var(--beyond)}
.lab .line{fill:none;stroke:var(--device-edge);stroke-width:1.6}
.lab .error{stroke:var(--error);stroke-width:2.2}.lab .warning{stroke:var(--warning);stroke-width:2}
.lab-icon{fill:none;stroke:var(--soft);stroke-width:1.3;stroke-linejoin:round;stroke-linecap:round}
.lab-disc-error{fill:var(--error)}.lab-disc-warning{fill:var(--warning)}
.lab-stroke{fill:none;stroke:var(--on-mark);stroke-width:1.8;stroke-linecap:round}
";

/// The document, for a file of its own.
#[must_use]
pub fn document(scene: &Scene) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", element(scene))
}

/// The element, for a page.
#[must_use]
pub fn element(scene: &Scene) -> String {
    let (wide, tall) = (number(scene.root.frame.w), number(scene.root.frame.h));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lab\" role=\"img\" aria-labelledby=\"lab-title lab-description\" \
         width=\"{wide}\" height=\"{tall}\" viewBox=\"0 0 {wide} {tall}\">\n\
         <title id=\"lab-title\">{}</title>\n<desc id=\"lab-description\">{}</desc>\n<style>\n{STYLE}</style>\n<defs>\n",
        markup(&scene.title),
        markup(&scene.description),
    );
    for (name, drawing) in DRAWINGS {
        push(&mut out, format_args!("<g id=\"lab-{name}\">{drawing}</g>\n"));
    }
    push(&mut out, format_args!("</defs>\n<rect class=\"paper\" width=\"{wide}\" height=\"{tall}\"/>\n"));
    Writer { out: &mut out, ids: BTreeMap::new() }.node(&scene.root);
    out.push_str("</svg>\n");
    out
}

/// A small picture beside words that say the same.
#[must_use]
pub fn picture(node: &Node) -> String {
    let (wide, tall) = (number(node.frame.w), number(node.frame.h));
    let mut out = format!(
        "<svg class=\"lab\" aria-hidden=\"true\" width=\"{wide}\" height=\"{tall}\" viewBox=\"0 0 {wide} {tall}\">\n"
    );
    Writer { out: &mut out, ids: BTreeMap::new() }.node(node);
    out.push_str("</svg>");
    out
}

/// What each icon looks like, in a square of 14.
const DRAWINGS: [(&str, &str); 9] = [
    ("screen", "<path class=\"lab-icon\" d=\"M1.5 2h11v8h-11zM7 10v2.5M4 12.5h6\"/>"),
    (
        "crate",
        "<path class=\"lab-icon\" d=\"M7 1.2l5.3 2.7v6.2L7 12.8 1.7 10.1V3.9zM1.7 3.9L7 6.6l5.3-2.7M7 6.6v6.2\"/>",
    ),
    (
        "card",
        "<path class=\"lab-icon\" d=\"M3.5 3.5h7v7h-7zM5.5 1.5v2M8.5 1.5v2M5.5 10.5v2M8.5 10.5v2M1.5 5.5h2M1.5 8.5h2M10.5 5.5h2M10.5 8.5h2\"/>",
    ),
    ("plug", "<path class=\"lab-icon\" d=\"M4 5.5h6v3a3 3 0 0 1-6 0zM5.5 5.5v-4M8.5 5.5v-4M7 11.5v1.5\"/>"),
    (
        "drum",
        "<path class=\"lab-icon\" d=\"M2 3.5a5 2 0 0 1 10 0a5 2 0 0 1-10 0v7a5 2 0 0 0 10 0v-7M2 7a5 2 0 0 0 10 0\"/>",
    ),
    ("flash", "<path class=\"lab-icon\" d=\"M8 1L3 8h3.5L6 13l5-7H7.5z\"/>"),
    ("machine", "<path class=\"lab-icon\" d=\"M1.5 3h11v3.5h-11zM1.5 7.5h11V11h-11zM4 4.8h.1M4 9.2h.1\"/>"),
    (
        "error",
        "<circle class=\"lab-disc-error\" cx=\"7\" cy=\"7\" r=\"6.5\"/><path class=\"lab-stroke\" d=\"M7 3.6v4M7 10.3v.1\"/>",
    ),
    (
        "warning",
        "<path class=\"lab-disc-warning\" d=\"M7 .8L13.6 12.8H.4z\"/><path class=\"lab-stroke\" d=\"M7 5v3.4M7 10.8v.1\"/>",
    ),
];

fn icon(icon: Icon) -> &'static str {
    match icon {
        Icon::Screen => "screen",
        Icon::Crate => "crate",
        Icon::Card => "card",
        Icon::Plug => "plug",
        Icon::Drum => "drum",
        Icon::Flash => "flash",
        Icon::Machine => "machine",
        Icon::Error => "error",
        Icon::Warning => "warning",
    }
}

/// The class of a box, and how round its corners are.
fn class(look: Look) -> Option<(&'static str, u8)> {
    Some(match look {
        Look::Hidden | Look::Net(_) => return None,
        Look::Host => ("host", 10),
        Look::HostOff => ("host-off", 10),
        Look::Vm => ("vm", 3),
        Look::Container => ("ct", 11),
        Look::Stopped => ("off", 3),
        Look::StoppedContainer => ("off-ct", 11),
        Look::Device => ("device", 3),
        Look::Group => ("group", 6),
        Look::Chip => ("chip", 5),
        Look::Bar => ("bar", 2),
        Look::Kept => ("kept", 0),
        Look::Promised => ("promised", 0),
        Look::Ceiling => ("ceiling", 0),
        Look::Over => ("over", 0),
        Look::Beyond => ("beyond", 0),
    })
}

struct Writer<'o> {
    out: &'o mut String,
    ids: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn node(&mut self, node: &Node) {
        let is_group = !node.address.is_empty();
        if is_group {
            let id = self.id(&node.address);
            push(self.out, format_args!("<g id=\"{}\">\n<title>{}</title>\n", markup(&id), lines(&node.title)));
        }
        self.frame(node);
        node.lines.iter().for_each(|line| self.line(line));
        node.inside.iter().for_each(|inner| self.node(inner));
        for (of, x, y) in &node.icons {
            push(
                self.out,
                format_args!("<use href=\"#lab-{}\" x=\"{}\" y=\"{}\"/>\n", icon(*of), number(*x), number(*y)),
            );
        }
        node.labels.iter().for_each(|label| self.label(label));
        if is_group {
            self.out.push_str("</g>\n");
        }
    }

    fn frame(&mut self, node: &Node) {
        let frame = node.frame;
        let place = format!(
            "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            number(frame.x),
            number(frame.y),
            number(frame.w),
            number(frame.h)
        );
        if let Look::Net(network) = node.look {
            push(self.out, format_args!("<rect {place} rx=\"2\" style=\"fill:var(--net{})\"/>\n", network % COLOURS));
        }
        let Some((class, round)) = class(node.look) else { return };
        let mark = match node.mark {
            Some(Severity::Error) => " error",
            Some(Severity::Warning) => " warning",
            Some(Severity::Note) | None => "",
        };
        push(self.out, format_args!("<rect class=\"{class}{mark}\" {place} rx=\"{round}\"/>\n"));
    }

    /// A curve that leaves to the right and arrives from the left.
    fn line(&mut self, line: &Line) {
        let ((x, y), (to_x, to_y)) = (line.from, line.to);
        let middle = (x + to_x) / 2.0;
        let mark = if line.is_wrong { " error" } else { "" };
        let [x, y, middle, to_x, to_y] = [x, y, middle, to_x, to_y].map(number);
        push(
            self.out,
            format_args!("<path class=\"line{mark}\" d=\"M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}\"/>\n"),
        );
    }

    fn label(&mut self, label: &Label) {
        if label.text.is_empty() {
            return;
        }
        let ink = match label.ink {
            Ink::Strong => "strong",
            Ink::Soft => "soft",
            Ink::Error => "say-error",
            Ink::Warning => "say-warning",
        };
        let (bold, end) = (if label.is_bold { " bold" } else { "" }, if label.at_end { " end" } else { "" });
        let (x, y, size) = (number(label.x), number(label.y), number(label.size));
        let text = markup(&label.text);
        push(
            self.out,
            format_args!("<text class=\"{ink}{bold}{end}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\">{text}</text>\n"),
        );
    }

    /// The id of a thing: its address, of which other than letters, digits, `.` and `-` is spelt in hexadecimal.
    fn id(&mut self, address: &str) -> String {
        let mut id = String::from("lab-of-");
        for character in address.chars() {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' => id.push(character),
                character => id.push_str(&format!("_{:x}_", u32::from(character))),
            }
        }
        // A lab with errors may have two things of one name. No address is spelt with an odd number of underscores.
        let before = self.ids.entry(id.clone()).or_default();
        *before += 1;
        if *before > 1 {
            id.push_str(&format!("_{before}"));
        }
        id
    }
}

/// Lines of a title; each is one line, whatever it says.
fn lines(title: &[String]) -> String {
    title.iter().map(|line| markup(line)).collect::<Vec<_>>().join("\n")
}

/// A number to a tenth, without a tail of zeros.
fn number(value: f32) -> String {
    let tenths = (value * 10.0).round() as i64;
    let (sign, tenths) = (if tenths < 0 { "-" } else { "" }, tenths.abs());
    if tenths % 10 == 0 { format!("{sign}{}", tenths / 10) } else { format!("{sign}{}.{}", tenths / 10, tenths % 10) }
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}
