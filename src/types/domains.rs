//! Types that are written as strings: what each accepts, and what to say where it does not.

use crate::types::ty::Domain;

/// What is wrong with a text as a value of a domain; none if nothing is.
#[must_use]
pub fn problem(domain: Domain, text: &str) -> Option<String> {
    let expected = |what: &str| Some(format!("expected {what}"));
    match domain {
        Domain::Ipv6 => match crate::hir::literal::ipv6(text) {
            Some(_) => None,
            None => expected("an IPv6 address such as `fd00::1` or `fd00::/64`"),
        },
        Domain::Schedule => crate::pve::calendar::problem(text),
        Domain::Url => match text.split_once("://") {
            Some((scheme, rest))
                if !scheme.is_empty()
                    && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-' || b == b'.')
                    && !rest.is_empty()
                    && !rest.starts_with('/')
                    && !text.contains(|c: char| c.is_whitespace() || c.is_control()) =>
            {
                None
            }
            _ => expected("a URL such as `https://host/path`"),
        },
        Domain::Path => {
            let steps_up = text.split('/').any(|part| part == "..");
            if text.starts_with('/') && !steps_up && !text.contains(char::is_control) {
                None
            } else {
                expected("an absolute path without `..`")
            }
        }
        Domain::Version => {
            version(text).is_none().then(|| "expected a version such as `8.4` or `v1.35.0+k3s1`".to_owned())
        }
        Domain::Fingerprint => {
            let parts: Vec<&str> = text.split(':').collect();
            let fine = parts.len() >= 16
                && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
            if fine { None } else { expected("bytes in hexadecimal with colons, such as `54:52:3A:…`") }
        }
        Domain::UsbPort => {
            let fine = text.split_once('-').is_some_and(|(bus, path)| {
                let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                digits(bus) && path.split('.').all(digits)
            });
            if fine { None } else { expected("a USB port such as `10-1` or `1-2.3`") }
        }
        Domain::MachineType => machine_family(text).is_none().then(|| {
            "expected a machine type: `q35`, `i440fx`, or one with a version such as `\"pc-q35-9.0\"`".to_owned()
        }),
    }
}

/// The family of a machine type: `q35`, `i440fx` or `virt`.
///
/// Source: Proxmox VE API, option `machine`, pattern of its `type`.
#[must_use]
pub fn machine_family(text: &str) -> Option<&'static str> {
    let versioned = |rest: &str| {
        let core = rest.split('+').next().unwrap_or("").trim_end_matches(".pxe");
        !core.is_empty() && core.split('.').count() >= 2 && core.split('.').all(|part| part.parse::<u32>().is_ok())
    };
    match text {
        "q35" => Some("q35"),
        "i440fx" | "pc" => Some("i440fx"),
        "virt" => Some("virt"),
        _ => {
            let families = [("pc-q35-", "q35"), ("pc-i440fx-", "i440fx"), ("pc-", "i440fx"), ("virt-", "virt")];
            let found =
                families.iter().find_map(|(prefix, family)| text.strip_prefix(prefix).map(|rest| (rest, *family)));
            found.filter(|(rest, _)| versioned(rest)).map(|(_, family)| family)
        }
    }
}

/// The numbers of a version, for comparison: `v1.35.0+k3s1` → 1, 35, 0.
#[must_use]
pub fn version(text: &str) -> Option<Vec<u64>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let core = text.split(['+', '-']).next().unwrap_or("");
    let numbers: Result<Vec<u64>, _> = core.split('.').map(str::parse).collect();
    numbers.ok().filter(|numbers| !numbers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_type_has_a_family_with_or_without_a_version() {
        assert_eq!(machine_family("pc-i440fx-8.1"), Some("i440fx"));
        assert_eq!(machine_family("pc-q35-9.0+pve1"), Some("q35"));
        assert_eq!(machine_family("q36"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version("8.10") > version("8.4"));
        assert_eq!(version("v1.35.0+k3s1"), Some(vec![1, 35, 0]));
        assert_eq!(version("noble"), None);
    }
}
