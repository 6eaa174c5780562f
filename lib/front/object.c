/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helpers that live on after their call: what an opened video is to the program. See struct sp_object_words for working ahead. */
#include "lib/front/internal.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t pipe_ino(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) ? (uint64_t)st.st_ino : 0;
}

static struct sp_object nothing(void)
{
	return (struct sp_object){ .channel = -1, .memory = -1, .obituary = -1, .command = -1 };
}

static struct sp_object_words *map_words(int memory)
{
	void *p = mmap(NULL, sizeof(struct sp_object_words), PROT_READ | PROT_WRITE, MAP_SHARED, memory, SP_MEM_OBJECT);

	return p == MAP_FAILED ? NULL : p;
}

int sp_object_keep(struct sp_call *call, struct sp_object *ret)
{
	struct sp_object o = { .channel = call->channel, .memory = call->memory, .obituary = call->obituary, .command = call->command,
			       .family = call->family, .zygote = call->zygote, .memory_size = call->memory_size, .output = call->output,
			       .channel_ino = ret->channel_ino, .command_ino = ret->command_ino, .pid = getpid(), .words = ret->words };

	if (!o.words)
		o.words = map_words(o.memory);
	if (!o.words)
		return -ENOMEM;
	if (!o.channel_ino) {
		o.channel_ino = pipe_ino(o.channel);
		o.command_ino = pipe_ino(o.command);
	}
	*ret = o;
	call->channel = call->memory = call->obituary = call->command = -1;
	return 0;
}

/* Closed by the program behind our back, all of them or none: it may have opened what is its own under these numbers. */
static bool is_ours(const struct sp_object *o)
{
	return o->channel_ino && o->command_ino && pipe_ino(o->channel) == o->channel_ino && pipe_ino(o->command) == o->command_ino;
}

enum sp_status sp_object_resume(struct sp_call *call, struct sp_object *o)
{
	if (o->channel < 0)
		return sp_call_fail(call, SP_CRASHED, "the helper is gone", 0);
	if (o->pid != getpid())
		return sp_call_fail(call, SP_SETUP, "it was opened before the program forked, and belongs to the parent", 0);
	if (!is_ours(o)) {
		struct sp_object_words *words = o->words;

		*o = nothing();
		o->words = words;
		return sp_call_fail(call, SP_SETUP, "the program has closed the helper's descriptors", EBADF);
	}
	call->channel = o->channel;
	call->memory = o->memory;
	call->obituary = o->obituary;
	call->command = o->command;
	call->family = o->family;
	call->zygote = o->zygote;
	call->memory_size = o->memory_size;
	call->output = o->output;
	o->channel = o->memory = o->obituary = o->command = -1;
	return call->status = SP_OK;
}

/* A pipe takes 2,048 commands, and a sound helper leaves hardly ever one unread. */
static int send(int fd, const struct sp_command *c)
{
	long r = syscall(SYS_write, fd, c, sizeof(*c));

	return r == sizeof(*c) ? 0 : r < 0 ? -errno : -EAGAIN;
}

/* write(2) to a pipe without a reader raises SIGPIPE, which is the program's: it must not see one of ours. */
static int send_quietly(int fd, const struct sp_command *c)
{
	struct timespec now = { 0 };
	sigset_t pipe, old, pending;
	bool was_pending;
	int r;

	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &old);
	r = send(fd, c);
	if (r == -EPIPE && !was_pending)
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

enum sp_status sp_object_command(struct sp_call *call, struct sp_object_words *words, struct sp_command *command)
{
	int r;

	command->magic = SP_COMMAND_MAGIC;
	if (command->what != SP_COMMAND_TICK)
		__atomic_fetch_add(&words->commands, 1, __ATOMIC_SEQ_CST);
	/* An answer to the helper's own question gives it no more time. */
	if (command->what != SP_COMMAND_FEED)
		sp_call_start_clock(call);
	r = send_quietly(call->command, command);
	/* A helper that is gone says why when its reply is missed. One that does not read will not answer either. */
	if (r == 0 || r == -EPIPE || r == -EAGAIN)
		return call->status = SP_OK;
	return sp_call_fail(call, SP_SETUP, "the command could not be sent", -r);
}

enum sp_status sp_object_receive(struct sp_call *call, int anew)
{
	if (anew)
		sp_call_start_clock(call);
	return sp_call_judge(call, sp_call_receive(call, false));
}

int sp_object_ready(const struct sp_call *call)
{
	return sp_fd_wait(call->channel, 0) != 0;
}

void sp_object_drop(struct sp_object *o)
{
	struct sp_command quit = { .magic = SP_COMMAND_MAGIC, .what = SP_COMMAND_QUIT };

	if (o->words)
		munmap(o->words, sizeof(*o->words));
	if (o->channel >= 0 && is_ours(o)) {
		/* Children that the program has forked hold copies of our ends, so closing them may not be enough. */
		if (o->pid == getpid())
			send_quietly(o->command, &quit);
		sp_close_fd(&o->channel);
		sp_close_fd(&o->memory);
		sp_close_fd(&o->obituary);
		sp_close_fd(&o->command);
	}
	*o = nothing();
}
