/* SPDX-License-Identifier: Apache-2.0 */
/*
 * variable.h - what a policy may use of the client that asks: policy variables, condition keys.
 */
#ifndef GR_POLICY_VARIABLE_H
#define GR_POLICY_VARIABLE_H

#include <stddef.h>

enum variable {
	VARIABLE_CLIENT_ID,		/* iot:ClientId */
	VARIABLE_THING_NAME,		/* iot:Connection.Thing.ThingName */
	VARIABLE_IS_ATTACHED,		/* iot:Connection.Thing.IsAttached, "true" or "false" */
	VARIABLE_CERTIFICATE_ID,	/* iot:CertificateId */
	VARIABLE_SOURCE_IP,		/* aws:SourceIp */
	VARIABLE_COMMON_NAME,		/* iot:Certificate.Subject.CommonName */
	VARIABLE_COUNT
};

/* The client that asks. A member that is NULL is not known. The texts belong to the caller. */
struct policy_who {
	const char *client, *thing, *certificate, *address, *common_name;
};

/*
 * Returns the variable called name, which has len bytes; upper and lower case are the same.
 * VARIABLE_COUNT: there is no such variable.
 */
enum variable variable_find(const char *name, size_t len);
/*
 * Returns the variable's value, or NULL if it is absent. A name from a certificate that holds one
 * of * $ + ? # or is longer than 1024 bytes counts as absent (AWS IoT, certificate policy
 * variables).
 */
const char *variable_value(const struct policy_who *who, enum variable variable);

#endif
