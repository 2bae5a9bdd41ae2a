"""What R brings itself."""

BASE_PACKAGES = frozenset(
    [
        "base",
        "compiler",
        "datasets",
        "grDevices",
        "graphics",
        "grid",
        "methods",
        "parallel",
        "splines",
        "stats",
        "stats4",
        "tcltk",
        "tools",
        "utils",
    ]
)
"""The packages of every R (R_PKGS_BASE in R's `share/make/vars.mk`): never installed from CRAN."""
