"""All SQL that reads and writes productions: one `.sql` file for each Python module that uses it.

`sql("name")` returns a statement. SQL that Python composes, such as an ORDER BY, is in the Python
module.
"""

from pathlib import Path

from ...named_queries import NamedQueries

sql = NamedQueries(Path(__file__).parent)
