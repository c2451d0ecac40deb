//! What may be set about servers.

use tagout_backup::Terms;
use tagout_lifecycle::Region;

/// How a control plane keeps servers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerSettings {
    /// The region in which all servers of this plane are at home; `us-east-1`. It stands in their ARNs and endpoints.
    pub region: Region,
    /// Limits, deadlines and backups.
    pub terms: Terms,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            region: "us-east-1".parse().expect("the text is a region"),
            terms: Terms::default(),
        }
    }
}
