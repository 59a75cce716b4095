"""A random role: rules over a viewer's attributes, hidden fields and datasets that may not be asked."""

from __future__ import annotations

from typing import Any

from oracle.drawing import Draw, chance, pick, some
from oracle.menu import Menu
from oracle.model import Plain, Viewer, World


def add_roles(draw: Draw, world: World) -> None:
    """The default role sees everything; the other one does not."""
    menu = Menu(world)
    attributes: Plain = {}
    datasets: dict[str, Plain] = {}
    certain = pick(draw, list(menu.datasets))
    for name in menu.datasets:
        if name == certain or chance(draw, 40):
            rule = _rule(draw, menu, name, attributes)
            if rule is not None:
                datasets[name] = {"rows": rule}
        if chance(draw, 10):
            fields = [each for each in menu.datasets[name].fields if each not in menu.times(name)]
            if fields:
                datasets.setdefault(name, {})["hide"] = [pick(draw, fields)]
    role: Plain = {"name": "viewer", "datasets": datasets}
    if chance(draw, 12):
        names = list(menu.datasets)
        denied = pick(draw, names)
        role["only_these"] = True
        role["datasets"] = {name: datasets.get(name, {}) for name in names if name != denied}
    if chance(draw, 15):
        keys = [menu.sight.workspace.key_name(entity) for entity in menu.sight.workspace.entities]
        home = [
            field
            for dataset in menu.datasets.values()
            if dataset.grain
            for field in dataset.fields
            if field not in menu.times(dataset.name)
        ]
        role["hide"] = [pick(draw, [*keys, *home])]
    world.workspace["roles"] = [{"name": "everyone", "default": True}, role]
    world.viewers = [Viewer(), Viewer("viewer", attributes)]


def _rule(draw: Draw, menu: Menu, dataset: str, attributes: Plain) -> Plain | None:
    """A condition on a field or key, in a list that the viewer brings."""
    items = [item for item in menu.items(dataset) if item.values and item.type in ("category", "id", "boolean")]
    if not items:
        return None
    item = pick(draw, items)
    name = item.bare
    if name not in attributes and not chance(draw, 5):
        attributes[name] = _brought(draw, item.values)
    listed = {"field": item.name, pick(draw, ["in", "in", "in", "is", "not_in"]): {"attribute": name}}
    match pick(draw, ["plain"] * 5 + ["not", "any", "all"]):
        case "not":
            return {"not": listed}
        case "any":
            return {"any": [listed, {"field": pick(draw, items).name, "missing": True}]}
        case "all":
            return {"all": [listed, {"not": {"field": item.name, "missing": True}}]}
    return listed


def _brought(draw: Draw, values: list[Any]) -> Any:
    if chance(draw, 10):
        return pick(draw, [values[0], [], {"odd": 1}])
    return some(draw, values, least=1, most=3)
