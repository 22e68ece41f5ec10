//! Fields of hosts' networks and of the software-defined network against the API schema: flags, ranges and enumerations.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::support::{find, shared};

/// Parts of library files, each with the call whose parameters its fields are: what begins with a line, up to the next such.
const PARTS: &[(&str, &str, &str)] = &[
    ("host-network.hlab", "block HostNic", "/nodes/{node}/network"),
    ("host-network.hlab", "block Bridge", "/nodes/{node}/network"),
    ("host-network.hlab", "block Bond", "/nodes/{node}/network"),
    ("host-network.hlab", "block HostVlan", "/nodes/{node}/network"),
    ("host-network.hlab", "block InternalPort", "/nodes/{node}/network"),
    ("sdn.hlab", "kind sdn-zone", "/cluster/sdn/zones"),
    ("sdn.hlab", "kind vnet", "/cluster/sdn/vnets"),
    ("sdn.hlab", "block SdnSubnet", "/cluster/sdn/vnets/{vnet}/subnets"),
    ("sdn.hlab", "kind sdn-controller", "/cluster/sdn/controllers"),
    ("sdn.hlab", "kind sdn-ipam", "/cluster/sdn/ipams"),
    ("sdn.hlab", "kind sdn-dns", "/cluster/sdn/dns"),
    ("sdn.hlab", "kind sdn-fabric", "/cluster/sdn/fabrics/fabric"),
    ("sdn.hlab", "block FabricNode", "/cluster/sdn/fabrics/node/{fabric_id}"),
];

/// The ranges of the library's types.
const RANGES: &[(&str, i64, i64)] =
    &[("VlanTag", 1, 4094), ("VxlanId", 1, 16_777_215), ("Asn", 0, 4_294_967_295), ("Port", 1, 65_535)];

/// Where the schema gives no bound, or one that is a slip: a VLAN has no tag 0 and no port is 65536.
const NARROWER: &[(&str, &str)] = &[
    ("/cluster/sdn/zones", "mtu"),
    ("/cluster/sdn/zones", "tag"),
    ("/cluster/sdn/zones", "vxlan-port"),
    ("/cluster/sdn/zones", "vrf-vxlan"),
    ("/cluster/sdn/vnets", "tag"),
    ("/cluster/sdn/controllers", "asn"),
    ("/cluster/sdn/controllers", "ebgp-multihop"),
    ("/cluster/sdn/ipams", "section"),
    ("/cluster/sdn/dns", "reversemaskv6"),
];

/// A field with its type as it is written, and the options that its document names.
struct Field {
    name: String,
    ty: String,
    options: Vec<String>,
}

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib").join(file);
    std::fs::read_to_string(path).expect("a library file can be read")
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The declaration that begins with a line, with its body.
fn part(file: &str, head: &str) -> String {
    let text = text(file);
    let start = text.find(&format!("\n{head}")).expect("the declaration is there") + 1;
    let end = text[start..].find("\n}\n").expect("it ends");
    text[start..start + end].to_owned()
}

fn fields(part: &str) -> Vec<Field> {
    let (mut found, mut doc) = (Vec::new(), String::new());
    for line in part.lines().map(str::trim) {
        match (line.strip_prefix("///"), line.split_once(": ")) {
            (Some(more), _) => doc.push_str(more),
            (None, Some((name, ty))) if !name.contains(' ') => {
                let options = doc.split_once("Proxmox option").map_or(Vec::new(), |(_, options)| quoted(options));
                found.push(Field { name: name.to_owned(), ty: ty.to_owned(), options });
                doc.clear();
            }
            (None, _) => doc.clear(),
        }
    }
    found
}

/// The number behind a comparison: `it >= 1`.
fn bound(ty: &str, comparison: &str) -> Option<i64> {
    let (_, rest) = ty.split_once(comparison)?;
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '_').filter(|c| *c != '_').collect();
    digits.parse().ok()
}

/// The least and the greatest number that a type takes.
fn range(ty: &str) -> (Option<i64>, Option<i64>) {
    let known = RANGES.iter().find(|(name, ..)| ty.starts_with(name));
    let least = bound(ty, "it >= ").or(known.map(|(_, least, _)| *least));
    (least, bound(ty, "it <= ").or(known.map(|(.., greatest)| *greatest)))
}

/// The words of an enumeration that a library file declares.
fn members(file: &str, ty: &str) -> Option<BTreeSet<String>> {
    let name: String = ty.chars().take_while(char::is_ascii_alphanumeric).collect();
    let text = text(file);
    let (_, rest) = text.split_once(&format!("\ntype {name} = "))?;
    let (words, _) = rest.split_once("\n\n")?;
    let words = words.split('|').map(|word| word.trim().trim_matches('"').to_owned());
    Some(words.collect())
}

/// What a field and an option disagree about.
fn disagreement(file: &str, call: &str, field: &Field, option: &str, schema: &Value) -> Option<String> {
    let numbers = ["Int", "VlanTag", "VxlanId", "Asn", "Port", "Duration"];
    let is_flag = field.ty.starts_with("Bool");
    let is_number = numbers.iter().any(|ty| field.ty.starts_with(ty));
    if let Some(words) = schema["enum"].as_array().filter(|_| !is_flag) {
        let theirs: BTreeSet<String> = words.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let ours = members(file, &field.ty);
        return (ours.as_ref() != Some(&theirs)).then(|| format!("words {ours:?}, there {theirs:?}"));
    }
    match schema["type"].as_str()? {
        "boolean" => (!is_flag).then(|| "a flag there".to_owned()),
        "integer" | "number" if !is_number => Some("a number there".to_owned()),
        "integer" | "number" => {
            let theirs = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
            let ours = range(&field.ty);
            let is_within = theirs.0.is_none_or(|least| ours.0.is_some_and(|own| own >= least))
                && theirs.1.is_none_or(|most| ours.1.is_some_and(|own| own <= most));
            let is_same = ours == theirs || NARROWER.contains(&(call, option)) && is_within;
            (!is_same).then(|| format!("{ours:?}, there {theirs:?}"))
        }
        // A list of texts, or a switch with one position.
        _ => is_number.then(|| "a text there".to_owned()),
    }
}

#[test]
fn fields_of_networks_have_the_types_and_ranges_of_their_options() {
    let mut wrong = Vec::new();
    for version in ["8.4", "9.1"] {
        let Some(path) = shared(&format!("schemas/pve/apidoc-{version}.json")) else { return };
        let tree: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is readable"))
            .expect("the schema is JSON");
        let mut compared = 0;
        for (file, head, call) in PARTS {
            // Fabrics came with 9.
            let Some(node) = find(&tree, call) else { continue };
            let parameters = &node["info"]["POST"]["parameters"]["properties"];
            for field in fields(&part(file, head)) {
                for option in field.options.iter().filter(|option| parameters[option.as_str()].is_object()) {
                    compared += 1;
                    let found = disagreement(file, call, &field, option, &parameters[option.as_str()]);
                    wrong.extend(found.map(|what| format!("{version} {head} {} `{option}`: {what}", field.name)));
                }
            }
        }
        assert!(compared >= 90, "only {compared} options of {version} were found");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Both families where Proxmox takes both: a text without a pattern of its own that would leave one out, a named format for
/// either (`ip`, and `pve-sdn-dhcp-range`, whose ends are `ip`), and a field of each family that becomes it.
#[test]
fn subnets_take_the_families_that_the_api_takes() {
    let options = [("subnet", "cidr", "cidr6"), ("gateway", "gateway", "gateway6")];
    for version in ["8.4", "9.1"] {
        let Some(path) = shared(&format!("schemas/pve/apidoc-{version}.json")) else { return };
        let tree: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is readable"))
            .expect("the schema is JSON");
        let node = find(&tree, "/cluster/sdn/vnets/{vnet}/subnets").expect("subnets have a call");
        let parameters = &node["info"]["POST"]["parameters"]["properties"];
        let of = |head: &str, option: &str| -> Vec<(String, String)> {
            let fields = fields(&part("sdn.hlab", head)).into_iter();
            let fields = fields.filter(|field| field.options.iter().any(|named| named == option));
            fields.map(|field| (field.name, field.ty)).collect()
        };
        for (option, four, six) in options {
            let format = &parameters[option]["format"];
            assert!(["ip", "pve-sdn-subnet-id"].map(Value::from).contains(format), "{version} {option}: {format}");
            let found = of("block SdnSubnet", option);
            assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [four, six], "{version}");
        }
        let ranges = &parameters["dhcp-range"];
        assert_eq!((&ranges["type"], &ranges["items"]["format"]), (&"array".into(), &"pve-sdn-dhcp-range".into()));
        let found = of("block SdnPool", "dhcp-range");
        let expected = [("range", "Range<Ip>?"), ("range6", "Range<Ipv6>?")];
        assert_eq!(found, expected.map(|(name, ty)| (name.to_owned(), ty.to_owned())), "{version}");
    }
}

#[test]
fn the_variants_of_the_software_defined_network_are_the_types_of_the_schema() {
    // Faucet is in no manual of Proxmox, and the IPAM `pve` is there without a declaration.
    const PARTS: &[(&str, &str, &str, &[&str])] = &[
        ("kind sdn-zone", "/cluster/sdn/zones", "type", &["faucet"]),
        ("kind sdn-controller", "/cluster/sdn/controllers", "type", &["faucet"]),
        ("kind sdn-ipam", "/cluster/sdn/ipams", "type", &["pve"]),
        ("kind sdn-dns", "/cluster/sdn/dns", "type", &[]),
        ("kind sdn-fabric", "/cluster/sdn/fabrics/fabric", "protocol", &[]),
    ];
    for version in ["8.4", "9.1"] {
        let Some(path) = shared(&format!("schemas/pve/apidoc-{version}.json")) else { return };
        let tree: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is readable"))
            .expect("the schema is JSON");
        for (head, call, option, others) in PARTS {
            let Some(node) = find(&tree, call) else { continue };
            let words = &node["info"]["POST"]["parameters"]["properties"][*option]["enum"];
            let words = words.as_array().expect("a list of words").iter().filter_map(Value::as_str);
            let theirs: BTreeSet<String> = words.filter(|word| !others.contains(word)).map(str::to_owned).collect();
            let part = part("sdn.hlab", head);
            let variants = part.lines().filter_map(|line| line.trim().strip_prefix("variant "));
            let ours = variants.filter_map(|line| line.split_whitespace().next()).map(str::to_ascii_lowercase);
            assert_eq!(ours.collect::<BTreeSet<String>>(), theirs, "{version} {head}");
        }
    }
}
