//! The screen: a pure function of the application's state.
