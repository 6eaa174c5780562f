/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AT_SECURE, as the kernel works it out at execve(2): in such a program the loader takes nothing
 * from LD_PRELOAD that has a slash in it.
 */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <endian.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

/* Bits of setuid files do nothing on such a mount, and in a process that gave them up for good. */
static bool bits_count(int fd)
{
	struct statvfs v;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	return fstatvfs(fd, &v) < 0 || !(v.f_flag & ST_NOSUID);
}

static bool ids_differ(const struct stat *st, bool bits, char why[SP_DETAIL_MAX])
{
	const mode_t setgid = S_ISGID | S_IXGRP; /* without the x it is a mark for locking */
	bool u = bits && (st->st_mode & S_ISUID);
	bool g = bits && (st->st_mode & setgid) == setgid;
	uid_t euid = u ? st->st_uid : geteuid();
	gid_t egid = g ? st->st_gid : getegid();

	if (euid != getuid())
		snprintf(why, SP_DETAIL_MAX, "%s, it would run as user %u for user %u",
			 u ? "setuid" : "sandbox-run has another effective user", euid, getuid());
	else if (egid != getgid())
		snprintf(why, SP_DETAIL_MAX, "%s, it would run as group %u for group %u",
			 g ? "setgid" : "sandbox-run has another effective group", egid, getgid());
	else
		return false;
	return true;
}

static uint64_t inheritable(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &head, data) < 0)
		return UINT64_MAX;
	return data[0].inheritable | (uint64_t)data[1].inheritable << 32;
}

static uint64_t bounding(void)
{
	uint64_t set = 0;

	for (unsigned long c = 0; c < 64; c++)
		if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1)
			set |= 1ull << c;
	return set;
}

static uint64_t set_of(const __le32 *low, const __le32 *high)
{
	return le32toh(*low) | (uint64_t)(high ? le32toh(*high) : 0) << 32;
}

/* The attribute is three versions of one layout, each longer than the one before. */
static bool grants(const struct vfs_ns_cap_data *c, ssize_t len)
{
	uint32_t magic = le32toh(c->magic_etc);
	uint64_t permitted, inherit;
	bool two = len >= (ssize_t)XATTR_CAPS_SZ_2;

	if (len < (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	if (len >= (ssize_t)XATTR_CAPS_SZ_3 && le32toh(c->rootid) != 0)
		return false; /* those of another user namespace */
	permitted = set_of(&c->data[0].permitted, two ? &c->data[1].permitted : NULL);
	inherit = set_of(&c->data[0].inheritable, two ? &c->data[1].inheritable : NULL);
	return (magic & VFS_CAP_FLAGS_EFFECTIVE) || (permitted & bounding()) ||
	       (inherit & inheritable());
}

/* no_new_privs does not matter here: it limits what is gained, the file still asks for it. */
static bool gains_capabilities(int fd)
{
	struct vfs_ns_cap_data c = {0};
	struct statvfs v;
	ssize_t n;

	if (getuid() == 0)
		return false; /* root has them already */
	if (fstatvfs(fd, &v) == 0 && (v.f_flag & ST_NOSUID))
		return false;
	n = fgetxattr(fd, "security.capability", &c, sizeof(c));
	return n > 0 && grants(&c, n);
}

bool sp_secure_exec(int fd, const struct stat *st, char ret_why[SP_DETAIL_MAX])
{
	if (ids_differ(st, bits_count(fd), ret_why))
		return true;
	if (!gains_capabilities(fd))
		return false;
	snprintf(ret_why, SP_DETAIL_MAX, "the file has capabilities");
	return true;
}
