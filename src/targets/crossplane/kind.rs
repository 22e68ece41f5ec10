//! The kinds of the provider that we write.

use super::release::{ALL, Release, SINCE_1_18};
use super::spec::{self, Block as _, Field};

macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident = $name:literal of $group:literal, $prefix:literal, $Spec:ident,)*) => {
        /// A kind that we write.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(super) enum Kind {
            $(#[doc = concat!($name, ".")] $Kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$Kind,)*];

            /// What `kind` says.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$Kind => $name,)*
                }
            }

            /// What `apiVersion` says.
            pub fn api_version(self, release: Release) -> &'static str {
                match (release, self) {
                    $((Release::V0_11, Kind::$Kind) => concat!($group, ".crossplane.io/v1alpha1"),)*
                    $((Release::V1_18, Kind::$Kind) => concat!($group, ".proxmoxbpg.crossplane.io/v1alpha1"),)*
                    $((Release::V1_18Namespaced, Kind::$Kind) => {
                        concat!($group, ".proxmoxbpg.m.crossplane.io/v1alpha1")
                    })*
                }
            }

            /// What its files begin with.
            pub fn prefix(self) -> &'static str {
                match self {
                    $(Kind::$Kind => $prefix,)*
                }
            }

            /// The fields of its `forProvider`.
            pub fn fields(self) -> &'static [Field] {
                match self {
                    $(Kind::$Kind => spec::$Spec::FIELDS,)*
                }
            }
        }
    };
}

kinds! {
    Vm = "EnvironmentVM" of "virtualenvironmentvm", "vm-", Vm,
    Container = "EnvironmentContainer" of "virtualenvironmentcontainer", "container-", Container,
    Image = "EnvironmentDownloadFile" of "virtualenvironmentdownloadfile", "image-", DownloadFile,
    File = "EnvironmentFile" of "virtualenvironmentfile", "snippet-", File,
    Pool = "EnvironmentPool" of "virtualenvironmentpool", "pool-", Pool,
    User = "EnvironmentUser" of "virtualenvironmentuser", "user-", User,
    Group = "EnvironmentGroup" of "virtualenvironmentgroup", "group-", Group,
    Role = "EnvironmentRole" of "virtualenvironmentrole", "role-", Role,
    Acl = "EnvironmentACL" of "virtualenvironmentacl", "acl-", Acl,
    HaGroup = "EnvironmentHagroup" of "virtualenvironmenthagroup", "hagroup-", HaGroup,
    HaResource = "EnvironmentHaresource" of "virtualenvironmentharesource", "ha-", HaResource,
    MetricsServer = "EnvironmentMetricsServer" of "virtualenvironmentmetricsserver", "metrics-server-", MetricsServer,
    Certificate = "EnvironmentCertificate" of "virtualenvironment", "certificate-", Certificate,
    AcmeAccount = "EnvironmentAcmeAccount" of "virtualenvironmentacmeaccount", "acme-account-", AcmeAccount,
    AcmePlugin = "EnvironmentAcmeDNSPlugin" of "virtualenvironmentacmednsplugin", "acme-plugin-", AcmePlugin,
    Bridge = "EnvironmentNetworkLinuxBridge" of "virtualenvironmentnetworklinuxbridge", "bridge-", Bridge,
    Vlan = "EnvironmentNetworkLinuxVlan" of "virtualenvironmentnetworklinuxvlan", "vlan-", Vlan,
    HostDns = "EnvironmentDNS" of "virtualenvironmentdns", "dns-", HostDns,
    Hosts = "EnvironmentHosts" of "virtualenvironmenthosts", "hosts-", Hosts,
    Time = "EnvironmentTime" of "virtualenvironmenttime", "time-", Time,
    Repository = "EnvironmentAptRepository" of "virtualenvironmentaptrepository", "apt-repository-", Repository,
    Standard = "EnvironmentAptStandardRepository" of "virtualenvironmentaptstandardrepository", "apt-", StandardRepository,
    ClusterFirewall = "EnvironmentClusterFirewall" of "virtual", "firewall-", ClusterFirewall,
    NodeFirewall = "EnvironmentNodeFirewall" of "virtualenvironmentnodefirewall", "node-firewall-", NodeFirewall,
    GuestFirewall = "EnvironmentFirewallOptions" of "virtualenvironmentfirewalloptions", "guest-firewall-", GuestFirewall,
    Alias = "EnvironmentFirewallAlias" of "virtualenvironmentfirewallalias", "firewall-alias-", FirewallAlias,
    IpSet = "EnvironmentFirewallIPSet" of "virtualenvironmentfirewallipset", "firewall-ipset-", IpSet,
    SecurityGroup = "EnvironmentClusterFirewallSecurityGroup" of "virtualenvironmentclusterfirewallsecuritygroup",
        "firewall-group-", SecurityGroup,
    Rules = "EnvironmentFirewallRules" of "virtualenvironmentfirewallrules", "firewall-rules-", Rules,
}

impl Kind {
    /// The kind of its resource, where a document does not say whose it is: `vm`.
    pub fn resource_kind(self) -> &'static str {
        let is_of_host = matches!(self, Kind::Bridge | Kind::Vlan | Kind::HostDns | Kind::Hosts | Kind::Time)
            || matches!(self, Kind::Repository | Kind::Standard);
        match (is_of_host, self.prefix()) {
            (true, _) => "host",
            (false, _) if self == Kind::HaGroup => "ha",
            (false, prefix) if prefix.contains("firewall-") => "firewall",
            (false, prefix) => prefix.trim_end_matches('-'),
        }
    }

    /// What kubectl calls it: `environmentvm.virtualenvironmentvm.crossplane.io`.
    pub fn resource(self, release: Release) -> String {
        let group = self.api_version(release).split('/').next().unwrap_or_default();
        format!("{}.{group}", self.name().to_ascii_lowercase())
    }

    /// The releases that have it.
    pub fn releases(self) -> &'static [Release] {
        if matches!(self, Kind::NodeFirewall) { SINCE_1_18 } else { ALL }
    }
}

/// Every kind that we write in a release, with the fields of its `forProvider`.
#[must_use]
pub fn kinds(release: Release) -> Vec<(&'static str, &'static [Field])> {
    let written = Kind::ALL.iter().filter(|kind| kind.releases().contains(&release));
    written.map(|kind| (kind.name(), kind.fields())).collect()
}
