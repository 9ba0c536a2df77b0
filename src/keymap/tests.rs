//! Typing through the map, reading it backwards, and the mistakes of files.

use super::*;

const ACTIONS: [&str; 5] = ["quit", "top", "bottom", "step", "sort"];

fn resolve(name: &str) -> Option<&'static str> {
    ACTIONS.iter().find(|known| **known == name).copied()
}

fn map(text: &str) -> Keymap<&'static str> {
    Keymap::parse("keys.toml", text, resolve).unwrap()
}

fn typed(text: &str) -> Vec<Key> {
    text.parse::<Keys>().unwrap().0
}

const SAMPLE: &str = "[global]\n\"q\" = \"quit\"\n\"s\" = \"sort\"\n\"g g\" = \"top\"\n\
    [list]\n\"G\" = \"bottom\"\n\"s\" = \"step\"\n\"end\" = \"bottom\"\n";

#[test]
fn sequences_wait_for_their_last_key() {
    let map = map(SAMPLE);
    let look = |keys: &str| map.lookup(&[Context::List, Context::Global], &typed(keys));
    assert_eq!(look("g"), Lookup::Pending);
    assert_eq!(look("g g"), Lookup::Run("top"));
    assert_eq!(look("g x"), Lookup::None);
    assert_eq!(look("x"), Lookup::None);
    assert_eq!(look("q"), Lookup::Run("quit"));
}

#[test]
fn the_nearer_context_wins() {
    let map = map(SAMPLE);
    assert_eq!(map.lookup(&[Context::List, Context::Global], &typed("s")), Lookup::Run("step"));
    assert_eq!(map.lookup(&[Context::Global], &typed("s")), Lookup::Run("sort"));
}

#[test]
fn read_backwards_it_names_only_keys_that_work() {
    let map = map(SAMPLE);
    let keys = |contexts: &[Context], action| -> Vec<String> {
        map.keys_of(contexts, action).iter().map(Keys::to_string).collect()
    };
    assert_eq!(keys(&[Context::List, Context::Global], "bottom"), ["G", "end"]);
    assert_eq!(keys(&[Context::Global], "sort"), ["s"]);
    assert_eq!(keys(&[Context::List, Context::Global], "sort"), [""; 0]);
}

#[test]
fn continuations_follow_a_prefix() {
    let follow = map(SAMPLE).continuations(&[Context::Global], &typed("g"));
    assert_eq!(follow, [("g".parse().unwrap(), "top")]);
}

#[test]
fn mistakes_are_told_with_their_line() {
    let told = |text: &str| Keymap::parse("keys.toml", text, resolve).unwrap_err().to_string();
    assert_eq!(
        told("[global]\n\"q\" = \"quit\"\n\"q x\" = \"top\"\n"),
        "keys.toml:3: `q x` collides with `q` in [global]"
    );
    assert_eq!(
        told("[global]\n\"ctrl-X\" = \"quit\"\n\n\"ctrl-x\" = \"top\"\n"),
        "keys.toml:4: `ctrl-x` collides with `ctrl-x` in [global]"
    );
    assert!(told("[global]\n\"q\" = \"dance\"\n").starts_with("keys.toml:2: `dance` is not an action"));
    assert!(
        told("[moon]\n\"q\" = \"quit\"\n").starts_with("keys.toml:1: [moon] is not a context; contexts are")
    );
    assert!(told("[global]\n\"hyper-q\" = \"quit\"\n").starts_with("keys.toml:2: `hyper-q` is not a key"));
    assert!(told("[global]\n\"q\" = \"quit\"\n\"q\" = \"top\"\n").starts_with("keys.toml:3: duplicate key"));
}

#[test]
fn a_users_file_replaces_and_frees_single_keys() {
    let map =
        map(SAMPLE).with_user_file("mine", "[global]\n\"q\" = \"none\"\n\"g\" = \"top\"\n", resolve).unwrap();
    let look = |keys: &str| map.lookup(&[Context::Global], &typed(keys));
    assert_eq!(look("q"), Lookup::None);
    assert_eq!(look("g"), Lookup::Run("top"));
    assert_eq!(look("s"), Lookup::Run("sort"));
}

#[test]
fn the_default_file_is_sound() {
    let names = std::cell::RefCell::new(Vec::new());
    let any = |name: &str| {
        let mut names = names.borrow_mut();
        names.push(name.to_string());
        Some(names.len())
    };
    let map = Keymap::parse("default.toml", DEFAULT, any).unwrap();
    assert!(map.rows().count() > 50);
}
