"""The AWS CLI through the tutorials of the AWS Systems Manager user guide on maintenance windows."""

import json
import os
import subprocess
import time

from serving import claim, server

AWS = dict(
    os.environ,
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_MAX_ATTEMPTS="1",
    AWS_PAGER="",
)


class Cli:
    def __init__(self, address):
        self.address = address

    def call(self, *arguments):
        command = ["aws", "--endpoint-url", self.address, "--output", "json", "ssm", *arguments]
        done = subprocess.run(command, env=AWS, capture_output=True, text=True, timeout=120)
        return done

    def __call__(self, *arguments):
        done = self.call(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def refused(self, *arguments):
        done = self.call(*arguments)
        assert done.returncode != 0, f"{arguments} was taken"
        return done.stderr.strip()


def create(aws):
    window = aws(
        "create-maintenance-window", "--name", "My-First-Maintenance-Window", "--schedule", "rate(5 minutes)",
        "--duration", "2", "--cutoff", "1", "--allow-unassociated-targets",
    )["WindowId"]
    listed = aws("describe-maintenance-windows")["WindowIdentities"]
    assert [(it["WindowId"], it["Enabled"], it["Cutoff"]) for it in listed] == [(window, True, 1)]
    claim("create a maintenance window")
    target = aws(
        "register-target-with-maintenance-window", "--window-id", window, "--resource-type", "INSTANCE",
        "--target", "Key=InstanceIds,Values=i-0123456789abcdef0",
    )["WindowTargetId"]
    claim("register a target")
    task = aws(
        "register-task-with-maintenance-window", "--window-id", window, "--task-arn", "AWS-RunShellScript",
        "--max-concurrency", "1", "--max-errors", "1", "--priority", "10",
        "--targets", "Key=InstanceIds,Values=i-0123456789abcdef0", "--task-type", "RUN_COMMAND",
        "--task-invocation-parameters", '{"RunCommand":{"Parameters":{"commands":["df"]}}}',
    )["WindowTaskId"]
    claim("register a task")
    return window, target, task


def look(aws, window, target, task):
    found = aws("describe-maintenance-windows", "--filters", "Key=Enabled,Values=true")["WindowIdentities"]
    assert len(found) == 1
    assert aws("describe-maintenance-windows", "--filters", "Key=Enabled,Values=false") == {"WindowIdentities": []}
    found = aws("describe-maintenance-windows", "--filters", "Key=Name,Values=My")["WindowIdentities"]
    assert [it["Name"] for it in found] == ["My-First-Maintenance-Window"]
    claim("list windows, enabled ones, disabled ones, and by the beginning of their names")

    found = aws("describe-maintenance-window-targets", "--window-id", window, "--filters", "Key=Type,Values=INSTANCE")
    assert [it["WindowTargetId"] for it in found["Targets"]] == [target]
    found = aws(
        "describe-maintenance-window-tasks", "--window-id", window, "--filters", "Key=Priority,Values=10",
        "Key=TaskType,Values=RUN_COMMAND",
    )
    assert [it["WindowTaskId"] for it in found["Tasks"]] == [task]
    claim("list targets and tasks by filters")

    reached = aws(
        "describe-maintenance-windows-for-target", "--resource-type", "INSTANCE",
        "--targets", "Key=InstanceIds,Values=i-0123456789abcdef0", "--max-results", "10",
    )
    assert [it["WindowId"] for it in reached["WindowIdentities"]] == [window]
    coming = aws(
        "describe-maintenance-window-schedule", "--resource-type", "INSTANCE",
        "--targets", "Key=InstanceIds,Values=i-0123456789abcdef0", "--max-results", "2",
    )
    assert len(coming["ScheduledWindowExecutions"]) == 2 and coming["NextToken"]
    claim("which windows reach a server, and when they open next")


def change(aws, window, target, task):
    updated = aws(
        "update-maintenance-window-target", "--window-id", window, "--window-target-id", target,
        "--targets", "Key=tag:Env,Values=Prod", "--name", "My-Target", "--description", "by tag",
    )
    assert updated["Targets"] == [{"Key": "tag:Env", "Values": ["Prod"]}]
    updated = aws(
        "update-maintenance-window-task", "--window-id", window, "--window-task-id", task, "--task-arn", "AWS-RunShellScript",
        "--priority", "0", "--targets", f"Key=WindowTargetIds,Values={target}",
        "--task-invocation-parameters", '{"RunCommand":{"Comment":"new","Parameters":{"commands":["pwd"]}}}',
    )
    assert updated["Priority"] == 0 and updated["TaskInvocationParameters"]["RunCommand"]["Comment"] == "new"
    updated = aws("update-maintenance-window", "--window-id", window, "--no-enabled", "--name", "Off")
    assert (updated["Enabled"], updated["Name"]) == (False, "Off")
    claim("update the target, the task and the window")


def run(aws):
    window = aws(
        "create-maintenance-window", "--name", "Often", "--schedule", "cron(0/2 * * ? * * *)", "--duration", "2",
        "--cutoff", "1", "--allow-unassociated-targets", "--schedule-timezone", "Europe/Berlin",
    )["WindowId"]
    for _ in range(60):
        found = aws("describe-maintenance-window-executions", "--window-id", window)["WindowExecutions"]
        if any(it["Status"] == "SUCCESS" for it in found):
            break
        time.sleep(0.2)
    execution = next(it for it in found if it["Status"] == "SUCCESS")
    assert execution["StatusDetails"] == "No tasks to execute."
    assert isinstance(execution["StartTime"], (int, float)), execution
    shown = aws("get-maintenance-window-execution", "--window-execution-id", execution["WindowExecutionId"])
    assert shown["TaskIds"] == []
    tasks = aws("describe-maintenance-window-execution-tasks", "--window-execution-id", execution["WindowExecutionId"])
    assert tasks == {"WindowExecutionTaskIdentities": []}
    claim("a run without tasks succeeds and says why")
    assert aws("delete-maintenance-window", "--window-id", window) == {"WindowId": window}


def remove(aws, window, target, task):
    message = aws.refused(
        "deregister-target-from-maintenance-window", "--window-id", window, "--window-target-id", target, "--safe"
    )
    assert "(TargetInUseException)" in message and task in message, message
    gone = {"WindowId": window, "WindowTaskId": task}
    assert aws("deregister-task-from-maintenance-window", "--window-id", window, "--window-task-id", task) == gone
    aws("deregister-target-from-maintenance-window", "--window-id", window, "--window-target-id", target)
    assert aws("delete-maintenance-window", "--window-id", window) == {"WindowId": window}
    message = aws.refused("get-maintenance-window", "--window-id", window)
    expected = (
        "An error occurred (DoesNotExistException) when calling the GetMaintenanceWindow operation: "
        f"Maintenance window {window} does not exist"
    )
    assert expected in message, message
    claim("deregister and delete; what is gone does not exist")


with server() as address:
    aws = Cli(address)
    things = create(aws)
    look(aws, *things)
    change(aws, *things)
    run(aws)
    remove(aws, *things)
