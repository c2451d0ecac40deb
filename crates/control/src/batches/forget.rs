//! What time does by itself: snapshots expire, plans begin and end, and what is old is forgotten.

use chrono::{DateTime, Utc};
use tagout_store::{Query, Store, Stored};

use super::records::{AnswerRecord, ItemRecord, JobRecord, PlanRecord, SCOPE, ServerRecord};
use super::submit::KEYED;
use crate::{
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
};

/// How many items of an old job one commit forgets.
const FORGOTTEN_MAX: usize = 1_000;

impl<S: Store, D: Driver> Control<S, D> {
    /// Looks at a job: one that goes on is brought to rest, one whose time is over is forgotten with its items.
    ///
    /// Its number is never used again: that is known from the newest number of its data centre.
    pub(crate) async fn advance_job(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let _turn = self.turn(id).await;
        decide!(self, now, |unit| {
            let Some(record) = unit.get::<JobRecord>(SCOPE, id).await? else {
                return Ok(());
            };
            let retention = self.settings.batches.retention.get();
            let over = record
                .job
                .ended_at()
                .and_then(|at| at.checked_add_signed(retention))
                .is_some_and(|at| at <= now);
            if !over && record.job.status().is_final() {
                let settings = &self.settings.batches;
                return unit.put(SCOPE, &JobRecord::new(record.job, settings, now)); // with its due time
            }
            if !over {
                return self.settle_job(unit, record.job).await.map(drop);
            }
            let query = Query::new(ItemRecord::KIND, id).limit(FORGOTTEN_MAX);
            let page = self.store.page(&query).await?;
            for document in page.documents {
                let item = document.key().id().to_owned();
                unit.adopt(document);
                unit.remove::<ItemRecord>(id, &item)?;
            }
            if page.next.is_some() {
                unit.put(SCOPE, &record) // the job goes with its last items, and is due at once
            } else {
                unit.remove::<JobRecord>(SCOPE, id)
            }
        })
    }

    /// Looks at a server: drops its snapshot if that has expired.
    pub(crate) async fn advance_batch_server(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        decide!(self, now, |unit| {
            let Some(ServerRecord(mut server)) = unit.get::<ServerRecord>(SCOPE, id).await? else {
                return Ok(());
            };
            server.drop_expired_snapshot(now);
            unit.put(SCOPE, &ServerRecord(server))
        })
    }

    /// Forgets a keyed answer.
    pub(crate) async fn advance_answer(
        &self,
        scope: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        decide!(self, now, |unit| {
            let Some(AnswerRecord(answered)) = unit.get::<AnswerRecord>(scope, id).await? else {
                return Ok(());
            };
            if answered.forget_at() <= now {
                unit.remove::<AnswerRecord>(scope, id)?;
                unit.count(KEYED, scope, "n", -1, u64::MAX)?;
            }
            Ok(())
        })
    }

    /// Moves a plan on.
    pub(crate) async fn advance_plan(
        &self,
        scope: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        let _turn = self.turn(scope).await;
        decide!(self, now, |unit| {
            match unit.get::<PlanRecord>(scope, id).await? {
                Some(PlanRecord { plan, .. }) => self.move_plan(unit, plan).await,
                None => Ok(()),
            }
        })
    }
}
