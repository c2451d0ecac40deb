//! What something takes: of the wall clock, and of the processor.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// What something took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

impl Took {
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (wall, cpu) = (Instant::now(), ThreadTime::now());
        let done = work();
        self.wall += wall.elapsed();
        self.cpu += cpu.elapsed();
        done
    }

    /// The quicker one, as far as the processor is concerned.
    pub(crate) fn best(self, other: Option<Self>) -> Self {
        other.filter(|other| other.cpu < self.cpu).unwrap_or(self)
    }

    pub(crate) fn cpu_ns(self, n: usize) -> f64 {
        self.cpu.as_secs_f64() * 1e9 / n as f64
    }

    pub(crate) fn show(self, n: usize) -> String {
        let wall = self.wall.as_secs_f64() * 1e9 / n as f64;
        let a_second = 1e3 / self.cpu_ns(n);
        format!(
            "{:5.0} ns of processor, {wall:5.0} ns of wall clock; {a_second:.2} million a second",
            self.cpu_ns(n)
        )
    }
}
