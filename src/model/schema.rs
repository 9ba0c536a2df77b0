//! Schemas of records as a model: fields, changes of them, who can read what, and which change a registry allows.
//!
//! The rules are Avro's, as far as fields go: what a reader does not know it ignores, and what the writer left out it
//! takes from its default. Kafka itself knows nothing of schemas.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The compatibility level of a schema registry, as Confluent's calls it. Its own default is `BACKWARD`; here it is
/// `NONE`, which is as good as no registry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compatibility {
    #[default]
    None,
    /// Readers with the new schema can read what was written with the last one.
    Backward,
    BackwardTransitive,
    /// Readers with the last schema can read what is written with the new one.
    Forward,
    ForwardTransitive,
    /// Both.
    Full,
    FullTransitive,
}

impl Compatibility {
    /// All of them, from the one that allows most.
    pub const ALL: [Compatibility; 7] = [
        Compatibility::None,
        Compatibility::Backward,
        Compatibility::BackwardTransitive,
        Compatibility::Forward,
        Compatibility::ForwardTransitive,
        Compatibility::Full,
        Compatibility::FullTransitive,
    ];

    /// As the registry writes them.
    pub const WORDS: &'static [&'static str] = &[
        "NONE",
        "BACKWARD",
        "BACKWARD_TRANSITIVE",
        "FORWARD",
        "FORWARD_TRANSITIVE",
        "FULL",
        "FULL_TRANSITIVE",
    ];

    /// As the registry writes it.
    pub fn word(self) -> &'static str {
        Compatibility::WORDS[self as usize]
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<Compatibility> {
        Compatibility::ALL.into_iter().find(|each| each.word() == word)
    }

    fn is_backward(self) -> bool {
        use Compatibility::{Backward, BackwardTransitive, Full, FullTransitive};
        matches!(self, Backward | BackwardTransitive | Full | FullTransitive)
    }

    fn is_forward(self) -> bool {
        use Compatibility::{Forward, ForwardTransitive, Full, FullTransitive};
        matches!(self, Forward | ForwardTransitive | Full | FullTransitive)
    }

    fn is_transitive(self) -> bool {
        use Compatibility::{BackwardTransitive, ForwardTransitive, FullTransitive};
        matches!(self, BackwardTransitive | ForwardTransitive | FullTransitive)
    }

    /// Which registered version (from 1) a new schema is not compatible with; `None` when it may be registered.
    /// `versions` are those that there are, the last one last.
    pub fn refuses(self, versions: &[Schema], new: &Schema) -> Option<usize> {
        let compared = if self.is_transitive() { versions.len() } else { versions.len().min(1) };
        let fits = |old: &Schema| {
            (!self.is_backward() || new.reads(old).is_ok()) && (!self.is_forward() || old.reads(new).is_ok())
        };
        let last_first = versions.iter().enumerate().rev().take(compared);
        last_first.filter(|(_, old)| !fits(old)).map(|(at, _)| at + 1).next()
    }
}

impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a new version of a schema changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaChange {
    /// A field with a default is new.
    AddOptionalField,
    /// A field without a default is new.
    AddRequiredField,
    RemoveOptionalField,
    RemoveRequiredField,
    /// A field without a default has another name.
    RenameField,
    /// A field with a default has another name: every reader goes on, with the default in its place.
    RenameOptionalField,
    /// A field without a default has another type.
    ChangeType,
    /// A field loses its default.
    DropDefault,
}

impl SchemaChange {
    /// All of them.
    pub const ALL: [SchemaChange; 8] = [
        SchemaChange::AddOptionalField,
        SchemaChange::AddRequiredField,
        SchemaChange::RemoveOptionalField,
        SchemaChange::RemoveRequiredField,
        SchemaChange::RenameField,
        SchemaChange::RenameOptionalField,
        SchemaChange::ChangeType,
        SchemaChange::DropDefault,
    ];

    /// As scenario files have it.
    pub fn word(self) -> &'static str {
        match self {
            SchemaChange::AddOptionalField => "add_optional_field",
            SchemaChange::AddRequiredField => "add_required_field",
            SchemaChange::RemoveOptionalField => "remove_optional_field",
            SchemaChange::RemoveRequiredField => "remove_required_field",
            SchemaChange::RenameField => "rename_field",
            SchemaChange::RenameOptionalField => "rename_optional_field",
            SchemaChange::ChangeType => "change_type",
            SchemaChange::DropDefault => "drop_default",
        }
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<SchemaChange> {
        SchemaChange::ALL.into_iter().find(|each| each.word() == word)
    }
}

/// One field: two of the same number have the same name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Field {
    name: u32,
    /// Which type: two different ones do not read each other.
    kind: u32,
    has_default: bool,
}

/// Why a reader cannot read a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// A field without a default is not there.
    MissingField(u32),
    /// A field has another type.
    OtherType(u32),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::MissingField(field) => write!(f, "field_{field} is not there and has no default"),
            Unreadable::OtherType(field) => write!(f, "field_{field} has another type"),
        }
    }
}

/// A version of a topic's schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    fields: Vec<Field>,
    /// Names given so far, by this version and those before it.
    named: u32,
}

impl Default for Schema {
    fn default() -> Schema {
        Schema::first()
    }
}

impl Schema {
    /// The first version: two fields without a default and two with one.
    pub fn first() -> Schema {
        let field = |name| Field { name, kind: 0, has_default: name > 2 };
        Schema { fields: (1..=4).map(field).collect(), named: 4 }
    }

    /// The next version; `None` when there is no field left that could be changed so.
    pub fn changed(&self, change: SchemaChange) -> Option<Schema> {
        let mut next = self.clone();
        match change {
            SchemaChange::AddOptionalField => next.add(true),
            SchemaChange::AddRequiredField => next.add(false),
            SchemaChange::RemoveOptionalField => next.remove(true)?,
            SchemaChange::RemoveRequiredField => next.remove(false)?,
            SchemaChange::RenameField => {
                next.remove(false)?;
                next.add(false);
            }
            SchemaChange::RenameOptionalField => {
                next.remove(true)?;
                next.add(true);
            }
            SchemaChange::ChangeType => next.last(false)?.kind += 1,
            SchemaChange::DropDefault => next.last(true)?.has_default = false,
        }
        Some(next)
    }

    /// Whether a reader with this schema can read what was written with the other.
    ///
    /// # Errors
    /// The first field that it cannot read.
    pub fn reads(&self, writer: &Schema) -> Result<(), Unreadable> {
        for field in &self.fields {
            match writer.fields.iter().find(|other| other.name == field.name) {
                Some(other) if other.kind != field.kind => return Err(Unreadable::OtherType(field.name)),
                None if !field.has_default => return Err(Unreadable::MissingField(field.name)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a reader with this schema takes the default for a field that the writer has given another name or left
    /// out: it goes on, with less than it had.
    pub fn takes_defaults(&self, writer: &Schema) -> bool {
        let is_there = |field: &Field| writer.fields.iter().any(|other| other.name == field.name);
        self.fields.iter().any(|field| field.has_default && !is_there(field))
    }

    fn add(&mut self, has_default: bool) {
        self.named += 1;
        self.fields.push(Field { name: self.named, kind: 0, has_default });
    }

    fn last(&mut self, has_default: bool) -> Option<&mut Field> {
        self.fields.iter_mut().rev().find(|field| field.has_default == has_default)
    }

    fn remove(&mut self, has_default: bool) -> Option<()> {
        let at = self.fields.iter().rposition(|field| field.has_default == has_default)?;
        self.fields.remove(at);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Compatibility::{
        Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive, None as Unchecked,
    };

    fn allows(level: Compatibility, versions: &[Schema], change: SchemaChange) -> bool {
        let new = versions.last().unwrap().changed(change).unwrap();
        level.refuses(versions, &new).is_none()
    }

    /// The table "Compatibility types" of Confluent's documentation, "Schema Evolution and Compatibility": backward may
    /// delete fields and add optional ones, forward add fields and delete optional ones, full both of the optional ones.
    #[test]
    fn one_change_is_allowed_as_the_published_table_says() {
        let both = [Full, FullTransitive];
        let backward = [Backward, BackwardTransitive, Full, FullTransitive];
        let forward = [Forward, ForwardTransitive, Full, FullTransitive];
        for level in Compatibility::ALL {
            let says = |change| allows(level, &[Schema::first()], change);
            let (is_back, is_fore) = (backward.contains(&level), forward.contains(&level));
            assert!(
                says(SchemaChange::AddOptionalField) && says(SchemaChange::RemoveOptionalField),
                "{level}"
            );
            assert_eq!(says(SchemaChange::AddRequiredField), !is_back, "{level} adds a required field");
            assert_eq!(says(SchemaChange::RemoveRequiredField), !is_fore, "{level} removes a required field");
            assert_eq!(says(SchemaChange::RenameField), level == Unchecked, "{level} renames");
            assert_eq!(says(SchemaChange::ChangeType), level == Unchecked, "{level} changes a type");
            assert!(
                says(SchemaChange::RenameOptionalField),
                "{level}: a deletion and an addition, both optional"
            );
            assert!(!both.contains(&level) || (is_back && is_fore));
        }
    }

    /// Optional fields come and go one version at a time; only a transitive level looks further back.
    #[test]
    fn transitive_levels_look_at_all_versions() {
        let first = Schema::first();
        let second = first.changed(SchemaChange::AddOptionalField).unwrap();
        let backward = [first.clone(), second.clone()];
        // The new field becomes required: the second version has it, the first has not.
        assert!(allows(Backward, &backward, SchemaChange::DropDefault));
        assert!(!allows(BackwardTransitive, &backward, SchemaChange::DropDefault));
        let third = second.changed(SchemaChange::DropDefault).unwrap();
        assert_eq!(BackwardTransitive.refuses(&backward, &third), Some(1), "the version to blame");
        // The other way round: a required field gets a default, and goes.
        let required = first.changed(SchemaChange::AddRequiredField).unwrap();
        let mut optional = required.clone();
        optional.last(false).unwrap().has_default = true;
        let forward = [required, optional];
        assert!(allows(Forward, &forward, SchemaChange::RemoveOptionalField));
        assert!(!allows(ForwardTransitive, &forward, SchemaChange::RemoveOptionalField));
        assert!(allows(Full, &forward, SchemaChange::RemoveOptionalField));
        assert!(!allows(FullTransitive, &forward, SchemaChange::RemoveOptionalField));
    }

    #[test]
    fn what_a_reader_cannot_read_is_named() {
        let first = Schema::first();
        let renamed = first.changed(SchemaChange::RenameField).unwrap();
        assert_eq!(first.reads(&renamed), Err(Unreadable::MissingField(2)));
        assert_eq!(renamed.reads(&first), Err(Unreadable::MissingField(5)));
        let retyped = first.changed(SchemaChange::ChangeType).unwrap();
        assert_eq!(first.reads(&retyped), Err(Unreadable::OtherType(2)));
        let silent = first.changed(SchemaChange::RenameOptionalField).unwrap();
        assert!(
            first.reads(&silent).is_ok() && first.takes_defaults(&silent) && !first.takes_defaults(&first)
        );
    }

    #[test]
    fn words_are_read_as_written_and_there_is_an_end_to_removing() {
        for level in Compatibility::ALL {
            assert_eq!(Compatibility::named(level.word()), Some(level));
            assert_eq!(serde_json::to_string(&level).unwrap(), format!("\"{level}\""));
        }
        for change in SchemaChange::ALL {
            assert_eq!(SchemaChange::named(change.word()), Some(change));
        }
        let mut schema = Schema::first();
        for _ in 0..2 {
            schema = schema.changed(SchemaChange::RemoveRequiredField).unwrap();
        }
        assert_eq!(schema.changed(SchemaChange::RenameField), None);
    }
}
