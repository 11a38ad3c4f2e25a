/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.c - random UUIDs */
#include "base/uuid.h"
#include "str.h"

#include <openssl/rand.h>

bool uuid_random(char uuid[static 37])
{
	unsigned char b[16];
	char hex[33];

	uuid[0] = '\0';
	if (RAND_bytes(b, sizeof b) != 1)
		return false;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	str_hex(hex, b, sizeof b);
	return str_format(uuid, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
			  hex + 20);
}
