"""R scripts: read without R, and without running them."""

from depnorm.read.r.record import StatementClass
from depnorm.read.r.script import is_pure_install_list, parse_r_script

__all__ = ["StatementClass", "is_pure_install_list", "parse_r_script"]
