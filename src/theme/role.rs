//! What the screen shows by meaning, declared once: name, what it lies on, doc.

/// What a role's text lies on, so that its contrast can be judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// The terminal's own background; text must be readable (4.5:1, WCAG 2 AA).
    Text,
    /// The terminal's own background; a line or a bar that must be visible (3:1).
    Shape,
    /// Its own background, which it brings along; readable (4.5:1).
    Own,
}

macro_rules! roles {
    ($($variant:ident, $name:literal, $ground:ident, $doc:literal;)+) => {
        /// A meaning that a theme gives a look.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Role {
            $(#[doc = $doc] $variant,)+
        }

        impl Role {
            /// How many roles there are.
            pub const COUNT: usize = Role::ALL.len();

            /// All roles in the order of their declaration.
            pub const ALL: [Role; [$(Role::$variant),+].len()] = [$(Role::$variant),+];

            /// Its name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Role::$variant => $name),+ }
            }

            pub const fn doc(self) -> &'static str {
                match self { $(Role::$variant => $doc),+ }
            }

            /// What it lies on.
            pub const fn ground(self) -> Ground {
                match self { $(Role::$variant => Ground::$ground),+ }
            }
        }
    };
}

roles! {
    Text, "text", Text, "Ordinary text.";
    Muted, "muted", Text, "Text of less weight: units, labels, what has not changed.";
    Strong, "strong", Text, "Text of more weight: names, the number that matters.";
    Heading, "heading", Text, "A heading within a pane.";
    Border, "border", Shape, "The frame of a pane.";
    BorderFocus, "border-focus", Shape, "The frame of the pane that has the keys.";
    Title, "title", Text, "The title of a pane.";
    TitleFocus, "title-focus", Text, "The title of the pane that has the keys.";
    BadgeSim, "badge-sim", Own, "The badge of a simulated cluster.";
    BadgeLive, "badge-live", Own, "The badge of a real cluster, read-only.";
    BadgeFile, "badge-file", Own, "The badge of a snapshot file.";
    BadgeLab, "badge-lab", Own, "The badge of local brokers under test.";
    Selected, "selected", Own, "The selected row of the pane that has the keys.";
    SelectedDim, "selected-dim", Own, "The selected row of another pane.";
    Match, "match", Text, "The part of a text that a filter matched.";
    Input, "input", Own, "A line being typed.";
    Key, "key", Text, "A key in a hint.";
    Hint, "hint", Text, "What the key does.";
    Ok, "ok", Text, "In order.";
    Notice, "notice", Text, "Worth knowing.";
    Warn, "warn", Text, "At the floor: the next failure hurts.";
    Bad, "bad", Text, "Broken or losing data.";
    Unknown, "unknown", Text, "Not known, and why.";
    Stale, "stale", Text, "Known, but old.";
    Changed, "changed", Text, "A knob that differs from what was.";
    Was, "was", Text, "The value before the knobs.";
    Hypothesis, "hypothesis", Text, "A value that holds only under the knobs, on a real cluster.";
    Better, "better", Text, "Better than it was.";
    Worse, "worse", Text, "Worse than it was.";
}
