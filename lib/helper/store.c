/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the memory of helpers comes from: a tmpfs of the zygote's own, mounted nowhere.
 *
 * Large results spend more time in the kernel, which makes, maps and frees them page by page, than in copying. Huge pages are one in place of 512. Those
 * of memfd_create(2) only the administrator can permit (shmem_enabled, which kernels ship as "never"), but every mount of tmpfs has a say of its
 * own (huge=advise; Documentation/admin-guide/mm/transhuge.rst), and the new mount interface makes one that nobody can see or enter: the
 * descriptor is all there is of it. Where that is not permitted, a memfd does as well, only slower.
 *
 * The kernel seals memfds alone. Of these files nobody but the zygote, which is trusted, and the app has a descriptor: a helper has closed all but its reply, and
 * has no call left that could change a size, before it looks at the first untrusted byte.
 */
#include "lib/helper/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>

static int store = -1; /* the root of the mount; written once, before the first fork */

static int set(int fs, const char *key, const char *value)
{
	return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0);
}

/* @owner: of all files, by number; as who made it where it is NULL. No bound on the size: helpers' limits are one, and a full one would raise SIGBUS. */
static int make_mount(const char *owner)
{
	_cleanup_fd_ int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0 || set(fs, "huge", "advise") || set(fs, "size", "0") || set(fs, "mode", "0700"))
		return -1;
	if (owner && (set(fs, "uid", owner) || set(fs, "gid", owner)))
		return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	return fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int sp_store_open(unsigned owner)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", owner);
	store = make_mount(owner ? number : NULL);
	errno = 0; /* best effort */
	return store;
}

static int create(void)
{
	static const char name[] = "sandbox-preload"; /* as it stands in /proc/PID/maps */
	int fd = (int)syscall(SYS_openat, store, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		syscall(SYS_unlinkat, store, name, 0);
	return fd;
}

/* Neither side can make the other touch memory that is not there (SIGBUS). */
static int make_sealed(uint64_t size, int *ret_fd)
{
	_cleanup_fd_ int fd = memfd_create("sandbox-preload", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return -errno;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

int sp_store_memory(uint64_t size, int *ret_fd)
{
	_cleanup_fd_ int fd = store < 0 ? -1 : create();

	/* In a user namespace without a map of users (no /proc) nobody can make a file. */
	if (fd < 0)
		return make_sealed(size, ret_fd);
	if (ftruncate(fd, (off_t)size) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}
