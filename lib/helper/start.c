/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The zygote's way from exec to the first fork: load the library, warm it up, confine itself. No untrusted byte comes near. */
#include "lib/helper/internal.h"
#include "filters/harden.h"
#include "filters/policy.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static char reason[SP_REASON_MAX];

static const char *because(const char *what, const char *detail)
{
	snprintf(reason, sizeof(reason), "%s: %s", what, detail);
	return reason;
}

/* The app's standard descriptors are none of ours. An app in a bare root may have no /dev/null: any silent descriptor does. */
static int take_std_fds(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), p[2];

	if (fd < 0) {
		if (pipe2(p, O_CLOEXEC) < 0)
			return -errno;
		close(p[1]);
		fd = p[0];
	}
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -errno;
	if (fd > 2)
		close(fd);
	return 0;
}

/* What the app's limits allow at most; a hostile picture shall be the first to be killed when memory runs out. */
static void take_limits(void)
{
	static const int raise[] = { RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_NPROC };
	struct rlimit rl;
	int fd;

	for (size_t i = 0; i < SP_ARRAY_SIZE(raise); i++)
		if (getrlimit(raise[i], &rl) == 0 && rl.rlim_cur != rl.rlim_max) {
			rl.rlim_cur = rl.rlim_max;
			setrlimit(raise[i], &rl);
		}
	rl.rlim_cur = rl.rlim_max = 0;
	setrlimit(RLIMIT_CORE, &rl);
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && syscall(SYS_write, fd, "1000", 4) < 0)
		errno = 0; /* best effort: a container may refuse it */
	sp_close(fd);
}

/* A program may live well without writing files; a helper's memory is one to the kernel. */
static bool may_have_memory(void)
{
	struct rlimit rl;

	return getrlimit(RLIMIT_FSIZE, &rl) < 0 || rl.rlim_cur >= sp_zygote.memory_size;
}

static int compare(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* Once-only work of libc that would need the kernel: qsort's look at the memory size, time zone, error texts, processors. */
static void warm_libc(void)
{
	unsigned char *big = calloc(1, 64 * 1024);
	time_t now = time(NULL);
	struct tm tm;

	if (big)
		qsort(big, 64 * 1024, 1, compare);
	free(big);
	tzset();
	localtime_r(&now, &tm);
	strerror(ENOENT);
	sysconf(_SC_NPROCESSORS_ONLN); /* the answer is kept */
}

static const char *load_plugin(void)
{
	const struct sp_plugin *(*get)(void);
	void *so = NULL;

	if (!sp_options.stand_in || dlopen(sp_options.stand_in, RTLD_NOW | RTLD_GLOBAL))
		so = dlopen(sp_options.plugin, RTLD_NOW | RTLD_GLOBAL);
	if (!so)
		return because("its module cannot be loaded", dlerror());
	get = (const struct sp_plugin *(*)(void))dlsym(so, "sp_plugin_get");
	if (!get || get()->version != SP_PLUGIN_VERSION)
		return because("its module is of another version", sp_options.plugin);
	sp_zygote.plugin = get();
	return NULL;
}

/* futex(2): waiting and waking within one process, as glibc's threads do. No requeueing, no priority inheritance, no robust lists. */
#define WAIT_BITSET_ANY_CLOCK (FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME)

static const char *load_filter(void)
{
	const struct sp_policy_number numbers[] = {
		{ "reply", SP_FD_REPLY },
		{ "command", SP_FD_COMMAND },
		{ "wait", FUTEX_WAIT_PRIVATE },
		{ "wait_until", FUTEX_WAIT_BITSET_PRIVATE },
		{ "wait_until_realtime", WAIT_BITSET_ANY_CLOCK },
		{ "wake", FUTEX_WAKE_PRIVATE },
	};
	const struct {
		const char *name, *text;
		size_t len;
	} image = { "image", sp_policy_image, sp_policy_image_len }, video = { "video", sp_policy_video, sp_policy_video_len },
	  volume = { "volume", sp_policy_volume, sp_policy_volume_len },
	  policy = sp_options.family_number == SP_FAMILY_VIDEOIO ? video : sp_options.family_number == SP_FAMILY_OPENVDB ? volume : image;
	unsigned line = 0;
	int r = sp_policy_compile(policy.text, policy.len, numbers, SP_ARRAY_SIZE(numbers), 0, &sp_zygote.filter, &line);

	if (r) {
		snprintf(reason, sizeof(reason), "%s.policy line %u: %s", policy.name, line, strerror(-r));
		return reason;
	}
	return NULL;
}

static const char *warm_up(void)
{
	const char *why;

	if (!setlocale(LC_ALL, sp_options.locale))
		return because("the program's locale is not installed", sp_options.locale);
	why = load_plugin();
	if (why)
		return why;
	if (sp_memory_reserve(sp_options.memory_limit))
		return "the memory limit is more than this machine gives (lower SANDBOX_PRELOAD_MEMORY_LIMIT)";
	warm_libc();
	sp_autopsy_warm_up();
	sp_stdio_redirect();
	return sp_zygote.plugin->warm_up(sp_options.cxx_locale, sp_options.family_number);
}

const char *sp_start(void)
{
	const char *why;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (take_std_fds())
		return "its standard descriptors cannot be replaced";
	take_limits();
	fcntl(SP_FD_POOL, F_SETFD, FD_CLOEXEC);
	sp_zygote.memory_size = sp_mem_output(sp_options.input_limit) + sp_options.output_limit;
	if (!may_have_memory())
		return "a helper's memory counts as a file, and RLIMIT_FSIZE allows none of its size (ulimit -f)";
	why = warm_up();
	if (why)
		return why;
	why = load_filter();
	if (why)
		return why;
	sp_memory_settle(sp_options.memory_limit); /* the last that is allocated is behind us */
	sp_mappings_join();
	/* What the libraries left open; under a low RLIMIT_NOFILE the next steps need the numbers. */
	if (syscall(SYS_close_range, SP_FD_POOL + 1u, ~0u, 0u) < 0)
		return because("close_range", strerror(errno));
	/* The program's folder would be held by us for ever. Not before loading: LD_LIBRARY_PATH may be relative. */
	if (chdir("/") < 0)
		errno = 0; /* a root that may not be searched; then nothing is held there that matters */
	sp_freeze();
	return sp_harden(sp_store_open);
}
