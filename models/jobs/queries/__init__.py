"""All SQL that reads and writes jobs: a `.sql` file for each module that asks.

`sql("name")` is a statement. What Python puts together, such as the condition of a filter, stands
in the module that does.
"""

from pathlib import Path

from ...named_queries import NamedQueries

sql = NamedQueries(Path(__file__).parent)
