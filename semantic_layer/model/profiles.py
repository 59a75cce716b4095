"""Profiles: the tags and segments of an entity as a dataset of its own, one row for each one as of a date.

Nobody declares a profile. Because it is a dataset whose grain is the entity's key, every fact with that key reaches its
tags by a many-to-one join, like any other field of the entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from semantic_layer.conditions import Field as FieldRef
from semantic_layer.frozen import Frozen
from semantic_layer.model.datasets import Dataset, Entity, Field
from semantic_layer.model.tags import AnyTag, AttributeTag, Segment
from semantic_layer.words import Text

AS_OF = "as_of"
PROFILE = "{entity}_profile"
DATED = re.compile(r".+_profile_(\d{4})_(\d\d)_(\d\d)")
LABELS = {"zh": "{label}画像", "en": "{label} profile"}


class ProfileOf(Frozen):
    """Whose profile a dataset is.

    Attributes:
        as_of: The day up to which it knows anything; None for the day that "today" is.
        ends: Instead of one day several: a row for each one as of each of these, the day in the field `as_of`.
    """

    entity: str
    as_of: date | None = None
    ends: tuple[date, ...] = ()


class ProfileDataset(Dataset):
    """A dataset that is worked out from tags and segments."""

    profile: ProfileOf


def profile_name(entity: str, as_of: date | None = None) -> str:
    """What the profile of an entity is called: `shopper_profile`, `shopper_profile_2024_06_30`."""
    name = PROFILE.format(entity=entity)
    return name if as_of is None else f"{name}_{as_of:%Y_%m_%d}"


def day_of_profile(name: str) -> date | None:
    """The day in the name of a profile; None where it has none."""
    found = DATED.fullmatch(name)
    try:
        return date(*map(int, found.groups())) if found is not None else None
    except ValueError:
        return None


def profile_dataset(
    entity: Entity,
    keys: tuple[str, ...],
    tags: Iterable[AnyTag],
    segments: Iterable[Segment],
    described: Mapping[str, Field],
    as_of: date | None = None,
) -> ProfileDataset:
    """The profile of an entity, with a field for each of its tags and a true or false one for each segment.

    Args:
        keys: The columns of the entity's key.
        described: The fields that describe the entity; a tag that is one of them has its values.
    """
    fields = [_tag_field(tag, described, as_of) for tag in tags if tag.entity == entity.name]
    fields += [_segment_field(segment, as_of) for segment in segments if segment.entity == entity.name]
    label = Text(**{language: form.format(label=entity.label_in(language)) for language, form in LABELS.items()})
    return ProfileDataset(
        name=profile_name(entity.name, as_of),
        label=label,
        grain=keys,
        entities={entity.name: keys},
        fields=tuple(fields),
        profile=ProfileOf(entity=entity.name, as_of=as_of),
    )


def _tag_field(tag: AnyTag, described: Mapping[str, Field], as_of: date | None) -> Field:
    attribute = tag.attribute if isinstance(tag, AttributeTag) else None
    own = described.get(attribute.name.rpartition(".")[2]) if isinstance(attribute, FieldRef) else None
    return Field(
        name=tag.name,
        label=_label(tag, as_of),
        description=tag.description,
        type=own.type if own is not None else tag.type,
        unit=tag.unit,
        values=tag.values or (own.values if own is not None else ()),
        ordered=bool(tag.values) or (own is not None and own.ordered),
    )


def _segment_field(segment: Segment, as_of: date | None) -> Field:
    return Field(name=segment.name, label=_label(segment, as_of), description=segment.description, type="boolean")


def _label(found: AnyTag | Segment, as_of: date | None) -> Text:
    """What it is called; as of another day with the day, since both may stand side by side."""
    if as_of is None:
        return found.label
    return Text(zh=f"{found.label_in('zh')}（{as_of}）", en=f"{found.label_in('en')} ({as_of})")


def over_time_name(profile: str) -> str:
    return f"{profile}_over_time"


def profile_over_time(profile: ProfileDataset, ends: tuple[date, ...]) -> ProfileDataset:
    """A profile as of several days, whose time is the day of each row."""
    of_day = Field(name=AS_OF, type="date", label=Text(zh="截至日期", en="As of"))
    return profile.model_copy(
        update={
            "name": over_time_name(profile.name),
            "grain": (*profile.grain, AS_OF),
            "time": AS_OF,
            "fields": (*profile.fields, of_day),
            "profile": ProfileOf(entity=profile.profile.entity, ends=ends),
        }
    )
