//! What selects servers or resources, as a pair of a key and its values.

use serde::{Deserialize, Serialize};

/// One pair of a key and the values that it may have, such as `tag:Env` and `["prod", "test"]`.
///
/// As it comes in: the rules on keys are those of what it is used for, a registered target or a task.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct Selector {
    /// `InstanceIds`, `tag:<name>`, `tag-key`, `resource-groups:Name`, `WindowTargetIds`, ...; 1 to 163 characters.
    /// `None` if the request had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// At most 50 values.
    pub values: Vec<String>,
}

impl Selector {
    /// A pair of `key` and `values`.
    pub fn new<V: Into<String>>(key: &str, values: impl IntoIterator<Item = V>) -> Self {
        Self {
            key: Some(key.to_owned()),
            values: values.into_iter().map(Into::into).collect(),
        }
    }

    /// The key, or the empty text if there is none.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }
}
