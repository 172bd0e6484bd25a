//! Endpoints that show what the process runs with.

use std::sync::Arc;

use http::StatusCode;

use super::super::answer::{Answer, Failure, full, json, with_type};
use super::super::service::Api;
use crate::value::json::{Style, print_to};

pub async fn config_json(api: Arc<Api>) -> Result<Answer, Failure> {
    Ok(json(StatusCode::OK, &api.config))
}

/// JSON in lines, which is YAML too.
pub async fn config_yaml(api: Arc<Api>) -> Result<Answer, Failure> {
    let mut text = Vec::new();
    let style = Style { indent: Some("  "), ..Style::default() };
    // A config that came from text can be written as text.
    let _ = print_to(&mut text, &api.config, style);
    text.push(b'\n');
    Ok(with_type(StatusCode::OK, "application/yaml", full(text.into())))
}
