//! Servers for measurements.

use std::borrow::Cow;

use super::access::life;
use super::{Cx, count, count_unless, errors, ip, pairs, secret, small, text, unless, version};
use crate::desire::{self, Entry, MetricsSort, Text};
use crate::model::{Host, MetricsServer, Model};
use crate::types::value::{ObjId, Value};

/// Adds the objects of every server for measurements.
pub(super) fn all(cx: &mut Cx<'_>) {
    let model = cx.model;
    for id in model.all(model.fields.metrics_server.shape) {
        server(cx, MetricsServer::new(model, id));
    }
}

fn server(cx: &mut Cx<'_>, server: MetricsServer) {
    let model = cx.model;
    let fields = &model.fields.metrics_server;
    let sort = match model.world.object(server.id).tag.map_or("", |tag| model.word(tag)) {
        "Graphite" => MetricsSort::Graphite {
            tcp: word(model, server.id, "protocol") == Some("tcp"),
            path: text(word(model, server.id, "path")),
        },
        "Opentelemetry" => MetricsSort::Opentelemetry(opentelemetry(cx, server)),
        _ => MetricsSort::Influxdb(influxdb(model, server.id)),
    };
    let content = desire::MetricsServer {
        name: Cow::Borrowed(model.name(server.id)),
        server: address(model, server.server(model)),
        port: count(server.port(model)).unwrap_or_default(),
        disabled: !server.enabled(model),
        mtu: count_unless(server.mtu(model), 1500),
        timeout: cx.seconds(server.timeout(model), 1, (server.id, fields.timeout)),
        sort,
    };
    let life = life(server.adopt(model), server.on_delete(model));
    cx.entry(server.id, life, Entry::MetricsServer(content));
}

fn word<'a>(model: &'a Model<'a>, object: ObjId, field: &str) -> Option<&'a str> {
    model.text_of(model.named(object, field))
}

fn number(model: &Model<'_>, object: ObjId, field: &str) -> Option<i64> {
    if let Value::Int(number) = model.named(object, field) { Some(number) } else { None }
}

/// The address of a thing of the lab, or what the source says.
fn address<'a>(model: &'a Model<'a>, value: Value) -> Text<'a> {
    let known = model.address_in(value, None).map(ip);
    let name = || match value {
        Value::Obj(thing) => Some(model.name(thing)),
        other => model.text_of(other),
    };
    known.unwrap_or_else(|| Cow::Borrowed(name().unwrap_or_default()))
}

fn influxdb<'a>(model: &'a Model<'a>, id: ObjId) -> desire::Influxdb<'a> {
    desire::Influxdb {
        protocol: unless(word(model, id, "protocol"), "udp"),
        path_prefix: text(word(model, id, "path-prefix")),
        bucket: text(word(model, id, "bucket")),
        organization: text(word(model, id, "organization")),
        token: secret(model, model.named(id, "token")),
        token_version: count(number(model, id, "token-version")),
        most_bytes: count_unless(number(model, id, "max-body-size"), 25_000_000),
        any_certificate: model.named(id, "verify") == Value::Bool(false),
    }
}

fn opentelemetry<'a>(cx: &mut Cx<'a>, server: MetricsServer) -> desire::Opentelemetry<'a> {
    let (model, id) = (cx.model, server.id);
    let mut hosts = model.all(model.fields.host.shape).map(|id| Host::new(model, id));
    if let Some(old) = hosts.find(|host| model.is_running(*host) && version(model, *host).major < 9) {
        let (name, version) = (model.name(old.id), version(model, old));
        let why = format!("servers of this type came with Proxmox VE 9, and `{name}` runs {version}");
        cx.out.push(errors::value_refused(Some(model.span(id)), "opentelemetry", &why));
    }
    let timeout = match model.named(id, "answer-timeout") {
        Value::Duration(milliseconds) if milliseconds.is_multiple_of(1000) => small(milliseconds / 1000),
        Value::Duration(_) => {
            cx.out.push(errors::not_whole(Some(model.span(id)), "whole seconds"));
            5
        }
        _ => 5,
    };
    desire::Opentelemetry {
        http: word(model, id, "protocol") == Some("http"),
        path: unless(word(model, id, "path"), "/v1/metrics"),
        timeout: (timeout != 5).then_some(timeout),
        no_compression: word(model, id, "compression") == Some("none"),
        headers: secret(model, model.named(id, "headers")),
        attributes: pairs(model, model.elements(model.named(id, "attributes"))),
        most_bytes: count_unless(number(model, id, "max-body-size"), 10_000_000),
        any_certificate: model.named(id, "verify") == Value::Bool(false),
    }
}
