"""boto3 on maintenance windows: a whole life, each answer compared with botocore's own model; and who may come in."""

import time

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from serving import claim, server, watch


def client(address, key="test", secret="test", region="us-east-1", **options):
    config = Config(retries={"max_attempts": 1}, **options)
    return boto3.client(
        "ssm",
        endpoint_url=address,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"expected {code}")


def life(ssm):
    declared = ssm.exceptions
    window = ssm.create_maintenance_window(
        Name="patch-tuesday",
        Description="every third Tuesday, and two days later",
        Schedule="cron(30 23 ? * TUE#3 *)",
        ScheduleTimezone="America/Los_Angeles",
        ScheduleOffset=2,
        Duration=4,
        Cutoff=1,
        AllowUnassociatedTargets=True,
        Tags=[{"Key": "stage", "Value": "test"}],
    )["WindowId"]
    shown = ssm.get_maintenance_window(WindowId=window)
    assert shown["NextExecutionTime"][10:] in ("T23:30-07:00", "T23:30-08:00"), shown
    assert shown["CreatedDate"] == shown["ModifiedDate"]
    claim("create, get: a third Tuesday and two days, on the clock of Los Angeles")

    updated = ssm.update_maintenance_window(WindowId=window, Enabled=False)
    assert updated["Enabled"] is False and "NextExecutionTime" not in updated
    assert "NextExecutionTime" not in ssm.get_maintenance_window(WindowId=window)
    ssm.update_maintenance_window(WindowId=window, Enabled=True)
    page = ssm.describe_maintenance_window_schedule(WindowId=window, MaxResults=3)
    assert len(page["ScheduledWindowExecutions"]) == 3 and page["NextToken"]
    claim("update, schedule")

    target = ssm.register_target_with_maintenance_window(
        WindowId=window,
        ResourceType="INSTANCE",
        Targets=[{"Key": "InstanceIds", "Values": ["i-1", "i-2"]}],
        OwnerInformation="the owner",
    )["WindowTargetId"]
    ssm.update_maintenance_window_target(WindowId=window, WindowTargetId=target, Name="web-servers")
    listed = ssm.describe_maintenance_window_targets(
        WindowId=window, Filters=[{"Key": "WindowTargetId", "Values": [target]}]
    )["Targets"]
    assert [it["Name"] for it in listed] == ["web-servers"]
    found = ssm.describe_maintenance_windows_for_target(
        Targets=[{"Key": "InstanceIds", "Values": ["i-1"]}], ResourceType="INSTANCE"
    )["WindowIdentities"]
    assert [it["WindowId"] for it in found] == [window]
    claim("register, update, describe targets; windows for a target")

    task = ssm.register_task_with_maintenance_window(
        WindowId=window,
        TaskArn="SSM-check",
        TaskType="LAMBDA",
        TaskInvocationParameters={"Lambda": {"Payload": b'{"a":"\xe2\x82\xac"}'}},
        AlarmConfiguration={"Alarms": [{"Name": "alarm"}]},
    )["WindowTaskId"]
    shown = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
    assert shown["TaskInvocationParameters"]["Lambda"]["Payload"] == b'{"a":"\xe2\x82\xac"}'
    command = ssm.register_task_with_maintenance_window(
        WindowId=window,
        TaskArn="AWS-RunShellScript",
        TaskType="RUN_COMMAND",
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        MaxConcurrency="1",
        MaxErrors="0",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"commands": ["df"]}}},
    )["WindowTaskId"]
    updated = ssm.update_maintenance_window_task(WindowId=window, WindowTaskId=command, Priority=2)
    assert updated["Priority"] == 2 and updated["MaxErrors"] == "0"
    listed = ssm.describe_maintenance_window_tasks(
        WindowId=window, Filters=[{"Key": "TaskType", "Values": ["RUN_COMMAND"]}]
    )["Tasks"]
    assert [it["WindowTaskId"] for it in listed] == [command] and listed[0]["Type"] == "RUN_COMMAND"
    claim("register, get, update, describe tasks; a payload comes back byte for byte")

    message = refused(
        ssm.deregister_target_from_maintenance_window,
        "TargetInUseException",
        WindowId=window,
        WindowTargetId=target,
        Safe=True,
    )
    assert message.endswith(command), message
    try:
        ssm.get_maintenance_window(WindowId="mw-00000000000000000")
    except declared.DoesNotExistException as error:
        assert error.response["Error"]["Message"] == "Maintenance window mw-00000000000000000 does not exist"
    message = refused(ssm.create_maintenance_window, "ValidationException", Name="abc", Schedule="cron(banana)",
                      Duration=1, Cutoff=0, AllowUnassociatedTargets=True)
    assert "banana" in message or "CRON" in message, message
    claim("declared errors arrive as their classes")

    resource = {"ResourceType": "MaintenanceWindow", "ResourceId": window}
    ssm.add_tags_to_resource(**resource, Tags=[{"Key": "owner", "Value": "me"}])
    ssm.remove_tags_from_resource(**resource, TagKeys=["stage"])
    assert ssm.list_tags_for_resource(**resource)["TagList"] == [{"Key": "owner", "Value": "me"}]
    claim("tags")

    run(ssm, window)

    ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=task)
    ssm.deregister_target_from_maintenance_window(WindowId=window, WindowTargetId=target)
    ssm.delete_maintenance_window(WindowId=window)
    refused(ssm.get_maintenance_window, "DoesNotExistException", WindowId=window)
    claim("deregister, delete")


def run(ssm, window):
    """The window opens every two seconds from now on: what does a run look like?"""
    ssm.update_maintenance_window(
        WindowId=window, Replace=True, Name="often", Schedule="cron(0/2 * * ? * * *)", Duration=2, Cutoff=1,
        AllowUnassociatedTargets=True,
    )
    execution = until(
        lambda: ssm.describe_maintenance_window_executions(WindowId=window)["WindowExecutions"],
        lambda found: any(it["Status"] == "SUCCESS" for it in found),
    )
    done = next(it for it in execution if it["Status"] == "SUCCESS")
    assert done["EndTime"] >= done["StartTime"] and done["StartTime"].tzinfo
    ssm.update_maintenance_window(WindowId=window, Enabled=False)
    execution = done["WindowExecutionId"]
    shown = ssm.get_maintenance_window_execution(WindowExecutionId=execution)
    tasks = ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=execution)
    identities = tasks["WindowExecutionTaskIdentities"]
    assert [it["TaskExecutionId"] for it in identities] == shown["TaskIds"]
    assert [it["TaskType"] for it in identities] == ["LAMBDA", "RUN_COMMAND"]
    for identity, n_invocations in zip(identities, (1, 2)):
        of_task = {"WindowExecutionId": execution, "TaskId": identity["TaskExecutionId"]}
        assert ssm.get_maintenance_window_execution_task(**of_task)["Type"] == identity["TaskType"]
        found = ssm.describe_maintenance_window_execution_task_invocations(**of_task)
        found = found["WindowExecutionTaskInvocationIdentities"]
        assert len(found) == n_invocations
        for invocation in found:
            one = ssm.get_maintenance_window_execution_task_invocation(
                **of_task, InvocationId=invocation["InvocationId"]
            )
            assert one["Status"] == invocation["Status"] == "SUCCESS"
    ssm.cancel_maintenance_window_execution(WindowExecutionId=execution)
    claim("a run, from its window down to each server")


def until(ask, wanted):
    for _ in range(600):
        answer = ask()
        if wanted(answer):
            return answer
        time.sleep(0.1)
    raise AssertionError(f"never came: {answer}")


def pages(ssm):
    ids = [
        ssm.create_maintenance_window(
            Name=f"window-{n:02}", Schedule="rate(1 day)", Duration=1, Cutoff=0, AllowUnassociatedTargets=True
        )["WindowId"]
        for n in range(25)
    ]
    paginator = ssm.get_paginator("describe_maintenance_windows")
    found = [it["WindowId"] for page in paginator.paginate(PaginationConfig={"PageSize": 10})
             for it in page["WindowIdentities"]]
    # Those that were made in the same millisecond come in the order of their ids.
    assert sorted(found) == sorted(ids)
    claim("the paginator finds every window once")


KEYS = """
[[credentials]]
access_key_id = "AKIAALL"
secret_access_key = "all of it"

[[credentials]]
access_key_id = "AKIAREAD"
secret_access_key = "read of it"
allow = "read_only"
"""


def signing():
    with server(KEYS) as address:
        mine = watch(client(address, "AKIAALL", "all of it"))
        create = {"Name": "abc", "Schedule": "rate(1 day)", "Duration": 1, "Cutoff": 0, "AllowUnassociatedTargets": True}
        window = mine.create_maintenance_window(**create)["WindowId"]
        reader = watch(client(address, "AKIAREAD", "read of it"))
        assert reader.get_maintenance_window(WindowId=window)["Name"] == "abc"
        refused(reader.delete_maintenance_window, "AccessDeniedException", WindowId=window)
        claim("a good signature comes in; a key that may only read reads")

        wrong = watch(client(address, "AKIAALL", "a guess"))
        refused(wrong.get_maintenance_window, "InvalidSignatureException", WindowId=window)
        stranger = watch(client(address, "AKIANOBODY", "all of it"))
        refused(stranger.get_maintenance_window, "UnrecognizedClientException", WindowId=window)
        elsewhere = watch(client(address, "AKIAALL", "all of it", region="eu-west-1"))
        refused(elsewhere.get_maintenance_window, "InvalidSignatureException", WindowId=window)
        unsigned = watch(client(address, signature_version=botocore.UNSIGNED))
        refused(unsigned.get_maintenance_window, "MissingAuthenticationTokenException", WindowId=window)
        claim("a wrong secret, an unknown key, another region and no signature stay outside")


with server() as address:
    life(watch(client(address)))
with server() as address:
    pages(watch(client(address)))
signing()
