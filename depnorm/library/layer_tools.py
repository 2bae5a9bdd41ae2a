"""The programs that write layers of wheels, as an image was asked to have them (`slim`, `installer`)."""

from dataclasses import dataclass, replace

from depnorm.emit.image import tools_digest
from depnorm.errors import CatalogError
from depnorm.model import Catalog, CreateBase, LockedPackage, Plan, Stage
from depnorm.share.catalog import load_snapshot
from depnorm.share.sharing import ToolDigests


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTools:
    """What is trimmed, the uv that installs (None: pip does), and what of it the keys of layers have."""

    slim: bool
    uv: LockedPackage | None
    digests: ToolDigests

    def put_into(self, plan: Plan) -> Plan:
        """The plan whose image has these programs."""
        return replace(plan, slim=self.slim, stages=tuple(map(self._put_into, plan.stages)))

    def _put_into(self, stage: Stage) -> Stage:
        if not isinstance(stage.step, CreateBase) or stage.step.installer is None:
            return stage
        return replace(stage, step=replace(stage.step, uv=self.uv))


def layer_tools(
    catalog: Catalog, python: str | None, *, slim: bool = False, installer: str | None = None
) -> LayerTools:
    """The tools of an image; raises `CatalogError` where uv is to install and the catalog pins none.

    For a Python without a snapshot there is none either, nor is there a layer that it could install.
    """
    uv = None
    if installer == "uv" and python in catalog.pythons:
        uv = load_snapshot(catalog, python).uv
        if uv is None:
            raise CatalogError(
                f"catalog {catalog.name}: pins no uv for Python {python}",
                hint="Make it anew with `depnorm catalog refresh`, or leave --installer uv out.",
            )
    digests = ToolDigests(
        python=tools_digest("layer.py"),
        r=tools_digest("packages.R", "profile.R"),
        conda=tools_digest("layer.py", "conda_layer.py", "conda-layer"),
        trim=tools_digest("trim.py") if slim else "",
        uv=f"{uv.name} {uv.version}" if uv else "",
    )
    return LayerTools(slim=slim, uv=uv, digests=digests)
