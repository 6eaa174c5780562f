/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of sandbox-helper share among themselves. */
#ifndef SP_HELPER_INTERNAL_H
#define SP_HELPER_INTERNAL_H

#include <linux/filter.h>
#include <sys/types.h>
#include "lib/helper/helper.h"
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

/* Fixed descriptor numbers. The pool socket of the zygote and the channel of a helper share one: no process has both. */
#define SP_FD_POOL 3
#define SP_FD_REPLY 3
#define SP_FD_COMMAND 4 /* of a helper that serves an object */

struct sp_options {
	const char *family, *locale, *cxx_locale;
	uint32_t family_number; /* enum sp_family */
	const char *stand_in; /* module that is loaded before the plugin, in the place of a library with its soname; NULL: none */
	const char *plugin;
	uint64_t time_limit; /* seconds */
	uint64_t memory_limit, output_limit, input_limit; /* bytes */
	uint64_t pool;	     /* spares to keep */
	bool verbose;
	bool objects; /* follows from the family */
};
extern struct sp_options sp_options; /* written by main before anything else, then constant */

/* Everything decided before the first fork. */
struct sp_zygote {
	const struct sp_plugin *plugin;
	struct sock_fprog filter; /* of a helper */
	uint64_t memory_size;	  /* bytes of a helper's shared memory */
	struct sp_need expected;  /* what recent calls needed */
	pid_t pid;
};
extern struct sp_zygote sp_zygote; /* written by the zygote only */

/* ---- start.c: from exec to the first fork. NULL or the reason why there will be no helper. ---- */
const char *sp_start(void);

/* ---- store.c: the memory that a helper shares with the app ---- */
/*
 * In the zygote, with the rights to mount: prepare memory that may have huge pages, for user @owner (0: as who asks). Returns the directory that files
 * are then made in, or -1 when it is not permitted: sp_store_memory() does without.
 */
int sp_store_open(unsigned owner);
/* A file of @size bytes without a name, that nobody can shrink. 0 or -errno. */
int sp_store_memory(uint64_t size, int *ret_fd);

/* ---- zygote.c: keep spares until the app is gone. Returns the exit code. ---- */
int sp_zygote_loop(void);

/* ---- spare.c: the life of a helper; the caller is the new process. Never returns. ---- */
/* @orders: of one made to order, socket on which one message comes, with its input's descriptor if that is a file; else -1. @go: end of file on it
 * says that the zygote watches this process. @command: of a family that has objects, else -1. */
void sp_spare_live(int channel, int command, int memory, int orders, int go) __attribute__((noreturn));
/* ---- lockdown.c ---- */
/* Limits, timer, descriptors, filter. After 0 only write to SP_FD_REPLY and exit_group remain. -errno: *ret_step says where. */
int sp_lockdown(const struct sock_fprog *filter, uint32_t *ret_step);

/* ---- object.c: the helper's side of an object ---- */
void sp_object_attach(void *memory); /* start of the shared memory, writable */
void sp_send_reply(struct sp_reply *reply); /* spare.c: complete it and write it */
void sp_end(void) __attribute__((noreturn)); /* spare.c */

/* ---- threads.c ---- */
/* In a spare, before it locks down: have @n threads waiting. 0 or -errno. */
int sp_threads_make(unsigned n);
bool sp_threads_any(void);

/* ---- mappings.c ---- */
/* In the zygote, when all libraries are loaded: make a helper cheaper to fork. */
void sp_mappings_join(void);

/* ---- freeze.c ---- */
/* In the zygote, when all is warm and no other thread is awake: what has been written by now costs a fork nothing any more. Without /proc nothing changes. */
void sp_freeze(void);

/* ---- memory.c ---- */
/* In the zygote: glibc's heap takes all it may ever have in one piece and never asks the kernel again. 0 or -ENOMEM. */
int sp_memory_reserve(uint64_t limit);
/* In the zygote, before the first fork: have malloc sort its free blocks now; in each helper it would be a page fault a block. And
 * give back what the heap has grown by since it was reserved: the free memory is @limit bytes again. */
void sp_memory_settle(uint64_t limit);
/* In a spare: make @bytes of the free heap present. */
void sp_memory_prefault(uint64_t bytes);

/* ---- events.c ---- */
void sp_events_attach(void *memory); /* start of the shared memory, writable */
uint32_t sp_events_len(void);
/* Nothing is added any more to what there is, which a reply reports; returns its bytes. What a decoder's thread says from now on is for the next one. */
uint32_t sp_events_close(void);
void sp_events_restart(void); /* forget what has been reported */
void sp_note_state(enum sp_state state);
void sp_note_input(uint64_t input); /* bytes, for spares to come */
void sp_stdio_redirect(void); /* stdout and stderr become events; in the zygote, after warm-up began */

/* ---- vfs.c, vfs_ask.c ---- */
void sp_vfs_set_error(const char *name, int error);
/* The input's bytes are still coming in: see struct sp_request. @arrived stays valid for good. */
void sp_vfs_set_arriving(const uint64_t *arrived);
void sp_vfs_set_stream(const char *name, const void *data, uint64_t len, uint64_t split);
/* @area: where the app puts what sp_object_want() asked for, @size bytes. @name: where the name is to be, SP_NAME_MAX bytes. */
void sp_vfs_set_area(const void *area, uint64_t size, char *name);
void sp_vfs_set_wanted(void);
bool sp_vfs_on(void);

/* ---- obituary.c ---- */
struct sp_child {
	pid_t pid;
	int obituary; /* write end, -1 when all has been said or nobody listens */
	int memory;
	struct sp_obituary record;
};
/* Handle one wait status of a traced child; true when the child has been reaped. */
bool sp_obituary_wait(struct sp_child *child, int status);
/* Let us be told of the child's death before its registers are gone. Failure costs the name of a system call in a message. */
void sp_obituary_watch(pid_t pid);

/* ---- autopsy.c: stack of a stopped, dying child as text, read in a fresh confined process ---- */
void sp_autopsy(pid_t pid, struct sp_obituary *record);
/* In the zygote: what libunwind does once, which a confined process could not. */
void sp_autopsy_warm_up(void);

#endif
