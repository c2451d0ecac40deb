//! What one commit changes: all of it, or none.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::document::{COUNTER_FORMAT, count_of};
use crate::{
    Body, Draft, Event, InvalidChanges, InvalidDraft, Key, Kind, Position, StoreError, Stored,
    Version,
};

/// The changes of one commit: every one of them is made, or none is.
///
/// A commit reads, as it were, at one instant: each version named in it is the stored one, and each limit holds, at the
/// moment that its writes appear together.
///
/// ```
/// use tagout_store::{Body, Changes, Draft, Key, Kind, MemoryStore, Store};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let backup = Key::new(Kind::constant("backup"), "acct", "automate-06-20260303041600")?;
/// let quota = Key::new(Kind::constant("quota"), "acct", "manual-backups")?;
///
/// let mut changes = Changes::new();
/// changes.create(Draft::new(backup.clone(), 1, Body::of("MANUAL")?)).add(quota.clone(), 1, 50);
/// let version = store.commit(changes).await?;
/// assert_eq!(store.get(&quota).await?.unwrap().count()?, 1);
///
/// let mut changes = Changes::new();
/// changes.delete(backup, version).add(quota, -1, 50);
/// store.commit(changes).await?;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Changes {
    documents: Vec<Change>,
    events: Vec<NewEvent>,
    trim: Option<Position>,
}

/// One change of one document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    /// Write a document where none is.
    Create(Draft),
    /// Write the document over the version.
    Update(Version, Draft),
    /// Remove the version of the document.
    Delete(Key, Version),
    /// Change nothing, but only if this is the version.
    Require(Key, Version),
    /// Add to the counter, up to `max` and down to zero.
    Add { key: Key, by: i64, max: u64 },
}

impl Change {
    pub(crate) fn key(&self) -> &Key {
        match self {
            Self::Create(draft) | Self::Update(_, draft) => draft.key(),
            Self::Delete(key, _) | Self::Require(key, _) | Self::Add { key, .. } => key,
        }
    }
}

/// An event that has no position yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NewEvent {
    pub(crate) kind: Kind,
    pub(crate) scope: Box<str>,
    pub(crate) format: u32,
    pub(crate) body: Body,
}

impl NewEvent {
    pub(crate) fn at(self, position: Position) -> Event {
        Event::new(position, self.kind, self.scope, self.format, self.body)
    }
}

impl Changes {
    /// The most changes and events in one commit.
    pub const LEN_MAX: usize = 10_000;

    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a document under a key that has none; a [`Conflict`](StoreError::Conflict) if it has.
    pub fn create(&mut self, draft: Draft) -> &mut Self {
        self.push(Change::Create(draft))
    }

    /// Writes a document over its named version; a [`Conflict`](StoreError::Conflict) if another is stored, or none.
    ///
    /// The due time is that of the draft, so this ends any lease.
    pub fn update(&mut self, version: Version, draft: Draft) -> &mut Self {
        self.push(Change::Update(version, draft))
    }

    /// Removes the named version of a document; a [`Conflict`](StoreError::Conflict) if another is stored, or none.
    pub fn delete(&mut self, key: Key, version: Version) -> &mut Self {
        self.push(Change::Delete(key, version))
    }

    /// Leaves a document as it is, but commits only if this is its version: the rest was decided from it.
    pub fn require(&mut self, key: Key, version: Version) -> &mut Self {
        self.push(Change::Require(key, version))
    }

    /// Adds to a counter; a [`Limit`](StoreError::Limit) if the sum is below zero, or `by` is positive and the sum
    /// above `max`.
    ///
    /// A counter is a document whose body is its number, and counts from zero where there is none. It needs no version,
    /// so any number of commits that count do not conflict. A counter that stands above a limit lowered since can
    /// still be counted down.
    pub fn add(&mut self, key: Key, by: i64, max: u64) -> &mut Self {
        self.push(Change::Add { key, by, max })
    }

    /// Appends an event to the stream; see [`Store::events`](crate::Store::events).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDraft`] if the value cannot be a body, or the scope could not be part of a key.
    pub fn append<T: Stored>(
        &mut self,
        scope: impl Into<Box<str>>,
        event: &T,
    ) -> Result<&mut Self, InvalidDraft> {
        self.append_raw(T::KIND, scope, T::FORMAT, Body::of(event)?)
    }

    /// Appends an event whose body is at hand.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDraft`] if the scope could not be part of a key.
    pub fn append_raw(
        &mut self,
        kind: Kind,
        scope: impl Into<Box<str>>,
        format: u32,
        body: Body,
    ) -> Result<&mut Self, InvalidDraft> {
        let scope = scope.into();
        crate::key::check_scope(&scope)?;
        self.events.push(NewEvent {
            kind,
            scope,
            format,
            body,
        });
        Ok(self)
    }

    /// Removes the events up to and including `through`, before any event of this commit is appended.
    ///
    /// If the stream has not come that far, it goes on after `through`.
    pub fn trim(&mut self, through: Position) -> &mut Self {
        self.trim = self.trim.max(Some(through));
        self
    }

    /// Whether a commit would change and check nothing.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.events.is_empty() && self.trim.is_none()
    }

    /// How many changes and events there are.
    pub fn len(&self) -> usize {
        self.documents.len() + self.events.len()
    }

    fn push(&mut self, change: Change) -> &mut Self {
        self.documents.push(change);
        self
    }

    /// Takes the changes apart for an adapter, once they are known to be fit for any store.
    pub(crate) fn checked(self) -> Result<Parts, InvalidChanges> {
        if self.len() > Self::LEN_MAX {
            return Err(InvalidChanges::TooMany {
                n_changes: self.len(),
                max: Self::LEN_MAX,
            });
        }
        if let Some(through) = self.trim
            && through > Position::TRIM_MAX
        {
            return Err(InvalidChanges::TrimTooFar {
                through,
                max: Position::TRIM_MAX,
            });
        }
        if self.documents.len() > 1 {
            let mut seen = BTreeSet::new();
            if let Some(twice) = self
                .documents
                .iter()
                .find(|change| !seen.insert(change.key()))
            {
                return Err(InvalidChanges::Twice {
                    key: twice.key().clone(),
                });
            }
        }
        Ok(Parts {
            changes: self.documents,
            events: self.events,
            trim: self.trim,
        })
    }
}

/// The parts of fit changes.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) changes: Vec<Change>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) trim: Option<Position>,
}

impl Parts {
    /// How many changes and events there are.
    #[cfg(feature = "postgres")]
    pub(crate) fn len(&self) -> usize {
        self.changes.len() + self.events.len()
    }
}

/// What an adapter finds under a key when it decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) version: Version,
    /// The body, needed only where a counter is added to.
    pub(crate) body: Option<&'a Body>,
}

/// What a change comes to, once it is allowed.
#[derive(Clone, Debug)]
pub(crate) enum Write<'a> {
    /// Write this under a key that has no document.
    Insert(Cow<'a, Draft>),
    /// Write this over the document under its key.
    Replace(Cow<'a, Draft>),
    /// Remove the document under the key.
    Remove(&'a Key),
    /// Nothing.
    Nothing,
}

impl Change {
    /// Decides the change against what stands under its key: the one place where versions and limits are compared.
    pub(crate) fn decide(&self, standing: Option<Standing<'_>>) -> Result<Write<'_>, StoreError> {
        let found = standing.map(|standing| standing.version);
        let expect = |key: &Key, expected: Option<Version>| {
            if found == expected {
                Ok(())
            } else {
                Err(StoreError::Conflict {
                    key: key.clone(),
                    expected,
                    found,
                })
            }
        };
        match self {
            Self::Create(draft) => {
                expect(draft.key(), None)?;
                Ok(Write::Insert(Cow::Borrowed(draft)))
            }
            Self::Update(version, draft) => {
                expect(draft.key(), Some(*version))?;
                Ok(Write::Replace(Cow::Borrowed(draft)))
            }
            Self::Delete(key, version) => {
                expect(key, Some(*version))?;
                Ok(Write::Remove(key))
            }
            Self::Require(key, version) => {
                expect(key, Some(*version))?;
                Ok(Write::Nothing)
            }
            Self::Add { key, by, max } => {
                let value = match standing {
                    None => 0,
                    Some(Standing { body, .. }) => body
                        .and_then(count_of)
                        .ok_or_else(|| InvalidChanges::NotACounter { key: key.clone() })?,
                };
                let sum = value
                    .checked_add_signed(*by)
                    .filter(|sum| *by <= 0 || sum <= max);
                let Some(sum) = sum else {
                    return Err(StoreError::Limit {
                        key: key.clone(),
                        value,
                        by: *by,
                        max: *max,
                    });
                };
                let draft = Draft::new(key.clone(), COUNTER_FORMAT, Body::kept(sum.to_string()));
                let write = if standing.is_some() {
                    Write::Replace
                } else {
                    Write::Insert
                };
                Ok(write(Cow::Owned(draft)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str) -> Draft {
        Draft::new(
            Key::new(Kind::constant("k"), "s", id).unwrap(),
            1,
            Body::of(&1).unwrap(),
        )
    }

    #[test]
    fn one_document_is_changed_once() {
        let mut changes = Changes::new();
        changes
            .create(draft("a"))
            .create(draft("b"))
            .require(draft("a").key().clone(), Version(1));
        assert_eq!(
            changes.checked().unwrap_err().to_string(),
            "k/s/a is changed twice"
        );
    }

    #[test]
    fn a_commit_has_an_end() {
        let mut changes = Changes::new();
        for i in 0..=Changes::LEN_MAX {
            changes.create(draft(&i.to_string()));
        }
        assert_eq!(
            changes.checked().unwrap_err().to_string(),
            "10001 changes, expected at most 10000"
        );
    }

    #[test]
    fn counters_hold_their_limit_and_count_down_from_above_it() {
        #[track_caller]
        fn check(value: Option<&str>, by: i64, max: u64, expected: Result<&str, &str>) {
            let body = value.map(|value| Body::from_json(value).unwrap());
            let standing = body.as_ref().map(|body| Standing {
                version: Version(1),
                body: Some(body),
            });
            let change = Change::Add {
                key: draft("c").key().clone(),
                by,
                max,
            };
            let sum = match change.decide(standing) {
                Ok(Write::Insert(draft)) if value.is_none() => Ok(draft.body().as_str().to_owned()),
                Ok(Write::Replace(draft)) if value.is_some() => {
                    Ok(draft.body().as_str().to_owned())
                }
                Ok(other) => panic!("{other:?}"),
                Err(error) => Err(error.to_string()),
            };
            assert_eq!(sum, expected.map(str::to_owned).map_err(str::to_owned));
        }
        check(None, 1, 50, Ok("1"));
        check(None, 0, 0, Ok("0"));
        check(
            None,
            1,
            0,
            Err("counter k/s/c is 0, adding 1 would pass its limit of 0"),
        );
        check(
            None,
            -1,
            50,
            Err("counter k/s/c is 0, taking 1 would pass zero"),
        );
        check(Some("49"), 1, 50, Ok("50"));
        check(
            Some("50"),
            1,
            50,
            Err("counter k/s/c is 50, adding 1 would pass its limit of 50"),
        );
        check(Some("50"), -1, 40, Ok("49"));
        check(
            Some("3"),
            i64::MIN,
            50,
            Err("counter k/s/c is 3, taking 9223372036854775808 would pass zero"),
        );
        check(
            Some("18446744073709551615"),
            1,
            u64::MAX,
            Err(
                "counter k/s/c is 18446744073709551615, adding 1 would pass its limit of 18446744073709551615",
            ),
        );
        check(
            Some("\"x\""),
            1,
            50,
            Err("cannot commit: k/s/c is not a counter"),
        );
        check(
            Some("-1"),
            1,
            50,
            Err("cannot commit: k/s/c is not a counter"),
        );
    }
}
