// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's procedural macros.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Nothing is pinned here: the structure without its `#[pin]` attributes, and its own projection.
#[proc_macro_attribute]
pub fn pin_data(_: TokenStream, item: TokenStream) -> TokenStream {
    let projection = name(item.clone()).map(projection).unwrap_or_default();
    without_pins(item).into_iter().chain(projection).collect()
}

/// The name of a structure without parameters.
fn name(item: TokenStream) -> Option<String> {
    let mut words = item.into_iter().map(|token| token.to_string());
    words.find(|word| word == "struct")?;
    let name = words.next()?;
    (words.next()? != "<").then_some(name)
}

fn projection(name: String) -> TokenStream {
    let text = format!(
        "impl {name} {{
            #[allow(dead_code)]
            fn project(self: ::core::pin::Pin<&mut Self>) -> &mut Self {{ self.get_mut() }}
        }}"
    );
    text.parse().expect("Rust")
}

fn without_pins(item: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in item {
        match token {
            TokenTree::Group(group) if is_pin(&group) => {
                // The hash sign before it.
                out.pop();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inside = without_pins(group.stream());
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
