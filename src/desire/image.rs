//! Files on storages, and the mappings of devices.

use super::Text;

/// A downloaded file on one node's storage: the facet `image.file`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Image<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The storage.
    pub storage: Text<'a>,
    /// `import`, `iso` or `vztmpl`.
    pub content: Text<'a>,
    /// Its name on the storage.
    pub file: Text<'a>,
    /// Where it comes from; `None` for a file that is put there by other means.
    pub url: Option<Text<'a>>,
    /// The checksum and how it was made: `("sha256", "ab12…")`.
    pub checksum: Option<(Text<'a>, Text<'a>)>,
    /// How the download is compressed: `gz`, `lzo`, `zst`, `bz2`.
    pub compression: Option<Text<'a>>,
    /// A file whose size differs from the source's stays; `None`: it is downloaded again.
    pub keep_changed: bool,
    /// A file of that name which nobody manages is replaced.
    pub overwrite_unmanaged: bool,
    /// The server's certificate is not verified.
    pub any_certificate: bool,
    /// How long the download may take, in seconds; `None`: ten minutes.
    pub timeout: Option<u32>,
}

impl Image<'_> {
    /// What Proxmox calls it: `local:import/noble.qcow2`.
    #[must_use]
    pub fn volume_id(&self) -> String {
        format!("{}:{}/{}", self.storage, self.content, self.file)
    }
}

/// A snippet on one node's storage: the facet `snippet.file`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Snippet<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The storage.
    pub storage: Text<'a>,
    /// Its name on the storage.
    pub file: Text<'a>,
    /// What it says; `None` for a file that comes from elsewhere.
    pub text: Option<Text<'a>>,
    /// Where it comes from in place of a text; `None` and no text: it is put there by other means.
    pub source: Option<Box<SnippetSource<'a>>>,
    /// The size that the text is brought to, in bytes.
    pub resize: Option<u64>,
    /// It can be run, as hook scripts must.
    pub executable: bool,
    /// A file of that name stays as it is.
    pub keep: bool,
    /// How long the upload may take, in seconds; `None`: half an hour.
    pub timeout: Option<u32>,
    /// It is put there by SFTP, not through a shell.
    pub sftp: bool,
}

/// Where a snippet comes from.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SnippetSource<'a> {
    /// A URL, or a path where the tool runs that applies it.
    pub path: Text<'a>,
    /// The SHA-256 checksum it must have.
    pub checksum: Option<Text<'a>>,
    /// The server's certificate is not verified.
    pub any_certificate: bool,
    /// The oldest TLS that the server may speak, if not 1.3.
    pub min_tls: Option<Text<'a>>,
    /// It is another than when it was last applied.
    pub changed: bool,
}

impl Snippet<'_> {
    /// What Proxmox calls it: `local:snippets/k3s.yaml`.
    #[must_use]
    pub fn volume_id(&self) -> String {
        format!("{}:snippets/{}", self.storage, self.file)
    }
}

/// A resource mapping of the cluster: the facet `device.mapping`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mapping<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// `pci`, `usb` or `dir`.
    pub sort: Text<'a>,
    /// One entry a node, as Proxmox writes it: `id=1a6e:089a,node=pumped-piglet,path=10-1`.
    pub entries: Vec<Text<'a>>,
    /// `mdev`: its cards can be divided into mediated devices. It is of the whole mapping, whatever the node.
    pub mdev: bool,
}
