"""The words of English that questions turn on, by class. Data only: knows no rule and no conversation."""

from __future__ import annotations

WH = frozenset("what which who whom whose when where why how".split())
BE = frozenset("is are was were be been being am 's".split())
AUXILIARY = BE | frozenset(
    "do does did has have had can could will would shall should may might must isn't aren't wasn't weren't don't "
    "doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't".split()
)
DETERMINERS = frozenset("the a an some any no every each all both another".split())
DEMONSTRATIVES = frozenset("this that these those".split())
PREPOSITIONS = frozenset(
    "of in on at by for from with without about against between among during before after into onto over under "
    "through to than as since until till within across behind beyond besides towards toward versus vs per via "
    "like around near up down off out because despite regarding concerning along above below except upon".split()
)
CONJUNCTIONS = frozenset("and or but nor so if whether while though although unless".split())
# A pronoun, and the number of what it stands for: one thing, one person, several, or the hearer and speaker.
PRONOUNS = {
    **dict.fromkeys(("it", "itself"), "thing"),
    **dict.fromkeys("he him himself she her hers herself".split(), "person"),
    **dict.fromkeys("they them theirs themselves".split(), "several"),
    **dict.fromkeys("i me my mine we us our you your yours one's someone anyone people".split(), "talkers"),
}
POSSESSIVES = {"its": "thing", "his": "person", "her": "person", "their": "several"}
ADVERBS = frozenset(
    "not also too very more most less least ever never often usually generally really actually originally "
    "naturally then now still yet again already always sometimes together currently recently ago just only even "
    "else instead so much many well exactly there here once today".split()
)
ADJECTIVES = frozenset(
    "main key common popular different similar other good bad great new old big small large long short high low "
    "early late important significant famous major minor best worst better worse first second third last next "
    "biggest largest smallest oldest youngest newest most least several few many various typical current original "
    "modern recent real true false possible easy hard difficult safe dangerous harmful healthy effective "
    "expensive cheap useful legal illegal ethical fair necessary young strong weak rich poor top side only own "
    "same certain specific interesting positive negative native likely able free clear red black white blue green "
    "younger older bigger larger smaller higher lower worth available related allergic active natural physical "
    "normal total general secure overall united".split()
)
ADJECTIVE_ENDINGS = ("able", "ible", "ful", "ous", "less", "ish")
# Endings of adjectives that say what sort of argument, effect or method is meant, but not of what.
BROAD_ENDINGS = ("al", "ic", "ive", "ary", "ful", "ous")
SUPERLATIVES = frozenset("first second third fourth fifth last next best worst most least".split())
# Base forms of verbs that questions often hold; "-s", "-es" and "-ing" are taken off before the look-up.
VERBS = frozenset(
    "accept accomplish accuse achieve act add address admit adopt affect agree aim allow announce answer appear apply "
    "argue arise arrive ask assassinate attack attend avoid back ban base be beat become begin believe belong benefit "
    "bring build buy call carry cause cease celebrate change choose claim close collapse come compare compete condemn "
    "confirm connect conquer consider consist consume contain continue contribute control convert cook cost cover "
    "create criticise criticize cure cut damage deal decide declare defeat defend define demand deny depend describe "
    "design destroy detail detect determine develop die differ discover discuss do drink drive drop earn eat "
    "eliminate employ end enter escape establish exist expand expect explain express fall feed feel fight find finish "
    "fit fly follow forget form found gain generate get give go govern grant grow happen hate hear help hit hold hope "
    "host hunt hurt identify impact imply import improve include increase indicate influence inspire intend introduce "
    "invade invent invest involve join keep kill know lead learn leave let lie like link list live locate look lose "
    "love maintain make manage mark marry matter mean measure meet migrate mix move name need negotiate obtain occur "
    "offer open operate oppose organise organize originate outline own participate pass pay perform plan play prefer "
    "prepare present preserve prevent print produce promise protect prove provide publish pursue push put quote rank "
    "reach react read reason receive recognize recommend reduce refer refuse regard reject relate release remain "
    "remember remove repair replace reply report represent require rescue resign resist respond result retire return "
    "review rise rule run save say see seek seem sell send serve set share shift shoot show sign sing sit sleep smell "
    "solve sound speak spell spend spread stand start state stay steal stick stop struggle study succeed suffer "
    "suggest summarise summarize supply support survive swim switch take talk teach tear tell tend test think "
    "threaten throw tie tour trade train translate transport travel treat trigger try turn understand use vary visit "
    "vote wait wake walk want warn watch wear weigh win wonder work worry write".split()
)
# Their irregular past forms and participles.
PAST = frozenset(
    "beat became began begun bought brought built came caught chose chosen cut dealt died done drank eaten fallen fed "
    "fell felt flew flown fought found gave given gone got gotten grew grown had heard held hit hurt kept knew known "
    "lain lay led left lost made meant met paid put ran read risen rose said saw seen sent set shot shown shut sold "
    "spent spoke spoken spread stole stolen stood swam taken taught thought threw thrown told took understood used "
    "went won wore worn written wrote".split()
)
# Nouns that say nothing until they are said of something: "the symptoms" are the symptoms of an illness.
RELATIONAL = frozenset(
    "advantage aftermath aim appearance application argument aspect attraction author background basis beginning "
    "benefit capital cast category cause challenge chance characteristic character citizen colour color component "
    "composition concern conclusion condition consequence content contribution controversy cost creator criticism "
    "cure danger date death definition description detail development diet difference dimension director "
    "disadvantage discovery drawback economy effect element ending evidence example exception extent factor fact "
    "feature finding form founder founding function future goal guideline habitat height highlight history idea "
    "impact implication importance ingredient intention invention kind lack layer leader legacy length level "
    "limit limitation location meaning member method mission motive name nature need objective opponent "
    "opposition option origin outcome owner part participant phase plot population position price principle pro "
    "problem procedure process product pros cons purpose quality range rate reaction reason relation relationship "
    "requirement response rest result risk role rule sign significance similarity size source stage state status "
    "step strategy structure style subject success summary supporter symptom target theme theory title topic "
    "treatment trend type usage use value variety version victim view weakness strength winner way sort amount "
    "number start end edition model".split()
)
# Nouns that name the class of a thing which was named before: "the city", said after "Ann Arbor".
CLASSES = frozenset(
    "agency album animal app band battle book bridge building cathedral church city club company conflict country "
    "deal disease drug election empire event experiment festival film firm game group island king law language "
    "lake leader league man minister mountain movement movie museum novel organisation organization party person "
    "place plane plant president queen religion river school series show site song sport state studies study "
    "system team temple town treaty university village war woman agreement author".split()
)
# Adverbs wherever they stand, even after "the largest".
PLAIN_ADVERBS = frozenset("ever never not also always often".split())
# Nouns that "he" or "she" may stand for.
PERSONS = frozenset(
    "minister president leader man woman king queen author secretary chief director officer commander chancellor mayor "
    "governor ambassador adviser spokesman spokeswoman founder analyst expert".split()
)
TIMES = frozenset("day week month year decade century today summer winter spring autumn time world earth".split())
# Of these there is but one, or all know which.
UNIQUE = frozenset(
    "world earth sun moon sky sea weather internet web public government police army media press past future "
    "present universe environment economy law truth".split()
)
# What is read: "this article" points at it, not back.
SOURCES = frozenset("article text document documents story piece report page corpus account passage".split())
# Verbs that take a claim as their object: "Who said that?".
CLAIMING = frozenset(
    "say said tell told claim claimed confirm confirmed deny denied admit admitted believe believed think thought "
    "argue argued report reported announce announced suggest suggested write wrote".split()
)
