//! The public interfaces of tagout as bytes: requests to commands, outcomes to responses.
//!
//! Pure: no sockets, no clock, nothing async. What comes in is bounded in depth and count before it is looked at, and
//! what is wrong with it becomes an answer in the words of the interface, never a panic.
//!
//! | module | interface |
//! |---|---|
//! | [`aws`] | what the two AWS interfaces share: AWS JSON 1.1, its targets, its errors |
//! | [`clc`] | the servers, batches and queue of CenturyLink Cloud v2 |
//! | [`opsworkscm`] | AWS OpsWorks CM |
//! | [`ssm`] | the maintenance windows of AWS Systems Manager |

pub mod aws;

pub mod clc;

pub mod opsworkscm;

pub mod ssm;

/// The examples of the README hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
