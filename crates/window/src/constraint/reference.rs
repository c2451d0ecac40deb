//! The table of constraints as a page for readers.

use std::fmt;

use super::{Kind, Member, Operation, Shape};
use crate::violation::{Clause, Clauses};

/// Prints the request of each operation, member by member, as a Markdown table.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.name)?;
        writeln!(f, "| member | must |\n|---|---|")?;
        rows(self.input.members(), "", f)?;
        if !self.errors.is_empty() {
            writeln!(f, "\nErrors: {}.", self.errors.join(", "))?;
        }
        Ok(())
    }
}

fn rows(members: &'static [Member], path: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for member in members {
        let path = format!("{path}{}", member.name);
        let mut clauses: Vec<String> = Vec::new();
        if member.required {
            clauses.push("not be null".to_owned());
        }
        parts(member.shape, &path, clauses, f)?;
    }
    Ok(())
}

fn parts(
    shape: &'static Shape,
    path: &str,
    mut clauses: Vec<String>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    clauses.extend(Clauses(shape).all().map(|clause| match clause {
        // As code, so that no Markdown is seen in it.
        Clause::Pattern(text) => format!("satisfy regular expression pattern: `{text}`"),
        clause => clause.to_string().replacen("Member must ", "", 1),
    }));
    let clauses = clauses.join("; ").replace('|', r"\|");
    let sensitive = if shape.sensitive { " (sensitive)" } else { "" };
    writeln!(f, "| `{path}`{sensitive} | {clauses} |")?;
    match shape.kind {
        Kind::List(of) => parts(of, &format!("{path}[]"), Vec::new(), f),
        Kind::Map { key, value } => {
            parts(key, &format!("{path}{{name}}"), Vec::new(), f)?;
            parts(value, &format!("{path}{{}}"), Vec::new(), f)
        }
        Kind::Structure(members) => rows(members, &format!("{path}."), f),
        Kind::Text | Kind::Integer | Kind::Boolean | Kind::Blob => Ok(()),
    }
}
