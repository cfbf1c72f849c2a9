#!/bin/sh
# Builds the cpu image on a machine without Docker, and tries it (try.sh). `make docker-check` runs it.
#
# The base image, which Docker would pull, is made by debootstrap. It and all else that buildah keeps is in
# build/.containers, where nothing on the machine takes it for the official one.
set -eu
cd "$(dirname "$0")/.."

say() { echo "docker-check: $*"; }
fail() {
	say "$*" >&2
	exit 1
}

for tool in buildah debootstrap ip unshare; do
	command -v $tool >/dev/null || fail "$tool is missing. Debian: sudo apt-get install buildah debootstrap iproute2"
done
[ "$(id -u)" = 0 ] || fail "debootstrap and buildah need root here: sudo make docker-check"

work=$(pwd)/build/.containers
mkdir -p "$work"
export CONTAINERS_STORAGE_CONF="$work/storage.conf" BUILDAH_ISOLATION=chroot
printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
	"${STORAGE_DRIVER:-vfs}" "$work/storage" "$work/run" >"$CONTAINERS_STORAGE_CONF"

# make_base NAME: a Debian of the release that the image's name begins with.
make_base() {
	release=${1#debian:}
	root=$work/base
	rm -rf "$root"
	debootstrap --variant=minbase "${release%%-*}" "$root" ${APT_MIRROR:+"$APT_MIRROR/debian"} >"$work/debootstrap.log" ||
		fail "debootstrap failed; $work/debootstrap.log says why"
	container=$(buildah from scratch)
	buildah add --quiet "$container" "$root" / >/dev/null
	buildah commit --quiet --rm "$container" "docker.io/library/$1" >/dev/null
	rm -rf "$root"
}

base=$(sed -n 's/^FROM \(debian:[^ ]*\).*/\1/p' docker/Dockerfile)
if ! buildah images "$base" >/dev/null 2>&1; then
	say "making $base ..."
	make_base "$base"
fi
say "building gans-in-go:cpu ..."
sh docker/build.sh cpu buildah bud --format docker
buildah rmi --prune >/dev/null # what an earlier build was
say "gans-in-go:cpu is $(buildah images --format '{{.Size}}' gans-in-go:cpu)"

# In a network of its own, with nothing but the loopback: the image needs no other, and port 8888 is free.
exec unshare --net --pid --fork --kill-child --mount-proc sh docker/try.sh
