"""Pages as news sites make them, and the instant that they are read at."""

from datetime import UTC, datetime

from bot.ports import Page
from bot.reading.page import PageArticle, read_page

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
URL = "https://www.news.example/2026/11/20/model.html"

HEADLINE = "新型モデル公開、価格は半分に"
FIRST = "人工知能の研究所は20日、新しい推論モデルを公開した。利用料金は従来の半分で、開発者は同日から使える。"
SECOND = (
    "同社は、計算の効率を高めたことで価格を下げられたと説明している。競合各社は比較が十分でないと指摘する。"
)
THIRD = "来月には①音声、②画像にも対応する予定だ。㈱テスト研究の担当者は、詳細を年内に示すと述べた。"

JAPANESE = f"""<!DOCTYPE html>
<html lang="ja"><head><meta charset="CHARSET"><title>{HEADLINE}｜テスト新聞</title>
<meta property="og:site_name" content="テスト新聞">
<link rel="canonical" href="/2026/11/20/model.html">
<script type="application/ld+json">
{{"@type": "NewsArticle", "datePublished": "2026-11-20T09:30:00+09:00"}}</script>
<style>p {{ color: red }}</style></head>
<body><header><nav><ul><li><a href="/">ホーム</a></li>
<li><a href="/eco">経済面はこちら</a></li></ul></nav></header>
<main><article><h1>{HEADLINE}</h1>
<p>{FIRST}</p>
<h2>価格の理由</h2><p>{SECOND}</p>
<ul><li>入力は100万語あたり1ドル</li><li>出力は100万語あたり4ドル</li></ul>
<h2>今後の予定</h2><p>{THIRD}</p></article>
<aside><h3>関連記事</h3><ul><li><a href="/2">別の記事の見出しです</a></li></ul></aside></main>
<footer>© 2026 テスト新聞社 無断転載を禁じます</footer><script>track("閲覧")</script></body></html>
"""

ENGLISH = """<html><head><title>A Model at Half the Price - Example Times</title>
<meta name="application-name" content="Example Times">
<meta property="article:published_time" content="Fri, 20 Nov 2026 09:30:00 GMT"></head><body>
<div class="menu"><a href="/">Home</a> <a href="/tech">Tech</a></div>
<article><h1>A Model at Half the Price</h1>
<p>The lab released a new reasoning model on Friday, at half the price of the one before it.</p>
<h2>What rivals say</h2>
<p>Competitors said that the comparison left out what the older models do better.</p></article>
<div class="related"><h3>Related</h3><a href="/3">Another headline</a></div></body></html>"""


def page_of(body: str | bytes, media_type: str = "text/html", charset: str = "utf-8", url: str = URL) -> Page:
    data = body.encode() if isinstance(body, str) else body
    return Page(url=url, media_type=media_type, charset=charset, body=data)


def article_of(body: str | bytes, media_type: str = "text/html", charset: str = "utf-8") -> PageArticle:
    return read_page(page_of(body, media_type, charset), NOW)
