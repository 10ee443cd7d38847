"""Makes `pipelines/samples/demo.jsonl`: short texts of our own words, with everything a cleaning has to find planted.

`python tests/ui/make_demo_sample.py pipelines/samples/demo.jsonl` writes it anew; the same seed gives the same bytes.
"""

import json
import random
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

SEED = 11

ENGLISH = {
    "bread": """
        A good loaf begins the evening before, when flour, water and a spoon of old dough are stirred in {place}.
        By morning the surface is full of small holes and smells a little like apples and a little like beer.
        The baker folds the dough {number} times, waits between the folds, and never hurries it with warm water.
        A stone floor holds the heat, so the bottom of the bread browns as evenly as the top.
        Steam in the first minutes keeps the crust soft long enough for the loaf to rise to its full height.
        When it comes out it must sing, which is the sound of the crust cracking while it cools on the rack.
        Cutting it warm is tempting, yet the crumb needs an hour of rest before it keeps its shape.
        Old slices are rubbed with garlic, dried in the oven and eaten with soup on cold days in {season}.
    """,
    "bees": """
        Behind {place} stand {number} wooden hives, painted in colours that help each bee find its own door.
        A hive in early {season} hums so softly that you have to lay your ear against the wood to hear it.
        The keeper moves slowly, blows a little smoke over the frames, and lifts them one after the other.
        On a full frame the honey lies under a white lid of wax, thin as paper and warm from the cluster.
        If the queen is missing the sound changes, and anyone who has heard it once will know it again.
        Bees from a heavy field come back low over the fence and rest on the board before they walk in.
        Wasps are turned away by guards at the entrance, who check every visitor with their feelers.
        In a poor year nothing is taken, because the colony needs its stores more than the shop does.
    """,
    "bicycles": """
        The workshop in {place} opens on Saturdays, and by nine the queue of squeaking wheels reaches the corner.
        Most brakes need nothing but a drop of oil and a turn of the screw that nobody thinks of.
        A chain that has stretched eats the teeth of the cogs, so measuring it twice a year saves money.
        Visitors hold the spanner themselves, while {number} volunteers stand by and explain what each part is for.
        Flat tyres are patched in the yard, where a tub of water shows the leak as a line of bubbles.
        Frames that nobody wants are stripped, and their bearings and bolts fill labelled drawers along the wall.
        Children learn to ride on a painted circle, first with a hand on the saddle and then without.
        Before {season} ends every lamp is tested, since the road home is dark and the lane has no kerb.
    """,
    "tides": """
        At {place} the sea withdraws twice a day and leaves {number} pools between the black rocks.
        A painted post shows the height of the water, and the paint is renewed when the barnacles have covered it.
        Crabs wait under the weed for the first cold rush that tells them the flood has turned.
        Whoever walks out to the sandbank looks at the table first and at the sky only afterwards.
        A spring tide after a storm carries driftwood up to the garden walls and takes the path away.
        Old fishermen say that the quiet quarter of an hour before the turn is the best time to cast.
        The harbour gate is closed by hand, with a wheel that two people turn while a third one counts.
        In {season} the fog comes in with the water, and the bell on the pier rings until it lifts.
    """,
    "library": """
        The reading room of {place} has high windows, long tables and a clock that has been wrong for years.
        Every new book is wrapped in clear film, stamped twice and placed on a trolley near the door.
        A card in the back pocket shows that {number} people borrowed it before the records moved to a screen.
        On Wednesday afternoons a retired teacher reads stories to whoever sits down on the green carpet.
        Returned volumes are wiped, checked for notes between the pages and carried to their shelf by number.
        The cellar holds newspapers bound by month, and their smell follows you up the stairs to the street.
        A quiet corner was built for those who study at night and have no desk of their own.
        During {season} the roof drips into a bucket, and everyone has learned to read around the sound.
    """,
    "trains": """
        The branch line to {place} has one track, {number} stops and a driver who knows most passengers by name.
        At the passing loop the train waits until the other one has cleared the bridge, which takes four minutes.
        Conductors used to sell brown cardboard tickets, and a box of unused ones still hangs in the office.
        Leaves on the rail make the wheels slip in {season}, so sand is blown in front of the first axle.
        From the left window you see the weir, the mill and a field where herons stand in rows.
        The signal box was closed, but its levers were oiled and kept for visitors who want to pull them.
        A delay of more than a quarter of an hour is announced by a voice that sounds honestly sorry.
        When the last coach is full, cyclists wheel their bicycles back to the road and ride home laughing.
    """,
    "garden": """
        Compost in the shared garden of {place} is turned with forks on the first Sunday of each month.
        Kitchen scraps go in with torn cardboard, because wet and dry layers together heat up best.
        After {number} weeks the pile has sunk to half, and worms as red as brick work through what is left.
        Beans climb along strings, and below them grow pumpkins that shade the soil and keep it moist.
        A notebook on the shed door tells who watered, who weeded and who took home the ripe tomatoes.
        Slugs are gathered at dusk with a lamp and carried to the meadow on the other bank of the stream.
        Seeds are dried on plates, folded into paper and labelled with the year and the name of the giver.
        At the end of {season} the beds are covered with straw, and the tools are rubbed with linseed oil.
    """,
    "weather": """
        The weather station above {place} consists of a white box, a funnel and a pole with a turning cup.
        Someone climbs up at seven each morning, reads {number} instruments and writes the figures in pencil.
        Rain is measured in a glass with a narrow foot, so that even a light shower can be told from dew.
        Electric sensors were added later, but the pencil record goes on, since batteries fail in the frost.
        A long row of dry days shows in the book as a column of noughts, neat as a fence.
        Lightning struck the pole once, melted the cup and left a mark on the rock that visitors still touch.
        Pilots and farmers call before they start, and both trust the person more than the forecast.
        The lowest reading of all was taken in {season}, on a night so still that the smoke stood upright.
    """,
    "pottery": """
        In the pottery of {place} the clay rests for {number} months in a cellar before anyone touches it.
        It is beaten on the bench to drive out the air, since one bubble can burst a whole shelf of bowls.
        On the wheel the hands hardly move, and the wall of the pot rises between two wet fingers.
        Handles are pulled like icicles, hung over the edge of the table and fixed when both parts are firm.
        The glaze looks grey and dull in the bucket, and only the fire decides whether it turns blue.
        The kiln burns through the night, fed with split pine every ten minutes by whoever is still awake.
        It cools for two days, and opening the door too early has cost many potters a season of work.
        At the market in {season} the pots with small faults are sold first, because people like to find them.
    """,
}
GERMAN = """
    Der Laden an der Ecke von {place} öffnet um sechs Uhr, wenn die Straße noch leer ist und nach Regen riecht.
    Auf der Theke stehen {number} Gläser mit Bonbons, die der Besitzer noch immer mit einer kleinen Schaufel abwiegt.
    Wer etwas vergessen hat, darf es anschreiben lassen und bezahlt am Ende der Woche ohne ein Wort.
    Im Keller lagern Kartoffeln, Äpfel und Flaschen, und im Winter trägt der Sohn die Kisten zu den alten Leuten.
    Abends wird der Boden gefegt, das Licht gelöscht und die Tür mit einem großen Schlüssel zweimal abgeschlossen.
    An Feiertagen hängt ein Zettel am Fenster, auf dem in schöner Schrift steht, wann man wiederkommen soll.
    Die Katze schläft auf der Waage und lässt sich auch durch ungeduldige Kunden nicht davon vertreiben.
    Manche kommen nur, um zu erzählen, und gehen nach einer Stunde mit einer einzigen Zwiebel nach Hause.
"""
FRENCH = """
    La petite place de {place} se remplit le dimanche matin, quand les marchands posent leurs tables sous les arbres.
    On y trouve {number} sortes de fromage, des fleurs coupées et des livres que personne ne lit plus depuis longtemps.
    Le vieux facteur raconte toujours la même histoire, mais il change la fin selon la personne qui l'écoute.
    Les enfants courent autour de la fontaine et reviennent mouillés vers leurs parents qui font semblant de gronder.
    À midi les cloches sonnent, les tables se vident et l'odeur du poulet rôti descend lentement dans les rues.
    L'hiver, il ne reste que deux marchands, une bâche bleue et un chien qui garde la place pour le printemps.
    Celui qui arrive trop tard achète ce qui reste et découvre parfois que c'était justement le meilleur.
    Le soir, un accordéon joue derrière les volets, et les voisins ouvrent leurs fenêtres pour mieux entendre.
"""
SHORT = (
    "See the picture above.", "Opening hours: nine to five.", "Thanks, that helped a lot!", "Page not found.",
    "Read more", "Sold out until the end of the month.", "Comments are closed.", "Table 3: rainfall by month.",
    "Please sign in to go on reading this article.", "To be continued next week.", "No results for your search.",
    "Photo by a member of the club.",
)  # fmt: skip
PLACES = ("the old mill", "the north harbour", "our village", "the upper valley", "the market street", "the east gate")
SEASONS = ("spring", "summer", "autumn", "winter")
NUMBERS = ("three", "five", "seven", "nine", "eleven", "a dozen", "twenty")
EMOJI = ("\U0001f33b", "\U0001f35e", "\U0001f41d", "\U0001f6b2", "\U0001f30a", "\u2764\ufe0f", "\U0001f44d\U0001f3fd")
PEOPLE = ("anna.keller", "j.moreau", "press", "sam.okafor", "info", "lena")


def documents() -> list[dict[str, Any]]:
    """The rows: an id, a text and where it is said to come from."""
    rng = random.Random(SEED)
    english = [text for pool in ENGLISH.values() for text in _texts(pool, 8, rng)]
    rng.shuffle(english)
    dressed = [_dressed(text, number, rng) for number, text in enumerate(english)]
    others = _texts(GERMAN, 7, rng) + _texts(FRENCH, 7, rng)
    copies = [dressed[number] for number in rng.sample(range(30), 7)]
    alike = [_slightly_changed(dressed[number]) for number in rng.sample(range(40, 72), 8)]
    late = [*others, *SHORT, *copies, *alike]
    rng.shuffle(late)
    # Originals come first in their own order, so that what repeats is always the later row.
    texts = dressed[:50]
    for text in late[:10]:
        texts.insert(rng.randrange(35, len(texts)), text)
    texts += _mixed(dressed[50:], late[10:], rng)
    return [{"id": f"doc-{n:03}", "text": text, "source": f"site-{n % 5}"} for n, text in enumerate(texts, start=1)]


def _texts(pool: str, count: int, rng: random.Random) -> list[str]:
    sentences = [line.strip() for line in pool.strip().splitlines()]
    made = []
    for chosen in rng.sample([*combinations(range(len(sentences)), 5)], count):
        place, season, number = rng.choice(PLACES), rng.choice(SEASONS), rng.choice(NUMBERS)
        words = " ".join(sentences[n] for n in chosen)
        made.append(words.format(place=place, season=season, number=number))
    return made


def _dressed(text: str, number: int, rng: random.Random) -> str:
    """The text with what the web puts around it; which kind depends on its number."""
    sentences = text.replace(". ", ".\n").split("\n")
    match number % 9:
        case 0:
            return "<div class='post'>" + "".join(f"<p>{one}</p>" for one in sentences) + "</div>"
        case 2:
            return text.replace(
                ". ", f". More at https://example.com/notes/{rng.randrange(1000)} for those who like it. ", 1
            )
        case 4:
            return f"{rng.choice(EMOJI)} {sentences[0]} {' '.join(sentences[1:])} {rng.choice(EMOJI)}"
        case 6:
            phone = f"+44 20 7946 {rng.randrange(1000):04}"
            return f"{text} Write to {rng.choice(PEOPLE)}@example.org or call {phone} for the next date."
        case 7:
            return f"{sentences[0]} <a href='https://example.com/{number}'>Read on</a> <br/>{' '.join(sentences[1:])}"
    return text


def _slightly_changed(text: str) -> str:
    """The same text as another site would take it over."""
    return f"{text} Taken over with thanks."


def _mixed(first: list[str], second: list[str], rng: random.Random) -> list[str]:
    """Both lists in one, each in its own order."""
    left, right, mixed = list(first), list(second), []
    while left or right:
        mixed.append((left if rng.random() * (len(left) + len(right)) < len(left) else right).pop(0))
    return mixed


def main(path: str) -> None:
    """Write the sample."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in documents())
    Path(path).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
