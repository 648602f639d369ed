"""Checks every package in this folder's parent against the published schemas.

Independent of the program: it needs Python with the packages jsonschema and referencing, and reads
nothing but the files. Prints one line a fault and exits with 1 if there is any.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

HERE = pathlib.Path(__file__).resolve().parent


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def main():
    schemas = {path.name.split(".")[0]: load(path) for path in HERE.glob("*.schema.json")}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    checked, faults = 0, 0

    def check(schema, content, place):
        nonlocal checked, faults
        checked += 1
        for error in Draft202012Validator(schema, registry=registry).iter_errors(content):
            faults += 1
            print(f"{place}: {error.json_path}: {error.message}")

    for about in sorted(HERE.parent.glob("*/package.json")):
        folder = about.parent
        package = {"about": load(about)}
        check({"$ref": schemas["package"]["$id"] + "#/$defs/about"}, package["about"], about)
        for members, schema in (("maps", "map"), ("forms", "form"), ("code_lists", "code-list")):
            paths = sorted((folder / members).glob("*.json"))
            package[members] = [load(path) for path in paths]
            for path, content in zip(paths, package[members]):
                check(schemas[schema], content, path)
        check(schemas["package"], package, folder)
    print(f"{checked} checked, {faults} faults")
    return 1 if faults or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
