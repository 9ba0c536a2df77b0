//! What each action does.

use crate::app::prompt::{Kind, Prompt};
use crate::app::{
    Action, App, Command, Effect, Filter, Group, Level, Overlay, Page, Pane, SheetKind, cells, faults,
    palette, sheet,
};
use crate::consequences::{OBJECTIVES, parse_goals};
use crate::model::{BrokerStatus, Millis};
use crate::scenario::{Act, Process};

/// How far one press goes through virtual time.
const SEEK_MS: Millis = 10_000;

impl App {
    /// Runs an action, or tells why it cannot be run.
    pub(super) fn run(&mut self, action: Action) -> Vec<Effect> {
        if let Some(why) = action.disabled(self) {
            self.notify(Level::Notice, why);
            return Vec::new();
        }
        if let Some(pane) = action.pane() {
            self.focus_on(pane);
            return Vec::new();
        }
        match action {
            Action::Quit => vec![Effect::Quit(0)],
            Action::Suspend => vec![Effect::Suspend],
            Action::Redraw => vec![Effect::Repaint],
            Action::Refresh => vec![Effect::Refresh],
            Action::Copy => self.copy_row(),
            Action::CopyPane => {
                let table = self.sheet_markdown().unwrap_or_else(|| cells::markdown(self, self.focus));
                vec![Effect::Copy(table)]
            }
            Action::NextTheme => self.next_theme(),
            Action::ToggleMouse => {
                self.mouse = !self.mouse;
                vec![Effect::Mouse(self.mouse)]
            }
            Action::Pause => self.pause(),
            Action::Faster => self.pace(2.0),
            Action::Slower => self.pace(0.5),
            Action::Step => vec![Effect::Drive(Command::Step)],
            Action::Reset => vec![Effect::Drive(Command::Reset)],
            Action::Rewind => self.seek(-SEEK_MS),
            Action::Forward => self.seek(SEEK_MS),
            Action::ToggleBroker => self.toggle_broker(),
            Action::Study => self.toggle_study(),
            Action::Accept => self.accept(),
            _ if action.group() == Group::Knobs => self.run_knob(action),
            _ if action.group() == Group::Exploring => self.run_exploring(action),
            _ => {
                self.run_quietly(action);
                Vec::new()
            }
        }
    }

    fn run_exploring(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Compare => self.open_sheet(SheetKind::Compare),
            Action::Frontier => self.open_sheet(SheetKind::Frontier { x: 1, y: 0 }),
            Action::Advice => {
                let selected =
                    self.selected_item(Pane::Consequences).filter(|_| self.focus == Pane::Consequences);
                let row = selected.and_then(|item| self.assessment()?.consequences.get(item as usize));
                let figure = row.map_or(OBJECTIVES[0].figure, |row| row.id);
                self.open_sheet(SheetKind::Advice(figure))
            }
            Action::Roll => self.open_sheet(SheetKind::Roll),
            Action::Goal => {
                let before = self.goals.clone();
                self.open_prompt(Kind::Goal, &before);
                Vec::new()
            }
            Action::Apply => self.apply_row(),
            Action::AxisX => self.turn_sheet(sheet::next_x),
            Action::AxisY => self.turn_sheet(sheet::next_y),
            Action::NextObjective => self.turn_sheet(sheet::next_objective),
            _ => Vec::new(),
        }
    }

    /// Actions that change only what is shown.
    fn run_quietly(&mut self, action: Action) {
        match action {
            Action::Help => self.toggle_help(),
            Action::EventLog => self.overlay = Some(Overlay::Page(Page::story(self), 0)),
            Action::Faults => self.open_prompt(Kind::Palette, faults::PREFIX),
            Action::Palette => self.open_prompt(Kind::Palette, ""),
            Action::Filter => {
                let before = self.filter(self.focus).clone();
                let text = before.text().to_string();
                self.open_prompt(Kind::Filter(self.focus, before), &text);
            }
            Action::Open => self.overlay = Page::of_selection(self).map(|page| Overlay::Page(page, 0)),
            Action::Back => self.back(),
            Action::Zoom => self.zoom = !self.zoom,
            Action::NextPane => self.focus_on(self.focus.step(1)),
            Action::PreviousPane => self.focus_on(self.focus.step(-1)),
            Action::Sort => self.set_sort(self.focus, self.sort(self.focus).next(self.focus)),
            Action::SortReverse => self.set_sort(self.focus, self.sort(self.focus).reversed()),
            Action::Up => self.step_rows(-1),
            Action::Down => self.step_rows(1),
            Action::PageUp => self.page_rows(-1),
            Action::PageDown => self.page_rows(1),
            Action::Top => self.go_to_row(0),
            Action::Bottom => self.go_to_row(usize::MAX),
            _ => self.type_key(action),
        }
    }

    fn open_prompt(&mut self, kind: Kind, text: &str) {
        self.overlay = None;
        self.prompt = Some(Prompt::new(kind, text));
        self.prompt_changed();
    }

    pub(super) fn edit_knob(&mut self) {
        if let Some(knob) = self.selected_knob().map(|row| row.knob) {
            self.open_prompt(Kind::Value(knob), "");
        }
    }

    fn toggle_help(&mut self) {
        let open = matches!(&self.overlay, Some(Overlay::Page(page, _)) if page.is_help);
        self.overlay = (!open).then(|| Overlay::Page(Page::help(self), 0));
    }

    /// Closes the innermost thing that is open. It never leaves the program.
    fn back(&mut self) {
        match self.prompt.take() {
            Some(Prompt { kind: Kind::Filter(pane, before), .. }) => self.set_filter(pane, before),
            Some(_) => {}
            None if self.overlay.take().is_some() => {}
            None if !self.filter(self.focus).is_empty() => self.set_filter(self.focus, Filter::default()),
            None => self.zoom = false,
        }
    }

    fn go_to_row(&mut self, at: usize) {
        if !self.move_in_sheet(|list| list.select(at)) {
            self.lists[self.focus as usize].select(at);
        }
    }

    fn step_rows(&mut self, by: isize) {
        match (&mut self.prompt, &mut self.overlay) {
            (Some(prompt), _) => prompt.list.step(by),
            (None, Some(Overlay::Page(_, top))) => *top = top.saturating_add_signed(by),
            (None, Some(Overlay::Ask { .. })) => {}
            (None, Some(Overlay::ExplorePage(_))) => drop(self.move_in_sheet(|list| list.step(by))),
            (None, None) => self.lists[self.focus as usize].step(by),
        }
        self.clamp_page();
    }

    fn page_rows(&mut self, by: isize) {
        match &mut self.overlay {
            Some(Overlay::Page(_, top)) => {
                let page = isize::from(self.size.1 as i16).max(8) - 6;
                *top = top.saturating_add_signed(by * page);
            }
            Some(Overlay::Ask { .. }) => {}
            Some(Overlay::ExplorePage(_)) => drop(self.move_in_sheet(|list| list.page(by))),
            None => self.lists[self.focus as usize].page(by),
        }
        self.clamp_page();
    }

    /// A page cannot be scrolled past its end.
    fn clamp_page(&mut self) {
        if let Some(Overlay::Page(page, top)) = &mut self.overlay {
            let (width, height) = Page::room(self.size);
            *top = (*top).min(page.lines(width).len().saturating_sub(usize::from(height)));
        }
    }

    fn type_key(&mut self, action: Action) {
        let Some(prompt) = &mut self.prompt else { return };
        match action {
            Action::RubOut if !prompt.line.delete_char_backward() => return self.back(),
            Action::RubOut => {}
            Action::RubOutWord => prompt.line.delete_word_backward(),
            Action::RubOutAll => prompt.line.clear(),
            Action::CaretLeft => return prompt.line.left(),
            Action::CaretRight => return prompt.line.right(),
            Action::CaretHome => return prompt.line.home(),
            Action::CaretEnd => return prompt.line.end(),
            Action::Complete => {
                let Some(name) = prompt.entry().map(|entry| entry.name.clone()) else { return };
                prompt.line.clear();
                prompt.line.insert(&name);
                prompt.line.insert(" ");
            }
            _ => return,
        }
        self.prompt_changed();
    }

    fn accept(&mut self) -> Vec<Effect> {
        if let Some(Overlay::Ask { changes, .. }) = self.overlay.clone() {
            self.overlay = None;
            return self.make(changes).unwrap_or_default();
        }
        let Some(prompt) = self.prompt.take() else { return Vec::new() };
        match &prompt.kind {
            Kind::Filter(..) if prompt.error.is_none() => Vec::new(),
            Kind::Value(knob) => match knob.kind.parse(prompt.line.text()) {
                Ok(value) => self.set_knob(knob, value),
                Err(why) => self.keep_typing(prompt, why),
            },
            Kind::Goal => match parse_goals(prompt.line.text()) {
                Ok(goals) => {
                    self.goals = prompt.line.text().to_string();
                    self.open_sheet(SheetKind::Goal(goals))
                }
                Err(why) => self.keep_typing(prompt, why),
            },
            Kind::Palette => match prompt.entry().map(|entry| entry.run.clone()) {
                Some(run) => self.run_entry(run),
                None => self.keep_typing(prompt, "nothing is called so".into()),
            },
            Kind::Filter(..) => {
                let why = prompt.error.clone().unwrap_or_default();
                self.keep_typing(prompt, why)
            }
        }
    }

    fn keep_typing(&mut self, prompt: Prompt, why: String) -> Vec<Effect> {
        self.prompt = Some(Prompt { error: Some(why), ..prompt });
        Vec::new()
    }

    fn run_entry(&mut self, run: palette::Run) -> Vec<Effect> {
        match run {
            palette::Run::Action(action) => self.run(action),
            palette::Run::Set(change) => self.request(vec![change]),
            palette::Run::Act(act) => vec![Effect::Drive(Command::Act(act))],
            palette::Run::Knob(knob) => {
                self.focus_on(Pane::Knobs);
                self.set_filter(Pane::Knobs, Filter::default());
                let at = self.knob_rows().iter().position(|row| row.knob == knob).unwrap_or(0);
                self.lists[Pane::Knobs as usize].select(at);
                Vec::new()
            }
            palette::Run::Topic(name) => {
                self.selected_topic = Some(name);
                self.changed()
            }
        }
    }

    fn copy_row(&mut self) -> Vec<Effect> {
        let Some(item) = self.selected_item(self.focus) else { return Vec::new() };
        self.notify(Level::Notice, "copied, if the terminal allows it (OSC 52)");
        vec![Effect::Copy(cells::plain(self, self.focus, item))]
    }

    fn next_theme(&mut self) -> Vec<Effect> {
        self.theme = (self.theme + 1) % self.themes.len().max(1);
        let name = self.theme().to_string();
        self.notify(Level::Notice, format!("theme {name}"));
        vec![Effect::Theme(name), Effect::Repaint]
    }

    fn pause(&mut self) -> Vec<Effect> {
        if let Some(clock) = self.clock {
            return vec![Effect::Drive(Command::Pause(!clock.paused))];
        }
        match self.frozen.take() {
            None => self.frozen = Some((self.now_ms, None)),
            Some((_, Some(held))) => return self.show(held),
            Some((_, None)) => {}
        }
        Vec::new()
    }

    fn pace(&mut self, times: f64) -> Vec<Effect> {
        let Some(clock) = self.clock else { return Vec::new() };
        let pace = (clock.pace * times).clamp(1.0 / 64.0, 4096.0);
        vec![Effect::Drive(Command::Pace(pace))]
    }

    /// To another moment of virtual time.
    fn seek(&self, by_ms: Millis) -> Vec<Effect> {
        let to = self.clock.map(|clock| (clock.at_ms + by_ms).max(0));
        to.map(|to| Effect::Drive(Command::Seek(to))).into_iter().collect()
    }

    /// A fault of the simulator; on a real cluster a hypothesis.
    fn toggle_broker(&mut self) -> Vec<Effect> {
        let Some(id) = self.selected_broker() else { return Vec::new() };
        if self.origin.acts() {
            let down = self.summary.brokers.iter().any(|row| row.id == id && row.state == BrokerStatus::Down);
            let process = Process::Broker(id);
            let act = if down { Act::Restart(process) } else { Act::Kill(process) };
            return vec![Effect::Drive(Command::Act(act))];
        }
        match self.lost.iter().position(|lost| *lost == id) {
            Some(at) => {
                self.lost.remove(at);
                self.notify(Level::Notice, format!("broker {id} is as it really is"));
            }
            None => {
                self.lost.push(id);
                self.notify(Level::Notice, format!("what if broker {id} crashed: nothing is sent"));
            }
        }
        self.changed()
    }

    fn toggle_study(&mut self) -> Vec<Effect> {
        let selected = self.selected_item(Pane::Partitions).zip(self.cluster()).map(|(item, cluster)| {
            let partition = cluster.partitions.view(crate::model::PartitionIx(item));
            cluster.topic(partition.topic()).name.clone()
        });
        self.selected_topic = if self.selected_topic.is_some() { None } else { selected };
        self.changed()
    }
}
