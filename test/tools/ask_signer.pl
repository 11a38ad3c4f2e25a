# SPDX-License-Identifier: Apache-2.0
# ask_signer.pl - asks a gr-signer as a daemon in wrong hands would.
# usage: ask_signer.pl SOCKET issue SECONDS SUBJECT-FILE KEY-FILE (both DER) | lines TEXT | raw HEX
# prints the status of the answer and its text, or what came
use strict;
use warnings;
use Socket;

my ($path, $what, @rest) = @ARGV;
sub slurp { local $/; open(my $f, '<:raw', $_[0]) or die; my $d = <$f>; return $d }
my $question = $what eq 'issue' ? pack('a q> N/a* N/a*', 'i', $rest[0], slurp($rest[1]), slurp($rest[2]))
	: $what eq 'lines' ? pack('a C N/a*', 'l', 1, $rest[0])
	: pack('H*', $rest[0]);
socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!";
connect($s, sockaddr_un($path)) or die "connect: $!";
defined(send($s, $question, 0)) or die "send: $!";
my $answer = '';
defined(recv($s, $answer, 65536, 0)) or die "recv: $!";
if ($answer eq '') {
	print "closed\n";
	exit;
}
my ($status, $text) = unpack('C a*', $answer);
$text = unpack('N/a*', $text) if $status != 0 && length($text) >= 4;
print $status == 0 ? "0\n" : "$status $text\n";
