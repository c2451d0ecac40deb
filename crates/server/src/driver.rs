//! A driver that is chosen while the program runs.

use std::{fmt, pin::Pin, sync::Arc};

use tagout_control::{CommandDriver, Done, Driver, DriverError, Program, SimulatedDriver, Work};

use crate::config::DriverChoice;

/// A driver of any type, for a program that learns which one from its user. Clones share it.
///
/// ```
/// use tagout_control::SimulatedDriver;
/// use tagout_server::AnyDriver;
///
/// let driver = AnyDriver::new(SimulatedDriver::new(7));
/// # let _ = driver;
/// ```
#[derive(Clone)]
pub struct AnyDriver(Arc<dyn Erased>);

impl AnyDriver {
    /// The driver as one among others.
    pub fn new(driver: impl Driver) -> Self {
        Self(Arc::new(driver))
    }

    /// The driver that a configuration names.
    pub fn chosen(choice: &DriverChoice) -> Self {
        match choice {
            DriverChoice::Simulated { speed, seed } => {
                let mut driver = SimulatedDriver::new(*seed);
                driver.speed = *speed;
                Self::new(driver)
            }
            DriverChoice::Command(programs) => {
                let driver =
                    programs
                        .iter()
                        .fold(CommandDriver::new(), |driver, (kind, chosen)| {
                            let program = chosen
                                .arguments
                                .iter()
                                .fold(Program::new(&chosen.path), |program, argument| {
                                    program.argument(argument)
                                });
                            driver.program(kind, program)
                        });
                Self::new(driver)
            }
        }
    }
}

impl fmt::Debug for AnyDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyDriver").finish_non_exhaustive()
    }
}

type Performed<'a> = Pin<Box<dyn Future<Output = Result<Done, DriverError>> + Send + 'a>>;

/// [`Driver`], with futures that all have one type.
trait Erased: Send + Sync {
    fn perform_boxed<'a>(&'a self, work: &'a Work) -> Performed<'a>;
}

impl<D: Driver> Erased for D {
    fn perform_boxed<'a>(&'a self, work: &'a Work) -> Performed<'a> {
        Box::pin(Driver::perform(self, work))
    }
}

impl Driver for AnyDriver {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        self.0.perform_boxed(work).await
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tagout_control::Ticket;

    use super::*;

    const _: fn() = || {
        fn both<T: Send + Sync>() {}
        both::<AnyDriver>();
    };

    fn work(kind: &str) -> Work {
        Work {
            ticket: Ticket::new("a.1"),
            account: "acme".to_owned(),
            kind: kind.to_owned(),
            target: "web".to_owned(),
            attempt: 1,
            deadline: DateTime::UNIX_EPOCH,
            detail: serde_json::Value::Null,
        }
    }

    #[tokio::test]
    async fn the_driver_of_the_configuration_does_the_work() {
        let program = crate::config::Program {
            path: "echo".into(),
            arguments: vec!["{\"said\":\"hello\"}".to_owned()],
        };
        let choice = DriverChoice::Command(vec![("server".to_owned(), program)]);
        let driver = AnyDriver::chosen(&choice);
        let done = driver.perform(&work("server.backup")).await.unwrap();
        assert_eq!(done.detail["said"], "hello");
        let refused = driver.perform(&work("batch.reboot")).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "failed: no program is configured for `batch.reboot`"
        );

        let choice = DriverChoice::Simulated {
            speed: 1_000_000,
            seed: 1,
        };
        let simulated = AnyDriver::chosen(&choice);
        assert_eq!(
            simulated.perform(&work("server.backup")).await,
            Ok(Done::default())
        );
    }
}
