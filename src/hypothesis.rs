//! What a cluster would be after a set of changes: undo, redo, pins and the difference.
