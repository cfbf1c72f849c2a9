# The Go that go.mod names, fetched by whatever Go the machine has, with SIMD for the pure-Go backend: its
# matrix products are 20 to 30 times slower without.
export GOTOOLCHAIN := auto
export GOEXPERIMENT := simd

# .venv/env, which setup writes, puts the project's Go, Jupyter and kernel on the PATH.
ENV := . ./.venv/env &&

# tests/ needs the whole house and minutes of notebooks, so it runs after everything else. It limits each notebook by
# itself.
PACKAGES = $$(go list ./... | grep -v '/tests$$')

# The packages that start goroutines or share files with other processes, for the race detector.
CONCURRENT = $$(go list ./... | grep -E '/(run|sweep|watch|live|data|lsun|progress)$$')

# -race turns on the compiler's checks of unsafe pointers, which stop the matrix products of GoMLX's Go engine: with SIMD
# and without, they step a pointer past the end of a slice before they find that the loop is over. The checks are
# off for that engine only.
RACE = -race -short -gcflags=github.com/gomlx/compute/...=-d=checkptr=0

# `gan version` prints it. A program from `go install ...@v1.2.3` knows its version without.
VERSION = $$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
STAMP = -trimpath -ldflags "-X main.version=$(VERSION)"
PLATFORMS = linux/amd64 linux/arm64 darwin/arm64 windows/amd64

TARGET := cpu

.DEFAULT_GOAL := help
.PHONY: help lab test lint notebooks trials bench bench-peers run build release fmt clean setup docker docker-check

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: setup ## open JupyterLab on the notebooks (ARGS="--no-browser --port 8899" passes options on)
	@$(ENV) go build ./... || echo "The library does not compile, so notebooks that use it will not run either."
	@$(ENV) exec jupyter lab $(LAB) $(ARGS)

test: setup ## go vet for three systems, Go tests (concurrent packages also under -race), every notebook executed
	$(ENV) go vet ./...
	$(ENV) GOOS=darwin CGO_ENABLED=0 go vet ./...
	$(ENV) GOOS=windows CGO_ENABLED=0 go vet ./...
	$(ENV) go test -timeout 30m $(PACKAGES)
	$(ENV) if [ "$$(go env CGO_ENABLED)" = 1 ]; then go test -timeout 30m $(RACE) $(CONCURRENT); \
		else echo "No C compiler: nothing runs under the race detector."; fi
	$(ENV) GAN_NOTEBOOK_TESTS=1 go test -v -count=1 -timeout 0 ./tests

lint: ## golangci-lint, as .golangci.yml has it
	@sh docker/setup.sh lint
	$(ENV) golangci-lint run ./...

notebooks: setup ## execute the notebooks into build/notebooks (ONLY=03 for those whose path contains it)
	$(ENV) GAN_NOTEBOOK_TESTS=1 go test -v -count=1 -timeout 0 -run '^TestNotebooks$$/$(ONLY)' ./tests

trials: setup ## hits and false alarms of the diagnosis on runs made to fail, into tests/trials/README.md (hours; it resumes)
	$(ENV) go run ./tests/trials -seeds 100-109 -table tests/trials/README.md

bench: setup ## speed of this library on this machine (ARGS="--only mnist28 --rounds 1" passes options on)
	$(ENV) python3 tests/bench/run.py $(ARGS)

bench-peers: setup ## the same beside PyTorch, TensorFlow and JAX, in build/bench (7 GB), into tests/bench/README.md
	$(ENV) python3 tests/bench/run.py --peers --readme $(ARGS)

run: setup ## the command line: make run ARGS="train mnist"
	@$(ENV) go run ./cmd/gan $(ARGS)

build: setup ## the command line as build/gan, stamped with the version (VERSION=v1.2.3)
	$(ENV) go build $(STAMP) -o build/gan ./cmd/gan

release: setup ## the same for Linux, macOS and Windows in build/release, without XLA
	@$(ENV) export CGO_ENABLED=0; for platform in $(PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		program=build/release/gan-$$GOOS-$$GOARCH; [ $$GOOS != windows ] || program=$$program.exe; \
		echo $$program; go build $(STAMP) -o $$program ./cmd/gan || exit; done

fmt: setup ## gofmt everything
	@$(ENV) gofmt -l -w $$(git ls-files --cached --others --exclude-standard '*.go')

setup: ## put Jupyter, the Go kernel and XLA's plugin into .venv (the targets above do it by themselves)
	@sh docker/setup.sh

docker: ## build the image gans-in-go:cpu with docker or podman (TARGET=cuda for NVIDIA's GPUs)
	@sh docker/build.sh $(TARGET)

docker-check: ## build the cpu image without either, start JupyterLab in it, execute a notebook (ONLY=03)
	@ONLY=$(ONLY) sh docker/check.sh

clean: ## remove .venv and build, all that make made; runs are kept
	rm -rf .venv build

# On this machine only, and with a token, as is Jupyter's own way. Looking for language servers would start
# npm, and nothing here uses one. Root, and so many a container, must say that it means to.
IP := 127.0.0.1
LAB = --ServerApp.root_dir=notebooks --ServerApp.ip=$(IP) --MultiKernelManager.default_kernel_name=gonb \
	--LanguageServerManager.autodetect=False $(if $(filter 0,$(shell id -u)),--allow-root)
