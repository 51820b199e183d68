"""`python -m evals.citations [--fit [--write]]`: how many planted errors the citation check catches.

Sentences with known evidence (`evals.planted`) are checked against the passages that a search finds, as in use. Right
citations should stay; a sentence that cites a wrong passage should cite the right one or be left out; a changed name,
number or date should be left out. Fitted on SQuADShifts' training paragraphs, reported on its development paragraphs.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.bootstrap import interval
from evals.datasets import SquadQuestion, read_squad
from evals.paragraphs import paragraph_documents
from evals.paths import shared_dir
from evals.planted import ERRORS, names_of, true_sentences
from rag.answering.llm.check import FILE, Checker, Features, Limits, load_limits
from rag.answering.llm.desk import Desk, Stated, Window
from rag.answering.retrieval import Retriever
from rag.index.encoder import open_encoder
from rag.index.ingest import Index
from rag.schema import Document, Encoder, Hit
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.schema import Vectors

FIT_FILE, REPORT_FILE = "train-squadshifts-wiki.json.gz", "dev-squadshifts-wiki.json.gz"
_PARAGRAPHS = 200  # of each file: the passages that a search has to choose from
_CAUGHT = 0.945  # share of true sentences that no passage but the right one may support
# `prefer` and `displaced` were chosen by docs/decisions/citation-check.md and are not fitted.
_UNFITTED = Limits(Features(8.0, 6.0, 1.0), -9.0, 0.0, 1.0, 3.0)


class Remembering:
    """An encoder that reads each text once: the same sentences are compared over and over here."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        self.name, self.dimension, self.max_tokens = encoder.name, encoder.dimension, encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        """As the encoder's."""
        return self._encoder.count_tokens(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """As the encoder's."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode_passages(new), strict=True)) if new else {}
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_query(self, text: str) -> Vectors:
        """As the encoder's."""
        vector: Vectors = self.encode_passages([text])[0]
        return vector


@dataclass(frozen=True, slots=True)
class Bench:
    """One question with what a model would be given, the number of the passage that answers, and true sentences."""

    row: SquadQuestion
    hits: tuple[Hit, ...]
    right: int
    sentences: tuple[tuple[str, str], ...]


@contextmanager
def checking(path: Path, count: int, limits: Limits) -> Iterator[tuple[list[Bench], Checker]]:
    """Benches from a SQuAD file's first paragraphs, which are indexed, and a checker with these limits."""
    settings = Settings()
    encoder = Remembering(open_encoder(settings.embedding_model, settings.cache_dir))
    everything = read_squad(path)
    first = set(list(dict.fromkeys(row.context for row in everything))[:_PARAGRAPHS])
    rows = [row for row in everything if row.context in first]
    documents = {document.id: document for document in paragraph_documents(row.context for row in rows)}
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), encoder, settings.passage_tokens, settings.overlap_sentences)
        try:
            for document in documents.values():
                index.add(document)
            retriever = Retriever(index, settings.top_k, settings.candidates)
            checker = Checker(encoder, lru_cache(None)(index.lexical.rarity), documents.__getitem__, limits)
            yield list(benches(rows, count, retriever, documents.values())), checker
        finally:
            index.close()


def benches(
    rows: Sequence[SquadQuestion], count: int, retriever: Retriever, documents: Iterable[Document]
) -> Iterator[Bench]:
    """`count` questions, drawn with a fixed seed, whose answer stands in one of the passages that are found."""
    homes = {document.text: document for document in documents}
    answerable = [row for row in rows if row.answers]
    random.Random(0).shuffle(answerable)
    for row in track(answerable[:count], description="searching"):
        hits = retriever.search(row.question)
        home = homes[row.context].id
        right = next(
            (
                number
                for number, hit in enumerate(hits, start=1)
                if hit.passage.document_id == home and hit.passage.start <= row.starts[0] < hit.passage.end
            ),
            0,
        )
        sentences = tuple(true_sentences(row))
        if right and sentences:
            yield Bench(row, hits, right, sentences)


def judge(bench: Bench, checker: Checker, chance: random.Random) -> Iterator[tuple[str, bool]]:
    """(kind of case, whether the check did right) for each sentence of the bench and each error planted in it."""
    desk = checker.lay_out(bench.row.question, bench.hits)
    home = bench.hits[bench.right - 1].passage
    wrong = chance.choice([number for number in desk.windows if number != bench.right] or [bench.right])
    without = Desk({n: windows for n, windows in desk.windows.items() if n != bench.right}, desk.ordinary)
    own = names_of(home.text)
    elsewhere = [name for hit in bench.hits if hit.passage.id != home.id for name in names_of(hit.passage.text)]

    def cites(sentence: str, number: int, given: Desk) -> set[str]:
        evidence = checker.check(sentence, (number,), given, bench.row.question)
        return {one.hit.passage.id for one in evidence}

    for kind, sentence in bench.sentences:
        yield f"right citation kept: {kind}", home.id in cites(sentence, bench.right, desk)
        if wrong != bench.right:
            cited = bench.hits[wrong - 1].passage.id
            yield "wrong passage, the right one given too", cited not in cites(sentence, wrong, desk)
            instead = cites(sentence, wrong, without)
            yield "wrong passage, the right one not given", cited not in instead
            yield "no other wrong passage cited in its place", not instead
        for error, plant in ERRORS.items():
            sources = {"": ()} if plant is not ERRORS["changed name"] else {
                ", to one of the same passage": own, ", to one of another passage": elsewhere
            }  # fmt: skip
            for label, names in sources.items():
                planted = plant(sentence, names, chance)
                if planted and planted != sentence:
                    yield error + label, not cites(planted, bench.right, desk)


def fit(everything: Sequence[Bench], checker: Checker) -> Limits:
    """Logistic regression of "this passage supports this sentence" on the features, and the least log-odds for it.

    `support`: where 94.5% of the true sentences are supported by no passage but the right one.
    """
    from sklearn.linear_model import LogisticRegression

    right: list[Features] = []
    wrong: list[Features] = []
    stated = [
        (bench, checker.lay_out(bench.row.question, bench.hits), checker.state(sentence, bench.row.question))
        for bench in track(everything, description="comparing")
        for _, sentence in bench.sentences
    ]
    for bench, desk, claim in stated:
        for number, windows in desk.windows.items():
            found = [checker.features(claim, (window,)) for window in windows]
            if found:
                (right if number == bench.right else wrong).append(max(found, key=checker.limits.log_odds))
    model = LogisticRegression(C=100.0, max_iter=1000).fit([*right, *wrong], [1] * len(right) + [0] * len(wrong))
    weights = Features(*(round(float(weight), 3) for weight in model.coef_[0]))
    checker.limits = replace(checker.limits, weights=weights, bias=round(float(model.intercept_[0]), 3))
    others = [
        _elsewhere(checker, claim, desk, bench.right) for bench, desk, claim in track(stated, "setting the limit")
    ]
    return replace(checker.limits, support=round(float(np.quantile(others, _CAUGHT)), 3))


def _elsewhere(checker: Checker, claim: Stated, desk: Desk, right: int) -> float:
    """The highest log-odds of a window outside the right passage that does not contradict the sentence."""
    windows = [window for number, own in desk.windows.items() if number != right for window in own]
    scored = sorted(((checker.limits.log_odds(checker.features(claim, (one,))), one) for one in windows), key=_first)
    agreeing = (odds for odds, one in reversed(scored) if not checker.contradicts(claim, (one,), desk.ordinary))
    return next(agreeing, -99.0)


def _first(pair: tuple[float, Window]) -> float:
    return pair[0]


def describe(outcomes: Mapping[str, Sequence[bool]], limits: Limits) -> Table:
    """One row for each kind of case."""
    table = Table("case", "n", "done right", "95% interval", title=f"Citation check: {limits}")
    for kind, done in outcomes.items():
        found = interval([float(one) for one in done])
        table.add_row(kind, str(len(done)), f"{found.mean:.1%}", f"{found.low:.1%} to {found.high:.1%}")
    return table


def collected(everything: Sequence[Bench], checker: Checker) -> dict[str, list[bool]]:
    """All outcomes by kind, with the sums that the limits are set for."""
    chance = random.Random(0)
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for bench in track(everything, description="checking"):
        for kind, done in judge(bench, checker, chance):
            outcomes[kind].append(done)
    sums = {
        "ALL right citations kept": "right citation",
        "ALL wrong passages caught": "wrong passage",
        "ALL changed names, numbers and dates caught": "changed",
    }
    totals = {total: [one for kind, own in outcomes.items() if kind.startswith(start) for one in own]
              for total, start in sums.items()}  # fmt: skip
    return {kind: outcomes[kind] for kind in sorted(outcomes)} | {name: own for name, own in totals.items() if own}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit where asked to, check, print, and with `--write` keep the numbers."""
    parser = argparse.ArgumentParser(prog="python -m evals.citations", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="questions of each file")
    parser.add_argument("--fit", action="store_true", help="fit the limits anew instead of reading the shipped ones")
    parser.add_argument("--write", action="store_true", help=f"keep the fitted limits in {FILE.name}")
    options = parser.parse_args(arguments)
    shared = shared_dir()
    if shared is None:
        parser.error("the development data is not here; set RAG_SHARED_DIR to its folder")
    limits = load_limits() if not options.fit else None
    if limits is None:
        with checking(shared / "data" / "reader" / FIT_FILE, options.count, _UNFITTED) as (drawn, checker):
            limits = fit(drawn, checker)
    with checking(shared / "data" / "reader" / REPORT_FILE, options.count, limits) as (drawn, checker):
        Console().print(describe(collected(drawn, checker), limits))
    if options.write:
        kept = json.loads(FILE.read_text()) if FILE.is_file() else {}
        kept["limits"] = {**asdict(limits), "weights": limits.weights._asdict()}
        FILE.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
