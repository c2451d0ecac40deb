//! What a store costs: commits per second, and what is due among a million documents.
//!
//! `cargo bench -p tagout-benches --bench store` measures memory and SQLite; with `TAGOUT_TEST_POSTGRES` naming a
//! server (`eval "$(.ci/postgres start)"` starts one) also PostgreSQL, beside `pgbench` on the same server.
//! `TAGOUT_BENCH_SECONDS` sets how long each rate is measured (5), an argument keeps to the parts whose name holds it.

use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tagout_store::{
    Body, Changes, Draft, Key, Kind, MemoryStore, PostgresOptions, PostgresStore, SqliteStore,
    Store, TakeDue, Version,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SERVER: Kind = Kind::constant("server");
const JOB: Kind = Kind::constant("job");
const N_WRITERS: usize = 64;

/// About as long as the document of a server.
const BODY: &str = r#"{"name":"web-0000000000","status":"UNDER_MAINTENANCE","engine":"Chef","engine_version":"12","instance_type":"m5.large","created_at":"2026-03-01T02:00:00Z","maintenance":"Mon:08:00","backup":"08:00","backup_retention":10,"operation":{"kind":"maintain","ticket":184467440737095516,"started_at":"2026-03-02T08:00:00Z"}}"#;

/// One question of the bench.
type Part = fn(&tokio::runtime::Runtime) -> Outcome<()>;

fn main() -> Outcome<()> {
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
        .unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let parts: [(&str, Part); 4] = [
        ("memory", |runtime| runtime.block_on(memory())),
        ("sqlite-commits", |runtime| {
            runtime.block_on(sqlite_commits())
        }),
        ("sqlite-due", |runtime| runtime.block_on(sqlite_due())),
        ("postgres", |runtime| runtime.block_on(postgres())),
    ];
    for (name, part) in parts {
        if name.contains(&only) {
            println!("\n{name}");
            part(&runtime)?;
        }
    }
    Ok(())
}

fn seconds() -> Duration {
    let seconds = std::env::var("TAGOUT_BENCH_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or(5.0))
}

fn say(what: &str, value: f64, unit: &str) {
    println!("  {what:<58} {value:>12.1} {unit}");
}

async fn memory() -> Outcome<()> {
    let rate = commits(Arc::new(MemoryStore::new()), N_WRITERS).await?;
    say("64 writers", rate.per_second, "commits/s");
    Ok(())
}

async fn sqlite_commits() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let plain = one_commit_per_fsync(&folder.path().join("plain.db"))?;
    say(
        "plain SQLite, one commit for each fsync",
        plain,
        "commits/s",
    );
    for n_writers in [1, 8, N_WRITERS] {
        let store =
            Arc::new(SqliteStore::open(folder.path().join(format!("{n_writers}.tagout"))).await?);
        let rate = commits(store, n_writers).await?;
        rate.say(&format!("{n_writers} writers"));
        if n_writers == N_WRITERS {
            say(
                "  that many times the plain one",
                rate.per_second / plain,
                "x (wanted: 20)",
            );
        }
    }
    Ok(())
}

/// What SQLite does with the same write in the same mode, when nobody groups.
fn one_commit_per_fsync(path: &std::path::Path) -> Outcome<f64> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE documents (kind TEXT, scope TEXT, id TEXT, version INTEGER, body TEXT, \
         PRIMARY KEY (kind, scope, id)) WITHOUT ROWID",
    )?;
    let mut insert =
        connection.prepare("INSERT INTO documents VALUES ('server', 'acct', ?1, 0, ?2)")?;
    for n in 0..N_WRITERS {
        insert.execute((format!("web-{n}"), BODY))?;
    }
    let mut update = connection.prepare(
        "UPDATE documents SET version = version + 1, body = ?3 \
         WHERE kind = 'server' AND scope = 'acct' AND id = ?1 AND version = ?2",
    )?;
    let (start, mut n_commits) = (Instant::now(), 0);
    while start.elapsed() < seconds() {
        for n in 0..N_WRITERS {
            assert_eq!(update.execute((format!("web-{n}"), n_commits, BODY))?, 1);
        }
        n_commits += 1;
    }
    Ok((n_commits * N_WRITERS as i64) as f64 / start.elapsed().as_secs_f64())
}

/// A rate, and how long one took.
struct Rate {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Rate {
    fn say(&self, what: &str) {
        let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
        println!(
            "  {what:<58} {:>12.1} commits/s   p50 {:.0} us, p99 {:.0} us",
            self.per_second,
            micros(self.p50),
            micros(self.p99)
        );
    }
}

/// Commits of that many writers, each to a document of its own, one after the other.
async fn commits<S: Store + 'static>(store: Arc<S>, n_writers: usize) -> Outcome<Rate> {
    let draft = |n: usize| -> Outcome<Draft> {
        let key = Key::new(SERVER, "acct", format!("web-{n}"))?;
        Ok(Draft::new(key, 1, Body::from_json(BODY)?))
    };
    let mut writers = Vec::new();
    for n in 0..n_writers {
        let mut changes = Changes::new();
        changes.create(draft(n)?);
        let mut version = store.commit(changes).await?;
        let (store, draft) = (store.clone(), draft(n)?);
        writers.push(tokio::spawn(async move {
            let (start, mut taken) = (Instant::now(), Vec::new());
            while start.elapsed() < seconds() {
                let begin = Instant::now();
                let mut changes = Changes::new();
                changes.update(version, draft.clone());
                version = store.commit(changes).await?;
                taken.push(begin.elapsed());
            }
            Outcome::Ok(taken)
        }));
    }
    let start = Instant::now();
    let mut taken = Vec::new();
    for writer in writers {
        taken.extend(writer.await??);
    }
    let per_second = taken.len() as f64 / start.elapsed().as_secs_f64();
    taken.sort_unstable();
    Ok(Rate {
        per_second,
        p50: taken[taken.len() / 2],
        p99: taken[taken.len() * 99 / 100],
    })
}

async fn sqlite_due() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut medians = Vec::new();
    for n_waiting in [10_000, 1_000_000] {
        let path = folder.path().join(format!("{n_waiting}.tagout"));
        let store = SqliteStore::open(&path).await?;
        fill(&store, n_waiting).await?;
        store.close().await;

        let start = Instant::now();
        let store = SqliteStore::open(&path).await?;
        let key = Key::new(JOB, "acct", "job-00000777")?;
        assert!(store.get(&key).await?.is_some());
        say(
            &format!("{n_waiting} documents: open, and the first answer"),
            start.elapsed().as_secs_f64() * 1e3,
            "ms",
        );

        let median = take_all(&store).await?;
        say(
            &format!("{n_waiting} waiting, 1000 due: take_due of 100"),
            median.as_secs_f64() * 1e6,
            "us",
        );
        medians.push(median);
    }
    say(
        "  a million against ten thousand",
        medians[1].as_secs_f64() / medians[0].as_secs_f64(),
        "x (wanted: 2)",
    );
    Ok(())
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_500_000, 0).unwrap_or_default()
}

/// Jobs that wait for later, none of them due.
async fn fill(store: &impl Store, n_waiting: usize) -> Outcome<()> {
    for from in (0..n_waiting).step_by(10_000) {
        let mut changes = Changes::new();
        for n in from..from + 10_000 {
            // Spread over the year after, not in the order of their ids.
            let later = TimeDelta::seconds((n as i64 * 7_919) % 31_536_000 + 60);
            let key = Key::new(JOB, "acct", format!("job-{n:08}"))?;
            changes.create(Draft::new(key, 1, Body::from_json(BODY)?).due_at(now() + later));
        }
        store.commit(changes).await?;
    }
    Ok(())
}

/// Makes a thousand documents due, again and again, and takes them in tens of a hundred; the median of one such call.
async fn take_all(store: &impl Store) -> Outcome<Duration> {
    let mut taken = Vec::new();
    let mut due: Vec<(Key, Option<Version>)> = Vec::new();
    for n in 0..1_000 {
        due.push((Key::new(JOB, "acct", format!("due-{n:04}"))?, None));
    }
    for _ in 0..20 {
        let mut changes = Changes::new();
        for (key, version) in &due {
            let draft = Draft::new(key.clone(), 1, Body::from_json(BODY)?).due_at(now());
            match version {
                Some(version) => changes.update(*version, draft),
                None => changes.create(draft),
            };
        }
        store.commit(changes).await?;
        due.clear();
        for _ in 0..10 {
            let take = TakeDue::new([JOB], now(), TimeDelta::hours(1), 100);
            let begin = Instant::now();
            let documents = store.take_due(&take).await?;
            taken.push(begin.elapsed());
            assert_eq!(documents.len(), 100);
            due.extend(
                documents
                    .iter()
                    .map(|document| (document.key().clone(), Some(document.version()))),
            );
        }
    }
    taken.sort_unstable();
    Ok(taken[taken.len() / 2])
}

async fn postgres() -> Outcome<()> {
    let Ok(url) = std::env::var("TAGOUT_TEST_POSTGRES") else {
        println!("  left out: TAGOUT_TEST_POSTGRES names no server");
        return Ok(());
    };
    let options = PostgresOptions {
        schema: "bench".into(),
        ..PostgresOptions::default()
    };
    let store = Arc::new(PostgresStore::connect_with(&url, options.clone()).await?);
    let rate = commits(store.clone(), N_WRITERS).await?;
    rate.say("64 writers");
    let pgbench = pgbench(&url)?;
    say(
        "pgbench, 64 clients, the same rows",
        pgbench,
        "transactions/s",
    );
    say(
        "  that many times pgbench",
        rate.per_second / pgbench,
        "x (wanted: 0.8)",
    );
    let one = PostgresStore::connect_with(&url, options).await?;
    let median = {
        fill(&one, 10_000).await?;
        take_all(&one).await?
    };
    say(
        "10000 waiting, 1000 due: take_due of 100",
        median.as_secs_f64() * 1e6,
        "us",
    );
    one.destroy().await.map_err(Into::into)
}

/// The same write as a plain transaction: lock the row, compare, write it anew with a version from the sequence.
fn pgbench(url: &str) -> Outcome<f64> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(
        script.path(),
        format!(
            "BEGIN;\n\
             SELECT version FROM bench.documents WHERE kind = 'server' AND scope = 'acct' \
             AND id = ('web-' || :client_id::text)::bytea FOR UPDATE;\n\
             UPDATE bench.documents SET version = nextval('bench.versions'), format = 1, body = '{BODY}', \
             labels = NULL, due_at = NULL, ready_at = NULL \
             WHERE kind = 'server' AND scope = 'acct' AND id = ('web-' || :client_id::text)::bytea;\n\
             COMMIT;\n"
        ),
    )?;
    let programs = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = programs
        .map(|version| version.path().join("bin/pgbench"))
        .max();
    let program = newest.unwrap_or_else(|| "pgbench".into());
    let output = Command::new(program)
        .args([
            "--no-vacuum",
            "--protocol=prepared",
            "--jobs=2",
            "--client=64",
        ])
        .arg(format!("--time={}", seconds().as_secs().max(1)))
        .arg("--file")
        .arg(script.path())
        .arg(url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| {
        line.strip_prefix("tps = ")?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    rate.ok_or_else(|| {
        format!(
            "pgbench said: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into()
    })
}
