//! What can be done to a cluster that runs here, as entries of the palette: the fault menu.

use crate::app::knob_rows::shown_topic;
use crate::app::{App, PaletteEntry, PaletteRun};
use crate::model::{BrokerId, SchemaChange};
use crate::scenario::{Act, Endpoint, PowerDomain, Process, UnflushedTail};
use std::collections::BTreeSet;

/// What every entry's name begins with.
pub(super) const PREFIX: &str = "fault ";

/// How much slower a slow disk is for each write.
const SLOW_DISK_NS: u64 = 50_000_000;
/// How much longer a slow link takes for each message.
const SLOW_LINK_NS: u64 = 100_000_000;

/// How much longer a slow service takes for each record.
const SLOW_SERVICE_NS: u64 = 1_000_000_000;
/// Producers whose deployments the menu lists.
const WITH_SCHEMAS: u32 = 3;
/// How much more a greedy client sends.
const GREEDY_TIMES: u32 = 50;
/// Producers, members of a group, and partitions that the menu lists.
const MOST_LISTED: u32 = 24;

/// All faults that make sense now, those of the selected broker first. None where nothing can be done.
pub(super) fn entries(app: &App) -> Vec<PaletteEntry> {
    let Some(cluster) = app.cluster().filter(|_| app.origin.acts()) else { return Vec::new() };
    let mut brokers: Vec<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
    if let Some(selected) = app.selected_broker() {
        brokers.sort_by_key(|id| (*id != selected, *id));
    }
    let racks: BTreeSet<String> =
        cluster.brokers.iter().filter_map(|broker| Some(broker.rack.get()?.as_ref()?.to_string())).collect();
    let mut entries: Vec<PaletteEntry> = brokers.into_iter().flat_map(of_broker).collect();
    entries.extend(racks.into_iter().map(|rack| {
        let act = Act::PowerLoss { domain: PowerDomain::Rack(rack.clone()), keep: UnflushedTail::Random };
        entry(
            format!("power loss rack {rack}"),
            "Power off all machines of the rack; what they have not flushed may be gone.",
            act,
        )
    }));
    entries.extend(of_cluster());
    entries.extend(of_clients(app));
    entries
}

/// Clients that a run has, the first ones of the producers and of each group: thousands would fill the menu.
fn of_clients(app: &App) -> Vec<PaletteEntry> {
    let Some(detail) = &app.detail else { return Vec::new() };
    let mut entries = Vec::new();
    let (mut groups, mut producers): (Vec<&str>, u32) = (Vec::new(), 0);
    for client in detail.clients.iter() {
        match client {
            Process::Member(_, MOST_LISTED..) => continue,
            Process::Producer(_) if producers == MOST_LISTED => continue,
            Process::Producer(_) => producers += 1,
            Process::Member(group, 0) => groups.push(group),
            _ => {}
        }
        entries.extend(of_client(client));
        if let Process::Producer(name) = client {
            entries.extend(of_producer(name));
            entries.extend(of_schemas(name).into_iter().filter(|_| producers <= WITH_SCHEMAS));
        }
    }
    entries.extend(groups.iter().map(|group| of_readers(group)));
    entries.extend(groups.into_iter().flat_map(of_service));
    if let Some(cluster) = app.cluster()
        && let Some(ix) = shown_topic(cluster, app.selected_topic.as_ref())
    {
        let topic = cluster.topic(ix);
        entries.extend((0..topic.count.min(MOST_LISTED)).map(|number| {
            let partition = format!("{}-{number}", topic.name);
            let act = Act::Poison { partition: partition.clone(), records: 1 };
            entry(format!("poison record {partition}"), "No consumer can process its next record.", act)
        }));
    }
    entries
}

fn of_client(client: &Process) -> Vec<PaletteEntry> {
    let one = |what: &str, doc: &'static str, act: Act| entry(format!("{what} {client}"), doc, act);
    vec![
        one("kill", "SIGKILL: what it had in hand or in its buffer is gone.", Act::Kill(client.clone())),
        one("stop", "It closes: a producer ends, a member leaves its group.", Act::Stop(client.clone())),
        one("restart", "Start it; a running one is killed first.", Act::Restart(client.clone())),
        one("pause", "SIGSTOP: a long collection, or a frozen machine.", Act::Pause(client.clone())),
        one("resume", "SIGCONT: let it run on.", Act::Resume(client.clone())),
        one(
            "lose answer",
            "The next answer to its write, or to its commit, is lost.",
            Act::LoseAnswer(client.clone()),
        ),
    ]
}

fn of_producer(name: &str) -> Vec<PaletteEntry> {
    let sends = |what: &str, doc: &'static str, times| {
        entry(format!("{what} producer/{name}"), doc, Act::Greedy { producer: name.into(), times })
    };
    vec![
        sends("greedy", "Its application sends 50 times as much.", GREEDY_TIMES),
        sends("modest", "Its application sends what it did at first.", 1),
    ]
}

/// Deployments of a producer with a new version of its schema.
fn of_schemas(name: &str) -> Vec<PaletteEntry> {
    let deploy = |change: SchemaChange| {
        let act = Act::DeploySchema { client: Endpoint::Producer(name.into()), change: Some(change) };
        let what = change.word().replace('_', " ");
        entry(format!("deploy producer/{name}: {what}"), doc_of(change), act)
    };
    SchemaChange::ALL.into_iter().map(deploy).collect()
}

fn doc_of(change: SchemaChange) -> &'static str {
    match change {
        SchemaChange::AddOptionalField => "Its schema has a new field with a default (schemas are a model).",
        SchemaChange::AddRequiredField => {
            "Its schema has a new field without a default (schemas are a model)."
        }
        SchemaChange::RemoveOptionalField => "Its schema loses a field with a default (schemas are a model).",
        SchemaChange::RemoveRequiredField => {
            "Its schema loses a field without a default (schemas are a model)."
        }
        SchemaChange::RenameField => "A field of its schema has another name (schemas are a model).",
        SchemaChange::RenameOptionalField => {
            "A field with a default has another name: readers take the default (schemas are a model)."
        }
        SchemaChange::ChangeType => "A field of its schema has another type (schemas are a model).",
        SchemaChange::DropDefault => "A field of its schema loses its default (schemas are a model).",
    }
}

/// A deployment of a group with the newest schema.
fn of_readers(group: &str) -> PaletteEntry {
    let act = Act::DeploySchema { client: Endpoint::Group(group.into()), change: None };
    entry(
        format!("deploy group/{group}: newest schema"),
        "Its members read with the newest schema (a model).",
        act,
    )
}

fn of_service(group: &str) -> Vec<PaletteEntry> {
    let service = |what: &str, doc: &'static str, extra, failures_permille| {
        let act = Act::SlowService { group: group.into(), extra, failures_permille };
        entry(format!("{what} service {group}"), doc, act)
    };
    vec![
        service("slow", "What its members call takes 1 s longer for each record.", SLOW_SERVICE_NS, 0),
        service("failing", "Half of the calls of its members fail.", 0, 500),
        service("healthy", "End what slows the service down or lets it fail.", 0, 0),
    ]
}

fn of_broker(id: BrokerId) -> Vec<PaletteEntry> {
    let process = || Process::Broker(id);
    let one = |what: &str, doc: &'static str, act: Act| entry(format!("{what} broker {id}"), doc, act);
    let power = Act::PowerLoss { domain: PowerDomain::Broker(id), keep: UnflushedTail::Random };
    let cut = Act::Partition { from: Endpoint::Broker(id), to: Endpoint::Brokers, one_way: false };
    let unseen = Act::Partition { from: Endpoint::Broker(id), to: Endpoint::Controllers, one_way: false };
    let slow = Act::SlowLink {
        from: Endpoint::Broker(id),
        to: Endpoint::Brokers,
        extra: SLOW_LINK_NS,
        loss_permille: 0,
    };
    vec![
        one("kill", "SIGKILL: the process is gone, its page cache stays.", Act::Kill(process())),
        one(
            "stop",
            "Controlled shutdown (SIGTERM): it hands its leaderships over first.",
            Act::Stop(process()),
        ),
        one("restart", "Start it; a running broker is shut down cleanly first.", Act::Restart(process())),
        one("pause", "SIGSTOP: it hangs, and may come back as a zombie leader.", Act::Pause(process())),
        one("resume", "SIGCONT: let it run on.", Act::Resume(process())),
        one("power loss", "Power off its machine; what it has not flushed may be gone.", power),
        one("disk loss", "Replace its disk with an empty one.", Act::DiskLoss(id)),
        one("cut off from brokers", "Cut the network between it and the other brokers.", cut),
        one(
            "cut off from controllers",
            "It keeps serving clients without hearing from the controllers.",
            unseen,
        ),
        one("slow link", "Add 100 ms to each message to other brokers.", slow),
        one("slow disk", "Add 50 ms to each write.", Act::SlowDisk { broker: id, extra: SLOW_DISK_NS }),
        one("healthy disk", "End the slow disk.", Act::SlowDisk { broker: id, extra: 0 }),
    ]
}

fn of_cluster() -> Vec<PaletteEntry> {
    let site = Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Random };
    vec![
        entry(
            "power loss everywhere",
            "Power off all machines; what they have not flushed may be gone.",
            site,
        ),
        entry("heal all links", "End all cuts and slow links.", Act::HealAll),
        entry("lose one controller", "Stop one voter of the quorum.", Act::ControllerLoss(1)),
        entry(
            "lose two controllers",
            "Stop the majority of three voters: no elections.",
            Act::ControllerLoss(2),
        ),
        entry("controllers back", "Start all voters again.", Act::ControllerBack),
        entry(
            "elect preferred leaders",
            "Move leadership back to the preferred replicas.",
            Act::PreferredElection(None),
        ),
        entry("elect unclean leaders", "Let any live replica lead: loses data.", Act::UncleanElection(None)),
    ]
}

fn entry(name: impl Into<String>, doc: &'static str, act: Act) -> PaletteEntry {
    PaletteEntry::new(format!("{PREFIX}{}", name.into()), doc, PaletteRun::Act(act))
}
