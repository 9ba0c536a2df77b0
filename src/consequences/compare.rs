//! Two or more settings side by side: what each gains and what it costs.

use crate::consequences::figure::{FigureValue, Scale};
use crate::consequences::{Assessment, Subject, assess, format_significant, keys_moved};
use crate::hypothesis::{HypothesisError, apply};
use crate::knobs::{Change, load, producer_errors, topic};
use crate::model::{Cluster, Keys};
use std::cmp::Ordering;

/// One figure under two settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Delta {
    pub id: &'static str,
    pub label: &'static str,
    pub was: String,
    pub now: String,
    /// Less is worse, greater is better; `None` when one of them is not known.
    pub change: Option<Ordering>,
    /// By how much, where that can be said: `2.4x less`, `1 more`.
    pub by: Option<String>,
}

impl Delta {
    /// `better`, `worse`, or `differs` where nobody can say.
    pub fn word(&self) -> &'static str {
        match self.change {
            Some(Ordering::Greater) => "better",
            Some(Ordering::Less) => "worse",
            Some(Ordering::Equal) => "as good",
            None => "differs",
        }
    }

    /// The mark before the word: `+`, `-`, `=` or `?`.
    pub fn mark(&self) -> &'static str {
        match self.change {
            Some(Ordering::Greater) => "+",
            Some(Ordering::Less) => "-",
            Some(Ordering::Equal) => "=",
            None => "?",
        }
    }

    /// `+ better, 2.4x less`
    pub fn verdict(&self) -> String {
        let by = self.by.as_ref().map_or(String::new(), |by| format!(", {by}"));
        format!("{} {}{by}", self.mark(), self.word())
    }
}

/// What of an assessment differs from another one, in the order of the panel.
pub fn differences(was: &Assessment, now: &Assessment) -> Vec<Delta> {
    let (before, after) = (was.figures(), now.figures());
    let pairs = before.iter().zip(&after).filter(|(a, b)| a.value.text() != b.value.text());
    let delta = |(a, b): (&super::FigureView<'_>, &super::FigureView<'_>)| Delta {
        id: a.id,
        label: a.label,
        was: a.value.text(),
        now: b.value.text(),
        change: a.value.score().zip(b.value.score()).and_then(|(a, b)| b.partial_cmp(&a)),
        by: by_how_much(a.value, b.value),
    };
    pairs.map(delta).chain(keys_that_move(was, now)).collect()
}

/// Other partitions than before give keys other partitions: their order breaks where they change.
fn keys_that_move(was: &Assessment, now: &Assessment) -> Option<Delta> {
    let partitions = |of: &Assessment| u32::try_from(of.knobs.get(&topic::PARTITIONS)?.int()?).ok();
    let has_keys = |of: &Assessment| of.knobs.get(&load::KEYS)?.word().map(|word| word != Keys::None.word());
    let (before, after) = (partitions(was)?, partitions(now)?);
    let share = keys_moved(before, after);
    (share > 0.0 && has_keys(now)?).then(|| Delta {
        id: "ordering.keys_moved",
        label: "Keys in another partition",
        was: "0 %".into(),
        now: format!("{} %", format_significant(share * 100.0)),
        change: Some(Ordering::Less),
        by: None,
    })
}

/// Shares below a factor of two, multiples above it, differences of counts.
fn by_how_much(was: &dyn FigureValue, now: &dyn FigureValue) -> Option<String> {
    match (was.scale(), now.scale()) {
        (Scale::Count(was), Scale::Count(now)) if was != now => {
            Some(format!("{} {}", (now - was).abs(), if now > was { "more" } else { "fewer" }))
        }
        (Scale::Ratio(was), Scale::Ratio(now)) if was > 0.0 && now > 0.0 && was != now => {
            let (times, word) = if now > was { (now / was, "more") } else { (was / now, "less") };
            let share = libm::round((now / was - 1.0).abs() * 100.0);
            if times >= 2.0 {
                Some(format!("{}x {word}", format_significant(times)))
            } else {
                (share >= 1.0).then(|| format!("{share}% {word}"))
            }
        }
        _ => None,
    }
}

/// What a subject comes to with some changes; `None` when the cluster cannot have them, or a producer would
/// not start with them.
pub(super) fn assess_with(cluster: &Cluster, subject: Subject, changes: &[Change]) -> Option<Assessment> {
    let now = apply(cluster, changes).ok()?;
    let starts = |of: &Cluster| of.assumed.producers.iter().all(|one| producer_errors(one).is_empty());
    (starts(&now) || !starts(cluster)).then(|| assess(&now, subject))
}

/// A setting that was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    pub name: String,
    pub changes: Vec<Change>,
    pub assessment: Assessment,
    /// How that differs from the cluster as it is.
    pub deltas: Vec<Delta>,
}

/// Tries settings on a cluster. A setting that cannot be made there is an error in its place.
pub fn compare(
    cluster: &Cluster,
    subject: Subject,
    settings: &[(String, Vec<Change>)],
) -> Vec<Result<Comparison, HypothesisError>> {
    let was = assess(cluster, subject);
    let tried = |(name, changes): &(String, Vec<Change>)| {
        let assessment = assess(&apply(cluster, changes)?, subject);
        let deltas = differences(&was, &assessment);
        Ok(Comparison { name: name.clone(), changes: changes.clone(), assessment, deltas })
    };
    settings.iter().map(tried).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequences::Estimate;
    use crate::consequences::figure::{FailuresTolerated, Qualitative, Quantity, Unit};
    use crate::consequences::fixtures::ClusterSpec;
    use crate::model::TopicIx;

    #[test]
    fn more_partitions_are_told_with_the_keys_that_they_move() {
        let cluster = ClusterSpec::default().build();
        let moved = |changes: &[&str]| {
            let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
            let tried = compare(&cluster, Subject::Topic(TopicIx(0)), &[("more".into(), changes)]).remove(0);
            let deltas = tried.unwrap().deltas;
            deltas.into_iter().find(|delta| delta.id == "ordering.keys_moved").map(|delta| delta.now)
        };
        assert_eq!(moved(&["topic:partitions=24"]).as_deref(), Some("50 %"));
        assert_eq!(moved(&["topic:partitions=13"]).as_deref(), Some("92 %"));
        assert_eq!(moved(&["topic:partitions=24", "load:keys=none"]), None);
        assert_eq!(moved(&["linger.ms=50"]), None);
    }

    #[test]
    fn differences_read_as_people_say_them() {
        let ms = |value| Quantity::new(Estimate::Exact(value), Unit::Ms);
        let by = |a: &dyn FigureValue, b: &dyn FigureValue| by_how_much(a, b).unwrap_or_default();
        assert_eq!(by(&ms(10.0), &ms(24.0)), "2.4x more");
        assert_eq!(by(&ms(10.0), &ms(8.0)), "20% less");
        assert_eq!(by(&ms(10.0), &ms(10.001)), "");
        assert_eq!(by(&ms(0.0), &ms(10.0)), "", "nothing is a multiple of zero");
        let loss = |value| Quantity::new(Estimate::Exact(value), Unit::PerYear);
        assert_eq!(by(&loss(3e-4), &loss(3e-8)), "10,000x less");
        let count = |count| {
            let (guaranteed, now) = (Estimate::Exact(count), Estimate::Exact(count));
            FailuresTolerated { guaranteed, now, of: 3 }
        };
        assert_eq!((by(&count(0), &count(2)), by(&count(2), &count(1))), ("2 more".into(), "1 fewer".into()));
        let unknown = Quantity::new(Estimate::Unknown("x".into()), Unit::Ms);
        let words = Qualitative { verdict: "kept".into(), rank: Some(2) };
        assert_eq!((by(&ms(1.0), &unknown), by(&words, &words)), (String::new(), String::new()));
    }
}
