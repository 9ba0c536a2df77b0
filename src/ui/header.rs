//! The first line: what is looked at, how real it is, its time, and how bad it is.
//!
//! ```text
//!  klever  SIM  durability-1 · Kafka 4.1.0 · t 00:01:23 x10 · seed 7            2 high 1 medium
//!  klever  READ-ONLY live  prod-eu · Kafka 3.9.1       ! stale for 12 s, retry in 4 s: no broker answers
//! ```

use super::canvas::{Canvas, columns_of};
use super::grid::role_of;
use crate::app::{App, LabelColor, Level, Origin};
use crate::model::human_count;
use crate::theme::Role;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let end = area.right();
    let mut x = canvas.put(area.x, area.y, area.width, " klever ", Role::Strong);
    x = canvas.put(x, area.y, end - x, &format!(" {} ", app.origin.badge()), badge(app));
    let alarms = alarms(app);
    let alarm_columns: u16 = alarms.iter().map(|(_, text)| columns_of(text) + 1).sum();
    let room = end.saturating_sub(x + alarm_columns + 1);
    let dot = format!(" {} ", canvas.theme.glyphs().dot);
    let mut said = String::from(" ");
    for (at, part) in parts(app).iter().enumerate() {
        let joined = format!("{said}{}{part}", if at > 0 { dot.as_str() } else { "" });
        if columns_of(&joined) <= room {
            said = joined;
        }
    }
    canvas.put(x, area.y, room, &said, Role::Text);
    let mut x = end.saturating_sub(alarm_columns).max(x);
    for (role, text) in alarms {
        x = canvas.put(x, area.y, end.saturating_sub(x), &text, role) + 1;
    }
}

/// The role of the badge: the user's for this cluster, else that of where it comes from. A copy of it is not it.
fn badge(app: &App) -> Role {
    match (app.began.label.color, &app.origin) {
        (_, Origin::Copy(_)) => Role::BadgeSim,
        (Some(LabelColor::Red), _) | (None, Origin::Live(_)) => Role::BadgeLive,
        (Some(LabelColor::Yellow), _) | (None, Origin::File(_)) => Role::BadgeFile,
        (Some(LabelColor::Cyan), _) | (None, Origin::Sim(_)) => Role::BadgeSim,
        (Some(LabelColor::Violet), _) | (None, Origin::Lab(_)) => Role::BadgeLab,
    }
}

/// From the most to the least important.
fn parts(app: &App) -> Vec<String> {
    let name = app.origin.name();
    let mut parts = vec![match &app.began.label.text {
        Some(label) => format!("{name} ({label})"),
        None => name.to_string(),
    }];
    if let Some(cluster) = app.cluster() {
        parts.push(match cluster.version.get() {
            Some(version) => format!("Kafka {version}"),
            None => "Kafka ?".into(),
        });
    }
    if let Some(clock) = app.clock {
        let seconds = clock.at_ms / 1000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let pace = if clock.paused { "paused".into() } else { format!("x{}", clock.pace) };
        parts.push(format!("t {hours:02}:{minutes:02}:{:02} {pace}", seconds % 60));
        if let Some(detail) = &app.detail {
            parts.push(format!("acked {}", human_count(detail.counters.acked as i64)));
        }
        parts.push(format!("seed {}", clock.seed));
    }
    parts.extend(app.request_rate.map(|per_s| format!("{per_s} req/s")));
    if let Some(topic) = &app.selected_topic {
        parts.push(format!("topic {topic}"));
    }
    parts.push(concat!("v", env!("CARGO_PKG_VERSION")).to_string());
    parts
}

/// What must not be missed, and how many warnings there are, unless what is shown is old.
fn alarms(app: &App) -> Vec<(Role, String)> {
    let all = app.alarms().into_iter();
    let mut alarms: Vec<(Role, String)> = all.map(|(style, text)| (role_of(style), text)).collect();
    if app.source_error.is_some() {
        return alarms;
    }
    if let Some(assessment) = app.assessment() {
        let counts =
            [("critical", Role::Bad), ("high", Role::Bad), ("medium", Role::Warn), ("low", Role::Muted)];
        let some = counts.iter().map(|(word, role)| (*role, assessment.count(word), *word));
        alarms.extend(
            some.filter(|(_, count, _)| *count > 0)
                .map(|(role, count, word)| (role, format!("{count} {word}"))),
        );
    } else if app.is_computing() {
        alarms.push((Role::Muted, "computing".into()));
    }
    alarms
}

/// The role of a message of this level.
pub(super) fn message_role(level: Level) -> Role {
    super::grid::status_of(level).role()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Label, Start};

    #[test]
    fn a_named_cluster_has_the_users_colour_and_label() {
        let app = |label: Label| {
            let origin = Origin::Live("prod".into());
            App::new(Start { label, ..Start::new(origin) }).unwrap()
        };
        let plain = app(Label::default());
        assert_eq!((badge(&plain), parts(&plain)[0].as_str()), (Role::BadgeLive, "prod"));
        let label = Label { text: Some("payments".into()), color: Some(LabelColor::Violet) };
        let named = app(label);
        assert_eq!((badge(&named), parts(&named)[0].as_str()), (Role::BadgeLab, "prod (payments)"));
    }
}
