# straycell: build, try, test. `make demo` needs no radio and no recording.

GO       ?= go
FUZZTIME ?= 5m
SOAKTIME ?= 600
TRIALS   ?= 40

.PHONY: help build nohw arm64 demo test test-hw check tidy fmt vet lint race cross bench bench-sensitivity bench-hidden bench-false bench-narrow bench-crash bench-day bench-drives bench-screen bench-verdict offair fuzz soak soak-radio soak-post clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/straycell ./cmd/straycell

# One static file without the libraries of radios, for containers.
nohw:
	CGO_ENABLED=0 $(GO) build -trimpath -tags nohw -o bin/straycell-nohw ./cmd/straycell

# The program without libraries as a 64-bit Raspberry Pi runs it, here under qemu: a recording is decoded to the same lines as natively,
# and a post surveys a simulated district.
QEMU_ARM64 ?= qemu-aarch64-static
arm64: build
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) build -trimpath -tags nohw -o bin/straycell-arm64 ./cmd/straycell
	@command -v $(QEMU_ARM64) >/dev/null || { echo "no $(QEMU_ARM64) here (Debian: qemu-user-static): built, not run"; exit 0; }; \
	set -e; t=$$(mktemp -d); trap 'rm -rf "$$t"' EXIT; export XDG_CONFIG_HOME=$$t; arm="$(QEMU_ARM64) ./bin/straycell-arm64"; \
	./bin/straycell sim write --for 100ms -o $$t/r; \
	decode="decode --json --ppm -5.3 --ppm-range 2 --earfcn 3743 $$t/r.sigmf-meta"; \
	./bin/straycell $$decode > $$t/here || test $$? -eq 4; $$arm $$decode > $$t/there || test $$? -eq 4; cmp $$t/here $$t/there; \
	$$arm post --radio 'sim:kt-femto?level=observations' --for 10s --heartbeat 1s --state $$t/state 2> $$t/log; \
	cat $$t/log; grep -q 'stray-cell raised' $$t/log; \
	test $$(ls $$t/state/*/*.survey | wc -l) -eq 1; \
	echo "arm64: decodes the same, and a post works"

# On a terminal the screen, otherwise one sweep and its table. The program exits with 3 because a cell of the demo is
# unknown: that is its answer to scripts, and make turns it into "Error 3" and an exit code of its own, 2.
demo: build
	@if [ -t 0 ] && [ -t 1 ]; then ./bin/straycell watch --radio sim:; else ./bin/straycell scan --radio sim:; fi

test:
	$(GO) test ./...

# The suite that every source passes, against a real radio: make test-hw RADIO='rtlsdr:?rate=2.4M'
test-hw:
	@[ -n "$(RADIO)" ] || { echo "say which: make test-hw RADIO=rtlsdr:" >&2; exit 2; }
	$(GO) test -count=1 -run '^TestHardware$$' -v ./cmd/straycell -args -radio '$(RADIO)'

# Everything that must hold before a change is taken. The rooms' import bans and "the documents say what the code says"
# are tests like any other (internal/archtest).
check: tidy fmt vet lint test race cross

tidy:
	$(GO) mod tidy -diff

fmt:
	@out=$$(gofmt -l .); [ -z "$$out" ] || { echo "run gofmt -w on:"; echo "$$out"; exit 1; }

vet:
	$(GO) vet ./...
	$(GO) vet -tags bench ./...

# The version stands in go.mod.
lint:
	$(GO) tool staticcheck ./...

# What takes minutes under the race detector leaves itself out with -short; it ran without in test.
race:
	CGO_ENABLED=1 $(GO) test -race -short ./...

cross: build
	@set -e; for t in linux/arm64 darwin/arm64 windows/amd64; do \
		echo "build $$t"; \
		CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} $(GO) build -trimpath -o /dev/null ./cmd/straycell; \
		CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} $(GO) vet ./...; \
	done

bench:
	$(GO) test -tags bench -run '^$$' -bench . -benchmem ./...

# Detection against SNR, TRIALS looks a point: simulated cells, recordings in noise. Hours; each bench target prints its tables. The last
# one writes radio/sim/tables, from which the observation level of simulated worlds draws.
bench-sensitivity:
	$(GO) test -tags bench -run '^TestSensitivity' -timeout 0 -v ./decode ./decode/si ./radio/sim -args -trials $(TRIALS)

# A second cell under a first, and a second transmitter with the first one's PCI, against its level.
bench-hidden:
	$(GO) test -tags bench -run '^TestHidden' -timeout 0 -v ./decode -args -trials $(TRIALS)

# Cells that are none: what noise comes to (2 s of it a trial), and recordings of signals that are not LTE.
bench-false:
	$(GO) test -tags bench -run '^Test(False|Foreign)' -timeout 0 -v ./decode ./decode/si -args -trials $(TRIALS)

# SIB1 through a dongle's window beside the full carrier, its other messages, and how long a dongle listens until it has it. Hours.
bench-narrow:
	$(GO) test -tags bench -run '^Test(Message)?Curves$$' -timeout 0 -v ./decode/narrow -args -trials $(TRIALS)
	$(GO) test -tags bench -run '^TestAirTime$$' -timeout 0 -v ./internal/survey -args -trials $(TRIALS)

# Surveys that are cut off: 200 kills, and 400 power cuts in a file layer that forgets what was not synced.
bench-crash:
	$(GO) test -count=1 -run '^Test(PowerCut|Kill)$$' -timeout 0 -v ./internal/store -args -moments 200

# A simulated day of 300 cells: size, memory and what is written for it.
bench-day:
	TMPDIR=/dev/shm $(GO) test -count=1 -tags bench -run '^TestDay$$' -timeout 0 -v ./internal/store

# 500 cells at ten changes a second on a terminal: share of a core, and how long a key takes to be seen.
bench-screen:
	$(GO) test -count=1 -tags bench -run '^TestLoad$$' -v ./tui

# 50 simulated drives: where cells are said to stand, against where they do.
bench-drives:
	$(GO) test -count=1 -run '^TestDrives$$' -timeout 0 -v ./internal/survey -args -seeds 50

# What the rules make of simulated worlds, at the level of observations: confusion tables of every shipped world, of kt-femto with
# what its inventory may lack, and of days in a clean city. WORLDSEEDS seeds of each; hours.
WORLDSEEDS ?= 20
bench-verdict:
	$(GO) test -count=1 -run '^Test(Worlds|Ablations)$$' -timeout 0 -v ./internal/survey -args -worldseeds $(WORLDSEEDS)
	$(GO) test -count=1 -run '^TestWorlds$$' -timeout 0 -v ./internal/survey -args -worlds clean-city,kt-femto -length 24h -receiver rtlsdr -worldseeds $(WORLDSEEDS)
	$(GO) test -count=1 -run '^Test(Innocent|Guilty)Scenes$$' -timeout 0 -v ./internal/verdict -rapid.checks=20000

# The off-air recordings to their ends, each true cell taken out of the list once. make test looks at their first 0.4 s.
offair:
	$(GO) test -count=1 -run '^TestOffAirStates$$' -v ./internal/survey -whole

# Every fuzz target there is, FUZZTIME each.
fuzz:
	@set -e; grep -rE '^func Fuzz[A-Za-z0-9_]+\(' --include='*_test.go' . | sort | \
	sed -E 's|^(.*)/[^/]*_test\.go:func (Fuzz[A-Za-z0-9_]+)\(.*|\1 \2|' | \
	while read -r dir name; do \
		echo "== $$dir $$name"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$dir" </dev/null; \
	done

# Two hours of signal from a source that stalls, drops, hangs, disconnects and lies; decoded as fast as it goes.
soak-radio:
	$(GO) test -count=1 -run '^TestSoak$$' -timeout 0 -v ./hardware/live -args -signal 2h

# A post for two hours of signal of a simulated district, while its radio, its disk, its clock, its clients and its sinks misbehave; and ten
# minutes of samples through a dongle's server on a line that stalls and breaks.
soak-post:
	$(GO) test -count=1 -run '^TestSoak$$' -timeout 0 -v ./internal/post -args -signal 2h
	$(GO) test -count=1 -run '^TestPostBadLine$$' -timeout 0 -v ./cmd/straycell -args -bad-line 10m

# Simulated surveys with another seed each, for SOAKTIME seconds. 0 and 3 are answers, anything else ends it.
soak: build
	@end=$$(($$(date +%s) + $(SOAKTIME))); seed=1; \
	while [ $$(date +%s) -lt $$end ]; do \
		rc=0; ./bin/straycell scan --radio "sim:?seed=$$seed" --json > bin/soak.jsonl || rc=$$?; \
		case $$rc in 0|3) ;; *) echo "seed $$seed: exit $$rc, see bin/soak.jsonl"; exit 1;; esac; \
		seed=$$((seed + 1)); \
	done; echo "$$((seed - 1)) surveys in $(SOAKTIME) s"

# The targets and what they do.
help:
	@awk '/^# / { text = text " " substr($$0, 3); next } /^[a-z-]+:/ { sub(/:.*/, ""); printf "%-18s%s\n", $$0, text } { text = "" }' Makefile

clean:
	rm -rf bin dist
