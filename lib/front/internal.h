/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the front share among themselves. */
#ifndef SP_FRONT_INTERNAL_H
#define SP_FRONT_INTERNAL_H

#include <stdbool.h>
#include "lib/front/front.h"
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

/* One row of entries.list. */
struct sp_entry_info {
	enum sp_family family;
	const char *library, *shim, *function, *symbol, *text;
};
extern const struct sp_entry_info sp_entries[];
extern const unsigned sp_entries_count;
const struct sp_entry_info *sp_entry_find(const char *symbol);

/* ---- text.c: bounded text without stdio or allocation ---- */
struct sp_text {
	char *buf;
	size_t cap, len; /* always NUL-terminated while cap > 0; what does not fit is cut */
	bool cut;
};
void sp_text_init(struct sp_text *t, char *buf, size_t cap);
void sp_text_add(struct sp_text *t, const char *s);
void sp_text_add_escaped(struct sp_text *t, const char *s, size_t len);
void sp_text_add_u64(struct sp_text *t, unsigned long long v);

/* ---- config.c: SANDBOX_PRELOAD_* of the program's environment ---- */
struct sp_config {
	uint64_t time_limit;   /* seconds, 1.. */
	uint64_t memory_limit; /* bytes of a helper's heap */
	uint64_t output_limit; /* bytes of results */
	uint64_t input_limit;  /* bytes of an input that must be copied */
	uint64_t pool;	       /* waiting spares */
	bool allows[SP_UNCONFINED_MAX];
	bool verbose;
	const char *bad; /* name of a variable whose value is not understood, or NULL */
};
/* Read once, kept; allocates nothing. */
const struct sp_config *sp_config(void);

/* ---- where.c: our own files ---- */
/* Path of @name in the directory of our modules, from where the front itself was loaded. 0 or -ENAMETOOLONG. */
int sp_where(const char *name, char *ret_path, size_t cap);
/* Is a library whose file name starts with @prefix loaded? Allocates nothing and opens nothing. */
bool sp_is_loaded(const char *prefix);

/* ---- environment.c: what of the program's environment a zygote gets ---- */
/*
 * A block of strings and an envp array built in anonymous memory: [envp..., NULL] then strings. Variables which OpenCV reads when it is
 * loaded come from the environment at the first start, the others from the present one. Free with sp_environment_free.
 */
struct sp_environment {
	char **envp;
	void *map;
	size_t map_len;
};
int sp_environment_build(struct sp_environment *ret);
void sp_environment_free(struct sp_environment *e);
/*
 * Hash of what a running zygote cannot be told later: environment read at the first use or at each, C and C++ locale.
 */
uint64_t sp_environment_key(const char *cxx_locale);
const char *sp_environment_locale(void); /* C locale a helper must have; borrowed until the next setlocale(3) */
void sp_environment_freeze(void); /* a call has been served: first-use variables are fixed from now on */

/* ---- spawn.c ---- */
/*
 * Start @path with @argv and @envp, @socket as descriptor 3 and nothing else open, as a grandchild: the program gets no child, no SIGCHLD. 0 or
 * -errno (also of execve).
 */
int sp_spawn(const char *path, char *const argv[], char *const envp[], int socket);

/* ---- pool.c ---- */
/* Start the zygote of @family now if there is none. 0 or -errno. */
int sp_pool_start(enum sp_family family, const char *locale);
/*
 * Take a spare, or with @file (else -1) a helper made to order that has this file mapped: call->channel, memory, obituary,
 * memory_size, output. 0, or -errno with call->reason and detail.
 */
int sp_pool_take(struct sp_call *call, int file, const char *locale);
/* Give the zygote up for its descriptor, which the next call will have to find again. False when there was none. */
bool sp_pool_release(enum sp_family family);
/* Is the zygote of the helper that was taken gone, or replaced by another? Helpers die with their zygote. */
bool sp_pool_lost(const struct sp_call *call);

/* ---- diagnose.c ---- */
/* The helper ended without a (whole) reply: set call->status, reason, detail from the obituary. False when there is none. */
bool sp_diagnose(struct sp_call *call);
void sp_report(const struct sp_call *call);
/* One line on stderr, prefixed; also used when there is no call. */
void sp_say(const char *text);

/* ---- input.c ---- */
void sp_input_open(const char *path, struct sp_input_data *ret);
int sp_input_slurp(int fd, uint64_t max, void **ret, uint64_t *ret_len);

/* ---- put.c ---- */
/* A request on its way into the helper's memory. Zeroed: nothing is. */
struct sp_put {
	char *map;	   /* request and input areas, NULL: not mapped */
	uint64_t map_len;  /* bytes; more than there is to put, and maybe than the memory has, where huge pages need room */
	uint64_t huge;	   /* bytes of the input area that are to be huge pages */
	int fd;		   /* the file whose rest is to be copied */
	uint64_t size, at; /* bytes of it in all, and copied */
};
/*
 * Put @req, @payload and the bytes of @input into the call's memory. Of a file (MEMORY in @req, FILE in @input) there are @req->input_len bytes (> 0) at
 * most; of a large one that is in the page cache the end is left to sp_put_rest(), to be called when the helper has been released. Sets
 * @req->arrived. 0 or -errno; sp_put_end() in any case.
 */
int sp_put_begin(const struct sp_call *call, struct sp_put *put, struct sp_request *req, const void *payload,
		 const struct sp_input_data *input);
void sp_put_rest(struct sp_put *put);
int sp_put_feed(struct sp_call *call, const void *data, uint64_t len);
void sp_put_end(struct sp_put *put);

/* ---- result.c ---- */
/* While the helper works: map what the last large result filled, piece by piece until there is something to read. */
void sp_result_ahead(struct sp_call *call);
int sp_result_map(struct sp_call *call, uint64_t offset, uint64_t len, void **ret_map, size_t *ret_map_len, void **ret_data);
int sp_result_copy(struct sp_call *call, void *dst, size_t len, uint64_t offset);
void sp_result_drop(struct sp_call *call);

/* ---- call.c, for object.c ---- */
enum sp_status sp_call_fail(struct sp_call *call, enum sp_status status, const char *reason, int error);
/* Read the next reply, with @ready what says that the helper is there before it. 0, or -errno as judge understands it. */
int sp_call_receive(struct sp_call *call, bool ready);
/* What the reply in call->reply, or the lack of one (@r), comes to. Returns call->status. */
enum sp_status sp_call_judge(struct sp_call *call, int r);
void sp_call_start_clock(struct sp_call *call);
unsigned sp_call_count(void); /* calls of this process that a helper works for, about */

/* ---- object.c ---- */
int sp_object_keep(struct sp_call *call, struct sp_object *ret);
enum sp_status sp_object_resume(struct sp_call *call, struct sp_object *object);
enum sp_status sp_object_command(struct sp_call *call, struct sp_object_words *words, struct sp_command *command);
enum sp_status sp_object_receive(struct sp_call *call, int anew);
int sp_object_ready(const struct sp_call *call);
void sp_object_drop(struct sp_object *object);

extern const struct sp_front_ops sp_front_ops;

#endif
