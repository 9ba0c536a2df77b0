//! The screen: `render(&App, &Theme, &mut Frame) -> HitMap`. It changes nothing and knows no terminal.
//!
//! ```text
//!  klever SIM durability-1 · Kafka 4.1.0 · t 00:01:23 x10                              2 high 1 medium
//! ─1 Brokers─────────────────────────────────────┬─4 Knobs─────────────────────────────────────────
//!  rack  broker  leaders  followers  state       │   producer acks                 all
//!  a          1        4          8  • OK        │ >          enable.idempotence   false     (true)
//! ─2 Partitions──────────────────────────────────┼─5 Consequences───────────────────────────────────
//!  orders-0   L1   [1 2 .]   2/2   ! AT MIN      │ • Acked data, crashes   1
//! ─6 Warnings────────────────────────────────────┴──────────────────────────────────────────────────
//!  ! high     min-isr-one       topic orders      min.insync.replicas is 1 with 3 replicas
//!  left less  right more  enter type  u undo  : palette  ? help
//! ```

mod canvas;
mod challenge;
mod code;
mod explore;
mod foot;
mod grid;
mod header;
mod hits;
mod layout;
mod logs;
mod overlay;
mod panes;
mod plot;
mod presenter;
mod side_by_side;
mod sparkline;
mod time_line;
mod workshop;

pub use hits::HitMap;
pub use layout::{Class, Layout};

use crate::app::App;
use crate::theme::{Role, Theme};
use canvas::Canvas;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the whole screen and tells where things are on it.
pub fn render(app: &App, theme: &Theme, frame: &mut Frame<'_>) -> HitMap {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), theme);
    let mut hits = HitMap::default();
    canvas.is_for_room = app.presenter.is_some();
    canvas.fill(area, Role::Text);
    let layout = Layout::of(app, area);
    if layout.class == Class::Tiny {
        too_small(&mut canvas, area);
        return hits;
    }
    header::draw(app, &mut canvas, layout.header);
    workshop::draw(app, &mut canvas, layout.scene, layout.code_in_strip);
    challenge::draw(app, &mut canvas, layout.scene);
    match app.explore_page() {
        Some(page) => explore::draw(page, &mut canvas, layout.body, &mut hits),
        None if app.is_side_by_side() => side_by_side::draw(app, &mut canvas, layout.body),
        None => {
            for (pane, rect) in &layout.panes {
                panes::draw(app, *pane, &mut canvas, *rect, &mut hits);
            }
            layout.draw_separators(&mut canvas);
            code::draw(app, &mut canvas, layout.code);
        }
    }
    presenter::draw(app, &mut canvas, layout.echo);
    overlay::draw(app, &mut canvas, layout.scene.union(layout.body), &mut hits);
    if let Some(cursor) = foot::draw(app, &mut canvas, layout.foot, &mut hits) {
        frame.set_cursor_position(cursor);
    }
    hits
}

/// A terminal that is too small is told what is needed, in the words that fit.
fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let (columns, rows) = layout::MIN_SIZE;
    let lines = [
        "klever needs more room".to_string(),
        format!("{columns}x{rows} at least"),
        format!("{}x{} now", area.width, area.height),
    ];
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        canvas.put(area.x, y, area.width, line, Role::Text);
    }
}
