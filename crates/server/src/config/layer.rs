//! The sources of settings, laid over one another.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, Place,
    settings::{KEYS, Settings},
};

/// The sources of settings, the later ones on top.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Layer>);

#[derive(Clone, Debug)]
struct Layer {
    table: Table,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    File { path: PathBuf, text: String },
    Environment { name: String },
    Option,
}

impl Layers {
    /// No source: everything is as it is by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lays the file at `path` on top.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] if it cannot be read, is no TOML, or has a key that is not known or of another type.
    pub fn file(&mut self, path: &Path) -> Result<&mut Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| {
            let problem = match error.kind() {
                io::ErrorKind::NotFound => "no such file".to_owned(),
                _ => error.to_string(),
            };
            ConfigError::new(
                Place::File {
                    path: path.to_owned(),
                    line: 1,
                },
                "",
                problem,
            )
        })?;
        self.text(path, text)
    }

    /// Lays `text` on top as if it stood in a file at `path`.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn text(&mut self, path: &Path, text: String) -> Result<&mut Self, ConfigError> {
        let fault = |error: &toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let key = DeTable::parse(&text)
                .map(|table| key_at(table.get_ref(), at))
                .unwrap_or_default();
            let place = Place::File {
                path: path.to_owned(),
                line: line_at(&text, at),
            };
            ConfigError::new(place, key, error.message())
        };
        let table = toml::from_str(&text).map_err(|error| fault(&error))?;
        toml::from_str::<Settings>(&text).map_err(|error| fault(&error))?;
        self.0.push(Layer {
            table,
            source: Source::File {
                path: path.to_owned(),
                text,
            },
        });
        Ok(self)
    }

    /// Lays the variables of an environment on top: those that are called `TAGOUT_` and a key in capitals.
    ///
    /// Others are left alone, so that a variable of some other tool does not stop the server.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] if a value is of another type than its key.
    pub fn environment(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<&mut Self, ConfigError> {
        for (name, value) in variables {
            if let Some(key) = KEYS
                .iter()
                .map(|(key, _)| *key)
                .find(|key| variable(key) == name)
            {
                let table = assignment(key, &value).map_err(|problem| {
                    ConfigError::new(Place::Environment(name.clone()), key, problem)
                })?;
                self.0.push(Layer {
                    table,
                    source: Source::Environment { name },
                });
            }
        }
        Ok(self)
    }

    /// Lays one option on top: `KEY=VALUE`, the value as in TOML or as plain text.
    ///
    /// Other users of the machine can read a command's options, so secrets have no place there: `credentials` come
    /// from the file, and `store` may also be set in the environment.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] if it has no `=`, its key is not known, or its value is of another type.
    pub fn option(&mut self, option: &str) -> Result<&mut Self, ConfigError> {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let (key, value) = (key.trim(), value.trim());
        let error = |problem: String| ConfigError::new(Place::Option, key, problem);
        if !option.contains('=') {
            return Err(error("expected KEY=VALUE".to_owned()));
        }
        if !KEYS.iter().any(|(known, _)| *known == key) {
            return Err(error(format!("no such key, expected one of {}", names())));
        }
        let table = assignment(key, value).map_err(error)?;
        self.0.push(Layer {
            table,
            source: Source::Option,
        });
        Ok(self)
    }

    pub(super) fn merged(&self) -> Result<Settings, ConfigError> {
        let mut merged = Table::new();
        for layer in &self.0 {
            merge(&mut merged, layer.table.clone());
        }
        merged.try_into().map_err(|error: toml::de::Error| {
            ConfigError::new(Place::Nowhere, "", error.message()) // each layer was read alone before
        })
    }

    /// Where the value of `key` comes from.
    pub(super) fn place_of(&self, key: &str) -> Place {
        let path = path_of(key);
        let Some(layer) = self.0.iter().rev().find(|layer| holds(&layer.table, &path)) else {
            return Place::Nowhere;
        };
        match &layer.source {
            Source::File { path: file, text } => {
                let line = DeTable::parse(text)
                    .map_or(1, |table| line_at(text, offset_of(table.get_ref(), &path)));
                Place::File {
                    path: file.clone(),
                    line,
                }
            }
            Source::Environment { name } => Place::Environment(name.clone()),
            Source::Option => Place::Option,
        }
    }
}

/// The environment variable of `key`.
fn variable(key: &str) -> String {
    format!("TAGOUT_{}", key.replace('.', "_").to_ascii_uppercase())
}

fn names() -> String {
    KEYS.iter()
        .map(|(key, _)| format!("`{key}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A table in which `key` is `value`: read as TOML where that is of the right type, as plain text else.
fn assignment(key: &str, value: &str) -> Result<Table, String> {
    let nested = |value: Value| {
        let mut names = key.rsplit('.');
        let last = names.next().unwrap_or(key);
        let innermost = Table::from_iter([(last.to_owned(), value)]);
        names.fold(innermost, |table, name| {
            Table::from_iter([(name.to_owned(), Value::Table(table))])
        })
    };
    let fits = |table: &Table| table.clone().try_into::<Settings>().map(drop);
    let as_text = nested(Value::String(value.to_owned()));
    let as_toml = format!("x = {value}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("x"))
        .map(nested);
    match as_toml {
        Some(table) => match fits(&table) {
            Ok(()) => Ok(table),
            Err(error) => fits(&as_text)
                .map(|()| as_text)
                .map_err(|_| error.message().to_owned()),
        },
        None => fits(&as_text)
            .map(|()| as_text)
            .map_err(|error| error.message().to_owned()),
    }
}

fn merge(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}

/// One step into a table: by name, or by number.
enum Step<'a> {
    Name(&'a str),
    Number(usize),
}

/// The steps of a key such as `credentials[0].account`.
fn path_of(key: &str) -> Vec<Step<'_>> {
    let mut path = Vec::new();
    for part in key.split('.') {
        let (name, number) = part.split_once('[').unwrap_or((part, ""));
        path.push(Step::Name(name));
        if let Ok(number) = number.trim_end_matches(']').parse() {
            path.push(Step::Number(number));
        }
    }
    path
}

/// Whether `table` says something of the first step of `path` and the names that follow it directly.
fn holds(table: &Table, path: &[Step<'_>]) -> bool {
    let mut table = table;
    for step in path {
        let Step::Name(name) = step else { return true };
        match table.get(*name) {
            Some(Value::Table(inner)) => table = inner,
            Some(_) => return true,
            None => return false,
        }
    }
    true
}

/// Where in the text the last known step of `path` stands.
fn offset_of(table: &DeTable<'_>, path: &[Step<'_>]) -> usize {
    let mut offset = 0;
    let mut value: Option<&DeValue<'_>> = None;
    for step in path {
        let next = match (step, value) {
            (Step::Name(name), None) => table.get_key_value(*name),
            (Step::Name(name), Some(DeValue::Table(table))) => table.get_key_value(*name),
            (Step::Number(number), Some(DeValue::Array(array))) => {
                let Some(item) = array.get(*number) else {
                    break;
                };
                offset = item.span().start;
                value = Some(item.get_ref());
                continue;
            }
            _ => None,
        };
        let Some((key, inner)) = next else { break };
        offset = key.span().start;
        value = Some(inner.get_ref());
    }
    offset
}

/// The key whose name or value stands at `offset`.
fn key_at(table: &DeTable<'_>, offset: usize) -> String {
    for (key, value) in table {
        let name = key.get_ref();
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_at(table, offset),
            DeValue::Array(array) => array
                .iter()
                .enumerate()
                .find_map(|(n, item)| match item.get_ref() {
                    DeValue::Table(table) => {
                        Some((n, key_at(table, offset))).filter(|(_, key)| !key.is_empty())
                    }
                    _ => None,
                })
                .map_or(String::new(), |(n, key)| format!("[{n}].{key}")),
            _ => String::new(),
        };
        if !inner.is_empty() {
            return if inner.starts_with('[') {
                format!("{name}{inner}")
            } else {
                format!("{name}.{inner}")
            };
        }
        if key.span().contains(&offset) || value.span().contains(&offset) {
            return name.to_string();
        }
    }
    String::new()
}

/// The line of the byte at `offset`, counted from 1.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
}
