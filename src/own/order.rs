//! The order between owners: what must be there first is applied first, in as few stages as that takes.

use std::collections::{BTreeMap, BTreeSet};

use super::Owner;

/// One thing to be applied.
#[derive(Clone, Debug)]
pub struct Step {
    /// Who applies it.
    pub owner: Owner,
    /// The steps, by number, that must be done before it.
    pub after: Vec<u32>,
}

/// The stage of each step, from 0. One stage has one owner; steps of one owner that need nothing of another's in between
/// share a stage, because an owner keeps order among its own. Steps that may wait are put off to a stage that their owner
/// has anyway.
///
/// # Errors
/// The numbers of steps that wait for each other in a circle.
pub fn stages(steps: &[Step]) -> Result<Vec<u32>, Vec<u32>> {
    let mut next: Vec<Vec<u32>> = vec![Vec::new(); steps.len()];
    for (number, step) in steps.iter().enumerate() {
        for before in &step.after {
            next[*before as usize].push(number as u32);
        }
    }
    let order = in_order(steps, &next)?;
    let mut earliest = vec![0u32; steps.len()];
    for number in &order {
        earliest[*number as usize] = soonest(steps, *number, &earliest);
    }
    let last = earliest.iter().copied().max().unwrap_or_default();
    let mut latest = vec![last; steps.len()];
    for number in order.iter().rev() {
        let own = steps[*number as usize].owner;
        let bounds = next[*number as usize].iter().map(|after| {
            let after = *after as usize;
            latest[after] - u32::from(steps[after].owner != own)
        });
        latest[*number as usize] = bounds.min().unwrap_or(last);
    }
    // Levels at which an owner has a step that cannot be anywhere else.
    let mut fixed: BTreeMap<Owner, BTreeSet<u32>> = BTreeMap::new();
    for number in 0..steps.len() {
        if earliest[number] == latest[number] {
            fixed.entry(steps[number].owner).or_default().insert(earliest[number]);
        }
    }
    let mut level = vec![0u32; steps.len()];
    for number in order {
        let from = soonest(steps, number, &level);
        let levels = fixed.entry(steps[number as usize].owner).or_default();
        let shared = levels.range(from..=latest[number as usize]).next().copied();
        level[number as usize] = shared.unwrap_or(from);
        levels.insert(level[number as usize]);
    }
    let mut batches: Vec<(u32, Owner)> = level.iter().copied().zip(steps.iter().map(|step| step.owner)).collect();
    batches.sort_unstable();
    batches.dedup();
    let stage = |number: usize| batches.binary_search(&(level[number], steps[number].owner)).map_or(0, |at| at as u32);
    Ok((0..steps.len()).map(stage).collect())
}

/// The first level at which a step may be, when those before it are placed.
fn soonest(steps: &[Step], number: u32, level: &[u32]) -> u32 {
    let step = &steps[number as usize];
    let bounds = step.after.iter().map(|before| {
        let before = *before as usize;
        level[before] + u32::from(steps[before].owner != step.owner)
    });
    bounds.max().unwrap_or_default()
}

/// The steps so that each comes after what it needs.
fn in_order(steps: &[Step], next: &[Vec<u32>]) -> Result<Vec<u32>, Vec<u32>> {
    let mut waiting: Vec<u32> = steps.iter().map(|step| step.after.len() as u32).collect();
    let mut order: Vec<u32> = (0..steps.len() as u32).filter(|number| waiting[*number as usize] == 0).collect();
    let mut done = 0;
    while let Some(number) = order.get(done).copied() {
        done += 1;
        for after in &next[number as usize] {
            waiting[*after as usize] -= 1;
            if waiting[*after as usize] == 0 {
                order.push(*after);
            }
        }
    }
    if done < steps.len() { Err(circle(steps, &waiting)) } else { Ok(order) }
}

/// Walks back from a step that waits for ever until one comes up again.
fn circle(steps: &[Step], waiting: &[u32]) -> Vec<u32> {
    let mut path: Vec<u32> = Vec::new();
    let mut at = waiting.iter().position(|count| *count > 0).unwrap_or(0) as u32;
    while !path.contains(&at) {
        path.push(at);
        let stuck = steps[at as usize].after.iter().copied().find(|before| waiting[*before as usize] > 0);
        at = stuck.unwrap_or(at);
    }
    let start = path.iter().position(|step| *step == at).unwrap_or(0);
    path.split_off(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(owner: Owner, after: &[u32]) -> Step {
        Step { owner, after: after.to_vec() }
    }

    #[test]
    fn an_owner_applies_together_what_needs_nobody_else_in_between() {
        let (api, target) = (Owner::Api, Owner::Target(0));
        let steps = [step(api, &[]), step(target, &[]), step(target, &[0, 1]), step(api, &[2])];
        assert_eq!(stages(&steps), Ok(vec![0, 1, 1, 2]));
        assert_eq!(stages(&[step(target, &[]), step(target, &[0])]), Ok(vec![0, 0]));
    }

    #[test]
    fn what_may_wait_is_put_off_to_a_stage_that_its_owner_has_anyway() {
        let (none, api, target) = (Owner::None, Owner::Api, Owner::Target(0));
        let steps = [
            step(none, &[]),       // a pool
            step(api, &[0]),       // its entry
            step(api, &[]),        // an entry that nothing stands on
            step(none, &[1]),      // a snippet
            step(target, &[1]),    // an image
            step(target, &[3, 4]), // a VM
        ];
        assert_eq!(stages(&steps), Ok(vec![0, 1, 1, 2, 3, 3]));
    }

    #[test]
    fn a_circle_is_its_own_steps_and_not_those_that_wait_for_it() {
        let steps = [step(Owner::Api, &[1]), step(Owner::Target(0), &[0]), step(Owner::Api, &[1])];
        assert_eq!(stages(&steps), Err(vec![0, 1]));
    }
}
