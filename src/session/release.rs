//! Another version of Proxmox VE than the hosts say: what `check --pve` and `what-if upgrade` look at.

use crate::eval::{Said, Slot, World};
use crate::policy::release::Assumed;
use crate::pve::Version;
use crate::resolve::Scope;
use crate::types::Program;
use crate::types::value::{ObjId, Value};

/// Gives hosts a version, as if they said so themselves: the one of a name, or all. What they really say comes back.
pub(super) fn assume(p: &mut Program, w: &mut World, versions: &[(Option<String>, Version)]) -> Vec<Assumed> {
    let mut assumed = Vec::new();
    if versions.is_empty() {
        return assumed;
    }
    let [host, pve] = ["host", "pve"].map(|word| p.heap.names.intern(word));
    let Some(shape) = p.kind(Scope::STD, host).and_then(|shapes| shapes.first().copied()) else { return assumed };
    let Some(field) = p.shape(shape).any_field(pve) else { return assumed };
    let hosts: Vec<ObjId> = w.all().filter(|object| w.object(*object).shape == shape).collect();
    for (name, version) in versions {
        let value = p.heap.string(&version.to_string());
        for object in &hosts {
            let is_meant = name.as_ref().is_none_or(|name| crate::eval::show::name_of(p, w, *object) == *name);
            if is_meant {
                let from = match w.slot(*object, field).map(|slot| slot.value) {
                    Some(Value::Str(said)) => Version::parse(p.name(said)),
                    _ => None,
                };
                assumed.push(Assumed { host: *object, from, to: *version });
                say(w, *object, field, value);
            }
        }
    }
    assumed
}

/// Puts a value in the place of what an object says of a field, or adds it.
fn say(w: &mut World, object: ObjId, field: u16, value: Value) {
    let of = *w.object(object);
    let slots = of.first as usize..of.first as usize + usize::from(of.len);
    if let Some(slot) = w.slots[slots.clone()].iter_mut().find(|slot| slot.field == field) {
        slot.value = value;
        return;
    }
    // The slots of an object lie side by side, so that one more takes new places for all.
    let mut own = w.slots[slots].to_vec();
    let place = own.partition_point(|slot| slot.field < field);
    own.insert(place, Slot { field, said: Said::RESOURCE, at: of.at, value });
    let first = w.slots.len() as u32;
    w.slots.extend(own);
    let object = &mut w.objects[object.0 as usize];
    (object.first, object.len) = (first, of.len + 1);
    object.says.add(field);
}
