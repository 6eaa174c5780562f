/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that the kernel would start in secure mode, and those that only look so. Root alone can
 * make such files; others test what a system has anyway.
 */
#include "tests/tools/harness.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct outcome o;

static const struct how as_nobody = {.uid = NOBODY};
static const struct how without_gain = {.uid = NOBODY, .no_new_privs = true};

static void need_root(void)
{
	struct statvfs v;

	if (geteuid() == 0 && statvfs(work, &v) == 0 && !(v.f_flag & ST_NOSUID))
		return;
	print_message("root, and a /tmp that honours setuid, are needed\n");
	skip();
}

/* A copy of true that belongs to @uid and @gid and has the bits @mode. */
static const char *make_owned(uid_t uid, gid_t gid, mode_t mode)
{
	const char *path = copy_of("/bin/true", "owned");

	assert_int_equal(chown(path, uid, gid), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void test_setuid(void **state)
{
	const char *path;

	(void)state;
	need_root();
	path = make_owned(1, 0, 04755);
	RUN_HOW(&o, &as_nobody, path);
	assert_refused(&o, 126, "secure mode");
	assert_has(o.err, "setuid");
	RUN(&o, path); /* root changes to another user, too */
	assert_refused(&o, 126, "setuid");
	RUN_HOW(&o, &without_gain, path); /* the kernel does not honour it */
	assert_exit(&o, 0);
}

static void test_setuid_to_oneself(void **state)
{
	const char *path;

	(void)state;
	need_root();
	path = make_owned(NOBODY, 0, 04755);
	RUN_HOW(&o, &as_nobody, path);
	assert_exit(&o, 0);
	path = make_owned(0, 0, 06755);
	RUN(&o, path);
	assert_exit(&o, 0);
}

static void test_setgid(void **state)
{
	(void)state;
	need_root();
	RUN_HOW(&o, &as_nobody, make_owned(0, 1, 02755));
	assert_refused(&o, 126, "setgid");
	RUN_HOW(&o, &as_nobody, make_owned(0, NOBODY, 02755));
	assert_exit(&o, 0);
}

/* Without execution by the group the bit is a mark for mandatory locking. */
static void test_setgid_mark(void **state)
{
	(void)state;
	need_root();
	RUN_HOW(&o, &as_nobody, make_owned(NOBODY, 1, 02705));
	assert_exit(&o, 0);
}

/* The interpreter's bits count, the script's do not. */
static void test_setuid_script(void **state)
{
	char text[PATH_MAX];
	const char *path;

	(void)state;
	need_root();
	path = make_text("script", 0755, "#!/bin/true\n");
	assert_int_equal(chown(path, 1, 1), 0);
	assert_int_equal(chmod(path, 06755), 0);
	RUN_HOW(&o, &as_nobody, path);
	assert_exit(&o, 0);
	snprintf(text, sizeof(text), "#!%s\n", make_owned(1, 1, 04755));
	RUN_HOW(&o, &as_nobody, make_text("script", 0755, text));
	assert_refused(&o, 126, "owned': it would start in secure mode");
}

static bool set_capabilities(const char *path, uint32_t flags, uint32_t permitted, uint32_t inherit)
{
	const struct vfs_cap_data c = {
		.magic_etc = htole32(VFS_CAP_REVISION_2 | flags),
		.data[0] = {.permitted = htole32(permitted), .inheritable = htole32(inherit)},
	};

	return setxattr(path, "security.capability", &c, sizeof(c), 0) == 0;
}

static void test_capabilities(void **state)
{
	const uint32_t chown_bit = 1u << CAP_CHOWN;
	const char *path;

	(void)state;
	need_root();
	path = copy_of("/bin/true", "capable");
	if (!set_capabilities(path, VFS_CAP_FLAGS_EFFECTIVE, chown_bit, 0))
		skip();
	RUN_HOW(&o, &as_nobody, path);
	assert_refused(&o, 126, "capabilities");
	RUN(&o, path); /* root gains nothing */
	assert_exit(&o, 0);
	set_capabilities(path, 0, chown_bit, 0);
	RUN_HOW(&o, &as_nobody, path);
	assert_refused(&o, 126, "capabilities");
	set_capabilities(path, 0, 0, chown_bit); /* nobody has none to inherit */
	RUN_HOW(&o, &as_nobody, path);
	assert_exit(&o, 0);
}

static void test_unreadable(void **state)
{
	(void)state;
	need_root();
	RUN_HOW(&o, &as_nobody, make_owned(0, 0, 0711));
	assert_refused(&o, 126, "cannot be read");
	RUN_HOW(&o, &as_nobody, make_owned(0, 0, 0700));
	assert_refused(&o, 126, "not executable");
}

/* What a user without rights can test: a program of the system. */
static void test_system_setuid(void **state)
{
	const struct how how = {.uid = geteuid() == 0 ? NOBODY : 0};
	struct stat st;

	(void)state;
	if (stat("/bin/su", &st) < 0 || !(st.st_mode & S_ISUID))
		skip();
	RUN_HOW(&o, &how, "/bin/su", "--version");
	assert_refused(&o, 126, "secure mode");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setuid),	      cmocka_unit_test(test_setuid_to_oneself),
		cmocka_unit_test(test_setgid),	      cmocka_unit_test(test_setgid_mark),
		cmocka_unit_test(test_setuid_script), cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_unreadable),    cmocka_unit_test(test_system_setuid),
	};

	return cmocka_run_group_tests_name("sandbox-run-rights", tests, harness_setup,
					   harness_teardown);
}
