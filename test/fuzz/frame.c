/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame - a byte that is the size of pieces, then what a program says to gr-link, in such pieces
 */
#include "session/frame.h"
#include "lib/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* What frame_receive does with bytes of a socket. */
static void add(struct frame_buffer *b, const uint8_t *data, size_t size)
{
	char *more = malloc(b->len + size);

	FUZZ_HOLDS(more);
	if (b->len > 0)
		memcpy(more, b->data, b->len);
	memcpy(more + b->len, data, size);
	free(b->data);
	b->data = more;
	b->size = b->len += size;
}

/* What is sent again reads as what it was. */
static void check_again(const struct frame *f)
{
	struct frame_buffer again = { 0 };
	struct frame g;

	if (frame_put(&again, f->kind, f->topic, f->payload, f->len)) {
		FUZZ_HOLDS(frame_first(&g, &again) == 1);
		FUZZ_HOLDS(g.kind == f->kind && strcmp(g.topic, f->topic) == 0);
		FUZZ_HOLDS(g.len == f->len && memcmp(g.payload, f->payload, f->len) == 0);
		frame_drop(&again);
		FUZZ_HOLDS(again.len == 0);
	}
	frame_release(&again);
}

static int take_all(struct frame_buffer *b)
{
	struct frame f;
	int rc;

	while ((rc = frame_first(&f, b)) > 0) {
		FUZZ_HOLDS(f.topic > b->data && f.payload + f.len <= b->data + b->len);
		check_again(&f);
		frame_drop(b);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_buffer b = { 0 };
	size_t piece = size > 0 ? 16u * data[0] + 5u : 1;

	for (size_t at = 1; at < size; at += piece) {
		add(&b, data + at, size - at < piece ? size - at : piece);
		if (take_all(&b) < 0)
			break;
	}
	frame_release(&b);
	return 0;
}
