//! What a maintenance window has done to servers.

use tagout_backup::ManualOrder;
use tagout_lifecycle::{ServerName, Ticket};
use tagout_store::Store;

use crate::{account::Account, control::Control, driver::Driver, error::ControlError, unit::Unit};

/// What a task of a window may do to a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Chore {
    /// A manual backup, one of as many as the account may have.
    BackUp,
    /// Maintenance, which begins with a backup.
    Maintain,
}

impl Chore {
    /// All of them, with their words.
    pub(crate) const ALL: [(&str, Self); 2] =
        [("backup", Self::BackUp), ("maintenance", Self::Maintain)];
}

impl<S: Store, D: Driver> Control<S, D> {
    /// Begins a chore on a server; the ticket is that of the operation, by whose end it is known.
    pub(crate) async fn begin_chore(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        chore: Chore,
        server: &str,
    ) -> Result<Option<Ticket>, ControlError> {
        let name = ServerName::try_from(server.to_owned())?;
        let record = self.find_server(unit, account, &name).await?;
        let server = match chore {
            Chore::Maintain => self.maintain_in(unit, account, record, &[], None).await?,
            Chore::BackUp => {
                let order = ManualOrder::default();
                let begun = self.back_up_by_hand(unit, account, record, order).await?;
                begun.0
            }
        };
        Ok(server
            .current_operation()
            .map(tagout_lifecycle::CurrentOperation::ticket))
    }
}
