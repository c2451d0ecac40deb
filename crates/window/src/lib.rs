//! The maintenance window: its targets, its tasks, and how a run of it goes.
