//! Where a key is pressed, declared once: name and doc.

macro_rules! contexts {
    ($($variant:ident, $name:literal, $doc:literal;)+) => {
        /// A place in which keys have a meaning of their own.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Context {
            $(#[doc = $doc] $variant,)+
        }

        impl Context {
            /// How many contexts there are.
            pub const COUNT: usize = Context::ALL.len();

            /// All contexts in the order of their declaration.
            pub const ALL: [Context; [$(Context::$variant),+].len()] = [$(Context::$variant),+];

            /// Its name in keymap files.
            pub const fn name(self) -> &'static str {
                match self { $(Context::$variant => $name),+ }
            }

            pub const fn doc(self) -> &'static str {
                match self { $(Context::$variant => $doc),+ }
            }
        }
    };
}

contexts! {
    Global, "global", "Everywhere outside an input line.";
    List, "list", "Any pane with rows.";
    Topology, "topology", "The brokers.";
    Partitions, "partitions", "The partitions.";
    Groups, "groups", "The consumer groups.";
    Knobs, "knobs", "The knobs.";
    Consequences, "consequences", "What the setting means.";
    Warnings, "warnings", "The anti-patterns found.";
    Overlay, "overlay", "A page over the panes: help, details, a question.";
    Explore, "explore", "A page of exploring: compare, frontier, advice, goal, restarts.";
    Scene, "scene", "A workshop scene is playing.";
    Input, "input", "A line being typed: filter or value.";
    Palette, "palette", "The command palette.";
}
