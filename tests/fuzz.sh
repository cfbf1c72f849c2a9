#!/bin/sh
# Runs every Fuzz function in turn, each for the time given or a minute. What it finds goes to testdata/fuzz beside the
# test, where the ordinary tests then try it for ever.
set -eu
cd "$(dirname "$0")/.."
grep -r '^func Fuzz' --include='*_test.go' ganlib cmd internal ./*_test.go | sort | while IFS=: read -r file function; do
	name=${function#func }
	name=${name%%(*}
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "${1:-1m}" -fuzzminimizetime 5s
done
