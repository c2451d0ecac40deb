"""A walk of botocore's model of OpsWorks CM: requests just inside and just outside each constraint of each member.

What is inside may be refused for other reasons; what is outside is answered with a ValidationException that names the
member. Nothing is answered 500, and every answer is compared with the model.
"""

import copy
import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from serving import claim, server, watch

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
KEY_BEGIN, KEY_END = "-----BEGIN PRIVATE KEY-----\n", "\n-----END PRIVATE KEY-----"
ARN = "arn:aws:opsworks-cm:us-east-1:123456789012:server/"


def domain(length):
    """A name of so many characters, of labels of two letters."""
    return ("aa." * (length // 3 + 1))[: length - 4].rstrip(".").ljust(length - 4, "b") + ".aaa"


# For a shape with a pattern: a text of any length that matches, and texts that do not.
TEXTS = {
    "ServerName": (lambda n: "a" * n, ["1a", "a_b", "a b", "-a", "\u00e9"]),
    "BackupId": (lambda n: "a" * n, ["1a", "a_b", "a b", ""]),
    "NodeName": (lambda n: "i" * n, ["a b", "a/b", "\u00e9", ""]),
    "TimeWindowDefinition": (None, ["", "24:00", "1:00", "Thr:01:00", "Mon:01:60", "mon:01:00", "01:00\n"]),
    "String": (lambda n: "s" * n, []),
    "KeyPair": (lambda n: "k" * n, ["a\nb"]),
    "InstanceProfileArn": (
        lambda n: "arn:aws:iam::123456789012:instance-profile/".ljust(n, "p"),
        ["", "arn:aws-cn:iam::123456789012:instance-profile/p", "arn:aws:iam::12345678901:instance-profile/p"],
    ),
    "ServiceRoleArn": (
        lambda n: "arn:aws:iam::123456789012:role/".ljust(n, "r"),
        ["", "arn:aws:iam::123456789012:user/r"],
    ),
    "AWSOpsWorksCMResourceArn": (lambda n: ARN.ljust(n, "a"), ["", "arn:aws:ec2:us-east-1:123456789012:a", "a"]),
    "AttributeName": (lambda n: "A" * n, ["a", "1A", "A-B", "_A"]),
    "AttributeValue": (lambda n: "v" * n, []),
    "EngineAttributeName": (lambda n: "N" * n, []),
    "EngineAttributeValue": (lambda n: "v" * n, []),
    "NextToken": (lambda n: "t" * n, []),
    "NodeAssociationStatusToken": (lambda n: "t" * n, []),
    "CustomDomain": (domain, ["", "a", "a.b", "-a.bc", "https://a.example.com", "a..bc"]),
    "CustomCertificate": (lambda n: BEGIN + "x" * (n - len(BEGIN + END)) + END, ["", "x", BEGIN + END]),
    "CustomPrivateKey": (lambda n: KEY_BEGIN + "x" * (n - len(KEY_BEGIN + KEY_END)) + KEY_END, ["", "x"]),
    "TagKey": (lambda n: "k" * n, ["a*b", "a\tb"]),
    "TagValue": (lambda n: "v" * n, ["a*b", "#"]),
}
USUAL = {"TimeWindowDefinition": "Mon:01:00", "String": "m5.large", "AWSOpsWorksCMResourceArn": ARN + "a/b"}


def usual(shape):
    """A value that the shape allows."""
    kind = shape.type_name
    if kind == "structure":
        return {name: usual(member) for name, member in shape.members.items() if name in shape.required_members}
    if kind == "list":
        return [usual(shape.member)]
    if kind == "integer":
        return 1
    if kind == "boolean":
        return False
    if shape.name in USUAL:
        return USUAL[shape.name]
    return TEXTS[shape.name][0](60 if "Arn" in shape.name or "Custom" in shape.name else 5)


def cases(shape):
    """Values of a shape that it allows, values that it forbids, and the parts of it that have cases of their own."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "integer":
        inside, outside = [1, 2**31 - 1], [] if least is None else [least - 1, -(2**31)]
        return inside, outside
    if shape.type_name == "list":
        one = usual(shape.member)
        full = [one] * (most or 3)
        return [full], [full + [one]] if most else []
    if shape.type_name != "string":
        return [], []
    make, wrong = TEXTS[shape.name]
    inside, outside = [], list(wrong)
    if make:
        inside += [make(most)] if most else []
        outside += [make(most + 1)] if most else []
    if least:
        inside.append(make(max(least, 1)))
        outside.append("")
    return inside, outside


def places(shape, path=(), printed=""):
    """Every part of a shape: the steps to it, and how messages call it."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            at = (printed + "." if printed else "") + name[0].lower() + name[1:]
            yield path + (name,), at, member
            yield from places(member, path + (name,), at)
    elif shape.type_name == "list":
        if shape.member.type_name == "structure":
            yield from places(shape.member, path + (0,), printed + ".1.member")
        else:
            yield path + (0,), printed, shape.member


def with_value(request, shape, path, value):
    """The request with `value` at `path`, and usual values around it."""
    step, rest = path[0], path[1:]
    if shape.type_name == "list":
        request = request or [usual(shape.member)]
        request[0] = with_value(request[0], shape.member, rest, value) if rest else value
        return request
    member = shape.members[step]
    if rest:
        request[step] = with_value(copy.deepcopy(request.get(step)) or ([] if member.type_name == "list" else {}), member, rest, value)
    else:
        request[step] = value
    return request


def answer(client, operation, request):
    """The code and message that a request is answered with."""
    try:
        client._make_api_call(operation, request)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] < 500, (operation, request, error)
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", ""


def walk(client):
    model = client.meta.service_model
    n_inside = n_outside = n_missing = 0
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        base = usual(shape)
        for name in shape.required_members:
            code, message = answer(client, operation, {key: value for key, value in base.items() if key != name})
            at = name[0].lower() + name[1:]
            wanted = f"Value null at '{at}' failed to satisfy constraint: Member must not be null"
            assert code == "ValidationException" and wanted in message, (operation, name, code, message)
            n_missing += 1
        for path, at, part in places(shape):
            inside, outside = cases(part)
            for value in inside:
                code, message = answer(client, operation, with_value(copy.deepcopy(base), shape, path, value))
                assert "failed to satisfy constraint" not in message, (operation, path, message[:300])
                assert code != "SerializationException", (operation, path, message)
                n_inside += 1
            for value in outside:
                code, message = answer(client, operation, with_value(copy.deepcopy(base), shape, path, value))
                assert code == "ValidationException", (operation, path, str(value)[:50], code, message[:300])
                assert f" at '{at}' failed to satisfy constraint" in message, (operation, path, message[:300])
                n_outside += 1
        for path, _, part in places(shape):
            wrong = {"string": 7, "integer": "7", "boolean": "true", "list": "x", "structure": []}[part.type_name]
            request = with_value(copy.deepcopy(base), shape, path, wrong)
            code, _ = answer(raw(client), operation, request)
            assert code == "SerializationException", (operation, path, code)
    assert n_inside > 100 and n_outside > 250 and n_missing == 29, (n_inside, n_outside, n_missing)
    claim(f"{n_inside} requests just inside a constraint are read, {n_outside} just outside and {n_missing} without a "
          "required member are told which")
    claim("a value of the wrong type cannot be read, whichever member has it")


def raw(client):
    """The same client, sending any JSON as it is."""

    class Raw:
        @staticmethod
        def _make_api_call(operation, request):
            def replace(params, **_):
                params["body"] = json.dumps(request).encode()

            name = f"before-call.opsworkscm.{operation}"
            client.meta.events.register(name, replace)
            try:
                return client._make_api_call(operation, {})
            finally:
                client.meta.events.unregister(name, replace)

    return Raw


with server("speed = 1000000\n[limits]\nservers = 100000\nmanual_backups = 100000\n") as address:
    client = boto3.client(
        "opsworkscm", endpoint_url=address, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"max_attempts": 1}),
    )
    walk(watch(client))
