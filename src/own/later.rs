//! Facets of kinds that are declared and checked, and that nothing lowers yet.

/// A facet that no target of this version applies, nor hlab itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Later {
    /// A rule that keeps HA resources together or apart.
    Affinity,
    /// A backup job of the cluster.
    BackupJob,
    /// What a backup server does by itself.
    BackupServer,
    /// The records of a zone.
    DnsZone,
    /// A program that tells measurements.
    Exporter,
    /// What comes into a cluster from Git.
    Gitops,
    /// The configuration of a k3s cluster on its nodes.
    K3sCluster,
    /// A Kubernetes object.
    Manifest,
    /// A directory mapping.
    Mapping,
    /// A question that is asked again and again.
    Monitor,
    /// A replication job.
    Replication,
    /// An address in a Kubernetes cluster.
    Service,
    /// A power supply.
    Ups,
    /// What runs in a Kubernetes cluster.
    Workload,
}

impl Later {
    /// Its name in `project.owner`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Later::Affinity => "affinity.rule",
            Later::BackupJob => "backup-job.entry",
            Later::BackupServer => "backup-server.jobs",
            Later::DnsZone => "dns-zone.records",
            Later::Exporter => "exporter.service",
            Later::Gitops => "gitops.install",
            Later::K3sCluster => "k3s-cluster.nodes",
            Later::Manifest => "manifest.object",
            Later::Mapping => "mapping.entry",
            Later::Monitor => "monitor.check",
            Later::Replication => "replication.job",
            Later::Service => "service.object",
            Later::Ups => "ups.service",
            Later::Workload => "workload.object",
        }
    }

    /// Whether it is something that the Proxmox API can be told.
    #[must_use]
    pub fn is_of_proxmox(self) -> bool {
        match self {
            Later::Affinity | Later::BackupJob | Later::Mapping | Later::Replication => true,
            Later::BackupServer
            | Later::DnsZone
            | Later::Exporter
            | Later::Gitops
            | Later::K3sCluster
            | Later::Manifest
            | Later::Monitor
            | Later::Service
            | Later::Ups
            | Later::Workload => false,
        }
    }
}
