use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

#[derive(Deserialize)]
struct Pod<'a> {
    #[serde(borrow)]
    spec: Option<PodSpec<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodSpec<'a> {
    #[serde(borrow)]
    dns_config: Option<DnsConfig<'a>>,
}

#[derive(Deserialize)]
struct DnsConfig<'a> {
    #[serde(borrow)]
    options: Option<Vec<DnsOption<'a>>>,
}

#[derive(Deserialize)]
struct DnsOption<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    value: Option<Cow<'a, str>>,
}

const NDOTS: &str = "ndots";

/// Whether there is nothing to change in a Pod: it says `ndots`, and no other one, or has no spec.
pub fn has_ndots(pod: &str, ndots: &str) -> serde_json::Result<bool> {
    let Some(spec) = serde_json::from_str::<Pod>(pod)?.spec else {
        return Ok(true);
    };
    let options = spec.dns_config.and_then(|config| config.options).unwrap_or_default();
    let mut found = options
        .iter()
        .filter(|option| option.name.as_deref() == Some(NDOTS))
        .peekable();
    Ok(found.peek().is_some() && found.all(|option| option.value.as_deref() == Some(ndots)))
}

/// Sets `ndots` in a Pod: in all options of that name, for a resolver follows the last one, or in a new one.
///
/// The error says what stands where something else is due.
pub fn set_ndots(pod: &mut Value, ndots: &str) -> Result<(), String> {
    let spec = pod.get_mut("spec").ok_or("the Pod has no spec")?;
    let config = member(spec, "dnsConfig", || Value::Object(Map::new()))?;
    let options = member(config, "options", || json!([]))?;
    let options = options.as_array_mut().ok_or("dnsConfig.options is no list")?;
    let mut found = false;
    for option in options.iter_mut().filter(|option| option["name"] == NDOTS) {
        option["value"] = ndots.into();
        found = true;
    }
    if !found {
        options.push(json!({ "name": NDOTS, "value": ndots }));
    }
    Ok(())
}

/// A member of an object, which is made if it is missing or null.
fn member<'a>(object: &'a mut Value, name: &str, make: fn() -> Value) -> Result<&'a mut Value, String> {
    let members = object.as_object_mut().ok_or_else(|| format!("{name} is not in an object"))?;
    let member = members.entry(name).or_insert(Value::Null);
    if member.is_null() {
        *member = make();
    }
    Ok(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(spec: Value) -> Value {
        let mut pod = json!({ "spec": spec });
        set_ndots(&mut pod, "1").unwrap();
        assert!(has_ndots(&pod.to_string(), "1").unwrap());
        pod["spec"].take()
    }

    #[test]
    fn what_is_missing_is_made() {
        let expected = json!({ "dnsConfig": { "options": [{ "name": "ndots", "value": "1" }] } });
        assert_eq!(changed(json!({})), expected);
        assert_eq!(changed(json!({ "dnsConfig": null })), expected);
        assert_eq!(changed(json!({ "dnsConfig": { "options": null } })), expected);
        assert_eq!(changed(json!({ "dnsConfig": { "options": [] } })), expected);
    }

    #[test]
    fn other_options_stay() {
        let spec = json!({ "dnsConfig": {
            "nameservers": ["192.0.2.1"],
            "options": [{ "name": "edns0" }, { "name": "ndots", "value": "5" }],
        } });
        let expected = json!({ "dnsConfig": {
            "nameservers": ["192.0.2.1"],
            "options": [{ "name": "edns0" }, { "name": "ndots", "value": "1" }],
        } });
        assert_eq!(changed(spec), expected);
    }

    #[test]
    fn all_of_the_name_are_set() {
        let spec = json!({ "dnsConfig": { "options": [{ "name": "ndots", "value": "1" }, { "name": "ndots" }] } });
        assert!(!has_ndots(&json!({ "spec": spec }).to_string(), "1").unwrap());
        let option = json!({ "name": "ndots", "value": "1" });
        assert_eq!(changed(spec), json!({ "dnsConfig": { "options": [option, option] } }));
    }

    #[test]
    fn a_pod_without_spec_has_nothing_to_change() {
        assert!(has_ndots("{}", "1").unwrap());
    }

    #[test]
    fn what_is_no_pod_is_an_error() {
        assert!(has_ndots(r#"{"spec": {"dnsConfig": []}}"#, "1").is_err());
        assert!(set_ndots(&mut json!({ "spec": [] }), "1").is_err());
    }
}
