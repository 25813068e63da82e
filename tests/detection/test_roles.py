from __future__ import annotations

import pytest

from hairyo.detection.roles import role_of_text


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("ご紹介のお願い\n元部下の榊原さんをご紹介したくご連絡しました。", "referral"),
        ("推　薦　状\n佐藤氏を推薦いたします。", "referral"),
        ("問診票\n氏名：山田太郎", "form"),
        ("履　歴　書\n氏名　山田太郎", "form"),
        ("【通話書き起こし】\n担当：はい\n山田：ええ", "transcript"),
        ("営業を二十年やりました。", None),
        ("ご紹介できる方：病院の事務長など二十名。", None),
        ("自己紹介\n営業を二十年やりました。", None),
        ("", None),
    ],
)
def test_role_of_a_text(text, role):
    assert role_of_text(text) == role
