/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_HARDEN_H
#define SP_HARDEN_H

/*
 * Confine the calling (single-threaded) process and all it will fork: as root an unprivileged uid, no capabilities, no_new_privs - these must
 * work - and namespaces and a Landlock domain without any right where the kernel and the surroundings allow them: the helper's filter
 * does not depend on them. Returns NULL, or in static memory the reason why it failed.
 */
const char *sp_harden(void);

#endif
