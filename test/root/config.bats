# SPDX-License-Identifier: Apache-2.0
# Where a nucleus usually is: file systems of their own, made and entered as root.
# Called by make check-root.
bats_require_minimum_version 1.5.0
load ../lib/helper
load ../lib/nucleus

# inside COMMAND...: with ./root as its root directory, and the programs in /gr.
inside() {
	mkdir -p root/usr root/gr root/proc
	ln -sfn usr/lib root/lib
	ln -sfn usr/lib64 root/lib64
	unshare --mount sh -eu \
		-c 'mount --bind /usr root/usr; mount --bind "$0" root/gr; mount --rbind /proc root/proc
		exec chroot root "$@"' "$BIN" "$@"
}
# nucleus_in ROOT THING: a classic one, ROOT as it is called inside.
nucleus_in() {
	mkdir -p "root$1/config"
	log_identity 5 | sed "s/core-1/$2/" >"root$1/config/config.tlog"
}
# unit EXECSTART: what the nucleus's installer writes.
unit() {
	mkdir -p root/etc/systemd/system
	printf '[Unit]\nDescription=Greengrass Core\nAfter=network.target\n\n[Service]\nType=simple\nRestart=on-failure\nExecStart=%s\nKillMode=mixed\n\n[Install]\nWantedBy=multi-user.target\n' \
		"$1" >root/etc/systemd/system/greengrass.service
}
# lite_in ROOT THING
lite_in() {
	(
		make_lite
		lite_config 2 | sed "s/lite-1/$2/" | lite_put
	)
	mkdir -p "root$1"
	mv ggc/config.db "root$1/config.db"
}
thing_name() { inside /gr/gr-config thingName; }

setup() { [ "$(id -u)" -eq 0 ]; }

@test "places: a nucleus in /greengrass/v2 is found" {
	nucleus_in /greengrass/v2 usual
	[ "$(thing_name)" = usual ]
	[ "$(inside /gr/gr-config greengrassRoot)" = /greengrass/v2 ]
}
@test "places: a nucleus in /var/lib/greengrass is found, after the classic ones" {
	lite_in /var/lib/greengrass lite
	[ "$(thing_name)" = lite ]
	[ "$(inside /gr/gr-config runtime)" = lite ]
	nucleus_in /greengrass/v2 usual
	[ "$(thing_name)" = usual ]
	[ "$(inside /gr/gr-config -o runtime=lite thingName)" = lite ]
}
@test "places: the root that the unit starts is preferred to the usual one" {
	nucleus_in /greengrass/v2 usual
	nucleus_in /opt/gg elsewhere
	unit '/bin/sh -c "/opt/gg/alts/current/distro/bin/loader >> /opt/gg/logs/loader.log 2>&1"'
	[ "$(thing_name)" = elsewhere ]
	unit /opt/gg/alts/current/distro/bin/loader
	[ "$(thing_name)" = elsewhere ]
	unit '/bin/sh -c "/gone/alts/current/distro/bin/loader"'
	[ "$(thing_name)" = usual ]
	unit /usr/bin/something-else
	[ "$(thing_name)" = usual ]
	: >root/etc/systemd/system/greengrass.service
	[ "$(thing_name)" = usual ]
}
@test "places: without a nucleus none is found" {
	run -1 --separate-stderr thing_name
	[ -z "$output$stderr" ]
	[ "$(inside /gr/gr-config runtime)" = none ]
}
