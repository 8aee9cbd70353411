// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the headers of libd3dkmt-c declare, read from their text.

use crate::{read, Error};
use std::{collections::HashMap, fs, path::Path};

#[derive(Debug)]
struct Member {
    /// None for an anonymous structure or union.
    name: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Named(String),
    Inline(Vec<Member>),
}

/// What the headers declare.
#[derive(Debug, Default)]
pub struct Headers {
    structures: HashMap<String, Vec<Member>>,
    /// For each function the type of its argument.
    functions: HashMap<String, String>,
}

impl Headers {
    /// Reads all headers of the directory.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let error = |error| Error::File {
            path: directory.to_owned(),
            error,
        };
        let mut headers = Self::default();
        for entry in fs::read_dir(directory).map_err(error)? {
            headers.parse(&read(&entry.map_err(error)?.path())?);
        }
        Ok(headers)
    }

    /// Adds what `text` declares.
    pub fn parse(&mut self, text: &str) {
        let tokens = tokens(text);
        let mut rest = &tokens[..];
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            match first.as_str() {
                "typedef" => rest = self.typedef(rest),
                "D3DKMT_FUNCTION" => rest = self.function(rest),
                _ => {}
            }
        }
    }

    /// `struct _NAME { MEMBERS } NAME ;`
    fn typedef<'a>(&mut self, tokens: &'a [String]) -> &'a [String] {
        let words: Vec<&str> = tokens.iter().take(3).map(String::as_str).collect();
        let ["struct" | "union", _, "{"] = words[..] else {
            return tokens;
        };
        let (members, rest) = members(&tokens[3..]);
        if let Some(name) = rest.first() {
            self.structures.insert(name.clone(), members);
        }
        rest
    }

    /// `(NAME, PFN, [CONST] TYPE *)`
    fn function<'a>(&mut self, tokens: &'a [String]) -> &'a [String] {
        let end = tokens.iter().position(|token| token == ")").unwrap_or(0);
        let (arguments, rest) = tokens.split_at(end);
        if let (Some(name), Some(kind)) = (
            arguments.get(1),
            arguments.iter().rev().find(|token| *token != "*"),
        ) {
            self.functions.insert(format!("D3DKMT{name}"), kind.clone());
        }
        rest
    }

    /// The type of a function's argument.
    pub fn argument(&self, function: &str) -> Option<&String> {
        self.functions.get(function)
    }

    /// The path of C to the member of `structure` whose names `is_same` (a name of `path`, a name here)
    /// finds the same.
    pub fn find(
        &self,
        structure: &str,
        path: &[String],
        is_same: impl Fn(&str, &str) -> bool,
    ) -> Option<Vec<String>> {
        self.find_in(self.structures.get(structure)?, path, &is_same)
    }

    fn find_in(
        &self,
        members: &[Member],
        path: &[String],
        is_same: &dyn Fn(&str, &str) -> bool,
    ) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        members.iter().find_map(|member| match &member.name {
            None => self.find_in(self.members_of(member)?, path, is_same),
            Some(name) if !is_same(first, name) => None,
            Some(name) if rest.is_empty() => Some(vec![name.clone()]),
            Some(name) => {
                let mut below = self.find_in(self.members_of(member)?, rest, is_same)?;
                below.insert(0, name.clone());
                Some(below)
            }
        })
    }

    fn members_of<'a>(&'a self, member: &'a Member) -> Option<&'a [Member]> {
        match &member.kind {
            Kind::Inline(members) => Some(members),
            Kind::Named(kind) => self.structures.get(kind).map(Vec::as_slice),
        }
    }
}

/// Members up to the closing brace, and what follows it.
fn members(mut tokens: &[String]) -> (Vec<Member>, &[String]) {
    let mut found = Vec::new();
    while let Some((first, rest)) = tokens.split_first() {
        tokens = match (first.as_str(), rest.first().map(String::as_str)) {
            ("}", _) => return (found, rest),
            ("__extension__", _) => rest,
            ("struct" | "union", Some("{")) => {
                let (inner, after) = members(&rest[1..]);
                let name = after.first().filter(|token| *token != ";");
                found.push(Member {
                    name: name.cloned(),
                    kind: Kind::Inline(inner),
                });
                &after[usize::from(name.is_some()) + 1..]
            }
            _ => {
                let end = tokens.iter().position(|token| token == ";");
                let (declaration, after) = tokens.split_at(end.unwrap_or(tokens.len() - 1));
                found.extend(member(declaration));
                &after[1..]
            }
        };
    }
    (found, tokens)
}

/// `[CONST] TYPE [*] NAME [\[N\]] [: BITS]`
fn member(declaration: &[String]) -> Option<Member> {
    let is_word = |token: &&String| token.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let end = declaration
        .iter()
        .position(|token| token == "[" || token == ":")
        .unwrap_or(declaration.len());
    let mut words = declaration[..end]
        .iter()
        .filter(is_word)
        .filter(|token| *token != "CONST");
    let kind = words.next()?.clone();
    Some(Member {
        name: Some(words.next()?.clone()),
        kind: Kind::Named(kind),
    })
}

/// Words and signs, without comments and lines of the preprocessor.
fn tokens(text: &str) -> Vec<String> {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        code.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let mut tokens = Vec::new();
    let code = code.replace("\\\n", " ");
    for line in code.lines().filter(|line| !line.starts_with('#')) {
        let mut word = String::new();
        for character in line.chars().chain([' ']) {
            if character.is_alphanumeric() || character == '_' {
                word.push(character);
                continue;
            }
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            if !character.is_whitespace() {
                tokens.push(character.to_string());
            }
        }
    }
    tokens
}
