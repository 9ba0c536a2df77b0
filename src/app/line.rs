//! A command typed as a whole line, where there is no screen to choose on: the palette's words, and every action's name.

use crate::app::{
    Action, App, CellStyle, Effect, Level, Overlay, Page, PaletteEntry, PaletteRun, PromptKind, faults,
};

/// So many of the commands that a line may mean are listed.
const MOST_LISTED: usize = 20;

impl App {
    /// Does what a line says; what is open takes it first.
    pub(super) fn line(&mut self, line: &str) -> Vec<Effect> {
        let line = line.trim();
        if matches!(self.overlay, Some(Overlay::Ask { .. })) {
            return self.answer_question(line);
        }
        if self.prompt.is_some() {
            return self.fill_prompt(line);
        }
        self.overlay = None;
        match Action::named(line) {
            _ if line.is_empty() => Vec::new(),
            Some(action) => self.run(action),
            None => self.run_as_palette(line),
        }
    }

    fn run_named(&mut self, name: &str) -> Vec<Effect> {
        Action::named(name).map_or_else(Vec::new, |action| self.run(action))
    }

    fn answer_question(&mut self, line: &str) -> Vec<Effect> {
        match line {
            "yes" | "y" => self.run_named("accept"),
            "no" | "n" => self.run_named("back"),
            _ => {
                self.notify(Level::Notice, "answer `yes` or `no`");
                Vec::new()
            }
        }
    }

    /// A line for what asked for one; a mistake leaves it open, an empty line closes it.
    fn fill_prompt(&mut self, line: &str) -> Vec<Effect> {
        if line.is_empty() {
            return self.run_named("back");
        }
        if let Some(prompt) = &mut self.prompt {
            prompt.line.clear();
            prompt.line.insert(line);
        }
        self.prompt_changed();
        self.run_named("accept")
    }

    /// What the palette has for a line that names it whole; else what it may mean. What a few letters find is not
    /// run: nobody has looked at it before, and it may be a fault.
    fn run_as_palette(&mut self, line: &str) -> Vec<Effect> {
        self.open_prompt(PromptKind::Palette, line);
        let entries = self.prompt.take().map_or_else(Vec::new, |prompt| prompt.entries);
        let is_meant = |entry: &PaletteEntry| {
            entry.name.trim_start_matches(faults::PREFIX) == line
                || entry.name == line
                || matches!(entry.run, PaletteRun::Set(_))
        };
        match entries.iter().position(is_meant) {
            Some(at) => {
                self.open_prompt(PromptKind::Palette, line);
                if let Some(prompt) = &mut self.prompt {
                    prompt.list.select(at);
                }
                self.run_named("accept")
            }
            None => {
                self.tell_candidates(line, &entries);
                Vec::new()
            }
        }
    }

    fn tell_candidates(&mut self, line: &str, entries: &[PaletteEntry]) {
        if entries.is_empty() {
            return self.notify(Level::Notice, format!("no match for `{line}`; `help` lists the commands"));
        }
        let mut page = Page::new(format!("`{line}` may mean:"));
        for entry in entries.iter().take(MOST_LISTED) {
            page.add(CellStyle::Plain, format!("  {}: {}", entry.name, entry.doc));
        }
        self.overlay = Some(Overlay::Page(page, 0));
    }
}
