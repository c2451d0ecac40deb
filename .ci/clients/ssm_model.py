"""A walk along botocore's model: each constrained member of each operation, just inside its bounds and just outside.

Nothing is checked on this side. Inside, the request is carried out or refused for another reason than that member; outside,
it is refused with a ValidationException that names the member. Nothing is answered with a 500.
"""

import base64
import http.client
import json
import re
import sys
import urllib.parse

import botocore.session

from serving import claim, server

TAGS = {"AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource"}
# Texts that long patterns ask for, and that no repeated letter hits upon.
SPECIAL = [
    "mw-0123456789abcdef0",
    "01234567-89ab-cdef-0123-456789abcdef",
    "$LATEST",
    "100%",
    "InstanceIds",
    "rate(1 day)",
]


def matches(pattern, text):
    # Python knows no classes of Unicode; letters, blanks and digits will do here.
    pattern = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text) or re.fullmatch(pattern, text)


def texts(length):
    yield from (letter * length for letter in "a1")
    yield "1" + "0" * (length - 1)
    yield from (text for text in SPECIAL if len(text) == length)


def bounds(shape):
    return shape.metadata.get("min"), shape.metadata.get("max")


def fitting(shape, length=None):
    """A value that the shape allows, of this length or size if one is given; None if there is none."""
    least, most = bounds(shape)
    kind = shape.type_name
    if kind == "string":
        if shape.enum:
            return shape.enum[0] if length is None else None
        lengths = [length] if length is not None else [len(it) for it in SPECIAL] + [least or 1, most or 1, 1]
        pattern = shape.metadata.get("pattern")
        for n in lengths:
            if length is None and (n < (least or 0) or (most is not None and n > most)):
                continue
            for text in texts(n) if n else [""]:
                if not pattern or matches(pattern, text):
                    return text
        return None
    if kind == "integer":
        return least if least is not None else 1
    if kind == "boolean":
        return True
    if kind == "blob":
        return base64.b64encode(b"x" * (length if length is not None else 3)).decode()
    if kind == "list":
        return [fitting(shape.member)] * (length if length is not None else max(least or 0, 1))
    if kind == "map":
        names = (name_of(shape.key, n) for n in range(length if length is not None else max(least or 0, 1)))
        return {name: fitting(shape.value) for name in names}
    return {name: fitting(shape.members[name]) for name in shape.required_members}


def name_of(shape, n):
    return f"{n}".rjust(shape.metadata.get("min", 1), "k")


def edges(shape):
    """Values at the bounds of a shape, and values just beyond: (inside, value)."""
    least, most = bounds(shape)
    kind = shape.type_name
    if kind == "integer":
        for bound, step in ((least, -1), (most, 1)):
            if bound is not None:
                yield True, bound
                yield False, bound + step
        return
    if kind == "string" and shape.enum:
        yield from ((True, value) for value in shape.enum)
        yield False, "NOT_ONE_OF_THEM"
        return
    if kind not in ("string", "blob", "list", "map"):
        return
    for bound, step in ((least, -1), (most, 1)):
        if bound is None:
            continue
        value = fitting(shape, bound)
        if value is not None:
            yield True, value
        if bound + step >= 0:
            beyond = fitting(shape, bound + step)
            yield False, beyond if beyond is not None else "a" * (bound + step)
    pattern = shape.metadata.get("pattern")
    if pattern:
        for text in ("a\n!", "!" * max(least or 1, 1), "  "):
            if not matches(pattern, text) and (least or 0) <= len(text) <= (most or len(text)):
                yield False, text
                break


def lower_camel(name):
    return name[0].lower() + name[1:]


def walk(shape, path, put):
    """Every value to be tried below a shape: (inside, the paths that a fault may name, the whole request)."""
    kind = shape.type_name
    for inside, value in edges(shape):
        yield inside, path, put(value)
    if kind == "structure":
        for name, member in shape.members.items():
            rest = {it: fitting(shape.members[it]) for it in shape.required_members if it != name}
            steps = [f"{it}.{lower_camel(name)}" if it else lower_camel(name) for it in path]
            yield from walk(member, steps, lambda value, name=name, rest=rest: put(rest | {name: value}))
            if name in shape.required_members:
                yield False, steps, put(rest)
    elif kind == "list":
        # A fault of a plain entry is told of its list.
        yield from walk(shape.member, path + [f"{it}.1.member" for it in path], lambda value: put([value]))
    elif kind == "map":
        steps = path + [f"{it}.{step}.member" for it in path for step in ("name", "1")]
        yield from walk(shape.value, steps, lambda value: put({"name": value}))
        value = fitting(shape.value)
        for inside, name in edges(shape.key):
            yield inside, path, put({name: value})


def main():
    model = botocore.session.get_session().get_service_model("ssm")
    operations = [it for it in model.operation_names if "MaintenanceWindow" in it or it in TAGS]
    assert len(operations) == 26, operations
    n_inside, n_outside, faults = 0, 0, []
    with server() as address:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=30)
        for name in operations:
            shape = model.operation_model(name).input_shape
            for inside, paths, body in walk(shape, [""], lambda value: value):
                headers = {"X-Amz-Target": f"AmazonSSM.{name}", "Content-Type": "application/x-amz-json-1.1"}
                text = json.dumps(body)
                connection.request("POST", "/", text, headers)
                answer = connection.getresponse()
                found = answer.read().decode()
                told = any(f" at '{path}' failed to satisfy constraint" in found for path in paths)
                if inside:
                    n_inside += 1
                    good = answer.status in (200, 400) and not told and "SerializationException" not in found
                else:
                    n_outside += 1
                    good = answer.status == 400 and '"__type":"ValidationException"' in found and told
                if not good:
                    faults.append(f"{name} {paths} {'inside' if inside else 'outside'}: {text[:200]} -> {answer.status} {found[:300]}")
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    assert not faults, f"{len(faults)} answers are wrong"
    assert n_inside > 300 and n_outside > 300, "the walk has lost its way"
    claim(f"{n_inside} requests just inside their bounds and {n_outside} just outside, each answered as it should be")


main()
