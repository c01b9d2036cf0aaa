# Every target works on a fresh machine that has Go and make.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
FUZZTIME ?= 30s
# A program built with -race waits a second at its end for reports; tests start hundreds of them.
export GORACE ?= atexit_sleep_ms=10
DEBIAN_TOOLS = bash-completion dpkg-dev lintian man-db mandoc mmdebstrap prometheus qemu-user-static shellcheck systemd systemd-container udev zsh

.DEFAULT_GOAL := help
.PHONY: help build run test race check fuzz bench microbench golden deb deb-test image-test arm64-test debian-tools

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/aetherd and bin/aetherctl
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/aetherd ./daemon/aetherd
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/aetherctl ./client/aetherctl

run: build ## Run aetherd with the simulated arm on 127.0.0.1:5000
	./bin/aetherd run

# One package at a time: many tests wait for an arm in real time, and others load the processors.
test: ## Run the tests
	$(GO) test -p 1 -timeout 10m ./...

race: ## Run the tests of packages with goroutines ten times under the race detector
	$(GO) test -timeout 30m -race -shuffle on -count 10 ./arm/... ./client/... ./daemon/... ./metrics/...

check: ## Format, tidiness, vet, staticcheck, race and shuffle
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w on these files'; exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(GO) vet -tags 'deb image' ./deploy/...
	$(GO) tool staticcheck ./...
	$(GO) tool staticcheck -tags 'deb image' ./deploy/...
	$(GO) test -p 1 -timeout 10m -race -shuffle on -short ./...

fuzz: ## Run every fuzz target for FUZZTIME (30s)
	@set -e; for target in $$(grep -rho --include='*_test.go' 'func Fuzz[A-Za-z0-9_]*' . | awk '{print $$2}' | sort -u); do \
		dir=$$(dirname $$(grep -rl --include='*_test.go' "func $$target(" . | head -n 1)); \
		echo "== $$dir $$target"; \
		$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir; \
	done

bench: ## Measure aetherd beside other servers, in ratios (about nine minutes)
	$(GO) run -buildvcs=true ./daemon/bench $(BENCHFLAGS)

microbench: ## Run the Go benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

golden: ## Rewrite the files that tests compare with; look at the diff before you commit it
	$(GO) test ./safety -run TestTranscripts -args -rewrite
	$(GO) test ./metrics ./docs ./client/screen ./deploy/grafana ./deploy/deb -update

deb: ## Make the Debian packages for amd64, arm64 and armhf in dist/
	@rm -f dist/aetherd_*.deb
	$(GO) run ./deploy/deb -out dist amd64 arm64 armhf

deb-test: ## Make every package twice, from an empty cache too, and check each (ten minutes)
	$(GO) test -tags deb -count=1 -timeout 60m -v ./deploy/deb

image-test: deb ## Try the packages on a booted Debian, following docs/operations.md (as root, two minutes)
	$(GO) test -tags image -count=1 -timeout 30m -v ./deploy/image

# A process that a test starts runs natively: qemu-user starts no foreign program. It has no TCGETS2 on ptys and
# no TIOCGEXCL, which the two tests left out are about.
arm64-test: deb ## Run the tests of the core as arm64, and the packaged programs, under qemu-user (four minutes)
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -count=1 -short -p 1 -timeout 20m -skip '^(TestModeIsSet|TestRelease)$$' \
		-exec 'env -u GOARCH -u CGO_ENABLED qemu-aarch64-static' \
		./codec ./safety ./arm/... ./metrics ./daemon ./daemon/config ./client
	$(GO) test -tags image -count=1 -run TestForeign -v ./deploy/image

# Without them the tests that hold deploy/ against its readers are skipped, and say so.
debian-tools: ## Install the Debian packages that the tests of deploy/ use (as root)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(DEBIAN_TOOLS)
