//! Precedence, origins, refusals with their line, and the sample.

use super::*;
use std::path::Path;

fn file(text: &str) -> Result<SettingsFile, String> {
    let parsed = SettingsFile::parse(Path::new("/etc/config.toml"), text, Some(Path::new("/home/me")));
    parsed.map_err(|error| error.to_string())
}

fn told(text: &str) -> String {
    file(text).unwrap_err()
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn flags_come_before_the_environment_before_the_file_before_defaults() {
    let read = file("glyphs = \"ascii\"\ntheme = \"mono\"\ncolor = \"16\"\n").unwrap();
    let env = |name: &str| match name {
        "KLEVER_THEME" => Some("light".to_string()),
        "KLEVER_COLOR" => Some("256".to_string()),
        "KLEVER_GLYPHS" => Some(String::new()),
        _ => None,
    };
    let settings = Settings::of(&[(&COLOR, "none".into())], env, Some(read)).unwrap();
    let seen: Vec<(&str, &str, String)> = settings
        .values
        .iter()
        .filter(|value| value.setting.name != "graphs")
        .take(4)
        .map(|value| (value.setting.name, value.value.as_str(), value.origin.place(value.setting)))
        .collect();
    let expected = [
        ("theme", "light", "KLEVER_THEME"),
        ("color", "none", "--color"),
        ("glyphs", "ascii", "/etc/config.toml:1"),
        ("mouse", "auto", "default"),
    ];
    assert_eq!(seen, expected.map(|(name, value, place)| (name, value, place.to_string())));
}

#[test]
fn the_sample_is_the_defaults() {
    let read = file(&sample()).unwrap();
    for setting in ALL {
        let (value, _) =
            read.value(setting).unwrap_or_else(|| panic!("{} is not in the sample", setting.name));
        assert_eq!(value, setting.default, "{}", setting.name);
    }
    let with = Settings::of(&[], nothing, Some(read)).unwrap();
    let without = Settings::of(&[], nothing, None).unwrap();
    let values = |settings: &Settings| {
        settings.values.iter().map(|value| value.value.clone()).collect::<Vec<String>>()
    };
    assert_eq!(values(&with), values(&without));
}

#[test]
fn the_examples_of_the_sample_are_right() {
    let text: String = sample().lines().map(|line| format!("{}\n", example(line))).collect();
    let read = file(&text).unwrap();
    assert!(read.has_keys);
    let prod = &read.clusters[0];
    assert_eq!(
        (prod.name.as_str(), prod.color, prod.label.as_deref()),
        ("prod", Some("red"), Some("payments"))
    );
    assert_eq!(prod.properties.as_deref(), Some(Path::new("/home/me/.config/klever/prod.properties")));
    assert_eq!(prod.map[0], "k1.example.com:9093=localhost:19093");
}

/// A line of the sample with what it only shows as a comment made true.
fn example(line: &str) -> &str {
    let inner = line.strip_prefix("# ").unwrap_or(line);
    let is_one = inner.starts_with('[')
        || inner.starts_with('"')
        || inner.contains(" = \"")
        || inner.starts_with("map = [");
    if is_one && line.starts_with("# ") { inner } else { line }
}

#[test]
fn every_setting_is_declared_once_and_takes_its_default() {
    for (at, setting) in ALL.iter().enumerate() {
        assert!(ALL[..at].iter().all(|other| other.name != setting.name), "{} twice", setting.name);
        assert_eq!(setting.accept(setting.default).as_deref(), Ok(setting.default));
        assert!(!setting.doc.ends_with('.') && !setting.values().is_empty());
    }
    assert_eq!(SORT_GROUPS.variable(), "KLEVER_SORT_GROUPS");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    assert_eq!(
        told("\ncolr = \"16\"\n"),
        "/etc/config.toml:2: `colr` is not a setting; did you mean `color`?"
    );
    assert_eq!(
        told("color = \"15\"\n"),
        "/etc/config.toml:1: `15` is not a value of `color`: auto, true, 256, 16, none"
    );
    assert!(told("[sort]\ngroups = \"size\"\n").starts_with("/etc/config.toml:2: `size` is not a value of"));
    assert!(
        told("[sort]\ntopics = \"name\"\n").starts_with("/etc/config.toml:2: `sort.topics` is not a setting")
    );
    assert!(told("[clusters]\nprod = 3\n").contains(":2: `clusters.prod` is not a table"));
    assert!(told("[clusters.a]\nlabel = \"x\"\n").contains("neither `bootstrap` nor `properties`"));
    assert!(told("[clusters.\"a:1\"]\nbootstrap = \"b:1\"\n").contains("taken for an address"));
    assert!(
        told("[clusters.a]\nbootstrap = \"b:1\"\nmap = \"b:1=c:1\"\n").contains(":3: `map` takes a list")
    );
    assert!(told("[clusters.a]\nbootstrap = \"b:1\"\nmap = [3]\n").contains(":3: `map` takes a list"));
    assert!(told("[clusters.a]\nbootstrp = \"b:1\"\n").contains("did you mean `bootstrap`?"));
    assert!(
        told("[clusters.a]\nbootstrap = \"b:1\"\ncolor = \"pink\"\n").contains(":3: `pink` is not a colour")
    );
    assert!(told("theme = [\n").starts_with("/etc/config.toml:"));
    assert!(told("mouse = 1.5\n").contains("`float` is not a value of `mouse`: auto, on, off"));
    let wrong = Settings::of(&[], |name| (name == "KLEVER_MOUSE").then(|| "yes".into()), None).unwrap_err();
    assert_eq!(wrong.to_string(), "KLEVER_MOUSE: `yes` is not a value of `mouse`: auto, on, off");
}

#[test]
fn secrets_are_refused_and_not_repeated() {
    for text in [
        "[clusters.a]\nbootstrap = \"b:1\"\npassword = \"hush-hush\"\n",
        "[clusters.a]\n\"sasl.jaas.config\" = \"hush-hush\"\n",
        "api-token = \"hush-hush\"\n",
        "[clusters.a]\nbootstrap = \"me:hush-hush@b:1\"\n",
        "[clusters.a]\nextra = { ssl-key-password = \"hush-hush\" }\n",
    ] {
        let error = SettingsFile::parse(Path::new("c.toml"), text, None).unwrap_err();
        assert!(!format!("{error} {}", error.hint).contains("hush"), "{error}");
    }
    assert!(told("[clusters.a]\npassword = \"x\"\n").contains(":2: `password` is a secret"));
}

#[test]
fn paths_are_whole_and_switches_may_be_written_as_such() {
    let read =
        file("log = \"~/k.log\"\nkeymap = \"keys.toml\"\ntheme = \"mine.toml\"\nmouse = true\n").unwrap();
    let settings = Settings::of(&[], nothing, Some(read)).unwrap();
    assert_eq!(settings.get(&LOG), "/home/me/k.log");
    assert_eq!(settings.path(&KEYS).as_deref(), Some(Path::new("/etc/keys.toml")));
    assert_eq!(settings.get(&THEME), "/etc/mine.toml");
    assert!(settings.is_on(&MOUSE, false) && !settings.is_on(&LOW_BANDWIDTH, false));
    assert!(settings.is_on(&LOW_BANDWIDTH, true));
}

#[test]
fn the_file_is_where_xdg_says() {
    let at = |env: &[(&str, &str)]| {
        settings_path(|name| env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string()))
    };
    assert_eq!(at(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]), Some("/x/klever/config.toml".into()));
    assert_eq!(at(&[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")]), Some("/h/.config/klever/config.toml".into()));
    assert_eq!(at(&[]), None);
}
