//! Circles of files inside a room: files that need each other cannot be understood one by one.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::{House, Source};

/// Files that each need all others, sorted.
pub(crate) type Circle = Vec<String>;

/// Pairs that are one thing in two files, and why.
pub(crate) const NATURAL: &[(&[&str], &str)] = &[(
    &["protocol/consumer/commit.rs", "protocol/consumer/coordinator.rs"],
    "a commit is a call to the coordinator, which remembers what each commit was for",
)];

/// Circles that wait to be untied. The list may only shrink.
pub(crate) const KNOWN: &[&[&str]] = &[];

/// Which files of its room each file names. A parent and what is below it are one thing.
fn needs(house: &House) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut needs = BTreeMap::new();
    for source in house.production() {
        let mut named = BTreeSet::new();
        for path in house.paths(source).iter().filter(|path| path.len() > 1) {
            let Some((home, _)) = house.home(path) else { continue };
            if home.room() == source.room() && !are_family(home, source) {
                named.insert(home.place.as_str());
            }
        }
        needs.insert(source.place.as_str(), named);
    }
    needs
}

fn are_family(a: &Source, b: &Source) -> bool {
    a.module.starts_with(&b.module) || b.module.starts_with(&a.module)
}

/// Everything that can be reached from a file.
fn reached<'a>(needs: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = needs[from].iter().copied().collect();
    while let Some(place) = open.pop() {
        if reached.insert(place) {
            open.extend(&needs[place]);
        }
    }
    reached
}

pub(crate) fn circles(house: &House) -> BTreeSet<Circle> {
    let needs = needs(house);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        needs.keys().map(|place| (*place, reached(&needs, place))).collect();
    let circle_of = |place: &str| -> Circle {
        let others = reached[place].iter().filter(|other| reached[*other].contains(place));
        others.map(ToString::to_string).collect()
    };
    needs.keys().map(|place| circle_of(place)).filter(|circle| !circle.is_empty()).collect()
}

/// Circles with their arrows that are not listed, and what of the lists is out of date.
pub(crate) fn against_the_lists(house: &House, natural: &[Circle], known: &[Circle]) -> Vec<String> {
    let found = circles(house);
    let listed: Vec<&Circle> = natural.iter().chain(known).collect();
    let mut wrong = Vec::new();
    for gone in listed.iter().filter(|circle| !found.iter().any(|one| is_within(circle, one))) {
        wrong.push(format!("is no circle any more: delete from the list\n    &{gone:?},"));
    }
    for circle in found.iter().filter(|circle| !listed.contains(circle)) {
        let what = unlisted(circle, &listed);
        wrong.push(format!("{what}\n    &{circle:?},\n{}", arrows(house, circle)));
    }
    wrong
}

fn is_within(inner: &Circle, outer: &Circle) -> bool {
    inner.iter().all(|place| outer.contains(place))
}

fn unlisted(circle: &Circle, listed: &[&Circle]) -> &'static str {
    if listed.iter().any(|listed| is_within(circle, listed)) {
        "is what is left of a listed circle: write in its place"
    } else if listed.iter().any(|listed| is_within(listed, circle)) {
        "is a listed circle that has grown: untie what is new"
    } else {
        "is a new circle: untie it"
    }
}

/// The arrows that make a circle.
fn arrows(house: &House, circle: &Circle) -> String {
    let needs = needs(house);
    let mut lines = Vec::new();
    for place in circle {
        let inside = needs[place.as_str()].iter().filter(|other| circle.iter().any(|one| one == *other));
        let inside: Vec<&str> = inside.copied().collect();
        lines.push(format!("        {place} -> {}", inside.join(", ")));
    }
    lines.join("\n")
}

/// A list as the comparison takes it.
pub(crate) fn listed<'a>(circles: impl IntoIterator<Item = &'a &'a [&'a str]>) -> Vec<Circle> {
    let mut listed: Vec<Circle> = Vec::new();
    for circle in circles {
        let mut places: Circle = circle.iter().map(ToString::to_string).collect();
        places.sort();
        listed.push(places);
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house() -> House {
        House::of([
            ("lib.rs", ""),
            ("a.rs", "mod b; mod c; mod d; mod e; pub use c::C; fn f() { b::g(); }"),
            ("a/b.rs", "use super::C; use crate::a::f; #[cfg(test)] mod tests { use crate::a::d::D; }"),
            ("a/c.rs", "use std::fmt; pub struct C; fn h() { self::fmt(); vec![super::e::E]; }"),
            ("a/d.rs", "use crate::a::b::g; use crate::x::X;"),
            ("a/e.rs", "mod deep; pub struct E(deep::X, super::b::B);"),
            ("a/e/deep.rs", "use super::E; use crate::a::d::D;"),
            ("x.rs", "use crate::a::d::D; pub struct X;"),
        ])
    }

    fn ring() -> Circle {
        ["a/b.rs", "a/c.rs", "a/e.rs"].map(str::to_string).to_vec()
    }

    #[test]
    fn a_circle_is_found_through_the_door_but_not_through_tests_parents_and_other_rooms() {
        assert_eq!(circles(&house()), BTreeSet::from([ring()]));
    }

    #[test]
    fn new_circles_are_refused_and_listed_ones_must_exist() {
        assert!(against_the_lists(&house(), &[], &[ring()]).is_empty());
        let new = against_the_lists(&house(), &[], &[]);
        assert!(new[0].starts_with("is a new circle") && new[0].contains("a/b.rs -> a/c.rs"), "{new:?}");
        let larger = [&ring()[..], &["a/d.rs".to_string()]].concat();
        let shrunk = against_the_lists(&house(), &[], &[larger]);
        assert!(shrunk[0].starts_with("is no circle any more"), "{shrunk:?}");
        assert!(shrunk[1].starts_with("is what is left"), "{shrunk:?}");
        let grown = against_the_lists(&house(), &[ring()[..2].to_vec()], &[]);
        assert!(matches!(&grown[..], [one] if one.starts_with("is a listed circle that has grown")));
    }
}
