# SPDX-License-Identifier: Apache-2.0
# link_socket.pl SOCKET RULES: speaks gr-link's side of the socket and answers as the rules say, so
# that the strangest service can be played. A rule is "N<TAB>request topic<TAB>answer
# topic<TAB>payload": sent on the N-th request to that topic (*: each); %TOKEN% stands for the
# request's clientToken. An answer topic "-" hangs up. What answers one request arrives at once,
# so that no test depends on what the scheduler does in between. Requests are written to RULES.log.
use strict;
use warnings;
use IO::Handle;
use Socket;

my ($path, $rules) = @ARGV;
my @rules = map { chomp; [split /\t/, $_, 4] } do { open my $f, '<', $rules or die $!; <$f> };
my %count;
open my $log, '>', "$rules.log" or die $!;
$log->autoflush(1);
socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die $!;
chdir($path =~ s{[^/]*$}{}r || '.') or die $!;
bind($listener, sockaddr_un($path =~ s{.*/}{}r)) or die $!;
listen($listener, 5) or die $!;
STDOUT->autoflush(1);
print "ready\n";

sub frame { my ($kind, $topic, $payload) = @_; pack 'N/a*', "$kind$topic\0$payload" }

while (accept(my $client, $listener)) {
	my $in = '';
	CLIENT: while (sysread($client, $in, 65536, length $in)) {
		while (length $in >= 4 && length $in >= 4 + unpack('N', $in)) {
			my $body = unpack 'N/a*', $in;
			substr($in, 0, 4 + length $body, '');
			my ($kind, $topic, $payload) = $body =~ /^(.)([^\0]*)\0(.*)$/s or die;
			syswrite $client, frame('d', '', '');
			print $log "$kind $topic $payload\n";
			next if $kind ne 'p';
			my ($token) = $payload =~ /"clientToken":"([0-9a-f]*)"/;
			my $n = ++$count{$topic};
			my ($answers, $hang_up) = ('', 0);
			for my $rule (grep { $_->[1] eq $topic && ($_->[0] eq '*' || $_->[0] == $n) } @rules) {
				$hang_up = $rule->[2] eq '-' and last;
				my $answer = $rule->[3] =~ s/%TOKEN%/$token/gr;
				$answers .= frame('m', $rule->[2], $answer);
			}
			syswrite $client, $answers if length $answers;
			last CLIENT if $hang_up;
		}
	}
}
