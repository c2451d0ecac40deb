//! A driver that runs a program for each piece of work.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use super::{Done, Driver, DriverError};
use crate::work::Work;

/// A driver that runs one configured program per kind of work.
///
/// The program gets the work as one line of JSON on its standard input, and in its environment `TAGOUT_TICKET`,
/// `TAGOUT_KIND`, `TAGOUT_TARGET`, `TAGOUT_ACCOUNT`, `TAGOUT_ATTEMPT` and `TAGOUT_DEADLINE`. The ticket is the same for
/// every delivery of one attempt, which makes it an idempotency key.
///
/// | it ends with | the work |
/// |---|---|
/// | exit code 0 | is done; standard output, if it is JSON, is its detail |
/// | exit code 75 | failed for now, and may be tried again |
/// | any other code, or a signal | failed |
///
/// It runs in a process group of its own. When the call is dropped, as it is at the deadline and at shutdown, the whole
/// group is killed. Output beyond [`Program::output_limit`] is read and thrown away, so a program that prints without
/// end blocks nobody and fills no memory.
///
/// # Example
///
/// ```
/// use tagout_control::{CommandDriver, Program};
///
/// let driver = CommandDriver::new()
///     .program("server.backup", Program::new("/usr/local/bin/back-up").argument("--compress"))
///     .program("server", Program::new("/usr/local/bin/server")) // every other operation on servers
///     .program("", Program::new("false")); // nothing else is done here
/// ```
#[derive(Clone, Debug, Default)]
pub struct CommandDriver {
    programs: BTreeMap<String, Program>,
}

/// A program and how it is called.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program's file; found by `PATH` if it is a bare name.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables added to its environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// How many bytes of each of its two outputs are kept.
    pub output_limit: usize,
}

impl Program {
    /// The default of [`output_limit`](Self::output_limit): 64 KiB.
    pub const OUTPUT_LIMIT: usize = 64 * 1024;

    /// The program in the file `path`, without arguments.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            output_limit: Self::OUTPUT_LIMIT,
        }
    }

    /// The same program with one more argument.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

impl CommandDriver {
    /// The exit code by which a program says that another attempt may go well: `EX_TEMPFAIL` of
    /// `sysexits.h`.
    pub const EXIT_TRANSIENT: i32 = 75;

    /// A driver that has no program yet, and refuses all work.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same driver with `program` for every kind that is `pattern` or begins with `pattern` and a dot.
    ///
    /// `server.backup` is one kind, `server` a family, the empty text everything. The longest pattern wins.
    pub fn program(mut self, pattern: impl Into<String>, program: Program) -> Self {
        self.programs.insert(pattern.into(), program);
        self
    }

    fn program_for(&self, kind: &str) -> Option<&Program> {
        let mut pattern = kind;
        loop {
            if let Some(program) = self.programs.get(pattern) {
                return Some(program);
            }
            if pattern.is_empty() {
                return None;
            }
            pattern = pattern.rfind('.').map_or("", |dot| &pattern[..dot]);
        }
    }
}

impl Driver for CommandDriver {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        let Some(program) = self.program_for(&work.kind) else {
            return Err(DriverError::Permanent {
                reason: format!("no program is configured for `{}`", work.kind),
            });
        };
        let outcome = run(program, work)
            .await
            .map_err(|error| DriverError::Transient {
                reason: format!("cannot run `{}`: {error}", program.path.display()),
            })?;
        read(&outcome)
    }
}

/// What is left of a program that ended.
struct Outcome {
    status: ExitStatus,
    output: Vec<u8>,
    complaint: Vec<u8>,
}

async fn run(program: &Program, work: &Work) -> io::Result<Outcome> {
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .envs(&program.environment)
        .env("TAGOUT_TICKET", work.ticket.as_str())
        .env("TAGOUT_KIND", &work.kind)
        .env("TAGOUT_TARGET", &work.target)
        .env("TAGOUT_ACCOUNT", &work.account)
        .env("TAGOUT_ATTEMPT", work.attempt.to_string())
        .env("TAGOUT_DEADLINE", work.deadline.to_rfc3339())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let group = Group::of(&child);

    let mut line = serde_json::to_vec(work)?;
    line.push(b'\n');
    let mut input = child.stdin.take();
    let write = async move {
        if let Some(input) = &mut input {
            // A program that does not read its input is free to do so; its exit code says how it went.
            let _ = input.write_all(&line).await;
        }
    };
    let limit = program.output_limit;
    let output = kept(child.stdout.take(), limit);
    let complaint = kept(child.stderr.take(), limit);
    // The program's own end counts, not that of a grandchild that holds the pipes open.
    let (status, (), output, complaint) = tokio::join!(
        async {
            let status = child.wait().await;
            group.kill();
            status
        },
        write,
        output,
        complaint
    );
    Ok(Outcome {
        status: status?,
        output: output?,
        complaint: complaint?,
    })
}

/// Reads `pipe` to its end and keeps the first `limit` bytes.
async fn kept(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else {
        return Ok(kept);
    };
    let mut buffer = vec![0; 8192];
    loop {
        let n = pipe.read(&mut buffer).await?;
        if n == 0 {
            return Ok(kept);
        }
        let room = limit.saturating_sub(kept.len());
        kept.extend_from_slice(&buffer[..n.min(room)]);
    }
}

fn read(outcome: &Outcome) -> Result<Done, DriverError> {
    let reason = || {
        let text = String::from_utf8_lossy(&outcome.complaint);
        match text.lines().map(str::trim).rfind(|line| !line.is_empty()) {
            Some(line) => format!("{}: {line}", outcome.status),
            None => outcome.status.to_string(),
        }
    };
    match outcome.status.code() {
        Some(0) => Ok(Done {
            detail: serde_json::from_slice(&outcome.output).unwrap_or_default(),
        }),
        Some(CommandDriver::EXIT_TRANSIENT) => Err(DriverError::Transient { reason: reason() }),
        _ => Err(DriverError::Permanent { reason: reason() }),
    }
}

/// The process group of a child, killed when dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        // A child that is already reaped has no id, and nothing is left to kill.
        Self(
            child
                .id()
                .and_then(|id| i32::try_from(id).ok())
                .map(Pid::from_raw),
        )
    }

    fn kill(&self) {
        if let Some(group) = self.0 {
            // The group may be gone already, which is what we want.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::work::Ticket;

    fn work(kind: &str) -> Work {
        Work {
            ticket: Ticket::new("t-1"),
            account: "acme".to_owned(),
            kind: kind.to_owned(),
            target: "db-1".to_owned(),
            attempt: 2,
            deadline: DateTime::UNIX_EPOCH,
            detail: json!({"description": "before the upgrade"}),
        }
    }

    fn shell(script: &str) -> CommandDriver {
        CommandDriver::new().program("server", Program::new("sh").argument("-c").argument(script))
    }

    async fn check(script: &str, expected: Result<Done, DriverError>) {
        assert_eq!(
            shell(script).perform(&work("server.backup")).await,
            expected,
            "{script}"
        );
    }

    #[tokio::test]
    async fn exit_codes_decide() {
        check("exit 0", Ok(Done::default())).await;
        check(
            r#"echo '{"size": 7}'"#,
            Ok(Done {
                detail: json!({"size": 7}),
            }),
        )
        .await;
        check("echo done", Ok(Done::default())).await;
        let reason = "exit status: 75: disk busy".to_owned();
        check(
            "echo disk busy >&2; exit 75",
            Err(DriverError::Transient { reason }),
        )
        .await;
        let reason = "exit status: 3: no such disk".to_owned();
        check(
            "printf 'no such disk\\n\\n' >&2; exit 3",
            Err(DriverError::Permanent { reason }),
        )
        .await;
        let reason = "signal: 9 (SIGKILL)".to_owned();
        check("kill -9 $$", Err(DriverError::Permanent { reason })).await;
    }

    #[tokio::test]
    async fn the_program_gets_the_work_as_a_line_of_json_and_its_ticket_in_the_environment() {
        let done = shell(
            r#"read line; printf '{"line": %s, "ticket": "%s", "attempt": "%s", "target": "%s"}' "$line" "$TAGOUT_TICKET" "$TAGOUT_ATTEMPT" "$TAGOUT_TARGET""#,
        )
        .perform(&work("server.backup"))
        .await
        .unwrap();
        assert_eq!(done.detail["ticket"], "t-1");
        assert_eq!(done.detail["attempt"], "2");
        assert_eq!(done.detail["target"], "db-1");
        assert_eq!(
            done.detail["line"],
            json!({
                "ticket": "t-1", "account": "acme", "kind": "server.backup", "target": "db-1", "attempt": 2,
                "deadline": "1970-01-01T00:00:00Z", "detail": {"description": "before the upgrade"},
            })
        );
    }

    #[tokio::test]
    async fn output_without_end_is_read_but_not_kept() {
        let driver = CommandDriver::new().program(
            "",
            Program {
                output_limit: 16,
                ..Program::new("sh")
                    .argument("-c")
                    .argument("head -c 3000000 /dev/zero; exit 1")
            },
        );
        let refused = driver.perform(&work("x")).await.unwrap_err();
        assert_eq!(
            refused,
            DriverError::Permanent {
                reason: "exit status: 1".to_owned()
            }
        );
    }

    #[tokio::test]
    async fn a_dropped_call_kills_the_program_and_its_children() {
        let folder = std::env::temp_dir().join(format!("tagout-command-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mark = folder.join("alive");
        let script = format!(
            "(while :; do date > {0}; sleep 0.02; done) & wait",
            mark.display()
        );
        let driver = shell(&script);
        let work = work("server.backup");
        let call = driver.perform(&work);
        assert!(
            tokio::time::timeout(Duration::from_millis(400), call)
                .await
                .is_err()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(mark.exists(), "the grandchild never ran");
        fs::remove_file(&mark).unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!mark.exists(), "the grandchild still runs");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_grandchild_that_holds_the_pipes_does_not_hold_the_call() {
        let call = shell("sleep 30 & exit 0");
        let work = work("server.backup");
        let done = tokio::time::timeout(Duration::from_secs(5), call.perform(&work))
            .await
            .unwrap();
        assert_eq!(done, Ok(Done::default()));
    }

    #[tokio::test]
    async fn the_longest_pattern_wins_and_none_is_refused() {
        let say = |text: &str| {
            Program::new("sh")
                .argument("-c")
                .argument(format!("echo '\"{text}\"'"))
        };
        let driver = CommandDriver::new()
            .program("server", say("family"))
            .program("server.backup", say("kind"));
        assert_eq!(
            driver.perform(&work("server.backup")).await.unwrap().detail,
            json!("kind")
        );
        assert_eq!(
            driver
                .perform(&work("server.restore"))
                .await
                .unwrap()
                .detail,
            json!("family")
        );
        assert_eq!(
            driver
                .perform(&work("serverless"))
                .await
                .unwrap_err()
                .to_string(),
            "failed: no program is configured for `serverless`"
        );
        let missing = CommandDriver::new().program("", Program::new("/no/such/program"));
        assert_eq!(
            missing.perform(&work("x")).await.unwrap_err().to_string(),
            "failed for now: cannot run `/no/such/program`: No such file or directory (os error 2)"
        );
    }
}
