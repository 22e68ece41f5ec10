//! The credentials of provider-proxmox-bpg: one text of a Secret, which holds a JSON object of texts and nothing else. A truth
//! value or number in it is refused by the provider, and with it all that the Secret says.
//!
//! Source: the provider reads the key that its `ProviderConfig` names into a `map[string]string` (`internal/clients` of v0.11.1
//! and v1.18.0).

use rustc_hash::FxHashSet;
use serde_json::Value as Data;

use super::object::Object;
use crate::kube::{self, Step, Violation, group_of};
use crate::types::value::ObjId;

/// A text of a Secret: cluster, namespace, name, key.
type Asked = (ObjId, String, String, String);

/// The Secrets of a lab, and which of their texts are credentials.
#[derive(Default)]
pub(super) struct Credentials {
    asked: FxHashSet<Asked>,
    secrets: Vec<(ObjId, ObjId, Data)>,
}

impl Credentials {
    /// Takes in an object: a Secret, or what names one.
    pub(super) fn add(&mut self, cluster: ObjId, manifest: ObjId, object: &Object) {
        let (Some(api), Some(kind)) = (object.api.as_deref(), object.kind.as_deref()) else { return };
        if (api, kind) == ("v1", "Secret") {
            self.secrets.push((cluster, manifest, object.data.clone()));
        }
        let is_of_provider = matches!(group_of(api), "proxmoxbpg.crossplane.io" | "proxmoxbpg.m.crossplane.io");
        if is_of_provider && matches!(kind, "ProviderConfig" | "ClusterProviderConfig") {
            let named = &object.data["spec"]["credentials"]["secretRef"];
            let text = |field: &str| named[field].as_str().map(str::to_owned);
            if let (Some(namespace), Some(name), Some(key)) = (text("namespace"), text("name"), text("key")) {
                self.asked.insert((cluster, namespace, name, key));
            }
        }
    }

    /// What of the credentials is no text, with the Secret that says it.
    pub(super) fn refused(&self) -> Vec<(ObjId, Vec<Violation>)> {
        let mut found = Vec::new();
        for (cluster, manifest, data) in &self.secrets {
            let of_metadata = |field: &str| data["metadata"][field].as_str().unwrap_or_default().to_owned();
            let texts = data["stringData"].as_object().into_iter().flatten();
            for (key, text) in texts.filter_map(|(key, text)| Some((key, text.as_str()?))) {
                let asked = (*cluster, of_metadata("namespace"), of_metadata("name"), key.clone());
                if !self.asked.contains(&asked) {
                    continue;
                }
                if let Ok(inside) = serde_json::from_str(text) {
                    let path = [Step::Key("stringData".to_owned()), Step::Key(key.clone())];
                    found.push((*manifest, kube::texts_of(&inside, &path)));
                }
            }
        }
        found
    }
}
