//! A request as it comes in, and the command that it is once every fault has been looked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Action, Operation, Package, SnapshotDays, Target, TargetId};

/// One value of a request as it was written, before anyone knows whether it fits.
///
/// Numbers and flags may come as text: the reference of the service shows `"7"` for days and `"true"` for a flag
/// where its tables say integer and boolean.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Loose {
    /// It was not there.
    #[default]
    Missing,
    /// A text.
    Text(Box<str>),
    /// A whole number.
    Whole(i64),
    /// True or false.
    Flag(bool),
    /// Something that fits nowhere, by its name: `null`, `a list`, `an object`, `a fraction`.
    Other(&'static str),
}

impl Loose {
    fn whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            Self::Text(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()
            }
            _ => None,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(word) if word.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(word) if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Loose {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Loose {
    /// Writes the value as an error shows it, a text cut after 40 characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Text(text) => write!(f, "`{}`", text.chars().take(40).collect::<String>()),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// A batch request as it was written.
///
/// # Example
///
/// ```
/// use tagout_batch::{Draft, Operation};
///
/// let mut draft = Draft::new(Operation::CreateSnapshot, ["WA1ALIASWB01".into(), "wa1aliaswb01".into()]);
/// draft.days = "7".into();
/// let command = draft.check(1_000)?;
/// assert_eq!(command.targets().len(), 1, "one server, named twice");
///
/// let draft = Draft::new(Operation::CreateSnapshot, []);
/// let error = draft.check(1_000).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "no server is named, expected at least one; the days are missing, expected a whole number from 1 to 10"
/// );
/// # Ok::<(), tagout_batch::InvalidCommand>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draft {
    /// What is to be done.
    pub operation: Operation,
    /// The servers, in the order of the request.
    pub servers: Vec<DraftTarget>,
    /// How long snapshots are kept; only for [`Operation::CreateSnapshot`].
    pub days: Loose,
    /// The id of the package; only for [`Operation::ExecutePackage`].
    pub package: Loose,
    /// The parameters of the package, in the order of the request.
    pub parameters: Vec<(Box<str>, Loose)>,
}

/// One server of a request as it was written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DraftTarget {
    /// The id.
    pub id: Loose,
    /// The flag; only for [`Operation::SetMaintenance`].
    pub maintenance: Loose,
}

impl Draft {
    /// A request for `operation` on these servers, with nothing else said.
    pub fn new(operation: Operation, servers: impl IntoIterator<Item = Loose>) -> Self {
        let target = |id| DraftTarget {
            id,
            maintenance: Loose::Missing,
        };
        Self {
            operation,
            servers: servers.into_iter().map(target).collect(),
            days: Loose::Missing,
            package: Loose::Missing,
            parameters: Vec::new(),
        }
    }

    /// The command that the request means.
    ///
    /// A server that is named more than once, in whatever letter case, counts once, where it came first.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidCommand`] with every fault there is, in the order of the request.
    pub fn check(self, servers_max: usize) -> Result<Command, InvalidCommand> {
        let mut faults = Vec::new();
        let targets = self.targets(servers_max, &mut faults);
        let action = self.action(&mut faults);
        match action {
            Some(action) if faults.is_empty() => Ok(Command { action, targets }),
            _ => Err(InvalidCommand { faults }),
        }
    }

    fn targets(&self, servers_max: usize, faults: &mut Vec<Fault>) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::with_capacity(self.servers.len().min(servers_max));
        let mut first_places: HashMap<TargetId, (usize, Option<bool>)> = HashMap::new();
        for (
            index,
            DraftTarget {
                id,
                maintenance: flag,
            },
        ) in self.servers.iter().enumerate()
        {
            let Some(text) = id.text() else {
                faults.push(Fault::Server {
                    index,
                    found: id.clone(),
                });
                continue;
            };
            let maintenance = (self.operation == Operation::SetMaintenance).then(|| flag.flag());
            if maintenance == Some(None) {
                faults.push(Fault::Maintenance {
                    index,
                    found: flag.clone(),
                });
            }
            let (server, maintenance) = (TargetId::from(text), maintenance.flatten());
            match first_places.get(&server) {
                Some((_, asked)) if *asked == maintenance => {}
                Some((first, _)) => faults.push(Fault::Contradiction {
                    index,
                    first: *first,
                }),
                None => {
                    first_places.insert(server.clone(), (index, maintenance));
                    targets.push(Target {
                        server,
                        maintenance,
                    });
                }
            }
        }
        if self.servers.is_empty() {
            faults.push(Fault::NoServer);
        }
        if targets.len() > servers_max {
            faults.push(Fault::TooManyServers {
                named: targets.len(),
                max: servers_max,
            });
        }
        targets
    }

    fn action(&self, faults: &mut Vec<Fault>) -> Option<Action> {
        Some(match self.operation {
            Operation::PowerOn => Action::PowerOn,
            Operation::PowerOff => Action::PowerOff,
            Operation::ShutDown => Action::ShutDown,
            Operation::Pause => Action::Pause,
            Operation::Reset => Action::Reset,
            Operation::Reboot => Action::Reboot,
            Operation::StartMaintenance => Action::StartMaintenance,
            Operation::StopMaintenance => Action::StopMaintenance,
            Operation::SetMaintenance => Action::SetMaintenance,
            Operation::Archive => Action::Archive,
            Operation::CreateSnapshot => {
                let days = self
                    .days
                    .whole()
                    .and_then(|days| SnapshotDays::try_from(days).ok());
                if days.is_none() {
                    faults.push(Fault::Days {
                        found: self.days.clone(),
                    });
                }
                Action::CreateSnapshot { days: days? }
            }
            Operation::ExecutePackage => Action::ExecutePackage {
                package: Arc::new(self.package(faults)?),
            },
            Operation::Delete
            | Operation::Restore
            | Operation::RevertToSnapshot
            | Operation::DeleteSnapshot
            | Operation::Change
            | Operation::Create
            | Operation::Clone => {
                faults.push(Fault::NoBatch {
                    operation: self.operation,
                });
                return None;
            }
        })
    }

    fn package(&self, faults: &mut Vec<Fault>) -> Option<Package> {
        let id = self.package.text().filter(|id| !id.is_empty());
        if id.is_none() {
            faults.push(Fault::Package {
                found: self.package.clone(),
            });
        }
        let mut parameters = Vec::with_capacity(self.parameters.len());
        for (name, value) in &self.parameters {
            match value.text() {
                Some(value) => parameters.push((name.clone(), value.into())),
                None => faults.push(Fault::Parameter {
                    name: name.clone(),
                    found: value.clone(),
                }),
            }
        }
        Some(Package {
            id: id?.into(),
            parameters,
        })
    }
}

/// One action and the different servers it is for, in order of their first appearance.
///
/// # Example
///
/// ```
/// use tagout_batch::{Action, Command};
///
/// let command = Command::new(Action::Reboot, ["WA1ACCTWEB01", "wa1acctweb02", "wa1acctweb01"].map(Into::into));
/// assert_eq!(command.targets().len(), 2);
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Command {
    action: Action,
    targets: Vec<Target>,
}

impl Command {
    /// `action` on each of these servers, once.
    ///
    /// Under [`Action::SetMaintenance`] they all ask for a cleared flag; see [`Command::set_maintenance`].
    pub fn new(action: Action, servers: impl IntoIterator<Item = TargetId>) -> Self {
        let mut targets: Vec<_> = servers
            .into_iter()
            .map(|server| Target {
                server,
                maintenance: None,
            })
            .collect();
        keep_first(&mut targets);
        Self { action, targets }
    }

    /// The maintenance flag that each of these servers shall have; the first one counts if a server comes twice.
    pub fn set_maintenance(servers: impl IntoIterator<Item = (TargetId, bool)>) -> Self {
        let target = |(server, flag)| Target {
            server,
            maintenance: Some(flag),
        };
        let mut targets: Vec<_> = servers.into_iter().map(target).collect();
        keep_first(&mut targets);
        Self {
            action: Action::SetMaintenance,
            targets,
        }
    }

    /// What is to be done.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// The different servers, in order of their first appearance.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }
}

/// Removes every target whose server came before.
fn keep_first(targets: &mut Vec<Target>) {
    /// Up to here, looking back over the list is quicker than a set.
    const SHORT: usize = 12;
    if targets.len() <= SHORT {
        let mut kept = 0;
        for at in 0..targets.len() {
            if !targets[..kept]
                .iter()
                .any(|earlier| earlier.server == targets[at].server)
            {
                targets.swap(kept, at);
                kept += 1;
            }
        }
        targets.truncate(kept);
    } else {
        let mut seen = std::collections::HashSet::with_capacity(targets.len());
        targets.retain(|target| seen.insert(target.server.clone()));
    }
}

/// Says everything that is wrong with a request.
///
/// Written as one line, the faults parted by semicolons.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", join(faults))]
pub struct InvalidCommand {
    faults: Vec<Fault>,
}

impl InvalidCommand {
    /// The faults, at least one, in the order of the request.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

fn join(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// One thing that is wrong with a request; places in its list of servers count from 0.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The list is empty.
    #[error("no server is named, expected at least one")]
    NoServer,
    /// The list is too long.
    #[error("{named} servers are named, expected at most {max}")]
    TooManyServers {
        /// How many different servers there are.
        named: usize,
        /// How many there may be.
        max: usize,
    },
    /// A server is not named by a text.
    #[error("server {index} is {found}, expected a text")]
    Server {
        /// Its place.
        index: usize,
        /// What stands there.
        found: Loose,
    },
    /// A server does not say which flag it wants.
    #[error("the maintenance flag of server {index} is {found}, expected true or false")]
    Maintenance {
        /// Its place.
        index: usize,
        /// What stands there.
        found: Loose,
    },
    /// A server is named twice with different flags.
    #[error("server {index} is the same as server {first} and asks for another maintenance flag")]
    Contradiction {
        /// Its second place.
        index: usize,
        /// Its first place.
        first: usize,
    },
    /// The days of a snapshot do not fit.
    #[error("the days are {found}, expected a whole number from 1 to 10")]
    Days {
        /// What stands there.
        found: Loose,
    },
    /// The id of the package is no text, or an empty one.
    #[error("the package is {found}, expected its id")]
    Package {
        /// What stands there.
        found: Loose,
    },
    /// A parameter of the package is no text.
    #[error("parameter `{name}` is {found}, expected a text")]
    Parameter {
        /// Its name.
        name: Box<str>,
        /// What stands there.
        found: Loose,
    },
    /// The operation does not take a list of servers.
    #[error("{operation} does not take a list of servers")]
    NoBatch {
        /// The operation.
        operation: Operation,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(draft: Draft, expected: &[&str]) {
        let faults = draft.check(3).map_err(|error| {
            error
                .faults()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        });
        assert_eq!(faults.unwrap_err(), expected);
    }

    fn flags(servers: &[(&str, Loose)]) -> Draft {
        let target = |(id, flag): &(&str, Loose)| DraftTarget {
            id: (*id).into(),
            maintenance: flag.clone(),
        };
        let servers = servers.iter().map(target).collect();
        Draft {
            servers,
            ..Draft::new(Operation::SetMaintenance, [])
        }
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        check(
            Draft::new(Operation::PowerOn, []),
            &["no server is named, expected at least one"],
        );
        check(
            Draft::new(
                Operation::PowerOn,
                ["a".into(), Loose::Whole(7), Loose::Other("null")],
            ),
            &[
                "server 1 is 7, expected a text",
                "server 2 is null, expected a text",
            ],
        );
        check(
            Draft::new(
                Operation::PowerOn,
                ["a", "b", "c", "A", "d"].map(Into::into),
            ),
            &["4 servers are named, expected at most 3"],
        );
        check(
            Draft::new(Operation::Delete, ["a".into()]),
            &["delete does not take a list of servers"],
        );
        for (days, shown) in [
            (Loose::Missing, "missing"),
            (Loose::Whole(0), "0"),
            (Loose::Whole(11), "11"),
            ("7.5".into(), "`7.5`"),
            ("".into(), "``"),
            (Loose::Flag(true), "true"),
            (Loose::Other("a fraction"), "a fraction"),
        ] {
            let draft = Draft {
                days,
                ..Draft::new(Operation::CreateSnapshot, ["a".into()])
            };
            check(
                draft,
                &[&format!(
                    "the days are {shown}, expected a whole number from 1 to 10"
                )],
            );
        }
        let draft = Draft::new(Operation::ExecutePackage, ["a".into()]);
        let parameters = vec![
            ("A.b".into(), Loose::Flag(false)),
            ("A.c".into(), "fine".into()),
        ];
        check(
            Draft {
                parameters,
                ..draft
            },
            &[
                "the package is missing, expected its id",
                "parameter `A.b` is false, expected a text",
            ],
        );
    }

    #[test]
    fn flags_may_be_texts_and_may_not_contradict() {
        let draft = flags(&[
            ("A", "true".into()),
            ("b", "False".into()),
            ("a", Loose::Flag(true)),
        ]);
        let command = draft.check(3).unwrap();
        let asked: Vec<_> = command
            .targets()
            .iter()
            .map(|target| target.maintenance)
            .collect();
        assert_eq!(asked, [Some(true), Some(false)]);
        check(
            flags(&[
                ("a", Loose::Flag(true)),
                ("A", Loose::Flag(false)),
                ("b", Loose::Missing),
                ("c", "yes".into()),
            ]),
            &[
                "server 1 is the same as server 0 and asks for another maintenance flag",
                "the maintenance flag of server 2 is missing, expected true or false",
                "the maintenance flag of server 3 is `yes`, expected true or false",
            ],
        );
    }

    #[test]
    fn a_server_named_often_counts_where_it_came_first() {
        for n in [3_usize, 40] {
            let names = (0..n).map(|k| format!("wa1acctweb{:02}", k % (n / 2 + 1)));
            let command = Command::new(Action::Reset, names.map(|name| (*name).into()));
            let servers: Vec<_> = command
                .targets()
                .iter()
                .map(|target| target.server.to_string())
                .collect();
            let expected: Vec<_> = (0..=n / 2).map(|k| format!("wa1acctweb{k:02}")).collect();
            assert_eq!(servers, expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_in_the_fault() {
        let days = Loose::Text("9".repeat(100).into());
        check(
            Draft {
                days,
                ..Draft::new(Operation::CreateSnapshot, ["a".into()])
            },
            &[&format!(
                "the days are `{}`, expected a whole number from 1 to 10",
                "9".repeat(40)
            )],
        );
    }
}
