//! `oauth2`: tokens of OAuth version 2, fetched when they are needed and kept until they expire.

use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::AUTHORIZATION;
use reqwest::{Client, RequestBuilder};
use tokio::sync::Mutex;

use super::basic::credentials;
use crate::config::{AnyField, Conf, ConfError, Field, Finding, FromConf, Node, NodeKind, field};
use crate::value::{Str, Value, json, number};

const ENABLED: Field<bool> = field("enabled").default(false).advanced().doc("Whether tokens are used.");
const CLIENT_KEY: Field<Str> =
    field("client_key").default("").advanced().doc("Who the client is to the provider of tokens.");
const CLIENT_SECRET: Field<Str> =
    field("client_secret").default("").advanced().secret().doc("The secret of the client key.");
const TOKEN_URL: Field<Str> =
    field("token_url").default("").advanced().url().doc("Where tokens are fetched.");
const SCOPES: Field<Vec<Str>> =
    field("scopes").default_list(&[]).advanced().version("3.45.0").doc("The permissions that are asked for.");
const ENDPOINT_PARAMS: Field<Option<Vec<(Str, Value)>>> = field("endpoint_params")
    .default(&[] as &[(&str, &str)])
    .advanced()
    .version("4.21.0")
    .rule(lists_of_texts)
    .doc(
        "Further parameters of the token request, each a list of texts. With a `grant_type` of `refresh_token`, \
         the parameter `refresh_token` is what tokens are fetched with.",
    );

/// The block as it was written.
#[derive(Clone, Debug)]
pub struct OAuth2Conf {
    enabled: bool,
    client_key: Str,
    client_secret: Str,
    token_url: Str,
    scopes: Vec<Str>,
    endpoint_params: Vec<(Str, Vec<Str>)>,
}

/// Fetches and keeps tokens.
pub struct OAuth2 {
    conf: OAuth2Conf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Replaces the configured one once the provider sent another.
    refresh_token: Option<String>,
    /// Whether the provider wants the client's name in the body; unknown before the first success.
    in_body: Option<bool>,
}

struct Token {
    header: HeaderValue,
    until: Option<Instant>,
}

/// Tokens are replaced this long before they expire.
const MARGIN: Duration = Duration::from_secs(10);

impl FromConf for OAuth2Conf {
    const FIELDS: &'static [&'static dyn AnyField] =
        &[&ENABLED, &CLIENT_KEY, &CLIENT_SECRET, &TOKEN_URL, &SCOPES, &ENDPOINT_PARAMS];

    fn from_conf(conf: &Conf) -> Result<Self, ConfError> {
        let texts = |(name, value): (Str, Value)| {
            let texts = match &value {
                Value::Array(items) => items.iter().map(|item| item.as_str().map(Str::from)).collect(),
                _ => None,
            };
            let wrong = || conf.error(&ENDPOINT_PARAMS, format!("'{name}' is no list of texts"));
            Ok((name.clone(), texts.ok_or_else(wrong)?))
        };
        let params = conf.get(&ENDPOINT_PARAMS)?.unwrap_or_default();
        Ok(Self {
            enabled: conf.get(&ENABLED)?,
            client_key: conf.get(&CLIENT_KEY)?,
            client_secret: conf.get(&CLIENT_SECRET)?,
            token_url: conf.get(&TOKEN_URL)?,
            scopes: conf.get(&SCOPES)?,
            endpoint_params: params.into_iter().map(texts).collect::<Result<_, ConfError>>()?,
        })
    }
}

/// The rule of `endpoint_params`: an object whose values are lists of texts. The linter asks it of the whole and of each
/// value; what is wrong is told where the object begins.
pub fn lists_of_texts(node: &Node, findings: &mut Vec<Finding>) {
    let mut report = |message: &str| findings.push(Finding::custom(node.line, message));
    for (_, value) in node.pairs() {
        match &value.value {
            NodeKind::Seq(items) => {
                let wrong = items.iter().filter(|item| !matches!(item.to_value(), Value::String(_)));
                wrong.for_each(|_| report("field values must be strings"));
            }
            _ => report("field must be an object containing arrays of strings"),
        }
    }
}

// === impl OAuth2 ===

impl OAuth2 {
    /// None if it is not enabled.
    pub fn new(conf: OAuth2Conf) -> Option<Self> {
        conf.enabled.then(|| Self { conf, state: Mutex::default() })
    }

    /// Where tokens are fetched.
    pub fn token_url(&self) -> &str {
        &self.conf.token_url
    }

    /// The header with a token that is valid, fetched with `client` if there is none.
    pub async fn authorization(&self, client: &Client) -> Result<HeaderValue, String> {
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && token.until.is_none_or(|until| Instant::now() < until)
        {
            return Ok(token.header.clone());
        }
        let token = self.fetch(client, &mut state).await;
        let token = token.map_err(|reason| format!("failed to fetch an OAuth2 token: {reason}"))?;
        Ok(state.token.insert(token).header.clone())
    }

    /// Drops the token, as it was refused: the next request fetches another.
    pub async fn refused(&self) {
        self.state.lock().await.token = None;
    }

    async fn fetch(&self, client: &Client, state: &mut State) -> Result<Token, String> {
        let form = self.form(state.refresh_token.as_deref());
        let styles = state.in_body.map_or(vec![false, true], |style| vec![style]);
        let mut refusal = String::new();
        for in_body in styles {
            match self.ask(client, &form, in_body).await? {
                Ok(answer) => {
                    state.in_body = Some(in_body);
                    if let Some(refresh) = text_of(&answer, "refresh_token") {
                        state.refresh_token = Some(refresh);
                    }
                    return token(&answer);
                }
                Err(reason) => refusal = reason,
            }
        }
        Err(refusal)
    }

    /// The parameters of the token request.
    fn form(&self, refresh_token: Option<&str>) -> Vec<(String, String)> {
        let conf = &self.conf;
        let param = |name: &str| {
            let found = conf.endpoint_params.iter().find(|(key, _)| key == name);
            found.and_then(|(_, values)| values.first()).map(Str::as_str)
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let scope = conf.scopes.join(" ");
        let scope = (!scope.is_empty()).then(|| pair("scope", &scope));
        if param("grant_type") == Some("refresh_token") {
            let refresh_token = refresh_token.or_else(|| param("refresh_token")).unwrap_or_default();
            return vec![pair("grant_type", "refresh_token"), pair("refresh_token", refresh_token)];
        }
        let grant = param("grant_type").unwrap_or("client_credentials");
        let params = conf.endpoint_params.iter().filter(|(name, _)| name != "grant_type");
        let params = params.flat_map(|(name, values)| values.iter().map(move |value| pair(name, value)));
        [pair("grant_type", grant)].into_iter().chain(scope).chain(params).collect()
    }

    fn request(&self, client: &Client, form: &[(String, String)], in_body: bool) -> RequestBuilder {
        let conf = &self.conf;
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let mut request = client
            .post(conf.token_url.as_str())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json");
        if in_body {
            body.append_pair("client_id", &conf.client_key);
            body.append_pair("client_secret", &conf.client_secret);
        } else {
            let header = credentials(&encode(&conf.client_key), &encode(&conf.client_secret));
            request = request.header(AUTHORIZATION, header);
        }
        request.body(body.finish())
    }

    /// The provider's answer, or its refusal.
    async fn ask(
        &self,
        client: &Client,
        form: &[(String, String)],
        in_body: bool,
    ) -> Result<Result<Value, String>, String> {
        let response = self.request(client, form, in_body).send().await.map_err(|error| error.to_string())?;
        let status = response.status();
        let text = response.bytes().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            return Ok(Err(format!("{status}: {}", String::from_utf8_lossy(&text))));
        }
        let answer = json::parse(&text).unwrap_or_else(|_| {
            let pairs = form_urlencoded::parse(&text);
            Value::Object(pairs.map(|(name, value)| (Str::from(&*name), Value::from(&*value))).collect())
        });
        Ok(Ok(answer))
    }
}

fn text_of(answer: &Value, name: &str) -> Option<String> {
    answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn token(answer: &Value) -> Result<Token, String> {
    let access = text_of(answer, "access_token").ok_or("the answer holds no access_token")?;
    let kind = text_of(answer, "token_type").filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    let header = format!("{} {access}", kind.as_deref().unwrap_or("Bearer"));
    let mut header = HeaderValue::try_from(header).map_err(|error| error.to_string())?;
    header.set_sensitive(true);
    let seconds = answer.get("expires_in").and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        value => number::Num::of(value).map(number::Num::to_i64),
    });
    let until = seconds.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
    let until = until.map(|seconds| Instant::now() + Duration::from_secs(seconds).saturating_sub(MARGIN));
    Ok(Token { header, until })
}
