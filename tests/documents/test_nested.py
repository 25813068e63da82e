from __future__ import annotations

import pytest

from hairyo.documents import Edit, Limits
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed
from hairyo.errors import BrokenInput, TooLarge, UnknownFormat

TABLE = "氏名,備考\n山田太郎,特になし\n佐藤花子,なし\n".encode()


def test_blocks_are_renumbered_and_rows_become_lines_of_a_list(tmp_path):
    inner = Inner(TABLE, "名簿.csv", "member 2", Limits(scratch=tmp_path))
    blocks = list(inner.blocks(10))
    assert [block.index for block in blocks] == list(range(10, 10 + len(blocks)))
    assert {block.record for block in blocks} == {None}
    assert all(block.locator.startswith("member 2: ") for block in blocks)
    assert [block.listed for block in blocks if block.text == "山田太郎"] == [True]


def test_edits_of_its_blocks_are_done_and_the_others_left(tmp_path):
    inner = Inner(TABLE, "a.csv", "member 1", Limits(scratch=tmp_path))
    at = next(block for block in inner.blocks(5) if block.text == "佐藤花子").index
    feed = EditFeed([Edit(at, 0, 4, "人物A"), Edit(99, 0, 1, "x")])
    data, after = inner.copied(feed, 5)
    assert data == TABLE.replace("佐藤花子".encode(), "人物A".encode())
    assert after == 5 + len(list(inner.blocks(0)))
    with pytest.raises(ValueError, match="99"):
        feed.finish()


def test_nothing_of_it_stays_on_the_disk(tmp_path):
    inner = Inner(TABLE, "a.csv", "member 1", Limits(scratch=tmp_path))
    assert [path.name[:6] for path in tmp_path.iterdir()] == ["inner-"]
    inner.copied(EditFeed([]), 0)
    del inner
    assert not list(tmp_path.iterdir())


def test_a_refusal_says_where(tmp_path):
    with pytest.raises(BrokenInput, match=r"in member 3: .*empty"):
        Inner(b"", "a.txt", "member 3", Limits(scratch=tmp_path))
    with pytest.raises(UnknownFormat, match=r"in member 3: .*exe"):
        Inner(b"MZ", "山田.exe", "member 3", Limits(scratch=tmp_path))
    assert not list(tmp_path.iterdir())


def test_what_is_unpacked_is_counted_for_the_whole_input(tmp_path):
    limits = Limits(scratch=tmp_path, unpacked_bytes=100)
    Inner(b"a" * 60, "a.txt", "member 1", limits)
    with pytest.raises(TooLarge, match="100 bytes"):
        Inner(b"a" * 60, "b.txt", "member 2", limits.within(0))
    with pytest.raises(TooLarge, match="too deep"):
        Inner(b"a", "a.txt", "member 1", Limits(scratch=tmp_path, nesting=0))


def test_documents_within_are_counted(tmp_path):
    many = Limits(scratch=tmp_path, members=2)
    for number in range(2):
        Inner(b"a", "a.txt", f"member {number}", many)
    with pytest.raises(TooLarge, match="2 files"):
        Inner(b"a", "a.txt", "member 3", many)
