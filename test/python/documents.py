"""Prints every GraphQL document of the installed numerapi, as JSON: the method that sends it, and the document."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

IS_DOCUMENT = re.compile(r"\s*(query|mutation)\b[^{]*\{", re.DOTALL)


def documents_of(function: ast.FunctionDef, endpoints: list[str]) -> Iterator[str]:
    docstring = ast.get_docstring(function, clean=False)
    parts = {id(part) for node in ast.walk(function) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(function):
        if isinstance(node, ast.JoinedStr):
            # `_upload_auth` builds its document around the name of the endpoint that it is given.
            for endpoint in endpoints:
                yield "".join(part.value if isinstance(part, ast.Constant) else endpoint for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != docstring:
            if id(node) not in parts:
                yield node.value


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [call for call in found if call.func.attr == name]


def main() -> None:
    spec = importlib.util.find_spec("numerapi")
    files = sorted(Path(spec.origin).parent.glob("*.py"))
    trees = {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    endpoints = [call.args[0].value for tree in trees.values() for call in calls(tree, "_upload_auth")]
    found = []
    for module, tree in trees.items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            documents = [text for text in documents_of(function, endpoints) if IS_DOCUMENT.match(text)]
            # Nothing that numerapi sends may be missed.
            if calls(function, "raw_query") and not documents:
                raise SystemExit(f"{module}.{function.name} sends a document that was not found.")
            found += [{"method": function.name, "module": module, "document": text} for text in documents]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
