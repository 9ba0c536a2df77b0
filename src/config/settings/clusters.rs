//! Clusters that the user has named: where they are, which client.properties gets in, and how the screen marks them.

use super::origin::SettingsError;
use super::place::Place;
use crate::knobs::nearest_of;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A cluster of the user's file: `[clusters.NAME]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NamedCluster {
    pub name: String,
    /// Brokers to connect to first; the properties may name them, too.
    pub bootstrap: Option<String>,
    /// A client.properties file, secrets included.
    pub properties: Option<PathBuf>,
    /// Addresses that are reached at others, `HOST:PORT=HOST:PORT` each, as `--map` takes them.
    pub map: Vec<String>,
    /// The colour of its badge, one of [`LABEL_COLORS`].
    pub color: Option<&'static str>,
    /// What stands beside its name.
    pub label: Option<String>,
}

/// The colours that a cluster's badge can have.
pub const LABEL_COLORS: [&str; 4] = ["red", "yellow", "cyan", "violet"];

/// What a cluster's table may say.
const KEYS: [&str; 5] = ["bootstrap", "properties", "map", "color", "label"];

/// The longest name and label: they stand on one line with everything else.
const LONGEST: usize = 40;

/// All clusters of a file.
pub(super) fn read(place: &Place<'_>, tables: &DeTable<'_>) -> Result<Vec<NamedCluster>, SettingsError> {
    tables.iter().map(|(name, value)| cluster(place, name, value)).collect()
}

type Key<'i> = Spanned<std::borrow::Cow<'i, str>>;

fn cluster(
    place: &Place<'_>,
    name: &Key<'_>,
    value: &Spanned<DeValue<'_>>,
) -> Result<NamedCluster, SettingsError> {
    let fails = |what: &str| Err(place.error(Some(name.span()), what));
    let DeValue::Table(rows) = value.get_ref() else {
        return fails(&format!("`clusters.{}` is not a table", name.get_ref()));
    };
    if name.get_ref().is_empty() || name.get_ref().contains([':', ',', ' ']) {
        return fails("the name of a cluster has no colon, comma or blank: it would be taken for an address");
    }
    let mut found = NamedCluster { name: name.get_ref().to_string(), ..NamedCluster::default() };
    for (key, value) in rows.iter() {
        set(place, &mut found, key, value)?;
    }
    if found.bootstrap.is_none() && found.properties.is_none() {
        return fails(&format!("cluster `{}` says neither `bootstrap` nor `properties`", found.name));
    }
    Ok(found)
}

fn set(
    place: &Place<'_>,
    cluster: &mut NamedCluster,
    key: &Key<'_>,
    value: &Spanned<DeValue<'_>>,
) -> Result<(), SettingsError> {
    let name: &str = key.get_ref();
    if !KEYS.contains(&name) {
        let near = nearest_of(name, KEYS.into_iter());
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let what = format!("`{name}` is not a setting of a cluster: {}{near}", KEYS.join(", "));
        return Err(place.error(Some(key.span()), &what));
    }
    if name == "map" {
        cluster.map = texts(place, value)?;
        return Ok(());
    }
    let DeValue::String(text) = value.get_ref() else {
        return Err(place.error(Some(value.span()), &format!("`{name}` takes a text in quotes")));
    };
    let fails = |what: String| Err(place.error(Some(value.span()), &what));
    match name {
        "bootstrap" if text.contains('@') => {
            return fails("an address has no user and password in front of it".into());
        }
        "bootstrap" => cluster.bootstrap = Some(text.to_string()),
        "properties" => cluster.properties = Some(place.whole_path(text).into()),
        "label" if text.chars().count() > LONGEST => {
            return fails(format!("a label has at most {LONGEST} letters"));
        }
        "label" => cluster.label = Some(text.to_string()),
        _ => match LABEL_COLORS.into_iter().find(|known| *known == &**text) {
            Some(known) => cluster.color = Some(known),
            None => return fails(format!("`{text}` is not a colour: {}", LABEL_COLORS.join(", "))),
        },
    }
    Ok(())
}

/// What `map` says. Whether each is a pair of addresses is checked where it is used.
fn texts(place: &Place<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, SettingsError> {
    let wrong = |value: &Spanned<DeValue<'_>>| {
        place.error(Some(value.span()), "`map` takes a list of texts in quotes: \"HOST:PORT=HOST:PORT\"")
    };
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value)) };
    let text = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
        DeValue::String(text) if !text.contains('@') => Ok(text.to_string()),
        _ => Err(wrong(item)),
    };
    items.iter().map(text).collect()
}
