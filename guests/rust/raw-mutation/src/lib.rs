//! A raw policy written with the published SDK: replaces resources that are forbidden by a default one.

use kubewarden_policy_sdk::{
    accept_request, mutate_request, protocol_version_guest,
    reject_request,
    settings::Validatable,
    validate_settings, wapc_guest as guest,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Settings {
    forbidden_resources: BTreeSet<String>,
    default_resource: String,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.forbidden_resources.is_empty() {
            return Err("forbiddenResources must name at least one resource".into());
        }
        if self.default_resource.is_empty() {
            return Err("defaultResource must not be empty".into());
        }
        if self.forbidden_resources.contains(&self.default_resource) {
            return Err(format!("defaultResource '{}' is itself forbidden", self.default_resource));
        }
        Ok(())
    }
}

/// The SDK's own request type is for admission requests; a raw request has any shape.
#[derive(Deserialize)]
struct RawRequest {
    request: Value,
    settings: Settings,
}

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", validate_settings::<Settings>);
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> guest::CallResult {
    let RawRequest { mut request, settings } = serde_json::from_slice(payload)?;
    let Some(resource) = request.get("resource").and_then(Value::as_str) else {
        return reject_request(Some("the request names no resource".into()), Some(400), None, None);
    };
    if !settings.forbidden_resources.contains(resource) {
        return accept_request();
    }
    request["resource"] = settings.default_resource.into();
    mutate_request(request)
}
