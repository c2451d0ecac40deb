//! CenturyLink Cloud v2: servers, batches of operations on them, and the queue that works those off.
//!
//! The interface is a tree of paths with JSON bodies. [`Route::find`] tells from method and path which [`Call`] a request
//! is, and what a caller needs to make it; [`Request::parse`] reads the rest, with every fault of a body in one answer. The
//! functions that end in `_reply` turn what came of it into a [`Reply`], with the keys in the order of the recorded answers
//! and ids and aliases in lower case, as they were there.
//!
//! What the service did not have stands beside it and is invisible to its clients: jobs with their servers one by one,
//! cancel and retry, planned maintenance, trying out, terms, and keys under which a request may be sent again.
//!
//! ```
//! use tagout_batch::{Answer, Entry, Verdict};
//! use tagout_wire::clc::{self, Input, Request, Route};
//!
//! let route = Route::find("POST", "/v2/operations/ALTD/servers/startMaintenance")?;
//! let input = Input { body: br#"["CA1ALTDPWROPS01"]"#, ..Input::default() };
//! let Request::Submit(submit) = Request::parse(&route, &input)? else { unreachable!() };
//! assert_eq!(submit.command.targets()[0].server.as_str(), "ca1altdpwrops01");
//!
//! let entry = Entry { server: "CA1ALTDPWROPS01".into(), verdict: Verdict::Queued { job: "ca1-28399".parse()? } };
//! let reply = clc::batch_reply("altd".parse()?, &Answer::from(vec![entry]));
//! assert_eq!(
//!     String::from_utf8(reply.body)?,
//!     r#"[{"server":"ca1altdpwrops01","isQueued":true,"links":[{"rel":"status","href":"/v2/operations/altd/status/ca1-28399","id":"ca1-28399"}]}]"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Sources: CenturyLink Cloud API v2 reference (2014 to 2020); recordings in its Node, Java, Puppet and Knife SDKs (2015
//! and 2016), which win where the two differ.

mod batch;
pub use batch::{Submit, TERMS};

mod body;

mod fault;
pub use fault::Fault;

mod job;
pub use job::{JobDetails, job_reply, jobs_reply, progress_reply, status_reply};

mod link;

mod login;
pub use login::{LoggedIn, Login, login_reply};

mod plan;
pub use plan::{NewPlan, plan_reply, planned_reply, plans_reply};

mod queued;
pub use queued::{
    batch_reply, created_reply, dry_run_reply, entity_reply, group_restored_reply, link_reply,
};

mod reply;
pub use reply::{HEADERS, Reply};

mod request;
pub use request::{Input, JobsQuery, PageQuery, Request, ServerRef, TargetGroup};

mod role;
pub use role::{Need, ROLES, Role};

mod route;
pub use route::{Call, ROUTES, Route, RouteRow};

mod server;
pub use server::{NewServerRequest, PatchRequest, Source};

mod view;
pub use view::{server_reply, servers_reply};
