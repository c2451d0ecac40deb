//! Timing by turns: what is to be compared runs in the same rounds, so that a busy machine slows all of it.

use std::hint::black_box;
use std::time::Instant;

/// How many rounds there are; the best of them counts.
const N_ROUNDS: usize = 40;
/// About how long each contestant runs in a round.
const NANOSECONDS_PER_ROUND: f64 = 400_000.0;

/// One way to answer a set of questions: a call answers all of them and returns their checksum.
pub(crate) struct Contestant<'a> {
    pub(crate) name: &'static str,
    pub(crate) answer: Box<dyn FnMut() -> i64 + 'a>,
}

impl<'a> Contestant<'a> {
    pub(crate) fn new(name: &'static str, answer: impl FnMut() -> i64 + 'a) -> Self {
        Self {
            name,
            answer: Box::new(answer),
        }
    }
}

/// Nanoseconds per question for each contestant, best round, in the order given.
///
/// # Panics
///
/// Panics if the contestants do not answer alike, in any round.
pub(crate) fn by_turns(
    what: &str,
    n_questions: usize,
    contestants: &mut [Contestant<'_>],
) -> Vec<f64> {
    let expected = contestants.first_mut().map(|first| (first.answer)());
    let mut best = vec![f64::INFINITY; contestants.len()];
    let repetitions: Vec<u32> = contestants
        .iter_mut()
        .map(|contestant| {
            let begin = Instant::now();
            black_box((contestant.answer)());
            (NANOSECONDS_PER_ROUND / begin.elapsed().as_nanos() as f64).clamp(1.0, 10_000.0) as u32
        })
        .collect();
    for _ in 0..N_ROUNDS {
        for ((contestant, best), &n) in contestants.iter_mut().zip(&mut best).zip(&repetitions) {
            let begin = Instant::now();
            for _ in 0..n {
                let answer = black_box((contestant.answer)());
                assert_eq!(
                    Some(answer),
                    expected,
                    "{what}: {} answers otherwise",
                    contestant.name
                );
            }
            let nanoseconds = begin.elapsed().as_nanos() as f64 / f64::from(n) / n_questions as f64;
            *best = best.min(nanoseconds);
        }
    }
    best
}
