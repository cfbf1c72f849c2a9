#!/bin/sh
# Builds the image gans-in-go:TARGET, TARGET being cpu, cuda or serve: build.sh TARGET [COMMAND...], where the command is
# one that builds images; without it, Docker's if Docker runs, or else Podman's. What is set of APT_MIRROR,
# PIP_INDEX_URL, GOPROXY, GOSUMDB and SSL_CERT_FILE (the authorities to trust) is passed on to the build.
set -eu
cd "$(dirname "$0")/.."
target=$1
shift

if [ $# -gt 0 ]; then
	: # the caller's choice
elif docker info >/dev/null 2>&1; then
	export DOCKER_BUILDKIT=1 # the older builder has no secrets
	set -- docker build
elif command -v podman >/dev/null; then
	set -- podman build --format docker # podman's own format has no health check
else
	echo "missing: Docker, running, or Podman. Debian: sudo apt-get install podman   macOS: brew install podman" >&2
	exit 1
fi

for name in APT_MIRROR PIP_INDEX_URL GOPROXY GOSUMDB; do
	if [ -n "$(printenv $name)" ]; then set -- "$@" --build-arg "$name"; fi
done
if [ -n "${SSL_CERT_FILE:-}" ]; then set -- "$@" --secret "id=ca_bundle,src=$SSL_CERT_FILE"; fi
exec "$@" --target "$target" --tag "gans-in-go:$target" --file docker/Dockerfile .
