/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The helper program: zygote, spares, helpers. A family's plugin (shims/<library>) brings the library; everything here is common.
 *
 * A plugin is loaded into the zygote and sees this interface only.
 */
#ifndef SP_HELPER_H
#define SP_HELPER_H

#include <stdbool.h>
#include "lib/wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SP_EXPORT __attribute__((visibility("default")))

#define SP_PLUGIN_VERSION 2u
struct sp_plugin {
	uint32_t version; /* SP_PLUGIN_VERSION */

	/* In the zygote, once: load, switch off threads, decode a sample of everything. @cxx_locale: name for the global C++
	 * locale; @family: enum sp_family. Returns NULL or the reason why it cannot be done. Sees no untrusted byte. */
	const char *(*warm_up)(const char *cxx_locale, uint32_t family);

	/* In a waiting spare: touch what a call will touch that is of @kind, as sp_note_need said (0: unknown). @step counts from 0; false
	 * when there is no such step. */
	bool (*rehearse)(unsigned step, uint64_t kind);

	/* In the helper, locked down: take @req and its @payload (from the app), parse, fill kind and body of *ret. 0, or -EPROTO
	 * when the request makes no sense. */
	int (*run)(const struct sp_request *req, const void *payload, struct sp_reply *ret);

	/* Of a family that has objects, when the reply to the request has been sent: take commands, and answer them, for ever. */
	void (*serve)(void) __attribute__((noreturn));
};

/* Every plugin exports this; points to static memory. */
const struct sp_plugin *sp_plugin_get(void);

/* ---- what a plugin may use ---- */

/* The output area of this helper. */
SP_EXPORT void sp_output_area(uint8_t **ret_base, uint64_t *ret_size);

/* How much of it this call touched, in bytes, and which kind of rehearsal would have helped: spares to come are made ready so. */
SP_EXPORT void sp_note_need(uint64_t output, uint64_t kind);

/* Input bytes as a plain buffer (requests that carry no name): base and length, NULL and 0 when there are none. */
SP_EXPORT void sp_input_area(const uint8_t **ret_base, uint64_t *ret_size);

/* The further bytes of the request: base and length. */
SP_EXPORT void sp_more_area(const uint8_t **ret_base, uint64_t *ret_size);

/* Add to the record of what the library printed or raised. Text beyond the room left is cut. Nothing is kept outside a call. */
SP_EXPORT void sp_event_text(enum sp_event_type type, const char *text, size_t len);
SP_EXPORT void sp_event_add_error(int code, const char *err, const char *func, const char *file, int line);

/* A virtual input under @name (borrowed; NULL keeps the present name) that replaces the one before. @data is borrowed. */
SP_EXPORT void sp_vfs_set_input(const char *name, const void *data, uint64_t len);
/* The bytes of the input (borrowed; of one that cannot be opened there are none). */
SP_EXPORT void sp_vfs_peek(const void **ret_data, uint64_t *ret_len);
/* The name that the input goes by from now on (borrowed). */
SP_EXPORT void sp_vfs_set_name(const char *name);
/* A file beside the input: base name and bytes, both borrowed. 0 or -ENFILE. sp_vfs_reset forgets them all. */
#define SP_VFS_NEIGHBOURS_MAX 32
SP_EXPORT int sp_vfs_add_neighbour(const char *name, const void *data, uint64_t len);
/* Names that are not the input's are asked of the app (SP_WANT_FILE), which knows which of them are. One such file is open at a time. */
SP_EXPORT void sp_vfs_allow_asking(void);
/* The input is what descriptor @fd gives; -1: it has none. */
SP_EXPORT void sp_vfs_set_pipe(int fd);
/* May the input's folder be listed? It holds the input and its neighbours. sp_vfs_reset: no. */
SP_EXPORT void sp_vfs_allow_listing(void);
/* Answer files virtually from now on (true), or let the real system do it (false). Never false again after lock-down. */
SP_EXPORT void sp_vfs_switch(bool on);
/* Forget the scratch file that the library may have made. */
SP_EXPORT void sp_vfs_reset(void);

/* ---- for families that have objects ---- */

/* Is there a command? May an unasked reply be sent now: there is credit, no command, and nobody has still to read the last reply's events? */
SP_EXPORT bool sp_object_has_command(void);
SP_EXPORT bool sp_object_may_go_on(void);
/* Sleep until there is something to do: true and a command, or false, and there may be credit (which counts with @ahead only). */
SP_EXPORT bool sp_object_wait(struct sp_command *ret, bool ahead);
/* Replies sent so far, and of them those that the app is through with. */
SP_EXPORT uint64_t sp_object_sent(void);
SP_EXPORT uint64_t sp_object_consumed(void);
/* The next reply begins here: its events. */
SP_EXPORT void sp_object_begin(void);
/* Send a reply, asked for or not. */
SP_EXPORT void sp_object_reply(struct sp_reply *reply);
/* In the middle of a command: have the app do what @what says (wire.h). What FEED's value says, or -errno. */
SP_EXPORT int64_t sp_object_want(enum sp_want_what what, uint64_t len);
/* What this thread says is not kept, until the other call, which tells whether there was anything. */
SP_EXPORT void sp_events_mute(void);
SP_EXPORT bool sp_events_unmute(void);

/* Did an allocation fail since the helper started? */
SP_EXPORT bool sp_memory_failed(void);
/* The largest request that did, bytes. */
SP_EXPORT uint64_t sp_memory_wanted(void);

/* End the helper here with SP_REPLY_REFUSED and @why (enum sp_refused). */
SP_EXPORT void sp_refuse(uint32_t why) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
