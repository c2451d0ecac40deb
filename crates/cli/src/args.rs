//! What can be typed, and what help says about it.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;

use clap::builder::TypedValueParser;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use tagout_schedule::{Chart, Cutoff, Dialect, Duration, Fold, Gap, ScheduleOffset, Zone};

use crate::bulk;
use crate::failure::chain;
use crate::time::Time;

/// When does the maintenance window open, when does it stop starting work, and when does it close?
#[derive(Debug, Parser)]
#[command(name = "tagout", version = VERSION.as_str(), after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Takes clock changes from the compiled tables in this directory, such as /usr/share/zoneinfo, instead of from the
    /// bundled ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) zoneinfo: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Next(Next),
    Explain(Explain),
    Check(Check),
    Open(Open),
    Calendar(Calendar),
    #[cfg(feature = "serve")]
    Serve(Serve),
    Completions(Completions),
}

/// Prints when a window opens next, or when all the windows of a file do
#[derive(Debug, clap::Args)]
#[command(after_help = NEXT_EXAMPLES, after_long_help = NEXT_LONG_HELP)]
pub(crate) struct Next {
    /// The schedule: cron(...), rate(...) or at(...), or the fields of a cron by themselves
    #[arg(value_name = "EXPR", required_unless_present_any = ["json_lines", "windows"])]
    pub(crate) expression: Option<String>,

    /// Openings strictly after this time [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) after: Option<Time>,

    /// How many openings
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5, value_parser = count())]
    pub(crate) count: u32,

    /// Prints JSON
    #[arg(long, conflicts_with = "json_lines")]
    pub(crate) json: bool,

    /// Answers the questions on standard input, one JSON object a line
    #[arg(long, conflicts_with_all = NOT_IN_LINES)]
    pub(crate) json_lines: bool,

    /// Reads windows as `aws ssm describe-maintenance-windows` prints them; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = IN_FILES)]
    pub(crate) windows: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) window: WindowArgs,
}

/// Says in plain English what a schedule means
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct Explain {
    /// The schedule: cron(...), rate(...) or at(...), or the fields of a cron by themselves
    #[arg(value_name = "EXPR")]
    pub(crate) expression: String,

    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) window: ScheduleArgs,
}

/// Checks a schedule: exit code 0 if it is one, 2 if not
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The schedule: cron(...), rate(...) or at(...), or the fields of a cron by themselves
    #[arg(value_name = "EXPR")]
    pub(crate) expression: String,

    #[command(flatten)]
    pub(crate) window: ScheduleArgs,
}

/// Tells whether a window is open: exit code 0 if it is, 1 if it is closed, 3 if it is past its cutoff
#[derive(Debug, clap::Args)]
#[command(after_help = OPEN_EXAMPLES)]
pub(crate) struct Open {
    /// The schedule: cron(...), rate(...) or at(...), or the fields of a cron by themselves
    #[arg(value_name = "EXPR", requires = "duration")]
    pub(crate) expression: String,

    /// The time that is asked about [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Time>,

    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) window: WindowArgs,
}

/// Writes the coming openings as a calendar file (iCalendar, RFC 5545), or draws them
#[derive(Debug, clap::Args)]
#[command(after_help = CALENDAR_EXAMPLES, group = clap::ArgGroup::new("picture").args(PICTURES))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Calendar {
    /// The schedule: cron(...), rate(...) or at(...), or the fields of a cron by themselves
    #[arg(
        value_name = "EXPR",
        requires = "duration",
        required_unless_present = "windows"
    )]
    pub(crate) expression: Option<String>,

    /// Openings strictly after this time [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) after: Option<Time>,

    /// How many openings, of all windows together
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        default_value_t = 25,
        value_parser = count(),
        conflicts_with_all = PICTURES
    )]
    pub(crate) count: u32,

    /// Draws the coming weeks as an SVG picture instead, from the day of --after on
    #[arg(long, conflicts_with = "html")]
    pub(crate) svg: bool,

    /// Writes an HTML page instead, with that picture and the same as a table
    #[arg(long)]
    pub(crate) html: bool,

    /// How many weeks are drawn, 1 to 53 [default: 4]
    // A default would count as given, and ask for a picture.
    #[arg(long, value_name = "N", value_parser = weeks(), requires = "picture")]
    pub(crate) weeks: Option<u32>,

    /// How wide the picture is in pixels, 320 to 4000; below 800, names stand above the bars [default: 1280]
    #[arg(long, value_name = "PIXELS", value_parser = width(), requires = "svg", conflicts_with = "html")]
    pub(crate) width: Option<u32>,

    /// The title of the events, or the name on the picture
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "Maintenance window",
        conflicts_with = "windows"
    )]
    pub(crate) name: String,

    /// What tells this window from all others, for ever; calendar programs find an event again by it [default: the
    /// schedule and the zone]
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["windows", "svg", "html"])]
    pub(crate) id: Option<String>,

    /// Adds an alarm at each cutoff
    #[arg(long, conflicts_with_all = PICTURES)]
    pub(crate) alarms: bool,

    /// Writes all events in UTC, for programs that read no zones from a file
    #[arg(long, conflicts_with_all = PICTURES)]
    pub(crate) utc: bool,

    /// When the file was made; a picture has a line there [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) stamp: Option<Time>,

    /// Reads windows as `aws ssm describe-maintenance-windows` prints them; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = IN_FILES)]
    pub(crate) windows: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) window: WindowArgs,
}

/// Serves maintenance windows, servers and batches to the clients of AWS and of CenturyLink Cloud
#[cfg(feature = "serve")]
#[derive(Debug, clap::Args)]
#[command(after_help = SERVE_EXAMPLES, after_long_help = SERVE_LONG_HELP.as_str())]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8750]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,

    /// Where to keep everything: memory, sqlite:PATH or postgres://... [default: sqlite:tagout.db]
    // A URL with a password in it belongs into the file or the environment: others can read a command's options.
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<String>,

    /// Who does the work: simulated, or command for programs of your own [default: simulated]
    #[arg(long, value_name = "DRIVER")]
    pub(crate) driver: Option<String>,

    /// How many times faster than life the simulated driver works [default: 60]
    #[arg(long, value_name = "N")]
    pub(crate) speed: Option<String>,

    /// Reads settings from this TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Sets one key, as if it stood in the file; later ones win
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Loads this inventory, JSON, unless one was loaded into the store before
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,

    /// Checks the settings, and the inventory if there is one, and ends: exit code 0 if they are good, 2 if not
    #[arg(long)]
    pub(crate) check: bool,
}

/// Prints a script that completes what is typed, for a shell to read
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// What goes with a schedule.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Window")]
pub(crate) struct ScheduleArgs {
    /// The zone whose clocks the schedule is read on: an IANA name, or an offset such as +09:00 [default: UTC]
    // Read when the tables of `--zoneinfo` are in place.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) zone: Option<String>,

    /// Opens 1 to 6 calendar days after the date that a cron names
    #[arg(long, value_name = "DAYS", value_parser = number::<ScheduleOffset>)]
    pub(crate) offset: Option<ScheduleOffset>,

    /// Stays open for 1 to 24 hours
    #[arg(long, value_name = "HOURS", value_parser = number::<Duration>)]
    pub(crate) duration: Option<Duration>,

    /// Starts nothing new in the last 0 to 23 hours [default: 0]
    #[arg(long, value_name = "HOURS", requires = "duration", value_parser = number::<Cutoff>)]
    pub(crate) cutoff: Option<Cutoff>,

    /// Reads the schedule as AWS documents it, or as the live service was seen to
    #[arg(long, value_enum, default_value_t = DialectArg::Documented)]
    pub(crate) dialect: DialectArg,
}

/// What a window has beside its schedule.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Window")]
pub(crate) struct WindowArgs {
    #[command(flatten)]
    pub(crate) schedule: ScheduleArgs,

    /// Does not open before this time; a rate counts from it
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<Time>,

    /// Does not open after this time
    #[arg(long, value_name = "TIME")]
    pub(crate) end: Option<Time>,

    /// When the window was made or its schedule changed: what was due by then is left out, and a rate without a start
    /// counts from it [default: for such a rate, the time that is asked about]
    #[arg(long, value_name = "TIME")]
    pub(crate) created: Option<Time>,

    /// What becomes of a local time that a clock change leaves out: skip, shift or after [default: skip; for at(...),
    /// shift]
    #[arg(long, value_name = "POLICY", value_parser = value::<Gap>)]
    pub(crate) gap: Option<Gap>,

    /// What becomes of a local time that a clock change brings twice: second, first or both [default: second]
    #[arg(long, value_name = "POLICY", value_parser = value::<Fold>)]
    pub(crate) fold: Option<Fold>,
}

/// The name of a dialect on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DialectArg {
    Documented,
    Service,
}

impl From<DialectArg> for Dialect {
    fn from(dialect: DialectArg) -> Self {
        match dialect {
            DialectArg::Documented => Self::Documented,
            DialectArg::Service => Self::Service,
        }
    }
}

/// What each window of a file says for itself.
const IN_FILES: [&str; 11] = [
    "expression",
    "zone",
    "offset",
    "duration",
    "cutoff",
    "start",
    "end",
    "created",
    "gap",
    "fold",
    "dialect",
];

/// What questions in lines do not ask about.
const NOT_IN_LINES: [&str; 10] = [
    "expression",
    "windows",
    "duration",
    "cutoff",
    "start",
    "end",
    "created",
    "gap",
    "fold",
    "dialect",
];

/// What is drawn, and not written as a calendar file.
const PICTURES: [&str; 2] = ["svg", "html"];

fn weeks() -> impl TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=i64::from(Chart::WEEKS_MAX))
}

fn width() -> impl TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(i64::from(Chart::WIDTH_MIN)..=i64::from(Chart::WIDTH_MAX))
}

fn count() -> impl TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(..=i64::from(bulk::N_MAX))
}

/// Reads a value, and tells a fault with its causes.
fn value<T: FromStr<Err: std::error::Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| chain(&error))
}

/// Reads a number that is within the bounds of its type.
fn number<T: TryFrom<i64, Error: std::error::Error>>(text: &str) -> Result<T, String> {
    let number: i64 = text
        .parse()
        .map_err(|_| "expected a whole number".to_owned())?;
    number.try_into().map_err(|error: T::Error| chain(&error))
}

/// The version of the command, and of the time zone data in it.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} (time zone data {})",
        env!("CARGO_PKG_VERSION"),
        Zone::tzdata_version()
    )
});

const EXAMPLES: &str = "\
Examples:
  tagout next 'cron(30 23 ? * TUE#3 *)' --zone America/Los_Angeles --offset 2
  tagout explain 'cron(0 6 LW * ? *)'
  tagout open 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 && ./patch
  aws ssm describe-maintenance-windows | tagout next --windows -

A TIME is a date and a time with an offset, 2026-03-08T02:30-05:00 or 2026-03-08T07:30:00Z, or without one on the
clocks of the window's zone. Fields of a cron are minutes, hours, day of month, month, day of week and year; seven
begin with seconds.";

const NEXT_EXAMPLES: &str = "\
Examples:
  tagout next 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 --cutoff 1
  tagout next 'rate(2 weeks)' --start 2026-12-01T06:00:00Z
  tagout next '0 6 ? * MON *' --zone Europe/Berlin -n 10 --json
  aws ssm describe-maintenance-windows | tagout next --windows -
  echo '{\"expr\":\"0 6 ? * MON *\",\"tz\":\"Asia/Tokyo\",\"n\":1}' | tagout next --json-lines";

const NEXT_LONG_HELP: &str = "\
Examples:
  tagout next 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 --cutoff 1
  tagout next 'rate(2 weeks)' --start 2026-12-01T06:00:00Z
  tagout next '0 6 ? * MON *' --zone Europe/Berlin -n 10 --json
  aws ssm describe-maintenance-windows | tagout next --windows -
  echo '{\"expr\":\"0 6 ? * MON *\",\"tz\":\"Asia/Tokyo\",\"n\":1}' | tagout next --json-lines

Questions in lines (--json-lines):
  Each line is an object: expr; tz, an IANA name or an offset (default --zone); after, an instant with an offset
  (default --after, else now); n, how many (default --count); offset, in days (default --offset). Other members are
  ignored. Each line gets one line in answer, in order: {\"next\":[\"2026-11-29T21:00:00Z\"]}, with instants in UTC, or
  {\"error\":\"...\"}. A bad line, an empty one too, stops nothing. A rate counts from `after`.

Windows of a file (--windows):
  Windows that are disabled are left out. A rate without a StartDate is counted from the NextExecutionTime that the
  file gives. A window with a fault is named on standard error, the others are printed, and the exit code is 2.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  tagout explain 'cron(30 23 ? * TUE#3 *)' --zone America/Los_Angeles --offset 2
  tagout explain 'rate(2 weeks)'";

const CHECK_EXAMPLES: &str = "\
Examples:
  tagout check 'cron(0 2 * * MON *)'
  tagout check 'rate(2 weeks)' --dialect service";

const OPEN_EXAMPLES: &str = "\
Examples:
  tagout open 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 && ./patch
  tagout open 'rate(7 days)' --start 2026-11-01T00:00Z --duration 4 --at 2026-11-22T03:00Z";

const CALENDAR_EXAMPLES: &str = "\
Examples:
  tagout calendar 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 > window.ics
  aws ssm describe-maintenance-windows | tagout calendar --windows - > windows.ics
  tagout calendar 'cron(0 22 ? * SAT *)' --zone Asia/Tokyo --duration 3 --svg > window.svg
  aws ssm describe-maintenance-windows | tagout calendar --windows - --html > windows.html";

#[cfg(feature = "serve")]
const SERVE_EXAMPLES: &str = "\
Examples:
  tagout serve
  tagout serve --store memory --listen 127.0.0.1:0
  tagout serve --config tagout.toml --set limits.maintenance_windows=500
  tagout serve --config tagout.toml --check
  aws --endpoint-url http://127.0.0.1:8750 --region us-east-1 ssm describe-maintenance-windows";

#[cfg(feature = "serve")]
static SERVE_LONG_HELP: LazyLock<String> = LazyLock::new(|| {
    let keys = tagout_server::config::KEYS;
    let width = keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let rows: Vec<_> = keys
        .iter()
        .map(|(key, meaning)| format!("  {key:width$}  {meaning}"))
        .collect();
    let rows = rows.join("\n");
    format!(
        "{SERVE_EXAMPLES}\n\nKeys of the file, and of --set:\n{rows}\n\nA file may also have [[credentials]] and \
         [command.KIND]. Each key can stand in the environment, such as TAGOUT_LIMITS_SERVERS for limits.servers. \
         Options win over the environment, and the environment over the file."
    )
});

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tagout completions bash > /etc/bash_completion.d/tagout
  tagout completions zsh > \"${fpath[1]}/_tagout\"
  tagout completions fish > ~/.config/fish/completions/tagout.fish";
