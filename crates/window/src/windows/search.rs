//! Which windows a list is of: by filters, and by the server or resource that they reach.

use std::ops::Bound;

use super::{WindowPlace, Windows};
use crate::command::DescribeSchedule;
use crate::error::{Refusal, WindowError};
use crate::filter::WindowFilters;
use crate::scalar::{Name, ResourceType};
use crate::selector::Selector;
use crate::window::Window;

/// Up to so many windows with a name that is looked for are collected and sorted; of more, a page is soon full by looking
/// through all windows in order.
const NAMED_MAX: usize = 2000;

impl Windows {
    /// The windows after a place, in order.
    pub(super) fn after(&self, place: Option<WindowPlace>) -> impl Iterator<Item = &Window> {
        let from = place.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_place
            .range((from, Bound::Unbounded))
            .map(|(_, window)| &**window)
    }

    /// The windows after a place that the filters leave, in order, by whichever way is short.
    pub(super) fn matching<'a: 'f, 'f>(
        &'a self,
        filters: &'f WindowFilters,
        after: Option<WindowPlace>,
    ) -> Box<dyn Iterator<Item = &'a Window> + 'f> {
        let at = |place: &WindowPlace| self.by_place.get(place).map(|window| &**window);
        if let Some(mut named) = filters
            .name_prefixes()
            .and_then(|prefixes| self.named(prefixes))
        {
            named.retain(|place| after.is_none_or(|after| *place > after));
            named.sort_unstable();
            named.dedup();
            return Box::new(
                named
                    .into_iter()
                    .filter_map(move |place| at(&place))
                    .filter(|it| filters.hold(it)),
            );
        }
        if let Some(is_enabled) = filters.enabled() {
            let places = if is_enabled {
                &self.enabled
            } else {
                &self.disabled
            };
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let found = places.range((from, Bound::Unbounded)).filter_map(at);
            return Box::new(found.filter(|window| filters.hold(window)));
        }
        Box::new(self.after(after).filter(|window| filters.hold(window)))
    }

    /// The places of the windows whose name begins in one of these ways, unless they are many.
    fn named(&self, prefixes: &[String]) -> Option<Vec<WindowPlace>> {
        let mut places = Vec::new();
        for prefix in prefixes {
            // Not a name that a window could have, but where such names would begin.
            let first = (Name::from_checked(prefix.clone()), WindowPlace::MIN);
            for (_, place) in self
                .by_name
                .range(first..)
                .take_while(|(name, _)| name.as_str().starts_with(prefix))
            {
                if places.len() == NAMED_MAX {
                    return None;
                }
                places.push(*place);
            }
        }
        Some(places)
    }
}

/// A request that asks by targets has to name some, with values.
pub(super) fn check_targets(targets: &[Selector]) -> Result<(), WindowError> {
    let lacking = match targets.iter().find(|target| target.values.is_empty()) {
        Some(target) => Refusal::TargetValues {
            key: Some(target.key().into()),
        },
        None if targets.is_empty() => Refusal::TargetValues { key: None },
        None => return Ok(()),
    };
    Err(lacking.into())
}

/// What a request for coming openings asks by, if it asks by targets at all.
pub(super) fn asked_target(
    command: &DescribeSchedule,
) -> Result<Option<(&[Selector], ResourceType)>, WindowError> {
    match (&*command.targets, command.resource_type) {
        ([], None) => Ok(None),
        (targets @ [_, ..], Some(resource_type)) => {
            check_targets(targets)?;
            Ok(Some((targets, resource_type)))
        }
        ([], Some(_)) | ([_, ..], None) => Err(Refusal::TargetsAndResourceType.into()),
    }
}
