//! Firewalls of the cluster, of nodes and of guests: options, rules, aliases, sets of addresses and security groups.
//!
//! Source: live-api facts, section 9 (rules are positional, a new one goes to the top); pve-firewall `PVE::API2::Firewall` for the
//! wordings. That names in rules exist is not looked at; macros, references and logs are not modelled.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::options::{self, Options};
use super::{Call, Outcome, Route, delete, get, guests, post, put};
use crate::failure::Failure;
use crate::world::{Firewall, GuestKind, IpSet, SecurityGroup, World};

pub const ROUTES: &[Route] = &[
    get("/cluster/firewall/options", read_options),
    put("/cluster/firewall/options", set_options),
    get("/cluster/firewall/rules", rules),
    post("/cluster/firewall/rules", create_rule),
    get("/cluster/firewall/rules/{pos}", read_rule),
    put("/cluster/firewall/rules/{pos}", update_rule),
    delete("/cluster/firewall/rules/{pos}", remove_rule),
    get("/cluster/firewall/groups", groups),
    post("/cluster/firewall/groups", create_group),
    get("/cluster/firewall/groups/{group}", rules),
    post("/cluster/firewall/groups/{group}", create_rule),
    delete("/cluster/firewall/groups/{group}", remove_group),
    get("/cluster/firewall/groups/{group}/{pos}", read_rule),
    put("/cluster/firewall/groups/{group}/{pos}", update_rule),
    delete("/cluster/firewall/groups/{group}/{pos}", remove_rule),
    get("/cluster/firewall/aliases", aliases),
    post("/cluster/firewall/aliases", create_alias),
    get("/cluster/firewall/aliases/{name}", read_alias),
    put("/cluster/firewall/aliases/{name}", update_alias),
    delete("/cluster/firewall/aliases/{name}", remove_alias),
    get("/cluster/firewall/ipset", ipsets),
    post("/cluster/firewall/ipset", create_ipset),
    get("/cluster/firewall/ipset/{name}", entries),
    post("/cluster/firewall/ipset/{name}", create_entry),
    delete("/cluster/firewall/ipset/{name}", remove_ipset),
    get("/cluster/firewall/ipset/{name}/{cidr}", read_entry),
    put("/cluster/firewall/ipset/{name}/{cidr}", update_entry),
    delete("/cluster/firewall/ipset/{name}/{cidr}", remove_entry),
    get("/nodes/{node}/firewall/options", read_options),
    put("/nodes/{node}/firewall/options", set_options),
    get("/nodes/{node}/firewall/rules", rules),
    post("/nodes/{node}/firewall/rules", create_rule),
    get("/nodes/{node}/firewall/rules/{pos}", read_rule),
    put("/nodes/{node}/firewall/rules/{pos}", update_rule),
    delete("/nodes/{node}/firewall/rules/{pos}", remove_rule),
    get("/nodes/{node}/qemu/{vmid}/firewall/options", read_options),
    put("/nodes/{node}/qemu/{vmid}/firewall/options", set_options),
    get("/nodes/{node}/qemu/{vmid}/firewall/rules", rules),
    post("/nodes/{node}/qemu/{vmid}/firewall/rules", create_rule),
    get("/nodes/{node}/qemu/{vmid}/firewall/rules/{pos}", read_rule),
    put("/nodes/{node}/qemu/{vmid}/firewall/rules/{pos}", update_rule),
    delete("/nodes/{node}/qemu/{vmid}/firewall/rules/{pos}", remove_rule),
    get("/nodes/{node}/qemu/{vmid}/firewall/aliases", aliases),
    post("/nodes/{node}/qemu/{vmid}/firewall/aliases", create_alias),
    get("/nodes/{node}/qemu/{vmid}/firewall/aliases/{name}", read_alias),
    put("/nodes/{node}/qemu/{vmid}/firewall/aliases/{name}", update_alias),
    delete("/nodes/{node}/qemu/{vmid}/firewall/aliases/{name}", remove_alias),
    get("/nodes/{node}/qemu/{vmid}/firewall/ipset", ipsets),
    post("/nodes/{node}/qemu/{vmid}/firewall/ipset", create_ipset),
    get("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}", entries),
    post("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}", create_entry),
    delete("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}", remove_ipset),
    get("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}", read_entry),
    put("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}", update_entry),
    delete("/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}", remove_entry),
    get("/nodes/{node}/lxc/{vmid}/firewall/options", read_options),
    put("/nodes/{node}/lxc/{vmid}/firewall/options", set_options),
    get("/nodes/{node}/lxc/{vmid}/firewall/rules", rules),
    post("/nodes/{node}/lxc/{vmid}/firewall/rules", create_rule),
    get("/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}", read_rule),
    put("/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}", update_rule),
    delete("/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}", remove_rule),
    get("/nodes/{node}/lxc/{vmid}/firewall/aliases", aliases),
    post("/nodes/{node}/lxc/{vmid}/firewall/aliases", create_alias),
    get("/nodes/{node}/lxc/{vmid}/firewall/aliases/{name}", read_alias),
    put("/nodes/{node}/lxc/{vmid}/firewall/aliases/{name}", update_alias),
    delete("/nodes/{node}/lxc/{vmid}/firewall/aliases/{name}", remove_alias),
    get("/nodes/{node}/lxc/{vmid}/firewall/ipset", ipsets),
    post("/nodes/{node}/lxc/{vmid}/firewall/ipset", create_ipset),
    get("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}", entries),
    post("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}", create_entry),
    delete("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}", remove_ipset),
    get("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}", read_entry),
    put("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}", update_entry),
    delete("/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}", remove_entry),
];

/// The firewall that a path is about.
fn firewall<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut Firewall, Failure> {
    if call.path.starts_with("/cluster/") {
        return Ok(&mut world.firewall);
    }
    // Methods of guests' firewalls are worked on by the node that was asked, about the node that the path names.
    let node = call.required("node");
    let kind = match call.path.split('/').nth(3) {
        Some("qemu") => GuestKind::Qemu,
        Some("lxc") => GuestKind::Lxc,
        _ => {
            let missing = || Failure::server(&format!("no such node '{node}'"));
            return Ok(&mut world.nodes.get_mut(&node).ok_or_else(missing)?.firewall);
        }
    };
    Ok(&mut guests::find_mut(world, &node, kind, call.vmid().unwrap_or_default())?.firewall)
}

/// The rules that a path is about: those of a security group, or of the firewall itself.
fn rules_of<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut Vec<Options>, Failure> {
    let firewall = firewall(world, call)?;
    match call.text("group").filter(|_| call.path.contains("/groups/")) {
        None => Ok(&mut firewall.rules),
        Some(group) => {
            let missing = || Failure::server(&format!("no such security group '{group}'"));
            Ok(&mut firewall.groups.get_mut(&group).ok_or_else(missing)?.rules)
        }
    }
}

fn read_options(world: &mut World, call: &Call<'_>) -> Outcome {
    let options = firewall(world, call)?.options.clone();
    let mut answer = options::typed(call, "PUT", call.path, &options);
    answer.insert("digest".to_owned(), options::digest(&options).into());
    Ok(Value::Object(answer).into())
}

fn set_options(world: &mut World, call: &Call<'_>) -> Outcome {
    let firewall = firewall(world, call)?;
    options::check_digest(call, &firewall.options)?;
    firewall.options = options::changed(call, &firewall.options, &[])?;
    Ok(Value::Null.into())
}

fn rule_row(call: &Call<'_>, pos: usize, rules: &[Options]) -> Option<Map<String, Value>> {
    let mut row = options::typed(call, "POST", "/cluster/firewall/rules", rules.get(pos)?);
    row.insert("pos".to_owned(), pos.into());
    row.insert("digest".to_owned(), options::digest(&rules).into());
    Some(row)
}

fn rules(world: &mut World, call: &Call<'_>) -> Outcome {
    let rules = rules_of(world, call)?;
    let rows = (0..rules.len()).filter_map(|pos| rule_row(call, pos, rules)).map(Value::Object);
    Ok(Value::Array(rows.collect()).into())
}

/// The place that the path names, if there is a rule.
fn position(call: &Call<'_>, rules: &[Options]) -> Result<usize, Failure> {
    let pos = call.number("pos").and_then(|pos| usize::try_from(pos).ok()).unwrap_or_default();
    let missing = || Failure::server(&format!("no rule at position {pos}"));
    Some(pos).filter(|pos| *pos < rules.len()).ok_or_else(missing)
}

fn read_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let rules = rules_of(world, call)?;
    let pos = position(call, rules)?;
    Ok(Value::Object(rule_row(call, pos, rules).unwrap_or_default()).into())
}

/// A new rule goes to the top, wherever it was asked for.
fn create_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let rules = rules_of(world, call)?;
    options::check_digest(call, rules)?;
    rules.insert(0, options::given(call, &["pos"]));
    Ok(Value::Null.into())
}

/// Changes a rule, or moves it: to before the rule that has the place now.
fn update_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let rules = rules_of(world, call)?;
    options::check_digest(call, rules)?;
    let pos = position(call, rules)?;
    if let Some(to) = call.number("moveto").and_then(|to| usize::try_from(to).ok()) {
        let to = to.min(rules.len());
        let rule = rules.remove(pos);
        rules.insert(if to > pos { to - 1 } else { to }, rule);
        return Ok(Value::Null.into());
    }
    rules[pos] = options::changed(call, &rules[pos], &["moveto"])?;
    Ok(Value::Null.into())
}

/// Those that follow get other places.
fn remove_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let rules = rules_of(world, call)?;
    options::check_digest(call, rules)?;
    let pos = position(call, rules)?;
    rules.remove(pos);
    Ok(Value::Null.into())
}

/// Something with a name and a comment, in a list.
fn named_row(key: &str, name: &str, comment: Option<&String>, digest: &str) -> Value {
    let mut row = json!({ key: name, "digest": digest });
    if let Some(comment) = comment {
        row["comment"] = comment.as_str().into();
    }
    row
}

/// Gives an entry another name, and another comment if one is given.
fn rename<V>(
    map: &mut BTreeMap<String, V>,
    from: &str,
    to: &str,
    change: impl FnOnce(&mut V),
    missing: impl FnOnce() -> Failure,
    exists: impl FnOnce() -> Failure,
) -> Outcome {
    if from != to && map.contains_key(to) {
        return Err(exists());
    }
    let mut value = map.remove(from).ok_or_else(missing)?;
    change(&mut value);
    map.insert(to.to_owned(), value);
    Ok(Value::Null.into())
}

fn groups(world: &mut World, call: &Call<'_>) -> Outcome {
    let groups = &firewall(world, call)?.groups;
    let digest = options::digest(groups);
    let rows = groups.iter().map(|(name, group)| named_row("group", name, group.comment.as_ref(), &digest));
    Ok(Value::Array(rows.collect()).into())
}

fn create_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let (name, comment) = (call.required("group"), call.text("comment"));
    let groups = &mut firewall(world, call)?.groups;
    options::check_digest(call, groups)?;
    let exists = || Failure::parameter("group", &format!("Security group '{name}' already exists"));
    if let Some(old) = call.text("rename") {
        let missing = || Failure::parameter("group", &format!("Security group '{old}' does not exist"));
        let change = |group: &mut SecurityGroup| group.comment = comment.or(group.comment.take());
        return rename(groups, &old, &name, change, missing, exists);
    }
    options::add(groups, name.clone(), SecurityGroup { comment, rules: Vec::new() }, exists)?;
    Ok(Value::Null.into())
}

fn remove_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("group");
    let groups = &mut firewall(world, call)?.groups;
    let missing = || Failure::server(&format!("no such security group '{name}'"));
    let group = groups.get(&name).ok_or_else(missing)?;
    if !group.rules.is_empty() {
        return Err(Failure::server(&format!("Security group '{name}' is not empty")));
    }
    groups.remove(&name);
    Ok(Value::Null.into())
}

fn alias_row(name: &str, alias: &Options, digest: &str) -> Value {
    let mut row = named_row("name", name, alias.get("comment"), digest);
    let cidr = alias.get("cidr").map_or("", String::as_str);
    row["cidr"] = cidr.into();
    row["ipversion"] = if cidr.contains(':') { 6 } else { 4 }.into();
    row
}

fn aliases(world: &mut World, call: &Call<'_>) -> Outcome {
    let aliases = &firewall(world, call)?.aliases;
    let digest = options::digest(aliases);
    Ok(Value::Array(aliases.iter().map(|(name, alias)| alias_row(name, alias, &digest)).collect()).into())
}

fn no_alias() -> Failure {
    Failure::parameter("name", "no such alias")
}

fn read_alias(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("name");
    let aliases = &firewall(world, call)?.aliases;
    let alias = aliases.get(&name).ok_or_else(no_alias)?;
    Ok(alias_row(&name, alias, &options::digest(aliases)).into())
}

fn create_alias(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("name");
    let exists = || Failure::parameter("name", &format!("alias '{name}' already exists"));
    let alias = options::given(call, &["name"]);
    options::add(&mut firewall(world, call)?.aliases, name.clone(), alias, exists)?;
    Ok(Value::Null.into())
}

fn update_alias(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("name");
    let aliases = &mut firewall(world, call)?.aliases;
    options::check_digest(call, aliases)?;
    let new_name = call.text("rename").unwrap_or_else(|| name.clone());
    let exists = || Failure::parameter("name", &format!("alias '{new_name}' already exists"));
    let given = options::given(call, &["rename"]);
    rename(aliases, &name, &new_name, |alias| *alias = given, no_alias, exists)
}

fn remove_alias(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("name");
    let aliases = &mut firewall(world, call)?.aliases;
    options::check_digest(call, aliases)?;
    aliases.remove(&name).ok_or_else(no_alias)?;
    Ok(Value::Null.into())
}

fn ipsets(world: &mut World, call: &Call<'_>) -> Outcome {
    let ipsets = &firewall(world, call)?.ipsets;
    let digest = options::digest(ipsets);
    let rows = ipsets.iter().map(|(name, set)| named_row("name", name, set.comment.as_ref(), &digest));
    Ok(Value::Array(rows.collect()).into())
}

fn create_ipset(world: &mut World, call: &Call<'_>) -> Outcome {
    let (name, comment) = (call.required("name"), call.text("comment"));
    let ipsets = &mut firewall(world, call)?.ipsets;
    options::check_digest(call, ipsets)?;
    let exists = || Failure::parameter("name", &format!("IPSet '{name}' already exists"));
    if let Some(old) = call.text("rename") {
        let missing = || Failure::parameter("name", &format!("IPSet '{old}' does not exist"));
        let change = |set: &mut IpSet| set.comment = comment.or(set.comment.take());
        return rename(ipsets, &old, &name, change, missing, exists);
    }
    options::add(ipsets, name.clone(), IpSet { comment, entries: BTreeMap::new() }, exists)?;
    Ok(Value::Null.into())
}

/// The set that the path names.
fn ipset<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut IpSet, Failure> {
    let name = call.required("name");
    let missing = || Failure::server(&format!("no such IPSet '{name}'"));
    firewall(world, call)?.ipsets.get_mut(&name).ok_or_else(missing)
}

/// With `force`, a set goes with what is in it.
fn remove_ipset(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("name");
    if !ipset(world, call)?.entries.is_empty() && !call.is_set("force") {
        return Err(Failure::server(&format!("IPSet '{name}' is not empty")));
    }
    firewall(world, call)?.ipsets.remove(&name);
    Ok(Value::Null.into())
}

fn entry_row(cidr: &str, entry: &Options, digest: &str) -> Value {
    let mut row = named_row("cidr", cidr, entry.get("comment"), digest);
    if entry.get("nomatch").is_some_and(|value| value == "1") {
        row["nomatch"] = 1.into();
    }
    row
}

fn entries(world: &mut World, call: &Call<'_>) -> Outcome {
    let set = ipset(world, call)?;
    let digest = options::digest(&set.entries);
    Ok(Value::Array(set.entries.iter().map(|(cidr, entry)| entry_row(cidr, entry, &digest)).collect()).into())
}

fn no_entry() -> Failure {
    Failure::parameter("cidr", "no such IP/Network")
}

fn read_entry(world: &mut World, call: &Call<'_>) -> Outcome {
    let (set, cidr) = (ipset(world, call)?, call.required("cidr"));
    let entry = set.entries.get(&cidr).ok_or_else(no_entry)?;
    Ok(entry_row(&cidr, entry, &options::digest(&set.entries)).into())
}

fn create_entry(world: &mut World, call: &Call<'_>) -> Outcome {
    let (set, cidr) = (ipset(world, call)?, call.required("cidr"));
    let exists = || Failure::parameter("cidr", &format!("address '{cidr}' already exists"));
    options::add(&mut set.entries, cidr.clone(), options::given(call, &["cidr"]), exists)?;
    Ok(Value::Null.into())
}

fn update_entry(world: &mut World, call: &Call<'_>) -> Outcome {
    let (set, cidr) = (ipset(world, call)?, call.required("cidr"));
    options::check_digest(call, &set.entries)?;
    *set.entries.get_mut(&cidr).ok_or_else(no_entry)? = options::given(call, &[]);
    Ok(Value::Null.into())
}

fn remove_entry(world: &mut World, call: &Call<'_>) -> Outcome {
    let (set, cidr) = (ipset(world, call)?, call.required("cidr"));
    options::check_digest(call, &set.entries)?;
    set.entries.remove(&cidr).ok_or_else(no_entry)?;
    Ok(Value::Null.into())
}
