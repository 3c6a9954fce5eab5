"""OpenAPI 3.1 from the route rows. Problems are listed by status with their codes; nothing is written by hand."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from .actor import Role
from .errors import (
    Conflict,
    Invalid,
    MalformedBody,
    NotAllowed,
    NotSignedIn,
    Problem,
    TooLarge,
    TooMany,
    Unavailable,
    Unknown,
    WrongType,
)
from .routes import PUBLIC, SIGNED_IN, Route

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem; `title` is the sentence for people in the language asked for",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:problem:slot-full"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "rule": {"type": "string", "description": "Id in docs/rules.md"},
        "support_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
    "additionalProperties": True,
}


def describe(routes: Iterable[Route], permissions: Mapping[str, frozenset[Role]], version: str) -> dict[str, Any]:
    """The whole document."""
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, permissions, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lianyi 联医",
            "version": version,
            "description": "Errors are `application/problem+json` in Chinese, or English by Accept-Language.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"login": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: Route, permissions: Mapping[str, frozenset[Role]], schemas: dict[str, Any]) -> dict[str, Any]:
    doc = inspect.getdoc(route.endpoint) or ""
    operation: dict[str, Any] = {
        "operationId": f"{route.capability.rsplit('.', 1)[-1]}_{route.endpoint.__name__}",
        "tags": [route.capability.rsplit(".", 1)[-1]],
        "summary": doc.split("\n", 1)[0].rstrip("."),
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas), *_key_parameter(route)],
        "responses": {**_success(route, schemas), **_refusals(route)},
    }
    if "\n" in doc:
        operation["description"] = doc.split("\n", 1)[1].strip()
    if route.may not in (PUBLIC, SIGNED_IN):
        operation["x-permission"] = route.may
        operation["x-roles"] = sorted(permissions.get(route.may, ()))
    operation["security"] = [] if route.may == PUBLIC else [{"login": []}]
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(route.body, "validation", schemas)}},
        }
    if route.upload:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": binary}}
    return operation


def _schema(adapter: TypeAdapter[Any], mode: JsonSchemaMode, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _named(adapter.json_schema(mode=mode, ref_template=_REF), schemas)
    title = schema.get("title")
    if schema.get("type") == "object" and isinstance(title, str) and "properties" in schema:
        _name(schemas, title, schema)
        return {"$ref": _REF.format(model=title)}
    return schema


def _named(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema without definitions of its own: each model has its name in the whole document.

    So has a closed list of words, unless an earlier one is called the same (every capability has a `Status`): then it
    stands where it is used.
    """
    defined = schema.pop("$defs", {})
    words = {
        _REF.format(model=name): model
        for name, model in defined.items()
        if "enum" in model and schemas.get(name, model) != model
    }
    for name, model in defined.items():
        if _REF.format(model=name) not in words:
            _name(schemas, name, _spelt_out(model, words))
    spelt: dict[str, Any] = _spelt_out(schema, words)
    return spelt


def _spelt_out(node: Any, words: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_spelt_out(each, words) for each in node]
    if not isinstance(node, dict):
        return node
    told = {name: _spelt_out(each, words) for name, each in node.items() if name != "$ref"}
    reference = node.get("$ref")
    if reference is None:
        return told
    return {**words[reference], **told} if reference in words else {"$ref": reference, **told}


def _name(schemas: dict[str, Any], name: str, model: dict[str, Any]) -> None:
    assert schemas.setdefault(name, model) == model, f"two models are called {name}: pages could not tell them apart"


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": adapter.json_schema()}
        for name, adapter in route.paths.items()
    ]


def _query_parameters(route: Route, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = _named(TypeAdapter(route.query).json_schema(ref_template=_REF), schemas)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": member}
        for name, member in schema["properties"].items()
    ]


def _key_parameter(route: Route) -> list[dict[str, Any]]:
    if not route.unsafe or route.grants_tokens or route.may == PUBLIC:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 128}
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]


def _success(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    if route.gives_file:
        content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        return {
            "200": {"description": "The file", "content": content},
            "206": {"description": "The range", "content": content},
        }
    if route.answer is type(None):
        return {str(route.status): {"description": "Done"}}
    schema = _schema(TypeAdapter(route.answer), "serialization", schemas)
    done = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    return {str(status): done for status in (route.status, *route.also)}


def _body_names_ids(route: Route) -> bool:
    return route.body is not None and "'format': 'uuid'" in str(route.body.json_schema())


def _refusals(route: Route) -> dict[str, Any]:
    kinds: list[type[Problem]] = [*route.problems, TooMany, Unavailable]
    if route.may != PUBLIC:
        kinds.append(NotSignedIn)
    if route.may not in (PUBLIC, SIGNED_IN):
        kinds.append(NotAllowed)
    if route.paths or _body_names_ids(route):
        kinds.append(Unknown)
    if route.body is not None or route.query is not None or route.upload:
        kinds += [Invalid, MalformedBody, TooLarge, WrongType]
    if route.unsafe:
        kinds += [Conflict, Invalid]
    by_status: dict[str, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(str(kind.status), []).append(f"`{kind.code}` {kind.en}")
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {
        status: {"description": "; ".join(words), "content": content} for status, words in sorted(by_status.items())
    }
