/* SPDX-License-Identifier: Apache-2.0 */
/* variable.c - policy variables */
#include "policy/variable.h"

#include <string.h>
#include <strings.h>

static const char *const names[VARIABLE_COUNT] = {
	[VARIABLE_CLIENT_ID]      = "iot:ClientId",
	[VARIABLE_THING_NAME]     = "iot:Connection.Thing.ThingName",
	[VARIABLE_IS_ATTACHED]    = "iot:Connection.Thing.IsAttached",
	[VARIABLE_CERTIFICATE_ID] = "iot:CertificateId",
	[VARIABLE_SOURCE_IP]      = "aws:SourceIp",
	[VARIABLE_COMMON_NAME]    = "iot:Certificate.Subject.CommonName",
};

enum variable variable_find(const char *name, size_t len)
{
	for (enum variable v = 0; v < VARIABLE_COUNT; v++)
		if (strlen(names[v]) == len && strncasecmp(names[v], name, len) == 0)
			return v;
	return VARIABLE_COUNT;
}

static const char *attribute(const char *value)
{
	return value && strlen(value) <= 1024 && !strpbrk(value, "*$+?#") ? value : NULL;
}

const char *variable_value(const struct policy_who *who, enum variable variable)
{
	switch (variable) {
	case VARIABLE_CLIENT_ID:
		return who->client;
	case VARIABLE_THING_NAME:
		return who->thing;
	case VARIABLE_IS_ATTACHED:
		return who->thing ? "true" : "false";
	case VARIABLE_CERTIFICATE_ID:
		return who->certificate;
	case VARIABLE_SOURCE_IP:
		return who->address;
	case VARIABLE_COMMON_NAME:
		return attribute(who->common_name);
	case VARIABLE_COUNT:
		break;
	}
	return NULL;
}
