//! klever's reading of properties files against `java.util.Properties` itself, on generated files.

use super::shared::skipped;
use klever::config::parse_properties;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// Enough for every pair of the pieces below to meet many times.
const FILES: usize = 5_000;

/// What files are put together from: everything that the format gives a meaning, and some letters.
const PIECES: &[&str] = &[
    "a",
    "b",
    "acks",
    "1",
    "=",
    ":",
    " ",
    "\t",
    "\u{c}",
    "\\",
    "\n",
    "\r",
    "\r\n",
    "#",
    "!",
    "\u{feff}",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{fc}",
    "\u{1f600}",
    "\\u0041",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\u12",
    "\\u+123",
    "u0041",
    "\\t",
    "\\n",
    "\\\n",
    "\\\r\n",
    "\\\\",
    "a=b\n",
];

/// Reads a file of each name on its command line and prints, a line each, `file <TAB> key <TAB> value` in hex.
const ORACLE: &str = r#"
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

class Oracle {
    static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_16BE));
    }

    public static void main(String[] names) throws IOException {
        StringBuilder out = new StringBuilder();
        for (String name : new TreeSet<>(Arrays.asList(new File(names[0]).list()))) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(Path.of(names[0], name))) {
                properties.load(reader);
            } catch (IllegalArgumentException broken) {
                out.append(name).append("\tbroken\n");
                continue;
            }
            properties.forEach((key, value) ->
                out.append(name + "\t" + hex((String) key) + "\t" + hex((String) value) + "\n"));
        }
        System.out.print(out);
    }
}
"#;

/// What a file holds: `None` when it cannot be read, keys and values in hex of their UTF-16 units otherwise.
type Content = Option<BTreeMap<String, String>>;

#[test]
fn generated_files_are_read_as_java_reads_them() {
    if skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    fs::create_dir(&files).unwrap();
    let mut rng = Pcg64Mcg::seed_from_u64(17);
    let texts: Vec<String> = (0..FILES).map(|_| text(&mut rng)).collect();
    for (at, text) in texts.iter().enumerate() {
        fs::write(files.join(format!("{at:05}")), text).unwrap();
    }
    let oracle = folder.path().join("Oracle.java");
    fs::write(&oracle, ORACLE).unwrap();
    let output = Command::new("java")
        .args(["-XX:TieredStopAtLevel=1".as_ref(), oracle.as_os_str(), files.as_os_str()])
        .output()
        .unwrap_or_else(|error| panic!("java is needed, for example openjdk-17-jdk-headless: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let javas = contents(&String::from_utf8(output.stdout).unwrap());
    let broken = javas.iter().filter(|content| content.is_none()).count();
    assert!((FILES / 100..FILES / 2).contains(&broken), "{broken} of the files are broken");
    for (text, java) in texts.iter().zip(javas) {
        let (mut own, mut java) = (own(text), java);
        if has_empty_entry(&java) {
            own.iter_mut().chain(&mut java).for_each(|content| drop(content.remove("")));
        }
        assert_eq!(own, java, "{text:?}");
    }
}

/// A line that is only a backslash is, at the end of a file, an empty key with an empty value to Java. It sets nothing,
/// and klever does not read it.
fn has_empty_entry(content: &Content) -> bool {
    content.as_ref().is_some_and(|content| content.get("").is_some_and(String::is_empty))
}

fn text(rng: &mut Pcg64Mcg) -> String {
    let pieces = rng.next_u32() as usize % 14;
    (0..pieces).map(|_| PIECES[rng.next_u32() as usize % PIECES.len()]).collect()
}

fn own(text: &str) -> Content {
    let properties = parse_properties(text).ok()?.into_iter();
    Some(properties.map(|property| (hex(&property.key), hex(&property.value))).collect())
}

fn hex(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("{unit:04x}")).collect()
}

fn contents(lines: &str) -> Vec<Content> {
    let mut all: Vec<Content> = vec![Some(BTreeMap::new()); FILES];
    for line in lines.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let content = &mut all[cells[0].parse::<usize>().unwrap()];
        match cells[1..] {
            [key, value] => drop(content.as_mut().map(|content| content.insert(key.into(), value.into()))),
            _ => *content = None,
        }
    }
    all
}
