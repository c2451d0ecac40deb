//! The command `tagout`: when does the window open, when does it stop starting work, and when does it close?

mod args;
mod bulk;
mod calendar;
mod check;
mod explain;
mod failure;
mod next;
mod open;
mod output;
#[cfg(feature = "serve")]
mod serve;
mod table;
mod time;
mod window;
mod windows_file;
mod zoneinfo;

use std::process::ExitCode;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use clap::{CommandFactory, Parser};

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => code,
        Err(failure) => {
            output::complain(&failure);
            ExitCode::from(failure::EXIT_CODE)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Failure> {
    if let Some(directory) = &args.zoneinfo {
        zoneinfo::install(directory)?;
    }
    match &args.command {
        Command::Next(args) => next::run(args, now),
        Command::Explain(args) => explain::run(args),
        Command::Check(args) => check::run(args),
        Command::Open(args) => open::run(args, now),
        Command::Calendar(args) => calendar::run(args, now),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Args::command(), "tagout", &mut script);
            output::write(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The one place where the clock is read; all else takes the time as an argument.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever types a command without a time means now"
)]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
