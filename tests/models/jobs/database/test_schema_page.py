import re

from anime_production.tools.database_page import PAGE, page


def test_the_page_in_the_docs_is_what_the_live_schema_gives(every_connection):
    assert page(every_connection) == PAGE.read_text(encoding="utf-8"), (
        "a migration changed the schema: run python quickstart.py generate database-page"
    )


def test_the_page_follows_the_schema(connection):
    before = page(connection)
    connection.execute("CREATE TABLE anime.pets (id int PRIMARY KEY, job_id uuid, age int)")
    connection.execute("COMMENT ON TABLE anime.pets IS 'Who is loved.'")
    connection.execute("COMMENT ON COLUMN anime.pets.age IS 'Years | about.'")
    connection.execute("ALTER TABLE anime.pets ADD FOREIGN KEY (job_id) REFERENCES anime.jobs")
    try:
        after = page(connection)
    finally:
        connection.execute("DROP TABLE anime.pets")
    assert page(connection) == before != after
    assert '    jobs |o--o{ pets : "job_id"' in after
    assert "        integer id PK\n        uuid job_id FK\n" in after
    assert "## pets\n\nWho is loved.\n" in after
    assert "| `age` | integer, may be NULL | Years \\| about. |" in after


def test_the_diagram_is_of_the_form_that_mermaid_reads():
    (text,) = re.findall(r"```mermaid\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    head, *lines = text.splitlines()
    assert head == "erDiagram"
    forms = (
        r"    \w+ \{",
        r"        [A-Za-z][\w\[\]()-]* \w+( (PK|FK|UK)(, (PK|FK|UK))*)?",
        r"    \}",
        r'    \w+ (\|\||\|o)--(o\||o\{) \w+ : "[\w, ]+"',
    )
    for line in lines:
        assert any(re.fullmatch(form, line) for form in forms), line
    assert len([line for line in lines if "--" in line]) > 15
