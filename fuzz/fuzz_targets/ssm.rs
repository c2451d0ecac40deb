//! Any body of any maintenance-window operation: no panic, an answer of the 400s or a command, and a window that takes the
//! command or refuses it shows itself as JSON.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};
use tagout_window::{Kind, Rules, Shape, TargetId, TaskId, Window, WindowError, WindowId, request};
use tagout_wire::aws::{self, Fault};
use tagout_wire::ssm::{OPERATIONS, Request, response};

/// A body: any bytes, or an object of members that the operation knows, which bytes seldom hit upon.
#[derive(Arbitrary, Debug)]
enum Body<'a> {
    Bytes(&'a [u8]),
    Members(Vec<(usize, Written<'a>)>),
}

#[derive(Arbitrary, Debug)]
enum Written<'a> {
    Null,
    Bool(bool),
    Number(i64),
    Decimal(f64),
    Text(&'a str),
    /// What the member might be: one of its words, or a number or text of its least or greatest size.
    Fitting(u8),
    List(Vec<Written<'a>>),
    Object(Vec<(usize, Written<'a>)>),
}

const ID: &str = "00000000-0000-4000-8000-000000000001";

impl Written<'_> {
    fn value(&self, shape: Option<&Shape>) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Number(value) => json!(value),
            Self::Decimal(value) => json!(value),
            Self::Text(text) => json!(text),
            Self::Fitting(choice) => shape.map_or(Value::Null, |shape| fitting(shape, *choice)),
            Self::List(items) => {
                let of = shape.and_then(|shape| match shape.kind {
                    Kind::List(of) => Some(of),
                    _ => None,
                });
                items.iter().map(|item| item.value(of)).collect()
            }
            Self::Object(members) => object(members, shape),
        }
    }
}

fn object(members: &[(usize, Written<'_>)], shape: Option<&Shape>) -> Value {
    let mut object = Map::new();
    for (place, written) in members {
        let known = shape.map(Shape::members).unwrap_or_default();
        if let Some(member) = known.get(place % known.len().max(1)) {
            object.insert(member.name.to_owned(), written.value(Some(member.shape)));
        } else {
            let of = shape.and_then(|shape| match shape.kind {
                Kind::Map { value, .. } => Some(value),
                _ => None,
            });
            object.insert(format!("name{place}"), written.value(of));
        }
    }
    Value::Object(object)
}

fn fitting(shape: &Shape, choice: u8) -> Value {
    let size = match choice % 4 {
        0 => shape.min.unwrap_or(0),
        1 => shape.max.unwrap_or(3),
        2 => shape.min.unwrap_or(1) - 1,
        _ => shape.max.unwrap_or(2).saturating_add(1),
    };
    match shape.kind {
        Kind::Integer => json!(size),
        Kind::Boolean => json!(choice % 2 == 0),
        Kind::Blob => json!("e30="),
        Kind::Text if !shape.values.is_empty() => {
            json!(shape.values[usize::from(choice) % shape.values.len()])
        }
        Kind::Text => match choice / 4 % 6 {
            0 => json!(WindowId::from_bits(1).to_string()),
            1 => json!(ID),
            2 => json!("rate(1 day)"),
            3 => json!("2026-01-01T00:00:00Z"),
            4 => json!("InstanceIds"),
            _ => json!("1".repeat(size.clamp(0, 5000) as usize)),
        },
        Kind::List(of) => json!([fitting(of, choice)]),
        Kind::Map { value, .. } => json!({ "name": fitting(value, choice) }),
        Kind::Structure(members) => {
            let fit = |member: &tagout_window::Member| {
                (member.name.to_owned(), fitting(member.shape, choice))
            };
            Value::Object(members.iter().map(fit).collect())
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    operation: usize,
    body: Body<'a>,
}

fuzz_target!(|input: Input<'_>| {
    let operation = &OPERATIONS[input.operation % OPERATIONS.len()];
    let body = match input.body {
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::Members(members) => {
            let shape = request::OPERATIONS[input.operation % OPERATIONS.len()].input;
            object(&members, Some(shape)).to_string().into_bytes()
        }
    };
    match Request::parse(operation, &body) {
        Ok(request) => {
            assert_eq!(request.operation(), operation.name);
            if let Err(error) = carry_out(request) {
                check(&Fault::from(error));
            }
        }
        Err(fault) => check(&fault),
    }
});

/// What goes out is an object with the name of the error.
fn check(fault: &Fault) {
    assert!((400..500).contains(&fault.status()));
    let body: Value = serde_json::from_slice(&fault.body()).expect("a fault is JSON");
    assert_eq!(body["__type"], fault.code());
}

fn carry_out(request: Request) -> Result<(), WindowError> {
    let (now, rules) = (DateTime::UNIX_EPOCH, Rules::default());
    let create = json!({
        "Name": "abc", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": true,
    });
    let create = Request::parse(
        OPERATIONS.iter().find(|it| it.name == "CreateMaintenanceWindow").expect("it is one"),
        create.to_string().as_bytes(),
    );
    let Ok(Request::CreateMaintenanceWindow(create)) = create else {
        panic!("the body is a good one")
    };
    let mut window = Window::create(create, WindowId::from_bits(1), now, &rules)?;
    match request {
        Request::CreateMaintenanceWindow(command) => {
            window = Window::create(command, WindowId::from_bits(1), now, &rules)?;
        }
        Request::UpdateMaintenanceWindow(command) => window.update(command, now, &rules)?,
        Request::RegisterTargetWithMaintenanceWindow(command) => {
            window.register_target(command, TargetId::from_bits(1), &rules)?;
        }
        Request::RegisterTaskWithMaintenanceWindow(command) => {
            window.register_task(command, TaskId::from_bits(1), &rules)?;
        }
        Request::AddTagsToResource(command) => {
            command.window_id()?;
            window.add_tags(command, &rules)?;
        }
        _ => {}
    }
    let shown = [
        aws::body(&response::GetMaintenanceWindow::new(&window)),
        aws::body(&response::DescribeMaintenanceWindowTargets::new(window.id(), window.targets(), None)),
        aws::body(&response::DescribeMaintenanceWindowTasks::new(window.id(), window.tasks(), None)),
        aws::body(&response::ListTagsForResource::new(window.tags())),
    ];
    for body in shown {
        assert!(serde_json::from_slice::<Value>(&body).is_ok_and(|body| body.is_object()));
    }
    Ok(())
}
