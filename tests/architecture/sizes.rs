//! Files and functions fit in the head, and a file opens with its purpose.

use crate::house::House;

/// Longest function, in lines, and longest file; test code and tables of data are counted apart.
const FUNCTION_LINES: usize = 60;
const FILE_LINES: usize = 400;

/// Files that are one table of data each.
pub(crate) const TABLES: [&str; 0] = [];

pub(crate) fn wrong_files(house: &House, tables: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in &house.sources {
        if !source.opens_with_purpose {
            wrong.push(format!("{} does not open with its purpose", source.place));
        }
        let lines = source.lines;
        if lines > FILE_LINES && !source.is_test && !tables.contains(&source.place.as_str()) {
            wrong.push(format!("{} has {lines} lines", source.place));
        }
    }
    let is_gone = |place: &&&str| !house.sources.iter().any(|source| source.place == **place);
    wrong.extend(
        tables.iter().filter(is_gone).map(|place| format!("{place}: no such table, delete it from TABLES")),
    );
    wrong
}

/// Functions that are too long, those of tests too, and those whose end was not found.
pub(crate) fn long_functions(house: &House) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in &house.sources {
        for (name, lines) in &source.functions {
            match lines {
                Ok(lines) if *lines <= FUNCTION_LINES => {}
                Ok(lines) => wrong.push(format!("{}: {name} has {lines} lines", source.place)),
                Err(why) => wrong.push(format!("{}: {name}: {why}", source.place)),
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_files_without_a_purpose_are_found() {
        let long = format!("//! A.\n{}", "// line\n".repeat(FILE_LINES));
        let test = format!(
            "//! B.\n#[cfg(test)]\nmod tests {{\n{}}}\nfn f() {{}}\n",
            "// line\n".repeat(FILE_LINES)
        );
        let house = House::of([("a.rs", &*long), ("b.rs", &*test), ("c.rs", "fn f() {}"), ("t.rs", &*long)]);
        let wanted = ["a.rs has 401 lines", "c.rs does not open with its purpose"];
        assert_eq!(wrong_files(&house, &["t.rs"]), wanted);
    }

    #[test]
    fn long_functions_of_every_kind_are_found() {
        let text =
            format!("//! A.\nimpl X {{\npub(in crate::a) async fn f() {{\n{}}}\n}}\n", "1;\n".repeat(59));
        let broken = "macro_rules! m { ($a:ident) => { fn $a() {} fn open() } }";
        let house = House::of([("a.rs", &*text), ("b.rs", broken)]);
        let wanted = ["a.rs: f has 61 lines", "b.rs: open: its end was not found"];
        assert_eq!(long_functions(&house), wanted);
    }
}
