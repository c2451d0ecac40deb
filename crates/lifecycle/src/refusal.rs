//! Why a server was not moved.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{
    AttributeFault, Operation, OperationKind, Server, ServerName, Status, Ticket, TooManyTags,
    Verdict,
};

/// A refusal, with the server as it was.
///
/// [`Refused::into_server`] gives the server back; the example of [`Server`] shows one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{refusal}")]
pub struct Refused {
    server: Box<Server>,
    refusal: Refusal,
}

impl Refused {
    pub(crate) fn new(server: Server, refusal: impl Into<Refusal>) -> Self {
        Self {
            server: Box::new(server),
            refusal: refusal.into(),
        }
    }

    /// Why.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// Why, without the server.
    pub fn into_refusal(self) -> Refusal {
        self.refusal
    }

    /// The server, unchanged.
    pub fn into_server(self) -> Server {
        *self.server
    }

    /// The class to branch on.
    pub fn kind(&self) -> RefusalKind {
        self.refusal.kind()
    }
}

/// Why a server was not moved.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Its status does not allow the operation.
    #[error(transparent)]
    InvalidState(#[from] InvalidState),
    /// It cannot be deleted while something else goes on. The text is the service's own: clients wait on it.
    #[error(
        "Cannot delete the server '{server}'. The current operation on the server is still in progress."
    )]
    StillInProgress {
        /// The server.
        server: ServerName,
        /// Its status.
        status: Status,
    },
    /// A result came for work that is not current.
    #[error(transparent)]
    Stale(#[from] StaleResult),
    /// A result came for a request for a node that is not in progress.
    #[error(transparent)]
    StaleAssociation(#[from] StaleAssociation),
    /// Engine attributes are not what they should be: all of the faults.
    #[error("{}", join(.0))]
    Attributes(Vec<AttributeFault>),
    /// It cannot be upgraded to the next generation.
    #[error(
        "server `{server}` is not eligible for CHEF_MAJOR_UPGRADE, expected Chef Automate 1 with a successful \
         maintenance since 2019-11-01"
    )]
    NotEligible {
        /// The server.
        server: ServerName,
    },
    /// It would have too many tags.
    #[error(transparent)]
    TooManyTags(#[from] TooManyTags),
    /// It is protected from deletion.
    #[error(
        "server `{server}` is protected from deletion, expected the protection to be taken off first"
    )]
    Protected {
        /// The server.
        server: ServerName,
    },
    /// Its restore asks for a machine type that is not on the engine's list.
    #[error("instance type `{instance_type}` is not listed for {engine}, expected one of {}", engine.instance_types().join(", "))]
    UnlistedInstanceType {
        /// The engine.
        engine: crate::Engine,
        /// The type, cut to 64 characters.
        instance_type: Box<str>,
    },
    /// Nothing is being done to it that could be cancelled, be overdue or be reset.
    #[error("nothing is being done to server `{server}`, expected an operation")]
    Idle {
        /// The server.
        server: ServerName,
    },
    /// Its work can no longer, or never could, be cancelled.
    #[error(
        "the {kind} of server `{server}` cannot be cancelled, expected work other than a deletion, not yet begun"
    )]
    NotCancellable {
        /// The server.
        server: ServerName,
        /// The operation.
        kind: OperationKind,
    },
    /// Its work still has time.
    #[error("the {kind} of server `{server}` has until {}, expected it to be overdue", at(*deadline))]
    NotOverdue {
        /// The server.
        server: ServerName,
        /// The operation.
        kind: OperationKind,
        /// When it is overdue.
        deadline: DateTime<Utc>,
    },
    /// It is not in a status from which an operator resets it, or not to that one.
    #[error(
        "server `{server}` is {status} and cannot be reset to {to}, expected a status in which work is stuck"
    )]
    NotResettable {
        /// The server.
        server: ServerName,
        /// Its status.
        status: Status,
        /// Where it was to go.
        to: Status,
    },
    /// The next maintenance cannot be put off so far.
    #[error("maintenance of server `{server}` was put off to {}, expected an instant after {} and not after {}", at(*until), at(*now), at(*limit))]
    DeferralOutOfRange {
        /// The server.
        server: ServerName,
        /// To when.
        until: DateTime<Utc>,
        /// Now.
        now: DateTime<Utc>,
        /// The last instant to which it can be put off.
        limit: DateTime<Utc>,
    },
    /// A window is not open, or has been dealt with.
    #[error("no {window} window of server `{server}` opened at {}, expected one that is open and not yet used", at(*opening))]
    NotDue {
        /// The server.
        server: ServerName,
        /// Which window.
        window: crate::WindowKind,
        /// The opening that was named.
        opening: DateTime<Utc>,
    },
}

/// The class of a refusal, to branch on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RefusalKind {
    /// The public interface says `InvalidStateException`: try again when the status has changed.
    InvalidState,
    /// The public interface says `ValidationException`: the request itself has to change, or (for a deletion) wait.
    Validation,
    /// A report that is not to be taken: drop it.
    Stale,
}

impl Refusal {
    /// The class to branch on.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::InvalidState(_)
            | Self::Protected { .. }
            | Self::Idle { .. }
            | Self::NotCancellable { .. }
            | Self::NotOverdue { .. }
            | Self::NotResettable { .. }
            | Self::NotDue { .. } => RefusalKind::InvalidState,
            Self::StillInProgress { .. }
            | Self::Attributes(_)
            | Self::NotEligible { .. }
            | Self::TooManyTags(_)
            | Self::UnlistedInstanceType { .. }
            | Self::DeferralOutOfRange { .. } => RefusalKind::Validation,
            Self::Stale(_) | Self::StaleAssociation(_) => RefusalKind::Stale,
        }
    }

    /// The refusal of `operation` in the status of `server`, or `None` if that allows it.
    pub(crate) fn by_status(
        server: &ServerName,
        status: Status,
        operation: Operation,
    ) -> Option<Self> {
        match status.permission(operation).verdict {
            Verdict::Allowed => None,
            Verdict::WrongState => Some(
                InvalidState {
                    server: server.clone(),
                    status,
                    operation,
                }
                .into(),
            ),
            Verdict::StillInProgress => Some(Self::StillInProgress {
                server: server.clone(),
                status,
            }),
        }
    }
}

/// An operation that the status of a server does not allow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidState {
    /// The server.
    pub server: ServerName,
    /// Its status.
    pub status: Status,
    /// The operation; [`Operation::allowed_in`] tells where it is allowed.
    pub operation: Operation,
}

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server,
            status,
            operation,
        } = self;
        let allowed: Vec<_> = operation.allowed_in().map(Status::as_str).collect();
        write!(
            f,
            "server `{server}` is {status}, {operation} needs {}",
            or(&allowed)
        )
    }
}

impl std::error::Error for InvalidState {}

/// A report on work that is not current: it comes late, a second time, or was never asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("ticket {given} reports {} server `{server}`, expected {}", reported(*kind), expected(*current))]
pub struct StaleResult {
    /// The server.
    pub server: ServerName,
    /// The ticket that came.
    pub given: Ticket,
    /// The end of what it reports, or `None` if it reports the beginning of work.
    pub kind: Option<OperationKind>,
    /// The ticket that is current, and what for.
    pub current: Option<(Ticket, OperationKind)>,
}

fn reported(kind: Option<OperationKind>) -> String {
    match kind {
        Some(kind) => format!("a {kind} of"),
        None => "the beginning of work on".into(),
    }
}

/// A result for a request for a node that is not in progress, or with a ticket that is not its own.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "ticket {given} reports on node `{node}` of server `{server}` whose request is {}, \
     expected the ticket of a request that is IN_PROGRESS there", status.as_str()
)]
pub struct StaleAssociation {
    /// The server.
    pub server: ServerName,
    /// The node.
    pub node: crate::NodeName,
    /// The ticket that came.
    pub given: Ticket,
    /// How the request stands.
    pub status: crate::AssociationStatus,
}

fn expected(current: Option<(Ticket, OperationKind)>) -> String {
    match current {
        Some((ticket, kind)) => format!("ticket {ticket} of a {kind}"),
        None => "no report, as nothing is being done".into(),
    }
}

fn join(faults: &[AttributeFault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// "A", "A or B", "A, B or C".
fn or(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn at(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
