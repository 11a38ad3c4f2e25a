/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - what gr-keygen does with a token outside the store. */
#ifndef GR_KEYGEN_TOKEN_H
#define GR_KEYGEN_TOKEN_H

#include "config/conf.h"
#include "status.h"

/*
 * Makes a device's first key pair, called as text (a URI with an object's label) says; prints its
 * whole URI.
 */
enum status token_first_key(const struct conf *conf, const char *text);
/*
 * Prints a line for each key algorithm that can be made: its name, and how it signs. text: a
 * token's URI; NULL: where the next key of this device will be.
 */
enum status token_list(const struct conf *conf, const char *text);

#endif
