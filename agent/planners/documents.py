"""Plans over documents: their texts are what requests are about, so a plan begins by reading them."""

from typing import Final

from ...operators.core.registry import all_operators
from ...pipelines.workflow import Step, free_id
from ...tools.profile import ColumnProfile, Profile
from ..state import Draft

READER: Final = "document_to_markdown"
BYTES, MEDIA_TYPE, TEXT = "bytes", "media_type", "text"
_REASON: Final = "Documents are read first, since all else is about their text."
_USUAL_CHARS: Final = 10_000.0
"""What the text of a document is taken to be long before it is read: longer than its name and its title."""


def holds_documents(profile: Profile) -> bool:
    """Whether rows are documents as they lie on disk, not yet read."""
    return BYTES in profile.schema and MEDIA_TYPE in profile.schema and profile.schema[BYTES].dtype == "bytes"


def as_read(profile: Profile) -> Profile:
    """The profile with the columns that there are once documents are read; that of a table as it is."""
    if not holds_documents(profile):
        return profile
    read = profile.with_columns(all_operators()[READER].model_validate({}).writes())
    text = ColumnProfile(name=TEXT, dtype="text", distinct_share=1.0, mean_chars=_USUAL_CHARS, looks=("prose",))
    columns = tuple(text if column.name == TEXT and column.mean_chars is None else column for column in read.columns)
    return read.model_copy(update={"columns": columns})


def reading_first(draft: Draft, profile: Profile) -> Draft:
    """The plan that begins by reading the documents, where rows are documents."""
    steps = draft.workflow.steps
    if not holds_documents(profile) or draft.refusal is not None:
        return draft
    readers = [step for step in steps if step.operator == READER]
    if readers:
        ordered = (*readers, *(step for step in steps if step.operator != READER))
        return draft.model_copy(update={"workflow": draft.workflow.model_copy(update={"steps": ordered})})
    reader = Step(id=free_id(READER, {step.id for step in steps}), operator=READER)
    workflow = draft.workflow.model_copy(update={"steps": (reader, *steps)})
    return draft.model_copy(update={"workflow": workflow, "reasons": {reader.id: _REASON, **draft.reasons}})
