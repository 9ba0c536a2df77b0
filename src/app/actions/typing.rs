//! Editing the line at the foot of the screen, and taking what was typed.

use crate::app::action::actions;
use crate::app::conditions::always;
use crate::app::{
    App, Command, Effect, Filter, InputLine, Overlay, PaletteRun, Pane, Parameters, Prompt, PromptKind,
    explore, palette,
};
use crate::consequences::parse_goals;

actions! { Typing
    "accept", "", always, accept, "Take what was typed.";
    "complete", "", always, complete, "Type the rest of the selected entry.";
    "delete-char-backward", "", always, delete_char_backward, "Delete the character to the left, or leave an empty line.";
    "delete-word-backward", "", always, delete_word_backward, "Delete the word before the cursor.";
    "delete-line", "", always, delete_line, "Delete the whole line.";
    "cursor-left", "", always, cursor_left, "One character to the left.";
    "cursor-right", "", always, cursor_right, "One character to the right.";
    "cursor-home", "", always, cursor_home, "To the beginning of the line.";
    "cursor-end", "", always, cursor_end, "To the end of the line.";
}

fn accept(app: &mut App) -> Vec<Effect> {
    if let Some(Overlay::Ask { changes, .. }) = app.overlay.clone() {
        app.overlay = None;
        return app.make(changes).unwrap_or_default();
    }
    let Some(prompt) = app.prompt.take() else {
        app.go_into();
        return Vec::new();
    };
    match &prompt.kind {
        PromptKind::Filter(..) => match prompt.error.clone() {
            None => Vec::new(),
            Some(why) => keep_typing(app, prompt, why),
        },
        PromptKind::Value(knob) => match knob.kind.parse(prompt.line.text()) {
            Ok(value) => app.set_knob(knob, value),
            Err(why) => keep_typing(app, prompt, why),
        },
        PromptKind::Goal => match parse_goals(prompt.line.text()) {
            Ok(goals) => {
                app.goals = prompt.line.text().to_string();
                app.open_explore_page(&explore::GOAL, Parameters { goals, ..Default::default() })
            }
            Err(why) => keep_typing(app, prompt, why),
        },
        PromptKind::Palette => match prompt.entry().map(|entry| entry.run.clone()) {
            Some(run) => run_entry(app, run),
            None => {
                let why = format!("no match for `{}`", prompt.line.text().trim());
                keep_typing(app, prompt, why)
            }
        },
    }
}

fn keep_typing(app: &mut App, prompt: Prompt, why: String) -> Vec<Effect> {
    app.prompt = Some(Prompt { error: Some(why), ..prompt });
    Vec::new()
}

fn run_entry(app: &mut App, run: PaletteRun) -> Vec<Effect> {
    match run {
        PaletteRun::Action(action) => app.run(action),
        PaletteRun::Set(change) => app.request(vec![change]),
        PaletteRun::Act(act) => vec![Effect::Drive(Command::Act(act))],
        PaletteRun::Challenge(challenge) => app.open_challenge(challenge.challenge()),
        PaletteRun::Knob(knob) => {
            app.focus_on(Pane::Knobs);
            app.set_filter(Pane::Knobs, Filter::default());
            let at = app.knob_rows().iter().position(|row| row.knob == knob).unwrap_or(0);
            app.lists[Pane::Knobs as usize].select(at);
            Vec::new()
        }
        PaletteRun::Topic(name) => {
            app.selected_topic = Some(name);
            app.changed()
        }
    }
}

fn complete(app: &mut App) -> Vec<Effect> {
    let entry = app.prompt.as_ref().and_then(Prompt::entry);
    let Some(name) = entry.map(|entry| entry.name.clone()) else { return Vec::new() };
    edit(app, |line| {
        line.clear();
        line.insert(&name);
        line.insert(" ");
    })
}

fn delete_char_backward(app: &mut App) -> Vec<Effect> {
    let Some(prompt) = &mut app.prompt else { return Vec::new() };
    if prompt.line.delete_char_backward() {
        app.prompt_changed();
    } else {
        app.back();
    }
    Vec::new()
}

fn delete_word_backward(app: &mut App) -> Vec<Effect> {
    edit(app, InputLine::delete_word_backward)
}

fn delete_line(app: &mut App) -> Vec<Effect> {
    edit(app, InputLine::clear)
}

fn cursor_left(app: &mut App) -> Vec<Effect> {
    move_cursor(app, InputLine::left)
}

fn cursor_right(app: &mut App) -> Vec<Effect> {
    move_cursor(app, InputLine::right)
}

fn cursor_home(app: &mut App) -> Vec<Effect> {
    move_cursor(app, InputLine::home)
}

fn cursor_end(app: &mut App) -> Vec<Effect> {
    move_cursor(app, InputLine::end)
}

fn edit(app: &mut App, edit: impl FnOnce(&mut InputLine)) -> Vec<Effect> {
    if let Some(prompt) = &mut app.prompt {
        edit(&mut prompt.line);
        app.prompt_changed();
    }
    Vec::new()
}

fn move_cursor(app: &mut App, step: fn(&mut InputLine)) -> Vec<Effect> {
    if let Some(prompt) = &mut app.prompt {
        step(&mut prompt.line);
    }
    Vec::new()
}

impl App {
    pub(in crate::app) fn open_prompt(&mut self, kind: PromptKind, text: &str) {
        self.overlay = None;
        self.prompt = Some(Prompt::new(kind, text));
        self.prompt_changed();
    }

    /// After the line has changed: filter at once, look for entries at once.
    pub(in crate::app) fn prompt_changed(&mut self) {
        let Some(mut prompt) = self.prompt.take() else { return };
        prompt.error = None;
        match &prompt.kind {
            PromptKind::Filter(pane, _) => {
                match Filter::parse(prompt.line.text(), pane.declaration().fields) {
                    Ok(filter) => self.set_filter(*pane, filter),
                    Err(why) => prompt.error = Some(why),
                }
            }
            PromptKind::Value(knob) => {
                let text = prompt.line.text();
                prompt.error = knob.kind.parse(text).err().filter(|_| !text.is_empty());
            }
            PromptKind::Goal => {}
            PromptKind::Palette => {
                prompt.entries = palette::entries(self, prompt.line.text());
                prompt.list.set(prompt.entries.len(), 0);
            }
        }
        self.prompt = Some(prompt);
    }
}
