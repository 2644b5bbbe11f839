//! Which questions an attempt at a quiz asks.

use super::Body;
use super::question::Question;
use rand::RngExt as _;

impl Body {
    /// The questions of one attempt, drawn at random as its settings say: those without a pool, and so many of each pool.
    #[must_use]
    pub fn attempt(&self) -> Vec<&Question> {
        let mut random = rand::rng();
        self.drawn(|below| random.random_range(0..below))
    }

    /// The same, where `below` gives a number below another.
    fn drawn(&self, mut below: impl FnMut(usize) -> usize) -> Vec<&Question> {
        let all: Vec<usize> = (0..self.questions.len()).collect();
        let mut asked = match (&self.settings.pools, self.settings.question_count) {
            (Some(pools), _) => {
                let of = |pool: Option<&str>| -> Vec<usize> {
                    all.iter().copied().filter(|at| self.questions[*at].pool.as_deref() == pool).collect()
                };
                let mut asked = of(None);
                for pool in pools {
                    asked.extend(draw(of(Some(&pool.name)), pool.count, &mut below));
                }
                asked
            }
            (None, Some(count)) => draw(all, count, &mut below),
            (None, None) => all,
        };
        asked.sort_unstable();
        if self.settings.shuffle_questions == Some(true) {
            asked = draw(asked, i64::MAX, &mut below);
        }
        asked.into_iter().map(|at| &self.questions[at]).collect()
    }
}

/// So many of these at random, in the order in which they are drawn.
fn draw(mut from: Vec<usize>, count: i64, below: &mut impl FnMut(usize) -> usize) -> Vec<usize> {
    let count = usize::try_from(count).unwrap_or_default().min(from.len());
    (0..count).map(|_| from.swap_remove(below(from.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::settings::{PoolDraw, Settings};

    #[test]
    fn an_attempt_asks_so_many_of_each_pool_and_all_that_are_in_none() {
        let question = |prompt: &str, pool: Option<&str>| Question {
            prompt: prompt.to_owned(),
            pool: pool.map(str::to_owned),
            ..Question::default()
        };
        let pools =
            vec![PoolDraw { name: "Water".to_owned(), count: 2 }, PoolDraw { name: "Salt".to_owned(), count: 9 }];
        let mut body = Body {
            file: String::new(),
            settings: Settings { pools: Some(pools), ..Settings::default() },
            text: String::new(),
            questions: vec![
                question("w1", Some("Water")),
                question("always", None),
                question("w2", Some("Water")),
                question("w3", Some("Water")),
                question("s1", Some("Salt")),
                question("never", Some("Sugar")),
            ],
        };
        let prompts = |body: &Body, below: fn(usize) -> usize| {
            body.drawn(below).iter().map(|question| question.prompt.clone()).collect::<Vec<_>>()
        };
        assert_eq!(prompts(&body, |_| 0), ["w1", "always", "w3", "s1"]);
        assert_eq!(prompts(&body, |number| number - 1), ["always", "w2", "w3", "s1"]);
        body.settings.shuffle_questions = Some(true);
        assert_eq!(prompts(&body, |number| number - 1), ["s1", "w3", "w2", "always"]);
        body.settings = Settings { question_count: Some(2), ..Settings::default() };
        assert_eq!(prompts(&body, |_| 0), ["w1", "never"]);
    }
}
