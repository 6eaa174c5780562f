/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads of a helper that has locked down and can make none. They are made before, wait, and are handed out by the names below, which stand in front of
 * libc's in every library of this process. A thread whose function has returned waits for the next one: what a decoder sees is a thread, with its
 * own pthread_self(3), whose keys are not destroyed at its end.
 */
#include "lib/helper/internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* More than any decoder asks for on a machine with fewer processors than that. */
#define THREADS_MAX 80

enum stage { WAITING, RUNNING, DONE };

struct worker {
	pthread_t id;
	enum stage stage;
	bool detached;
	void *(*start)(void *);
	void *data; /* argument, then result */
	pthread_cond_t changed;
};

static struct worker workers[THREADS_MAX];
static unsigned made; /* written before lock-down */
static unsigned waiting; /* of them, that have come so far */
static pthread_cond_t all_wait = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *live(void *arg)
{
	struct worker *w = arg;

	/* As in sp_lockdown: nothing is to write to memory at this thread's end. */
	syscall(SYS_set_robust_list, NULL, 3 * sizeof(void *));
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_cond_signal(&all_wait);
	for (;;) {
		void *result;

		while (w->stage != RUNNING)
			pthread_cond_wait(&w->changed, &lock);
		pthread_mutex_unlock(&lock);
		result = w->start(w->data);
		pthread_mutex_lock(&lock);
		w->data = result;
		w->stage = w->detached ? WAITING : DONE;
		pthread_cond_broadcast(&w->changed);
	}
	return NULL;
}

int sp_threads_make(unsigned n)
{
	__typeof__(&pthread_create) create = REAL(pthread_create);
	int r = 0;

	for (unsigned i = 0; r == 0 && i < n && i < THREADS_MAX; i++) {
		pthread_cond_init(&workers[i].changed, NULL);
		r = create(&workers[i].id, NULL, live, &workers[i]);
		if (r == 0)
			made++;
	}
	/* Each makes system calls on its way that the filter forbids. */
	pthread_mutex_lock(&lock);
	while (waiting < made)
		pthread_cond_wait(&all_wait, &lock);
	pthread_mutex_unlock(&lock);
	return -r;
}

bool sp_threads_any(void)
{
	return made > 0;
}

static struct worker *find(pthread_t id)
{
	for (unsigned i = 0; i < made; i++)
		if (pthread_equal(workers[i].id, id) && workers[i].stage != WAITING)
			return &workers[i];
	return NULL;
}

static int hand_out(pthread_t *ret, bool detached, void *(*start)(void *), void *data)
{
	int r = EAGAIN;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; r && i < made; i++) {
		struct worker *w = &workers[i];

		if (w->stage != WAITING)
			continue;
		w->start = start;
		w->data = data;
		w->detached = detached;
		w->stage = RUNNING;
		*ret = w->id;
		pthread_cond_broadcast(&w->changed);
		r = 0;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

/* Libraries that would share the work out go on alone where there are none (OpenJPEG under GDAL). */
SP_EXPORT int pthread_create(pthread_t *ret, const pthread_attr_t *attr, void *(*start)(void *), void *data)
{
	int state = PTHREAD_CREATE_JOINABLE;

	if (!sp_vfs_on() || (!made && sp_options.objects))
		return REAL(pthread_create)(ret, attr, start, data);
	if (attr)
		pthread_attr_getdetachstate(attr, &state);
	return hand_out(ret, state == PTHREAD_CREATE_DETACHED, start, data);
}

SP_EXPORT int pthread_join(pthread_t id, void **ret)
{
	struct worker *w;

	if (!made)
		return REAL(pthread_join)(id, ret);
	pthread_mutex_lock(&lock);
	w = find(id);
	while (w && w->stage == RUNNING)
		pthread_cond_wait(&w->changed, &lock);
	if (w) {
		if (ret)
			*ret = w->data;
		w->stage = WAITING;
	}
	pthread_mutex_unlock(&lock);
	return w ? 0 : ESRCH;
}

SP_EXPORT int pthread_detach(pthread_t id)
{
	struct worker *w;

	if (!made)
		return REAL(pthread_detach)(id);
	pthread_mutex_lock(&lock);
	w = find(id);
	if (w && w->stage == DONE)
		w->stage = WAITING;
	else if (w)
		w->detached = true;
	pthread_mutex_unlock(&lock);
	return w ? 0 : ESRCH;
}

/* ---- what threads do besides: names, which nobody will read, and sleep, which nobody needs ---- */

SP_EXPORT int pthread_setname_np(pthread_t id, const char *name)
{
	return sp_vfs_on() ? 0 : REAL(pthread_setname_np)(id, name);
}

SP_EXPORT int prctl(int option, ...)
{
	va_list ap;
	unsigned long a, b, c, d;

	va_start(ap, option);
	a = va_arg(ap, unsigned long);
	b = va_arg(ap, unsigned long);
	c = va_arg(ap, unsigned long);
	d = va_arg(ap, unsigned long);
	va_end(ap);
	if (!sp_vfs_on())
		return (int)syscall(SYS_prctl, option, a, b, c, d);
	if (option == PR_SET_NAME)
		return 0;
	errno = EINVAL;
	return -1;
}

SP_EXPORT int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	return sp_vfs_on() ? 0 : (int)syscall(SYS_sched_setaffinity, pid, size, set);
}

SP_EXPORT int nanosleep(const struct timespec *time, struct timespec *left)
{
	return sp_vfs_on() ? 0 : (int)syscall(SYS_nanosleep, time, left);
}

SP_EXPORT int usleep(useconds_t us)
{
	struct timespec t = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	return nanosleep(&t, NULL);
}
