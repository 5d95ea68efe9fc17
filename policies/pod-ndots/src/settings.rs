use kubewarden_policy_sdk::{settings::SettingsValidationResponse, wapc_guest::CallResult};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Settings {
    #[serde(default = "default_ndots")]
    pub ndots: u64,
}

/// With one dot, a name such as `example.com` is looked up as it is first, and only once.
fn default_ndots() -> u64 {
    1
}

/// Answers the host, which asks before it loads the policy.
pub fn check_settings(payload: &[u8]) -> CallResult {
    let problem = serde_json::from_slice::<Settings>(payload)
        .err()
        .map(|error| format!("ndots must be a whole number that is not negative: {error}"));
    Ok(serde_json::to_vec(&SettingsValidationResponse {
        valid: problem.is_none(),
        message: problem,
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn verdict(settings: &str) -> Value {
        serde_json::from_slice(&check_settings(settings.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_number_or_nothing_is_valid() {
        for settings in ["{}", r#"{"ndots": 0}"#, r#"{"ndots": 5, "other": true}"#] {
            assert_eq!(verdict(settings)["valid"], json!(true), "{settings}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_reason() {
        for settings in [r#"{"ndots": -1}"#, r#"{"ndots": 1.5}"#, r#"{"ndots": "1"}"#, r#"{"ndots": null}"#] {
            let verdict = verdict(settings);
            assert_eq!(verdict["valid"], json!(false), "{settings}");
            assert!(verdict["message"].as_str().unwrap().starts_with("ndots must be a whole number"));
        }
    }

    #[test]
    fn one_dot_is_the_default() {
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap().ndots, 1);
    }
}
