# SPDX-License-Identifier: MIT

# ---- Real servers on the same octets: ./dev garden. In `make check` only what needs no other server. ----

EXTRA_DIST += fuzz/garden/__main__.py fuzz/garden/classes.txt fuzz/garden/compare.py fuzz/garden/echo.py fuzz/garden/grid.py \
    fuzz/garden/inputs.py fuzz/garden/judge.py fuzz/garden/origin.py fuzz/garden/servers.py fuzz/garden/talk.py fuzz/garden/apps/asgi.py \
    fuzz/garden/apps/echo.js fuzz/garden/apps/echo.rb fuzz/garden/apps/echo.ru fuzz/garden/apps/loops.py fuzz/garden/apps/webrick.rb \
    fuzz/garden/apps/wsgi.py doc/garden.md

TESTS += tests/garden.sh
EXTRA_DIST += tests/garden.sh tests/garden/__main__.py
