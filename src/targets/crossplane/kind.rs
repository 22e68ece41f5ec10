//! The kinds of the provider that we write.

use super::release::{ALL, Release};
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
}

impl Kind {
    /// The kind of its resource, where a document does not say whose it is: `vm`.
    pub fn resource_kind(self) -> &'static str {
        self.prefix().trim_end_matches('-')
    }

    /// What kubectl calls it: `environmentvm.virtualenvironmentvm.crossplane.io`.
    pub fn resource(self, release: Release) -> String {
        let group = self.api_version(release).split('/').next().unwrap_or_default();
        format!("{}.{group}", self.name().to_ascii_lowercase())
    }

    /// The releases that have it.
    pub fn releases(self) -> &'static [Release] {
        ALL
    }
}

/// Every kind that we write in a release, with the fields of its `forProvider`.
#[must_use]
pub fn kinds(release: Release) -> Vec<(&'static str, &'static [Field])> {
    let written = Kind::ALL.iter().filter(|kind| kind.releases().contains(&release));
    written.map(|kind| (kind.name(), kind.fields())).collect()
}
