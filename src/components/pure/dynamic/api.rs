//! The HTTP side of `dynamic`: what there is, since when, and changes to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;

use crate::component::{Body, Built, Context, Handler, PathVars, Registration};
use crate::config::{Duration as DurationText, Kind, Node, Part, parse, scrub, to_yaml};
use crate::value::{Object, Str, Value, json};

/// Bodies may have this many bytes.
const BODY_LIMIT: usize = 4 << 20;

/// What can be changed.
#[async_trait]
pub trait Parts: Send + Sync {
    /// Builds a part and puts it in the place of the one with its id.
    async fn set(&self, id: &str, conf: Node) -> Result<(), String>;

    /// Removes a part; one that does not exist is fine.
    async fn remove(&self, id: &str);
}

/// What is known of all parts, running or not. Clones share it.
#[derive(Clone)]
pub struct Known {
    kind: Kind,
    cx: Context,
    parts: Arc<Mutex<BTreeMap<Str, Entry>>>,
}

struct Entry {
    /// The text that it was made of, to know it again.
    given: Bytes,
    /// Its config without secrets.
    shown: Node,
    /// None: it has ended.
    started: Option<Instant>,
}

type Answer = (StatusCode, String);

// === impl Known ===

impl Known {
    pub fn new(kind: Kind, cx: &Context) -> Self {
        Self { kind, cx: cx.clone(), parts: Arc::default() }
    }

    /// Notes that a part runs.
    pub fn started(&self, id: &str, conf: &Node, given: Bytes) {
        let part = Entry { given, shown: self.shown(conf), started: Some(Instant::now()) };
        self.lock().insert(id.into(), part);
    }

    /// Notes that a part has ended by itself.
    pub fn ended(&self, id: &str) {
        if let Some(part) = self.lock().get_mut(id) {
            part.started = None;
        }
    }

    /// Serves the endpoints for as long as the registrations live.
    pub fn serve(&self, prefix: &str, parts: &Arc<dyn Parts>) -> Built<Vec<Registration>> {
        let Some(endpoints) = &self.cx.environment().endpoints else {
            self.cx
                .log()
                .warn("There is no HTTP server, so the endpoints of this component cannot be reached");
            return Ok(Vec::new());
        };
        let kinds = format!("{}s", self.kind.name());
        let base = format!("{}/{kinds}", prefix.trim_end_matches('/'));
        let base = if base.starts_with('/') { base } else { format!("/{base}") };
        let all = self.clone();
        let list = handler(move |_| {
            let answer = all.list();
            async move { answer }
        });
        let one = self.clone();
        let parts = parts.clone();
        let change = handler(move |request| one.clone().one(request, parts.clone()));
        let times = self.clone();
        let uptime = handler(move |request| {
            let answer = times.uptime(&id_of(&request));
            async move { answer }
        });
        let served = [
            (base.clone(), format!("The {kinds} with their uptimes and configs."), list),
            (
                format!("{base}/{{id}}"),
                format!("Reads, sets (POST) or removes (DELETE) one of the {kinds}."),
                change,
            ),
            (
                format!("{base}/{{id}}/uptime"),
                format!("How long one of the {kinds} has been running."),
                uptime,
            ),
        ];
        let stream = self.cx.stream_id();
        let register = |(path, text, handler): (String, String, Handler)| {
            endpoints.register(stream, &path, &text, handler)
        };
        Ok(served.into_iter().map(register).collect::<Result<_, _>>()?)
    }

    fn shown(&self, conf: &Node) -> Node {
        let name = Str::from(self.kind.name());
        let whole = Node::map([(name.clone(), conf.clone())]);
        let shown = scrub(Part::Run.fields(), &whole, &*self.cx.environment().registry);
        shown.get(&name).unwrap_or(conf).clone()
    }

    fn list(&self) -> Answer {
        let entry = |(id, part): (&Str, &Entry)| {
            let mut info = Object::new();
            info.insert("uptime".into(), part.uptime().into());
            info.insert("config".into(), part.shown.to_value());
            info.insert("config_raw".into(), to_yaml(&part.shown).into());
            (id.clone(), Value::Object(info))
        };
        let all: Object = self.lock().iter().map(entry).collect();
        let text = json::print(&Value::Object(all)).unwrap_or_default();
        (StatusCode::OK, String::from_utf8_lossy(&text).into_owned())
    }

    fn uptime(&self, id: &str) -> Answer {
        match self.lock().get(id) {
            Some(part) => (StatusCode::OK, part.uptime()),
            None => (StatusCode::NOT_FOUND, format!("Dynamic component '{id}' is unknown\n")),
        }
    }

    async fn one(self, request: Request<Incoming>, parts: Arc<dyn Parts>) -> Answer {
        let id = id_of(&request);
        match *request.method() {
            Method::GET => match self.lock().get(&*id) {
                Some(part) => (StatusCode::OK, to_yaml(&part.shown)),
                None => (StatusCode::NOT_FOUND, format!("Dynamic component '{id}' is not active\n")),
            },
            Method::POST => match self.post(&id, request.into_body(), &*parts).await {
                Ok(()) => (StatusCode::OK, String::new()),
                Err(error) => failed(&error),
            },
            Method::DELETE => {
                parts.remove(&id).await;
                self.lock().remove(&id);
                (StatusCode::OK, String::new())
            }
            ref other => failed(&format!("verb not supported: {other}")),
        }
    }

    async fn post(&self, id: &str, body: Incoming, parts: &dyn Parts) -> Result<(), String> {
        let given =
            Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| error.to_string())?.to_bytes();
        if self.lock().get(id).is_some_and(|part| part.given == given) {
            return Ok(());
        }
        let conf = parse(&given).map_err(|error| error.to_string())?;
        parts.set(id, conf.clone()).await?;
        self.started(id, &conf, given);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Str, Entry>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: &str) -> Answer {
    (StatusCode::BAD_GATEWAY, format!("Error: {error}\n"))
}

fn id_of(request: &Request<Incoming>) -> Str {
    let vars = request.extensions().get::<PathVars>();
    vars.and_then(|vars| vars.0.first()).map(|(_, id)| id.clone()).unwrap_or_default()
}

fn handler<F: Future<Output = Answer> + Send + 'static>(
    answer: impl Fn(Request<Incoming>) -> F + Send + Sync + 'static,
) -> Handler {
    Arc::new(move |request| {
        let answer = answer(request);
        Box::pin(async move {
            let (status, text) = answer.await;
            let body: Body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync();
            let mut response = Response::new(body);
            *response.status_mut() = status;
            response
        })
    })
}

// === impl Entry ===

impl Entry {
    fn uptime(&self) -> String {
        let text = |uptime: Duration| DurationText::from(uptime).to_string();
        self.started.map_or_else(|| "stopped".to_owned(), |started| text(started.elapsed()))
    }
}
