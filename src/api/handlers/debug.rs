//! Endpoints that show what the process runs with.

use std::sync::Arc;

use http::StatusCode;

use super::super::answer::{Answer, Failure, full, with_type};
use super::super::context::Api;
use crate::config::{to_json, to_yaml};

pub async fn config_json(api: Arc<Api>) -> Result<Answer, Failure> {
    Ok(with_type(StatusCode::OK, "application/json", full(to_json(&api.config).into())))
}

pub async fn config_yaml(api: Arc<Api>) -> Result<Answer, Failure> {
    Ok(with_type(StatusCode::OK, "application/yaml", full(to_yaml(&api.config).into())))
}
