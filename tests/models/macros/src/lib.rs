// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's procedural macros.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Nothing is pinned here: the structure without its `#[pin]` attributes.
#[proc_macro_attribute]
pub fn pin_data(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in item {
        match token {
            TokenTree::Group(group) if is_pin(&group) => {
                // The hash sign before it.
                out.pop();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inside = pin_data(TokenStream::new(), group.stream());
                out.push(Group::new(Delimiter::Brace, inside).into());
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn is_pin(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && group.stream().to_string() == "pin"
}
