#!/bin/sh
# Tries gans-in-go:cpu: JupyterLab, started as the image says, must call itself healthy and ask for its token,
# and a notebook must run (ONLY=03 for another than the first). check.sh runs it, with the network off.
set -eu

say() { echo "docker-check: $*"; }
fail() {
	say "$*" >&2
	exit 1
}

ip link set lo up
log=$(mktemp)
container=$(buildah from gans-in-go:cpu)
trap 'buildah rm "$container" >/dev/null; rm -f "$log"' EXIT

inside() { buildah run "$container" -- "$@"; }
image_says() { buildah inspect --type image --format "$1" gans-in-go:cpu; }

# status PATH: what JupyterLab answers, redirections not followed.
status() {
	inside .venv/bin/python -c '
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8888, timeout=10)
connection.request("GET", sys.argv[1])
print(connection.getresponse().status)' "$1"
}

# expect STATUS PATH WHAT
expect() {
	got=$(status "$2")
	[ "$got" = "$1" ] || fail "$3: answered $got, want $1"
	say "$3: $got"
}

wait_until_healthy() {
	check=$(image_says '{{index .Docker.Config.Healthcheck.Test 1}}')
	for _ in $(seq 60); do
		if inside sh -c "$check" 2>/dev/null; then
			say "JupyterLab is healthy after $(($(date +%s) - began)) s"
			return
		fi
		kill -0 $lab 2>/dev/null || break
		sleep 1
	done
	cat "$log" >&2
	fail "JupyterLab does not become healthy; its log is above"
}

[ "$(inside id -u)" != 0 ] || fail "the image runs as root"
began=$(date +%s)
image_says '{{range .Docker.Config.Cmd}}{{println .}}{{end}}' | grep . |
	xargs -d '\n' buildah run "$container" -- >"$log" 2>&1 &
lab=$!
wait_until_healthy
token=$(sed -n 's/.*[?]token=\([0-9a-f]*\).*/\1/p' "$log" | head -n 1)
[ -n "$token" ] || fail "JupyterLab printed no address with a token"
expect 403 /api/contents "its files, without the token"
expect 302 /lab "its page, without the token, which leads to the log-in"
expect 200 "/api/contents?token=$token" "its files, with the token"
kill $lab

say "executing notebook ${ONLY:=01} with the network off ..."
inside make notebooks "ONLY=$ONLY" | tee "$log"
grep -q -e "--- PASS: TestNotebooks/.*$ONLY" "$log" || fail "no notebook with $ONLY in its path was executed"
say "all is well"
