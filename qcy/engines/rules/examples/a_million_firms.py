"""A pack, one firm, a table of a million firms. Run it: `python -m qcy.engines.rules.examples.a_million_firms`."""

from datetime import date
from pathlib import Path

import numpy as np

from qcy.engines.rules import decide
from qcy.engines.rules.packs.load import load_pack
from qcy.engines.rules.setwise.columns import Firms, bounded
from qcy.engines.rules.setwise.evaluate import evaluate
from qcy.engines.rules.terminal import read_dictionary

FOLDER, TODAY, FEN = Path(__file__).parent, date(2026, 6, 15), 10**6


def main(count: int = 1_000_000) -> dict[str, int]:
    dictionary = read_dictionary(FOLDER)
    pack = load_pack(FOLDER / "five_percent.yaml", dictionary).pack
    assert pack
    one = decide(pack, dictionary, {"rd": 50}, TODAY)
    print(one.verdict, one.undecided_by)  # unknown ('sales',)
    chance = np.random.default_rng(1)
    sales = np.round(chance.lognormal(6, 1, count)) * FEN  # whole fen of 万元
    rd = np.where(chance.random(count) < 0.3, np.nan, np.round(sales * chance.uniform(0, 0.1, count)))
    columns = {"sales": bounded(dictionary["sales"], sales), "rd": bounded(dictionary["rd"], rd)}
    answers = evaluate(pack, dictionary, Firms(count, columns), TODAY)
    print(answers.counts(), float(answers.total("award")))
    return answers.counts()


if __name__ == "__main__":
    main()
