//! What Kubernetes serves without any CRD: groups, versions and kinds, and which kinds have a namespace.
//!
//! Their bodies are not checked: Kubernetes has no CRDs for them. The table tells them from kinds that a CRD must
//! declare, and knows the scope of each.
//!
//! Source: the Kubernetes API reference, v1.32 to v1.34, <https://kubernetes.io/docs/reference/kubernetes-api/>, and what
//! `kubectl api-resources` prints.

/// One group in one version.
struct Row {
    api: &'static str,
    /// Kinds in a namespace.
    namespaced: &'static [&'static str],
    /// Kinds of the cluster.
    cluster: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        api: "v1",
        namespaced: &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
        cluster: &["Namespace", "Node", "PersistentVolume"],
    },
    Row {
        api: "apps/v1",
        namespaced: &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        cluster: &[],
    },
    Row { api: "batch/v1", namespaced: &["CronJob", "Job"], cluster: &[] },
    Row { api: "autoscaling/v1", namespaced: &["HorizontalPodAutoscaler"], cluster: &[] },
    Row { api: "autoscaling/v2", namespaced: &["HorizontalPodAutoscaler"], cluster: &[] },
    Row {
        api: "networking.k8s.io/v1",
        namespaced: &["Ingress", "NetworkPolicy"],
        cluster: &["IPAddress", "IngressClass", "ServiceCIDR"],
    },
    Row { api: "policy/v1", namespaced: &["PodDisruptionBudget"], cluster: &[] },
    Row {
        api: "rbac.authorization.k8s.io/v1",
        namespaced: &["Role", "RoleBinding"],
        cluster: &["ClusterRole", "ClusterRoleBinding"],
    },
    Row {
        api: "storage.k8s.io/v1",
        namespaced: &["CSIStorageCapacity"],
        cluster: &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    },
    Row { api: "scheduling.k8s.io/v1", namespaced: &[], cluster: &["PriorityClass"] },
    Row { api: "node.k8s.io/v1", namespaced: &[], cluster: &["RuntimeClass"] },
    Row { api: "coordination.k8s.io/v1", namespaced: &["Lease"], cluster: &[] },
    Row { api: "discovery.k8s.io/v1", namespaced: &["EndpointSlice"], cluster: &[] },
    Row { api: "events.k8s.io/v1", namespaced: &["Event"], cluster: &[] },
    Row {
        api: "resource.k8s.io/v1",
        namespaced: &["ResourceClaim", "ResourceClaimTemplate"],
        cluster: &["DeviceClass", "ResourceSlice"],
    },
    Row {
        api: "admissionregistration.k8s.io/v1",
        namespaced: &[],
        cluster: &[
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    },
    Row { api: "apiextensions.k8s.io/v1", namespaced: &[], cluster: &["CustomResourceDefinition"] },
    Row { api: "apiregistration.k8s.io/v1", namespaced: &[], cluster: &["APIService"] },
    Row { api: "certificates.k8s.io/v1", namespaced: &[], cluster: &["CertificateSigningRequest"] },
    Row {
        api: "flowcontrol.apiserver.k8s.io/v1",
        namespaced: &[],
        cluster: &["FlowSchema", "PriorityLevelConfiguration"],
    },
];

/// What the table says of an API and kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Builtin {
    /// Kubernetes serves it; whether it is in a namespace.
    Kind(bool),
    /// It is of a group of Kubernetes, which has no such kind in that version, as far as the table knows.
    NotIn {
        /// The versions of the group that have the kind.
        versions: Vec<&'static str>,
        /// The kinds of that version; none if the table does not know it.
        kinds: Vec<&'static str>,
    },
    /// It is of no group of Kubernetes: a CRD must declare it.
    Foreign,
}

/// Looks up a kind: `api` is `v1` or `apps/v1`.
#[must_use]
pub fn builtin(api: &str, kind: &str) -> Builtin {
    let group = group_of(api);
    let mut of_group = ROWS.iter().filter(|row| group_of(row.api) == group).peekable();
    if of_group.peek().is_none() {
        return Builtin::Foreign;
    }
    let rows: Vec<&Row> = of_group.collect();
    let own = rows.iter().find(|row| row.api == api);
    match own {
        Some(row) if row.namespaced.contains(&kind) => Builtin::Kind(true),
        Some(row) if row.cluster.contains(&kind) => Builtin::Kind(false),
        Some(_) | None => {
            let has = |row: &&&Row| row.namespaced.contains(&kind) || row.cluster.contains(&kind);
            let versions = rows.iter().filter(has).map(|row| row.api).collect();
            let kinds = own.map_or(Vec::new(), |row| row.namespaced.iter().chain(row.cluster).copied().collect());
            Builtin::NotIn { versions, kinds }
        }
    }
}

/// The APIs that have a kind of this name.
#[must_use]
pub fn apis_of(kind: &str) -> Vec<&'static str> {
    let has = |row: &&Row| row.namespaced.contains(&kind) || row.cluster.contains(&kind);
    ROWS.iter().filter(has).map(|row| row.api).collect()
}

/// The group of an API: nothing of `v1`, `apps` of `apps/v1`.
#[must_use]
pub fn group_of(api: &str) -> &str {
    api.rsplit_once('/').map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::{Builtin, apis_of, builtin};

    #[test]
    fn a_built_in_kind_is_told_from_one_that_needs_a_crd() {
        assert_eq!(builtin("v1", "Namespace"), Builtin::Kind(false));
        assert_eq!(builtin("apps/v1", "Deployment"), Builtin::Kind(true));
        assert_eq!(builtin("metallb.io/v1beta1", "IPAddressPool"), Builtin::Foreign);
        let Builtin::NotIn { versions, kinds } = builtin("autoscaling/v3", "HorizontalPodAutoscaler") else { panic!() };
        assert_eq!((versions, kinds.len()), (vec!["autoscaling/v1", "autoscaling/v2"], 0));
        assert_eq!(apis_of("Event"), ["v1", "events.k8s.io/v1"]);
    }
}
