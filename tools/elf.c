/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/run.h"
#include "lib/wire/fdio.h"
#include "lib/wire/util.h"

#include <gelf.h>
#include <string.h>

static void end_elf(Elf **e)
{
	if (*e)
		elf_end(*e);
}

/* Not by mmap: a file that is cut meanwhile would raise SIGBUS. */
static Elf *begin_elf(int fd)
{
	Elf *e;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	e = elf_begin(fd, ELF_C_READ, NULL);
	if (e && elf_kind(e) != ELF_K_ELF)
		end_elf(&e), e = NULL;
	return e;
}

/* The kernel's rules for PT_INTERP: it ends with its NUL and is no longer than a path. */
static int read_loader(int fd, const GElf_Phdr *p, struct sp_elf *ret)
{
	if (p->p_filesz < 2 || p->p_filesz > sizeof(ret->loader))
		return -ENOEXEC;
	if (sp_fd_pread(fd, ret->loader, p->p_filesz, p->p_offset))
		return -ENOEXEC;
	return ret->loader[p->p_filesz - 1] || !ret->loader[0] ? -ENOEXEC : 0;
}

/* Only for the words of a refusal: a program without a loader may be a static one or a library. */
static bool is_pie(Elf *e, const GElf_Phdr *p)
{
	Elf_Data *d = elf_getdata_rawchunk(e, (int64_t)p->p_offset, p->p_filesz, ELF_T_DYN);
	GElf_Dyn dyn;

	for (int i = 0; d && gelf_getdyn(d, i, &dyn) && dyn.d_tag != DT_NULL; i++)
		if (dyn.d_tag == DT_FLAGS_1 && (dyn.d_un.d_val & DF_1_PIE))
			return true;
	return false;
}

static int read_segments(Elf *e, int fd, struct sp_elf *ret)
{
	bool seen = false;
	GElf_Phdr p;
	size_t n;
	int r;

	if (elf_getphdrnum(e, &n) < 0)
		return -ENOEXEC;
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(e, (int)i, &p))
			return -ENOEXEC;
		if (p.p_type == PT_DYNAMIC)
			ret->pie = is_pie(e, &p);
		if (p.p_type != PT_INTERP || seen)
			continue;
		r = read_loader(fd, &p, ret);
		if (r)
			return r;
		seen = true; /* the kernel takes the first one, too */
	}
	return 0;
}

int sp_elf_read(int fd, struct sp_elf *ret)
{
	_cleanup_(end_elf) Elf *e = begin_elf(fd);
	struct sp_elf elf = {0};
	GElf_Ehdr h;
	int r;

	if (!e || !gelf_getehdr(e, &h))
		return -ENOEXEC;
	elf.elf_class = h.e_ident[EI_CLASS];
	elf.data = h.e_ident[EI_DATA];
	elf.machine = h.e_machine;
	elf.type = h.e_type;
	r = read_segments(e, fd, &elf);
	if (!r)
		*ret = elf;
	return r;
}

static bool defines_private(Elf *e, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	GElf_Verdaux aux;
	GElf_Verdef def;
	int at = 0;

	for (unsigned i = 0; d && i < sh->sh_info && gelf_getverdef(d, at, &def); i++) {
		const char *name = NULL;

		if (gelf_getverdaux(d, at + (int)def.vd_aux, &aux))
			name = elf_strptr(e, sh->sh_link, aux.vda_name);
		if (name && strcmp(name, "GLIBC_PRIVATE") == 0)
			return true;
		at += (int)def.vd_next;
	}
	return false;
}

bool sp_elf_is_glibc_loader(int fd)
{
	_cleanup_(end_elf) Elf *e = begin_elf(fd);
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while (e && (scn = elf_nextscn(e, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_GNU_verdef &&
		    defines_private(e, scn, &sh))
			return true;
	return false;
}
