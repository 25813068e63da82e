from __future__ import annotations

import pytest

CAUGHT = [
    "プロフィール詳細：⟦https://www.linkedin.com/in/t-kokubu-example⟧",
    "LinkedIn ⟦https://www.linkedin.example/in/nfuka-cpa⟧",
    "サイト内ブログ：⟦https://note.com/midori_example⟧",
    "GitHubは ⟦https://github.com/nezu-example⟧ 、",
    "個人のページ　⟦https://iba.example.net/profile⟧",
    "甲田 進（こうだ すすむ）　サイト：⟦https://koda-ux.example⟧",
    "甲田 進　⟦https://code.example/koda-ops⟧　LINE：koda_404",
    "site=⟦https://goto-semi.example⟧",
    "⟦https://x.com/taro_example⟧",
    "⟦https://twitter.com/taro_example⟧でつぶやいています",
    "⟦https://www.facebook.com/taro.example.9⟧",
    "⟦https://www.facebook.com/profile.php?id=100012345⟧",
    "⟦https://www.instagram.com/taro.cooks/⟧",
    "（⟦https://www.youtube.com/@tarochannel⟧）",
    "ブログ ⟦https://taro.hatenablog.com/⟧",
    "⟦https://ameblo.jp/taro-example⟧",
    "個人ブログ：⟦https://taro-example.jp/blog⟧。",
    "ポートフォリオ→⟦https://taro.example.com/works⟧",
    "⟦https://researchmap.jp/taro_example⟧",
    "⟦https://example.ac.jp/~taro⟧",
    "⟦https://qiita.com/taro_example⟧",
    "HP: ⟦www.koda-kobo.example⟧",
    "⟦https://www.wantedly.com/id/taro_example⟧",
    "⟦linkedin.com/in/taro-example⟧",
    "⟦https://bsky.app/profile/taro.example.jp⟧",
    "ﾌﾞﾛｸﾞ ⟦https://taro.example.jp/diary⟧",
]
LEFT = [
    "会社HP：https://www.koda-kogyo.example.co.jp/",
    "弊社サイト https://koda.example.co.jp",
    "製品ページ https://koda.example.co.jp/products/123",
    "ニュース記事 https://news.example.com/2024/05/12/abc",
    "参考：https://www.mhlw.go.jp/index.html",
    "公式X https://x.com/koda_official",
    "申込フォーム https://forms.example.com/abc",
    "https://www.example.co.jp/",
    "https://github.com/features",
    "https://www.youtube.com/watch?v=abcdefg",
    "https://x.com/search?q=abc",
    "https://www.linkedin.com/company/koda",
    "https://zoom.us/j/123456789",
    "Node.js と Vue.js",
    "taro@example.jp",
    "Ver.2.0.1",
    "採用サイト：https://recruit.example.jp",
    "資料 https://example.jp/files/a.pdf",
    "https://www.amazon.co.jp/dp/4065198427",
    "第1.2.3節",
]


@pytest.mark.parametrize("text", CAUGHT)
def test_a_personal_page_is_caught(found, text):
    got, wanted = found("URL", text)
    assert got == wanted


@pytest.mark.parametrize("text", LEFT)
def test_another_page_is_left(found, text):
    assert found("URL", text)[0] == []
