import threading

import pytest

from gst_core.annotate.budget import Budget, BudgetSpent, Estimate, Spent, price


def test_no_more_attempts_are_given_than_the_budget_has_whatever_the_threads():
    budget, given = Budget(50), []

    def take():
        for _ in range(20):
            try:
                given.append(budget.reserve(10))
                budget.settle(10, 5, 1)
            except BudgetSpent:
                return

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 50
    assert budget.spent == Spent(50, 250, 50)
    assert budget.requests_left == 0


def test_what_a_request_may_use_counts_until_it_is_settled():
    budget = Budget(10, tokens=100)
    budget.reserve(60)
    waits = threading.Thread(target=lambda: budget.settle(budget.reserve(60), 30, 0))
    waits.start()
    assert budget.spent.requests == 1
    budget.settle(60, 10, 5)
    waits.join(5)
    assert budget.spent == Spent(2, 40, 5)
    with pytest.raises(BudgetSpent, match="100 tokens"):
        budget.reserve(60)
    assert budget.spent.requests == 2


def test_a_request_that_can_never_fit_is_refused_while_others_are_under_way():
    budget = Budget(10, tokens=100)
    budget.reserve(50)
    with pytest.raises(BudgetSpent):
        budget.reserve(101)


def test_tokens_cost_what_the_analyst_says_they_cost():
    assert price(Spent(3, 2_000_000, 500_000), 0.5, 2.0) == 2.0
    assert price(Estimate(3, 1_000_000, 0), 0.5, 2.0) == 0.5
