//! Names for what has none: a device's own name, cleaned up, and told apart from its likes.

use std::collections::BTreeSet;

/// No name of a device is longer; words that do not fit are left out.
const LONGEST: usize = 28;

/// Words that end the name of a company.
const COMPANY: [&str; 19] = [
    "corporation",
    "corp.",
    "corp",
    "inc.",
    "inc",
    "ltd.",
    "ltd",
    "limited",
    "co.",
    "co",
    "technologies",
    "technology",
    "semiconductor",
    "electronics",
    "gmbh",
    "subsidiaries",
    "llc",
    "ag",
    "b.v.",
];

/// Words that say nothing of a device.
const EMPTY: [&str; 18] = [
    "controller",
    "adapter",
    "device",
    "the",
    "with",
    "and",
    "for",
    "family",
    "series",
    "pci",
    "pcie",
    "express",
    "high",
    "definition",
    "host",
    "xhci",
    "connection",
    "processor",
];

/// A name for a device out of what the tools call it: `Intel Corporation Ethernet Controller I226-V` is `ethernet-i226-v`.
/// Where nothing is left, `otherwise`.
pub(super) fn clean(name: &str, otherwise: &str) -> String {
    let product = without_company(name);
    // In brackets stand modes and code names, if anything is before them.
    let plain = product.split_once(" [").map_or(product.as_str(), |(before, _)| before);
    words(plain, otherwise)
}

/// A name for a graphics card: `NVIDIA Corporation GA104 [GeForce RTX 3070]` is `geforce-rtx-3070`.
pub(super) fn graphics(name: &str, otherwise: &str) -> String {
    let product = without_company(name);
    match marketing(&product) {
        Some(marketing) => words(marketing, otherwise),
        None => clean(name, otherwise),
    }
}

/// The name that stands in brackets at the end, if it tells more than what is before it.
fn marketing(product: &str) -> Option<&str> {
    let (before, rest) = product.rsplit_once(" [")?;
    let inside = rest.strip_suffix(']')?;
    // Several names between slashes are a guess, and tell no better.
    (!before.is_empty() && !inside.contains('/') && inside.len() >= 4).then_some(inside)
}

/// The words of a text as one name.
pub(super) fn words(text: &str, otherwise: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let word = word.to_ascii_lowercase();
        let is_id = word.len() == 4 && out.is_empty() && u16::from_str_radix(&word, 16).is_ok();
        if word.is_empty() || EMPTY.contains(&word.as_str()) || is_id {
            continue;
        }
        if out.len() + word.len() + 1 > LONGEST {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&word);
    }
    match out.bytes().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}-{out}"),
        Some(_) => out,
    }
}

/// The name behind that of the company, as far as it can be told.
fn without_company(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let plain = |word: &str| word.trim_end_matches(',').trim_matches(['(', ')']).to_ascii_lowercase();
    let is_company = |word: &str| COMPANY.contains(&plain(word).as_str());
    let last = words.iter().take(8).rposition(|word| is_company(word));
    let mut rest = last.map_or(words.as_slice(), |last| &words[last + 1..]);
    // `[AMD/ATI]` is still the company, and so is `Broadcom / LSI`.
    if let ([_, "/", ..], None) = (rest, last) {
        rest = rest.get(3..).unwrap_or_default();
    }
    while let Some((first, others)) = rest.split_first()
        && ["[AMD/ATI]", "[AMD]", "[UMC]"].contains(first)
    {
        rest = others;
    }
    rest.join(" ")
}

/// Names that are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Takes a name that is there.
    pub fn take(&mut self, name: &str) {
        self.0.insert(name.to_owned());
    }

    /// The name, or the first of `name-2`, `name-3` … that is free; taken from now on.
    pub fn fresh(&mut self, name: String) -> String {
        let mut numbered = name.clone();
        let mut number = 1;
        while !self.0.insert(numbered.clone()) {
            number += 1;
            numbered = format!("{name}-{number}");
        }
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, clean, graphics};
    use crate::syntax::is_identifier;

    #[test]
    fn a_device_is_called_what_people_call_it() {
        for (said, name) in [
            ("Intel Corporation Ethernet Controller I226-V", "ethernet-i226-v"),
            ("Broadcom / LSI SAS3008 PCI-Express Fusion-MPT SAS-3", "sas3008-fusion-mpt-sas-3"),
            ("Broadcom / LSI MegaRAID SAS-3 3108 [Invader]", "megaraid-sas-3-3108"),
            ("Intel Corporation Alder Lake-N PCH High Definition Audio Controller", "alder-lake-n-pch-audio"),
            ("Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller", "rtl8125-2-5gbe"),
            ("Samsung Electronics Co Ltd NVMe SSD Controller SM981/PM981/PM983", "nvme-ssd-sm981-pm981-pm983"),
            ("Intel Corporation 82599ES 10-Gigabit SFI/SFP+ Network Connection", "x-82599es-10-gigabit-sfi-sfp"),
            ("Intel Corporation Device [54a8]", "x"),
            ("Global Unichip Corp.", "x"),
            ("", "x"),
        ] {
            assert_eq!(clean(said, "x"), name);
        }
    }

    #[test]
    fn a_graphics_card_is_called_by_the_name_on_its_box() {
        for (said, name) in [
            ("NVIDIA Corporation GA104 [GeForce RTX 3070]", "geforce-rtx-3070"),
            ("Intel Corporation Alder Lake-N [UHD Graphics]", "uhd-graphics"),
            ("Advanced Micro Devices, Inc. [AMD/ATI] Ellesmere [Radeon RX 470/480/570/580]", "ellesmere"),
            (
                "Matrox Electronics Systems Ltd. Integrated Matrox G200eW3 Graphics Controller",
                "integrated-matrox-g200ew3",
            ),
        ] {
            assert_eq!(graphics(said, "gpu"), name);
        }
    }

    #[test]
    fn whatever_the_name_holds_a_clean_one_is_a_name() {
        for hostile in
            ["\"} vm x {", "${self}", "\u{202e}evil\u{1b}[31m", "[[[[", "a\nb", "///", "ünï çödé", "if", "9lives"]
        {
            for name in [clean(hostile, "device"), graphics(hostile, "device")] {
                assert!(is_identifier(&name), "{hostile:?} gave {name:?}");
            }
        }
    }

    #[test]
    fn two_of_a_kind_are_counted() {
        let mut taken = Taken::default();
        taken.take("gpu");
        assert_eq!(["gpu", "gpu", "nic"].map(|name| taken.fresh(name.to_owned())), ["gpu-2", "gpu-3", "nic"]);
    }
}
