//! Labs that nobody would write: from one host to many, long and strange names, devices, errors.

/// A number from a seed: xorshift, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len() as u64) as usize]
    }
}

const PARTS: [&str; 13] = [
    "a",
    "WWWWWWWWWW",
    "k3s-vm-pumped-piglet",
    "node",
    "<b>",
    "&amp;",
    "日本語の名前",
    "ﷺ",
    "🦀🦀",
    "שלום",
    "iiii",
    "\u{301}\u{302}",
    "a-very-long-name-that-goes-on-and-on-and-on-and-on-and-on-and-on",
];

/// The source of a lab.
pub fn lab(seed: u64) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let hosts: u64 = [1, 2, 4, 7, 13, 40][seed as usize % 6];
    let mut out = format!("project \"{}\"\n", dice.one(&PARTS));
    let networks = dice.roll(11);
    for number in 0..networks {
        let part = dice.one(&PARTS);
        out.push_str(&format!("network \"{part}{number}\" {{ cidr = 10.{number}.0.0/16 }}\n"));
    }
    for number in 0..dice.roll(6) {
        let (part, sort) = (dice.one(&PARTS), dice.roll(2));
        let path = format!("{{ path = \"/s{number}\", content = [images] }}");
        let far = "{ server = 10.0.0.9, export = \"/x\", content = [images], capacity = 18TB }";
        out.push_str(&match sort {
            0 => format!("storage \"{part}-s{number}\": Directory {path}\n"),
            _ => format!("storage \"{part}-s{number}\": Nfs {far}\n"),
        });
    }
    let hosts: Vec<Host> = (0..hosts).map(|number| one_host(&mut out, &mut dice, number)).collect();
    for guest in 0..hosts.len() as u64 * dice.roll(9) {
        one_guest(&mut out, &mut dice, guest, &hosts);
    }
    out
}

/// A host that was written, with the names of its devices.
struct Host {
    name: String,
    devices: Vec<String>,
}

fn one_host(out: &mut String, dice: &mut Dice, host: u64) -> Host {
    let (name, mut devices) = (format!("h{host}-{}", dice.one(&PARTS)), Vec::new());
    out.push_str(&format!("host \"{name}\" {{\n"));
    match dice.roll(4) {
        0 => {}
        1 => out.push_str("  state = offline\n"),
        size => {
            let model = dice.one(&PARTS);
            out.push_str(&format!("  memory = {}GiB\n  cpu {{ model = \"{model}\", threads = 12 }}\n", size * 4));
        }
    }
    for bridge in 0..dice.roll(4) {
        let part = dice.one(&["", "-a-very-long-name-of-a-bridge"]);
        out.push_str(&format!("  bridge \"vmbr{bridge}{part}\" {{ }}\n"));
    }
    for device in 0..dice.roll(5) {
        let name = format!("d{device}-{host}{}", dice.one(&["", "-a-long-name-of-a-device", "<i>"]));
        let group = dice.one(&["group = 14", "group = 2", "ids = [10de:2484]"]);
        out.push_str(&format!("  pci \"{name}\" {{ at = 0{}:00, {group} }}\n", device + 1));
        devices.push(name);
    }
    out.push_str("}\n");
    if dice.roll(4) == 0 {
        let (port, stick) = (dice.one(&["port = \"1-2\"", "port = \"3-4.1\""]), format!("stick-{host}"));
        out.push_str(&format!("device {stick} on host.\"{name}\" {{ ids = [10c4:ea60], {port} }}\n"));
        devices.push(stick);
    }
    Host { name, devices }
}

fn one_guest(out: &mut String, dice: &mut Dice, guest: u64, hosts: &[Host]) {
    let (kind, name) = (dice.one(&["vm", "vm", "container"]), dice.one(&PARTS));
    let host = &hosts[dice.roll(hosts.len() as u64) as usize];
    let on = if dice.roll(9) == 0 { "nowhere".to_owned() } else { format!("host.\"{}\"", host.name) };
    out.push_str(&format!("{kind} \"g{guest}-{name}\" on {on} {{\n  id = {}\n", 100 + guest));
    if dice.roll(3) == 0 {
        out.push_str("  state = stopped\n");
    }
    if kind == "vm" {
        for device in &host.devices {
            if dice.roll(3) == 0 {
                out.push_str(&format!("  attach \"{device}\"\n"));
            }
        }
    }
    out.push_str("}\n");
    if dice.roll(5) == 0 {
        out.push_str(&format!(
            "k3s-cluster \"k{guest}\" {{ version = \"v1\", node n {{ guest = {kind}.\"g{guest}-{name}\" }} }}\n"
        ));
    }
}
