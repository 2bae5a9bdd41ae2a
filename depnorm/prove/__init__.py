"""Proof by doing: the repository installed plainly and by its plan, and compared.

The one room that runs code of the repository. It is not called `verify` because `depnorm.verify` is the function.
"""
