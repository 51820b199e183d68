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
# A pronoun, and what it stands for: one thing, a man, a woman, several, or the hearer and speaker.
PRONOUNS = {
    **dict.fromkeys(("it", "itself"), "thing"),
    **dict.fromkeys("he him himself".split(), "he"),
    **dict.fromkeys("she her hers herself".split(), "she"),
    **dict.fromkeys("they them theirs themselves".split(), "several"),
    **dict.fromkeys("i me my mine we us our you your yours one's someone anyone people".split(), "talkers"),
}
POSSESSIVES = {"its": "thing", "his": "he", "her": "she", "their": "several"}
ADVERBS = frozenset(
    "not also too very more most less least ever never often usually generally really actually originally naturally "
    "then now still yet again already always sometimes together currently recently ago just only even else instead so "
    "much many well exactly there here once today afterwards later nearby abroad elsewhere anymore anyway "
    "twice away apart".split()
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
# Auxiliaries that never stand alone: after "did Peru", a verb is still to come.
HELPERS = frozenset("do does did can could will would shall should may might must".split())
# Base forms of verbs that questions often hold; "-s", "-es" and "-ing" are taken off before the look-up.
VERBS = frozenset(
    "abandon abolish absorb accelerate accept accomplish accuse achieve acquire act adapt add address adjust admit "
    "adopt advise affect afford agree aid aim allow alter amend analyse analyze annex announce annoy answer appeal "
    "appear apply appoint approve argue arise arrest arrive ask assassinate assemble assess assign assist assume "
    "attack attempt attend attract avoid award back bake ban base be beat become begin believe belong benefit betray "
    "bite block blow boil boost borrow break breathe breed bring broadcast build burn bury buy calculate call "
    "campaign capture carry cast catch cause cease celebrate challenge change charge chase cheat check choose "
    "circulate cite claim clean climb close coin collapse collect combine come comment commit communicate compare "
    "compete complain complete comply compose condemn conduct confirm connect conquer consider consist construct "
    "consult consume contain continue contribute control convert convince cook cooperate coordinate copy correct cost "
    "count cover crash create criticise criticize cross cure cut damage dance deal debate debut decide declare "
    "decline decorate decrease defeat defect defend define delay deliver demand deny depend deploy describe deserve "
    "design destroy detail detain detect determine develop devote die differ digest disagree disappear disappoint "
    "discover discuss dismiss dissolve distribute divide divorce do dominate donate doubt draft draw dream drink "
    "drive drop earn eat edit educate elect eliminate emerge emit emphasise emphasize employ enable encourage end "
    "endorse enforce engage enjoy ensure enter erupt escape establish evolve examine exceed excite exclude execute "
    "exercise exist expand expect expel explain export express extend fail fall fear feed feel fight fill finance "
    "find finish fire fit fix flee float flood flow fluctuate fly focus follow force forget form found free freeze "
    "fund gain gather generate get give go govern graduate grant grow guarantee guess guide handle hang happen harm "
    "hate hear help hide hire hit hold honor honour hope host hug hunt hurry hurt identify ignore illustrate imagine "
    "impact imply import imprison improve include increase indicate infect influence inform inherit inject insist "
    "inspect inspire install insult insure intend interact interfere interpret interview introduce invade invent "
    "invest investigate involve issue jail join judge jump justify keep kick kill kiss know lack land last laugh "
    "launch lay lead leak learn leave lend let lie lift like limit link list listen live lobby locate look lose love "
    "lower maintain make manage manufacture march mark marry matter mean measure meet mention merge migrate mix "
    "monitor mount mourn move murder name need neglect negotiate note notice object observe obtain occur offer open "
    "operate oppose organise organize originate outline overcome overthrow owe own paint pardon participate pass pay "
    "perform persuade plan play poison pose postpone pour praise pray precede predict prefer prepare present preserve "
    "preside press prevent print proceed produce profit progress prohibit promise promote propose prosecute "
    "protect protest prove provide publish purchase pursue push put qualify quit quote raise rank ratify reach react "
    "read reason rebel rebuild recall receive recognize recommend record recover recruit recycle reduce refer reform "
    "refuse regain regard register regret regulate reign reject relate release rely remain remarry remember remove "
    "rename renew rent repair replace reply report represent reproduce request require rescue reserve reside resign "
    "resist resolve respond restore restrict result resume retire return reveal reverse review revolt reward ride "
    "ring rise rob roll ruin rule run rush sacrifice sail save say scare score search secure see seek seem seize "
    "select sell send separate serve set settle shape share shift shine shoot show shrink shut sign sing sink sit "
    "skip sleep slow smell smile smoke solve sound speak speed spell spend spin split sponsor spread stand start "
    "state stay steal steer stick stop strengthen stretch strike strip struggle study succeed suffer suggest suit "
    "summarise summarize supply support surprise surrender surround survive suspect suspend sustain swear sweep swim "
    "swing switch tackle take talk target taste tax teach tear tell tend test thank think threaten throw tie tolerate "
    "touch tour trace trade train transfer transform translate transmit transport trap travel treat trigger trust try "
    "turn understand unite update upgrade urge use vanish vary veto violate visit vote wait wake walk want warm warn "
    "wash waste watch weaken wear weigh welcome widen win withdraw witness wonder work worry write yield".split()
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
# What takes place, and the verbs that say so of nothing else.
EVENTS = frozenset(
    "war battle conflict crisis election revolution festival invasion attack strike protest siege pandemic epidemic "
    "trial summit talks negotiation earthquake storm hurricane flood accident explosion crash match race tournament "
    "ceasefire truce referendum uprising rebellion coup massacre genocide famine recession meeting conference "
    "ceremony campaign expedition mission operation outbreak wave scandal game".split()
)
HAPPENING = frozenset("end begin start happen last occur erupt break broke began".split())
TIMES = frozenset("day week month year decade century today summer winter spring autumn time world earth".split())
# Of these there is but one, or all know which.
UNIQUE = frozenset(
    "world earth sun moon sky sea weather internet web public government police army media press past future "
    "present universe environment economy law truth climate ocean atmosphere brain heart liver pancreas stomach skin "
    "body dinosaur elderly".split()
)
# What is read: "this article" points at it, not back.
SOURCES = frozenset("article text document documents story piece report page corpus account passage".split())
# Verbs that take a claim as their object: "Who said that?".
CLAIMING = frozenset(
    "say said tell told claim claimed confirm confirmed deny denied admit admitted believe believed think thought "
    "argue argued report reported announce announced suggest suggested write wrote".split()
)
