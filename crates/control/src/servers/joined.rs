//! What a maintenance window has done to servers.

use tagout_backup::Backup;
use tagout_lifecycle::{Limited, Quota, ServerName, Ticket};
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
                let taken = self.taken_ids(unit, account, &name).await?;
                let begun = Backup::begin_manual(
                    &record.server,
                    tagout_backup::ManualOrder::default(),
                    Quota::empty(Limited::ManualBackups), // held by the commit
                    |id| taken.contains(id),
                    self.draw_ticket(),
                    &self.settings.servers.terms,
                    unit.now(),
                )?;
                self.put_begun(unit, account, record, begun).await?.0
            }
        };
        Ok(server
            .current_operation()
            .map(tagout_lifecycle::CurrentOperation::ticket))
    }
}
