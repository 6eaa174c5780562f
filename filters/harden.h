/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SP_HARDEN_H
#define SP_HARDEN_H

/*
 * Confine the calling (single-threaded) process and all it will fork: as root an unprivileged uid, no capabilities, no_new_privs - these must
 * work - and namespaces and a Landlock domain where the kernel and the surroundings allow them: the helper's filter
 * does not depend on them. @prepare is called while the rights to mount are there, if they are ever to be, and says for which directory (-1: none)
 * those to make files in it are kept, by the process that has its descriptor; @owner is the uid from then on, 0 when it does not change.
 * Returns NULL, or in static memory the reason why it failed.
 */
const char *sp_harden(int (*prepare)(unsigned owner));

#endif
