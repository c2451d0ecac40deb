//! Engine attributes: changed, and read.

use chrono::{DateTime, Utc};

use super::{Server, Transition, transition::End};
use crate::{
    AttributeFault, AttributeName, AttributeUse, AttributeValue, Cause, EngineAttribute, Operation,
    OperationDetail, OperationKind, Policy, Refusal, Refused, Ticket, Trigger, Work,
    engine::check_attributes,
};

impl Server {
    /// Begins to change one engine attribute at `now`; without a value, the engine makes a new one.
    ///
    /// # Errors
    ///
    /// [`Refused`], holding the unchanged server, if the engine does not know the attribute or not such a value, or
    /// unless the server is healthy or unhealthy.
    pub fn update_engine_attribute(
        self,
        attribute: AttributeName,
        value: Option<AttributeValue>,
        ticket: Ticket,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server = self.refuse_unless(|server| {
            let family = server.blueprint.release.engine.family();
            // Without a value only the name can be wrong, so the check gets a stand-in and its verdict on that is
            // left out.
            let given = value.as_ref().map_or("", AttributeValue::expose);
            let mut faults = check_attributes(
                family,
                AttributeUse::Update,
                [(attribute.as_str(), given)].into_iter(),
            );
            if value.is_none() {
                faults.retain(|fault| !matches!(fault, AttributeFault::Value { .. }));
            }
            if !faults.is_empty() {
                return Err(Refusal::Attributes(faults));
            }
            server.permit(Operation::UpdateServerEngineAttributes)
        })?;
        let message = format!("Updating engine attribute {attribute}");
        let detail = OperationDetail::Modify {
            attribute: attribute.clone(),
        };
        let time = policy.deadlines.of(OperationKind::Modify);
        let mut moved = Transition::of(server);
        moved.begin(
            Trigger::UpdateRequested,
            detail,
            (ticket, time),
            message,
            now,
        );
        moved.perform(Work::Modify { attribute, value });
        Ok(moved)
    }

    /// The change of an engine attribute has come to its end.
    ///
    /// # Errors
    ///
    /// [`Refused`] with a [`StaleResult`](crate::StaleResult) unless `ticket` is that of the running change.
    pub fn handle_modified(
        self,
        ticket: Ticket,
        result: Result<(), Cause>,
        now: DateTime<Utc>,
    ) -> Result<Transition, Refused> {
        let server =
            self.refuse_unless(|server| Ok(server.expect_ticket(ticket, OperationKind::Modify)?))?;
        let mut moved = Transition::of(server);
        match result {
            Ok(()) => {
                let message = "Engine attribute updated successfully";
                moved.finish(Trigger::UpdateSucceeded, End::Succeeded, message, now);
            }
            Err(cause) => moved.fail_modification(cause, now),
        }
        Ok(moved)
    }

    /// Checks a request for an attribute that is made for the occasion; `Userdata` is the only one.
    ///
    /// Nothing is moved: the caller makes the value from `inputs`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if the engine does not know the attribute or the inputs, or if the status does not allow it.
    pub fn export_attribute(
        &self,
        name: &crate::EngineAttributeName,
        inputs: &[EngineAttribute],
    ) -> Result<(), Refusal> {
        let family = self.blueprint.release.engine.family();
        let used_in = AttributeUse::Export;
        let mut faults = Vec::new();
        if name.as_str() != "Userdata" {
            let name = name
                .as_str()
                .chars()
                .take(64)
                .flat_map(char::escape_debug)
                .collect();
            faults.push(AttributeFault::NotExported { name });
        }
        let given = inputs
            .iter()
            .map(|one| (one.name.as_str(), one.value.expose()));
        faults.extend(check_attributes(family, used_in, given));
        if !faults.is_empty() {
            return Err(Refusal::Attributes(faults));
        }
        self.permit(Operation::ExportServerEngineAttribute)
    }
}

impl Transition {
    /// Ends the running change badly.
    pub(super) fn fail_modification(&mut self, cause: Cause, now: DateTime<Utc>) {
        let message = format!("Updating an engine attribute failed: {cause}");
        self.finish(Trigger::UpdateFailed, End::Failed(cause), message, now);
    }
}
