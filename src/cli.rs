//! The command line: what it accepts and which mode it runs.
