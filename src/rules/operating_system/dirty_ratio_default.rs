//! Large machines that write back as small ones do.

use crate::model::human_bytes;
use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `dirty-ratio-default`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dirty-ratio-default",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Write-back left at its default",
    scope: SubjectKind::Host,
    why: "With much memory 10 and 20 percent are gigabytes that are written at once, and every append waits meanwhile: the slowest requests take seconds.",
    fix: "Set vm.dirty_background_ratio=5 and vm.dirty_ratio=60 with sysctl -w, and in /etc/sysctl.d for the next boot",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.dirty_ratios.zip(&host.memory_bytes),
        |((dirty, background), memory)| {
            let is_default = (*dirty, *background) == (20, 10) && *memory >= LARGE;
            is_default.then(|| {
                let memory = human_bytes(*memory);
                format!("vm.dirty_ratio=20, vm.dirty_background_ratio=10 with {memory} of memory").into()
            })
        },
    );
}

const LARGE: u64 = 32 << 30;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let bad = [("proc/sys/vm/dirty_ratio", "20\n"), ("proc/sys/vm/dirty_background_ratio", "10\n")];
        let said =
            "low host kafka-1: vm.dirty_ratio=20, vm.dirty_background_ratio=10 with 64.0 GiB of memory";
        on_host(&RULE, &bad, said, "proc/sys/vm/dirty_ratio");
    }
}
