//! Backups begin: asked for, due, last, or with maintenance.

use chrono::{DateTime, Utc};
use tagout_lifecycle::{
    BackupId, BackupOccasion, Description, EngineAttribute, OperationKind, Quota, Server, Tags,
    Ticket, TooManyTags, Transition, UserArn,
};

use crate::{
    Backup, BackupRefusal, BackupStatus, BackupType, Snapshot, Terms, backup::CurrentWork,
};

/// What somebody says about a backup that they ask for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ManualOrder {
    /// What it is for.
    pub description: Option<Description>,
    /// Who asks.
    pub user_arn: Option<UserArn>,
    /// Tags for it, over those that it gets from the server.
    pub tags: Tags,
}

/// A backup that has been begun, and the server that moved with it. Both are to be committed together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Begun {
    /// The server's move, with the work to be performed.
    pub moved: Transition,
    /// The new backup.
    pub backup: Backup,
    /// How many places for manual backups it takes: 1 for a manual one. See [`Outcome::slots`](crate::Outcome::slots).
    pub slots: i32,
}

impl Backup {
    /// Begins a backup at `now` because somebody asks for it.
    ///
    /// `quota` is how many manual backups the account has; `taken` says whether there is a backup under an id already,
    /// in which case the new one is dated 1 ms later.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] if it would have too many tags, unless the server is running, healthy or unhealthy, or if the
    /// account has as many manual backups as it may have; in this order.
    pub fn begin_manual(
        server: &Server,
        order: ManualOrder,
        quota: Quota,
        taken: impl FnMut(&BackupId) -> bool,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, BackupRefusal> {
        Self::begin_by_hand(
            server,
            order,
            quota,
            taken,
            BackupOccasion::Requested,
            ticket,
            terms,
            now,
        )
    }

    /// Begins the last backup of a server, which is deleted as soon as it is made. If it fails the server stays.
    ///
    /// It is a manual one, so that it outlives the server. `deletion` is the ticket of the deletion to come.
    ///
    /// # Errors
    ///
    /// As [`Backup::begin_manual`], and if the server may not be deleted.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing, and none has a default"
    )]
    pub fn begin_final(
        server: &Server,
        order: ManualOrder,
        quota: Quota,
        taken: impl FnMut(&BackupId) -> bool,
        ticket: Ticket,
        deletion: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, BackupRefusal> {
        let occasion = BackupOccasion::Final { deletion };
        Self::begin_by_hand(server, order, quota, taken, occasion, ticket, terms, now)
    }

    /// Begins an automated backup at `now`, because [`Server::poll_duty`] said so: for `opening`, or, if that is
    /// `None`, as the one that follows a major upgrade.
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] unless it is due, and the server is running, healthy or unhealthy.
    pub fn begin_due(
        server: &Server,
        opening: Option<DateTime<Utc>>,
        taken: impl FnMut(&BackupId) -> bool,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, BackupRefusal> {
        let occasion = opening.map_or(BackupOccasion::AfterUpgrade, |opening| {
            BackupOccasion::Due { opening }
        });
        let mut backup = Self::new(server, BackupType::Automated, taken, terms, now);
        let moved = backup.start(server, occasion, ticket, terms, now)?;
        Ok(Begun {
            moved,
            backup,
            slots: 0,
        })
    }

    /// Takes a server into maintenance at `now`, which begins with an automated backup of its own.
    ///
    /// `opening` is the window for which [`Server::poll_duty`] said so, or `None` if somebody asks for the
    /// maintenance, with `attributes`. `maintenance` and `ticket` are the tickets of the maintenance and of its backup.
    /// The work of the maintenance comes when the backup is made: [`Backup::handle_made`].
    ///
    /// # Errors
    ///
    /// [`BackupRefusal`] as [`Server::start_maintenance`] and [`Server::start_due_maintenance`] refuse.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing, and none has a default"
    )]
    pub fn begin_with_maintenance(
        server: &Server,
        attributes: &[EngineAttribute],
        opening: Option<DateTime<Utc>>,
        taken: impl FnMut(&BackupId) -> bool,
        maintenance: Ticket,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, BackupRefusal> {
        let mut moved = match opening {
            Some(opening) => {
                server
                    .clone()
                    .start_due_maintenance(opening, maintenance, &terms.policy, now)?
            }
            None => {
                server
                    .clone()
                    .start_maintenance(attributes, maintenance, &terms.policy, now)?
            }
        };
        let mut backup = Self::new(server, BackupType::Automated, taken, terms, now);
        moved.begin_with_backup(&backup.id, ticket);
        backup.adopt(&moved, ticket);
        moved.tell(backup.note(&format!("Backup {} started", backup.id)), now);
        Ok(Begun {
            moved,
            backup,
            slots: 0,
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing, and none has a default"
    )]
    fn begin_by_hand(
        server: &Server,
        order: ManualOrder,
        quota: Quota,
        taken: impl FnMut(&BackupId) -> bool,
        occasion: BackupOccasion,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Begun, BackupRefusal> {
        let tags = manual_tags(server, order.tags, terms)?;
        let mut backup = Self::new(server, BackupType::Manual, taken, terms, now);
        let moved = backup.start(server, occasion, ticket, terms, now)?;
        quota.take(&terms.policy)?;
        backup.tags = tags;
        backup.description = order.description;
        backup.user_arn = order.user_arn;
        Ok(Begun {
            moved,
            backup,
            slots: 1,
        })
    }

    fn new(
        server: &Server,
        kind: BackupType,
        taken: impl FnMut(&BackupId) -> bool,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Self {
        let (id, created_at) = BackupId::free(server.name(), now, taken);
        let arn = server.arn().sibling_backup(&id);
        let log_url = terms
            .log_bucket
            .as_ref()
            .map(|bucket| format!("https://s3.amazonaws.com/{bucket}/{id}").into());
        Self {
            id,
            arn,
            kind,
            created_at,
            snapshot: Snapshot::of(server, &terms.tools_version),
            description: None,
            user_arn: None,
            log_url,
            tags: server.tags().clone(),
            status: BackupStatus::InProgress,
            status_description: None,
            work: None,
            readers: std::collections::BTreeSet::new(),
            holds_slot: kind == BackupType::Manual,
            orphaned: false,
        }
    }

    fn start(
        &mut self,
        server: &Server,
        occasion: BackupOccasion,
        ticket: Ticket,
        terms: &Terms,
        now: DateTime<Utc>,
    ) -> Result<Transition, BackupRefusal> {
        let moved =
            server
                .clone()
                .start_backup(self.id.clone(), occasion, ticket, &terms.policy, now)?;
        self.adopt(&moved, ticket);
        Ok(moved)
    }

    /// Notes by which ticket it is made, and within what time.
    fn adopt(&mut self, moved: &Transition, ticket: Ticket) {
        let operation = moved.server.current_operation();
        debug_assert!(operation.is_some_and(|operation| {
            matches!(
                operation.kind(),
                OperationKind::BackUp | OperationKind::Maintain
            )
        }));
        self.work = operation.map(|operation| CurrentWork {
            ticket,
            deadline: operation.deadline(),
        });
    }
}

/// The server's tags with those of the request over them.
fn manual_tags(server: &Server, more: Tags, terms: &Terms) -> Result<Tags, TooManyTags> {
    let mut tags = server.tags().clone();
    tags.extend(more);
    let max = terms.policy.tags_max;
    if tags.len() > max {
        let resource = format!("backup of {}", server.name()).into();
        return Err(TooManyTags {
            resource,
            count: tags.len(),
            max,
        });
    }
    Ok(tags)
}
