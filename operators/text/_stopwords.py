"""Stopwords: the function words of some languages, listed by us."""

from typing import Literal

Language = Literal["de", "en", "es", "fr", "it", "nl", "pt"]

_EN = """
a about above after again against all along also although always am among an and another any anyone anything are aren't
around as at away back be because been before behind being below between both but by can can't cannot could couldn't did
didn't do does doesn't doing don't down during each either else enough even ever every everyone everything few for from
further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how
however i i'd i'll i'm i've if in instead into is isn't it it'd it'll it's its itself just least less let's like many
may me might mine more most much must mustn't my myself neither never no nobody none nor not nothing now of off often on
once one only onto or other others our ours ourselves out over own per perhaps quite rather same shall she she'd she'll
she's should shouldn't since so some someone something still such than that that's the their theirs them themselves then
there there's therefore these they they'd they'll they're they've this those though through thus to together too toward
towards under unless until up upon us very was wasn't we we'd we'll we're we've were weren't what what's whatever when
where where's whether which while who who's whole whom whose why will with within without won't would wouldn't yes yet
you you'd you'll you're you've your yours yourself yourselves
"""
_DE = """
aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei beim bin
bis bist da dabei dadurch dafür dagegen daher damit danach dann daran darauf daraus darf darin darüber das dass dazu
dein deine deinem deinen deiner dem den denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir
doch dort du durch ein eine einem einen einer eines einige einigen einmal er es etwas euch euer eure für gegen gehabt
gewesen hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist
ja jede jedem jeden jeder jedes jene jetzt kann kein keine keinem keinen keiner können könnte mal man manche mehr mein
meine meinem meinen meiner mich mir mit muss müssen musste nach neben nein nicht nichts noch nun nur ob oder ohne schon
sehr sein seine seinem seinen seiner seit selbst sich sie sind so solche soll sollen sollte sondern sonst sowie über um
und uns unser unsere unter viel vom von vor während war waren warum was weder weil weiter welche welchem welchen welcher
wenn wer werde werden wie wieder will wir wird wirst wo wollen wurde wurden zu zum zur zwar zwischen
"""
_ES = """
a al algo algunas algunos ante antes aquel aquella así aun aunque bajo bien cada como cómo con contra cual cuál cuando
cuándo de del desde donde dónde dos durante e el él ella ellas ellos en entonces entre era eran es esa esas ese eso esos
esta está estaba estado están estar estas este esto estos fue fueron ha había habían han hasta hay he la las le les lo
los luego más me mi mí mientras mis mismo misma mucho muchos muy nada ni ningún no nos nosotros nuestra nuestro o os
otra otras otro otros para pero poco por porque pues que qué quien quién se sea según ser si sí sido siempre sin sino
sobre son su sus también tan tanto te tiene tienen toda todas todo todos tras tu tú tus un una unas uno unos usted
ustedes vosotros y ya yo
"""
_FR = """
à afin ai ainsi alors après as au aucun aucune aura aussi autre autres aux avait avant avec avez avoir avons c'est car
ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment d'un d'une dans de depuis des deux donc
dont du elle elles en encore entre est et étaient était étant été être eu eux fait fut hors ici il ils j'ai je jusqu'à
l'on la le les leur leurs lors lorsque lui ma mais me même mêmes mes moi moins mon n'est ne ni non nos notre nous on ont
ou où par parce pas pendant peu peut plus plusieurs pour pourquoi puis qu'elle qu'il qu'ils qu'on quand que quel quelle
quelles quels qui quoi s'est sa sans se selon sera ses si sinon soi soit son sont sous suis sur ta tandis te tes toi ton
tous tout toute toutes très trop tu un une vers voici voilà vos votre vous y
"""
_IT = """
a ad agli ai al alla alle allo allora altra altre altri altro anche ancora avere aveva avevano c'è che chi ci ciò coi
col come con contro cosa così cui da dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello dentro di
dopo dove due dunque e è ed egli era erano essere essi fa fino fra già gli ha hai hanno ho i il in infatti invece io la
le lei li lo loro lui ma me mentre mi mia mie miei mio molto ne nè né negli nei nel nella nelle nello noi non nostra
nostro o ogni oltre oppure per perché perciò però più poi prima proprio può qua quale quali quando quanto quella quelle
quelli quello questa queste questi questo qui se sé sempre senza si sia siamo siete solo sono sopra sotto stata stati
stato su sua sue sugli sui sul sulla sulle suo suoi tra troppo tu tua tue tuo tutta tutte tutti tutto un una uno vi voi
"""
_NL = """
aan achter al alle alleen als altijd andere anders bij binnen daar daarom dan dat de deze die dit doch doen door dus een
echter en enkele er ge geen geweest haar had hadden heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je
jij jou jouw jullie kan kon kunnen maar me meer men met mij mijn misschien moet moeten na naar naast niemand niet niets
nog nu of om omdat onder ons onze ook op over per reeds sinds steeds te tegen ten ter terwijl toch toen tot tussen u uit
uw van vanaf veel voor waar waarom wanneer want waren was wat we wel welke werd werden wie wij wil worden wordt ze zelf
zich zij zijn zo zoals zonder zou zouden zulke
"""
_PT = """
a à ainda além algo alguém algum alguma alguns ante antes ao aos apenas após aquela aquele aqueles aquilo as às assim
até cada com como contra contudo da das de dela dele deles depois desde dessa desse desta deste do dos e é ela elas ele
eles em embora enquanto entre era eram essa essas esse esses esta está estão estas estava este estes eu foi foram for
há isso isto já lá lhe lhes logo mais mas me mesma mesmo meu meus minha muita muito muitos na nada não nas nem nenhum
nenhuma nessa nesse nesta neste no nos nós nossa nosso num numa nunca o onde os ou outra outras outro outros para pela
pelas pelo pelos per pois por porém porque quais qual quando quanto que quem se seja sem sempre sendo ser será seu seus
si sido só sob sobre sua suas também tão te tem têm tendo ter teu toda todas todo todos tu tudo um uma umas uns você
vocês vos
"""


def _words(listed: str) -> frozenset[str]:
    """The words, each with straight and with curly apostrophes."""
    words = listed.split()
    return frozenset(words) | {word.replace("'", "’") for word in words}


STOPWORDS: dict[Language, frozenset[str]] = {
    "de": _words(_DE),
    "en": _words(_EN),
    "es": _words(_ES),
    "fr": _words(_FR),
    "it": _words(_IT),
    "nl": _words(_NL),
    "pt": _words(_PT),
}
"""Stopwords in lower case, by language."""
