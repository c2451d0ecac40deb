//! The parts of a signature, read from the `Authorization` header or from the query.

use chrono::{NaiveDateTime, TimeDelta};
use http::{HeaderMap, header};

use super::{ALGORITHM, Audience, DATE_FORMAT, EXPIRES_MAX, Refusal, Request, canonical};

/// What a request says about its own signature. Nothing of it is trusted yet.
pub(super) struct Parts {
    pub(super) access_key_id: String,
    pub(super) day: String,
    pub(super) region: String,
    pub(super) service: String,
    /// Lower case, in order.
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    /// How long a presigned request is good for; `None` for one signed in its header.
    pub(super) expires: Option<TimeDelta>,
}

impl Parts {
    pub(super) fn read(request: &Request<'_>) -> Result<Self, Refusal> {
        let mut headers = request.headers.get_all(header::AUTHORIZATION).iter();
        let in_query = canonical::pairs(request.query).any(|(name, _)| name == "X-Amz-Algorithm");
        match (headers.next(), headers.next(), in_query) {
            (None, _, false) => Err(Refusal::Missing),
            (None, _, true) => Self::from_query(request.query),
            (Some(value), None, false) => Self::from_header(value),
            _ => Err(incomplete(
                "a request must be signed once, in its Authorization header or in its query",
            )),
        }
    }

    fn from_header(value: &header::HeaderValue) -> Result<Self, Refusal> {
        let text = value
            .to_str()
            .map_err(|_| incomplete("Authorization header is not ASCII text"))?;
        let Some(rest) = text.strip_prefix(ALGORITHM) else {
            return Err(incomplete(format!(
                "Authorization header requires '{ALGORITHM}'"
            )));
        };
        let mut found = [None, None, None];
        let names = ["Credential", "SignedHeaders", "Signature"];
        for part in rest.split(',') {
            let part = part.trim();
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if let Some(slot) = names.iter().position(|known| *known == name)
                && found[slot].replace(value).is_some()
            {
                return Err(incomplete(format!(
                    "Authorization header has '{name}' twice"
                )));
            }
        }
        let mut part = |slot: usize| {
            found[slot]
                .take()
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    incomplete(format!(
                        "Authorization header requires '{}' parameter",
                        names[slot]
                    ))
                })
        };
        Self::new(part(0)?, part(1)?, part(2)?, None)
    }

    fn from_query(query: &str) -> Result<Self, Refusal> {
        let value = |wanted: &str| {
            let mut values = canonical::pairs(query).filter(|(name, _)| name == wanted);
            match (values.next(), values.next()) {
                (Some((_, value)), None) if !value.is_empty() => Ok(value),
                (Some(_), Some(_)) => {
                    Err(incomplete(format!("'{wanted}' stands twice in the query")))
                }
                _ => Err(incomplete(format!(
                    "AWS query-string parameters must include '{wanted}'"
                ))),
            }
        };
        if value("X-Amz-Algorithm")? != ALGORITHM {
            return Err(incomplete(format!("X-Amz-Algorithm must be '{ALGORITHM}'")));
        }
        let expires = value("X-Amz-Expires")?
            .parse::<u32>()
            .ok()
            .map(|seconds| TimeDelta::seconds(seconds.into()))
            .filter(|expires| (TimeDelta::seconds(1)..=EXPIRES_MAX).contains(expires))
            .ok_or_else(|| {
                incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800")
            })?;
        Self::new(
            &value("X-Amz-Credential")?,
            &value("X-Amz-SignedHeaders")?,
            &value("X-Amz-Signature")?,
            Some(expires),
        )
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        expires: Option<TimeDelta>,
    ) -> Result<Self, Refusal> {
        // An access key id has no slash in it, but a bad one may: split from the right.
        let mut scope = credential.rsplitn(5, '/');
        let (Some("aws4_request"), Some(service), Some(region), Some(day), Some(access_key_id)) = (
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
            scope.next(),
        ) else {
            return Err(incomplete(format!(
                "Credential must have the form KEY/DATE/REGION/SERVICE/aws4_request, got '{credential}'"
            )));
        };
        let signed_headers: Vec<String> = signed_headers
            .split(';')
            .map(str::to_ascii_lowercase)
            .collect();
        if !signed_headers.is_sorted_by(|a, b| a < b) {
            return Err(incomplete("SignedHeaders must be in order, each once"));
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature: signature.to_owned(),
            expires,
        })
    }

    /// The request's own date, UTC.
    pub(super) fn date(&self, request: &Request<'_>) -> Result<NaiveDateTime, Refusal> {
        let text = self
            .own_value(request, "X-Amz-Date")
            .ok_or_else(|| incomplete("a signed request requires 'X-Amz-Date'"))?;
        let date = NaiveDateTime::parse_from_str(&text, DATE_FORMAT).map_err(|_| {
            incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{text}'."
            ))
        })?;
        if text.get(..8) != Some(self.day.as_str()) {
            return Err(Refusal::WrongAudience(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{}', from '{text}'.",
                self.day,
                text.get(..8).unwrap_or_default(),
            )));
        }
        Ok(date)
    }

    pub(super) fn session_token(&self, request: &Request<'_>) -> Option<String> {
        self.own_value(request, "X-Amz-Security-Token")
    }

    /// A value that stands in the query of a presigned request, and in a header of any other.
    fn own_value(&self, request: &Request<'_>, name: &str) -> Option<String> {
        if self.expires.is_some() {
            return canonical::pairs(request.query)
                .find(|(key, _)| key == name)
                .map(|(_, value)| value);
        }
        request.headers.get(name)?.to_str().ok().map(str::to_owned)
    }

    pub(super) fn check_audience(&self, audience: &Audience<'_>) -> Result<(), Refusal> {
        let wrong = |what: &str, ours: &str| {
            Err(Refusal::WrongAudience(format!(
                "Credential should be scoped to {what}: '{ours}'."
            )))
        };
        if self.region != audience.region {
            return wrong("a valid region", audience.region);
        }
        if self.service != audience.service {
            return wrong("correct service", audience.service);
        }
        Ok(())
    }

    /// What decides the meaning of a request must be under its signature.
    pub(super) fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        const ALWAYS: &[&str] = &["host"];
        const IF_PRESENT: &[&str] = &["x-amz-date", "x-amz-security-token", "x-amz-target"];
        let present = IF_PRESENT
            .iter()
            .filter(|name| headers.contains_key(**name));
        for name in ALWAYS.iter().chain(present) {
            if !self.signs(name) {
                return Err(incomplete(format!("'{name}' must be a signed header")));
            }
        }
        match self
            .signed_headers
            .iter()
            .find(|name| !headers.contains_key(name.as_str()))
        {
            Some(name) => Err(incomplete(format!(
                "'{name}' is a signed header but was not sent"
            ))),
            None => Ok(()),
        }
    }

    pub(super) fn signs(&self, header: &str) -> bool {
        self.signed_headers.iter().any(|name| name == header)
    }
}

fn incomplete(text: impl Into<String>) -> Refusal {
    Refusal::Incomplete(text.into())
}
