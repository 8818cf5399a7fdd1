"""Made-up news, Japanese and English by turns, and what readers would ask of it.

A number always gives the same story: some 350 characters about one company, one person and one subject.
Names are syllables that nobody bears, and a few of them are told of far more often than the others
(Zipf's law).
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

NEWEST: Final = datetime(2026, 11, 1, tzinfo=UTC)
SEED: Final = 20261124
NAMES: Final = 5_000
"""Companies, and as many people, of each language."""
QUERIES: Final = 200
"""Of each kind."""

SUBJECTS: Final = {
    "ja": (
        "半導体、量子計算、生成AI、電力、データセンター、自動運転、創薬、衛星通信、電池、"
        "再生可能エネルギー、個人情報、著作権、サイバー攻撃、決済、物流、農業、翻訳、教育、医療画像、"
        "音声認識、ロボット、検索、広告、端末、基盤モデル、光通信、宇宙輸送、核融合、水素、"
        "半導体製造装置、防災、介護、金融、保険、動画配信、ゲーム、暗号資産、電子政府、気候予測、"
        "素材開発"
    ),
    "en": (
        "semiconductors, quantum computing, generative AI, electricity, data centres, "
        "self-driving cars, drug discovery, satellite links, batteries, renewable energy, "
        "personal data, copyright, cyber attacks, payments, logistics, farming, translation, "
        "education, medical imaging, speech recognition, robots, search, advertising, handsets, "
        "foundation models, optical networks, space launch, fusion, hydrogen, chip-making tools, "
        "disaster relief, elderly care, banking, insurance, video streaming, games, "
        "digital currency, public services, climate forecasts, new materials"
    ),
}
DEEDS: Final = {
    "ja": (
        "新工場の建設、買収交渉、訴訟、人員削減、共同研究、値下げ、上場計画、出資、提携、製品の回収、"
        "規制への対応、研究拠点の開設、公開試験、契約の打ち切り、特許の公開、利用規約の改定、"
        "従業員の採用、株式分割"
    ),
    "en": (
        "a new factory, takeover talks, a lawsuit, job cuts, joint research, a price cut, "
        "plans to go public, an investment, a partnership, a product recall, "
        "its answer to new rules, a research campus, a public trial, a cancelled contract, "
        "the release of its patents, new terms of use, a hiring plan, a share split"
    ),
}
SENTENCES: Final = {
    "ja": (
        "{company}は{subject}をめぐる{deed}を{day}日に発表した。",
        "費用は{sum}億円に上るとみられ、{person}最高経営責任者は{year}年までに回収できると述べた。",
        "一方、{rival}は{subject}の分野で{percent}%の市場を持ち、今回の{deed}に疑問を示している。",
        "{person}氏は記者会見で、{subject}に関する計画は予定どおり進んでいると強調した。",
        "監督官庁は{company}の{deed}について調査を始め、関係者から事情を聴いている。",
        "調査会社によると、{subject}への支出は前年より{percent}%増え、{sum}億円に達した。",
        "{rival}の{other}氏は、{company}の主張には根拠がないと反論した。",
        "市場では{company}の株価が{percent}%下がり、{subject}関連の銘柄にも売りが広がった。",
        "{year}年に始まった{subject}の取り組みは、{rival}との競争で見直しを迫られている。",
        "専門家は{deed}が{subject}の利用者に与える影響は限られるとみている。",
    ),
    "en": (
        "{company} announced {deed} in {subject} on the {day}th.",
        "The cost is put at ${sum} million, and chief executive {person} expects to earn it back by {year}.",
        "{rival}, which holds {percent}% of the market for {subject}, questioned the move.",
        "{person} told reporters that the work on {subject} was going to plan.",
        "Regulators opened an inquiry into {company} and asked those involved about {deed}.",
        "Spending on {subject} rose {percent}% to ${sum} million, one research firm estimates.",
        "{other} of {rival} denied the claim and said {company} had shown no evidence.",
        "Shares of {company} fell {percent}%, and others in {subject} were sold as well.",
        "Work on {subject} that began in {year} is under review as {rival} catches up.",
        "Analysts expect {deed} to change little for customers of {subject}.",
    ),
}
TITLES: Final = {
    "ja": "{company}、{subject}で{deed}",
    "en": "{company} confirms {deed} in {subject}",
}
QUESTIONS: Final = {
    "ja": (
        "{company}の{deed}の費用は?",
        "{company}は{subject}について何と述べた?",
        "{company}と{rival}はなぜ争っている?",
    ),
    "en": (
        "how much does {deed} cost {company}?",
        "what did {company} say about {subject}?",
        "why does {rival} doubt {company}?",
    ),
}
SYLLABLES: Final = {
    "ja": (
        "ア カ サ タ ナ ハ マ ラ イ キ シ ニ ミ リ ウ ク ス ル エ ケ セ テ ネ メ レ オ コ ソ ト ノ "
        "モ ロ ン ガ ド バ ベ ジ"
    ),
    "en": (
        "ba be bo ca co da den do fa fen ga gor ha in ka kel la lan li lo ma mer mi na nor o pa per "
        "ra ri ro sa sel ta tor u va ven wa zo"
    ),
}
KANJI: Final = (
    "青赤石井上内宇江大岡小片川木北久熊黒坂佐沢島清白杉関田高竹谷津土中永"
    "西野橋浜林原東平広藤古前松三水南宮村森安山横吉和"
)
LENGTH: Final = {"ja": (7, 9), "en": (4, 6)}
"""Sentences in a body, at least and at most: about 350 characters."""


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The names that made-up news of one language is about."""

    language: str
    companies: Sequence[str]
    people: Sequence[str]

    def facts(self, number: int) -> dict[str, object]:
        """Return what the story with a number is about; the same for the same number."""
        chance = random.Random(SEED + number)
        company, rival = (self.companies[zipf(chance, len(self.companies))] for _ in range(2))
        person, other = (self.people[zipf(chance, len(self.people))] for _ in range(2))
        return {
            "company": company,
            "rival": rival,
            "person": person,
            "other": other,
            "subject": chance.choice(re.split("、|, ", SUBJECTS[self.language])),
            "deed": chance.choice(re.split("、|, ", DEEDS[self.language])),
            "day": chance.randint(4, 20),
            "year": chance.randint(2019, 2031),
            "sum": chance.randint(3, 9_000),
            "percent": chance.randint(1, 80),
        }

    def line(self, number: int) -> str:
        """Return a story as `ai-news import` takes it."""
        chance = random.Random(-SEED - number)
        facts = self.facts(number)
        sentences = chance.sample(SENTENCES[self.language], chance.randint(*LENGTH[self.language]))
        space = "" if self.language == "ja" else " "
        story = {
            "id": f"made-up-{number}",
            "title": TITLES[self.language].format(**facts),
            "body": space.join(sentence.format(**facts) for sentence in sentences),
            "language": self.language,
            "published_at": (NEWEST - timedelta(minutes=5 * number)).isoformat(),
            "source": {"name": "made up"},
        }
        return json.dumps(story, ensure_ascii=False)


@cache
def newsrooms() -> tuple[Newsroom, Newsroom]:
    """Return the Japanese and the English newsroom."""
    chance = random.Random(SEED)
    latin = [word(chance, "en").capitalize() for _ in range(3 * NAMES)]
    first_names, last_names = latin[NAMES:-NAMES], latin[-NAMES:]
    people = [" ".join(pair) for pair in zip(first_names, last_names, strict=True)]
    english = Newsroom("en", latin[:NAMES], people)
    kanji = ["".join(chance.choices(KANJI, k=4)) for _ in range(NAMES)]
    return Newsroom("ja", [word(chance, "ja") for _ in range(NAMES)], kanji), english


def word(chance: random.Random, language: str) -> str:
    """Return a made-up name."""
    return "".join(chance.choices(SYLLABLES[language].split(), k=chance.randint(3, 5)))


def zipf(chance: random.Random, count: int) -> int:
    """Return a rank below `count`, each about as likely as 1 / (rank + 1)."""
    return int(count ** chance.random()) - 1


def line(number: int) -> str:
    """Return a story as a line that `ai-news import` takes."""
    return newsrooms()[number % 2].line(number)


def queries(count: int) -> dict[str, list[str]]:
    """Return queries of each kind, each about one of the first `count` stories."""
    chance = random.Random(SEED)
    kinds: dict[str, list[str]] = {"name": [], "subject": [], "name + deed": [], "question": []}
    for _ in range(QUERIES):
        number = chance.randrange(count)
        room = newsrooms()[number % 2]
        facts = room.facts(number)
        kinds["name"].append(str(facts["company"]))
        kinds["subject"].append(str(facts["subject"]))
        kinds["name + deed"].append(f"{facts['company']} {facts['deed']}")
        kinds["question"].append(chance.choice(QUESTIONS[room.language]).format(**facts))
    return kinds
