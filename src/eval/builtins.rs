//! The builtins that are no operators: lists, text, slots, the graph.

use crate::eval::machine::Machine;
use crate::eval::{FieldSet, Key, key_of, show};
use crate::resolve::Scope;
use crate::types::Layer;
use crate::types::builtins::Builtin;
use crate::types::expr::{NodeRef, Op, Operands};
use crate::types::shape::Shape;
use crate::types::ty::{OWN, Ty, TyId};
use crate::types::value::{ObjId, Slice, Value};

impl Machine<'_> {
    /// Calls a builtin.
    pub(crate) fn call(&mut self, builtin: Builtin, run: Operands, at: NodeRef) -> Value {
        if builtin == Builtin::Stated {
            return self.stated(run);
        }
        let mut args = [Value::Null; 3];
        for (number, arg) in args.iter_mut().enumerate().take(usize::from(run.len)) {
            let id = self.p.operands(run)[number];
            if number == 1 && matches!(builtin, Builtin::Duplicates | Builtin::GroupBy) {
                *arg = Value::Bool(true);
                continue;
            }
            *arg = self.eval(id);
            if arg.is_poison() {
                return Value::Poison;
            }
        }
        let [a, b, c] = args;
        match builtin {
            Builtin::All | Builtin::Any | Builtin::Count | Builtin::Sum => self.folded(builtin, a, b, at),
            Builtin::Min | Builtin::Max | Builtin::Sort | Builtin::Unique | Builtin::Pairs | Builtin::Top => {
                self.of_list(builtin, a, b)
            }
            Builtin::GroupBy | Builtin::Duplicates => {
                self.groups(a, b == Value::Bool(true), builtin == Builtin::Duplicates)
            }
            Builtin::Common | Builtin::Minus | Builtin::Subset => self.two_lists(builtin, a, b),
            Builtin::Contains => Value::Bool(self.is_in(b, a)),
            Builtin::Within => Value::Bool(self.is_within(a, b)),
            Builtin::Overlaps => Value::Bool(self.overlaps(a, b)),
            Builtin::StartsWith
            | Builtin::EndsWith
            | Builtin::Lower
            | Builtin::Take
            | Builtin::Before
            | Builtin::Len
            | Builtin::IsAlphanumeric
            | Builtin::IsSlot
            | Builtin::SlotBus
            | Builtin::SlotIndex
            | Builtin::Matches
            | Builtin::LooksLikeSecret
            | Builtin::SecretClass => self.text(builtin, a, b, c),
            Builtin::TextsAt => self.texts_at(a, b),
            Builtin::IsMultiple => match (a, b) {
                (Value::Size(size), Value::Size(unit)) if unit > 0 => Value::Bool(size.is_multiple_of(unit)),
                _ => Value::Poison,
            },
            Builtin::Values => match a {
                Value::Int(ty) => self.values_of(TyId(ty as u32)),
                _ => Value::Poison,
            },
            Builtin::Refs | Builtin::Uses => self.graph_of(a, builtin == Builtin::Refs),
            Builtin::ModelWith => self.model_with(a),
            Builtin::Stated | Builtin::SecretSource => Value::Poison,
            Builtin::Never | Builtin::RunsPer | Builtin::MinGap | Builtin::Collides => self.schedule(builtin, a, b),
            Builtin::Lost => self.lost(a),
            Builtin::WhyLost => self.why_lost(a, b),
        }
    }

    /// `stated(v.memory)`: whether a slot says it.
    fn stated(&mut self, run: Operands) -> Value {
        let id = self.p.operands(run)[0];
        let (base, field) = match self.p.expr(id).op {
            Op::Field(base, shape, field) => (base, Ok((shape, field))),
            Op::FieldNamed(base, name) => (base, Err(name)),
            _ => return Value::Poison,
        };
        let Value::Obj(object) = self.eval(base) else { return Value::Poison };
        let of = *self.w.object(object);
        let number = match field {
            Ok((shape, field)) if shape == of.shape => Some(field),
            Ok((shape, field)) => {
                let name = self.p.field(shape, field).name;
                self.p.shape(of.shape).field(name, of.tag)
            }
            Err(name) => self.p.shape(of.shape).field(name, of.tag),
        };
        let said = number.and_then(|number| self.w.slot(object, number)).map(|slot| slot.said);
        let is_model = |layer: usize| self.p.models.values().any(|model| *model as usize == layer);
        Value::Bool(said.is_some_and(|said| said.layer().is_none_or(|layer| !is_model(layer))))
    }

    fn folded(&mut self, builtin: Builtin, list: Value, zero: Value, at: NodeRef) -> Value {
        let values = self.elements(list);
        match builtin {
            Builtin::All => Value::Bool(values.iter().all(|value| *value == Value::Bool(true))),
            Builtin::Any => Value::Bool(values.contains(&Value::Bool(true))),
            Builtin::Count => Value::Int(values.len() as i64),
            _ => {
                let mut sum = zero;
                for value in values {
                    sum = self.binary(crate::types::expr::Binary::Add, sum, value, at);
                }
                sum
            }
        }
    }

    fn of_list(&mut self, builtin: Builtin, a: Value, b: Value) -> Value {
        let (count, list) = if builtin == Builtin::Top { (a, b) } else { (Value::Null, a) };
        let mut values = self.elements(list);
        match builtin {
            Builtin::Unique => {
                let mut seen: rustc_hash::FxHashSet<Key> = rustc_hash::FxHashSet::default();
                values.retain(|value| key_of(*value).is_none_or(|key| seen.insert(key)));
            }
            Builtin::Pairs => {
                let all = std::mem::take(&mut values);
                for (place, first) in all.iter().enumerate() {
                    for second in &all[place + 1..] {
                        if values.len() > 1_000_000 {
                            break;
                        }
                        let pair = self.list(&[*first, *second]);
                        values.push(pair);
                    }
                }
            }
            _ => values.sort_by(|a, b| self.listed(*a, *b)),
        }
        match builtin {
            Builtin::Min => values.first().copied().unwrap_or(Value::Null),
            Builtin::Max => values.last().copied().unwrap_or(Value::Null),
            Builtin::Top => {
                values.reverse();
                let count = if let Value::Int(count) = count { count.max(0) as usize } else { 0 };
                values.truncate(count);
                self.list(&values)
            }
            _ => self.list(&values),
        }
    }

    /// Groups by key, in order of first occurrence. With `pairs`, keys and members take turns.
    fn groups(&mut self, list: Value, pairs: bool, only_many: bool) -> Value {
        let Value::List(slice) = list else { return self.list(&[]) };
        let step = if pairs { 2 } else { 1 };
        let count = slice.len as usize / step;
        let seen_twice = only_many.then(|| self.seen_twice(slice, step));
        let mut first: rustc_hash::FxHashMap<Key, u32> = rustc_hash::FxHashMap::default();
        let mut group_of: rustc_hash::FxHashMap<u32, usize> = rustc_hash::FxHashMap::default();
        let mut groups: Vec<Vec<Value>> = Vec::new();
        for number in 0..count {
            let key = self.p.heap.at(slice, number * step);
            let member = self.p.heap.at(slice, number * step + step - 1);
            if key == Value::Null {
                continue;
            }
            let index = match key_of(key) {
                Some(index) if seen_twice.as_ref().is_some_and(|seen| !seen.has(index)) => continue,
                Some(index) => index,
                None => {
                    let text = show::plain(self, key);
                    Key(255, self.p.heap.names.intern(&text).index() as u64)
                }
            };
            let place = *first.entry(index).or_insert(number as u32);
            let is_first = place == number as u32;
            if is_first && only_many {
                continue;
            }
            let group = *group_of.entry(place).or_insert_with(|| {
                groups.push(vec![key]);
                groups.len() - 1
            });
            if !is_first && only_many && groups[group].len() == 1 {
                let opener = self.p.heap.at(slice, place as usize * step + step - 1);
                groups[group].push(opener);
            }
            groups[group].push(member);
        }
        let made: Vec<Value> = groups.iter().map(|group| Value::Group(self.p.heap.store(group))).collect();
        self.list(&made)
    }

    /// Which keys of a list may be there more than once: most are not, and need no table.
    fn seen_twice(&self, slice: Slice, step: usize) -> Sieve {
        let keys = self.p.heap.slice(slice).iter().step_by(step);
        let mut sieve = Sieve::for_keys(slice.len as usize / step);
        keys.filter_map(|key| key_of(*key)).for_each(|key| sieve.add(key));
        sieve
    }

    fn two_lists(&mut self, builtin: Builtin, a: Value, b: Value) -> Value {
        let (left, right) = (self.elements(a), self.elements(b));
        let keys: rustc_hash::FxHashSet<Key> = right.iter().filter_map(|value| key_of(*value)).collect();
        let holds = |this: &Self, value: Value| match key_of(value) {
            Some(key) => {
                keys.contains(&key) || right.iter().any(|other| key_of(*other).is_none() && this.same(*other, value))
            }
            None => right.iter().any(|other| this.same(*other, value)),
        };
        match builtin {
            Builtin::Subset => Value::Bool(left.iter().all(|value| holds(self, *value))),
            _ => {
                let keep = builtin == Builtin::Common;
                let kept: Vec<Value> = left.iter().copied().filter(|value| holds(self, *value) == keep).collect();
                self.list(&kept)
            }
        }
    }

    /// The text of a value that is written as a string; empty for any other.
    fn word(&self, value: Value) -> &str {
        match value {
            Value::Str(name) | Value::Enum(name) => self.p.name(name),
            _ => "",
        }
    }

    fn text(&mut self, builtin: Builtin, a: Value, b: Value, c: Value) -> Value {
        let made = match builtin {
            Builtin::StartsWith => return Value::Bool(self.word(a).starts_with(self.word(b))),
            Builtin::EndsWith => return Value::Bool(self.word(a).ends_with(self.word(b))),
            Builtin::Matches => return Value::Bool(self.word(a).contains(self.word(b))),
            Builtin::LooksLikeSecret => return Value::Bool(crate::types::secrets::class_of(self.word(a)).is_some()),
            Builtin::Len => return Value::Int(self.word(a).chars().count() as i64),
            Builtin::IsAlphanumeric => {
                let text = self.word(a);
                let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                return Value::Bool(is_plain && text.starts_with(|first: char| first.is_ascii_alphabetic()));
            }
            Builtin::IsSlot => {
                let last = if let Value::Int(last) = c { last } else { -1 };
                let (bus, number) = slot(self.word(a));
                return Value::Bool(bus == self.word(b) && number.is_some_and(|number| number <= last));
            }
            Builtin::SlotIndex => return Value::Int(slot(self.word(a)).1.unwrap_or(0)),
            Builtin::SlotBus => {
                let bus = slot(self.word(a)).0;
                match self.p.heap.names.find(bus) {
                    Some(name) => return Value::Str(name),
                    None => bus.to_owned(),
                }
            }
            Builtin::Lower => self.word(a).to_lowercase(),
            Builtin::Take => {
                let count = if let Value::Int(count) = b { count.max(0) as usize } else { 0 };
                self.word(a).chars().take(count).collect()
            }
            Builtin::Before => {
                let text = self.word(a);
                text.split_once(self.word(b)).map_or(text, |(before, _)| before).to_owned()
            }
            _ => match crate::types::secrets::class_of(self.word(a)) {
                Some(class) => class.to_owned(),
                None => return Value::Null,
            },
        };
        self.p.heap.string(&made)
    }

    /// The texts and numbers of an object at a path, through all elements of the lists on the way.
    fn texts_at(&mut self, object: Value, path: Value) -> Value {
        let steps: Vec<_> = self.word(path).split('.').map(|step| self.p.heap.names.find(step)).collect();
        let mut here = vec![object];
        for step in steps {
            // A name that nothing in the lab is called is the name of no field.
            let Some(step) = step else { return self.list(&[]) };
            let entries = here.iter().flat_map(|value| match value {
                Value::Map(entries) => self.p.heap.slice(*entries).chunks_exact(2).collect(),
                _ => Vec::new(),
            });
            let found: Vec<Value> =
                entries.filter(|entry| entry[0] == Value::Str(step)).map(|entry| entry[1]).collect();
            here = found
                .into_iter()
                .flat_map(|value| if matches!(value, Value::List(_)) { self.elements(value) } else { vec![value] })
                .collect();
        }
        let mut texts = Vec::new();
        for value in here {
            match value {
                Value::Str(_) => texts.push(value),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Ip(_) | Value::Cidr(..) => {
                    let text = show::plain(self, value);
                    texts.push(self.p.heap.string(&text));
                }
                _ => {}
            }
        }
        self.list(&texts)
    }

    /// What a schedule's calendar says.
    fn schedule(&mut self, builtin: Builtin, a: Value, b: Value) -> Value {
        let Ok(event) = crate::pve::calendar::parse(self.word(a)) else { return Value::Poison };
        match builtin {
            Builtin::Never => Value::Bool(event.is_never()),
            Builtin::MinGap => event.min_gap().map_or(Value::Null, |minutes| Value::Duration(minutes * 60_000)),
            Builtin::RunsPer => match b {
                Value::Duration(ms) => Value::Float(event.runs_per_day() * ms as f64 / 86_400_000.0),
                _ => Value::Poison,
            },
            _ => match crate::pve::calendar::parse(self.word(b)) {
                Ok(other) => Value::Bool(event.collides(&other)),
                Err(_) => Value::Poison,
            },
        }
    }

    /// The one model for a `device` that shows an id and others besides.
    fn model_with(&mut self, id: Value) -> Value {
        let device = self.p.heap.names.intern("device");
        let shapes = self.p.kind(Scope::STD, device).unwrap_or_default();
        let lists = |layer: &Layer| {
            layer.body.entries.iter().any(|entry| match entry.value {
                Value::List(slice) => slice.len > 1 && self.p.heap.slice(slice).contains(&id),
                _ => false,
            })
        };
        let fitting =
            self.p.layers.iter().enumerate().filter(|(_, layer)| shapes.contains(&layer.shape) && lists(layer));
        let is_model = |number: usize| self.p.models.values().any(|model| *model as usize == number);
        let mut models = fitting.filter(|(number, _)| is_model(*number));
        match (models.next(), models.next()) {
            (Some((_, model)), None) => Value::Str(model.name),
            _ => Value::Null,
        }
    }

    /// Every value of a type in the model: value, owner, path and role.
    fn values_of(&mut self, ty: TyId) -> Value {
        if let Some(slice) = self.w.uses.get(&ty) {
            return Value::List(*slice);
        }
        let base = self.p.types.base(ty);
        let owner_word = self.p.heap.names.intern("owner");
        let use_word = self.p.heap.names.intern("use");
        let own = self.p.heap.names.intern(OWN);
        let is_ref = matches!(self.p.types.get(base), Ty::Obj(..) | Ty::Union(_));
        let fits = |value: &Value| is_ref || !matches!(value, Value::Obj(_));
        // Which fields may hold one, by shape: most objects say none of them.
        let holding: Vec<FieldSet> = self.p.shapes.iter().map(|shape| self.fields_that_hold(shape, base)).collect();
        let mut made = Vec::new();
        for number in 0..self.w.objects.len() {
            let object = ObjId(number as u32);
            let of = *self.w.object(object);
            if of.shape.0 == u16::MAX || !holding[usize::from(of.shape.0)].meets(of.says) {
                continue;
            }
            for place in 0..usize::from(of.len) {
                let slot = self.w.slots[of.first as usize + place];
                let declared = self.p.field(of.shape, slot.field);
                let (declared_ty, name) = (declared.ty, declared.name);
                let Some(many) = self.holds_type(declared_ty, base) else { continue };
                let value = self.read(object, slot.field);
                let values = if many { self.elements(value) } else { vec![value] };
                let role = if self.p.types.is_own(declared_ty, own) { owner_word } else { use_word };
                let path = format!("{}.{}", show::address(self, object), self.p.name(name));
                let path = self.p.heap.string(&path);
                // A field for an address or a thing that has one holds no address where it names the thing.
                for value in values.into_iter().filter(|value| value.is_known() && fits(value)) {
                    let slice = self.p.heap.store(&[value, Value::Obj(object), path, Value::Enum(role)]);
                    made.push(Value::Group(slice));
                }
            }
        }
        let slice = self.p.heap.store(&made);
        self.w.uses.insert(ty, slice);
        Value::List(slice)
    }

    /// The fields of a shape that [`Machine::holds_type`] a type.
    fn fields_that_hold(&self, shape: &Shape, wanted: TyId) -> FieldSet {
        let holding = shape.fields.iter().enumerate().filter(|(_, field)| self.holds_type(field.ty, wanted).is_some());
        FieldSet::of(holding.map(|(number, _)| number as u16))
    }

    /// Whether a field's type is a type, or a list of it.
    fn holds_type(&self, field: TyId, wanted: TyId) -> Option<bool> {
        let base = self.p.types.base(field);
        if base == wanted {
            return Some(false);
        }
        match self.p.types.get(base) {
            Ty::List(element) | Ty::Set(element) if self.p.types.base(*element) == wanted => Some(true),
            Ty::Union(parts) if parts.iter().any(|part| self.p.types.base(*part) == wanted) => Some(false),
            _ => None,
        }
    }

    /// The resources that refer to one, directly.
    pub(crate) fn uses_of(&mut self, thing: ObjId) -> Vec<ObjId> {
        self.make_graph();
        self.w.graph.as_ref().and_then(|graph| graph.uses.get(&thing)).cloned().unwrap_or_default()
    }

    /// What a resource refers to, or what refers to it.
    fn graph_of(&mut self, thing: Value, refs: bool) -> Value {
        let Value::Obj(object) = thing else { return Value::Poison };
        self.make_graph();
        let root = self.w.root(object);
        let graph = self.w.graph.as_ref();
        let table = graph.map(|graph| if refs { &graph.refs } else { &graph.uses });
        let found: Vec<Value> = table
            .and_then(|table| table.get(&root))
            .map(|list| list.iter().map(|id| Value::Obj(*id)).collect())
            .unwrap_or_default();
        self.list(&found)
    }
}

/// Which keys were added more than once: surely not those that it does not have.
struct Sieve {
    once: Vec<u64>,
    twice: Vec<u64>,
    shift: u32,
}

impl Sieve {
    /// Sixteen bits for each of so many keys, so that few that are there once share theirs with another.
    fn for_keys(count: usize) -> Sieve {
        let bits = (count * 16).next_power_of_two().clamp(64, 1 << 26);
        Sieve { once: vec![0; bits / 64], twice: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() }
    }

    fn place(&self, key: Key) -> (usize, u64) {
        let mixed = (key.1 ^ u64::from(key.0) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bit = (mixed >> self.shift) as usize;
        (bit / 64, 1 << (bit % 64))
    }

    fn add(&mut self, key: Key) {
        let (word, bit) = self.place(key);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn has(&self, key: Key) -> bool {
        let (word, bit) = self.place(key);
        self.twice[word] & bit != 0
    }
}

/// The letters and the number of a slot: `scsi7` is `scsi` and 7. A number with leading zeros is none.
fn slot(text: &str) -> (&str, Option<i64>) {
    let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (bus, digits) = text.split_at(at);
    let padded = digits.len() > 1 && digits.starts_with('0');
    (bus, if padded { None } else { digits.parse().ok() })
}
