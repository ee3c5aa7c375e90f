"""Every node has a help page that a reader finds every input and output in."""

import json

import pytest

from .comfyui import PACK

DOCS = PACK / "web" / "client" / "docs"
SCHEMAS = json.loads((PACK / "tests" / "nodes" / "schemas.json").read_text(encoding="utf-8"))


def test_help_pages_are_those_of_the_nodes():
    assert sorted(page.stem for page in DOCS.glob("*.md")) == sorted(SCHEMAS)


@pytest.mark.parametrize("node", SCHEMAS)
def test_a_help_page_names_every_input_and_output(node):
    page = (DOCS / f"{node}.md").read_text(encoding="utf-8")
    schema = SCHEMAS[node]
    names = [each["id"] for each in (*schema["inputs"], *schema["outputs"])]
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("node", SCHEMAS)
def test_the_readme_lists_the_node(node):
    assert f"`{node}`" in (PACK / "README.md").read_text(encoding="utf-8")
