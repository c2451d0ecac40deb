//! A server comes to be.

use std::fmt;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::{Blueprint, RestoreSource, Server, Transition, transition::End};
use crate::{
    Account, AttributeFault, AttributeUse, BuildWork, Cause, CustomCertificate, CustomDomain,
    CustomPrivateKey, Endpoint, Engine, EngineAttribute, EngineAttributeName, EngineAttributeValue,
    EngineModel, EngineVersion, EventCategory, Health, InstanceProfileArn, InstanceType,
    InvalidValue, KeyPair, Note, OperationDetail, OperationKind, Policy, PreferredWindow, Refused,
    Release, ResourceArn, ResourceId, RetentionCount, ServerName, ServiceRoleArn, StackArn, Tags,
    Ticket, TooManyTags, Trigger, UnknownRelease, Work,
    engine::{check_attributes, same_attribute},
    window::WindowRecord,
};

/// What is asked for when a server is created.
///
/// Every member is in order by itself; whether they go together is found out by [`Server::create`]. What is left
/// `None` gets its default there: the engine's model and newest version, one automated backup, an hour drawn at
/// random for each window, automated backups on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewServer {
    /// Its name, which no other server of the account and region may have.
    pub name: ServerName,
    /// What is to run on it.
    pub engine: Engine,
    /// In which model.
    pub model: Option<EngineModel>,
    /// In which version, `12` or `12.17.33`.
    pub version: Option<EngineVersion>,
    /// On which type of machine.
    pub instance_type: InstanceType,
    /// What the machine may do.
    pub instance_profile_arn: InstanceProfileArn,
    /// What the service may do on its behalf.
    pub service_role_arn: ServiceRoleArn,
    /// The key pair for logging in.
    pub key_pair: Option<KeyPair>,
    /// Its security groups.
    pub security_group_ids: Option<Vec<ResourceId>>,
    /// Its subnets.
    pub subnet_ids: Option<Vec<ResourceId>>,
    /// Whether it has a public address.
    pub associate_public_ip_address: bool,
    /// The owner's domain, with certificate and key.
    pub custom_endpoint: Option<CustomEndpoint>,
    /// What the engine is told.
    pub attributes: Vec<EngineAttribute>,
    /// The hour for automated backups.
    pub backup_window: Option<PreferredWindow>,
    /// The hour for maintenance.
    pub maintenance_window: Option<PreferredWindow>,
    /// How many automated backups are kept.
    pub retention: Option<RetentionCount>,
    /// Whether there are to be no automated backups.
    ///
    /// The prose for `CreateServer` calls `true` the default and everything else about the service says that
    /// backups are made; here they are, unless this is `true`.
    pub disable_automated_backup: Option<bool>,
    /// Its tags.
    pub tags: Tags,
    /// The backup whose content it starts with, and whose release it gets where model and version are left open.
    pub from_backup: Option<RestoreSource>,
}

impl NewServer {
    /// What has to be said, with everything else left to its default.
    pub fn new(
        name: ServerName,
        engine: Engine,
        instance_type: InstanceType,
        instance_profile_arn: InstanceProfileArn,
        service_role_arn: ServiceRoleArn,
    ) -> Self {
        Self {
            name,
            engine,
            model: None,
            version: None,
            instance_type,
            instance_profile_arn,
            service_role_arn,
            key_pair: None,
            security_group_ids: None,
            subnet_ids: None,
            associate_public_ip_address: true,
            custom_endpoint: None,
            attributes: Vec::new(),
            backup_window: None,
            maintenance_window: None,
            retention: None,
            disable_automated_backup: None,
            tags: Tags::default(),
            from_backup: None,
        }
    }

    /// The attributes that have to be generated for it, as the request does not give them.
    ///
    /// Whoever answers the request makes them ([`EngineAttributeValue::draw_password`] makes passwords), hands them on
    /// with [`NewServer::attributes`] if the engine is to have them, and tells them in the answer; nobody keeps them.
    pub fn attributes_to_generate(&self) -> impl Iterator<Item = &'static str> {
        let is_given = |name: &str| {
            let same = same_attribute(self.engine.family(), AttributeUse::Create, name);
            self.attributes
                .iter()
                .any(|given| same.contains(&given.name.as_str()))
        };
        self.engine
            .generated_attributes()
            .iter()
            .copied()
            .filter(move |name| !is_given(name))
    }

    /// The release that it gets, and all that is wrong with it.
    fn check(&self, policy: &Policy) -> Result<Release, InvalidServer> {
        let mut faults = Vec::new();
        let release = match (&self.from_backup, &self.version) {
            // What was backed up has been in order once, in whatever version.
            (Some(source), None)
                if self.model.is_none_or(|model| model == source.release.model) =>
            {
                Ok(Release {
                    engine: self.engine,
                    ..source.release.clone()
                })
            }
            _ => Release::choose(self.engine, self.model, self.version.as_ref()),
        };
        let attributes = self
            .attributes
            .iter()
            .map(|one| (one.name.as_str(), one.value.expose()));
        faults.extend(
            check_attributes(self.engine.family(), AttributeUse::Create, attributes)
                .into_iter()
                .map(ServerFault::Attribute),
        );
        faults.extend(
            policy
                .check_settings(
                    self.retention,
                    [self.maintenance_window, self.backup_window],
                )
                .map(ServerFault::Setting),
        );
        if policy.listed_instance_types_only && !self.engine.lists(&self.instance_type) {
            let instance_type = self.instance_type.as_str().chars().take(64).collect();
            faults.push(ServerFault::UnlistedInstanceType {
                engine: self.engine,
                instance_type,
            });
        }
        if self.tags.len() > policy.tags_max {
            let resource = self.name.as_str().into();
            faults.push(
                TooManyTags {
                    resource,
                    count: self.tags.len(),
                    max: policy.tags_max,
                }
                .into(),
            );
        }
        match release {
            Ok(release) if faults.is_empty() => Ok(release),
            Ok(_) => Err(InvalidServer { faults }),
            Err(unknown) => {
                faults.insert(0, unknown.into());
                Err(InvalidServer { faults })
            }
        }
    }
}

/// A domain of the owner's, and what it takes to answer under it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CustomEndpoint {
    /// The domain.
    pub domain: CustomDomain,
    /// Its certificate.
    pub certificate: CustomCertificate,
    /// The key of the certificate.
    pub private_key: CustomPrivateKey,
}

impl CustomEndpoint {
    /// All three or none, as a request has them.
    ///
    /// # Errors
    ///
    /// [`ServerFault::HalfCustomEndpoint`] if some are there and some are not.
    pub fn from_parts(
        domain: Option<CustomDomain>,
        certificate: Option<CustomCertificate>,
        private_key: Option<CustomPrivateKey>,
    ) -> Result<Option<Self>, ServerFault> {
        let given = [
            domain.is_some(),
            certificate.is_some(),
            private_key.is_some(),
        ];
        match (domain, certificate, private_key) {
            (Some(domain), Some(certificate), Some(private_key)) => Ok(Some(Self {
                domain,
                certificate,
                private_key,
            })),
            (None, None, None) => Ok(None),
            _ => Err(ServerFault::HalfCustomEndpoint { given }),
        }
    }
}

/// A server that cannot be created, or have its settings changed, as asked: all of the faults.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidServer {
    faults: Vec<ServerFault>,
}

impl InvalidServer {
    /// All of `faults`, if there are any.
    pub(super) fn unless_empty(faults: Vec<ServerFault>) -> Result<(), Self> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Self { faults })
        }
    }

    /// What is wrong; at least one.
    pub fn faults(&self) -> &[ServerFault] {
        &self.faults
    }
}

impl fmt::Display for InvalidServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidServer {}

/// One thing that keeps a server from being created.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerFault {
    /// The engine does not come like that.
    #[error(transparent)]
    Release(#[from] UnknownRelease),
    /// An engine attribute is not what it should be.
    #[error(transparent)]
    Attribute(#[from] AttributeFault),
    /// A setting is not what the policy allows.
    #[error(transparent)]
    Setting(InvalidValue),
    /// The machine type is not on the engine's list, and only those are allowed.
    #[error("instance type `{instance_type}` is not listed for {engine}, expected one of {}", engine.instance_types().join(", "))]
    UnlistedInstanceType {
        /// The engine.
        engine: Engine,
        /// The type, cut to 64 characters.
        instance_type: Box<str>,
    },
    /// Some of domain, certificate and key are there and some are not.
    #[error("custom endpoint has {}, expected domain, certificate and private key, or none of them", parts(*given))]
    HalfCustomEndpoint {
        /// Whether domain, certificate and key are there.
        given: [bool; 3],
    },
    /// There are too many tags.
    #[error(transparent)]
    TooManyTags(#[from] TooManyTags),
}

fn parts(given: [bool; 3]) -> String {
    let names = ["domain", "certificate", "private key"];
    names
        .iter()
        .zip(given)
        .filter(|(_, there)| *there)
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(" and ")
}

/// What came of building a server.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Built {
    /// The stack of its machine.
    pub stack: Option<StackArn>,
    /// The full version that runs on it, if it is not the one that was asked for.
    pub version: Option<EngineVersion>,
    /// Attributes of the engine that everybody who may describe the server may see.
    pub attributes: Vec<EngineAttribute>,
}

impl Server {
    /// A server that is being built from `now` on.
    ///
    /// The caller has made sure that the name is free and that the account may have one more
    /// ([`Quota`](crate::Quota)), and has generated what the answer to the request is to carry. `draw` is a source of
    /// random numbers for the endpoint, the ARN and the windows that were left open.
    ///
    /// # Errors
    ///
    /// [`InvalidServer`] with everything that does not go together.
    pub fn create(
        new: NewServer,
        account: &Account,
        draw: &mut dyn FnMut() -> u64,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, InvalidServer> {
        let release = new.check(policy)?;
        let from_backup = new.from_backup.map(|source| source.backup);
        let now = now.trunc_subsecs(3);
        let endpoint = Endpoint::draw(&new.name, &account.region, draw);
        let arn = ResourceArn::draw_server(account, &new.name, draw);
        let maintenance_window = new
            .maintenance_window
            .unwrap_or_else(|| PreferredWindow::draw_weekly(draw));
        let backup_window = new
            .backup_window
            .unwrap_or_else(|| PreferredWindow::draw_daily(draw));
        let (custom_domain, certificate) = match new.custom_endpoint {
            Some(custom) => (
                Some(custom.domain),
                Some((custom.certificate, custom.private_key)),
            ),
            None => (None, None),
        };
        let blueprint = Blueprint {
            release,
            instance_type: new.instance_type,
            instance_profile_arn: new.instance_profile_arn,
            service_role_arn: new.service_role_arn,
            key_pair: new.key_pair,
            security_group_ids: new.security_group_ids.unwrap_or_default(),
            subnet_ids: new.subnet_ids.unwrap_or_default(),
            associate_public_ip_address: new.associate_public_ip_address,
            custom_domain,
        };
        let work = BuildWork {
            blueprint: blueprint.clone(),
            attributes: new.attributes,
            certificate,
            from_backup: from_backup.clone(),
        };
        let detail = OperationDetail::Create { from_backup };
        let server = Self {
            name: new.name,
            arn,
            endpoint,
            created_at: now,
            blueprint,
            engine_attributes: Vec::new(),
            stack: None,
            tags: new.tags,
            health: Health::Unjudged,
            operation: None,
            reason: None,
            failure: None,
            backup_window: WindowRecord::new(backup_window, now),
            maintenance_window: WindowRecord::new(maintenance_window, now),
            retention: new.retention.unwrap_or_default(),
            retention_days: None,
            disable_automated_backup: new.disable_automated_backup,
            protected: false,
            maintenance_status: None,
            maintained_at: None,
            maintained_well_at: None,
            deferral: None,
            owes_backup: false,
            told_at: now
                .checked_sub_signed(TimeDelta::milliseconds(1))
                .unwrap_or(now),
        };
        Ok(Transition::created(
            server,
            detail,
            (ticket, policy.deadlines.creation),
            work,
            now,
        ))
    }

    /// Building it has come to its end.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running creation.
    pub fn handle_built(
        self,
        ticket: Ticket,
        result: Result<Built, Cause>,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server =
            self.refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::Create)?))?;
        let mut moved = Transition::of(server);
        match result {
            Ok(built) => {
                let server = &mut moved.server;
                server.stack = built.stack.or(server.stack.take());
                server.engine_attributes = built.attributes;
                if let Some(version) = built.version {
                    server.blueprint.release.version = version;
                }
                let message = format!("Server {} was created", server.name);
                moved.finish(Trigger::BuildSucceeded, End::Succeeded, message, now);
            }
            Err(cause) => moved.fail_creation(cause, now),
        }
        Ok(moved)
    }

    /// What everybody who may describe it may see of its engine's attributes.
    ///
    /// On a server that can be upgraded to the next generation, `CHEF_MAJOR_UPGRADE_AVAILABLE` is among them.
    pub fn engine_attributes(&self) -> Vec<EngineAttribute> {
        let mut attributes = self.engine_attributes.clone();
        if self.may_upgrade() {
            let name = EngineAttributeName("CHEF_MAJOR_UPGRADE_AVAILABLE".into());
            let value = EngineAttributeValue("true".into());
            attributes.push(EngineAttribute { name, value });
        }
        attributes
    }
}

impl Transition {
    fn created(
        server: Server,
        detail: OperationDetail,
        time: (Ticket, TimeDelta),
        work: BuildWork,
        now: DateTime<Utc>,
    ) -> Self {
        let message = format!("Creating server {}", server.name);
        let mut moved = Self::of(server);
        moved.set_out(detail, time, now);
        moved.tell(
            Note::new(EventCategory::Creation, Some(time.0), message),
            now,
        );
        moved.perform(Work::Build(Box::new(work)));
        moved
    }

    /// Ends the running creation badly.
    pub(super) fn fail_creation(&mut self, cause: Cause, now: DateTime<Utc>) {
        let message = format!("Server {} create failed due to {cause}", self.server.name);
        self.server.reason = Some(message.as_str().into());
        self.finish(Trigger::BuildFailed, End::Failed(cause), message, now);
    }
}
