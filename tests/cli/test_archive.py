"""``signkit archive`` as a back office types it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.command import Answer


@pytest.fixture
def archive(signkit, tmp_path):
    """Run ``signkit archive … --archive kept`` in Japanese, with an archive there."""
    assert signkit("archive", "init", "kept", "--fiscal-year-end", "03-31").returncode == 0

    def run(command, *arguments, lang="ja") -> Answer:
        return signkit("archive", command, *arguments, "--archive", "kept", lang=lang)

    return run


@pytest.fixture
def filled(archive, tmp_path, blank):
    (tmp_path / "契約").mkdir()
    (tmp_path / "契約" / "売買.pdf").write_bytes(blank)
    (tmp_path / "契約" / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    table = "ファイル,種類,取引日,金額,取引先,件名\nscan.jpg,賃貸借,令和元年6月1日,120000,田中 太郎,賃貸借契約書\n"
    table += ",契約書,2015/4/1,3000000,佐藤商店,基本契約書\n"
    (tmp_path / "表.csv").write_text(table, encoding="cp932")
    run = archive("add", "契約", "--table", "表.csv", "--offline")
    assert run.returncode == 0, run.stderr
    assert "登録 3 件" in run.stderr
    return archive


@pytest.mark.slow
def test_a_folder_is_taken_in_and_found(filled):
    assert "58,000,000\t髙橋 祐一郎・𠮷田 美咲\t不動産売買\t署名待ち" in filled("find", "--party", "高橋").stdout
    assert "田中 太郎" in filled("find", "--to", "令和2年1月1日", "--min", "100,000", "--party", "田中").stdout
    assert filled("find", "--kind", "賃貸借").stdout == filled("find", "--kind", "lease").stdout
    assert filled("find", "--state", "署名待ち").stdout == filled("find", "--state", "open").stdout
    assert "反社" not in filled("find", "--text", "反社会的勢力").stdout
    assert filled("find", "--text", "反社会的勢力").stdout.count("\n") == 1
    nothing = filled("find", "--party", "鬼龍院")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "該当する記録はありません" in nothing.stderr


@pytest.mark.slow
def test_pages_and_formats(filled):
    first = filled("find", "--limit", "2")
    assert first.stdout.count("\n") == 2
    assert "--next 2" in first.stderr
    assert filled("find", "--limit", "2", "--next", "2").stdout.count("\n") == 1
    plain = [json.loads(line) for line in filled("find", "--format", "json").stdout.splitlines()]
    assert [each["number"] for each in plain] == [3, 2, 1]
    rows = list(csv.reader(io.StringIO(filled("find", "--format", "csv").stdout)))
    assert rows[0][0] == "番号"
    assert len(rows) == 4


@pytest.mark.slow
def test_show_tells_all_with_its_history(filled, tmp_path, blank):
    assert filled("correct", "1", "--amount", "130000", "--offline").returncode == 0
    text = filled("show", "1").stdout
    for words in ("取引金額: 130,000", "訂正", "120000 → 130000", "当事者: 田中 太郎", "保存期間の満了: 判断できない"):
        assert words in text
    plain = json.loads(filled("show", "1", "--format", "json").stdout)
    assert [each["action"] for each in plain["journal"]] == ["added", "corrected"]
    assert filled("show", "2", "-o", "out.pdf").returncode == 0
    assert (tmp_path / "out.pdf").read_bytes() == blank
    assert filled("show", "2", "-o", "out.pdf").returncode == 14
    assert "紙の契約書です" in filled("show", "3", "-o", "paper.pdf").stderr


@pytest.mark.slow
def test_export_hands_out_files_index_calendar_ledger_and_register(filled, tmp_path):
    assert filled("export", "税務", "--from", "2019-01-01").returncode == 0
    assert sorted(path.name for path in (tmp_path / "税務").iterdir()) == [
        "20190601_田中太郎_120000.jpg", "20261121_髙橋祐一郎・𠮷田美咲_58000000.pdf", "index.csv", "index.json",
    ]  # fmt: skip
    run = filled("export", "--calendar", "c.ics", "--brokerage", "帳簿.pdf", "--disposals", "廃棄.csv")
    assert run.returncode == 0, run.stderr
    assert b"BEGIN:VCALENDAR" in (tmp_path / "c.ics").read_bytes()
    assert (tmp_path / "帳簿.pdf").read_bytes().startswith(b"%PDF-")
    assert filled("export", "税務").returncode == 14
    assert filled("export").returncode == 2
    assert filled("export", "--brokerage", "帳簿.txt").returncode == 2


@pytest.mark.slow
def test_purge_shows_first_and_deletes_with_yes(filled, tmp_path):
    dry = filled("purge")
    assert dry.stdout.startswith("3\t2023-05-31\t法人税法施行規則59条")
    assert "まだ何も廃棄していません" in dry.stderr
    assert filled("find", "--party", "佐藤").stdout
    assert filled("purge", "--yes", "--offline").returncode == 0
    assert filled("find", "--party", "佐藤").stdout == ""
    assert filled("purge").stdout == ""
    assert filled("export", "--disposals", "廃棄.csv").returncode == 0
    assert "3," in (tmp_path / "廃棄.csv").read_text(encoding="utf-8-sig")
    assert filled("verify").returncode == 0


@pytest.mark.slow
def test_verify_and_checkpoint(filled, tmp_path):
    assert filled("checkpoint", "-o", "控え.json").returncode == 0
    whole = filled("verify", "--checkpoint", "控え.json")
    assert (whole.returncode, whole.stdout) == (0, "")
    assert "すべて保管したときのままです" in whole.stderr
    path = next(path for path in (tmp_path / "kept" / "files").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes() + b"x")
    broken = filled("verify")
    assert (broken.returncode, broken.stdout.count("\n")) == (1, 1)
    assert "保管時と内容が異なります" in broken.stdout
    plain = json.loads(filled("verify", "--format", "json").stdout)
    assert [trouble["code"] for trouble in plain["troubles"]] == ["file-changed"]


@pytest.mark.slow
def test_backup_restore_rebuild(filled, signkit, tmp_path):
    assert filled("backup", "控え").returncode == 0
    assert signkit("archive", "restore", "控え", "again").returncode == 0
    assert signkit("archive", "verify", "--archive", "again").returncode == 0
    (tmp_path / "kept" / "ledger.sqlite").write_bytes(b"torn")
    torn = filled("find")
    assert torn.returncode == 4
    assert "台帳" in torn.stderr
    rebuilt = filled("rebuild", "--backup", "控え", "--offline")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "記録 3 件" in rebuilt.stderr
    assert "佐藤商店" in filled("find").stdout


@pytest.mark.slow
def test_paper_by_options(archive):
    run = archive("add", "--paper", "--title", "覚書", "--date", "2026-01-02", "--party", "田中", "--party", "佐藤")
    assert (run.returncode, run.stdout) == (0, "1\t登録\t署名なし\t(紙)\n") or run.stdout.startswith("1\t登録")
    assert "田中・佐藤" in archive("find").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("find", "--from", "いつか"), 2, "--from"),
        (("find", "--min", "たくさん"), 2, "--min"),
        (("find", "--kind", "なぞ"), 2, "その種類はありません"),
        (("find", "--state", "なぞ"), 2, "その状態はありません"),
        (("find", "--level", "X"), 2, "そのレベルはありません"),
        (("find", "--from", "2026-01-02", "--to", "2026-01-01"), 2, "範囲"),
        (("find", "--min", "2", "--max", "1"), 2, "範囲"),
        (("find", "--limit", "0"), 2, "--limit"),
        (("show", "99"), 2, "99 番の記録はありません"),
        (("correct", "99", "--amount", "5"), 2, "99 番の記録はありません"),
        (("correct", "1"), 2, "訂正する内容がありません"),
        (("add",), 2, "取り込むものがありません"),
        (("add", "x.pdf", "--paper"), 2, "--paper"),
        (("add", "nowhere.pdf"), 2, "nowhere.pdf を読めません"),
        (("add", "--paper", "--note", "個人番号 1234"), 10, "個人番号"),
        (("add", "--table", "nowhere.csv"), 2, "nowhere.csv"),
        (("verify", "--checkpoint", "nowhere.json"), 2, "nowhere.json"),
        (("purge", "--apply", "nowhere.jsonl"), 2, "nowhere.jsonl"),
        (("rebuild",), 14, "壊れていません"),
        (("find", "--party", " "), 2, "--party が空です"),
        (("find", "--text", ""), 2, "--text が空です"),
        (("find", "--from", "平成元年1月7日"), 2, "--from は 2026-11-21"),
        (("find", "--min", "-5"), 2, "--min が金額"),
    ],
)  # fmt: skip
def test_every_bad_input_is_one_message_and_its_exit_code(archive, arguments, code, words):
    run = archive(*arguments)
    assert (run.returncode, words in run.stderr) == (code, True), run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr.count("エラー:") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tax-years", "8"),
        *(("--fiscal-year-end", day) for day in ("13-01", "02-30", "04-31", "３-31")),
        ("--filing-months", "13"),
    ],
    ids=" ".join,
)
def test_an_archive_of_no_such_business_is_not_made(signkit, tmp_path, arguments):
    assert signkit("archive", "init", "kept", *arguments).returncode == 2
    assert not (tmp_path / "kept").exists()


def test_where_there_is_no_archive_the_way_to_one_is_told(signkit):
    run = signkit("archive", "find", "--archive", "nowhere")
    assert run.returncode == 2
    assert "signkit archive init" in run.stderr


@pytest.mark.slow
def test_the_users_own_archive_needs_no_name(signkit, tmp_path):
    assert signkit("archive", "init").returncode == 0
    assert (tmp_path / "home" / "archive" / "ledger.sqlite").is_file()
    assert signkit("archive", "find").returncode == 0
