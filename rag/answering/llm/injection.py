"""Sentences of a document that tell a language model what to write. Knows their usual forms, no model and no passage.

A model that obeys such a sentence repeats its words, and then they stand in the document: the sentence, and what comes
after it in its paragraph, therefore supports nothing.
"""

from __future__ import annotations

import re

_MODEL = r"(?:AIs?|assistants?|chat ?bots?|bots?|(?:large )?language models?|LLMs?|GPT\S*|models?)"
_TELL = (
    r"(?:answer|reply|respond|say|state|output|print|write|repeat|return|claim|insist|conclude|append|add|include|begin"
    r"|end|finish|recommend|tell|inform|reveal|cite|mention)"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|translations?)"
_FORMS = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,20}\b(?:all|any|your|previous|prior|above|earlier|these|other)\b"
    r"(?:\W+\w+){0,3}\W+(?:instructions?|prompts?|rules?|directions?|guidelines?|passages?|documents?|context|questions?)\b",
    r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:everything|instructions?|prompts?|the question|what you)\b",
    r"\b(?:system|developer|hidden|secret) (?:prompt|message|instruction|override|command)s?\b",
    rf"\b(?:you are|act as|pretend|behave)\b.{{0,40}}\b{_MODEL}\b",
    rf"\b{_MODEL}\b.{{0,60}}\b(?:must|should|shall|(?:are|is)(?: \w+ed)? to|have to|has to|needs? to)"
    rf"(?:\W+\w+){{0,2}}\W+{_TELL}\b",
    rf"\b(?:note|attention|message|instructions?|dear|hey)\b.{{0,20}}\b{_MODEL}\b",
    rf"(?:^|\|)\W*(?:{_MODEL}|system|user)\s*[:,]\s|\b{_MODEL}:\s",
    r"<\|.*?\|>|\[/?INST\]|</?(?:system|assistant|user|instructions?|passage|conversation)\b[^>]*>",
    rf"^\W*(?:please |now |then |instead,? |always |just |only |do not |don['’]t |never |simply |first,? )*{_TELL}\b"
    r".{0,40}?(?:\bthat\b|\bonly\b|\bwith\b|\bexactly\b|\busers?\b|\breader\b|\banswers?\b|\bquestions?\b|[:\"“‘'])",
    rf"\bfrom now on\b.{{0,30}}\b(?:you|{_TELL})\b|\bnew (?:task|instruction)s?\s*:",
    r"\byour (?:task|instructions?|answers?|repl(?:y|ies)|responses?|output|only job)\b.{0,20}"
    r"\b(?:is|are|must|should|with|has|to)\b",
    rf"\bask(?:ed|s)?\b.{{0,80}}[,:] (?:you |please |always |must |should )*{_TELL}\b",
    r"\b(?:tell|inform|convince) (?:the |every |all |any )?(?:users?|person asking)\b",
    r"\busers?\b.{0,60}[;:,] (?:so |therefore |now |please )*tell them\b",
    r"\b(?:users?|readers?|visitors?)\b.{0,20}\b(?:must|should|ha(?:s|ve) to) be told\b",
    # What an answer is to be, or hold.
    r"\b(?:correct|right|only) answer\b.{0,60}:|\banswer to (?:every|all|any|each)\b",
    rf"\b(?:any|every|each|your)\b(?: \w+)? {_ANSWER}\b.{{0,40}}\b(?:contains?|includes?|must|should|has to|says?)\b",
    rf"\bwhen (?:summari[sz]ing|answering|replying|responding)\b.{{0,30}}\b{_TELL}\b",
    rf"\b(?:use|put|insert|quote|place|copy)\b.{{0,30}}\b(?:in|into|as) (?:your|the|every|any|all) {_ANSWER}\b",
    # Games and roles.
    r"\b(?:imagine|pretend|suppose|let us play|let['’]s play)\b.{0,60}\byou(?:['’]re| are)\b.{0,80}"
    r"\b(?:says?|answers?|repl(?:y|ies)|writes?|claims?|do anything)\b",
    # What no reader sees, and the forms of the prompt and of a conversation.
    r"<!--|\bpassages?\s*\[\d+\]|\brole[\"']?\s*:\s*[\"']?(?:system|assistant|user|developer)\b",
    r"\b(?:decode|decrypt|unscramble)\b.{0,60}\b(?:obey|follow|execute|do)\b|(?:\b[a-z] ){5,}",
    # "Ignore the instructions" in the languages with the most writers.
    r"(?:ignor(?!an|ed|es\b|ing)|vergiss|missacht|oublie|olvid|dimentica|esque[cç]a|negeer|zignoruj|игнорир|забуд|忽略|无视|無視|무시|"
    r"yok say|görmezden|تجاهل).{0,50}(?:anweisung|instru[cçk]|istruzion|инструкц|указани|"
    r"指示|指令|지시|talimat|التعليمات)|talimat.{0,40}(?:yok say|görmezden)|(?:指示|指令).{0,10}(?:無視|无视|忽略)",
)
_INSTRUCTS = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE | re.DOTALL)


def instructs(sentence: str) -> bool:
    """Whether a sentence reads as if written to a language model rather than to a person."""
    return _INSTRUCTS.search(sentence) is not None
