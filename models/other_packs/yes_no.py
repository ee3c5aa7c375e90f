"""Reading of yes or no in the answer of a language model."""

import re
from itertools import pairwise

from ..frames import Absence
from .plain_text import answer_in, quoted

YES, NO = "yes", "no"
_YES = {
    *("yes", "yeah", "yep", "yup", "y", "true", "affirmative", "ja", "oui", "はい", "ええ"),
    *("是", "是的", "对", "對", "对的", "對的", "有", "会", "會"),
}
_NO = {
    *("no", "nope", "nah", "n", "false", "negative", "nein", "non", "いいえ", "いえ"),
    *("否", "不", "不是", "不是的", "不对", "不對", "没有", "沒有", "不会", "不會"),
}
_LETTERS = {"y", "n"}  # they count only alone, because they are also parts of other texts
# Words that may stand before yes or no in its clause and change nothing.
_BEFORE = {
    *("a", "absolutely", "and", "answer", "be", "believe", "certainly", "clearly", "course"),
    *("definitely", "final", "hence", "i", "i'd", "in", "indeed", "is", "it", "it's", "likely"),
    *("my", "of", "oh", "ok", "okay", "probably", "say", "short", "simply", "so", "sure"),
    *("that", "that's", "the", "then", "therefore", "think", "thus", "to", "well", "would"),
    *("question", "this", "your"),
    *("also", "antwort", "die", "ist", "la", "lautet", "réponse", "est", "答案", "答案是"),
}
# Words that may stand behind it: "yes it is", "no she doesn't".
_BEHIND = {
    *("absolutely", "are", "can", "definitely", "did", "do", "does", "doch", "has", "have"),
    *("he", "i", "indeed", "is", "it", "it's", "madam", "she", "she's", "sir", "that", "that's"),
    *("there", "there's", "they", "they're", "this", "was", "were", "です", "だ"),
}
_NOT_BEHIND = {
    *("not", "aren't", "can't", "cannot", "didn't", "doesn't", "don't", "hasn't", "haven't"),
    *("isn't", "wasn't", "weren't"),
}
# After "no" at the start of a sentence without a comma, such a word begins the explanation: "no
# the girl has red hair". Any other word is what there is none of: "no hat is visible".
_EXPLAINS = {
    *("a", "an", "he", "her", "his", "i", "it", "its", "she", "that", "the", "there", "these"),
    *("they", "this", "those", "we", "because", "as", "since", "not", "but"),
    *("das", "der", "die", "er", "es", "sie", "weil", "ce", "elle", "il", "la", "le", "les"),
}
# Words that begin an explanation behind yes or no anywhere: "the answer is no because of the hat".
_REASON = {"because", "since", "weil", "denn", "parce", "car"}
_NOT = {"not", "never", "cannot", *(each for each in _NOT_BEHIND if each.endswith("n't"))}
_CHOICE = {"or", "and", "oder", "und", "ou", "et", "nor"}  # "yes or no" is no answer
_CONDITION = {"if", "unless", "except"}  # "yes if you count the shadow" is no plain yes
_NUMBERED = re.compile(r"\bno\.\s?\d+")  # "No. 1" is a number
_CLAUSE_END = re.compile(r"[.,;:!?()\[\]{}\n。、，；：！？…]+|\s[-–—]+\s|[–—]+")
_QUESTION = re.compile(
    r"(?:\A|(?<=[.!?\n。！？]))[^.!?\n。！？]*[?？]"
)  # a model may repeat what it was asked
_WORD = re.compile(r"[\w']+")
# Japanese and Chinese write no spaces, so the answer is the start of its clause.
_START = re.compile(r"(はい|いいえ)(?=です|そうです|その通り|違います|ちがい|$)|(是的|不是的)")
# "但也不是": a clause that contradicts what stands before it.
_CONTRADICTION = re.compile(
    r"(?:但|不过|不過|可是|然而|でも|しかし|ただ).*?"
    r"(?:(不是的?|不对|不對|没有|沒有|否|いいえ)|(是的?|对|對|はい))$"
)


def read_yes_no(text: str) -> bool | Absence:
    """Return True for yes and False for no, or why a text is neither.

    The text is divided into clauses, at every mark of punctuation. A clause that consists of yes or
    no alone, or with words that change nothing ("so the answer is yes", "no she isn't"), is an
    answer. The first clause is one too if it only begins with it ("yes the hat is red"). All
    answers of the text must be the same, and no other clause may end with the other one ("yes, but
    overall no"). A negated one ("not yes") is none, and a question that the text repeats is left
    out.

    Args:
        text: answer of a model, in English, Japanese, Chinese, German or French.

    Examples:
        >>> read_yes_no("No problem, yes."), read_yes_no("Yes, there is no damage.")
        (True, True)
        >>> read_yes_no("Yes and no.").code
        'answer_both'
    """
    answer = answer_in(text).lower()
    if not answer:
        return Absence("answer_empty")
    statements = _NUMBERED.sub(" ", _QUESTION.sub(" ", answer))
    clauses = [each.strip() for each in _CLAUSE_END.split(statements) if _WORD.search(each)]
    readings = {
        reading
        for number, clause in enumerate(clauses)
        if (reading := _reading(clause, is_first=number == 0)) is not None
    }
    both = {reading for each in readings for reading in each}
    if both:
        both |= {side for each in clauses if (side := _hint(each)) is not None}
    if len(both) == 1:
        return both.pop() == YES
    values = {"answer": quoted(text)}
    return Absence("answer_both" if both else "answer_neither", values)


def _reading(clause: str, is_first: bool) -> frozenset[str] | None:
    """Return the answers of a clause: none, one, or both."""
    words = [each.strip("'") for each in _WORD.findall(clause)]
    places = [place for place, word in enumerate(words) if word in _YES or word in _NO]
    if not places:
        start = _START.match(clause)
        if start is None:
            return None
        return frozenset([_side(start.group(0))])
    for one, other in pairwise(places):
        if _CHOICE.issuperset(words[one + 1 : other]):  # "yes/no", "yes and no"
            return frozenset([_side(words[one]), _side(words[other])])
    place = places[0]
    side, before, behind = _side(words[place]), words[:place], words[place + 1 :]
    if words[place] in _LETTERS and len(words) > 1:
        return None
    if "answer" in before and _NOT.isdisjoint(before):  # "based on the picture the answer is no"
        before = before[before.index("answer") :]
    ends = [number for number, word in enumerate(behind) if word in _REASON]
    behind = behind[: ends[0]] if ends else behind
    if not _BEFORE.issuperset(before):
        return None
    if (_BEHIND | _NOT_BEHIND if side == NO else _BEHIND).issuperset(behind):
        return frozenset([side])
    begins = behind[0] not in _CHOICE | _CONDITION if side == YES else behind[0] in _EXPLAINS
    return frozenset([side]) if is_first and not before and begins else None


def _hint(clause: str) -> str | None:
    """Return the side to which a clause may incline that isn't an answer, or None.

    It only keeps a text from being read that answers with the other side.
    """
    contradiction = _CONTRADICTION.search(clause)
    if contradiction is not None:
        return NO if contradiction[1] else YES
    words = [each.strip("'") for each in _WORD.findall(clause)]
    if words[-1] in _YES or words[-1] in _NO:
        return _side(words[-1])
    if words[-1] == "not" and _BEFORE.issuperset(words[:-1]):  # "absolutely not"
        return NO
    return YES if words[0] in _YES else None


def _side(word: str) -> str:
    return YES if word in _YES or word in ("はい", "是的") else NO
