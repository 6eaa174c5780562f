/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sandbox-run: run a program with the front in it, or say why that cannot be. */
#include "tools/run.h"

#include <errno.h>
#include <string.h>

struct session {
	struct sp_options options;
	struct sp_preload preload;
	struct sp_target target;
	struct sp_listing listing;
	struct sp_refusal refusal;
};

/* All that can be known before the program runs. */
static int verify(struct session *s)
{
	int r = sp_preload_find(&s->preload, &s->refusal);

	if (!r)
		r = sp_target_find(s->options.argv[0], &s->preload.elf, &s->target, &s->refusal);
	if (!r)
		r = sp_preload_export(&s->preload, &s->refusal);
	if (!r)
		r = sp_probe(&s->target, &s->preload, &s->listing, &s->refusal);
	return r;
}

static enum sp_exit check(const struct session *s)
{
	sp_report_verified(stdout, "", &s->target, &s->preload, &s->listing);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return SP_EXIT_OK;
	fprintf(stderr, "sandbox-run: the report cannot be written: %s\n", strerror(errno));
	return SP_EXIT_OWN;
}

int main(int argc, char **argv)
{
	static struct session s;
	enum sp_exit code;

	if (sp_options_parse(argc, argv, &s.options, &s.refusal) || verify(&s))
		return sp_report_refusal(&s.refusal);
	sp_report_versions(&s.listing);
	if (s.options.check) {
		code = check(&s);
		sp_listing_free(&s.listing);
		return code;
	}
	if (s.options.verbose)
		sp_report_verified(stderr, "sandbox-run: ", &s.target, &s.preload, &s.listing);
	sp_listing_free(&s.listing);
	sp_target_exec(&s.target, s.options.argv, &s.refusal);
	return sp_report_refusal(&s.refusal);
}
