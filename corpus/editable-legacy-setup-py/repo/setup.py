from setuptools import setup

setup(
    name="thermolog",
    version="1.2",
    description="Reads the logger files of a weather station",
    py_modules=["thermolog"],
    install_requires=[
        "python-dateutil>=2.7",
        "pytz",
    ],
    extras_require={"test": ["more-itertools"]},
)
