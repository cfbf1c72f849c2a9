#!/bin/sh
# Drives Chromium: `make browser-test` and `make playground-test` run it with the name of a test: lab, playground or digits.
# Without Node.js or Chromium it says what was not tested, and succeeds. CHROMIUM=PATH names another Chromium or Chrome than
# those on the PATH.
set -eu
cd "$(dirname "$0")"

skip() {
	echo "BROWSER TEST $1 SKIPPED, so what it is about was NOT TESTED: see tests/browser/$1.test.mjs." >&2
	echo "$2" >&2
	exit 0
}

find_chromium() {
	for candidate in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
		if command -v "$candidate"; then return; fi
	done
}

if ! command -v npm >/dev/null || [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
	skip "$1" "It needs Node.js 20.11 or newer, and npm. Debian: sudo apt-get install nodejs npm   macOS: brew install node"
fi
CHROMIUM=$(find_chromium)
[ -n "$CHROMIUM" ] || skip "$1" "It needs Chromium. Debian: sudo apt-get install chromium   macOS: brew install --cask chromium"
export CHROMIUM

npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --silent
exec node --test-reporter=spec "$1.test.mjs"
