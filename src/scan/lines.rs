//! The door to `grammar/host-output.pest`: one line in, the texts of its parts out.

use pest::Parser as _;
use pest::iterators::Pair;

pub(super) use grammar::Rule;

/// What the grammar generates.
mod grammar {
    /// The parser of what a host prints.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/host-output.pest"]
    pub struct HostOutput;
}

/// No tool prints longer lines; what is longer is left out, so that no line costs more than this.
const LONGEST: usize = 4096;

/// The parts of a line that a rule reads.
#[derive(Debug)]
pub(super) struct Line<'t>(Vec<(Rule, &'t str)>);

impl<'t> Line<'t> {
    /// The line as a rule reads it, if it does.
    pub fn read(rule: Rule, line: &'t str) -> Option<Line<'t>> {
        let line = line.trim_end();
        if line.len() > LONGEST {
            return None;
        }
        let whole = grammar::HostOutput::parse(rule, line).ok()?.next()?;
        let part = |pair: Pair<'t, Rule>| (pair.as_rule(), pair.as_str());
        Some(Line(whole.into_inner().map(part).collect()))
    }

    /// The first part of a kind; empty if there is none.
    pub fn text(&self, rule: Rule) -> &'t str {
        self.nth(rule, 0)
    }

    /// The n-th part of a kind, counted from 0; empty if there is none.
    pub fn nth(&self, rule: Rule, place: usize) -> &'t str {
        let mut parts = self.0.iter().filter(|(kind, _)| *kind == rule);
        parts.nth(place).map_or("", |(_, text)| text)
    }

    /// The n-th number.
    pub fn number(&self, place: usize) -> u32 {
        // At most nine digits.
        self.nth(Rule::number, place).parse().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Rule};

    #[test]
    fn a_device_has_its_ids_at_the_end_whatever_its_name_holds() {
        let line = "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA104 [GeForce RTX 3070] [10de:2484] (rev a1)";
        let device = Line::read(Rule::pci_device, line).expect("a line of lspci");
        assert_eq!(device.text(Rule::address), "01:00.0");
        assert_eq!(device.text(Rule::class), "0300");
        assert_eq!(device.text(Rule::pci_name), "NVIDIA Corporation GA104 [GeForce RTX 3070]");
        assert_eq!(device.text(Rule::id), "10de:2484");
        let odd = "0000:02:00.0 Network controller [0280]: \"} [1234:5678] ${x} [8086:2723]";
        assert_eq!(Line::read(Rule::pci_device, odd).map(|line| line.text(Rule::id)), Some("8086:2723"));
    }

    #[test]
    fn a_usb_port_has_a_class_a_driver_and_a_speed() {
        let line = "        |__ Port 004: Dev 003, If 0, Class=Vendor Specific Class, Driver=r8152, 5000M";
        let port = Line::read(Rule::usb_port, line).expect("a line of lsusb -t");
        assert_eq!((port.text(Rule::depth).len(), port.number(0), port.number(1)), (8, 4, 3));
        assert_eq!(port.text(Rule::usb_class), "Vendor Specific Class");
        assert_eq!(port.text(Rule::usb_driver_name), "r8152");
        let hub = "    |__ Port 1: Dev 2, If 0, Class=Hub, Driver=hub/4p, 480M";
        assert_eq!(Line::read(Rule::usb_port, hub).map(|line| line.text(Rule::usb_driver_name)), Some("hub"));
    }
}
