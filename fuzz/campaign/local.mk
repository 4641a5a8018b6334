# SPDX-License-Identifier: MIT

# ---- Campaigns: ./dev campaign ----

EXTRA_DIST += fuzz/campaign/__main__.py fuzz/campaign/corpus.py fuzz/campaign/cover.py fuzz/campaign/engines.py \
    fuzz/campaign/excluded.txt fuzz/campaign/goto-ragel fuzz/campaign/ledger.py fuzz/campaign/machines.py fuzz/campaign/plan.py fuzz/campaign/report.py \
    fuzz/campaign/runner.py fuzz/campaign/screen.py fuzz/campaign/state.py fuzz/campaign/trace.h fuzz/campaign/traced-ragel \
    fuzz/campaign/tree.py fuzz/campaign/triage.py fuzz/campaign/variants.py

TESTS += tests/campaign.sh
EXTRA_DIST += tests/campaign.sh tests/campaign/__main__.py tests/campaign/address.txt tests/campaign/afl-abort.txt \
    tests/campaign/afl-plot.txt tests/campaign/afl-stats.txt tests/campaign/guard-page.txt tests/campaign/libfuzzer.txt tests/campaign/oracle.txt \
    tests/campaign/timeout.txt tests/campaign/undefined.txt

# ---- Where others run the harnesses: OSS-Fuzz and ClusterFuzzLite ----

EXTRA_DIST += fuzz/ossfuzz/Dockerfile fuzz/ossfuzz/build.sh fuzz/ossfuzz/project.yaml fuzz/ossfuzz/harness.options \
    .clusterfuzzlite/Dockerfile .clusterfuzzlite/build.sh .clusterfuzzlite/project.yaml \
    .github/workflows/cflite_batch.yml .github/workflows/cflite_cron.yml .github/workflows/cflite_pr.yml

peer_tests += tests/ossfuzz.sh # builds all harnesses: long
EXTRA_DIST += tests/ossfuzz.sh

EXTRA_DIST += fuzz/README.md fuzz/ledger.tsv doc/fuzzing.md
