//! The values of literals: text of an exact shape to a number, with the problems a shape cannot exclude.

/// Why a literal of the right shape has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LiteralError {
    /// It does not fit the machine's integers.
    TooLarge,
    /// A size that is no whole number of bytes: the nearest below and above.
    NotWhole(u64, u64),
    /// A part is out of its range: which, and the largest it may be.
    OutOfRange(&'static str, u64),
    /// An address with host bits in a network: the canonical form.
    HostBits(String),
    /// Not of the shape at all.
    Malformed,
}

/// `1_000` → 1000.
///
/// # Errors
/// [`LiteralError::TooLarge`] over 2^63 − 1.
pub fn int(text: &str) -> Result<i64, LiteralError> {
    let mut value: i64 = 0;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            let next = value.checked_mul(10).and_then(|v| v.checked_add(i64::from(byte - b'0')));
            value = next.ok_or(LiteralError::TooLarge)?;
        } else if byte != b'_' {
            return Err(LiteralError::Malformed);
        }
    }
    Ok(value)
}

/// `1.5`.
///
/// # Errors
/// [`LiteralError::Malformed`] for what is no number.
pub fn float(text: &str) -> Result<f64, LiteralError> {
    text.replace('_', "").parse().map_err(|_| LiteralError::Malformed)
}

/// A decimal number times a unit, exactly, in whole sub-units.
fn scaled(number: &str, unit: u64) -> Result<u64, LiteralError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = int(whole)? as u64;
    let base = whole.checked_mul(unit).ok_or(LiteralError::TooLarge)?;
    if fraction.is_empty() {
        return Ok(base);
    }
    if fraction.len() > 12 {
        return Err(LiteralError::TooLarge);
    }
    let scale = 10u128.pow(fraction.len() as u32);
    let part = int(fraction)? as u128 * u128::from(unit);
    let below = base.checked_add((part / scale) as u64).ok_or(LiteralError::TooLarge)?;
    if part.is_multiple_of(scale) { Ok(below) } else { Err(LiteralError::NotWhole(below, below + 1)) }
}

fn split_unit(text: &str) -> (&str, &str) {
    let at = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
    text.split_at(at)
}

/// `16GiB` → bytes.
///
/// # Errors
/// [`LiteralError`]: too large, or no whole byte (`7.7GiB` is none).
pub fn size(text: &str) -> Result<u64, LiteralError> {
    let (number, unit) = split_unit(text);
    let unit = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "PiB" => 1 << 50,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "PB" => 1_000_000_000_000_000,
        _ => return Err(LiteralError::Malformed),
    };
    scaled(number, unit)
}

/// `90s`, `1.5h` → milliseconds.
///
/// # Errors
/// [`LiteralError`]: too large, or no whole millisecond.
pub fn duration(text: &str) -> Result<u64, LiteralError> {
    let (number, unit) = split_unit(text);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return Err(LiteralError::Malformed),
    };
    scaled(number, unit)
}

/// `2.5Gbps` → bits per second.
///
/// # Errors
/// [`LiteralError`]: too large, or no whole bit.
pub fn rate(text: &str) -> Result<u64, LiteralError> {
    let (number, unit) = split_unit(text);
    let unit = match unit {
        "bps" => 1,
        "Kbps" | "kbps" => 1_000,
        "Mbps" => 1_000_000,
        "Gbps" => 1_000_000_000,
        _ => return Err(LiteralError::Malformed),
    };
    scaled(number, unit)
}

/// `80%` → hundredths of a percent.
///
/// # Errors
/// [`LiteralError`]: more than two decimals.
pub fn percent(text: &str) -> Result<u64, LiteralError> {
    scaled(text.trim_end_matches('%'), 100)
}

/// `192.168.4.17` → the address as a number.
///
/// # Errors
/// [`LiteralError::OutOfRange`] for a part over 255.
pub fn ip(text: &str) -> Result<u32, LiteralError> {
    let (mut address, mut part, mut digits, mut dots) = (0u32, 0u32, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                part = part.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                digits += 1;
            }
            b'.' if digits > 0 => {
                address = address << 8 | in_byte(part)?;
                (part, digits) = (0, 0);
                dots += 1;
            }
            _ => return Err(LiteralError::Malformed),
        }
    }
    if digits == 0 || dots != 3 {
        return Err(LiteralError::Malformed);
    }
    Ok(address << 8 | in_byte(part)?)
}

fn in_byte(part: u32) -> Result<u32, LiteralError> {
    if part > 255 { Err(LiteralError::OutOfRange("a part of an address", 255)) } else { Ok(part) }
}

/// `192.168.4.17/24` → address and prefix length.
///
/// # Errors
/// [`LiteralError::OutOfRange`] for a part over 255 or a prefix over 32.
pub fn interface(text: &str) -> Result<(u32, u8), LiteralError> {
    let (address, prefix) = text.split_once('/').ok_or(LiteralError::Malformed)?;
    let prefix = prefix.parse::<u64>().map_err(|_| LiteralError::Malformed)?;
    if prefix > 32 {
        return Err(LiteralError::OutOfRange("the prefix length", 32));
    }
    Ok((ip(address)?, prefix as u8))
}

/// `192.168.4.0/24` → network address and prefix length.
///
/// # Errors
/// As [`interface`], and [`LiteralError::HostBits`] with the canonical form.
pub fn cidr(text: &str) -> Result<(u32, u8), LiteralError> {
    let (address, prefix) = interface(text)?;
    let network = address & mask(prefix);
    if network == address {
        Ok((address, prefix))
    } else {
        Err(LiteralError::HostBits(format!("{}/{prefix}", std::net::Ipv4Addr::from(network))))
    }
}

/// The netmask of a prefix length.
#[must_use]
pub fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

/// `fd00::1` or `fd00::/64` → the address as a number and the prefix length, where there is one; none for anything else.
#[must_use]
pub fn ipv6(text: &str) -> Option<(u128, Option<u8>)> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let prefix = match prefix {
        None => None,
        Some(prefix) => Some(prefix.parse::<u8>().ok().filter(|prefix| *prefix <= 128)?),
    };
    Some((u128::from(address.parse::<std::net::Ipv6Addr>().ok()?), prefix))
}

/// `BC:24:11:90:21:DF` → 48 bits.
///
/// # Errors
/// [`LiteralError::Malformed`].
pub fn mac(text: &str) -> Result<u64, LiteralError> {
    if text.len() != 17 {
        return Err(LiteralError::Malformed);
    }
    let mut value = 0;
    for (place, byte) in text.bytes().enumerate() {
        if place % 3 == 2 {
            if byte != b':' {
                return Err(LiteralError::Malformed);
            }
        } else {
            let digit = char::from(byte).to_digit(16).ok_or(LiteralError::Malformed)?;
            value = value << 4 | u64::from(digit);
        }
    }
    Ok(value)
}

/// `1a6e:089a` → vendor and product.
///
/// # Errors
/// [`LiteralError::Malformed`].
pub fn device_id(text: &str) -> Result<u32, LiteralError> {
    let (vendor, product) = text.split_once(':').ok_or(LiteralError::Malformed)?;
    let part = |text: &str| u16::from_str_radix(text, 16).map_err(|_| LiteralError::Malformed);
    Ok(u32::from(part(vendor)?) << 16 | u32::from(part(product)?))
}

/// `0000:b3:00.0` → domain, bus, device and function; function 255 means all of them.
///
/// # Errors
/// [`LiteralError`]: a device over 1f or a function over 7.
pub fn pci(text: &str) -> Result<u64, LiteralError> {
    let (place, function) = match text.split_once('.') {
        Some((place, function)) => (place, function.parse::<u64>().map_err(|_| LiteralError::Malformed)?),
        None => (text, 255),
    };
    if function != 255 && function > 7 {
        return Err(LiteralError::OutOfRange("the function of a PCI address", 7));
    }
    let mut value = 0u64;
    let mut parts = 0;
    for part in place.split(':') {
        value = value << 8 | u64::from_str_radix(part, 16).map_err(|_| LiteralError::Malformed)?;
        parts += 1;
    }
    if !(2..=3).contains(&parts) {
        return Err(LiteralError::Malformed);
    }
    if value & 0xff > 0x1f {
        return Err(LiteralError::OutOfRange("the device of a PCI address", 0x1f));
    }
    Ok(value << 8 | function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_bytes_and_decimal_differs_from_binary() {
        assert_eq!(size("16GiB"), Ok(17_179_869_184));
        assert_eq!(size("2TB"), Ok(2_000_000_000_000));
        assert_eq!(size("1.5KiB"), Ok(1536));
        assert_eq!(size("0.3KiB"), Err(LiteralError::NotWhole(307, 308)));
    }

    #[test]
    fn a_network_with_host_bits_names_its_canonical_form() {
        assert_eq!(cidr("192.168.4.17/24"), Err(LiteralError::HostBits("192.168.4.0/24".into())));
        assert_eq!(interface("192.168.4.17/24"), Ok((0xc0a8_0411, 24)));
        assert_eq!(cidr("0.0.0.0/0"), Ok((0, 0)));
    }

    #[test]
    fn an_address_without_a_function_means_all_of_them() {
        assert_eq!(pci("01:00"), Ok(0x01_00ff));
        assert_eq!(pci("0000:b3:00.1"), Ok(0xb3_0001));
        assert_eq!(pci("01:00.9"), Err(LiteralError::OutOfRange("the function of a PCI address", 7)));
    }
}
