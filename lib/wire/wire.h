/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the app's side and the helper's side agree on.
 *
 * Pool socket (AF_UNIX, SOCK_SEQPACKET, one a zygote): the zygote queues one sp_offer for each spare helper, with three
 * descriptors: channel, memory, obituary. Whoever receives the message owns that spare; the kernel gives each message
 * to exactly one receiver, so threads and forked children never share a helper. The app may send sp_ask when it
 * finds the queue empty, or needs a helper made to order.
 *
 * Memory (file without a name, of a fixed size that a helper cannot change, one a helper): head, events, request, input, output at
 * the offsets below. All of it may be written by the helper at any instant until it is gone.
 *
 * Channel (pipe that holds SP_PLUG bytes, one a helper; the helper has the writing end and nothing else). The zygote fills it up, with
 * the plug. The spare locks itself down for good and then writes SP_READY, which blocks: it waits inside one of the two system
 * calls it has left. The app puts request and input into the memory and reads the plug; that releases the helper, whose
 * byte arrives, and after it one sp_reply. The helper may not close its end, so end of file means that it is
 * gone, and end of file before SP_READY that nobody looked at the request.
 *
 * Command (pipe, one a helper of a family that has objects, the offer's fourth descriptor; the helper has the reading end): the helper goes on after its
 * first reply, reads one sp_command after the other, and answers each with one sp_reply. Besides it may work ahead, as far as struct sp_object_words
 * allows, and send replies unasked.
 *
 * Obituary (pipe, one a helper): the zygote writes SP_GONE when the helper has ended by exit and can run no more, or
 * one sp_obituary when it died of anything else, and closes its end. The app closing the reading end ends the helper.
 */
#ifndef SP_WIRE_H
#define SP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SP_STATIC_ASSERT static_assert
extern "C" {
#else
#define SP_STATIC_ASSERT _Static_assert
#endif

#define SP_WIRE_VERSION 1u
#define SP_OFFER_MAGIC 0x4f505301u    /* "\1SPO" */
#define SP_ASK_MAGIC 0x41505301u      /* "\1SPA" */
#define SP_REQUEST_MAGIC 0x51505301u  /* "\1SPQ" */
#define SP_REPLY_MAGIC 0x52505301u    /* "\1SPR" */
#define SP_OBITUARY_MAGIC 0x42505301u /* "\1SPB" */
#define SP_COMMAND_MAGIC 0x43505301u  /* "\1SPC" */

/* Library families; each has a zygote of its own. */
enum sp_family {
	SP_FAMILY_NONE = 0,
	SP_FAMILY_IMGCODECS = 1,
	SP_FAMILY_GDAL = 2, /* imgcodecs with GDAL, for the calls that ask for it */
	SP_FAMILY_VIDEOIO = 3,
	SP_FAMILY_OPENVDB = 4,
	SP_FAMILY_MAX = 5,
};

/* Does a helper of @family live on after its first reply, and serve an object that the program has opened? */
static inline int sp_family_has_objects(uint32_t family)
{
	return family == SP_FAMILY_VIDEOIO || family == SP_FAMILY_OPENVDB;
}

/* zygote -> app. With SP_OFFER_FAILED there are no descriptors and @reason says in plain text why no helper can be had. */
enum sp_offer_kind { SP_OFFER_SPARE = 1, SP_OFFER_FAILED = 2 };
#define SP_REASON_MAX 200u

struct sp_offer {
	uint32_t magic;	      /* SP_OFFER_MAGIC */
	uint16_t version;     /* SP_WIRE_VERSION */
	uint16_t kind;	      /* enum sp_offer_kind */
	int32_t pid;	      /* of the spare, in the zygote's pid namespace; for messages only */
	uint32_t family;      /* enum sp_family */
	uint64_t memory_size; /* bytes of the memory */
	char reason[SP_REASON_MAX]; /* SP_OFFER_FAILED: NUL-terminated */
};
SP_STATIC_ASSERT(sizeof(struct sp_offer) == 224, "sp_offer");
SP_STATIC_ASSERT(offsetof(struct sp_offer, memory_size) == 16, "sp_offer.memory_size");

/* app -> zygote. */
enum sp_ask_kind {
	SP_ASK_SPARE = 1, /* the queue is empty and somebody waits */
	/* A helper that has a certain file mapped. Two descriptors: a SOCK_SEQPACKET socket to send the offer to, and the file. */
	SP_ASK_FILE = 2,
};
struct sp_ask {
	uint32_t magic; /* SP_ASK_MAGIC */
	uint32_t kind;	/* enum sp_ask_kind */
};
SP_STATIC_ASSERT(sizeof(struct sp_ask) == 8, "sp_ask");

#define SP_PLUG 4096u /* bytes; a pipe holds at least a page */
#define SP_READY 'R'

/* How the input bytes reach the helper. */
enum sp_input {
	SP_INPUT_ERRNO = 0,  /* there are none: opening the name fails with @input_errno */
	SP_INPUT_FILE = 1,   /* the file that the helper was made for */
	SP_INPUT_MEMORY = 2, /* @input_len bytes stand in the memory's input area */
	/* As MEMORY, but of a pipe or device that was opened twice: the first opening of the name reads the first
	 * @input_split bytes, the second one the rest, and none can seek. */
	SP_INPUT_STREAM = 3,
	SP_INPUT_WANTED = 4, /* of a pipe or device, as the helper asks for them (SP_WANT_BYTES) */
	SP_INPUT_MAX = 5,
};

/*
 * app -> helper, in the memory; the payload follows.
 *
 * Of a large file the app may release the helper when SP_INPUT_FIRST bytes are in place, and copy the rest while it works: @arrived says
 * how far it has come and, with SP_INPUT_ALL, that there is no more, which may be less than @input_len.
 */
#define SP_INPUT_FIRST (64u * 1024u)
#define SP_INPUT_ALL (1ull << 63)
#define SP_NAME_MAX 4096u /* bytes of a name in SP_WANT_FILE */
struct sp_request {
	uint32_t magic;	      /* SP_REQUEST_MAGIC */
	uint16_t version;     /* SP_WIRE_VERSION */
	uint16_t entry;	      /* family's number of the entry point */
	uint32_t payload_len; /* bytes that follow, <= SP_PAYLOAD_MAX */
	uint32_t input;	      /* enum sp_input */
	uint64_t input_len;   /* bytes, MEMORY and STREAM */
	uint64_t input_split; /* bytes, STREAM */
	int32_t input_errno;  /* ERRNO */
	uint32_t reserved;
	uint64_t arrived; /* MEMORY; the only word that changes after the release, by atomic stores */
	uint64_t more_at, more_len; /* bytes of the input area behind the input that the payload explains, e.g. files beside the input */
};
SP_STATIC_ASSERT(sizeof(struct sp_request) == 64, "sp_request");
SP_STATIC_ASSERT(offsetof(struct sp_request, arrived) == 40, "sp_request.arrived");
SP_STATIC_ASSERT(offsetof(struct sp_request, input_len) == 16, "sp_request.input_len");

/* A path (4096, the kernel's PATH_MAX, is not a bound on what a program may pass to imread) and fixed fields. */
#define SP_PAYLOAD_MAX (64u * 1024u)

/* helper -> app, the only thing a helper ever writes. */
enum sp_reply_kind {
	SP_REPLY_RESULT = 1,  /* the library returned; @body is the family's */
	SP_REPLY_THROW = 2,   /* the library threw; @body is the family's */
	SP_REPLY_MEMORY = 3,  /* the call failed and the helper's memory limit had been met */
	SP_REPLY_OUTPUT = 4,  /* likewise the output limit */
	SP_REPLY_REFUSED = 5, /* the family does not handle this input; @body: SP_REFUSED_* in the first u32 */
	SP_REPLY_SETUP = 6,   /* the helper could not lock itself down; @body: errno (i32) and step (u32) */
	SP_REPLY_WANT = 7,    /* no answer yet: the helper wants what struct sp_want in @body says, and waits for SP_COMMAND_FEED */
	SP_REPLY_MAX = 8,
};

enum sp_refused { SP_REFUSED_GDAL = 1, SP_REFUSED_MAX = 2 };

#define SP_REPLY_BODY 112u
struct sp_reply {
	uint32_t magic; /* SP_REPLY_MAGIC */
	uint32_t kind;	/* enum sp_reply_kind */
	uint32_t event_len; /* bytes of events, <= SP_EVENTS_MAX */
	uint32_t reserved;
	uint8_t body[SP_REPLY_BODY];
};
SP_STATIC_ASSERT(sizeof(struct sp_reply) == 128, "sp_reply");

/* What a helper may ask for in the middle of a command. */
enum sp_want_what {
	SP_WANT_BYTES = 1, /* the next @len bytes of a stream, or fewer, at the start of the input area */
	SP_WANT_FILE = 2,  /* the bytes of one of the input's files, there; its name of @len bytes stands in the request's place */
	SP_WANT_EXISTS = 3, /* as before, but only whether it can be opened */
	SP_WANT_MAX = 4,
};
struct sp_want {
	uint32_t what; /* enum sp_want_what */
	uint32_t reserved;
	uint64_t len; /* bytes */
};
SP_STATIC_ASSERT(sizeof(struct sp_want) == 16, "sp_want");

/* app -> helper, on the command pipe. */
#define SP_COMMAND_TICK 0u /* nothing but a look at struct sp_object_words */
#define SP_COMMAND_FEED 1u /* answer to SP_REPLY_WANT: @value bytes are there, or @number is an errno */
#define SP_COMMAND_QUIT 2u
#define SP_COMMAND_FAMILY 16u /* from here on the family's */
struct sp_command {
	uint32_t magic; /* SP_COMMAND_MAGIC */
	uint32_t what;	/* SP_COMMAND_* */
	uint32_t serial; /* what the reply is to carry, if the family's has a place for it; never 0 */
	int32_t number;
	union {
		uint64_t value;
		double real;
	};
	uint64_t reserved;
};
SP_STATIC_ASSERT(sizeof(struct sp_command) == 32, "sp_command");

/* zygote -> app, on the obituary pipe: the number SP_GONE, or one record. */
#define SP_GONE 0x47505301u /* "\1SPG", 4 bytes */
#define SP_STACK_MAX 3072u
struct sp_obituary {
	uint32_t magic;	     /* SP_OBITUARY_MAGIC */
	int32_t wait_status; /* as waitpid(2) gives it */
	int32_t syscall_nr;  /* of the refused system call, -1 unknown */
	uint32_t reserved;
	uint64_t ip;	     /* instruction pointer, 0 unknown */
	uint64_t address;    /* faulting address, 0 unknown */
	uint32_t stack_len;  /* bytes of @stack, <= SP_STACK_MAX */
	uint32_t reserved2;
	char syscall_name[32]; /* NUL-terminated, "" unknown */
	char stack[SP_STACK_MAX]; /* lines of text "#0 symbol+0x12 (file)"; the words of a dead process, not ours */
};
SP_STATIC_ASSERT(sizeof(struct sp_obituary) == 72 + SP_STACK_MAX, "sp_obituary");
SP_STATIC_ASSERT(sizeof(struct sp_obituary) <= 4096, "a pipe takes it in one piece");

/* Memory: fixed offsets, in bytes. The output area runs from sp_mem_output() to the end. */
#define SP_MEM_HEAD 0u
#define SP_MEM_EVENTS 4096u
#define SP_EVENTS_MAX (128u * 1024u)
#define SP_MEM_OBJECT (SP_MEM_EVENTS + SP_EVENTS_MAX)
#define SP_MEM_REQUEST (256u * 1024u)
#define SP_MEM_INPUT (2048u * 1024u) /* where a huge page may begin */
SP_STATIC_ASSERT(SP_MEM_OBJECT % 4096 == 0, "a page of its own");
SP_STATIC_ASSERT(SP_MEM_OBJECT + 4096 <= SP_MEM_REQUEST, "it ends before the request");
SP_STATIC_ASSERT(SP_MEM_REQUEST + sizeof(struct sp_request) + SP_PAYLOAD_MAX <= SP_MEM_INPUT, "it ends before the input");

/* Behind the input area, where a huge page may begin; the limit is any number of bytes. */
#define SP_HUGE_PAGE (2u * 1024u * 1024u)
#define SP_HUGE_MIN (512u * 1024u) /* bytes of an area from which on a huge page costs less than small ones */
#define SP_COPY_MAX (1024u * 1024u) /* bytes up to which a picture is copied out of the memory, so that no page of it is kept */

/*
 * How many bytes from the start of an area are to be huge pages when @len are expected to be used. What is mapped stays as long as the program keeps it: there the
 * last page is huge only if a quarter of it is wasted at the most.
 */
static inline uint64_t sp_huge_part(uint64_t len)
{
	uint64_t rest = len % SP_HUGE_PAGE;

	if (len < SP_HUGE_MIN)
		return 0;
	if (len <= SP_COPY_MAX)
		return SP_HUGE_PAGE;
	return len - rest + (rest >= SP_HUGE_PAGE / 4 * 3 ? SP_HUGE_PAGE : 0);
}
static inline uint64_t sp_mem_output(uint64_t input_limit)
{
	return (SP_MEM_INPUT + input_limit + SP_HUGE_PAGE - 1) & ~(uint64_t)(SP_HUGE_PAGE - 1);
}

/* What the helper notes as it goes, for the case that it never comes to a reply. */
enum sp_state { SP_STATE_NONE = 0, SP_STATE_ABORT = 1, SP_STATE_MAX = 2 };
/* What spares to come had better have ready. Three numbers of a helper that may be hostile: they decide about speed alone. */
struct sp_need {
	uint64_t output, input; /* bytes */
	uint64_t kind;		/* what to rehearse, the plugin's number, 0 unknown; what is larger counts as SP_NEED_KIND_MAX */
};
#define SP_NEED_KIND_MAX 64u
struct sp_mem_head {
	uint32_t event_len; /* bytes of events so far */
	uint32_t state;	    /* enum sp_state */
	struct sp_need need;
};
SP_STATIC_ASSERT(sizeof(struct sp_mem_head) == 32, "sp_mem_head");

/*
 * How far the helper of an object may work ahead; atomic words. Replies are numbered in the order in which they are sent. An object's reply that has
 * events is the last until it has been consumed, or a command has come.
 */
struct sp_object_words {
	uint64_t credit;   /* app: unasked replies may be sent up to this number */
	uint64_t consumed; /* app: it is through with the replies up to this number */
	uint32_t commands; /* app: how many commands were sent, ticks not counted; raised before each is */
	uint32_t parked;   /* helper: 1 while it sleeps in the command pipe; new credit is to come with a tick then */
};
SP_STATIC_ASSERT(sizeof(struct sp_object_words) == 24, "sp_object_words");

/* Events: what the library printed and which errors it raised, in order. */
enum sp_event_type {
	SP_EVENT_CERR = 1,   /* text written to std::cerr */
	SP_EVENT_COUT = 2,   /* std::cout */
	SP_EVENT_STDERR = 3, /* stdio's stderr, or descriptor 2 */
	SP_EVENT_STDOUT = 4, /* stdio's stdout, or descriptor 1 */
	SP_EVENT_ERROR = 5,  /* an error raised inside the library: struct sp_event_error and its strings */
	SP_EVENT_WHAT = 6,   /* what() of an exception that is not the library's own */
	SP_EVENT_MAX = 7,
};
struct sp_event {
	uint16_t type;
	uint16_t cut; /* 1: text was lost here, the space was used up */
	uint32_t len; /* bytes that follow */
};
SP_STATIC_ASSERT(sizeof(struct sp_event) == 8, "sp_event");

struct sp_event_error {
	int32_t code;
	int32_t line;
	uint32_t err_len, func_len, file_len; /* bytes; the strings follow in this order, without NUL */
};
SP_STATIC_ASSERT(sizeof(struct sp_event_error) == 20, "sp_event_error");

/*
 * Read the next event of @buf (private memory, @len bytes) at *pos.
 * Returns 1 and the event's header and data (which points into @buf), 0 at the end, -EBADMSG when the bytes are not a
 * sequence of events. *pos moves only when 1 is returned.
 */
int sp_event_next(const void *buf, size_t len, size_t *pos, struct sp_event *ret_ev, const uint8_t **ret_data);

/* Take an SP_EVENT_ERROR apart. The strings point into @data. 0 or -EBADMSG; outputs untouched on failure. */
int sp_event_parse_error(const uint8_t *data, size_t len, struct sp_event_error *ret_head,
			 const char *ret_str[3]);

/* Validate a received reply: magic, kind, lengths. 0 or -EBADMSG. */
int sp_reply_check(const struct sp_reply *reply);

/* Validate a received offer. 0, or -EPROTO (other version) or -EBADMSG. */
int sp_offer_check(const struct sp_offer *offer);

/*
 * Make @len bytes of @text fit for a terminal: control characters (but newline and tab), those of ISO 6429's second set (C1) in
 * UTF-8 and as bytes on their own, become \xNN; with @one_line newline and tab too. Writes at most @cap bytes to @out, never
 * splits an escape or a character, returns the bytes written.
 */
size_t sp_text_escape(const char *text, size_t len, int one_line, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
