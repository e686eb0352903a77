"""Who holds a rehearsal's cards, by the name that stands after ``card:virtual:``.  None of them exists.

Beside 番号 花子 they are those whom the first sample contract (``samples/real-estate-sale``) names, so that it can be
signed.
"""

from __future__ import annotations

from signkit.rehearsal.authority import FictionalResident

RESIDENTS = {
    "takahashi": FictionalResident(
        "髙橋　祐一郎", "東京都架空区青葉台一丁目２番３号", "419680214", "1", "Tokyo-to", "Kakuu-ku"
    ),
    "yoshida": FictionalResident(
        "𠮷田　美咲", "神奈川県架空市緑ケ丘四丁目５番６号架空レジデンス７０８", "419910703", "2",
        "Kanagawa-ken", "Kakuu-shi",
    ),
    "tsujimoto": FictionalResident(
        "辻本　彩", "東京都架空区中央町三丁目１番１号", "419850522", "2", "Tokyo-to", "Kakuu-ku"
    ),
}  # fmt: skip
