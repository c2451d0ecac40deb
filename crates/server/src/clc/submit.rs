//! What is queued.

use tagout_batch::{Action, Answer, Command, GroupId, JobId, ServerId, Submission, Verdict};
use tagout_wire::clc::{self, Fault, Reply, Route, Submit};

use super::{
    answer::Asker,
    fault::{fault, refused},
};

/// One operation on many servers.
pub(super) async fn batch(asker: Asker<'_>, request: Submit) -> Result<Reply, Fault> {
    let Asker {
        app,
        caller,
        account,
        now,
    } = asker;
    let mut submission =
        Submission::new(account, caller.user.clone(), request.command).on_terms(request.terms);
    if request.dry_run {
        let cells = app.control().try_out_batch(&submission, now).await;
        return Ok(clc::dry_run_reply(&cells.map_err(fault)?));
    }
    if let Some(key) = request.key {
        submission = submission.with_key(key);
    }
    let answer = app.control().submit_batch(&submission, now).await;
    Ok(clc::batch_reply(account, &answer.map_err(fault)?))
}

async fn submit(asker: Asker<'_>, action: Action, server: ServerId) -> Result<Answer, Fault> {
    let command = Command::new(action, [server.into()]);
    let submission = Submission::new(asker.account, asker.caller.user.clone(), command);
    let answer = asker
        .app
        .control()
        .submit_batch(&submission, asker.now)
        .await;
    answer.map_err(fault)
}

/// One operation on one server, by a path of its own: the job, or why there is none.
pub(super) async fn one(
    asker: Asker<'_>,
    action: Action,
    server: ServerId,
) -> Result<JobId, Fault> {
    let snapshot = match action {
        Action::RevertToSnapshot { snapshot } | Action::DeleteSnapshot { snapshot } => {
            Some(snapshot)
        }
        _ => None,
    };
    let answer = submit(asker, action, server).await?;
    if let Some(job) = answer.jobs().first() {
        return Ok(*job);
    }
    // A server that is not there is told apart from one that is not ready; a snapshot likewise.
    let known = asker.known(server).await?;
    match snapshot {
        Some(number)
            if known
                .snapshot(asker.now)
                .is_none_or(|there| there.number() != number) =>
        {
            Err(Fault::absent())
        }
        _ => Err(refused()),
    }
}

/// The deletion of a server. One that waits to be deleted already is not queued again, and nothing is wrong with that.
pub(super) async fn delete(asker: Asker<'_>, server: ServerId) -> Result<Reply, Fault> {
    let answer = submit(asker, Action::Delete, server).await?;
    match answer.entries() {
        [entry] if entry.verdict != Verdict::Refused => Ok(clc::entity_reply(asker.account, entry)),
        _ => {
            asker.known(server).await?;
            Err(refused())
        }
    }
}

async fn submit_group(asker: Asker<'_>, group: GroupId, action: &Action) -> Result<Answer, Fault> {
    let Asker {
        app,
        caller,
        account,
        now,
    } = asker;
    let answer = app
        .control()
        .submit_batch_for_group(account, group, action, &caller.user, now)
        .await
        .map_err(fault)?;
    // A group is where servers are: without any there is none.
    if answer.entries().is_empty() {
        return Err(Fault::not_found());
    }
    Ok(answer)
}

/// One operation on all servers of a group: a link to the job, the first if they stand in several data centres.
pub(super) async fn group(
    asker: Asker<'_>,
    group: GroupId,
    action: Action,
) -> Result<Reply, Fault> {
    let answer = submit_group(asker, group, &action).await?;
    let job = answer.jobs().first().ok_or_else(refused)?;
    Ok(clc::link_reply(202, asker.account, *job))
}

/// The servers of a group come back from the archive.
pub(super) async fn restore_group(
    asker: Asker<'_>,
    route: &Route<'_>,
    group: GroupId,
    target: Option<GroupId>,
) -> Result<Reply, Fault> {
    let group_after = target.map(Into::into);
    let action = Action::Restore { group: group_after };
    let answer = submit_group(asker, group, &action).await?;
    let written = route.alias_as_written();
    Ok(clc::group_restored_reply(
        asker.account,
        written,
        group,
        &answer,
    ))
}
