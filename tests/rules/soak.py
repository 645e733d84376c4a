"""`make soak`: interpreter against set-wise on a million hard (firm, policy) pairs (R1). Prints the count of differences.

QCY_SOAK_PAIRS sets another number, QCY_SOAK_SEED other firms. Ends with 1 at the first difference, which it prints.
"""

from __future__ import annotations

import os
import sys
import time

from qcy.engines.rules.packs.model import DRAFT
from qcy.engines.rules.sampling import Sampler

from .firm import TODAY, dictionary, policies
from .test_setwise import compared

ROUND = 500
"""Firms of one version drawn together."""


def main() -> int:
    pairs, seed = int(os.environ.get("QCY_SOAK_PAIRS", "1000000")), int(os.environ.get("QCY_SOAK_SEED", "1"))
    versions = [
        (p, v, k) for p in policies().values() for v in p.versions if v.status != DRAFT for k in v.kinds
    ]
    done, started = 0, time.monotonic()
    while done < pairs:
        for rule, version, kind in versions:
            on = min(version.end or TODAY, max(version.start, TODAY))
            count = min(ROUND, pairs - done)
            rows = list(Sampler(version, dictionary(), on, seed).firms(count))
            different = compared(rule, rows, on, kind)
            if different:
                print(f"{version.id} {kind}：{len(different)} 处不同，例如 {different[0]}")
                return 1
            done += count
        seed += 1
        print(f"{done} 对企业与政策，0 处不同，{time.monotonic() - started:.0f} 秒", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
