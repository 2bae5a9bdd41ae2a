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
RECOMMENDED_PACKAGES = frozenset(
    [
        "KernSmooth",
        "MASS",
        "Matrix",
        "boot",
        "class",
        "cluster",
        "codetools",
        "foreign",
        "lattice",
        "mgcv",
        "nlme",
        "nnet",
        "rpart",
        "spatial",
        "survival",
    ]
)
"""What R comes with beside them, each in a version of the release's own (R_PKGS_RECOMMENDED in the same file)."""
