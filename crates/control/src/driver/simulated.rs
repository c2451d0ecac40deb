//! A driver that only pretends, and always pretends the same.

use std::time::Duration;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::{Done, Driver, DriverError};
use crate::work::Work;

/// A driver whose work takes as long as the real thing did, and fails as often as you say.
///
/// What becomes of a piece of work depends on the seed and on the work's kind, target and attempt alone: not on the
/// order of calls, nor on who asks. The same seed gives the same night.
///
/// # Example
///
/// ```
/// use tagout_control::SimulatedDriver;
///
/// // One in a hundred fails for good, one in fifty for now, and an hour is over in a second.
/// let driver = SimulatedDriver {
///     speed: 3_600, failures_per_mille: 10, transients_per_mille: 20, ..SimulatedDriver::new(2026)
/// };
/// ```
#[derive(Clone, Debug)]
pub struct SimulatedDriver {
    /// Where all choices come from.
    pub seed: u64,
    /// How many times faster than the real thing it works; 1 is as slow as life, 0 counts as 1.
    pub speed: u32,
    /// How many of 1,000 pieces of work fail for good.
    pub failures_per_mille: u16,
    /// How many of 1,000 pieces of work fail in a way that another attempt may mend.
    pub transients_per_mille: u16,
    /// How it answers.
    pub answers: Answers,
}

/// How often, and when, a simulated piece of work answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Answers {
    /// Once, when it is done.
    #[default]
    Once,
    /// When it is done, and again some time later, as a network that delivers twice would.
    Twice,
    /// Only after its deadline, as a worker that stalls and wakes would.
    Late,
}

/// What will become of one piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// How long after the start each answer comes, earliest first; never empty.
    pub answers_after: Vec<Duration>,
    /// What every one of the answers says.
    pub result: Result<Done, DriverError>,
}

/// How long the kinds of work took on the real services, in seconds, least and most.
///
/// CenturyLink Cloud: from the change dates and job states of recorded calls, one server at a time. OpsWorks CM: the
/// figures of its API reference and user guide where there are any (creation, restore), else our choice.
#[rustfmt::skip] // columns
const SECONDS: &[(&str, u64, u64)] = &[
    ("server.create",                   840,   960),
    ("server.backup",                   240,   600),
    ("server.maintenance",              900, 1_800),
    ("server.restore",                1_200, 3_600),
    ("server.update-engine-attributes",  60,   180),
    ("server.associate-node",            30,   150),
    ("server.disassociate-node",         15,    60),
    ("server.delete",                   180,   420),
    ("backup.delete",                     5,    20),
    ("batch.powerOn",                    15,    20),
    ("batch.powerOff",                   15,    16),
    ("batch.shutDown",                   29,    33),
    ("batch.pause",                      29,    33),
    ("batch.reset",                      15,    20),
    ("batch.reboot",                     58,    66),
    ("batch.startMaintenance",            1,     2),
    ("batch.stopMaintenance",             1,     2),
    ("batch.setMaintenance",              1,     2),
    ("batch.archive",                    22,    26),
    ("batch.createSnapshot",            110,   130),
    ("batch.executePackage",             45,    90),
    ("batch.delete",                     48,    58),
    ("batch.restore",                   150,   220),
    ("batch.revertSnapshot",             34,    60),
    ("batch.deleteSnapshot",             27,    47),
    ("batch.create",                     80,    90),
    ("task",                              4,     6),
    ("",                                  5,    15),
];

impl SimulatedDriver {
    /// A driver without failures, as slow as life.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            speed: 1,
            failures_per_mille: 0,
            transients_per_mille: 0,
            answers: Answers::Once,
        }
    }

    /// What will become of `work`.
    ///
    /// For those who keep a clock of their own: [`Driver::perform`] sleeps until the first answer.
    pub fn script(&self, work: &Work) -> Script {
        let mut dice = self.dice(work);
        let took = self.took(&work.kind, &mut dice);
        let answers_after = match self.answers {
            Answers::Once => vec![took],
            Answers::Twice => vec![took, took + Duration::from_secs(1 + below(&mut dice, 600))],
            Answers::Late => vec![took + Duration::from_secs(24 * 3600 + below(&mut dice, 3600))],
        };
        let fate = below(&mut dice, 1000);
        let fails = u64::from(self.failures_per_mille);
        let result = if fate < fails {
            Err(DriverError::Permanent {
                reason: format!("simulated failure of {}", work.target),
            })
        } else if fate < fails + u64::from(self.transients_per_mille) {
            Err(DriverError::Transient {
                reason: format!("simulated hiccup of {}", work.target),
            })
        } else {
            Ok(Done::default())
        };
        Script {
            answers_after,
            result,
        }
    }

    fn took(&self, kind: &str, dice: &mut ChaCha8Rng) -> Duration {
        let (least, most) = SECONDS
            .iter()
            .find(|(pattern, ..)| {
                kind.strip_prefix(pattern).is_some_and(|rest| {
                    pattern.is_empty() || rest.is_empty() || rest.starts_with('.')
                })
            })
            .map_or((5, 15), |&(_, least, most)| (least, most));
        let millis = least * 1000 + below(dice, (most - least) * 1000 + 1);
        Duration::from_millis(millis) / self.speed.max(1)
    }

    /// A source of choices of the work's own.
    fn dice(&self, work: &Work) -> ChaCha8Rng {
        let attempt = work.attempt.to_string();
        let words = [&work.account, &work.kind, &work.target, &attempt];
        // FNV-1a: any stable hash would do, and the one of the standard library promises no stability.
        let stream = words
            .iter()
            .flat_map(|word| word.bytes().chain([0]))
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut dice = ChaCha8Rng::seed_from_u64(self.seed);
        dice.set_stream(stream);
        dice
    }
}

/// A number below `bound`; the bias of the remainder is far below what a simulation shows.
fn below(dice: &mut ChaCha8Rng, bound: u64) -> u64 {
    dice.next_u64() % bound
}

impl Driver for SimulatedDriver {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        let script = self.script(work);
        tokio::time::sleep(script.answers_after[0]).await;
        script.result
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::work::Ticket;

    fn work(kind: &str, target: &str) -> Work {
        Work {
            ticket: Ticket::new("t-1"),
            account: "acme".to_owned(),
            kind: kind.to_owned(),
            target: target.to_owned(),
            attempt: 1,
            deadline: DateTime::UNIX_EPOCH,
            detail: serde_json::Value::Null,
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_night_and_another_ticket_changes_nothing() {
        let driver = SimulatedDriver {
            failures_per_mille: 300,
            ..SimulatedDriver::new(7)
        };
        let first = work("batch.reboot", "wa1aliaswb01");
        let again = Work {
            ticket: Ticket::new("t-2"),
            ..first.clone()
        };
        assert_eq!(driver.script(&first), driver.script(&again));
        let other = SimulatedDriver {
            seed: 8,
            ..driver.clone()
        };
        assert_ne!(
            driver.script(&first).answers_after,
            other.script(&first).answers_after
        );
    }

    #[test]
    fn every_kind_takes_as_long_as_its_row_says() {
        let driver = SimulatedDriver {
            speed: 2,
            ..SimulatedDriver::new(1)
        };
        for &(kind, least, most) in SECONDS {
            for n in 0..50 {
                let took = driver
                    .script(&work(kind, &format!("server-{n}")))
                    .answers_after[0];
                assert!(
                    took >= Duration::from_secs(least) / 2,
                    "{kind} took {took:?}"
                );
                assert!(
                    took <= Duration::from_secs(most) / 2,
                    "{kind} took {took:?}"
                );
            }
        }
        let run_command = driver
            .script(&work("task.RUN_COMMAND", "i-1"))
            .answers_after[0];
        assert!((Duration::from_secs(2)..=Duration::from_secs(3)).contains(&run_command));
    }

    #[test]
    fn failures_come_as_often_as_asked() {
        let driver = SimulatedDriver {
            failures_per_mille: 100,
            transients_per_mille: 50,
            ..SimulatedDriver::new(3)
        };
        let results: Vec<_> = (0..10_000)
            .map(|n| driver.script(&work("task", &n.to_string())).result)
            .collect();
        let transient = results
            .iter()
            .filter(|result| result.as_ref().is_err_and(DriverError::is_transient))
            .count();
        let failed = results.iter().filter(|result| result.is_err()).count() - transient;
        assert!((850..1150).contains(&failed), "{failed}");
        assert!((400..600).contains(&transient), "{transient}");
    }

    #[test]
    fn twice_answers_twice_and_late_answers_after_a_day() {
        let driver = SimulatedDriver {
            answers: Answers::Twice,
            ..SimulatedDriver::new(3)
        };
        let script = driver.script(&work("task", "i-1"));
        assert_eq!(script.answers_after.len(), 2);
        assert!(script.answers_after[0] < script.answers_after[1]);
        let driver = SimulatedDriver {
            answers: Answers::Late,
            ..driver
        };
        let script = driver.script(&work("task", "i-1"));
        assert!(script.answers_after[0] > Duration::from_secs(24 * 3600));
    }
}
