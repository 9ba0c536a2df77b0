//! Answers in, clusters out: ages, denials, brokers that die.
