"""Two Japanese addresses: one place, another place, or not to be told.

An address is read in three parts: the area (東京都架空区青葉台), the numbers of block and house (1, 2, 3) and what
follows them (building, room).  No gazetteer is consulted: whether two *names* mean one place (a merger of
municipalities, a new 住居表示) cannot be seen here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from signkit.jpki.normalise import fold, mixed_up, same, same_length_differences, with_arabic_numerals

_PREFECTURE = re.compile(
    "北海道|東京都|(?:大阪|京都)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|"
    "静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_COUNTY = re.compile(r"([^市区町村]{1,5}?郡)(?=[^市区]{1,6}[町村])")
_IDEOGRAPH = "[々〆\u3400-\u9fff\U00020000-\U000323af]"
_PARTICLES = (
    (re.compile(f"(?<={_IDEOGRAPH})[ケカがガ](?={_IDEOGRAPH})"), "ケ"),
    (re.compile(f"(?<={_IDEOGRAPH})[のノ](?={_IDEOGRAPH})"), "ノ"),
    (re.compile(f"(?<=[\\d一二三四五六七八九十])[つツッっ](?={_IDEOGRAPH})"), "ツ"),
)
_SECTION_WORDS = re.compile("大字|小字|(?<![文大小名印活])字")
#: 丁目, 番, 番地, 号 and what stands for them between and after the numbers of a block.  番 in a town's name (一番町,
#: 一番堀通町) and 号 of a room or wing are none.
_UNIT = r"(?:丁目|丁(?=[\d-]|$)|地割|番地割?|番(?![町丁街館堀場組沢川])|号(?![室棟館])|[-のノ])"
_NUMBERS = re.compile(rf"第?(\d+)(?: ?({_UNIT}[のノ-]?) ?| |$)")
_NUMBER = re.compile(r"\d+")
_ROOM = re.compile(r"(?:^|(?<=\D))([a-z]?-?\d+(?:-\d+)*)(?:号室|号|室|(階|f))?$")
_KYOTO_WARD = re.compile("京都市[^区]{1,3}区")
_KYOTO_STREET = re.compile("上る|下る|上ル|下ル|東入|西入|通")
_NOT_IN_BUILDING_NAMES = re.compile(r"[\s・ー-]")


@dataclass(frozen=True)
class PostalAddress:
    """An address in its parts, normalised for comparison (never for showing).

    Attributes:
        prefecture: or None where it is left out.
        county: 郡, or None.
        area: municipality, town and section up to the numbers.
        numbers: of block and house, without their units.
        building: name of the building, without spaces and long marks.
        room: number of the room or floor.
    """

    prefecture: str | None
    county: str | None
    area: str
    numbers: tuple[int, ...]
    building: str
    room: str | None

    def all_numbers(self) -> tuple[int, ...]:
        """Return the numbers with the room's: 1-2-3-101 is 1-2-3, room 101."""
        room = _NUMBER.findall(self.room or "")
        return self.numbers + tuple(int(number) for number in room)


def read_address(text: str) -> PostalAddress:
    """Read ``text`` into its parts; what is not understood stays in ``area`` or ``building``."""
    text = fold(text).casefold()
    prefecture = _PREFECTURE.match(text)
    text = text[prefecture.end() if prefecture else 0 :].lstrip()
    area, rest = _split_at_numbers(with_arabic_numerals(_names_standardised(text)))
    county = _COUNTY.match(area)
    area = area[county.end() :] if county else area
    numbers, rest = _leading_numbers(rest)
    building, room = _building(rest)
    return PostalAddress(
        prefecture[0] if prefecture else None, county[1] if county else None, area, numbers, building, room
    )


def compare_addresses(signer: str, party: str) -> tuple[str, ...]:
    """Return the codes of ``signkit.jpki.match_reasons`` for two addresses; neither is empty."""
    one, other = read_address(signer), read_address(party)
    area = _area_code(one, other)
    if area in ("address-prefecture", "address-place", "address-less-exact"):
        return (area,)
    numbers = _number_code(one, other)
    if area is None:
        return (numbers,)
    return (area,) if numbers == "address-equal" else (area, numbers)


def _area_code(one: PostalAddress, other: PostalAddress) -> str | None:
    """Return why the areas are not the same, or why one says less; None where they agree."""
    if _both_and_different(one.prefecture, other.prefecture):
        return "address-prefecture"
    if _both_and_different(one.county, other.county):
        return "address-place"
    if same(one.area, other.area):
        return None
    if len(one.area) == len(other.area):
        differences = same_length_differences(one.area, other.area)
        return "address-mixed-up" if all(mixed_up(*pair) for pair in differences) else "address-place"
    if _only_streets_differ(one.area, other.area):
        return "address-street-name"
    shorter, longer = sorted((one, other), key=lambda address: len(address.area))
    return _reason_of_shorter(shorter, longer.area)


def _only_streets_differ(one: str, other: str) -> bool:
    """Tell whether both lie in one ward of Kyoto and a street (通り名) is named, which the registers may leave out."""
    ward, other_ward = _KYOTO_WARD.match(one), _KYOTO_WARD.match(other)
    same_ward = ward is not None and other_ward is not None and ward[0] == other_ward[0]
    return same_ward and _KYOTO_STREET.search(one + other) is not None


def _reason_of_shorter(shorter: PostalAddress, area: str) -> str:
    length = len(shorter.area)
    if same(area[:length], shorter.area) and not (shorter.numbers or shorter.building or shorter.room):
        return "address-less-exact"
    if same(area[len(area) - length :], shorter.area) and shorter.prefecture is None:
        return "address-start-missing"
    return "address-place"


def _number_code(one: PostalAddress, other: PostalAddress) -> str:
    if one.numbers == other.numbers:
        return _building_code(one, other)
    if not one.numbers or not other.numbers:
        return "address-less-exact"
    if one.all_numbers() == other.all_numbers():
        return _building_name_code(one.building, other.building)
    shorter, longer = sorted((one, other), key=lambda address: len(address.numbers))
    if longer.numbers[: len(shorter.numbers)] != shorter.numbers:
        return "address-numbers"
    if len(longer.all_numbers()) == len(shorter.all_numbers()):
        return "address-room"
    # 1-2-3-101 against 1-2-3: the fourth number is a room's.  12-3 against 12 may be the house next door.
    return "address-room-one-side" if len(shorter.numbers) >= 3 and not shorter.room else "address-numbers-incomplete"


def _building_code(one: PostalAddress, other: PostalAddress) -> str:
    if one.room is None or other.room is None:
        name = _building_name_code(one.building, other.building)
        return "address-room-one-side" if name == "address-equal" and one.room != other.room else name
    if one.room == other.room:
        return _building_name_code(one.building, other.building)
    same_kind = one.room.endswith("f") == other.room.endswith("f")
    return "address-room" if same_kind and one.all_numbers() != other.all_numbers() else "address-building"


def _building_name_code(one: str, other: str) -> str:
    if same(one, other):
        return "address-equal"
    return "address-building" if one and other else "address-building-one-side"


def _both_and_different(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and not same(one, other)


def _names_standardised(text: str) -> str:
    """Write the particles of place names in one way (緑が丘, 緑ヶ丘) and drop 大字 and 字."""
    for pattern, standard in _PARTICLES:
        text = pattern.sub(standard, text)
    return _SECTION_WORDS.sub("", text)


def _split_at_numbers(text: str) -> tuple[str, str]:
    """Split before the first number that counts a block; numbers within place names (6本木) count nothing."""
    first = next((found for found in _NUMBERS.finditer(text) if _stands_alone(text, found)), None)
    start = first.start() if first else len(text)
    return text[:start].replace(" ", ""), text[start:]


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    """Tell 2-3 and 2丁目 from a number in the midst of a name with a particle: 1ノ宮."""
    if found[2] in ("の", "ノ"):
        return text[found.end() : found.end() + 1].isdigit()
    return True


def _leading_numbers(text: str) -> tuple[tuple[int, ...], str]:
    numbers: list[int] = []
    while found := _NUMBERS.match(text):
        if not _stands_alone(text, found):
            break
        numbers.append(int(found[1]))
        text = text[found.end() :]
        if (found[2] or "").startswith("号") or not found[2]:
            break
    else:
        if numbers and (last := re.match(r"\d+(?=\D)(?!階|f|号室|室|号棟|棟)", text)):
            numbers.append(int(last[0]))
            text = text[last.end() :]
    return tuple(numbers), text


def _building(text: str) -> tuple[str, str | None]:
    text = text.strip(" -")
    found = _ROOM.search(text)
    room = None
    if found:
        room, text = found[1].strip("-") + ("f" if found[2] else ""), text[: found.start()]
        room = re.sub("(?<=[a-z])-", "", room)
    return _NOT_IN_BUILDING_NAMES.sub("", text), room
