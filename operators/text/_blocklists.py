"""Short blocklists of our own: vulgar and pornographic words that are seldom used otherwise."""

_EN = """
anal sex, arsehole, arseholes, asshole, assholes, ball sack, blowjob, blowjobs, bukkake, bullshit, butt plug, camgirl,
camgirls, circlejerk, clusterfuck, creampie, cumshot, cumshots, cunnilingus, deepthroat, dickhead, dickheads, dildo,
dildos, dipshit, double penetration, dumbass, erotic massage, escort girls, fellatio, fuck, fucked, fucker, fuckers,
fuckin, fucking, fucks, fuckwit, gang bang, gangbang, girl on girl, group sex, hand job, handjob, handjobs, hardcore
sex, hentai, horny, hot babes, jack off, jackass, jerk off, jizz, live sex, masturbate, masturbates, masturbating,
masturbation, milf, milfs, motherfucker, motherfuckers, motherfucking, naked girls, nsfw, nude girls, nudes, orgasm,
orgasms, orgies, piss off, pissed off, porn, pornhub, porno, pornographic, pornography, pornstar, pornstars, rimjob, sex
cam, sex chat, sex shop, sex tape, sex toy, sex toys, sex video, sex videos, sexcam, sexting, sexy girls, shit,
shithead, shithole, shits, shitty, softcore, strip club, striptease, threesome, titties, upskirt, wank, wanker, wankers,
wet pussy, xxx, xxx video, xxx videos
"""
# Chinese has no spaces, and a term is found anywhere; so none that ordinary words make where they meet.
_ZH = """
色情, 黄色网站, 成人电影, 成人小说, 成人视频, 成人网站, 激情视频, 裸聊, 裸照, 卖淫, 嫖娼, 肛交, 乱伦, 手淫, 迷奸,
一夜情, 约炮, 淫荡, 淫秽, 淫乱, 操你妈, 草泥马, 他妈的, 傻逼, 王八蛋, 狗屎, 屁眼, 博彩, 赌博网站, 六合彩, 赌场开户,
代开发票
"""


def _terms(listed: str) -> tuple[str, ...]:
    return tuple(" ".join(term.split()) for term in listed.split(","))


BLOCKLISTS = {"en": _terms(_EN), "zh": _terms(_ZH)}
"""Terms by language."""
