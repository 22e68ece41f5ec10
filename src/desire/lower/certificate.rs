//! Certificates of nodes, and with whom they are got.

use std::borrow::Cow;

use super::access::{life, names};
use super::{Cx, count, pairs, secret, text, texts};
use crate::desire::{self, Content, Entry, Place, Text};
use crate::model::{AcmeAccount, AcmePlugin, Certificate};

/// Adds the objects of every certificate, account and plugin.
pub(super) fn all(cx: &mut Cx<'_>) {
    let model = cx.model;
    for id in model.all(model.fields.certificate.shape) {
        certificate(cx, Certificate::new(model, id));
    }
    for id in model.all(model.fields.acme_account.shape) {
        account(cx, AcmeAccount::new(model, id));
    }
    for id in model.all(model.fields.acme_plugin.shape) {
        plugin(cx, AcmePlugin::new(model, id));
    }
}

fn certificate(cx: &mut Cx<'_>, certificate: Certificate) {
    let model = cx.model;
    let Some(host) = model.host(certificate.id) else { return };
    let content = desire::Certificate {
        node: Cow::Borrowed(model.name(host.id)),
        certificate: text(certificate.certificate(model)).unwrap_or_default(),
        chain: text(certificate.chain(model)),
        private_key: secret(model, certificate.private_key(model)),
        overwrite: certificate.overwrite(model),
    };
    let life = life(certificate.adopt(model), certificate.on_delete(model));
    let content = Content::Entry(Box::new(Entry::Certificate(content)));
    cx.push(certificate.id, Place::Only, life, content, model.is_running(host));
}

fn account(cx: &mut Cx<'_>, account: AcmeAccount) {
    let model = cx.model;
    let content = desire::AcmeAccount {
        name: Cow::Borrowed(model.name(account.id)),
        contact: Cow::Owned(texts(model, account.contact(model)).join(",")),
        directory: text(account.directory(model)),
        terms: text(account.terms(model)),
        eab_kid: secret(model, account.eab_kid(model)),
        eab_hmac_key: secret(model, account.eab_hmac_key(model)),
    };
    cx.entry(account.id, life(account.adopt(model), account.on_delete(model)), Entry::AcmeAccount(content));
}

fn plugin(cx: &mut Cx<'_>, plugin: AcmePlugin) {
    let model = cx.model;
    let hidden = plugin.secret_data(model).chunks_exact(2);
    let mut secret_data: Vec<(Text<'_>, desire::Secret<'_>)> =
        hidden.filter_map(|pair| Some((text(model.text_of(pair[0]))?, secret(model, pair[1])?))).collect();
    secret_data.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let delay = (plugin.id, model.fields.acme_plugin.validation_delay);
    let content = desire::AcmePlugin {
        name: Cow::Borrowed(model.name(plugin.id)),
        api: text(plugin.api(model)).unwrap_or_default(),
        data: pairs(model, plugin.data(model)),
        secret_data,
        data_version: count(plugin.data_version(model)),
        nodes: names(model, plugin.nodes(model)),
        validation_delay: cx.seconds(plugin.validation_delay(model), 30, delay),
        disabled: !plugin.enabled(model),
        digest: text(plugin.digest(model)),
    };
    cx.entry(plugin.id, life(plugin.adopt(model), plugin.on_delete(model)), Entry::AcmePlugin(content));
}
