//! Where windows and their openings stand in their lists.

use chrono::{DateTime, Utc};

use crate::id::WindowId;
use crate::page::Place;
use crate::window::Window;

/// Where a window stands among all: by its creation and, within a millisecond, by its id.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WindowPlace {
    created_at_ms: i64,
    id: WindowId,
}

impl WindowPlace {
    /// Before every window.
    pub(super) const MIN: Self = Self {
        created_at_ms: i64::MIN,
        id: WindowId::of_bits(0),
    };

    /// The place of a window.
    pub fn of(window: &Window) -> Self {
        Self {
            created_at_ms: window.created_at().timestamp_millis(),
            id: window.id(),
        }
    }

    /// The window that stands there.
    pub fn id(&self) -> WindowId {
        self.id
    }
}

impl Place for WindowPlace {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.created_at_ms.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.id.bits().to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (created_at, id) = bytes.split_first_chunk::<8>()?;
        let id = WindowId::of_bits(u128::from_be_bytes(id.try_into().ok()?));
        Some(Self {
            created_at_ms: i64::from_be_bytes(*created_at),
            id,
        })
    }
}

/// Where an opening stands among those of many windows: by its beginning, then by its window.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ScheduledPlace {
    pub(super) opens_at: DateTime<Utc>,
    pub(super) window: WindowPlace,
}

impl Place for ScheduledPlace {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.opens_at.timestamp().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.opens_at.timestamp_subsec_nanos().to_be_bytes());
        bytes.extend_from_slice(&self.window.to_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let (nanos, window) = rest.split_first_chunk::<4>()?;
        let opens_at =
            DateTime::from_timestamp(i64::from_be_bytes(*seconds), u32::from_be_bytes(*nanos))?;
        Some(Self {
            opens_at,
            window: WindowPlace::from_bytes(window)?,
        })
    }
}
