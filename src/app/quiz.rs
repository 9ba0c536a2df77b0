//! The questions of a scene as a quiz for one who learns alone: what was chosen, and how much of it was right.

use crate::scenario::StepSpec;
use std::fmt;

/// What was chosen at each step, if anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Quiz(Vec<Option<usize>>);

impl Quiz {
    pub(super) fn new(steps: usize) -> Quiz {
        Quiz(vec![None; steps])
    }

    /// Takes a choice, counted as they are shown. Who has chosen once has chosen.
    pub(super) fn choose(&mut self, step: usize, choice: usize) {
        if let Some(chosen) = self.0.get_mut(step) {
            chosen.get_or_insert(choice);
        }
    }

    pub(super) fn chosen(&self, step: usize) -> Option<usize> {
        self.0.get(step).copied().flatten()
    }

    pub(super) fn score(&self, steps: &[StepSpec]) -> Score {
        let asked = steps.iter().zip(&self.0).filter(|(step, _)| !step.choices.is_empty());
        let mut score = Score::default();
        for (step, chosen) in asked {
            score.asked += 1;
            score.answered += usize::from(chosen.is_some());
            score.right += usize::from(*chosen == Some(right_choice(step)));
        }
        score
    }
}

/// How many questions a scene asks, and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) answered: usize,
    pub(crate) asked: usize,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} right", self.right, self.asked)?;
        match self.asked - self.answered {
            0 => Ok(()),
            open => write!(f, ", {open} not answered"),
        }
    }
}

/// The choices in the order in which they are shown: turned round by as many as the question has letters, so that the
/// right one, which the file has first, stands anywhere.
pub(super) fn shown_choices(step: &StepSpec) -> Vec<&str> {
    let mut choices: Vec<&str> = step.choices.iter().map(String::as_str).collect();
    choices.rotate_left(turned(step));
    choices
}

/// Which of them is right.
pub(super) fn right_choice(step: &StepSpec) -> usize {
    match turned(step) {
        0 => 0,
        by => step.choices.len() - by,
    }
}

fn turned(step: &StepSpec) -> usize {
    if step.choices.is_empty() { 0 } else { step.question.len() % step.choices.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::ALL;

    #[test]
    fn the_right_choice_is_the_first_of_the_file_and_stands_anywhere() {
        let mut places = [0; 4];
        for scene in ALL.iter().map(|each| each.scene()) {
            for step in scene.steps().iter().filter(|step| !step.choices.is_empty()) {
                assert_eq!(shown_choices(step)[right_choice(step)], step.choices[0]);
                places[right_choice(step)] += 1;
            }
        }
        assert!(places[..3].iter().all(|count| *count > 0), "{places:?}");
    }

    #[test]
    fn the_first_choice_counts_and_what_was_not_answered_is_not_right() {
        let scene = crate::workshop::find("monitoring").unwrap().scene();
        let steps = scene.steps();
        let mut quiz = Quiz::new(steps.len());
        assert_eq!(quiz.score(steps).to_string(), "0 of 2 right, 2 not answered");
        let right = right_choice(&steps[0]);
        quiz.choose(0, right);
        quiz.choose(0, (right + 1) % 3);
        assert_eq!(quiz.score(steps).to_string(), "1 of 2 right, 1 not answered");
        quiz.choose(1, (right_choice(&steps[1]) + 1) % 3);
        assert_eq!(quiz.score(steps).to_string(), "1 of 2 right");
    }
}
