//! The fidelity page: the fidelity table as JSON and as Markdown, written by the command and never by hand.

use super::LabError;
use super::conformance::{Number, Row, median};
use super::measures::{Measured, named};
use super::recorded_run::RecordedRun;
use super::settings::Clients;
use crate::model::KafkaVersion;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

const BEGIN: &str = "<!-- fidelity table: written by `klever lab run --all`; do not edit -->";
const END: &str = "<!-- end of the fidelity table -->";

/// Everything that was measured.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Fidelity {
    pub rows: Vec<Row>,
    /// Numbers that no single scenario holds.
    #[serde(default)]
    pub measures: Vec<Measured>,
}

impl Fidelity {
    /// Reads what an earlier run wrote.
    ///
    /// # Errors
    /// When it is not what this klever writes: it would be overwritten.
    pub fn read(json: &str) -> Result<Fidelity, LabError> {
        serde_json::from_str(json).map_err(|error| {
            LabError::new(format!("fidelity.json is not a fidelity table of this klever: {error}"))
                .with_hint("move it away to begin a new one")
        })
    }

    /// The table as `assets/docs/fidelity.json` keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Puts a row in the place of an older one.
    pub fn put(&mut self, row: Row) {
        fn key(row: &Row) -> (KafkaVersion, &str, Clients) {
            (row.version, &row.scenario, row.clients)
        }
        self.rows.retain(|old| key(old) != key(&row));
        self.rows.push(row);
        self.rows.sort_by(|a, b| key(a).cmp(&key(b)));
    }

    /// The runs of a scenario that are kept, if they played what this fingerprint means.
    pub fn kept(
        &self,
        scenario: &str,
        version: KafkaVersion,
        clients: Clients,
        played: &str,
    ) -> Vec<RecordedRun> {
        let runs = self.rows.iter().flat_map(|row| &row.runs);
        runs.filter(|run| run.is_of(scenario, version, clients) && run.played == played).cloned().collect()
    }

    /// Puts a number in the place of an older one.
    pub fn put_measure(&mut self, measured: Measured) {
        self.measures.retain(|old| (&old.what, &old.version) != (&measured.what, &measured.version));
        self.measures.push(measured);
        self.measures.sort_by(|a, b| (&a.version, &a.what).cmp(&(&b.version, &b.what)));
    }

    /// The page with a new table: what is outside of the marks stays.
    pub fn page(&self, old: &str) -> String {
        let table = format!("{BEGIN}\n\n{}\n{END}", self.table());
        match (old.find(BEGIN), old.find(END)) {
            (Some(from), Some(to)) if from < to => {
                format!("{}{table}{}", &old[..from], &old[to + END.len()..])
            }
            _ if old.trim().is_empty() => format!("# Fidelity\n\n## Fidelity table\n\n{table}\n"),
            _ => format!("{}\n\n## Fidelity table\n\n{table}\n", old.trim_end()),
        }
    }

    fn table(&self) -> String {
        let mut text = self.summary();
        text.push_str(
            "| scenario | Kafka | clients | day | predicted | observed | same | times | controller |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        self.rows.iter().for_each(|row| text.push_str(&row_text(row)));
        let measures: Vec<Measured> = named(&self.rows).into_iter().chain(self.measures.clone()).collect();
        if !measures.is_empty() {
            text.push_str(
                "\n| number | Kafka | predicted (range) | observed | within |\n|---|---|---|---|---|\n",
            );
        }
        measures.iter().for_each(|measured| text.push_str(&measured_text(measured)));
        text
    }

    fn summary(&self) -> String {
        let mut versions: Vec<_> = self.rows.iter().map(|row| row.version).collect();
        versions.dedup();
        let mut text = String::from(
            "Predicted: the kinds of ends over the simulator's seeds. Observed: real brokers. Times in ms: predicted \
             median (range), then observed. Controller: decisions that klever makes as the real controller did.\n\n",
        );
        for version in versions {
            let of: Vec<&Row> = self.rows.iter().filter(|row| row.version == version).collect();
            let same = of.iter().filter(|row| row.same).count();
            let agree = of.iter().filter(|row| row.agrees()).count();
            let _ = writeln!(
                text,
                "- Kafka {version}: {} scenarios, {same} with the predicted outcome, {agree} in everything.",
                of.len()
            );
        }
        text.push('\n');
        text
    }
}

fn row_text(row: &Row) -> String {
    let unmet: String = row.unmet.iter().map(|what| format!("; not met: {what}")).collect();
    let numbers: Vec<String> = row.numbers.iter().map(number_text).collect();
    let [decisions, other] = row.decisions();
    format!(
        "| {} | {} | {} | {} | {} | {}{unmet} | {} | {} | {} of {decisions} |\n",
        row.scenario,
        row.version,
        row.clients,
        row.runs.iter().map(|run| run.day.as_str()).max().unwrap_or("-"),
        row.predicted.join(" / "),
        tally(&row.observed()),
        if row.same { "yes" } else { "NO" },
        numbers.join("; "),
        decisions - other,
    )
}

fn measured_text(measured: &Measured) -> String {
    let Number { predicted: [middle, least, most], observed, within, .. } = &measured.number;
    format!(
        "| {} | {} | {} ({}-{}) | {} | {} |\n",
        measured.what,
        measured.version,
        short(*middle),
        short(*least),
        short(*most),
        observed.iter().map(|number| short(*number)).collect::<Vec<_>>().join(", "),
        if *within { "yes" } else { "NO" }
    )
}

/// `all kept` or `all kept x2, offline`.
fn tally(classes: &[String]) -> String {
    let mut said: Vec<(String, usize)> = Vec::new();
    for class in classes {
        match said.iter_mut().find(|(other, _)| other == class) {
            Some((_, count)) => *count += 1,
            None => said.push((class.clone(), 1)),
        }
    }
    let word = |(class, count): &(String, usize)| match count {
        1 => class.clone(),
        count => format!("{class} x{count}"),
    };
    said.iter().map(word).collect::<Vec<_>>().join(" / ")
}

fn number_text(number: &Number) -> String {
    let [middle, least, most] = number.predicted;
    let name = number.name.trim_end_matches("_ms").replace('_', " ");
    let mark = match (number.includes_boot, number.within) {
        (true, _) => " with a start",
        (false, true) => "",
        (false, false) => " OUT",
    };
    let observed = short(median(&number.observed));
    format!("{name} {} ({}-{}), {observed}{mark}", short(middle), short(least), short(most))
}

fn short(number: f64) -> String {
    if number.abs() >= 100.0 { format!("{number:.0}") } else { format!("{number:.1}") }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{Prediction, judge};
    use super::super::process_times::ProcessTimesSeen;
    use super::*;
    use crate::scenario::Scenario;
    use std::collections::BTreeMap;

    /// A row of two runs of a scenario with nothing in it.
    fn row(id: &str, same: bool) -> Row {
        let text = format!("id = \"{id}\"\ntitle = \"t\"\nduration = \"1s\"\n");
        let scenario = Scenario::parse("x.toml", &text).unwrap();
        let predicted = Prediction::of(&scenario, KafkaVersion::REFERENCE, 1);
        let run = RecordedRun {
            day: "2026-11-22".into(),
            clients: Clients::Java,
            played: "f".into(),
            report: predicted.runs[0].clone(),
            exceptions: BTreeMap::new(),
            waited_for_boot: [false; 2],
            process_times: ProcessTimesSeen::default(),
            decisions: [9, 0],
        };
        let row = Row::new(&scenario, KafkaVersion::REFERENCE, &predicted, vec![run.clone(), run]);
        Row { same, numbers: vec![judge("failover_ms", &[8000.0, 9000.0], vec![8400.0])], ..row }
    }

    /// The project's own page says what the runs beside it say: nobody wrote into it by hand.
    #[test]
    fn the_page_is_the_one_that_its_runs_make() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/docs");
        let read = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
        let fidelity = Fidelity::read(&read("fidelity.json")).unwrap();
        assert!(
            fidelity.page(&read("fidelity.md")) == read("fidelity.md"),
            "`klever lab run --all --kept` writes it"
        );
    }

    #[test]
    fn a_page_keeps_its_prose_and_a_row_replaces_its_older_self() {
        let mut fidelity = Fidelity::default();
        fidelity.put(row("b", false));
        fidelity.put(row("a", true));
        fidelity.put(row("b", true));
        let page = fidelity.page("# Fidelity\n\nProse.\n");
        assert!(page.starts_with("# Fidelity\n\nProse.\n"));
        let line = "| a | 4.1.0 | java | 2026-11-22 | all kept | all kept x2 | yes | failover 8500 (8000-9000), 8400 | 18 of 18 |";
        assert!(page.contains(line), "{page}");
        assert_eq!(page.matches("| b |").count(), 1);
        assert_eq!(fidelity.page(&page), page);
        assert_eq!(Fidelity::read(&fidelity.to_json()), Ok(fidelity));
    }

    #[test]
    fn a_kept_run_counts_as_long_as_the_same_is_played() {
        let mut fidelity = Fidelity::default();
        fidelity.put(row("a", true));
        let kept = |clients, played| fidelity.kept("a", KafkaVersion::REFERENCE, clients, played).len();
        assert_eq!(
            [kept(Clients::Java, "f"), kept(Clients::Java, "g"), kept(Clients::Rdkafka, "f")],
            [2, 0, 0]
        );
    }
}
