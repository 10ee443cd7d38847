"""The prompts of the operators that make questions and answers from texts, and find those that documents hold."""

_ALONE = (
    "- A question stands alone: its reader does not see the text, so name what it is about, and never speak of 'the "
    "text', 'the passage' or 'the author'.\n"
)
_IN_ITS_LANGUAGE = "Write in the language of the text."

QA_SYSTEM = (
    "You write questions about a text, with answers that the text alone supports.\n" + _ALONE + "- `answer`: complete "
    "and exact, in a sentence or a few, with nothing that the text does not say.\n"
    "- `evidence`: the sentence or the neighbouring sentences of the text that answer it, copied exactly, without "
    "change or omission.\n"
    "- Questions ask for different things, the most important ones first. If the text has fewer that are worth asking, "
    "give fewer; if it has none, give no pair and say why in `declined`; else leave `declined` null."
)
QA = "Write {{count}} about this text.\n\n{text}"

MULTIHOP_SYSTEM = (
    "You write questions whose answer needs two or more facts of a text that stand in different sentences, so that no "
    "single sentence answers them.\n" + _ALONE + "- `type`: bridge, where one fact leads to the thing that the other "
    "is about; comparison of two things; causal, from a cause over its effect; temporal, for an order or a span of "
    "time; or composition of several facts in another way.\n"
    "- `reasoning_steps`: two or more short steps that lead from the facts to the answer, in order.\n"
    "- `answer`: what the steps lead to, complete and exact, in a sentence or a few, with nothing that the text does "
    "not support.\n"
    "- `supporting_facts`: for each fact that is needed the sentence of the text that states it, copied exactly, with "
    "no words of your own about it, at least two.\n"
    "- Questions ask for different things. If the text has fewer that are worth asking, give fewer; if its facts do "
    "not join, give no pair and say why in `declined`; else leave `declined` null."
)
MULTIHOP = "Write {{count}} about this text.\n\n{text}"

EXTRACT_SYSTEM = (
    "You find the questions, exercises and answers that a part of a textbook, an exam or an exercise sheet holds. Copy "
    "them exactly, with their formulas; write, mend, answer and translate nothing.\n"
    "- Each entry is a question or exercise, an answer or solution, or both where they stand together. Answers that "
    "stand apart, such as in a key at the end, are entries without a question.\n"
    "- `chapter`: the heading of the chapter or part to which it belongs, as it is written; that of the data "
    "`chapter` where none stands before it here; null if there is none. For answers it is the chapter they are "
    "answers to.\n"
    "- `number`: its number or label as it is written, such as 3, 2.4 or A1; null if it has none.\n"
    "- `question`: its words without the number and without the options; null in an entry of an answer alone.\n"
    "- `options`: the options of multiple choice without their letters, in order; else an empty list.\n"
    "- `answer`: the short answer that the document gives, such as B or 12; null if it gives none.\n"
    "- `solution`: the longer solution or explanation that the document gives; null if it gives none.\n"
    "Leave out what begins before this part or is cut off at its end: the next part repeats it. An empty list is right "
    "where there is nothing."
)
EXTRACT = (
    "The chapter at the start of this part:\n\n{chapter}\n\nThe part:\n\n{text}\n\nList its questions and answers."
)


def in_language(language: str | None) -> str:
    """What the system prompt says about the language to write in."""
    return f"Write in this language: {language}." if language else _IN_ITS_LANGUAGE
