/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - frames to and from one client */
#include "gr-link/client.h"
#include "complain.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

void client_init(struct client *client, int fd, long pid)
{
	*client = (struct client){ .fd = fd, .pid = pid };
}

void client_drop(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	frame_release(&client->in);
	frame_release(&client->out);
	client_init(client, -1, 0);
}

void client_expel(struct client *client, const char *why)
{
	complain("the client with process id %ld is dropped: it %s", client->pid, why);
	client_drop(client);
}

struct pollfd client_pollfd(const struct client *client)
{
	short in = client->request == REQUEST_NONE ? POLLIN : 0;
	short out = client->out.len > 0 ? POLLOUT : 0;

	return (struct pollfd){ .fd = client->fd, .events = (short)(in | out) };
}

/* Too much is waiting for a client that does not read. */
static void put(struct client *client, enum frame_kind kind, const char *topic,
		const void *payload, size_t len)
{
	if (!frame_put(&client->out, kind, topic, payload, len))
		client_expel(client, "does not read what it asked for");
}

void client_answer(struct client *client, enum status st, const char *why)
{
	char payload[256];

	client->request = REQUEST_NONE;
	if (!why) {
		put(client, FRAME_DONE, "", "", 0);
		return;
	}
	str_format(payload, sizeof payload, "%c%.250s", st, why);
	put(client, FRAME_FAILED, "", payload, strlen(payload));
}

static bool wants(const struct client *client, const struct subscription *all, const char *topic)
{
	for (size_t i = 0; i < SUBSCRIPTIONS; i++)
		if (client->wants[i] && topic_matches(all[i].filter, topic))
			return true;
	return false;
}

void client_pass(struct client *client, const struct subscription all[static SUBSCRIPTIONS],
		 const struct message *message)
{
	if (client->fd >= 0 && wants(client, all, message->topic))
		put(client, FRAME_MESSAGE, message->topic, message->payload, message->len);
}

bool client_move(struct client *client, short revents)
{
	bool open = true;

	if (revents & POLLOUT)
		open = frame_send(&client->out, client->fd) == 1;
	if (open && (revents & POLLIN))
		open = frame_receive(&client->in, client->fd) == 1;
	else if (revents & (POLLHUP | POLLERR | POLLNVAL))
		open = false;
	if (!open)
		client_drop(client);
	return open;
}
