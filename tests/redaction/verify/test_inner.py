from __future__ import annotations

import io
import zipfile

import pytest

from hairyo.errors import OutputError
from hairyo.redaction.secret import Secret
from hairyo.redaction.verify import check_copy
from hairyo.redaction.verify.readers.inner import nested, sniff

NAME = "山田太郎"


def packed(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7", "a.txt", "pdf"),
        (b"PAR1", "a.zip", "parquet"),
        (b"\x89PNG\r\n", "", "png"),
        (packed({"a.txt": "x"}), "a.docx", "zip"),
        (packed({"[Content_Types].xml": "spreadsheetml.sheet.main"}), "a", "xlsx"),
        (packed({"[Content_Types].xml": "wordprocessingml.document.main"}), "a", "docx"),
        (b"PKnot a zip", "a", "zip"),
        (b"a,b", "A.CSV", "csv"),
        (b"a,b", "a", "txt"),
    ],
)
def test_the_content_tells_what_it_is(data, name, kind):
    assert sniff(data, name) == kind


def test_a_value_is_found_however_deep(tmp_path):
    data = f'{{"a": ["{NAME}"]}}'.encode()
    for name in ("a.json", "b.zip", "c.zip"):
        data = packed({name: data})
    (tmp_path / "a.zip").write_bytes(data)
    report = check_copy(tmp_path / "a.zip", "zip", {None: [Secret(NAME, "PERSON")]})
    assert report.leaks
    assert any(place.where.startswith("member 1: member 1: member 1: ") for place in report.places)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_what_lies_too_deep_or_has_no_reader_is_no_pass(tmp_path):
    data = b"x"
    for _ in range(20):
        data = packed({"a.zip": data})
    with pytest.raises(OutputError, match="too deep"):
        list(nested(data, "a.zip", "member 1", tmp_path / "copy"))
    with pytest.raises(OutputError, match="no reader"):
        list(nested(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "member 1", tmp_path / "copy"))
