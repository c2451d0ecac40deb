"""Prints the constraints of botocore's SSM model for the maintenance-window operations, as JSON lines.

One line per value that a request can hold. A path names members as the model does; `[]` is an entry of a list, `{name}`
a name and `{}` a value of a map.
"""

import json
import sys

import botocore.session

TAGGING = ["AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource"]


def main():
    loader = botocore.session.get_session().get_component("data_loader")
    model = loader.load_service_model("ssm", "service-2")
    shapes = model["shapes"]

    def row(operation, path, name, required):
        shape = shapes[name]
        print(json.dumps({
            "operation": operation,
            "path": path,
            "shape": name,
            "kind": shape["type"],
            "min": shape.get("min"),
            "max": shape.get("max"),
            "pattern": shape.get("pattern"),
            "values": shape.get("enum", []),
            "sensitive": shape.get("sensitive", False),
            "required": required,
        }))
        if shape["type"] == "list":
            row(operation, path + "[]", shape["member"]["shape"], False)
        elif shape["type"] == "map":
            row(operation, path + "{name}", shape["key"]["shape"], False)
            row(operation, path + "{}", shape["value"]["shape"], False)
        elif shape["type"] == "structure":
            members(operation, path + "." if path else "", shape)

    def members(operation, path, shape):
        for member, value in shape["members"].items():
            row(operation, path + member, value["shape"], member in shape.get("required", []))

    for operation in sorted(model["operations"]):
        if "MaintenanceWindow" in operation or operation in TAGGING:
            members(operation, "", shapes[model["operations"][operation]["input"]["shape"]])
            errors = [error["shape"] for error in model["operations"][operation].get("errors", [])]
            print(json.dumps({"operation": operation, "errors": sorted(errors)}))
    print(json.dumps({"botocore": botocore.__version__}), file=sys.stderr)


main()
