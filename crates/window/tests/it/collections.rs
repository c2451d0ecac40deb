//! Many windows and executions in memory: tokens, quotas, filters, pages, and what is due.

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};
use tagout_window::request::{
    AddTagsToResource, CancelMaintenanceWindowExecution, CreateMaintenanceWindow,
    DeleteMaintenanceWindow, DescribeMaintenanceWindowExecutionTaskInvocations,
    DescribeMaintenanceWindowExecutionTasks, DescribeMaintenanceWindowExecutions,
    DescribeMaintenanceWindowSchedule, DescribeMaintenanceWindowTargets,
    DescribeMaintenanceWindowTasks, DescribeMaintenanceWindows,
    DescribeMaintenanceWindowsForTarget, GetMaintenanceWindow, GetMaintenanceWindowExecutionTask,
    GetMaintenanceWindowExecutionTaskInvocation, ListTagsForResource,
    RegisterTargetWithMaintenanceWindow, RegisterTaskWithMaintenanceWindow, RemoveTagsFromResource,
    UpdateMaintenanceWindow,
};
use tagout_window::{
    Admission, DeleteOfUnknown, Ending, Execution, Executions, Overlap, PageKey, Quotas, Rules,
    WindowError, WindowId, Windows,
};

use crate::support::{Counter, TaskSpec, at, command, fleet_of, window_request, window_with, with};

const NOW: &str = "2026-03-01T12:00:00Z";

fn unlimited() -> Rules {
    Rules {
        quotas: Quotas::UNLIMITED,
        ..Rules::default()
    }
}

fn no_windows(rules: Rules) -> Windows {
    Windows::new(rules, PageKey::new([3; 32]))
}

/// Windows with these names and schedules, made a second apart.
fn windows(specs: &[(&str, &str)]) -> (Windows, Vec<WindowId>) {
    let mut windows = no_windows(unlimited());
    let mut ids = Counter::default();
    let made = specs.iter().zip(0..).map(|((name, schedule), n)| {
        let request = window_request(json!({ "Name": name, "Schedule": schedule }));
        let now = at(NOW) - TimeDelta::seconds(100 - n);
        windows
            .create(command::<CreateMaintenanceWindow>(request), &mut ids, now)
            .unwrap()
    });
    let made = made.collect();
    (windows, made)
}

fn names(windows: &Windows, request: Value) -> Result<Vec<String>, String> {
    let page = windows
        .describe(&command::<DescribeMaintenanceWindows>(request))
        .map_err(|it| it.to_string())?;
    Ok(page
        .entries
        .iter()
        .map(|window| window.name().to_string())
        .collect())
}

#[test]
fn a_token_makes_one_window_of_a_request_that_is_repeated() {
    let mut windows = no_windows(Rules::default());
    let mut ids = Counter::default();
    let mut create = |changes: Value, now: &str| {
        let request = with(window_request(changes), json!({ "ClientToken": "t" }));
        windows
            .create(
                command::<CreateMaintenanceWindow>(request),
                &mut ids,
                at(now),
            )
            .map_err(|it| (it.kind().code(), it.to_string()))
    };
    let first = create(json!({}), NOW).unwrap();
    assert_eq!(create(json!({}), "2026-03-02T11:59:59Z"), Ok(first));
    let mismatch = (
        "IdempotentParameterMismatch",
        "the client token was used with other parameters before".to_owned(),
    );
    assert_eq!(
        create(json!({ "Cutoff": 0 }), "2026-03-02T11:59:59Z"),
        Err(mismatch)
    );
    assert_ne!(
        create(json!({}), "2026-03-02T12:00:00Z"),
        Ok(first),
        "a day later it is forgotten"
    );
}

#[test]
fn a_request_that_was_refused_leaves_no_receipt() {
    let mut windows = no_windows(Rules::default());
    let mut create = |cutoff: i32| {
        let request = with(
            window_request(json!({ "Cutoff": cutoff })),
            json!({ "ClientToken": "t" }),
        );
        windows.create(
            command::<CreateMaintenanceWindow>(request),
            &mut Counter::default(),
            at(NOW),
        )
    };
    assert!(create(5).is_err());
    assert!(create(1).is_ok());
}

#[test]
fn there_are_no_more_windows_than_the_quota() {
    let mut windows = no_windows(Rules::default());
    let mut ids = Counter::default();
    let mut create = || {
        windows.create(
            command::<CreateMaintenanceWindow>(window_request(json!({}))),
            &mut ids,
            at(NOW),
        )
    };
    for _ in 0..50 {
        create().unwrap();
    }
    let error = create().unwrap_err();
    assert_eq!(error.kind().code(), "ResourceLimitExceededException");
    assert_eq!(
        error.to_string(),
        "the limit of 50 maintenance windows is reached"
    );
}

#[test]
fn an_unknown_window_does_not_exist() {
    let mut windows = no_windows(Rules::default());
    let unknown = json!({ "WindowId": "mw-00000000000000000" });
    let message = "Maintenance window mw-00000000000000000 does not exist";
    let error = windows
        .get(&command::<GetMaintenanceWindow>(unknown.clone()))
        .unwrap_err();
    assert_eq!(
        (error.kind().code(), error.to_string().as_str()),
        ("DoesNotExistException", message)
    );
    // What is wrong with the rest is looked at later.
    let update = with(unknown.clone(), json!({ "Schedule": "nonsense" }));
    let error = windows
        .update(command::<UpdateMaintenanceWindow>(update), at(NOW))
        .unwrap_err();
    assert_eq!(error.to_string(), message);
    let error = windows
        .describe_targets(&command::<DescribeMaintenanceWindowTargets>(
            unknown.clone(),
        ))
        .unwrap_err();
    assert_eq!(error.to_string(), message);
    // Deleting declares no such error.
    let delete = command::<DeleteMaintenanceWindow>(unknown);
    assert_eq!(windows.delete(&delete).unwrap(), WindowId::from_bits(0));
    let rules = Rules {
        delete_of_unknown: DeleteOfUnknown::Fails,
        ..Rules::default()
    };
    assert_eq!(
        no_windows(rules).delete(&delete).unwrap_err().to_string(),
        message
    );
}

#[test]
fn a_deleted_window_is_gone_with_all_that_stood_in_it() {
    let (mut windows, ids) = windows(&[("one", "rate(1 day)"), ("two", "rate(1 day)")]);
    windows
        .delete(&command::<DeleteMaintenanceWindow>(
            json!({ "WindowId": ids[0] }),
        ))
        .unwrap();
    assert_eq!(names(&windows, json!({})).unwrap(), ["two"]);
    assert_eq!(
        names(
            &windows,
            json!({ "Filters": [{ "Key": "Name", "Values": ["one"] }] })
        )
        .unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(windows.due_at(), windows.window(ids[1]).unwrap().due_at());
    let tasks = command::<DescribeMaintenanceWindowTasks>(json!({ "WindowId": ids[0] }));
    assert_eq!(
        windows.describe_tasks(&tasks).unwrap_err().kind().code(),
        "DoesNotExistException"
    );
}

#[test]
fn windows_are_listed_in_the_order_of_creation_and_narrowed_by_filters() {
    let daily = "rate(1 day)";
    let (mut windows, ids) = windows(&[
        ("My-b", daily),
        ("other", daily),
        ("My-a", daily),
        ("my-c", daily),
    ]);
    windows
        .update(
            command::<UpdateMaintenanceWindow>(json!({ "WindowId": ids[2], "Enabled": false })),
            at(NOW),
        )
        .unwrap();
    let listed = |filters: Value| names(&windows, json!({ "Filters": filters }));
    assert_eq!(
        listed(json!([])).unwrap(),
        ["My-b", "other", "My-a", "my-c"]
    );
    assert_eq!(
        listed(json!([{ "Key": "Name", "Values": ["My"] }])).unwrap(),
        ["My-b", "My-a"]
    );
    assert_eq!(
        listed(json!([{ "Key": "Name", "Values": ["My", "o", "My-b"] }])).unwrap(),
        ["My-b", "other", "My-a"]
    );
    for value in ["true", "True"] {
        assert_eq!(
            listed(json!([{ "Key": "Enabled", "Values": [value] }])).unwrap(),
            ["My-b", "other", "my-c"]
        );
    }
    assert_eq!(
        listed(json!([{ "Key": "Enabled", "Values": ["false"] }])).unwrap(),
        ["My-a"]
    );
    assert_eq!(
        listed(json!([{ "Key": "Enabled", "Values": ["false", "true"] }]))
            .unwrap()
            .len(),
        4
    );
    let both =
        json!([{ "Key": "Name", "Values": ["My"] }, { "Key": "Enabled", "Values": ["true"] }]);
    assert_eq!(listed(both).unwrap(), ["My-b"]);
    assert_eq!(
        listed(json!([{ "Key": "Id", "Values": ["x"] }])).unwrap_err(),
        "Id is not a valid filter key, use Name or Enabled.",
    );
    assert_eq!(
        listed(json!([{ "Key": "Enabled", "Values": ["yes"] }])).unwrap_err(),
        "yes is not a valid value for the filter Enabled, expected true or false.",
    );
    assert_eq!(
        listed(json!([{ "Key": "Name", "Values": [] }])).unwrap_err(),
        " is not a valid value for the filter Name, expected at least one value.",
    );
}

#[test]
fn pages_neither_lose_nor_repeat_a_window_while_others_write() {
    let specs: Vec<(String, &str)> = (0..35)
        .map(|n| (format!("window-{n:02}"), "rate(1 day)"))
        .collect();
    let specs: Vec<(&str, &str)> = specs
        .iter()
        .map(|(name, schedule)| (name.as_str(), *schedule))
        .collect();
    let (mut windows, ids) = windows(&specs);
    let mut seen = Vec::new();
    let mut request = json!({ "MaxResults": 10 });
    let mut n_pages = 0;
    loop {
        let page = windows
            .describe(&command::<DescribeMaintenanceWindows>(request.clone()))
            .unwrap();
        seen.extend(page.entries.iter().map(|window| window.name().to_string()));
        let next_token = page.next_token;
        n_pages += 1;
        // The last one seen is deleted, one ahead is renamed, and one is made.
        if n_pages == 1 {
            windows
                .delete(&command::<DeleteMaintenanceWindow>(
                    json!({ "WindowId": ids[9] }),
                ))
                .unwrap();
            let rename = json!({ "WindowId": ids[20], "Name": "renamed" });
            windows
                .update(command::<UpdateMaintenanceWindow>(rename), at(NOW))
                .unwrap();
            let create = window_request(json!({ "Name": "newest" }));
            windows
                .create(
                    command::<CreateMaintenanceWindow>(create),
                    &mut || 999,
                    at(NOW),
                )
                .unwrap();
        }
        match next_token {
            Some(token) => request["NextToken"] = json!(token),
            None => break,
        }
    }
    let mut expected: Vec<String> = (0..35).map(|n| format!("window-{n:02}")).collect();
    expected[20] = "renamed".to_owned();
    expected.push("newest".to_owned());
    assert_eq!((n_pages, seen), (4, expected));
}

#[test]
fn a_page_token_is_good_for_its_own_request_only() {
    let specs = [("one", "rate(1 day)"); 12];
    let (windows, _) = windows(&specs);
    let first = command::<DescribeMaintenanceWindows>(json!({ "MaxResults": 10 }));
    let token = windows.describe(&first).unwrap().next_token.unwrap();
    assert_eq!(
        names(&windows, json!({ "NextToken": token }))
            .unwrap()
            .len(),
        2,
        "the size of a page may change"
    );
    let refused = "The specified token is not valid.";
    let filters = json!([{ "Key": "Name", "Values": ["o"] }]);
    assert_eq!(
        names(&windows, json!({ "NextToken": token, "Filters": filters })).unwrap_err(),
        refused
    );
    assert_eq!(
        names(&windows, json!({ "NextToken": "x".repeat(20) })).unwrap_err(),
        refused
    );
    let targets = json!([{ "Key": "InstanceIds", "Values": ["i-1"] }]);
    let other = json!({ "Targets": targets, "ResourceType": "INSTANCE", "NextToken": token });
    let error = windows
        .describe_for_target(&command::<DescribeMaintenanceWindowsForTarget>(other))
        .unwrap_err();
    assert_eq!(
        (error.kind().code(), error.to_string().as_str()),
        ("ValidationException", refused)
    );
}

#[test]
fn what_is_due_is_handed_out_once_and_in_order() {
    let (mut windows, ids) = windows(&[
        ("late", "cron(0 22 * * ? *)"),
        ("soon", "cron(0 20 * * ? *)"),
        ("never", "at(2020-01-01T00:00:00)"),
    ]);
    assert_eq!(windows.due_at(), Some(at("2026-03-01T20:00:00Z")));
    assert_eq!(windows.take_due(at("2026-03-01T19:59:59Z"), 10), []);
    let taken = windows.take_due(at("2026-03-01T22:00:00Z"), 10);
    assert_eq!(
        taken.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [ids[1], ids[0]]
    );
    assert_eq!(windows.take_due(at("2026-03-01T22:00:00Z"), 10), []);
    assert_eq!(windows.due_at(), Some(at("2026-03-02T20:00:00Z")));
    assert_eq!(windows.take_due(at("2026-03-03T00:00:00Z"), 1).len(), 1);
}

#[test]
fn targets_and_tasks_are_listed_in_the_order_of_registration() {
    let (mut windows, ids) = windows(&[("one", "rate(1 day)")]);
    let mut bits = Counter::default();
    for n in 0..12 {
        let request = json!({
            "WindowId": ids[0], "ResourceType": "INSTANCE", "OwnerInformation": format!("owner-{}", n % 2),
            "Targets": [{ "Key": "tag:n", "Values": [n.to_string()] }], "ClientToken": format!("target-{n}"),
        });
        let register = command::<RegisterTargetWithMaintenanceWindow>(request);
        let id = windows
            .register_target(register.clone(), &mut bits, at(NOW))
            .unwrap();
        assert_eq!(
            windows
                .register_target(register, &mut bits, at(NOW))
                .unwrap(),
            id,
            "the token makes it one"
        );
        let request = json!({
            "WindowId": ids[0], "TaskType": "LAMBDA", "TaskArn": format!("function-{n}"), "Priority": n % 3,
        });
        windows
            .register_task(
                command::<RegisterTaskWithMaintenanceWindow>(request),
                &mut bits,
                at(NOW),
            )
            .unwrap();
    }
    let targets = |changes: Value| {
        let request = with(json!({ "WindowId": ids[0] }), changes);
        let page = windows
            .describe_targets(&command::<DescribeMaintenanceWindowTargets>(request))
            .unwrap();
        let values = page
            .entries
            .iter()
            .map(|target| target.selectors()[0].values[0].clone())
            .collect::<Vec<_>>();
        (values.join(" "), page.next_token)
    };
    let (first, token) = targets(json!({ "MaxResults": 10 }));
    assert_eq!(first, "0 1 2 3 4 5 6 7 8 9");
    assert_eq!(
        targets(json!({ "MaxResults": 10, "NextToken": token })),
        ("10 11".to_owned(), None)
    );
    let odd = json!([{ "Key": "OwnerInformation", "Values": ["owner-1"] }, { "Key": "Type", "Values": ["INSTANCE"] }]);
    assert_eq!(targets(json!({ "Filters": odd })).0, "1 3 5 7 9 11");
    let fifth = windows.window(ids[0]).unwrap().targets()[5].id();
    assert_eq!(
        targets(json!({ "Filters": [{ "Key": "WindowTargetId", "Values": [fifth] }] })).0,
        "5"
    );

    let tasks = |filters: Value| {
        let request = json!({ "WindowId": ids[0], "Filters": filters });
        let page = windows
            .describe_tasks(&command::<DescribeMaintenanceWindowTasks>(request))
            .unwrap();
        page.entries
            .iter()
            .map(|task| task.task_arn().to_string().replace("function-", ""))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(tasks(json!([])), "0 1 2 3 4 5 6 7 8 9 10 11");
    assert_eq!(
        tasks(
            json!([{ "Key": "Priority", "Values": ["2"] }, { "Key": "TaskType", "Values": ["LAMBDA"] }])
        ),
        "2 5 8 11"
    );
    assert_eq!(
        tasks(json!([{ "Key": "TaskArn", "Values": ["function-3", "function-1"] }])),
        "1 3"
    );
    assert_eq!(
        tasks(json!([{ "Key": "TaskType", "Values": ["AUTOMATION"] }])),
        ""
    );
}

#[test]
fn windows_are_found_by_what_they_reach() {
    let daily = "rate(1 day)";
    let (mut windows, ids) = windows(&[
        ("tags", daily),
        ("ids", daily),
        ("group", daily),
        ("task", daily),
        ("none", daily),
    ]);
    let mut register = |window: usize, resource_type: &str, target: Value| {
        let request =
            json!({ "WindowId": ids[window], "ResourceType": resource_type, "Targets": [target] });
        windows
            .register_target(
                command::<RegisterTargetWithMaintenanceWindow>(request),
                &mut Counter::default(),
                at(NOW),
            )
            .unwrap();
    };
    register(
        0,
        "INSTANCE",
        json!({ "Key": "tag:Env", "Values": ["prod", "test"] }),
    );
    register(
        1,
        "INSTANCE",
        json!({ "Key": "InstanceIds", "Values": ["i-1", "i-2"] }),
    );
    register(
        2,
        "RESOURCE_GROUP",
        json!({ "Key": "resource-groups:Name", "Values": ["g"] }),
    );
    let task = json!({
        "WindowId": ids[3], "TaskType": "RUN_COMMAND", "TaskArn": "a", "MaxConcurrency": "1", "MaxErrors": "0",
        "Targets": [{ "Key": "InstanceIds", "Values": ["i-2", "i-3"] }],
    });
    windows
        .register_task(
            command::<RegisterTaskWithMaintenanceWindow>(task),
            &mut Counter::default(),
            at(NOW),
        )
        .unwrap();
    let found = |resource_type: &str, target: Value| {
        let request = json!({ "ResourceType": resource_type, "Targets": [target] });
        let page = windows
            .describe_for_target(&command::<DescribeMaintenanceWindowsForTarget>(request))
            .map_err(|it| it.to_string())?;
        Ok::<String, String>(
            page.entries
                .iter()
                .map(|it| it.name().to_string())
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    assert_eq!(
        found(
            "INSTANCE",
            json!({ "Key": "InstanceIds", "Values": ["i-2"] })
        )
        .unwrap(),
        "ids task"
    );
    assert_eq!(
        found(
            "INSTANCE",
            json!({ "Key": "InstanceIds", "Values": ["i-3", "i-9"] })
        )
        .unwrap(),
        "task"
    );
    assert_eq!(
        found("INSTANCE", json!({ "Key": "tag:Env", "Values": ["test"] })).unwrap(),
        "tags"
    );
    assert_eq!(
        found("INSTANCE", json!({ "Key": "tag:Env", "Values": ["dev"] })).unwrap(),
        ""
    );
    assert_eq!(
        found(
            "RESOURCE_GROUP",
            json!({ "Key": "resource-groups:Name", "Values": ["g"] })
        )
        .unwrap(),
        "group"
    );
    assert_eq!(
        found(
            "INSTANCE",
            json!({ "Key": "tag:Patch Group", "Values": [] })
        )
        .unwrap_err(),
        "Please specify at least one target. Filter values can't be null and tag:Patch Group is.",
    );
}

/// A page of coming openings, each as `name time`.
fn schedule(
    windows: &Windows,
    request: Value,
) -> Result<(Vec<String>, Option<String>), WindowError> {
    let page = windows.describe_schedule(
        &command::<DescribeMaintenanceWindowSchedule>(request),
        at(NOW),
    )?;
    let line = |it: &tagout_window::ScheduledOpening<'_>| {
        format!("{} {}", it.window.name(), it.execution_time())
    };
    Ok((page.entries.iter().map(line).collect(), page.next_token))
}

#[test]
fn coming_openings_are_merged_soonest_first() {
    let (mut windows, ids) = windows(&[
        ("daily", "cron(0 22 * * ? *)"),
        ("rate", "rate(12 hours)"),
        ("off", "rate(1 minute)"),
    ]);
    windows
        .update(
            command::<UpdateMaintenanceWindow>(json!({ "WindowId": ids[2], "Enabled": false })),
            at(NOW),
        )
        .unwrap();
    let all =
        |changes: Value| schedule(&windows, with(json!({ "MaxResults": 4 }), changes)).unwrap();
    let (first, token) = all(json!({}));
    assert_eq!(
        first,
        [
            "daily 2026-03-01T22:00Z",
            "rate 2026-03-01T23:58:21Z",
            "rate 2026-03-02T11:58:21Z",
            "daily 2026-03-02T22:00Z"
        ]
    );
    let (second, _) = all(json!({ "NextToken": token, "MaxResults": 2 }));
    assert_eq!(
        second,
        ["rate 2026-03-02T23:58:21Z", "rate 2026-03-03T11:58:21Z"]
    );
    let (one, _) = all(json!({ "WindowId": ids[0], "MaxResults": 2 }));
    assert_eq!(one, ["daily 2026-03-01T22:00Z", "daily 2026-03-02T22:00Z"]);
    let filters = json!([
        { "Key": "ScheduledAfter", "Values": ["2026-03-02T00:00:00Z"] },
        { "Key": "ScheduledBefore", "Values": ["2026-03-02T23:58:21Z"] },
    ]);
    assert_eq!(
        all(json!({ "Filters": filters })),
        (
            vec![
                "rate 2026-03-02T11:58:21Z".to_owned(),
                "daily 2026-03-02T22:00Z".to_owned()
            ],
            None
        )
    );
    assert_eq!(
        schedule(&windows, json!({})).unwrap().0.len(),
        10,
        "if nothing else is asked for"
    );
    let disabled = schedule(&windows, json!({ "WindowId": ids[2] })).unwrap();
    assert_eq!(disabled, (vec![], None));
    let error = schedule(&windows, json!({ "ResourceType": "INSTANCE" })).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Targets and ResourceType must be specified together."
    );
    let unknown = json!({ "WindowId": "mw-00000000000000000" });
    assert_eq!(
        schedule(&windows, unknown).unwrap_err().kind().code(),
        "DoesNotExistException"
    );
    let bad = json!({ "Filters": [{ "Key": "ScheduledAfter", "Values": ["soon"] }] });
    assert_eq!(
        schedule(&windows, bad).unwrap_err().to_string(),
        "soon is not a valid value for the filter ScheduledAfter, expected a date and time such as 2026-11-04T05:00:00Z.",
    );
}

#[test]
fn windows_that_open_together_are_paged_without_loss() {
    let (windows, _) = windows(&[("same", "cron(0 22 * * ? *)"); 7]);
    let mut n_seen = 0;
    let mut request = json!({ "MaxResults": 3 });
    for _ in 0..14 {
        let (lines, token) = schedule(&windows, request.clone()).unwrap();
        n_seen += lines.len();
        // Seven windows: day 1 fills two pages and a third of the next.
        let last = lines.last().unwrap();
        let day = 1 + (n_seen - 1) / 7;
        assert!(
            last.starts_with(&format!("same 2026-03-{day:02}T")),
            "{last} after {n_seen}"
        );
        request["NextToken"] = json!(token);
    }
    assert_eq!(n_seen, 42);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_page_gives_the_same_openings(
        schedules in prop::collection::vec(prop::sample::select(vec![
            "rate(1 hour)", "rate(90 minutes)", "cron(0 * ? * * *)", "cron(0 22 ? * MON *)", "at(2026-03-01T13:00:00)",
        ]), 0..6),
        sizes in prop::collection::vec(1..9_u32, 8),
    ) {
        let specs: Vec<(&str, &str)> = schedules.iter().map(|schedule| ("some-window", *schedule)).collect();
        let (windows, ids) = windows(&specs);
        // The slow way: all openings of all windows, sorted.
        let mut expected: Vec<_> = ids.iter().enumerate().flat_map(|(n, id)| {
            windows.window(*id).unwrap().openings_after(at(NOW)).take(80).map(move |it| (it.opens_at, n))
        }).collect();
        expected.sort_unstable();
        let mut found = Vec::new();
        let mut token = Value::Null;
        for size in sizes {
            let request = with(json!({ "MaxResults": size }), json!({ "NextToken": token }));
            let page = windows.describe_schedule(&command::<DescribeMaintenanceWindowSchedule>(request), at(NOW)).unwrap();
            found.extend(page.entries.iter().map(|it| {
                (it.opening.opens_at, ids.iter().position(|id| *id == it.window.id()).unwrap())
            }));
            match page.next_token {
                Some(next) => token = json!(next),
                None => break,
            }
        }
        let n_found = found.len();
        prop_assert_eq!(found, expected[..n_found].to_vec());
    }
}

#[test]
fn tags_are_those_of_windows() {
    let (mut windows, ids) = windows(&[("one", "rate(1 day)")]);
    let tagged = |changes: Value| {
        with(
            json!({ "ResourceType": "MaintenanceWindow", "ResourceId": ids[0] }),
            changes,
        )
    };
    let add = |windows: &mut Windows, tags: Value| {
        windows.add_tags(command::<AddTagsToResource>(tagged(
            json!({ "Tags": tags }),
        )))
    };
    add(
        &mut windows,
        json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]),
    )
    .unwrap();
    add(&mut windows, json!([{ "Key": "a", "Value": "2" }])).unwrap();
    windows
        .remove_tags(&command::<RemoveTagsFromResource>(tagged(
            json!({ "TagKeys": ["b", "c"] }),
        )))
        .unwrap();
    let list = command::<ListTagsForResource>(tagged(json!({})));
    assert_eq!(
        json!(windows.list_tags(&list).unwrap()),
        json!({ "a": "2" })
    );
    let list = |changes: Value| {
        let error = windows
            .list_tags(&command::<ListTagsForResource>(tagged(changes)))
            .unwrap_err();
        (error.kind().code(), error.to_string())
    };
    let message =
        "Parameter is not a resource type that can be tagged here, only MaintenanceWindow is";
    assert_eq!(
        list(json!({ "ResourceType": "Parameter" })),
        ("InvalidResourceType", message.to_owned())
    );
    assert_eq!(
        list(json!({ "ResourceId": "x" })),
        (
            "InvalidResourceId",
            "x is not the id of a maintenance window".to_owned()
        )
    );
    let many: Vec<Value> = (0..50)
        .map(|n| json!({ "Key": format!("t{n}"), "Value": "" }))
        .collect();
    let (mut few, ids) = {
        let mut windows = no_windows(Rules::default());
        let id = windows.create(
            command::<CreateMaintenanceWindow>(window_request(
                json!({ "Tags": [{ "Key": "x", "Value": "" }] }),
            )),
            &mut || 1,
            at(NOW),
        );
        (windows, id.unwrap())
    };
    let error = few
        .add_tags(command::<AddTagsToResource>(
            json!({ "ResourceType": "MaintenanceWindow", "ResourceId": ids, "Tags": many }),
        ))
        .unwrap_err();
    assert_eq!(
        (error.kind().code(), error.to_string().as_str()),
        (
            "TooManyTagsError",
            "a maintenance window can have at most 50 tags"
        )
    );
}

/// Three nights of a window with one task on two servers; the ids of its executions, oldest first.
fn nights() -> (Executions, Vec<tagout_window::ExecutionId>, WindowId) {
    let specs = [TaskSpec {
        targets: vec![2],
        max_concurrency: "2".into(),
        max_errors: "2".into(),
        ..TaskSpec::default()
    }];
    let mut window = window_with(&specs);
    let mut executions = Executions::new(Rules::default(), PageKey::new([3; 32]));
    let mut bits = Counter::default();
    let mut ids = Vec::new();
    for night in 0..3 {
        let now = at("2026-03-01T22:00:00Z") + TimeDelta::days(night);
        let due = window.take_due(now).unwrap();
        let id = executions.insert(Execution::new(&window, due.opening, &mut bits));
        let decision = executions
            .change(id, |it| it.begin(&fleet_of(&specs), &mut bits, now))
            .unwrap();
        executions
            .change(id, |it| {
                it.handle_ended(&decision.begin[0], Ending::Success.into(), now)
            })
            .unwrap()
            .unwrap();
        if night < 2 {
            executions
                .change(id, |it| {
                    it.handle_ended(&decision.begin[1], Ending::Failed.into(), now)
                })
                .unwrap()
                .unwrap();
        }
        ids.push(id);
    }
    (executions, ids, window.id())
}

#[test]
fn executions_are_listed_newest_first_and_narrowed_by_time() {
    let (executions, ids, window_id) = nights();
    let listed = |filters: Value| {
        let request = json!({ "WindowId": window_id, "Filters": filters });
        let page = executions
            .describe(&command::<DescribeMaintenanceWindowExecutions>(request))
            .unwrap();
        page.entries.iter().map(|it| it.id()).collect::<Vec<_>>()
    };
    assert_eq!(listed(json!([])), [ids[2], ids[1], ids[0]]);
    let after = json!([{ "Key": "ExecutedAfter", "Values": ["2026-03-01T22:00:00Z"] }]);
    assert_eq!(listed(after), [ids[2], ids[1]]);
    let before = json!([{ "Key": "ExecutedBefore", "Values": ["2026-03-03T00:00:00+01:00"] }]);
    assert_eq!(listed(before), [ids[1], ids[0]]);
    let unknown = json!({ "WindowId": "mw-00000000000000000" });
    let page = executions
        .describe(&command::<DescribeMaintenanceWindowExecutions>(unknown))
        .unwrap();
    assert_eq!(page.entries.len(), 0, "the interface declares no error");
}

#[test]
fn the_parts_of_an_execution_are_found_and_narrowed_by_status() {
    let (executions, ids, _) = nights();
    let request = |changes: Value| with(json!({ "WindowExecutionId": ids[2] }), changes);
    let tasks = executions
        .describe_tasks(&command::<DescribeMaintenanceWindowExecutionTasks>(
            request(json!({})),
        ))
        .unwrap();
    let task_id = tasks.entries[0].id();
    let invocations = |filters: Value| {
        let request = request(json!({ "TaskId": task_id, "Filters": filters }));
        let page = executions.describe_invocations(&command::<
            DescribeMaintenanceWindowExecutionTaskInvocations,
        >(request));
        page.map(|page| page.entries.iter().map(|it| it.id()).collect::<Vec<_>>())
            .map_err(|it| it.to_string())
    };
    let all = invocations(json!([])).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        invocations(json!([{ "Key": "STATUS", "Values": ["SUCCESS"] }])).unwrap(),
        all[..1]
    );
    assert_eq!(
        invocations(json!([{ "Key": "STATUS", "Values": ["PENDING", "FAILED"] }])).unwrap(),
        all[1..]
    );
    assert_eq!(
        invocations(json!([{ "Key": "STATUS", "Values": ["SKIPPED_OVERLAPPING"] }])).unwrap_err(),
        "SKIPPED_OVERLAPPING is not a valid value for the filter STATUS, expected a status such as IN_PROGRESS.",
    );
    let get = command::<GetMaintenanceWindowExecutionTask>(request(json!({ "TaskId": task_id })));
    assert_eq!(executions.task(&get).unwrap().id(), task_id);
    let get = request(json!({ "TaskId": task_id, "InvocationId": all[1] }));
    assert_eq!(
        executions
            .invocation(&command::<GetMaintenanceWindowExecutionTaskInvocation>(get))
            .unwrap()
            .id(),
        all[1]
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    let get = command::<GetMaintenanceWindowExecutionTask>(request(json!({ "TaskId": unknown })));
    assert_eq!(
        executions.task(&get).unwrap_err().to_string(),
        "Window task execution 00000000-0000-4000-8000-000000000000 does not exist",
    );
}

#[test]
fn cancelling_needs_an_execution_that_is_there() {
    let (mut executions, ids, _) = nights();
    let cancel =
        |id: Value| command::<CancelMaintenanceWindowExecution>(json!({ "WindowExecutionId": id }));
    executions.cancel(cancel(json!(ids[0])), at(NOW)).unwrap();
    assert_eq!(
        executions.execution(ids[0]).unwrap().status().as_str(),
        "FAILED",
        "it has ended"
    );
    executions.cancel(cancel(json!(ids[2])), at(NOW)).unwrap();
    assert_eq!(
        executions.execution(ids[2]).unwrap().status().as_str(),
        "CANCELLING"
    );
    let error = executions
        .cancel(
            cancel(json!("00000000-0000-4000-8000-000000000000")),
            at(NOW),
        )
        .unwrap_err();
    assert_eq!(error.kind().code(), "DoesNotExistException");
    assert_eq!(
        error.to_string(),
        "Window execution 00000000-0000-4000-8000-000000000000 does not exist"
    );
}

#[test]
fn executions_are_forgotten_when_their_time_is_over() {
    let (mut executions, ids, window_id) = nights();
    assert_eq!(executions.forget(at("2026-03-31T21:59:59Z")), 0);
    assert_eq!(
        executions.forget(at("2026-04-05T00:00:00Z")),
        2,
        "the third has not ended"
    );
    assert_eq!(executions.len(), 1);
    assert_eq!(executions.open_of(window_id).collect::<Vec<_>>(), [ids[2]]);
    assert_eq!(executions.due_at(), Some(at("2026-03-04T00:00:00Z")));
    assert_eq!(
        executions
            .due(at("2026-03-04T00:00:00Z"))
            .collect::<Vec<_>>(),
        [ids[2]]
    );
}

#[test]
fn an_opening_waits_for_what_runs() {
    let (mut executions, ids, window_id) = nights();
    let mut window = window_with(&[]);
    assert_eq!(window.id(), window_id);
    let due = window.take_due(at("2026-03-04T22:00:00Z")).unwrap();
    let next = Execution::new(&window, due.opening, &mut || 77);
    assert_eq!(executions.admission(&next, Overlap::Skip), Admission::Skip);
    assert_eq!(executions.admission(&next, Overlap::Wait), Admission::Wait);
    executions
        .change(ids[2], |it| it.cancel(at("2026-03-04T22:00:00Z")))
        .unwrap();
    assert_eq!(
        executions.admission(&next, Overlap::Cancel),
        Admission::CancelOther
    );
    let ticket = executions
        .execution(ids[2])
        .unwrap()
        .in_flight()
        .next()
        .unwrap();
    executions
        .change(ids[2], |it| {
            it.handle_ended(&ticket, Ending::Success.into(), at(NOW))
        })
        .unwrap()
        .unwrap();
    assert_eq!(executions.admission(&next, Overlap::Skip), Admission::Begin);
}
