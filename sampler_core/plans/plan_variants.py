"""Variants: plans as their differences from a base plan, short enough for a link.

The one contract here: `Variants.from_text(v.text)` gives v again without a complaint. Whatever else a text holds gives
a sentence and leaves the rest as it is. Run settings (epochs, batch size, draws, seed) are the base plan's for all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sampler_core.plans.named_plans import LONGEST_NAME, MOST_PLANS, NamedPlans, check_names
from sampler_core.plans.parameters import LIMIT_ROWS
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.targets import Target, decode_target

MINE = "mine"
START = ("natural", "square_root", "class_balanced", "progressively_balanced", "deferred", MINE)
LONGEST_TEXT = 20_000
_PLAN_OF_ANY_LIMITS = SamplingPlan(target=PRESETS["natural"].rule(1), epochs=1, batch_size=1, drawing="stratified")


@dataclass(frozen=True, slots=True)
class Variant:
    """A plan as its differences from a base plan.

    target: a preset's name, a target, or None for the base plan's own. limits: (field, value) of those of `LIMIT_ROWS`
    that it has of its own, equal to the base plan's or not. colour: which of six colours it has; it keeps the colour
    when its place changes.
    """

    name: str
    target: Target | str | None = None
    limits: tuple[tuple[str, Any], ...] = ()
    colour: int = 0

    def __post_init__(self) -> None:
        is_preset = isinstance(self.target, str) and self.target in PRESETS
        if self.target is not None and not is_preset and type(self.target) not in TARGETS.values():
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {self.target!r}")
        if unknown := [field for field, _ in self.limits if field not in LIMIT_ROWS]:
            raise ValueError(f"a plan's changes must be among {', '.join(LIMIT_ROWS)}, got {unknown[0]!r}")
        for field, value in self.limits:
            replace(_PLAN_OF_ANY_LIMITS, **{field: value})  # its error names what the field takes
        if not isinstance(self.colour, int) or not 0 <= self.colour < MOST_PLANS:
            raise ValueError(f"colour must be from 0 to {MOST_PLANS - 1}, got {self.colour!r}")

    @property
    def is_base(self) -> bool:
        """Whether it is the base plan itself."""
        return self.target is None and not self.limits

    def target_on(self, base: SamplingPlan) -> Target:
        """Its target, for a run as long as `base`."""
        return PRESETS[self.target].target(base) if isinstance(self.target, str) else self.target or base.target

    def limits_on(self, base: SamplingPlan) -> dict[str, Any]:
        """All of `LIMIT_ROWS`: its own, the others those of `base`. They need not go together."""
        return {field: getattr(base, field) for field in LIMIT_ROWS} | dict(self.limits)

    def plan_on(self, base: SamplingPlan) -> SamplingPlan:
        """The plan itself. `ValueError` where its limits do not go with those of `base`."""
        return replace(base, target=self.target_on(base), **self.limits_on(base))

    @classmethod
    def of(cls, name: str, plan: SamplingPlan, colour: int = 0) -> Variant:
        """A plan that keeps its target and all its limits, whatever the base plan becomes."""
        return cls(name, plan.target, tuple((field, getattr(plan, field)) for field in LIMIT_ROWS), colour)


@dataclass(frozen=True, slots=True)
class Variants:
    """One to six variants, each with a name and a colour of its own."""

    all: tuple[Variant, ...]

    def __post_init__(self) -> None:
        check_names(variant.name for variant in self.all)
        if len({variant.colour for variant in self.all}) < len(self.all):
            raise ValueError(f"colours must be different, got {[variant.colour for variant in self.all]}")

    # --- changes ---------------------------------------------------------------------------------------------------

    def replaced(self, place: int, variant: Variant) -> Variants:
        """Another variant in this place, in the colour of the one that was there."""
        return Variants(tuple(replace(variant, colour=v.colour) if i == place else v for i, v in enumerate(self.all)))

    def added(self, variant: Variant) -> Variants:
        """One more at the end, in a free colour and under a name that is free."""
        return Variants((*self.all, _with_free_name_and_colour(variant, self.all)))

    def without(self, place: int) -> Variants:
        """All but the one in this place."""
        return Variants(tuple(v for i, v in enumerate(self.all) if i != place))

    def moved(self, place: int, by: int) -> Variants:
        """The one in this place moved by so many places of `base_first`, as far as there are; a base plan stays."""
        variant, shown = self.all[place], [v for _, v in self.base_first]
        if not variant.is_base:
            new_place = min(max(shown.index(variant) + by, sum(v.is_base for v in shown)), len(shown) - 1)
            shown.remove(variant)
            shown.insert(new_place, variant)
        return Variants(tuple(shown))

    @property
    def base_first(self) -> tuple[tuple[int, Variant], ...]:
        """(place, variant) in the order in which people see them: what is the base plan itself comes first."""
        return tuple(sorted(enumerate(self.all), key=lambda placed: not placed[1].is_base))

    # --- as plans --------------------------------------------------------------------------------------------------

    def plans_on(self, base: SamplingPlan) -> NamedPlans:
        """(name, plan) with the run settings of `base`, of those that go with it."""
        named_plans = []
        for variant in self.all:
            with suppress(ValueError):
                named_plans.append((variant.name, variant.plan_on(base)))
        return tuple(named_plans)

    @classmethod
    def from_plans(cls, plans: NamedPlans) -> Variants:
        """The plans as they are, their run settings left aside."""
        return cls(tuple(Variant.of(name, plan, i) for i, (name, plan) in enumerate(plans)))

    # --- as text ---------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """A short JSON text: a preset by its name, "mine" for the base plan itself, else an object."""
        variants_json = [_variant_to_json(v, place) for place, v in enumerate(self.all)]
        return escaped_surrogates(json.dumps(variants_json, separators=(",", ":"), ensure_ascii=False))

    @classmethod
    def from_text(cls, text: str) -> tuple[Variants, list[str]]:
        """Variants from their text, and a sentence for each thing in it that cannot be used."""
        try:
            variants_json = _variants_from_json(text)
        except ValueError as error:
            return cls.from_text(START_TEXT)[0], [f"{error}. The plans to start with are shown instead"]
        usable_variants: list[Variant] = []
        complaints: list[str] = []
        for place, variant_json in enumerate(variants_json[:MOST_PLANS]):
            try:
                variant = _with_free_name_and_colour(_variant_from_json(variant_json, place), tuple(usable_variants))
                check_names((variant.name,))
                usable_variants.append(variant)
            except (TypeError, ValueError, RecursionError) as error:
                complaints.append(f"Plan {place + 1} was left out: {error}")
        if len(variants_json) > MOST_PLANS:
            complaints.append(f"There were {len(variants_json)} plans; the first {MOST_PLANS} are shown")
        return (cls(tuple(usable_variants)) if usable_variants else cls.from_text(START_TEXT)[0]), complaints


START_TEXT = json.dumps(list(START), separators=(",", ":"))
"""The plans to start with, as text."""


def check_length(text: str) -> None:
    """`ValueError` where plans are longer than a link may be."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"plans must be at most {LONGEST_TEXT:,} characters as text, got {len(text):,}")


def escaped_surrogates(text: str) -> str:
    """JSON text with surrogates, which UTF-8 does not have, as JSON escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _variants_from_json(text: str) -> list[Any]:
    check_length(text)
    try:
        variants_json = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        variants_json = None
    if not isinstance(variants_json, list) or not variants_json:
        raise ValueError(f"plans must be a JSON list of presets and plans, got {text[:60]!r}")
    return variants_json


def _variant_to_json(variant: Variant, place: int) -> Any:
    target = variant.target
    short_json = MINE if variant.is_base else target
    if isinstance(short_json, str) and variant == _variant_from_json(short_json, place):
        return short_json
    variant_json: dict[str, Any] = {"name": variant.name}
    if target is not None:
        is_preset = isinstance(target, str)
        variant_json |= {"preset": target} if is_preset else {"target": _json_without_nones(TARGETS.encode(target))}
    return variant_json | dict(variant.limits) | ({} if variant.colour == place else {"colour": variant.colour})


def _variant_from_json(variant_json: Any, place: int) -> Variant:
    if isinstance(variant_json, str):
        title = PRESETS[variant_json].title if variant_json in PRESETS else variant_json
        return Variant(title, None if variant_json == MINE else variant_json, (), place)
    if not isinstance(variant_json, Mapping) or not isinstance(variant_json.get("name"), str):
        raise ValueError(f"a plan must be a preset's name or an object with a name, got {str(variant_json)[:60]!r}")
    limits = {key: value for key, value in variant_json.items() if key not in ("name", "preset", "target", "colour")}
    target = decode_target(variant_json["target"]) if "target" in variant_json else variant_json.get("preset")
    return Variant(variant_json["name"], target, tuple(limits.items()), variant_json.get("colour", place))


def _with_free_name_and_colour(variant: Variant, others: tuple[Variant, ...]) -> Variant:
    """The variant under a name and in a colour that none of the others has."""
    names_in_use, colours_in_use = {v.name for v in others}, {v.colour for v in others}
    free_name, name_number = variant.name, 2
    while free_name in names_in_use:
        free_name, name_number = f"{variant.name[: LONGEST_NAME - 4]} {name_number}", name_number + 1
    free_colours = [colour for colour in (variant.colour, *range(MOST_PLANS)) if colour not in colours_in_use]
    return replace(variant, name=free_name, colour=free_colours[0] if free_colours else variant.colour)


def _json_without_nones(encoded_json: Any) -> Any:
    """Without what is None: those are the defaults."""
    if isinstance(encoded_json, dict):
        return {key: _json_without_nones(value) for key, value in encoded_json.items() if value is not None}
    return encoded_json
