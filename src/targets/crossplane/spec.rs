//! The `forProvider` of EnvironmentVM and EnvironmentDownloadFile, field for field, in the order in which we write them.
//!
//! One line declares a field: how it is held, and what the CRD calls it. Writing, reading and the list of fields that
//! `tests/schemas.rs` compares with the CRD all come from that line, so none can forget one.
//!
//! Source: the CRDs of provider-proxmox-bpg v0.11.1 (bpg/proxmox 0.89.1). Single blocks are lists of one there.

use crate::desire::Text;
use crate::targets::crossplane::tree::{Node, Reader};
use crate::targets::emit::Yaml;

/// What a field holds, for the comparison with the CRD.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `boolean`.
    Flag,
    /// `number`, always whole.
    Int,
    /// `number`.
    Number,
    /// `string`.
    Text,
    /// A list of `string`.
    Texts,
    /// A list of objects.
    List(&'static [Field]),
    /// An object.
    Object(&'static [Field]),
}

/// A field of the CRD.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What the CRD calls it.
    pub key: &'static str,
    /// What it holds.
    pub shape: Shape,
}

/// What can stand behind a key.
pub(super) trait Value<'a>: Sized + Default {
    const SHAPE: Shape;
    /// Whether there is nothing to write.
    fn is_absent(&self) -> bool;
    fn write(&self, yaml: &mut Yaml, key: &'static str);
    fn read(reader: &mut Reader, node: &Node<'a>) -> Self;
}

/// A mapping with known keys.
pub(super) trait Block<'a>: Sized + Default {
    const FIELDS: &'static [Field];
    fn is_empty(&self) -> bool;
    fn write(&self, yaml: &mut Yaml);
    fn read(reader: &mut Reader, node: &Node<'a>) -> Self;
}

impl<'a> Value<'a> for Option<bool> {
    const SHAPE: Shape = Shape::Flag;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.flag(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.flag(node)
    }
}

impl<'a> Value<'a> for Option<i64> {
    const SHAPE: Shape = Shape::Int;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.int(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.int(node)
    }
}

impl<'a> Value<'a> for Option<f64> {
    const SHAPE: Shape = Shape::Number;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.number(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.number(node)
    }
}

impl<'a> Value<'a> for Option<Text<'a>> {
    const SHAPE: Shape = Shape::Text;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.text(key, value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.text(node)
    }
}

impl<'a> Value<'a> for Vec<Text<'a>> {
    const SHAPE: Shape = Shape::Texts;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.is_empty() {
            yaml.list(key);
            self.iter().for_each(|value| yaml.text_item(value));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.items(node).iter().filter_map(|item| reader.text(item)).collect()
    }
}

impl<'a, T: Block<'a>> Value<'a> for Option<T> {
    const SHAPE: Shape = Shape::List(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(block) = self {
            yaml.list(key);
            item(block, yaml);
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        let items = reader.items(node);
        if let Some(second) = items.get(1) {
            reader.refuse(second, "expected a list of one");
        }
        items.first().map(|item| T::read(reader, item))
    }
}

/// A block that few have is boxed, which keeps those small that do not.
impl<'a, T: Block<'a>> Block<'a> for Box<T> {
    const FIELDS: &'static [Field] = T::FIELDS;

    fn is_empty(&self) -> bool {
        (**self).is_empty()
    }

    fn write(&self, yaml: &mut Yaml) {
        (**self).write(yaml);
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Box::new(T::read(reader, node))
    }
}

impl<'a, T: Block<'a>> Value<'a> for Vec<T> {
    const SHAPE: Shape = Shape::List(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.is_empty() {
            yaml.list(key);
            self.iter().for_each(|block| item(block, yaml));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.items(node).iter().map(|item| T::read(reader, item)).collect()
    }
}

/// A mapping that is no list in the CRD either.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Object<T>(pub Option<T>);

impl<'a, T: Block<'a>> Value<'a> for Object<T> {
    const SHAPE: Shape = Shape::Object(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(block) = &self.0 {
            yaml.open(key);
            block.write(yaml);
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Object(Some(T::read(reader, node)))
    }
}

#[inline]
fn item<'a, T: Block<'a>>(block: &T, yaml: &mut Yaml) {
    if block.is_empty() {
        yaml.empty_item();
    } else {
        yaml.item();
        block.write(yaml);
        yaml.close();
    }
}

macro_rules! blocks {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $value:ty = $key:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Default, Debug)]
        pub(super) struct $name<'a> {
            $(pub $field: $value,)*
            pub marker: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> Block<'a> for $name<'a> {
            const FIELDS: &'static [Field] = &[$(Field { key: $key, shape: <$value as Value<'a>>::SHAPE },)*];

            fn is_empty(&self) -> bool {
                true $(&& self.$field.is_absent())*
            }

            #[inline]
            fn write(&self, yaml: &mut Yaml) {
                $(Value::write(&self.$field, yaml, $key);)*
            }

            fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
                let mut block = $name::default();
                for (key, value) in reader.entries(node) {
                    match &*key.text {
                        $($key => block.$field = Value::read(reader, value),)*
                        _ => reader.unknown(key, Self::FIELDS),
                    }
                }
                block
            }
        }
    )*};
}

type Flag = Option<bool>;
type Int = Option<i64>;
type Number = Option<f64>;
type Word<'a> = Option<Text<'a>>;
type Words<'a> = Vec<Text<'a>>;

blocks! {
    /// EnvironmentVM.
    Vm {
        node_name: Word<'a> = "nodeName",
        name: Word<'a> = "name",
        vm_id: Int = "vmId",
        description: Word<'a> = "description",
        tags: Words<'a> = "tags",
        pool_id: Word<'a> = "poolId",
        started: Flag = "started",
        on_boot: Flag = "onBoot",
        startup: Option<Box<Startup<'a>>> = "startup",
        template: Flag = "template",
        protection: Flag = "protection",
        clone: Option<Box<CloneFrom<'a>>> = "clone",
        machine: Word<'a> = "machine",
        bios: Word<'a> = "bios",
        efi_disk: Option<Box<EfiDisk<'a>>> = "efiDisk",
        tpm_state: Option<Box<TpmState<'a>>> = "tpmState",
        operating_system: Option<OperatingSystem<'a>> = "operatingSystem",
        cpu: Option<Cpu<'a>> = "cpu",
        amd_sev: Option<Box<AmdSev<'a>>> = "amdSev",
        memory: Option<Memory<'a>> = "memory",
        numa: Vec<Numa<'a>> = "numa",
        scsi_hardware: Word<'a> = "scsiHardware",
        disk: Vec<Disk<'a>> = "disk",
        cdrom: Option<Box<Cdrom<'a>>> = "cdrom",
        boot_order: Words<'a> = "bootOrder",
        network_device: Vec<NetworkDevice<'a>> = "networkDevice",
        mac_addresses: Words<'a> = "macAddresses",
        initialization: Option<Initialization<'a>> = "initialization",
        agent: Option<Agent<'a>> = "agent",
        hostpci: Vec<HostPci<'a>> = "hostpci",
        usb: Vec<Usb<'a>> = "usb",
        virtiofs: Vec<Virtiofs<'a>> = "virtiofs",
        serial_device: Vec<SerialDevice<'a>> = "serialDevice",
        vga: Option<Box<Vga<'a>>> = "vga",
        audio_device: Option<Box<AudioDevice<'a>>> = "audioDevice",
        rng: Option<Box<Rng<'a>>> = "rng",
        watchdog: Option<Box<Watchdog<'a>>> = "watchdog",
        smbios: Option<Box<Smbios<'a>>> = "smbios",
        acpi: Flag = "acpi",
        tablet_device: Flag = "tabletDevice",
        keyboard_layout: Word<'a> = "keyboardLayout",
        kvm_arguments: Word<'a> = "kvmArguments",
        hook_script_file_id: Word<'a> = "hookScriptFileId",
        migrate: Flag = "migrate",
        reboot: Flag = "reboot",
        reboot_after_update: Flag = "rebootAfterUpdate",
        stop_on_destroy: Flag = "stopOnDestroy",
        purge_on_destroy: Flag = "purgeOnDestroy",
        delete_unreferenced_disks_on_destroy: Flag = "deleteUnreferencedDisksOnDestroy",
        timeout_clone: Int = "timeoutClone",
        timeout_create: Int = "timeoutCreate",
        timeout_migrate: Int = "timeoutMigrate",
        timeout_move_disk: Int = "timeoutMoveDisk",
        timeout_reboot: Int = "timeoutReboot",
        timeout_shutdown_vm: Int = "timeoutShutdownVm",
        timeout_start_vm: Int = "timeoutStartVm",
        timeout_stop_vm: Int = "timeoutStopVm",
    }
    Startup { order: Int = "order", up_delay: Int = "upDelay", down_delay: Int = "downDelay", }
    CloneFrom {
        vm_id: Int = "vmId",
        node_name: Word<'a> = "nodeName",
        datastore_id: Word<'a> = "datastoreId",
        full: Flag = "full",
        retries: Int = "retries",
    }
    EfiDisk {
        datastore_id: Word<'a> = "datastoreId",
        kind: Word<'a> = "type",
        file_format: Word<'a> = "fileFormat",
        pre_enrolled_keys: Flag = "preEnrolledKeys",
    }
    TpmState { datastore_id: Word<'a> = "datastoreId", version: Word<'a> = "version", }
    OperatingSystem { kind: Word<'a> = "type", }
    Cpu {
        cores: Int = "cores",
        sockets: Int = "sockets",
        kind: Word<'a> = "type",
        architecture: Word<'a> = "architecture",
        flags: Words<'a> = "flags",
        hotplugged: Int = "hotplugged",
        limit: Int = "limit",
        units: Int = "units",
        numa: Flag = "numa",
        affinity: Word<'a> = "affinity",
    }
    AmdSev {
        kind: Word<'a> = "type",
        allow_smt: Flag = "allowSmt",
        kernel_hashes: Flag = "kernelHashes",
        no_debug: Flag = "noDebug",
        no_key_sharing: Flag = "noKeySharing",
    }
    Memory {
        dedicated: Int = "dedicated",
        floating: Int = "floating",
        shared: Int = "shared",
        hugepages: Word<'a> = "hugepages",
        keep_hugepages: Flag = "keepHugepages",
    }
    Numa {
        device: Word<'a> = "device",
        cpus: Word<'a> = "cpus",
        memory: Int = "memory",
        hostnodes: Word<'a> = "hostnodes",
        policy: Word<'a> = "policy",
    }
    Disk {
        interface: Word<'a> = "interface",
        datastore_id: Word<'a> = "datastoreId",
        size: Int = "size",
        file_format: Word<'a> = "fileFormat",
        import_from: Word<'a> = "importFrom",
        file_id: Word<'a> = "fileId",
        path_in_datastore: Word<'a> = "pathInDatastore",
        cache: Word<'a> = "cache",
        aio: Word<'a> = "aio",
        iothread: Flag = "iothread",
        discard: Word<'a> = "discard",
        ssd: Flag = "ssd",
        backup: Flag = "backup",
        replicate: Flag = "replicate",
        serial: Word<'a> = "serial",
        speed: Option<Box<Speed<'a>>> = "speed",
    }
    Speed {
        read: Int = "read",
        read_burstable: Int = "readBurstable",
        write: Int = "write",
        write_burstable: Int = "writeBurstable",
        iops_read: Int = "iopsRead",
        iops_read_burstable: Int = "iopsReadBurstable",
        iops_write: Int = "iopsWrite",
        iops_write_burstable: Int = "iopsWriteBurstable",
    }
    Cdrom { interface: Word<'a> = "interface", file_id: Word<'a> = "fileId", enabled: Flag = "enabled", }
    NetworkDevice {
        enabled: Flag = "enabled",
        bridge: Word<'a> = "bridge",
        model: Word<'a> = "model",
        mac_address: Word<'a> = "macAddress",
        vlan_id: Int = "vlanId",
        trunks: Word<'a> = "trunks",
        firewall: Flag = "firewall",
        disconnected: Flag = "disconnected",
        mtu: Int = "mtu",
        queues: Int = "queues",
        rate_limit: Number = "rateLimit",
    }
    Initialization {
        kind: Word<'a> = "type",
        datastore_id: Word<'a> = "datastoreId",
        interface: Word<'a> = "interface",
        file_format: Word<'a> = "fileFormat",
        dns: Option<Box<Dns<'a>>> = "dns",
        ip_config: Vec<IpConfig<'a>> = "ipConfig",
        user_account: Option<UserAccount<'a>> = "userAccount",
        user_data_file_id: Word<'a> = "userDataFileId",
        vendor_data_file_id: Word<'a> = "vendorDataFileId",
        network_data_file_id: Word<'a> = "networkDataFileId",
        meta_data_file_id: Word<'a> = "metaDataFileId",
    }
    Dns { domain: Word<'a> = "domain", servers: Words<'a> = "servers", }
    IpConfig { ipv4: Option<Address<'a>> = "ipv4", ipv6: Option<Address<'a>> = "ipv6", }
    Address { address: Word<'a> = "address", gateway: Word<'a> = "gateway", }
    UserAccount {
        username: Word<'a> = "username",
        keys: Words<'a> = "keys",
        password: Object<SecretKey<'a>> = "passwordSecretRef",
    }
    SecretKey { namespace: Word<'a> = "namespace", name: Word<'a> = "name", key: Word<'a> = "key", }
    Agent {
        enabled: Flag = "enabled",
        trim: Flag = "trim",
        kind: Word<'a> = "type",
        timeout: Word<'a> = "timeout",
        wait_for_ip: Option<Box<WaitForIp<'a>>> = "waitForIp",
    }
    WaitForIp { ipv4: Flag = "ipv4", ipv6: Flag = "ipv6", }
    HostPci {
        device: Word<'a> = "device",
        mapping: Word<'a> = "mapping",
        id: Word<'a> = "id",
        pcie: Flag = "pcie",
        rombar: Flag = "rombar",
        rom_file: Word<'a> = "romFile",
        xvga: Flag = "xvga",
        mdev: Word<'a> = "mdev",
    }
    Usb { mapping: Word<'a> = "mapping", host: Word<'a> = "host", usb3: Flag = "usb3", }
    Virtiofs {
        mapping: Word<'a> = "mapping",
        cache: Word<'a> = "cache",
        direct_io: Flag = "directIo",
        expose_acl: Flag = "exposeAcl",
        expose_xattr: Flag = "exposeXattr",
    }
    SerialDevice { device: Word<'a> = "device", }
    Vga { kind: Word<'a> = "type", memory: Int = "memory", clipboard: Word<'a> = "clipboard", }
    AudioDevice { device: Word<'a> = "device", driver: Word<'a> = "driver", enabled: Flag = "enabled", }
    Rng { source: Word<'a> = "source", max_bytes: Int = "maxBytes", period: Int = "period", }
    Watchdog { enabled: Flag = "enabled", model: Word<'a> = "model", action: Word<'a> = "action", }
    Smbios {
        uuid: Word<'a> = "uuid",
        manufacturer: Word<'a> = "manufacturer",
        product: Word<'a> = "product",
        version: Word<'a> = "version",
        serial: Word<'a> = "serial",
        sku: Word<'a> = "sku",
        family: Word<'a> = "family",
    }
    /// EnvironmentDownloadFile.
    DownloadFile {
        node_name: Word<'a> = "nodeName",
        datastore_id: Word<'a> = "datastoreId",
        content_type: Word<'a> = "contentType",
        file_name: Word<'a> = "fileName",
        url: Word<'a> = "url",
        checksum: Word<'a> = "checksum",
        checksum_algorithm: Word<'a> = "checksumAlgorithm",
        decompression_algorithm: Word<'a> = "decompressionAlgorithm",
        overwrite: Flag = "overwrite",
        overwrite_unmanaged: Flag = "overwriteUnmanaged",
        verify: Flag = "verify",
        upload_timeout: Int = "uploadTimeout",
    }
    /// What is only true at creation: `initProvider` of EnvironmentVM, as far as we use it.
    AtCreation { started: Flag = "started", }
}

/// Every kind we write, with the fields of its `forProvider`.
#[must_use]
pub fn kinds() -> [(&'static str, &'static [Field]); 2] {
    [("EnvironmentVM", Vm::FIELDS), ("EnvironmentDownloadFile", DownloadFile::FIELDS)]
}
