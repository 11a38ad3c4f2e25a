# SPDX-License-Identifier: Apache-2.0
# sink.pl - what a test sends its notifications to.
# usage: perl sink.pl http FILE STATUS...
#          answers POSTs on a free port, which it prints; each body is a line of FILE; the statuses
#          are given in turn, the last one for ever
#        perl sink.pl datagram FILE SOCKET
#          each datagram that comes to the Unix socket is a line of FILE
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;

my ($kind, $file, @rest) = @ARGV;
$| = 1;

sub keep {
	open my $f, '>>', $file or die;
	print $f "$_[0]\n";
	close $f;
}

if ($kind eq 'datagram') {
	my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $rest[0]) or die;
	print "ready\n";
	while (defined $s->recv(my $text, 70000)) { keep($text) }
	exit;
}

my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die;
print $s->sockport, "\n";
while (my $c = $s->accept) {
	my ($head, $body) = ('', '');
	while (my $line = <$c>) { $head .= $line; last if $line =~ /^\r?$/ }
	read $c, $body, $1 if $head =~ /^Content-Length: (\d+)/mi;
	chomp $body;
	my ($type) = $head =~ /^Content-Type: (.*?)\r?$/mi;
	my ($token) = $head =~ /^Authorization: (.*?)\r?$/mi;
	my $status = @rest > 1 ? shift @rest : $rest[0];
	keep(join ' ', $status, $type // '-', $token // '-', $body);
	print $c "HTTP/1.1 $status x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	close $c;
}
