//! The page of the frontier: a sweep over the knobs, plotted by two figures, better to the right and upwards.

use super::short;
use crate::app::action::actions;
use crate::app::cell::left;
use crate::app::conditions::{has_cluster, unless};
use crate::app::page_request::{AxisLabel, ExploreKind, PageData, PageRequest, PageRow, Parameters, Plot};
use crate::app::{App, Cell, CellStyle, Effect, Level};
use crate::consequences::{FrontierPoint, OBJECTIVES, default_sweep, frontier};
use crate::model::plural;

static PAGE: ExploreKind = ExploreKind { title: "Frontier", data };

actions! { Exploring
    "frontier", "frontier", has_cluster, open, "Plot the best trade-offs between two figures.";
    "axis-x", "x axis", is_open, axis_x, "Plot another figure from left to right.";
    "axis-y", "y axis", is_open, axis_y, "Plot another figure from bottom to top.";
}

fn open(app: &mut App) -> Vec<Effect> {
    app.toggle_explore_page(&PAGE, Parameters::default())
}

fn is_open(app: &App) -> Option<&'static str> {
    unless(app.explores(&PAGE), "only the frontier has axes")
}

fn axis_x(app: &mut App) -> Vec<Effect> {
    app.turn_explore_page(|parameters| parameters.axes.0 = next_but(parameters.axes.0, parameters.axes.1))
}

fn axis_y(app: &mut App) -> Vec<Effect> {
    app.turn_explore_page(|parameters| parameters.axes.1 = next_but(parameters.axes.1, parameters.axes.0))
}

/// The next objective that the other axis does not have.
fn next_but(at: usize, taken: usize) -> usize {
    let next = (at + 1) % OBJECTIVES.len();
    if next == taken { (next + 1) % OBJECTIVES.len() } else { next }
}

/// What is smaller than this part of the largest value is plotted as if it were that part.
const MIN_SHARE: f64 = 1e-12;
/// Values that differ by more than this factor are plotted by their logarithm.
const WIDE: f64 = 20.0;

fn data(request: &PageRequest, keep_going: &dyn Fn() -> bool) -> PageData {
    let (x, y) = request.parameters.axes;
    let (subject, note) = request.tried_on();
    let (x, y) = (&OBJECTIVES[x % OBJECTIVES.len()], &OBJECTIVES[y % OBJECTIVES.len()]);
    let points = frontier(&request.now, subject, &default_sweep(), (x.figure, y.figure), keep_going);
    if points.is_empty() {
        let text = format!("{} or {} is not known here, so nothing can be plotted.", x.axis, y.axis);
        return PageData { intro: vec![(CellStyle::Unknown, text)], ..PageData::default() };
    }
    let (across, up) = (Scale::of(points.iter().map(|p| p.at.0)), Scale::of(points.iter().map(|p| p.at.1)));
    let place = |point: &FrontierPoint| (across.place(point.at.0), up.place(point.at.1));
    let (mut listed, beaten): (Vec<_>, Vec<_>) =
        points.iter().partition(|point| point.on_frontier || point.is_now());
    listed.sort_by(|a, b| a.at.0.total_cmp(&b.at.0).then(b.at.1.total_cmp(&a.at.1)));
    let plot = Plot {
        x: label(x.axis, &points, |point| (point.at.0, &point.x)),
        y: label(y.axis, &points, |point| (point.at.1, &point.y)),
        dots: beaten.iter().map(|point| place(point)).collect(),
    };
    let count = plural(points.len(), "setting");
    let mut intro = vec![(
        CellStyle::Muted,
        format!("{count} tried. Up and right is better. @ you, o best trade-offs, . dominated"),
    )];
    intro.extend(note.map(|note| (CellStyle::Muted, note)));
    PageData {
        intro,
        columns: vec![left("", 13, 14, 0), left("", 11, 13, 0), left("", 16, 200, 0)],
        headings: vec![x.axis.into(), y.axis.into(), "what to change".into()],
        rows: listed.into_iter().map(|point| row(point, place(point), (x.axis, y.axis))).collect(),
        plot: Some(plot),
    }
}

fn label<'p>(
    axis: &str,
    points: &'p [FrontierPoint],
    of: impl Fn(&'p FrontierPoint) -> (f64, &'p String),
) -> AxisLabel {
    let worst = points.iter().map(&of).min_by(|a, b| a.0.total_cmp(&b.0));
    let best = points.iter().map(&of).max_by(|a, b| a.0.total_cmp(&b.0));
    let text = |end: Option<(f64, &String)>| end.map_or(String::new(), |(_, text)| text.clone());
    AxisLabel { label: axis.into(), worst: text(worst), best: text(best) }
}

fn row(point: &FrontierPoint, at: (f64, f64), (x, y): (&str, &str)) -> PageRow {
    let changes = if point.is_now() {
        "nothing: this is the configuration as it is".to_string()
    } else {
        point.changes.iter().map(short).collect::<Vec<_>>().join(", ")
    };
    let beaten =
        if point.on_frontier { "" } else { "  (dominated: another one is better, and worse in nothing)" };
    let style = if point.is_now() { CellStyle::Level(Level::Notice) } else { CellStyle::Strong };
    PageRow {
        key: format!("{} {}", point.x, point.y),
        cells: vec![
            Cell::new(style, point.x.clone()),
            Cell::new(style, point.y.clone()),
            Cell::new(CellStyle::Plain, changes.clone()),
        ],
        detail: vec![
            (style, format!("{x} {}, {y} {}{beaten}", point.x, point.y)),
            (CellStyle::Plain, format!("change {changes}")),
        ],
        changes: point.changes.clone(),
        at: Some(at),
        is_now: point.is_now(),
    }
}

/// Where values lie between the worst and the best.
struct Scale {
    least: f64,
    most: f64,
    /// The smallest size that is not zero, where sizes are plotted by their logarithm.
    log_from: Option<f64>,
}

impl Scale {
    /// The scale of values of which more is better: all sizes, or all sizes negated.
    fn of(values: impl Iterator<Item = f64> + Clone) -> Scale {
        let sizes = values.clone().map(f64::abs).filter(|size| *size > 0.0);
        let (small, large) = sizes.fold((f64::INFINITY, 0.0_f64), |(a, b), size| (a.min(size), b.max(size)));
        let log_from = (large > small * WIDE).then_some(small.max(large * MIN_SHARE));
        let scale = Scale { least: 0.0, most: 0.0, log_from };
        let ends = values.map(|value| scale.bent(value));
        let (least, most) =
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
        Scale { least, most, ..scale }
    }

    /// Along a logarithm zero lies a decade before the smallest size.
    fn bent(&self, value: f64) -> f64 {
        match self.log_from {
            None => value,
            Some(from) => {
                let size = (value.abs() / from).max(0.1).log10() + 1.0;
                if value > 0.0 { size } else { -size }
            }
        }
    }

    fn place(&self, value: f64) -> f64 {
        let span = self.most - self.least;
        if span > 0.0 { (self.bent(value) - self.least) / span } else { 0.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn wide_values_are_plotted_by_decades() {
        let places = |values: &[f64]| {
            let scale = Scale::of(values.iter().copied());
            values.iter().map(|value| (scale.place(*value) * 100.0).round() as i32).collect::<Vec<_>>()
        };
        assert_eq!(places(&[-10.0, -5.0, -1.0]), [0, 56, 100]);
        assert_eq!(places(&[-1.0, -1e-2, -1e-4, 0.0]), [0, 40, 80, 100]);
        assert_eq!(places(&[1.0, 10.0, 100.0]), [0, 50, 100]);
        assert_eq!(places(&[7.0, 7.0]), [50, 50]);
    }
}
