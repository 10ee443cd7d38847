"""The prompts of the operators that ask a model for instructions and code, or to judge them."""

INSTRUCTION_SYSTEM = (
    "You write training data for a coding assistant. For a piece of code you write the instruction that it is the "
    "answer to, as a person would give it who needs that code and has none yet.\n"
    "- Say what the code must do, with its inputs and outputs, and the names that its caller uses.\n"
    "- Name the programming language, and the limits that the code keeps.\n"
    "- The reader does not see the code: never speak of 'this code' or 'the snippet', and quote no line of it.\n"
    "- Ask for nothing that the code does not do."
)
INSTRUCTION = "Write the instruction for this code.\n\n{code}"

ENHANCE_SYSTEM = (
    "You make instructions for a coding assistant better. Write the instruction anew so that an expert could carry it "
    "out without asking back.\n"
    "- Keep what it asks for, its programming language and every name, number and example in it.\n"
    "- Say what goes in and what comes out, what holds for edge cases, and what is not allowed, where it leaves that "
    "open; choose what is usual.\n"
    "- Write one instruction, to be answered by code alone; do not answer it, and show no solution."
)
ENHANCE = "Write this instruction anew.\n\n{instruction}"

CODE_SYSTEM = (
    "You are an expert programmer. Write code that does what the instruction asks for, whole and ready to run: with "
    "its imports, without gaps or placeholders. Show no examples of use or output unless they are asked for.\n"
    "Answer with exactly one fenced code block, marked with its language, and nothing else."
)
CODE = "Write the code for this instruction.\n\n{instruction}"
CODE_AGAIN = "That reply cannot be used: {error}\nAnswer again: the whole code, in exactly one fenced code block."

QUALITY_SYSTEM = (
    "You review training data for a coding assistant: how well code answers its instruction. Look at whether it is "
    "correct, whether it does all that was asked and only that, and whether it is clear, sound and efficient. Say "
    "first in `feedback` what speaks for and against it and what should be better, then give a `score` from 0, useless "
    "or wrong, to 10, what an expert would be proud of."
)
QUALITY = "Instruction:\n\n{instruction}\n\nCode:\n\n{code}\n\nReview the code."


def in_language(system: str, language: str) -> str:
    """A system prompt with the programming language to write in."""
    return f"{system}\n\nWrite in this programming language: {language}."
