//! A small twin of the public form: bytes to a request, an answer to bytes.
//!
//! The crate itself knows no JSON; this shows that its values carry all that the public form needs, down to the
//! order of keys and the case of letters.

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;
use tagout_batch::{
    Alias, Answer, Draft, DraftTarget, Entry, JobId, JobStatus, Loose, NewServer, Operation,
    Server, Verdict,
};

/// The text of a refused whole request, from the faults.
pub(crate) type BadRequest = String;

fn loose(value: Option<&Value>) -> Loose {
    match value {
        None => Loose::Missing,
        Some(Value::String(text)) => Loose::Text(text.as_str().into()),
        Some(Value::Bool(flag)) => Loose::Flag(*flag),
        Some(Value::Number(number)) => number
            .as_i64()
            .map_or(Loose::Other("a fraction"), Loose::Whole),
        Some(Value::Null) => Loose::Other("null"),
        Some(Value::Array(_)) => Loose::Other("a list"),
        Some(Value::Object(_)) => Loose::Other("an object"),
    }
}

fn list<'a>(body: &'a Value, key: Option<&str>) -> Result<&'a Vec<Value>, BadRequest> {
    let list = key
        .map_or(Some(body), |key| body.get(key))
        .and_then(Value::as_array);
    list.ok_or_else(|| {
        format!(
            "expected a list{}",
            key.map(|key| format!(" `{key}`")).unwrap_or_default()
        )
    })
}

/// Reads the body of a batch operation.
pub(crate) fn read(operation: Operation, body: &str) -> Result<Draft, BadRequest> {
    let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let ids = |list: &Vec<Value>| list.iter().map(|id| loose(Some(id))).collect::<Vec<_>>();
    let mut draft = match operation {
        Operation::CreateSnapshot => Draft::new(operation, ids(list(&body, Some("serverIds"))?)),
        Operation::ExecutePackage => Draft::new(operation, ids(list(&body, Some("servers"))?)),
        Operation::SetMaintenance => {
            let servers = list(&body, Some("servers"))?
                .iter()
                .map(|target| DraftTarget {
                    id: loose(target.get("id")),
                    maintenance: loose(target.get("inMaintenanceMode")),
                });
            Draft {
                servers: servers.collect(),
                ..Draft::new(operation, [])
            }
        }
        _ => Draft::new(operation, ids(list(&body, None)?)),
    };
    draft.days = loose(body.get("snapshotExpirationDays"));
    if let Some(package) = body.get("package") {
        draft.package = loose(package.get("packageId"));
        let parameters = package
            .get("parameters")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        draft.parameters = parameters
            .map(|(name, value)| (name.as_str().into(), loose(Some(value))))
            .collect();
    }
    Ok(draft)
}

/// Reads the form in which one client sends a request for snapshots.
pub(crate) fn read_form(body: &str) -> Draft {
    let pairs = || body.split('&').filter_map(|pair| pair.split_once('='));
    let values = |name: &'static str| {
        pairs()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value.into())
    };
    let days = values("snapshotExpirationDays").next().unwrap_or_default();
    Draft {
        days,
        ..Draft::new(Operation::CreateSnapshot, values("serverIds"))
    }
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verbs: Vec<&'static str>,
}

fn status_link(account: Alias, job: JobId) -> Link {
    let href = format!("/v2/operations/{account}/status/{job}");
    Link {
        rel: "status",
        href,
        id: Some(job.to_string()),
        verbs: Vec::new(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a str>,
    is_queued: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'static str>,
}

fn entity(account: Alias, entry: &Entry) -> Entity<'_> {
    Entity {
        server: Some(entry.server.as_str()),
        is_queued: entry.verdict.is_queued(),
        links: entry
            .verdict
            .job()
            .map(|job| status_link(account, job))
            .into_iter()
            .collect(),
        error_message: entry.verdict.message(),
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// The answer to a batch operation.
pub(crate) fn batch(account: Alias, answer: &Answer) -> String {
    text(
        &answer
            .entries()
            .iter()
            .map(|entry| entity(account, entry))
            .collect::<Vec<_>>(),
    )
}

/// The answer to a batch operation as it was sent years before.
pub(crate) fn old_batch(account: Alias, answer: &Answer) -> String {
    let old = |entry| {
        let entity = entity(account, entry);
        let no_op = (entry.verdict == Verdict::NoOp).then_some(Verdict::OLD_NO_OP_TEXT);
        Entity {
            error_message: entity.error_message.or(no_op),
            ..entity
        }
    };
    text(&answer.entries().iter().map(old).collect::<Vec<_>>())
}

/// The answer to the deletion of a server.
pub(crate) fn single(account: Alias, answer: &Answer) -> String {
    text(&entity(account, &answer.entries()[0]))
}

/// The answer to the calls that give a bare link.
pub(crate) fn link(account: Alias, job: JobId) -> String {
    text(&status_link(account, job))
}

/// The answer to building a server: the name as asked for, and a link to it in the caller's letter case.
pub(crate) fn created(path_alias: &str, new: &NewServer, entry: &Entry) -> String {
    let account: Alias = path_alias.parse().unwrap();
    let href = format!("/v2/servers/{path_alias}/{}?uuid=True", new.uuid);
    let own = Link {
        rel: "self",
        href,
        id: Some(new.uuid.to_string()),
        verbs: vec!["GET"],
    };
    let mut entity = entity(account, entry);
    entity.server = Some(&new.name);
    entity.links.push(own);
    text(&entity)
}

/// The answer to a group's restore.
pub(crate) fn group_restored(path_alias: &str, group: &str, answer: &Answer) -> String {
    let account: Alias = path_alias.parse().unwrap();
    let href = format!("/v2/groups/{account}/{group}?AccountAlias={path_alias}&identifier={group}");
    let own = Link {
        rel: "self",
        href,
        id: None,
        verbs: Vec::new(),
    };
    let links =
        std::iter::once(own).chain(answer.jobs().iter().map(|job| status_link(account, *job)));
    text(&Entity {
        server: None,
        is_queued: true,
        links: links.collect(),
        error_message: None,
    })
}

/// The answer to a poll.
pub(crate) fn status(status: JobStatus) -> String {
    #[derive(Serialize)]
    struct Body {
        status: &'static str,
    }
    text(&Body {
        status: status.word(),
    })
}

/// The server as it is shown, as far as this crate knows it.
pub(crate) fn server(server: &Server) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        id: &'a str,
        name: String,
        description: &'a str,
        group_id: Option<String>,
        is_template: bool,
        location_id: String,
        os_type: &'a str,
        os: &'a str,
        #[serde(rename = "isManagedOS", skip_serializing_if = "std::ops::Not::not")]
        is_managed_os: bool,
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<Details<'a>>,
        #[serde(rename = "type")]
        kind: &'a tagout_batch::ServerKind,
        storage_type: &'a tagout_batch::StorageKind,
        change_info: ChangeInfo<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Details<'a> {
        ip_addresses: &'a [tagout_batch::IpAddress],
        cpu: u16,
        disk_count: usize,
        host_name: &'a str,
        in_maintenance_mode: bool,
        #[serde(rename = "memoryMB")]
        memory_mb: u32,
        power_state: &'static str,
        #[serde(rename = "storageGB")]
        storage_gb: u64,
        disks: Vec<Disk<'a>>,
        snapshots: Vec<Snapshot>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Disk<'a> {
        id: String,
        #[serde(rename = "sizeGB")]
        size_gb: u32,
        partition_paths: &'a [Box<str>],
    }
    #[derive(Serialize)]
    struct Snapshot {
        name: String,
        links: Vec<Link>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct ChangeInfo<'a> {
        created_by: &'a str,
        created_date: String,
        modified_by: &'a str,
        modified_date: String,
    }
    let (id, account, profile) = (server.id(), server.account(), server.profile());
    let date = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let snapshot = |snapshot: &tagout_batch::Snapshot| {
        let own = format!("/v2/servers/{account}/{id}/snapshots/{}", snapshot.number());
        let link = |rel, href| Link {
            rel,
            href,
            id: None,
            verbs: Vec::new(),
        };
        let links = vec![
            link("self", own.clone()),
            link("delete", own.clone()),
            link("restore", format!("{own}/restore")),
        ];
        Snapshot {
            name: snapshot.name(),
            links,
        }
    };
    text(&Body {
        id: id.as_str(),
        name: server.name(),
        description: &profile.description,
        group_id: profile.group.map(|group| group.to_string()),
        is_template: profile.is_template,
        location_id: id.data_center().to_string().to_uppercase(),
        os_type: &profile.os_type,
        os: &profile.os,
        is_managed_os: profile.managed_os,
        status: server.status().word(),
        details: server.power().map(|power| Details {
            ip_addresses: &profile.ip_addresses,
            cpu: server.size().cpu,
            disk_count: server.disks().len(),
            host_name: &profile.host_name,
            in_maintenance_mode: server.in_maintenance(),
            memory_mb: server.size().memory_mb,
            power_state: power.word(),
            storage_gb: server.storage_gb(),
            disks: server
                .disks()
                .iter()
                .map(|disk| Disk {
                    id: disk.id.to_string(),
                    size_gb: disk.size_gb,
                    partition_paths: &disk.partition_paths,
                })
                .collect(),
            snapshots: server
                .snapshot(server.change().modified_at())
                .map(snapshot)
                .into_iter()
                .collect(),
        }),
        kind: &profile.kind,
        storage_type: &profile.storage,
        change_info: ChangeInfo {
            created_by: server.change().created_by().as_str(),
            created_date: date(server.change().created_at()),
            modified_by: server.change().modified_by().as_str(),
            modified_date: date(server.change().modified_at()),
        },
    })
}
