"""How long a contract takes to render: cold (a fresh process) and warm, in parts.

    python benchmarks/render.py [TEMPLATE] [--smoke]

Warm contracts differ in the names and addresses of their parties, as in a batch: what the typesetter remembers of
the pages in between is part of the figure.
"""

from __future__ import annotations

import copy
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from signkit.contracts import render
from signkit.contracts.data import load_contract_data
from signkit.contracts.template import Template, find_template
from signkit.plain_data import Data

TARGET_MS = 40.0
ROUNDS = 20
COLD_ROUNDS = 3
TYPESET = "typeset"
_COLD = """
import time; start = time.perf_counter()
import sys; sys.path.insert(0, "benchmarks")
from render import example
from signkit.contracts.render import render_contract
template, data = example({name!r})
render_contract(template, data)
print((time.perf_counter() - start) * 1000)
"""


def example(name: str) -> tuple[Template, Data]:
    template = find_template(name)
    return template, load_contract_data(template.folder / "example.yaml")


def variants(data: Data, count: int) -> list[Data]:
    """Return copies of the data that differ in the parties' names and addresses."""
    found = []
    for number in range(count):
        copied = copy.deepcopy(data)
        for party in copied.values():
            if isinstance(party, dict) and "address" in party:
                party["address"] += f" {number + 1}号室"
                party["name"] += f" {number + 1}"
        found.append(copied)
    return found


def parts_of(template: Template) -> dict[str, tuple[object, str]]:
    """Return where each part of the way is looked up: what holds it, and its name there."""
    source = type(render.source_of(template))
    return {
        "check data, characters, privacy": (render, "examine"),
        "fill in the template": (source, "fill"),
        "check the printed text": (render, "_printed_problems"),
        TYPESET: (source, "typeset"),
        "add the signature fields": (render, "add_signature_fields"),
    }


def cold_ms(name: str, rounds: int) -> float:
    command = [sys.executable, "-c", _COLD.format(name=name)]
    root = Path(__file__).resolve().parent.parent
    runs = [subprocess.run(command, check=True, capture_output=True, cwd=root).stdout for _ in range(rounds)]
    return statistics.median(map(float, runs))


def warm_ms(template: Template, contracts: list[Data]) -> tuple[float, dict[str, float]]:
    """Return the median time of a contract, and of each part of it."""
    parts = parts_of(template)
    spent: dict[str, list[float]] = {title: [] for title in parts}

    def timed(title: str, function: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **options: object) -> object:
            start = time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                spent[title].append((time.perf_counter() - start) * 1000)

        return run

    whole = []
    patches = [patch.object(owner, name, timed(title, getattr(owner, name))) for title, (owner, name) in parts.items()]
    for each in patches:
        each.start()
    for data in contracts:
        start = time.perf_counter()
        render.render_contract(template, data)
        whole.append((time.perf_counter() - start) * 1000)
    for each in patches:
        each.stop()
    return statistics.median(whole), {title: statistics.median(times) for title, times in spent.items()}


def main(arguments: list[str]) -> int:
    smoke = "--smoke" in arguments
    names = [argument for argument in arguments if argument != "--smoke"]
    slow = False
    for name in names or ["real-estate-sale", "employment-agreement"]:
        template, data = example(name)
        rendered = render.render_contract(template, data)
        warm, parts = warm_ms(template, variants(data, 1 if smoke else ROUNDS))
        print(f"{name}: {len(rendered.pdf)} bytes, target {TARGET_MS:g} ms warm")
        print(f"    {cold_ms(name, 1 if smoke else COLD_ROUNDS):6.0f} ms  cold, in a fresh process")
        print(f"    {warm:6.1f} ms  warm, of which")
        for title, milliseconds in parts.items():
            print(f"    {milliseconds:6.1f} ms    {title}")
        print(f"    ratio to the typesetter alone {warm / parts[TYPESET]:.3f}")
        slow |= warm > TARGET_MS
    return 1 if slow and not smoke else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
