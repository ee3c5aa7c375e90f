"""Types of the fields in bodies and parameters, and the refusal of a wrong field.

The text of a refusal is made from the field's JSON schema, which the OpenAPI description shows too.
Pydantic only finds the wrong field.
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

NAME = "name"  # `format` in the JSON schema of a name: a text on one line
MOST_QUOTED = 60  # characters of a received value that a refusal quotes

Schema = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class OneOf:
    """Annotation of a text that must be one of several words.

    Attributes:
        words: the allowed words.
    """

    words: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return pydantic's schema of the annotated text."""
        return core_schema.literal_schema(list(self.words))


def words_of(choices: type[Enum]) -> OneOf:
    """Return the annotation of a text that must be the value of one of an enum's members."""
    return OneOf(tuple(each.value for each in choices))


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("contains NUL or an incomplete surrogate pair")
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


def validate(
    model: type[Model], values: Mapping[str, Any], unknown: str, codes: Mapping[str, str]
) -> Model:
    """Return the values as a validated instance of a model.

    Args:
        model: model of the body or of the parameters.
        values: received values by the name of their field.
        unknown: key of the refusal for an unknown field.
        codes: codes of refusals that differ from the usual ones. The keys are a field's name,
            `unknown`, or "" for all other fields.

    Raises:
        Refusal: a field is unknown, missing or wrong.
    """
    names = [field.alias or name for name, field in model.model_fields.items()]
    for name in values:
        if name not in names:  # Checked here, because pydantic would list all unknown fields.
            fields, code = ", ".join(names) or "none", codes.get(unknown, "")
            raise Refusal(unknown, code=code, name=name[:MOST_QUOTED], names=fields)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        location = error.errors(include_url=False, include_context=False)[0]["loc"]
    name, model_schema = str(location[0]), model.model_json_schema()
    key, expected = expectation(resolved(model_schema["properties"][name], model_schema))
    code = codes.get(name, codes.get("", ""))
    raise Refusal(key, code=code, field=name, got=quoted(values.get(name)), **expected)


def resolved(schema: Schema, model_schema: Schema) -> Schema:
    """Return a field's JSON schema with its reference resolved and without null.

    Args:
        schema: schema of the field.
        model_schema: schema of the model that has the field.
    """
    if "$ref" in schema:
        schema = model_schema["$defs"][schema["$ref"].rpartition("/")[2]]
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) == 1:
        other_keys = {name: value for name, value in schema.items() if name != "anyOf"}
        return {**other_keys, **resolved(options[0], model_schema)}
    return schema


def expectation(schema: Schema) -> tuple[str, dict[str, Any]]:
    """Return the key and the values of the refusal for a wrong value of a field.

    Args:
        schema: schema of the field, from `resolved`.

    Returns:
        The key in `REFUSALS`, and the values of its template that say what was expected. The name
        of the field and the received value are missing from them.

    Raises:
        KeyError: no refusal fits the schema; a test checks all fields for this.
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
    raise KeyError(f"no refusal in REFUSALS fits the schema {schema}")


def _example(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def quoted(value: Any) -> str:
    """Return a value as JSON for a refusal, shortened if it is long or nested."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}…"
