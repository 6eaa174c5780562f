/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hostile picture does once it has taken over the decoder: this module stands in for OpenCV in the helper, and instead of decoding tries
 * what the file's name says. For demo.sh: it shows what the helper's confinement is worth when everything before it has failed.
 */
#include "lib/helper/helper.h"
#include "shims/opencv/format.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *warm_up(const char *cxx_locale, uint32_t family)
{
	(void)cxx_locale;
	(void)family;
	return NULL;
}

static bool rehearse(unsigned step, uint64_t kind)
{
	(void)step;
	(void)kind;
	return false;
}

static int run(const struct sp_request *req, const void *payload, struct sp_reply *ret)
{
	static char shell[] = "/bin/sh";
	char *argv[] = { shell, NULL };
	/* The name is the last thing in the payload; the helper puts a NUL behind it. */
	const char *name = (const char *)payload + sizeof(struct sp_cv_request);

	(void)req;
	if (strcmp(name, "read-passwd.jpg") == 0)
		syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	else if (strcmp(name, "phone-home.jpg") == 0)
		syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	else if (strcmp(name, "spawn-shell.jpg") == 0)
		syscall(SYS_execve, shell, argv, NULL);
	else
		__builtin_trap();
	ret->kind = SP_REPLY_RESULT;
	return 0;
}

static const struct sp_plugin plugin = { SP_PLUGIN_VERSION, warm_up, rehearse, run, NULL };

SP_EXPORT const struct sp_plugin *sp_plugin_get(void);

const struct sp_plugin *sp_plugin_get(void)
{
	return &plugin;
}
