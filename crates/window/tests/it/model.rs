//! The published constraints, as the tests know them: from botocore if there is one, and from a transcription.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

/// Names the Python interpreter that has `botocore` installed.
pub(crate) const PYTHON: &str = "TAGOUT_TEST_PYTHON";

/// What one value of a request must be.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub(crate) struct Row {
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) shape: String,
    pub(crate) kind: String,
    pub(crate) min: Option<i32>,
    pub(crate) max: Option<i32>,
    pub(crate) pattern: Option<String>,
    pub(crate) values: Vec<String>,
    pub(crate) sensitive: bool,
    pub(crate) required: bool,
}

/// The constraints of all operations.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) rows: Vec<Row>,
    /// The errors that an operation declares, in the order of the alphabet, without the internal one.
    pub(crate) errors: BTreeMap<String, Vec<String>>,
}

/// The model of the installed botocore, or `None`, said aloud, if the environment names no interpreter.
pub(crate) fn botocore() -> Option<Model> {
    let Some(python) = std::env::var_os(PYTHON) else {
        eprintln!("not compared with botocore: set {PYTHON} to a Python that has it");
        return None;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/constraints.py");
    let output = Command::new(python)
        .arg(script)
        .output()
        .expect("the interpreter named by the environment runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut model = Model::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        #[derive(Deserialize)]
        struct Errors {
            operation: String,
            errors: Vec<String>,
        }
        if let Ok(Errors {
            operation,
            mut errors,
        }) = serde_json::from_str(line)
        {
            errors.retain(|error| error != "InternalServerError");
            model.errors.insert(operation, errors);
        } else {
            model.rows.push(serde_json::from_str(line).unwrap());
        }
    }
    Some(model)
}

/// The transcription that stands beside the tests.
pub(crate) fn transcription() -> Model {
    let lines: Vec<Vec<&str>> = include_str!("../model/transcription.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(' ').collect())
        .collect();
    let shapes: BTreeMap<&str, &[&str]> = lines
        .iter()
        .filter(|line| line[0] != "operation")
        .map(|line| (line[1].trim_end_matches('*'), line.as_slice()))
        .collect();
    let mut model = Model::default();
    for line in lines.iter().filter(|line| line[0] == "operation") {
        let [_, operation, input, errors] = line[..] else {
            panic!("{line:?}")
        };
        let errors = errors
            .split(',')
            .filter(|error| *error != "-")
            .map(str::to_owned)
            .collect();
        model.errors.insert(operation.to_owned(), errors);
        let mut expand = Expand {
            shapes: &shapes,
            operation,
            rows: &mut model.rows,
        };
        expand.members("", shapes[input]);
    }
    model
}

struct Expand<'a> {
    shapes: &'a BTreeMap<&'a str, &'a [&'a str]>,
    operation: &'a str,
    rows: &'a mut Vec<Row>,
}

impl Expand<'_> {
    fn members(&mut self, path: &str, structure: &[&str]) {
        for member in &structure[2..] {
            let (name, shape) = member.split_once('=').unwrap();
            let required = name.ends_with('!');
            self.row(
                &format!("{path}{}", name.trim_end_matches('!')),
                shape,
                required,
            );
        }
    }

    fn row(&mut self, path: &str, name: &str, required: bool) {
        let line = self.shapes[name];
        let after = |word: &str| {
            line.iter()
                .position(|it| *it == word)
                .map(|at| line[at + 1])
        };
        let range = line[2..]
            .iter()
            .find_map(|it| it.split_once("..").filter(|_| !it.starts_with('^')));
        self.rows.push(Row {
            operation: self.operation.to_owned(),
            path: path.to_owned(),
            shape: name.to_owned(),
            kind: line[0].to_owned(),
            min: range.and_then(|(min, _)| min.parse().ok()),
            max: range.and_then(|(_, max)| max.parse().ok()),
            pattern: after("like").map(str::to_owned),
            values: after("of")
                .map(|words| words.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            sensitive: line[1].ends_with('*'),
            required,
        });
        match line[0] {
            "list" => self.row(&format!("{path}[]"), line[2], false),
            "map" => {
                self.row(&format!("{path}{{name}}"), line[2], false);
                self.row(&format!("{path}{{}}"), line[3], false);
            }
            "structure" => self.members(&format!("{path}."), line),
            _ => {}
        }
    }
}
