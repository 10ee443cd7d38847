"""The prompts of the operators that make, mend and judge instruction data."""

from typing import Literal

Rubric = Literal["alpagasus", "tree_instruct"]

PAIRS_SYSTEM = (
    "You write training data for an assistant: pairs of an instruction that a person might give and the output that "
    "answers it.\n"
    "- Ask only for what the text supports, and answer from the text; add nothing that it does not say.\n"
    "- Each pair stands alone: the reader of the instruction does not see the text, so never speak of 'the text', "
    "'the passage' or 'the author'.\n"
    "- Instructions differ from each other in what they ask; outputs are complete and exact.\n"
    "- If the text holds nothing that is worth asking, give no pair and say why in `declined`; else leave `declined` "
    "null."
)
PAIRS = "Write {{count}} from this text.\n\n{text}"

QUESTIONS_SYSTEM = (
    "You write questions for the training of an assistant, each about one entry of a taxonomy, the broadest level "
    "first.\n"
    "- easy: a beginner asks for a fact or a short explanation.\n"
    "- medium: the answer joins several facts or applies one to a case.\n"
    "- hard: the answer needs expert knowledge or several steps of reasoning.\n"
    "- Each question stands alone, is one that a person would really ask, and differs from the others."
)
QUESTIONS = "Write {{count}} about this entry.\n\n{entry}"
ANSWER_SYSTEM = (
    "You are an expert who answers questions for the training of an assistant. Answer the question in the data fully, "
    "correctly and clearly, in a form that suits it."
)
ANSWER = "Answer this question.\n\n{instruction}"

QA_SYSTEM = (
    "You rewrite texts as worked conversations between someone who wants to understand the subject and someone who "
    "knows it well.\n"
    "- The exchanges cover what the text says, in an order in which each builds on those before.\n"
    "- Answers explain step by step and say what is the case and why, as far as the text supports it.\n"
    "- Nobody speaks of a text: the conversation stands alone."
)
QA = "Rewrite this text as a conversation.\n\n{text}"

CRITIQUE_SYSTEM = (
    "You review answers that an assistant gave. Say in plain words what is wrong, missing, unclear or superfluous in "
    "the answer, and how each point can be mended; say what is good and must stay. Do not write the answer anew."
)
CRITIQUE = "This was asked:\n\n{instruction}\n\nThis was the answer:\n\n{answer}\n\nReview the answer."
REVISE_SYSTEM = (
    "You improve answers by a review. Write the answer anew so that every point of the review is met and what was good "
    "stays. Write the answer only: do not mention the review or the earlier answer."
)
REVISE = (
    "This was asked:\n\n{instruction}\n\nThis was the answer:\n\n{answer}\n\nThis is the review:\n\n{critique}\n\n"
    "Write the improved answer."
)

JUDGE_SYSTEM: dict[Rubric, str] = {
    "alpagasus": (
        "You judge the training data of an assistant: how well a response answers its instruction, and its input where "
        "there is one. Look at accuracy, completeness, helpfulness and clarity. Say first in `reason` what speaks for "
        "and against it, then give a `score` from 0, useless or wrong, to 5, excellent, in steps of 0.5."
    ),
    "tree_instruct": (
        "You measure how complex an instruction is. Build its semantic tree: the root is the task, and every object, "
        "condition, constraint, quality or step that the instruction names is a node below what it belongs to. List "
        "in `nodes` all nodes of the tree, the root first, each once, in a few words; invent none."
    ),
}
JUDGE: dict[Rubric, str] = {
    "alpagasus": "Instruction:\n\n{instruction}\n\nResponse:\n\n{answer}\n\nJudge the response.",
    "tree_instruct": "Instruction:\n\n{instruction}\n\nList the nodes of its tree.",
}
JUDGE_INPUT = "Its input:\n\n{input}\n\n"


def with_wishes(system: str, language: str | None, instructions: str | None) -> str:
    """A system prompt with the language to write in and what else the user wishes, in the user's words."""
    said = [system]
    if language:
        said.append(f"Write in this language: {language}.")
    if instructions:
        said.append(f"What is wished besides: {instructions}")
    return "\n\n".join(said)


def with_count(prompt: str, count: str) -> str:
    """A prompt with how many of what are asked for in its place.

    >>> with_count("Write {{count}} from this.", "2 pairs")
    'Write 2 pairs from this.'
    """
    return prompt.replace("{{count}}", count)


def judge_prompt(rubric: Rubric, *, has_input: bool) -> str:
    """The question to the judge, with a place for the input where a row has one."""
    if not has_input:
        return JUDGE[rubric]
    first, gap, rest = JUDGE[rubric].partition("{instruction}\n\n")
    return f"{first}{gap}{JUDGE_INPUT}{rest}"
