#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# memory_secrets.pl PID FILE: prints each range of the process's memory that is not locked and
# holds a line of FILE, or "none". A line hex:0A0B... stands for these bytes, in this order or the
# other way round, as numbers lie in memory.
use strict;
use warnings;
no warnings 'portable';	# addresses have 64 bits

my ($pid, $file) = @ARGV;
open my $f, '<', $file or die "$file: $!\n";
chomp(my @lines = <$f>);
@lines = map { /^hex:(.*)/ ? (pack('H*', $1), scalar reverse pack('H*', $1)) : $_ } @lines;
open my $maps, '<', "/proc/$pid/smaps" or die "smaps: $!\n";
open my $mem, '<:raw', "/proc/$pid/mem" or die "mem: $!\n";
my ($from, $to, $name, %size, @found);
my $look = sub {
	return unless defined $from && ($size{Locked} // 0) == 0 && $name !~ /^\[v/;
	sysseek $mem, $from, 0 or return;
	my ($text, $n) = ('', 1);
	while (length $text < $to - $from && ($n = sysread $mem, $text, $to - $from - length $text, length $text)) { }
	for my $line (@lines) {
		push @found, sprintf('%x-%x %s', $from, $to, $name) if index($text, $line) >= 0;
	}
};
while (<$maps>) {
	if (/^([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \S+ *(.*)$/) {
		$look->();
		($from, $to, $name, %size) = (hex $1, hex $2, $3);
	} elsif (/^([0-9a-f]+)-/) {
		$look->();
		undef $from;
	} elsif (/^(\w+): +(\d+) kB/) {
		$size{$1} = $2;
	}
}
$look->();
print join("\n", @found) || 'none', "\n";
