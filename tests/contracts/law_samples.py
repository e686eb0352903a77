"""The samples of a template's law file: changes over its example, each read as whole contract data."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from signkit.contracts.data import load_contract_data
from signkit.contracts.rules.law_file import SAMPLES
from signkit.contracts.template import EXAMPLE, Template
from signkit.plain_data import Data


def samples(template: Template) -> Mapping[str, Any]:
    """Return the file of samples; empty where there is none."""
    path = template.folder / SAMPLES
    return load_contract_data(path) if path.is_file() else {}


def sample_data(template: Template, sample: Mapping[str, Any]) -> Data:
    """Return the contract data of a sample: the example, its bases over it, then its own changes."""
    data = load_contract_data(template.folder / EXAMPLE)
    for changes in _changes(samples(template).get("bases", {}), sample):
        for path, value in changes.items():
            change(data, path, value)
    return data


def _changes(bases: Mapping[str, Any], sample: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    assert set(sample) <= {"base", "set"}, sample
    if "base" in sample:
        yield from _changes(bases, bases[sample["base"]])
    yield sample.get("set", {})


def change(data: Any, path: str, value: Any) -> None:
    """Set an item at a dotted path (``consents.0.date``); None takes it away."""
    *steps, last = (int(step) if step.isdecimal() else step for step in path.split("."))
    for step in steps:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[step]
    if value is None:
        data.pop(last, None) if isinstance(data, dict) else data.pop(last)
    elif isinstance(data, list) and last == len(data):
        data.append(copy.deepcopy(value))
    else:
        data[last] = copy.deepcopy(value)
