//! What stands in a room's door, or is exported there, says what it is for.

use std::collections::BTreeSet;

use syn::{Attribute, Ident, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility};

use crate::house::{House, Source};

/// Public items, and their methods, that a door shows without a doc comment.
pub(crate) fn undocumented(house: &House) -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    for door in house.production().filter(|source| is_door(source)) {
        wrong.extend(without_docs(door, None));
        for exported in door.exports() {
            let Some((home, Some(name))) = house.home(&house.full(door, &exported.path)) else { continue };
            wrong.extend(without_docs(home, Some(&name).filter(|name| *name != "*")));
        }
    }
    wrong
}

fn is_door(source: &Source) -> bool {
    source.module.len() == 1 && source.place != "main.rs"
}

/// Of all items of a file, or of one.
fn without_docs(source: &Source, name: Option<&String>) -> Vec<String> {
    let items =
        source.items.iter().filter(|item| item.is_public && name.is_none_or(|name| item.name == *name));
    items.flat_map(|item| &item.without_docs).map(|bare| format!("{}: {bare}", source.place)).collect()
}

/// An item of a file.
pub(crate) struct Shown {
    pub(crate) name: String,
    is_public: bool,
    /// Itself and its public methods, as far as they have no doc comment.
    without_docs: Vec<String>,
}

pub(crate) fn shown(items: &[Item]) -> Vec<Shown> {
    let mut found = Vec::new();
    for item in items {
        let Some((attributes, vis, ident)) = face(item) else { continue };
        let mut without_docs = methods_without_docs(items, ident);
        if !has_docs(attributes) {
            without_docs.push(ident.to_string());
        }
        found.push(Shown { name: ident.to_string(), is_public: is_public(vis), without_docs });
    }
    found
}

/// Attributes, visibility and name of an item that has all three.
fn face(item: &Item) -> Option<(&[Attribute], &Visibility, &Ident)> {
    match item {
        Item::Const(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Enum(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Fn(item) => Some((&item.attrs, &item.vis, &item.sig.ident)),
        Item::Static(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Struct(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Trait(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Type(item) => Some((&item.attrs, &item.vis, &item.ident)),
        Item::Union(item) => Some((&item.attrs, &item.vis, &item.ident)),
        _ => None,
    }
}

/// Methods of a trait, or public ones of a type.
fn methods_without_docs(items: &[Item], owner: &Ident) -> Vec<String> {
    let mut bare = Vec::new();
    for item in items {
        match item {
            Item::Trait(item) if item.ident == *owner => {
                bare.extend(item.items.iter().filter_map(trait_method).filter(|(docs, _)| !has_docs(docs)));
            }
            Item::Impl(block) if is_own_block(block, owner) => {
                bare.extend(block.items.iter().filter_map(public_method).filter(|(docs, _)| !has_docs(docs)));
            }
            _ => {}
        }
    }
    bare.iter().map(|(_, name)| format!("{owner}::{name}")).collect()
}

fn is_own_block(block: &ItemImpl, owner: &Ident) -> bool {
    let Type::Path(own) = &*block.self_ty else { return false };
    block.trait_.is_none() && own.path.segments.last().is_some_and(|last| last.ident == *owner)
}

fn trait_method(item: &TraitItem) -> Option<(&[Attribute], &Ident)> {
    let TraitItem::Fn(method) = item else { return None };
    Some((&method.attrs, &method.sig.ident))
}

fn public_method(item: &ImplItem) -> Option<(&[Attribute], &Ident)> {
    let ImplItem::Fn(method) = item else { return None };
    is_public(&method.vis).then_some((&method.attrs, &method.sig.ident))
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn has_docs(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_door_shows_without_docs_is_found() {
        let door = "mod b; pub use b::{C, D as E}; use b::Hidden; pub const F: u8 = 1;
            /// Good.\npub fn g() {} /// Good.\npub trait H { fn bare(&self); } pub(crate) fn inner() {} #[cfg(test)] pub fn t() {}";
        let below = "pub struct C; /// Good.\npub struct D; pub struct Hidden; pub struct Other;
            impl D { pub fn bare(&self) {} /// Good.\npub fn told(&self) {} fn own(&self) {} }
            impl Clone for D { fn clone(&self) -> D { D } } impl Other { pub fn bare(&self) {} }";
        let house = House::of([("lib.rs", ""), ("a.rs", door), ("a/b.rs", below)]);
        let wanted = ["a.rs: F", "a.rs: H::bare", "a/b.rs: C", "a/b.rs: D::bare"];
        assert_eq!(undocumented(&house), wanted.map(str::to_string).into());
    }
}
