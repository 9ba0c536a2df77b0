//! From a key press in a context to an action.
