//! Which rows a pane lists, and the selection that stays on its thing when rows come, go or move.

use crate::app::{App, Filter, Pane, Sort};
use crate::knobs::Knob;
use crate::model::{BrokerId, PartitionIx};
use std::sync::Arc;

/// A thing that a row stands for, whatever its place.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Thing {
    Broker(BrokerId),
    Partition(Arc<str>, i32),
    Group(Arc<str>),
    Knob(&'static Knob),
    Consequence(&'static str),
    Warning(&'static str, String),
}

impl App {
    /// Notes what is selected, to find it again.
    pub(super) fn remember_selections(&mut self) {
        self.things = Pane::ALL.map(|pane| self.thing(pane));
    }

    /// Lists panes anew, each selection staying on its thing.
    pub(super) fn refresh_rows(&mut self, panes: &[Pane]) {
        for pane in panes.iter().map(|pane| *pane as usize) {
            let rows = self.rows_of(Pane::ALL[pane]);
            let place = self.things[pane].as_ref().and_then(|thing| self.place_of(thing, &rows));
            let at = place.or_else(|| self.lists[pane].selected()).unwrap_or(0);
            self.lists[pane].set(rows.len(), at);
            self.rows[pane] = rows;
        }
    }

    /// Shows only what passes.
    pub(super) fn set_filter(&mut self, pane: Pane, filter: Filter) {
        if self.filters[pane as usize] != filter {
            self.filters[pane as usize] = filter;
            self.refresh_rows(&[pane]);
        }
    }

    /// Shows in another order.
    pub(super) fn set_sort(&mut self, pane: Pane, sort: Sort) {
        self.sorts[pane as usize] = sort;
        self.refresh_rows(&[pane]);
    }

    fn rows_of(&self, pane: Pane) -> Vec<u32> {
        let (filter, sort) = (self.filter(pane), self.sort(pane));
        match pane {
            Pane::Topology => {
                let names: Vec<String> = self.summary.brokers.iter().map(broker_name).collect();
                let mut rows = named(filter, names.iter().map(String::as_str));
                sort.brokers(&mut rows, &self.summary);
                rows
            }
            Pane::Partitions => {
                let Some(cluster) = self.cluster() else { return Vec::new() };
                let mut rows = filter.partitions(cluster, &self.summary);
                sort.partitions(&mut rows, cluster, &self.summary);
                rows
            }
            Pane::Groups => {
                let groups = &self.summary.groups;
                let passes = |at: &u32| filter.passes_group(&groups[*at as usize]);
                let mut rows: Vec<u32> = (0..groups.len() as u32).filter(passes).collect();
                sort.groups(&mut rows, groups);
                rows
            }
            Pane::Knobs => named(filter, self.knobs.iter().map(|row| row.knob.name)),
            Pane::Consequences => {
                let assessment = self.assessment().map_or(&[][..], |assessment| &assessment.consequences);
                named(filter, assessment.iter().map(|row| row.label.as_str()))
            }
            Pane::Warnings => {
                let warnings = self.assessment().map_or(&[][..], |assessment| &assessment.warnings);
                let names: Vec<String> =
                    warnings.iter().map(|row| format!("{} {} {}", row.word, row.rule, row.subject)).collect();
                named(filter, names.iter().map(String::as_str))
            }
        }
    }

    fn thing(&self, pane: Pane) -> Option<Thing> {
        let item = self.selected_item(pane)?;
        let at = item as usize;
        Some(match pane {
            Pane::Topology => Thing::Broker(self.summary.brokers.get(at)?.id),
            Pane::Partitions => {
                let cluster = self.cluster()?;
                let partition = cluster.partitions.view(PartitionIx(item));
                Thing::Partition(cluster.topic(partition.topic()).name.clone(), partition.number())
            }
            Pane::Groups => Thing::Group(self.summary.groups.get(at)?.id.clone()),
            Pane::Knobs => Thing::Knob(self.knobs.get(at)?.knob),
            Pane::Consequences => Thing::Consequence(self.assessment()?.consequences.get(at)?.id),
            Pane::Warnings => {
                let warning = self.assessment()?.warnings.get(at)?;
                Thing::Warning(warning.rule, warning.subject.clone())
            }
        })
    }

    /// The row of a thing, if it is still listed.
    fn place_of(&self, thing: &Thing, rows: &[u32]) -> Option<usize> {
        let item = match thing {
            Thing::Broker(id) => self.summary.brokers.iter().position(|row| row.id == *id)? as u32,
            Thing::Partition(name, number) => {
                let (_, topic) = self.cluster()?.topic_named(name)?;
                topic.first + u32::try_from(*number).ok().filter(|number| *number < topic.count)?
            }
            Thing::Group(id) => self.summary.groups.iter().position(|row| row.id == *id)? as u32,
            Thing::Knob(knob) => self.knobs.iter().position(|row| row.knob == *knob)? as u32,
            Thing::Consequence(id) => {
                self.assessment()?.consequences.iter().position(|row| row.id == *id)? as u32
            }
            Thing::Warning(rule, subject) => {
                let warnings = &self.assessment()?.warnings;
                warnings.iter().position(|row| row.rule == *rule && row.subject == *subject)? as u32
            }
        };
        match rows.get(item as usize) {
            Some(row) if *row == item => Some(item as usize),
            _ => rows.iter().position(|row| *row == item),
        }
    }
}

fn broker_name(broker: &crate::app::BrokerRow) -> String {
    let rack = broker.rack.as_ref().and_then(|rack| rack.as_deref()).unwrap_or_default();
    format!("{} {rack} {}", broker.id, broker.state.word())
}

fn named<'a>(filter: &Filter, names: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let passing = names.enumerate().filter(|(_, name)| filter.passes_name(name));
    passing.map(|(at, _)| at as u32).collect()
}
