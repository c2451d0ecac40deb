//! Which call a method and a path are.

use tagout_batch::{Alias, Operation};

use super::{Fault, Need};

/// A call of the interface.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Call {
    /// Gives a token for a name and a password.
    Login,
    /// One operation on many servers.
    Submit,
    /// Where a job stands, in one word.
    Status,
    /// The jobs of the account.
    Jobs,
    /// A job, with its servers one by one.
    Job,
    /// Stops a job.
    Cancel,
    /// Queues what an ended job left undone.
    Resume,
    /// The planned maintenance of the account.
    Plans,
    /// Plans maintenance.
    NewPlan,
    /// One planned maintenance.
    Plan,
    /// Ends a planned maintenance now.
    EndPlan,
    /// The servers of the account.
    Servers,
    /// Builds a server from a template, or as a copy of another.
    Create,
    /// Builds a server from an image that was brought in.
    Import,
    /// One server.
    Server,
    /// Changes a server.
    Patch,
    /// Deletes a server.
    Delete,
    /// Brings a server back from the archive.
    Restore,
    /// Takes a server back to its snapshot.
    Revert,
    /// Deletes a snapshot.
    DeleteSnapshot,
    /// Archives the servers of a group.
    ArchiveGroup,
    /// Brings the servers of a group back from the archive.
    RestoreGroup,
    /// Deletes the servers of a group.
    DeleteGroup,
}

/// One path with one method.
#[derive(Clone, Copy, Debug)]
pub struct RouteRow {
    /// The method, in upper case.
    pub method: &'static str,
    /// The path. A part in braces stands for any text without a slash.
    pub path: &'static str,
    /// What it is.
    pub call: Call,
    /// What it asks of the caller; [`Route::need`] knows batch operations apart.
    pub need: Need,
}

/// Every path and method that is answered, and the only place where they are written down.
///
/// The jobs and plans under `/v2/operations` and the list of servers are ours; all else is the service's.
#[rustfmt::skip] // columns
pub const ROUTES: &[RouteRow] = &[
    row("POST",   "/v2/authentication/login",                                      Call::Login,          Need::Nothing),
    row("POST",   "/v2/operations/{alias}/servers/{operation}",                    Call::Submit,         Need::Operate),
    row("GET",    "/v2/operations/{alias}/status/{job}",                           Call::Status,         Need::Read),
    row("GET",    "/v2/operations/{alias}/jobs",                                   Call::Jobs,           Need::Read),
    row("GET",    "/v2/operations/{alias}/jobs/{job}",                             Call::Job,            Need::Read),
    row("POST",   "/v2/operations/{alias}/jobs/{job}/cancel",                      Call::Cancel,         Need::Operate),
    row("POST",   "/v2/operations/{alias}/jobs/{job}/resume",                      Call::Resume,         Need::Operate),
    row("GET",    "/v2/operations/{alias}/plans",                                  Call::Plans,          Need::Read),
    row("POST",   "/v2/operations/{alias}/plans",                                  Call::NewPlan,        Need::Operate),
    row("GET",    "/v2/operations/{alias}/plans/{plan}",                           Call::Plan,           Need::Read),
    row("DELETE", "/v2/operations/{alias}/plans/{plan}",                           Call::EndPlan,        Need::Operate),
    row("GET",    "/v2/servers/{alias}",                                           Call::Servers,        Need::Read),
    row("POST",   "/v2/servers/{alias}",                                           Call::Create,         Need::Remove),
    row("POST",   "/v2/vmImport/{alias}",                                          Call::Import,         Need::Remove),
    row("GET",    "/v2/servers/{alias}/{server}",                                  Call::Server,         Need::Read),
    row("PATCH",  "/v2/servers/{alias}/{server}",                                  Call::Patch,          Need::Remove),
    row("DELETE", "/v2/servers/{alias}/{server}",                                  Call::Delete,         Need::Remove),
    row("POST",   "/v2/servers/{alias}/{server}/restore",                          Call::Restore,        Need::Remove),
    row("POST",   "/v2/servers/{alias}/{server}/snapshots/{snapshot}/restore",     Call::Revert,         Need::Operate),
    row("DELETE", "/v2/servers/{alias}/{server}/snapshots/{snapshot}",             Call::DeleteSnapshot, Need::Operate),
    row("POST",   "/v2/groups/{alias}/{group}/archive",                            Call::ArchiveGroup,   Need::Remove),
    row("POST",   "/v2/groups/{alias}/{group}/restore",                            Call::RestoreGroup,   Need::Remove),
    row("DELETE", "/v2/groups/{alias}/{group}",                                    Call::DeleteGroup,    Need::Remove),
];

const fn row(method: &'static str, path: &'static str, call: Call, need: Need) -> RouteRow {
    RouteRow {
        method,
        path,
        call,
        need,
    }
}

/// The most parts in braces that a path has.
const VALUES_MAX: usize = 3;

/// A request as far as its method and path tell.
///
/// # Example
///
/// ```
/// use tagout_wire::clc::{Call, Need, Route};
///
/// let route = Route::find("POST", "/V2/operations/ALTD/servers/archive/")?;
/// assert_eq!((route.call(), route.need()), (Call::Submit, Need::Remove));
/// assert_eq!(route.alias_as_written(), "ALTD");
///
/// assert_eq!(Route::find("GET", "/v2/moons").unwrap_err().status(), 404);
/// assert_eq!(Route::find("PUT", "/v2/servers/altd").unwrap_err().status(), 405);
/// # Ok::<(), tagout_wire::clc::Fault>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    row: &'static RouteRow,
    /// What stands for the parts in braces, in their order; empty texts beyond.
    values: [&'a str; VALUES_MAX],
}

impl<'a> Route<'a> {
    /// The call that this method on this path is.
    ///
    /// The fixed parts of a path are read in any letter case, and a slash at the end does not matter.
    ///
    /// # Errors
    ///
    /// Returns 404 for a path that is nothing, and 405 for one that takes other methods.
    pub fn find(method: &str, path: &'a str) -> Result<Self, Fault> {
        let mut allow = String::new();
        for row in ROUTES {
            let Some(values) = matched(row.path, path) else {
                continue;
            };
            if row.method == method {
                return Ok(Self { row, values });
            }
            if !allow.is_empty() {
                allow.push_str(", ");
            }
            allow.push_str(row.method);
        }
        Err(if allow.is_empty() {
            Fault::not_found()
        } else {
            Fault::method(&allow)
        })
    }

    /// What it is.
    pub fn call(&self) -> Call {
        self.row.call
    }

    /// What it asks of the caller.
    pub fn need(&self) -> Need {
        if self.call() == Call::Submit && self.operation() == Some(Operation::Archive) {
            Need::Remove
        } else {
            self.row.need
        }
    }

    /// The alias in the path as it was written; empty for the login.
    pub fn alias_as_written(&self) -> &'a str {
        self.values[0]
    }

    /// The alias in the path; none for the login, and for a text that can be no alias.
    pub fn alias(&self) -> Option<Alias> {
        self.values[0].parse().ok()
    }

    /// The operation in the path of a batch.
    pub fn operation(&self) -> Option<Operation> {
        let operation: Operation = self.values[1].parse().ok()?;
        operation.is_batch().then_some(operation)
    }

    /// The part after the alias.
    pub(super) fn second(&self) -> &'a str {
        self.values[1]
    }

    /// The part after that.
    pub(super) fn third(&self) -> &'a str {
        self.values[2]
    }
}

/// What stands for the parts in braces, if the path is one of this form.
fn matched<'a>(form: &str, path: &'a str) -> Option<[&'a str; VALUES_MAX]> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut values = [""; VALUES_MAX];
    let mut n_values = 0;
    let mut parts = path.split('/');
    for wanted in form.split('/') {
        let part = parts.next()?;
        if wanted.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            *values.get_mut(n_values)? = part;
            n_values += 1;
        } else if !wanted.eq_ignore_ascii_case(part) {
            return None;
        }
    }
    parts.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_of_the_table_finds_its_own_call() {
        for row in ROUTES {
            let path = row.path.replace(['{', '}'], "");
            let route = Route::find(row.method, &path).unwrap();
            assert_eq!(route.call(), row.call, "{path}");
            let parts: Vec<_> = row
                .path
                .split('/')
                .filter(|part| part.starts_with('{'))
                .collect();
            assert!(parts.len() <= VALUES_MAX);
            for (value, part) in route.values.iter().zip(parts) {
                assert_eq!(format!("{{{value}}}"), part);
            }
        }
    }

    #[test]
    fn no_path_has_a_method_twice() {
        for (index, row) in ROUTES.iter().enumerate() {
            let same = |other: &RouteRow| other.method == row.method && other.path == row.path;
            assert!(
                !ROUTES[..index].iter().any(same),
                "{} {}",
                row.method,
                row.path
            );
        }
    }

    #[track_caller]
    fn refused(method: &str, path: &str, status: u16, allow: Option<&str>) {
        let reply = Route::find(method, path).unwrap_err().reply();
        assert_eq!((reply.status, reply.allow.as_deref()), (status, allow));
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        refused("GET", "/", 404, None);
        refused("GET", "/v2", 404, None);
        refused("GET", "", 404, None);
        refused("GET", "/v2/servers//", 404, None);
        refused("GET", "/v2/servers/altd/a/b", 404, None);
        refused("GET", "/v2/servers/altd//", 404, None);
        refused("GET", "v2/servers/altd", 404, None);
        refused(
            "POST",
            "/v2-experimental/networks/altd/wa1/claim",
            404,
            None,
        );
        refused("get", "/v2/servers/altd", 405, Some("GET, POST"));
        refused(
            "POST",
            "/v2/servers/altd/x",
            405,
            Some("GET, PATCH, DELETE"),
        );
        refused("GET", "/v2/authentication/login", 405, Some("POST"));
    }

    #[test]
    fn only_archiving_among_batches_needs_an_administrator() {
        for operation in Operation::BATCH {
            let path = format!("/v2/operations/altd/servers/{operation}");
            let need = Route::find("POST", &path).unwrap().need();
            assert_eq!(
                need == Need::Remove,
                operation == Operation::Archive,
                "{operation}"
            );
        }
    }
}
