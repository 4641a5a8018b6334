# SPDX-License-Identifier: MIT

# ---- Mutants and the proof of memory: words of `./dev`, which need more time than `make check` has ----

EXTRA_DIST += fuzz/mutants fuzz/proof
