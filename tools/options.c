/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/run.h"
#include "lib/wire/util.h"

#include <argp.h>
#include <string.h>

enum { KEY_CHECK = 0x100, KEY_TIME, KEY_MEMORY, KEY_OUTPUT, KEY_INPUT, KEY_POOL, KEY_CAMERA, KEY_NETWORK, KEY_PIPELINE, KEY_USAGE };

static const struct argp_option options[] = {
	{"check", KEY_CHECK, NULL, 0,
	 "Verify and report only, do not run the program: exit 0 if it would run protected", 0},
	{"verbose", 'v', NULL, 0,
	 "Print what was verified, and have the library say more about failures", 0},
	{NULL, 0, NULL, 0, "Limits of one decoding (SIZE: bytes, or with suffix K, M, G):", 1},
	{"time-limit", KEY_TIME, "SECONDS", 0, "Time, 1 to 1000000 (default 120)", 1},
	{"memory-limit", KEY_MEMORY, "SIZE", 0, "Heap of a helper, 16M to 1024G (default 8G)", 1},
	{"output-limit", KEY_OUTPUT, "SIZE", 0, "Decoded result, 1M to 1024G (default 16G)", 1},
	{"input-limit", KEY_INPUT, "SIZE", 0,
	 "Input that must be copied, as pipes and buffers, 64K to 1024G (default 2G)", 1},
	{"pool", KEY_POOL, "N", 0, "Waiting spare helpers, 1 to 64 (default 4)", 1},
	{NULL, 0, NULL, 0, "What cannot be confined (WHO: native, the program may do it itself, or deny):", 2},
	{"camera", KEY_CAMERA, "WHO", 0, "Cameras (default native)", 2},
	{"network", KEY_NETWORK, "WHO", 0, "Videos by address, as http://... (default deny)", 2},
	{"pipeline", KEY_PIPELINE, "WHO", 0, "GStreamer (default deny)", 2},
	{NULL, 0, NULL, 0, "Help:", 3},
	{"help", 'h', NULL, 0, "Print this help", 3},
	{"usage", KEY_USAGE, NULL, 0, "Print a short usage message", 3},
	{"version", 'V', NULL, 0, "Print the version", 3},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct {
	int key;
	const char *variable, *option;
} settings[] = {
	{KEY_TIME, "SANDBOX_PRELOAD_TIME_LIMIT", "--time-limit"},
	{KEY_MEMORY, "SANDBOX_PRELOAD_MEMORY_LIMIT", "--memory-limit"},
	{KEY_OUTPUT, "SANDBOX_PRELOAD_OUTPUT_LIMIT", "--output-limit"},
	{KEY_INPUT, "SANDBOX_PRELOAD_INPUT_LIMIT", "--input-limit"},
	{KEY_POOL, "SANDBOX_PRELOAD_POOL", "--pool"},
	{KEY_CAMERA, "SANDBOX_PRELOAD_CAMERA", "--camera"},
	{KEY_NETWORK, "SANDBOX_PRELOAD_NETWORK", "--network"},
	{KEY_PIPELINE, "SANDBOX_PRELOAD_PIPELINE", "--pipeline"},
};

struct parsing {
	struct sp_options *options;
	struct sp_refusal *refusal;
};

static int put(const char *variable, const char *value, struct sp_refusal *refusal)
{
	if (setenv(variable, value, 1) == 0)
		return 0;
	sp_refuse(refusal, SP_CAUSE_RESOURCE, errno, variable, NULL);
	return errno;
}

static int take_setting(int key, const char *value, struct sp_refusal *refusal)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(settings); i++) {
		if (settings[i].key != key)
			continue;
		if (sp_limit_check(settings[i].variable, value, settings[i].option, refusal))
			return EINVAL;
		return put(settings[i].variable, value, refusal);
	}
	return ARGP_ERR_UNKNOWN;
}

/* argp's parser: positive errno. */
static error_t take(int key, char *arg, struct argp_state *state)
{
	struct parsing *p = state->input;

	switch (key) {
	case KEY_CHECK:
		p->options->check = true;
		return 0;
	case 'v':
		p->options->verbose = true;
		return put("SANDBOX_PRELOAD_VERBOSE", "1", p->refusal);
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case KEY_USAGE:
		argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return 0;
	case 'V':
		puts("sandbox-run (libsandbox-preload) " PACKAGE_VERSION);
		exit(fflush(stdout) ? SP_EXIT_OWN : SP_EXIT_OK);
	case ARGP_KEY_ARGS:
		p->options->argv = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		sp_refuse(p->refusal, SP_CAUSE_USAGE, 0, NULL, "no program is given");
		return EINVAL;
	}
	return take_setting(key, arg, p->refusal);
}

int sp_options_parse(int argc, char **argv, struct sp_options *ret, struct sp_refusal *ret_refusal)
{
	static const struct argp argp = {
		.options = options,
		.parser = take,
		.args_doc = "[--] PROGRAM [ARGUMENT...]",
		.doc = "Run PROGRAM with libsandbox-preload in it, or refuse if it would not be.\v"
		       "Exit status: the program's; 125 when sandbox-run itself fails, 126 when "
		       "the "
		       "program cannot be protected or executed, 127 when it is not found.",
	};
	struct parsing p = {ret, ret_refusal};
	error_t r;

	argp_err_exit_status = SP_EXIT_OWN;
	r = argp_parse(&argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP, NULL, &p);
	if (!r)
		return sp_limit_check_environment(ret_refusal);
	if (ret_refusal->cause == SP_CAUSE_NONE)
		sp_refuse(ret_refusal, SP_CAUSE_RESOURCE, r, "command line", NULL);
	return -r;
}
