//! A page for each task, with code that runs.

#[doc = include_str!("guide/is_it_open.md")]
pub mod is_it_open {}

#[doc = include_str!("guide/one_operation_at_a_time.md")]
pub mod one_operation_at_a_time {}

#[cfg(feature = "control")]
#[doc = include_str!("guide/survive_a_crash.md")]
pub mod survive_a_crash {}

#[cfg(feature = "control")]
#[doc = include_str!("guide/write_a_driver.md")]
pub mod write_a_driver {}

#[cfg(feature = "control")]
#[doc = include_str!("guide/many_machines.md")]
pub mod many_machines {}

#[cfg(feature = "testing")]
#[doc = include_str!("guide/test_your_service.md")]
pub mod test_your_service {}
