"""Rules of suppressions: each is about an entity that has tags, and goes by lists, fields, tags and rows that are there."""

from __future__ import annotations

from semantic_layer.errors import did_you_mean
from semantic_layer.loading.found import Found, paths, problem
from semantic_layer.loading.references import field_exists, where_fits
from semantic_layer.loading.tag_kinds import rows_fit
from semantic_layer.loading.tag_rules import Place, condition_fits
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.model.audiences import Contacts, Suppression
from semantic_layer.model.tags import ListTag, Segment
from semantic_layer.model.workspace import Workspace


class _Place(Place):
    """A part of a suppression, whose condition is read like that of a segment."""

    @property
    def owner(self) -> str:
        return f"suppression '{self.found.name}'"


def suppressions_fit(workspace: Workspace, tree: Tree) -> Found:
    """What a suppression goes by is there, and of its entity."""
    entities = [entity.name for entity in workspace.entities]
    for name, path in paths(tree, "suppressions").items():
        each = next(one for one in workspace.suppressions if one.name == name)
        if workspace.profile(each.entity) is None:
            known = each.entity in entities
            what = f"no tag or segment is of '{each.entity}'" if known else f"there is no entity '{each.entity}'"
            fix = "Only those who have tags or segments are exported." if known else did_you_mean(each.entity, entities)
            code = "no_tags" if known else "unknown_entity"
            yield problem(tree, (*path, "entity"), code, f"suppression '{name}': {what}", fix)
            continue
        if each.list is not None:
            yield from _list_fits(workspace, tree, each, path)
        for key, condition in (("consent", each.consent), ("when", each.when)):
            if condition is not None:
                stand_in = Segment(name=name, entity=each.entity, rule=condition)
                yield from condition_fits(_Place(workspace, tree, stand_in, (*path, key)), condition)
        if each.contacts is not None:
            yield from _contacts_fit(workspace, tree, each, each.contacts, (*path, "contacts"))


def _list_fits(workspace: Workspace, tree: Tree, each: Suppression, path: Path) -> Found:
    lists = [tag.list for tag in workspace.tags if isinstance(tag, ListTag) and tag.entity == each.entity]
    if each.list not in lists:
        what = f"suppression '{each.name}': no tag of '{each.entity}' goes by a list '{each.list}'"
        fix = did_you_mean(str(each.list), lists) if lists else f"Define one: tags: [{{name: …, list: {each.list}}}]."
        yield problem(tree, (*path, "list"), "unknown_list", what, fix)


def _contacts_fit(workspace: Workspace, tree: Tree, each: Suppression, contacts: Contacts, path: Path) -> Found:
    """The rows belong to the entity and have a day."""
    owner = f"suppression '{each.name}'"
    stand_in = Segment.model_construct(name=each.name, entity=each.entity)
    found = list(rows_fit(workspace, tree, stand_in, contacts.dataset, (*path, "dataset"), timed=contacts.time is None))
    yield from found
    if found:
        return
    if contacts.time is not None:
        yield from field_exists(workspace, tree, contacts.dataset, contacts.time, (*path, "time"), owner)
    if contacts.where is not None:
        yield from where_fits(workspace, tree, contacts.dataset, contacts.where, (*path, "where"), owner)
