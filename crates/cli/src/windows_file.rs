//! Windows as `aws ssm describe-maintenance-windows` prints them.

use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use tagout_schedule::{
    Cutoff, Dialect, Duration, ExecutionTime, Plan, Rate, Schedule, ScheduleOffset, Timeline,
    TimelineError, Zone,
};

use crate::failure::{Failure, chain};
use crate::output::printable;

/// A window of a file.
#[derive(Debug)]
pub(crate) struct FileWindow {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: String,
    pub(crate) plan: Plan,
}

/// The windows of a file, or of standard input if its name is `-`, and the faults of those that cannot be read.
///
/// They are to be asked about openings after `asked_at`.
pub(crate) fn read(
    path: &Path,
    asked_at: DateTime<Utc>,
) -> Result<(Vec<FileWindow>, Vec<String>), Failure> {
    let is_standard_input = path.as_os_str() == "-";
    let what = if is_standard_input {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let mut bytes = Vec::new();
    let outcome = if is_standard_input {
        io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(path).map(|read| bytes = read)
    };
    outcome.map_err(|source| Failure::Io {
        action: "read",
        what: what.clone(),
        source,
    })?;
    parse(&bytes, asked_at).map_err(|fault| Failure::File(format!("{what}: {fault}")))
}

/// The windows of a text, and the faults of those that cannot be read.
///
/// The text is the whole answer of the service, or just its list of windows.
fn parse(bytes: &[u8], asked_at: DateTime<Utc>) -> Result<(Vec<FileWindow>, Vec<String>), String> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let list = match &mut value {
        Value::Object(members) => members.get_mut("WindowIdentities").map(Value::take),
        Value::Array(_) => Some(value),
        _ => None,
    };
    let Some(Value::Array(list)) = list else {
        return Err("expected an object with a list `WindowIdentities`".to_owned());
    };
    let (mut windows, mut faults) = (Vec::new(), Vec::new());
    for (number, window) in list.iter().enumerate() {
        match window {
            Value::Object(members) => match Members::of(number, members).window(asked_at) {
                Ok(window) => windows.push(window),
                Err(found) => faults.extend(found),
            },
            _ => faults.push(format!("window {}: expected an object", number + 1)),
        }
    }
    Ok((windows, faults))
}

/// The members of one window, and what is wrong with those that were looked at.
struct Members<'a> {
    values: &'a Map<String, Value>,
    /// How the window is called in faults.
    title: String,
    faults: Vec<String>,
}

impl<'a> Members<'a> {
    fn of(number: usize, members: &'a Map<String, Value>) -> Self {
        let text = |member: &str| members.get(member).and_then(Value::as_str);
        let title = match (text("WindowId"), text("Name")) {
            (Some(id), Some(name)) => format!("{id} ({name})"),
            (Some(id), None) => id.to_owned(),
            (None, Some(name)) => format!("window {} ({name})", number + 1),
            (None, None) => format!("window {}", number + 1),
        };
        Self {
            values: members,
            title,
            faults: Vec::new(),
        }
    }

    /// The window, or all that is wrong with it.
    fn window(mut self, asked_at: DateTime<Utc>) -> Result<FileWindow, Vec<String>> {
        let id = self.required("WindowId", Self::text);
        let name = self.text("Name");
        let description = self.text("Description").unwrap_or_default();
        let is_enabled = self
            .member("Enabled", Value::as_bool, "true or false")
            .unwrap_or(true);
        let plan = self.plan(is_enabled, asked_at);
        match (id, plan) {
            (Some(id), Some(plan)) if self.faults.is_empty() => Ok(FileWindow {
                id,
                name,
                description,
                plan: plan.with_enabled(is_enabled),
            }),
            _ => Err(self.faults),
        }
    }

    fn plan(&mut self, is_enabled: bool, asked_at: DateTime<Utc>) -> Option<Plan> {
        let schedule = self.required("Schedule", Self::schedule);
        let zone = self.parsed::<Zone>("ScheduleTimezone");
        let offset = self.number::<ScheduleOffset>("ScheduleOffset");
        let [start, end, next] = ["StartDate", "EndDate", "NextExecutionTime"].map(|member| {
            self.parsed::<ExecutionTime>(member)
                .map(ExecutionTime::instant)
        });
        let duration = self.required("Duration", Self::number::<Duration>);
        let cutoff = self.required("Cutoff", Self::number::<Cutoff>);
        let schedule = schedule?;
        let mut timeline = Timeline::builder(schedule)
            .zone(zone.unwrap_or(Zone::UTC))
            .offset(offset)
            .start(start)
            .end(end);
        if let Schedule::Rate(rate) = schedule {
            match (start, next) {
                (Some(start), Some(next)) if !counts_from(start, next, rate) => {
                    timeline = timeline.anchor(next - rate.period());
                }
                (Some(_), _) => {}
                // The period before an opening is as good a beginning as the true one.
                (None, Some(next)) => timeline = timeline.anchor(next - rate.period()),
                // It has no more openings, from wherever it counts.
                (None, None) if !is_enabled || end.is_some_and(|end| end < asked_at) => {
                    timeline = timeline.anchor(DateTime::UNIX_EPOCH);
                }
                (None, None) => {
                    self.fault("NextExecutionTime is missing, as is StartDate: nothing tells from when the rate counts");
                    return None;
                }
            }
        }
        let timeline = timeline.build().map_err(|error| {
            let member = match error {
                TimelineError::OffsetRefused { .. } => "ScheduleOffset",
                TimelineError::StartNotBeforeEnd { .. } => "EndDate",
                _ => "Schedule",
            };
            self.fault(format_args!("{member}: {error}"));
        });
        let plan = Plan::new(timeline.ok()?, duration?, cutoff?);
        plan.map_err(|error| self.fault(format_args!("Cutoff: {error}")))
            .ok()
    }

    /// A schedule that the service printed may be in its own dialect, which takes some texts that are not documented.
    fn schedule(&mut self, member: &str) -> Option<Schedule> {
        let text = self.text(member)?;
        let schedule = Schedule::parse(&text, Dialect::Documented)
            .or_else(|error| Schedule::parse(&text, Dialect::Service).map_err(|_| error));
        schedule
            .map_err(|error| self.fault(format_args!("{member}: {error}")))
            .ok()
    }

    fn parsed<T: FromStr<Err: Error>>(&mut self, member: &str) -> Option<T> {
        let value = self.text(member)?.parse();
        value
            .map_err(|error: T::Err| self.fault(format_args!("{member}: {}", chain(&error))))
            .ok()
    }

    fn number<T: TryFrom<i64, Error: Error>>(&mut self, member: &str) -> Option<T> {
        let value = self
            .member(member, Value::as_i64, "a whole number")?
            .try_into();
        value
            .map_err(|error: T::Error| self.fault(format_args!("{member}: {}", chain(&error))))
            .ok()
    }

    fn text(&mut self, member: &str) -> Option<String> {
        self.member(member, |value| value.as_str().map(str::to_owned), "a text")
    }

    /// A member of one JSON type; `None` too if it is absent or null.
    fn member<T>(
        &mut self,
        member: &str,
        read: impl Fn(&Value) -> Option<T>,
        expected: &str,
    ) -> Option<T> {
        let value = self.values.get(member).filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.fault(format_args!("{member} is {value}, expected {expected}"));
        }
        read
    }

    fn required<T>(
        &mut self,
        member: &str,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        if self.values.get(member).is_none_or(Value::is_null) {
            self.fault(format_args!("{member} is missing"));
        }
        read(self, member)
    }

    fn fault(&mut self, fault: impl Display) {
        self.faults
            .push(printable(&format!("{}: {fault}", self.title)));
    }
}

/// Whether a rate counts from its start date.
///
/// It does unless the start date had passed when the window was made, which is seen from the next opening.
fn counts_from(start: DateTime<Utc>, next: DateTime<Utc>, rate: Rate) -> bool {
    let period = rate.period();
    next - start < period || (next - start).num_milliseconds() % period.num_milliseconds() == 0
}
