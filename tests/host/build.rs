// SPDX-License-Identifier: MIT OR Apache-2.0

//! Makes the module's view of the user ABI for the host, with the module's own bindgen parameters.

use std::{
    env, fs,
    path::PathBuf,
    process::{exit, Command},
};

fn main() {
    let top = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap()).join("uapi.rs");
    let uapi = top.join("uapi");
    let header = top.join("rust/uapi/bindings_helper.h");
    let parameters = top.join("rust/uapi/bindgen_parameters");
    for path in [&uapi, &header, &parameters] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-env-changed=BINDGEN");
    // The module's Kbuild sets it, nobody here does.
    println!("cargo::rustc-check-cfg=cfg(dxg_script)");

    let bindgen = env::var("BINDGEN").unwrap_or_else(|_| "bindgen".into());
    let parameters = fs::read_to_string(&parameters)
        .unwrap_or_else(|error| fail(&format!("{}: {error}", parameters.display())));
    let status = Command::new(&bindgen)
        .arg(&header)
        .args(
            parameters
                .lines()
                .filter(|line| !line.starts_with('#'))
                .flat_map(str::split_whitespace),
        )
        .args(["--rust-target", "1.85", "--use-core"])
        .args(["--no-layout-tests", "--no-doc-comments", "-o"])
        .arg(&out)
        .args(["--", "-D__BINDGEN__", "-I"])
        .arg(&uapi)
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => fail(&format!("{bindgen} failed on uapi/: {status}")),
        Err(error) => fail(&format!(
            "{bindgen}: {error}; run this in the build root, or set BINDGEN"
        )),
    }
}

fn fail(why: &str) -> ! {
    eprintln!("dxg-host-tests: {why}");
    exit(1)
}
