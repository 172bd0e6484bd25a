//! A language server for configs: what is wrong as one types, completion, docs, and where resources are defined.
//!
//! [`serve`] answers one editor over a connection until it says goodbye. Text may be half written at any time, so
//! places are found by indentation (`place`), not by parsing the whole.

mod bloblang;
mod completion;
mod definition;
mod diagnostics;
mod docs;
mod document;
mod hover;
mod place;
mod slot;

use std::collections::HashMap;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, GotoDefinition, HoverRequest, Request as _};
use lsp_types::{
    CompletionOptions, CompletionParams, CompletionResponse, Diagnostic, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, GotoDefinitionParams, GotoDefinitionResponse,
    Hover, HoverParams, HoverProviderCapability, InitializeParams, OneOf, PublishDiagnosticsParams,
    ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, Uri,
};
use serde_json::{from_value, to_value};

use crate::config::Specs;
use document::Document;

/// What the server knows about the world.
pub struct World<'w> {
    pub specs: &'w dyn Specs,
    /// Environment variables.
    pub vars: &'w dyn Fn(&str) -> Option<String>,
}

/// Answers one editor until it leaves.
pub fn serve(connection: &Connection, world: World<'_>) -> Result<(), String> {
    let capabilities = to_value(capabilities()).map_err(|error| error.to_string())?;
    let parameters = connection.initialize(capabilities).map_err(|error| error.to_string())?;
    let parameters: InitializeParams =
        from_value(parameters).map_err(|error| format!("failed to initialize: {error}"))?;
    let folders = definition::folders(&parameters);
    let mut server = Server { world, connection, documents: HashMap::new(), folders };
    while let Ok(message) = connection.receiver.recv() {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                    return Ok(());
                }
                let response = server.answer(request);
                server.send(response.into())?;
            }
            Message::Notification(notification) => server.note(notification)?,
            Message::Response(_) => {}
        }
    }
    Ok(())
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", ":", " ", "-"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

struct Server<'w> {
    world: World<'w>,
    connection: &'w Connection,
    /// The documents that are open, by what the editor calls them.
    documents: HashMap<String, Document>,
    /// The folders in which resources of other files are looked for.
    folders: Vec<std::path::PathBuf>,
}

// === impl Server ===

impl Server<'_> {
    fn answer(&self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            Completion::METHOD => {
                from_value(params).and_then(|parameters| to_value(self.complete(&parameters)))
            }
            HoverRequest::METHOD => {
                from_value(params).and_then(|parameters| to_value(self.hover(&parameters)))
            }
            GotoDefinition::METHOD => {
                from_value(params).and_then(|parameters| to_value(self.definition(&parameters)))
            }
            method => {
                let message = format!("this server does not answer {method}");
                return Response::new_err(id, ErrorCode::MethodNotFound as i32, message);
            }
        };
        match answer {
            Ok(answer) => Response::new_ok(id, answer),
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
        }
    }

    fn complete(&self, parameters: &CompletionParams) -> Option<CompletionResponse> {
        let (document, at) = self.at(&parameters.text_document_position)?;
        Some(CompletionResponse::Array(completion::at(document, at, self.world.specs)))
    }

    fn hover(&self, parameters: &HoverParams) -> Option<Hover> {
        let (document, at) = self.at(&parameters.text_document_position_params)?;
        hover::at(document, at, self.world.specs)
    }

    fn definition(&self, parameters: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
        let position = &parameters.text_document_position_params;
        let (document, at) = self.at(position)?;
        let search = definition::Search {
            label: document.word(at)?,
            uri: &position.text_document.uri,
            documents: &self.documents,
            folders: &self.folders,
            world: &self.world,
        };
        search.run().map(GotoDefinitionResponse::Scalar)
    }

    fn at(&self, parameters: &TextDocumentPositionParams) -> Option<(&Document, document::At)> {
        let document = self.documents.get(parameters.text_document.uri.as_str())?;
        Some((document, document.at(parameters.position)?))
    }

    fn note(&mut self, notification: Notification) -> Result<(), String> {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Ok(DidOpenTextDocumentParams { text_document }) = from_value(params) else {
                    return Ok(());
                };
                self.set(text_document.uri, text_document.text)
            }
            DidChangeTextDocument::METHOD => {
                let Ok(parameters) = from_value::<DidChangeTextDocumentParams>(params) else {
                    return Ok(());
                };
                // Every change brings the whole text, so that only the last one counts.
                let last = parameters.content_changes.into_iter().last();
                last.map_or(Ok(()), |change| self.set(parameters.text_document.uri, change.text))
            }
            DidCloseTextDocument::METHOD => {
                let Ok(DidCloseTextDocumentParams { text_document }) = from_value(params) else {
                    return Ok(());
                };
                self.documents.remove(text_document.uri.as_str());
                self.publish(text_document.uri, Vec::new())
            }
            _ => Ok(()),
        }
    }

    /// Takes the new text of a document and says what is wrong with it.
    fn set(&mut self, uri: Uri, text: String) -> Result<(), String> {
        let document = Document::new(text);
        let found = diagnostics::of(&document, &self.world);
        self.documents.insert(uri.as_str().to_owned(), document);
        self.publish(uri, found)
    }

    fn publish(&self, uri: Uri, diagnostics: Vec<Diagnostic>) -> Result<(), String> {
        let parameters = PublishDiagnosticsParams { uri, diagnostics, version: None };
        self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), parameters).into())
    }

    fn send(&self, message: Message) -> Result<(), String> {
        self.connection.sender.send(message).map_err(|_| "the editor is gone".to_owned())
    }
}
