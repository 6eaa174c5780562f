/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filters/harden.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534 /* Debian's nobody and nogroup; owns no file */

static char reason[160];

static const char *because(const char *what)
{
	snprintf(reason, sizeof(reason), "it cannot be confined: %s: %s", what, strerror(errno));
	return reason;
}

/* No network, no System V or POSIX queues in common with anyone, no host name. A user namespace is what lets others than root have
 * these; it gives no right outside. Refused in a chroot and by some containers: see harden.h. */
static void enter_namespaces(int root)
{
	int flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

	if (unshare(root ? flags : flags | CLONE_NEWUSER) < 0)
		errno = 0;
}

static int drop_uid(void)
{
	if (setgroups(0, NULL) < 0)
		return -1;
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return -1;
	return setuid(0) == 0 ? (errno = EPERM, -1) : 0;
}

/* Before the uid goes, and CAP_SETPCAP with it. Who does not have it (no root, no user namespace) can gain nothing by the set, given no_new_privs. */
static void drop_bounding_set(void)
{
	for (unsigned long c = 0; c <= 63; c++)
		prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (int)syscall(SYS_capset, &head, none);
}

/* Every file right that the running kernel knows, and no rule that would give one back (landlock(7)). */
static void enter_landlock(void)
{
	static const uint64_t fs_rights[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff };
	struct {
		uint64_t fs, net, scoped;
	} attr = { 0 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), fd;
	size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;

	if (abi < 1)
		return;
	attr.fs = fs_rights[abi > 5 ? 5 : abi];
	attr.net = abi >= 4 ? 3 : 0;	/* bind and connect of TCP */
	attr.scoped = abi >= 6 ? 3 : 0; /* abstract sockets and signals to the outside */
	fd = syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (fd < 0)
		return;
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		errno = 0;
	close((int)fd);
}

const char *sp_harden(void)
{
	int root = geteuid() == 0;

	enter_namespaces(root);
	drop_bounding_set();
	if (root && drop_uid() < 0)
		return because("changing to an unprivileged uid");
	if (drop_capabilities() < 0)
		return because("dropping capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return because("no_new_privs");
	enter_landlock();
	/* A change of uid clears the flag, and then the zygote could not see why a helper died. Helpers clear it again. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return because("PR_SET_DUMPABLE");
	return NULL;
}
