//! Which class of partitions is worse than another.

use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::tolerance::{Fault, Operation, durability};
use crate::consequences::{Answer, ClassLine};
use std::cmp::Reverse;

/// Ascending from the worst: what does not work now, then what is lost first, then the largest class.
pub(super) fn severity_key(judged: &PartitionClass) -> impl Ord + use<> {
    let least = |value: &dyn Fn(&crate::consequences::case::Case) -> u32| {
        judged.cases.iter().map(value).min().unwrap_or(0)
    };
    let live = &judged.live;
    (
        least(&|case| u32::from(Operation::Read.works(case, live))),
        least(&|case| u32::from(Operation::Write.works(case, live))),
        least(&|case| Operation::Write.margin(case, live).now.0),
        least(&|case| durability(case, live, Fault::DiskLoss).now.0),
        least(&|case| durability(case, live, Fault::DiskLoss).guaranteed),
        least(&|case| Operation::Write.racks(case, live).now.0),
        Reverse(judged.partitions),
    )
}

/// One line per class, the worst first.
pub(super) fn class_lines(context: &AssessmentContext<'_>) -> Vec<ClassLine> {
    context.judged.iter().map(|judged| line(context, judged)).collect()
}

fn line(context: &AssessmentContext<'_>, judged: &PartitionClass) -> ClassLine {
    let class = &context.classes.classes[judged.class];
    let live = &judged.live;
    let over = |value: &dyn Fn(&crate::consequences::case::Case) -> (u32, u32)| {
        Answer::covering(judged.cases.iter().map(|case| {
            let (low, high) = value(case);
            Answer::between(low, high)
        }))
    };
    ClassLine {
        partitions: class.partitions,
        example: class.example,
        name: context.example(judged),
        replicas: context.classes.layout(class).replicas,
        isr: live.isr.count_ones(),
        min_isr: over(&|case| (case.min_isr, case.min_isr)),
        writable: Answer::covering(
            judged.cases.iter().map(|case| Answer::Exact(Operation::Write.works(case, live))),
        ),
        readable: live.led(),
        writes_now: over(&|case| Operation::Write.margin(case, live).now),
        disk_loss_guaranteed: over(&|case| {
            let margin = durability(case, live, Fault::DiskLoss);
            (margin.guaranteed, margin.guaranteed)
        }),
        disk_loss_now: over(&|case| durability(case, live, Fault::DiskLoss).now),
    }
}
