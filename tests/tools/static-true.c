/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked with -static: what nothing can be preloaded into. */
int main(void)
{
	return 0;
}
