//! The order between owners: what must be there first is applied first, in as few stages as that takes.

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
/// share a stage, because an owner keeps order among its own.
///
/// # Errors
/// The numbers of steps that wait for each other in a circle.
pub fn stages(steps: &[Step]) -> Result<Vec<u32>, Vec<u32>> {
    let mut waiting: Vec<u32> = steps.iter().map(|step| step.after.len() as u32).collect();
    let mut next: Vec<Vec<u32>> = vec![Vec::new(); steps.len()];
    for (number, step) in steps.iter().enumerate() {
        for before in &step.after {
            next[*before as usize].push(number as u32);
        }
    }
    let mut ready: Vec<u32> = (0..steps.len() as u32).filter(|number| waiting[*number as usize] == 0).collect();
    let mut level = vec![0u32; steps.len()];
    let mut done = 0;
    while let Some(number) = ready.pop() {
        done += 1;
        for after in &next[number as usize] {
            let after = *after as usize;
            let other = u32::from(steps[after].owner != steps[number as usize].owner);
            level[after] = level[after].max(level[number as usize] + other);
            waiting[after] -= 1;
            if waiting[after] == 0 {
                ready.push(after as u32);
            }
        }
    }
    if done < steps.len() {
        return Err(circle(steps, &waiting));
    }
    let mut order: Vec<(u32, Owner)> = level.iter().copied().zip(steps.iter().map(|step| step.owner)).collect();
    order.sort_unstable();
    order.dedup();
    let stage = |number: usize| order.binary_search(&(level[number], steps[number].owner)).map_or(0, |at| at as u32);
    Ok((0..steps.len()).map(stage).collect())
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
        assert_eq!(stages(&steps), Ok(vec![0, 1, 2, 3]));
        assert_eq!(stages(&[step(target, &[]), step(target, &[0])]), Ok(vec![0, 0]));
    }

    #[test]
    fn a_circle_is_its_own_steps_and_not_those_that_wait_for_it() {
        let steps = [step(Owner::Api, &[1]), step(Owner::Target(0), &[0]), step(Owner::Api, &[1])];
        assert_eq!(stages(&steps), Err(vec![0, 1]));
    }
}
