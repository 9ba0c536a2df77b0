//! An error of Kafka in words.

use crate::knobs::{ALL as KNOBS, KeyScope, config_keys, default_of};
use crate::model::KafkaVersion;
use crate::report::clean;
use crate::report::errors::{GivenClient, GivenSetting, KafkaError, Written};
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Columns of a label.
const LABEL: usize = 10;

pub(super) fn error_text(error: &KafkaError, given: &[GivenClient]) -> String {
    let mut out = String::new();
    labelled(&mut out, 0, "", 0, &format!("{}: {}", error.id(), title(error)));
    push_body(&mut out, error, given);
    out
}

/// What it is: `error 19 of Kafka, NotEnoughReplicasException`.
fn title(error: &KafkaError) -> String {
    let code = error.code.map(|code| format!("error {code} of Kafka"));
    let code = code.unwrap_or_else(|| "of the client itself, no broker has a code for it".into());
    match &error.exception {
        Some(exception) => format!("{code}, {exception}"),
        None => code,
    }
}

/// Everything behind the title.
pub(super) fn push_body(out: &mut String, error: &KafkaError, given: &[GivenClient]) {
    let mut line = |label: &str, text: &str| labelled(out, 2, label, LABEL, text);
    line("met by", &error.met_by.join(", "));
    line("retried", retried(error));
    if let Some(written) = error.written {
        line("written", words(written));
    }
    line("meaning", &error.meaning);
    let mut label = "settings";
    for setting in &error.settings {
        line(label, &with_default(setting));
        label = "";
    }
    for client in given {
        push_given(out, error, client);
    }
    labelled(out, 2, "do", LABEL, &error.fix);
    if !error.formerly.is_empty() {
        labelled(out, 2, "formerly", LABEL, &error.formerly.join(", "));
    }
}

fn retried(error: &KafkaError) -> &'static str {
    if error.retriable {
        "yes, the client tries again by itself until its timeouts are over"
    } else {
        "no, the application has to decide"
    }
}

fn words(written: Written) -> &'static str {
    match written {
        Written::Yes => "yes, the record stands in the log of the leader",
        Written::No => "no, the record is not in the log",
        Written::MayBe => "perhaps: the record may be in the log",
    }
}

/// `topic:min.insync.replicas (default 1)`
fn with_default(setting: &str) -> String {
    let (scope, name) = setting.split_once(':').unwrap_or(("", setting));
    let key = config_keys().iter().find(|key| key.scope.word() == scope && key.name == name);
    let default = match key {
        Some(key) => default_of(key.scope, key.name, KafkaVersion::REFERENCE).map(String::from),
        None => KNOBS
            .iter()
            .find(|knob| KeyScope::from(knob.scope).word() == scope && knob.name == name)
            .and_then(|knob| knob.default(KafkaVersion::REFERENCE))
            .map(|value| value.to_string()),
    };
    match default.as_deref() {
        Some("" | "null") | None => setting.to_string(),
        Some(default) => format!("{setting} (default {default})"),
    }
}

fn push_given(out: &mut String, error: &KafkaError, client: &GivenClient) {
    let mut label = "given";
    for setting in client.settings_of(error) {
        labelled(out, 2, label, LABEL, &given_words(&setting));
        label = "";
    }
    if let Some(remark) = client.remark(error) {
        labelled(out, 2, label, LABEL, &clean(&format!("{}: {remark}", client.file)));
    }
}

/// `producer:acks = 1 (client.properties:3)`
fn given_words(one: &GivenSetting) -> String {
    let value = one.value.as_deref().map_or("(this version has no such key)", |value| match value {
        "" | "null" => "(not set)",
        value => value,
    });
    let from = match one.line {
        Some(line) => format!("{}:{line}", one.file),
        None => format!("default, {} does not set it", one.file),
    };
    clean(&format!("{} = {value} ({from})", one.setting))
}

pub(super) fn error_json(error: &KafkaError, given: &[GivenClient]) -> Value {
    let settings = given.iter().flat_map(|client| client.settings_of(error));
    let given_settings: Vec<Value> = settings
        .map(|one| json!({"setting": one.setting, "value": one.value, "file": one.file, "line": one.line}))
        .collect();
    let remarks = given.iter().filter_map(|client| Some((client, client.remark(error)?)));
    let remarks: Vec<Value> =
        remarks.map(|(client, remark)| json!({"file": client.file, "text": remark})).collect();
    json!({
        "kind": "error",
        "id": error.id(),
        "code": error.code,
        "name": error.name,
        "exception": error.exception,
        "formerly": error.formerly,
        "met_by": error.met_by,
        "retriable": error.retriable,
        "written": error.written,
        "meaning": error.meaning,
        "settings": error.settings,
        "given": given_settings,
        "remarks": remarks,
        "fix": error.fix,
    })
}

pub(super) fn line(error: &KafkaError) -> String {
    let code = error.code.map_or("-".into(), |code| code.to_string());
    let exception = error.exception.as_deref().unwrap_or("");
    format!("{code:>3}  {:<42} {exception}", error.id()).trim_end().to_string() + "\n"
}
