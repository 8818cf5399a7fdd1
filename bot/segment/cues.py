"""Phrases by which articles say where a story begins, goes on or ends, in Japanese and English; data only."""

import re
from typing import Final, Literal

Grade = Literal["opening", "sequence", "decisive", "clear", "weak", "none", "clinging", "closing"]
"""How a paragraph that begins so stands to what is before it.

opening: the first story begins; sequence: the next of a row, of stories or of steps; decisive: another
story begins; clear: mostly another story, bridged to; weak:
another story or more of the same; clinging: it speaks of what was just said; closing: all has been told.
"""

_JA: Final[dict[Grade, str]] = {
    "opening": r"""
        まず(?:最初に|初めに|はじめに)?|最初(?:は|に|の)|はじめに|初めに|第一に|一つ目|1つ目|冒頭は|トップニュース|今(?:週|日
        |月)(?:の)?(?:最大|一番|トップ)
        """,
    "closing": r"""
        以上[、。がで]|以上の|このように(?:、)?(?:今|見て)|まとめると|総じて|総括|全体として|いずれにせよ
        |いかがで|いかがだ
        |(?:これら|以上)(?:の|全ての?|すべての?|全部の?|多く)?(?:展開|動き|ニュース|話題|出来事|トピック
        |変化|発表)
        |これら(?:全て|すべて)|今(?:回|週|日|月|朝|夜)(?:の(?:ニュース|話題|まとめ|放送))?は(?:以上|ここまで
        |これで)
        |今(?:回|週|日|月|朝|夜)は.{1,60}(?:話題|一週間|一日|一か月|週でした)
        |それでは(?:、)?(?:また|良い|よい|皆)|(?:では|それでは)?、?また(?:来週|来月|明日|次回|お会い)
        |来(?:週|月|年)(?:は|も).{0,40}(?:でしょう|お楽しみ|お届け|しょうか)
        |最後まで(?:お)?読|お読みいただき|ご覧いただき|ご視聴|編集後記
        """,
    "decisive": r"""
        (?:その)?(?:他|ほか)(?:の|に(?:は|も)?|では)(?:、|(?:大きな|主な|注目の)?(?:ニュース|話題|動き
        |トピック|ところ))|そのほか|この(?:他|ほか)、
        |(?:また|さて)?、?(?:別|もう(?:一|1|ひと)つ)の(?:話題|ニュース|動き|トピック)|もう(?:一|1
        |ひと)つ、?(?:話題|ニュース|気になる|注目)
        |(?:ここで|さて|では)?、?(?:少し|大きく|がらりと)?(?:話題?|話し|テーマ|目先|視点)(?:は|を|が
        |も)?、?(?:大きく|少し|がらりと)?(?:変|替|転|移|か|切り)
        |閑話休題|余談|次(?:は|の)(?:ニュース|話題|お知らせ)|続いての
        |(?:さらなる|新たな|別の|その後の)(?:展開|動き|話題|ニュース)(?:として|では|も|です|が)
        |最後の(?:ニュース|話題)|番外
        |.{1,12}に(?:目|話題?|視線|視点)を(?:移|転|向)|.{1,10}(?:に|へと?)(?:移りましょう|行きましょう
        |参りましょう|いきましょう|まいりましょう)
        |[^、。]{1,12}(?:から|の)(?:は|も)?、?(?:ニュース|話題|続報|速報)(?:です|が|も|を)
        """,
    "sequence": r"""
        (?:さて|では|ここで)、|ところで|(?:そして)?、?最後(?:に|は)|締めくくりは
        |(?:そして|さらに)?、?(?:次|続い|つづい|続き|つづき)(?:は|に|の|て|まして)(?:は|も)?[、,]
        |続いて(?:は|も)
        |(?:二|三|四|五|六|七|八|九|[2-9２-９])つ(?:目|め)|第[二三四五六七八九]に
        """,
    "clear": r"""
        [^、。「」]{1,14}(?:の話題|の話|)(?:といえば|と言えば|と言うと|というと)|[^、。「」]{1,10}(?:業界
        |世界|分野|市場|方面|界)(?:では|からは|でも)[、,]?
        |(?:国内|海外|国外|地方|都内|県内|米国|欧州|中国|世界)で(?:は|も)、|同じ(?:頃|ころ|日|週)|その頃
        |そのころ
        """,
    "weak": r"""
        (?:[^、。「」]{1,12}は、)?[^、。「」]{2,20}についても|さらに|一方で?|加えて|同時に|並行して|そして
        |また、|また[^は]|他方|併せて|あわせて
        """,
    "clinging": r"""
        こ(?:れ|の|う|こ|ちら|んな)|そ(?:れ|の(?!(?:他|ほか))|う|こ|んな)|あ(?:の|れ)|彼(?:ら|女|は|が|の|も
        |を)|同(?:社|氏|市|省|店|国|校|誌|紙|日|様|庁|県|研究|チーム|大|じ)
        |両(?:社|者|氏|国|チーム)|しかし|だが|ただ|もっとも|とはいえ|それでも|ところが|にもかかわらず|けれど
        |でも、|なお|だから|そのため|従って|したがって
        |よって|ゆえに|すると|つまり|要するに|なぜなら|というのも|実際|事実|特に|とくに|とりわけ|中でも|もし
        |仮に|対照的
        |興味深い|具体的|ちなみに|むしろ|逆に|反対に|当初|背景|理由は|関係者|専門家|[一ー]部の|もともと|結果
        |こうし|基本的に|さらなる(?!展開|動き)
        """,
}

_EN: Final[dict[Grade, str]] = {
    "opening": r"""
        first(?:ly|\ up|\ off)?\b\s?[,:]|first,|to\ (?:begin|start|kick\ off)|we\ (?:begin|start|open)
        |let(?:'|’)?s\ (?:begin|start|kick)
        |(?:our|the|this\ week(?:'|’)s|today(?:'|’)s)\ (?:top|big|biggest|lead)\ (?:story|news)
        |top(?:ping)?\ (?:story|of)|leading\ (?:off|the\ news)
        """,
    "closing": r"""
        so\ there\ you\ have\ it|(?:and\ )?that(?:'|’)?s\ (?:all|it|a\ wrap)|that\ (?:is\ (?:all|it)|wraps
        |concludes|does\ it)|this\ (?:concludes|wraps)
        |(?:all|each|none)\ of\ (?:this|these|it)|all\ (?:these|this|told|in\ all)|these\ (?:developments
        |stories|moves|events)|taken\ together
        |in\ (?:conclusion|summary|short|sum)\b|to\ (?:sum|summarise|summarize|conclude|recap)|stay\ tuned
        |see\ you|thank(?:s|\ you)\ for
        |until\ (?:next|then|tomorrow)|have\ a\ (?:great|good|nice)|what\ (?:will|do\ you|are\ your)
        |will\ (?:next|the\ coming)
        |from\ .{2,60},\ it\ (?:was|has\ been)|it\ (?:was|has\ been)\ (?:a|another|quite)\b.{0,30}\b(?:week
        |month|day)
        """,
    "decisive": r"""
        in\ (?:(?:other|related|unrelated|separate|local|world|international|business|sports?|entertainment
        |science|tech)\ )+(?:news|developments?|matters)
        |elsewhere|separately|also\ (?:this|in\ the|making|today|on)\b|on\ (?:another|a\ (?:different
        |lighter|separate|brighter|related|happier))\ (?:front|note|subject|topic)
        |on\ the\ .{2,25}\ front\b|last\ but\ not\ least\b|next\ up\b|up\ next
        |(?:now\ )?(?:turning|moving|switching|shifting|over|back|on)(?:\ (?:on|now|gears|focus|attention
        |over))*\ to\b|shifting\ gears|changing\ (?:gears|subjects?)
        |speaking\ of|as\ for\ the|(?:let(?:'|’)?s|we)\ (?:now\ )?(?:turn|move|switch)|another\ (?:story
        |development|headline|big)
        |in\ (?:a\ )?(?:separate|further|another|unrelated)\ |(?:in\ )?other\ (?:news|headlines|stories)
        """,
    "sequence": r"""
        (?:and\ )?(?:finally|lastly)\b|last\ up\b|next\s?[,:]|(?:second|third|fourth|fifth)(?:ly)?,
        """,
    "clear": r"""
        (?:over|back|out|up|down)\ (?:in|at|on)\ [a-z]
        |in\ (?!addition)(?:the\ )?[a-z]+(?:\ [a-z]+)?,\ (?!which|who|where)|remember\ [^.?]{2,40}\?
        |(?:and\ )?(?:then\ )?there(?:'|’)?s\ (?:also|the)|on\ (?:wall\ street|capitol\ hill)
        """,
    "weak": r"""
        meanwhile\b|moreover|furthermore|additionally|in\ addition|also\b|plus\b|at\ the\ same\ time
        |on\ the\ other\ hand|by\ contrast|further\b|besides
        """,
    "clinging": r"""
        (?:this|that|these|those|it|its|he|she|they|his|her|their|him|them|such|both|neither|we|our|here
        |there|the\ (?:company|firm|group|two|pair|move|deal
        |decision|ruling|news|report|study|agency|bank|same|result|announcement|plan|bill|latter
        |former))(?:'|’|\b)
        |(?:however|but|yet|still|nevertheless|nonetheless|so|therefore|thus|hence|because|since|instead
        |indeed|otherwise|then|and|or|nor|though|although)\b
        |for\ (?:example|instance|now|its|his|her|their)\b|in\ (?:fact|response|return|turn|contrast
        |other\ words|particular)\b|as\ a\ result|as\ well
        |not\ (?:everyone|everybody|all)|critics|experts|some\b|others\b|most\b|even\b|of\ course|early\b
        """,
}

_GRADES: Final[tuple[Grade, ...]] = (
    "opening",
    "closing",
    "decisive",
    "sequence",
    "clinging",
    "clear",
    "weak",
)
_OPENERS = r"[\s\"'“‘(（「『【*_#>・■◆●▼-]{0,8}"


def _pattern(grade: Grade) -> re.Pattern[str]:
    phrases = f"(?:{_JA[grade]})|(?:{_EN[grade]})"
    return re.compile(f"{_OPENERS}(?:{phrases})", re.IGNORECASE | re.VERBOSE)


_PATTERNS: Final = {grade: _pattern(grade) for grade in _GRADES}


def grade(sentence: str) -> Grade:
    """Return how a paragraph that begins with `sentence` stands to what is before it."""
    for name, pattern in _PATTERNS.items():
        if match := pattern.match(sentence):
            rest = sentence[match.end() :].lstrip("、, ")
            return "clinging" if name == "weak" and _PATTERNS["clinging"].match(rest) else name
    return "none"


_REST_OF_CUE: Final = re.compile(
    r"(?:[^、。「」]{0,12}?(?:ニュース|話題|展開|動き|トピック))?[ぁ-ん]{0,6}、|は(?=[^ぁ-ん])"
    r"|(?:\s(?:this|today|tonight)\b[^,.!?]{0,20}|(?<=\bto|\bof)\s[^,.!?]{1,40})?[,:]\s"
    r"(?!(?:it|its|he|his|she|her|they|their|this|that)\b)",
    re.IGNORECASE,
)
"""What belongs to a cue that no comma ends; whatever else follows one tells of the story: who, or where."""


def without_cue(sentence: str) -> str:
    """Return a sentence without the phrase that only says that a story begins."""
    for name in ("opening", "sequence", "decisive"):
        if match := _PATTERNS[name].match(sentence):
            rest = sentence[match.end() :]
            if not match[0].endswith(("、", ",", ":")):
                if more := _REST_OF_CUE.match(sentence, match.end()):
                    rest = sentence[more.end() :]
                elif match[0].isascii():
                    return sentence
            return rest.lstrip("、, 　") or sentence
    return sentence


CONNECTIVE: Final = re.compile(
    r"\A(?:(?:しかし(?:ながら)?|だが|ただし|また|さらに|そして|そのため|このため|したがって|例えば"
    r"|たとえば|一方で?)、?"
    r"|(?:ですが|ただ|なお|加えて|つまり|実際|特に|とはいえ|それでも|ところが|もっとも|だから|すると"
    r"|むしろ|逆に|対照的に|興味深いことに"
    r"|その後|ちなみに|そこで|同時に|これに対して?)、|(?:but|and|yet)\s|(?:however|still|nevertheless"
    r"|nonetheless|meanwhile|moreover"
    r"|furthermore|also|in addition|so|therefore|thus|instead|indeed|in fact|for example|for instance"
    r"|by contrast|as a result|then|finally"
    r"|on the other hand|at the same time),\s|[^、。「」]{1,14}(?:といえば|と言えば|と言うと|というと)、)",
    re.IGNORECASE,
)
"""Plain connectives at the start of a sentence, which it can stand without."""

_JA_BACK = (
    r"これ|それ|この(?!ほど|たび)|その(?!他|ほか)|こう|そう|ここ|そこ|彼|同(?:社|氏|市|省|店|国|校|誌|紙"
    r"|庁|県|町|村|日|チーム|球団|大学)"
    r"|両(?:社|者|氏|国|チーム)|前者|後者|いずれも"
)
_EN_BACK = r"(?:this|these|those|it|its|he|she|they|him|his|her|their|them)\b"
POINTS_BACK: Final = re.compile(
    rf"[「『\"“]?(?:[^、。「」]{{0,12}}、)?(?:{_JA_BACK}|[^、。「」]{{0,12}}(?:これら?|この|それら?"
    rf"|その(?!他|ほか)|彼ら|彼女|同社|同氏)"
    rf"|{_EN_BACK}|(?:that|such|both|here|there|the (?:company|firm|group|two|pair|latter|former|agency))\b"
    rf"|(?:after|before|when|while|if|since|although|though|as|in|at|on|for|until|because|despite|with"
    rf"|one of|some of)\s"
    rf"[^A-Z.]{{0,60}}?\b{_EN_BACK})",
    re.IGNORECASE,
)
"""Beginnings of sentences that speak of what an earlier sentence named."""

CONCLUDES: Final = re.compile(r"つまり|要するに|すなわち|in other words|that is,|in short,", re.IGNORECASE)
"""Beginnings of sentences that only draw a sum of the ones before."""

ALLEGES: Final = re.compile(
    r"主張|疑惑|疑い|訴訟|提訴|訴え|申し立て|告発|告訴|非難|容疑|違反|不正|制裁|処分|陽性|報じ|可能性"
    r"|とされ|受け取った"
    r"|\b(?:alleg|claim|accus|sue[ds]?\b|suing|lawsuit|charge[ds]\b|blame|suspect|fined|found that"
    r"|stripped|inquiry|reports that)",
    re.IGNORECASE,
)
"""Words by which a sentence alleges or claims."""

DENIES: Final = re.compile(
    r"否定|疑問|懐疑|疑わし|疑念|反論|異議|不服|証拠(?:と|に|で)?は(?:必ずしも)?(?:な|限)|証拠とは"
    r"|裏付け(?:は|が)な|根拠(?:は|が)な"
    r"|認めてい(?:な|ませ)|事実(?:で)?はな|慎重な見方|身に覚え|とは限ら|無実|潔白|数字が合わ|争う(?:姿勢"
    r"|構え|方針)"
    r"|\b(?:den(?:y|ies|ied|ials?|ying)\b|disput|doubt|s[ck]eptic|refut|no evidence|unproven|not prove"
    r"|insist|contradict"
    r"|questioned\b|clear(?:ed|s) of)",
    re.IGNORECASE,
)
"""Words by which a sentence denies or doubts what another alleges."""

APPEAL: Final = re.compile(
    r"(?:チャンネル登録|高評価|フォロー|シェア|登録|コメント)(?:を|も|と|して|、).{0,12}(?:お願い"
    r"|よろしく|ください)"
    r"|(?:^|[.!?]\s+)(?:please\s+)?(?:subscribe|sign up|follow us|share this|write to us|let us know"
    r"|forward (?:it|this))\b"
    r"|(?:でしょうか|ですか|[?？])[」\"']?$",
    re.IGNORECASE,
)
"""Appeals to the reader, and questions that are left open."""


HEADING_MARK: Final = re.compile(
    r"(#{1,6})\s+\S|([■◆▼▲★☆▶◇□])|【[^】]{1,60}】|(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)[:：]?$|<h[1-6]\b"
    r"|第[0-9０-９一二三四五六七八九十]{1,3}[章節回部]"
)
ITEM_MARK: Final = re.compile(r"[-*+•・●○‣–]\s*(?=\S)(?<![-*]\S)")
NUMBER_MARK: Final = re.compile(r"(?:[0-9０-９]{1,2}[.．)）、]\s*(?=\D)|[①-⑳]|[(（][0-9０-９]{1,2}[)）])")

BOILERPLATE: Final = re.compile(
    r"""
    ^[\d,，]{1,9}\s*(?:文字|字|words?|characters?)$ | \bmin(?:ute)?s?\s+read\b | ^約?\s*[0-9]+\s*分で読
    | ^(?:この記事は)?約?[0-9]+分で読
    | ^[*_(（]*(?:by|text|photos?|pictures?|images?|author|posted|published|updated|reporting|edited
    |written)\b\s*(?:by|on|:|\s[A-Z])
    | ^[*_(（]*(?:文|取材|写真|撮影|著者?|編集|執筆|画像|更新日?|公開日?|投稿日?|提供|出典|引用元|情報源
    |翻訳)(?:[・、=＝:：]|\s*[一-龥ァ-ヶ]{2,8}$)
    | (?:share\s+(?:on|this|via)|tweet\s+this|follow\s+us|sign\s+up|subscribe|unsubscribe
    |view\s+in\s+(?:your\s+)?browser|read\s+more)
    | (?:シェア|ツイート|ブックマーク|リツイート|いいね|チャンネル登録|高評価|フォロー(?:を?お願い|して)
    |登録をお願い|会員登録|メルマガ|無料登録|LINEで送る|コメント欄)
    | ^(?:広告|PR|\[PR\]|関連(?:記事|リンク|ニュース)|続きを読む|目次|もくじ|タグ|カテゴリー?|advertisement
    |related|tags?|contents|table\ of\ contents|source)s?\s*(?:[:：].*)?$
    | ^(?:[#＃][^\s#＃]{1,40}\s*){1,20}$ | ^(?:©|\(c\)|copyright|all\ rights\ reserved)
    | ^!\[[^\]]*\]\([^)\s]*\)$ | ^https?://\S+$
    | ^(?:お問い?合わせ|連絡先|contact|write\ to\ us|got\ (?:news|a\ tip)|let\ us\ know|ご意見)
    | ^\W{0,3}(?:\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?[^。.]{0,12}|(?:令和
    |平成)\S{1,4}年\S{1,8}日)$
    | ^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s*)?\d{0,2}\s?(?:jan|feb|mar|apr|may|june?|july?|aug
    |sept?|oct|nov|dec)[a-z]*\.?,?\s*\d{0,2},?\s*(?:\d{4})?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Lines that belong to the page and not to the article: counts, bylines, dates, buttons, appeals"
" to subscribe."""

LEAD_WORDS: Final = re.compile(
    r"今(?:週|日|月|朝|夜|回)|本日|先週|ダイジェスト|まとめ(?:て|ました)?|お届け|見ていき|ご紹介|振り返"
    r"|取り上げ|ピックアップ|話題を|拾って|おはよう|こんにちは|こんばんは"
    r"|\b(?:good (?:morning|evening|afternoon)|welcome|(?:in )?(?:this|today's) (?:week|edition|issue"
    r"|briefing)|roundup|round-up|here(?:'s| are| is)"
    r"|highlights|the week in|another .{0,12}week|busy week|in today(?:'s|’s))\b",
    re.IGNORECASE,
)
"""Words of a lead that announces what the article is about to tell."""

_COMMON = (
    # Sudachi's normalised forms
    "言う 述べる 語る 話す 伝える 示す 示唆 指摘 主張 発表 説明 明らか 認める 強調 報ずる 報道 表明"
    " コメント 発言 考える 思う 見る 見せる 見える"
    "  知る 知れる 分かる 行う 行なう 為る 成る 有る 居る 出来る 出る 出す 入る 入れる 続く 続ける"
    " 始まる 始める 使う 使用 用いる 持つ 受ける 与える 求める"
    "  進む 進める 増える 減る 高い 低い 大きい 小さい 多い 少ない 新しい 良い 悪い 強い 弱い 早い 長い"
    " 可能 必要 重要 大切 特別 今後 現在 今回 今年 昨年 去年"
    "  来年 今週 先週 来週 今月 先月 来月 今日 昨日 本日 時間 期間 時点 以上 以下 以前 以後 以来 場合"
    " 問題 状況 結果 理由 目的 方法 方針 計画 予定 見込み"
    "  見通し 影響 関係 対応 対象 対する 向ける 基づく 通じる 含む 含める 関する 就く 拠る 因る つく"
    " よる 一部 一方 全体 全て 多く 最大 最初 最後 最近 例えば 実際"
    "  特に 更に 又 先ず 次 他 話題 ニュース 展開 動き 変更 開始 実施 実現 検討 利用 提供 導入 参加"
    " 評価 確認 決定 共同 自身 自分 互い 相手 世界 国内 海外 日本"
    "  企業 会社 社長 業界 市場 人々 関係者 専門家 代表 規模 大手 新た 既に 未だ 丁度 約 凡そ 万 億 兆"
    " 円 ドル ユーロ パーセント キロ メートル 年間 年度 月末"
    "  午前 午後 一つ 二つ 三つ 一人 二人 三人 為 事 物 者 所 中 上 下 前 後 内 外 間 時 年 月 日 人 化"
    " 的 性"
    # Snowball stems
    "  year week month day time today yesterday tomorrow million billion trillion percent dollar people"
    " man woman world compani firm"
    "  said say tell told report announc accord claim statement spokesman spokesperson spokeswoman add"
    " call ask want plan expect hope"
    "  make made take took get got give gave come came go went see saw know use work run put set show"
    " start begin began end keep"
    "  new first last next former earli late recent current like may might must one two three four five"
    " ten much mani more less least"
    "  also even still back way thing part number group good big small high low long old large major"
    " well just last sinc"
    "  monday tuesday wednesday thursday friday saturday sunday januari februari march april june juli"
    " august septemb octob novemb decemb"
    " plus inc ltd corp co mr ms mrs dr meanwhil moreov furthermor addit elsewher besid separ"
)
COMMON_WORDS: Final = frozenset(_COMMON.split())
"""Words, as tokens, that news of every subject share; they tell no story from another."""
