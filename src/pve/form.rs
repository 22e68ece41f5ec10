//! The shapes of texts that options take. Hand-written predicates: each is a line or two, and none backtracks.
//!
//! Sources: the `pattern`s and `format`s of the API schema; named formats from pve-common (`pve-configid`, `mac-addr`,
//! `disk-size`, …) and qemu-server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::value::Form;

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $is:expr;)*) => {
        $($(#[$doc])* pub(super) static $name: Form = Form { what: $what, is: $is };)*
    };
}

forms! {
    /// Free text; Proxmox stores options as lines, so it cannot hold a line break.
    LINE = "text without line breaks", |text| !text.contains(['\n', '\r', '\0']);
    /// Free text of several lines, kept URL-encoded or as comments.
    TEXT = "text", |text| !text.contains('\0');
    CONFIG_ID = "an id: a letter, then letters, digits, `-` or `_`", |text| id(text, "-_") && text.len() > 1;
    STORAGE = "a storage id: a letter, then letters, digits, `-`, `_` or `.`", |text| id(text, "-_.");
    VOLUME = "a volume id such as local-zfs:vm-108-disk-0", volume;
    DRIVE = "a volume id such as local-zfs:vm-108-disk-0, a path, `none` or `cdrom`",
        |text| volume(text) || text.starts_with('/') || text == "none" || text == "cdrom";
    IMPORT = "a volume id such as local:import/noble.qcow2, or an absolute path", |text| volume(text) || text.starts_with('/');
    BRIDGE = "the name of a bridge", |text| all(text, |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    MAC = "a unicast MAC address such as BC:24:11:90:21:DF", mac;
    SIZE = "a size such as 32G", size;
    SET = "numbers and ranges joined by `;`, such as 10;20-25", |text| set(text, ';');
    CPU_SET = "CPU numbers and ranges joined by `,`, such as 0,4-7", |text| set(text, ',');
    UUID = "a UUID", uuid;
    GENERATION = "a UUID, or 1 to make one, or 0 for none", |text| uuid(text) || text == "0" || text == "1";
    DNS_NAME = "a DNS name: letters, digits, `-` and `.`", |text| text.split('.').all(dns_label);
    ADDRESSES = "IP addresses joined by blanks, `,` or `;`",
        |text| text.split([' ', ',', ';']).all(|part| part.is_empty() || part.parse::<IpAddr>().is_ok());
    WWN = "a world wide name: 0x and 16 hexadecimal digits", |text| text.strip_prefix("0x").is_some_and(|hex| hexadecimal(hex, 16));
    HEX_ID = "0x and four hexadecimal digits", |text| text.strip_prefix("0x").is_some_and(|hex| hexadecimal(hex, 4));
    PCI = "PCI addresses such as 0000:01:00.0 joined by `;`", |text| text.split(';').all(pci);
    USB = "`spice`, a device id such as 1a6e:089a, or a bus and port such as 1-4.2", usb;
    FLAGS = "CPU flags with `+` or `-` before each, joined by `;`",
        |text| text.split(';').all(|flag| flag.starts_with(['+', '-']) && all(&flag[1..], |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    CPU_TYPE = "a CPU type, or custom-NAME", |text| all(text, |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    PHYS_BITS = "`host` or a number from 8 to 64", |text| text == "host" || text.parse::<u8>().is_ok_and(|bits| (8..=64).contains(&bits));
    VENDOR_ID = "up to 12 letters, digits, `-` or `_`", |text| text.len() <= 12 && all(text, |byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    BASE64 = "text, base64-encoded if it holds a comma", |text| !text.contains([',', '\n']);
    IPV4 = "an IPv4 address", |text| text.parse::<Ipv4Addr>().is_ok();
    IPV6 = "an IPv6 address", |text| text.parse::<Ipv6Addr>().is_ok();
    IPV4_CIDR = "`dhcp`, `manual`, or an IPv4 address with its prefix length", |text| text == "dhcp" || text == "manual" || cidr::<Ipv4Addr>(text, 32);
    IPV6_CIDR = "`dhcp`, `auto`, `manual`, or an IPv6 address with its prefix length",
        |text| matches!(text, "dhcp" | "auto" | "manual") || cidr::<Ipv6Addr>(text, 128);
    LEGACY_BOOT = "up to four of the letters a, c, d, n", |text| text.len() <= 4 && all(text, |byte| b"acdn".contains(&byte));
    BOOT_ORDER = "device names joined by `;`", |text| text.split(';').all(|device| all(device, |byte| byte.is_ascii_alphanumeric()));
    DRIVE_NAME = "the name of a drive such as scsi0", drive_name;
    START_DATE = "`now`, 2006-06-17 or 2006-06-17T16:01:21", |text| text == "now" || start_date(text);
    SERIAL_PORT = "`socket`, or a host device such as /dev/ttyS0", |text| text == "socket" || text.len() > 5 && text.starts_with("/dev/");
    PARALLEL_PORT = "a host device such as /dev/parport0 or /dev/usb/lp0",
        |text| ["/dev/parport", "/dev/usb/lp"].iter().any(|stem| text.strip_prefix(stem).is_some_and(digits));
    URL_ENCODED = "URL-encoded text", |text| all(text, |byte| byte.is_ascii_graphic());
    HOTPLUG = "0, 1, or some of network, disk, cpu, memory, usb, cloudinit joined by `,`",
        |text| text == "0" || text == "1" || text.split(',').all(|word| ["network", "disk", "cpu", "memory", "usb", "cloudinit"].contains(&word));
    TAGS = "tags joined by `;`", |text| text.split([';', ',', ' ']).all(tag);
    MACHINE = "pc, q35, virt, or a version such as pc-i440fx-8.1 or pc-q35-9.2", machine;
    SCSI_TEXT = "letters, digits, `-`, `_` or blanks", |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_ ".contains(&byte));
    NAME = "letters, digits or `-`", |text| all(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    PORT_NAMES = "names of options joined by `,`", |text| all(text, |byte| byte.is_ascii_alphanumeric() || b"-_,; ".contains(&byte));
    MOUNT_OPTIONS = "some of discard, lazytime, noatime, nodev, noexec, nosuid joined by `;`",
        |text| text.split(';').all(|word| ["discard", "lazytime", "noatime", "nodev", "noexec", "nosuid"].contains(&word));
    MOUNT_SOURCE = "a volume id such as local-zfs:subvol-100-disk-0, or an absolute path",
        |text| volume(text) || text.starts_with('/') && plain_path(text);
    MOUNT_POINT = "a path without `.` and `..`", |text| !text.is_empty() && plain_path(text);
    MOUNT_TYPES = "types of file systems joined by `;`, such as nfs;cifs",
        |text| text.split(';').all(|word| all(word, |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
    DEVICE_PATH = "a path below /dev", |text| text.len() > 5 && text.starts_with("/dev/") && plain_path(text);
    ACCESS_MODE = "an octal access mode such as 0660",
        |text| text.len() == 4 && text.starts_with('0') && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    ENVIRONMENT = "`NAME=value`, more of them after a NUL",
        |text| text.split('\0').all(|entry| entry.split_once('=').is_some_and(|(name, _)| all(name, |byte| byte.is_ascii_alphanumeric() || byte == b'_')));
    LXC_VALUE = "text without control characters; each of its lines is one of the configuration",
        |text| !text.trim().is_empty() && !text.contains(|character: char| character.is_control() && character != '\n');
    RNG_SOURCE = "/dev/urandom, /dev/random or /dev/hwrng", |text| matches!(text, "/dev/urandom" | "/dev/random" | "/dev/hwrng");
}

/// Whether a text is not empty and every byte of it passes.
fn all(text: &str, passes: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(passes)
}

/// Whether a path has no step that stands for another.
fn plain_path(path: &str) -> bool {
    !path.contains(['\n', '\0', ',']) && !path.split('/').any(|step| step == "." || step == "..")
}

fn digits(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_digit())
}

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && all(text, |byte| byte.is_ascii_hexdigit())
}

fn id(text: &str, others: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && all(text, |byte| byte.is_ascii_alphanumeric() || others.as_bytes().contains(&byte))
}

fn volume(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(storage, name)| id(storage, "-_.") && !name.is_empty() && !name.contains([',', '\n']))
}

fn mac(text: &str) -> bool {
    let octets: Vec<&str> = text.split(':').collect();
    octets.len() == 6
        && octets.iter().all(|octet| hexadecimal(octet, 2))
        && u8::from_str_radix(octets[0], 16).is_ok_and(|first| first & 1 == 0)
}

fn size(text: &str) -> bool {
    let number = text.strip_suffix(['K', 'M', 'G', 'T']).unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && digits(fraction)
}

fn set(text: &str, separator: char) -> bool {
    text.split(separator).all(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        digits(first) && digits(last)
    })
}

fn uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| hexadecimal(part, length))
}

fn dns_label(label: &str) -> bool {
    label.len() <= 63
        && all(label, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn pci(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let (bus, slot) = match parts.as_slice() {
        [domain, bus, slot] if hexadecimal(domain, 4) => (*bus, *slot),
        [bus, slot] => (*bus, *slot),
        _ => return false,
    };
    let (device, function) = slot.split_once('.').unwrap_or((slot, "0"));
    hexadecimal(bus, 2) && hexadecimal(device, 2) && hexadecimal(function, 1)
}

fn usb(text: &str) -> bool {
    let by_id = |text: &str| {
        let plain = |id: &str| hexadecimal(id.strip_prefix("0x").unwrap_or(id), 4);
        text.split_once(':').is_some_and(|(vendor, product)| plain(vendor) && plain(product))
    };
    let by_port =
        |text: &str| text.split_once('-').is_some_and(|(bus, port)| digits(bus) && port.split('.').all(digits));
    text.eq_ignore_ascii_case("spice") || by_id(text) || by_port(text)
}

fn cidr<T: std::str::FromStr>(text: &str, longest: u8) -> bool {
    text.split_once('/').is_some_and(|(address, prefix)| {
        address.parse::<T>().is_ok() && prefix.parse::<u8>().is_ok_and(|length| length <= longest)
    })
}

fn drive_name(text: &str) -> bool {
    ["ide", "sata", "scsi", "virtio"].iter().any(|bus| text.strip_prefix(bus).is_some_and(digits))
}

fn start_date(text: &str) -> bool {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let short = |part: &str| part.len() <= 2 && digits(part);
    let date: Vec<&str> = date.split('-').collect();
    let time: Vec<&str> = time.split(':').collect();
    date.len() == 3
        && date[0].len() == 4
        && digits(date[0])
        && date[1..].iter().all(|part| short(part))
        && time.len() == 3
        && time.iter().all(|part| short(part))
}

fn tag(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
            && all(text, |byte| byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte))
}

fn machine(text: &str) -> bool {
    let version = |text: &str| {
        let text = text.strip_suffix(".pxe").unwrap_or(text);
        let (number, build) = text.split_once("+pve").unwrap_or((text, "0"));
        number.contains('.') && number.split('.').all(digits) && digits(build)
    };
    matches!(text, "pc" | "q35" | "virt")
        || ["pc-i440fx-", "pc-q35-", "virt-", "pc-"].iter().any(|stem| text.strip_prefix(stem).is_some_and(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &Form, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!((form.is)(text), "`{text}` is {}", form.what);
        }
        for text in bad {
            assert!(!(form.is)(text), "`{text}` is not {}", form.what);
        }
    }

    #[test]
    fn devices_are_named_as_proxmox_names_them() {
        check(&PCI, &["0000:01:00.0", "01:00", "0000:01:00.0;0000:01:00.1"], &["1:0", "01:00;", "10de:2484"]);
        check(&USB, &["spice", "1a6e:089a", "0x1a6e:0x089a", "1-4.2"], &["1a6e", "x-1", "1-"]);
        check(&MAC, &["BC:24:11:90:21:DF"], &["01:00:00:00:00:01", "BC:24:11:90:21", "BC-24-11-90-21-DF"]);
        check(
            &MACHINE,
            &["q35", "pc-i440fx-8.1", "pc-q35-9.2+pve1", "virt-8.1.pxe", "pc-8.1"],
            &["q35-8.1", "i440fx", "pc-q35-"],
        );
    }

    #[test]
    fn numbers_dates_and_ids() {
        check(&SIZE, &["32G", "4M", "528K", "1.5T", "1024"], &["G", "32GiB", "1.", "-1G"]);
        check(&SET, &["10", "10;20-25"], &["10,20", ";", "a"]);
        check(&START_DATE, &["now", "2006-06-17", "2006-06-17T16:01:21"], &["06-06-17", "2006-06-17 16:01"]);
        check(&VOLUME, &["local-zfs:vm-108-disk-0", "local:116/vm-116-disk-1.raw"], &["local", ":x", "local:a,b"]);
        check(&IPV4_CIDR, &["dhcp", "192.168.4.193/24"], &["192.168.4.193", "192.168.4.193/33"]);
        check(&GENERATION, &["0", "1", "4abec58f-ba68-4f1f-950a-703f55838a4e"], &["2", "4abec58f"]);
        check(&MOUNT_SOURCE, &["local-zfs:subvol-1-disk-0", "/mnt/a b"], &["mnt", "/mnt/../etc", "/a,ro=0"]);
        check(&MOUNT_POINT, &["/srv", "srv"], &["", "/srv/.."]);
        check(&DEVICE_PATH, &["/dev/dri/renderD128"], &["/dev/", "/dev/../etc/shadow", "/etc"]);
        check(&ACCESS_MODE, &["0660"], &["660", "0680", "1777"]);
        check(&MOUNT_TYPES, &["nfs", "nfs;cifs"], &["", "nfs;", "a b"]);
        check(&ENVIRONMENT, &["A=b", "A=b\0C=", "A=b=c"], &["A", "A b=c", ""]);
        check(&LXC_VALUE, &["c 189:* rwm", "a\nb"], &["", " ", "a\tb"]);
        check(&WWN, &["0x0123456789abcdef"], &["0123456789abcdef"]);
    }
}
