//! One summary per class of partitions, the worst first.

use crate::consequences::case::Case;
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::tolerance::{FaultKind, Operation, durability};
use crate::consequences::{ClassSummary, Estimate};

pub(super) fn class_summaries(context: &AssessmentContext<'_>) -> Vec<ClassSummary> {
    context.classes.iter().map(|class| summary(context, class)).collect()
}

fn summary(context: &AssessmentContext<'_>, class: &PartitionClass) -> ClassSummary {
    let live = &class.live;
    ClassSummary {
        partitions: class.partitions,
        example: class.example,
        name: context.example(class),
        replicas: class.layout.replicas,
        isr: live.isr.count_ones(),
        min_isr: over(class, |case| (case.min_isr, case.min_isr)),
        writable: Estimate::covering(
            class.cases.iter().map(|case| Estimate::Exact(Operation::Write.works(case, live))),
        ),
        readable: live.led(),
        writes_now: over(class, |case| Operation::Write.margin(case, live).now),
        disk_loss_guaranteed: over(class, |case| {
            let margin = durability(case, live, FaultKind::DiskLoss);
            (margin.guaranteed, margin.guaranteed)
        }),
        disk_loss_now: over(class, |case| durability(case, live, FaultKind::DiskLoss).now),
    }
}

/// The range of a count over all cases that are possible.
fn over(class: &PartitionClass, count: impl Fn(&Case) -> (u32, u32)) -> Estimate<u32> {
    Estimate::covering(class.cases.iter().map(|case| {
        let (low, high) = count(case);
        Estimate::between(low, high)
    }))
}
