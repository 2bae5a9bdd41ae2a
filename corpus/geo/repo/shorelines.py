"""Shoreline length of each lake, in metres."""

import geopandas as gpd


def shoreline_lengths(path: str) -> gpd.GeoSeries:
    """Length of each polygon's boundary, in a metric projection."""
    return gpd.read_file(path).to_crs(epsg=3035).boundary.length
