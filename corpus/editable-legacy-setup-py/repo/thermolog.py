"""Reads the logger files of a weather station."""

from dateutil.parser import parse


def reading(line):
    """Time and temperature (degrees Celsius) of one line."""
    stamp, _, value = line.partition(";")
    return parse(stamp), float(value.replace(",", "."))
