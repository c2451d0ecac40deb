"""boto3 and the AWS CLI of August 2025, the last with OpsWorks CM: each operation, each answer compared with the model."""

import base64
import io
import json
import os
import subprocess
import sys
import time
import zipfile

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

from serving import claim, server, watch

PROFILE = "arn:aws:iam::123456789012:instance-profile/aws-opsworks-cm-ec2-role"
ROLE = "arn:aws:iam::123456789012:role/service-role/aws-opsworks-cm-service-role"
KEYS = """
account = "123456789012"
speed = SPEED

[[credentials]]
access_key_id = "AKIAGOOD"
secret_access_key = "the secret"
"""


def client(address, key="AKIAGOOD", secret="the secret", **options):
    config = Config(retries={"max_attempts": 1}, **options)
    return boto3.client(
        "opsworkscm",
        endpoint_url=address,
        region_name="us-east-1",
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


def until(look, wanted):
    for _ in range(600):
        found = look()
        if wanted(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain, found {found}")


def life(cm):
    def shown(name):
        return cm.describe_servers(ServerName=name)["Servers"][0]

    def settled(name, status="HEALTHY"):
        return until(lambda: shown(name), lambda it: it["Status"] == status)

    created = cm.create_server(
        ServerName="alpha",
        Engine="ChefAutomate",
        EngineModel="Single",
        EngineVersion="2",
        InstanceType="m5.large",
        InstanceProfileArn=PROFILE,
        ServiceRoleArn=ROLE,
        PreferredMaintenanceWindow="Tue:04:00",
        PreferredBackupWindow="03:00",
        BackupRetentionCount=10,
        Tags=[{"Key": "Stage", "Value": "Test"}],
    )["Server"]
    assert created["Status"] == "CREATING" and created["EngineVersion"] == "2020-07", created
    secrets = {it["Name"]: it["Value"] for it in created["EngineAttributes"]}
    assert len(secrets["CHEF_AUTOMATE_ADMIN_PASSWORD"]) >= 8
    assert b"PRIVATE KEY" in base64.b64decode(secrets["CHEF_AUTOMATE_PIVOTAL_KEY"])
    kit = zipfile.ZipFile(io.BytesIO(base64.b64decode(secrets["CHEF_STARTER_KIT"])))
    assert "alpha/.chef/private.pem" in kit.namelist()
    server = settled("alpha")
    assert server["EngineAttributes"] == [] and server["CreatedAt"].tzinfo
    message = refused(
        cm.create_server, "ResourceAlreadyExistsException", ServerName="alpha", Engine="Puppet", InstanceType="m5.xlarge",
        InstanceProfileArn=PROFILE, ServiceRoleArn=ROLE,
    )
    assert "alpha" in message
    claim("create, describe: a server comes to life, and its key, password and starter kit are told once")

    updated = cm.update_server(ServerName="alpha", BackupRetentionCount=3, PreferredBackupWindow="Mon:05:00")["Server"]
    assert updated["BackupRetentionCount"] == 3 and updated["PreferredBackupWindow"] == "Mon:05:00"
    cm.update_server_engine_attributes(ServerName="alpha", AttributeName="CHEF_AUTOMATE_PIVOTAL_KEY", AttributeValue="key")
    settled("alpha")
    exported = cm.export_server_engine_attribute(
        ServerName="alpha", ExportAttributeName="Userdata", InputAttributes=[{"Name": "RunList", "Value": "role[web]"}]
    )
    assert exported["EngineAttribute"]["Name"] == "Userdata"
    claim("update settings and an engine attribute, export the script of a node")

    backup = cm.create_backup(ServerName="alpha", Description="before change")["Backup"]
    assert backup["BackupType"] == "MANUAL" and backup["UserArn"] == "arn:aws:iam::123456789012:user/AKIAGOOD"
    until(lambda: cm.describe_backups(BackupId=backup["BackupId"])["Backups"][0], lambda it: it["Status"] == "OK")
    settled("alpha")
    begun = cm.start_maintenance(ServerName="alpha")["Server"]
    assert begun["Status"] == "UNDER_MAINTENANCE"
    try:
        cm.start_maintenance(ServerName="alpha")
    except cm.exceptions.InvalidStateException as error:
        assert "UNDER_MAINTENANCE" in error.response["Error"]["Message"]
    message = refused(cm.delete_server, "ValidationException", ServerName="alpha")
    assert message == "Cannot delete the server 'alpha'. The current operation on the server is still in progress."
    assert settled("alpha")["MaintenanceStatus"] == "SUCCESS"
    kinds = [it["BackupType"] for page in cm.get_paginator("describe_backups").paginate() for it in page["Backups"]]
    assert kinds == ["AUTOMATED", "MANUAL"], kinds
    restored = cm.restore_server(ServerName="alpha", BackupId=backup["BackupId"], InstanceType="r5.xlarge")["Server"]
    assert restored["Status"] == "RESTORING"
    assert settled("alpha")["InstanceType"] == "r5.xlarge"
    claim("backup, maintenance, restore; refusals arrive as their classes, one with the text that CloudFormation waits on")

    token = cm.associate_node(
        ServerName="alpha",
        NodeName="i-0123456789abcdef0",
        EngineAttributes=[
            {"Name": "CHEF_AUTOMATE_ORGANIZATION", "Value": "default"},
            {"Name": "CHEF_AUTOMATE_NODE_PUBLIC_KEY", "Value": "-----BEGIN PUBLIC KEY-----"},
        ],
    )["NodeAssociationStatusToken"]
    waiter = cm.get_waiter("node_associated")
    waiter.config.delay = 0.1
    waiter.wait(ServerName="alpha", NodeAssociationStatusToken=token)
    cm.disassociate_node(ServerName="alpha", NodeName="i-0123456789abcdef0")
    claim("associate and disassociate a node; the waiter sees it")

    arn = server["ServerArn"]
    cm.tag_resource(ResourceArn=arn, Tags=[{"Key": f"key {n}", "Value": "\u00e9"} for n in range(5)])
    cm.untag_resource(ResourceArn=arn, TagKeys=["Stage"])
    pages = list(cm.get_paginator("list_tags_for_resource").paginate(ResourceArn=arn, PaginationConfig={"PageSize": 2}))
    tags = [it["Key"] for page in pages for it in page["Tags"]]
    assert len(pages) == 3 and tags == [f"key {n}" for n in range(5)], pages
    events = cm.get_paginator("describe_events").paginate(ServerName="alpha", PaginationConfig={"PageSize": 3})
    events = [it for page in events for it in page["ServerEvents"]]
    times = [it["CreatedAt"] for it in events]
    assert times == sorted(times, reverse=True) and len(set(times)) == len(times)
    assert {"Maintenance completed successfully", "Restore completed successfully"} <= {it["Message"] for it in events}
    refused(cm.describe_events, "InvalidNextTokenException", ServerName="alpha", NextToken="mine")
    claim("tags and events, page by page")

    used = {it["Name"]: (it["Used"], it["Maximum"]) for it in cm.describe_account_attributes()["Attributes"]}
    assert used == {"ServerLimit": (1, 10), "ManualBackupLimit": (1, 50)}, used
    cm.delete_backup(BackupId=backup["BackupId"])
    cm.delete_server(ServerName="alpha")

    def gone():
        try:
            return shown("alpha")["Status"]
        except cm.exceptions.ResourceNotFoundException:
            return None

    until(gone, lambda status: status is None)
    until(lambda: cm.describe_backups()["Backups"], lambda backups: backups == [])
    claim("delete: server and backups go")


def strangers(address):
    message = refused(client(address, secret="wrong").describe_servers, "InvalidSignatureException")
    assert "signature" in message
    refused(client(address, key="AKIANOBODY").describe_servers, "UnrecognizedClientException")
    refused(client(address, signature_version=botocore.UNSIGNED).describe_servers, "MissingAuthenticationTokenException")
    claim("a wrong secret, an unknown key and no signature stay outside")


def command_line(address):
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "AKIAGOOD", "AWS_SECRET_ACCESS_KEY": "the secret", "AWS_DEFAULT_REGION": "us-east-1",
    }

    def aws(*words, code=0):
        command = [sys.executable, "-m", "awscli", "--endpoint-url", address, "opsworks-cm", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == code, (words, done.returncode, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr

    created = aws(
        "create-server", "--server-name", "beta", "--engine", "Puppet", "--engine-model", "Monolithic",
        "--engine-version", "2019", "--instance-type", "m5.xlarge", "--instance-profile-arn", PROFILE,
        "--service-role-arn", ROLE,
    )
    assert created["Server"]["Status"] == "CREATING"
    until(lambda: aws("describe-servers", "--server-name", "beta")["Servers"][0]["Status"], lambda it: it == "HEALTHY")
    assert aws("start-maintenance", "--server-name", "beta")["Server"]["Status"] == "UNDER_MAINTENANCE"
    refusal = aws("start-maintenance", "--server-name", "beta", code=255)
    assert "(InvalidStateException)" in refusal, refusal
    claim("the AWS CLI creates, looks, maintains, and ends with 255 where it may not")


assert botocore.__version__ == "1.40.18", botocore.__version__
with server(KEYS.replace("SPEED", "20000")) as address:
    life(watch(client(address)))
    strangers(address)
# Each call of the command line takes a while, in which maintenance must not end.
with server(KEYS.replace("SPEED", "200")) as address:
    command_line(address)
