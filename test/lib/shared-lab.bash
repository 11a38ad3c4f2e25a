# SPDX-License-Identifier: Apache-2.0
# shared-lab.bash - one lab for all tests of a file;
# each test has a thing and a job of its own there. Load after lab.
#
# A file that needs more defines setup_file or setup anew, with lab_up or lab_use first.

setup_file() { lab_up; }
teardown_file() { lab_down; }
setup() { lab_use; }
teardown() { own_lab_down; }
