//! Tags: what the owner writes on a server or a backup.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{TagKey, TagValue};

/// The tags of one server or backup, by key.
///
/// # Example
/// ```
/// use tagout_lifecycle::Tags;
///
/// let mut tags = Tags::default();
/// tags.set("Stage".parse()?, "Test".parse()?);
/// tags.set("Stage".parse()?, "Production".parse()?);
/// assert_eq!(tags.value("Stage").map(|value| value.as_str()), Some("Production"));
/// assert_eq!(tags.len(), 1);
/// # Ok::<(), tagout_lifecycle::InvalidValue>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<TagKey, TagValue>);

impl Tags {
    /// Writes one tag, over the one of the same key if there is one.
    pub fn set(&mut self, key: TagKey, value: TagValue) {
        self.0.insert(key, value);
    }

    /// Takes away the tag of this key, if there is one.
    pub fn unset(&mut self, key: &TagKey) {
        self.0.remove(key);
    }

    /// What applying `change` makes of them.
    pub fn changed(&self, change: &TagChange) -> Self {
        let mut tags = self.clone();
        match change {
            TagChange::Set(more) => tags.extend(more.0.clone()),
            TagChange::Unset(keys) => keys.iter().for_each(|key| tags.unset(key)),
        }
        tags
    }

    /// The value under `key`.
    pub fn value(&self, key: &str) -> Option<&TagValue> {
        self.0.get(key)
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&TagKey, &TagValue)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<(TagKey, TagValue)> for Tags {
    fn extend<I: IntoIterator<Item = (TagKey, TagValue)>>(&mut self, tags: I) {
        self.0.extend(tags);
    }
}

impl IntoIterator for Tags {
    type Item = (TagKey, TagValue);
    type IntoIter = std::collections::btree_map::IntoIter<TagKey, TagValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(TagKey, TagValue)> for Tags {
    fn from_iter<I: IntoIterator<Item = (TagKey, TagValue)>>(tags: I) -> Self {
        Self(tags.into_iter().collect())
    }
}

/// A change of tags, which reaches a server and from there its backups.
///
/// A request has a list of up to [`TagChange::LIST_MAX`] of them; [`TagChange::set`] and [`TagChange::unset`] check that.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TagChange {
    /// Write these, over those of the same keys.
    Set(Tags),
    /// Take these away; a key that is not there is passed over.
    Unset(Vec<TagKey>),
}

impl TagChange {
    /// How many tags or keys a request may list, of whatever keys. Source: shapes `TagList` and `TagKeyList`.
    pub const LIST_MAX: usize = 200;

    /// Writes these tags; of two with the same key the later one.
    ///
    /// # Errors
    ///
    /// [`TagListTooLong`] if there are more than [`TagChange::LIST_MAX`].
    pub fn set(tags: Vec<(TagKey, TagValue)>) -> Result<Self, TagListTooLong> {
        check_list(tags.len())?;
        Ok(Self::Set(tags.into_iter().collect()))
    }

    /// Takes the tags of these keys away.
    ///
    /// # Errors
    ///
    /// [`TagListTooLong`] if there are more than [`TagChange::LIST_MAX`].
    pub fn unset(keys: Vec<TagKey>) -> Result<Self, TagListTooLong> {
        check_list(keys.len())?;
        Ok(Self::Unset(keys))
    }
}

fn check_list(count: usize) -> Result<(), TagListTooLong> {
    if count <= TagChange::LIST_MAX {
        Ok(())
    } else {
        Err(TagListTooLong { count })
    }
}

/// A request lists more tags or keys than it may.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{count} tags are listed, expected at most {}", TagChange::LIST_MAX)]
pub struct TagListTooLong {
    /// How many it lists.
    pub count: usize,
}

/// More tags than a server or backup may have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{count} tags would be on `{resource}`, expected at most {max}")]
pub struct TooManyTags {
    /// The server or backup.
    pub resource: Box<str>,
    /// How many it would have.
    pub count: usize,
    /// How many it may have.
    pub max: usize,
}
