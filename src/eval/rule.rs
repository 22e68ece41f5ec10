//! A refinement in words: `it >= 100` is "at least 100", `is-slot(it, "net", 31)` is "`net0` to `net31`".

use crate::base::Sources;
use crate::eval::machine::Machine;
use crate::types::builtins::Builtin;
use crate::types::expr::{Binary, Op, Operands};
use crate::types::span_of;
use crate::types::value::{ExprId, Value};

/// What a value does not meet of a rule, in words: the parts of an `and` that fail, all of anything else.
pub(crate) fn unmet(machine: &mut Machine<'_>, sources: &Sources, rule: ExprId, value: Value) -> String {
    let mut parts = Vec::new();
    conjuncts(machine, rule, &mut parts);
    let env = machine.p.heap.store(&[value]);
    let mut failing: Vec<String> = Vec::new();
    for part in parts {
        if machine.evaluate_in(part, env, None) == Value::Bool(false) {
            failing.push(words(machine, sources, part));
        }
    }
    machine.unknown = None;
    if failing.is_empty() { words(machine, sources, rule) } else { failing.join(", and ") }
}

fn conjuncts(machine: &Machine<'_>, rule: ExprId, out: &mut Vec<ExprId>) {
    match machine.p.expr(rule).op {
        Op::And(left, right) => {
            conjuncts(machine, left, out);
            conjuncts(machine, right, out);
        }
        _ => out.push(rule),
    }
}

fn words(machine: &Machine<'_>, sources: &Sources, rule: ExprId) -> String {
    let known = match machine.p.expr(rule).op {
        Op::Binary(op, subject, bound) => comparison(machine, sources, op, subject, bound),
        Op::Call(builtin, run) => call(machine, sources, builtin, run),
        Op::Or(left, right) => {
            return format!("{} or {}", words(machine, sources, left), words(machine, sources, right));
        }
        Op::Not(inner) => match machine.p.expr(inner).op {
            Op::Call(Builtin::StartsWith, run) => {
                Some(format!("text that does not begin with {}", argument(machine, sources, run, 1)))
            }
            Op::Call(Builtin::EndsWith, run) => {
                Some(format!("text that does not end with {}", argument(machine, sources, run, 1)))
            }
            Op::Binary(Binary::In, item, holder) if is_it(machine, holder) => {
                Some(format!("text without {}", text(machine, sources, item)))
            }
            _ => None,
        },
        _ => None,
    };
    known.unwrap_or_else(|| format!("a value for which `{}` holds", text(machine, sources, rule)))
}

/// `it >= 100`, `len(it) <= 40`
fn comparison(machine: &Machine<'_>, sources: &Sources, op: Binary, subject: ExprId, bound: ExprId) -> Option<String> {
    let bound = text(machine, sources, bound);
    let what = match machine.p.expr(subject).op {
        Op::Local(0) => "",
        Op::Call(Builtin::Len, run) if is_it(machine, machine.p.operands(run)[0]) => " characters",
        _ => return None,
    };
    match op {
        Binary::Ge if bound == "1" && !what.is_empty() => Some("text that is not empty".to_owned()),
        Binary::Ge => Some(format!("at least {bound}{what}")),
        Binary::Le => Some(format!("at most {bound}{what}")),
        Binary::Gt => Some(format!("more than {bound}{what}")),
        Binary::Lt => Some(format!("less than {bound}{what}")),
        Binary::Eq => Some(format!("{bound}{what}")),
        Binary::Ne => Some(format!("anything but {bound}{what}")),
        Binary::In => Some(format!("a value in {bound}")),
        Binary::Within => Some(format!("a path within {bound}")),
        Binary::Overlaps | Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => None,
    }
}

fn call(machine: &Machine<'_>, sources: &Sources, builtin: Builtin, run: Operands) -> Option<String> {
    if !machine.p.operands(run).first().is_some_and(|first| is_it(machine, *first)) {
        return None;
    }
    let argument = |number: usize| argument(machine, sources, run, number);
    match builtin {
        Builtin::IsSlot => {
            let prefix = argument(1);
            let prefix = prefix.trim_matches('"');
            Some(format!("`{prefix}0` to `{prefix}{}`", argument(2)))
        }
        Builtin::IsMultiple => Some(match argument(1).strip_prefix('1') {
            Some(unit) if unit.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                format!("a whole number of {unit}")
            }
            _ => format!("a multiple of {}", argument(1)),
        }),
        Builtin::IsAlphanumeric => Some("a letter, and then letters and digits only".to_owned()),
        Builtin::StartsWith => Some(format!("text that begins with {}", argument(1))),
        Builtin::EndsWith => Some(format!("text that ends with {}", argument(1))),
        _ => None,
    }
}

fn is_it(machine: &Machine<'_>, id: ExprId) -> bool {
    matches!(machine.p.expr(id).op, Op::Local(0))
}

fn argument(machine: &Machine<'_>, sources: &Sources, run: Operands, number: usize) -> String {
    machine.p.operands(run).get(number).map_or_else(String::new, |id| text(machine, sources, *id))
}

/// An expression as its source has it, on one line.
fn text(machine: &Machine<'_>, sources: &Sources, id: ExprId) -> String {
    let span = span_of(machine.units, machine.p.expr(id).at);
    sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
