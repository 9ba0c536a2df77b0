//! The whole state of the screen and how a message changes it.
