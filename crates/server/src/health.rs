//! Whether the server lives, and whether it can do its work.

use http::StatusCode;
use tagout_store::Store;
use tracing::warn;

use crate::{
    App,
    http::{self as web, Answer},
};

/// It answers, so it lives.
pub(crate) fn live() -> Answer {
    web::text(StatusCode::OK, "live\n")
}

/// It can work if its store answers.
pub(crate) async fn ready(app: &App) -> Answer {
    match app.control().store().next_due(&[]).await {
        Ok(_) => web::text(StatusCode::OK, "ready\n"),
        Err(error) => {
            warn!(
                error = &error as &dyn std::error::Error,
                "the store does not answer"
            );
            web::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
        }
    }
}
