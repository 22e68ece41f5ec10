//! Random entries of the cluster in normal form, made only of what a release of the provider can say.

use hlab::desire::{
    Acl, AcmeAccount, AcmePlugin, Certificate, Content, Entry, Group, HaNodes, HaResource, Influxdb, MetricsServer,
    MetricsSort, Opentelemetry, Place, Role, Secret, Text, User, Who,
};
use hlab::targets::crossplane::release::Release;

use super::random::Random;
use super::wanted::{NAMESPACE, flag, is_new, number, some, text, word, words};

/// Addresses, places and contents, several of each kind.
pub fn entries(random: &mut Random, release: Release) -> Vec<(String, Place<'static>, Content<'static>)> {
    let mut made = Vec::new();
    for index in 0..3 {
        let mut only = |kind: &str, entry| made.push((format!("{kind}.e{index}"), Place::Only, entry));
        only("user", Entry::User(user(random, release)));
        only("group", Entry::Group(Group { name: text(random), comment: word(random) }));
        only("role", Entry::Role(Role { name: text(random), privileges: sorted(words(random)) }));
        only("ha", Entry::HaNodes(ha_nodes(random)));
        only("ha", Entry::HaResource(ha_resource(random, release)));
        only("metrics-server", Entry::MetricsServer(metrics_server(random, release, index)));
        only("certificate", Entry::Certificate(certificate(random, release)));
        only("acme-account", Entry::AcmeAccount(acme_account(random, release)));
        only("acme-plugin", Entry::AcmePlugin(acme_plugin(random, release)));
        for role in ["PVEAuditor", "ops"] {
            let acl = acl(random, role);
            made.push((format!("acl.e{index}"), Place::Part(acl.part().into()), Entry::Acl(acl)));
        }
    }
    made.into_iter().map(|(address, place, entry)| (address, place, Content::Entry(Box::new(entry)))).collect()
}

fn sorted(mut words: Vec<Text<'static>>) -> Vec<Text<'static>> {
    words.sort_unstable();
    words.dedup();
    words
}

fn secret(random: &mut Random, release: Release) -> Secret<'static> {
    Secret::Kubernetes {
        namespace: if release.is_namespaced() { NAMESPACE.into() } else { text(random) },
        name: text(random),
        key: text(random),
    }
}

/// Keys that differ, sorted, each with a text.
fn pairs(random: &mut Random) -> Vec<(Text<'static>, Text<'static>)> {
    let keys = ["CF_Account_ID", "no", "ünï: x"].into_iter();
    keys.filter_map(|key| some(random, |random| (key.into(), text(random)))).collect()
}

fn user(random: &mut Random, release: Release) -> User<'static> {
    User {
        id: text(random),
        comment: word(random),
        disabled: flag(random),
        email: word(random),
        first_name: word(random),
        last_name: word(random),
        groups: sorted(words(random)),
        expires: some(random, |random| 1 + random.below(4_000_000_000) as u64),
        keys: word(random),
        password: some(random, |random| secret(random, release)),
    }
}

fn acl(random: &mut Random, role: &'static str) -> Acl<'static> {
    let who = match random.below(3) {
        0 => Who::User("ops@pve".into()),
        1 => Who::Group("ops".into()),
        _ => Who::Token("ops@pve!ci".into()),
    };
    Acl { path: text(random), role: role.into(), who, no_propagation: flag(random) }
}

fn ha_nodes(random: &mut Random) -> HaNodes<'static> {
    HaNodes {
        name: text(random),
        resource: None,
        nodes: vec![("pve".into(), random.below(4) as u32), ("still-fawn".into(), 7)],
        strict: flag(random),
        no_failback: flag(random),
        comment: word(random),
    }
}

fn ha_resource(random: &mut Random, release: Release) -> HaResource<'static> {
    HaResource {
        guest: (*random.pick(&["vm:101", "ct:113"])).into(),
        group: word(random),
        state: some(random, |_| "ignored".into()),
        restarts: number(random),
        relocations: number(random),
        no_failback: is_new(release) && flag(random),
        comment: word(random),
    }
}

fn metrics_server(random: &mut Random, release: Release, index: usize) -> MetricsServer<'static> {
    let sort = match index {
        0 => MetricsSort::Graphite { tcp: flag(random), path: word(random) },
        1 => MetricsSort::Influxdb(influxdb(random, release)),
        _ => MetricsSort::Opentelemetry(opentelemetry(random, release)),
    };
    MetricsServer {
        name: text(random),
        server: text(random),
        port: 8089,
        disabled: flag(random),
        mtu: number(random),
        timeout: number(random),
        sort,
    }
}

fn influxdb(random: &mut Random, release: Release) -> Influxdb<'static> {
    let token = some(random, |random| secret(random, release));
    Influxdb {
        protocol: word(random),
        path_prefix: word(random),
        bucket: word(random),
        organization: word(random),
        token_version: number(random).filter(|_| token.is_some() && is_new(release)),
        token,
        most_bytes: number(random),
        any_certificate: flag(random),
    }
}

fn opentelemetry(random: &mut Random, release: Release) -> Opentelemetry<'static> {
    let plain = Opentelemetry { http: flag(random), path: word(random), ..Opentelemetry::default() };
    if !is_new(release) {
        return plain;
    }
    Opentelemetry {
        timeout: number(random),
        no_compression: flag(random),
        headers: some(random, |random| secret(random, release)),
        attributes: pairs(random),
        most_bytes: number(random),
        any_certificate: flag(random),
        ..plain
    }
}

fn certificate(random: &mut Random, release: Release) -> Certificate<'static> {
    Certificate {
        node: text(random),
        certificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".into(),
        chain: word(random),
        private_key: Some(secret(random, release)),
        overwrite: flag(random),
    }
}

fn acme_account(random: &mut Random, release: Release) -> AcmeAccount<'static> {
    let is_bound = is_new(release) && flag(random);
    AcmeAccount {
        name: text(random),
        contact: text(random),
        directory: word(random),
        terms: word(random),
        eab_kid: is_bound.then(|| secret(random, release)),
        eab_hmac_key: is_bound.then(|| secret(random, release)),
    }
}

fn acme_plugin(random: &mut Random, release: Release) -> AcmePlugin<'static> {
    AcmePlugin {
        name: text(random),
        api: text(random),
        data: pairs(random),
        data_version: number(random).filter(|_| is_new(release)),
        validation_delay: number(random),
        disabled: flag(random),
        digest: word(random),
        ..AcmePlugin::default()
    }
}
