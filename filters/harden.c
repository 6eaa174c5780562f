/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filters/harden.h"

#include <errno.h>
#include <fcntl.h>
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

#define FS_TRUNCATE (1ull << 14) /* LANDLOCK_ACCESS_FS_TRUNCATE, of ABI 3 */
#define NOBODY 65534 /* Debian's nobody and nogroup; owns no file */

static char reason[160];

static const char *because(const char *what)
{
	snprintf(reason, sizeof(reason), "it cannot be confined: %s: %s", what, strerror(errno));
	return reason;
}

static void say(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		errno = 0;
	close(fd);
}

/* A user namespace's one user, under its own number: files cannot belong to one who has none (user_namespaces(7)). */
static void map_user(unsigned uid, unsigned gid)
{
	char line[40];

	say("/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "%u %u 1", gid, gid);
	say("/proc/self/gid_map", line);
	snprintf(line, sizeof(line), "%u %u 1", uid, uid);
	say("/proc/self/uid_map", line);
}

/* No network, no System V or POSIX queues in common with anyone, no host name. A user namespace is what lets others than root have
 * these; it gives no right outside. Refused in a chroot and by some containers: see harden.h. */
static void enter_namespaces(int root)
{
	int flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	unsigned uid = geteuid(), gid = getegid();

	if (root) {
		if (unshare(flags) < 0)
			errno = 0;
	} else if (unshare(flags | CLONE_NEWUSER | CLONE_NEWNS) == 0) {
		map_user(uid, gid);
	}
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

/* What it takes to make a file there, and to take its name away. */
static int allow_store(int ruleset, int store, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = handled & (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
					     LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE),
		.parent_fd = store,
	};

	return store < 0 ? 0 : (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Every file right that the running kernel knows, and no rule that would give one back (landlock(7)) but for @store. */
static void enter_landlock(int store)
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
	if (allow_store((int)fd, store, attr.fs) < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		errno = 0;
	close((int)fd);
}

const char *sp_harden(int (*prepare)(unsigned owner))
{
	int root = geteuid() == 0, store;

	enter_namespaces(root);
	store = prepare(root ? NOBODY : 0);
	drop_bounding_set();
	if (root && drop_uid() < 0)
		return because("changing to an unprivileged uid");
	if (drop_capabilities() < 0)
		return because("dropping capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return because("no_new_privs");
	enter_landlock(store);
	/* A change of uid clears the flag, and then the zygote could not see why a helper died. Helpers clear it again. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return because("PR_SET_DUMPABLE");
	return NULL;
}
