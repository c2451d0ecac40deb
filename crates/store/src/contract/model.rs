//! Random commands, answered by the store and by a model that is too simple to be wrong.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Subject, all_pages, fresh_kind, second};
use crate::{
    Body, Changes, Document, Draft, Key, Kind, Position, Query, Store, StoreError, TakeDue, Version,
};
use chrono::{TimeDelta, TimeZone, Utc};

/// Random commands have the outcome that a model of a store says.
///
/// The environment variable `PROPTEST_CASES` sets how many sequences are tried; without it, 40.
pub async fn does_as_the_model_does(subject: &impl Subject) {
    let store = subject.open().await;
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40);
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&prop::collection::vec(steps(), 1..40), |steps| {
            handle.block_on(play(&store, &steps));
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Two kinds, two scopes, three ids: documents meet often.
const N_SLOTS: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    Commit(Commit),
    /// Commits that touch different documents, at once.
    Together(Vec<Commit>),
    Take {
        kinds: usize,
        now: i64,
        lease: i64,
        limit: usize,
    },
    Load(Vec<usize>),
    Page {
        place: usize,
        by_label: bool,
        from: Option<u8>,
        until: Option<u8>,
        descending: bool,
        limit: usize,
    },
    Events {
        back: u64,
        limit: usize,
    },
}

#[derive(Clone, Debug)]
struct Commit {
    edits: Vec<(usize, Edit)>,
    n_events: usize,
    trim: Option<u64>,
}

#[derive(Clone, Debug)]
enum Edit {
    Create(Content),
    Update(Which, Content),
    Delete(Which),
    Require(Which),
    Add { by: i64, max: u64 },
}

/// Which version a change names.
#[derive(Clone, Copy, Debug)]
enum Which {
    Stored,
    Earlier,
    Never,
}

#[derive(Clone, Debug)]
struct Content {
    value: u8,
    label: Option<u8>,
    due: Option<i64>,
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => commits(0..N_SLOTS).prop_map(Step::Commit),
        2 => (commits(0..4), commits(4..8), commits(8..12)).prop_map(|(a, b, c)| {
            let untrimmed = |commit| Commit { trim: None, ..commit };
            Step::Together(vec![untrimmed(a), untrimmed(b), untrimmed(c)])
        }),
        3 => (1usize..4, 0i64..12, -1i64..6, 0usize..5)
            .prop_map(|(kinds, now, lease, limit)| Step::Take { kinds, now, lease, limit }),
        1 => prop::collection::vec(0..N_SLOTS, 0..6).prop_map(Step::Load),
        2 => (0usize..4, any::<bool>(), prop::option::of(0u8..5), prop::option::of(0u8..5), any::<bool>(), 1usize..4)
            .prop_map(|(place, by_label, from, until, descending, limit)| {
                Step::Page { place, by_label, from, until, descending, limit }
            }),
        1 => (0u64..6, 0usize..5).prop_map(|(back, limit)| Step::Events { back, limit }),
    ]
}

fn commits(slots: std::ops::Range<usize>) -> impl Strategy<Value = Commit> {
    let which = || prop_oneof![6 => Just(Which::Stored), 1 => Just(Which::Earlier), 1 => Just(Which::Never)];
    let content = || {
        (0u8..9, prop::option::of(0u8..4), prop::option::of(0i64..10))
            .prop_map(|(value, label, due)| Content { value, label, due })
    };
    let edit = prop_oneof![
        4 => content().prop_map(Edit::Create),
        4 => (which(), content()).prop_map(|(which, content)| Edit::Update(which, content)),
        2 => which().prop_map(Edit::Delete),
        1 => which().prop_map(Edit::Require),
        2 => (-2i64..4, 0u64..12).prop_map(|(by, max)| Edit::Add { by, max }),
    ];
    (
        prop::collection::vec((slots, edit), 0..4),
        0usize..3,
        prop::option::weighted(0.1, 0u64..4),
    )
        .prop_map(|(edits, n_events, trim)| Commit {
            edits,
            n_events,
            trim,
        })
}

/// Plays the steps on the store and on a model of what it held before.
async fn play(store: &impl Store, steps: &[Step]) {
    let start = store.events(Position::START, 0).await.unwrap();
    let mut model = Model {
        kinds: [fresh_kind(), fresh_kind()],
        rows: Vec::new(),
        earlier: vec![Version(0); N_SLOTS],
        used: Vec::new(),
        events: Vec::new(),
        first: start.last.0,
        trimmed: start.trimmed.0,
    };
    for step in steps {
        model.step(store, step).await;
    }
    let mut snapshot = store.snapshot().await.unwrap();
    let mut n_rows = 0;
    while let Some(record) = snapshot.next().await.unwrap() {
        if let crate::Record::Document(document) = record
            && model.kinds.contains(document.key().kind())
        {
            let row = model
                .rows
                .iter()
                .find(|row| row.draft.key() == document.key());
            assert_eq!(row.map(Row::document), Some(document));
            n_rows += 1;
        }
    }
    assert_eq!(n_rows, model.rows.len());
    assert_eq!(snapshot.last().0, model.last());
}

struct Model {
    kinds: [Kind; 2],
    rows: Vec<Row>,
    /// A version that each slot had once, to be named too late.
    earlier: Vec<Version>,
    /// Every version that was ever given.
    used: Vec<(usize, Version)>,
    events: Vec<Body>,
    /// The position before the first of `events`.
    first: u64,
    trimmed: u64,
}

#[derive(Clone, Debug)]
struct Row {
    slot: usize,
    draft: Draft,
    version: Version,
    ready: Option<i64>,
}

impl Row {
    fn document(&self) -> Document {
        Document::new(self.draft.clone(), self.version)
    }
}

impl Model {
    async fn step(&mut self, store: &impl Store, step: &Step) {
        match step {
            Step::Commit(commit) => {
                let outcome = store.commit(self.changes(commit)).await;
                self.settle(commit, outcome);
            }
            Step::Together(commits) => {
                let changes: Vec<Changes> =
                    commits.iter().map(|commit| self.changes(commit)).collect();
                let mut changes = changes.into_iter().map(|changes| store.commit(changes));
                let (a, b, c) = (
                    changes.next().unwrap(),
                    changes.next().unwrap(),
                    changes.next().unwrap(),
                );
                let (a, b, c) = tokio::join!(a, b, c);
                let n_before = self.events.len();
                for (commit, outcome) in commits.iter().zip([a, b, c]) {
                    self.settle(commit, outcome);
                }
                // Which of them came first, only the stream can tell.
                let after = Position(self.first + n_before as u64);
                let events = store.events(after, 100).await.unwrap().events;
                let found: Vec<Body> = events
                    .into_iter()
                    .map(|event| event.body().clone())
                    .collect();
                let sorted = |events: &[Body]| {
                    let mut texts: Vec<String> =
                        events.iter().map(|body| body.as_str().to_owned()).collect();
                    texts.sort_unstable();
                    texts
                };
                assert_eq!(sorted(&found), sorted(&self.events[n_before..]));
                self.events.splice(n_before.., found);
            }
            Step::Take {
                kinds,
                now,
                lease,
                limit,
            } => self.take(store, *kinds, *now, *lease, *limit).await,
            Step::Load(slots) => {
                let keys: Vec<Key> = slots.iter().map(|slot| self.key(*slot)).collect();
                let expected: Vec<_> = slots
                    .iter()
                    .map(|slot| self.row(*slot).map(Row::document))
                    .collect();
                assert_eq!(store.load(&keys).await.unwrap(), expected);
            }
            Step::Page {
                place,
                by_label,
                from,
                until,
                descending,
                limit,
            } => {
                let (kind, scope) = (self.kinds[place % 2].clone(), (place / 2).to_string());
                let mut query = Query::new(kind, scope).limit(*limit);
                let text = |n: &u8| n.to_string();
                query = if *by_label {
                    query.by_label("l")
                } else {
                    query
                };
                query = from
                    .iter()
                    .fold(query, |query, from| query.at_least(text(from)));
                query = until
                    .iter()
                    .fold(query, |query, until| query.below(text(until)));
                query = if *descending {
                    query.descending()
                } else {
                    query
                };
                let found = all_pages(store, query).await;

                let lead = |row: &&Row| {
                    let label = row.draft.labels().next().map(|(_, value)| value.to_owned());
                    if *by_label {
                        label
                    } else {
                        Some(row.draft.key().id().to_owned())
                    }
                };
                let mut expected: Vec<&Row> = self
                    .rows
                    .iter()
                    .filter(|row| row.slot % 4 == *place)
                    .collect();
                expected.retain(|row| {
                    lead(row).is_some_and(|lead| from.is_none_or(|from| lead >= text(&from)))
                });
                expected.retain(|row| {
                    lead(row).is_some_and(|lead| until.is_none_or(|until| lead < text(&until)))
                });
                expected.sort_by_key(|row| (lead(row), row.draft.key().id().to_owned()));
                if *descending {
                    expected.reverse();
                }
                assert_eq!(
                    found,
                    expected.into_iter().map(Row::document).collect::<Vec<_>>()
                );
            }
            Step::Events { back, limit } => {
                let after = self.last().saturating_sub(*back);
                let events = store.events(Position(after), *limit).await.unwrap();
                assert_eq!(
                    (events.last.0, events.trimmed.0),
                    (self.last(), self.trimmed)
                );
                let from = after.max(self.trimmed).max(self.first);
                if after >= self.first {
                    let expected = self
                        .events
                        .iter()
                        .zip(self.first + 1..)
                        .filter(|(_, n)| *n > from)
                        .take(*limit);
                    let found = events
                        .events
                        .iter()
                        .map(|event| (event.body(), event.position().0));
                    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
                }
            }
        }
    }

    async fn take(&mut self, store: &impl Store, kinds: usize, now: i64, lease: i64, limit: usize) {
        let kinds: Vec<Kind> = (0..2)
            .filter(|n| kinds & (1 << n) != 0)
            .map(|n| self.kinds[n].clone())
            .collect();
        let next = self
            .rows
            .iter()
            .filter(|row| kinds.contains(row.draft.key().kind()))
            .filter_map(|row| row.ready);
        let next = next.min().map(|at| Utc.timestamp_micros(at).unwrap());
        assert_eq!(store.next_due(&kinds).await.unwrap(), next);

        let take = TakeDue::new(kinds.clone(), second(now), TimeDelta::seconds(lease), limit);
        let taken = store.take_due(&take).await.unwrap();
        let mut due: Vec<&mut Row> = self
            .rows
            .iter_mut()
            .filter(|row| kinds.contains(row.draft.key().kind()))
            .collect();
        due.retain(|row| {
            row.ready
                .is_some_and(|at| at <= second(now).timestamp_micros())
        });
        due.sort_by_key(|row| (row.ready, row.draft.key().clone()));
        due.truncate(limit);
        assert_eq!(taken.len(), due.len(), "{taken:?} {due:?}");
        let mut given = Vec::new();
        for (row, document) in due.into_iter().zip(&taken) {
            self.earlier[row.slot] = row.version;
            row.version = document.version();
            row.ready = Some(second(now + lease.max(0)).timestamp_micros());
            assert_eq!(&row.document(), document);
            given.push((row.slot, row.version));
        }
        for (slot, version) in given {
            self.first_use(slot, version);
        }
    }

    /// Says what must have come of a commit, and makes its changes in the model if it was to succeed.
    fn settle(&mut self, commit: &Commit, outcome: Result<Version, StoreError>) {
        let expected = self.decide(commit);
        let refused = outcome.as_ref().err().map(ToString::to_string);
        assert_eq!(refused, expected.as_ref().err().cloned(), "{commit:?}");
        let (Ok(rows), Ok(version)) = (expected, outcome) else {
            return;
        };
        for (slot, row) in rows {
            if let Some(old) = self.row(slot) {
                self.earlier[slot] = old.version;
            }
            self.rows.retain(|row| row.slot != slot);
            if let Some(draft) = row {
                let ready = draft.due().map(|at| at.timestamp_micros());
                self.rows.push(Row {
                    slot,
                    draft,
                    version,
                    ready,
                });
                self.first_use(slot, version);
            }
        }
        let last = self.last();
        if let Some(back) = commit.trim {
            self.trimmed = self.trimmed.max(last.saturating_sub(back));
        }
        self.events
            .extend((0..commit.n_events).map(|n| event(commit, n)));
    }

    /// What becomes of each slot, or the first refusal.
    fn decide(&self, commit: &Commit) -> Result<Vec<(usize, Option<Draft>)>, String> {
        for (i, (slot, _)) in commit.edits.iter().enumerate() {
            if commit.edits[..i].iter().any(|(earlier, _)| earlier == slot) {
                return Err(format!(
                    "cannot commit: {} is changed twice",
                    self.key(*slot)
                ));
            }
        }
        let mut rows = Vec::new();
        for (slot, edit) in &commit.edits {
            let found = self.row(*slot).map(|row| row.version);
            let expect = |expected: Option<Version>| {
                let text = |version: Option<Version>| match version {
                    Some(version) => format!("at version {version}"),
                    None => "absent".to_owned(),
                };
                let refused = format!(
                    "{} is {}, expected {}",
                    self.key(*slot),
                    text(found),
                    text(expected)
                );
                if found == expected {
                    Ok(())
                } else {
                    Err(refused)
                }
            };
            match edit {
                Edit::Create(content) => {
                    expect(None)?;
                    rows.push((*slot, Some(self.draft(*slot, content))));
                }
                Edit::Update(which, content) => {
                    expect(Some(self.version(*slot, *which)))?;
                    rows.push((*slot, Some(self.draft(*slot, content))));
                }
                Edit::Delete(which) => {
                    expect(Some(self.version(*slot, *which)))?;
                    rows.push((*slot, None));
                }
                Edit::Require(which) => expect(Some(self.version(*slot, *which)))?,
                Edit::Add { by, max } => {
                    let value = self
                        .row(*slot)
                        .map_or(0, |row| row.draft.body().as_str().parse::<i64>().unwrap());
                    let key = self.key(*slot);
                    if value + by < 0 {
                        return Err(format!(
                            "counter {key} is {value}, taking {} would pass zero",
                            -by
                        ));
                    }
                    if *by > 0 && value + by > *max as i64 {
                        return Err(format!(
                            "counter {key} is {value}, adding {by} would pass its limit of {max}"
                        ));
                    }
                    rows.push((
                        *slot,
                        Some(Draft::new(key, 1, Body::of(&(value + by)).unwrap())),
                    ));
                }
            }
        }
        Ok(rows)
    }

    fn changes(&self, commit: &Commit) -> Changes {
        let mut changes = Changes::new();
        for (slot, edit) in &commit.edits {
            match edit {
                Edit::Create(content) => changes.create(self.draft(*slot, content)),
                Edit::Update(which, content) => {
                    changes.update(self.version(*slot, *which), self.draft(*slot, content))
                }
                Edit::Delete(which) => changes.delete(self.key(*slot), self.version(*slot, *which)),
                Edit::Require(which) => {
                    changes.require(self.key(*slot), self.version(*slot, *which))
                }
                Edit::Add { by, max } => changes.add(self.key(*slot), *by, *max),
            };
        }
        for n in 0..commit.n_events {
            changes
                .append_raw(self.kinds[0].clone(), "acct", 1, event(commit, n))
                .unwrap();
        }
        if let Some(back) = commit.trim {
            changes.trim(Position(self.last().saturating_sub(back)));
        }
        changes
    }

    fn first_use(&mut self, slot: usize, version: Version) {
        assert!(
            !self.used.contains(&(slot, version)),
            "version {version} came back"
        );
        self.used.push((slot, version));
    }

    fn version(&self, slot: usize, which: Which) -> Version {
        match which {
            Which::Stored => self.row(slot).map_or(Version(1), |row| row.version),
            Which::Earlier => self.earlier[slot],
            Which::Never => Version(0),
        }
    }

    fn draft(&self, slot: usize, content: &Content) -> Draft {
        let draft = Draft::new(self.key(slot), 1, Body::of(&content.value).unwrap());
        let draft = content.label.iter().fold(draft, |draft, label| {
            draft.label("l", label.to_string()).unwrap()
        });
        draft.due_at(content.due.map(second))
    }

    fn key(&self, slot: usize) -> Key {
        let place = slot % 4;
        Key::new(
            self.kinds[place % 2].clone(),
            (place / 2).to_string(),
            (slot / 4).to_string(),
        )
        .unwrap()
    }

    fn row(&self, slot: usize) -> Option<&Row> {
        self.rows.iter().find(|row| row.slot == slot)
    }

    fn last(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

fn event(commit: &Commit, n: usize) -> Body {
    Body::of(&(commit.edits.len(), n)).unwrap()
}
