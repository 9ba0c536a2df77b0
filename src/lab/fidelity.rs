//! The fidelity page: the truth table as JSON and as Markdown, written by the command and never by hand.

use super::truth::{Number, Row, median};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

const BEGIN: &str = "<!-- truth table: written by `klever lab run --all`; do not edit -->";
const END: &str = "<!-- end of the truth table -->";

/// Everything that was measured.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Fidelity {
    /// Scenarios by release.
    pub rows: Vec<Row>,
    /// Numbers that no single scenario holds.
    #[serde(default)]
    pub measures: Vec<Measured>,
}

/// One number of the second table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What was measured.
    pub what: String,
    /// Kafka's release.
    pub version: String,
    /// The number.
    pub number: Number,
}

impl Fidelity {
    /// Reads what an earlier run wrote; nothing if that is not readable.
    pub fn read(json: &str) -> Fidelity {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Puts a row in the place of an older one.
    pub fn put(&mut self, row: Row) {
        self.rows.retain(|old| (&old.scenario, old.version) != (&row.scenario, row.version));
        self.rows.push(row);
        self.rows.sort_by(|a, b| (a.version, &a.scenario).cmp(&(b.version, &b.scenario)));
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
            _ if old.trim().is_empty() => format!("# Fidelity\n\n## Truth table\n\n{table}\n"),
            _ => format!("{}\n\n## Truth table\n\n{table}\n", old.trim_end()),
        }
    }

    fn table(&self) -> String {
        let mut text = self.summary();
        text.push_str("| scenario | Kafka | predicted | observed | same | times | controller |\n");
        text.push_str("|---|---|---|---|---|---|---|\n");
        for row in &self.rows {
            let observed = tally(&row.observed);
            let unmet: String = row.unmet.iter().map(|what| format!("; not met: {what}")).collect();
            let numbers: Vec<String> = row.numbers.iter().map(number_text).collect();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {observed}{unmet} | {} | {} | {} of {} |",
                row.scenario,
                row.version,
                row.predicted.join(" / "),
                if row.same { "yes" } else { "NO" },
                numbers.join("; "),
                row.decisions[0] - row.decisions[1],
                row.decisions[0]
            );
        }
        if !self.measures.is_empty() {
            text.push_str(
                "\n| number | Kafka | predicted (range) | observed | within |\n|---|---|---|---|---|\n",
            );
        }
        for measured in &self.measures {
            let Number { predicted: [middle, least, most], observed, within, .. } = &measured.number;
            let _ = writeln!(
                text,
                "| {} | {} | {} ({}-{}) | {} | {} |",
                measured.what,
                measured.version,
                short(*middle),
                short(*least),
                short(*most),
                observed.iter().map(|number| short(*number)).collect::<Vec<_>>().join(", "),
                if *within { "yes" } else { "NO" }
            );
        }
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
    use super::*;
    use crate::model::KafkaVersion;

    fn row(scenario: &str, same: bool) -> Row {
        Row {
            scenario: scenario.into(),
            title: "t".into(),
            version: KafkaVersion::REFERENCE,
            predicted: vec!["all kept".into()],
            observed: vec!["all kept".into(), "all kept".into()],
            unmet: Vec::new(),
            same,
            numbers: vec![super::super::truth::judge("failover_ms", &[8000.0, 9000.0], vec![8400.0])],
            decisions: [9, 0],
        }
    }

    #[test]
    fn a_page_keeps_its_prose_and_a_row_replaces_its_older_self() {
        let mut fidelity = Fidelity::default();
        fidelity.put(row("b", false));
        fidelity.put(row("a", true));
        fidelity.put(row("b", true));
        let page = fidelity.page("# Fidelity\n\nProse.\n");
        assert!(page.starts_with("# Fidelity\n\nProse.\n"));
        let line = "| a | 4.1.0 | all kept | all kept x2 | yes | failover 8500 (8000-9000), 8400 | 9 of 9 |";
        assert!(page.contains(line), "{page}");
        assert_eq!(page.matches("| b |").count(), 1);
        assert_eq!(fidelity.page(&page), page);
        assert_eq!(Fidelity::read(&fidelity.to_json()), fidelity);
    }
}
