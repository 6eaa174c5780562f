/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that sandbox-run prints. */
#include "tools/run.h"
#include "lib/wire/util.h"
#include "lib/wire/wire.h"

#include <string.h>

/* What, why and what to do, one place. */
static const struct row {
	const char *text, *advice;
	enum sp_exit code;
} rows[SP_CAUSE_MAX] = {
	[SP_CAUSE_NONE] = {"internal error", "please report it", SP_EXIT_OWN},
	[SP_CAUSE_USAGE] = {"", "see sandbox-run --help", SP_EXIT_OWN},
	[SP_CAUSE_VALUE] = {"", "see sandbox-run --help", SP_EXIT_OWN},
	[SP_CAUSE_PRELOAD] = {"the library to preload is not fit",
			      "install libsandbox-preload again", SP_EXIT_OWN},
	[SP_CAUSE_HELPER] = {"the helper that decodes cannot be executed",
			     "install libsandbox-preload again", SP_EXIT_OWN},
	[SP_CAUSE_BLANK] = {"LD_PRELOAD cannot express a path with a blank or a colon",
			    "move libsandbox-preload to another directory", SP_EXIT_OWN},
	[SP_CAUSE_RESOURCE] = {"cannot be set up or checked",
			       "try again with higher resource limits", SP_EXIT_OWN},
	[SP_CAUSE_NOT_FOUND] = {"not found", "check the name and PATH", SP_EXIT_NOT_FOUND},
	[SP_CAUSE_NOT_EXECUTABLE] = {"not executable for this user",
				     "check its permissions (chmod +x) and the mount",
				     SP_EXIT_REFUSED},
	[SP_CAUSE_DIRECTORY] = {"a directory, not a program", "name the program in it",
				SP_EXIT_REFUSED},
	[SP_CAUSE_NOT_REGULAR] = {"not a regular file", "name a program", SP_EXIT_REFUSED},
	[SP_CAUSE_UNREADABLE] = {"cannot be read, so it cannot be checked",
				 "make it readable (chmod +r)", SP_EXIT_REFUSED},
	[SP_CAUSE_LOOP] = {"too many #! interpreters that are scripts themselves",
			   "name a program in the #! line", SP_EXIT_REFUSED},
	[SP_CAUSE_NO_INTERPRETER] = {"the interpreter on its #! line is not found",
				     "install the interpreter or correct the line",
				     SP_EXIT_NOT_FOUND},
	[SP_CAUSE_NO_LOADER] = {"its dynamic loader is not found",
				"install the C library that it was built for", SP_EXIT_NOT_FOUND},
	[SP_CAUSE_FORMAT] = {"neither an ELF program nor a script", "name a program",
			     SP_EXIT_REFUSED},
	[SP_CAUSE_DAMAGED] = {"a damaged ELF file", "install it again", SP_EXIT_REFUSED},
	[SP_CAUSE_FOREIGN] = {"built for another architecture or word size than libsandbox-preload",
			      "use a native build of it", SP_EXIT_REFUSED},
	[SP_CAUSE_NOT_PROGRAM] = {"an ELF file, but not a program (no loader is named in it)",
				  "name the program that uses it", SP_EXIT_REFUSED},
	[SP_CAUSE_STATIC] = {"linked statically, nothing can be preloaded into it",
			     "use a dynamically linked build of it", SP_EXIT_REFUSED},
	[SP_CAUSE_STATIC_PIE] = {"linked statically (static-pie), nothing can be preloaded into it",
				 "use a dynamically linked build of it", SP_EXIT_REFUSED},
	[SP_CAUSE_LOADER] = {"its dynamic loader is not glibc's", "use a build of it for glibc",
			     SP_EXIT_REFUSED},
	[SP_CAUSE_SECURE] =
		{"it would start in secure mode, where nothing can be preloaded into it",
		 "run it as the user it changes to, or a copy without these rights",
		 SP_EXIT_REFUSED},
	[SP_CAUSE_PROBE] = {"the library would not be in it",
			    "not run, because it would not be protected", SP_EXIT_REFUSED},
	[SP_CAUSE_TIMEOUT] = {"its dynamic loader did not answer within 10 seconds",
			      "check where its libraries come from (RUNPATH, LD_LIBRARY_PATH)",
			      SP_EXIT_REFUSED},
	[SP_CAUSE_OUTPUT] = {"its dynamic loader says more than is sensible",
			     "check LD_PRELOAD and other LD_ variables", SP_EXIT_REFUSED},
	[SP_CAUSE_EXEC] = {"cannot be executed", "check the file and the arguments",
			   SP_EXIT_REFUSED},
};

static void copy(char *dst, size_t cap, const char *src)
{
	snprintf(dst, cap, "%s", src ? src : "");
}

int sp_refuse(struct sp_refusal *ret, enum sp_cause cause, int error, const char *file,
	      const char *detail)
{
	ret->cause = cause;
	ret->error = error;
	copy(ret->file, sizeof(ret->file), file);
	copy(ret->detail, sizeof(ret->detail), detail);
	return 0;
}

/* Names and the loader's words go to a terminal. */
static const char *escape(const char *text, char *out, size_t cap)
{
	out[sp_text_escape(text, strlen(text), 1, out, cap - 1)] = 0;
	return out;
}

enum sp_exit sp_report_refusal(const struct sp_refusal *refusal)
{
	const struct row *row = &rows[refusal->cause];
	char file[4 * PATH_MAX + 1], detail[4 * SP_DETAIL_MAX + 1];
	bool named = refusal->cause != SP_CAUSE_USAGE;

	escape(refusal->file, file, sizeof(file));
	escape(refusal->detail, detail, sizeof(detail));
	fprintf(stderr, "sandbox-run: %s%s%s%s%s%s%s%s%s; %s\n", named ? "'" : "", file,
		named ? "': " : "", row->text, *row->text && *detail ? ": " : "", detail,
		refusal->error ? " (" : "", refusal->error ? strerror(refusal->error) : "",
		refusal->error ? ")" : "", row->advice);
	if (refusal->cause == SP_CAUSE_EXEC && refusal->error == ENOENT)
		return SP_EXIT_NOT_FOUND;
	return row->code;
}

static const struct entry {
	const char *library, *text;
} entries[] = {
#define SP_ENTRY(id, family, library, shim, function, symbol, text) {library, text},
#include "lib/front/entries.inc"
#undef SP_ENTRY
};

/* Libraries that read untrusted files, whether the front knows them already or not. */
static const char *const readers[] = {"libopencv_imgcodecs.so", "libopencv_videoio.so",
				      "libopenvdb.so"};

/* Is @name of @stem, in any version? */
static bool is_version_of(const char *name, const char *stem)
{
	size_t n = strlen(stem);

	return strncmp(name, stem, n) == 0 && (name[n] == '.' || name[n] == 0);
}

/* The version that the front knows of the library @stem, or NULL. */
static const char *known_version(const char *stem)
{
	for (size_t i = 0; i < SP_ARRAY_SIZE(entries); i++)
		if (is_version_of(entries[i].library, stem))
			return entries[i].library;
	return NULL;
}

static void print_covered(FILE *out, const char *library)
{
	const char *before = "";

	fputs("calls run in a sandbox:", out);
	for (size_t i = 0; i < SP_ARRAY_SIZE(entries); i++) {
		if (strcmp(entries[i].library, library) != 0 || !strcmp(entries[i].text, before))
			continue;
		fprintf(out, "%s %s", *before ? "," : "", entries[i].text);
		before = entries[i].text;
	}
}

static void print_reader(FILE *out, const char *prefix, const char *name, const char *stem)
{
	const char *known = known_version(stem);

	fprintf(out, "%s%s: ", prefix, name);
	if (!known)
		fputs("not covered yet, its calls run in the program", out);
	else if (strcmp(known, name) != 0)
		fprintf(out, "not covered in this version (covered is %s)", known);
	else
		print_covered(out, known);
	fputc('\n', out);
}

static void print_libraries(FILE *out, const char *prefix, const struct sp_listing *listing)
{
	unsigned found = 0;

	for (size_t i = 0; i < listing->count; i++) {
		const struct sp_object *o = &listing->objects[i];

		for (size_t k = 0; k < SP_ARRAY_SIZE(readers); k++) {
			if (!is_version_of(o->name, readers[k]))
				continue;
			print_reader(out, prefix, o->name, readers[k]);
			found++;
		}
		if (!o->path)
			fprintf(out, "%s%s: needed, but not found by the loader\n", prefix,
				o->name);
	}
	if (!found)
		fprintf(out,
			"%slinks no OpenCV or OpenVDB reader; one that it loads later counts "
			"then\n",
			prefix);
}

void sp_report_verified(FILE *out, const char *prefix, const struct sp_target *target,
			const struct sp_preload *preload, const struct sp_listing *listing)
{
	char text[4 * PATH_MAX + 1];

	if (target->script[0])
		fprintf(out, "%sscript: %s (without #! line, run by the shell)\n", prefix,
			escape(target->script, text, sizeof(text)));
	else if (target->scripts)
		fprintf(out, "%sscript: %s\n", prefix, escape(target->path, text, sizeof(text)));
	fprintf(out, "%sprogram: %s (dynamic, not in secure mode)\n", prefix,
		escape(target->elf, text, sizeof(text)));
	fprintf(out, "%sloader: %s (glibc)\n", prefix, escape(target->loader, text, sizeof(text)));
	fprintf(out, "%spreload: %s (the loader maps it)\n", prefix,
		escape(preload->path, text, sizeof(text)));
	print_libraries(out, prefix, listing);
}

void sp_report_versions(const struct sp_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		const char *name = listing->objects[i].name;

		for (size_t k = 0; k < SP_ARRAY_SIZE(readers); k++) {
			const char *known = known_version(readers[k]);

			if (is_version_of(name, readers[k]) && known && strcmp(known, name) != 0)
				fprintf(stderr,
					"sandbox-run: the program links %s, covered is %s; the "
					"first "
					"covered call ends it\n",
					name, known);
		}
	}
}
