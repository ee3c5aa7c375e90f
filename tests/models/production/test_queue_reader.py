"""procrastinate is used by its public interface: a release of it must not break the queue."""

import ast


def uses_of_a_library_that_are_not_public(tree, names):
    """Attributes that are assigned on objects of others, setattr, and private attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("setattr", "delattr"):
                yield f"line {node.lineno}: {node.func.id}"
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            is_self = owner in ("self", "cls")
            if not is_self and isinstance(node.ctx, ast.Store | ast.Del):
                yield f"line {node.lineno}: {ast.unparse(node)} is assigned"
            if not is_self and node.attr.startswith("_") and not node.attr.startswith("__"):
                yield f"line {node.lineno}: {ast.unparse(node)} is private"
            if is_self and node.attr in names:
                yield f"line {node.lineno}: {ast.unparse(node)} replaces a method"


def test_procrastinate_is_used_by_its_public_interface(checkout):
    found = [
        f"{path.name}: {use}"
        for path in sorted((checkout / "models" / "production").glob("*.py"))
        for use in uses_of_a_library_that_are_not_public(
            ast.parse(path.read_text(encoding="utf-8")), {"fetch_job", "job_manager"}
        )
    ]
    assert found == []
    bad = "jobs.fetch_job = x\nsetattr(jobs, 'a', x)\njobs._pool\nself.job_manager = 1"
    assert len(list(uses_of_a_library_that_are_not_public(ast.parse(bad), {"job_manager"}))) == 4
