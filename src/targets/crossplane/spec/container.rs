//! EnvironmentContainer. Several blocks are called as those of EnvironmentVM are and hold other fields.

use super::{Flag, Int, IpConfig, Map, Number, Object, SecretKey, Startup, Word, Words, blocks};
use crate::desire::Text;

blocks! {
    /// EnvironmentContainer.
    Container {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        description: Word<'a> = "description",
        tags: Words<'a> = "tags",
        pool_id: Word<'a> = "poolId",
        started: Flag = "started",
        start_on_boot: Flag = "startOnBoot",
        startup: Option<Box<Startup<'a>>> = "startup",
        template: Flag = "template",
        protection: Flag = "protection",
        unprivileged: Flag = "unprivileged",
        clone: Option<Box<CloneFrom<'a>>> = "clone",
        operating_system: Option<OperatingSystem<'a>> = "operatingSystem",
        initialization: Option<Initialization<'a>> = "initialization",
        cpu: Option<Cpu<'a>> = "cpu",
        memory: Option<Memory<'a>> = "memory",
        disk: Option<Disk<'a>> = "disk",
        mount_point: Vec<MountPoint<'a>> = "mountPoint",
        network_interface: Vec<NetworkInterface<'a>> = "networkInterface",
        device_passthrough: Vec<DevicePassthrough<'a>> = "devicePassthrough",
        features: Option<Features<'a>> = "features",
        idmap: Vec<IdMap<'a>> = "idmap" in SINCE_1_18,
        console: Option<Box<Console<'a>>> = "console",
        environment_variables: Map<'a, Text<'a>> = "environmentVariables",
        hook_script_file_id: Word<'a> = "hookScriptFileId",
        wait_for_ip: Option<WaitForIp<'a>> = "waitForIp",
        timeout_clone: Int = "timeoutClone",
        timeout_create: Int = "timeoutCreate",
        timeout_delete: Int = "timeoutDelete",
        timeout_start: Int = "timeoutStart",
        timeout_update: Int = "timeoutUpdate",
    }
    CloneFrom {
        vm_id: Int = "vmId",
        node_name: Word<'a> = "nodeName",
        datastore_id: Word<'a> = "datastoreId",
        full: Flag = "full" in SINCE_1_18,
    }
    OperatingSystem { template_file_id: Word<'a> = "templateFileId", kind: Word<'a> = "type", }
    Initialization {
        hostname: Word<'a> = "hostname",
        dns: Option<Box<Dns<'a>>> = "dns",
        ip_config: Vec<IpConfig<'a>> = "ipConfig",
        user_account: Option<Box<UserAccount<'a>>> = "userAccount",
        entrypoint: Word<'a> = "entrypoint" in SINCE_1_18,
    }
    /// `server` is an older spelling of one of the `servers`.
    Dns { domain: Word<'a> = "domain", server: Word<'a> = "server", servers: Words<'a> = "servers", }
    UserAccount { keys: Words<'a> = "keys", password: Object<SecretKey<'a>> = "passwordSecretRef", }
    Cpu {
        architecture: Word<'a> = "architecture",
        cores: Int = "cores",
        limit: Number = "limit" in SINCE_1_18,
        units: Int = "units",
    }
    Memory { dedicated: Int = "dedicated", swap: Int = "swap", }
    Disk {
        datastore_id: Word<'a> = "datastoreId",
        size: Int = "size",
        acl: Flag = "acl",
        mount_options: Words<'a> = "mountOptions",
        quota: Flag = "quota",
        replicate: Flag = "replicate",
    }
    MountPoint {
        path: Word<'a> = "path",
        volume: Word<'a> = "volume",
        size: Word<'a> = "size",
        backup: Flag = "backup",
        acl: Flag = "acl",
        mount_options: Words<'a> = "mountOptions",
        quota: Flag = "quota",
        read_only: Flag = "readOnly",
        replicate: Flag = "replicate",
        shared: Flag = "shared",
    }
    NetworkInterface {
        name: Word<'a> = "name",
        enabled: Flag = "enabled",
        bridge: Word<'a> = "bridge",
        mac_address: Word<'a> = "macAddress",
        vlan_id: Int = "vlanId",
        firewall: Flag = "firewall",
        host_managed: Flag = "hostManaged" in SINCE_1_18,
        mtu: Int = "mtu",
        rate_limit: Number = "rateLimit",
    }
    DevicePassthrough {
        path: Word<'a> = "path",
        uid: Int = "uid",
        gid: Int = "gid",
        mode: Word<'a> = "mode",
        deny_write: Flag = "denyWrite",
    }
    Features {
        nesting: Flag = "nesting",
        keyctl: Flag = "keyctl",
        fuse: Flag = "fuse",
        mknod: Flag = "mknod" in SINCE_1_18,
        mount: Words<'a> = "mount",
    }
    IdMap {
        kind: Word<'a> = "type",
        container_id: Int = "containerId",
        host_id: Int = "hostId",
        size: Int = "size",
    }
    Console { enabled: Flag = "enabled", tty_count: Int = "ttyCount", kind: Word<'a> = "type", }
    WaitForIp { ipv4: Flag = "ipv4", ipv6: Flag = "ipv6", }
}
