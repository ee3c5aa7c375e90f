"""All SQL that reads and writes productions: a `.sql` file for each module that asks.

`sql("name")` is a statement. What Python puts together, such as an order, stands in Python.
"""

from pathlib import Path

from ...named_queries import NamedQueries

sql = NamedQueries(Path(__file__).parent)
