//! What can be done to a cluster that runs here, as entries of the palette: the fault menu.

use crate::app::{App, PaletteEntry, PaletteRun};
use crate::model::BrokerId;
use crate::scenario::{Act, Endpoint, PowerDomain, Process, UnflushedTail};
use std::collections::BTreeSet;

/// What every entry's name begins with.
pub(super) const PREFIX: &str = "fault ";

/// How much slower a slow disk is for each write.
const SLOW_DISK_NS: u64 = 50_000_000;
/// How much longer a slow link takes for each message.
const SLOW_LINK_NS: u64 = 100_000_000;

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
    entries
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
