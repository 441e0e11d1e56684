#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says what is wrong with the documents on standard input, one in a line or one in all."""
import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "docs/schema/report.json"


def documents(text):
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def main():
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    bad = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for document in documents(sys.stdin.read())
        for error in validator.iter_errors(document)
    ]
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


sys.exit(main())
