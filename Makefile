# The Go that go.mod names, fetched by whatever Go the machine has, with SIMD for the pure-Go backend: its
# matrix products are 20 to 30 times slower without.
export GOTOOLCHAIN := auto
export GOEXPERIMENT := simd

# .venv/env, which setup writes, puts the project's Go, Jupyter and kernel on the PATH.
ENV := . ./.venv/env &&

# tests/ needs the whole house and minutes of notebooks, so it runs after everything else. It limits each notebook by
# itself.
PACKAGES = $$(go list ./... | grep -v '/tests$$')

TARGET := cpu

.DEFAULT_GOAL := help
.PHONY: help lab test notebooks trials run fmt clean setup docker docker-check

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: setup ## open JupyterLab on the notebooks (ARGS="--no-browser --port 8899" passes options on)
	@$(ENV) go build ./... || echo "The library does not compile, so notebooks that use it will not run either."
	@$(ENV) exec jupyter lab $(LAB) $(ARGS)

test: setup ## go vet, every Go test, then every notebook executed
	$(ENV) go vet ./...
	$(ENV) go test -timeout 30m $(PACKAGES)
	$(ENV) GAN_NOTEBOOK_TESTS=1 go test -v -count=1 -timeout 0 ./tests

notebooks: setup ## execute the notebooks into build/notebooks (ONLY=03 for those whose path contains it)
	$(ENV) GAN_NOTEBOOK_TESTS=1 go test -v -count=1 -timeout 0 -run '^TestNotebooks$$/$(ONLY)' ./tests

trials: setup ## hits and false alarms of the diagnosis on runs made to fail, into tests/trials/README.md (hours; it resumes)
	$(ENV) go run ./tests/trials -seeds 100-109 -table tests/trials/README.md

run: setup ## the command line: make run ARGS="train mnist"
	@$(ENV) go run ./cmd/gan $(ARGS)

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
