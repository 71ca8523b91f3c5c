# runtally: one report for all your agent test runs. `make help` lists what one can do here.

VERSION = 0.1.0

CC ?= cc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
BUILD ?= build
PYTHON ?= python3

PKGS = jansson libzip
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef
ALL_CPPFLAGS = -Iinclude -Isrc -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 \
	-DRUNTALLY_VERSION='"$(VERSION)"' $(PKG_CFLAGS) $(CPPFLAGS)
# gcc's instrumentation makes it believe that formats may be NULL; clang does not know the warning.
ALL_CFLAGS = -std=c11 -pthread $(WARNINGS) $(if $(SANITIZE),$(SANITIZE) -Wno-unknown-warning-option -Wno-format-truncation) $(CFLAGS)
ALL_LDFLAGS = -pthread $(SANITIZE) $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
HEADERS := $(sort $(wildcard include/runtally/*/*.h src/*/*.h src/*/*/*.h))
TEMPLATES := $(sort $(wildcard templates/*/*.*))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/templates.o
# All but main, for whatever else is linked.
LIBRARY := $(BUILD)/libruntally.a
UNITS := $(sort $(patsubst %.c,%,$(wildcard tests/unit/test_*.c)))
UNIT_BINARIES := $(UNITS:%=$(BUILD)/%)
FUZZERS := $(sort $(patsubst %.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
REPLAYS := $(FUZZERS:%=$(BUILD)/%)
TRUTH_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/truth/*.c))
BENCH_TOOLS := $(addprefix $(BUILD)/tests/bench/,generate timed load_file read_loop zip_loop)
# A baseline that is left out where its library is not installed.
ONDEMAND := $(if $(shell pkg-config --exists simdjson 2>/dev/null && echo yes),$(BUILD)/tests/bench/ondemand)

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -ljansson -lzip) -lm

# V=1 shows the commands.
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $@)

.DEFAULT_GOAL := all

## all: build build/runtally (the packages that it needs are there)
all: $(BUILD)/runtally

$(BUILD)/runtally: $(OBJECTS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(PKG_LIBS)

$(LIBRARY): $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The folders, too: they tell when a template was taken away.
$(BUILD)/templates.c: $(TEMPLATES) templates/embed.sh $(sort $(wildcard templates templates/*/.))
	@mkdir -p $(@D)
	$(call say,EMBED)
	$(Q)sh templates/embed.sh $(TEMPLATES) >$@.tmp
	$(Q)mv $@.tmp $@

$(BUILD)/templates.o: $(BUILD)/templates.c
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(PKG_LIBS) -lcmocka

# Built a second time, to count the steps of what must not grow faster than its input.
COUNTED := $(addprefix $(BUILD)/counted/src/,analysis/failure_groups.o base/utf8.o ingest/pagination.o view/table.o)
$(addprefix $(BUILD)/tests/unit/test_,failure_groups pagination view): $(COUNTED) $(BUILD)/tests/unit/steps.o

$(BUILD)/counted/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fsanitize-coverage=trace-pc -MMD -MP -c -o $@ $<

$(BUILD)/tests/spec/spec $(TRUTH_TOOLS): %: %.o $(LIBRARY)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) $(PKG_LIBS)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBRARY)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/tests/fuzz/replay.o $(LIBRARY) $(PKG_LIBS)

$(BUILD)/tests/bench/generate: $(addprefix $(BUILD)/tests/bench/,generate.o exports.o prose.o) $(LIBRARY)
$(BUILD)/tests/bench/load_file: $(addprefix $(BUILD)/tests/bench/,load_file.o tally.o)
$(BUILD)/tests/bench/timed $(BUILD)/tests/bench/read_loop $(BUILD)/tests/bench/zip_loop: \
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o
$(BENCH_TOOLS):
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/bench/ondemand: tests/bench/ondemand.cpp tests/bench/tally.h $(BUILD)/tests/bench/tally.o
	$(call say,CXX)
	$(Q)$(CXX) -O3 -std=c++17 -o $@ $< $(BUILD)/tests/bench/tally.o -lsimdjson -lm

## demo: install what is missing, build, make reports from samples/ and say where they are
demo:
	@sh .ci/install build
	@$(MAKE) --no-print-directory all
	@mkdir -p demo
	$(BUILD)/runtally --title "Saltwind Ferries: agent tests" -o demo/report.html \
		-o demo/report.md -o demo/report.xml -o demo/report.json -o demo/report.csv \
		-o demo/report.ndjson -o demo/report.txt -o demo/report.zip -o demo/site/ samples
	@printf '\nReports from samples/ are in demo/:\n\n'
	@for f in demo/report.* demo/site/index.html; do printf '  %s\n' "$$PWD/$$f"; done

## check: install what is missing, build, run all tests
check:
	@sh .ci/install check
	@$(MAKE) --no-print-directory $(ALL_CORES) tests
	@BUILD=$(BUILD) $(PYTHON) tests/run

# For what builds much, unless the caller said how many at a time.
ALL_CORES = $(if $(findstring -j,$(MAKEFLAGS))$(findstring jobserver,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))

## quick: what to run between edits: units, goldens, lint, the Mustache suite, fuzz corpora
quick:
	@$(MAKE) --no-print-directory $(ALL_CORES) $(BUILD)/runtally $(UNIT_BINARIES) $(BUILD)/tests/spec/spec $(REPLAYS)
	@BUILD=$(BUILD) $(PYTHON) tests/run units goldens lint spec fuzz

tests: $(BUILD)/runtally $(UNIT_BINARIES) $(BUILD)/tests/spec/spec $(TRUTH_TOOLS) $(REPLAYS) $(BENCH_TOOLS)

ASKED_UNITS = $(if $(ONLY),$(ONLY:%=$(BUILD)/tests/unit/test_%),$(UNIT_BINARIES))
## units: build and run the unit tests alone (ONLY=escape for one of them)
units: $(ASKED_UNITS)
	@for t in $(ASKED_UNITS); do $$t || exit 1; done

## asan: the unit tests, goldens and fuzz corpora under clang's Address- and UndefinedBehaviorSanitizer
asan:
	@$(MAKE) --no-print-directory CC=clang BUILD=build-asan CFLAGS="-O1 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" tests
	@BUILD=build-asan $(PYTHON) tests/run units exhaustive fuzz goldens

## tsan: what threads share, and reading with 1, 2 and 8 of them, under clang's ThreadSanitizer
tsan:
	@$(MAKE) --no-print-directory CC=clang BUILD=build-tsan CFLAGS="-O1 -g" \
		SANITIZE="-fsanitize=thread" tests
	@export TZ=UTC0; for t in $(THREADED); do build-tsan/tests/unit/test_$$t || exit 1; done
	@BUILD=build-tsan $(PYTHON) tests/e2e/jobs.py

THREADED = thread_pool ingest reader large_file spool

## valgrind: the unit tests and a report from samples/ under valgrind
valgrind: tests
	@for t in $(UNIT_BINARIES); do $(VALGRIND) $$t || exit 1; done
	@$(VALGRIND) $(BUILD)/tests/unit/test_json_pick exhaustive
	@mkdir -p $(BUILD)/valgrind
	@$(VALGRIND) $(BUILD)/runtally -q --details all -o $(BUILD)/valgrind/r.html \
		-o $(BUILD)/valgrind/r.md -o $(BUILD)/valgrind/r.xml -o $(BUILD)/valgrind/r.json \
		-o $(BUILD)/valgrind/r.zip -o $(BUILD)/valgrind/site/ samples
	@echo "valgrind: silent"

VALGRIND = valgrind -q --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite

## fuzz: run each fuzz target for FUZZ_SECONDS (60) with clang's libFuzzer
FUZZ_SECONDS ?= 60
# FUZZ_RUNS=N: so many inputs instead, the same ones every time.
FUZZ_LENGTH = $(if $(FUZZ_RUNS),-runs=$(FUZZ_RUNS) -seed=1,-max_total_time=$(FUZZ_SECONDS))
fuzz:
	@$(MAKE) --no-print-directory CC=clang BUILD=build-fuzz CFLAGS="-O1 -g" \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined" \
		$(FUZZERS:%=build-fuzz/%-libfuzzer)
	@for f in $(FUZZERS:tests/fuzz/fuzz_%=%); do mkdir -p build-fuzz/corpus/$$f && \
		build-fuzz/tests/fuzz/fuzz_$$f-libfuzzer $(FUZZ_LENGTH) \
		-print_final_stats=1 build-fuzz/corpus/$$f tests/fuzz/corpus/$$f || exit 1; done

$(BUILD)/tests/fuzz/fuzz_%-libfuzzer: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBRARY)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(PKG_LIBS)

## bench: measure against other programs (BENCH="--size 100M array zip"; see tests/bench/README.md)
bench: all $(BENCH_TOOLS) $(ONDEMAND)
	@BUILD=$(BUILD) $(PYTHON) tests/bench/bench.py $(BENCH)

## simulate: how often a comparison finds a change, where there is none and where there is (PAIRS=1000)
PAIRS ?= 1000
simulate: $(BUILD)/tests/truth/simulate
	@$< $(PAIRS)

## coverage: which lines of src/ the unit tests and goldens run
coverage:
	@$(MAKE) --no-print-directory BUILD=build-coverage CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage tests
	@find build-coverage -name '*.gcda' -delete
	@BUILD=build-coverage $(PYTHON) tests/run units goldens >build-coverage/log
	@gcov -n $(SOURCES:%.c=build-coverage/%.gcda) 2>/dev/null | awk '/^File .src\// {f = $$2} \
		/^Lines executed/ && f {split($$2, p, ":"); printf "%8s  %s\n", p[2], f; f = ""}' | sort -n

## lint: what the conventions ask for and a script can hold
lint: all $(BUILD)/tests/unit/test_members
	@BUILD=$(BUILD) $(PYTHON) tests/lint.py

## figures: how large the tree is and how it hangs together: files, functions, circles, names
figures: all
	@BUILD=$(BUILD) $(PYTHON) tests/tree_figures.py

## golden-update: write anew what the goldens expect; review it in the diff
golden-update: all
	@BUILD=$(BUILD) $(PYTHON) tests/golden.py --update

## compile_commands.json: for clangd and other tools
compile_commands.json: Makefile
	@sep='['; for f in $(SOURCES); do printf '%s\n{"directory": "%s", "file": "%s", "command": "cc -Iinclude -Isrc -std=c11 -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 %s -c %s"}' "$$sep" "$(CURDIR)" \
		"$$f" '-DRUNTALLY_VERSION=\\\"$(VERSION)\\\"' "$$f"; sep=','; done >$@; printf '\n]\n' >>$@

## install: put the program and its manual page below DESTDIR and PREFIX
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(BUILD)/runtally $(DESTDIR)$(PREFIX)/bin/runtally
	install -m 644 src/runtally.1 $(DESTDIR)$(PREFIX)/share/man/man1/runtally.1

## uninstall: remove them
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/runtally $(DESTDIR)$(PREFIX)/share/man/man1/runtally.1

## dist: a source archive of the last commit
dist:
	@mkdir -p $(BUILD)
	git archive --prefix=runtally-$(VERSION)/ -o $(BUILD)/runtally-$(VERSION).tar.gz HEAD

## format: lay out the C code by .clang-format
format:
	@clang-format -i $(SOURCES) $(HEADERS) $(wildcard tests/*/*.[ch])

## format-check: fail when the C code is not laid out so
format-check:
	@clang-format --dry-run --Werror $(SOURCES) $(HEADERS) $(wildcard tests/*/*.[ch])

## clean: remove what was built
clean:
	rm -rf build build-* demo compile_commands.json

## help: list the targets
help:
	@sed -n 's/^## \([a-z_.-]*\): /  \1\t/p' Makefile | sort | expand -t 26

.PHONY: all demo check quick tests units asan tsan valgrind fuzz bench simulate coverage lint figures golden-update install uninstall dist \
	format format-check clean help
.SECONDARY:

-include $(OBJECTS:.o=.d) $(COUNTED:.o=.d) $(wildcard $(BUILD)/tests/*/*.d)
