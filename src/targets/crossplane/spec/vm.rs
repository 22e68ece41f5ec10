//! EnvironmentVM.

use super::{Flag, Int, Number, Object, SecretKey, Word, Words, blocks};
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
        hotplug: Word<'a> = "hotplug" in SINCE_1_18,
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
        queues: Int = "queues" in SINCE_1_18,
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
        upgrade: Flag = "upgrade" in SINCE_1_18,
    }
    Dns { domain: Word<'a> = "domain", servers: Words<'a> = "servers", }
    IpConfig { ipv4: Option<Address<'a>> = "ipv4", ipv6: Option<Address<'a>> = "ipv6", }
    Address { address: Word<'a> = "address", gateway: Word<'a> = "gateway", }
    UserAccount {
        username: Word<'a> = "username",
        keys: Words<'a> = "keys",
        password: Object<SecretKey<'a>> = "passwordSecretRef",
    }
    Agent {
        enabled: Flag = "enabled",
        trim: Flag = "trim",
        kind: Word<'a> = "type",
        timeout: Word<'a> = "timeout",
        wait_for_ip: Option<Box<WaitForIp<'a>>> = "waitForIp",
    }
    WaitForIp { disabled: Flag = "disabled" in SINCE_1_18, ipv4: Flag = "ipv4", ipv6: Flag = "ipv6", }
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
    /// What is only true at creation: `initProvider` of EnvironmentVM, as far as we use it.
    AtCreation { started: Flag = "started", }
}
