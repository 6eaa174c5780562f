/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A helper that lies. It stands in sandbox-helper's place in a copied stage, offers itself as a zygote does, and answers each request as
 * the request's file name (or, for a buffer, its bytes) says: "verb" or "verb-number-number". What it does before a request comes is said by
 * $OPENCV_ATTACK, one of the variables that reach a zygote. One process serves all, one request after the other.
 */
#include "tests/attack/hostile-helper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

struct hostile hostile;

static uint64_t limit_of(int argc, char **argv, const char *name)
{
	size_t n = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, n) == 0)
			return strtoull(argv[i] + n, NULL, 10);
	exit(3);
}

bool offered(const char *what)
{
	const char *v = getenv("OPENCV_ATTACK");

	return v && strcmp(v, what) == 0;
}

static int make_memory(void)
{
	uint64_t size = hostile.memory_size;
	int fd = memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING), p[2];

	if (offered("memory-short"))
		size = SP_MEM_INPUT;
	if (offered("memory-empty"))
		size = 0;
	if (offered("memory-long"))
		size += 4096;
	if (ftruncate(fd, (off_t)size) < 0)
		exit(4);
	if (!offered("memory-unsealed"))
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	if (offered("memory-fifo") && pipe(p) == 0)
		return p[0];
	if (offered("memory-socket") && socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0)
		return p[0];
	if (offered("memory-file"))
		return open("/proc/self/exe", O_RDONLY);
	if (offered("memory-directory"))
		return open("/", O_RDONLY);
	if (offered("memory-null"))
		return open("/dev/null", O_RDWR);
	return fd;
}

/* A pipe that holds the plug, as the real one. */
static void make_channel(struct parts *p)
{
	static const char plug[SP_PLUG];
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[1], F_SETPIPE_SZ, SP_PLUG) < 0)
		exit(5);
	if (write(fds[1], plug, offered("plug-short") ? 100 : offered("plug-none") ? 0 : SP_PLUG) < 0)
		exit(5);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	p->their_channel = fds[0];
	p->channel = fds[1];
}

static void make_parts(struct parts *p)
{
	int sv[2];

	make_channel(p);
	if (pipe2(sv, O_CLOEXEC) < 0)
		exit(5);
	p->obituary = sv[1];
	p->their_obituary = sv[0];
	p->memory = make_memory();
	p->map = mmap(NULL, hostile.memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, p->memory, 0);
	if (offered("channel-file") || offered("channel-null")) {
		close(p->their_channel);
		p->their_channel = open(offered("channel-null") ? "/dev/null" : "/proc/self/exe", O_RDONLY);
	}
	if (offered("channel-closed")) {
		close(p->channel);
		p->channel = -1;
	}
}

static void lie(struct sp_offer *o)
{
	if (offered("magic"))
		o->magic ^= 1;
	if (offered("version"))
		o->version++;
	if (offered("kind-0"))
		o->kind = 0;
	if (offered("kind-max"))
		o->kind = 0xffff;
	if (offered("size-0"))
		o->memory_size = 0;
	if (offered("size-less"))
		o->memory_size--;
	if (offered("size-more"))
		o->memory_size++;
	if (offered("size-max"))
		o->memory_size = UINT64_MAX;
	if (offered("reason-endless")) {
		o->kind = SP_OFFER_FAILED;
		memset(o->reason, 'A', sizeof(o->reason));
	}
	if (offered("reason-escapes") || offered("failed-with-fds")) {
		o->kind = SP_OFFER_FAILED;
		snprintf(o->reason, sizeof(o->reason), "bad\n\033[2Jluck\r%%s%%n");
	}
}

/* How many descriptors go with the offer. */
static size_t count_of(const struct sp_offer *o)
{
	static const char *const names[] = { "fds-0", "fds-1", "fds-2", "fds-3", "fds-4", "fds-9" };

	for (size_t i = 0; i < SP_ARRAY_SIZE(names); i++)
		if (offered(names[i]))
			return (size_t)(names[i][4] - '0');
	return o->kind == SP_OFFER_FAILED && !offered("failed-with-fds") ? 0 : 3;
}

static size_t length_of(void)
{
	if (offered("length-0"))
		return 0;
	if (offered("length-short"))
		return sizeof(struct sp_offer) - 1;
	return offered("length-long") ? sizeof(struct sp_offer) + 1 : sizeof(struct sp_offer);
}

static bool send_offer(const struct parts *p)
{
	struct {
		struct sp_offer o;
		char more[8];
	} m = { .o = { .magic = SP_OFFER_MAGIC, .version = SP_WIRE_VERSION, .kind = SP_OFFER_SPARE,
		       .family = SP_FAMILY_IMGCODECS, .memory_size = hostile.memory_size } };
	char control[CMSG_SPACE(9 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec iov = { &m, length_of() };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t n;

	lie(&m.o);
	n = count_of(&m.o);
	if (n) {
		struct cmsghdr *c = (struct cmsghdr *)control;
		int fds[9] = { p->their_channel, p->memory, p->their_obituary, p->memory, p->memory, p->memory, p->memory,
			       p->memory, p->memory };

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(n * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	return sendmsg(3, &msg, MSG_NOSIGNAL) >= 0;
}

/* The verb and its numbers, from the name's last component or from the buffer. */
static void read_command(struct parts *p)
{
	char text[512];
	const char *name = (const char *)p->map + SP_MEM_REQUEST + sizeof(p->req) + sizeof(struct sp_cv_request);
	size_t len = p->req.payload_len - sizeof(struct sp_cv_request);
	const char *slash, *c;

	if (p->req.entry == SP_CV_IMDECODE || p->req.entry == SP_CV_IMDECODE_DST) {
		name = (const char *)p->map + SP_MEM_INPUT;
		len = p->req.input_len;
	}
	len = len < sizeof(text) - 1 ? len : sizeof(text) - 1;
	memcpy(text, name, len);
	text[len] = 0;
	slash = strrchr(text, '/');
	c = slash ? slash + 1 : text;
	p->n = 0;
	snprintf(p->verb, sizeof(p->verb), "%.*s", (int)strcspn(c, "_"), c);
	for (c = strchr(c, '_'); c && p->n < SP_ARRAY_SIZE(p->arg); c = strchr(c + 1, '_'))
		p->arg[p->n++] = strtoll(c + 1, NULL, 0);
}

/* The byte goes through when the app has read the plug; the request is in the memory then. */
static bool receive(struct parts *p)
{
	const char ready = SP_READY;

	if (write(p->channel, &ready, 1) != 1 || p->map == MAP_FAILED)
		return false;
	memcpy(&p->req, p->map + SP_MEM_REQUEST, sizeof(p->req));
	if (p->req.magic != SP_REQUEST_MAGIC)
		return false;
	read_command(p);
	return true;
}

static void close_parts(struct parts *p)
{
	sp_close_fd(&p->channel);
	sp_close_fd(&p->memory);
	sp_close_fd(&p->obituary);
	if (p->map != MAP_FAILED)
		munmap(p->map, hostile.memory_size);
}

int main(int argc, char **argv)
{
	hostile.output = sp_mem_output(limit_of(argc, argv, "--input-limit="));
	hostile.memory_size = hostile.output + limit_of(argc, argv, "--output-limit=");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	if (offered("exit"))
		return 0;
	for (;;) {
		struct parts p = { .channel = -1 };

		make_parts(&p);
		if (!send_offer(&p))
			return 0;
		sp_close_fd(&p.their_channel);
		sp_close_fd(&p.their_obituary);
		if (offered("offer-and-exit"))
			return 0;
		if (receive(&p))
			answer(&p);
		close_parts(&p);
	}
}
