//! Figures about the server, in the text format of Prometheus.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// The figures. All labels come from closed lists, so there are only so many of them.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<InterfaceLabels, Histogram>,
    refused: Family<ReasonLabels, Counter>,
    /// Open connections.
    pub(crate) connections: Gauge,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct RequestLabels {
    interface: &'static str,
    operation: &'static str,
    status: u32,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct InterfaceLabels {
    interface: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ReasonLabels {
    reason: &'static str,
}

/// The upper bounds of the classes of times, in seconds.
const SECONDS: [f64; 12] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0,
];

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("tagout");
        let requests = Family::default();
        registry.register("requests", "Requests that were answered", requests.clone());
        let seconds =
            Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        registry.register(
            "request_seconds",
            "From the headers of a request to its answer",
            seconds.clone(),
        );
        let refused = Family::default();
        registry.register(
            "refused",
            "Requests and connections that a limit turned away",
            refused.clone(),
        );
        let connections = Gauge::<i64>::default();
        registry.register("connections", "Open connections", connections.clone());
        Self {
            registry,
            requests,
            seconds,
            refused,
            connections,
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(
        &self,
        interface: &'static str,
        operation: &'static str,
        status: u16,
        took: Duration,
    ) {
        let labels = RequestLabels {
            interface,
            operation,
            status: status.into(),
        };
        self.requests.get_or_create(&labels).inc();
        let labels = InterfaceLabels { interface };
        self.seconds
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    /// Counts what a limit turned away.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// All figures as text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        match text::encode(&mut out, &self.registry) {
            Ok(()) => out,
            Err(std::fmt::Error) => String::new(), // a text takes all that is written to it
        }
    }
}
