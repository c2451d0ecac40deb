//! Links: where a client goes on.

use serde::Serialize;
use tagout_batch::{Alias, JobId};

/// A link. Its keys stand in the order of the recorded answers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    rel: &'static str,
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Without any, the link is to be read.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    verbs: &'static [&'static str],
}

impl Link {
    pub(super) fn new(rel: &'static str, href: impl Into<String>) -> Self {
        Self {
            rel,
            href: href.into(),
            id: None,
            verbs: &[],
        }
    }

    /// Where the status of a job is: a path without a host, its parts in lower case.
    pub(super) fn status(account: Alias, job: JobId) -> Self {
        let href = format!("/v2/operations/{account}/status/{job}");
        Self::new("status", href).with_id(job.to_string())
    }

    pub(super) fn with_id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    pub(super) fn with_verbs(self, verbs: &'static [&'static str]) -> Self {
        Self { verbs, ..self }
    }
}
