"""An index of the examples."""

from tabulate import tabulate

print(tabulate([["BWV 846", "C major"]], headers=["piece", "key"]))
