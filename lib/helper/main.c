/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sandbox-helper: started by libsandbox-preload.so, never by hand. */
#include "lib/helper/internal.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct sp_options sp_options = { .locale = "C", .cxx_locale = "C" };
struct sp_zygote sp_zygote;

static const struct option options[] = {
	{ "family", 1, NULL, 'f' },	  { "plugin", 1, NULL, 'p' },	    { "time-limit", 1, NULL, 't' },
	{ "memory-limit", 1, NULL, 'm' }, { "output-limit", 1, NULL, 'o' }, { "input-limit", 1, NULL, 'i' },
	{ "pool", 1, NULL, 'n' },	  { "verbose", 1, NULL, 'v' },	    { "locale", 1, NULL, 'l' },
	{ "cxx-locale", 1, NULL, 'c' },	  { "stand-in", 1, NULL, 's' },	    { "family-number", 1, NULL, 'F' }, { "program", 1, NULL, 'P' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int c)
{
	struct sp_options *o = &sp_options;

	switch (c) {
	case 'f':
		o->family = optarg;
		return 0;
	case 'P':
		program_invocation_short_name = optarg; /* libraries print it, and would print the program's */
		return 0;
	case 'F':
		o->family_number = (uint32_t)strtoul(optarg, NULL, 10);
		o->objects = sp_family_has_objects(o->family_number);
		return 0;
	case 'p':
		o->plugin = optarg;
		return 0;
	case 's':
		o->stand_in = optarg;
		return 0;
	case 'l':
		o->locale = optarg;
		return 0;
	case 'c':
		o->cxx_locale = optarg;
		return 0;
	case 't':
		o->time_limit = strtoull(optarg, NULL, 10);
		return 0;
	case 'm':
		o->memory_limit = strtoull(optarg, NULL, 10);
		return 0;
	case 'o':
		o->output_limit = strtoull(optarg, NULL, 10);
		return 0;
	case 'i':
		o->input_limit = strtoull(optarg, NULL, 10);
		return 0;
	case 'n':
		o->pool = strtoull(optarg, NULL, 10);
		return 0;
	case 'v':
		o->verbose = *optarg == '1';
		return 0;
	}
	return -1;
}

static bool is_complete(void)
{
	const struct sp_options *o = &sp_options;

	return o->family && o->family_number && o->plugin && o->time_limit && o->memory_limit && o->output_limit && o->input_limit && o->pool;
}

static bool have_pool_socket(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(SP_FD_POOL, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* Tell the app why there will be no helper. */
static void send_failure(const char *why)
{
	struct sp_offer offer = { .magic = SP_OFFER_MAGIC, .version = SP_WIRE_VERSION, .kind = SP_OFFER_FAILED };
	struct iovec iov = { &offer, sizeof(offer) };

	strncpy(offer.reason, why, sizeof(offer.reason) - 1);
	sp_fd_send(SP_FD_POOL, &iov, 1, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *why;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (take_option(c))
			break;
	if (c != -1 || optind != argc || !is_complete() || !have_pool_socket()) {
		fputs("sandbox-helper: this program is started by libsandbox-preload.so; use sandbox-run(1) instead\n", stderr);
		return 2;
	}
	why = sp_start();
	if (why) {
		send_failure(why);
		return 1;
	}
	return sp_zygote_loop();
}
