"""Holds that the shipped account is complete, short and in our own words. Knows nothing of indexes or answers."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from evals.paths import shared_dir

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
ACCOUNT = CORPUS / "turkey-azerbaijan-2020.md"
RUN = 9  # words in a row that count as copied

# Every person, office, place, date, number and claim that the article reports, written down by hand from it.
FACTS = (
    "four days old", "dozens of casualties", "Nagorno-Karabakh", "former Soviet states", "planned it in advance",
    "slap them both down", "military pact", "base in Armenia", "both Armenia and Azerbaijan with weapons",
    "the United States and NATO", "rebuffed", "foreign minister, Mevlut Cavusoglu", "Anadolu", "courage",
    "on the ground", "Nikol Pashinyan, the prime minister", "arms and military advisers", "Syrian rebels",
    "Defense Ministry", "Sukhoi S-25", "F-16", "airspace", "footage of the wreckage", "Turkey denied", "1988",
    "1994", "ill-disciplined", "five administrative regions", "a fifth of the territory", "36 years", "oil and gas",
    "Combat drones", "Kurdish insurgents", "Libya", "condition of anonymity", "Fuzuli", "Jebrail", "1993",
    "Murovdag", "Yerevan", "On Sunday", "July 29", "August 10", "Baku", "Ganja", "at least 16", "early July",
    "France", "Minsk Group", "Organization for Security and Cooperation in Europe", "arbiter",
    "Velvet Revolution of 2018", "Asli Aydintasbas", "European Council on Foreign Relations", "on the fence",
    "Vladimir Putin", "Ilham Aliyev", "Haydar Aliyev", "KGB", "Idlib", "compartmentalize", "Recep Tayyip Erdogan",
    "poll numbers", "economic crisis", "dependent on the Kremlin", "Kurds of Syria", "Israel", "Hikmet Hajiyev",
    "Axios", "Ovda", "fruit and vegetables", "oil suppliers", "Shiite", "deterrent", "ethnic Azeri",
    "Kevork Oskanian", "Birmingham", "far-fetched", "Alexander Lukashenko", "Belarus", "geopolitical orientation",
    "mercenaries", "North Caucasus", "Dagestan", "Chechnya", "Islamic State", "leverage", "backyard",
    "Alexey Druzhinin", "Sochi", "September 1, 2018", "October 1, 2020", "earlier version",
)  # fmt: skip
REMARKS = ("Su-25", "36 years before 2020", "co-chairs", "Hajiev", "Aydinstasbas", "not stated")


def _account() -> str:
    return ACCOUNT.read_text(encoding="utf-8")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub("['’]", "", text.lower()))


def test_account_has_between_900_and_1500_words() -> None:
    assert 900 <= len(_account().split()) <= 1500


def test_front_matter_names_title_and_publisher_and_leaves_the_date_empty() -> None:
    head = re.match(r"---\n(.*?)\n---\n", _account(), re.DOTALL)
    assert head is not None
    fields = {key: value.strip().strip('"') for key, _, value in (line.partition(":") for line in head[1].splitlines())}
    assert fields["title"]
    assert "Al-Monitor" in fields["publisher"]
    assert fields["date"] == ""
    assert fields["note"]


def test_corpus_toml_describes_every_file_of_the_folder() -> None:
    documents = tomllib.loads((CORPUS / "corpus.toml").read_text(encoding="utf-8"))["document"]
    assert {entry["file"] for entry in documents} == {path.name for path in CORPUS.iterdir() if path.suffix != ".toml"}
    for entry in documents:
        assert set(entry) == {"file", "title", "publisher", "published", "rights"}
        assert entry["title"]
        assert entry["rights"]


def test_title_is_the_same_in_front_matter_heading_and_table() -> None:
    (entry,) = tomllib.loads((CORPUS / "corpus.toml").read_text(encoding="utf-8"))["document"]
    assert f'title: "{entry["title"]}"' in _account()
    assert f"\n# {entry['title']}\n" in _account()


@pytest.mark.parametrize("fact", FACTS)
def test_account_reports_the_fact(fact: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(fact)}(?!\w)", _account(), re.IGNORECASE), f"the account lacks {fact!r}"


@pytest.mark.parametrize("words", REMARKS)
def test_slip_of_the_source_is_remarked_on(words: str) -> None:
    assert any(words in remark for remark in re.findall(r"\[Remark: (.*?)\]", _account(), re.DOTALL))


def test_account_copies_no_run_of_nine_words_from_the_article() -> None:
    shared = shared_dir()
    if shared is None:
        pytest.skip("the article is not part of the project: no shared folder beside the checkout")
    source = _words((shared / "article" / "al-monitor-nagorno-karabakh.txt").read_text(encoding="utf-8"))
    runs = {tuple(source[i : i + RUN]) for i in range(len(source) - RUN + 1)}
    own = _words(_account())
    assert [" ".join(own[i : i + RUN]) for i in range(len(own) - RUN + 1) if tuple(own[i : i + RUN]) in runs] == []
