//! The access keys that may come in, and what each may do.

use std::collections::HashMap;

use tagout_control::Account;
use tagout_wire::aws::Operation;

use crate::{
    config::{Allow, Config, Credential},
    sigv4,
};

/// Who calls an AWS operation: nobody looks at the request's own words for it again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// The account whose things it sees.
    pub account: Account,
    /// The access key that it signed with; empty where any key is taken and none was shown.
    pub access_key_id: String,
}

/// The access keys of a configuration.
#[derive(Debug)]
pub(crate) struct Keys {
    known: HashMap<String, Credential>,
    /// The account of all callers where no key is configured.
    everybody: Account,
}

impl Keys {
    pub(crate) fn new(config: &Config) -> Self {
        let known = config
            .credentials
            .iter()
            .map(|credential| (credential.access_key_id.clone(), credential.clone()))
            .collect();
        Self {
            known,
            everybody: config.account.clone(),
        }
    }

    /// Whether any key is taken, because none is configured.
    pub(crate) fn is_open(&self) -> bool {
        self.known.is_empty()
    }

    /// The secret of an access key.
    pub(crate) fn secret(&self, access_key_id: &str) -> Option<sigv4::Secret> {
        self.known
            .get(access_key_id)
            .map(|credential| credential.secret.clone())
    }

    /// Who signs with this key; where any key is taken, whoever says so.
    pub(crate) fn caller(&self, access_key_id: &str) -> Caller {
        let account = self
            .known
            .get(access_key_id)
            .map_or(&self.everybody, |credential| &credential.account);
        Caller {
            account: account.clone(),
            access_key_id: access_key_id.to_owned(),
        }
    }

    /// Whether the key may be used for an operation.
    pub(crate) fn allows(&self, access_key_id: &str, operation: &Operation) -> bool {
        let Some(credential) = self.known.get(access_key_id) else {
            return self.is_open();
        };
        match &credential.allow {
            Allow::All => true,
            Allow::ReadOnly => operation.reads_only,
            Allow::Operations(names) => names.iter().any(|name| name == operation.name),
        }
    }
}
