/* SPDX-License-Identifier: Apache-2.0 */
/* details.h - statusDetails of a job execution from key=value arguments (AWS IoT API limits). */
#ifndef GR_JOBS_CLIENT_DETAILS_H
#define GR_JOBS_CLIENT_DETAILS_H

#include "json.h"
#include "status.h"

/*
 * Adds one pair to *details, made when NULL. CertificateRotator=true becomes a JSON boolean, as
 * the reference component sends it; DeviceFailureReason is made printable and cut to 1000
 * characters. GR_BAD, one line: not a pair that the service takes.
 */
enum status details_add(json_t **details, const char *pair);

#endif
