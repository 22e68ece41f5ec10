//! `--set NAME=VALUE`: text to a value of the input's type.

use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::eval::errors;
use crate::hir::{What, literal};
use crate::resolve::{Scope, Unit};
use crate::session::compile::Given;
use crate::types::ty::{Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Program};

/// The values given on the command line, by input.
pub fn given(
    p: &mut Program,
    set: &[(String, String)],
    units: &[Unit],
    sources: &Sources,
    out: &mut Vec<Diagnostic>,
) -> Given {
    let mut values = Given::default();
    for (name, text) in set {
        let interned = p.heap.names.intern(name);
        let input = units.iter().enumerate().find(|(_, unit)| {
            unit.scope == Scope::ROOT
                && unit.items.items.iter().any(|item| item.what == What::Input && item.name == Some(interned))
        });
        let Some((unit, _)) = input else {
            out.push(errors::bad_input(name, "there is no such input"));
            continue;
        };
        let ty = Checker::new(p, units, sources, &mut Vec::new(), unit as u32).input_type(interned);
        match ty.and_then(|ty| value_of(p, text, ty)) {
            Some(value) => {
                values.insert(interned, value);
            }
            None => {
                let shown = ty.map_or_else(|| "?".to_owned(), |ty| p.show(ty));
                out.push(errors::bad_input(name, &format!("expected {shown}, found `{}`", text.escape_debug())));
            }
        }
    }
    values
}

/// A text as a value of a type.
fn value_of(p: &mut Program, text: &str, ty: TyId) -> Option<Value> {
    let base = p.types.base(ty);
    Some(match p.types.get(base).clone() {
        Ty::Bool => Value::Bool(text.parse().ok()?),
        Ty::Int => match text.strip_prefix('-') {
            Some(rest) => Value::Int(-literal::int(rest).ok()?),
            None => Value::Int(literal::int(text).ok()?),
        },
        Ty::Float => Value::Float(literal::float(text).ok()?),
        Ty::Str => p.heap.string(text),
        Ty::Size => Value::Size(literal::size(text).ok()?),
        Ty::Duration => Value::Duration(literal::duration(text).ok()?),
        Ty::Rate => Value::Rate(literal::rate(text).ok()?),
        Ty::Percent => Value::Percent(literal::percent(text).ok()?),
        Ty::Ip => Value::Ip(literal::ip(text).ok()?),
        Ty::Cidr => literal::cidr(text).map(|(network, prefix)| Value::Cidr(network, prefix)).ok()?,
        Ty::Mac => Value::Mac(literal::mac(text).ok()?),
        Ty::Domain(domain) if crate::types::is_domain(domain, text) => p.heap.string(text),
        Ty::Enum(members) => {
            let name = p.heap.names.intern(text);
            members.contains(&name).then_some(Value::Enum(name))?
        }
        Ty::List(element) | Ty::Set(element) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            let values: Option<Vec<Value>> = parts.map(|part| value_of(p, part, element)).collect();
            Value::List(p.heap.store(&values?))
        }
        _ => return None,
    })
}

impl Checker<'_> {
    /// The type of an input.
    fn input_type(&mut self, name: crate::base::Name) -> Option<TyId> {
        self.binding_type(name)
    }
}
