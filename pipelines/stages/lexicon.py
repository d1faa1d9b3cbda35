"""Words that change what a session means: negations, and words that speak of harm or danger. UK usage."""

from __future__ import annotations

import string


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _words("""
    no not nope nah nay never none nothing nowt nobody nowhere neither nor hardly barely scarcely without cannot
    can't don't doesn't didn't isn't aren't ain't wasn't weren't won't wouldn't shouldn't couldn't haven't hasn't
    hadn't mustn't mightn't needn't shan't dinnae cannae wasnae
""")

AUXILIARIES = _words("""
    am is are was were be been being i'm you're he's she's it's we're they're that's there's do does did done have
    has had i've you've we've they've can could will would shall should must might may i'd he'd she'd they'd we'd
    you'd i'll he'll she'll they'll we'll you'll it'll gonna
""")

POLAR = _words("""
    any anyone anybody anything anywhere anymore either yet much
""")

PRONOUNS = _words("i you he she it we they there that this anyone anybody anything")

VIOLENCE = _words("""
    hit hurt harm harmful abuse abusive assault attack violence violent fight fought beat beaten slap smack punch kick
    shove grab push choke strangle throttle bite bitten shake shook shaken spank threw threat threaten stab knife
    knives blade gun weapon machete kill murder dead die died dying death bruise burn scald cut scratch bleed blood
    bled injure injury wound fracture broke broken scar scared afraid frighten terrify scream controlling stalk bully
    sex sexual sexually rape touch naked nude undress grope groom exploit exploitation
    suicide suicidal overdose self-harm selfharm ligature hanged
""")

SUBSTANCES = _words("""
    drug alcohol alcoholic drink drank drunk booze pissed wasted stoned sober hangover vodka whisky whiskey gin wine
    beer lager cider rum cannabis weed skunk hash marijuana spliff joint heroin cocaine coke crack ketamine ket mdma
    ecstasy spice mamba amphetamine meth lsd acid glue dealer needle syringe inject
    medication meds medicine tablet pill dose insulin methadone subutex buprenorphine naloxone diazepam valium xanax
    temazepam zopiclone pregabalin gabapentin codeine tramadol morphine fentanyl oxycodone sertraline citalopram
    fluoxetine mirtazapine venlafaxine olanzapine quetiapine risperidone aripiprazole clozapine lithium propranolol
    ritalin methylphenidate antidepressant paracetamol ibuprofen calpol
""")

SAFETY = _words("""
    safe safely safety unsafe danger dangerous risk risky alone unsupervised unattended abandon neglect hungry starve
    locked missing runaway homeless evict police arrest prison jail bail hospital ambulance casualty
    emergency unconscious collapse seizure drown fire smoke
""")

RISK_WORDS = VIOLENCE | SUBSTANCES | SAFETY

RISK_PHRASES = (
    ("on", "his", "own"),
    ("on", "her", "own"),
    ("on", "their", "own"),
    ("by", "himself"),
    ("by", "herself"),
    ("by", "themselves"),
    ("left", "him"),
    ("left", "her"),
    ("left", "them"),
    ("passed", "out"),
    ("self", "harm"),
    ("self", "harming"),
    ("locked", "in"),
    ("locked", "out"),
    ("no", "food"),
    ("ran", "off"),
    ("run", "away"),
    ("ran", "away"),
)

BACKCHANNELS = _words("""
    mm mmm mhm mm-hm mm-hmm mmhm mmhmm hm hmm uh-huh uhuh aha ah oh yeah yep yes yup aye right ok okay sure see
    really no gosh wow great good exactly
""")

_PUNCTUATION = string.punctuation.replace("'", "").replace("&", "") + "“”‘…–—£"
_SUFFIXES = ("'s", "s", "es", "d", "ed", "ing", "ings", "er", "ers", "n")


def token_of(text: str) -> str:
    """A word as it is compared: lower case, straight apostrophes, no punctuation around it."""
    return text.lower().replace("’", "'").strip(_PUNCTUATION).strip("'")


def is_negation(token: str) -> bool:
    """Whether a word turns a statement round; contractions count with and without their apostrophe."""
    word = token_of(token)
    return word in NEGATIONS or word.endswith("n't") or word in _BARE_CONTRACTIONS


def is_risk(token: str) -> bool:
    """Whether a word, or the word it is a simple inflection of, speaks of harm or danger."""
    word = token_of(token)
    return word in RISK_WORDS or any(stem in RISK_WORDS for stem in _stems(word))


def is_auxiliary(token: str) -> bool:
    """Whether a word is a form of be, do, have, can, will or the like, next to which a "not" can get lost."""
    return token_of(token) in AUXILIARIES


def is_polar(token: str) -> bool:
    """Whether a word goes with a "not" or a question: "any", "yet" and their like."""
    return token_of(token) in POLAR


def is_pronoun(token: str) -> bool:
    """Whether a word can follow the auxiliary of a question: "are you", "is there"."""
    return token_of(token) in PRONOUNS


def is_backchannel(token: str) -> bool:
    """Whether a word can be a listener's "mm" or "yeah" while somebody else goes on speaking."""
    return token_of(token) in BACKCHANNELS


def _stems(word: str) -> list[str]:
    found: list[str] = []
    for suffix in _SUFFIXES:
        stem = word[: -len(suffix)]
        if not word.endswith(suffix) or len(stem) < 3:
            continue
        found += [stem, stem + "e"]
        if stem[-1] == stem[-2]:
            found.append(stem[:-1])
        if stem[-1] == "i":
            found.append(stem[:-1] + "y")
    return found


_BARE_CONTRACTIONS = frozenset(word.replace("'", "") for word in NEGATIONS if word.endswith("n't"))
