/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sandbox-run, as its files see each other.
 *
 * It proves that the front will be in a program before it runs the program. What it protects is a
 * user from running a program unprotected by mistake; program, environment and paths are the
 * user's own and are not hostile. A file that is replaced between check and exec is therefore out
 * of scope.
 *
 * Functions return 0 or -errno and then fill a struct sp_refusal; only main.c and report.c print,
 * and argp for the command line.
 */
#ifndef SP_RUN_H
#define SP_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

/* What sandbox-run itself exits with; any other code is the program's. As env(1) and timeout(1). */
enum sp_exit {
	SP_EXIT_OK = 0,	       /* --check, --help, --version */
	SP_EXIT_OWN = 125,     /* usage, or sandbox-run's own installation or resources */
	SP_EXIT_REFUSED = 126, /* the program is there and cannot be protected or executed */
	SP_EXIT_NOT_FOUND =
		127, /* the program, or what its #! line or ELF header names, is not there */
};

/* One row each in report.c: text, advice, exit code. */
enum sp_cause {
	SP_CAUSE_NONE,
	SP_CAUSE_USAGE,	   /* detail says it all; file is not used */
	SP_CAUSE_VALUE,	   /* file: the option or variable, detail: why */
	SP_CAUSE_PRELOAD,  /* the front's own file is not fit */
	SP_CAUSE_HELPER,   /* the helper is not there */
	SP_CAUSE_BLANK,	   /* LD_PRELOAD cannot express the front's path */
	SP_CAUSE_RESOURCE, /* memory, processes, descriptors */
	SP_CAUSE_NOT_FOUND,
	SP_CAUSE_NOT_EXECUTABLE,
	SP_CAUSE_DIRECTORY,
	SP_CAUSE_NOT_REGULAR,
	SP_CAUSE_UNREADABLE,
	SP_CAUSE_LOOP,		 /* too many #! lines one after the other */
	SP_CAUSE_NO_INTERPRETER, /* file: the script, detail: what it names */
	SP_CAUSE_NO_LOADER,	 /* file: the program, detail: what it names */
	SP_CAUSE_FORMAT,	 /* neither ELF nor #!; becomes a script for /bin/sh */
	SP_CAUSE_DAMAGED,
	SP_CAUSE_FOREIGN,
	SP_CAUSE_NOT_PROGRAM,
	SP_CAUSE_STATIC,
	SP_CAUSE_STATIC_PIE,
	SP_CAUSE_LOADER, /* not glibc's */
	SP_CAUSE_SECURE, /* setuid and the like */
	SP_CAUSE_PROBE,	 /* the loader says that the front will not be in */
	SP_CAUSE_TIMEOUT,
	SP_CAUSE_OUTPUT,
	SP_CAUSE_EXEC,
	SP_CAUSE_MAX
};

#define SP_DETAIL_MAX 512
struct sp_refusal {
	enum sp_cause cause;
	int error;		    /* errno that adds to the reason, or 0 */
	char file[PATH_MAX];	    /* what it is about, any bytes */
	char detail[SP_DETAIL_MAX]; /* "" or more about it, any bytes; cut when too long */
};

/* Fill *ret, NULL texts as ""; @error > 0 is also shown. Returns 0. */
int sp_refuse(struct sp_refusal *ret, enum sp_cause cause, int error, const char *file,
	      const char *detail);
/* The one line on stderr, and the exit code. */
enum sp_exit sp_report_refusal(const struct sp_refusal *refusal);

/* ---- options.c ---- */
struct sp_options {
	bool check, verbose;
	char **argv; /* the program and its arguments; part of main's argv */
};
/*
 * Read the command line; --help and --version do not return. Puts limits into the environment
 * (and -v), after checking them and those that the environment already holds. -EINVAL.
 */
int sp_options_parse(int argc, char **argv, struct sp_options *ret, struct sp_refusal *ret_refusal);

/* ---- limits.c ---- */
/* Check @value for @variable (a SANDBOX_PRELOAD_* name). 0, or -EINVAL with the refusal naming
 * @shown. */
int sp_limit_check(const char *variable, const char *value, const char *shown,
		   struct sp_refusal *ret_refusal);
/* Check all that the environment holds. */
int sp_limit_check_environment(struct sp_refusal *ret_refusal);

/* ---- elf.c ---- */
struct sp_elf {
	int elf_class, data, machine, type; /* as in the ELF header */
	bool pie;			    /* says of itself that it is a program (DF_1_PIE) */
	char loader[PATH_MAX];		    /* PT_INTERP, "" when there is none */
};
/* Read the headers of open file @fd. 0, or -ENOEXEC when it is damaged. */
int sp_elf_read(int fd, struct sp_elf *ret);
/* Is the open file glibc's dynamic loader? It alone defines symbols of version GLIBC_PRIVATE. */
bool sp_elf_is_glibc_loader(int fd);

/* ---- preload.c: the front's own file ---- */
struct sp_preload {
	char path[PATH_MAX]; /* absolute, without blank and colon */
	struct sp_elf elf;
};
/* Find it (never through the environment) and see that it is a library. */
int sp_preload_find(struct sp_preload *ret, struct sp_refusal *ret_refusal);
/* Put it into LD_PRELOAD, in front of what is there, unless it is there already. */
int sp_preload_export(const struct sp_preload *preload, struct sp_refusal *ret_refusal);

/* ---- target.c: what would be run ---- */
struct sp_target {
	char path[PATH_MAX];   /* what is exec'ed: the program as found, or /bin/sh */
	char script[PATH_MAX]; /* argument for that /bin/sh, else "" */
	char elf[PATH_MAX];    /* what the kernel loads in the end, behind all #! lines */
	char loader[PATH_MAX]; /* of elf */
	unsigned scripts;      /* #! lines on the way */
};
/*
 * Follow @path as execve(2) would and check that what it comes to can have the front in it. The
 * errno is what execve would fail with, so that a search can go on, or -EPERM when it would not
 * fail but the program cannot be protected.
 */
int sp_target_examine(const char *path, const struct sp_elf *front, struct sp_target *ret,
		      struct sp_refusal *ret_refusal);
/* Find @name as execvp(3) would, and examine it. */
int sp_target_find(const char *name, const struct sp_elf *front, struct sp_target *ret,
		   struct sp_refusal *ret_refusal);
/* Become the program. Only returns when that fails. */
int sp_target_exec(const struct sp_target *target, char **argv, struct sp_refusal *ret_refusal);

/* ---- script.c ---- */
#define SP_SCRIPT_HEAD 256 /* what the kernel looks at, BINPRM_BUF_SIZE */
/*
 * @head: the first bytes of a file that starts with "#!", then zeros, at least one. Cuts out the
 * interpreter's name, into *ret (part of @head). 0, or -ENOEXEC where the kernel says so.
 */
int sp_script_interpreter(char head[SP_SCRIPT_HEAD + 1], const char **ret);

/* ---- secure.c ---- */
/*
 * Would the kernel start the open program with AT_SECURE, so that its loader leaves the front out?
 * Says why in @ret_why.
 */
bool sp_secure_exec(int fd, const struct stat *st, char ret_why[SP_DETAIL_MAX]);

/* ---- probe.c, listing.c: the handshake ---- */
struct sp_object {
	const char *name; /* as needed by someone; base name when it was given by path */
	const char *path; /* NULL: not found */
};
/* What the loader said. Objects point into text. */
struct sp_listing {
	char *text;
	struct sp_object *objects;
	size_t count;
};
/*
 * Have the target's loader list what it would map, with the environment as it is, and see that the
 * front is among it. The program does not run. Call only for an examined target: another loader
 * than glibc's would run it.
 */
int sp_probe(const struct sp_target *target, const struct sp_preload *preload,
	     struct sp_listing *ret, struct sp_refusal *ret_refusal);
/* Parse @text (malloc'ed, taken over also on failure). 0, or -ENOMEM with *ret empty. */
int sp_listing_parse(char *text, struct sp_listing *ret);
bool sp_listing_has(const struct sp_listing *listing, const char *path);
/* Find the line of @text that tells why @path is not there, else any that is not an object; NULL:
 * none. */
const char *sp_listing_complaint(const char *text, const char *path, size_t *ret_len);
void sp_listing_free(struct sp_listing *listing);

/* ---- report.c ---- */
/* What was verified, each line after @prefix. */
void sp_report_verified(FILE *out, const char *prefix, const struct sp_target *target,
			const struct sp_preload *preload, const struct sp_listing *listing);
/* A line on stderr for each linked library that the front knows in another version only. */
void sp_report_versions(const struct sp_listing *listing);

#endif
