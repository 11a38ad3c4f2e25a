# SPDX-License-Identifier: Apache-2.0
# gr: rotates private keys and certificates of IoT devices. `make help` lists what this file can do.
# `make` and `make install` need a compiler, pkg-config and the libraries' headers; neither root nor a network.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/gr
PLUGINDIR ?= $(PREFIX)/lib/gr
DATADIR ?= $(PREFIX)/share/gr
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var

ifeq ($(origin CC),default)
CC = gcc
endif
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
JOBS ?= $(shell nproc)
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-3s %s\n' $(1) $(2))
VERSION := $(shell cat VERSION)
# As many compilers as there are processors, unless the builder says -j himself.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif

# A sanitized build lives in folders of its own. 86: no exit status of ours.
ifdef SANITIZE
BUILD = build/sanitize
BIN = build/sanitize/bin
SAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
HARDEN = -fPIE -fstack-protector-strong
else
BUILD = build
BIN = bin
SAN =
HARDEN = -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
endif
export SANITIZE

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings $(if $(CI),-Werror)
BASE = -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc/lib -I$(BUILD)/generated -MMD -MP $(WARN) $(HARDEN) $(SAN) $(HEADERS)
# Where the headers of the libraries are.
HEADERS := $(shell $(PKG_CONFIG) --cflags libcrypto libssl jansson 2>/dev/null) \
	$(foreach p,libmosquitto sqlite3 yaml-0.1 p11-kit-1,$(shell $(PKG_CONFIG) --cflags $(p) 2>/dev/null))
LINKFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN)

# Greengrass nuclei are read where their libraries are there; 0 leaves that out, 1 insists on it.
WITH_GREENGRASS ?= $(if $(shell $(PKG_CONFIG) --exists yaml-0.1 sqlite3 && echo yes),1,0)
$(if $(filter 0,$(WITH_GREENGRASS)),$(info gr: gr-config is built without Greengrass (WITH_GREENGRASS=0, or no yaml-0.1 and sqlite3)))
# Where a nucleus would be is asked by all programs; what it says is read by gr-config alone.
NUCLEI := $(filter-out %/places.c,$(wildcard src/device/config/greengrass/*.c)) src/device/gr-config/nucleus_source.c

# Keys in PKCS#11 tokens, the same way: p11-kit's headers alone are needed.
WITH_PKCS11 ?= $(if $(shell $(PKG_CONFIG) --exists p11-kit-1 && echo yes),1,0)
$(if $(filter 0,$(WITH_PKCS11)),$(info gr: built without keys in tokens (WITH_PKCS11=0, or no p11-kit-1)))
NO_TOKENS := src/lib/pkcs11/no_pkcs11.c src/device/token/no_token.c src/device/store/no_token_keys.c
TOKENS := $(filter-out $(NO_TOKENS),$(wildcard src/lib/pkcs11/*.c src/device/token/*.c)) \
	$(addprefix src/device/store/,token_keys.c token_objects.c token_adoption.c relabel.c)

WITHOUT := $(if $(filter 0,$(WITH_GREENGRASS)),$(NUCLEI),src/device/gr-config/no_nucleus.c) \
	$(if $(filter 0,$(WITH_PKCS11)),$(TOKENS),$(NO_TOKENS))
UNLINKED := $(if $(filter 0,$(WITH_GREENGRASS)),yaml-0.1 sqlite3)

# What each program links: the architecture, as a table; test/programs.bats holds it against the binaries. gr-config alone
# reads a nucleus.
LINK_gr-config       = libcrypto jansson yaml-0.1 sqlite3
LINK_gr-keygen       = libcrypto
LINK_gr-csr          = libcrypto
LINK_gr-journal      = libcrypto
LINK_gr-cert-due     = libcrypto
LINK_gr-install-cert = libcrypto
LINK_gr-link         = libcrypto libssl libmosquitto
LINK_gr-probe        = libcrypto libssl libmosquitto
LINK_gr-jobs-client  = libcrypto libssl libmosquitto jansson
LINK_gr-create       = libcrypto libssl libmosquitto jansson
LINK_gr-commit       = libcrypto libssl libmosquitto jansson
LINK_gr-request      = libcrypto libssl libmosquitto jansson
LINK_gr-backendd     = libcrypto libmosquitto jansson sqlite3
LINK_gr-signer       = libcrypto jansson
LINK_gr-notifier     = libcrypto
LINK_gr-registry     = libcrypto jansson sqlite3
LINK_gr-jobs         = libcrypto jansson sqlite3
LINK_gr-ca           = libcrypto libssl jansson sqlite3
LINK_gr-audit        = libcrypto jansson sqlite3
LINK_gr-report       = libcrypto jansson sqlite3
LINK_gr-create-certificate = libcrypto jansson sqlite3
LINK_gr-commit-certificate = libcrypto jansson sqlite3
LINK_gr-job-terminal       = libcrypto jansson sqlite3
LINK_gr-broker             = libcrypto libssl jansson sqlite3
LINK_gr-swarm              = libcrypto libssl jansson
LINK_gr-stopwatch          = libcrypto
LINK_gr-wire               = libcrypto
LINK_gr-cut                = libcrypto
LINK_gr-fleet              = libcrypto jansson

DEVICE  := $(patsubst src/device/%.c,%,$(wildcard src/device/gr-*.c))
BACKEND := $(filter-out gr-broker,$(patsubst src/backend/%.c,%,$(wildcard src/backend/gr-*.c)))
# Files of one program that has verbs: src/device/gr-x/*.c belong to gr-x.
PARTS = $(patsubst src/%.c,$(BUILD)/%.o,$(filter-out $(WITHOUT),$(wildcard $(addsuffix /*.c,src/device/$(1) src/backend/$(patsubst gr-backendd,daemon,$(1))))))

# The rooms of each side, lowest first; scripts/build/rooms holds the includes to this order.
DEVICE_ROOMS  = config config/greengrass token store rotation session
BACKEND_ROOMS = base policy rules registry issuer jobs rotation
objects = $(patsubst src/%.c,$(BUILD)/%.o,$(filter-out $(WITHOUT),$(wildcard $(addsuffix /*.c,$(addprefix src/,$(1))))))

COMMON_OBJ  := $(call objects,lib lib/pkcs11)
DEVICE_OBJ  := $(call objects,$(addprefix device/,$(DEVICE_ROOMS)))
BACKEND_OBJ := $(call objects,$(addprefix backend/,$(BACKEND_ROOMS)))

DRIVER   = rotate.sh log.sh program.sh settings.sh record.sh session.sh runtime.sh watchdog.sh \
	due.sh ending.sh phases.sh step.sh
LAB      = lab.sh lab_servers.sh
SCRIPTS  = $(addprefix $(BIN)/,$(DRIVER) $(LAB))
PROGRAMS = $(addprefix $(BIN)/,$(DEVICE) $(BACKEND))

.PHONY: all help programs device backend component demo setup lint check check-fast check-root check-browser \
	check-debian13 memory fault-tools fault fault-token soak chaos crash-test rate bench model model-ci fuzz fuzz-ci \
	fuzz-coverage fuzz-setup mutants mutate doc-pictures install install-shared install-device install-backend uninstall clean FORCE
.SECONDEXPANSION:
.SECONDARY:

## all: builds everything (the default); WITH_GREENGRASS=0 without nuclei, WITH_PKCS11=0 without tokens
all: programs

# ready PACKAGES,GOALS: what a test needs, in this order: packages (setup.sh), then what is built.
ready = +$(Q)scripts/build/setup.sh $(1) && $(MAKE) --no-print-directory $(2)

## help: lists these targets
help:
	@sed -n 's/^## \([a-z0-9-]*\): /  \1\t/p' Makefile | expand -t 18

## setup: installs the Debian packages that the tests need; as root, or prints the command
setup:
	$(Q)scripts/build/setup.sh check

programs: device backend

# What runs on a device, alone; with CC, AR, BUILD and BIN for another kind of machine.
## device: builds what runs on a device; takes WITH_GREENGRASS=0 and WITH_PKCS11=0 as well
device: $(addprefix $(BIN)/,$(DEVICE) $(DRIVER) greengrass.sh paths.sh)

## backend: builds what a backend of one's own needs: daemon, plugin, the operators' programs
backend: $(addprefix $(BIN)/,$(BACKEND) $(LAB) gr-broker.so paths.sh)

# The one place where paths and the version come from, for C and for shell; written anew when they change. What lies
# under PREFIX is named as seen from BINDIR, so that a tree can be installed, or moved, anywhere without a new build.
from_bin = $(shell realpath -m --relative-to=$(BINDIR) $(1))
generated = $(BUILD)/generated/paths.h $(BIN)/paths.sh
define PATHS_H
/* paths.h - made by the Makefile: the version, and where things are installed */
#define GR_VERSION "$(VERSION)"
#define GR_SYSCONFDIR "$(SYSCONFDIR)"
#define GR_LOCALSTATEDIR "$(LOCALSTATEDIR)"
/* as seen from the folder of the programs */
#define GR_PLUGINDIR "$(call from_bin,$(PLUGINDIR))"
endef
define PATHS_SH
# paths.sh - made by the Makefile: where things are installed
# shellcheck disable=SC2034 # read by those who source it
path_localstate=$(LOCALSTATEDIR)
path_plugin=$(call from_bin,$(PLUGINDIR))	# these two as seen from the folder of the programs
path_data=$(call from_bin,$(DATADIR))
endef
export PATHS_H PATHS_SH
$(BUILD)/generated/paths.h: FORCE
	$(Q)mkdir -p $(@D); printf '%s\n' "$$PATHS_H" | cmp -s - $@ || printf '%s\n' "$$PATHS_H" >$@
$(BIN)/paths.sh: FORCE
	$(Q)mkdir -p $(@D); printf '%s\n' "$$PATHS_SH" | cmp -s - $@ || printf '%s\n' "$$PATHS_SH" >$@

$(BUILD)/%.o: src/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -Isrc/$(firstword $(subst /, ,$*)) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# The plugin is loaded into the broker: its objects are position independent and export one entry alone.
$(BUILD)/pic/%.o: src/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -fPIC -fvisibility=hidden -Isrc/$(firstword $(subst /, ,$*)) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# What was left out of the last build: another choice makes the archives anew, though no object is.
$(BUILD)/generated/without: FORCE
	$(Q)mkdir -p $(@D); echo '$(sort $(WITHOUT))' | cmp -s - $@ || echo '$(sort $(WITHOUT))' >$@

# q: two rooms may have a file of the same name.
$(BUILD)/libgr-common.a: $(COMMON_OBJ)
$(BUILD)/libgr-device.a: $(DEVICE_OBJ)
$(BUILD)/libgr-backend.a: $(BACKEND_OBJ)
$(addprefix $(BUILD)/libgr-,common.a device.a backend.a): $(BUILD)/generated/without
	$(call say,AR,$@)
	$(Q)rm -f $@; $(AR) qcs $@ $(filter %.o,$^)

$(addprefix $(BIN)/,$(DEVICE)): $(BIN)/%: $(BUILD)/device/%.o $$(call PARTS,$$*) $(BUILD)/libgr-device.a $(BUILD)/libgr-common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LINKFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(filter-out $(UNLINKED),$(LINK_$*)))

$(addprefix $(BIN)/,$(BACKEND)): $(BIN)/%: $(BUILD)/backend/%.o $$(call PARTS,$$*) $(BUILD)/libgr-backend.a $(BUILD)/libgr-common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LINKFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(LINK_$*))

PLUGIN_OBJ := $(patsubst src/%.c,$(BUILD)/pic/%.o,src/backend/gr-broker.c $(wildcard src/backend/broker/*.c src/backend/policy/*.c) $(addprefix src/backend/base/,token_buckets.c log_repeats.c uuid.c) src/backend/registry/registry_reader.c $(addprefix src/lib/,complain.c printable.c str.c topic.c json.c clock.c common_name.c))
$(BIN)/gr-broker.so: $(PLUGIN_OBJ)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(LINK_gr-broker))

$(addprefix $(BIN)/,$(DRIVER) greengrass.sh): $(BIN)/%: scripts/driver/%
	$(Q)mkdir -p $(@D)
	$(Q)install -m 755 $< $@

$(addprefix $(BIN)/,$(LAB)): $(BIN)/%: scripts/lab/%
	$(Q)mkdir -p $(@D)
	$(Q)install -m 755 $< $@

# For Greengrass: recipe and one zip for each architecture, where GDK looks for them. ARCH='amd64 arm64' makes both.
ARCH ?= amd64
COMPONENT ?= greengrass-build
## component: makes the Greengrass component; ARCH='amd64 arm64' for both
component:
	$(Q)scripts/build/setup.sh component
	$(Q)scripts/build/setup.sh $(filter arm64,$(ARCH))
	$(Q)scripts/build/component.sh $(COMPONENT) $(ARCH)

## demo: one device rotates its key and certificate, live, on this machine; HSM=1: in a token
demo:
	$(call ready,demo,all)
	$(if $(HSM),$(Q)scripts/build/setup.sh token)
	$(Q)HSM=$(HSM) scripts/lab/demo.sh

## check: all tests that need no root; T=test/x.bats runs one file
check:
	$(call ready,check,all fault-tools)
	$(Q)scripts/build/setup.sh token
	$(Q)test/run $(T)

## check-fast: the tests that need neither a lab nor a broker, in under two minutes
check-fast:
	$(call ready,check,all)
	$(Q)test/run --fast

# Errors and leaks, by valgrind; minutes.
## memory: looks for errors and leaks with valgrind
memory:
	$(call ready,check,all)
	$(Q)test/run test/memory/*.bats

# Owners, mounts, full disks and attacks by another user: fails where it is not root.
## check-root: the tests that need root
check-root:
	$(call ready,check,all $(BUILD)/fault/bin/gr-cut)
	$(Q)scripts/build/setup.sh token
	$(Q)test/run test/root/*.bats test/attack/root/*.bats

# The fleet page in chromium, which it installs.
## check-browser: the fleet page in Chromium
check-browser:
	$(call ready,check,all)
	$(Q)scripts/build/setup.sh browser
	$(Q)test/run test/browser/*.bats

# In a Debian 13 of its own, and in a testing with the newest Mosquitto, as root; some minutes.
## check-debian13: the tests in a Debian 13 and with the newest Mosquitto; needs root
check-debian13:
	$(Q)scripts/build/setup.sh debian
	$(Q)test/debian/run

# kill -9 of the daemon and of the broker during a job on a thousand things; many minutes.
## crash-test: kills daemon and broker during a job on a thousand things
crash-test:
	$(call ready,check,all)
	$(Q)test/jobs/crash-test

# Every PKCS#11 call of whole rotations and rollbacks, killed before and after it, and failed: an hour and more.
## fault-token: every PKCS#11 call of a rotation killed and failed
fault-token:
	$(call ready,check,all)
	$(Q)scripts/build/setup.sh token
	$(Q)bats -j $(JOBS) test/token/fault.bats

# What make bench measures with; never installed.
BENCH = $(addprefix $(BUILD)/bench/bin/,gr-swarm gr-stopwatch gr-fleet)
BENCH_PARTS = $(patsubst test/%.c,$(BUILD)/%.o,$(wildcard test/bench/$(1)/*.c))

# How evenly a job is rolled out, and how fast without a ceiling; some minutes.
## rate: how evenly and how fast a job is rolled out
rate:
	$(call ready,check,all $(BENCH))
	$(Q)test/jobs/rate

## bench: measures; see test/bench/RESULTS.md
bench:
	$(call ready,check,all $(BENCH))
	$(Q)test/bench/run

$(BUILD)/bench/%.o: test/bench/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -Itest/bench $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(BENCH): $(BUILD)/bench/bin/%: $(BUILD)/bench/%.o $$(call BENCH_PARTS,$$*) $(BUILD)/libgr-common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LINKFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(LINK_$*))

# What faults are made with, never installed: a plugin that loses messages, a wire that can be cut, and what kills a
# program at its n-th system call.
FAULT_TOOLS = $(BUILD)/fault/gr-lossy.so $(BUILD)/fault/bin/gr-wire $(BUILD)/fault/bin/gr-cut
fault-tools: $(FAULT_TOOLS)

# Every fault that we make, at every point; takes an hour or two, and root for disks that lose what was not synced.
## fault: every fault that we make, at every point; an hour or two, as root
fault:
	$(call ready,check,all fault-tools)
	$(Q)test/fault/run

$(BUILD)/pic/fault/%.o: test/fault/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -fPIC -fvisibility=hidden -Itest/fault/gr-lossy -Isrc/backend $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(BUILD)/fault/%.o: test/fault/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -Itest/fault $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

LOSSY_OBJ := $(patsubst test/%.c,$(BUILD)/pic/%.o,test/fault/gr-lossy.c $(wildcard test/fault/gr-lossy/*.c)) $(addprefix $(BUILD)/pic/,lib/str.o lib/clock.o backend/broker/publish.o)
$(BUILD)/fault/gr-lossy.so: $(LOSSY_OBJ)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN) $(LDFLAGS) -o $@ $^

$(BUILD)/fault/bin/gr-wire: $(BUILD)/fault/gr-wire.o $(patsubst test/%.c,$(BUILD)/%.o,$(wildcard test/fault/gr-wire/*.c)) $(BUILD)/libgr-common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LINKFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(LINK_gr-wire))

$(BUILD)/fault/bin/gr-cut: $(patsubst test/%.c,$(BUILD)/%.o,$(wildcard test/fault/cut/*.c)) $(BUILD)/libgr-common.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LINKFLAGS) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(LINK_gr-cut))

# Rotations under random faults: MINUTES=60 or ROTATIONS=1000, SEED=n to repeat a run, THINGS=20, LOSS=5 (per cent of messages).
## soak: rotations under random faults: MINUTES= or ROTATIONS=, SEED=, THINGS=, LOSS=
soak:
	$(call ready,check,all fault-tools)
	$(Q)test/fault/soak $(if $(SEED),-s $(SEED)) $(if $(MINUTES),-m $(MINUTES)) $(if $(ROTATIONS),-r $(ROTATIONS)) $(if $(THINGS),-n $(THINGS)) $(if $(LOSS),-l $(LOSS))

# The same while clocks, servers, ledger, disks and operators go wrong: MINUTES=60, or DECKS=3 (each kind of event so often),
# SEED=n, THINGS=50, LOSS=1, KINDS="ledger-lost restored" for these alone.
## chaos: rotations while everything goes wrong: MINUTES= or DECKS=, SEED=, THINGS=, LOSS=, KINDS=
chaos:
	$(call ready,check,all fault-tools)
	$(Q)test/fault/chaos $(if $(SEED),-s $(SEED)) $(if $(MINUTES),-m $(MINUTES)) $(if $(DECKS),-d $(DECKS)) $(if $(THINGS),-n $(THINGS)) $(if $(LOSS),-l $(LOSS)) $(if $(KINDS),-k '$(KINDS)')

# The protocol itself, by spin: some minutes; model-ci is the bounded part, under a minute.
## model: checks the protocol itself with spin; model-ci is the short part
model model-ci:
	$(Q)scripts/build/setup.sh model
	$(Q)test/model/run $(if $(filter model,$@),full,ci)

# Fuzz targets, one parser each; test/fuzz/README.md tells about them. MINUTES=n of all, shared over the cores; TARGET='uri conf' for some.
FUZZ = build/fuzz
FUZZ_CC ?= clang
FUZZ_SAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_BASE = $(filter-out -Werror $(HARDEN) $(SAN),$(BASE)) -fPIE -Wno-string-concatenation -Itest/fuzz -Isrc/backend -Isrc/device
FUZZ_LIBS = -Wl,--as-needed $$($(PKG_CONFIG) --libs jansson yaml-0.1 sqlite3 libmosquitto libssl libcrypto)
FUZZ_TARGETS := $(patsubst test/fuzz/%.c,%,$(wildcard test/fuzz/*.c))
TARGET ?= $(FUZZ_TARGETS)

# What each target links besides test/fuzz/lib and src/lib, which functions it puts its own in place of, and whose lines fuzz-coverage counts.
FUZZ_BACKEND = $(addprefix backend/,$(BACKEND_ROOMS))
FUZZ_DEVICE = $(addprefix device/,$(DEVICE_ROOMS))
FUZZ_WORLD = db_commit clock_real_ms clock_boot_ms malloc free signer_issue signer_origin signer_note signer_sync
FUZZ_LINK_acl      = backend/broker backend/policy backend/registry
FUZZ_LINK_policy   = backend/policy
FUZZ_LINK_event    = backend/daemon $(FUZZ_BACKEND)
FUZZ_LINK_import   = backend/gr-registry $(FUZZ_BACKEND)
FUZZ_LINK_ledger   = backend/gr-registry $(FUZZ_BACKEND)
FUZZ_LINK_job      = backend/gr-jobs $(FUZZ_BACKEND)
FUZZ_LINK_template = backend/gr-jobs $(FUZZ_BACKEND)
FUZZ_LINK_signer   = backend/gr-signer $(FUZZ_BACKEND)
FUZZ_LINK_answer   = device/gr-create device/gr-jobs-client $(FUZZ_DEVICE)
FUZZ_LINK_conf     = $(FUZZ_DEVICE)
FUZZ_LINK_frame    = $(FUZZ_DEVICE)
FUZZ_LINK_journal  = $(FUZZ_DEVICE)
FUZZ_LINK_lite     = $(FUZZ_DEVICE)
FUZZ_LINK_tlog     = $(FUZZ_DEVICE)
FUZZ_LINK_yaml     = $(FUZZ_DEVICE)
FUZZ_WRAP_token    = token_begin token_end
FUZZ_WRAP_answer   = request_init request_send session_receive out_close
FUZZ_WRAP_event    = $(FUZZ_WORLD)
FUZZ_WRAP_import   = $(FUZZ_WORLD)
FUZZ_WRAP_ledger   = $(FUZZ_WORLD)
FUZZ_WRAP_job      = $(FUZZ_WORLD)
FUZZ_WRAP_template = $(FUZZ_WORLD)
FUZZ_READS_acl         = backend/broker/acl lib/topic
FUZZ_READS_answer      = device/session/request device/session/rotation_request device/gr-create/issued_certificate $(addprefix device/gr-jobs-client/,jobs list describe execution)
FUZZ_READS_certificate = lib/cert lib/chain lib/strength
FUZZ_READS_conf        = device/config/conf device/config/location device/config/settings
FUZZ_READS_csr         = lib/csr
FUZZ_READS_event       = backend/daemon/dispatch backend/daemon/broker_report backend/rules/rules backend/registry/event $(addprefix backend/rotation/,authorize commit create final_status response) $(addprefix backend/jobs/,own_job_request service status_details update)
FUZZ_READS_frame       = device/session/frame
FUZZ_READS_import      = backend/gr-registry/import_line backend/gr-registry/import_ahead
FUZZ_READS_job         = backend/gr-jobs/job_options backend/registry/job_config backend/registry/job_request backend/registry/job
FUZZ_READS_journal     = device/rotation/journal
FUZZ_READS_ledger      = backend/gr-registry/replay backend/gr-registry/ledger_join backend/issuer/ledger_chain
FUZZ_READS_lite        = device/config/greengrass/lite
FUZZ_READS_policy      = $(addprefix backend/policy/,policy condition pattern variable)
FUZZ_READS_reference   = lib/pkcs11/key_reference
FUZZ_READS_signer      = backend/gr-signer/requests backend/gr-signer/crl_request backend/base/wire
FUZZ_READS_template    = backend/gr-jobs/job_options backend/registry/job_config backend/registry/job_request backend/registry/job_template
FUZZ_READS_tlog        = device/config/greengrass/transaction_log device/config/greengrass/tree
FUZZ_READS_token       = lib/pkcs11/object
FUZZ_READS_topic       = lib/topic
FUZZ_READS_uri         = lib/pkcs11/uri
FUZZ_READS_yaml        = device/config/greengrass/yaml device/config/greengrass/tree

## fuzz: fuzzes the parsers: MINUTES=, TARGET=; fuzz-ci is the short part
fuzz: fuzz-setup
	$(Q)$(MAKE) --no-print-directory $(addprefix $(FUZZ)/bin/,$(TARGET))
	$(Q)JOBS=$(JOBS) test/fuzz/run $(if $(MINUTES),-m $(MINUTES)) $(TARGET)

# The bounded part: the corpus of each, and so many more inputs, the same ones each time; a minute or two.
fuzz-ci: fuzz-setup
	$(Q)$(MAKE) --no-print-directory $(addprefix $(FUZZ)/bin/,$(TARGET))
	$(Q)JOBS=$(JOBS) test/fuzz/run -c $(TARGET)

# Which lines of its parser the corpus of each reaches, what was found while fuzzing included.
fuzz-coverage: fuzz-setup
	$(Q)$(MAKE) --no-print-directory $(addprefix $(FUZZ)/gcov/bin/,$(TARGET))
	$(Q)test/fuzz/coverage $(foreach t,$(TARGET),$(t) '$(FUZZ_READS_$(t))')

fuzz-setup:
	$(Q)scripts/build/setup.sh fuzz

# Everything is compiled once for libFuzzer, and once for gcov.
$(FUZZ)/obj/%.o: src/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_BASE) $(FUZZ_SAN) -fsanitize=fuzzer-no-link $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(FUZZ)/obj/fuzz/%.o: test/fuzz/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_BASE) $(FUZZ_SAN) -fsanitize=fuzzer-no-link $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

$(FUZZ)/gcov/%.o: src/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_BASE) -g --coverage $(CPPFLAGS) -c -o $@ $<

$(FUZZ)/gcov/fuzz/%.o: test/fuzz/%.c Makefile | $(BUILD)/generated/paths.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_BASE) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# One archive for each folder of src, and one for what the targets share.
fuzz_objects = $(patsubst src/%.c,$(1)/%.o,$(filter-out $(WITHOUT),$(wildcard src/$(2)/*.c))) $(patsubst test/%.c,$(1)/%.o,$(if $(filter fuzz/%,$(2)),$(wildcard test/$(2)/*.c)))
fuzz_archives = $(patsubst %,$(1)/%.a,fuzz/lib $(FUZZ_LINK_$(2)) lib lib/pkcs11)
fuzz_wrap = $(patsubst %,-Wl$(comma)--wrap=%,write $(FUZZ_WRAP_$(1)))
comma = ,

$(FUZZ)/obj/%.a: $$(call fuzz_objects,$(FUZZ)/obj,$$*)
	$(call say,AR,$@)
	$(Q)rm -f $@; $(AR) qcs $@ $^

$(FUZZ)/gcov/%.a: $$(call fuzz_objects,$(FUZZ)/gcov,$$*)
	$(call say,AR,$@)
	$(Q)rm -f $@; $(AR) qcs $@ $^

$(FUZZ)/bin/%: $(FUZZ)/obj/fuzz/%.o $$(call fuzz_archives,$(FUZZ)/obj,$$*)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -pie $(FUZZ_SAN) -fsanitize=fuzzer $(LDFLAGS) $(call fuzz_wrap,$*) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(FUZZ_LIBS)

$(FUZZ)/gcov/bin/%: $(FUZZ)/gcov/fuzz/%.o $(FUZZ)/gcov/fuzz/replay/main.o $$(call fuzz_archives,$(FUZZ)/gcov,$$*)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -pie --coverage $(LDFLAGS) $(call fuzz_wrap,$*) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(FUZZ_LIBS)

# Takes one protection out at a time: just the tests that speak for it must fail then. Half an hour.
## mutants: takes one protection out at a time; the tests that speak for it must fail
mutants:
	$(call ready,check,all)
	$(Q)test/mutants/run $(MUTANTS)

# Single faults, made by itself: SEED=n for another order, COUNT=n, FILES= to restrict, MUTANT=NAME for one (again), TESTS= for
# some files of tests alone, AGAIN=1 for those that survived. Hours; a run that was stopped goes on.
## mutate: single faults in a random sample of the sources: SEED=, COUNT=, FILES=, MUTANT=, TESTS=, AGAIN=1
mutate:
	$(call ready,check,all)
	$(Q)scripts/build/setup.sh token
	$(Q)test/mutate/run $(if $(SEED),-s $(SEED)) $(if $(COUNT),-n $(COUNT)) -j $(JOBS) $(if $(TESTS),-t "$(TESTS)") $(if $(AGAIN),-a) $(FILES) $(MUTANT)

## lint: shell, man pages, C, and the order of the rooms
lint: $(BIN)/paths.sh
	$(Q)scripts/build/lint.sh

# They are in the tree: no build needs this.
## doc-pictures: draws the pictures of share/doc anew from the text beside each; needs graphviz
doc-pictures:
	$(Q)command -v dot >/dev/null || { echo 'doc-pictures: dot is missing; install graphviz' >&2; exit 100; }
	$(Q)for d in share/doc/*.dot; do dot -Tsvg $$d >$${d%.dot}.svg || exit; \
		printf '<!-- drawn from %s, sha256 %s: make doc-pictures -->\n' $${d##*/} $$(sha256sum <$$d | cut -d ' ' -f 1) >>$${d%.dot}.svg; done

# Before anything is built or touched: a path with blanks would be several, one that is not absolute would lie about.
PLACES = PREFIX BINDIR LIBEXECDIR PLUGINDIR DATADIR MANDIR UNITDIR BASHDIR ZSHDIR SYSCONFDIR LOCALSTATEDIR
ifneq ($(filter install install-% uninstall,$(MAKECMDGOALS)),)
ifneq ($(words x$(DESTDIR)x),1)
$(error PREFIX, DESTDIR and the other places must have no blanks)
endif
$(foreach p,$(PLACES),$(if $(filter 1,$(words x$($(p))x)),,$(error $(p) must have no blanks)))
$(foreach p,$(PLACES),$(if $(filter /%,$($(p))),,$(error $(p) must be an absolute path)))
endif

# Not turned on: share/doc/install-device.md and backend.md say which of them a machine needs.
DEVICE_UNITS  = gr-recover.service gr-rotate.service $(filter gr-watchdog.%,$(notdir $(wildcard share/systemd/*)))
BACKEND_UNITS = $(filter-out $(DEVICE_UNITS),$(notdir $(wildcard share/systemd/*)))
# Manual pages of programs that run on a device alone, and what a device engineer reads beside them.
DEVICE_MAN  = $(wildcard $(foreach p,$(DEVICE) gr-rotate,man/$(p).*)) man/gr.conf.5
SHARED_MAN  = man/gr.7 man/gr-protocol.7
BACKEND_MAN = $(filter-out $(DEVICE_MAN) $(SHARED_MAN),$(wildcard man/*))

# Text that names places: as it is installed, it names those of this build.
place = sed 's|@BINDIR@|$(BINDIR)|g; s|/var/lib/gr\([^a-z]\)|$(LOCALSTATEDIR)/lib/gr\1|g; s|/var/lib/gr$$|$(LOCALSTATEDIR)/lib/gr|; s|/etc/gr/|$(SYSCONFDIR)/gr/|g; s|/etc/default/gr|$(SYSCONFDIR)/default/gr|g'
# install_text MODE,FOLDER,FILES
install_text = install -d $(DESTDIR)$(2) && for f in $(3); do $(place) $$f >$(DESTDIR)$(2)/$${f\#\#*/} && chmod $(1) $(DESTDIR)$(2)/$${f\#\#*/} || exit; done
# install_man PAGES
install_man = for f in $(1); do d=$(DESTDIR)$(MANDIR)/man$${f\#\#*.}; install -d $$d && $(place) $$f >$$d/$${f\#\#*/} && chmod 644 $$d/$${f\#\#*/} || exit; done

# Programs that people and scripts call go to bindir; the driver's parts and the lab to libexec; gr-rotate runs the driver.
## install: installs everything; PREFIX=, DESTDIR=, BINDIR= and the other places at the top of this file
install: install-device install-backend

# What both halves install, once: they may run side by side.
install-shared: $(BIN)/paths.sh
	install -d $(DESTDIR)$(LIBEXECDIR)
	install -m 644 $(BIN)/paths.sh $(DESTDIR)$(LIBEXECDIR)
	$(call install_man,$(SHARED_MAN))

## install-device: installs what runs on a device
install-device: device install-shared
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)/hooks
	install -m 755 $(addprefix $(BIN)/,$(DEVICE)) $(DESTDIR)$(BINDIR)
	install -m 644 $(addprefix scripts/driver/,$(filter-out rotate.sh,$(DRIVER))) $(DESTDIR)$(LIBEXECDIR)
	install -m 755 scripts/driver/rotate.sh $(DESTDIR)$(LIBEXECDIR)
	printf '#!/bin/sh\nPATH=%s:$$PATH exec %s/rotate.sh "$$@"\n' '$(BINDIR)' '$(LIBEXECDIR)' >$(DESTDIR)$(BINDIR)/gr-rotate
	chmod 755 $(DESTDIR)$(BINDIR)/gr-rotate
	$(call install_text,644,$(DATADIR),share/gr.conf.example)
	install -m 755 share/hooks/greengrass-* $(DESTDIR)$(DATADIR)/hooks
	install -m 644 share/hooks/*.sh $(DESTDIR)$(DATADIR)/hooks
	$(call install_text,644,$(UNITDIR),$(addprefix share/systemd/,$(DEVICE_UNITS)))
	$(call install_text,755,$(DATADIR)/init,share/init/gr-recover)
	$(call install_text,644,$(DATADIR)/init,share/init/gr.cron)
	$(call install_man,$(DEVICE_MAN))

## install-backend: installs what a backend of one's own needs
install-backend: backend install-shared
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(PLUGINDIR) $(DESTDIR)$(DATADIR)/policies $(DESTDIR)$(DATADIR)/notify.d
	install -m 755 $(addprefix $(BIN)/,$(BACKEND)) $(DESTDIR)$(BINDIR)
	install -m 755 $(BIN)/gr-broker.so $(DESTDIR)$(PLUGINDIR)
	install -m 644 $(addprefix scripts/lab/,$(filter-out lab.sh,$(LAB))) $(DESTDIR)$(LIBEXECDIR)
	install -m 755 scripts/lab/lab.sh $(DESTDIR)$(LIBEXECDIR)
	install -m 644 share/policies/*.json $(DESTDIR)$(DATADIR)/policies
	install -m 644 share/job-template.json $(DESTDIR)$(DATADIR)
	install -m 755 share/notify.d/* $(DESTDIR)$(DATADIR)/notify.d
	$(call install_text,644,$(UNITDIR),$(addprefix share/systemd/,$(BACKEND_UNITS)))
	$(call install_man,$(BACKEND_MAN))
	install -d $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR)
	install -m 644 share/completions/gr.bash $(DESTDIR)$(BASHDIR)/gr-jobs
	ln -sf gr-jobs $(DESTDIR)$(BASHDIR)/gr-registry
	install -m 644 share/completions/_gr-jobs $(DESTDIR)$(ZSHDIR)

# Files by name, then our own folders when nobody else has put anything there.
## uninstall: removes what install put in place
uninstall:
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,gr-rotate $(notdir $(PROGRAMS)))
	rm -f $(addprefix $(DESTDIR)$(LIBEXECDIR)/,$(DRIVER) $(LAB) paths.sh) $(DESTDIR)$(PLUGINDIR)/gr-broker.so
	rm -f $(addprefix $(DESTDIR)$(DATADIR)/,gr.conf.example job-template.json $(patsubst share/%,%,$(wildcard share/policies/*.json share/hooks/* share/init/* share/notify.d/*)))
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(DEVICE_UNITS) $(BACKEND_UNITS))
	rm -f $(addprefix $(DESTDIR)$(BASHDIR)/,gr-jobs gr-registry) $(DESTDIR)$(ZSHDIR)/_gr-jobs
	rm -f $(foreach n,1 5 7 8,$(addprefix $(DESTDIR)$(MANDIR)/man$(n)/,$(notdir $(wildcard man/*.$(n)))))
	for d in $(addprefix $(DESTDIR),$(DATADIR)/policies $(DATADIR)/hooks $(DATADIR)/init $(DATADIR)/notify.d $(DATADIR) $(PLUGINDIR) $(LIBEXECDIR)); do \
		[ ! -d $$d ] || rmdir --ignore-fail-on-non-empty $$d || exit; done

## clean: removes what was built
clean:
	rm -rf build bin greengrass-build share/greengrass-build

-include $(shell find build $(BUILD) -path build/mutate -prune -o -name '*.d' -type f -print 2>/dev/null | sort -u)
