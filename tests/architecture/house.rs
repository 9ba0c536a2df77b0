//! The files of the house, what each of them says, and where a path leads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use syn::{Item, UseTree, Visibility};

use crate::doors::{self, Shown};
use crate::tokens::{self, FunctionLines};

/// The house as it stands.
pub(crate) static HOUSE: LazyLock<House> = LazyLock::new(House::read);

/// One file of `src/` and what was read from it.
pub(crate) struct Source {
    /// Where it stands inside `src/`: `app/explore.rs`.
    pub(crate) place: String,
    /// Its path as a module: `["app", "explore"]`.
    pub(crate) module: Vec<String>,
    /// The whole file is a module of tests.
    pub(crate) is_test: bool,
    pub(crate) opens_with_purpose: bool,
    /// How many lines it has without its tests.
    pub(crate) lines: usize,
    /// All functions, those of tests too.
    pub(crate) functions: Vec<FunctionLines>,
    /// It says `unsafe`, in its tests or outside.
    pub(crate) is_unsafe: bool,
    /// Matches on booleans and on `()` outside its tests.
    pub(crate) odd_matches: usize,
    /// Items outside its tests.
    pub(crate) items: Vec<Shown>,
    /// Paths as they are written outside its tests.
    written: BTreeSet<Vec<String>>,
    test_modules: Vec<String>,
    uses: Vec<Use>,
}

/// One name that a `use` brings into a file.
pub(crate) struct Use {
    name: String,
    pub(crate) path: Vec<String>,
    is_public: bool,
}

impl Source {
    fn new(place: &str, text: &str) -> Source {
        let all = tokens::parse(text);
        let stripped = tokens::without_tests(all.clone());
        let file: syn::File = syn::parse2(stripped.code.clone()).unwrap_or_else(|e| panic!("{place}: {e}"));
        Source {
            place: place.to_string(),
            module: module_of(place),
            is_test: false,
            opens_with_purpose: text.starts_with("//! "),
            lines: text.lines().count() - stripped.test_lines,
            functions: tokens::functions(all.clone()),
            is_unsafe: tokens::paths(all).iter().any(|path| *path == ["unsafe"]),
            odd_matches: tokens::odd_matches(stripped.code.clone()),
            items: doors::shown(&file.items),
            written: tokens::paths(stripped.code).into_iter().collect(),
            test_modules: stripped.test_modules,
            uses: uses(&file.items),
        }
    }

    pub(crate) fn room(&self) -> &str {
        self.place.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// The names that it exports from other files.
    pub(crate) fn exports(&self) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(|one| one.is_public)
    }

    fn defines(&self, name: &str) -> bool {
        self.items.iter().any(|item| item.name == name)
    }
}

fn module_of(place: &str) -> Vec<String> {
    let parts = place.trim_end_matches(".rs").split('/').map(str::to_string);
    parts.filter(|part| part != "lib").collect()
}

fn uses(items: &[Item]) -> Vec<Use> {
    let mut found = Vec::new();
    for item in items {
        let Item::Use(item) = item else { continue };
        let is_public = matches!(item.vis, Visibility::Public(_));
        for (name, path) in leaves(&[], &item.tree) {
            found.push(Use { name, path, is_public });
        }
    }
    found
}

/// The names in a tree of imports with their paths; `*` is a name too.
fn leaves(prefix: &[String], tree: &UseTree) -> Vec<(String, Vec<String>)> {
    let with = |word: &dyn ToString| [prefix, &[word.to_string()]].concat();
    match tree {
        UseTree::Path(path) => leaves(&with(&path.ident), &path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(|tree| leaves(prefix, tree)).collect(),
        UseTree::Name(name) if name.ident == "self" => {
            prefix.last().map(|last| (last.clone(), prefix.to_vec())).into_iter().collect()
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), with(&name.ident))],
        UseTree::Rename(name) => vec![(name.rename.to_string(), with(&name.ident))],
        UseTree::Glob(_) => vec![("*".to_string(), with(&"*"))],
    }
}

/// All files; small ones made of snippets serve the tests of the tests.
pub(crate) struct House {
    pub(crate) sources: Vec<Source>,
    modules: BTreeMap<Vec<String>, usize>,
}

impl House {
    fn read() -> House {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut texts = BTreeMap::new();
        for path in files_under(&root) {
            if path.ends_with(".rs") {
                let place = path.trim_start_matches(&*root.to_string_lossy()).replace('\\', "/");
                texts.insert(place.trim_start_matches('/').to_string(), fs::read_to_string(&path).unwrap());
            }
        }
        assert!(texts.len() > 20, "the sources were not found");
        House::of(texts.iter().map(|(place, text)| (&**place, &**text)))
    }

    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> House {
        let mut sources: Vec<Source> =
            texts.into_iter().map(|(place, text)| Source::new(place, text)).collect();
        let tests: BTreeSet<Vec<String>> = sources
            .iter()
            .flat_map(|source| source.test_modules.iter().map(|name| child(&source.module, name)))
            .collect();
        for source in &mut sources {
            source.is_test = (1..=source.module.len()).any(|end| tests.contains(&source.module[..end]));
        }
        let modules = sources.iter().enumerate().map(|(at, source)| (source.module.clone(), at)).collect();
        House { sources, modules }
    }

    /// The files that are compiled without tests.
    pub(crate) fn production(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.is_test)
    }

    /// Everything that a file names without its tests, as full paths: `crate::..`, or those of a library.
    pub(crate) fn paths(&self, source: &Source) -> BTreeSet<Vec<String>> {
        source.written.iter().map(|path| self.full(source, path)).collect()
    }

    /// A path as it reads from the root, the first word being an import, a child or a way up.
    pub(crate) fn full(&self, source: &Source, path: &[String]) -> Vec<String> {
        let import = source.uses.iter().find(|one| one.name == path[0] && one.name != "*");
        let whole = match import {
            Some(import) => [&import.path, &path[1..]].concat(),
            None => path.to_vec(),
        };
        let ups = whole.iter().take_while(|word| *word == "super").count();
        let own = &source.module[..source.module.len().saturating_sub(ups)];
        let is_child = || self.modules.contains_key(&child(own, &whole[0]));
        let crate_word = vec!["crate".to_string()];
        if ups > 0 {
            [&crate_word, own, &whole[ups..]].concat()
        } else if whole[0] == "self" {
            [&crate_word, own, &whole[1..]].concat()
        } else if whole[0] != "crate" && is_child() {
            [&crate_word, own, &whole].concat()
        } else {
            whole
        }
    }

    /// The file that defines what a full path names, through the re-exports of other files, and the name there.
    pub(crate) fn home(&self, full: &[String]) -> Option<(&Source, Option<String>)> {
        self.home_within(full, 8)
    }

    fn home_within(&self, full: &[String], steps: usize) -> Option<(&Source, Option<String>)> {
        let path = full.strip_prefix(&["crate".to_string()])?;
        let (deep, source) = (0..=path.len())
            .rev()
            .find_map(|deep| Some((deep, &self.sources[*self.modules.get(&path[..deep])?])))?;
        let Some(name) = path.get(deep) else { return Some((source, None)) };
        let exported = source.uses.iter().find(|one| one.name == *name && name != "*");
        let onward = match exported.filter(|_| steps > 0) {
            Some(one) => self.home_within(&self.full(source, &one.path), steps - 1),
            None => self.behind_a_glob(source, name),
        };
        onward.or_else(|| Some((source, Some(name.clone()))))
    }

    /// The file behind `use child::*` that defines the name.
    fn behind_a_glob(&self, source: &Source, name: &str) -> Option<(&Source, Option<String>)> {
        let globs = source.uses.iter().filter(|one| one.name == "*");
        let mut files = globs.filter_map(|one| {
            let full = self.full(source, &one.path[..one.path.len() - 1]);
            self.modules.get(full.strip_prefix(&["crate".to_string()])?)
        });
        let at = files.find(|at| self.sources[**at].defines(name))?;
        Some((&self.sources[*at], Some(name.to_string())))
    }
}

fn child(module: &[String], name: &str) -> Vec<String> {
    [module, &[name.to_string()]].concat()
}

/// All files under a folder.
pub(crate) fn files_under(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_under(&path));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house() -> House {
        House::of([
            ("lib.rs", "//! L"),
            ("a.rs", "mod b; mod e; pub use b::{C, d as D}; pub use e::*; #[cfg(test)] mod rig;"),
            ("a/b.rs", "use std::time as t; use super::{e::F, *}; pub struct C; pub fn d() {}"),
            ("a/e.rs", "mod g; pub struct F; pub use self::g::G;"),
            ("a/e/g.rs", "pub struct G;"),
            ("a/rig.rs", ""),
            ("a/rig/deep.rs", ""),
        ])
    }

    fn words(path: &str) -> Vec<String> {
        path.split("::").map(str::to_string).collect()
    }

    #[test]
    fn files_of_tests_are_those_that_only_tests_declare() {
        let house = house();
        let tests: Vec<&str> = house.sources.iter().filter(|s| s.is_test).map(|s| &*s.place).collect();
        assert_eq!(tests, ["a/rig.rs", "a/rig/deep.rs"]);
    }

    #[test]
    fn paths_are_read_from_the_root() {
        let house = house();
        let from = |place: &str, path: &str| {
            let source = house.sources.iter().find(|source| source.place == place).unwrap();
            house.full(source, &words(path)).join("::")
        };
        assert_eq!(from("a.rs", "b::d"), "crate::a::b::d");
        assert_eq!(from("a.rs", "C::new"), "crate::a::b::C::new", "by an import that names a child");
        assert_eq!(from("a/b.rs", "t::Instant::now"), "std::time::Instant::now");
        assert_eq!(from("a/b.rs", "F"), "crate::a::e::F");
        assert_eq!(from("a/e/g.rs", "super::super::C"), "crate::a::C");
        assert_eq!(from("a/e/g.rs", "self::x"), "crate::a::e::g::x");
        assert_eq!(from("a/e/g.rs", "std::fs"), "std::fs");
    }

    #[test]
    fn re_exports_lead_to_the_file_that_defines() {
        let house = house();
        let home = |path: &str| {
            let (source, name) = house.home(&words(path)).unwrap();
            (source.place.as_str(), name)
        };
        assert_eq!(home("crate::a::D"), ("a/b.rs", Some("d".to_string())));
        assert_eq!(home("crate::a::F"), ("a/e.rs", Some("F".to_string())), "through a glob");
        assert_eq!(home("crate::a::e::G::new"), ("a/e/g.rs", Some("G".to_string())));
        assert_eq!(home("crate::a::e"), ("a/e.rs", None));
        assert_eq!(home("crate::a::unknown"), ("a.rs", Some("unknown".to_string())));
    }
}
