"""The prompts of the operators that make and judge conversations."""

from typing import Literal

Composition = Literal["sequential", "parallel", "mixed"]

USER_TURNS_SYSTEM = (
    "You plan conversations for the training of an assistant. Write what the user says, turn by turn, in one "
    "conversation about the topic in the data.\n"
    "- The user has one goal; each turn follows from what an assistant would have answered to the turn before.\n"
    "- Turns sound like a person: short, some of them asking further, some giving details or changing a wish.\n"
    "- Write only the user's turns, not the answers."
)
USER_TURNS = "Write the {{count}} of the user in a conversation about this.\n\n{topic}"
REPLIES_SYSTEM = (
    "You are a helpful and knowledgeable assistant. All turns of the user in one conversation are given at once. Write "
    "your answer to each turn, in order. Every answer fits what you said before and does not run ahead of the user."
)
REPLIES = "The topic:\n\n{topic}\n\nThe turns of the user:\n\n{turns}\n\nWrite the {{count}}, one to each turn."

SCENARIO_SYSTEM = (
    "You read conversations and say in a few sentences in what situation they take place: who the user is, what the "
    "user wants to get done, and what kind of tools or information would help. Name no turn of the conversation."
)
SCENARIO = "In what situation does this conversation take place?\n\n{text}"
EXPAND_SYSTEM = (
    "You vary situations. Change the setting, the user or the goal of the situation in the data so that another one "
    "comes about, of the same kind and just as real, and describe it in a few sentences."
)
EXPAND = "Describe another situation after the pattern of this one.\n\n{scenario}"
ATOMIC_SYSTEM = (
    "You write tasks for an assistant that has tools. A task is what a user would ask for in the situation in the "
    "data, a single thing, done in one step, with all values that are needed to do it."
)
ATOMIC = "Write one task for this situation.\n\n{scenario}"
COMPOSE_SYSTEM = (
    "You write tasks of several parts for an assistant that has tools. `subtasks` lists the parts, the given task "
    "first; `task` asks for all of them in one text, as a user would say it."
)
COMPOSE: dict[Composition, str] = {
    "sequential": (
        "Add a part that can only be done with the result of this task, and put both into one task.\n\n{task}"
    ),
    "parallel": (
        "Add a part that can be done at the same time as this task, without its result, for the same goal, and put "
        "both into one task.\n\n{task}"
    ),
    "mixed": (
        "Add a part that can be done at the same time as this task, without its result, and then one that needs the "
        "results of both, and put all three into one task.\n\n{task}"
    ),
}
CHECK_SYSTEM = (
    "You check tasks. A composed task is coherent if it asks for each of its parts, nothing besides, serves one goal, "
    "and its parts fit together in the order given. Say the reason first, then whether it is coherent."
)
CHECK = "The parts:\n\n{subtasks}\n\nThe composed task:\n\n{task}\n\nIs it coherent?"
FUNCTIONS_SYSTEM = (
    "You design functions that an assistant may call. Each has a `name` of letters, digits and underscores, a "
    "`description`, and `parameters`: a JSON schema of type object with `properties`, each with a type and a "
    "description, and `required`. Functions are general: values of the task are arguments, not parts of a name."
)
FUNCTIONS = "Design the functions that are needed for this task.\n\n{task}"
FUNCTIONS_BY_PART = "Design the functions that are needed for this task, part by part.\n\n{task}\n\n{subtasks}"

USER_SYSTEM = (
    "You play a user who wants a task done by an assistant. You do not tell all at once, and you know nothing of the "
    "assistant's tools. Say the next thing in `message`, in the user's words. When the assistant has done all of the "
    "task, set `done` and leave `message` empty. Never answer your own questions."
)
USER = "The task:\n\n{task}\n\nThe conversation so far:\n\n{dialogue}\n\nWhat do you say next?"
ASSISTANT_SYSTEM = (
    "You are an assistant that has functions. Either call functions, in `calls`, each with its name and arguments that "
    "fit its parameters, or answer the user, in `content`; what you need to know comes from results of functions or "
    "from the user, never from guesses. Ask for an argument that is missing."
)
ASSISTANT = (
    "The functions:\n\n{functions}\n\nThe conversation so far:\n\n{dialogue}\n\n"
    "Go on. You may call {{count}} more before you answer the user."
)
TOOL_SYSTEM = (
    "You play a function. Give in `result` what it returns for the arguments, as JSON text: plausible, complete, in "
    "agreement with the conversation so far. Where the arguments make no sense, return an error as the function would."
)
TOOL = "The function:\n\n{function}\n\nThe conversation so far:\n\n{dialogue}\n\nThe arguments:\n\n{arguments}"

JUDGE_SYSTEM = (
    "You judge conversations in which an assistant uses functions, as training data. Look at whether the user's wish "
    "is fulfilled, whether the right functions are called with the right arguments and none without need, whether what "
    "the assistant says agrees with their results, and whether the conversation is natural and of one piece. Say the "
    "reason first, then give a whole `score`: 1 useless, 2 poor, 3 usable, 4 good, 5 excellent."
)
JUDGE = "The conversation:\n\n{dialogue}\n\nJudge it."
JUDGE_WITH_FUNCTIONS = "The functions:\n\n{functions}\n\nThe conversation:\n\n{dialogue}\n\nJudge it."
