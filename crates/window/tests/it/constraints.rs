//! Each constraint of the published model holds: at its bounds, one step beside them, and nowhere else.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tagout_window::request::{self, OPERATIONS, Request};
use tagout_window::{Kind, Shape, Violations};

use crate::model::{self, Model, Row};

/// Where the service is known to ask more than the model: CloudFormation's provider states these lengths.
const STRICTER: &[(&str, (i32, i32))] = &[
    ("MaintenanceWindowTimezone", (1, 128)),
    ("MaintenanceWindowStringDateTime", (1, 256)),
];

/// The table of the crate in the form of the model.
fn ours() -> Model {
    fn row(
        operation: &str,
        path: &str,
        shape: &'static Shape,
        required: bool,
        rows: &mut Vec<Row>,
    ) {
        let kind = match shape.kind {
            Kind::Text => "string",
            Kind::Integer => "integer",
            Kind::Boolean => "boolean",
            Kind::Blob => "blob",
            Kind::List(_) => "list",
            Kind::Map { .. } => "map",
            Kind::Structure(_) => "structure",
        };
        rows.push(Row {
            operation: operation.to_owned(),
            path: path.to_owned(),
            shape: shape.name.to_owned(),
            kind: kind.to_owned(),
            min: shape.min,
            max: shape.max,
            pattern: shape.pattern.map(|pattern| pattern.text.to_owned()),
            values: shape.values.iter().map(|&value| value.to_owned()).collect(),
            sensitive: shape.sensitive,
            required,
        });
        match shape.kind {
            Kind::List(of) => row(operation, &format!("{path}[]"), of, false, rows),
            Kind::Map { key, value } => {
                row(operation, &format!("{path}{{name}}"), key, false, rows);
                row(operation, &format!("{path}{{}}"), value, false, rows);
            }
            Kind::Structure(members) => {
                for member in members {
                    row(
                        operation,
                        &format!("{path}.{}", member.name),
                        member.shape,
                        member.required,
                        rows,
                    );
                }
            }
            _ => {}
        }
    }
    let mut ours = Model::default();
    for operation in OPERATIONS {
        for member in operation.input.members() {
            row(
                operation.name,
                member.name,
                member.shape,
                member.required,
                &mut ours.rows,
            );
        }
        let mut errors: Vec<String> = operation
            .errors
            .iter()
            .map(|&error| error.to_owned())
            .collect();
        errors.sort();
        ours.errors.insert(operation.name.to_owned(), errors);
    }
    ours
}

fn compare(model: &Model) {
    let ours = ours();
    let mut n_compared = 0;
    for theirs in &model.rows {
        let mut theirs = theirs.clone();
        if let Some((_, (min, max))) = STRICTER.iter().find(|(shape, _)| *shape == theirs.shape) {
            assert_eq!(
                (theirs.min, theirs.max),
                (None, None),
                "the model now bounds {} itself",
                theirs.shape
            );
            (theirs.min, theirs.max) = (Some(*min), Some(*max));
        }
        let found = ours
            .rows
            .iter()
            .find(|row| row.operation == theirs.operation && row.path == theirs.path);
        assert_eq!(found, Some(&theirs));
        n_compared += 1;
    }
    let operations: BTreeSet<&String> = model.errors.keys().collect();
    let rows_of_these = ours
        .rows
        .iter()
        .filter(|row| operations.contains(&row.operation))
        .count();
    assert_eq!(
        rows_of_these, n_compared,
        "the table has members that the model has not"
    );
    for (operation, errors) in &model.errors {
        assert_eq!(ours.errors.get(operation), Some(errors), "{operation}");
    }
}

#[test]
fn the_table_is_that_of_the_transcription() {
    let model = model::transcription();
    assert_eq!((model.errors.len(), model.rows.len() > 250), (23, true));
    compare(&model);
}

#[test]
fn the_table_is_that_of_botocore() {
    let Some(model) = model::botocore() else {
        return;
    };
    assert_eq!(model.errors.len(), OPERATIONS.len());
    compare(&model);
}

#[test]
fn each_bound_is_kept_to_the_step() {
    let model = model::botocore().unwrap_or_else(model::transcription);
    let mut n_requests = 0;
    for row in &model.rows {
        let mut row = row.clone();
        if let Some((_, (min, max))) = STRICTER.iter().find(|(shape, _)| *shape == row.shape) {
            (row.min, row.max) = (Some(*min), Some(*max));
        }
        for value in values_around(&row, &model) {
            let clauses = broken(&row, value.as_ref());
            let request = request_with(&row, value, &model);
            let expected = expected(&row, &clauses);
            assert_eq!(
                violations(&row.operation, &request),
                expected,
                "{} {} {request}",
                row.operation,
                row.path
            );
            n_requests += 1;
        }
    }
    assert!(n_requests > 900, "only {n_requests} requests were tried");
}

/// Values at each bound of a row and one step beside it, breakers of its pattern, a word that is not among its words,
/// and none at all.
fn values_around(row: &Row, model: &Model) -> Vec<Option<Value>> {
    let mut sizes = BTreeSet::from([row.min.unwrap_or(1).max(0)]);
    for bound in [row.min, row.max].into_iter().flatten() {
        sizes.extend([bound - 1, bound, bound + 1]);
    }
    let mut values: Vec<Option<Value>> = match row.kind.as_str() {
        "integer" => sizes.iter().map(|&number| Some(json!(number))).collect(),
        "boolean" => vec![Some(json!(true)), Some(json!(false))],
        "structure" => vec![Some(sample(row, 0, model))],
        _ => sizes
            .iter()
            .filter(|&&size| size >= 0)
            .map(|&size| Some(sample(row, size as usize, model)))
            .collect(),
    };
    if row.kind == "string" {
        values.extend(row.values.iter().map(|value| Some(json!(value))));
        if row.pattern.is_some() || !row.values.is_empty() {
            values.extend(
                [
                    "",
                    "*",
                    "nope",
                    "a b",
                    "é\u{301}",
                    "0",
                    "-1",
                    "101%",
                    "mw-",
                    "a\n",
                ]
                .map(|it| Some(json!(it))),
            );
        }
    }
    if !row.path.ends_with([']', '}']) {
        values.push(None);
    }
    values
}

/// A value of that size which breaks nothing but, if so, the bounds of its size.
fn sample(row: &Row, size: usize, model: &Model) -> Value {
    let within = |suffix: &str| {
        let path = format!("{}{suffix}", row.path);
        model
            .rows
            .iter()
            .find(|other| other.operation == row.operation && other.path == path)
            .unwrap()
    };
    match row.kind.as_str() {
        "string" if !row.values.is_empty() => json!(row.values[0]),
        "string" => json!(match row.pattern.as_deref() {
            Some("^mw-[0-9a-f]{17}$") => format!("mw-{}", "0".repeat(size.saturating_sub(3))),
            Some(uuid) if uuid.contains("{8}") => {
                let mut uuid = "01234567-89ab-cdef-0123-456789abcdef0".to_owned();
                uuid.truncate(size);
                uuid
            }
            Some(percent) if percent.contains("100%") =>
                format!("{:0<size$}", if size == 0 { "" } else { "1" }),
            Some(version) if version.contains("LATEST") => "1".to_owned(),
            _ => "a".repeat(size),
        }),
        "integer" => json!(row.min.unwrap_or(1)),
        "boolean" => json!(true),
        // As Base64: three bytes are four letters.
        "blob" => json!(format!(
            "{}{}",
            "AAAA".repeat(size / 3),
            ["", "AA==", "AAA="][size % 3]
        )),
        "list" => {
            let of = within("[]");
            Value::Array(
                (0..size)
                    .map(|_| sample(of, of.min.unwrap_or(1).max(1) as usize, model))
                    .collect(),
            )
        }
        "map" => {
            let of = within("{}");
            let entry = |at: usize| {
                (
                    format!("k{at}"),
                    sample(of, of.min.unwrap_or(1).max(1) as usize, model),
                )
            };
            Value::Object((0..size).map(entry).collect())
        }
        "structure" => {
            let prefix = format!("{}.", row.path);
            let required = model.rows.iter().filter(|other| {
                let member = other
                    .path
                    .strip_prefix(&prefix)
                    .filter(|_| other.operation == row.operation);
                other.required && member.is_some_and(|name| !name.contains(['.', '[', '{']))
            });
            let entry = |other: &Row| {
                (
                    other.path[prefix.len()..].to_owned(),
                    sample(other, other.min.unwrap_or(1).max(1) as usize, model),
                )
            };
            Value::Object(required.map(entry).collect())
        }
        kind => panic!("unknown kind {kind}"),
    }
}

/// The clauses of the row that the value breaks, in the words of the service; this is the oracle.
fn broken(row: &Row, value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else {
        return if row.required {
            vec!["Member must not be null".to_owned()]
        } else {
            Vec::new()
        };
    };
    let (size, noun) = match value {
        Value::Number(number) => (number.as_i64().unwrap(), "value"),
        Value::String(text) if row.kind == "blob" => {
            ((text.trim_end_matches('=').len() * 3 / 4) as i64, "length")
        }
        Value::String(text) => (text.chars().count() as i64, "length"),
        Value::Array(items) => (items.len() as i64, "length"),
        Value::Object(entries) => (entries.len() as i64, "length"),
        _ => (0, ""),
    };
    let mut clauses = Vec::new();
    if row.max.is_some_and(|max| size > i64::from(max)) {
        clauses.push(format!(
            "Member must have {noun} less than or equal to {}",
            row.max.unwrap()
        ));
    }
    if row.min.is_some_and(|min| size < i64::from(min)) {
        clauses.push(format!(
            "Member must have {noun} greater than or equal to {}",
            row.min.unwrap()
        ));
    }
    if let (Some(pattern), Some(text)) = (&row.pattern, value.as_str())
        && !matches(pattern, text)
    {
        clauses.push(format!(
            "Member must satisfy regular expression pattern: {pattern}"
        ));
    }
    if !row.values.is_empty() && !row.values.iter().any(|word| value == word) {
        clauses.push(format!(
            "Member must satisfy enum value set: [{}]",
            row.values.join(", ")
        ));
    }
    clauses
}

/// Whether the whole text matches, by the `regex` crate; it lacks the look-ahead of the one pattern that uses it.
fn matches(pattern: &str, text: &str) -> bool {
    if pattern == r"^(?!\s*$).+" {
        return !text.trim().is_empty() && !text.contains(['\n', '\r']);
    }
    regex::Regex::new(&format!(r"\A(?:{pattern})\z"))
        .unwrap()
        .is_match(text)
}

/// A request that is complete, and holds `value` at the path of the row.
fn request_with(row: &Row, value: Option<Value>, model: &Model) -> Value {
    let required = model.rows.iter().filter(|other| {
        other.operation == row.operation && other.required && !other.path.contains(['.', '[', '{'])
    });
    let mut request: Map<String, Value> = required
        .map(|it| {
            (
                it.path.clone(),
                sample(it, it.min.unwrap_or(1).max(1) as usize, model),
            )
        })
        .collect();
    place(&mut request, &row.path, "", row, value, model);
    Value::Object(request)
}

fn place(
    into: &mut Map<String, Value>,
    path: &str,
    done: &str,
    row: &Row,
    value: Option<Value>,
    model: &Model,
) {
    let end = path.find(['.', '[', '{']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    let done = format!("{done}{name}");
    let fresh = |path: &str| {
        let other = model
            .rows
            .iter()
            .find(|other| other.operation == row.operation && other.path == path)
            .unwrap();
        sample(other, 0, model)
    };
    if rest.is_empty() {
        match value {
            Some(value) => drop(into.insert(name.to_owned(), value)),
            None => drop(into.remove(name)),
        }
    } else if let Some(rest) = rest.strip_prefix('.') {
        let mut inner = into.remove(name).unwrap_or_else(|| fresh(&done));
        place(
            inner.as_object_mut().unwrap(),
            rest,
            &format!("{done}."),
            row,
            value,
            model,
        );
        into.insert(name.to_owned(), inner);
    } else if let Some(rest) = rest.strip_prefix("[]") {
        into.insert(
            name.to_owned(),
            json!([element(rest, &format!("{done}[]"), row, value, model)]),
        );
    } else if let Some(rest) = rest.strip_prefix("{name}") {
        assert_eq!(rest, "");
        let other = model
            .rows
            .iter()
            .find(|it| it.operation == row.operation && it.path == format!("{done}{{}}"))
            .unwrap();
        let key = value.unwrap().as_str().unwrap().to_owned();
        into.insert(name.to_owned(), json!({ key: sample(other, 1, model) }));
    } else if let Some(rest) = rest.strip_prefix("{}") {
        into.insert(
            name.to_owned(),
            json!({ "k0": element(rest, &format!("{done}{{}}"), row, value, model) }),
        );
    }
}

/// The entry of a list or map that holds the value, at `rest` within it.
fn element(rest: &str, done: &str, row: &Row, value: Option<Value>, model: &Model) -> Value {
    if rest.is_empty() {
        return value.unwrap();
    }
    if rest == "[]" {
        return json!([value.unwrap()]);
    }
    let mut inner = Map::new();
    let other = model
        .rows
        .iter()
        .find(|it| it.operation == row.operation && it.path == done)
        .unwrap();
    if let Value::Object(members) = sample(other, 0, model) {
        inner = members;
    }
    place(
        &mut inner,
        rest.strip_prefix('.').unwrap(),
        &format!("{done}."),
        row,
        value,
        model,
    );
    Value::Object(inner)
}

/// What the service would say: a path and a clause for each fault. Entries of a list of plain values, and names and
/// values of a map, are reported once, with all clauses of their shape.
fn expected(row: &Row, clauses: &[String]) -> BTreeSet<(String, String)> {
    let all = {
        let number = if row.kind == "integer" {
            "value"
        } else {
            "length"
        };
        let mut all = Vec::new();
        all.extend(
            row.max
                .map(|max| format!("Member must have {number} less than or equal to {max}")),
        );
        all.extend(
            row.min
                .map(|min| format!("Member must have {number} greater than or equal to {min}")),
        );
        all.extend(
            row.pattern
                .as_ref()
                .map(|it| format!("Member must satisfy regular expression pattern: {it}")),
        );
        if !row.values.is_empty() {
            all.push(format!(
                "Member must satisfy enum value set: [{}]",
                row.values.join(", ")
            ));
        }
        all.join(", ")
    };
    if clauses.is_empty() {
        return BTreeSet::new();
    }
    let (path, form) = if let Some(path) = row
        .path
        .strip_suffix("[]")
        .filter(|_| row.kind != "structure")
    {
        (path, "Member must satisfy constraint: ")
    } else if let Some(path) = row.path.strip_suffix("{name}") {
        (path, "Map keys must satisfy constraint: ")
    } else if let Some(path) = row.path.strip_suffix("{}") {
        (path, "Map value must satisfy constraint: ")
    } else {
        (row.path.as_str(), "")
    };
    let path = printed(path);
    if form.is_empty() {
        clauses
            .iter()
            .map(|clause| (path.clone(), clause.clone()))
            .collect()
    } else {
        BTreeSet::from([(path, format!("{form}[{all}]"))])
    }
}

/// `Targets[].Key` as `targets.1.member.key`.
fn printed(path: &str) -> String {
    let spelt = path.replace("[].", ".1.member.");
    // In a map with sensitive values the name is not printed either.
    let spelt = if spelt.starts_with("TaskParameters") {
        spelt.replace("{}", ".1.member")
    } else {
        spelt.replace("{}", ".k0.member")
    };
    let lower = |step: &str| step[..1].to_lowercase() + &step[1..];
    spelt.split('.').map(lower).collect::<Vec<_>>().join(".")
}

fn violations(operation: &str, request: &Value) -> BTreeSet<(String, String)> {
    let Err(violations) = parse(operation, request.clone()) else {
        return BTreeSet::new();
    };
    let text = violations.to_string();
    let found: BTreeSet<_> = violations
        .iter()
        .map(|it| (it.path().to_owned(), it.clause().to_string()))
        .collect();
    for (path, clause) in &found {
        assert!(
            text.contains(&format!(
                " at '{path}' failed to satisfy constraint: {clause}"
            )),
            "{text}"
        );
    }
    found
}

macro_rules! parse_by_name {
    ($($request:ident),* $(,)?) => {
        fn parse(operation: &str, request: Value) -> Result<(), Violations> {
            match operation {
                $(stringify!($request) => {
                    let request: request::$request = serde_json::from_value(request).unwrap();
                    assert_eq!(<request::$request as Request>::OPERATION.name, operation);
                    request.parse().map(drop)
                })*
                _ => panic!("no request for {operation}"),
            }
        }
    };
}

parse_by_name!(
    AddTagsToResource,
    CancelMaintenanceWindowExecution,
    CreateMaintenanceWindow,
    DeleteMaintenanceWindow,
    DeregisterTargetFromMaintenanceWindow,
    DeregisterTaskFromMaintenanceWindow,
    DescribeMaintenanceWindowExecutionTaskInvocations,
    DescribeMaintenanceWindowExecutionTasks,
    DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindowSchedule,
    DescribeMaintenanceWindowTargets,
    DescribeMaintenanceWindowTasks,
    DescribeMaintenanceWindows,
    DescribeMaintenanceWindowsForTarget,
    GetMaintenanceWindow,
    GetMaintenanceWindowExecution,
    GetMaintenanceWindowExecutionTask,
    GetMaintenanceWindowExecutionTaskInvocation,
    GetMaintenanceWindowTask,
    ListTagsForResource,
    RegisterTargetWithMaintenanceWindow,
    RegisterTaskWithMaintenanceWindow,
    RemoveTagsFromResource,
    UpdateMaintenanceWindow,
    UpdateMaintenanceWindowTarget,
    UpdateMaintenanceWindowTask,
);
