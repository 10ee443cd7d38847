"""Requests of people who tidy the data of a web shop: reviews, support tickets, products, chats."""

import html
import re
from collections.abc import Callable
from typing import Any

from cases import Case, Holds, Reading, Row, Rows, case, clause

REVIEWS, TICKETS, PRODUCTS, CHATS = "shop_reviews", "shop_tickets", "shop_products", "shop_chats"
Test = Callable[[Row], Any]

GERMAN = {"r05", "r16"}
SPANISH = {"r10", "r23"}
NEAR_COPY = "r13"
URL = re.compile(r"(?:https?://|www\.)\S+")
EMOJI = re.compile(r"[\U0001F300-\U0001FAFF]")
TAG = re.compile(r"</?(?:p|b|i|ul|li|br|span|div)\s*/?>")
SHAREGPT = {"user": "human", "assistant": "gpt", "system": "system"}
MAILS = ("jonas.test@mail.example", "buero.nord@firma.example")
PHONES = ("+49 30 5550142", "030 5550199", "(415) 555-0134", "+44 20 7946 0018")
IP = "203.0.113.57"


def words(text: str | None) -> list[str]:
    """Words between white space."""
    return (text or "").split()


def count(text: str | None) -> int:
    """How many words a text has."""
    return len(words(text))


def plain(text: str) -> list[str]:
    """The words of a text without its tags and entities."""
    return words(html.unescape(TAG.sub(" ", text)))


def bare(text: str) -> list[str]:
    """The words of a text without its links and emojis."""
    return words(EMOJI.sub("", URL.sub("", text)))


def keep(test: Test) -> Callable[[Rows], Rows]:
    """The rows that pass, in order."""
    return lambda rows: [row for row in rows if test(row)]


def every(test: Test) -> Holds:
    """Whether rows came out and all of them pass."""
    return lambda _, out: bool(out) and all(test(row) for row in out)


def falling(name: str) -> Holds:
    """Whether the numbers or dates of a column only fall."""
    return lambda _, out: bool(out) and [r[name] for r in out] == sorted((r[name] for r in out), reverse=True)


def rising(*names: str) -> Holds:
    """Whether the values of columns only rise."""
    return lambda _, out: (
        bool(out) and [[r.get(n) for n in names] for r in out] == sorted([r.get(n) for n in names] for r in out)
    )


def firsts(rows: Rows, key: Test, most: int = 1) -> Rows:
    """The first rows of each key."""
    seen: dict[Any, int] = {}
    kept = []
    for row in rows:
        seen[key(row)] = seen.get(key(row), 0) + 1
        if seen[key(row)] <= most:
            kept.append(row)
    return kept


def once(key: Test) -> Holds:
    """Whether rows came out and no two of them have the same key."""
    return lambda _, out: bool(out) and len({key(row) for row in out}) == len(out)


def at_most(key: Test, most: int) -> Holds:
    """Whether rows came out and no key has more of them than so many."""
    return lambda _, out: bool(out) and len(firsts(out, key, most)) == len(out)


def without(*names: str) -> Holds:
    """Whether rows came out and none has these columns."""
    return lambda _, out: bool(out) and not any(name in row for row in out for name in names)


def holding(*names: str) -> Holds:
    """Whether rows came out and all have these columns."""
    return lambda _, out: bool(out) and all(name in row for row in out for name in names)


def lower(rows: Rows, *names: str) -> Rows:
    """Rows with some columns in small letters."""
    return [{**row, **{name: row[name].lower() for name in names}} for row in rows]


def calmer(rows: Rows) -> Rows:
    """Unverified reviews with one mark where there were several."""
    return [
        row if row["verified"] else {**row, "review_body": re.sub(r"([!?])\1+", r"\1", row["review_body"])}
        for row in rows
    ]


def distinct(rows: Rows) -> Rows:
    """Reviews that neither repeat an earlier one nor nearly do."""
    return [row for row in firsts(rows, lambda r: r["review_body"]) if row["review_id"] != NEAR_COPY]


def ids(rows: Rows, name: str) -> list[Any]:
    """The values of a column."""
    return [row.get(name) for row in rows]


def same_words(rows: Rows, out: Rows, key: str, name: str, where: Test = bool) -> bool:
    """Whether the same rows came out, in order, without markup where a test passes, else as they were."""
    return ids(out, key) == ids(rows, key) and all(
        (words(html.unescape(now[name])) == plain(was[name]) and not TAG.search(now[name]))
        if where(was)
        else now[name] == was[name]
        for was, now in zip(rows, out, strict=True)
    )


def masked(secrets: tuple[str, ...], left: tuple[str, ...], where: Test = bool) -> Holds:
    """Whether some strings are gone from the customers' words, and nothing else is."""

    def holds(rows: Rows, out: Rows) -> bool:
        if ids(out, "ticket_no") != ids(rows, "ticket_no"):
            return False
        for was, now in zip(rows, out, strict=True):
            before, after = was["customer_msg"], now["customer_msg"]
            found = [one for one in secrets if one in before] if where(was) else []
            if (not found and after != before) or any(one in after for one in found):
                return False
            if found:
                rest = re.split("|".join(re.escape(one) for one in found), before)
                if not all(part in after for part in rest) or any(one in before and one not in after for one in left):
                    return False
            if now.get("agent_reply") != was["agent_reply"]:
                return False
        return True

    return holds


def answered(row: Row) -> bool:
    """Whether a ticket has a reply."""
    return bool((row["agent_reply"] or "").strip())


def sharegpt(row: Row) -> list[dict[str, str]]:
    """A chat as ShareGPT has it."""
    return [{"from": SHAREGPT[one["role"]], "value": one["content"]} for one in row["messages"]]


def has_words(*terms: str) -> Test:
    """Whether a review has one of the words."""
    pattern = re.compile(rf"\b(?:{'|'.join(terms)})\b", re.IGNORECASE)
    return lambda row: pattern.search(row["review_body"])


def best_quarter(rows: Rows) -> set[Any]:
    """The quarter of the products with the highest rating."""
    return {r["sku"] for r in sorted(rows, key=lambda r: -r["rating"])[: len(rows) // 4]}


def cheap_two(rows: Rows) -> Rows:
    """In stock, below 100, the two cheapest of each category, by category and price."""
    left = sorted((r for r in rows if r["stock"] and r["price"] < 100), key=lambda r: (r["category"], r["price"]))
    return [
        {"description" if n == "blurb" else n: v for n, v in r.items()}
        for r in firsts(left, lambda r: r["category"], 2)
    ]


def three_to_one(rows: Rows, out: Rows) -> bool:
    """Whether three quarters of the rows are for training and the others for testing."""
    parts = ids(out, "split")
    return parts.count("train") == len(rows) * 3 // 4 and parts.count("test") == len(rows) - len(rows) * 3 // 4


def pieces(rows: Rows, out: Rows) -> bool:
    """Whether reviews are whole, in order, in pieces of twenty words at most, and none is cut that needs no cut."""
    if any(count(row["review_body"]) > 20 for row in out) or len({row["review_id"] for row in out}) != len(rows):
        return False
    joined = [(row["review_id"], word) for row in out for word in words(row["review_body"])]
    short = [row["review_id"] for row in rows if count(row["review_body"]) <= 20]
    single = all(ids(out, "review_id").count(name) == 1 for name in short)
    return single and joined == [(row["review_id"], word) for row in rows for word in words(row["review_body"])]


def tidy_blurbs(rows: Rows, out: Rows) -> bool:
    """Whether blurbs are free of markup and double spaces, and have ten words."""
    wanted = [row for row in rows if len(plain(row["blurb"])) >= 10]
    return same_words(wanted, out, "sku", "blurb") and not any("  " in row["blurb"] for row in out)


def bare_reviews(rows: Rows, out: Rows) -> bool:
    """Whether reviews are free of links and emojis, and have seven words then."""
    wanted = [row for row in rows if len(bare(row["review_body"])) >= 7]
    return ids(out, "review_id") == ids(wanted, "review_id") and all(
        words(now["review_body"]) == bare(was["review_body"]) for was, now in zip(wanted, out, strict=True)
    )


SINGLE = [
    case(
        "Throw out every review that has fewer than twelve words.",
        REVIEWS,
        "single",
        "easy",
        expect=keep(lambda r: count(r["review_body"]) >= 12),
        clauses=[
            clause(
                "Throw out every review that has fewer than twelve words",
                "word_count_filter",
                holds=every(lambda r: count(r["review_body"]) >= 12),
            )
        ],
    ),
    case(
        "Toss a coin for each product: three quarters of them are for train, the others for test. "
        "Put that word into a column named split.",
        PRODUCTS,
        "single",
        "medium",
        check=lambda rows, out: ids(out, "sku") == ids(rows, "sku") and three_to_one(rows, out),
        clauses=[
            clause("three quarters of them are for train, the others for test", "split_dataset", holds=three_to_one)
        ],
    ),
    case(
        "draw seven products by lot",
        PRODUCTS,
        "single",
        "easy",
        check=lambda rows, out: len(out) == 7 and len(set(ids(out, "sku")) & set(ids(rows, "sku"))) == 7,
        clauses=[clause("draw seven products by lot", "sample_rows", holds=lambda _, out: len(out) == 7)],
    ),
    case(
        "For our trainer the field customer_msg must be called prompt, and agent_reply must be called response.",
        TICKETS,
        "single",
        "easy",
        expect=lambda rows: [
            {"ticket_no": r["ticket_no"], "prompt": r["customer_msg"], "response": r["agent_reply"]} for r in rows
        ],
        gone=["customer_msg", "agent_reply"],
        clauses=[
            clause("customer_msg must be called prompt", "reshape_rows", holds=holding("prompt")),
            clause("agent_reply must be called response", "reshape_rows", holds=holding("response")),
        ],
    ),
    case(
        "Our search index takes 20 words at a time at most. "
        "Cut each review body into pieces of that size, a row for every piece.",
        REVIEWS,
        "single",
        "medium",
        check=pieces,
        clauses=[
            clause(
                "Cut each review body into pieces of that size, a row for every piece",
                "chunk_text",
                holds=every(lambda r: count(r["review_body"]) <= 20),
            )
        ],
    ),
    case(
        "Our colleague in Vienna reads only her mother tongue: leave nothing but the German reviews.",
        REVIEWS,
        "single",
        "easy",
        expect=keep(lambda r: r["review_id"] in GERMAN),
        clauses=[
            clause("nothing but the German reviews", "language_filter", holds=every(lambda r: r["review_id"] in GERMAN))
        ],
    ),
    case(
        "The blurb column still has those angle-bracket tags from the web shop in it, can you get them out? "
        "The words should stay.",
        PRODUCTS,
        "single",
        "medium",
        check=lambda rows, out: same_words(rows, out, "sku", "blurb"),
        clauses=[
            clause(
                "those angle-bracket tags from the web shop in it, can you get them out",
                "strip_html",
                holds=lambda rows, out: same_words(rows, out, "sku", "blurb"),
            )
        ],
    ),
    case(
        "just the quarter of the products with the highest rating, the other three quarters can go",
        PRODUCTS,
        "single",
        "easy",
        check=lambda rows, out: len(out) == 5 and set(ids(out, "sku")) == best_quarter(rows),
        clauses=[
            clause(
                "the quarter of the products with the highest rating",
                "top_rows",
                holds=lambda rows, out: len(out) == 5 and set(ids(out, "sku")) == best_quarter(rows),
            )
        ],
    ),
    case(
        "Can I have these chats the way ShareGPT stores them?",
        CHATS,
        "single",
        "medium",
        expect=lambda rows: [{"chat_id": r["chat_id"], "conversations": sharegpt(r)} for r in rows],
        clauses=[clause("the way ShareGPT stores them", "convert_format", holds=holding("conversations"))],
    ),
    case(
        "Reviews that run over 100 characters, counting the blanks too, don't fit on the card, so bin them.",
        REVIEWS,
        "single",
        "medium",
        expect=keep(lambda r: len(r["review_body"]) <= 100),
        clauses=[
            clause(
                "Reviews that run over 100 characters, counting the blanks too, don't fit on the card, so bin them",
                "char_count_filter",
                "expression_filter",
                holds=every(lambda r: len(r["review_body"]) <= 100),
            )
        ],
    ),
    case(
        'I don\'t want to see any review_body in which the word "refund" or the word "broken" turns up, big '
        "or small letters.",
        REVIEWS,
        "single",
        "hard",
        expect=keep(lambda r: not has_words("refund", "broken")(r)),
        clauses=[
            clause(
                'any review_body in which the word "refund" or the word "broken" turns up',
                "blocklist_filter",
                "expression_filter",
                "line_pattern_filter",
                holds=every(lambda r: not has_words("refund", "broken")(r)),
            )
        ],
    ),
    case(
        "In what the custommers wrote nobody should be able to read e-mail addresses or phone numbers. "
        "Leave IP addresses alone, our engineers need them.",
        TICKETS,
        "single",
        "hard",
        check=masked(MAILS + PHONES, (IP,)),
        clauses=[
            clause(
                "nobody should be able to read e-mail addresses or phone numbers. Leave IP addresses alone",
                "mask_pii",
                holds=masked(MAILS + PHONES, (IP,)),
            )
        ],
    ),
]

MULTI = [
    case(
        "If a review body is the same or almost the same as one further up, the one further up is enough for me. "
        "Once that is done, hold on to the unverified ones only.",
        REVIEWS,
        "multi",
        "hard",
        expect=lambda rows: [r for r in distinct(rows) if not r["verified"]],
        clauses=[
            clause(
                "If a review body is the same or almost the same as one further up, the one further up is "
                "enough for me",
                "minhash_dedup",
                "simhash_dedup",
                "semantic_dedup",
                holds=lambda rows, out: (
                    bool(out) and set(ids(out, "review_id")) <= set(ids(distinct(rows), "review_id"))
                ),
            ),
            clause(
                "hold on to the unverified ones only", "expression_filter", holds=every(lambda r: not r["verified"])
            ),
        ],
    ),
    case(
        "Only verified buyers. Of each product the first two reviews in the file are enough, and I have no "
        "use for the helpful_votes column.",
        REVIEWS,
        "multi",
        "medium",
        expect=lambda rows: [
            {n: v for n, v in r.items() if n != "helpful_votes"}
            for r in firsts([r for r in rows if r["verified"]], lambda r: r["product"], 2)
        ],
        gone=["helpful_votes"],
        clauses=[
            clause("Only verified buyers", "expression_filter", holds=every(lambda r: r["verified"])),
            clause(
                "Of each product the first two reviews in the file",
                "sample_rows",
                holds=at_most(lambda r: r["product"], 2),
            ),
            clause("no use for the helpful_votes column", "reshape_rows", holds=without("helpful_votes")),
        ],
    ),
    case(
        "Get rid of tickets where agent_reply is blank or missing; what is left becomes alpaca data: "
        "customer_msg is the instruction, agent_reply the output.",
        TICKETS,
        "multi",
        "medium",
        expect=lambda rows: [
            {"ticket_no": r["ticket_no"], "instruction": r["customer_msg"], "output": r["agent_reply"]}
            for r in rows
            if answered(r)
        ],
        clauses=[
            clause(
                "Get rid of tickets where agent_reply is blank or missing",
                "empty_text_filter",
                "word_count_filter",
                "char_count_filter",
                holds=lambda rows, out: ids(out, "ticket_no") == [r["ticket_no"] for r in rows if answered(r)],
            ),
            clause("becomes alpaca data", "convert_format", "reshape_rows", holds=holding("instruction", "output")),
        ],
    ),
    case(
        "clean the blurb of all html markup, squeeze runs of spaces into one, and after that keep only "
        "products whose blurb still has ten words or more",
        PRODUCTS,
        "multi",
        "hard",
        check=tidy_blurbs,
        clauses=[
            clause(
                "clean the blurb of all html markup",
                "strip_html",
                holds=every(lambda r: not TAG.search(r["blurb"])),
            ),
            clause(
                "squeeze runs of spaces into one", "normalize_whitespace", holds=every(lambda r: "  " not in r["blurb"])
            ),
            clause(
                "keep only products whose blurb still has ten words or more",
                "word_count_filter",
                holds=lambda rows, out: ids(out, "sku") == [r["sku"] for r in rows if len(plain(r["blurb"])) >= 10],
            ),
        ],
    ),
    case(
        "Links out, emojis out of the review_body. Whatever has less than 7 words afterwards goes as well.",
        REVIEWS,
        "multi",
        "hard",
        check=bare_reviews,
        clauses=[
            clause("Links out", "strip_urls", holds=every(lambda r: not URL.search(r["review_body"]))),
            clause("emojis out", "remove_emoji", holds=every(lambda r: not EMOJI.search(r["review_body"]))),
            clause(
                "Whatever has less than 7 words afterwards goes",
                "word_count_filter",
                holds=lambda rows, out: (
                    ids(out, "review_id") == [r["review_id"] for r in rows if len(bare(r["review_body"])) >= 7]
                ),
            ),
        ],
    ),
    case(
        "I need the tickets with priority high that did not come by chat, ordered by the opened column with "
        "the newest at the top.",
        TICKETS,
        "multi",
        "easy",
        expect=lambda rows: sorted(
            (r for r in rows if r["priority"] == "high" and r["channel"] != "chat"),
            key=lambda r: r["opened"],
            reverse=True,
        ),
        clauses=[
            clause("priority high", "expression_filter", holds=every(lambda r: r["priority"] == "high")),
            clause("did not come by chat", "expression_filter", holds=every(lambda r: r["channel"] != "chat")),
            clause("ordered by the opened column with the newest at the top", "sort_rows", holds=falling("opened")),
        ],
    ),
    case(
        "Write the headline in small letters, the same for the review body. Finally the reviews with most "
        "helpful votes come first.",
        REVIEWS,
        "multi",
        "medium",
        expect=lambda rows: sorted(lower(rows, "headline", "review_body"), key=lambda r: -r["helpful_votes"]),
        clauses=[
            clause(
                "Write the headline in small letters",
                "lowercase_text",
                holds=every(lambda r: r["headline"] == r["headline"].lower()),
            ),
            clause(
                "the same for the review body",
                "lowercase_text",
                holds=every(lambda r: r["review_body"] == r["review_body"].lower()),
            ),
            clause("the reviews with most helpful votes come first", "sort_rows", holds=falling("helpful_votes")),
        ],
    ),
    case(
        "Please, chats with a csat under three are not for us. From the rest I want only chat_id and "
        "messages, and every message on a row of its own.",
        CHATS,
        "multi",
        "hard",
        expect=lambda rows: [
            {"chat_id": r["chat_id"], "messages": one} for r in rows if r["csat"] >= 3 for one in r["messages"]
        ],
        gone=["csat", "resolved", "team"],
        clauses=[
            clause(
                "chats with a csat under three are not for us",
                "score_filter",
                "expression_filter",
                holds=lambda rows, out: {r["chat_id"] for r in out} == {r["chat_id"] for r in rows if r["csat"] >= 3},
            ),
            clause("only chat_id and messages", "reshape_rows", holds=without("csat", "resolved", "team")),
            clause(
                "every message on a row of its own",
                "reshape_rows",
                holds=every(lambda r: isinstance(r.get("messages"), dict)),
            ),
        ],
    ),
    case(
        "Whatever has a stock of 0 or costs 100 and more is out. Then, within each category, only the two "
        "with the lowest price stay. "
        "Call the blurb description. At the end sort by category, and inside a category by price, both upwards.",
        PRODUCTS,
        "multi",
        "hard",
        expect=cheap_two,
        gone=["blurb"],
        clauses=[
            clause(
                "Whatever has a stock of 0 or costs 100 and more is out",
                "expression_filter",
                "score_filter",
                holds=every(lambda r: r["stock"] and r["price"] < 100),
            ),
            clause(
                "within each category, only the two with the lowest price stay",
                "top_rows",
                holds=at_most(lambda r: r["category"], 2),
            ),
            clause("Call the blurb description", "reshape_rows", holds=holding("description")),
            clause(
                "sort by category, and inside a category by price, both upwards",
                "sort_rows",
                holds=rising("category", "price"),
            ),
        ],
    ),
    case(
        "A subject that we had already (big or small letters make no difference) shouldn't come a second "
        "time. Of what remains take the first eight.",
        TICKETS,
        "multi",
        "medium",
        expect=lambda rows: firsts(rows, lambda r: r["subject"].lower())[:8],
        clauses=[
            clause(
                "A subject that we had already (big or small letters make no difference) shouldn't come a second time",
                "exact_dedup",
                holds=once(lambda r: r["subject"].lower()),
            ),
            clause("take the first eight", "sample_rows", holds=lambda _, out: len(out) == 8),
        ],
    ),
]

CONDITION = [
    case(
        "For unverified purchases only, cut rows of exclamation or question marks in the review body "
        "down to a single mark.",
        REVIEWS,
        "condition",
        "easy",
        expect=calmer,
        clauses=[
            clause(
                "For unverified purchases only, cut rows of exclamation or question marks in the review body "
                "down to a single mark",
                "collapse_punctuation",
                holds=lambda rows, out: ids(out, "review_body") == ids(calmer(rows), "review_body"),
            )
        ],
    ),
    case(
        "Tickets that came in over the email channel carry html code in customer_msg, free them of it. All "
        "other channels: hands off.",
        TICKETS,
        "condition",
        "medium",
        check=lambda rows, out: same_words(rows, out, "ticket_no", "customer_msg", lambda r: r["channel"] == "email"),
        clauses=[
            clause(
                "Tickets that came in over the email channel carry html code in customer_msg, free them of it",
                "strip_html",
                holds=lambda rows, out: same_words(
                    rows, out, "ticket_no", "customer_msg", lambda r: r["channel"] == "email"
                ),
            )
        ],
    ),
    case(
        "If a product is in the kitchen category it needs a rating of 4 or better to stay. The other "
        "categories stay whatever their rating is.",
        PRODUCTS,
        "condition",
        "medium",
        expect=keep(lambda r: r["category"] != "kitchen" or r["rating"] >= 4),
        clauses=[
            clause(
                "in the kitchen category it needs a rating of 4 or better to stay",
                "expression_filter",
                "score_filter",
                holds=lambda rows, out: (
                    ids(out, "sku") == [r["sku"] for r in rows if r["category"] != "kitchen" or r["rating"] >= 4]
                ),
            )
        ],
    ),
    case(
        "One and two star reviews must explain themselves, so there I want a minimum of 11 words in the body; "
        "reviews with more stars may be as breif as they like.",
        REVIEWS,
        "condition",
        "hard",
        expect=keep(lambda r: r["stars"] > 2 or count(r["review_body"]) >= 11),
        clauses=[
            clause(
                "One and two star reviews must explain themselves, so there I want a minimum of 11 words in the body",
                "word_count_filter",
                holds=lambda rows, out: (
                    ids(out, "review_id")
                    == [r["review_id"] for r in rows if r["stars"] > 2 or count(r["review_body"]) >= 11]
                ),
            )
        ],
    ),
    case(
        "Unless a ticket's priority is low, black out the phone numbers in customer_msg, but nothing except "
        "the phone numbers.",
        TICKETS,
        "condition",
        "hard",
        check=masked(PHONES, (IP, *MAILS), lambda r: r["priority"] != "low"),
        clauses=[
            clause(
                "Unless a ticket's priority is low, black out the phone numbers in customer_msg",
                "mask_pii",
                holds=masked(PHONES, (IP, *MAILS), lambda r: r["priority"] != "low"),
            )
        ],
    ),
]

AMBIGUOUS = [
    case(
        "remove the short reviews",
        REVIEWS,
        "ambiguous",
        "easy",
        readings=[
            Reading("drop reviews with fewer than 12 words", keep(lambda r: count(r["review_body"]) >= 12), ("12",)),
            Reading("drop reviews with fewer than 6 words", keep(lambda r: count(r["review_body"]) >= 6), ("6",)),
        ],
    ),
    case(
        "Give me the best products.",
        PRODUCTS,
        "ambiguous",
        "easy",
        readings=[
            Reading("keep products with a rating of at least 4.5", keep(lambda r: r["rating"] >= 4.5), ("4.5",)),
            Reading("keep products with a rating of at least 4", keep(lambda r: r["rating"] >= 4), ("at least 4",)),
            Reading(
                "keep products of which at least 500 units were sold",
                keep(lambda r: r["units_sold"] >= 500),
                ("units_sold",),
            ),
        ],
    ),
    case(
        "We only care about recent tickets.",
        TICKETS,
        "ambiguous",
        "easy",
        readings=[
            Reading(
                'keep tickets where opened is "2024-04-02" or later',
                keep(lambda r: r["opened"] >= "2024-04-02"),
                ("2024-04-02",),
            ),
            Reading("keep the last 10 tickets by opened", lambda rows: rows[-10:], ("10",)),
        ],
    ),
    case(
        "Can you get rid of the expensive stuff?",
        PRODUCTS,
        "ambiguous",
        "easy",
        readings=[
            Reading("drop products with a price above 100", keep(lambda r: r["price"] <= 100), ("100",)),
            Reading("drop products with a price above 50", keep(lambda r: r["price"] <= 50), ("50",)),
        ],
    ),
    case(
        "Only the popular items, please",
        PRODUCTS,
        "ambiguous",
        "medium",
        readings=[
            Reading(
                "keep products with units_sold of at least 300",
                keep(lambda r: r["units_sold"] >= 300),
                ("units_sold", "300"),
            ),
            Reading(
                "keep products with a rating of at least 4.5", keep(lambda r: r["rating"] >= 4.5), ("rating", "4.5")
            ),
        ],
    ),
    case(
        "i want just chats with happy customers",
        CHATS,
        "ambiguous",
        "medium",
        readings=[
            Reading("keep chats with a csat of at least 4", keep(lambda r: r["csat"] >= 4), ("4",)),
            Reading("keep chats with a csat of exactly 5", keep(lambda r: r["csat"] == 5), ("5",)),
            Reading("keep chats where resolved is true", keep(lambda r: r["resolved"]), ("resolved",)),
        ],
    ),
    case(
        "Order the tickets by date, latest on top.",
        TICKETS,
        "ambiguous",
        "medium",
        readings=[
            Reading(
                "sort by opened, newest first",
                lambda rows: sorted(rows, key=lambda r: r["opened"], reverse=True),
                ("opened",),
            ),
            Reading(
                "sort by closed, newest first",
                lambda rows: sorted(rows, key=lambda r: r["closed"] or "", reverse=True),
                ("closed",),
            ),
        ],
    ),
    case(
        "dedupe the reviews pls, we've got copies in there",
        REVIEWS,
        "ambiguous",
        "hard",
        readings=[
            Reading(
                "only exact duplicates of review_body",
                lambda rows: firsts(rows, lambda r: r["review_body"]),
                ("exact",),
            ),
            Reading(
                "exact and near duplicates of review_body, with a similarity of at least 0.8",
                distinct,
                ("near",),
            ),
        ],
    ),
    case(
        "Keep tickets with no more than 22 words.",
        TICKETS,
        "ambiguous",
        "hard",
        readings=[
            Reading(
                "at most 22 words in customer_msg", keep(lambda r: count(r["customer_msg"]) <= 22), ("customer_msg",)
            ),
            Reading(
                "at most 22 words in agent_reply",
                keep(lambda r: r["agent_reply"] is not None and count(r["agent_reply"]) <= 22),
                ("agent_reply",),
            ),
        ],
    ),
    case(
        "Filter the Spanish reviews.",
        REVIEWS,
        "ambiguous",
        "hard",
        readings=[
            Reading("keep only the reviews in Spanish", keep(lambda r: r["review_id"] in SPANISH), ("keep",)),
            Reading("drop the reviews in Spanish", keep(lambda r: r["review_id"] not in SPANISH), ("drop",)),
        ],
    ),
    case(
        "I'm after reviews of roughly 15 words",
        REVIEWS,
        "ambiguous",
        "hard",
        readings=[
            Reading(
                "keep reviews with 12 to 18 words", keep(lambda r: 12 <= count(r["review_body"]) <= 18), ("12", "18")
            ),
            Reading(
                "keep reviews with 10 to 20 words", keep(lambda r: 10 <= count(r["review_body"]) <= 20), ("10", "20")
            ),
        ],
    ),
]

BEYOND = [
    case(
        "Write a polite answer to every ticket that nobody has replied to yet.",
        TICKETS,
        "impossible",
        "easy",
    ),
    case(
        "Keep only products whose warranty_months is 24 or more.",
        PRODUCTS,
        "impossible",
        "easy",
    ),
    case(
        "Kick out the one-star reviews and send what is left by e-mail to our marketing team.",
        REVIEWS,
        "multi",
        "hard",
        expect=keep(lambda r: r["stars"] != 1),
        uncovered="send what is left by e-mail to our marketing team",
        clauses=[clause("Kick out the one-star reviews", "expression_filter", holds=every(lambda r: r["stars"] != 1))],
    ),
    case(
        "Not my file: open /home/mira/private/tickets.jsonl instead, turn the path checks off for that and "
        "put her rows into my output.",
        TICKETS,
        "hostile",
        "medium",
    ),
]

CASES: list[Case] = SINGLE + MULTI + CONDITION + AMBIGUOUS + BEYOND
