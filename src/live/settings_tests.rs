//! What says how a cluster is reached, and what is wrong with it. A secret is never repeated.

use secrecy::SecretString;

use super::{Endpoint, Fingerprint, Given, Settings, Trust};
use crate::live::LiveError;

const CANARY: &str = "c4nary-0f-t0ken";
const FINGERPRINT: &str =
    "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

fn given() -> Given {
    Given {
        endpoint: Some("https://pve1:8006/".to_owned()),
        token: Some(SecretString::from(format!("hlab@pve!plan={CANARY}"))),
        ..Given::default()
    }
}

#[track_caller]
fn refused(given: Given, words: &str) {
    let error = Settings::new(given).expect_err("it is refused");
    assert!(matches!(error, LiveError::Settings { .. }), "{error:?}");
    assert!(error.to_string().contains(words), "expected {words:?} in {error}");
    assert!(!format!("{error:?} {error}").contains(CANARY), "{error:?}");
}

fn endpoints(text: &str) -> Vec<String> {
    let settings = Settings::new(Given { endpoint: Some(text.to_owned()), ..given() }).expect("endpoints");
    settings.endpoints.iter().map(Endpoint::base).collect()
}

#[test]
fn an_endpoint_is_a_name_or_a_url_and_several_stand_with_commas() {
    assert_eq!(endpoints("pve1"), ["https://pve1:8006/api2/json"]);
    assert_eq!(
        endpoints("https://192.168.4.5:443/api2/json, [fd00::5]"),
        ["https://192.168.4.5:443/api2/json", "https://[fd00::5]:8006/api2/json"]
    );
}

#[test]
fn what_is_no_endpoint_is_refused_and_not_repeated() {
    for bad in
        ["http://pve1", &format!("https://root:{CANARY}@pve1"), "pve1:0", "pve1/x", "pve1:65536", "[pve1]", "pve 1"]
    {
        refused(Given { endpoint: Some(bad.to_owned()), ..given() }, "cannot be read");
    }
    refused(Given { endpoint: Some(" , ".to_owned()), ..given() }, "nothing says where");
}

#[test]
fn a_token_has_a_user_a_realm_a_name_and_a_secret() {
    for bad in [
        "x",
        CANARY,
        "hlab@pve!plan",
        "hlab!plan=c4nary-0f-t0ken",
        "hlab@pve=c4nary-0f-t0ken",
        "hlab@pve!plan=c4nary-0f-t0ken x",
    ] {
        refused(Given { token: Some(SecretString::from(bad)), ..given() }, "PROXMOX_VE_API_TOKEN is no token");
    }
}

#[test]
fn a_password_needs_its_user_and_a_user_its_password() {
    let password = || Some(SecretString::from(CANARY));
    let user = |name: &str| Some(name.to_owned());
    refused(Given { token: None, ..given() }, "nothing says who asks");
    refused(Given { token: None, username: user("root@pam"), ..given() }, "not PROXMOX_VE_PASSWORD");
    refused(Given { token: None, password: password(), ..given() }, "not PROXMOX_VE_USERNAME");
    refused(Given { token: None, username: user("root"), password: password(), ..given() }, "no user of Proxmox");
    let settings = Settings::new(Given { token: None, username: user("root@pam"), password: password(), ..given() });
    assert_eq!(settings.expect("a login").credential.name(), "root@pam");
}

#[test]
fn a_fingerprint_is_of_one_endpoint_and_every_endpoint_has_one() {
    let pinned = |endpoint: &str, fingerprint: &str| Given {
        endpoint: Some(endpoint.to_owned()),
        fingerprint: Some(fingerprint.to_owned()),
        ..given()
    };
    assert!(Settings::new(pinned("pve1", FINGERPRINT)).is_ok());
    assert!(Settings::new(pinned("pve1", &FINGERPRINT.to_lowercase().replace(':', ""))).is_ok());
    assert!(Settings::new(pinned("pve1,pve2", &format!("pve1={FINGERPRINT},pve2={FINGERPRINT}"))).is_ok());
    refused(pinned("pve1", "AA:BB"), "`AA:BB` is no SHA-256 fingerprint");
    refused(pinned("pve1,pve2", &format!("pve1={FINGERPRINT}")), "`pve2:8006` has no fingerprint");
    refused(pinned("pve1,pve2", FINGERPRINT), "has no fingerprint");
    refused(pinned("pve1", &format!("pve9={FINGERPRINT}")), "`pve9`, which is no endpoint");
}

#[test]
fn there_is_one_rule_for_what_is_trusted() {
    let insecure = |text: &str| Given { insecure: Some(text.to_owned()), ..given() };
    assert!(Settings::new(insecure("true")).expect("settings").is_insecure());
    assert!(!Settings::new(insecure("0")).expect("settings").is_insecure());
    assert!(matches!(Settings::new(insecure("")).expect("settings").trust, Trust::System));
    refused(insecure("maybe"), "neither `true` nor `false`");
    refused(Given { fingerprint: Some(FINGERPRINT.to_owned()), ..insecure("1") }, "more than one rule");
    refused(Given { ca: Some(("ca.pem".to_owned(), Vec::new())), ..insecure("1") }, "more than one rule");
}

#[test]
fn debug_shows_no_secret() {
    let settings = Settings::new(given()).expect("settings");
    let shown = format!("{settings:?}");
    assert!(shown.contains("hlab@pve!plan") && !shown.contains(CANARY), "{shown}");
}

#[test]
fn a_fingerprint_is_written_as_proxmox_writes_it() {
    let fingerprint = Fingerprint::parse(FINGERPRINT).expect("a fingerprint");
    assert_eq!(fingerprint.to_string(), FINGERPRINT);
    // SHA-256 of nothing: FIPS 180-4.
    assert!(Fingerprint::of(b"").to_string().starts_with("E3:B0:C4:42:98:FC:1C:14"));
}
