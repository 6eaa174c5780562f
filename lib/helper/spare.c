/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of one helper: wait as a spare, take one request, lock down, parse, reply, end.
 *
 * While it waits it does ahead what does not depend on the bytes: limits, page faults of heap and output, a rehearsal on built-in
 * samples. It looks for its request between the steps, so that a busy app never waits for them.
 */
#include "lib/helper/internal.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define PAGE 4096u
/* Bytes of heap that a spare has ready: what decoding a picture of a few megapixels takes besides its output. */
#define HEAP_READY (1024u * 1024u)
/* Output that spares have ready, all together: memory an idle pool may hold. */
#define OUTPUT_READY_MAX (96u * 1024u * 1024u)

static struct {
	uint8_t *memory; /* the shared memory: head and events, input, output are mapped at their offsets */
	uint8_t *output;
	uint64_t output_size, output_used;
	const uint8_t *input; /* what sp_input_area says */
	uint64_t input_size;
	const void *file; /* mapping or copy of the file that came with the request */
	uint64_t file_size;
	char payload[SP_PAYLOAD_MAX + 1];
} helper;

void sp_output_area(uint8_t **ret_base, uint64_t *ret_size)
{
	*ret_base = helper.output;
	*ret_size = helper.output_size;
}

void sp_output_note(uint64_t used)
{
	helper.output_used = used;
}

void sp_input_area(const uint8_t **ret_base, uint64_t *ret_size)
{
	*ret_base = helper.input;
	*ret_size = helper.input_size;
}

/* Class 0: nothing; class n: up to 2^(n+11) bytes. Seven bits hold it; the sign of trouble is any other way to end. */
int sp_output_class(uint64_t bytes)
{
	int class = 0;

	while (class < 40 && bytes > (class ? 1ull << (class + 11) : 0))
		class++;
	return class;
}

uint64_t sp_output_class_bytes(int class)
{
	if (class <= 0 || class > 40)
		return 0;
	return 1ull << (class + 11);
}

static void end(int code) __attribute__((noreturn));
static void end(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

static void send_reply(struct sp_reply *reply)
{
	reply->magic = SP_REPLY_MAGIC;
	reply->event_len = sp_events_len();
	reply->reserved = 0;
	syscall(SYS_write, SP_FD_REPLY, reply, sizeof(*reply));
}

static void fail(int error, uint32_t step) __attribute__((noreturn));
static void fail(int error, uint32_t step)
{
	struct sp_reply reply = { .kind = SP_REPLY_SETUP };
	int32_t positive = -error;

	memcpy(reply.body, &positive, sizeof(positive));
	memcpy(reply.body + 4, &step, sizeof(step));
	send_reply(&reply);
	end(0);
}

void sp_refuse(uint32_t why)
{
	struct sp_reply reply = { .kind = SP_REPLY_REFUSED };

	memcpy(reply.body, &why, sizeof(why));
	send_reply(&reply);
	end(0);
}

static void *map_part(uint64_t offset, uint64_t size, int prot)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, SP_FD_MEMORY, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

static int map_memory(void)
{
	uint64_t output = SP_MEM_INPUT + sp_options.input_limit;

	helper.memory = map_part(0, SP_MEM_INPUT, PROT_READ | PROT_WRITE);
	helper.input = map_part(SP_MEM_INPUT, sp_options.input_limit, PROT_READ);
	helper.output_size = sp_options.output_limit;
	helper.output = map_part(output, helper.output_size, PROT_READ | PROT_WRITE);
	if (!helper.memory || !helper.input || !helper.output)
		return -ENOMEM;
	return 0;
}

/* Only our two descriptors, at their fixed numbers; the zygote's death is ours. */
static int take_over(int channel, int memory)
{
	sigset_t none;

	if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (channel == SP_FD_MEMORY) {
		channel = dup(channel);
		if (channel < 0)
			return -errno;
	}
	if (dup2(memory, SP_FD_MEMORY) < 0 || dup2(channel, SP_FD_REPLY) < 0)
		return -errno;
	if (syscall(SYS_close_range, SP_FD_MEMORY + 1u, ~0u, 0u) < 0)
		return -errno;
	return 0;
}

static bool request_waits(void)
{
	return sp_fd_wait(SP_FD_REPLY, 0) != 0;
}

static void prefault_output(void)
{
	uint64_t share = OUTPUT_READY_MAX / sp_options.pool, n = sp_zygote.expected_output;
	const uint64_t piece = 256 * 1024;

	if (n > share)
		n = share;
	if (n > helper.output_size)
		n = helper.output_size;
	madvise(helper.memory, 4 * PAGE, MADV_POPULATE_WRITE);
	for (uint64_t at = 0; at < n && !request_waits(); at += piece)
		if (madvise(helper.output + at, n - at < piece ? n - at : piece, MADV_POPULATE_WRITE) < 0)
			return;
}

static void idle(void)
{
	if (request_waits())
		return;
	prefault_output();
	if (request_waits())
		return;
	sp_memory_prefault(HEAP_READY);
	for (unsigned step = 0; !request_waits(); step++)
		if (!sp_zygote.plugin->rehearse(step))
			return;
}

static int receive_request(struct sp_request *req, int *ret_fd)
{
	size_t nfds = 0;
	long r = sp_fd_receive(SP_FD_REPLY, req, sizeof(*req), 0, ret_fd, 1, &nfds);

	if (r == 0)
		end(0); /* the app is gone, or gave this spare up */
	if (r < 0)
		return (int)r;
	if (r < (long)sizeof(*req) && sp_fd_read(SP_FD_REPLY, (char *)req + r, sizeof(*req) - (size_t)r))
		return -EPROTO;
	if (req->magic != SP_REQUEST_MAGIC || req->version != SP_WIRE_VERSION || req->payload_len > SP_PAYLOAD_MAX)
		return -EPROTO;
	if (req->input >= SP_INPUT_MAX || (req->input == SP_INPUT_FD) != (nfds == 1))
		return -EPROTO;
	if (req->input_len > sp_options.input_limit || req->input_split > req->input_len)
		return -EPROTO;
	return sp_fd_read(SP_FD_REPLY, helper.payload, req->payload_len);
}

/* A file that cannot be mapped (procfs, some FUSE) or claims to be empty is read, into the heap. */
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
	if (r < 0 && errno != EISDIR)
		return -errno;
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
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE | (size <= 1 << 20 ? MAP_POPULATE : 0), fd, 0);
	if (p == MAP_FAILED)
		return read_file(fd);
	helper.file = p;
	helper.file_size = (uint64_t)size;
	return 0;
}

static int take_input(const struct sp_request *req, int fd)
{
	int r = 0;

	switch (req->input) {
	case SP_INPUT_FD:
		r = map_file(fd);
		if (r == 0)
			sp_vfs_set_input(NULL, helper.file, helper.file_size);
		break;
	case SP_INPUT_MEMORY:
		sp_vfs_set_input(NULL, helper.input, req->input_len);
		break;
	case SP_INPUT_STREAM:
		sp_vfs_set_stream(NULL, helper.input, req->input_len, req->input_split);
		break;
	default:
		sp_vfs_set_error(NULL, req->input_errno ? req->input_errno : ENOENT);
	}
	helper.input_size = req->input == SP_INPUT_MEMORY ? req->input_len : 0;
	return r;
}

static void work(void) __attribute__((noreturn));
static void work(void)
{
	struct sp_reply reply = { 0 };
	struct sp_request req = { 0 };
	uint32_t step = 0;
	int fd = -1, r;

	r = receive_request(&req, &fd);
	if (r)
		fail(r, 100);
	sp_events_attach(helper.memory);
	r = take_input(&req, fd);
	if (r)
		fail(r, 101);
	r = sp_zygote.plugin->prepare(&req, helper.payload);
	if (r)
		fail(r, 102);
	sp_vfs_switch(true);
	r = sp_lockdown(&sp_zygote.filter, &step);
	if (r)
		fail(r, step);
	/* The first untrusted byte is looked at below this line, and nothing below it can be undone. */
	sp_zygote.plugin->run(&reply);
	send_reply(&reply);
	end(sp_output_class(helper.output_used));
}

void sp_spare_live(int channel, int memory)
{
	int r = take_over(channel, memory);

	if (r == 0)
		r = map_memory();
	if (r == 0)
		r = sp_lockdown_early();
	if (r)
		fail(r, 99);
	idle();
	work();
}
