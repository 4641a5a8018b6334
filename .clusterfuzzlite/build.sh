#!/bin/bash -eu
# SPDX-License-Identifier: MIT
exec fuzz/ossfuzz/build.sh
