//! Base64, in which Proxmox takes texts that hold others, such as JSON.
//!
//! Source: RFC 4648, section 4.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as Base64, with `=` at the end.
#[must_use]
pub fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0u32, |bits, (place, byte)| bits | u32::from(*byte) << (16 - 8 * place));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The bytes of a Base64 text; `None` if it is none.
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - letters.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in letters.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for (place, letter) in chunk.iter().enumerate() {
            let number = LETTERS.iter().position(|known| known == letter)? as u32;
            bits |= number << (18 - 6 * place);
        }
        out.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn what_is_encoded_is_what_the_standard_says_and_decodes() {
        let known =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (plain, code) in known {
            assert_eq!(encoded(plain.as_bytes()), code);
            assert_eq!(decoded(code).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!((decoded("Zg"), decoded("Z==="), decoded("Zg=*"), decoded("é===")), (None, None, None, None));
    }
}
