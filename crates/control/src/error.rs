//! Why the control plane did not do as asked.

use tagout_store::StoreError;

use crate::work::Ticket;

/// Why the control plane did not do as asked. Nothing was changed, unless the store says that it does not know.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The attempt was given up for another one, or has been reported before.
    #[error("ticket {ticket} is no longer current")]
    StaleTicket {
        /// The ticket.
        ticket: Ticket,
    },
    /// Others changed the same things faster than it could be decided.
    #[error("gave up after {attempts} decisions that others overtook")]
    Contended {
        /// How often it was decided.
        attempts: u32,
    },
    /// The store did not do as asked.
    #[error("the store failed")]
    Store(#[from] StoreError),
}
