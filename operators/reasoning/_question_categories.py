"""The categories of mathematical questions: seven fields, and the parts of each."""

from collections.abc import Mapping

MATH_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "Arithmetic and word problems": (
        "Whole numbers and decimals",
        "Fractions, ratios and proportions",
        "Percentages and money",
        "Units, time, speed and work",
    ),
    "Algebra and number theory": (
        "Equations and inequalities",
        "Polynomials and functions",
        "Sequences and series",
        "Linear algebra and matrices",
        "Groups, rings and fields",
        "Divisibility, primes and congruences",
        "Diophantine equations",
    ),
    "Geometry and topology": (
        "Plane geometry",
        "Solid geometry",
        "Coordinate and vector geometry",
        "Trigonometry",
        "Transformations and symmetry",
        "Differential geometry",
        "Topology",
    ),
    "Analysis and differential equations": (
        "Limits and continuity",
        "Derivatives and their uses",
        "Integrals and their uses",
        "Several variables and vector calculus",
        "Real and functional analysis",
        "Complex analysis",
        "Ordinary differential equations",
        "Partial differential equations",
    ),
    "Probability, statistics and discrete mathematics": (
        "Probability",
        "Random variables and distributions",
        "Statistics and data",
        "Counting and combinatorics",
        "Graph theory",
        "Games and strategies",
    ),
    "Logic and foundations": (
        "Propositional and predicate logic",
        "Sets, relations and functions",
        "Proof techniques",
        "Puzzles and deduction",
    ),
    "Applied and computational mathematics": (
        "Optimization",
        "Numerical methods",
        "Algorithms and complexity",
        "Mathematical physics",
        "Finance and economics",
        "Cryptography and information theory",
    ),
}
