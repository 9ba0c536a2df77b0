//! Moving the selection, or scrolling the page that is open.

use crate::app::action::actions;
use crate::app::conditions::always;
use crate::app::{App, Effect, Overlay, Page};

actions! { Movement
    "up", "", always, up, "One row up.";
    "down", "", always, down, "One row down.";
    "page-up", "", always, page_up, "One page up.";
    "page-down", "", always, page_down, "One page down.";
    "top", "", always, top, "To the first row.";
    "bottom", "", always, bottom, "To the last row.";
}

fn up(app: &mut App) -> Vec<Effect> {
    step_rows(app, -1)
}

fn down(app: &mut App) -> Vec<Effect> {
    step_rows(app, 1)
}

fn page_up(app: &mut App) -> Vec<Effect> {
    page_rows(app, -1)
}

fn page_down(app: &mut App) -> Vec<Effect> {
    page_rows(app, 1)
}

fn top(app: &mut App) -> Vec<Effect> {
    go_to_row(app, 0)
}

fn bottom(app: &mut App) -> Vec<Effect> {
    go_to_row(app, usize::MAX)
}

fn step_rows(app: &mut App, by: isize) -> Vec<Effect> {
    match (&mut app.prompt, &mut app.overlay) {
        (Some(prompt), _) => prompt.list.step(by),
        (None, Some(Overlay::Page(page, top))) => *top = page.step(*top, by, Page::room(app.size)),
        (None, Some(Overlay::Ask { .. })) => {}
        (None, Some(Overlay::Explore(page))) => page.list.step(by),
        (None, None) => app.lists[app.focus as usize].step(by),
    }
    clamp_page(app)
}

fn page_rows(app: &mut App, by: isize) -> Vec<Effect> {
    match &mut app.overlay {
        Some(Overlay::Page(_, top)) => {
            let page = isize::from(app.size.1 as i16).max(8) - 6;
            *top = top.saturating_add_signed(by * page);
        }
        Some(Overlay::Ask { .. }) => {}
        Some(Overlay::Explore(page)) => page.list.page(by),
        None => app.lists[app.focus as usize].page(by),
    }
    clamp_page(app)
}

/// A page cannot be scrolled past its end.
fn clamp_page(app: &mut App) -> Vec<Effect> {
    if let Some(Overlay::Page(page, top)) = &mut app.overlay {
        let (width, height) = Page::room(app.size);
        *top = (*top).min(page.lines(width).len().saturating_sub(usize::from(height)));
    }
    Vec::new()
}

fn go_to_row(app: &mut App, at: usize) -> Vec<Effect> {
    match app.explore_page_mut() {
        Some(page) => page.list.select(at),
        None => app.lists[app.focus as usize].select(at),
    }
    Vec::new()
}
