"""English words that say little by themselves."""

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are around as at be became because become been before being below
    between both but by can could did do does doing down during each either else even ever few for from further had has
    have having he hence her here hers herself him himself his how however i if in indeed instead into is it its itself
    just many may me might mine more most much must my myself of off often on once one only onto or other others
    otherwise ought our ours ourselves out over own per perhaps quite rather really same seem seemed seems shall she
    should since so some still such than that the their theirs them themselves then there thereby therefore these they
    this those though through thus to together too toward towards under until up upon us very via was we well were what
    whatever when whenever where whereas wherever whether which whichever while who whoever whom whose why will with
    within would yet you your yours yourself yourselves
    """.split()
)
"""Negations (not, no, never, nor, without, don't) are none of them: without these a text says the opposite."""

STOP_CONTRACTIONS = frozenset(
    f"{host}'{ending}"
    for hosts, endings in (
        ("he it she that there what where who how here when why", "s d ll"),
        ("i you we they", "d ll ve"),
        ("you we they", "re"),
        ("i", "m"),
    )
    for host in hosts.split()
    for ending in endings.split()
)
"""The same words drawn together."""
