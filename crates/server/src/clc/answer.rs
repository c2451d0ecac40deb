//! The calls, over the control plane.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use tagout_batch::{
    Action, Alias, DataCenter, GroupId, JobId, NewServer, Patched, PlanId, Profile, Server,
    ServerId, ServerUuid,
};
use tagout_control::JobFilter;
use tagout_store::Cursor;
use tagout_wire::clc::{
    self, Fault, JobDetails, JobsQuery, NewPlan, NewServerRequest, PageQuery, PatchRequest, Reply,
    Request, Route, ServerRef, Source, TargetGroup,
};

use super::{fault::fault, submit};
use crate::{
    App,
    login::{self, ClcCaller},
};

/// How long a call that waits for a job sleeps before it looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The account of a path, if the caller may act for it: its own, or one below it.
pub(super) async fn account(
    app: &App,
    caller: &ClcCaller,
    route: &Route<'_>,
) -> Result<Alias, Fault> {
    let asked = route.alias().ok_or_else(Fault::forbidden)?;
    if caller.everywhere || asked == caller.alias {
        return Ok(asked);
    }
    let own = app
        .control()
        .batch_account(caller.alias, app.now())
        .await
        .map_err(fault)?;
    own.filter(|own| own.may_see(asked))
        .map(|_| asked)
        .ok_or_else(Fault::forbidden)
}

/// Who asks, for which account, and when.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a ClcCaller,
    pub(super) account: Alias,
    pub(super) now: DateTime<Utc>,
}

/// Answers a call that the caller may make for `account`.
pub(super) async fn call(
    app: &App,
    caller: &ClcCaller,
    account: Alias,
    route: &Route<'_>,
    request: Request,
) -> Result<Reply, Fault> {
    let asker = Asker {
        app,
        caller,
        account,
        now: app.now(),
    };
    let one = |action, server| submit::one(asker, action, server);
    match request {
        Request::Submit(request) => submit::batch(asker, *request).await,
        Request::Status { job, wait } => asker.status(job, wait).await,
        Request::Jobs(query) => asker.jobs(query).await,
        Request::Job { job } => asker.job(job).await,
        Request::Cancel { job } => asker.cancel(job).await,
        Request::Resume { job, which } => {
            let by = &caller.user;
            let answer = app
                .control()
                .retry_batch(account, job, which, by, asker.now)
                .await
                .map_err(fault)?;
            Ok(clc::batch_reply(account, &answer))
        }
        Request::Plans(page) => asker.plans(page).await,
        Request::NewPlan(plan) => asker.new_plan(*plan).await,
        Request::Plan { number } => asker.plan(number).await,
        Request::EndPlan { number } => asker.end_plan(number).await,
        Request::Servers(page) => asker.servers(page).await,
        Request::Create(new) => asker.create(route, *new).await,
        Request::Server(server) => asker.server(server).await,
        Request::Patch { server, patch } => asker.patch(server, *patch).await,
        Request::Delete { server } => submit::delete(asker, server).await,
        Request::Restore { server, group } => {
            let group = group.map(Into::into);
            one(Action::Restore { group }, server)
                .await
                .map(|job| clc::link_reply(202, account, job))
        }
        Request::Revert { server, snapshot } => one(Action::RevertToSnapshot { snapshot }, server)
            .await
            .map(|job| clc::link_reply(200, account, job)),
        Request::DeleteSnapshot { server, snapshot } => {
            one(Action::DeleteSnapshot { snapshot }, server)
                .await
                .map(|job| clc::link_reply(200, account, job))
        }
        Request::ArchiveGroup { group } => submit::group(asker, group, Action::Archive).await,
        Request::DeleteGroup { group } => submit::group(asker, group, Action::Delete).await,
        Request::RestoreGroup(TargetGroup { group, target }) => {
            submit::restore_group(asker, route, group, target).await
        }
        _ => Err(Fault::not_found()), // a login is answered before it is known who asks
    }
}

impl Asker<'_> {
    async fn status(self, job: JobId, wait: Duration) -> Result<Reply, Fault> {
        let until = tokio::time::Instant::now() + wait;
        loop {
            let found = self
                .app
                .control()
                .batch_job_status(self.account, job, self.app.now())
                .await
                .map_err(fault)?
                .ok_or_else(Fault::not_found)?;
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if found.status().is_final() || left.is_zero() {
                return Ok(clc::status_reply(found.status()));
            }
            tokio::time::sleep(LOOK_AGAIN.min(left)).await;
        }
    }

    async fn jobs(self, query: JobsQuery) -> Result<Reply, Fault> {
        let filter = JobFilter {
            status: query.status,
            server: query.server,
            since: query.since,
        };
        let page = self
            .app
            .control()
            .batch_jobs_like(
                self.account,
                &filter,
                cursor(&query.page)?,
                query.page.limit,
                self.now,
            )
            .await
            .map_err(fault)?;
        let next = next(page.next);
        Ok(clc::jobs_reply(self.account, &page.items, next.as_deref()))
    }

    async fn job(self, job: JobId) -> Result<Reply, Fault> {
        let view = self
            .app
            .control()
            .batch_job(self.account, job, self.now)
            .await
            .map_err(fault)?
            .ok_or_else(Fault::not_found)?;
        let details = JobDetails {
            job: &view.job,
            items: &view.items,
        };
        Ok(clc::job_reply(self.account, details))
    }

    async fn cancel(self, job: JobId) -> Result<Reply, Fault> {
        let progress = self
            .app
            .control()
            .cancel_batch(self.account, job, self.now)
            .await
            .map_err(fault)?;
        Ok(clc::progress_reply(self.account, job, &progress))
    }

    async fn plans(self, query: PageQuery) -> Result<Reply, Fault> {
        let page = self
            .app
            .control()
            .batch_plans(self.account, cursor(&query)?, query.limit)
            .await
            .map_err(fault)?;
        let next = next(page.next);
        Ok(clc::plans_reply(&page.items, next.as_deref()))
    }

    async fn new_plan(self, plan: NewPlan) -> Result<Reply, Fault> {
        let id = self
            .app
            .control()
            .plan_batch_maintenance(
                self.account,
                &plan.servers,
                plan.starts_at,
                plan.ends_at,
                &plan.terms,
                &self.caller.user,
                self.now,
            )
            .await
            .map_err(fault)?;
        Ok(clc::planned_reply(self.account, id))
    }

    fn plan_id(self, number: u32) -> PlanId {
        PlanId {
            account: self.account,
            number,
        }
    }

    async fn plan(self, number: u32) -> Result<Reply, Fault> {
        let plan = self
            .app
            .control()
            .batch_plan(self.plan_id(number), self.now)
            .await
            .map_err(fault)?
            .ok_or_else(Fault::not_found)?;
        Ok(clc::plan_reply(&plan))
    }

    async fn end_plan(self, number: u32) -> Result<Reply, Fault> {
        let id = self.plan_id(number);
        let control = self.app.control();
        if control
            .end_batch_plan_early(id, self.now)
            .await
            .map_err(fault)?
        {
            return Ok(Reply::empty(204));
        }
        // One that is over stays so.
        let known = control.batch_plan(id, self.now).await.map_err(fault)?;
        known
            .map(|_| Reply::empty(204))
            .ok_or_else(Fault::not_found)
    }

    async fn servers(self, query: PageQuery) -> Result<Reply, Fault> {
        let page = self
            .app
            .control()
            .batch_servers(self.account, cursor(&query)?, query.limit)
            .await
            .map_err(fault)?;
        let next = next(page.next);
        Ok(clc::servers_reply(
            self.account,
            &page.items,
            next.as_deref(),
            self.now,
        ))
    }

    /// A server that the account may see.
    pub(super) async fn known(self, id: ServerId) -> Result<Server, Fault> {
        let found = self
            .app
            .control()
            .batch_server(self.account, id, self.now)
            .await;
        found.map_err(fault)?.ok_or_else(Fault::absent)
    }

    async fn server(self, server: ServerRef) -> Result<Reply, Fault> {
        let server = match server {
            ServerRef::Id(id) => self.known(id).await?,
            ServerRef::Uuid(uuid) => self
                .app
                .control()
                .batch_server_by_uuid(self.account, uuid, self.now)
                .await
                .map_err(fault)?
                .ok_or_else(Fault::absent)?,
        };
        Ok(clc::server_reply(self.account, &server, self.now))
    }

    async fn patch(self, server: ServerId, patch: PatchRequest) -> Result<Reply, Fault> {
        let patched = self
            .app
            .control()
            .patch_batch_server(
                self.account,
                server,
                &patch.description,
                &patch.change,
                &self.caller.user,
                self.now,
            )
            .await
            .map_err(fault)?;
        Ok(match patched {
            Patched::AtOnce => Reply::empty(204),
            Patched::Queued { job } => clc::link_reply(202, self.account, job),
        })
    }

    async fn create(self, route: &Route<'_>, request: NewServerRequest) -> Result<Reply, Fault> {
        let name = request.name.clone();
        let new = self.described(request).await?;
        let (_, entry) = self
            .app
            .control()
            .create_batch_server(self.account, &new, &self.caller.user, self.now)
            .await
            .map_err(fault)?;
        let written = route.alias_as_written();
        Ok(clc::created_reply(
            self.account,
            written,
            &name,
            new.uuid,
            &entry,
        ))
    }

    /// What is built: for a copy, with the disks and the system of its source.
    async fn described(self, request: NewServerRequest) -> Result<NewServer, Fault> {
        let (source, template) = match request.source {
            Source::Server(id) => (Some(id), None),
            Source::Template(name) => (None, Some(name)),
        };
        let original = match source {
            Some(id) => {
                let found = self
                    .app
                    .control()
                    .batch_server(self.account, id, self.now)
                    .await;
                found.map_err(fault)?
            }
            None => None,
        };
        let mut disks = original
            .as_ref()
            .map(|server| server.disks().to_vec())
            .unwrap_or_default();
        for (unit, mut disk) in (disks.len() as u16..).zip(request.disks) {
            disk.id.unit = unit;
            disks.push(disk);
        }
        let of_original = |part: fn(&Profile) -> &str| {
            let original = original
                .as_ref()
                .map(|server| part(server.profile()).into());
            original.unwrap_or_default()
        };
        let profile = Profile {
            description: request.description,
            group: Some(request.group),
            os_type: template.unwrap_or_else(|| of_original(|profile| &profile.os_type)),
            os: of_original(|profile| &profile.os),
            kind: request.kind,
            storage: request.storage,
            managed_os: request.managed_os,
            managed_backup: request.managed_backup,
            ip_addresses: request
                .ip_address
                .into_iter()
                .map(|internal| tagout_batch::IpAddress {
                    internal,
                    public: None,
                })
                .collect(),
            custom_fields: request.custom_fields,
            ..Profile::default()
        };
        Ok(NewServer {
            name: request.name,
            data_center: match source {
                Some(id) => id.data_center(),
                None => self.data_center(request.group).await?,
            },
            uuid: ServerUuid::from_bytes(self.app.unique()),
            source,
            size: request.size,
            disks,
            profile,
        })
    }

    /// Where a server of a group is built: where its other servers are, or else where the account is at home.
    async fn data_center(self, group: GroupId) -> Result<DataCenter, Fault> {
        let members = self
            .app
            .control()
            .batch_servers_of_group(self.account, group, self.now)
            .await;
        match members.map_err(fault)?.first() {
            Some(member) => Ok(member.data_center()),
            None => login::location(self.app, self.caller).await,
        }
    }
}

fn cursor(query: &PageQuery) -> Result<Option<Cursor>, Fault> {
    let Some(after) = &query.after else {
        return Ok(None);
    };
    let text = "it is not where a list goes on, expected what the part before has told as `next`";
    let decoded = URL_SAFE_NO_PAD.decode(&**after).ok();
    let cursor = decoded.and_then(|bytes| str::from_utf8(&bytes).ok()?.parse().ok());
    cursor
        .map(Some)
        .ok_or_else(|| Fault::invalid([("after".into(), text.into())]))
}

/// Where a list goes on, in letters that need no escape in a query.
fn next(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.to_string()))
}
