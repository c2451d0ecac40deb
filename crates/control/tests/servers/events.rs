//! Those who listen hear of everything, once, in the order in which it was committed.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tagout_control::{ControlError, Event, Recorded};
use tagout_lifecycle::Status;
use tagout_store::{Changes, MemoryStore, Position, Store};
use tokio::time::{Instant, timeout};

use crate::night::{Memory, Night, account, name, new_server, night, noon, plane};

fn positions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

async fn all(night: &Night<Memory>) -> Vec<Recorded> {
    let page = night.plane().events(Position::START, 1_000).await.unwrap();
    assert_eq!(page.next, page.last);
    page.events
}

#[tokio::test]
async fn two_planes_tell_one_story_and_a_reader_goes_on_where_it_was() {
    let store: Memory = Arc::new(MemoryStore::new());
    let mut night = Night::new(vec![plane(store.clone(), 1), plane(store, 2)]);
    let (alpha, beta) = (new_server("alpha"), new_server("beta"));
    for (plane, new) in night.planes.iter().zip([alpha, beta]) {
        plane
            .create_server(&account(), new, None, noon())
            .await
            .unwrap();
    }
    night.pass(TimeDelta::hours(24)).await;
    let heard = all(&night).await;
    assert!(heard.len() > 20, "two servers were built and backed up");
    let in_a_row: Vec<u64> = (1..=heard.len() as u64).collect();
    assert_eq!(positions(&heard), in_a_row);
    assert!(heard.iter().all(|event| event.account == account()));
    assert!(heard.is_sorted_by_key(|event| event.at), "one clock");
    assert_eq!(
        (heard[0].at, heard.last().unwrap().at > noon()),
        (noon(), true)
    );

    let (mut pieces, mut after) = (Vec::new(), Position::START);
    for number in 0.. {
        // Whichever plane is asked, and however little at a time.
        let page = night.planes[number % 2].events(after, 3).await.unwrap();
        assert!(page.events.len() <= 3);
        if page.events.is_empty() {
            assert_eq!((page.next, page.last), (after, after));
            break;
        }
        after = page.next;
        pieces.extend(page.events);
    }
    assert_eq!(pieces, heard);
    let built = |server: &str| {
        let server = name(server);
        move |event: &&Recorded| {
            matches!(&event.event, Event::ServerMoved { server: moved, to: Some(Status::Healthy), .. }
                if *moved == server)
        }
    };
    assert!(heard.iter().any(|event| built("alpha")(&event)));
    assert!(heard.iter().any(|event| built("beta")(&event)));
}

#[tokio::test(start_paused = true)]
async fn a_follower_hears_its_own_plane_at_once_and_another_within_the_idle_time() {
    let store: Memory = Arc::new(MemoryStore::new());
    let (one, other) = (plane(store.clone(), 1), plane(store, 2));
    let mut news = one.follow(Position::START);
    let account = account();
    for (number, (from, wait_max)) in [
        (&one, Duration::ZERO),
        (&other, Duration::from_secs(1)),
        (&one, Duration::ZERO),
    ]
    .into_iter()
    .enumerate()
    {
        let began = Instant::now();
        let command = async {
            tokio::task::yield_now().await; // the follower waits by then
            let new = new_server(&format!("server-{number}"));
            from.create_server(&account, new, None, noon()).await
        };
        let (heard, made) = tokio::join!(news.next(), command);
        made.unwrap();
        assert_eq!(heard.unwrap().position, news.position());
        assert!(began.elapsed() <= wait_max, "{:?}", began.elapsed());
        while let Ok(more) = timeout(Duration::from_millis(1), news.next()).await {
            more.unwrap();
        }
    }
    let last = one.events(Position::START, 0).await.unwrap().last;
    assert_eq!(
        news.position(),
        last,
        "a future that is dropped loses nothing"
    );
}

#[tokio::test]
async fn whoever_was_away_too_long_is_told_and_goes_on_with_what_is_kept() {
    let mut night = night();
    night.built("alpha").await;
    let heard = all(&night).await;
    let (first, second) = (heard[0].position, heard[1].position);
    let control = night.plane();
    let mut behind = control.follow(first);
    control.forget_events(second).await.unwrap();
    let text = format!("events after position {first} are forgotten through {second}");
    let refused = control.events(first, 10).await.unwrap_err();
    assert_eq!(refused.to_string(), text);
    let refused = behind.next().await.unwrap_err();
    assert!(matches!(refused, ControlError::EventsForgotten { through, .. } if through == second));
    assert_eq!(behind.next().await.unwrap(), heard[2]);
    assert_eq!(
        all(&night).await,
        heard[2..],
        "the beginning is what is kept"
    );
}

#[tokio::test]
async fn events_of_others_in_the_same_store_are_passed_over() {
    let mut night = night();
    night.built("alpha").await;
    let mine = Changes::new()
        .append_raw(
            "greeting".parse().unwrap(),
            "acct",
            1,
            tagout_store::Body::of("hello").unwrap(),
        )
        .unwrap()
        .clone();
    let last = all(&night).await.last().unwrap().position;
    night.plane().store().commit(mine).await.unwrap();
    let page = night.plane().events(last, 10).await.unwrap();
    assert_eq!((page.events, page.next), (Vec::new(), Position(last.0 + 1)));
    let mut news = night.plane().follow(last);
    let next = timeout(Duration::from_millis(1), news.next()).await;
    assert!(next.is_err(), "there is nothing of ours");
    assert_eq!(news.position(), Position(last.0 + 1));
}
