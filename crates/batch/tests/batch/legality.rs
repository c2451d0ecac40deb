//! The legality table, cell by cell, against a second transcription of the sources.

use std::sync::Arc;

use chrono::TimeDelta;
use tagout_batch::{
    Action, Cell, Change, Disk, LEGALITY, Operation, Package, PowerState, Profile, Queue, Report,
    Server, ServerStatus, Settings, Snapshot, SnapshotDays, Stand, StorageKind, Verdict, legality,
    may_be_cloned,
};

use crate::support::{ME, Quickly, lease, noon, server, submission};

/// What the sources say, in their own words: operation; then for a server that is started, stopped, paused,
/// archived, under construction, queued for delete, queued for restore: `X` refused, `N` nothing to do, or what the
/// server is afterwards. `=` is the same as before.
const SOURCES: &str = "
powerOn            N         started   started   X         X        X  X
powerOff           stopped   N         stopped   X         X        X  X
shutDown           stopped   N         X         X         X        X  X
pause              paused    X         N         X         X        X  X
reset              started   X         started   X         X        X  X
reboot             started   X         started   X         X        X  X
startMaintenance   on        on        on        X         X        X  X
stopMaintenance    off       off       off       X         X        X  X
archive            archived  archived  archived  N         X        X  X
createSnapshot     snapshot  snapshot  snapshot  X         X        X  X
executePackage     =         =         X         X         X        X  X
delete             gone      gone      gone      gone      X        N  X
restore            X         X         X         started   X        X  X
revertToSnapshot   =         =         =         X         X        X  X
deleteSnapshot     bare      bare      bare      X         X        X  X
change             changed   changed   changed   X         X        X  X
create             X         X         X         X         started  X  X
clone              =         =         =         X         X        X  X
";

/// A server as the cross rules see it.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that hold or not, all combined"
)]
struct Traits {
    in_maintenance: bool,
    has_snapshot: bool,
    managed: bool,
    over_terabyte: bool,
}

fn all_traits() -> impl Iterator<Item = Traits> {
    (0..16).map(|bits: u8| Traits {
        in_maintenance: bits & 1 != 0,
        has_snapshot: bits & 2 != 0,
        managed: bits & 4 != 0,
        over_terabyte: bits & 8 != 0,
    })
}

const ID: &str = "ny1demoweb01";

fn fixture(stand: Stand, traits: Traits) -> Server {
    let profile = Profile {
        managed_os: traits.managed,
        storage: StorageKind::Standard,
        ..Profile::default()
    };
    let disk = |unit: &str, size_gb| Disk {
        id: unit.parse().unwrap(),
        size_gb,
        partition_paths: Vec::new(),
    };
    let mut made = server(ID, "demo")
        .with_maintenance(traits.in_maintenance)
        .with_profile(profile)
        .with_disks(vec![
            disk("0:0", 16),
            disk("0:1", if traits.over_terabyte { 1_009 } else { 1_008 }),
        ]);
    if traits.has_snapshot {
        made = made.with_snapshot(Snapshot::taken(3, noon(), SnapshotDays::MAX));
    }
    made = match stand {
        Stand::Started => made.with_power(PowerState::Started),
        Stand::Stopped => made.with_power(PowerState::Stopped),
        Stand::Paused => made.with_power(PowerState::Paused),
        Stand::Archived => made.archived(),
        Stand::UnderConstruction | Stand::QueuedForDelete | Stand::QueuedForRestore => {
            // Through the stored form: by the calls of the queue these statuses come with a job that holds the
            // server, which would hide what the table says.
            let mut stored = serde_json::to_value(&made).unwrap();
            stored["status"] = match stand {
                Stand::UnderConstruction => "underConstruction",
                Stand::QueuedForDelete => "queuedForDelete",
                _ => "queuedForRestore",
            }
            .into();
            serde_json::from_value(stored).unwrap()
        }
    };
    assert_eq!(made.stand(), stand);
    made
}

fn action(operation: Operation) -> Action {
    match operation {
        Operation::PowerOn => Action::PowerOn,
        Operation::PowerOff => Action::PowerOff,
        Operation::ShutDown => Action::ShutDown,
        Operation::Pause => Action::Pause,
        Operation::Reset => Action::Reset,
        Operation::Reboot => Action::Reboot,
        Operation::StartMaintenance => Action::StartMaintenance,
        Operation::StopMaintenance => Action::StopMaintenance,
        Operation::SetMaintenance => Action::SetMaintenance,
        Operation::Archive => Action::Archive,
        Operation::CreateSnapshot => Action::CreateSnapshot {
            days: SnapshotDays::MIN,
        },
        Operation::ExecutePackage => Action::ExecutePackage {
            package: Arc::new(Package {
                id: "p".into(),
                parameters: Vec::new(),
            }),
        },
        Operation::Delete => Action::Delete,
        Operation::Restore => Action::Restore { group: None },
        Operation::RevertToSnapshot => Action::RevertToSnapshot { snapshot: 3 },
        Operation::DeleteSnapshot => Action::DeleteSnapshot { snapshot: 3 },
        Operation::Change => Action::Change {
            change: Arc::new(Change {
                cpu: Some(4),
                memory_gb: Some(8),
                disks: None,
            }),
        },
        Operation::Create => panic!("a new server is built by `Queue::create`"),
        Operation::Clone => panic!("never queued"),
    }
}

/// The cross rules of the sources: what makes a queued operation something else.
fn crossed(operation: Operation, traits: Traits) -> Option<&'static str> {
    let Traits {
        in_maintenance,
        has_snapshot,
        managed,
        over_terabyte,
    } = traits;
    match operation {
        Operation::StartMaintenance if in_maintenance => Some("N"),
        Operation::StopMaintenance if !in_maintenance => Some("N"),
        Operation::Archive if managed => Some("X"),
        Operation::CreateSnapshot if has_snapshot || over_terabyte => Some("X"),
        Operation::RevertToSnapshot | Operation::DeleteSnapshot if !has_snapshot => Some("X"),
        Operation::Change if has_snapshot => Some("X"),
        _ => None,
    }
}

/// Every operation of the sources, with its seven cells.
fn sources() -> impl Iterator<Item = (Operation, Vec<&'static str>)> {
    SOURCES.trim().lines().map(|line| {
        let mut words = line.split_whitespace();
        let operation = words.next().unwrap().parse().unwrap();
        (operation, words.collect())
    })
}

#[test]
fn the_table_has_the_rows_of_the_sources_in_the_order_of_the_operations() {
    let rows: Vec<_> = LEGALITY.iter().map(|row| row.operation).collect();
    assert_eq!(
        rows,
        sources()
            .map(|(operation, _)| operation)
            .collect::<Vec<_>>()
    );
    let all = Operation::ALL
        .into_iter()
        .filter(|operation| *operation != Operation::SetMaintenance);
    assert!(rows.into_iter().eq(all));
}

/// The end of a server, told from what can be seen of it.
fn seen(before: &Server, queue: &Queue) -> Vec<&'static str> {
    let Some(after) = queue.server(before.id()) else {
        return vec!["gone"];
    };
    let mut seen = Vec::new();
    if after.status() == ServerStatus::Archived {
        assert_eq!(
            (after.power(), after.size().cpu),
            (Some(PowerState::Stopped), 0)
        );
        seen.push("archived");
    } else {
        assert_eq!(after.status(), ServerStatus::Active);
        let power = after.power().unwrap();
        let restored = before.status() != after.status();
        if restored {
            assert_eq!(after.size().cpu, 1, "it has its processors back");
        }
        if Some(power) != before.power() || restored {
            seen.push(power.word());
        }
    }
    if after.in_maintenance() != before.in_maintenance() {
        seen.push(if after.in_maintenance() { "on" } else { "off" });
    }
    match (before.snapshot(noon()), after.snapshot(noon())) {
        (None, Some(snapshot)) => {
            assert_eq!(
                (snapshot.number(), snapshot.expires_at()),
                (1, noon() + TimeDelta::days(1))
            );
            seen.push("snapshot");
        }
        (Some(_), None) => seen.push("bare"),
        (before, after) => assert_eq!(before, after),
    }
    if after.size() != before.size() && after.status() == before.status() {
        assert_eq!((after.size().cpu, after.size().memory_mb), (4, 8 * 1_024));
        seen.push("changed");
    }
    seen
}

#[test]
fn every_cell_is_answered_and_carried_out_as_the_sources_say() {
    let mut n_cells = 0;
    for (operation, cells) in sources() {
        if matches!(operation, Operation::Create | Operation::Clone) {
            continue;
        }
        for (stand, cell) in Stand::ALL.into_iter().zip(&cells) {
            for traits in all_traits() {
                let expected = match *cell {
                    "N" | "X" => cell,
                    queued => crossed(operation, traits).unwrap_or(queued),
                };
                let before = fixture(stand, traits);
                let mut queue = Queue::new(Settings::default());
                queue.open_account(before.account());
                queue.put_server(before.clone()).unwrap();
                let at = format!("{operation} of {stand:?} with {traits:?}");

                let answer = queue.ask("demo", action(operation), &[ID]);
                let verdict = answer.entries()[0].verdict;
                match expected {
                    "N" => assert_eq!(verdict, Verdict::NoOp, "{at}"),
                    "X" => assert_eq!(verdict, Verdict::Refused, "{at}"),
                    _ => assert!(verdict.is_queued(), "{at}"),
                }
                assert_eq!(
                    answer.jobs().len(),
                    usize::from(verdict.is_queued()),
                    "{at}"
                );
                queue.work_off(noon());
                if verdict.is_queued() {
                    // Where the state is what it was, nothing but the stamp is seen to change.
                    let same = before.power().map(PowerState::word) == Some(expected)
                        && stand != Stand::Archived;
                    let expected = if expected == "=" || same {
                        vec![]
                    } else {
                        vec![expected]
                    };
                    assert_eq!(seen(&before, &queue), expected, "{at}");
                } else {
                    assert_eq!(queue.server(before.id()), Some(&before), "{at}");
                }
                n_cells += 1;
            }
        }
    }
    assert_eq!(n_cells, 16 * 7 * 16);
}

#[test]
fn building_and_copying_follow_the_sources_too() {
    let cells: std::collections::HashMap<_, _> = sources().collect();
    let new = tagout_batch::NewServer {
        name: "web".into(),
        data_center: "ny1".parse().unwrap(),
        uuid: tagout_batch::ServerUuid::from_bytes([1; 16]),
        source: None,
        size: tagout_batch::Size {
            cpu: 1,
            memory_mb: 1_024,
        },
        disks: Vec::new(),
        profile: Profile::default(),
    };
    let create = Action::Create { new: Arc::new(new) };
    for (at, stand) in Stand::ALL.into_iter().enumerate() {
        for traits in all_traits() {
            let server = fixture(stand, traits);
            let queued = legality(&create, &server, noon()).effect().is_some();
            assert_eq!(
                queued,
                cells[&Operation::Create][at] == "started",
                "{stand:?}"
            );
            assert_eq!(
                may_be_cloned(&server),
                cells[&Operation::Clone][at] == "=",
                "{stand:?} {traits:?}"
            );
        }
    }
}

#[test]
fn setting_maintenance_is_starting_or_stopping_it() {
    for stand in Stand::ALL {
        for traits in all_traits() {
            let server = fixture(stand, traits);
            for (flag, as_if) in [
                (true, Action::StartMaintenance),
                (false, Action::StopMaintenance),
            ] {
                let action = Action::SetMaintenance.for_server(Some(flag));
                assert_eq!(
                    legality(&action, &server, noon()),
                    legality(&as_if, &server, noon())
                );
            }
            assert_eq!(
                legality(&Action::SetMaintenance, &server, noon()),
                Cell::Refuse
            );
        }
    }
}

#[test]
fn a_held_server_takes_nothing_else_whatever_it_is() {
    for (operation, _) in sources()
        .filter(|(operation, _)| !matches!(operation, Operation::Create | Operation::Clone))
    {
        for traits in all_traits() {
            let mut queue = Queue::new(Settings::default());
            let held = fixture(Stand::Stopped, traits);
            queue.open_account(held.account());
            queue.put_server(held).unwrap();
            assert_eq!(queue.ask("demo", Action::PowerOn, &[ID]).jobs().len(), 1);
            let waiting = queue.ask("demo", action(operation), &[ID]);
            assert_eq!(
                waiting.entries()[0].verdict,
                Verdict::Refused,
                "{operation} while it waits"
            );
            let work = queue.claim(ME, lease(), noon()).unwrap();
            let running = queue.ask("demo", action(operation), &[ID]);
            assert_eq!(
                running.entries()[0].verdict,
                Verdict::Refused,
                "{operation} while it runs"
            );
            queue
                .finish(work.ticket, Report::Failed("no".into()), noon())
                .unwrap();
            let dry = queue
                .dry_run(&submission("demo", Action::PowerOn, &[ID]), noon())
                .unwrap();
            assert!(dry[0].1.effect().is_some(), "it is free again");
        }
    }
}

#[test]
fn servers_show_what_they_wait_for_and_fall_back_when_it_fails() {
    for (stand, operation, shown) in [
        (
            Stand::Paused,
            Operation::Delete,
            ServerStatus::QueuedForDelete,
        ),
        (
            Stand::Archived,
            Operation::Delete,
            ServerStatus::QueuedForDelete,
        ),
        (
            Stand::Archived,
            Operation::Restore,
            ServerStatus::QueuedForRestore,
        ),
        (Stand::Started, Operation::Archive, ServerStatus::Active),
        (Stand::Started, Operation::PowerOff, ServerStatus::Active),
    ] {
        let before = fixture(stand, all_traits().next().unwrap());
        let mut queue = Queue::new(Settings::default());
        queue.open_account(before.account());
        queue.put_server(before.clone()).unwrap();
        queue.ask("demo", action(operation), &[ID]);
        assert_eq!(
            queue.server(before.id()).unwrap().status(),
            shown,
            "{operation}"
        );
        assert_eq!(
            queue.server(before.id()).unwrap().power(),
            before.power(),
            "the old state until its turn"
        );
        let work = queue.claim(ME, lease(), noon()).unwrap();
        queue
            .finish(work.ticket, Report::Failed("no".into()), noon())
            .unwrap();
        assert_eq!(queue.server(before.id()), Some(&before), "{operation}");
    }
}

#[test]
fn all_but_archive_and_restore_stamp_the_server_when_its_turn_is_over() {
    let later = noon() + TimeDelta::seconds(90);
    for (operation, cells) in sources() {
        let Some(at) = cells
            .iter()
            .position(|cell| !matches!(*cell, "X" | "N" | "gone"))
        else {
            continue;
        };
        if matches!(operation, Operation::Create | Operation::Clone) {
            continue;
        }
        let traits = all_traits()
            .find(|traits| crossed(operation, *traits).is_none())
            .unwrap();
        let before = fixture(Stand::ALL[at], traits);
        let mut queue = Queue::new(Settings::default());
        queue.open_account(before.account());
        queue.put_server(before.clone()).unwrap();
        queue.ask("demo", action(operation), &[ID]);
        assert_eq!(
            queue.server(before.id()).unwrap().change(),
            before.change(),
            "{operation}: not before its turn"
        );
        queue.work_off(later);
        let change = queue.server(before.id()).unwrap().change();
        if matches!(operation, Operation::Archive | Operation::Restore) {
            assert_eq!(change, before.change(), "{operation}");
        } else {
            assert_eq!(
                (change.modified_by().as_str(), change.modified_at()),
                ("user.one", later),
                "{operation}"
            );
            assert_eq!(change.created_by().as_str(), "maker");
        }
    }
}
