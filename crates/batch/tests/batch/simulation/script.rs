//! What happens in one run of the simulation: made from a seed, written and read as JSON, and made shorter.

use serde::{Deserialize, Serialize};

/// A small source of numbers that look random, the same for the same seed.
pub(super) struct Source(u64);

impl Source {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635)
    }

    /// Splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn byte(&mut self, n: u8) -> u8 {
        self.below(n.into()) as u8
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// The world of one run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Config {
    /// The weight of each account.
    pub(super) weights: Vec<u16>,
    pub(super) servers_per_account: u8,
    pub(super) attempts_max: u8,
    pub(super) queued_max: u64,
    pub(super) queued_per_account_max: u32,
    pub(super) run_seconds_max: u32,
    pub(super) arrival_order: bool,
}

/// Whether the process dies around the commit of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub(super) enum Death {
    No,
    /// Nothing of the step is kept, and nobody hears of it.
    BeforeCommit,
    /// The step is kept, and nobody hears of it.
    AfterCommit,
}

/// One thing that happens. Numbers that name something are taken modulo how many there are.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Step {
    Submit {
        account: u8,
        operation: u8,
        servers: Vec<u8>,
        concurrency: u8,
        errors: Option<u8>,
        priority: u8,
        start_by: Option<u16>,
        key: Option<u8>,
        death: Death,
    },
    Create {
        account: u8,
        death: Death,
    },
    Cancel {
        job: u16,
        death: Death,
    },
    Retry {
        job: u16,
        all: bool,
        death: Death,
    },
    Plan {
        account: u8,
        servers: Vec<u8>,
        starts_in: i16,
        lasts: u16,
        death: Death,
    },
    EndPlan {
        plan: u16,
        death: Death,
    },
    Claim {
        worker: u8,
        lease: u16,
        death: Death,
    },
    /// A worker reports on something it holds; `again` keeps it, to be reported on once more.
    Report {
        worker: u8,
        held: u8,
        result: u8,
        again: bool,
        death: Death,
    },
    Heartbeat {
        worker: u8,
        held: u8,
        lease: u16,
        death: Death,
    },
    /// A worker forgets everything that it holds.
    WorkerDies {
        worker: u8,
    },
    Tick {
        death: Death,
    },
    /// The clock moves, sometimes backwards.
    Clock {
        milliseconds: i64,
    },
    Restart,
}

/// A whole run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) config: Config,
    pub(super) steps: Vec<Step>,
}

impl Script {
    pub(super) fn of(seed: u64) -> Self {
        let mut source = Source::new(seed);
        let config = Config {
            weights: (0..=source.byte(4))
                .map(|_| source.pick(&[1, 1, 1, 2, 3]))
                .collect(),
            servers_per_account: 1 + source.byte(8),
            attempts_max: source.pick(&[1, 2, 3, 5]),
            queued_max: source.pick(&[6, 20, 1_000]),
            queued_per_account_max: source.pick(&[3, 8, 1_000]),
            run_seconds_max: source.pick(&[20, 90, 3_600]),
            arrival_order: source.one_in(8),
        };
        // Some worlds never die, some all the time; some have many requests, some many workers.
        let deaths = source.pick(&[0, 60, 15]);
        let requests = source.pick(&[6, 15, 30]);
        let n = 40 + source.below(120);
        let steps = (0..n)
            .map(|_| step(&mut source, deaths, requests))
            .collect();
        Self {
            seed,
            config,
            steps,
        }
    }

    /// The shortest script that is found to fail, by leaving out parts of this one.
    pub(super) fn shortened(mut self, fails: impl Fn(&Self) -> bool) -> Self {
        let mut part = self.steps.len() / 2;
        while part > 0 {
            let mut from = 0;
            while from < self.steps.len() {
                let to = (from + part).min(self.steps.len());
                let mut shorter = self.clone();
                shorter.steps.drain(from..to);
                if fails(&shorter) {
                    self = shorter;
                } else {
                    from = to;
                }
            }
            part /= 2;
        }
        self
    }
}

fn step(source: &mut Source, deaths: u64, requests: u64) -> Step {
    let death = match deaths {
        0 => Death::No,
        rate if source.one_in(rate) => source.pick(&[Death::BeforeCommit, Death::AfterCommit]),
        _ => Death::No,
    };
    let lease = |source: &mut Source| source.pick(&[1, 5, 30, 30, 120]);
    let servers = |source: &mut Source| {
        let n = source.pick(&[1, 1, 2, 3, 8]);
        (0..n).map(|_| source.byte(10)).collect::<Vec<u8>>()
    };
    match source.below(100) {
        n if n < requests => Step::Submit {
            account: source.byte(4),
            operation: source.byte(16),
            servers: servers(source),
            concurrency: source.pick(&[1, 1, 2, 10]),
            errors: source.pick(&[None, None, Some(0), Some(1)]),
            priority: 1 + source.byte(5),
            start_by: source.pick(&[None, None, None, Some(10), Some(300)]),
            key: source.pick(&[None, None, Some(1), Some(2)]),
            death,
        },
        n if n < requests + 2 => Step::Cancel {
            job: source.below(1_000) as u16,
            death,
        },
        n if n < requests + 4 => Step::Retry {
            job: source.below(1_000) as u16,
            all: source.one_in(2),
            death,
        },
        n if n < requests + 5 => Step::Plan {
            account: source.byte(4),
            servers: servers(source),
            starts_in: source.pick(&[-10, 0, 20, 600]),
            lasts: source.pick(&[1, 40, 3_600]),
            death,
        },
        n if n < requests + 6 => Step::EndPlan {
            plan: source.below(1_000) as u16,
            death,
        },
        n if n < requests + 7 => Step::Create {
            account: source.byte(4),
            death,
        },
        n if n < requests + 30 => Step::Claim {
            worker: source.byte(4),
            lease: lease(source),
            death,
        },
        n if n < requests + 52 => Step::Report {
            worker: source.byte(4),
            held: source.byte(8),
            result: source.byte(6),
            again: source.one_in(8),
            death,
        },
        n if n < requests + 56 => Step::Heartbeat {
            worker: source.byte(4),
            held: source.byte(8),
            lease: lease(source),
            death,
        },
        n if n < requests + 58 => Step::WorkerDies {
            worker: source.byte(4),
        },
        n if n < requests + 60 => Step::Tick { death },
        n if n < requests + 61 && deaths > 0 => Step::Restart,
        _ => Step::Clock {
            milliseconds: source.pick(&[
                1, 200, 1_000, 1_000, 5_000, 31_000, 400_000, -2_000, 90_000_000,
            ]),
        },
    }
}
