/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - what gr-keygen does with a token outside the store. On any status but GR_OK one line
 * has been written.
 */
#ifndef GR_KEYGEN_TOKEN_H
#define GR_KEYGEN_TOKEN_H

#include "config/conf.h"
#include "status.h"

/*
 * Makes a device's first key pair with the label that text, a URI, says; prints its whole URI.
 */
enum status token_first_key(const struct conf *conf, const char *text);
/*
 * Prints a line for each key algorithm that can be made: its name, and how it signs. text: a
 * token's URI; NULL: where the next key of this device will be made.
 */
enum status token_list(const struct conf *conf, const char *text);

#endif
