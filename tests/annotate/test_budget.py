import threading

from gst_core.annotate.budget import Budget, BudgetSpent, Estimate, Spent, price


def test_no_more_attempts_are_given_than_the_budget_has_whatever_the_threads():
    budget, given = Budget(50), []

    def take():
        for _ in range(20):
            try:
                given.append(budget.take())
                budget.count(5, 1)
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


def test_tokens_cost_what_the_analyst_says_they_cost():
    assert price(Spent(3, 2_000_000, 500_000), 0.5, 2.0) == 2.0
    assert price(Estimate(3, 1_000_000, 0), 0.5, 2.0) == 0.5
