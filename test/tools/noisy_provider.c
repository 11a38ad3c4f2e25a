/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noisy_provider.c - an OpenSSL provider without algorithms that talks on standard error, as some
 * stacks below ours do
 */
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <unistd.h>

static void print(const char *text, size_t len)
{
	if (write(STDERR_FILENO, text, len) < 0)
		return;
}

static void teardown(void *ctx)
{
	static const char text[] = "\nnoisy: gone; gr-nobody: not of ours\n";

	(void)ctx;
	print(text, sizeof text - 1);
}

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
		       const OSSL_DISPATCH **out, void **ctx);
int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
		       const OSSL_DISPATCH **out, void **ctx)
{
	static const OSSL_DISPATCH table[] = {
		{ OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown }, { 0, NULL }
	};
	/* Neither printable nor ended by a newline: our line begins in the middle. */
	static const char text[] =
	    "WARNING: noisy: \033[31m\xff\xfe something\nnoisy: half a line ";

	(void)in;
	*ctx = (void *)handle;
	*out = table;
	print(text, sizeof text - 1);
	return 1;
}
