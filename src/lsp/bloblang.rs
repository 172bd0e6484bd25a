//! Functions and methods inside of mappings.

use lsp_types::{CompletionItem, CompletionItemKind, Documentation, MarkupContent, MarkupKind};

use super::docs;
use crate::bloblang::spec::Status;
use crate::bloblang::{functions, methods};
use crate::config::{Dialect, FieldInfo};

/// Words of the language that begin something.
const KEYWORDS: [&str; 8] = ["root", "this", "meta", "let", "if", "match", "map", "import"];

/// Whether the text before a place, in the value of a field, is code.
pub fn is_code(info: &FieldInfo, before: &str) -> bool {
    match info.dialect {
        Dialect::Plain => false,
        Dialect::Bloblang => true,
        Dialect::Interpolated => before.rfind("${!").is_some_and(|begin| !before[begin..].contains('}')),
    }
}

/// What may be written after `before`, which is code.
pub fn completions(before: &str) -> Vec<CompletionItem> {
    let word =
        before.len() - before.chars().rev().take_while(|c| is_part(*c)).map(char::len_utf8).sum::<usize>();
    if before[..word].ends_with('.') {
        let shown = methods::all().filter(|method| method.status != Status::Deprecated);
        return shown
            .map(|method| {
                call(method.name, &docs::call(&format!(".{}", method.name), &method.params, method.doc))
            })
            .collect();
    }
    let shown = functions::all().filter(|function| function.status != Status::Deprecated);
    let functions =
        shown.map(|function| call(function.name, &docs::call(function.name, &function.params, function.doc)));
    let keywords = KEYWORDS.iter().map(|word| CompletionItem {
        label: (*word).to_owned(),
        kind: Some(CompletionItemKind::KEYWORD),
        ..CompletionItem::default()
    });
    functions.chain(keywords).collect()
}

/// The docs of a function, or of a method if a dot stands before its name.
pub fn docs_of(name: &str, after_dot: bool) -> Option<String> {
    if after_dot {
        let method = methods::find(name)?;
        return Some(docs::call(&format!(".{name}"), &method.params, method.doc));
    }
    let function = functions::find(name)?;
    Some(docs::call(name, &function.params, function.doc))
}

fn call(name: &str, docs: &str) -> CompletionItem {
    CompletionItem {
        label: name.to_owned(),
        kind: Some(CompletionItemKind::FUNCTION),
        insert_text: Some(format!("{name}(")),
        documentation: Some(markdown(docs)),
        ..CompletionItem::default()
    }
}

pub fn markdown(text: &str) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: text.to_owned() })
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
