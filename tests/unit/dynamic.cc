// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/dynamic.hh"

#include <cctype>
#include <cstdlib>
#include <cstring>
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
					      GELF_ST_VISIBILITY(sym.st_other) == STV_DEFAULT,
					      sym.st_value, sym.st_size};
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

void read_relocations(const Section &s, const std::vector<std::string> &names, Library *ret)
{
	GElf_Rela r;

	for (size_t i = 0; i < s.count && gelf_getrela(s.data, int(i), &r); i++) {
		const size_t symbol = GELF_R_SYM(r.r_info);
		const unsigned type = GELF_R_TYPE(r.r_info);

		if (symbol == 0 || symbol >= names.size())
			continue;
		if (type == R_X86_64_JUMP_SLOT)
			ret->calls.insert(names[symbol]);
		if (type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT)
			ret->slots[r.r_offset] = names[symbol];
		if (type == R_X86_64_64)
			ret->pointers[r.r_offset] = names[symbol];
	}
}

void read_code(Elf *elf, Library *ret)
{
	size_t n, size;
	const char *raw = elf_rawfile(elf, &size);
	GElf_Phdr h;

	if (!raw || elf_getphdrnum(elf, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (gelf_getphdr(elf, int(i), &h) && h.p_type == PT_LOAD && (h.p_flags & PF_X) &&
		    h.p_offset <= size && h.p_filesz <= size - h.p_offset) {
			ret->code.assign(raw + h.p_offset, h.p_filesz);
			ret->code_address = h.p_vaddr;
		}
}

bool has_bytes(const Library &l, uint64_t address, const std::string &bytes)
{
	const uint64_t at = address - l.code_address;

	return at < l.code.size() && l.code.compare(at, bytes.size(), bytes) == 0;
}

// Where the displacement of four bytes at @address leads, as the last part of an instruction.
uint64_t target_of(const Library &l, uint64_t address)
{
	const uint64_t at = address - l.code_address;
	int32_t displacement = 0;

	if (at >= l.code.size() || l.code.size() - at < sizeof(displacement))
		return 0;
	memcpy(&displacement, &l.code[at], sizeof(displacement));
	return address + sizeof(displacement) + uint64_t(int64_t(displacement));
}

// The slot that an indirect jump or call at @address goes through.
const std::string *slot_of(const Library &l, uint64_t address)
{
	if (!has_bytes(l, address, "\xff\x25") && !has_bytes(l, address, "\xff\x15"))
		return nullptr;
	const auto slot = l.slots.find(target_of(l, address + 2));
	return slot == l.slots.end() ? nullptr : &slot->second;
}

// The slot of the entry of the PLT at @address.
const std::string *slot_of_plt(const Library &l, uint64_t address)
{
	if (has_bytes(l, address, "\xf3\x0f\x1e\xfa")) // endbr64
		address += 4;
	if (has_bytes(l, address, "\xf2")) // bnd
		address++;
	return slot_of(l, address);
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
			read_relocations(s, names, &l);
	}
	read_code(file.elf, &l);
	if (l.exports.empty())
		throw std::runtime_error(path + " has no dynamic symbols");
	return l;
}

std::set<std::string> callees(const Library &l, const Export &function)
{
	std::set<std::string> found;

	for (uint64_t a = function.address; a < function.address + function.size; a++) {
		const bool direct = has_bytes(l, a, "\xe8") || has_bytes(l, a, "\xe9");
		const std::string *name =
			direct ? slot_of_plt(l, target_of(l, a + 1)) : slot_of(l, a);

		if (name)
			found.insert(*name);
	}
	return found;
}

bool calls_virtual(const Library &l, const Export &function, uint64_t offset)
{
	for (char reg = 0; reg < 8; reg++) { // call *offset(%reg)
		if (reg == 4)		     // not of this form
			continue;
		const std::string bytes = {'\xff', char(0x50 + reg), char(offset)};
		for (uint64_t a = function.address; a < function.address + function.size; a++)
			if (offset < 128 && has_bytes(l, a, bytes))
				return true;
	}
	return false;
}

unsigned count_direct_references(const Library &l, uint64_t address)
{
	unsigned n = 0;

	for (uint64_t a = l.code_address; a + 4 <= l.code_address + l.code.size(); a++)
		n += target_of(l, a) == address && a + 4 != address; // as padding before it
	return n;
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
