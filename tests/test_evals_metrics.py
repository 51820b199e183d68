"""Each metric against figures worked out by hand."""

from __future__ import annotations

import math

import pytest

from evals import abstention_metrics, answer_metrics, retrieval_metrics
from evals.bootstrap import interval, paired_interval, percentile, sign_test
from evals.budget import Retrieved, within
from evals.matching import find, says, without_markers
from evals.retrieval_metrics import DocumentSpan, span_scores

# Three passages: the first holds nothing, the second pieces 0 and 1, the third piece 0 again.
FOUND = [frozenset[int](), frozenset({0, 1}), frozenset({0})]


def test_hit_rate_asks_for_one_relevant_passage_within_the_cut() -> None:
    assert [retrieval_metrics.hit_rate(FOUND, k) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]


def test_recall_counts_each_needed_piece_once() -> None:
    assert retrieval_metrics.recall(FOUND, needed=4, k=1) == 0.0
    assert retrieval_metrics.recall(FOUND, needed=4, k=3) == 2 / 4


def test_precision_divides_by_the_cut_even_when_fewer_passages_came() -> None:
    assert retrieval_metrics.precision(FOUND, 3) == 2 / 3
    assert retrieval_metrics.precision(FOUND, 5) == 2 / 5


def test_mrr_is_one_over_the_first_relevant_rank() -> None:
    assert retrieval_metrics.mrr(FOUND) == 1 / 2
    assert retrieval_metrics.mrr([frozenset()]) == 0.0


def test_span_scores_count_characters_of_the_same_document_only() -> None:
    wanted = [DocumentSpan("a", 0, 10), DocumentSpan("b", 0, 10)]
    got = [DocumentSpan("a", 5, 25), DocumentSpan("c", 0, 10)]
    scores = span_scores(wanted, got)  # 5 shared of 20 wanted and 30 retrieved
    assert (scores.recall, scores.precision, scores.iou) == (5 / 20, 5 / 30, 5 / 45)


def test_overlapping_passages_pay_for_what_they_repeat() -> None:
    once = span_scores([DocumentSpan("a", 0, 10)], [DocumentSpan("a", 0, 10)])
    twice = span_scores([DocumentSpan("a", 0, 10)], [DocumentSpan("a", 0, 10), DocumentSpan("a", 0, 10)])
    assert (once.recall, once.precision, once.iou) == (1.0, 1.0, 1.0)
    assert (twice.recall, twice.precision, twice.iou) == (1.0, 0.5, 0.5)


def test_a_ranked_list_is_cut_at_the_budget_at_a_word() -> None:
    ranked = [Retrieved("a", 0, "one two three"), Retrieved("a", 14, "four five six")]
    kept = within(ranked, 5, lambda text: len(text.split()))
    assert [one.text for one in kept] == ["one two three", "four five"]
    assert kept[1].span == DocumentSpan("a", 14, 23)
    assert within(ranked, 3, lambda text: len(text.split())) == ranked[:1]


def test_words_match_as_a_run_of_whole_tokens() -> None:
    assert says("It was (so they said) the S-25, in July.", ("S-25",))
    assert not says("It was an S-250.", ("S-25",))
    assert not says("Minister of foreign affairs", ("foreign minister",))


def test_a_pattern_in_slashes_is_searched_without_case_across_line_ends_and_curly_quotes() -> None:
    assert find(r"/turkey's\s+minister/", "TURKEY’S\nminister spoke") == "TURKEY'S minister"
    assert find(r"/\b1988\b/", "in 19881") == ""


def test_diacritics_do_not_hide_a_name() -> None:
    assert says("Mevlüt Çavuşoğlu said so.", ("Cavusoglu",))


def test_markers_are_no_part_of_an_answer() -> None:
    assert without_markers("Ida Holm [1] built it [12].") == "Ida Holm built it."


def test_exact_match_ignores_articles_case_and_punctuation() -> None:
    assert answer_metrics.em("The Engineer, Ida Holm.", ("engineer Ida Holm",)) == 1.0
    assert answer_metrics.em("Ida Holm built it", ("Ida Holm",)) == 0.0
    assert answer_metrics.em("in 1988", (r"/(in )?1988/",)) == 1.0
    assert answer_metrics.em("in 1988 or so", (r"/(in )?1988/",)) == 0.0


def test_token_f1_takes_the_best_accepted_answer() -> None:
    # "ida holm built it" against "ida holm": P 2/4, R 2/2.
    assert answer_metrics.f1("Ida Holm built it", ("nobody", "Ida Holm")) == pytest.approx(2 / 3)
    # an expression stands for what it matches: "1988" in "in 1988", P 1/2, R 1.
    assert answer_metrics.f1("in 1988", ("/1988/",)) == pytest.approx(2 / 3)
    assert answer_metrics.f1("in 1987", ("/1988/",)) == 0.0


def test_item_recall_is_the_share_of_items_said() -> None:
    assert answer_metrics.item_recall("Russia and France", [("Russia",), ("France",), ("United States", "US")]) == 2 / 3


def test_citations_are_judged_by_the_evidence_in_one_quote() -> None:
    pieces = [("oven",), ("lamp", "light")]
    quotes = ["He kept the oven.", "It rained.", "The oven again."]
    assert answer_metrics.citation_precision(quotes, pieces) == 2 / 3
    assert answer_metrics.citation_recall(quotes, pieces) == 1 / 2
    assert answer_metrics.citation_precision([], pieces) == 0.0


def test_term_f1_of_a_rewritten_question() -> None:
    # {built} against {skerry, lighthouse, built}: 1 shared of 1 and of 3.
    found = answer_metrics.term_f1("When was it built?", "When was the Skerry lighthouse built?")
    assert found == pytest.approx(2 * 1 / (1 + 3))


def test_refusal_rates_are_over_their_own_questions_only() -> None:
    assert abstention_metrics.wrong_refusal(answerable=True, abstained=True) == 1.0
    assert abstention_metrics.wrong_refusal(answerable=False, abstained=True) is None
    assert abstention_metrics.negative_rejection(answerable=False, abstained=True) == 1.0
    assert abstention_metrics.negative_rejection(answerable=True, abstained=True) is None


def test_risk_coverage_counts_errors_from_the_surest_answer_on() -> None:
    curve = abstention_metrics.risk_coverage([0.5, 0.9, 0.7, 0.7], [True, False, True, False], asked=8)
    assert [(point.confidence, point.coverage, point.risk) for point in curve] == [
        (0.9, 1 / 8, 0.0),
        (0.7, 3 / 8, 1 / 3),  # two answers of equal confidence enter together
        (0.5, 4 / 8, 2 / 4),
    ]
    # areas 1/8 * 0 + 2/8 * 1/3 + 1/8 * 1/2, over the coverage reached, 1/2
    assert abstention_metrics.aurc(curve) == pytest.approx((2 / 8 / 3 + 1 / 16) / 0.5)


def test_sure_errors_cost_more_area_than_unsure_ones() -> None:
    good = abstention_metrics.risk_coverage([0.9, 0.1], [False, True])
    bad = abstention_metrics.risk_coverage([0.9, 0.1], [True, False])
    assert abstention_metrics.aurc(good) < abstention_metrics.aurc(bad)


def test_calibration_error_weighs_each_bin_by_its_share() -> None:
    # bin (0.8, 0.9]: 0.9 and 0.9, one of two right: gap 0.4; bin (0.1, 0.2]: 0.2, right: gap 0.8
    found = abstention_metrics.calibration_error([0.9, 0.9, 0.2], [True, False, True])
    assert found == pytest.approx((2 * 0.4 + 1 * 0.8) / 3)


def test_calibration_bins_close_at_their_upper_edge() -> None:
    # 0.7 and 0.65 share the bin (0.6, 0.7]: |1 - 1.35| / 2; apart they would cost 0.3 + 0.65.
    assert abstention_metrics.calibration_error([0.7, 0.65], [True, False]) == pytest.approx(0.35 / 2)


def test_bootstrap_is_repeatable_and_brackets_the_mean() -> None:
    values = [1.0] * 80 + [0.0] * 20
    one = interval(values)
    assert one == interval(values)
    assert one.mean == 0.8
    # the normal approximation gives 0.8 ± 1.96 * sqrt(0.8 * 0.2 / 100) = 0.8 ± 0.078
    assert one.low == pytest.approx(0.722, abs=0.02)
    assert one.high == pytest.approx(0.878, abs=0.02)


def test_paired_bootstrap_sees_a_small_gain_that_every_question_shares() -> None:
    before = [0.1 * number for number in range(10)]
    assert paired_interval(before, [value + 0.01 for value in before]).beyond_noise
    assert not paired_interval(before, before).beyond_noise


def test_paired_bootstrap_refuses_other_questions() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        paired_interval([1.0, 0.0], [1.0])


def test_sign_test_is_the_binomial_tail() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 0) == 1 / 32
    assert sign_test(10, 3) == sum(math.comb(13, count) for count in (10, 11, 12, 13)) / 2**13


def test_percentile_interpolates_between_neighbours() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5
    assert percentile([0.0, 10.0], 95) == pytest.approx(9.5)
