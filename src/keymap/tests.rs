//! Typing through the map, reading it backwards, and the mistakes of files.

use super::*;

const ACTIONS: [&str; 5] = ["quit", "top", "bottom", "step", "sort"];

const GLOBAL: Context = Context("global");
const LIST: Context = Context("list");

fn resolve(name: &str) -> Result<&'static str, String> {
    let known = ACTIONS.iter().find(|known| **known == name).copied();
    known.ok_or_else(|| format!("`{name}` is not an action"))
}

fn parse(text: &str) -> Result<Keymap<&'static str>, KeymapError> {
    Keymap::parse(&[GLOBAL, LIST], "keys.toml", text, resolve)
}

fn map(text: &str) -> Keymap<&'static str> {
    parse(text).unwrap()
}

fn typed(text: &str) -> Vec<Key> {
    text.parse::<Keys>().unwrap().0
}

const SAMPLE: &str = "[global]\n\"q\" = \"quit\"\n\"s\" = \"sort\"\n\"g g\" = \"top\"\n\
    [list]\n\"G\" = \"bottom\"\n\"s\" = \"step\"\n\"end\" = \"bottom\"\n";

#[test]
fn sequences_wait_for_their_last_key() {
    let map = map(SAMPLE);
    let look = |keys: &str| map.lookup(&[LIST, GLOBAL], &typed(keys));
    assert_eq!(look("g"), Lookup::Pending);
    assert_eq!(look("g g"), Lookup::Run("top"));
    assert_eq!(look("g x"), Lookup::None);
    assert_eq!(look("x"), Lookup::None);
    assert_eq!(look("q"), Lookup::Run("quit"));
}

#[test]
fn the_nearer_context_wins() {
    let map = map(SAMPLE);
    assert_eq!(map.lookup(&[LIST, GLOBAL], &typed("s")), Lookup::Run("step"));
    assert_eq!(map.lookup(&[GLOBAL], &typed("s")), Lookup::Run("sort"));
}

#[test]
fn read_backwards_it_names_only_keys_that_work() {
    let map = map(SAMPLE);
    let keys = |contexts: &[Context], action| -> Vec<String> {
        map.keys_of(contexts, action).iter().map(Keys::to_string).collect()
    };
    assert_eq!(keys(&[LIST, GLOBAL], "bottom"), ["G", "end"]);
    assert_eq!(keys(&[GLOBAL], "sort"), ["s"]);
    assert_eq!(keys(&[LIST, GLOBAL], "sort"), [""; 0]);
}

#[test]
fn continuations_follow_a_prefix() {
    let follow = map(SAMPLE).continuations(&[GLOBAL], &typed("g"));
    assert_eq!(follow, [("g".parse().unwrap(), "top")]);
}

#[test]
fn mistakes_are_told_with_their_line() {
    let told = |text: &str| parse(text).unwrap_err().to_string();
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
        told("[moon]\n\"q\" = \"quit\"\n")
            == "keys.toml:1: [moon] is not a context; contexts are global, list"
    );
    assert!(told("[global]\n\"hyper-q\" = \"quit\"\n").starts_with("keys.toml:2: `hyper-q` is not a key"));
    assert!(told("[global]\n\"q\" = \"quit\"\n\"q\" = \"top\"\n").starts_with("keys.toml:3: duplicate key"));
}

#[test]
fn a_sequence_that_is_put_replaces_what_collides_with_it() {
    let mut map = map(SAMPLE);
    map.put(GLOBAL, &"g".parse().unwrap(), "step");
    assert_eq!(map.lookup(&[GLOBAL], &typed("g")), Lookup::Run("step"));
    assert_eq!(map.lookup(&[GLOBAL], &typed("q")), Lookup::Run("quit"));
}

#[test]
fn a_users_file_replaces_and_frees_single_keys() {
    let user = UserKeys::file("mine", "[global]\n\"q\" = \"none\"\n\"g\" = \"bottom\"\n");
    let (map, replaced) = map(SAMPLE).with_user_keys(&user, resolve).unwrap();
    let look = |keys: &str| map.lookup(&[GLOBAL], &typed(keys));
    assert_eq!(look("q"), Lookup::None);
    assert_eq!(look("g"), Lookup::Run("bottom"));
    assert_eq!(look("s"), Lookup::Run("sort"));
    let taken = &replaced[0];
    assert_eq!((replaced.len(), taken.place.as_str(), taken.action), (1, "mine:3", "bottom"));
    assert_eq!(taken.was, [("g g".parse().unwrap(), "top")]);
}
