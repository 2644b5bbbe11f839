//! Which module uses which, and the circles in that.

use crate::source::{Module, Place, Reference};
use std::collections::{BTreeMap, HashMap, VecDeque};

type Modules = HashMap<Place, Module>;
/// For each module, the modules that it uses, each with the path by which it does.
type Uses = BTreeMap<Place, BTreeMap<Place, String>>;

/// Aliases of aliases that are followed, at most.
const DEEPEST: usize = 16;

/// The circles of a crate in words, each at its shortest: one for each set of modules that hang together.
pub fn circles(modules: &Modules) -> Vec<String> {
    let mut uses = uses(modules);
    let mut circles = Vec::new();
    while let Some(circle) = uses.keys().filter_map(|start| shortest(&uses, start)).min_by_key(Vec::len) {
        let mut words = String::new();
        for (from, to) in circle.iter().zip(circle.iter().cycle().skip(1)) {
            words.push_str(&format!("  {} uses {} (as {})\n", shown(from), shown(to), uses[from][to]));
        }
        circles.push(words);
        // One line less, so that the next circle is another one.
        let (from, to) = (circle[0].clone(), circle[1 % circle.len()].clone());
        uses.get_mut(&from).map(|to_all| to_all.remove(&to));
    }
    circles
}

fn shown(place: &Place) -> String {
    if place.is_empty() { "the root".to_owned() } else { place.join("::") }
}

/// The shortest way from a module back to itself.
fn shortest(uses: &Uses, start: &Place) -> Option<Vec<Place>> {
    let mut came_from: BTreeMap<&Place, &Place> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for to in uses.get(at).into_iter().flat_map(BTreeMap::keys) {
            if to == start {
                let mut way = vec![at.clone()];
                let mut at = at;
                while let Some(before) = came_from.get(at) {
                    way.push((*before).clone());
                    at = before;
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(to) {
                came_from.insert(to, at);
                queue.push_back(to);
            }
        }
    }
    None
}

fn uses(modules: &Modules) -> Uses {
    let mut uses = Uses::new();
    for (place, module) in modules {
        let mine = uses.entry(place.clone()).or_default();
        // A module without anything of its own only shows what is in others.
        let is_front = module.items.is_empty();
        for path in module.paths.iter().filter(|path| !(path.passes_on && is_front)) {
            if let Some(target) = resolved(modules, place, path, 0)
                && !target.starts_with(place)
                && !place.starts_with(&target)
            {
                mine.entry(target).or_insert_with(|| path.parts.join("::"));
            }
        }
    }
    uses
}

/// The module in which that is which a path names; none when it is in another crate, or no path to a module.
fn resolved(modules: &Modules, place: &Place, path: &Reference, deep: usize) -> Option<Place> {
    let mut depth = path.depth;
    let mut at = place.clone();
    let mut parts = path.parts.iter().peekable();
    match parts.peek()?.as_str() {
        "crate" => {
            at = Place::new();
            parts.next();
        }
        "self" | "super" => {
            while let Some(part) = parts.next_if(|part| ["self", "super"].contains(&part.as_str())) {
                if part == "super" && depth > 0 {
                    depth -= 1;
                } else if part == "super" {
                    at.pop()?;
                }
            }
        }
        child if modules[place].children.contains(child) => {}
        _ => return None,
    }
    parts
        .try_fold(Some(at), |at, part| match at.map(|at| step(modules, at, part, deep)) {
            Some(Step::To(place)) => Ok(Some(place)),
            Some(Step::Ends(place)) => Err(Some(place)),
            Some(Step::Leaves) | None => Err(None),
        })
        .unwrap_or_else(|ended| ended)
}

enum Step {
    /// Into a module.
    To(Place),
    /// It is something in this module.
    Ends(Place),
    /// It is in another crate.
    Leaves,
}

fn step(modules: &Modules, mut at: Place, part: &str, deep: usize) -> Step {
    let module = &modules[&at];
    if module.children.contains(part) {
        at.push(part.to_owned());
        return Step::To(at);
    }
    if module.items.contains(part) || deep > DEEPEST {
        return Step::Ends(at);
    }
    if let Some(import) = module.imports.get(part) {
        return match resolved(modules, &at, &import.path, deep + 1) {
            Some(place) => Step::To(place),
            // Something of another crate, which this module offers as its own.
            None if import.public => Step::Ends(at),
            None => Step::Leaves,
        };
    }
    for glob in &module.globs {
        if let Some(behind) = resolved(modules, &at, glob, deep + 1)
            && behind != at
            && offers(&modules[&behind], part)
        {
            return step(modules, behind, part, deep + 1);
        }
    }
    // An exported macro has its name at the root, wherever it is defined.
    let defines = |module: &Module| module.macros.contains(part);
    let macro_of = modules.iter().find(|(_, module)| at.is_empty() && defines(module)).map(|(place, _)| place.clone());
    // Otherwise it is a variant of an enum.
    Step::Ends(macro_of.unwrap_or(at))
}

fn offers(module: &Module, name: &str) -> bool {
    module.items.contains(name) || module.children.contains(name) || module.imports.contains_key(name)
}
