//! The accounts, their servers, and what they ask for.

use tagout_batch::{
    Action, Alias, ChangeInfo, Command, Queue, Server, ServerId, Settings, Submission, TargetId,
    UserName,
};

use crate::{ACCOUNTS, Result, SERVERS, now};

/// The accounts and their servers.
pub(crate) struct Fleet(pub(crate) Vec<(Alias, Vec<ServerId>)>);

impl Fleet {
    pub(crate) fn new() -> Result<Self> {
        let mut accounts = Vec::new();
        for n in 0..ACCOUNTS {
            let alias: Alias = format!("a{n:04}").parse()?;
            let servers = (0..SERVERS / ACCOUNTS).map(|n| format!("wa1{alias}web{n:03}").parse());
            accounts.push((alias, servers.collect::<std::result::Result<_, _>>()?));
        }
        Ok(Self(accounts))
    }

    pub(crate) fn queue(&self) -> Result<Queue> {
        let mut queue = Queue::new(Settings::default());
        let change = ChangeInfo::created("setup".into(), now());
        for (alias, servers) in &self.0 {
            queue.open_account(*alias);
            for id in servers {
                queue.put_server(Server::new(*id, *alias, change.clone()))?;
            }
        }
        Ok(queue)
    }

    /// Asks for an operation on each of `n` servers, a batch of one account after a batch of another.
    pub(crate) fn ask(
        &self,
        n: usize,
        batch: usize,
        on: bool,
        mut submit: impl FnMut(usize, Submission) -> Result<()>,
    ) -> Result<()> {
        let action = if on {
            Action::StartMaintenance
        } else {
            Action::StopMaintenance
        };
        let by: UserName = "ops".into();
        let mut left = n;
        for chunk in 0.. {
            for (account, (alias, servers)) in self.0.iter().enumerate() {
                if left == 0 {
                    return Ok(());
                }
                let servers = servers.chunks(batch).nth(chunk).ok_or("enough servers")?;
                let servers = &servers[..servers.len().min(left)];
                let command =
                    Command::new(action.clone(), servers.iter().map(|id| TargetId::Id(*id)));
                submit(account, Submission::new(*alias, by.clone(), command))?;
                left -= servers.len();
            }
        }
        Ok(())
    }

    pub(crate) fn submit(&self, queue: &mut Queue, n: usize, batch: usize, on: bool) -> Result<()> {
        self.ask(n, batch, on, |_, asked| {
            let answer = queue.submit(&asked, now())?;
            assert!(
                answer
                    .entries()
                    .iter()
                    .all(|entry| entry.verdict.is_queued())
            );
            Ok(())
        })
    }
}
