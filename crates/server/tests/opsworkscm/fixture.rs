//! A server whose work is done when the test says so.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tagout_control::{Done, Driver, DriverError, Work};
use tagout_server::{
    AnyDriver, Parts,
    config::{Config, Layers},
};
use tokio::sync::watch;

use crate::common::{Reply, TestServer};

pub(crate) const PROFILE: &str = "arn:aws:iam::123456789012:instance-profile/p";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/r";

pub(crate) struct Fixture {
    pub(crate) server: TestServer,
    open: watch::Sender<bool>,
    fails: Arc<AtomicBool>,
    ordered: Arc<Mutex<Vec<(String, Value)>>>,
}

/// Does nothing, at once or when it is let.
struct Gate {
    open: watch::Receiver<bool>,
    fails: Arc<AtomicBool>,
    ordered: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Driver for Gate {
    async fn perform(&self, work: &Work) -> Result<Done, DriverError> {
        let order = (work.kind.clone(), work.detail.clone());
        self.ordered.lock().unwrap().push(order);
        let mut open = self.open.clone();
        let _ = open.wait_for(|open| *open).await;
        if self.fails.load(Ordering::SeqCst) {
            let reason = "no room".to_owned();
            return Err(DriverError::Permanent { reason });
        }
        let detail = match work.kind.as_str() {
            "server.associate-node" => {
                json!({"attributes": [{"name": "PUPPET_NODE_CERT", "value": "pem"}]})
            }
            _ => Value::Null,
        };
        Ok(Done { detail })
    }
}

impl Fixture {
    /// A server for up to four servers and two manual backups, whose work is done at once.
    pub(crate) async fn start() -> Self {
        Self::configured("").await
    }

    /// The same with more in its configuration, TOML.
    pub(crate) async fn configured(more: &str) -> Self {
        let mut layers = Layers::new();
        let file = format!(
            "listen = \"127.0.0.1:0\"\nstore = \"memory\"\naccount = \"123456789012\"\n{more}\n\
             [limits]\nservers = 4\nmanual_backups = 2\n"
        );
        layers.text(Path::new("test.toml"), file).unwrap();
        let config = Config::read(&layers).unwrap();
        let (open, opened) = watch::channel(true);
        let fails = Arc::new(AtomicBool::new(false));
        let ordered = Arc::default();
        let driver = Gate {
            open: opened,
            fails: Arc::clone(&fails),
            ordered: Arc::clone(&ordered),
        };
        let parts = Parts {
            driver: AnyDriver::new(driver),
            ..Parts::chosen(&config).await.unwrap()
        };
        Self {
            server: TestServer::of(&config, parts).await,
            open,
            fails,
            ordered,
        }
    }

    /// From now on work takes until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.open.send_replace(false);
    }

    /// Work that waits is done, and all that comes is done at once.
    pub(crate) fn release(&self) {
        self.open.send_replace(true);
    }

    /// Whether work fails from now on.
    pub(crate) fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    /// The details of all work of this kind that was begun.
    pub(crate) fn ordered(&self, kind: &str) -> Vec<Value> {
        let ordered = self.ordered.lock().unwrap();
        let of_kind = ordered.iter().filter(|order| order.0 == kind);
        of_kind.map(|order| order.1.clone()).collect()
    }

    pub(crate) async fn call(&self, operation: &str, body: &Value) -> Reply {
        let target = format!("OpsWorksCM_V2016_11_01.{operation}");
        self.server.aws(&target, body).await
    }

    /// What the operation answers, which goes well.
    #[track_caller]
    pub(crate) fn ok(&self, operation: &str, body: Value) -> impl Future<Output = Value> {
        let operation = operation.to_owned();
        async move {
            let reply = self.call(&operation, &body).await;
            assert_eq!(reply.status, 200, "{operation} {body}: {}", reply.text());
            reply.json()
        }
    }

    /// That the operation answers this error.
    pub(crate) async fn refused(&self, operation: &str, body: &Value, code: &str, message: &str) {
        let reply = self.call(operation, body).await;
        let expected = json!({"__type": code, "Message": message});
        assert_eq!(
            (reply.status, reply.json()),
            (400, expected),
            "{operation} {body}"
        );
    }

    /// Begins to build a server, of Puppet.
    pub(crate) async fn create(&self, name: &str) -> Value {
        self.ok("CreateServer", new_server(name)).await
    }

    /// A server that is healthy.
    pub(crate) async fn healthy(&self, name: &str) -> Value {
        self.create(name).await;
        self.until(name, "HEALTHY").await
    }

    /// The server once it is in this status.
    pub(crate) async fn until(&self, name: &str, status: &str) -> Value {
        for _ in 0..2_000 {
            let found = self
                .ok("DescribeServers", json!({"ServerName": name}))
                .await;
            if found["Servers"][0]["Status"] == status {
                return found["Servers"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{name} does not become {status}");
    }

    /// The backup once it is in this status.
    pub(crate) async fn until_backup(&self, id: &str, status: &str) -> Value {
        for _ in 0..2_000 {
            let found = self.ok("DescribeBackups", json!({"BackupId": id})).await;
            if found["Backups"][0]["Status"] == status {
                return found["Backups"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{id} does not become {status}");
    }

    /// Once the operation answers this error.
    pub(crate) async fn until_refused(&self, operation: &str, body: &Value, code: &str) {
        for _ in 0..2_000 {
            let reply = self.call(operation, body).await;
            if reply.status == 400 {
                assert_eq!(reply.json()["__type"], code);
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{operation} {body} is never answered {code}");
    }

    /// A manual backup of a server, made.
    pub(crate) async fn backup(&self, server: &str) -> String {
        let begun = self.ok("CreateBackup", json!({"ServerName": server})).await;
        let id = begun["Backup"]["BackupId"].as_str().unwrap().to_owned();
        self.until_backup(&id, "OK").await;
        id
    }
}

/// The least request for a server, of Puppet.
pub(crate) fn new_server(name: &str) -> Value {
    json!({
        "ServerName": name, "Engine": "Puppet", "InstanceType": "m5.xlarge", "InstanceProfileArn": PROFILE,
        "ServiceRoleArn": ROLE,
    })
}
