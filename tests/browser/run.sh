#!/bin/sh
# Drives JupyterLab in Chromium: `make browser-test` runs it. Without Node.js or Chromium it says what was not tested, and
# succeeds. CHROMIUM=PATH names another Chromium or Chrome than those on the PATH.
set -eu
cd "$(dirname "$0")"

skip() {
	echo "BROWSER TEST SKIPPED, so JupyterLab was NOT TESTED: notebooks, live plots, interrupts, completion, widgets." >&2
	echo "$*" >&2
	exit 0
}

find_chromium() {
	for candidate in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
		if command -v "$candidate"; then return; fi
	done
}

if ! command -v npm >/dev/null || [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
	skip "It needs Node.js 20.11 or newer, and npm. Debian: sudo apt-get install nodejs npm   macOS: brew install node"
fi
CHROMIUM=$(find_chromium)
[ -n "$CHROMIUM" ] || skip "It needs Chromium. Debian: sudo apt-get install chromium   macOS: brew install --cask chromium"
export CHROMIUM

npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --silent
exec node --test-reporter=spec lab.test.mjs
