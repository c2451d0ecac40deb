//! Commands on windows, their targets, tasks and tags.

use chrono::{DateTime, Utc};
use tagout_store::Store;
use tagout_window::{
    ClientToken, DeleteOfUnknown, Missing, Practice, Receipt, Target, TargetId, Task, TaskId,
    Window, WindowError, WindowId,
    command::{
        AddTags, CreateWindow, DeleteWindow, DeregisterTarget, DeregisterTask, RegisterTarget,
        RegisterTask, RemoveTags, UpdateTarget, UpdateTask, UpdateWindow,
    },
};

use super::{
    event::WindowEvent,
    records::{DeskRecord, Made, ReceiptRecord, WindowRecord},
};
use tracing::{
    Span,
    field::{Empty, display},
    instrument,
};

use crate::{
    account::Account,
    control::{Control, decide},
    driver::Driver,
    error::ControlError,
    event::Event,
    telemetry::observed,
    unit::Unit,
};

impl<S: Store, D: Driver> Control<S, D> {
    /// Makes a window; a repeated request with the same client token gives the id of the first.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a token that came with other parameters, for what [`Window::create`]
    /// refuses, and for more windows than the quota.
    #[instrument(skip_all, fields(%account, window = Empty))]
    pub async fn create_window(
        &self,
        account: &Account,
        command: &CreateWindow,
        now: DateTime<Utc>,
    ) -> Result<WindowId, ControlError> {
        observed("create_window", async {
            let _turn = self.turn(account.as_str()).await;
            let token = token("create", command.client_token.as_ref());
            decide!(self, now, |unit| {
                if let Some(Made::Window(id)) =
                    known(unit, account, token.as_deref(), command.fingerprint).await?
                {
                    return Ok(id);
                }
                let rules = &self.settings.windows.rules;
                let id = WindowId::from_bits(self.bits());
                let window = Window::create(command.clone(), id, now, rules)?;
                let mut desk = desk(unit, account).await?;
                let limit = rules.quotas.windows;
                if desk.n_windows >= limit {
                    let what = "maintenance windows";
                    return Err(WindowError::LimitExceeded { what, limit }.into());
                }
                desk.n_windows += 1;
                unit.put(account.as_str(), &desk)?;
                unit.put(account.as_str(), &WindowRecord(window))?;
                Span::current().record("window", display(id));
                let (window, enabled) = (id, true);
                tell(unit, account, WindowEvent::StateChanged { window, enabled });
                self.keep_receipt(
                    unit,
                    account,
                    token.clone(),
                    Made::Window(id),
                    command.fingerprint,
                )?;
                Ok(id)
            })
        })
        .await
    }

    /// Changes a window, and gives it as it is then; see [`Window::update`]. Runs that have begun go on as they were.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window, and for what the window refuses.
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn update_window(
        &self,
        account: &Account,
        command: &UpdateWindow,
        now: DateTime<Utc>,
    ) -> Result<Window, ControlError> {
        observed("update_window", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let id = command.window_id;
                let mut window = window(unit, account, id).await?;
                let was_enabled = window.is_enabled();
                window.update(command.clone(), now, &self.settings.windows.rules)?;
                let enabled = window.is_enabled();
                if enabled != was_enabled {
                    let window = id;
                    tell(unit, account, WindowEvent::StateChanged { window, enabled });
                }
                unit.put(account.as_str(), &WindowRecord(window.clone()))?;
                Ok(window)
            })
        })
        .await
    }

    /// Deletes a window, with its targets and tasks. Runs that have begun go on, and are remembered as long as others.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a window that is not there only if the rules say so.
    #[instrument(skip_all, fields(%account, window = %command.window_id))]
    pub async fn delete_window(
        &self,
        account: &Account,
        command: &DeleteWindow,
        now: DateTime<Utc>,
    ) -> Result<WindowId, ControlError> {
        observed("delete_window", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let id = command.window_id;
                let there = unit
                    .get::<WindowRecord>(account.as_str(), &id.to_string())
                    .await?;
                if there.is_none() {
                    return match self.settings.windows.rules.delete_of_unknown {
                        DeleteOfUnknown::Fails => Err(unknown(id)),
                        DeleteOfUnknown::Succeeds => Ok(id),
                    };
                }
                unit.remove::<WindowRecord>(account.as_str(), &id.to_string())?;
                let mut desk = desk(unit, account).await?;
                desk.n_windows = desk.n_windows.saturating_sub(1);
                unit.put(account.as_str(), &desk)?;
                tell(unit, account, WindowEvent::Deleted { window: id });
                Ok(id)
            })
        })
        .await
    }

    /// Sets what a window does beyond the service; see [`Window::set_practice`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window.
    #[instrument(skip_all, fields(%account, window = %id))]
    pub async fn set_window_practice(
        &self,
        account: &Account,
        id: WindowId,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Result<Window, ControlError> {
        observed("set_window_practice", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = window(unit, account, id).await?;
                window.set_practice(practice.clone(), now);
                unit.put(account.as_str(), &WindowRecord(window.clone()))?;
                Ok(window)
            })
        })
        .await
    }

    /// Registers a target; a repeated request with the same client token gives the id of the first.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a token that came with other parameters, if there is no such window, and for
    /// what [`Window::register_target`] refuses.
    #[instrument(skip_all, fields(%account, window = %command.window_id, target = Empty))]
    pub async fn register_window_target(
        &self,
        account: &Account,
        command: &RegisterTarget,
        now: DateTime<Utc>,
    ) -> Result<TargetId, ControlError> {
        observed("register_window_target", async {
            let _turn = self.turn(account.as_str()).await;
            let token = token("register-target", command.client_token.as_ref());
            decide!(self, now, |unit| {
                if let Some(Made::Target(id)) =
                    known(unit, account, token.as_deref(), command.fingerprint).await?
                {
                    return Ok(id);
                }
                let mut window = window(unit, account, command.window_id).await?;
                let id = TargetId::from_bits(self.bits());
                window.register_target(command.clone(), id, &self.settings.windows.rules)?;
                unit.put(account.as_str(), &WindowRecord(window))?;
                Span::current().record("target", display(id));
                let event = WindowEvent::TargetChanged {
                    window: command.window_id,
                    target: id,
                    registered: true,
                };
                tell(unit, account, event);
                self.keep_receipt(
                    unit,
                    account,
                    token.clone(),
                    Made::Target(id),
                    command.fingerprint,
                )?;
                Ok(id)
            })
        })
        .await
    }

    /// Changes a target, and gives it as it is then; see [`Window::update_target`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or target, and for what the window refuses.
    #[instrument(skip_all, fields(%account, window = %command.window_id, target = %command.target_id))]
    pub async fn update_window_target(
        &self,
        account: &Account,
        command: &UpdateTarget,
        now: DateTime<Utc>,
    ) -> Result<Target, ControlError> {
        observed("update_window_target", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = window(unit, account, command.window_id).await?;
                let target = window.update_target(command.clone())?.clone();
                unit.put(account.as_str(), &WindowRecord(window))?;
                Ok(target)
            })
        })
        .await
    }

    /// Takes a target off; see [`Window::deregister_target`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or target, or it is in use and that matters.
    #[instrument(skip_all, fields(%account, window = %command.window_id, target = %command.target_id))]
    pub async fn deregister_window_target(
        &self,
        account: &Account,
        command: &DeregisterTarget,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("deregister_window_target", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = window(unit, account, command.window_id).await?;
                window.deregister_target(command)?;
                let event = WindowEvent::TargetChanged {
                    window: command.window_id,
                    target: command.target_id,
                    registered: false,
                };
                tell(unit, account, event);
                unit.put(account.as_str(), &WindowRecord(window))
            })
        })
        .await
    }

    /// Registers a task; a repeated request with the same client token gives the id of the first.
    ///
    /// A task whose ARN is `tagout:batch:<operation>` does not go to the driver: the operation, in the words of the
    /// CenturyLink Cloud API (such as `tagout:batch:startMaintenance`), is queued for each server that the task runs on,
    /// and its end is the end of the invocation. `tagout:server:backup` and `tagout:server:maintenance` begin a manual
    /// backup, or maintenance, of each server in the same way.
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for a token that came with other parameters, if there is no such window, and for
    /// what [`Window::register_task`] refuses.
    #[instrument(skip_all, fields(%account, window = %command.window_id, task = Empty))]
    pub async fn register_window_task(
        &self,
        account: &Account,
        command: &RegisterTask,
        now: DateTime<Utc>,
    ) -> Result<TaskId, ControlError> {
        observed("register_window_task", async {
            let _turn = self.turn(account.as_str()).await;
            let token = token("register-task", command.client_token.as_ref());
            decide!(self, now, |unit| {
                if let Some(Made::Task(id)) =
                    known(unit, account, token.as_deref(), command.fingerprint).await?
                {
                    return Ok(id);
                }
                let mut window = window(unit, account, command.window_id).await?;
                let id = TaskId::from_bits(self.bits());
                window.register_task(command.clone(), id, &self.settings.windows.rules)?;
                unit.put(account.as_str(), &WindowRecord(window))?;
                Span::current().record("task", display(id));
                let event = WindowEvent::TaskChanged {
                    window: command.window_id,
                    task: id,
                    registered: true,
                };
                tell(unit, account, event);
                self.keep_receipt(
                    unit,
                    account,
                    token.clone(),
                    Made::Task(id),
                    command.fingerprint,
                )?;
                Ok(id)
            })
        })
        .await
    }

    /// Changes a task, and gives it as it is then; see [`Window::update_task`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or task, and for what the window refuses.
    #[instrument(skip_all, fields(%account, window = %command.window_id, task = %command.task_id))]
    pub async fn update_window_task(
        &self,
        account: &Account,
        command: &UpdateTask,
        now: DateTime<Utc>,
    ) -> Result<Task, ControlError> {
        observed("update_window_task", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = window(unit, account, command.window_id).await?;
                let rules = &self.settings.windows.rules;
                let task = window.update_task(command.clone(), rules)?.clone();
                unit.put(account.as_str(), &WindowRecord(window))?;
                Ok(task)
            })
        })
        .await
    }

    /// Takes a task off; see [`Window::deregister_task`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] if there is no such window or task.
    #[instrument(skip_all, fields(%account, window = %command.window_id, task = %command.task_id))]
    pub async fn deregister_window_task(
        &self,
        account: &Account,
        command: &DeregisterTask,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("deregister_window_task", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = window(unit, account, command.window_id).await?;
                window.deregister_task(command)?;
                let event = WindowEvent::TaskChanged {
                    window: command.window_id,
                    task: command.task_id,
                    registered: false,
                };
                tell(unit, account, event);
                unit.put(account.as_str(), &WindowRecord(window))
            })
        })
        .await
    }

    /// Sets tags of a window; see [`Window::add_tags`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for another type of resource, if there is no such window, and for too many tags.
    #[instrument(skip_all, fields(%account))]
    pub async fn add_window_tags(
        &self,
        account: &Account,
        command: &AddTags,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("add_window_tags", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = tagged(unit, account, command.window_id()?).await?;
                window.add_tags(command.clone(), &self.settings.windows.rules)?;
                unit.put(account.as_str(), &WindowRecord(window))
            })
        })
        .await
    }

    /// Takes tags off a window; see [`Window::remove_tags`].
    ///
    /// # Errors
    ///
    /// Returns [`ControlError::Window`] for another type of resource, and if there is no such window.
    #[instrument(skip_all, fields(%account))]
    pub async fn remove_window_tags(
        &self,
        account: &Account,
        command: &RemoveTags,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        observed("remove_window_tags", async {
            let _turn = self.turn(account.as_str()).await;
            decide!(self, now, |unit| {
                let mut window = tagged(unit, account, command.window_id()?).await?;
                window.remove_tags(command);
                unit.put(account.as_str(), &WindowRecord(window))
            })
        })
        .await
    }

    /// Forgets what a client token stood for.
    pub(crate) async fn advance_receipt(
        &self,
        scope: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        decide!(self, now, |unit| {
            if let Some(record) = unit.get::<ReceiptRecord>(scope, id).await?
                && record.receipt.expires_at() <= now
            {
                unit.remove::<ReceiptRecord>(scope, id)?;
            }
            Ok(())
        })
    }

    /// 128 random bits.
    pub(super) fn bits(&self) -> u128 {
        u128::from(self.ids.number()) << 64 | u128::from(self.ids.number())
    }

    /// Remembers what a request with a token has made.
    fn keep_receipt(
        &self,
        unit: &mut Unit<'_, S>,
        account: &Account,
        token: Option<String>,
        made: Made,
        fingerprint: [u8; 32],
    ) -> Result<(), ControlError> {
        let Some(id) = token else {
            return Ok(());
        };
        let rules = &self.settings.windows.rules;
        let receipt = Receipt::new(made, fingerprint, unit.now(), rules);
        unit.put(account.as_str(), &ReceiptRecord { id, receipt })
    }
}

fn token(operation: &str, token: Option<&ClientToken>) -> Option<String> {
    token.map(|token| ReceiptRecord::id_of(operation, token))
}

/// What a request with this token has made before, if that is still remembered.
async fn known<S: Store>(
    unit: &mut Unit<'_, S>,
    account: &Account,
    token: Option<&str>,
    fingerprint: [u8; 32],
) -> Result<Option<Made>, ControlError> {
    let Some(id) = token else {
        return Ok(None);
    };
    let record = unit.get::<ReceiptRecord>(account.as_str(), id).await?;
    let receipt = record
        .map(|record| record.receipt)
        .filter(|receipt| unit.now() < receipt.expires_at());
    Ok(receipt
        .map(|receipt| receipt.answer(fingerprint))
        .transpose()?)
}

/// The window of this id.
pub(super) async fn window<S: Store>(
    unit: &mut Unit<'_, S>,
    account: &Account,
    id: WindowId,
) -> Result<Window, ControlError> {
    let record = unit
        .get::<WindowRecord>(account.as_str(), &id.to_string())
        .await?;
    record
        .map(|WindowRecord(window)| window)
        .ok_or_else(|| unknown(id))
}

/// The window of this id, for an operation to which it is one resource among many types.
pub(super) async fn tagged<S: Store>(
    unit: &mut Unit<'_, S>,
    account: &Account,
    id: WindowId,
) -> Result<Window, ControlError> {
    let record = unit
        .get::<WindowRecord>(account.as_str(), &id.to_string())
        .await?;
    record
        .map(|WindowRecord(window)| window)
        .ok_or_else(|| WindowError::InvalidResourceId(id.to_string().into()).into())
}

/// What the account has of windows and runs.
pub(super) async fn desk<S: Store>(
    unit: &mut Unit<'_, S>,
    account: &Account,
) -> Result<DeskRecord, ControlError> {
    let desk = unit
        .get::<DeskRecord>(account.as_str(), DeskRecord::ID)
        .await?;
    Ok(desk.unwrap_or_default())
}

pub(super) fn tell<S: Store>(unit: &mut Unit<'_, S>, account: &Account, event: WindowEvent) {
    unit.tell(account, Event::Window(event));
}

fn unknown(id: WindowId) -> ControlError {
    WindowError::DoesNotExist(Missing::Window(id)).into()
}
