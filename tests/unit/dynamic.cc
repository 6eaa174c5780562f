// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/dynamic.hh"

#include <cctype>
#include <cstdlib>
#include <cxxabi.h>
#include <fcntl.h>
#include <gelf.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace
{

class File
{
public:
	explicit File(const std::string &path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC))
	{
		if (elf_version(EV_CURRENT) != EV_NONE && fd_ >= 0)
			elf = elf_begin(fd_, ELF_C_READ, nullptr);
		if (!elf || elf_kind(elf) != ELF_K_ELF)
			throw std::runtime_error(path + " cannot be read as ELF");
	}
	~File()
	{
		elf_end(elf);
		close(fd_);
	}
	File(const File &) = delete;
	File &operator=(const File &) = delete;

	Elf *elf = nullptr;

private:
	int fd_;
};

struct Section {
	Elf_Scn *scn;
	GElf_Shdr header;
	Elf_Data *data;
	size_t count;
};

std::vector<Section> sections_of(Elf *elf)
{
	std::vector<Section> all;
	Elf_Scn *scn = nullptr;
	GElf_Shdr h;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &h) && h.sh_entsize)
			all.push_back({scn, h, elf_getdata(scn, nullptr),
				       size_t(h.sh_size / h.sh_entsize)});
	return all;
}

void read_symbols(Elf *elf, const Section &s, Library *ret, std::vector<std::string> *ret_names)
{
	GElf_Sym sym;

	for (size_t i = 0; i < s.count && gelf_getsym(s.data, int(i), &sym); i++) {
		const char *name = elf_strptr(elf, s.header.sh_link, sym.st_name);
		const int type = GELF_ST_TYPE(sym.st_info), bind = GELF_ST_BIND(sym.st_info);

		ret_names->push_back(name ? name : "");
		if (!name || !*name || bind == STB_LOCAL)
			continue;
		if (sym.st_shndx == SHN_UNDEF)
			ret->imports.insert(name);
		else
			ret->exports[name] = {type == STT_FUNC || type == STT_GNU_IFUNC,
					      bind == STB_GLOBAL,
					      GELF_ST_VISIBILITY(sym.st_other) == STV_DEFAULT};
	}
}

void read_dynamic(Elf *elf, const Section &s, Library *ret)
{
	GElf_Dyn dyn;

	for (size_t i = 0; i < s.count && gelf_getdyn(s.data, int(i), &dyn); i++) {
		if (dyn.d_tag == DT_NEEDED)
			ret->needed.push_back(elf_strptr(elf, s.header.sh_link, dyn.d_un.d_ptr));
		if (dyn.d_tag == DT_SYMBOLIC ||
		    (dyn.d_tag == DT_FLAGS && (dyn.d_un.d_val & DF_SYMBOLIC)))
			ret->symbolic = true;
	}
}

void read_calls(const Section &s, const std::vector<std::string> &names, Library *ret)
{
	GElf_Rela r;

	for (size_t i = 0; i < s.count && gelf_getrela(s.data, int(i), &r); i++)
		if (GELF_R_TYPE(r.r_info) == R_X86_64_JUMP_SLOT &&
		    GELF_R_SYM(r.r_info) < names.size())
			ret->calls.insert(names[GELF_R_SYM(r.r_info)]);
}

std::string without_template_arguments(const std::string &name)
{
	std::string s;
	int depth = 0;

	for (size_t i = 0; i < name.size(); i++) {
		const bool is_operator = i >= 8 && name.compare(i - 8, 8, "operator") == 0;

		if (name[i] == '<' && !is_operator)
			depth++;
		else if (name[i] == '>' && depth)
			depth--;
		else if (!depth)
			s += name[i];
	}
	return s;
}

void cut_tags(std::string *s)
{
	for (size_t at; (at = s->find("[abi:")) != std::string::npos;)
		s->erase(at, s->find(']', at) - at + 1);
}

} // namespace

Library read_library(const std::string &path)
{
	const File file(path);
	const std::vector<Section> sections = sections_of(file.elf);
	std::vector<std::string> names;
	Library l;

	l.file = path.substr(path.rfind('/') + 1);
	l.name = l.file.substr(0, l.file.find(".so"));
	if (l.name.compare(0, 10, "libopencv_") == 0)
		l.name.erase(0, 10);
	for (const Section &s : sections)
		if (s.header.sh_type == SHT_DYNSYM)
			read_symbols(file.elf, s, &l, &names);
	for (const Section &s : sections) {
		if (s.header.sh_type == SHT_DYNAMIC)
			read_dynamic(file.elf, s, &l);
		if (s.header.sh_type == SHT_RELA)
			read_calls(s, names, &l);
	}
	if (l.exports.empty())
		throw std::runtime_error(path + " has no dynamic symbols");
	return l;
}

std::string plain_name(const std::string &symbol)
{
	int status;
	const std::unique_ptr<char, void (*)(void *)> text(
		abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);

	if (status)
		return symbol;
	std::string s = without_template_arguments(text.get());
	cut_tags(&s);
	const size_t anonymous = s.find("(anonymous namespace)");
	if (anonymous != std::string::npos)
		s.replace(anonymous, 21, "anonymous");
	s.erase(std::min(s.find('('), s.size()));
	return s.substr(s.rfind(' ') + 1); // behind the type that a template's name begins with
}

std::vector<std::string> words_of(const std::string &plain)
{
	const size_t colons = plain.rfind("::");
	const std::string last = colons == std::string::npos ? plain : plain.substr(colons + 2);
	std::vector<std::string> words;
	bool upper = false; // the character before

	for (size_t i = 0; i < last.size(); i++) {
		const bool up = std::isupper(static_cast<unsigned char>(last[i]));
		const bool next_low = i + 1 < last.size() &&
				      std::islower(static_cast<unsigned char>(last[i + 1]));

		if (!std::isalpha(static_cast<unsigned char>(last[i]))) {
			words.emplace_back();
			continue;
		}
		if (words.empty() || (up && (!upper || next_low)))
			words.emplace_back();
		words.back() += char(std::tolower(static_cast<unsigned char>(last[i])));
		upper = up;
	}
	return words;
}
