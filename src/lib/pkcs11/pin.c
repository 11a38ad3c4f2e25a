/* SPDX-License-Identifier: Apache-2.0 */
/* pin.c - PINs */
#include "pkcs11/pin.h"
#include "complain.h"
#include "file.h"
#include "location.h"
#include "secret.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_FILE_MAX = 4096, RECORD_MAX = PATH_MAX + 128 };

void pin_wipe(struct pin *pin)
{
	secret_free(pin->text, pin->len);
	pin->text = NULL;
	pin->len = 0;
}

enum status pin_refuse(struct pin *pin, const char *why)
{
	pin_wipe(pin);
	complain("PIN: %s: %s", pin->source, why);
	return GR_BAD;
}

enum status pin_take_line(struct pin *pin, const char *buf, size_t len)
{
	const char *end = memchr(buf, '\n', len);
	size_t n = end ? (size_t)(end - buf) : len;

	if (n > 0 && buf[n - 1] == '\r')
		n--;
	if (n == 0 || n > PIN_MAX || memchr(buf, '\0', n))
		return pin_refuse(pin, "its first line is no PIN");
	if (!(pin->text = secret_alloc(n + 1))) {
		complain("PIN: %s: out of memory", pin->source);
		return GR_FAIL;
	}
	memcpy(pin->text, buf, n);
	pin->text[n] = '\0';
	pin->len = n;
	return GR_OK;
}

/* From the start where that can be: the next program reads the same descriptor. */
static ssize_t read_some(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size, 0), more;

	if (n >= 0 || errno != ESPIPE)
		return n;
	for (n = 0; (size_t)n < size && (more = read(fd, buf + n, size - (size_t)n)) != 0;
	     n += more > 0 ? more : 0)
		if (more < 0 && errno != EINTR)
			return -1;
	return n;
}

static enum status take_descriptor(struct pin *pin, int fd)
{
	char *buf = secret_alloc(SOURCE_FILE_MAX);
	struct stat own;
	enum status st;
	ssize_t n;

	if (!buf) {
		complain("PIN: %s: out of memory", pin->source);
		return GR_FAIL;
	}
	if (fstat(fd, &own) != 0 || (n = read_some(fd, buf, SOURCE_FILE_MAX)) < 0) {
		st = errno == EBADF ? GR_BAD : GR_FAIL;
		complain("PIN: %s: %s", pin->source, strerror(errno));
		secret_free(buf, 0);
		return st;
	}
	str_format(pin->stamp, sizeof pin->stamp, "%lld.%09ld", (long long)own.st_mtim.tv_sec,
		   own.st_mtim.tv_nsec);
	st = S_ISREG(own.st_mode) && own.st_mode & S_IROTH
	    ? pin_refuse(pin, "everybody may read it; take that right away, chmod o=")
	    : pin_take_line(pin, buf, (size_t)n);
	secret_free(buf, SOURCE_FILE_MAX);
	return st;
}

static enum status read_file(struct pin *pin)
{
	enum status st;
	int fd;

	if ((st = file_open(&fd, pin->source, SOURCE_FILE_MAX)) == GR_NO)
		return pin_refuse(pin, "no such file");
	if (st != GR_OK)
		return st;
	st = take_descriptor(pin, fd);
	close(fd);
	return st;
}

int pin_descriptor(const char *source)
{
	size_t len = strlen(source);

	return strncmp(source, "fd:", 3) == 0 && len > 3 && len < 10 &&
		strspn(source + 3, "0123456789") == len - 3
	    ? atoi(source + 3)
	    : -1;
}

enum status pin_read(struct pin *pin, const char *source, const void *context)
{
	enum status st;

	(void)context;
	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, source);
	if (pin_descriptor(source) >= 0)
		return take_descriptor(pin, pin_descriptor(source));
	if (source[0] == '\0') {
		complain("PIN: no source is set; write it to a file and name that with "
			 "pkcs11PinSource");
		return GR_BAD;
	}
	return (st = location_resolve(pin->source, source, "pkcs11PinSource")) == GR_OK
	    ? read_file(pin)
	    : st;
}

/* One file a token; a serial number may hold anything. */
static void record_path(char to[static PATH_MAX], const char *state, const char *serial)
{
	char hex[2 * 16 + 1];
	size_t len = strlen(serial);

	str_hex(hex, serial, len < 16 ? len : 16);
	/* token_setup.state leaves room */
	str_format(to, PATH_MAX, "%s/pin-refused.%s", state, hex);
}

static void record_text(char to[static RECORD_MAX], const struct pin *pin)
{
	str_format(to, RECORD_MAX, "%s %s\n", pin->stamp, pin->source);
}

enum status pin_look(enum pin_record *record, const struct pin *pin, const char *state,
		     const char *serial)
{
	char path[PATH_MAX], now[RECORD_MAX], *text;
	enum status st;
	size_t len;

	record_path(path, state, serial);
	if ((st = file_read(&text, &len, path, RECORD_MAX)) == GR_NO) {
		*record = PIN_UNKNOWN;
		return GR_OK;
	}
	if (st != GR_OK)
		return st;
	record_text(now, pin);
	*record = strcmp(text, now) == 0 ? PIN_REFUSED : PIN_CHANGED;
	free(text);
	return GR_OK;
}

enum status pin_note_refused(const struct pin *pin, const char *state, const char *serial)
{
	char path[PATH_MAX], text[RECORD_MAX];

	record_path(path, state, serial);
	record_text(text, pin);
	return file_replace(path, text, strlen(text), 0600);
}

enum status pin_note_taken(const char *state, const char *serial)
{
	char path[PATH_MAX];

	record_path(path, state, serial);
	if (unlink(path) == 0 || errno == ENOENT)
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}
