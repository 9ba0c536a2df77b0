//! The klever binary: arguments, a mode, an exit code.

fn main() {}
