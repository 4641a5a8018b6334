# SPDX-License-Identifier: MIT

# ---- Seeded bugs: `./dev seeded` lays them and looks how soon they are found; here only that they can be laid ----

TESTS += tests/seeded.sh
EXTRA_DIST += tests/seeded.sh fuzz/seeded
