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
ALL_CPPFLAGS = -Iinclude -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 \
	-DRUNTALLY_VERSION='"$(VERSION)"' $(PKG_CFLAGS) $(CPPFLAGS)
# gcc's instrumentation makes it believe that formats may be NULL.
ALL_CFLAGS = -std=c11 $(WARNINGS) $(if $(SANITIZE),$(SANITIZE) -Wno-format-truncation) $(CFLAGS)
ALL_LDFLAGS = $(SANITIZE) $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*.c src/adapters/*.c))
TEMPLATES := $(sort $(wildcard templates/*/*.*))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/templates.o
PARTS := $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
UNITS := $(sort $(patsubst %.c,%,$(wildcard tests/unit/test_*.c)))
UNIT_BINARIES := $(UNITS:%=$(BUILD)/%)
FUZZERS := $(sort $(patsubst %.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
REPLAYS := $(FUZZERS:%=$(BUILD)/%)

PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -ljansson -lzip) -lm

# V=1 shows the commands.
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $@)

.DEFAULT_GOAL := all

## all: build build/runtally
all: $(BUILD)/runtally

$(BUILD)/runtally: $(OBJECTS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(PKG_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/templates.c: $(TEMPLATES) templates/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED)
	$(Q)sh templates/embed.sh $(TEMPLATES) >$@.tmp
	$(Q)mv $@.tmp $@

$(BUILD)/templates.o: $(BUILD)/templates.c
	$(call say,CC)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(PARTS) $(PKG_LIBS) -lcmocka

$(BUILD)/tests/spec/spec: $(BUILD)/tests/spec/spec.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(PARTS) $(PKG_LIBS)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/tests/fuzz/replay.o $(PARTS) $(PKG_LIBS)

## units: build and run the unit tests alone (ONLY=escape for one of them)
units: $(UNIT_BINARIES)
	@for t in $(if $(ONLY),$(BUILD)/tests/unit/test_$(ONLY),$(UNIT_BINARIES)); do $$t || exit 1; done

## format: lay out the C code by .clang-format
format:
	clang-format -i $(SOURCES) $(wildcard include/runtally/*.h tests/*/*.c)

## format-check: fail when the C code is not laid out so
format-check:
	clang-format --dry-run --Werror $(SOURCES) $(wildcard include/runtally/*.h tests/*/*.c)

## clean: remove what was built
clean:
	rm -rf build build-* demo compile_commands.json

## help: list the targets
help:
	@sed -n 's/^## \([a-z_-]*\): /  \1\t/p' Makefile | sort | expand -t 18

.PHONY: all units format format-check clean help
.SECONDARY:

-include $(OBJECTS:.o=.d) $(wildcard $(BUILD)/tests/*/*.d)
