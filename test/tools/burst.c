/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst: burst SOCKET TOPIC PAYLOAD [TOPIC PAYLOAD ...] publishes all of it at QoS 1 in one write,
 * so that the broker finds the messages side by side; ends when the broker closed the connection.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct buffer {
	unsigned char bytes[65536];
	size_t len;
};

static void put(struct buffer *b, const void *bytes, size_t len)
{
	if (len > sizeof b->bytes - b->len)
		_exit(100);
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static void put_publish(struct buffer *b, const char *topic, const char *payload, int id)
{
	size_t size = 2 + strlen(topic) + 2 + strlen(payload);
	const unsigned char packet_id[] = { (unsigned char)(id >> 8), (unsigned char)id };
	const unsigned char head[] = { 0x32, (unsigned char)(0x80 | (size & 0x7f)),
				       (unsigned char)(size >> 7), 0,
				       (unsigned char)strlen(topic) };

	put(b, head, sizeof head);
	put(b, topic, strlen(topic));
	put(b, packet_id, sizeof packet_id);
	put(b, payload, strlen(payload));
}

int main(int argc, char *argv[])
{
	static const unsigned char connect_packet[] = {
		0x10, 17, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 5, 'b', 'u', 'r', 's', 't'
	};
	static const unsigned char disconnect_packet[] = { 0xe0, 0 };
	static struct buffer b;
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[64];

	if (argc < 4 || strlen(argv[1]) >= sizeof to.sun_path)
		return 100;
	strcpy(to.sun_path, argv[1]);
	put(&b, connect_packet, sizeof connect_packet);
	for (int i = 2; i + 1 < argc; i += 2)
		put_publish(&b, argv[i], argv[i + 1], i);
	put(&b, disconnect_packet, sizeof disconnect_packet);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	    write(fd, b.bytes, b.len) != (ssize_t)b.len)
		return 111;
	while (read(fd, answer, sizeof answer) > 0)
		;
	return close(fd) != 0;
}
