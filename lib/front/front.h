/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front: what a shim may ask of it. A shim is loaded by the front on the first intercepted call and gets this table; it links to
 * nothing of the front.
 */
#ifndef SP_FRONT_H
#define SP_FRONT_H

#include "lib/wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a call ended, before the library's own outcome is looked at. */
enum sp_status {
	SP_OK = 0,	   /* a reply is there */
	SP_SETUP = 1,	   /* no helper could be had, or it could not be confined */
	SP_VIOLATION = 2,  /* killed by the filter */
	SP_CRASHED = 3,	   /* died of a signal or ended without a reply */
	SP_TIMEOUT = 4,	   /* time limit */
	SP_LIMIT = 5,	   /* memory, output or input limit */
	SP_REFUSED = 6,	   /* an input that is not handled (yet) */
	SP_BAD_REPLY = 7,  /* the helper's answer makes no sense */
	SP_DENIED = 8,	   /* cannot be confined, and the user's policy does not let it through */
	SP_STATUS_MAX = 9,
};

/* What cannot be confined like a file; the user's policy says whether the program may do it itself. */
enum sp_unconfined {
	SP_CAMERA = 0,	 /* devices: by default it may */
	SP_NETWORK = 1,	 /* addresses: by default it may not */
	SP_PIPELINE = 2, /* GStreamer: by default it may not */
	SP_UNCONFINED_MAX = 3,
};

struct sp_entry_info; /* front only */

/* One call in flight. Filled by begin, owned by the shim until end; a plain value without locks. */
struct sp_call {
	const struct sp_entry_info *entry;
	const char *subject; /* file name or what else the call reads; borrowed, may hold any bytes */
	int channel, memory, obituary; /* descriptors, -1 when not held */
	int command; /* likewise, of the helper of an object */
	enum sp_family family; /* whose zygote: the entry's, or what the shim puts here before it runs the call */
	uint64_t zygote;      /* which one the helper is of: inode of the pool socket */
	uint64_t memory_size; /* bytes of the shared memory */
	uint64_t output;      /* offset of the output area in it */
	int huge;	      /* it may have huge pages */
	void *ahead;	      /* private mapping of the start of the output area, made while the helper worked, or NULL */
	uint64_t ahead_len, ahead_done; /* bytes of it, and of those that have page table entries */
	uint64_t start_ns;    /* CLOCK_MONOTONIC when the request was sent */
	enum sp_status status;
	const char *reason;   /* static text that goes with status, may be NULL */
	int error;	      /* errno that goes with status, or 0 */
	int cancel_state;     /* pthread_setcancelstate() of before */
	int saved_errno;
	char detail[SP_REASON_MAX]; /* further text from the zygote, "" when none */
	char *stack;		    /* what report prints after the line, malloc'ed, NUL-terminated; NULL when none */
	struct sp_reply reply; /* private copy, checked, when status is SP_OK */
};

/*
 * A helper that serves an object which the program has opened: what is left of the call that opened it. Owned by whoever kept it, until resume takes it back
 * or drop gives it up. Of one process: in a forked child nothing but drop is possible. Not for two threads at once.
 */
struct sp_object {
	int channel, memory, obituary, command; /* descriptors, -1: there is no helper */
	enum sp_family family;
	uint64_t zygote, memory_size, output; /* as in struct sp_call */
	uint64_t channel_ino, command_ino; /* the program may close our descriptors and open something else */
	int pid; /* of the process that opened it */
	struct sp_object_words *words; /* mapped */
};

/* The input of a call. For SP_INPUT_MEMORY and STREAM @data holds @len bytes, copied before run returns. */
struct sp_input_data {
	enum sp_input kind;
	int fd;	   /* SP_INPUT_FILE: to be read from its start; stays the caller's */
	int error; /* SP_INPUT_ERRNO */
	const void *data;
	uint64_t len, split;
	const void *more; /* @more_len further bytes for the family's own use, with any kind; copied likewise */
	uint64_t more_len;
};

#define SP_FRONT_VERSION 2u
struct sp_front_ops {
	uint32_t version; /* SP_FRONT_VERSION; another one: refuse to initialise */

	/* Start a call: takes no descriptor yet. @entry_symbol is the mangled name. Disables cancellation until end. */
	void (*begin)(struct sp_call *call, const char *entry_symbol, const char *subject);

	/*
	 * Get a fresh helper, hand it the request (@entry: number within the family, @payload: <= SP_PAYLOAD_MAX bytes) and wait for its
	 * reply. @locale: name of the C++ global locale. Returns call->status; on SP_OK call->reply is checked, though its
	 * body is still the helper's word. May be used once a call.
	 */
	enum sp_status (*run)(struct sp_call *call, uint16_t entry, const void *payload, uint32_t payload_len,
			      const struct sp_input_data *input, const char *locale);

	/* Copy what the library printed and raised; *ret_buf is malloc'ed and the caller's. 0 or -errno; NULL and 0 when nothing. */
	int (*events)(struct sp_call *call, void **ret_buf, size_t *ret_len);

	/*
	 * Wait until the helper can write no more, and map @len bytes at @offset of the shared memory, private and writable. The pages are
	 * there already. On success the mapping of *ret_map_len bytes at *ret_map is the caller's, who unmaps it; *ret_data points to the first byte
	 * in it. Otherwise -errno: a helper that does not end or says more than its reply, or no address space; copy() is
	 * still possible then.
	 */
	int (*map)(struct sp_call *call, uint64_t offset, uint64_t len, void **ret_map, size_t *ret_map_len, void **ret_data);

	/* Copy @len bytes at @offset of the shared memory. 0 or -errno. */
	int (*copy)(struct sp_call *call, void *dst, size_t len, uint64_t offset);

	/* Print the one line for call->status (which the shim may have set); nothing on SP_OK. */
	void (*report)(const struct sp_call *call);

	/* Give everything back; errno is what it was at begin. */
	void (*end)(struct sp_call *call);

	/*
	 * Open @path as fopen(path, "r") would and say how its bytes can travel. Regular files: SP_INPUT_FILE and a descriptor in
	 * *ret that the caller closes. Directories: no bytes. Cannot be opened: ERRNO. Pipes and devices: SP_INPUT_STREAM and the open
	 * descriptor; the caller reads it.
	 */
	void (*open_input)(const char *path, struct sp_input_data *ret);

	/* Read @fd up to its end, at most @max bytes (0: the input limit), into malloc'ed *ret. -EFBIG: there is more than the input limit. */
	int (*slurp)(int fd, uint64_t max, void **ret, uint64_t *ret_len);

	/* May the program itself do this? */
	int (*allows)(enum sp_unconfined what);

	/* ---- objects ---- */

	/* After run, or resume: take the helper out of the call. *ret is zeroed, or what resume had. 0 or -errno. */
	int (*keep)(struct sp_call *call, struct sp_object *ret);

	/* Put @object's helper into a call that has begun: further commands are part of it. *object has no helper then. Returns call->status, SP_OK when the
	 * helper is there. */
	enum sp_status (*resume)(struct sp_call *call, struct sp_object *object);

	/* Send @command (its magic is filled in) to the call's helper; it gets the time limit from now, unless it was the one who asked. Returns call->status. */
	enum sp_status (*command)(struct sp_call *call, struct sp_object_words *words, struct sp_command *command);

	/* Wait for the next reply, within the time limit since the last command or, with @anew, from now. Returns call->status, as run does; a reply of
	 * SP_REPLY_WANT is SP_OK, too. */
	enum sp_status (*receive)(struct sp_call *call, int anew);

	/* Put @len bytes of @data at the start of the input area. 0 or -errno: -EFBIG beyond the limit. */
	int (*feed)(struct sp_call *call, const void *data, uint64_t len);

	/* Is there a reply, or an end, to receive without waiting? */
	int (*ready)(const struct sp_call *call);

	/* End the helper, if this is its process; @object has none then. */
	void (*drop)(struct sp_object *object);
};

/* Every shim exports this. 0, or -EPROTO when it does not know ops->version. */
int sp_shim_init(const struct sp_front_ops *ops);

#ifdef __cplusplus
}
#endif
#endif
