"""Names of numbers, months and units in English, German and Chinese."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_GERMAN = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
_GERMAN_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
WORDS: dict[str, float] = {
    **{word: float(n) for n, word in enumerate(_ONES.split())},
    **{word: float(n) for n, word in enumerate(_GERMAN.split())},
    **{word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)},
    **{word: 10.0 * n for n, word in enumerate(_GERMAN_TENS.split(), 2)},
}
MAGNITUDES: dict[str, float] = {
    "hundred": 1e2, "hundert": 1e2, "thousand": 1e3, "tausend": 1e3, "k": 1e3, "million": 1e6, "millions": 1e6,
    "millionen": 1e6, "mio": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9, "milliarde": 1e9,
    "milliarden": 1e9, "mrd": 1e9, "trillion": 1e12, "trillions": 1e12, "dozen": 12.0, "dutzend": 12.0,
    "万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2, "百万": 1e6, "千万": 1e7,
}  # fmt: skip
_UNIT_NAMES = """
    % percent per_cent prozent pct | km kilometer kilometers kilometre kilometres 公里 千米
    m meter meters metre metres metern 米
    cm centimeter centimeters centimetre centimetres zentimeter 厘米
    mm millimeter millimeters millimetre millimetres 毫米
    mile miles mi meile meilen 英里 | ft foot feet fuß 英尺 | inch inches zoll
    kg kilogram kilograms kilogramm kilo kilos 公斤 千克
    g gram grams gramm 克 | mg milligram milligrams milligramm 毫克 | t ton tons tonne tonnes tonnen 吨
    lb lbs pound pounds pfund
    l liter liters litre litres litern 升 | ml milliliter milliliters millilitre millilitres 毫升
    second seconds sec secs sekunde sekunden 秒 | minute minutes min mins minuten 分钟
    hour hours h hr hrs stunde stunden 小时
    day days tag tage tagen 天 | week weeks woche wochen 周 | month months monat monate monaten 个月
    year years yr yrs jahr jahre jahren 年 | decade decades jahrzehnt jahrzehnte
    century centuries jahrhundert jahrhunderte 世纪
    $ dollar dollars usd 美元 | € euro euros eur 欧元 | £ gbp | ¥ yuan yen rmb 元 人民币
    °c celsius 摄氏度 | °f fahrenheit
    w watt watts | kw kilowatt kilowatts | mw megawatt megawatts | gw gigawatt gigawatts | kwh | hz hertz | ghz | mhz
    mb megabyte megabytes | gb gigabyte gigabytes | tb terabyte terabytes | kb kilobyte kilobytes
    hectare hectares ha hektar 公顷 | acre acres | mph | km/h kph
"""
UNITS = {
    name: names.split()[0] for line in _UNIT_NAMES.split("\n") for names in line.split("|") for name in names.split()
}
MONTHS = {
    name: n
    for n, names in enumerate(
        "january jan januar|february feb februar|march mar märz|april apr|may mai|june jun juni|july jul juli"
        "|august aug"
        "|september sep sept|october oct oktober|november nov|december dec dezember".split("|"),
        1,
    )
    for name in names.split()
}
DIMENSIONS = {
    unit: kind
    for kind, units in {
        "time": "second minute hour day week month year decade",
        "length": "km m cm mm mile ft inch",
    }.items()
    for unit in units.split()
}
