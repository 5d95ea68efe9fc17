use kubewarden_policy_sdk::settings::Validatable;
use serde::{Deserialize, Serialize};

/// What operators may set.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Settings {
    /// Registries that images may come from, such as `ghcr.io/acme`.
    pub registries: Vec<String>,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.registries.is_empty() {
            return Err("registries: name at least one registry".into());
        }
        Ok(())
    }
}

impl Settings {
    /// Whether an image comes from one of the registries.
    pub fn trust(&self, image: &str) -> bool {
        self.registries
            .iter()
            .filter_map(|registry| image.strip_prefix(registry.as_str()))
            .any(|rest| rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(registries: &[&str]) -> Settings {
        Settings {
            registries: registries.iter().map(|&registry| registry.into()).collect(),
        }
    }

    #[test]
    fn a_registry_must_be_named() {
        assert!(settings(&["ghcr.io/acme"]).validate().is_ok());
        assert!(Settings::default().validate().is_err());
    }

    #[test]
    fn names_of_registries_are_taken_whole() {
        let settings = settings(&["ghcr.io/acme", "registry.example.com"]);
        assert!(settings.trust("ghcr.io/acme/web"));
        assert!(settings.trust("registry.example.com/shop/web:1"));
        assert!(!settings.trust("registry.example.com.evil.test/web"));
        assert!(!settings.trust("ghcr.io/acme-evil/web"));
        assert!(!settings.trust("nginx"));
    }
}
