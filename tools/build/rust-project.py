# SPDX-License-Identifier: MIT OR Apache-2.0
"""Adds the module to the kernel's rust-project.json, and gives all paths as they are outside of the build root."""

import json
import os

with open(os.environ["FROM"]) as project:
    text = project.read()
project = json.loads(text)
crates = project["crates"]
names = [crate["display_name"] for crate in crates]
kernel = crates[names.index("kernel")]
wanted = ["core", "kernel", "pin_init", "zerocopy", "zerocopy_derive"]
crates.append(
    {
        "display_name": "dxgkrnl",
        "root_module": "/src/rust/dxgkrnl.rs",
        "is_workspace_member": True,
        "is_proc_macro": False,
        "deps": [{"crate": names.index(name), "name": name} for name in wanted if name in names],
        "cfg": kernel["cfg"] + os.environ["CFGS"].split(),
        "edition": kernel["edition"],
        "env": {"RUST_MODFILE": "This is only for rust-analyzer"},
    }
)


def outside(value):
    """The path, or what holds paths, as the host sees it."""
    if isinstance(value, dict):
        return {key: outside(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [outside(inner) for inner in value]
    if isinstance(value, str):
        for inside, there in (("/cache/", "CACHE"), ("/src/", "TOP"), ("/usr/", "ROOT")):
            if (value + "/").startswith(inside):
                return os.environ[there] + (value if inside == "/usr/" else value[len(inside) - 1 :])
    return value


print(json.dumps(outside(project), indent=4))
