/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The #! line as the kernel reads it: execve(2), "Interpreter scripts". */
#include "tools/run.h"

#include <errno.h>
#include <string.h>

#define BLANKS " \t"

/*
 * Arguments may be cut at the end of what the kernel looks at. A name may not: the rest could be
 * another file's.
 */
int sp_script_interpreter(char head[SP_SCRIPT_HEAD + 1], const char **ret)
{
	char *name = head + 2 + strspn(head + 2, BLANKS);
	char *end = name + strcspn(name, BLANKS "\n");

	if (end == name || end == head + SP_SCRIPT_HEAD)
		return -ENOEXEC;
	*end = 0;
	*ret = name;
	return 0;
}
