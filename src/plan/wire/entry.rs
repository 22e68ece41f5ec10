//! Entries of the cluster's configuration, and what a node is told.

use std::collections::BTreeMap;

use super::Subject;
use super::line::Options;
use crate::desire::{
    Acl, Entry, HaNodes, HaResource, HostPart, Interface, MetricsServer, MetricsSort, Token, User, Who,
};
use crate::plan::survey::encoded;
use crate::plan::things;

/// An entry; `None` if this version does not compare it.
pub(super) fn entry(entry: &Entry<'_>) -> Option<(Subject, BTreeMap<String, String>)> {
    let mut out = Options::default();
    let subject = match entry {
        Entry::User(wanted) => {
            user(&mut out, wanted);
            listed("/access/users", &wanted.id)
        }
        Entry::Token(wanted) => {
            token(&mut out, wanted);
            let path = format!("/access/users/{}/token/{}", encoded(&wanted.user), encoded(&wanted.name));
            Subject::Listed { list: "/access/users".to_owned(), path }
        }
        Entry::Group(group) => {
            out.some("comment", group.comment.as_ref());
            listed("/access/groups", &group.name)
        }
        Entry::Role(role) => {
            out.list("privs", &role.privileges, ",");
            listed("/access/roles", &role.name)
        }
        Entry::Acl(wanted) => acl(&mut out, wanted),
        Entry::HaResource(resource) => {
            ha_resource(&mut out, resource);
            listed("/cluster/ha/resources", &resource.guest)
        }
        Entry::HaNodes(wanted) => ha_nodes(&mut out, wanted),
        Entry::MetricsServer(server) => {
            metrics(&mut out, server);
            listed("/cluster/metrics/server", &server.name)
        }
        Entry::AcmeAccount(_) | Entry::AcmePlugin(_) | Entry::Certificate(_) | Entry::Realm(_) | Entry::Sdn(_) => {
            return None;
        }
    };
    Some((subject, out.0))
}

fn listed(list: &str, name: &str) -> Subject {
    Subject::Listed { list: list.to_owned(), path: format!("{list}/{}", encoded(name)) }
}

fn user(out: &mut Options, user: &User<'_>) {
    out.some("comment", user.comment.as_ref());
    out.off("enable", user.disabled);
    out.some("email", user.email.as_ref());
    out.some("firstname", user.first_name.as_ref());
    out.some("lastname", user.last_name.as_ref());
    out.list("groups", &user.groups, ",");
    out.some("expire", user.expires);
    out.some("keys", user.keys.as_ref());
}

fn token(out: &mut Options, token: &Token<'_>) {
    out.some("comment", token.comment.as_ref());
    out.some("expire", token.expires);
    out.off("privsep", token.no_separation);
}

fn acl(out: &mut Options, acl: &Acl<'_>) -> Subject {
    let sort = match &acl.who {
        Who::User(_) => "user",
        Who::Group(_) => "group",
        Who::Token(_) => "token",
    };
    out.off("propagate", acl.no_propagation);
    let path = things::acl(&acl.path, sort, acl.who.id(), &acl.role);
    Subject::Listed { list: "/access/acl".to_owned(), path }
}

fn ha_resource(out: &mut Options, resource: &HaResource<'_>) {
    out.some("group", resource.group.as_ref());
    out.some("state", resource.state.as_ref());
    out.some("max_restart", resource.restarts);
    out.some("max_relocate", resource.relocations);
    out.off("failback", resource.no_failback);
    out.some("comment", resource.comment.as_ref());
}

/// What is secret, the server keeps to itself: it is not compared.
fn metrics(out: &mut Options, server: &MetricsServer<'_>) {
    out.set("server", &server.server);
    out.set("port", server.port);
    out.on("disable", server.disabled);
    out.some("mtu", server.mtu);
    out.some("timeout", server.timeout);
    match &server.sort {
        MetricsSort::Graphite { tcp, path } => {
            out.set("type", "graphite");
            out.some("proto", tcp.then_some("tcp"));
            out.some("path", path.as_ref());
        }
        MetricsSort::Influxdb(influxdb) => {
            out.set("type", "influxdb");
            out.some("influxdbproto", influxdb.protocol.as_ref());
            out.some("api-path-prefix", influxdb.path_prefix.as_ref());
            out.some("bucket", influxdb.bucket.as_ref());
            out.some("organization", influxdb.organization.as_ref());
            out.some("max-body-size", influxdb.most_bytes);
            out.off("verify-certificate", influxdb.any_certificate);
        }
        MetricsSort::Opentelemetry(telemetry) => {
            out.set("type", "opentelemetry");
            out.some("otel-protocol", telemetry.http.then_some("http"));
            out.some("otel-path", telemetry.path.as_ref());
            out.some("otel-timeout", telemetry.timeout);
            out.some("otel-compression", telemetry.no_compression.then_some("none"));
            let attributes = (!telemetry.attributes.is_empty()).then(|| telemetry.encoded_attributes());
            out.some("otel-resource-attributes", attributes);
            out.some("otel-max-body-size", telemetry.most_bytes);
            out.off("otel-verify-ssl", telemetry.any_certificate);
        }
    }
}

/// A group before Proxmox VE 9, a rule since.
fn ha_nodes(out: &mut Options, wanted: &HaNodes<'_>) -> Subject {
    let node = |(name, priority): &(_, u32)| match priority {
        0 => format!("{name}"),
        priority => format!("{name}:{priority}"),
    };
    let nodes: Vec<String> = wanted.nodes.iter().map(node).collect();
    out.list("nodes", &nodes, ",");
    out.some("comment", wanted.comment.as_ref());
    match &wanted.resource {
        Some(resource) => {
            out.set("type", "node-affinity");
            out.set("resources", resource);
            out.on("strict", wanted.strict);
            listed("/cluster/ha/rules", &wanted.name)
        }
        None => {
            out.on("restricted", wanted.strict);
            out.on("nofailback", wanted.no_failback);
            listed("/cluster/ha/groups", &wanted.name)
        }
    }
}

/// What a node is told; `None` if this version does not compare it.
pub(super) fn host(part: &HostPart<'_>) -> Option<(Subject, BTreeMap<String, String>)> {
    let mut out = Options::default();
    let subject = match part {
        HostPart::Dns(dns) => {
            out.some("search", dns.domain.as_ref());
            for (number, server) in dns.servers.iter().enumerate() {
                out.set(format!("dns{}", number + 1), server);
            }
            of_node(&dns.node, "dns")
        }
        HostPart::Time(time) => {
            out.set("timezone", &time.zone);
            of_node(&time.node, "time")
        }
        HostPart::Bridge(bridge) => {
            out.set("type", "bridge");
            out.list("bridge_ports", &bridge.ports, " ");
            out.on("bridge_vlan_aware", bridge.vlan_aware);
            out.some("bridge_vids", bridge.vlans.as_ref());
            interface(&mut out, &bridge.interface)
        }
        HostPart::Vlan(vlan) => {
            out.set("type", "vlan");
            if !vlan.says_itself() {
                out.set("vlan-raw-device", &vlan.device);
                out.set("vlan-id", vlan.tag);
            }
            interface(&mut out, &vlan.interface)
        }
        HostPart::OvsBridge(_)
        | HostPart::OvsBond(_)
        | HostPart::OvsPort(_)
        | HostPart::InternalPort(_)
        | HostPart::Hosts(_)
        | HostPart::Standard(_)
        | HostPart::Repository(_) => return None,
    };
    Some((subject, out.0))
}

fn of_node(node: &str, what: &str) -> Subject {
    let path = format!("/nodes/{}/{what}", encoded(node));
    Subject::Listed { list: path.clone(), path }
}

fn interface(out: &mut Options, interface: &Interface<'_>) -> Subject {
    out.some("cidr", interface.address.as_ref());
    out.some("gateway", interface.gateway.as_ref());
    out.some("cidr6", interface.address6.as_ref());
    out.some("gateway6", interface.gateway6.as_ref());
    out.some("mtu", interface.mtu);
    out.on("autostart", !interface.no_autostart);
    out.some("comments", interface.comment.as_ref());
    let list = format!("/nodes/{}/network", encoded(&interface.node));
    let path = format!("{list}/{}", encoded(&interface.name));
    Subject::Listed { list, path }
}
