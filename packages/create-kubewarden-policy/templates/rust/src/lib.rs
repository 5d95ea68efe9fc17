//! {{name}}

mod settings;

use k8s_openapi::api::core::v1::PodSpec;
use kubewarden_policy_sdk::{
    accept_request, protocol_version_guest, reject_request, request::ValidationRequest, validate_settings,
    wapc_guest as guest,
};
use settings::Settings;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", validate_settings::<Settings>);
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> guest::CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let pod_spec = match request.extract_pod_spec_from_object() {
        Ok(Some(pod_spec)) => pod_spec,
        Ok(None) => return accept_request(),
        Err(error) => return reject_request(Some(error.to_string()), None, None, None),
    };
    let untrusted: Vec<String> = images(&pod_spec)
        .filter(|(_, image)| !request.settings.trust(image))
        .map(|(name, image)| format!("{name} ({image})"))
        .collect();
    if untrusted.is_empty() {
        return accept_request();
    }
    let message = format!(
        "these containers have images of untrusted registries: {}",
        untrusted.join(", ")
    );
    reject_request(Some(message), None, None, None)
}

/// Name and image of all containers: init containers, containers, ephemeral containers.
fn images(pod_spec: &PodSpec) -> impl Iterator<Item = (&str, &str)> {
    let containers = pod_spec
        .init_containers
        .iter()
        .flatten()
        .chain(&pod_spec.containers)
        .map(|container| (container.name.as_str(), &container.image));
    let ephemeral = pod_spec
        .ephemeral_containers
        .iter()
        .flatten()
        .map(|container| (container.name.as_str(), &container.image));
    containers
        .chain(ephemeral)
        .map(|(name, image)| (name, image.as_deref().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubewarden_policy_sdk::test::Testcase;

    fn check(name: &str, fixture: &str, accepted: bool) -> Option<String> {
        let case = Testcase {
            name: name.into(),
            fixture_file: fixture.into(),
            expected_validation_result: accepted,
            settings: Settings {
                registries: vec!["registry.example.com".into()],
            },
        };
        case.eval(validate).expect("the policy answers").message
    }

    #[test]
    fn images_of_trusted_registries_are_accepted() {
        check("trusted", "test_data/pod-trusted.json", true);
    }

    #[test]
    fn an_image_of_another_registry_is_rejected() {
        let message = check("untrusted", "test_data/pod-untrusted.json", false);
        assert_eq!(
            message.as_deref(),
            Some("these containers have images of untrusted registries: web (nginx)")
        );
    }

    #[test]
    fn all_containers_count() {
        let pod_spec: PodSpec = serde_json::from_str(
            r#"{
                "initContainers": [{"name": "a", "image": "1"}],
                "containers": [{"name": "b", "image": "2"}, {"name": "c"}],
                "ephemeralContainers": [{"name": "d", "image": "3"}]
            }"#,
        )
        .unwrap();
        let found: Vec<_> = images(&pod_spec).collect();
        assert_eq!(found, [("a", "1"), ("b", "2"), ("c", ""), ("d", "3")]);
    }
}
