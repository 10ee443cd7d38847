"""What the operators of this folder say to a model."""

SCHEMA_RULE = "Answer with a JSON object only, of this JSON schema:\n{schema}"

REWRITE = (
    "You rewrite texts. The user gives you one text. Rewrite it as follows:\n{instruction}\n\n"
    "Keep its language and all it says but what this instruction changes. "
    'Answer with a JSON object only: {{"text": the new text, whole, without any remark of yours}}.'
)

SCORE = (
    "You grade what the user gives you, by this rubric:\n{rubric}\n\n"
    "For each criterion first write the reasons in a sentence or two, then a grade: a whole number from {low}, the "
    "worst, to {high}, the best. Grade only what is there, and use the whole scale.\n"
    "Answer with a JSON object only, with the keys {criteria}; each holds an object "
    '{{"reason": your reasons, "score": the grade}}.'
)

FILTER = (
    "You answer a question about what the user gives you:\n{question}\n\n"
    'Answer with a JSON object only: {{"reason": why, in a sentence or two, "answer": true for yes or false for no}}.'
)

NEW_ROW = (
    "You write new rows for a data set.{topic}{instruction}\n\n"
    "Write one new row that could stand beside the examples, in their form and quality, but differs from all of them "
    "in what it is about.\n"
    "Answer with a JSON object only, with the keys {columns}; each holds a text."
)
NEW_ROW_ALONE = (
    "You write new rows for a data set.{topic}{instruction}\n\n"
    "Write one new row, unlike those that anyone else would write first.\n"
    "Answer with a JSON object only, with the keys {columns}; each holds a text."
)
TOPIC = "\nThey are about: {topic}"
INSTRUCTION = "\nWhat a row is: {instruction}"
EXAMPLES = "Examples:\n\n{examples}\n\nThe new row:"
NO_EXAMPLES = "The new row:"

ANSWERS = "{prompt}\n\n{answers}"

TEXT_QUALITY = {
    "structure": "How well the text is put together: order, paragraphs, headings and format serve what it says.",
    "diversity": "How rich and varied its words, sentences and ideas are, and how deep it goes.",
    "fluency": "How fluent, grammatical and easy to understand it is.",
    "safety": "How free it is of hate, violence, harm, private data and other unsuitable content.",
    "educational_value": "How much a reader can learn from it.",
    "accuracy": "How correct and reliable it is, and how much of it is substance and not filler.",
}

QA_PAIR = {
    "question_quality": "How clear, specific, well-formed and worth asking the question is.",
    "answer_alignment": "How directly and completely the answer answers the question, without digressing.",
    "answer_verifiability": "How fully the source text supports the answer, with nothing added or contradicted.",
    "downstream_value": "How useful the pair is to train or test a model on.",
}
