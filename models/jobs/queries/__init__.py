"""All SQL statements that read and write jobs, in a `.sql` file for each module that uses them.

`sql("name")` returns a statement. Parts that Python puts together, such as the condition of a
filter, are in the module that does so.
"""

from pathlib import Path

from ...named_queries import NamedQueries

sql = NamedQueries(Path(__file__).parent)
