//! Versions of Proxmox VE, as far as options differ: major and minor.

use std::fmt;

/// A release such as 8.4 or 9.1. Patch levels (8.4.14) change no option and are not kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// 8 or 9.
    pub major: u8,
    /// The number after the dot.
    pub minor: u8,
}

impl Version {
    /// What the lab runs.
    pub const V8_4: Version = Version { major: 8, minor: 4 };
    /// The newest whose schema we know.
    pub const V9_1: Version = Version { major: 9, minor: 1 };
    /// The versions whose option tables were compared with the server's own schema.
    pub const KNOWN: &'static [Version] = &[Version::V8_4, Version::V9_1];

    /// Reads `8.4`, `8.4.14` or `9`, which means 9.0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.split('.').map(|part| part.parse::<u8>().ok());
        let major = parts.next()??;
        let minor = parts.next().unwrap_or(Some(0))?;
        let patch = parts.next().unwrap_or(Some(0));
        (patch.is_some() && parts.next().is_none()).then_some(Version { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_patch_level_is_the_same_version() {
        assert_eq!(Version::parse("8.4.14"), Some(Version::V8_4));
        assert_eq!(Version::parse("9"), Some(Version { major: 9, minor: 0 }));
        assert_eq!(Version::parse("9.x"), None);
        assert!(Version::V8_4 < Version::V9_1);
    }
}
