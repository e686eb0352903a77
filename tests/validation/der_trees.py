"""DER as a tree that can be changed anywhere: how hostile structures are made from honest ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.validation import pki

Path = tuple[int, ...]
_CONSTRUCTED = 0x20


@dataclass(frozen=True)
class Node:
    """One element; ``form`` is how its length is written: shortest, long or indefinite."""

    tag: int
    kids: tuple[Node, ...] = ()
    body: bytes = b""
    form: str = "shortest"

    @property
    def is_constructed(self) -> bool:
        return bool(self.tag & _CONSTRUCTED)

    def der(self) -> bytes:
        inside = b"".join(item.der() for item in self.kids) if self.is_constructed else self.body
        if self.form == "indefinite" and self.is_constructed:
            return bytes([self.tag, 0x80]) + inside + b"\0\0"
        if self.form == "long":
            return bytes([self.tag, 0x84]) + len(inside).to_bytes(4, "big") + inside
        return pki.tagged(self.tag, inside)

    def at(self, path: Path) -> Node:
        return self.kids[path[0]].at(path[1:]) if path else self

    def put(self, path: Path, *nodes: Node) -> Node:
        """Return the same with other nodes in the place of the one at ``path``."""
        place, rest = path[0], path[1:]
        within = (self.kids[place].put(rest, *nodes),) if rest else nodes
        return replace(self, kids=(*self.kids[:place], *within, *self.kids[place + 1 :]))

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        yield path, self
        for place, item in enumerate(self.kids):
            yield from item.walk((*path, place))


def tree(der: bytes) -> Node:
    [whole] = _trees(der)
    return whole


def _trees(data: bytes) -> tuple[Node, ...]:
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size > 0x80:
            start += size - 0x80
            size = int.from_bytes(data[at + 2 : start], "big")
        at = start + size
        body = data[start:at]
        found.append(Node(tag, _trees(body)) if tag & _CONSTRUCTED else Node(tag, body=body))
    return tuple(found)


#: What is put where nothing belongs.
STRANGERS = (
    Node(0x05),
    Node(0x02, body=b"\x01"),
    Node(0x04, body=b"xx"),
    Node(0x30),
    Node(0x31),
    Node(0xA0),
    Node(0xA1),
)
_TAGS = (0x30, 0x31, 0x04, 0x02, 0x05, 0x0C, 0x13, 0xA0, 0xA1, 0x80, 0x24, 0x17, 0x18, 0x03, 0x1E)
_OIDS = [bytes.fromhex(item) for item in (
    "2a864886f70d010904", "2a864886f70d010903", "2a864886f70d010905", "2a864886f70d010906", "2a864886f70d010910022f",
    "2a864886f70d010701", "2a864886f70d010702", "608648016503040201", "608648016503040202", "2b0e03021a",
    "2a864886f70d01010b", "2a864886f70d01010a", "2a8648ce3d040302", "2a8648ce3d040303", "2b6570",
    "2a864886f70d0109100104", "2a864886f70d010910020e",
)]  # fmt: skip


def changed(root: Node, choice: random.Random, within: Path = ()) -> Node:
    """Return a tree with one change somewhere below ``within``."""
    path, node = choice.choice([(within + path, node) for path, node in root.at(within).walk() if path])
    kinds = ["twice", "gone", "stranger", "copy", "tag", "form"]
    kinds += ["order", "inside", "emptied"] if node.is_constructed else ["bit", "longer", "pieces", "oid"]
    kind = choice.choice(kinds)
    other = choice.choice([item for _, item in root.walk()])
    options = {
        "twice": lambda: (node, node),
        "gone": lambda: (),
        "stranger": lambda: choice.sample([node, choice.choice(STRANGERS)], 2),
        "copy": lambda: choice.sample([node, other], 2),
        "tag": lambda: (replace(node, tag=choice.choice(_TAGS) & ~_CONSTRUCTED | node.tag & _CONSTRUCTED),),
        "form": lambda: (replace(node, form=choice.choice(["long", "indefinite"])),),
        "order": lambda: (replace(node, kids=tuple(choice.sample(node.kids, len(node.kids)))),),
        "inside": lambda: (_with_stranger(node, choice),),
        "emptied": lambda: (replace(node, kids=()),),
        "bit": lambda: (replace(node, body=_flipped(node.body, choice)),),
        "longer": lambda: (replace(node, body=choice.choice([b"\0" + node.body, node.body + b"\0", b""])),),
        "pieces": lambda: (_in_pieces(node),),
        "oid": lambda: (replace(node, body=choice.choice(_OIDS)) if node.tag == 6 else node,),
    }
    return root.put(path, *options[kind]())


def _with_stranger(node: Node, choice: random.Random) -> Node:
    place = choice.randint(0, len(node.kids))
    return replace(node, kids=(*node.kids[:place], choice.choice(STRANGERS), *node.kids[place:]))


def _flipped(body: bytes, choice: random.Random) -> bytes:
    if not body:
        return b"\0"
    place = choice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << choice.randrange(8)]) + body[place + 1 :]


def _in_pieces(node: Node) -> Node:
    half = len(node.body) // 2
    pieces = (Node(node.tag, body=node.body[:half]), Node(node.tag, body=node.body[half:]))
    return Node(node.tag | _CONSTRUCTED, pieces)
