//! Sets how many dots a name needs before a Pod's resolver takes it for a full one.
//!
//! Every Pod of a cluster comes along here, so the request is not decoded as a whole: of what is of no interest, only
//! the syntax is looked at. The object becomes a tree only when there is something to change in it.

mod dns_config;
mod review;
mod settings;

use dns_config::set_ndots;
use kubewarden_policy_sdk::{accept_request, mutate_request, protocol_version_guest, wapc_guest as guest};
use review::Review;
use settings::check_settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", check_settings);
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> guest::CallResult {
    let review: Review = serde_json::from_slice(payload)?;
    let ndots = review.settings.ndots.to_string();
    match review.pod_to_change(&ndots)? {
        None => accept_request(),
        Some(pod) => {
            let mut pod = serde_json::from_str(pod)?;
            set_ndots(&mut pod, &ndots)?;
            mutate_request(pod)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn response(request: Value, settings: Value) -> Value {
        let payload = json!({ "request": request, "settings": settings }).to_string();
        let response = validate(payload.as_bytes()).expect("the policy answers");
        serde_json::from_slice(&response).expect("the answer is JSON")
    }

    fn creation(spec: Value) -> Value {
        json!({
            "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "operation": "CREATE",
            "object": { "apiVersion": "v1", "kind": "Pod", "spec": spec },
        })
    }

    #[test]
    fn a_pod_gets_its_ndots() {
        let response = response(creation(json!({ "containers": [] })), json!({ "ndots": 2 }));
        assert_eq!(response["accepted"], true);
        assert_eq!(
            response["mutated_object"]["spec"],
            json!({ "containers": [], "dnsConfig": { "options": [{ "name": "ndots", "value": "2" }] } })
        );
    }

    #[test]
    fn a_pod_that_has_it_is_left_alone() {
        let spec = json!({ "dnsConfig": { "options": [{ "name": "ndots", "value": "1" }] } });
        let response = response(creation(spec), json!({}));
        assert_eq!((&response["accepted"], &response["mutated_object"]), (&json!(true), &Value::Null));
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        let payload = r#"{
            "settings": {},
            "request": {
                "kind": { "kind": "Pod" },
                "operation": "CREATE",
                "object": { "spec": { "x": 12345678901234567890123, "y": 1.0, "z": 1e2 } }
            }
        }"#;
        let response = String::from_utf8(validate(payload.as_bytes()).unwrap()).unwrap();
        assert!(response.contains(r#""x":12345678901234567890123,"y":1.0,"z":1e+2,"#), "{response}");
    }

    #[test]
    fn what_is_no_review_is_an_error() {
        for payload in ["", "{}", r#"{"settings": {"ndots": -1}, "request": {}}"#] {
            assert!(validate(payload.as_bytes()).is_err(), "{payload}");
        }
    }
}
