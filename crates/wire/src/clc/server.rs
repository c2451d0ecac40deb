//! Requests that build or change one server.

use tagout_batch::{
    Change, CustomField, Description, Disk, DiskId, GroupId, ServerId, ServerKind, Size,
    StorageKind, WantedDisk,
};

use super::body::{Faults, Reader, loose, object, tree, wrong};
use super::{Fault, Input};
use crate::aws::Tree;

/// The most processors of a server. (CenturyLink Cloud API v2 reference, "Create Server".)
const CPU_MAX: i64 = 16;
/// The most memory of a server, in gigabytes. (The same.)
const MEMORY_GB_MAX: i64 = 128;
/// The largest disk, in gigabytes, as the service's clients have it.
const DISK_GB_MAX: i64 = 1_024;
/// The most disks of a server; a bound of ours.
const DISKS_MAX: usize = 64;
/// The most custom fields of a server; a bound of ours.
const FIELDS_MAX: usize = 100;
/// The longest description and the longest value of a custom field, in bytes; a bound of ours.
const TEXT_MAX: usize = 4_096;

/// What a server is made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// Another server.
    Server(ServerId),
    /// A template or an image, by its name.
    Template(Box<str>),
}

/// A server that is to be built, as it was asked for.
///
/// Addresses of name servers, networks, policies, packages, passwords and the time to live are not kept: nothing here
/// would act on them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewServerRequest {
    /// The name in the middle of the id.
    pub name: Box<str>,
    /// What it is made from.
    pub source: Source,
    /// The group that it belongs to.
    pub group: GroupId,
    /// What its owner says about it.
    pub description: Box<str>,
    /// Its processors and memory.
    pub size: Size,
    /// Its class.
    pub kind: ServerKind,
    /// The class of its storage.
    pub storage: StorageKind,
    /// Whether the provider looks after the operating system.
    pub managed_os: bool,
    /// Whether the provider looks after backups.
    pub managed_backup: bool,
    /// The address inside the data centre that it shall have.
    pub ip_address: Option<Box<str>>,
    /// Disks beside those of the source; their places are given later.
    pub disks: Vec<Disk>,
    /// Values of the account's own.
    pub custom_fields: Vec<CustomField>,
}

impl NewServerRequest {
    /// Reads a body in which the source is named by the member `source_name`.
    pub(super) fn parse(input: &Input<'_>, source_name: &str) -> Result<Self, Fault> {
        let tree = tree(input.body)?;
        let mut faults = Faults::default();
        let mut reader = Reader {
            members: object(&tree)?,
            place: "body",
            faults: &mut faults,
        };
        let name = reader.required("name");
        if name.is_some_and(|name| !is_name(name)) {
            let expected = "expected 1 to 8 letters, digits and hyphens";
            reader.fault("name", format_args!("it is {}, {expected}", shown(name)));
        }
        let source = reader.required(source_name).map(|text| {
            text.parse()
                .map_or_else(|_| Source::Template(text.into()), Source::Server)
        });
        let group = reader
            .required("groupId")
            .and_then(|_| reader.parsed("groupId"));
        let size = Size {
            cpu: required_whole(&mut reader, "cpu", CPU_MAX) as u16,
            memory_mb: required_whole(&mut reader, "memoryGB", MEMORY_GB_MAX) as u32 * 1_024,
        };
        let kind = word(&mut reader, "type", &KINDS);
        let storage = word(&mut reader, "storageType", &STORAGES);
        let request = Self {
            name: name.unwrap_or_default().into(),
            source: source.unwrap_or(Source::Template("".into())),
            group: group.unwrap_or(GroupId::from_bytes([0; 16])),
            description: bounded(&mut reader, "description").unwrap_or_default(),
            size,
            kind,
            storage,
            managed_os: reader.flag("isManagedOS").unwrap_or_default(),
            managed_backup: reader.flag("isManagedBackup").unwrap_or_default(),
            ip_address: bounded(&mut reader, "ipAddress").filter(|text| !text.is_empty()),
            disks: additional_disks(&mut reader),
            custom_fields: reader
                .list("customFields")
                .map(|list| custom_fields(list, "body.customFields", &mut faults))
                .unwrap_or_default(),
        };
        faults.or(Some(request))
    }
}

#[rustfmt::skip] // columns
const KINDS: [(&str, ServerKind); 3] = [
    ("standard",   ServerKind::Standard),
    ("hyperscale", ServerKind::Hyperscale),
    ("bareMetal",  ServerKind::BareMetal),
];

#[rustfmt::skip] // columns
const STORAGES: [(&str, StorageKind); 3] = [
    ("standard",   StorageKind::Standard),
    ("premium",    StorageKind::Premium),
    ("hyperscale", StorageKind::Hyperscale),
];

/// What one of a few words means; the first of them if it is left out.
fn word<T: Copy + Default>(
    reader: &mut Reader<'_, '_, '_>,
    name: &str,
    words: &[(&str, T); 3],
) -> T {
    let Some(text) = reader.text(name) else {
        return T::default();
    };
    let known = words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text));
    if known.is_none() {
        let [a, b, c] = [0, 1, 2].map(|index| words[index].0);
        let expected = format!("expected {a}, {b} or {c}");
        reader.fault(
            name,
            format_args!("it is {}, {expected}", shown(Some(text))),
        );
    }
    known.map(|(_, value)| *value).unwrap_or_default()
}

fn shown(text: Option<&str>) -> tagout_batch::Loose {
    text.map_or(tagout_batch::Loose::Missing, Into::into)
}

fn is_name(name: &str) -> bool {
    (1..=8).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A number from 1 that has to be there; 1 if it is not as it has to be.
fn required_whole(reader: &mut Reader<'_, '_, '_>, name: &str, max: i64) -> i64 {
    if reader.value(name).is_none() {
        reader.fault(
            name,
            format_args!("it is missing, expected a whole number from 1 to {max}"),
        );
    }
    reader.whole(name, 1, max).unwrap_or(1)
}

/// A text of [`TEXT_MAX`] bytes at most.
fn bounded(reader: &mut Reader<'_, '_, '_>, name: &str) -> Option<Box<str>> {
    let text = reader.text(name)?;
    if text.len() > TEXT_MAX {
        let bytes = text.len();
        reader.fault(
            name,
            format_args!("it has {bytes} bytes, expected at most {TEXT_MAX}"),
        );
    }
    Some(text.into())
}

fn additional_disks(reader: &mut Reader<'_, '_, '_>) -> Vec<Disk> {
    let Some(list) = reader.list("additionalDisks") else {
        return Vec::new();
    };
    let wanted = disks(list, "body.additionalDisks", reader.faults);
    let disk = |(unit, wanted): (u16, WantedDisk)| Disk {
        id: DiskId {
            controller: 0,
            unit,
        },
        size_gb: wanted.size_gb,
        partition_paths: wanted.path.into_iter().collect(),
    };
    (0..).zip(wanted).map(disk).collect()
}

/// A list of disks: a known one has its place, a new one may have a path.
fn disks(list: &[Tree<'_>], place: &str, faults: &mut Faults) -> Vec<WantedDisk> {
    if list.len() > DISKS_MAX {
        let n = list.len();
        faults.add(
            place,
            format_args!("it has {n} disks, expected at most {DISKS_MAX}"),
        );
        return Vec::new();
    }
    let mut disks = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let place = format!("{place}[{index}]");
        let Tree::Object(members) = value else {
            let found = loose(Some(value));
            faults.add(&place, format_args!("it is {found}, expected an object"));
            continue;
        };
        let mut reader = Reader {
            members,
            place: &place,
            faults,
        };
        let id = reader.parsed("diskId");
        let size_gb = required_whole(&mut reader, "sizeGB", DISK_GB_MAX) as u32;
        let path = bounded(&mut reader, "path").filter(|path| !path.is_empty());
        disks.push(WantedDisk { id, size_gb, path });
    }
    disks
}

/// The full set of the account's own values. A number counts as the text of its digits, as one recorded client sends it.
fn custom_fields(list: &[Tree<'_>], place: &str, faults: &mut Faults) -> Vec<CustomField> {
    if list.len() > FIELDS_MAX {
        let n = list.len();
        faults.add(
            place,
            format_args!("it has {n} values, expected at most {FIELDS_MAX}"),
        );
        return Vec::new();
    }
    let mut fields = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let place = format!("{place}[{index}]");
        let Tree::Object(members) = value else {
            let found = loose(Some(value));
            faults.add(&place, format_args!("it is {found}, expected an object"));
            continue;
        };
        let mut reader = Reader {
            members,
            place: &place,
            faults,
        };
        let id = reader.required("id").unwrap_or_default();
        let value = match reader.value("value") {
            Some(Tree::Number(number)) => number.to_string().into(),
            _ => bounded(&mut reader, "value").unwrap_or_default(),
        };
        fields.push(CustomField {
            id: id.into(),
            value,
        });
    }
    fields
}

/// What is to be different about a server: the description at once, all else by a job.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PatchRequest {
    /// What describes it.
    pub description: Description,
    /// What it is made of.
    pub change: Change,
}

/// The members that can be set.
const MEMBERS: [&str; 6] = [
    "cpu",
    "memory",
    "disks",
    "description",
    "groupId",
    "customFields",
];

impl PatchRequest {
    /// Reads a list of `{"op":"set","member":name,"value":value}`.
    pub(super) fn parse(input: &Input<'_>) -> Result<Self, Fault> {
        let tree = tree(input.body)?;
        let Tree::List(list) = &tree else {
            return Err(wrong("body", &tree, "a list"));
        };
        let mut faults = Faults::default();
        if list.is_empty() {
            faults.add("body", "it is empty, expected at least one change");
        }
        if list.len() > MEMBERS.len() * 2 {
            let n = list.len();
            faults.add(
                "body",
                format_args!("it has {n} changes, expected one for each member"),
            );
            return faults.or(None);
        }
        let mut patch = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let place = format!("body[{index}]");
            let Tree::Object(members) = value else {
                let found = loose(Some(value));
                faults.add(&place, format_args!("it is {found}, expected an object"));
                continue;
            };
            let mut reader = Reader {
                members,
                place: &place,
                faults: &mut faults,
            };
            let op = reader.required("op");
            if op.is_some_and(|op| !op.eq_ignore_ascii_case("set")) {
                reader.fault("op", format_args!("it is {}, expected `set`", shown(op)));
            }
            let Some(name) = reader.required("member") else {
                continue;
            };
            let known = MEMBERS
                .iter()
                .find(|member| member.eq_ignore_ascii_case(name));
            match known {
                Some(member) if seen.contains(member) => {
                    reader.fault("member", format_args!("`{member}` is set twice"));
                }
                Some(member) => {
                    seen.push(member);
                    patch.set(member, &mut reader);
                }
                None if name.eq_ignore_ascii_case("password") => {
                    reader.fault(
                        "member",
                        "passwords are not kept here, expected another member",
                    );
                }
                None => {
                    let expected = MEMBERS.join(", ");
                    let found = shown(Some(name));
                    reader.fault(
                        "member",
                        format_args!("it is {found}, expected one of {expected}"),
                    );
                }
            }
        }
        faults.or(Some(patch))
    }

    fn set(&mut self, member: &str, reader: &mut Reader<'_, '_, '_>) {
        let place = format!("{}.value", reader.place);
        match member {
            "cpu" => self.change.cpu = Some(required_whole(reader, "value", CPU_MAX) as u16),
            "memory" => {
                self.change.memory_gb = Some(required_whole(reader, "value", MEMORY_GB_MAX) as u32);
            }
            "disks" => {
                let list = required_list(reader);
                self.change.disks = Some(disks(list, &place, reader.faults));
            }
            "description" => {
                // Nothing is a description too.
                self.description.text = Some(bounded(reader, "value").unwrap_or_default());
            }
            "groupId" => {
                if reader.required("value").is_some() {
                    self.description.group = reader.parsed("value");
                }
            }
            _ => {
                let list = required_list(reader);
                let fields = custom_fields(list, &place, reader.faults);
                self.description.custom_fields = Some(fields);
            }
        }
    }
}

fn required_list<'t, 'a>(reader: &mut Reader<'_, 't, 'a>) -> &'t [Tree<'a>] {
    if reader.value("value").is_none() {
        reader.fault("value", "it is missing, expected a list");
    }
    reader.list("value").unwrap_or_default()
}
