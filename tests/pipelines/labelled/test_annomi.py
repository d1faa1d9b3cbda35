"""AnnoMI-shaped CSV."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.speech import Role
from pipelines.labelled.annomi import read_annomi

COLUMNS = (
    "transcript_id", "video_title", "topic", "utterance_id", "interlocutor", "utterance_text", "annotator_id",
    "therapist_input_exists", "therapist_input_subtype", "reflection_exists", "reflection_subtype",
    "question_exists", "question_subtype", "main_therapist_behaviour", "client_talk_type",
)  # fmt: skip
THERAPIST = {
    "transcript_id": "7", "video_title": "A video", "topic": "walking more", "utterance_id": "0",
    "interlocutor": "therapist", "utterance_text": "Said, by one", "annotator_id": "3",
    "therapist_input_exists": "False", "therapist_input_subtype": "n/a", "reflection_exists": "False",
    "reflection_subtype": "n/a", "question_exists": "True", "question_subtype": "open",
    "main_therapist_behaviour": "question", "client_talk_type": "n/a",
}  # fmt: skip
CLIENT = THERAPIST | {
    "utterance_id": "1", "interlocutor": "client", "question_exists": "n/a", "question_subtype": "n/a",
    "reflection_exists": "n/a", "therapist_input_exists": "n/a", "main_therapist_behaviour": "n/a",
    "client_talk_type": "change",
}  # fmt: skip


def written(folder: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    path = folder / "talks.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_transcript_becomes_a_conversation_with_gold_for_every_line(tmp_path: Path) -> None:
    (one,) = read_annomi(written(tmp_path, THERAPIST, CLIENT))
    assert (one.name, one.group, one.source) == ("7", "A video", "annomi")
    assert one.conversation.change_goal == "walking more"
    assert [(line.id, line.turn, line.role) for line in one.conversation.lines] == [
        ("0", 1, Role.PRACTITIONER),
        ("1", 2, Role.PARENT_OR_CARER),
    ]
    assert one.gold[0].heads == {
        "behaviour": {"question": 1.0},
        "question": {"open": 1.0},
        "reflection": {"none": 1.0},
        "input": {"none": 1.0},
    }
    assert one.gold[1].heads == {"talk": {"change": 1.0}}
    assert one.gold[0].labels is None


def ten_annotators() -> list[dict[str, str]]:
    kinds = ["open"] * 6 + ["closed"] * 3
    rows = [THERAPIST | {"annotator_id": str(n), "question_subtype": kind} for n, kind in enumerate(kinds, 4)]
    return [*rows, THERAPIST | {"annotator_id": "13", "question_exists": "False", "question_subtype": "n/a"}]


def test_ten_annotators_become_shares_that_add_to_one(tmp_path: Path) -> None:
    (one,) = read_annomi(written(tmp_path, *ten_annotators()), every_annotator=True)
    assert one.gold[0].heads["question"] == pytest.approx({"open": 0.6, "closed": 0.3, "none": 0.1})
    assert sum(one.gold[0].heads["behaviour"].values()) == 1
    assert one.gold[0].choice("question") == "open"


def test_by_default_the_first_annotator_of_the_transcript_decides(tmp_path: Path) -> None:
    """The first is the one of its first row, even where another's row comes first for a later utterance."""
    second = [row | {"utterance_id": "1"} for row in reversed(ten_annotators())]
    (one,) = read_annomi(written(tmp_path, *ten_annotators(), *second))
    assert [gold.heads["question"] for gold in one.gold] == [{"open": 1.0}, {"open": 1.0}]


def test_each_transcript_has_a_first_annotator_of_its_own(tmp_path: Path) -> None:
    other = THERAPIST | {"transcript_id": "8", "annotator_id": "9", "question_subtype": "closed"}
    found = read_annomi(written(tmp_path, THERAPIST, other))
    assert [one.gold[0].choice("question") for one in found] == ["open", "closed"]


def test_an_utterance_the_first_annotator_left_out_takes_its_first_row(tmp_path: Path) -> None:
    fifth = THERAPIST | {"utterance_id": "1", "annotator_id": "5", "question_subtype": "closed"}
    sixth = THERAPIST | {"utterance_id": "1", "annotator_id": "6", "question_subtype": "open"}
    (one,) = read_annomi(written(tmp_path, THERAPIST, fifth, sixth))
    assert one.gold[1].heads["question"] == {"closed": 1.0}


def test_without_annotators_the_first_row_of_an_utterance_decides(tmp_path: Path) -> None:
    columns = tuple(name for name in COLUMNS if name != "annotator_id")
    rows = [THERAPIST | {"question_subtype": kind} for kind in ("closed", "open", "open")]
    (one,) = read_annomi(written(tmp_path, *rows, columns=columns))
    assert one.gold[0].heads["question"] == {"closed": 1.0}


def test_rows_of_a_transcript_need_not_follow_each_other(tmp_path: Path) -> None:
    found = read_annomi(written(tmp_path, THERAPIST, THERAPIST | {"transcript_id": "8"}, CLIENT))
    assert [(one.name, len(one.gold)) for one in found] == [("7", 2), ("8", 1)]


def test_the_required_columns_alone_give_lines_without_labels(tmp_path: Path) -> None:
    columns = ("transcript_id", "utterance_id", "interlocutor", "utterance_text")
    (one,) = read_annomi(written(tmp_path, THERAPIST, CLIENT, columns=columns))
    assert [gold.heads for gold in one.gold] == [{}, {}]
    assert one.group == "7"
    assert one.conversation.change_goal == "not stated"


def test_a_kind_whose_column_is_missing_is_not_judged(tmp_path: Path) -> None:
    """AnnoMI's first release has main behaviours only; "none" for every question would be a lie."""
    columns = ("transcript_id", "utterance_id", "interlocutor", "utterance_text", "main_therapist_behaviour")
    (one,) = read_annomi(written(tmp_path, THERAPIST, columns=columns))
    assert one.gold[0].heads == {"behaviour": {"question": 1.0}}


def test_a_kind_without_its_exists_column_is_none_where_the_subtype_is_empty(tmp_path: Path) -> None:
    columns = tuple(name for name in COLUMNS if not name.endswith("_exists"))
    (one,) = read_annomi(written(tmp_path, THERAPIST, columns=columns))
    assert one.gold[0].heads["question"] == {"open": 1.0}
    assert one.gold[0].heads["reflection"] == {"none": 1.0}


def test_a_kind_that_exists_without_a_subtype_is_not_judged(tmp_path: Path) -> None:
    (one,) = read_annomi(written(tmp_path, THERAPIST | {"reflection_exists": "True"}))
    assert "reflection" not in one.gold[0].heads


def test_case_and_spaces_of_labels_do_not_matter(tmp_path: Path) -> None:
    row = THERAPIST | {"interlocutor": " Therapist", "main_therapist_behaviour": "Therapist_Input "}
    (one,) = read_annomi(written(tmp_path, row))
    assert one.gold[0].heads["behaviour"] == {"input": 1.0}


def test_text_with_commas_quotes_line_breaks_and_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, THERAPIST | {"utterance_text": 'He said "no",\nand left.'})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (one,) = read_annomi(path)
    assert one.conversation.lines[0].text == 'He said "no",\nand left.'


@pytest.mark.parametrize("column", ["transcript_id", "utterance_id", "interlocutor", "utterance_text"])
def test_a_missing_required_column_is_named(tmp_path: Path, column: str) -> None:
    columns = tuple(name for name in COLUMNS if name != column)
    with pytest.raises(BadInputError, match=f"talks.csv, line 1: there is no column {column}"):
        read_annomi(written(tmp_path, THERAPIST, columns=columns))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"interlocutor": "nobody"}, "interlocutor is neither therapist nor client"),
        ({"interlocutor": ""}, "interlocutor is neither therapist nor client"),
        ({"main_therapist_behaviour": "chat"}, "main_therapist_behaviour must be one of question, reflection"),
        ({"question_subtype": "half-open"}, "question_subtype must be one of open, closed"),
        ({"reflection_subtype": "deep"}, "reflection_subtype must be one of simple, complex"),
        ({"therapist_input_subtype": "sermon"}, "therapist_input_subtype must be one of information"),
        ({"transcript_id": ""}, "transcript_id or utterance_id is empty"),
        ({"utterance_id": ""}, "transcript_id or utterance_id is empty"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_file_line_and_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadInputError, match=f"talks.csv, line 3: {reason}"):
        read_annomi(written(tmp_path, THERAPIST, THERAPIST | {"utterance_id": "5"} | change))


def test_a_client_talk_type_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="line 3: client_talk_type must be one of change, sustain, neutral"):
        read_annomi(written(tmp_path, THERAPIST, CLIENT | {"client_talk_type": "small"}))


@pytest.mark.parametrize("cells", ["7", ",".join("x" * 16)])
def test_a_row_with_too_few_or_too_many_cells_is_refused(tmp_path: Path, cells: str) -> None:
    path = written(tmp_path, THERAPIST)
    path.write_text(path.read_text("utf-8") + cells + "\r\n", "utf-8")
    with pytest.raises(BadInputError, match=r"talks.csv, line 3: the row does not have as many cells as line 1"):
        read_annomi(path)


def test_a_quote_that_never_ends_is_refused_with_the_line_before_it(tmp_path: Path) -> None:
    path = written(tmp_path, THERAPIST)
    path.write_text(path.read_text("utf-8") + '7,"open', "utf-8")
    with pytest.raises(BadInputError, match=r"talks.csv, after line 2: this is not CSV"):
        read_annomi(path)


def test_another_encoding_an_empty_file_and_no_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "talks.csv"
    path.write_bytes("café".encode("latin-1"))
    with pytest.raises(BadInputError, match="not CSV in UTF-8"):
        read_annomi(path)
    path.write_bytes(b"")
    with pytest.raises(BadInputError, match="line 1: there is no column transcript_id"):
        read_annomi(path)
    with pytest.raises(BadInputError, match=r"absent.csv cannot be opened"):
        read_annomi(tmp_path / "absent.csv")


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"talks\.csv holds no row below its columns"):
        read_annomi(written(tmp_path))


def test_errors_do_not_repeat_what_a_cell_holds(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as refused:
        read_annomi(written(tmp_path, THERAPIST | {"question_subtype": "secret words"}))
    assert "secret" not in str(refused.value)


def test_the_shared_transcripts_are_read_whole() -> None:
    path = Path(__file__).resolve().parents[4] / "shared/data/annomi/train.csv"
    if not path.is_file():
        pytest.skip("the shared transcripts are not beside this checkout")
    found = read_annomi(path, every_annotator=True)
    assert (len(found), sum(len(one.gold) for one in found)) == (106, 6817)
    shares = [sum(head.values()) for one in found for gold in one.gold for head in gold.heads.values()]
    assert shares == pytest.approx([1.0] * len(shares))


@pytest.mark.parametrize(("cell", "told"), [("low", "low"), ("High", "high"), ("", None)])
def test_a_transcripts_quality_is_what_its_first_row_says(cell: str, told: str | None, tmp_path: Path) -> None:
    """AnnoMI's mi_quality; None where the cell is empty."""
    rows = (THERAPIST | {"mi_quality": cell}, CLIENT | {"mi_quality": cell})
    (one,) = read_annomi(written(tmp_path, *rows, columns=("mi_quality", *COLUMNS)))
    assert one.quality == told


def test_a_file_without_quality_gives_none(tmp_path: Path) -> None:
    """The column need not be there."""
    (one,) = read_annomi(written(tmp_path, THERAPIST, CLIENT))
    assert one.quality is None
