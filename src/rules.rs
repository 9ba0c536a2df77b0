//! The anti-patterns of the talk, a folder per chapter and a rule per file.
