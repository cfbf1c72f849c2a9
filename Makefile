# The Go that go.mod names, fetched by whatever Go the machine has, with SIMD for the pure-Go backend: its
# matrix products are 20 to 30 times slower without.
export GOTOOLCHAIN := auto
export GOEXPERIMENT := simd

# .venv/env, which setup writes, puts the project's Go, Jupyter and kernel on the PATH.
ENV := . ./.venv/env &&

# tests/ needs the whole house and minutes of notebooks, so it runs after everything else.
PACKAGES = $$(go list ./... | grep -v "/tests$$")

# Go's own clock, which only a hang reaches: the slowest package takes minutes. Notebooks have a watchdog instead.
GO_TEST = go test -json -timeout 3h
NOTEBOOK_TESTS = GAN_NOTEBOOK_TESTS=1 go test -json -count=1 -timeout 0 -parallel 2 ./tests

# Without LLVM's optimizer XLA compiles in half the time: tests compile hundreds of programs that run for milliseconds.
# Notebooks, whose networks are real, and `make test-long` run what users run.
QUICK = XLA_FLAGS=--xla_backend_optimization_level=0

# The packages that start goroutines or share files with other processes, for the race detector.
CONCURRENT = $$(go list ./... | grep -E "/(serve|run|sweep|watch|live|localhost|data|lsun|progress)$$")

# -race turns on the compiler's checks of unsafe pointers, which stop the matrix products of GoMLX's Go engine: with SIMD
# and without, they step a pointer past the end of a slice before they find that the loop is over. The checks are
# off for that engine only.
RACE = -race -short -gcflags=github.com/gomlx/compute/...=-d=checkptr=0
RACED = if [ "$$(go env CGO_ENABLED)" = 1 ]; then $(QUICK) $(GO_TEST) $(RACE) $(CONCURRENT); \
	else echo "No C compiler: nothing runs under the race detector."; fi

# `gan version` prints it. A program from `go install ...@v1.2.3` knows its version without.
VERSION = $$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
STAMP = -trimpath -ldflags "-X main.version=$(VERSION)"
PLATFORMS = linux/amd64 linux/arm64 darwin/arm64 windows/amd64

TARGET := cpu
DEVICE := xla:cuda,notf32
comma := ,

.DEFAULT_GOAL := help
.PHONY: help lab test browser-test playground-test test-long fuzz lint notebooks book claims playground models trials bench \
	bench-peers gpu-check gpu-bench run build release fmt clean setup plugin docker docker-check

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: setup ## open JupyterLab on the notebooks (ARGS="--no-browser --port 8899" passes options on)
	@$(ENV) go build . ./dcganlib/... ./ganlib/... ./notebooks/... || echo "The library does not compile, so notebooks that use it will not run either."
	@$(ENV) exec jupyter lab $(LAB) $(ARGS)

test: setup ## go vet for three systems, Go tests (concurrent packages also under -race), every notebook executed
	$(ENV) go run ./tests/suite 'go vet ./...' 'GOOS=darwin CGO_ENABLED=0 go vet ./...' \
		'GOOS=windows CGO_ENABLED=0 go vet ./...' '$(QUICK) $(GO_TEST) $(PACKAGES)' '$(RACED)' '$(NOTEBOOK_TESTS)'

browser-test: setup ## JupyterLab in Chromium: notebooks, live plots, interrupts, completion, widgets; screenshots in build/browser
	@sh tests/browser/run.sh lab

playground-test: setup ## the pages that compute, in Chromium: every control, lessons, links, frames; screenshots in build/playground
	@$(ENV) sh tests/browser/run.sh playground
	@$(ENV) sh tests/browser/run.sh digits

test-long: setup ## Go tests with every case, as XLA compiles for users (an hour)
	$(ENV) GAN_LONG_TESTS=1 go run ./tests/suite '$(GO_TEST) -count=1 ./...'

fuzz: setup ## damaged files against every reader (FUZZTIME=10m for each; a minute by default)
	$(ENV) sh tests/fuzz.sh $(FUZZTIME)

lint: ## golangci-lint, as .golangci.yml has it
	@sh docker/setup.sh lint
	$(ENV) golangci-lint run ./...

notebooks: setup ## execute the notebooks into build/notebooks (ONLY=03 for those whose path contains it)
	$(ENV) go run ./tests/suite '$(NOTEBOOK_TESTS) -run "^TestNotebooks$$/$(ONLY)"'

claims: setup ## which claims of the notebooks cannot fail, into tests/claims/README.md (half an hour)
	$(ENV) go run ./tests/claims

book: ## the executed notebooks as a site in two languages, in build/book (EXECUTED=build/notebooks takes those executed)
	@sh docker/setup.sh book
	$(ENV) python3 docs/book/book.py $(if $(EXECUTED),--executed $(EXECUTED))

playground: setup ## build the game for browsers anew, into playground/page (ARGS=-check compares and writes nothing)
	$(ENV) go run ./playground/build $(ARGS)

models: setup ## train the models in the box anew, into ganlib/models (an hour; it resumes)
	$(ENV) for model in digits clothes emoji figure1; do go run ./cmd/train-models $$model || exit; done

trials: setup ## hits and false alarms of the diagnosis on runs made to fail, into tests/trials/README.md (hours; it resumes)
	$(ENV) go run ./tests/trials -seeds 100-109 -table tests/trials/README.md

bench: setup ## speed of this library on this machine (ARGS="--only mnist28 --rounds 1" passes options on)
	$(ENV) python3 tests/bench/run.py $(ARGS)

bench-peers: setup ## the same beside PyTorch, TensorFlow and JAX, in build/bench (7 GB), into tests/bench/README.md
	$(ENV) python3 tests/bench/run.py --peers --readme $(ARGS)

gpu-check: ## compare an iteration on the GPU with the CPU's, TF32 off (DEVICE=xla:cpu,notf32 to see it run without a GPU)
	@GOMLX_BACKEND=$(firstword $(subst $(comma), ,$(DEVICE))) sh docker/setup.sh
	$(ENV) NVIDIA_TF32_OVERRIDE=0 GAN_DEVICE=$(DEVICE) go test -v -count=1 -run '^TestDevice' .

gpu-bench: ## images/s on the GPU in float32, TF32 and bfloat16 (TORCH=python of PyTorch's environment; ARGS="--only mnist28")
	@GOMLX_BACKEND=$(firstword $(subst $(comma), ,$(DEVICE))) sh docker/setup.sh
	$(ENV) python3 tests/bench/gpu.py $(if $(TORCH),--torch $(TORCH)) --device $(firstword $(subst $(comma), ,$(DEVICE))) $(ARGS)

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

plugin: ## ask go-xla's publisher for XLA's plugin again, where PyPI has none and setup could not have it
	@sh docker/setup.sh plugin

docker: ## build the image gans-in-go:cpu with docker or podman (TARGET=cuda for NVIDIA's GPUs, serve for a generator as a service)
	@sh docker/build.sh $(TARGET)

docker-check: ## build the cpu image without either, start JupyterLab in it, execute a notebook (ONLY=03)
	@ONLY=$(ONLY) sh docker/check.sh

clean: ## remove .venv and build, all that make made; runs are kept
	rm -rf .venv build

# On this machine only, and with a token, as is Jupyter's own way. docker/lab turns Jupyter's news and its question
# about them off. Looking for language servers would start npm, and nothing here uses one. Root, and so many a
# container, must say that it means to.
IP := 127.0.0.1
NOTEBOOKS := notebooks
LAB = --ServerApp.root_dir=$(NOTEBOOKS) --ServerApp.ip=$(IP) --MultiKernelManager.default_kernel_name=gonb \
	--LabApp.app_settings_dir=docker/lab --LanguageServerManager.autodetect=False $(if $(filter 0,$(shell id -u)),--allow-root)
