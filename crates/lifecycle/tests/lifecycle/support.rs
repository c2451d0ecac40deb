//! Servers to try things on.

use chrono::{DateTime, TimeDelta, Utc};
use tagout_lifecycle::{
    Account, BackupOccasion, Built, Cause, Engine, EngineVersion, Health, HealthCheck,
    HealthReport, NewServer, Observation, Policy, Refused, Release, ResetTo, RestoreOrder,
    RestoreSource, Server, Status, Ticket, Transition,
};

/// The ticket of whatever was begun last by [`Try`].
pub(crate) const TICKET: Ticket = Ticket::new(7);

/// The ticket of a deletion that follows a backup.
pub(crate) const DELETION: Ticket = Ticket::new(8);

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Monday, in the middle of no window.
pub(crate) fn noon() -> DateTime<Utc> {
    at("2026-03-02T12:00:00Z")
}

pub(crate) fn account() -> Account {
    Account {
        id: "123456789012".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
    }
}

/// A source of random numbers that repeats: splitmix64.
pub(crate) fn seeded(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

pub(crate) fn order(engine: Engine) -> NewServer {
    NewServer {
        maintenance_window: Some("Tue:04:00".parse().unwrap()),
        backup_window: Some("03:00".parse().unwrap()),
        ..NewServer::new(
            "alpha".parse().unwrap(),
            engine,
            "m5.large".parse().unwrap(),
            "arn:aws:iam::123456789012:instance-profile/profile"
                .parse()
                .unwrap(),
            "arn:aws:iam::123456789012:role/role".parse().unwrap(),
        )
    }
}

pub(crate) fn created(new: NewServer, now: DateTime<Utc>) -> Transition {
    Server::create(
        new,
        &account(),
        &mut seeded(1),
        TICKET,
        &Policy::default(),
        now,
    )
    .unwrap()
}

/// A healthy server, created and built at noon.
pub(crate) fn healthy() -> Server {
    created(order(Engine::ChefAutomate), noon()).server.built()
}

pub(crate) fn failed_checks() -> Observation {
    let checks = vec![
        HealthCheck::passed("disk"),
        HealthCheck::failed("api", "answers 503"),
    ];
    Observation::Checked(HealthReport::new(checks, noon()))
}

pub(crate) fn passed_checks() -> Observation {
    Observation::Checked(HealthReport::new(vec![HealthCheck::passed("disk")], noon()))
}

pub(crate) fn lost() -> Observation {
    Observation::ContactLost(Cause::new("no answer on port 443"))
}

pub(crate) fn source(server: &Server) -> RestoreSource {
    RestoreSource {
        backup: "alpha-20260301030000000".parse().unwrap(),
        release: Release {
            version: "2019-08".parse::<EngineVersion>().unwrap(),
            ..server.blueprint().release.clone()
        },
        instance_type: "r5.xlarge".parse().unwrap(),
    }
}

/// The steps by which a server is brought somewhere.
pub(crate) trait Try {
    fn built(self) -> Server;
    fn seen(self, observation: &Observation) -> Server;
    fn maintaining(self) -> Result<Transition, Refused>;
    fn backing_up(self, occasion: BackupOccasion) -> Result<Transition, Refused>;
    fn modifying(self) -> Result<Transition, Refused>;
    fn restoring(self) -> Result<Transition, Refused>;
    fn deleting(self) -> Result<Transition, Refused>;
}

impl Try for Server {
    fn built(self) -> Server {
        self.handle_built(TICKET, Ok(Built::default()), noon())
            .unwrap()
            .server
    }

    fn seen(self, observation: &Observation) -> Server {
        self.handle_observation(observation, noon()).server
    }

    fn maintaining(self) -> Result<Transition, Refused> {
        self.start_maintenance(&[], TICKET, &Policy::default(), noon())
    }

    fn backing_up(self, occasion: BackupOccasion) -> Result<Transition, Refused> {
        let backup = "alpha-20260302120000000".parse().unwrap();
        self.start_backup(backup, occasion, TICKET, &Policy::default(), noon())
    }

    fn modifying(self) -> Result<Transition, Refused> {
        let name = "CHEF_STARTER_KIT".parse().unwrap();
        self.update_engine_attribute(name, None, TICKET, &Policy::default(), noon())
    }

    fn restoring(self) -> Result<Transition, Refused> {
        let source = source(&self);
        self.start_restore(
            source,
            RestoreOrder::default(),
            TICKET,
            &Policy::default(),
            noon(),
        )
    }

    fn deleting(self) -> Result<Transition, Refused> {
        self.delete(TICKET, &Policy::default(), noon())
    }
}

/// A server to which nothing is being done, in this health, brought there as it would be in life.
pub(crate) fn resting(health: Health) -> Server {
    let server = match health {
        Health::Setup => {
            // Nothing leads here: it can only have been read from elsewhere.
            let mut stored = serde_json::to_value(healthy()).unwrap();
            stored["health"] = "setup".into();
            serde_json::from_value(stored).unwrap()
        }
        Health::Unjudged => {
            let busy = healthy().maintaining().unwrap().server;
            reset(busy, ResetTo::Running)
        }
        Health::Healthy => healthy(),
        Health::Unhealthy => healthy().seen(&failed_checks()),
        Health::Unreachable => healthy().seen(&lost()),
        Health::Gone => healthy().seen(&Observation::InstanceGone),
        Health::Broken => {
            let new = created(order(Engine::ChefAutomate), noon()).server;
            new.handle_built(TICKET, Err(Cause::new("no capacity")), noon())
                .unwrap()
                .server
        }
    };
    assert_eq!(server.status(), health.status());
    server
}

pub(crate) fn reset(server: Server, to: ResetTo) -> Server {
    server
        .reset(
            to,
            &"arn:aws:iam::123456789012:user/op".parse().unwrap(),
            &"stuck".parse().unwrap(),
            noon(),
        )
        .unwrap()
        .server
}

/// A server in this status, having set out from `before` if it is a status in which something is being done.
pub(crate) fn standing(status: Status, before: Health) -> Server {
    let server = match status {
        Status::Creating => created(order(Engine::ChefAutomate), noon()).server,
        Status::BackingUp => {
            resting(before)
                .backing_up(BackupOccasion::Requested)
                .unwrap()
                .server
        }
        Status::UnderMaintenance => resting(before).maintaining().unwrap().server,
        Status::Modifying => resting(before).modifying().unwrap().server,
        Status::Restoring => resting(before).restoring().unwrap().server,
        Status::Deleting => resting(before).deleting().unwrap().server,
        at_rest => resting(Health::seen_in(at_rest).unwrap()),
    };
    assert_eq!(server.status(), status);
    server
}

/// A server in this status, the simplest way.
pub(crate) fn any_in(status: Status) -> Server {
    standing(status, Health::Healthy)
}

pub(crate) fn after(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}
