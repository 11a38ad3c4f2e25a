/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h - who a client is: certificate, thing, role by its client id, policies.
 */
#ifndef GR_BROKER_IDENTITY_H
#define GR_BROKER_IDENTITY_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "broker/policies.h"
#include "registry/registry_reader.h"
#include "status.h"
#include "topic.h"

enum role {
	ROLE_THING,	/* "T", "T#gr", "T#2" and so on: rotates, and all that its policy says */
	ROLE_PROBE,	/* "T#probe": may connect and nothing else */
	ROLE_OTHER	/* "T#suffix": what its policy says, but no rotation topics */
};

struct identity {
	char certificate[65];
	char client[TOPIC_CLIENT_MAX + 1];
	char thing[129];
	char address[64];	/* "" when it is not known */
	char common_name[257];	/* "" when there is none, or more than one */
	enum role role;
	bool expired;		/* let in for a rotation, and for nothing else */
	struct policies policies;
	unsigned long epoch;	/* of the reader, when the policies were read */
};

/* Computes the certificateId of a certificate: SHA-256 over the DER. False: OpenSSL failed. */
bool identity_certificate_id(char id[static 65], const X509 *x509);

/* Where identities are looked up. */
struct identity_source {
	struct registry_reader *reader;
	struct policies_cache *cache;
	/* how long an expired certificate still rotates; -1: OpenSSL looks at the dates itself */
	int64_t grace_s;
};

/*
 * Tells whether a client with this certificate and client id may connect, and fills *who. x509 is
 * NULL for a client that is not connected. GR_NO: *why is a static sentence. GR_FAIL: the database
 * cannot say. In both cases there is nothing to release.
 */
enum status identity_establish(struct identity *who, const char **why,
			       const struct identity_source *source, const X509 *x509,
			       const char *certificate, const char *client, const char *address);
void identity_release(struct identity *who);

/* Returns the role that a client id asks for. */
enum role identity_role(const char *client);
/*
 * Tells whether the certificate is ACTIVE, not revoked and attached to thing ("": to any). GR_NO:
 * *why says why not.
 */
enum status identity_is_usable(struct registry_reader *reader, const char **why,
			       const char *certificate, const char *thing);

/* Reads the policies again if they may have changed; without a database the old ones stay. */
void identity_refresh(struct identity *who, struct registry_reader *reader,
		      struct policies_cache *cache);
/*
 * Tells why its policies do not allow the action on name: a static sentence that names the action.
 * NULL: they allow it.
 */
const char *identity_refusal(const struct identity *who, enum policy_action action,
			     const char *name);

#endif
