use crate::{dns_config::has_ndots, settings::Settings};
use serde::Deserialize;
use serde_json::{Result, value::RawValue};
use std::borrow::Cow;

/// What of the host's question matters here.
#[derive(Deserialize)]
pub struct Review<'a> {
    pub settings: Settings,
    #[serde(borrow)]
    request: Request<'a>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    kind: Kind<'a>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

impl<'a> Review<'a> {
    /// The text of the Pod, if it is being created and does not have this `ndots` yet.
    ///
    /// It cannot be changed later: Kubernetes would refuse the update.
    pub fn pod_to_change(&self, ndots: &str) -> Result<Option<&'a str>> {
        let Request { kind, operation, object } = &self.request;
        let is_creation = kind.group.is_empty() && kind.kind == "Pod" && operation == "CREATE";
        match object {
            Some(object) if is_creation && !has_ndots(object.get(), ndots)? => Ok(Some(object.get())),
            _ => Ok(None),
        }
    }
}
