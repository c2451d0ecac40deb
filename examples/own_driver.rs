//! A service of your own embeds the control plane, keeps its state in a SQLite file beside it, and does the work with a
//! driver of its own.
//!
//! The driver here reboots servers that only exist in this program. One of them does not answer at first, which the
//! driver calls transient: the plane tries it again by itself. One is broken: that is an end, and it is told apart.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tagout::{
    batch::{Account, Action, ChangeInfo, Command, JobStatus, Server, Submission, Terms},
    control::{Clock, Control, Done, Driver, DriverError, Ids, Settings, SystemClock, Work},
    store::SqliteStore,
};

/// Reboots machines, and remembers how often it was asked to.
#[derive(Default)]
struct Rebooter {
    asked: Mutex<BTreeMap<String, u32>>,
}

impl Driver for Rebooter {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        // A real driver would pass `work.ticket` on, so that the machine's own interface can tell a repetition.
        let asked = {
            let mut asked = self
                .asked
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let asked = asked.entry(work.target.clone()).or_default();
            *asked += 1;
            *asked
        };
        tokio::time::sleep(Duration::from_millis(10)).await;
        match work.target.as_str() {
            "wa1acctweb02" if asked == 1 => Err(DriverError::Transient {
                reason: "no answer".to_owned(),
            }),
            "wa1acctweb03" => Err(DriverError::Permanent {
                reason: "no disk".to_owned(),
            }),
            _ => Ok(Done::default()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::temp_dir().join(format!("tagout-own-driver-{}.db", std::process::id()));
    let outcome = reboot_all(&file).await;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(suffix);
        std::fs::remove_file(name).ok(); // the write-ahead files may be gone already
    }
    outcome
}

async fn reboot_all(file: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let store = SqliteStore::open(file).await?;
    let mut settings = Settings::default();
    settings.batches.backoff.first = chrono::TimeDelta::milliseconds(50);
    let control = Arc::new(Control::new(
        store,
        Rebooter::default(),
        settings,
        Ids::from_system()?,
    ));

    // The loop runs beside whatever else the service does, and ends when it is told to.
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let plane = tokio::spawn(Arc::clone(&control).run(SystemClock, async {
        stopped.await.ok();
    }));

    let now = SystemClock.now();
    let alias = "acct".parse()?;
    control.put_batch_account(Account::new(alias), now).await?;
    let mut servers = Vec::new();
    for number in 1..=4 {
        let id = format!("wa1acctweb{number:02}").parse()?;
        let created = ChangeInfo::created("ops".into(), now);
        control
            .put_batch_server(Server::new(id, alias, created), now)
            .await?;
        servers.push(id.into());
    }
    let two_at_a_time = Terms {
        max_concurrency: "2".parse()?,
        ..Terms::default()
    };
    let reboot = Submission::new(alias, "ops", Command::new(Action::Reboot, servers))
        .on_terms(two_at_a_time);
    let job = control.submit_batch(&reboot, now).await?.jobs()[0];
    println!("job {job}: reboot four servers, two at a time");

    // Once this was printed the job is on the disk: a program that dies here goes on with it at its next start.
    let view = loop {
        let view = control
            .batch_job(alias, job, SystemClock.now())
            .await?
            .ok_or("the job is gone")?;
        if view.job.status().is_final() {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    for item in &view.items {
        let reason = item
            .reason()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        println!(
            "  {}  {} after {} attempt(s){reason}",
            item.server(),
            item.status(),
            item.n_attempts()
        );
    }
    assert_eq!(view.job.status(), JobStatus::Failed);
    println!(
        "job {job}: {}, {} of {} done",
        view.job.status(),
        view.job.progress().succeeded,
        view.items.len()
    );

    stop.send(()).ok();
    plane.await?;
    Ok(())
}
