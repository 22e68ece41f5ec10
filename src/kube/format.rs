//! The formats of texts that an API server looks at.
//!
//! Source: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation>
//! and `k8s.io/kube-openapi/pkg/validation/strfmt`. Formats of other names mean nothing to it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use regex::Regex;

/// Formats that are a matter of shape.
const SHAPES: [(&str, &str); 7] = [
    ("byte", r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"),
    ("date", r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    (
        "date-time",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[tT ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([zZ]|[-+][0-9]{2}:?[0-9]{2})$",
    ),
    ("duration", r"^([-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h|d|w))+|0)$"),
    ("mac", r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"),
    ("uuid", r"^(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$"),
    ("hostname", r"^[A-Za-z0-9]([-A-Za-z0-9.]{0,253}[A-Za-z0-9])?$"),
];

/// Whether a text is of a format; anything is of a format that nobody knows.
#[must_use]
pub fn is_valid(format: &str, text: &str) -> bool {
    match format {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "ip" => text.parse::<IpAddr>().is_ok(),
        "cidr" => is_cidr(text),
        shape => {
            SHAPES.iter().position(|(name, _)| *name == shape).is_none_or(|number| compiled(number).is_match(text))
        }
    }
}

fn is_cidr(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    prefix.bytes().all(|byte| byte.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)
}

fn compiled(number: usize) -> &'static Regex {
    static COMPILED: [OnceLock<Regex>; SHAPES.len()] = [const { OnceLock::new() }; SHAPES.len()];
    COMPILED[number].get_or_init(|| Regex::new(SHAPES[number].1).expect("the shapes above are regular expressions"))
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn a_format_takes_what_it_is_and_nothing_else() {
        for (format, good, bad) in [
            ("date-time", "2026-01-24T10:00:00Z", "2026-01-24"),
            ("date", "2026-01-24", "2026-13-24"),
            ("byte", "aGxhYg==", "aGxhYg="),
            ("duration", "1h30m", "1 hour"),
            ("ipv4", "192.168.4.1", "192.168.4.256"),
            ("ipv6", "fe80::1", "192.168.4.1"),
            ("cidr", "192.168.4.0/24", "192.168.4.0/33"),
            ("mac", "BC:24:11:90:21:DF", "BC:24:11:90:21"),
            ("uuid", "01234567-89ab-cdef-0123-456789abcdef", "0123"),
            ("hostname", "k3s.homelab", "-a"),
        ] {
            assert!(is_valid(format, good), "{format} {good}");
            assert!(!is_valid(format, bad), "{format} {bad}");
        }
        assert!(is_valid("colour", "anything"));
    }
}
