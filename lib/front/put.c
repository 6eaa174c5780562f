/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request, put into the helper's memory. Through a mapping: on a write, RLIMIT_FSIZE, which the program may have set, would raise SIGXFSZ. */
#include "lib/front/internal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096ull
/* What is copied between two words to the helper. */
#define PIECE (256ull * 1024)
#define INPUT_AT (SP_MEM_INPUT - SP_MEM_REQUEST)

/* The pages of [at, at + len), all at once; kernels before 5.14 take the faults one by one. Where there is no memory for them, a write would raise SIGBUS. */
static int populate(const struct sp_put *put, uint64_t at, uint64_t len)
{
	uint64_t start = at & ~(PAGE - 1);

	if (len && madvise(put->map + start, at - start + len, MADV_POPULATE_WRITE) < 0 && errno != EINVAL)
		return -ENOMEM;
	return 0;
}

/* Returns how many bytes there are; where reading fails the file ends, as for a decoder. */
static uint64_t read_file(int fd, uint64_t from, char *to, uint64_t cap)
{
	uint64_t len = 0;
	long r;

	while (len < cap && (r = syscall(SYS_pread64, fd, to + len, cap - len, from + len)) != 0) {
		if (r < 0 && errno != EINTR)
			break;
		len += r > 0 ? (uint64_t)r : 0;
	}
	return len;
}

/* The file's next bytes; false when it has come to an end. */
static bool copy_piece(struct sp_put *put, uint64_t len)
{
	uint64_t got;

	if (len > put->size - put->at)
		len = put->size - put->at;
	if (populate(put, INPUT_AT + put->at, len))
		return false;
	got = read_file(put->fd, put->at, put->map + INPUT_AT + put->at, len);
	put->at += got;
	return got == len && put->at < put->size;
}

/*
 * Is the file's end at hand? A helper cannot sleep while it waits for bytes, so what has to come from a disk or a network comes before it is
 * released.
 */
static bool is_cached(const struct sp_put *put)
{
	char last;
	struct iovec iov = { &last, 1 };

	return preadv2(put->fd, &iov, 1, (off_t)put->size - 1, RWF_NOWAIT) == 1;
}

/*
 * Are there as many calls as processors for them? Then a helper that is let go runs in our place, and in the end waits for us, in which it cannot sleep either. Other
 * programs are not counted.
 */
static bool is_crowded(void)
{
	unsigned long processors[1024 / (8 * sizeof(unsigned long))] = { 0 };
	unsigned n = 0;

	if (syscall(SYS_sched_getaffinity, 0, sizeof(processors), processors) < 0)
		return false; /* more of them than there is room for */
	for (size_t i = 0; i < SP_ARRAY_SIZE(processors); i++)
		n += (unsigned)__builtin_popcountl(processors[i]);
	return sp_call_count() >= n;
}

/* Returns what struct sp_request.arrived is to say. */
static uint64_t begin_file(struct sp_put *put, int fd, uint64_t size)
{
	bool more;

	put->fd = fd;
	put->size = size;
	more = copy_piece(put, SP_INPUT_FIRST);
	if (more && !is_crowded() && is_cached(put))
		return put->at;
	if (more)
		copy_piece(put, put->size);
	put->size = put->at;
	return put->at | SP_INPUT_ALL;
}

/* Where everything stands in the input area: @len bytes of input, and behind them @more_len others. */
static int plan(struct sp_put *put, struct sp_request *req, uint64_t len, uint64_t more_len)
{
	uint64_t room = sp_config()->input_limit, at = (len + PAGE - 1) & ~(PAGE - 1);

	if (len > room || (more_len && (at > room || more_len > room - at)))
		return -EFBIG;
	req->more_at = more_len ? at : 0;
	req->more_len = more_len;
	len = more_len ? at + more_len : len;
	put->huge = sp_huge_part(len);
	put->map_len = INPUT_AT + (put->huge > len ? put->huge : len);
	return 0;
}

static int put_bytes(struct sp_put *put, uint64_t at, const void *data, uint64_t len)
{
	int r = populate(put, INPUT_AT + at, len);

	if (r == 0 && len)
		memcpy(put->map + INPUT_AT + at, data, len);
	return r;
}

int sp_put_begin(const struct sp_call *call, struct sp_put *put, struct sp_request *req, const void *payload,
		 const struct sp_input_data *input)
{
	bool in_memory = input->kind == SP_INPUT_MEMORY || input->kind == SP_INPUT_STREAM;
	void *p;
	int r;

	r = plan(put, req, in_memory || req->input == SP_INPUT_MEMORY ? req->input_len : 0, input->more_len);
	if (r)
		return r;
	p = mmap(NULL, put->map_len, PROT_READ | PROT_WRITE, MAP_SHARED, call->memory, SP_MEM_REQUEST);
	if (p == MAP_FAILED)
		return -errno;
	put->map = p;
	if (put->huge)
		madvise(put->map + INPUT_AT, put->huge, MADV_HUGEPAGE);
	r = populate(put, 0, sizeof(*req) + req->payload_len);
	if (r)
		return r;
	req->arrived = req->input_len | SP_INPUT_ALL;
	if (in_memory) {
		r = put_bytes(put, 0, input->data, req->input_len);
	} else if (req->input == SP_INPUT_MEMORY) {
		req->arrived = begin_file(put, input->fd, req->input_len);
		if (req->arrived & SP_INPUT_ALL)
			req->input_len = put->at;
	}
	if (r == 0)
		r = put_bytes(put, req->more_at, input->more, req->more_len);
	if (r)
		return r;
	memcpy(put->map, req, sizeof(*req));
	memcpy(put->map + sizeof(*req), payload, req->payload_len);
	return 0;
}

void sp_put_rest(struct sp_put *put)
{
	uint64_t *arrived = &((struct sp_request *)put->map)->arrived;
	bool more = put->at < put->size;

	while (more) {
		more = copy_piece(put, PIECE);
		__atomic_store_n(arrived, put->at | (more ? 0 : SP_INPUT_ALL), __ATOMIC_RELEASE);
	}
}

void sp_put_end(struct sp_put *put)
{
	if (put->map)
		munmap(put->map, put->map_len);
	put->map = NULL;
}

int sp_put_feed(struct sp_call *call, const void *data, uint64_t len)
{
	struct sp_put put = { 0 };
	void *p;
	int r;

	if (len > sp_config()->input_limit)
		return -EFBIG;
	put.map_len = INPUT_AT + len;
	p = mmap(NULL, put.map_len, PROT_READ | PROT_WRITE, MAP_SHARED, call->memory, SP_MEM_REQUEST);
	if (p == MAP_FAILED)
		return -errno;
	put.map = p;
	r = put_bytes(&put, 0, data, len);
	sp_put_end(&put);
	return r;
}
