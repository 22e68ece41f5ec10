//! Who asks: tickets, the tokens against forged requests, and API tokens.
//!
//! Tickets have the real ones' form, `PVE:user@realm:TIME::SIGNATURE`, with characters that must be escaped in forms; the signature
//! is a hash with a key of the world. They live for two hours of the node's clock.
//!
//! Source: pve-access-control (`verify_ticket`, `verify_token`), pve-manager `PVE::HTTPServer::auth_handler`; live-api facts, section 4.

use sha2::{Digest, Sha256};

use crate::http::Head;
use crate::world::World;

/// How long a ticket is valid, in seconds.
pub const TICKET_LIFETIME: i64 = 7_200;
/// How far in the future a ticket may have been made, in seconds.
const GRACE: i64 = 300;

/// What a request carries to say who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// A ticket, in the cookie.
    Ticket(String),
    /// An API token, in the header.
    Token(String),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user, or the token with its user.
    pub authid: String,
    /// The ticket, which another node looks at again.
    pub ticket: Option<String>,
}

/// Methods that need nobody's name.
const OPEN: [(&str, &str); 6] = [
    ("GET", "/access/domains"),
    ("GET", "/access/ticket"),
    ("POST", "/access/ticket"),
    ("POST", "/access/vncticket"),
    ("POST", "/access/openid/login"),
    ("POST", "/access/openid/auth-url"),
];

/// Who asks for a method, by what the head of the request says; none where nobody need say it.
///
/// # Errors
/// The reason of the 401.
pub fn authenticate(world: &World, node: &str, head: &Head, path: &str) -> Result<Option<Caller>, String> {
    if OPEN.contains(&(head.method.as_str(), path)) {
        return Ok(None);
    }
    let caller = match credentials(head) {
        None => return Err("No ticket".to_owned()),
        Some(Credentials::Token(token)) => {
            return Ok(Some(Caller { authid: verify_token(world, node, &token)?, ticket: None }));
        }
        Some(Credentials::Ticket(ticket)) => {
            let user = verify_ticket(world, node, &ticket).ok_or(INVALID_TICKET)?;
            check_user(world, node, &user)?;
            Caller { authid: user, ticket: Some(ticket) }
        }
    };
    // Forms that upload files cannot send it.
    if head.method != "GET" && !head.is_upload() {
        let token = head.header("CSRFPreventionToken").unwrap_or_default();
        if !is_csrf_token(world, node, &caller.authid, token) {
            return Err("Permission denied - invalid csrf token".to_owned());
        }
    }
    Ok(Some(caller))
}

/// What is said of a ticket that is forged, too old or of another cluster.
pub const INVALID_TICKET: &str = "permission denied - invalid PVE ticket";

/// What a request carries: the cookie is looked at first.
fn credentials(head: &Head) -> Option<Credentials> {
    let authorization = head.header("Authorization").unwrap_or_default();
    let ticket = named_value(head.header("Cookie").unwrap_or_default(), "PVEAuthCookie");
    let ticket = ticket.or_else(|| named_value(authorization, "PVEAuthCookie"));
    let token = || named_value(authorization, "PVEAPIToken").map(Credentials::Token);
    ticket.map(Credentials::Ticket).or_else(token)
}

/// The value behind `NAME=` or `NAME ` in a header, up to a semicolon.
fn named_value(header: &str, name: &str) -> Option<String> {
    for (at, _) in header.match_indices(name) {
        let is_word = at == 0 || header[..at].ends_with(char::is_whitespace) || header[..at].ends_with(';');
        let rest = &header[at + name.len()..];
        if let Some(value) = rest.strip_prefix(['=', ' ']).filter(|_| is_word) {
            let value = value.split(';').next().unwrap_or_default();
            return Some(crate::http::unescape(value)).filter(|value| !value.is_empty());
        }
    }
    None
}

/// The time on a node, in seconds since 1970.
pub fn node_time(world: &World, node: &str) -> i64 {
    let ahead = world.nodes.get(node).map_or(0, |node| node.clock_ahead);
    i64::try_from(world.clock.now()).unwrap_or(i64::MAX) + ahead
}

/// Makes a ticket for a user, on a node and by its clock.
pub fn ticket(world: &World, node: &str, user: &str) -> String {
    let plain = format!("PVE:{user}:{:08X}", node_time(world, node));
    format!("{plain}::{}", signature(world, &plain))
}

/// The user of a valid ticket.
pub fn verify_ticket(world: &World, node: &str, ticket: &str) -> Option<String> {
    let (plain, given) = ticket.split_once("::")?;
    let (user, time) = plain.strip_prefix("PVE:")?.rsplit_once(':')?;
    let is_signed = given == signature(world, plain);
    let is_fresh = is_fresh(world, node, time);
    (is_signed && is_fresh).then(|| user.to_owned())
}

/// Makes the ticket that asks a user for the second factor; it is good for nothing else.
pub fn challenge(world: &World, node: &str, user: &str) -> String {
    let plain = format!("PVE:!tfa!{{\"totp\"%3Atrue}}:{:08X}", node_time(world, node));
    format!("{plain}::{}", signature(world, &format!("{plain}:{user}")))
}

/// Whether a ticket asks this user for the second factor.
pub fn is_challenge(world: &World, node: &str, user: &str, ticket: &str) -> bool {
    let Some((plain, given)) = ticket.split_once("::") else { return false };
    let time = plain.strip_prefix("PVE:!tfa!").and_then(|rest| rest.rsplit_once(':'));
    given == signature(world, &format!("{plain}:{user}")) && time.is_some_and(|(_, time)| is_fresh(world, node, time))
}

fn is_fresh(world: &World, node: &str, time: &str) -> bool {
    let made = i64::from_str_radix(time, 16).unwrap_or(i64::MIN / 2);
    let age = node_time(world, node) - made;
    age > -GRACE && age < TICKET_LIFETIME
}

/// Makes the token that a browser, and every client with a ticket, must send with what is no GET.
pub fn csrf_token(world: &World, node: &str, user: &str) -> String {
    let time = format!("{:08X}", node_time(world, node));
    let digest = signature(world, &format!("csrf:{time}:{user}"));
    // The real one has no padding.
    format!("{time}:{}", digest.trim_end_matches('='))
}

fn is_csrf_token(world: &World, node: &str, user: &str, token: &str) -> bool {
    let Some((time, given)) = token.split_once(':') else { return false };
    let expected = signature(world, &format!("csrf:{time}:{user}"));
    given == expected.trim_end_matches('=') && is_fresh(world, node, time)
}

/// Whether a user exists and may log in now.
///
/// # Errors
/// The reason.
pub fn check_user(world: &World, node: &str, id: &str) -> Result<(), String> {
    let Some(user) = world.access.user(id) else { return Err(format!("no such user ('{id}')")) };
    if !user.enable {
        return Err(format!("user '{id}' is disabled"));
    }
    if is_over(user.expire, node_time(world, node)) {
        return Err(format!("user '{id}' access expired"));
    }
    Ok(())
}

fn is_over(expire: u64, now: i64) -> bool {
    expire != 0 && i64::try_from(expire).is_ok_and(|expire| expire < now)
}

/// The id of a valid token, `USER@REALM!NAME=SECRET`.
fn verify_token(world: &World, node: &str, text: &str) -> Result<String, String> {
    let (id, secret) = text.rsplit_once('=').ok_or("no tokenid specified")?;
    let unreadable = || format!("'{id}' is not a valid token ID - not able to split into user and token parts");
    let (user, name) = id.split_once('!').filter(|(user, _)| user.contains('@')).ok_or_else(unreadable)?;
    check_user(world, node, user)?;
    let tokens = world.access.user(user).map(|user| user.tokens).unwrap_or_default();
    let token = tokens.get(name).ok_or_else(|| format!("no such token '{name}' for user '{user}'"))?;
    if is_over(token.expire, node_time(world, node)) {
        return Err(format!("token '{name}' access expired"));
    }
    if token.secret != secret || secret.is_empty() {
        return Err("invalid token value!".to_owned());
    }
    Ok(id.to_owned())
}

fn signature(world: &World, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("pvesim key {}: {text}", world.access.ticket_key));
    base64(&hash.finalize())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, named_value};

    #[test]
    fn base64_is_padded() {
        assert_eq!((base64(b"Man").as_str(), base64(b"Ma").as_str(), base64(b"M").as_str()), ("TWFu", "TWE=", "TQ=="));
    }

    #[test]
    fn a_value_is_found_among_others() {
        assert_eq!(named_value("a=b; PVEAuthCookie=PVE%3Aroot; c=d", "PVEAuthCookie").as_deref(), Some("PVE:root"));
        assert_eq!(named_value("PVEAPIToken=root@pam!t=x", "PVEAPIToken").as_deref(), Some("root@pam!t=x"));
        assert_eq!(named_value("NotPVEAPIToken=x", "PVEAPIToken"), None);
    }
}
