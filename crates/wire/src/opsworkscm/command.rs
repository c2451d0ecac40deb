//! From requests to commands: each value in the type that it is trusted in.

use std::fmt::Display;

use tagout_backup::ManualOrder;
use tagout_lifecycle::{
    CustomEndpoint, EngineAttribute, MaxResults, NewServer, PreferredWindow, RestoreOrder,
    RetentionCount, ServerUpdate, TagChange, TagKey, TagValue, Tags,
};
use tagout_window::constraint::{Shape, Value, check};

use super::{Request, fault, request as raw};
use crate::aws::Fault;

/// A request that can become a command.
pub(super) trait Parse: Value + Sized {
    /// What it must be.
    const SHAPE: &'static Shape;

    /// The command, if nothing but the constraints is left to be checked; all other faults go to `faults`.
    fn convert(self, faults: &mut Faults) -> Option<Request>;

    /// The command that this request stands for.
    ///
    /// # Errors
    ///
    /// `ValidationException` with every constraint that it breaks; if it breaks none, with all else that is wrong with
    /// its values by themselves.
    fn parse(self) -> Result<Request, Fault> {
        check(Self::SHAPE, "", self.node()).map_err(fault::validation)?;
        let mut faults = Faults::default();
        match self.convert(&mut faults) {
            Some(command) if faults.0.is_empty() => Ok(command),
            _ => Err(fault::validation(faults.0.join("; "))),
        }
    }
}

/// What is wrong with the values of a request, beyond the constraints.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<String>);

impl Faults {
    /// The value, or a fault more.
    fn keep<T, E: Display>(&mut self, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.0.push(error.to_string())).ok()
    }

    /// A value that must be there.
    fn need<T: TryFrom<String, Error: Display>>(&mut self, text: Option<String>) -> Option<T> {
        self.keep(T::try_from(text?)) // the constraints ask for it
    }

    /// A value that may be there.
    fn read<T: TryFrom<String, Error: Display>>(&mut self, text: Option<String>) -> Option<T> {
        text.and_then(|text| self.keep(T::try_from(text)))
    }

    /// All values of a list that are in order.
    fn list<T: TryFrom<String, Error: Display>>(&mut self, texts: Vec<String>) -> Vec<T> {
        texts
            .into_iter()
            .filter_map(|text| self.keep(T::try_from(text)))
            .collect()
    }

    /// A window, by the pattern; whether it may begin at any minute is for the control plane's policy to say.
    fn window(&mut self, text: Option<String>) -> Option<PreferredWindow> {
        text.and_then(|text| self.keep(PreferredWindow::parse_lenient(&text)))
    }

    /// A count of 1 or more; how many there may be is for the control plane's policy to say.
    fn retention(&mut self, count: Option<i32>) -> Option<RetentionCount> {
        count.and_then(|count| self.keep(RetentionCount::within(count.into(), u32::MAX)))
    }

    fn page(&mut self, max_results: Option<i32>) -> MaxResults {
        max_results
            .and_then(|max| self.keep(MaxResults::new(max.into())))
            .unwrap_or(MaxResults::DEFAULT)
    }

    /// Attributes, each of which needs a name, and a value unless `may_be_empty`.
    fn attributes(
        &mut self,
        given: Option<Vec<raw::EngineAttribute>>,
        may_be_empty: bool,
    ) -> Vec<EngineAttribute> {
        let mut attributes = Vec::new();
        for (index, one) in given.unwrap_or_default().into_iter().enumerate() {
            let missing = match (&one.name, &one.value) {
                (None, _) => Some("name"),
                (_, None) if !may_be_empty => Some("value"),
                _ => None,
            };
            if let Some(missing) = missing {
                self.0
                    .push(format!("engine attribute {} has no {missing}", index + 1));
                continue;
            }
            let name = self.need(one.name);
            let value = self.need(Some(one.value.unwrap_or_default()));
            if let (Some(name), Some(value)) = (name, value) {
                attributes.push(EngineAttribute { name, value });
            }
        }
        attributes
    }

    fn tags(&mut self, given: Option<Vec<raw::Tag>>) -> Vec<(TagKey, TagValue)> {
        let mut tags = Vec::new();
        for tag in given.unwrap_or_default() {
            if let (Some(key), Some(value)) = (self.need(tag.key), self.need(tag.value)) {
                tags.push((key, value));
            }
        }
        tags
    }
}

/// Ties a request to its shape and its command; the expression may end early with `?` once a fault is kept.
macro_rules! command {
    ($request:ident, |$given:ident, $faults:ident| $command:expr) => {
        impl Parse for raw::$request {
            const SHAPE: &'static Shape = Self::SHAPE;

            fn convert(self, $faults: &mut Faults) -> Option<Request> {
                let $given = self;
                Some($command)
            }
        }
    };
}

command!(AssociateNode, |given, faults| {
    let (server, node) = (faults.need(given.server_name), faults.need(given.node_name));
    let attributes = faults.attributes(given.engine_attributes, false);
    Request::AssociateNode {
        server: server?,
        node: node?,
        attributes,
    }
});

command!(CreateBackup, |given, faults| {
    let server = faults.need(given.server_name);
    let order = ManualOrder {
        description: faults.read(given.description),
        user_arn: None,
        tags: faults.tags(given.tags).into_iter().collect(),
    };
    Request::CreateBackup {
        server: server?,
        order,
    }
});

command!(CreateServer, |given, faults| {
    let name = faults.need(given.server_name);
    let engine = given.engine.and_then(|text| faults.keep(text.parse()));
    let instance_type = faults.need(given.instance_type);
    let instance_profile_arn = faults.need(given.instance_profile_arn);
    let service_role_arn = faults.need(given.service_role_arn);
    let (domain, certificate, private_key) = (
        faults.read(given.custom_domain),
        faults.read(given.custom_certificate),
        faults.read(given.custom_private_key),
    );
    let custom_endpoint = faults
        .keep(CustomEndpoint::from_parts(domain, certificate, private_key))
        .flatten();
    let model = given
        .engine_model
        .and_then(|text| faults.keep(text.parse()));
    let version = faults.read(given.engine_version);
    let attributes = faults.attributes(given.engine_attributes, false);
    let backup_window = faults.window(given.preferred_backup_window);
    let maintenance_window = faults.window(given.preferred_maintenance_window);
    let retention = faults.retention(given.backup_retention_count);
    let key_pair = faults.read(given.key_pair);
    let security_group_ids = given.security_group_ids.map(|ids| faults.list(ids));
    let subnet_ids = given.subnet_ids.map(|ids| faults.list(ids));
    let tags: Tags = faults.tags(given.tags).into_iter().collect();
    let from_backup = faults.read(given.backup_id);
    let new = NewServer {
        model,
        version,
        key_pair,
        security_group_ids,
        subnet_ids,
        associate_public_ip_address: given.associate_public_ip_address.unwrap_or(true),
        custom_endpoint,
        attributes,
        backup_window,
        maintenance_window,
        retention,
        disable_automated_backup: given.disable_automated_backup,
        tags,
        ..NewServer::new(
            name?,
            engine?,
            instance_type?,
            instance_profile_arn?,
            service_role_arn?,
        )
    };
    Request::CreateServer {
        new: Box::new(new),
        from_backup,
    }
});

command!(DeleteBackup, |given, faults| Request::DeleteBackup {
    backup: faults.need(given.backup_id)?,
});

command!(DeleteServer, |given, faults| Request::DeleteServer {
    server: faults.need(given.server_name)?,
});

command!(DescribeAccountAttributes, |_given, _faults| {
    Request::DescribeAccountAttributes
});

command!(DescribeBackups, |given, faults| Request::DescribeBackups {
    backup: faults.read(given.backup_id),
    server: faults.read(given.server_name),
});

command!(DescribeEvents, |given, faults| {
    let server = faults.need(given.server_name);
    let next = faults.read(given.next_token.filter(|token| !token.is_empty()));
    let max = faults.page(given.max_results);
    Request::DescribeEvents {
        server: server?,
        next,
        max,
    }
});

command!(DescribeNodeAssociationStatus, |given, faults| {
    let token = faults.need(given.node_association_status_token);
    let server = faults.need(given.server_name);
    Request::DescribeNodeAssociationStatus {
        server: server?,
        token: token?,
    }
});

command!(DescribeServers, |given, faults| Request::DescribeServers {
    server: faults.read(given.server_name),
});

command!(DisassociateNode, |given, faults| {
    let (server, node) = (faults.need(given.server_name), faults.need(given.node_name));
    let attributes = faults.attributes(given.engine_attributes, false);
    Request::DisassociateNode {
        server: server?,
        node: node?,
        attributes,
    }
});

command!(ExportServerEngineAttribute, |given, faults| {
    let attribute = faults.need(given.export_attribute_name);
    let server = faults.need(given.server_name);
    let inputs = faults.attributes(given.input_attributes, true);
    Request::ExportServerEngineAttribute {
        server: server?,
        attribute: attribute?,
        inputs,
    }
});

command!(ListTagsForResource, |given, faults| {
    let resource = faults.need(given.resource_arn);
    let next = faults.read(given.next_token.filter(|token| !token.is_empty()));
    let max = faults.page(given.max_results);
    Request::ListTagsForResource {
        resource: resource?,
        next,
        max,
    }
});

command!(RestoreServer, |given, faults| {
    let (backup, server) = (faults.need(given.backup_id), faults.need(given.server_name));
    let order = RestoreOrder {
        instance_type: faults.read(given.instance_type),
        key_pair: faults.read(given.key_pair),
    };
    Request::RestoreServer {
        server: server?,
        backup: backup?,
        order,
    }
});

command!(StartMaintenance, |given, faults| {
    let server = faults.need(given.server_name);
    let attributes = faults.attributes(given.engine_attributes, false);
    Request::StartMaintenance {
        server: server?,
        attributes,
    }
});

command!(TagResource, |given, faults| {
    let resource = faults.need(given.resource_arn);
    let tags = faults.tags(given.tags);
    Request::ChangeTags {
        resource: resource?,
        change: faults.keep(TagChange::set(tags))?,
    }
});

command!(UntagResource, |given, faults| {
    let resource = faults.need(given.resource_arn);
    let keys = faults.list(given.tag_keys.unwrap_or_default());
    Request::ChangeTags {
        resource: resource?,
        change: faults.keep(TagChange::unset(keys))?,
    }
});

command!(UpdateServer, |given, faults| {
    let server = faults.need(given.server_name);
    let update = ServerUpdate {
        retention: faults.retention(given.backup_retention_count),
        retention_days: None,
        disable_automated_backup: given.disable_automated_backup,
        backup_window: faults.window(given.preferred_backup_window),
        maintenance_window: faults.window(given.preferred_maintenance_window),
    };
    Request::UpdateServer {
        server: server?,
        update,
    }
});

command!(UpdateServerEngineAttributes, |given, faults| {
    let server = faults.need(given.server_name);
    let attribute = faults.need(given.attribute_name);
    let value = faults.read(given.attribute_value);
    Request::UpdateServerEngineAttributes {
        server: server?,
        attribute: attribute?,
        value,
    }
});
