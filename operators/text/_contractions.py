"""What English contractions stand for."""

NEGATED = frozenset(
    "are could dare did do does had has have is may might must need ought should was were would".split()
)
"""Words that take n't as they are."""
NEGATED_IRREGULAR = {"can": "cannot", "won": "will not", "shan": "shall not"}
"""What stands before 't, and what both together mean."""

WITH_IS = frozenset("he here how it she that there what when where who why".split())
"""Words whose 's means "is" or "has"; after any other it may be a possessive."""
WITH_WOULD = WITH_IS | frozenset("i they we you".split())
"""Words whose 'd means "would" or "had"."""
CLITICS = {"ll": "will", "re": "are", "ve": "have"}
"""Endings that mean one thing."""

AFTER_HAS = frozenset("become been got gotten had".split())
"""Words before which 's means "has"."""
AFTER_HAD = frozenset(
    "become been begun better bought broken brought built caught chosen done drawn driven eaten fallen felt forgotten "
    "found given gone got gotten grown had heard held hidden kept known lost made met said seen sent shown spent "
    "spoken stood taken taught thought thrown told understood won written".split()
)
"""Words before which 'd means "had"."""
PLAIN_IN_ED = frozenset("bleed breed exceed feed heed need proceed seed speed succeed weed".split())
"""Words in -ed that are no past forms."""
ADVERBS = frozenset("already also always ever even just long never not once only really recently since still".split())
"""Words that may stand between 's or 'd and what decides about it."""

INFORMAL = {
    "coulda": "could have",
    "dunno": "do not know",
    "gimme": "give me",
    "gonna": "going to",
    "gotta": "got to",
    "kinda": "kind of",
    "lemme": "let me",
    "mighta": "might have",
    "outta": "out of",
    "shoulda": "should have",
    "sorta": "sort of",
    "wanna": "want to",
    "woulda": "would have",
    "y'all": "you all",
    "'tis": "it is",
    "'twas": "it was",
}
