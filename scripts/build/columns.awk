# SPDX-License-Identifier: Apache-2.0
# columns.awk - finds lines that do not end before column 100, a tab being eight wide.
# -v only=REGEX: of those that match.
!only || $0 ~ only {
	n = 0
	for (i = 1; i <= length($0); i++)
		n = substr($0, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
	if (n > 99) {
		printf "%s:%d: ends in column %d; lines end before column 100\n", FILENAME, FNR, n
		wide = 1
	}
}
END { exit wide }
