/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.c - what a simulated device says in each stage of a rotation, and what it expects to hear
 */
#include "gr-swarm/script.h"
#include "alg.h"
#include "csr.h"
#include "key.h"
#include "str.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static uint16_t next_id(struct device *d)
{
	return ++d->packet_id ? d->packet_id : ++d->packet_id;
}

static enum status dial(struct device *d, const struct world *w, const struct pair *pair)
{
	enum status st = channel_open(&d->channel, w->epoll, d, w->tls, &w->broker, pair->cert,
				      pair->key);
	uint8_t *to;
	size_t size;

	if (st != GR_OK)
		return st;
	to = channel_room(&d->channel, &size);
	return channel_queue(&d->channel, packet_connect(to, size, d->thing));
}

/* Publishes body, which it takes over, on d->topic. */
static enum status ask(struct device *d, json_t *body)
{
	char *text = body ? json_compact(body) : NULL;
	enum status st;
	uint8_t *to;
	size_t size;

	json_decref(body);
	if (!text)
		return device_fail(d, "out of memory");
	to = channel_room(&d->channel, &size);
	st = channel_queue(&d->channel, packet_publish(to, size, next_id(d), d->topic, text));
	free(text);
	return st;
}

/* Answers to create and commit are ordinary messages: only a subscriber gets them. */
static enum status subscribe(struct device *d)
{
	char accepted[TOPIC_MAX], rejected[TOPIC_MAX];
	uint8_t *to;
	size_t size;

	str_format(accepted, sizeof accepted, "%s/accepted", d->topic);
	str_format(rejected, sizeof rejected, "%s/rejected", d->topic);
	to = channel_room(&d->channel, &size);
	return channel_queue(&d->channel,
			     packet_subscribe(to, size, next_id(d), accepted, rejected));
}

static enum status connect_old(struct device *d, const struct world *w)
{
	return dial(d, w, &d->live);
}

static enum status connect_new(struct device *d, const struct world *w)
{
	device_hang_up(d);
	return dial(d, w, &d->next);
}

static enum status ask_next(struct device *d, const struct world *w)
{
	(void)w;
	topic_job(d->topic, d->thing, "$next", "get");
	return ask(d, json_object());
}

static enum status take_next(struct device *d, const json_t *answer)
{
	const json_t *execution = json_object_get(answer, "execution");
	const char *job = json_text(execution, "jobId"), *status = json_text(execution, "status");

	if (!execution)
		return GR_NO;
	if (!job || !status || strcmp(status, "QUEUED") != 0 ||
	    !str_copy(d->job, sizeof d->job, job))
		return device_fail(d, "the next job is not QUEUED");
	return GR_OK;
}

static enum status ask_update(struct device *d, const struct world *w)
{
	(void)w;
	topic_job(d->topic, d->thing, d->job, "update");
	return ask(d,
		   json_pack("{s:s, s:{s:b, s:s}}", "status", "IN_PROGRESS", "statusDetails",
			     "CertificateRotator", 1, "CertificateRotatorDevice", "gr"));
}

static enum status ask_create(struct device *d, const struct world *w)
{
	static const struct alg_key key = { "ECDSA-P256", EVP_PKEY_EC, 0, "P-256" };
	static const struct alg_sign sign = { "ECDSA-WITH-SHA256", EVP_PKEY_EC, "SHA256", false };
	char *csr = NULL;
	json_t *body;
	enum status st;

	(void)w;
	if (key_generate(&d->next.key, &key) != GR_OK ||
	    csr_make(&csr, d->next.key, X509_get_subject_name(d->live.cert), &sign) != GR_OK)
		return device_fail(d, "no key or CSR could be made");
	body = json_pack("{s:s, s:s}", "jobId", d->job, "csr", csr);
	free(csr);
	topic_certificate(d->topic, d->thing, "create");
	if ((st = subscribe(d)) == GR_OK)
		return ask(d, body);
	json_decref(body);
	return st;
}

static enum status take_certificate(struct device *d, const json_t *answer)
{
	const char *pem = json_text(answer, "certificatePem");
	BIO *bio = pem ? BIO_new_mem_buf(pem, -1) : NULL;

	d->next.cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	if (!d->next.cert || EVP_PKEY_eq(X509_get0_pubkey(d->next.cert), d->next.key) != 1)
		return device_fail(d, "the certificate is not for our key");
	return GR_OK;
}

static enum status ask_job(struct device *d, const struct world *w)
{
	(void)w;
	topic_job(d->topic, d->thing, d->job, "get");
	return ask(d, json_object());
}

static enum status take_job(struct device *d, const json_t *answer)
{
	const char *status = json_text(json_object_get(answer, "execution"), "status");

	return status && strcmp(status, "IN_PROGRESS") == 0
	    ? GR_OK
	    : device_fail(d, "the job is not IN_PROGRESS");
}

static enum status ask_commit(struct device *d, const struct world *w)
{
	enum status st;

	(void)w;
	topic_certificate(d->topic, d->thing, "commit");
	st = subscribe(d);
	return st == GR_OK ? ask(d, json_pack("{s:s}", "jobId", d->job)) : st;
}

static enum status ask_final(struct device *d, const struct world *w)
{
	(void)w;
	topic_job(d->topic, d->thing, d->job, "update");
	return ask(d, json_pack("{s:s}", "status", "SUCCEEDED"));
}

static enum status take_ok(struct device *d, const json_t *answer)
{
	(void)d, (void)answer;
	return GR_OK;
}

const struct stage_work stages[STAGE_COUNT] = {
	[STAGE_CONNECT_OLD] = { "connect OLD", connect_old, NULL },
	[STAGE_FIND]        = { "find", ask_next, take_next },
	[STAGE_UPDATE]      = { "update", ask_update, take_ok },
	[STAGE_CREATE]      = { "create", ask_create, take_certificate },
	[STAGE_CONNECT_NEW] = { "connect NEW", connect_new, NULL },
	[STAGE_ASK]         = { "ask again", ask_job, take_job },
	[STAGE_COMMIT]      = { "commit", ask_commit, take_ok },
	[STAGE_FINAL]       = { "final", ask_final, take_ok },
};
