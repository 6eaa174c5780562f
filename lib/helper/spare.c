/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of one helper: wait as a spare, lock down, take one request, parse, reply, end.
 *
 * While it waits it does ahead what does not depend on the bytes: page faults of heap and output, a rehearsal on built-in samples, and
 * last its own confinement. Then it writes one byte into a pipe that is full, and sleeps there until the app reads: a
 * helper has its two system calls long before it has a request. It looks for the app between the steps, so that a busy
 * one never waits for them.
 */
#include "lib/helper/internal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define PAGE 4096u
/* Bytes of heap that a spare has ready: what most decoders take besides their output. */
#define HEAP_READY (512u * 1024u)
/* Output and input that spares have ready, all together: memory an idle pool may hold. */
#define OUTPUT_READY_MAX (96u * 1024u * 1024u)
#define INPUT_READY_MAX (16u * 1024u * 1024u)

static struct {
	uint8_t *memory; /* the shared memory: head and events, input, output are mapped at their offsets */
	uint8_t *output;
	uint64_t output_size;
	const uint8_t *input; /* what sp_input_area says */
	uint64_t input_size;
	const void *file; /* mapping or copy of the file that came with the request */
	uint64_t file_size;
	struct sp_request request;
	char payload[SP_PAYLOAD_MAX + 1];
} helper;

void sp_output_area(uint8_t **ret_base, uint64_t *ret_size)
{
	*ret_base = helper.output;
	*ret_size = helper.output_size;
}

void sp_input_area(const uint8_t **ret_base, uint64_t *ret_size)
{
	*ret_base = helper.input;
	*ret_size = helper.input_size;
}

void sp_more_area(const uint8_t **ret_base, uint64_t *ret_size)
{
	*ret_base = (const uint8_t *)helper.input + helper.request.more_at;
	*ret_size = helper.request.more_len;
}

void sp_end(void)
{
	for (;;)
		syscall(SYS_exit_group, 0);
}

/* The channel is a pipe with room for less than a page; the app reads as we write. */
static void put(const void *data, size_t len)
{
	const char *p = data;
	long r;

	while (len && (r = syscall(SYS_write, SP_FD_REPLY, p, len)) > 0) {
		p += r;
		len -= (size_t)r;
	}
}

static void send_ready(void)
{
	put(&(char){ SP_READY }, 1);
}

void sp_send_reply(struct sp_reply *reply)
{
	reply->magic = SP_REPLY_MAGIC;
	reply->event_len = sp_events_close();
	reply->reserved = 0;
	put(reply, sizeof(*reply));
}

static void fail(int error, uint32_t step) __attribute__((noreturn));
static void fail(int error, uint32_t step)
{
	struct sp_reply reply = { .kind = SP_REPLY_SETUP };
	int32_t positive = -error;

	memcpy(reply.body, &positive, sizeof(positive));
	memcpy(reply.body + 4, &step, sizeof(step));
	sp_send_reply(&reply);
	sp_end();
}

void sp_refuse(uint32_t why)
{
	struct sp_reply reply = { .kind = SP_REPLY_REFUSED };

	memcpy(reply.body, &why, sizeof(why));
	sp_send_reply(&reply);
	sp_end();
}

static void *map_part(int memory, uint64_t offset, uint64_t size, int prot)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, memory, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * In memory that may have huge pages each fault, and each entry of the app's page tables, stands for two megabytes. Behind what is @expected there is one that
 * must not be huge, and then whatever there is for one that needs more.
 */
static void advise_huge(const uint8_t *area, uint64_t size, uint64_t expected)
{
	uint64_t first = sp_huge_part(expected), skip = first + SP_HUGE_PAGE;
	char *p = (char *)(uintptr_t)area;

	if (first && first <= size)
		madvise(p, first, MADV_HUGEPAGE);
	if (skip < size)
		madvise(p + skip, size - skip, MADV_HUGEPAGE);
}

/*
 * The output area, where a huge page may begin, with nothing behind it: a library that writes past the end of a picture as large as the area is to crash, not to
 * go on in whatever the kernel has put there.
 */
static uint8_t *map_output(int memory, uint64_t offset, uint64_t size)
{
	char *room = mmap(NULL, size + 2 * SP_HUGE_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t start = ((uintptr_t)room + SP_HUGE_PAGE - 1) & ~((uintptr_t)SP_HUGE_PAGE - 1);
	void *p;

	if (room == MAP_FAILED)
		return NULL;
	p = mmap((void *)start, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, (off_t)offset);
	return p == MAP_FAILED ? NULL : p;
}

static int map_memory(int memory)
{
	uint64_t output = sp_mem_output(sp_options.input_limit);

	helper.memory = map_part(memory, 0, SP_MEM_INPUT, PROT_READ | PROT_WRITE);
	helper.input = map_part(memory, SP_MEM_INPUT, sp_options.input_limit, PROT_READ);
	helper.output_size = sp_options.output_limit;
	helper.output = map_output(memory, output, helper.output_size);
	if (!helper.memory || !helper.input || !helper.output)
		return -ENOMEM;
	advise_huge(helper.output, helper.output_size, sp_zygote.expected.output);
	advise_huge(helper.input, sp_options.input_limit, sp_zygote.expected.input);
	return 0;
}

/* A file that cannot be mapped (procfs, some FUSE) is read, into the heap. Where reading fails it ends, as for a decoder. */
static int read_file(int fd)
{
	uint64_t cap = 64 * 1024, len = 0;
	char *buf = malloc(cap);
	long r = -1;

	while (buf && (r = syscall(SYS_pread64, fd, buf + len, cap - len, len)) > 0) {
		len += (uint64_t)r;
		if (len == cap)
			buf = realloc(buf, cap *= 2);
	}
	if (!buf)
		return -ENOMEM;
	helper.file = buf;
	helper.file_size = len;
	return 0;
}

static int map_file(int fd)
{
	off_t size = syscall(SYS_lseek, fd, 0, SEEK_END);
	void *p;

	if (size <= 0)
		return read_file(fd);
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return read_file(fd);
	helper.file = p;
	helper.file_size = (uint64_t)size;
	return 0;
}

/* The zygote's death is ours. Its pool socket gives way to the channel; what else is open is closed at lock-down. */
static int take_over(int channel)
{
	sigset_t none;

	if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	if (syscall(SYS_getppid) != sp_zygote.pid) /* it died before, and nothing would ever come of the line above */
		sp_end();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	return dup2(channel, SP_FD_REPLY) < 0 ? -errno : 0;
}

/* When no other descriptor is needed any more: the number may be one's of the zygote. */
static int take_command(int command)
{
	return command >= 0 && dup2(command, SP_FD_COMMAND) < 0 ? -errno : 0;
}

/* The app has read the plug; of a helper made to order: the order is there. */
static struct pollfd wanted = { .fd = SP_FD_REPLY, .events = POLLOUT };

static bool is_wanted(void)
{
	return syscall(SYS_poll, &wanted, 1, 0) != 0;
}

/* Have @size bytes at @area present, up to @share of what all spares together may hold. */
static void prefault(uint8_t *area, uint64_t size, uint64_t share, int advice)
{
	if (size > share / sp_options.pool)
		size = share / sp_options.pool;
	if (size)
		madvise(area, size, advice);
}

static uint64_t at_most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void idle(void)
{
	const struct sp_need *need = &sp_zygote.expected;
	uint8_t *input = (uint8_t *)(uintptr_t)helper.input;

	/* When the app waits already, only this: all at once the pages of the output cost half of what they do one by one. */
	prefault(helper.output, at_most(need->output, helper.output_size), OUTPUT_READY_MAX, MADV_POPULATE_WRITE);
	if (is_wanted())
		return;
	madvise(helper.memory, 2 * PAGE, MADV_POPULATE_WRITE);
	madvise(helper.memory + SP_MEM_REQUEST, PAGE, MADV_POPULATE_WRITE);
	sp_memory_prefault(HEAP_READY);
	for (unsigned step = 0; !is_wanted(); step++)
		if (!sp_zygote.plugin->rehearse(step, need->kind))
			break;
	if (!is_wanted())
		prefault(input, at_most(need->input, sp_options.input_limit), INPUT_READY_MAX, MADV_POPULATE_READ);
}

/* Private copies: what is checked is what is used. The payload gets a NUL behind it. */
static int take_request(void)
{
	struct sp_request *req = &helper.request;
	const uint8_t *p = helper.memory + SP_MEM_REQUEST;

	memcpy(req, p, sizeof(*req));
	if (req->magic != SP_REQUEST_MAGIC || req->version != SP_WIRE_VERSION || req->payload_len > SP_PAYLOAD_MAX)
		return -EPROTO;
	if (req->input >= SP_INPUT_MAX || (req->input == SP_INPUT_WANTED && !sp_options.objects) || (req->input == SP_INPUT_FILE) != (helper.file != NULL))
		return -EPROTO;
	if (req->input_len > sp_options.input_limit || req->input_split > req->input_len)
		return -EPROTO;
	if (req->more_at > sp_options.input_limit || req->more_len > sp_options.input_limit - req->more_at)
		return -EPROTO;
	if (req->input == SP_INPUT_MEMORY && !(req->arrived & SP_INPUT_ALL) && req->arrived < SP_INPUT_FIRST)
		return -EPROTO;
	memcpy(helper.payload, p + sizeof(*req), req->payload_len);
	return 0;
}

static void take_input(void)
{
	const struct sp_request *req = &helper.request;

	sp_vfs_set_area(helper.input, sp_options.input_limit, (char *)helper.memory + SP_MEM_REQUEST);
	switch (req->input) {
	case SP_INPUT_FILE:
		sp_vfs_set_input(NULL, helper.file, helper.file_size);
		break;
	case SP_INPUT_MEMORY:
		sp_vfs_set_input(NULL, helper.input, req->input_len);
		if (!(req->arrived & SP_INPUT_ALL))
			sp_vfs_set_arriving(&((const struct sp_request *)(helper.memory + SP_MEM_REQUEST))->arrived);
		break;
	case SP_INPUT_WANTED:
		sp_vfs_set_wanted();
		break;
	case SP_INPUT_STREAM:
		sp_vfs_set_stream(NULL, helper.input, req->input_len, req->input_split);
		break;
	default:
		sp_vfs_set_error(NULL, req->input_errno ? req->input_errno : ENOENT);
	}
	helper.input_size = req->input == SP_INPUT_MEMORY ? req->input_len : 0;
}

static void work(void) __attribute__((noreturn));
static void work(void)
{
	struct sp_reply reply = { 0 };
	int r = take_request();

	if (r)
		fail(r, 101);
	sp_events_attach(helper.memory);
	sp_object_attach(helper.memory);
	take_input();
	sp_note_input(helper.request.input_len);
	r = sp_zygote.plugin->run(&helper.request, helper.payload, &reply);
	if (r)
		fail(r, 102);
	sp_send_reply(&reply);
	if (sp_options.objects && sp_zygote.plugin->serve)
		sp_zygote.plugin->serve();
	sp_end();
}

/* For its decoder: as many as it makes for this many processors, and some for a second one. */
static int make_threads(void)
{
	return sp_options.family_number == SP_FAMILY_VIDEOIO ? sp_threads_make((unsigned)sysconf(_SC_NPROCESSORS_ONLN) + 4) : 0;
}

/* Wait for the order with nothing open but what is needed: ends of other helpers' pipes that are held here would never come to an end. */
static int take_order(int orders)
{
	const int here = SP_FD_COMMAND + 1;
	size_t nfds = 0;
	char none;
	int file;
	long r;

	if (dup2(orders, here) < 0 || syscall(SYS_close_range, here + 1u, ~0u, 0u) < 0)
		return -errno;
	r = sp_fd_receive(here, &none, 1, 0, &file, 1, &nfds);
	if (r <= 0)
		sp_end();
	return nfds ? map_file(file) : 0;
}

void sp_spare_live(int channel, int command, int memory, int orders, int go)
{
	const int aside = orders >= 0 ? fcntl(orders, F_DUPFD, SP_FD_COMMAND + 1) : -1;
	uint32_t step = 100;
	int r = take_over(channel);
	char none;

	if (r == 0)
		r = map_memory(memory);
	if (r == 0)
		r = make_threads();
	if (r == 0) {
		/* Lock-down makes this process one that the zygote could not begin to trace any more. */
		syscall(SYS_read, go, &none, 1);
		if (aside >= 0)
			wanted = (struct pollfd){ .fd = aside, .events = POLLIN };
		idle();
		r = take_command(command);
	}
	if (r == 0 && orders >= 0)
		r = take_order(aside);
	if (r == 0) {
		sp_vfs_switch(true);
		r = sp_lockdown(&sp_zygote.filter, &step);
	}
	send_ready();
	if (r)
		fail(r, step);
	/* The first untrusted byte is looked at below this line, and nothing below it can be undone. */
	work();
}
