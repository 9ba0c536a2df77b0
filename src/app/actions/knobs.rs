//! Actions on knobs: stepping, typing a value, undoing, pins and presets.

use crate::app::action::actions;
use crate::app::conditions::{has_cluster, unless};
use crate::app::{App, Effect, PromptKind};
use crate::consequences::preset;

actions! { Knobs
    "knob-down", "less", on_knob, knob_down, "Step the selected knob down.";
    "knob-up", "more", on_knob, knob_up, "Step the selected knob up.";
    "knob-edit", "type", on_knob, knob_edit, "Type a value for the selected knob.";
    "undo", "undo", can_undo, undo, "Undo the last change of knobs.";
    "redo", "", can_redo, redo, "Redo the change that was undone last.";
    "knob-reset", "reset", on_changed_knob, knob_reset, "Put the selected knob back to its value before.";
    "knob-reset-all", "", has_changes, knob_reset_all, "Put all knobs back to their values before.";
    "pin", "", has_cluster, pin, "Keep this configuration to compare with from now on.";
    "unpin", "", is_pinned, unpin, "Forget the last pin and compare with what was before it.";
    "preset-throughput", "", has_cluster, preset_throughput, "Set the knobs for throughput: large compressed batches, acks=1.";
    "preset-latency", "", has_cluster, preset_latency, "Set the knobs for latency: no linger, no compression, acks=1.";
    "preset-durability", "", has_cluster, preset_durability, "Set the knobs for durability: 3 replicas, 2 in sync, acks=all.";
    "preset-availability", "", has_cluster, preset_availability, "Set the knobs for availability: elect a leader at any price.";
    "preset-sane", "", has_cluster, preset_sane, "Set the knobs to sane defaults for most topics.";
}

fn on_knob(app: &App) -> Option<&'static str> {
    unless(app.selected_knob().is_some(), "select a knob first (pane 4)")
}

fn on_changed_knob(app: &App) -> Option<&'static str> {
    let changed = app.selected_knob().is_some_and(|row| row.is_changed());
    unless(changed, "the selected knob was not changed")
}

fn has_changes(app: &App) -> Option<&'static str> {
    let changed = app.knob_rows().iter().any(|row| row.is_changed());
    unless(changed || app.is_what_if(), "no knob was changed")
}

fn can_undo(app: &App) -> Option<&'static str> {
    let why = match app.clock {
        Some(_) => "nothing to undo (go back in time with [ to undo a fault)",
        None => "nothing to undo",
    };
    unless(app.can_undo(), why)
}

fn can_redo(app: &App) -> Option<&'static str> {
    unless(app.can_redo(), "nothing to redo")
}

fn is_pinned(app: &App) -> Option<&'static str> {
    unless(app.is_pinned(), "nothing is pinned")
}

fn knob_down(app: &mut App) -> Vec<Effect> {
    app.step_knob(false)
}

fn knob_up(app: &mut App) -> Vec<Effect> {
    app.step_knob(true)
}

fn knob_edit(app: &mut App) -> Vec<Effect> {
    if let Some(knob) = app.selected_knob().map(|row| row.knob) {
        app.open_prompt(PromptKind::Value(knob), "");
    }
    Vec::new()
}

fn knob_reset(app: &mut App) -> Vec<Effect> {
    match app.selected_knob().map(|row| (row.knob, row.was.clone())) {
        Some((knob, Ok(was))) => app.set_knob(knob, was),
        Some((_, Err(_))) | None => Vec::new(),
    }
}

fn knob_reset_all(app: &mut App) -> Vec<Effect> {
    app.reset_knobs()
}

fn undo(app: &mut App) -> Vec<Effect> {
    app.walk(true)
}

fn redo(app: &mut App) -> Vec<Effect> {
    app.walk(false)
}

fn pin(app: &mut App) -> Vec<Effect> {
    app.pin()
}

fn unpin(app: &mut App) -> Vec<Effect> {
    app.unpin()
}

fn preset_throughput(app: &mut App) -> Vec<Effect> {
    move_to(app, "throughput")
}

fn preset_latency(app: &mut App) -> Vec<Effect> {
    move_to(app, "latency")
}

fn preset_durability(app: &mut App) -> Vec<Effect> {
    move_to(app, "durability")
}

fn preset_availability(app: &mut App) -> Vec<Effect> {
    move_to(app, "availability")
}

fn preset_sane(app: &mut App) -> Vec<Effect> {
    move_to(app, "sane")
}

fn move_to(app: &mut App, id: &str) -> Vec<Effect> {
    preset(id).map_or_else(Vec::new, |preset| app.move_to(preset))
}
