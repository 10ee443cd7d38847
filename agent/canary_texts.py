"""Texts that a canary can be made of: sentences that no sensible rule drops, cut to any size, and real languages."""

from collections.abc import Mapping
from itertools import count
from types import MappingProxyType
from typing import Final

SENTENCES: Final = tuple(
    """The old harbour was quiet when the first boats came back from the northern fishing grounds
A small museum near the station shows how people lived and worked in the valley
Most visitors arrive in the afternoon because the morning train is slow and often late
Her brother studied chemistry for several years before he opened a bakery in the village
Rain fell during the whole night and the river carried branches down to the bridge
The committee discussed the new budget and decided to repair the roof of the school
Farmers in this region grow barley and potatoes on fields between the low hills
After dinner they walked along the wall of the garden and talked about the journey
Engineers tested the pump with cold water before they sent it to the factory
Many birds leave the marsh in autumn and return when the ice has melted
The library lends maps and music as well as novels to everyone who lives here
He wrote a long letter to the editor about the noise of the road
Children learn to swim in the lake as soon as the summer holidays begin
A painter from the south bought the empty mill and turned it into a studio
The doctor explained why the medicine must be taken with food and plenty of water
Our neighbours keep bees behind their house and sell honey at the market
Scientists measured the height of the glacier and compared it with older records
The company moved its workshop to another town because the rent was too high
Snow covered the mountain pass so the drivers waited in a warm inn
Two students built a simple telescope and observed the moons of a distant planet
The cook cut onions and carrots while the soup began to boil on the stove
An early map of the coast shows three islands that have since disappeared
The teacher asked each pupil to describe a favourite place in a few lines
Workers painted the iron gate green and planted roses on both sides of it""".splitlines()
)
"""English sentences of ten words and more without full stop, of different content."""

LANGUAGE_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": ". ".join(SENTENCES[:5]) + ".",
        "de": "Der alte Hafen war still, als die ersten Boote am frühen Morgen zurückkamen. Viele Besucher kommen "
        "erst am Nachmittag, weil der Zug oft Verspätung hat. Die Gemeinde hat beschlossen, das Dach der "
        "Schule zu erneuern. Im Herbst verlassen die Vögel das Moor und kehren im Frühling wieder zurück.",
        "fr": "Le vieux port était calme quand les premiers bateaux sont revenus au petit matin. La plupart des "
        "visiteurs arrivent dans l'après-midi parce que le train est souvent en retard. La commune a décidé "
        "de réparer le toit de l'école. Les oiseaux quittent les marais en automne et reviennent au "
        "printemps.",
        "es": "El viejo puerto estaba tranquilo cuando los primeros barcos regresaron por la mañana. La mayoría de "
        "los visitantes llega por la tarde porque el tren suele retrasarse. El ayuntamiento decidió reparar "
        "el tejado de la escuela. Las aves dejan el pantano en otoño y vuelven en primavera.",
        "it": "Il vecchio porto era tranquillo quando le prime barche sono tornate all'alba. La maggior parte dei "
        "visitatori arriva nel pomeriggio perché il treno è spesso in ritardo. Il comune ha deciso di "
        "riparare il tetto della scuola. Gli uccelli lasciano la palude in autunno e ritornano in primavera.",
        "pt": "O velho porto estava tranquilo quando os primeiros barcos voltaram de manhã. A maioria dos "
        "visitantes chega à tarde porque o trem costuma atrasar. A prefeitura decidiu consertar o telhado da "
        "escola. Os pássaros deixam o pântano no outono e não voltam antes da primavera.",
        "nl": "De oude haven was stil toen de eerste boten vroeg in de ochtend terugkwamen. De meeste bezoekers "
        "komen pas in de middag omdat de trein vaak vertraging heeft. De gemeente heeft besloten het dak van "
        "de school te herstellen. De vogels verlaten het moeras in de herfst en keren in het voorjaar terug.",
        "ru": "Старая гавань была тихой, когда утром вернулись первые лодки. Большинство посетителей приезжает "
        "после обеда, потому что поезд часто опаздывает. Городской совет решил починить крышу школы. Осенью "
        "птицы покидают болото и возвращаются весной.",
        "zh": "清晨，第一批渔船回来的时候，老港口还很安静。大多数游客下午才到，因为火车经常晚点。"
        "镇政府决定修理学校的屋顶。秋天鸟儿离开沼泽，到了春天又会回来。",
        "ja": "朝早く最初の船が戻ってきたとき、古い港はとても静かでした。"
        "電車がよく遅れるので、ほとんどの人は午後に到着します。町は学校の屋根を直すことに決めました。"
        "秋になると鳥は湿地を離れ、春にまた戻ってきます。",
        "ko": "이른 아침 첫 배들이 돌아왔을 때 오래된 항구는 조용했다. 기차가 자주 늦기 때문에 대부분의 방문객은 "
        "오후에 도착한다. 시에서는 학교 지붕을 고치기로 결정했다. 가을이 되면 새들은 늪을 떠났다가 봄에 다시 "
        "돌아온다.",
        "pl": "Stary port był cichy, kiedy rano wróciły pierwsze łodzie. Większość gości przyjeżdża po południu, "
        "ponieważ pociąg często się spóźnia. Gmina postanowiła naprawić dach szkoły. Jesienią ptaki "
        "opuszczają bagna i wracają dopiero na wiosnę.",
        "sv": "Den gamla hamnen var tyst när de första båtarna kom tillbaka tidigt på morgonen. De flesta besökare "
        "kommer först på eftermiddagen eftersom tåget ofta är försenat. Kommunen har beslutat att laga taket "
        "på skolan. Fåglarna lämnar kärret på hösten och återvänder på våren.",
        "tr": "İlk tekneler sabah erken döndüğünde eski liman sessizdi. Tren sık sık geciktiği için ziyaretçilerin "
        "çoğu öğleden sonra geliyor. Belediye okulun çatısını onarmaya karar verdi. Kuşlar sonbaharda "
        "bataklıktan ayrılır ve ilkbaharda geri döner.",
        "ar": "كان الميناء القديم هادئا عندما عادت القوارب الأولى في الصباح الباكر. يصل معظم الزوار بعد الظهر لأن "
        "القطار يتأخر كثيرا. قررت البلدية إصلاح سقف المدرسة. تغادر الطيور المستنقع في الخريف وتعود في الربيع.",
    }
)
"""A text of four sentences in each of the most usual languages, by ISO 639-1 code."""

_KIN: Final = (
    frozenset({"es", "pt", "it"}),
    frozenset({"sv", "da", "no"}),
    frozenset({"ru", "uk"}),
    frozenset({"pl", "cs"}),
)


def clearly_other(codes: tuple[str, ...]) -> list[str]:
    """The languages of the stock that nobody takes for one of these."""
    near = {*codes}.union(*(kin for kin in _KIN if kin & {*codes}))
    return [code for code in LANGUAGE_TEXTS if code not in near]


def words_of(number: int, turn: int = 0) -> str:
    """An English text of so many words, which begins with another sentence at each turn."""
    found: list[str] = []
    for at in count(turn * 5):
        sentence = SENTENCES[at % len(SENTENCES)].split()
        left = number - len(found)
        if left <= 0:
            return " ".join(found)
        if left < len(sentence) + 4:
            more = SENTENCES[(at + 1) % len(SENTENCES)].lower().split()
            sentence = [*sentence, *more][:left]
        found += [*sentence[:-1], f"{sentence[-1]}."]
    raise AssertionError("endless")


def sentences_of(number: int, turn: int = 0) -> str:
    """An English text of so many sentences."""
    return " ".join(f"{SENTENCES[(turn * 5 + at) % len(SENTENCES)]}." for at in range(number))


def characters_of(number: int, turn: int = 0, *, white_space: bool) -> str:
    """An English text of so many characters, with or without those of its white space."""
    text = " ".join(f"{SENTENCES[(turn * 5 + at) % len(SENTENCES)]}." for at in range(number // 50 + 2))
    seen, end = 0, 0
    while seen < number:
        seen += white_space or not text[end].isspace()
        end += 1
    cut = text[:end]
    return f"{cut[:-2]}ss" if cut[-2:-1].isspace() and number > 1 and white_space else cut.rstrip()
