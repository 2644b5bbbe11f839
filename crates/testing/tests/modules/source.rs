//! Reading the modules of a crate: what each declares, imports and names.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// A module's place in its crate: `["sales", "coupons"]`; empty for the root.
pub type Place = Vec<String>;

/// What is known of a module.
#[derive(Debug, Default)]
pub struct Module {
    /// The modules declared in it.
    pub children: HashSet<String>,
    /// What it defines itself.
    pub items: HashSet<String>,
    /// The macros that it defines.
    pub macros: HashSet<String>,
    /// What it imports, by the name that it has here. Modules below may name it by this too.
    pub imports: HashMap<String, Import>,
    /// The modules of which it passes on everything.
    pub globs: Vec<Reference>,
    /// What it names.
    pub paths: Vec<Reference>,
}

/// An imported name.
#[derive(Debug)]
pub struct Import {
    /// What it is the name of.
    pub path: Reference,
    /// Whether others may use it.
    pub public: bool,
}

/// A path as it is written, and in how many modules of the same file it is.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its parts.
    pub parts: Vec<String>,
    /// How deep.
    pub depth: usize,
    /// Whether it only passes on what it names.
    pub passes_on: bool,
}

/// Every module of the crate that begins with this file.
pub fn read(root: &Path) -> HashMap<Place, Module> {
    let mut modules = HashMap::new();
    add(root, root.parent().expect("a folder"), Place::new(), &mut modules);
    modules
}

/// Adds a module and those declared in it, whose files are in `folder`.
fn add(file: &Path, folder: &Path, place: Place, modules: &mut HashMap<Place, Module>) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut module = Module::default();
    module.read(tokens, 0, true);
    for child in &module.children {
        let files = [folder.join(format!("{child}.rs")), folder.join(child).join("mod.rs")];
        let file = files.iter().find(|file| file.exists()).unwrap_or_else(|| panic!("no file of {child}"));
        let place = place.iter().chain([child]).cloned().collect();
        add(file, &folder.join(child), place, modules);
    }
    modules.insert(place, module);
}

impl Module {
    /// Reads tokens at a depth of modules within the file; `outer` when they are those of a module itself.
    fn read(&mut self, tokens: TokenStream, depth: usize, outer: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut public = false;
        while at < tokens.len() {
            at = match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => self.attribute(&tokens, at),
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    let next = match word.as_str() {
                        "pub" => {
                            public = true;
                            at += 1;
                            // `pub(crate)` names nothing.
                            at += usize::from(matches!(tokens.get(at), Some(TokenTree::Group(_))));
                            continue;
                        }
                        "use" => self.import(&tokens, at + 1, depth, public, outer),
                        "mod" => self.module(&tokens, at + 1, depth, outer),
                        "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" => {
                            let name = tokens.get(at + 1).filter(|_| outer && depth == 0).and_then(ident_of);
                            self.items.extend(name);
                            at + 1
                        }
                        "macro_rules" => {
                            self.macros.extend(tokens.get(at + 2).and_then(ident_of));
                            at + 3
                        }
                        _ => self.path(&tokens, at, depth),
                    };
                    public = false;
                    next
                }
                TokenTree::Group(group) => {
                    self.read(group.stream(), depth, false);
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// Passes over an attribute, and over what it is on if that is for tests alone.
    fn attribute(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let mut at = at + 1;
        at += usize::from(matches!(&tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == '!'));
        let Some(TokenTree::Group(group)) = tokens.get(at) else { return at };
        at += 1;
        let text: String = group.stream().to_string().split_whitespace().collect();
        if text == "cfg(test)" {
            while let Some(token) = tokens.get(at) {
                at += 1;
                match token {
                    TokenTree::Punct(punct) if punct.as_char() == ';' => break,
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                    _ => {}
                }
            }
        }
        at
    }

    /// Reads what follows `mod`.
    fn module(&mut self, tokens: &[TokenTree], at: usize, depth: usize, outer: bool) -> usize {
        match tokens.get(at + 1) {
            Some(TokenTree::Punct(punct)) if punct.as_char() == ';' && outer => {
                self.children.extend(ident_of(&tokens[at]));
            }
            Some(TokenTree::Group(group)) => self.read(group.stream(), depth + 1, outer),
            _ => {}
        }
        at + 2
    }

    /// Reads what follows `use`.
    fn import(&mut self, tokens: &[TokenTree], at: usize, depth: usize, public: bool, outer: bool) -> usize {
        let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
        let end = tokens[at..].iter().position(is_end).map_or(tokens.len(), |length| at + length);
        for (parts, name) in tree(&tokens[at..end], &[]) {
            let path = Reference { parts, depth, passes_on: public && depth == 0 && outer };
            if outer && depth == 0 {
                match name.as_deref() {
                    Some(name) => {
                        self.imports.insert(name.to_owned(), Import { path: path.clone(), public });
                    }
                    None => self.globs.push(path.clone()),
                }
            }
            self.paths.push(path);
        }
        end + 1
    }

    /// Reads a path in code: `crate::users::get`.
    fn path(&mut self, tokens: &[TokenTree], at: usize, depth: usize) -> usize {
        let mut parts: Vec<String> = ident_of(&tokens[at]).into_iter().collect();
        let mut at = at + 1;
        while is_colons(tokens, at)
            && let Some(part) = tokens.get(at + 2).and_then(ident_of)
        {
            parts.push(part);
            at += 3;
        }
        if parts.len() > 1 {
            self.paths.push(Reference { parts, depth, passes_on: false });
        }
        at
    }
}

fn ident_of(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    [at, at + 1].iter().all(|at| matches!(tokens.get(*at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':'))
}

/// Every path of an import and the name that it is given: none for all that a module has.
fn tree(tokens: &[TokenTree], before: &[String]) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    for branch in tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')) {
        let mut parts = before.to_vec();
        let mut alias = None;
        let mut ended = false;
        let mut tokens = branch.iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) if ident == "as" => alias = tokens.next().and_then(ident_of),
                TokenTree::Ident(ident) if ident == "self" && !parts.is_empty() => {}
                TokenTree::Ident(ident) => parts.push(ident.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    found.push((parts.clone(), None));
                    ended = true;
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    found.extend(tree(&inner, &parts));
                    ended = true;
                }
                _ => {}
            }
        }
        if !ended && let Some(last) = parts.last().cloned() {
            found.push((parts, Some(alias.unwrap_or(last))));
        }
    }
    found
}
