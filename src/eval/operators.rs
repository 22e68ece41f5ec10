//! Two values and an operator.

use crate::eval::errors;
use crate::eval::machine::Machine;
use crate::hir::literal::{ipv6, mask};
use crate::types::expr::{Binary, NodeRef};
use crate::types::value::{Slice, Value};

/// Values that one list may hold.
const LONGEST_LIST: usize = 1_000_000;

impl Machine<'_> {
    /// Computes `a op b`.
    pub(crate) fn binary(&mut self, op: Binary, a: Value, b: Value, at: NodeRef) -> Value {
        if a.is_poison() || b.is_poison() {
            return Value::Poison;
        }
        match op {
            Binary::Eq => Value::Bool(self.same(a, b)),
            Binary::Ne => Value::Bool(!self.same(a, b)),
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => self.compare(op, a, b),
            Binary::In => Value::Bool(self.is_in(a, b)),
            Binary::Within => Value::Bool(self.is_within(a, b)),
            Binary::Overlaps => Value::Bool(self.overlaps(a, b)),
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => self.arithmetic(op, a, b, at),
        }
    }

    /// Whether two values are the same; sets and references compare by what they hold.
    pub(crate) fn same(&self, a: Value, b: Value) -> bool {
        match (a, b) {
            (Value::Null, other) | (other, Value::Null) => matches!(other, Value::Null),
            (Value::Enum(a) | Value::Str(a), Value::Enum(b) | Value::Str(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Obj(a), Value::Obj(b)) => a == b,
            (Value::Obj(object), Value::Str(name)) | (Value::Str(name), Value::Obj(object)) => {
                self.w.object(object).key == Value::Str(name)
            }
            _ => self.p.heap.equal(a, b),
        }
    }

    fn compare(&self, op: Binary, a: Value, b: Value) -> Value {
        use std::cmp::Ordering;
        let Some(order) = self.order(a, b) else { return Value::Poison };
        Value::Bool(match op {
            Binary::Lt => order == Ordering::Less,
            Binary::Le => order != Ordering::Greater,
            Binary::Gt => order == Ordering::Greater,
            _ => order != Ordering::Less,
        })
    }

    /// The order of two values of one type; none where there is none.
    pub(crate) fn order(&self, a: Value, b: Value) -> Option<std::cmp::Ordering> {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(&b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(&b),
            (Value::Size(a), Value::Size(b))
            | (Value::Duration(a), Value::Duration(b))
            | (Value::Rate(a), Value::Rate(b))
            | (Value::Percent(a), Value::Percent(b))
            | (Value::Mac(a), Value::Mac(b))
            | (Value::Pci(a), Value::Pci(b)) => Some(a.cmp(&b)),
            (Value::Ip(a) | Value::Interface(a, _), Value::Ip(b) | Value::Interface(b, _)) => Some(a.cmp(&b)),
            (Value::Str(a) | Value::Enum(a), Value::Str(b) | Value::Enum(b)) => {
                let (a, b) = (self.p.name(a), self.p.name(b));
                // Versions before other texts: `10` after `9`, and yet one order of all texts.
                Some(match (crate::types::version_of(a), crate::types::version_of(b)) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    (Some(_), None) => std::cmp::Ordering::Less,
                    (None, Some(_)) => std::cmp::Ordering::Greater,
                    (None, None) => a.cmp(b),
                })
            }
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(&b)),
            (Value::Obj(a), Value::Obj(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }

    /// The order in which values are listed, whatever they are: total, as sorting needs it.
    pub(crate) fn listed(&self, a: Value, b: Value) -> std::cmp::Ordering {
        match (a, b) {
            (Value::Float(a), Value::Float(b)) => a.total_cmp(&b),
            _ => self.order(a, b).unwrap_or_else(|| sort_of(a).cmp(&sort_of(b))),
        }
    }

    /// Whether `a` is not behind `b` on the line that ranges are cut from. Texts there are IPv6 addresses.
    fn is_up_to(&self, a: Value, b: Value) -> bool {
        match (a, b) {
            (Value::Str(a), Value::Str(b)) => match (ipv6(self.p.name(a)), ipv6(self.p.name(b))) {
                (Some((a, _)), Some((b, _))) => a <= b,
                _ => false,
            },
            _ => self.order(a, b).is_some_and(std::cmp::Ordering::is_le),
        }
    }

    /// `x in xs`
    pub(crate) fn is_in(&self, item: Value, holder: Value) -> bool {
        match holder {
            Value::List(slice) => self.p.heap.slice(slice).iter().any(|value| self.same(*value, item)),
            Value::Group(slice) => self.p.heap.slice(slice)[1..].iter().any(|value| self.same(*value, item)),
            Value::Map(slice) => self.p.heap.slice(slice).chunks_exact(2).any(|pair| self.same(pair[0], item)),
            Value::Range(slice) => {
                let (first, last) = (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1));
                self.is_up_to(first, item) && self.is_up_to(item, last)
            }
            Value::Cidr(network, prefix) => match item {
                Value::Ip(address) | Value::Interface(address, _) => address & mask(prefix) == network,
                _ => false,
            },
            Value::Str(text) | Value::Enum(text) => match item {
                Value::Str(part) | Value::Enum(part) => self.p.name(text).contains(self.p.name(part)),
                _ => false,
            },
            _ => false,
        }
    }

    /// `p within q`: paths by component, ranges, networks and IPv6 prefixes by what they hold.
    pub(crate) fn is_within(&self, inner: Value, outer: Value) -> bool {
        match (inner, outer) {
            (Value::Str(inner), Value::Str(outer)) => {
                let (inner, outer) = (self.p.name(inner), self.p.name(outer));
                if let (Some(inner), Some(outer)) = (ipv6(inner), ipv6(outer)) {
                    return is_in_prefix(inner, outer);
                }
                let outer = outer.trim_end_matches('/');
                inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            (Value::Range(slice), outer) => {
                self.is_in(self.p.heap.at(slice, 0), outer) && self.is_in(self.p.heap.at(slice, 1), outer)
            }
            (Value::Cidr(network, prefix), Value::Cidr(other, wider)) => {
                wider <= prefix && network & mask(wider) == other
            }
            _ => false,
        }
    }

    /// `a overlaps b`: ranges, networks, lists.
    pub(crate) fn overlaps(&self, a: Value, b: Value) -> bool {
        let ends = |slice: Slice| (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1));
        match (a, b) {
            (Value::Range(a), Value::Range(b)) => {
                let ((a_first, a_last), (b_first, b_last)) = (ends(a), ends(b));
                self.is_up_to(a_first, b_last) && self.is_up_to(b_first, a_last)
            }
            (Value::Cidr(a, a_prefix), Value::Cidr(b, b_prefix)) => {
                let wider = mask(a_prefix.min(b_prefix));
                a & wider == b & wider
            }
            (Value::List(a), other) => self.p.heap.slice(a).iter().any(|value| self.is_in(*value, other)),
            _ => false,
        }
    }

    fn arithmetic(&mut self, op: Binary, a: Value, b: Value, at: NodeRef) -> Value {
        let number = |value: Value| match value {
            Value::Int(n) => Some(i128::from(n)),
            Value::Size(n) | Value::Duration(n) | Value::Rate(n) | Value::Percent(n) => Some(i128::from(n)),
            Value::Ip(n) => Some(i128::from(n)),
            _ => None,
        };
        match (a, b) {
            (Value::List(a) | Value::Map(a), Value::List(b) | Value::Map(b))
                if (a.len as usize).saturating_add(b.len as usize) > LONGEST_LIST =>
            {
                self.spend(at)
            }
            (Value::List(a), Value::List(b)) if op == Binary::Add => {
                let mut values = self.p.heap.slice(a).to_vec();
                values.extend_from_slice(self.p.heap.slice(b));
                Value::List(self.p.heap.store(&values))
            }
            (Value::Map(a), Value::Map(b)) if op == Binary::Add => super::build::merge_maps(self.p, a, b),
            (Value::Float(a), Value::Float(b)) => Value::Float(match op {
                Binary::Add => a + b,
                Binary::Sub => a - b,
                Binary::Mul => a * b,
                _ if b == 0.0 => return self.fail(at, errors::division_by_zero),
                _ => a / b,
            }),
            (Value::Float(factor), quantity) | (quantity, Value::Float(factor)) if op == Binary::Mul => {
                match number(quantity) {
                    Some(n) => self.rewrap(quantity, ((n as f64) * factor) as i128, at),
                    None => Value::Poison,
                }
            }
            (Value::Percent(share), quantity) | (quantity, Value::Percent(share))
                if op == Binary::Mul && !matches!(quantity, Value::Int(_)) =>
            {
                match number(quantity) {
                    Some(n) => self.rewrap(quantity, n * i128::from(share) / 10_000, at),
                    None => Value::Poison,
                }
            }
            _ => match (number(a), number(b)) {
                (Some(x), Some(y)) => self.whole(op, a, b, (x, y), at),
                _ => Value::Poison,
            },
        }
    }

    fn whole(&mut self, op: Binary, a: Value, b: Value, (x, y): (i128, i128), at: NodeRef) -> Value {
        let same_kind = std::mem::discriminant(&a) == std::mem::discriminant(&b);
        match op {
            Binary::Add => self.rewrap(a, x + y, at),
            Binary::Sub => self.rewrap(a, x - y, at),
            Binary::Mul => {
                let like = if matches!(a, Value::Int(_)) { b } else { a };
                self.rewrap(like, x * y, at)
            }
            _ if y == 0 => self.fail(at, errors::division_by_zero),
            _ if same_kind => self.rewrap(Value::Int(0), x / y, at),
            _ => self.rewrap(a, x / y, at),
        }
    }

    /// A number as a value of the same type as `like`.
    fn rewrap(&mut self, like: Value, number: i128, at: NodeRef) -> Value {
        let positive = u64::try_from(number);
        let made = match like {
            Value::Int(_) => i64::try_from(number).ok().map(Value::Int),
            Value::Size(_) => positive.ok().map(Value::Size),
            Value::Duration(_) => positive.ok().map(Value::Duration),
            Value::Rate(_) => positive.ok().map(Value::Rate),
            Value::Percent(_) => positive.ok().map(Value::Percent),
            Value::Ip(_) => u32::try_from(number).ok().map(Value::Ip),
            _ => None,
        };
        made.unwrap_or_else(|| self.fail(at, errors::overflow))
    }
}

/// Values of one sort have an order among themselves, or none has.
fn sort_of(value: Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Float(_) => 3,
        Value::Size(_) => 4,
        Value::Duration(_) => 5,
        Value::Rate(_) => 6,
        Value::Percent(_) => 7,
        Value::Ip(_) | Value::Interface(..) => 8,
        Value::Cidr(..) => 9,
        Value::Mac(_) => 10,
        Value::DeviceId(_) => 11,
        Value::Pci(_) => 12,
        Value::Str(_) | Value::Enum(_) => 13,
        Value::Obj(_) => 14,
        Value::List(_) | Value::Map(_) | Value::Range(_) | Value::Group(_) | Value::Appended(_) => 15,
        Value::Poison | Value::Lazy(_) | Value::Running => 16,
    }
}

/// Whether an IPv6 address, or all of a prefix, lies in another prefix.
fn is_in_prefix(inner: (u128, Option<u8>), outer: (u128, Option<u8>)) -> bool {
    let (inside, outside) = (inner.1.unwrap_or(128), outer.1.unwrap_or(128));
    let mask = u128::MAX.checked_shl(128 - u32::from(outside)).unwrap_or(0);
    outside <= inside && inner.0 & mask == outer.0 & mask
}
