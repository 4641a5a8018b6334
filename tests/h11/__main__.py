# SPDX-License-Identifier: MIT
"""python3 tests/h11 LIFE.so CHANGED.so PARTNER: lockstep.py with the first two, then conversations.py. TAP."""

import sys

import conversations
import lockstep
import tap

lockstep.compare(*sys.argv[1:3])
conversations.compare(sys.argv[3])
tap.end()
