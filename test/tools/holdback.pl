# SPDX-License-Identifier: Apache-2.0
# holdback.pl LISTEN CONNECT FOLDER: between gr-backendd and its broker, on Unix sockets. Holds
# back the broker's PUBACKs to the client gr/backendd/answers until FOLDER/release is there or 200
# messages are on their way; keeps in FOLDER/most how many of its messages were on their way at one
# time at the most, and in FOLDER/sent how many it has sent.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;

my ($listen, $connect, $folder) = @ARGV;
my $server = IO::Socket::UNIX->new(Local => $listen, Listen => 8) or die "$listen: $!";
my $select = IO::Select->new($server);
my (%peer, %from_daemon, %name, %rest, %held);
my ($sent, $acked, $most, $open) = (0, 0, 0, 0);

sub note {
	my ($name, $value) = @_;
	open my $f, '>', "$folder/$name.new" or die;
	print $f "$value\n";
	close $f;
	rename "$folder/$name.new", "$folder/$name";
}

# The whole packets at the beginning of what has come.
sub packets {
	my ($fh) = @_;
	my @all;
	while (length $rest{$fh} > 1) {
		my ($len, $at, $shift) = (0, 1, 0);
		while ($at < length $rest{$fh}) {
			my $byte = ord substr $rest{$fh}, $at++, 1;
			$len |= ($byte & 0x7f) << $shift;
			$shift += 7;
			last unless $byte & 0x80;
		}
		last if length $rest{$fh} < $at + $len;
		push @all, substr $rest{$fh}, 0, $at + $len, '';
	}
	return @all;
}

sub release {
	for my $fh (map { $_->[0] } values %held) {
		for my $packet (@{ $held{$fh}[1] }) { $acked++; syswrite $fh, $packet }
	}
	%held = ();
}

note($_, 0) for qw(sent most);
while (1) {
	$open = 1 if !$open && (-e "$folder/release" || $sent - $acked > 200);
	release() if $open && %held;
	for my $fh ($select->can_read(0.05)) {
		if ($fh == $server) {
			my $daemon = $server->accept;
			my $broker = IO::Socket::UNIX->new(Peer => $connect) or do { close $daemon; next };
			@peer{$daemon, $broker} = ($broker, $daemon);
			@from_daemon{$daemon, $broker} = (1, 0);
			@rest{$daemon, $broker} = ('', '');
			$select->add($daemon, $broker);
			next;
		}
		my $got = sysread $fh, my $bytes, 65536;
		unless ($got) {
			$select->remove($fh, $peer{$fh});
			close $peer{$fh};
			close $fh;
			next;
		}
		$rest{$fh} .= $bytes;
		for my $packet (packets($fh)) {
			my $type = ord($packet) >> 4;
			$name{$fh} = $packet =~ m{gr/backendd/answers} ? 'writer' : 'reader' if $from_daemon{$fh} && $type == 1;
			if ($from_daemon{$fh} && $name{$fh} eq 'writer' && $type == 3) {
				$sent++;
				$most = $sent - $acked if $sent - $acked > $most;
				note('most', $most);
				note('sent', $sent);
			}
			if (!$from_daemon{$fh} && ($name{$peer{$fh}} // '') eq 'writer' && $type == 4) {
				if (!$open) { push @{ ($held{$peer{$fh}} //= [$peer{$fh}, []])->[1] }, $packet; next }
				$acked++;
			}
			syswrite $peer{$fh}, $packet;
		}
	}
}
