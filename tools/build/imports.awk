# SPDX-License-Identifier: MIT OR Apache-2.0
# Which file of the module imports from which: one line "FILE IMPORTED" for each pair, by the `use` lines.
# awk -f imports.awk FILE..., all files of the tree `rust/`, from the directory above.

# The file that has the module of a path (crate::a::b), the longest one there is.
function file_of(path,   file) {
	while (path != "crate") {
		file = "rust/" path ".rs"
		sub("rust/crate::", "rust/", file)
		gsub("::", "/", file)
		if (file in known)
			return file
		sub(/::[^:]*$/, "", path)
	}
	return root
}

# A path as it is written in a module: self, super and crate are resolved.
function absolute(path, module) {
	if (path ~ /^crate(::|$)/)
		return path
	if (path !~ /^(self|super)(::|$)/)
		return ""
	while (path ~ /^(self|super)(::|$)/) {
		if (path ~ /^super/)
			sub(/::[^:]*$/, "", module)
		sub(/^(self|super)(::)?/, "", path)
	}
	return path == "" ? module : module "::" path
}

function import(path,   to) {
	path = absolute(path, module)
	# `module!` makes the parameters' values in the root.
	if (path == "" || path ~ /^crate::module_parameters/)
		return
	to = file_of(path)
	if (to != FILENAME && !seen[FILENAME, to]++)
		print FILENAME, to
}

# All paths of a tree of imports: `a::{b, c::{d, e}}`.
function expand(tree,   i, c, depth, segment, prefix) {
	gsub(/[ \t\n]+as[ \t\n]+[A-Za-z0-9_]+/, "", tree)
	gsub(/[ \t\n]/, "", tree)
	depth = 0
	prefix[0] = ""
	segment = ""
	for (i = 1; i <= length(tree) + 1; i++) {
		c = substr(tree, i, 1)
		if (c == "{") {
			prefix[depth + 1] = prefix[depth] segment
			depth++
			segment = ""
		} else if (c == "," || c == "}" || c == "") {
			if (segment != "")
				import(prefix[depth] segment)
			segment = ""
			if (c == "}")
				depth--
		} else
			segment = segment c
	}
}

BEGIN {
	root = "rust/dxgkrnl.rs"
	for (i = 1; i < ARGC; i++)
		known[ARGV[i]]
}

FNR == 1 {
	module = FILENAME
	sub(/^rust\//, "crate::", module)
	sub(/\.rs$/, "", module)
	gsub("/", "::", module)
	if (FILENAME == root)
		module = "crate"
	use = ""
}

{ sub(/\/\/.*/, "") }

use == "" && /^[ \t]*(pub(\([a-z:_ ]*\))? )?use / {
	sub(/^.*use /, "")
	use = " "
}

use != "" {
	use = use " " $0
	if ($0 ~ /;/) {
		sub(/;.*/, "", use)
		expand(use)
		use = ""
	}
}
