//! The tags of a window.

use super::Window;
use crate::command::{AddTags, ListTags, RemoveTags};
use crate::error::WindowError;
use crate::id::WindowId;
use crate::rules::Rules;

/// The one type of resource here that has tags.
const TAGGED: &str = "MaintenanceWindow";

impl Window {
    /// Sets tags; one of the same name is written over.
    ///
    /// # Errors
    ///
    /// Returns [`WindowError::TooManyTags`] if there would be more than the quota.
    pub fn add_tags(&mut self, command: AddTags, rules: &Rules) -> Result<(), WindowError> {
        let n_new = command
            .tags
            .keys()
            .filter(|key| !self.tags.contains_key(*key))
            .count();
        let limit = rules.quotas.tags_per_window;
        if self.tags.len() + n_new > limit {
            return Err(WindowError::TooManyTags { limit });
        }
        self.tags.extend(command.tags);
        Ok(())
    }

    /// Takes tags off; a name that is not there is passed over.
    pub fn remove_tags(&mut self, command: &RemoveTags) {
        for key in &command.tag_keys {
            self.tags.remove(key);
        }
    }
}

macro_rules! tagged {
    ($($command:ty),*) => {
        $(impl $command {
            /// The window whose tags it is about.
            ///
            /// # Errors
            ///
            /// Refuses any other type of resource, and what is not the id of a window.
            pub fn window_id(&self) -> Result<WindowId, WindowError> {
                if self.resource_type != TAGGED {
                    return Err(WindowError::InvalidResourceType(self.resource_type.as_str().into()));
                }
                let invalid = |_| WindowError::InvalidResourceId(self.resource_id.as_str().into());
                self.resource_id.parse().map_err(invalid)
            }
        })*
    };
}

tagged!(AddTags, RemoveTags, ListTags);
