//! Cloud-init and the guest agent.

use std::borrow::Cow;

use super::{Cx, maybe, set, unset, word, words};
use crate::desire::{CloudInit, IpConfig, Vm};
use crate::targets::crossplane::duration;
use crate::targets::crossplane::spec;
use crate::targets::errors;

/// How many addresses the provider takes.
const MOST_ADDRESSES: usize = 8;

pub(super) fn cloud_init<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    let Some(init) = &vm.cloud_init else { return };
    if !cx.has_1_18() {
        cx.cannot_any(&[(init.no_upgrade, "cloud-init.upgrade")]);
    }
    let mut file = |import: &'r Option<crate::desire::Import<'_>>, field: &str| {
        import.as_ref().and_then(|import| cx.volume(import, || format!("cloud-init.{field}")))
    };
    let user_data_file_id = file(&init.user_data, "user-data");
    let vendor_data_file_id = file(&init.vendor_data, "vendor-data");
    let network_data_file_id = file(&init.network_data, "network-data");
    let meta_data_file_id = file(&init.meta_data, "meta-data");
    let dns = (init.domain.is_some() || !init.dns.is_empty()).then(|| {
        Box::new(spec::Dns { domain: maybe(&init.domain), servers: words(&init.dns), ..spec::Dns::default() })
    });
    out.initialization = Some(spec::Initialization {
        kind: maybe(&init.sort),
        datastore_id: word(&init.storage),
        interface: word(&init.slot),
        file_format: maybe(&init.format),
        dns,
        ip_config: addresses(cx, init),
        user_account: account(cx, init),
        user_data_file_id,
        vendor_data_file_id,
        network_data_file_id,
        meta_data_file_id,
        upgrade: unset(init.no_upgrade && cx.has_1_18()),
        ..spec::Initialization::default()
    });
}

/// Addresses by position, which is that of the network card.
fn addresses<'r>(cx: &mut Cx<'r, '_>, init: &'r CloudInit<'_>) -> Vec<spec::IpConfig<'r>> {
    let mut gap =
        init.addresses.iter().enumerate().filter(|(position, address)| *position != usize::from(address.slot));
    if let Some((position, address)) = gap.next() {
        let (slot, missing) = (format!("ipconfig{}", address.slot), format!("ipconfig{position}"));
        let origin = cx.origin(&format!("nic.net{}.config", address.slot));
        cx.diagnostics.push(errors::slot_gap(cx.request, origin, &slot, &missing));
    }
    if let Some(address) = init.addresses.get(MOST_ADDRESSES) {
        cx.cannot(&format!("nic.net{}.config", address.slot), "the provider takes 8 addresses a VM");
    }
    init.addresses.iter().map(ip_config).collect()
}

fn ip_config<'r>(config: &'r IpConfig<'_>) -> spec::IpConfig<'r> {
    let address = |ip: &'r Option<_>, gateway: &'r Option<_>| {
        let address = spec::Address { address: maybe(ip), gateway: maybe(gateway), ..spec::Address::default() };
        (address.address.is_some() || address.gateway.is_some()).then_some(address)
    };
    spec::IpConfig {
        ipv4: address(&config.ip, &config.gateway),
        ipv6: address(&config.ip6, &config.gateway6),
        ..spec::IpConfig::default()
    }
}

fn account<'r>(cx: &mut Cx<'r, '_>, init: &'r CloudInit<'_>) -> Option<spec::UserAccount<'r>> {
    let password = init.password.as_ref().map(|secret| cx.secret(secret, "cloud-init.password"));
    let account = spec::UserAccount {
        username: maybe(&init.user),
        keys: words(&init.keys),
        password: password.unwrap_or_default(),
        ..spec::UserAccount::default()
    };
    (account != spec::UserAccount::default()).then_some(account)
}

pub(super) fn agent<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    let Some(agent) = &vm.agent else { return };
    if agent.no_freeze {
        cx.no_field("agent.freeze");
    }
    if agent.no_wait && !cx.has_1_18() {
        cx.no_field("agent.wait");
    }
    let wait = || {
        let (ipv4, ipv6) = (set(agent.wait_for_ipv4), set(agent.wait_for_ipv6));
        let disabled = set(agent.no_wait && cx.has_1_18());
        Box::new(spec::WaitForIp { disabled, ipv4, ipv6, ..Default::default() })
    };
    out.agent = Some(spec::Agent {
        enabled: Some(true),
        trim: set(agent.trim),
        kind: maybe(&agent.sort),
        timeout: agent.timeout.map(|seconds| Cow::Owned(duration::written(seconds))),
        wait_for_ip: (agent.wait_for_ipv4 || agent.wait_for_ipv6 || agent.no_wait).then(wait),
        ..spec::Agent::default()
    });
}
