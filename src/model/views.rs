//! The views: one struct a kind or block, with an accessor for each field that the compiler itself reads.

use super::Model;
use super::view::{accessor, number, shape, views};
use crate::types::Program;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

fn fields<'f>(model: &'f Model<'_>) -> &'f Fields {
    &model.fields
}

views! {
    /// The project.
    Project as project of "project" {
        login = "login" one Login,
        target = "target" many Target,
        owner = "owner" list,
    }
    /// With what the lab is applied.
    Login as login of "Login" {
        token = "token" value,
        user = "user" one User,
        password = "password" value,
        ssh = "ssh" flag,
    }
    /// A user of Proxmox.
    User as user of "user" {
        comment = "comment" text,
        enabled = "enabled" flag,
        email = "email" text,
        first_name = "first-name" text,
        last_name = "last-name" text,
        groups = "groups" list,
        expires = "expires" int,
        keys = "keys" text,
        password = "password" value,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A group of users.
    Group as group of "group" {
        comment = "comment" text,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A set of privileges.
    Role as role of "role" {
        privileges = "privileges" list,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Roles that are given at a path.
    Acl as acl of "acl" {
        path = "path" text,
        role = "role" one Role,
        built_in = "built-in" list,
        users = "users" list,
        groups = "groups" list,
        tokens = "tokens" list,
        propagate = "propagate" flag,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// An API token.
    Token as token of "token" {
        privilege_separation = "privilege-separation" flag,
        comment = "comment" text,
        expires = "expires" int,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Where users come from.
    Realm as realm of "realm" {
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A guest that is started elsewhere when its host is lost.
    Ha as ha of "ha" {
        guest = "guest" value,
        nodes = "nodes" list,
        strict = "strict" flag,
        failback = "failback" flag,
        state = "state" text,
        restarts = "restarts" int,
        relocations = "relocations" int,
        comment = "comment" text,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A server for measurements.
    MetricsServer as metrics_server of "metrics-server" {
        server = "server" value,
        port = "port" int,
        enabled = "enabled" flag,
        mtu = "mtu" int,
        timeout = "timeout" milliseconds,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// The certificate of a node.
    Certificate as certificate of "certificate" {
        certificate = "certificate" text,
        chain = "chain" text,
        private_key = "private-key" value,
        overwrite = "overwrite" flag,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// An account with a certificate authority.
    AcmeAccount as acme_account of "acme-account" {
        contact = "contact" list,
        directory = "directory" text,
        terms = "terms" text,
        eab_kid = "eab-kid" value,
        eab_hmac_key = "eab-hmac-key" value,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A DNS service for the challenges of a certificate authority.
    AcmePlugin as acme_plugin of "acme-plugin" {
        api = "api" text,
        data = "data" list,
        secret_data = "secret-data" list,
        data_version = "data-version" int,
        nodes = "nodes" list,
        validation_delay = "validation-delay" milliseconds,
        enabled = "enabled" flag,
        digest = "digest" text,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Where output goes.
    Target as target of "Target" {
        version = "version" text,
        out = "out" text,
        provider = "provider" text,
        provider_kind = "provider-kind" text,
        namespace = "namespace" text,
    }
    /// Where a secret is kept.
    Secret as secret of "secret" {
        from = "from" value,
    }
    /// A node.
    Host as host of "host" {
        name = "name" text,
        state = "state" text,
        pve = "pve" text,
        address = "address" value,
        bridge = "bridge" many Bridge,
        pci = "pci" many HostPci,
        usb = "usb" many HostUsb,
    }
    /// A bridge of a host.
    Bridge as bridge of "Bridge" {
        ovs = "ovs" flag,
        ovs_options = "ovs-options" text,
        ports = "ports" list,
        network = "network" one Network,
        address = "address" value,
        address6 = "address6" text,
        default_route = "default-route" maybe,
        vlan_aware = "vlan-aware" flag,
        vlans = "vlans" text,
        stp = "stp" flag,
        mtu = "mtu" int,
        autostart = "autostart" flag,
        comment = "comment" text,
        reload_timeout = "reload-timeout" milliseconds,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A PCI device of a host.
    HostPci as host_pci of "HostPci" {
        at = "at" value,
        ids = "ids" list,
        group = "group" int,
        mapping = "mapping" text,
    }
    /// A USB device of a host.
    HostUsb as host_usb of "HostUsb" {
        ids = "ids" list,
        port = "port" text,
        mapping = "mapping" text,
    }
    /// A network.
    Network as network of "network" {
        cidr = "cidr" value,
        gateway = "gateway" value,
        vlan = "vlan" int,
        gateway6 = "gateway6" text,
    }
    /// A fixed lease.
    Reservation as reservation of "Reservation" {
        address = "address" value,
    }
    /// A storage.
    Storage as storage of "storage" {
        content = "content" list,
        shared = "shared" flag,
        disabled = "disabled" flag,
        owner = "owner" value,
    }
    /// A file that guests start from.
    Image as image of "image" {
        url = "url" text,
        file = "file" text,
        storage = "storage" one Storage,
        checksum = "checksum" text,
        checksum_algorithm = "checksum-algorithm" text,
        compression = "compression" text,
        overwrite = "overwrite" flag,
        overwrite_unmanaged = "overwrite-unmanaged" flag,
        verify = "verify" flag,
        timeout = "timeout" milliseconds,
        labels = "labels" list,
        owner = "owner" value,
        paused = "paused" flag,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
        was = "was" list,
    }
    /// A small file that guests and hooks read.
    Snippet as snippet of "snippet" {
        file = "file" text,
        storage = "storage" one Storage,
        text = "text" text,
        source = "source" text,
        checksum = "checksum" text,
        verify = "verify" flag,
        min_tls = "min-tls" text,
        changed = "changed" flag,
        resize = "resize" size,
        overwrite = "overwrite" flag,
        timeout = "timeout" milliseconds,
        upload = "upload" text,
        executable = "executable" flag,
        owner = "owner" value,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Guests and storages under one name.
    Pool as pool of "pool" {
        comment = "comment" text,
        storages = "storages" list,
        owner = "owner" value,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
        was = "was" list,
    }
    /// A container.
    Container as container of "container" {
        name = "name" text,
        vmid = "id" int,
        description = "description" text,
        cpu = "cpu" one ContainerCpu,
        memory = "memory" size,
        swap = "swap" size,
        from = "from" one Image,
        os = "os" text,
        architecture = "architecture" text,
        unprivileged = "unprivileged" flag,
        features = "features" list,
        mount_types = "mount-types" list,
        rootfs = "rootfs" one Rootfs,
        mount = "mount" many Mount,
        nic = "nic" many ContainerNic,
        device_node = "device-node" many DeviceNode,
        id_map = "id-map" many IdMap,
        dns = "dns" list,
        domain = "domain" text,
        timezone = "timezone" text,
        console = "console" one ContainerConsole,
        entrypoint = "entrypoint" text,
        environment = "environment" list,
        debug = "debug" flag,
        hook = "hook" one Snippet,
        protection = "protection" flag,
        template = "template" flag,
        pool = "pool" value,
        tags = "tags" list,
        start = "start" one Start,
        state = "state" text,
        clone_of = "clone" one ContainerClone,
        create = "create" one ContainerCreate,
        wait = "wait" one ContainerWait,
        timeouts = "timeouts" one ContainerTimeouts,
        labels = "labels" list,
        raw = "raw" list,
        owner = "owner" value,
        paused = "paused" flag,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
        was = "was" list,
    }
    /// Processor of a container.
    ContainerCpu as container_cpu of "ContainerCpu" {
        cores = "cores" int,
        limit = "limit" float,
        units = "units" int,
    }
    /// The volume of a container's root file system.
    Rootfs as rootfs of "Rootfs" {
        storage = "storage" one Storage,
        size = "size" size,
        volume = "volume" text,
        acl = "acl" maybe,
        options = "options" list,
        quota = "quota" flag,
        replicate = "replicate" flag,
        read_only = "read-only" flag,
        shared = "shared" flag,
    }
    /// A further volume of a container, or a folder of the host.
    Mount as mount of "Mount" {
        path = "path" text,
        storage = "storage" one Storage,
        size = "size" size,
        volume = "volume" text,
        source = "source" text,
        backup = "backup" flag,
        acl = "acl" maybe,
        keep_attributes = "keep-attributes" flag,
        options = "options" list,
        quota = "quota" flag,
        replicate = "replicate" flag,
        read_only = "read-only" flag,
        shared = "shared" flag,
    }
    /// A NIC of a container.
    ContainerNic as container_nic of "ContainerNic" {
        name = "name" text,
        network = "network" one Network,
        via = "via" value,
        address = "address" value,
        config = "config" text,
        gateway = "gateway" value,
        address6 = "address6" text,
        gateway6 = "gateway6" text,
        mac = "mac" value,
        vlan = "vlan" int,
        trunks = "trunks" list,
        firewall = "firewall" flag,
        connected = "connected" flag,
        host_managed = "host-managed" flag,
        mtu = "mtu" int,
        rate = "rate" rate,
    }
    /// A device node of the host.
    DeviceNode as device_node of "DeviceNode" {
        path = "path" text,
        user = "user" int,
        group = "group" int,
        mode = "mode" text,
        read_only = "read-only" flag,
    }
    /// Ids of a container, and those of the host that they are.
    IdMap as id_map of "IdMap" {
        sort = "of" text,
        inside = "inside" int,
        outside = "outside" int,
        count = "count" int,
    }
    /// Console of a container.
    ContainerConsole as container_console of "ContainerConsole" {
        enabled = "enabled" flag,
        terminals = "terminals" int,
        mode = "mode" text,
    }
    /// The container that a new one is copied from.
    ContainerClone as container_clone of "ContainerClone" {
        from = "from" one Container,
        full = "full" flag,
        storage = "storage" one Storage,
    }
    /// What holds only when a container is created.
    ContainerCreate as container_create of "ContainerCreate" {
        password = "password" value,
        ssh_keys = "ssh-keys" list,
        bandwidth = "bandwidth" size,
        restore_from = "restore-from" text,
        new_macs = "new-macs" flag,
        overwrite = "overwrite" flag,
        ignore_unpack_errors = "ignore-unpack-errors" flag,
        ha = "ha" flag,
    }
    /// What targets wait for after a container has started.
    ContainerWait as container_wait of "ContainerWait" {
        ipv4 = "ipv4" flag,
        ipv6 = "ipv6" flag,
    }
    /// How long actions on a container may take.
    ContainerTimeouts as container_timeouts of "ContainerTimeouts" {
        clone_container = "clone" milliseconds,
        create = "create" milliseconds,
        update = "update" milliseconds,
        delete = "delete" milliseconds,
        start = "start" milliseconds,
    }
    /// A machine that hlab does not manage.
    Machine as machine of "machine" {
        address = "address" value,
    }
    /// An address in a Kubernetes cluster.
    Service as service of "service" {
        address = "address" value,
    }
    /// A k3s cluster.
    Cluster as k3s of "k3s-cluster" {
        crds = "crds" list,
    }
    /// An object of Kubernetes.
    Manifest as manifest of "manifest" {
        api = "api" text,
        kind = "kind" text,
        name = "name" text,
        namespace = "namespace" text,
        labels = "labels" value,
        annotations = "annotations" value,
        object = "object" value,
    }
    /// A device that may be plugged elsewhere.
    Device as device of "device" {
        bus = "bus" text,
        ids = "ids" list,
        port = "port" text,
        at = "at" value,
        group = "group" int,
        mapping = "mapping" text,
        needs = "needs" one DeviceNeeds,
        owner = "owner" value,
        adopt = "adopt" flag,
    }
    /// What a device needs.
    DeviceNeeds as device_needs of "DeviceNeeds" {
        usb3 = "usb3" flag,
    }
    /// A virtual machine.
    Vm as vm of "vm" {
        name = "name" text,
        vmid = "id" int,
        description = "description" text,
        cpu = "cpu" one Cpu,
        memory = "memory" size,
        balloon = "balloon" size,
        balloon_shares = "balloon-shares" int,
        hugepages = "hugepages" text,
        keep_hugepages = "keep-hugepages" flag,
        ksm = "ksm" flag,
        numa_node = "numa-node" many NumaNode,
        machine = "machine" text,
        machine_options = "machine-options" one MachineOptions,
        bios = "bios" text,
        efi = "efi" one Efi,
        tpm = "tpm" one Tpm,
        os = "os" text,
        boot_order = "boot-order" list,
        disk = "disk" many Disk,
        cdrom = "cdrom" many Cdrom,
        scsi_controller = "scsi-controller" text,
        nic = "nic" many Nic,
        cloud_init = "cloud-init" one CloudInit,
        attach = "attach" many Attach,
        share = "share" many Share,
        serial = "serial" many Serial,
        parallel = "parallel" many Parallel,
        display = "display" one Display,
        audio = "audio" one Audio,
        rng = "rng" one Rng,
        watchdog = "watchdog" one Watchdog,
        spice = "spice" one Spice,
        keyboard = "keyboard" text,
        tablet = "tablet" flag,
        smbios = "smbios" one Smbios,
        generation_id = "generation-id" text,
        agent = "agent" one Agent,
        clock = "clock" text,
        start_date = "start-date" text,
        drift_fix = "drift-fix" flag,
        acpi = "acpi" flag,
        kvm = "kvm" flag,
        sev = "sev" one Sev,
        tdx = "tdx" one Tdx,
        shared_memory = "shared-memory" one SharedMemory,
        hotplug = "hotplug" list,
        hook = "hook" one Snippet,
        state_storage = "state-storage" one Storage,
        reboot = "reboot" flag,
        freeze = "freeze" flag,
        protection = "protection" flag,
        template = "template" flag,
        pool = "pool" value,
        tags = "tags" list,
        start = "start" one Start,
        state = "state" text,
        migration = "migration" one Migration,
        clone_of = "clone" one CloneOf,
        create = "create" one Create,
        update = "update" one Update,
        destroy = "destroy" one Destroy,
        timeouts = "timeouts" one Timeouts,
        labels = "labels" list,
        raw = "raw" list,
        owner = "owner" value,
        paused = "paused" flag,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
        was = "was" list,
    }
    /// A VM's processor.
    Cpu as cpu of "Cpu" {
        cores = "cores" int,
        sockets = "sockets" int,
        model = "type" text,
        architecture = "architecture" text,
        flags = "flags" list,
        hotplugged = "hotplugged" int,
        limit = "limit" float,
        units = "units" int,
        numa = "numa" flag,
        affinity = "affinity" text,
        hidden = "hidden" flag,
        hv_vendor_id = "hv-vendor-id" text,
        phys_bits = "phys-bits" text,
        guest_phys_bits = "guest-phys-bits" int,
        reported_model = "reported-model" text,
    }
    /// A NUMA node of a VM.
    NumaNode as numa_node of "NumaNode" {
        cpus = "cpus" text,
        memory = "memory" size,
        host_nodes = "host-nodes" text,
        policy = "policy" text,
    }
    /// Further options of the machine.
    MachineOptions as machine_options of "MachineOptions" {
        viommu = "viommu" text,
        address_bits = "address-bits" int,
        sleep = "sleep" maybe,
        hibernate = "hibernate" maybe,
    }
    /// The disk for UEFI variables.
    Efi as efi of "Efi" {
        storage = "storage" one Storage,
        size = "size" text,
        pre_enrolled_keys = "pre-enrolled-keys" flag,
        format = "format" text,
        ms_cert = "ms-cert" text,
    }
    /// The disk for a trusted platform module.
    Tpm as tpm of "Tpm" {
        storage = "storage" one Storage,
        version = "version" text,
    }
    /// A serial port.
    Serial as serial of "Serial" {
        device = "device" text,
    }
    /// A parallel port.
    Parallel as parallel of "Parallel" {
        device = "device" text,
    }
    /// A screen.
    Display as display of "Display" {
        kind = "type" text,
        memory = "memory" size,
        vnc_clipboard = "vnc-clipboard" flag,
    }
    /// Sound.
    Audio as audio of "Audio" {
        device = "device" text,
        driver = "driver" text,
    }
    /// Entropy.
    Rng as rng of "Rng" {
        source = "source" text,
        max_bytes = "max-bytes" int,
        period = "period" milliseconds,
    }
    /// A timer.
    Watchdog as watchdog of "Watchdog" {
        model = "model" text,
        action = "action" text,
    }
    /// What SPICE clients get besides.
    Spice as spice of "Spice" {
        folder_sharing = "folder-sharing" flag,
        video_streaming = "video-streaming" text,
    }
    /// What the firmware tells.
    Smbios as smbios of "Smbios" {
        uuid = "uuid" text,
        manufacturer = "manufacturer" text,
        product = "product" text,
        version = "version" text,
        serial = "serial" text,
        sku = "sku" text,
        family = "family" text,
    }
    /// The guest agent.
    Agent as agent of "Agent" {
        enabled = "enabled" flag,
        trim = "trim" flag,
        freeze = "freeze" flag,
        kind = "type" text,
        timeout = "timeout" milliseconds,
        wait = "wait" flag,
        wait_for_ipv4 = "wait-for-ipv4" flag,
        wait_for_ipv6 = "wait-for-ipv6" flag,
    }
    /// Memory encryption by AMD processors.
    Sev as sev of "Sev" {
        kind = "type" text,
        allow_smt = "allow-smt" flag,
        kernel_hashes = "kernel-hashes" flag,
        no_debug = "no-debug" flag,
        no_key_sharing = "no-key-sharing" flag,
    }
    /// Memory encryption by Intel processors.
    Tdx as tdx of "Tdx" {
        attestation = "attestation" flag,
        vsock_cid = "vsock-cid" int,
        vsock_port = "vsock-port" int,
    }
    /// Memory shared with others.
    SharedMemory as shared_memory of "SharedMemory" {
        size = "size" size,
        name = "name" text,
    }
    /// When a VM starts by itself.
    Start as start of "Start" {
        on_boot = "on-boot" flag,
        order = "order" int,
        delay = "delay" milliseconds,
        stop_delay = "stop-delay" milliseconds,
    }
    /// How a VM moves.
    Migration as migration of "Migration" {
        speed = "speed" size,
        downtime_seconds = "downtime-seconds" float,
    }
    /// The VM that a new one is copied from.
    CloneOf as clone of "Clone" {
        from = "from" one Vm,
        full = "full" flag,
        storage = "storage" one Storage,
        retries = "retries" int,
    }
    /// What holds only when a VM is created.
    Create as create of "Create" {
        bandwidth = "bandwidth" size,
        working_storage = "working-storage" one Storage,
        restore_from = "restore-from" text,
        live_restore = "live-restore" flag,
        new_macs = "new-macs" flag,
        overwrite = "overwrite" flag,
        restore_to = "restore-to" one Storage,
        ha = "ha" flag,
        reboot = "reboot" flag,
    }
    /// How a VM is changed.
    Update as update of "Update" {
        reboot = "reboot" flag,
        migrate = "migrate" flag,
    }
    /// What is removed with a VM.
    Destroy as destroy of "Destroy" {
        unreferenced_disks = "unreferenced-disks" flag,
        purge = "purge" flag,
        stop = "stop" flag,
    }
    /// How long actions may take.
    Timeouts as timeouts of "Timeouts" {
        clone_vm = "clone" milliseconds,
        create = "create" milliseconds,
        migrate = "migrate" milliseconds,
        move_disk = "move-disk" milliseconds,
        reboot = "reboot" milliseconds,
        shutdown = "shutdown" milliseconds,
        start = "start" milliseconds,
        stop = "stop" milliseconds,
    }
    /// A disk of a VM.
    Disk as disk of "Disk" {
        storage = "storage" one Storage,
        size = "size" size,
        from = "from" one Image,
        volume = "volume" text,
        format = "format" text,
        cache = "cache" text,
        aio = "aio" text,
        iothread = "iothread" flag,
        discard = "discard" flag,
        ssd = "ssd" flag,
        backup = "backup" flag,
        replicate = "replicate" flag,
        shared = "shared" flag,
        read_only = "read-only" flag,
        temporary = "temporary" flag,
        detect_zeroes = "detect-zeroes" maybe,
        queues = "queues" int,
        read_error = "read-error" text,
        write_error = "write-error" text,
        serial = "serial" text,
        vendor = "vendor" text,
        product = "product" text,
        model = "model" text,
        wwn = "wwn" text,
        scsi_block = "scsi-block" flag,
        limit = "limit" one DiskLimit,
    }
    /// Limits of speed of a disk.
    DiskLimit as disk_limit of "DiskLimit" {
        total = "total" size,
        read = "read" size,
        write = "write" size,
        total_burst = "total-burst" size,
        read_burst = "read-burst" size,
        write_burst = "write-burst" size,
        total_burst_for = "total-burst-for" milliseconds,
        read_burst_for = "read-burst-for" milliseconds,
        write_burst_for = "write-burst-for" milliseconds,
        iops = "iops" int,
        iops_read = "iops-read" int,
        iops_write = "iops-write" int,
        iops_burst = "iops-burst" int,
        iops_read_burst = "iops-read-burst" int,
        iops_write_burst = "iops-write-burst" int,
        iops_burst_for = "iops-burst-for" milliseconds,
        iops_read_burst_for = "iops-read-burst-for" milliseconds,
        iops_write_burst_for = "iops-write-burst-for" milliseconds,
    }
    /// A CD-ROM drive.
    Cdrom as cdrom of "Cdrom" {
        image = "image" one Image,
        physical = "physical" flag,
    }
    /// A network card of a guest.
    Nic as nic of "GuestNic" {
        network = "network" one Network,
        via = "via" value,
        address = "address" value,
        config = "config" text,
        gateway = "gateway" value,
        address6 = "address6" text,
        gateway6 = "gateway6" text,
        mac = "mac" value,
        vlan = "vlan" int,
        trunks = "trunks" list,
        model = "model" text,
        firewall = "firewall" flag,
        connected = "connected" flag,
        mtu = "mtu" int,
        queues = "queues" int,
        rate = "rate" rate,
    }
    /// First-boot configuration.
    CloudInit as cloud_init of "CloudInit" {
        storage = "storage" one Storage,
        slot_of_drive = "slot-of-drive" text,
        format = "format" text,
        kind = "type" text,
        user = "user" text,
        password = "password" value,
        ssh_keys = "ssh-keys" list,
        address = "address" text,
        dns = "dns" list,
        domain = "domain" text,
        upgrade = "upgrade" flag,
        user_data = "user-data" one Snippet,
        vendor_data = "vendor-data" one Snippet,
        network_data = "network-data" one Snippet,
        meta_data = "meta-data" one Snippet,
    }
    /// A device given to a guest.
    Attach as attach of "Attach" {
        pcie = "pcie" flag,
        x_vga = "x-vga" flag,
        rom_bar = "rom-bar" flag,
        rom_file = "rom-file" text,
        usb3 = "usb3" maybe,
        mdev = "mdev" text,
        driver = "driver" text,
        legacy_igd = "legacy-igd" flag,
        vendor_id = "vendor-id" text,
        device_id = "device-id" text,
        sub_vendor_id = "sub-vendor-id" text,
        sub_device_id = "sub-device-id" text,
        mapping = "mapping" flag,
        slot = "as" text,
    }
    /// A folder of the host.
    Share as share of "Share" {
        cache = "cache" text,
        direct_io = "direct-io" flag,
        acl = "acl" flag,
        xattr = "xattr" flag,
    }
}
