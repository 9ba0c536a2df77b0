//! What can be done to a cluster that runs here, as entries of the palette: the fault menu.

use crate::app::App;
use crate::app::palette::{Entry, Run};
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
pub(super) fn entries(app: &App) -> Vec<Entry> {
    let Some(cluster) = app.cluster().filter(|_| app.origin.acts()) else { return Vec::new() };
    let mut brokers: Vec<BrokerId> = cluster.brokers.iter().map(|broker| broker.id).collect();
    if let Some(selected) = app.selected_broker() {
        brokers.sort_by_key(|id| (*id != selected, *id));
    }
    let racks: BTreeSet<String> =
        cluster.brokers.iter().filter_map(|broker| Some(broker.rack.get()?.as_ref()?.to_string())).collect();
    let mut entries: Vec<Entry> = brokers.into_iter().flat_map(of_broker).collect();
    entries.extend(racks.into_iter().map(|rack| {
        let act = Act::PowerLoss { domain: PowerDomain::Rack(rack.clone()), keep: UnflushedTail::Random };
        entry(
            format!("power loss rack {rack}"),
            "Every machine of the rack is off; unflushed tails may be gone.",
            act,
        )
    }));
    entries.extend(of_cluster());
    entries
}

fn of_broker(id: BrokerId) -> Vec<Entry> {
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
        one("stop", "SIGTERM: it hands its leaderships over first.", Act::Stop(process())),
        one("restart", "Starts it; a running one is stopped in order first.", Act::Restart(process())),
        one("pause", "SIGSTOP: it hangs, and may come back as a zombie.", Act::Pause(process())),
        one("resume", "The pause is over.", Act::Resume(process())),
        one("power loss", "The machine is off; its unflushed tail may be gone.", power),
        one("disk loss", "Its disk is replaced by an empty one.", Act::DiskLoss(id)),
        one("cut off from brokers", "Nothing passes between it and the other brokers.", cut),
        one("cut off from controllers", "It goes on serving, and cannot be told anything.", unseen),
        one("slow link", "100 ms more for each message to other brokers.", slow),
        one("slow disk", "50 ms more for each write.", Act::SlowDisk { broker: id, extra: SLOW_DISK_NS }),
        one("healthy disk", "The end of a slow disk.", Act::SlowDisk { broker: id, extra: 0 }),
    ]
}

fn of_cluster() -> Vec<Entry> {
    let site = Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Random };
    vec![
        entry("power loss everywhere", "All machines are off; unflushed tails may be gone.", site),
        entry("heal all links", "Everything passes again, at its usual pace.", Act::HealAll),
        entry("lose one controller", "One voter of the quorum stops.", Act::ControllerLoss(1)),
        entry("lose two controllers", "The majority of three is gone: no elections.", Act::ControllerLoss(2)),
        entry("controllers back", "All voters run again.", Act::ControllerBack),
        entry(
            "elect preferred leaders",
            "Leaders go back to the first replica.",
            Act::PreferredElection(None),
        ),
        entry("elect unclean leaders", "Any live replica may lead: loses data.", Act::UncleanElection(None)),
    ]
}

fn entry(name: impl Into<String>, doc: &'static str, act: Act) -> Entry {
    let name = format!("{PREFIX}{}", name.into());
    Entry { name, doc: doc.into(), keys: String::new(), disabled: None, run: Run::Act(act) }
}
