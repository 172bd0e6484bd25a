//! The playground of mappings: a page on which mapping and input are edited and the result is seen at once.

mod reference;
mod run;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;

use super::answer::{self, Answer, Failure};
use super::request::Call;
use super::server::Service;
use crate::component::PathVars;
use crate::value::json::{go_lossy, parse};
use crate::value::{Object, Value};

const PAGE: &str = include_str!("page.html");

/// A mapping may work on its input this long.
const LIMIT: Duration = Duration::from_secs(10);

/// What the playground starts with.
#[derive(Clone, Debug, Default)]
pub struct Playground {
    /// The file with the mapping; imports are relative to it.
    pub mapping: Option<PathBuf>,
    /// The file with the input.
    pub input: Option<PathBuf>,
    /// Whether what is edited is written back to the files.
    pub write: bool,
}

// === impl Playground ===

impl Playground {
    /// The service that answers for it.
    pub fn service(self) -> Service {
        let playground = Arc::new(self);
        Arc::new(move |request| {
            let playground = playground.clone();
            Box::pin(async move { playground.answer(request).await.unwrap_or_else(Answer::from) })
        })
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Failure> {
        let path = request.uri().path().to_owned();
        match (request.method(), path.as_str()) {
            (&Method::GET, "/") => {
                let page = answer::full(Bytes::from_static(PAGE.as_bytes()));
                Ok(answer::with_type(StatusCode::OK, "text/html; charset=utf-8", page))
            }
            (&Method::GET, "/reference") => Ok(answer::json(StatusCode::OK, &reference::all())),
            (&Method::GET, "/start") => Ok(answer::json(StatusCode::OK, &self.start().await)),
            (&Method::POST, "/execute") => self.edited(request, run::execute).await,
            (&Method::POST, "/format") => self.edited(request, run::format).await,
            _ => Err(Failure::not_found("not_found", format!("there is nothing at {path}"))),
        }
    }

    /// The content of the files, empty where there are none.
    async fn start(&self) -> Value {
        let mut start = Object::new();
        for (key, path) in [("mapping", &self.mapping), ("input", &self.input)] {
            let content = match path {
                Some(path) => tokio::fs::read(path).await.unwrap_or_default(),
                None => Vec::new(),
            };
            start.insert(key.into(), go_lossy(&content).as_ref().into());
        }
        Value::Object(start)
    }

    /// Answers what was edited with what `work` makes of it.
    async fn edited(&self, request: Request<Incoming>, work: run::Work) -> Result<Answer, Failure> {
        // Pages of other origins can send this type only with the leave of this server, which gives none.
        let is_json =
            request.headers().get(CONTENT_TYPE).is_some_and(|it| it.as_bytes() == b"application/json");
        if !is_json {
            let wanted = "the body must be of the type application/json";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type", wanted));
        }
        let body = Call { request, vars: PathVars::default() }.body().await?;
        let body =
            parse(&body).map_err(|error| Failure::bad_request("body_unreadable", error.to_string()))?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let edited = run::Edited {
            mapping: text("mapping"),
            input: text("input"),
            directory: self.mapping.as_ref().and_then(|path| path.parent().map(PathBuf::from)),
        };
        if self.write {
            self.save(&edited).await?;
        }
        let working = tokio::task::spawn_blocking(move || work(&edited));
        match tokio::time::timeout(LIMIT, working).await {
            Ok(Ok(done)) => Ok(answer::json(StatusCode::OK, &done)),
            Ok(Err(_)) => Ok(answer::json(StatusCode::OK, &run::failed("the mapping failed unexpectedly"))),
            Err(_) => {
                Ok(answer::json(StatusCode::OK, &run::failed("the mapping took longer than ten seconds")))
            }
        }
    }

    async fn save(&self, edited: &run::Edited) -> Result<(), Failure> {
        for (path, text) in [(&self.mapping, &edited.mapping), (&self.input, &edited.input)] {
            let Some(path) = path else { continue };
            tokio::fs::write(path, text).await.map_err(|error| {
                let text = format!("failed to write {}: {error}", path.display());
                Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "write_failed", text)
            })?;
        }
        Ok(())
    }
}
