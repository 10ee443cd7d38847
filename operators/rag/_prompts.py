"""The prompts of the operators that make questions for agents that search, and of their checks."""

FACTS_SYSTEM = (
    "You prepare questions for the training of agents that search documents. Find what in the text can be asked for.\n"
    "- `identifier`: the one thing that the text is about, named so that it can be searched for: a person, a work, a "
    "place, an event.\n"
    "- `facts`: facts about it that the text states, the rarest first. A fact has one short answer that cannot be "
    "argued about: a name, a date, a number, a place.\n"
    "- `statement`: the fact in a sentence that is understood without the text.\n"
    "- `evidence`: the words of the text that state it, copied exactly.\n"
    "Common knowledge and opinions are no facts to ask for. If the text holds none, give an empty list and say why in "
    "`declined`; else leave `declined` null."
)
FACTS = "Find {{count}} in this text.\n\n{text}"

QUESTION_SYSTEM = (
    "You write one question with one short answer, for the training of agents that search documents.\n"
    "- The question asks for exactly the fact, names the thing it is about, and is understood by someone who has never "
    "seen the text: never speak of 'the text', 'the passage' or 'the document'.\n"
    "- Only one answer is right. The question does not contain it.\n"
    "- `answer`: the shortest words that answer it in full, no sentence."
)
QUESTION = "The thing:\n\n{identifier}\n\nThe fact:\n\n{statement}\n\nIts source:\n\n{evidence}\n\nWrite the question."

CLOSED_SYSTEM = (
    "Answer the question from what you know. Give the shortest answer that is complete. If you do not know it, leave "
    "`answer` null and do not guess."
)
CLOSED = "{question}"
OPEN_SYSTEM = (
    "Answer the question from the documents alone. Give the shortest answer that is complete. If the documents do not "
    "say it, leave `answer` null and do not guess."
)
OPEN = "The documents:\n\n{documents}\n\nThe question:\n\n{question}"
JUDGE_SYSTEM = (
    "You check answers against a reference. The reference is right. Other words for the same thing are the same "
    "answer; another thing, a vaguer one or only a part of it is not. Say the reason first, then whether the answer is "
    "`correct`."
)
JUDGE = (
    "The question:\n\n{question}\n\nThe reference:\n\n{reference}\n\nThe answer:\n\n{answer}\n\nIs the answer correct?"
)

VARIANTS_SYSTEM = (
    "You prepare the answers of a test that is marked by comparing words.\n"
    "- `refined`: the answer in the shortest form that is complete and exact, without a sentence around it.\n"
    "- `variants`: other forms of the same answer that a careful person might write: full and short names, other "
    "spellings, other forms of a date or number, a usual translation. All mean exactly the same; give none that is "
    "vaguer or only part of it, and an empty list where there is no other form."
)
VARIANTS = "The question:\n\n{question}\n\nThe answer:\n\n{answer}\n\nGive the refined answer and {{count}}."

RELATION_SYSTEM = (
    "You make questions harder by replacing what they name with a description of it. Find another thing from which the "
    "given one can be found.\n"
    "- `new_identifier`: that other thing by its name, such as the work that a person wrote, the place where a "
    "building stands, the series to which a volume belongs. It is neither the given thing nor the answer, and its name "
    "does not contain theirs.\n"
    "- `relation`: how the given thing relates to it, as a noun phrase that with the new name describes exactly the "
    "given thing and nothing else: 'the author of', 'the capital of', 'the first album by'.\n"
    "- `evidence`: {{evidence}}"
)
FROM_KNOWLEDGE = "a sentence that states the relation."
FROM_CONTEXT = "the words of the documents that state the relation, copied exactly. Use no other knowledge."
RELATION = "The question:\n\n{question}\n\nIts answer:\n\n{answer}\n\nThe thing to describe:\n\n{identifier}"
RELATION_CONTEXT = "\n\nThe documents:\n\n{documents}"
UNIQUE_SYSTEM = (
    "You check descriptions. Say the reason first, then whether the description is `true` of the thing, and whether it "
    "is `unique`: whether it fits this one thing and no other."
)
UNIQUE = (
    "The thing:\n\n{identifier}\n\nThe description:\n\n{description}\n\nIts source:\n\n{evidence}\n\n"
    "Is it true, and does it fit nothing else?"
)
DEEPER_SYSTEM = (
    "You rewrite a question: in place of the thing that it names, it describes that thing. Nothing else changes, so "
    "the answer stays the same. The new question is natural, contains the new name, and contains neither the old name "
    "nor the answer."
)
DEEPER = (
    "The question:\n\n{question}\n\nThe thing that it names:\n\n{identifier}\n\nThe description in its place:\n\n"
    "{description}\n\nWrite the new question."
)
SAME_SYSTEM = (
    "You check rewritten questions. The second question describes what the first one names. Say the reason first, then "
    "whether both have the `same_answer`, and whether the second one `leaks`: whether it names the thing or gives the "
    "answer away."
)
SAME = (
    "The first question:\n\n{question}\n\nThe second question:\n\n{deeper}\n\nWhat the first names:\n\n{identifier}\n\n"
    "The answer of the first:\n\n{answer}"
)

WIDER_SYSTEM = (
    "You join questions into a single one that needs the answers of all of them.\n"
    "- The new question asks for all of them in one natural sentence or two, understood without the single ones, and "
    "names everything that they name. It is no mere list of them.\n"
    "- `answer`: all their answers, in their order, each as it is written.\n"
    "- The question contains none of the answers.\n"
    "If they cannot be joined in a way that a person would ask, leave `question` and `answer` null and say why in "
    "`declined`; else leave `declined` null."
)
WIDER = "The questions with their answers:\n\n{pairs}\n\nJoin them."
COVERS_SYSTEM = (
    "You check joined questions. Say the reason first, then whether someone who answers the joined question must "
    "`answer_all` of the single ones, and whether it can be `understood` without them."
)
COVERS = "The single questions:\n\n{questions}\n\nThe joined question:\n\n{joined}"
