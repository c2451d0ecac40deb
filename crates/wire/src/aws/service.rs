//! Which interface and operation a request is for.

use super::Fault;
use crate::{opsworkscm, ssm};

/// An interface that speaks AWS JSON 1.1.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Service {
    /// The maintenance windows of AWS Systems Manager.
    Ssm,
    /// AWS OpsWorks CM.
    OpsWorksCm,
}

/// One operation of an interface: a row of [`ssm::OPERATIONS`] or [`opsworkscm::OPERATIONS`].
#[derive(Debug, Eq, PartialEq)]
pub struct Operation {
    /// The interface that it is of.
    pub service: Service,
    /// Its name, such as `GetMaintenanceWindow`.
    pub name: &'static str,
    /// Whether it leaves everything as it was.
    pub reads_only: bool,
    /// The names of the errors that the interface declares for it.
    pub errors: &'static [&'static str],
    /// The longest body that is looked at, in bytes, inclusive.
    pub body_max: usize,
}

impl Service {
    /// Both interfaces.
    pub const ALL: [Self; 2] = [Self::Ssm, Self::OpsWorksCm];

    /// The longest target that is looked at, in bytes.
    const TARGET_MAX: usize = 256;

    /// What stands before the dot in `X-Amz-Target`.
    pub const fn target_prefix(self) -> &'static str {
        match self {
            Self::Ssm => "AmazonSSM",
            Self::OpsWorksCm => "OpsWorksCM_V2016_11_01",
        }
    }

    /// The name that requests are signed with.
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::Ssm => "ssm",
            Self::OpsWorksCm => "opsworks-cm",
        }
    }

    /// Its operations, in the order of their names.
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Ssm => &ssm::OPERATIONS,
            Self::OpsWorksCm => &opsworkscm::OPERATIONS,
        }
    }

    /// The operation of this name.
    pub fn operation(self, name: &str) -> Option<&'static Operation> {
        let operations = self.operations();
        let at = operations.binary_search_by(|operation| operation.name.cmp(name));
        at.ok().map(|at| &operations[at])
    }

    /// The operation that an `X-Amz-Target` names, such as `AmazonSSM.GetMaintenanceWindow`; case matters.
    ///
    /// # Errors
    ///
    /// Returns `UnknownOperationException` if there is no such interface, or it has no such operation.
    pub fn of_target(target: &str) -> Result<&'static Operation, Fault> {
        let named = |target: &str| {
            let (prefix, name) = target.split_once('.')?;
            let service = Self::ALL
                .into_iter()
                .find(|service| service.target_prefix() == prefix)?;
            service.operation(name)
        };
        Some(target)
            .filter(|target| target.len() <= Self::TARGET_MAX)
            .and_then(named)
            .ok_or_else(|| Fault::unknown_operation(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_target() {
        for service in Service::ALL {
            assert!(
                service
                    .operations()
                    .is_sorted_by(|one, other| one.name < other.name)
            );
            for operation in service.operations() {
                assert_eq!(operation.service, service);
                let target = format!("{}.{}", service.target_prefix(), operation.name);
                assert_eq!(Service::of_target(&target).unwrap(), operation);
            }
        }
        assert_eq!(ssm::OPERATIONS.len(), 26);
        assert_eq!(opsworkscm::OPERATIONS.len(), 19);
    }

    #[test]
    fn what_changes_nothing_is_what_its_name_says() {
        for operation in Service::ALL.iter().flat_map(|it| it.operations()) {
            let says_so = ["Get", "Describe", "List", "Export"]
                .iter()
                .any(|verb| operation.name.starts_with(verb));
            assert_eq!(operation.reads_only, says_so, "{}", operation.name);
        }
    }

    #[test]
    fn anything_else_is_an_unknown_operation() {
        for target in [
            "",
            ".",
            "AmazonSSM",
            "AmazonSSM.",
            "AmazonSSM.getmaintenancewindow",
            "amazonssm.GetMaintenanceWindow",
            "AmazonSSM.GetMaintenanceWindow ",
            "AmazonSSM.GetParameter",
            "OpsWorksCM_V2016_11_01.GetMaintenanceWindow",
            "AmazonSSM.DescribeServers",
            &format!("AmazonSSM.{}", "x".repeat(1000)),
        ] {
            let fault = Service::of_target(target).unwrap_err();
            assert_eq!(fault.code(), "UnknownOperationException", "{target}");
            assert_eq!(fault.status(), 400);
            assert!(fault.body().len() < 400, "{target}");
        }
    }
}
