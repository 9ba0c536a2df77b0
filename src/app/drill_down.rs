//! From a broker to its topics, from a topic to its partitions, to the groups that read them and to their members: pages
//! whose lines lead to other pages, and the way back.

use crate::app::page::MOST_LINKS;
use crate::app::panes::lag_line;
use crate::app::places::OVERLAY;
use crate::app::{Action, App, CellStyle, Item, Overlay, Page, Pane};
use crate::keymap::Keys;
use crate::model::{Cluster, ConfigMap, ConfigSource, Datum, Group, PartitionIx, Topic, plural};
use std::sync::Arc;

/// The pages that one has gone through: where one is, those before it, and those that one has come back from.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Trail {
    /// Each with its first line in view and the line that is selected.
    steps: Vec<(Item, usize, usize)>,
    at: usize,
}

impl App {
    /// What a row of the pane that has the keys is about, where pages lead on from that.
    pub(super) fn thing_at(&self, item: u32) -> Option<Item> {
        let cluster = self.cluster()?;
        match self.focus {
            Pane::Brokers => self.summary.brokers.get(item as usize).map(|row| Item::Broker(row.id)),
            Pane::Partitions if (item as usize) < cluster.partitions.len() => {
                Some(Item::Partition(cluster.partition_name(PartitionIx(item))))
            }
            Pane::Groups => self.summary.groups.get(item as usize).map(|row| Item::Group(row.id.clone())),
            _ => None,
        }
    }

    /// The page of something, with nothing before it.
    pub(super) fn begin_trail(&mut self, item: Item) {
        self.trail = Trail { steps: vec![(item, 0, 0)], at: 0 };
        self.show_step();
    }

    /// Goes to what the selected line of the page leads to.
    pub(super) fn go_into(&mut self) {
        let Some(Overlay::Page(page, top)) = &self.overlay else { return };
        let Some(item) = page.selected_link(*top, Page::room(self.size)).cloned() else { return };
        let (top, link) = (*top, page.link);
        let at = self.trail.at;
        if let Some(step) = self.trail.steps.get_mut(at) {
            (step.1, step.2) = (top, link);
        }
        self.trail.steps.truncate(at + 1);
        self.trail.steps.push((item, 0, 0));
        self.trail.at += 1;
        self.show_step();
    }

    /// Where a step back or forward among the pages leads; `None` where there is nothing, or no such page is open.
    fn step_at(&self, by: isize) -> Option<usize> {
        let Some(Overlay::Page(page, _)) = &self.overlay else { return None };
        let at = self.trail.at.checked_add_signed(by)?;
        (page.is_step && at < self.trail.steps.len()).then_some(at)
    }

    pub(super) fn has_step(&self, by: isize) -> bool {
        self.step_at(by).is_some()
    }

    /// Back or forward among the pages.
    pub(super) fn go_along(&mut self, by: isize) {
        if let (Some(to), Some(Overlay::Page(page, top))) = (self.step_at(by), &self.overlay) {
            let (top, link, at) = (*top, page.link, self.trail.at);
            (self.trail.steps[at].1, self.trail.steps[at].2) = (top, link);
            self.trail.at = to;
            self.show_step();
        }
    }

    fn show_step(&mut self) {
        let Some((item, top, link)) = self.trail.steps.get(self.trail.at).cloned() else { return };
        let mut page = self.page_of(&item).unwrap_or_else(|| gone(&item));
        page.title = self.crumbs();
        page.is_step = true;
        page.link = link.min(page.links().len().saturating_sub(1));
        self.overlay = Some(Overlay::Page(page, top));
    }

    /// The titles of the pages up to this one; where they have no room, the first ones are left out.
    fn crumbs(&self) -> String {
        let titles: Vec<String> =
            self.trail.steps.iter().take(self.trail.at + 1).map(|(item, ..)| item.title()).collect();
        let room = usize::from(Page::room(self.size).0).saturating_sub(4);
        let all = (0..titles.len()).map(|from| {
            let more = if from > 0 { ".. > " } else { "" };
            format!("{more}{}", titles[from..].join(" > "))
        });
        let mut last = String::new();
        for crumbs in all {
            last = crumbs;
            if last.chars().count() <= room {
                break;
            }
        }
        last
    }

    /// What goes through the pages, with its keys.
    pub(crate) fn page_hints(&self, page: &Page) -> String {
        let hint = |action: &str, word: &str| {
            let keys = self.keymap.keys_of(&[OVERLAY], Action::named(action)?);
            Some(format!("{} {word}", keys.first().map(Keys::to_string)?))
        };
        let all = [
            (!page.links().is_empty()).then(|| hint("accept", "goes in")),
            self.has_step(-1).then(|| hint("page-back", "goes back")),
            self.has_step(1).then(|| hint("page-forward", "forward")),
        ];
        all.into_iter().flatten().flatten().collect::<Vec<_>>().join("  ")
    }

    fn page_of(&self, item: &Item) -> Option<Page> {
        let cluster = self.cluster()?;
        let of_pane = |pane: Pane, at: usize| (pane.declaration().page)(self, at as u32);
        match item {
            Item::Broker(id) => {
                of_pane(Pane::Brokers, self.summary.brokers.iter().position(|row| row.id == *id)?)
            }
            Item::Topic(name) => self.topic_page(cluster, cluster.topic_named(name)?.1),
            Item::Partition(name) => of_pane(Pane::Partitions, cluster.partition_named(name)?.0 as usize),
            Item::Group(id) => {
                of_pane(Pane::Groups, self.summary.groups.iter().position(|row| row.id == *id)?)
            }
            Item::Member(id, at) => member_page(cluster, group(cluster, id)?, *at),
        }
    }

    /// Its settings, its partitions, and who reads it.
    fn topic_page(&self, cluster: &Cluster, topic: &Topic) -> Option<Page> {
        let mut page = Page::new("");
        let kind = if topic.internal { ", Kafka's own" } else { "" };
        page.add(CellStyle::Plain, format!("{}{kind}", plural(topic.count as usize, "partition")));
        page.gap();
        add_settings(&mut page, &topic.config);
        page.gap();
        page.add(CellStyle::Strong, "Partitions");
        for partition in cluster.partitions_of(topic).take(MOST_LINKS) {
            let name = cluster.partition_name(partition.ix);
            let health = self.summary.health_of(cluster, partition.ix);
            let leader = partition.leader().map_or("none".into(), |id| id.to_string());
            let (isr, replicas) = (partition.isr().count(), partition.replicas().len());
            let text = format!("{name}  leader {leader}, in sync {isr}/{replicas}, {}", health.word());
            page.add_link(CellStyle::Level(health.level()), text, Item::Partition(name));
        }
        page.add_rest(topic.count as usize);
        let is_of_it = |ix: PartitionIx| (topic.first..topic.first + topic.count).contains(&ix.0);
        add_groups(&mut page, cluster, is_of_it);
        Some(page)
    }
}

fn group<'a>(cluster: &'a Cluster, id: &str) -> Option<&'a Group> {
    cluster.groups.get()?.iter().find(|group| &*group.id == id)
}

/// In place of the page of something that is not there any more.
fn gone(item: &Item) -> Page {
    let mut page = Page::new("");
    page.add(CellStyle::Unknown, format!("{} is not there any more, or not read any more", item.title()));
    page
}

/// What is set otherwise than by default.
pub(super) fn add_settings(page: &mut Page, config: &Datum<Arc<ConfigMap>>) {
    let Some(config) = config.get() else {
        let reason = config.reason().map_or_else(String::new, ToString::to_string);
        return page.add(CellStyle::Unknown, format!("configuration: {reason}"));
    };
    page.add(CellStyle::Strong, "Configuration that differs from the default");
    let mut set = config.iter().filter(|(_, entry)| entry.source != ConfigSource::Default).peekable();
    if set.peek().is_none() {
        page.add(CellStyle::Muted, "none");
    }
    for (key, entry) in set {
        let value = entry.value.as_deref().unwrap_or("(not shown)");
        page.add(CellStyle::Plain, format!("{key} = {value}"));
    }
}

/// Groups with a commit or a member on one of these partitions.
pub(super) fn add_groups(page: &mut Page, cluster: &Cluster, is_meant: impl Fn(PartitionIx) -> bool) {
    page.gap();
    let Some(groups) = cluster.groups.get() else {
        let reason = cluster.groups.reason().map_or_else(String::new, ToString::to_string);
        return page.add(CellStyle::Unknown, format!("groups: {reason}"));
    };
    page.add(CellStyle::Strong, "Groups that read it");
    let commits =
        |group: &Group| group.offsets.get().is_some_and(|all| all.iter().any(|one| is_meant(one.partition)));
    let reads = |group: &Group| {
        let members = group.members.get();
        members.is_some_and(|all| all.iter().any(|one| one.assigned.iter().any(|ix| is_meant(*ix))))
    };
    let found: Vec<&Group> = groups.iter().filter(|group| commits(group) || reads(group)).collect();
    for group in found.iter().take(MOST_LINKS) {
        let text = format!("{}  {}", group.id, group.state.word());
        page.add_link(CellStyle::Plain, text, Item::Group(group.id.clone()));
    }
    page.add_rest(found.len());
    let is_unread = |group: &&Group| group.offsets.get().is_none() || group.members.get().is_none();
    let unread = groups.iter().filter(|group| !commits(group) && !reads(group)).filter(is_unread).count();
    if unread > 0 {
        let text = format!("? {}: commits or members not read", plural(unread, "more group"));
        page.add(CellStyle::Unknown, text);
    } else if found.is_empty() {
        page.add(CellStyle::Muted, "none that was seen");
    }
}

/// Who it is, and how far behind on what it reads.
fn member_page(cluster: &Cluster, group: &Group, at: usize) -> Option<Page> {
    let member = group.members.get()?.get(at)?;
    let mut page = Page::new("");
    page.add(CellStyle::Plain, format!("client.id   {}", member.client_id));
    page.add(CellStyle::Plain, format!("host        {}", member.host));
    let instance = member.instance_id.as_deref().unwrap_or("none: it is a dynamic member");
    page.add(CellStyle::Plain, format!("instance    {instance}"));
    page.add_link(CellStyle::Plain, format!("group       {}", group.id), Item::Group(group.id.clone()));
    page.gap();
    page.add(CellStyle::Strong, "Partitions that it reads");
    if member.assigned.is_empty() {
        page.add(CellStyle::Muted, "none are assigned to it");
    }
    for ix in member.assigned.iter().take(MOST_LINKS) {
        let name = cluster.partition_name(*ix);
        let offsets = group.offsets.get().into_iter().flat_map(|all| all.iter());
        let offset = offsets.into_iter().find(|one| one.partition == *ix);
        let (style, text) = match offset {
            Some(offset) => lag_line(cluster, group, offset),
            None => (CellStyle::Unknown, format!("{:>12}  {name}", "?")),
        };
        page.add_link(style, text, Item::Partition(name));
    }
    page.add_rest(member.assigned.len());
    Some(page)
}
