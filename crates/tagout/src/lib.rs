//! Typed building blocks for taking servers out of service on time, doing the work, and putting them back.
//!
//! # From an expression to a finished night
//!
//! Every third Tuesday, two days later, at 23:30 in Los Angeles, the web servers are patched: four hours, and nothing
//! new in the last of them. First, **when** is that? [`schedule`] parses the expression once and answers from then on.
//!
//! ```
//! use chrono::{TimeDelta, TimeZone, Utc};
//! use tagout::schedule::{Cutoff, Duration, Plan, ScheduleOffset, Timeline, Zone};
//!
//! let timeline = Timeline::builder("cron(30 23 ? * TUE#3 *)".parse()?)
//!     .zone(Zone::named("America/Los_Angeles")?)
//!     .offset(ScheduleOffset::try_from(2)?)
//!     .build()?;
//! let plan = Plan::new(timeline, Duration::try_from(4)?, Cutoff::try_from(1)?)?;
//!
//! let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
//! let opening = plan.openings_after(now).next().expect("it opens every month");
//! assert_eq!(opening.opens_at.to_rfc3339(), "2026-03-20T06:30:00+00:00");
//! assert_eq!(opening.cutoff_at - opening.opens_at, TimeDelta::hours(3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Then, **what may happen** to a server when the window is open? [`batch`] says so of each server by itself, and a
//! server that is being worked on takes no second operation:
//!
//! ```
//! use tagout::batch::{Account, Action, ChangeInfo, Command, Owner, Queue, Report, Server, Settings, Submission};
//! # use chrono::{TimeDelta, TimeZone, Utc};
//! # let now = Utc.with_ymd_and_hms(2026, 3, 20, 6, 30, 0).unwrap();
//!
//! let acme = "acme".parse()?;
//! let mut queue = Queue::new(Settings::default());
//! queue.open_account(acme);
//! let mut web = Vec::new();
//! for id in ["wa1acmeweb01", "wa1acmeweb02"] {
//!     let id = id.parse()?;
//!     queue.put_server(Server::new(id, acme, ChangeInfo::created("setup".into(), now)))?;
//!     web.push(id.into());
//! }
//!
//! let maintenance = Submission::new(acme, "nora", Command::new(Action::StartMaintenance, web));
//! let taken = queue.submit(&maintenance, now)?;
//! assert_eq!(taken.jobs().len(), 1);
//! assert!(queue.submit(&maintenance, now)?.jobs().is_empty(), "both are taken already");
//!
//! // A worker claims what is to be done, and reports with the ticket that it got.
//! let me = Owner { node: 1, epoch: 1 };
//! while let Some(work) = queue.claim(me, TimeDelta::minutes(5), now) {
//!     queue.finish(work.ticket, Report::Succeeded, now)?;
//! }
//! let (job, _) = queue.job(taken.jobs()[0]).expect("it is kept for two weeks");
//! assert_eq!(job.status().to_string(), "succeeded");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! And **who does it**, at the right time, through crashes and restarts? The control plane, behind the feature `control`:
//! it decides, commits to a store, and only then acts. The [guide] has a page for it, and in the repository
//! `cargo run --example maintenance_night` is a whole night of it over 200 servers.
//!
//! # What is where
//!
//! | module | what it answers |
//! |---|---|
//! | [`schedule`] | When does the window open, when does it stop starting work, when does it close? |
//! | [`window`] | What is a maintenance window, whom does it touch, what does it run, how did the run go? |
//! | [`lifecycle`] | What may happen to this server now? |
//! | [`backup`] | What is kept of it, how many, until when, and may it be restored? |
//! | [`batch`] | Which of these thousand servers took the operation, and how far is the job? |
#![cfg_attr(
    feature = "store",
    doc = "| [`store`] | Where does all that stay, and what is due now? |"
)]
#![cfg_attr(
    feature = "control",
    doc = "| [`control`] | Who decides, commits, and has it done? |"
)]
#![cfg_attr(
    feature = "testing",
    doc = "| [`testing`] | How do I test my own service against it? |"
)]
//! | [`guide`] | A page for each task |
//! | [`design`] | Why is it so? |
//! | [`compare`] | What do others do better, and what worse? |
//!
//! # Features
//!
//! The five crates of pure rules are always there: values in, values out, no I/O, no clock, no runtime. The rest is
//! switched on, and each feature only adds.
//!
//! | feature | what it adds |
//! |---|---|
//! | `store` | documents with versions and due times, in memory |
//! | `sqlite` | the store in one SQLite file; SQLite itself is compiled in |
//! | `postgres` | the store in PostgreSQL, that many machines share |
//! | `control` | the control plane: decides, commits, then acts; brings an asynchronous runtime |
//! | `testing` | a control plane in memory, a clock that is moved by hand, and a store that fails on purpose |

pub use tagout_backup as backup;
pub use tagout_batch as batch;
pub use tagout_lifecycle as lifecycle;
pub use tagout_schedule as schedule;
pub use tagout_window as window;

#[cfg(feature = "store")]
pub use tagout_store as store;

#[cfg(feature = "control")]
pub use tagout_control as control;

#[cfg(feature = "testing")]
pub mod testing;

pub mod guide;

#[doc = include_str!("../DESIGN.md")]
pub mod design {}

#[doc = include_str!("../COMPARE.md")]
pub mod compare {}

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// Those of this crate's own as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct OwnReadme;
