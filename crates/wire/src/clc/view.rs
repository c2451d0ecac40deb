//! A server as it is shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tagout_batch::{Alias, Server, ServerId, ServerKind, ServerStatus, StorageKind};

use super::Reply;
use super::job::date;
use super::link::Link;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: ServerId,
    name: String,
    description: &'a str,
    group_id: Option<String>,
    is_template: bool,
    location_id: String,
    os_type: &'a str,
    os: &'a str,
    /// Only where it is so, as is the next.
    #[serde(rename = "isManagedOS", skip_serializing_if = "std::ops::Not::not")]
    is_managed_os: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_managed_backup: bool,
    status: &'static str,
    /// Not while it is built.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    #[serde(rename = "type")]
    kind: &'static str,
    storage_type: &'static str,
    change_info: ChangeInfo,
    links: Vec<Link>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    ip_addresses: &'a [tagout_batch::IpAddress],
    /// There are none here.
    alert_policies: [(); 0],
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
    partitions: Vec<Partition<'a>>,
    snapshots: Vec<Snapshot>,
    custom_fields: Vec<CustomField<'a>>,
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
struct Partition<'a> {
    #[serde(rename = "sizeGB")]
    size_gb: f64,
    path: &'a str,
}

#[derive(Serialize)]
struct Snapshot {
    name: String,
    links: [Link; 3],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomField<'a> {
    id: &'a str,
    value: &'a str,
    display_value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeInfo {
    created_by: String,
    created_date: String,
    modified_by: String,
    modified_date: String,
}

/// A server, with the links of the state that it is in.
///
/// Links to what is not served here (statistics, billing, addresses, policies, credentials) are told all the same, as the
/// service told them; following one leads to a 404. `account` is that of the path, and `now` the time at which a snapshot
/// that has expired is no longer shown.
pub fn server_reply(account: Alias, server: &Server, now: DateTime<Utc>) -> Reply {
    Reply::json(200, &shown(account, server, now))
}

/// Some servers of an account, and where the list goes on.
pub fn servers_reply<'a>(
    account: Alias,
    servers: impl IntoIterator<Item = &'a Server>,
    next: Option<&str>,
    now: DateTime<Utc>,
) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        servers: Vec<Shown<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<&'a str>,
    }
    let servers = servers
        .into_iter()
        .map(|server| shown(account, server, now));
    Reply::json(
        200,
        &Body {
            servers: servers.collect(),
            next,
        },
    )
}

fn shown(account: Alias, server: &Server, now: DateTime<Utc>) -> Shown<'_> {
    let (profile, change) = (server.profile(), server.change());
    Shown {
        id: server.id(),
        name: server.name(),
        description: &profile.description,
        group_id: profile.group.map(|group| group.to_string()),
        is_template: profile.is_template,
        location_id: server.id().data_center().to_string().to_uppercase(),
        os_type: &profile.os_type,
        os: &profile.os,
        is_managed_os: profile.managed_os,
        is_managed_backup: profile.managed_backup,
        status: server.status().word(),
        details: details(account, server, now),
        kind: match profile.kind {
            ServerKind::Hyperscale => "hyperscale",
            ServerKind::BareMetal => "bareMetal",
            _ => "standard",
        },
        storage_type: match profile.storage {
            StorageKind::Premium => "premium",
            StorageKind::Hyperscale => "hyperscale",
            _ => "standard",
        },
        change_info: ChangeInfo {
            created_by: change.created_by().to_string(),
            created_date: date(change.created_at()),
            modified_by: change.modified_by().to_string(),
            modified_date: date(change.modified_at()),
        },
        links: links(account, server),
    }
}

fn details(account: Alias, server: &Server, now: DateTime<Utc>) -> Option<Details<'_>> {
    let power = server.power()?;
    let profile = server.profile();
    let disks = server.disks().iter().map(|disk| Disk {
        id: disk.id.to_string(),
        size_gb: disk.size_gb,
        partition_paths: &disk.partition_paths,
    });
    // What a disk is cut into is known by its paths alone; the size of a single one is that of the disk.
    let partitions = server
        .disks()
        .iter()
        .filter_map(|disk| match &*disk.partition_paths {
            [path] => Some(Partition {
                size_gb: disk.size_gb.into(),
                path,
            }),
            _ => None,
        });
    let own = format!("/v2/servers/{account}/{}/snapshots", server.id());
    let snapshot = server.snapshot(now).map(|snapshot| {
        let own = format!("{own}/{}", snapshot.number());
        Snapshot {
            name: snapshot.name(),
            links: [
                Link::new("self", &own),
                Link::new("delete", &own),
                Link::new("restore", format!("{own}/restore")),
            ],
        }
    });
    Some(Details {
        ip_addresses: &profile.ip_addresses,
        alert_policies: [],
        cpu: server.size().cpu,
        disk_count: server.disks().len(),
        host_name: &profile.host_name,
        in_maintenance_mode: server.in_maintenance(),
        memory_mb: server.size().memory_mb,
        power_state: power.word(),
        storage_gb: server.storage_gb(),
        disks: disks.collect(),
        partitions: partitions.collect(),
        snapshots: snapshot.into_iter().collect(),
        custom_fields: profile
            .custom_fields
            .iter()
            .map(|field| CustomField {
                id: &field.id,
                value: &field.value,
                display_value: &field.value,
            })
            .collect(),
    })
}

/// The links of a server, by the state that it is in, as they were recorded.
fn links(account: Alias, server: &Server) -> Vec<Link> {
    let (id, profile) = (server.id(), server.profile());
    let own = format!("/v2/servers/{account}/{id}");
    // The first links of every state; which verbs the server itself takes differs.
    let verbs: &[&str] = match server.status() {
        ServerStatus::Active => &["GET", "PATCH", "DELETE"],
        _ => &["GET", "PATCH"],
    };
    let mut links = vec![
        Link::new("self", &own)
            .with_id(id.as_str())
            .with_verbs(verbs),
    ];
    links.extend(profile.group.map(|group| {
        let href = format!("/v2/groups/{account}/{group}");
        Link::new("group", href).with_id(group.to_string())
    }));
    links.push(Link::new("account", format!("/v2/accounts/{account}")).with_id(account.as_str()));
    let billing = format!("/v2/billing/{account}/serverPricing/{id}");
    links.push(Link::new("billing", billing));
    match server.status() {
        ServerStatus::Active => active_links(account, server, &own, &mut links),
        ServerStatus::Archived => {
            links.push(Link::new("restore", format!("{own}/restore")));
            links.push(Link::new("delete", own));
        }
        ServerStatus::UnderConstruction
        | ServerStatus::QueuedForDelete
        | ServerStatus::QueuedForRestore => {}
    }
    links
}

fn active_links(account: Alias, server: &Server, own: &str, links: &mut Vec<Link>) {
    let under = |rel, part: &str| Link::new(rel, format!("{own}/{part}"));
    // Activities hang on the second name of a server, where it has one.
    let second = server
        .uuid()
        .map(|uuid| format!("/v2/servers/{account}/{uuid}"));
    let second = second.as_deref().unwrap_or(own);
    let activities = |rel, part: &str| Link::new(rel, format!("{second}/{part}"));
    links.extend([
        under("statistics", "statistics"),
        activities("upcomingScheduledActivities", "upcomingScheduledActivities"),
        activities("scheduledActivities", "scheduledActivities").with_verbs(&["GET", "POST"]),
        under("publicIPAddresses", "publicIPAddresses").with_verbs(&["POST"]),
        under("alertPolicyMappings", "alertPolicies").with_verbs(&["POST"]),
        under("antiAffinityPolicyMapping", "antiAffinityPolicy").with_verbs(&["PUT", "DELETE"]),
        under("cpuAutoscalePolicyMapping", "cpuAutoscalePolicy").with_verbs(&["PUT", "DELETE"]),
        under("capabilities", "capabilities"),
        under("credentials", "credentials"),
    ]);
    let addresses = server.profile().ip_addresses.iter();
    links.extend(
        addresses
            .filter_map(|address| address.public.as_deref())
            .map(|public| {
                under("publicIPAddress", &format!("publicIPAddresses/{public}"))
                    .with_id(public)
                    .with_verbs(&["GET", "PUT", "DELETE"])
            }),
    );
}
