//! The documents of maintenance windows, and how each is found and woken.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tagout_store::{Kind, Stored};
use tagout_window::{
    Admission, ClientToken, Execution, ExecutionId, ExecutionPlace, InvocationId, Outcome, Overlap,
    Place, Quotas, Receipt, Rules, TargetId, TaskId, Ticket, Window, WindowId, WindowPlace,
};

use super::nodes::Node;
use crate::{account::Account, unit::Record};

/// The label by which windows are listed in the order of their creation.
pub(super) const BY_PLACE: &str = "place";

/// The label by which windows are listed in the order of their next openings; one that does not open has none.
pub(super) const BY_DUE: &str = "due";

/// The label by which the executions of a window are listed in the order of their openings.
pub(super) const BY_WINDOW: &str = "window";

/// The scope of watches, whose ids are those of other families' work.
pub(super) const WATCHES: &str = "";

macro_rules! stored {
    ($($type:ty as $kind:literal;)*) => {$(
        impl Stored for $type {
            const KIND: Kind = Kind::constant($kind);
            const FORMAT: u32 = 1;
        }
    )*};
}

stored! {
    DeskRecord as "window-desk";
    ExecutionRecord as "window-execution";
    NodeRecord as "node";
    ReceiptRecord as "window-receipt";
    WatchRecord as "window-watch";
    WindowRecord as "window";
}

/// A place as text that has the order of the places, for instants from 1970 on.
pub(super) fn ordered(place: &impl Place) -> String {
    hex(&place.to_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a text does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// A window; they stand in the scope of their account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct WindowRecord(pub(crate) Window);

impl Record for WindowRecord {
    fn id(&self) -> String {
        self.0.id().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.due_at()
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        let mut labels = vec![(BY_PLACE, ordered(&WindowPlace::of(&self.0)))];
        if let Some(due_at) = self.0.due_at() {
            labels.push((BY_DUE, format!("{:020}", due_at.timestamp_micros().max(0))));
        }
        labels
    }
}

/// What an account has of windows and of executions that have not ended.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct DeskRecord {
    pub(super) n_windows: usize,
    /// In the order in which they came.
    pub(super) open: Vec<Open>,
    /// Whether an execution has ended since the desk was read.
    #[serde(skip)]
    pub(super) freed: bool,
}

/// An execution that has not ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Open {
    pub(super) id: ExecutionId,
    pub(super) window: WindowId,
    pub(super) opens_at: DateTime<Utc>,
    pub(super) begun: bool,
}

impl DeskRecord {
    pub(super) const ID: &str = "desk";

    /// Whether an execution that is pending may begin, given what else is under way.
    pub(super) fn admission(
        &self,
        execution: &Execution,
        overlap: Overlap,
        quotas: &Quotas,
    ) -> Admission {
        let place = (execution.opening().opens_at, execution.id());
        let others = || self.open.iter().filter(|it| it.id != execution.id());
        let n_running = others().filter(|it| it.begun).count();
        // An earlier opening of the same window that waits itself comes first, too.
        let same_window = others()
            .filter(|it| it.window == execution.window_id())
            .any(|it| it.begun || (it.opens_at, it.id) < place);
        Admission::of(overlap, same_window, n_running, quotas)
    }

    /// Takes note of where an execution stands; tells whether that is news.
    pub(super) fn note(&mut self, execution: &Execution) -> bool {
        let at = self.open.iter().position(|it| it.id == execution.id());
        let open = Open {
            id: execution.id(),
            window: execution.window_id(),
            opens_at: execution.opening().opens_at,
            begun: execution.has_begun(),
        };
        match (at, execution.status().is_final()) {
            (Some(at), true) => {
                self.open.remove(at);
                self.freed = true;
            }
            (Some(at), false) if self.open[at] == open => return false,
            (Some(at), false) => self.open[at] = open,
            (None, false) => self.open.push(open),
            (None, true) => return false,
        }
        true
    }
}

impl Record for DeskRecord {
    fn id(&self) -> String {
        Self::ID.to_owned()
    }
}

/// A run of a window; they stand in the scope of their account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ExecutionRecord {
    pub(super) execution: Execution,
    pub(super) overlap: Overlap,
    /// The errands of invocations that are under way.
    #[serde(default)]
    pub(super) errands: BTreeMap<InvocationId, String>,
    /// Invocations that are to begin, and for which there was no room in the commits so far.
    #[serde(default)]
    pub(super) unsent: VecDeque<Ticket>,
    /// Whether something has happened since it was looked at, so that it may begin now.
    #[serde(default)]
    pub(super) woken: bool,
    due_at: Option<DateTime<Utc>>,
}

impl ExecutionRecord {
    pub(super) fn new(execution: Execution, overlap: Overlap) -> Self {
        Self {
            execution,
            overlap,
            errands: BTreeMap::new(),
            unsent: VecDeque::new(),
            woken: false,
            due_at: None,
        }
    }

    /// Settles when it is looked at next.
    pub(super) fn rest(&mut self, rules: &Rules, now: DateTime<Utc>) {
        let asked = self
            .execution
            .due_at()
            .or_else(|| self.execution.expires_at(rules));
        self.due_at = if self.woken {
            // Of several that wait, the one that opened first is taken first.
            Some(self.execution.opening().opens_at.min(now))
        } else if self.unsent.is_empty() {
            asked
        } else {
            Some(now)
        };
    }
}

impl Record for ExecutionRecord {
    fn id(&self) -> String {
        self.execution.id().to_string()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }

    fn labels(&self) -> Vec<(&'static str, String)> {
        let place = ordered(&ExecutionPlace::of(&self.execution));
        vec![(BY_WINDOW, format!("{}/{place}", self.execution.window_id()))]
    }
}

/// What is remembered of a request with a client token; they stand in the scope of their account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ReceiptRecord {
    /// The operation, and a digest of the token.
    pub(super) id: String,
    pub(super) receipt: Receipt<Made>,
}

/// What a request with a client token has made.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Made {
    Window(WindowId),
    Target(TargetId),
    Task(TaskId),
}

impl ReceiptRecord {
    pub(super) fn id_of(operation: &str, token: &ClientToken) -> String {
        format!("{operation}/{}", hex(&Sha256::digest(token.as_str())))
    }
}

impl Record for ReceiptRecord {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        Some(self.receipt.expires_at())
    }
}

/// An invocation whose work another family does.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WatchRecord {
    /// What is watched, in the other family's words.
    pub(super) id: String,
    pub(super) account: Account,
    pub(super) ticket: Ticket,
    /// How the work has ended, and when.
    pub(super) ended: Option<(Outcome, DateTime<Utc>)>,
}

impl Record for WatchRecord {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.ended.as_ref().map(|(_, at)| *at)
    }
}

/// A server or resource that windows may select; they stand in the scope of their account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct NodeRecord(pub(super) Node);

impl Record for NodeRecord {
    fn id(&self) -> String {
        self.0.id.to_string()
    }
}
