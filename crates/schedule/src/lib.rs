//! When a maintenance window opens, stops starting work, and closes.

mod schedule;
pub use schedule::{
    At, Cron, Dialect, Field, OffsetRefused, ParseScheduleError, ParseScheduleErrorKind, Rate,
    Schedule,
};

mod zone;
pub use zone::{
    ClockChange, Fold, Gap, InstallZoneError, InstallZoneErrorKind, ParsePolicyError,
    UnknownZoneError, Wall, Zone,
};

mod execution_time;
pub use execution_time::{ExecutionTime, ParseExecutionTimeError, ParseExecutionTimeErrorKind};
