"""Fields of request bodies and parameters, and the refusal of one that doesn't fit.

A refusal is written from the JSON schema of the field, the same that the OpenAPI description shows;
pydantic only says which field it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from ...models.jobs.job import LONGEST_NAME, LONGEST_REASON, clean_name
from ...models.production.fields import is_storable
from .refusals import Refusal

NAME = "name"  # format of a text on one line
LONGEST_SHOWN = 60  # characters of a value in a refusal

Schema = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class OneOf:
    """Annotation of a text that is one of several words.

    Attributes:
        words: the words.
    """

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return pydantic's schema."""
        return core_schema.literal_schema(list(self.words))


def words_of(choices: type[Enum]) -> OneOf:
    """Return the annotation of a text that is the value of an enum's member."""
    return OneOf(tuple(each.value for each in choices))


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("NUL or half a character")
    return text


def _name(text: str) -> str:
    return clean_name(NAME, _storable(text))


Storable = AfterValidator(_storable)
Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "format": NAME, "maxLength": LONGEST_NAME}),
]
Reason = Annotated[str, Field(max_length=LONGEST_REASON), Storable]


def validated(
    model: type[Model], values: Mapping[str, Any], unknown: str, codes: Mapping[str, str]
) -> Model:
    """Return the values as an instance of a model.

    Args:
        model: refuses unknown fields.
        values: of a body or of parameters.
        unknown: key of the refusal of an unknown field.
        codes: code of a refusal by the field's name, by `unknown`, or by "" for all other fields.

    Raises:
        Refusal: a field is unknown, is missing, or doesn't fit.
    """
    names = [field.alias or name for name, field in model.model_fields.items()]
    for name in values:
        if name not in names:  # here, as pydantic would list them all
            fields, code = ", ".join(names) or "none", codes.get(unknown, "")
            raise Refusal(unknown, code=code, name=name[:LONGEST_SHOWN], names=fields)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        place = error.errors(include_url=False, include_context=False)[0]["loc"]
    name, whole = str(place[0]), model.model_json_schema()
    key, expected = expectation(plain(whole["properties"][name], whole))
    code = codes.get(name, codes.get("", ""))
    raise Refusal(key, code=code, field=name, got=shown(values.get(name)), **expected)


def plain(schema: Schema, whole: Schema) -> Schema:
    """Return a field's schema without a reference and without null.

    Args:
        schema: of the field.
        whole: schema of its model.
    """
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) == 1:
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**rest, **plain(options[0], whole)}
    return schema


def expectation(schema: Schema) -> tuple[str, dict[str, Any]]:
    """Return the key of a refusal and its values, but for the field and what came instead.

    Args:
        schema: of the field, plain.
    """
    match schema:
        case {"enum": options}:
            return "expected_choice", {"options": ", ".join(map(str, options))}
        case {"const": option}:
            return "expected_choice", {"options": str(option)}
        case {"examples": examples}:
            return "expected_such", {"examples": " or ".join(map(_example, examples))}
        case {"type": "string", "format": "name", "maxLength": most}:
            return "expected_name", {"most": most}
        case {"type": "string", "maxLength": most}:
            return "expected_text", {"least": schema.get("minLength", 0), "most": most}
        case {"type": "integer", "minimum": least, "maximum": most}:
            return "expected_whole", {"least": least, "most": most}
        case {"type": "number", "minimum": least, "maximum": most}:
            return "expected_number", {"least": least, "most": most}
        case {"type": "boolean"}:
            return "expected_boolean", {}
    raise KeyError(f"no refusal of what is no {schema}")  # a test describes all fields


def _example(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def shown(value: Any) -> str:
    """Return a value as JSON has it, cut where it is long."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
