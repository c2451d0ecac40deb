//! The login.

use std::fmt;

use serde::Serialize;

use super::body::{Faults, Pairs, Reader, object, tree};
use super::{Fault, Input, Reply, Role};

/// A name and a password, as they came in. The password is in no text that this writes.
#[derive(Clone, Eq, PartialEq)]
pub struct Login {
    /// The name.
    pub username: Box<str>,
    /// The password.
    pub password: Box<str>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Reads JSON or a form; the names of both members in any letter case, as the reference has them in two.
    pub(super) fn parse(input: &Input<'_>) -> Result<Self, Fault> {
        let mut faults = Faults::default();
        if input.is_form() {
            let form = Pairs::parse(input.body)?;
            let mut read = |name| {
                let value = form.one(name, &mut faults);
                value.unwrap_or_default().into()
            };
            let login = Self {
                username: read("username"),
                password: read("password"),
            };
            // What is missing is as wrong as what is wrong.
            return faults.or(Some(login));
        }
        let tree = tree(input.body)?;
        let mut reader = Reader {
            members: object(&tree)?,
            place: "body",
            faults: &mut faults,
        };
        let mut read = |name| reader.text(name).unwrap_or_default().into();
        let login = Self {
            username: read("username"),
            password: read("password"),
        };
        faults.or(Some(login))
    }
}

/// What a login is answered with.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn<'a> {
    /// The name.
    pub user_name: &'a str,
    /// The account, in upper case as the service wrote it here.
    pub account_alias: &'a str,
    /// The data centre where the account is at home, in upper case.
    pub location_alias: &'a str,
    /// What the user may.
    #[serde(serialize_with = "names")]
    pub roles: &'a [Role],
    /// What opens every other call: `Authorization: Bearer …`.
    pub bearer_token: &'a str,
}

impl fmt::Debug for LoggedIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn")
            .field("user_name", &self.user_name)
            .field("account_alias", &self.account_alias)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

fn names<S: serde::Serializer>(roles: &[Role], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(roles.iter().map(|role| role.name()))
}

/// The answer to a login that is good.
pub fn login_reply(login: &LoggedIn<'_>) -> Reply {
    Reply::json(200, login)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clc::{Request, Route};

    #[track_caller]
    fn check(content_type: &str, body: &str, expected: (&str, &str)) {
        let route = Route::find("POST", "/v2/authentication/login").unwrap();
        let input = Input {
            content_type,
            body: body.as_bytes(),
            ..Input::default()
        };
        let Request::Login(login) = Request::parse(&route, &input).unwrap() else {
            panic!("a login");
        };
        assert_eq!((&*login.username, &*login.password), expected);
        let shown = format!("{login:?}");
        assert!(
            login.password.is_empty() || !shown.contains(&*login.password),
            "{shown}"
        );
    }

    #[test]
    fn names_and_passwords_come_as_json_or_as_a_form_in_either_case() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        check(
            "",
            r#"{"username":"ops","password":"p+ w"}"#,
            ("ops", "p+ w"),
        );
        check(form, "Username=ops&Password=p%2B+w", ("ops", "p+ w"));
        check(form, "username=ops&password=secret", ("ops", "secret"));
        check(
            "",
            r#"{"Username":"ops","PASSWORD":"secret"}"#,
            ("ops", "secret"),
        );
        check("", r#"{"username":"ops","password":null}"#, ("ops", ""));
    }

    #[test]
    fn a_login_answers_in_the_order_of_the_reference() {
        let reply = login_reply(&LoggedIn {
            user_name: "ops@example.org",
            account_alias: "ALTD",
            location_alias: "DE1",
            roles: &[Role::AccountAdmin, Role::DnsManager],
            bearer_token: "abc",
        });
        assert_eq!(
            String::from_utf8(reply.body).unwrap(),
            r#"{"userName":"ops@example.org","accountAlias":"ALTD","locationAlias":"DE1","roles":["AccountAdmin","DNSManager"],"bearerToken":"abc"}"#
        );
    }
}
