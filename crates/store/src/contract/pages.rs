//! Promises about pages.

use super::{KIND, Subject, all_pages, commit, draft, ids, key};
use crate::{Body, Draft, Key, Kind, Query, Store};

/// Ids in the order of their bytes, where other orders differ from it.
const IDS: [&str; 12] = [
    "%",
    "-",
    "A",
    "Z",
    "_",
    "a",
    "a-b",
    "aB",
    "ab",
    "é",
    "\u{d7ff}",
    "\u{1f511}",
];

/// The order is that of bytes, forwards and backwards, on pages of any length.
pub async fn pages_come_in_the_order_of_bytes(subject: &impl Subject) {
    let store = subject.open().await;
    commit(&store, |changes| {
        for id in IDS.iter().rev() {
            changes.create(draft(id, 1).label("mirror", *id).unwrap());
        }
        changes
    })
    .await
    .unwrap();
    for query in [
        Query::new(KIND, "acct"),
        Query::new(KIND, "acct").by_label("mirror"),
    ] {
        for limit in [1, 2, 5, 11, 12, 13, usize::MAX] {
            let up = all_pages(&store, query.clone().limit(limit)).await;
            assert_eq!(ids(&up), IDS);
            let mut down = all_pages(&store, query.clone().limit(limit).descending()).await;
            down.reverse();
            assert_eq!(ids(&down), IDS);
        }
        let full = store.page(&query.clone().limit(12)).await.unwrap();
        assert_eq!((full.documents.len(), full.next), (12, None));
    }
}

/// A kind or a scope that begins like another is another.
pub async fn pages_keep_to_their_kind_and_scope(subject: &impl Subject) {
    let store = subject.open().await;
    let places = [
        ("thin", "acct"),
        ("thing", ""),
        ("thing", "acc"),
        ("thing", "acct"),
        ("thing", "acct2"),
        ("things", "acct"),
    ];
    commit(&store, |changes| {
        for (kind, scope) in places {
            let key = Key::new(kind.parse().unwrap(), scope, format!("{kind}-{scope}")).unwrap();
            changes.create(
                Draft::new(key, 1, Body::of(&1).unwrap())
                    .label("l", "v")
                    .unwrap(),
            );
        }
        changes
    })
    .await
    .unwrap();
    for (kind, scope) in places {
        let query = Query::new(kind.parse().unwrap(), scope);
        for query in [query.clone().by_label("l"), query] {
            assert_eq!(
                ids(&all_pages(&store, query.limit(1)).await),
                [format!("{kind}-{scope}")]
            );
        }
    }
    assert_eq!(
        all_pages(&store, Query::new(Kind::constant("none"), "acct")).await,
        []
    );
}

/// What was there all the time is on exactly one page, whatever is written meanwhile.
pub async fn pages_go_on_where_they_ended_while_others_write(subject: &impl Subject) {
    let store = subject.open().await;
    let name = |n: usize| format!("{n:03}");
    let version = commit(&store, |changes| {
        for n in 0..40 {
            changes.create(
                draft(&name(n * 10), 1)
                    .label("group", if n % 2 == 0 { "even" } else { "odd" })
                    .unwrap(),
            );
        }
        changes
    })
    .await
    .unwrap();
    for query in [
        Query::new(KIND, "acct"),
        Query::new(KIND, "acct").by_label("group"),
    ] {
        let mut query = query.limit(7);
        let mut seen = Vec::new();
        for round in 0.. {
            let page = store.page(&query).await.unwrap();
            seen.extend(
                page.documents
                    .iter()
                    .map(|document| document.key().id().to_owned()),
            );
            let Some(next) = page.next else { break };
            // The document at the end of the page disappears, and new ones come up before and behind it.
            let last = page.documents.last().unwrap();
            let n: usize = last.key().id().split('-').next().unwrap().parse().unwrap();
            commit(&store, |changes| {
                if last.version() == version {
                    changes.delete(last.key().clone(), version);
                }
                let with_label = |id: String| draft(&id, 2).label("group", "even").unwrap();
                for new in [n.checked_sub(1), Some(n + 1)]
                    .into_iter()
                    .flatten()
                    .filter(|new| new % 10 != 0)
                {
                    let id = format!("{}-{round}", name(new));
                    changes.create(with_label(id));
                }
                changes
            })
            .await
            .unwrap();
            query = query.after(next);
        }
        let left = all_pages(&store, Query::new(KIND, "acct")).await;
        for document in left.iter().filter(|document| document.version() == version) {
            let n_times = seen.iter().filter(|id| *id == document.key().id()).count();
            assert_eq!(n_times, 1, "{}", document.key());
        }
        seen.sort_unstable();
        assert!(seen.windows(2).all(|two| two[0] != two[1]), "{seen:?}");
    }
}

/// Nothing but the named range is found, and no character has a second meaning.
pub async fn ranges_and_prefixes_are_exact(subject: &impl Subject) {
    let store = subject.open().await;
    commit(&store, |changes| {
        for id in IDS {
            changes.create(draft(id, 1).label("mirror", id).unwrap());
        }
        changes
    })
    .await
    .unwrap();
    for query in [
        Query::new(KIND, "acct"),
        Query::new(KIND, "acct").by_label("mirror"),
    ] {
        for descending in [false, true] {
            let check = async |narrow: fn(Query) -> Query, expected: &[&str]| {
                let query = narrow(query.clone().limit(2));
                let query = if descending {
                    query.descending()
                } else {
                    query
                };
                let mut found = all_pages(&store, query.clone()).await;
                if descending {
                    found.reverse();
                }
                assert_eq!(ids(&found), expected, "{query:?}");
            };
            check(|query| query.prefix(""), &IDS).await;
            check(|query| query.prefix("a"), &["a", "a-b", "aB", "ab"]).await;
            check(|query| query.prefix("%"), &["%"]).await;
            check(|query| query.prefix("_"), &["_"]).await;
            check(|query| query.prefix("\u{d7ff}"), &["\u{d7ff}"]).await;
            check(|query| query.prefix("\u{1f511}"), &["\u{1f511}"]).await;
            check(|query| query.prefix("b"), &[]).await;
            check(|query| query.equal_to("a"), &["a"]).await;
            check(|query| query.equal_to("b"), &[]).await;
            check(|query| query.at_least("aB").below("é"), &["aB", "ab"]).await;
            check(|query| query.at_least("aC").below("aC"), &[]).await;
            check(|query| query.at_least("b").below("a"), &[]).await;
            check(|query| query.limit(0), &[]).await;
        }
    }
}

/// A document is found by the labels that it has now.
pub async fn labels_find_order_and_forget(subject: &impl Subject) {
    let store = subject.open().await;
    let find = async |value: &str| {
        let found = all_pages(
            &store,
            Query::new(KIND, "acct").by_label("status").equal_to(value),
        )
        .await;
        ids(&found).join(" ")
    };
    let first = commit(&store, |changes| {
        for (id, status) in [("c", "queued"), ("a", "running"), ("b", "queued")] {
            changes.create(
                draft(id, 1)
                    .label("status", status)
                    .unwrap()
                    .label("status2", "queued")
                    .unwrap(),
            );
        }
        changes.create(draft("bare", 1));
        changes
    })
    .await
    .unwrap();
    assert_eq!(
        (
            find("queued").await.as_str(),
            find("running").await.as_str()
        ),
        ("b c", "a")
    );
    assert_eq!(
        ids(&all_pages(&store, Query::new(KIND, "acct").by_label("status").limit(1)).await),
        ["b", "c", "a"]
    );

    let second = commit(&store, |changes| {
        changes.update(first, draft("b", 2).label("status", "running").unwrap())
    });
    let second = second.await.unwrap();
    assert_eq!(
        (
            find("queued").await.as_str(),
            find("running").await.as_str()
        ),
        ("c", "a b")
    );
    assert_eq!(
        ids(&all_pages(&store, Query::new(KIND, "acct").by_label("status2")).await),
        ["a", "c"]
    );

    commit(&store, |changes| {
        changes
            .update(second, draft("b", 3))
            .delete(key("a"), first)
    })
    .await
    .unwrap();
    assert_eq!(
        (
            find("queued").await.as_str(),
            find("running").await.as_str()
        ),
        ("c", "")
    );
    assert_eq!(
        all_pages(&store, Query::new(KIND, "acct").by_label("No Name")).await,
        []
    );
}
