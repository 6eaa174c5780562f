# SPDX-License-Identifier: LGPL-2.1-or-later
# entries.list -> C table (-v what=table), assembly (-v what=asm), version script (-v what=map), names (-v what=symbols).
BEGIN { n = 0 }
/^[ \t]*#/ || NF == 0 { next }
NF < 7 { printf "entries.list:%d: seven columns are needed\n", FNR > "/dev/stderr"; bad = 1; exit 1 }
{
	id[n] = $1; family[n] = $2; library[n] = $3; shim[n] = $4; func_[n] = $5; symbol[n] = $6
	text[n] = $7
	for (i = 8; i <= NF; i++)
		text[n] = text[n] " " $i
	if (seen[$6]++) { printf "entries.list:%d: symbol twice\n", FNR > "/dev/stderr"; bad = 1; exit 1 }
	n++
}
function table(	i) {
	print "/* Generated from lib/front/entries.list. */"
	for (i = 0; i < n; i++)
		printf "SP_ENTRY(%s, %s, \"%s\", \"%s\", \"%s\", \"%s\", \"%s\")\n", \
			id[i], toupper(family[i]), library[i], shim[i], func_[i], symbol[i], text[i]
}
function map(	i) {
	print "{\nglobal:"
	for (i = 0; i < n; i++)
		printf "\t%s;\n", symbol[i]
	print "local:\n\t*;\n};"
}
function asm(	i) {
	print "/* Generated from lib/front/entries.list: see lib/front/trampoline.h. */"
	print "#include \"lib/front/trampoline.h\"\n"
	print "\t.data\n\t.balign 8\n\t.globl sp_slots\n\t.hidden sp_slots\n\t.type sp_slots, @object"
	printf "\t.size sp_slots, %d\nsp_slots:\n", 8 * n
	for (i = 0; i < n; i++)
		printf "\t.quad sp_lazy_%d\n", i
	print "\n\t.text"
	for (i = 0; i < n; i++)
		printf "SP_TRAMPOLINE %d, %s\n", i, symbol[i]
	print "\t.section .note.GNU-stack,\"\",@progbits"
}
END {
	if (bad) exit 1
	if (what == "table") table()
	else if (what == "map") map()
	else if (what == "asm") asm()
	else if (what == "symbols") for (i = 0; i < n; i++) print symbol[i]
	else { print "what=table|asm|map|symbols" > "/dev/stderr"; exit 1 }
}
