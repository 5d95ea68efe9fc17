//! Looks at the cluster before it accepts a Deployment, through each Kubernetes capability once:
//! exactly one namespace carries the customer's label, the other tiers of the application run in it, the
//! service in front of them belongs to the same application, and the workload may not create pods elsewhere.

use k8s_openapi::{
    ListableResource, Resource,
    api::{apps::v1::Deployment, core::v1::Namespace},
};
use kubewarden_policy_sdk::{
    accept_request,
    host_capabilities::kubernetes::{
        CanIRequest, GetResourceRequest, ListAllResourcesRequest, ListResourcesByNamespaceRequest,
        ResourceAttributes, SubjectAccessReview, can_i, get_resource, list_all_resources,
        list_resources_by_namespace,
    },
    protocol_version_guest, reject_request,
    request::ValidationRequest,
    settings::Validatable,
    validate_settings, wapc_guest as guest,
};
use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, marker::PhantomData};

const COMPONENT: &str = "app.kubernetes.io/component";
const PART_OF: &str = "app.kubernetes.io/part-of";

#[derive(Default, Deserialize)]
struct Settings {}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A resource of type `K`, of which only the metadata is decoded: with the complete types of `k8s-openapi` the
/// module is three times as large.
#[derive(Clone, Deserialize)]
struct Labelled<K> {
    metadata: Metadata,
    #[serde(skip)]
    kind: PhantomData<K>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    name: String,
    namespace: String,
    labels: BTreeMap<String, String>,
}

impl<K> Labelled<K> {
    fn label(&self, name: &str) -> Option<&str> {
        self.metadata.labels.get(name).map(String::as_str)
    }
}

impl<K: Resource> Resource for Labelled<K> {
    const API_VERSION: &'static str = K::API_VERSION;
    const GROUP: &'static str = K::GROUP;
    const KIND: &'static str = K::KIND;
    const VERSION: &'static str = K::VERSION;
    const URL_PATH_SEGMENT: &'static str = K::URL_PATH_SEGMENT;
    type Scope = K::Scope;
}

impl<K: ListableResource> ListableResource for Labelled<K> {
    const LIST_KIND: &'static str = K::LIST_KIND;
}

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", validate_settings::<Settings>);
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> guest::CallResult {
    let review = ValidationRequest::<Settings>::new(payload)?;
    let deployment: Labelled<Deployment> = serde_json::from_value(review.request.object)?;
    match complaint(&deployment)? {
        Some(message) => reject_request(Some(message), None, None, None),
        None => accept_request(),
    }
}

/// What speaks against the Deployment, or nothing; an error when the host does not answer.
fn complaint(
    deployment: &Labelled<Deployment>,
) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
    let Some(customer) = deployment.label("customer-id") else {
        return Ok(Some("the Deployment has no label customer-id".into()));
    };
    let namespaces = list_all_resources::<Labelled<Namespace>>(&ListAllResourcesRequest {
        api_version: "v1".into(),
        kind: "Namespace".into(),
        label_selector: Some(format!("customer-id={customer}")),
        field_selector: None,
        field_masks: None,
    })?;
    let [Labelled { metadata: Metadata { name: namespace, .. }, .. }] = namespaces.items.as_slice() else {
        return Ok(Some(format!("{} namespaces belong to customer {customer}, not 1", namespaces.items.len())));
    };
    if *namespace != deployment.metadata.namespace {
        return Ok(Some(format!("the Deployment is not in the namespace of customer {customer}")));
    }

    let deployments = list_resources_by_namespace::<Labelled<Deployment>>(&ListResourcesByNamespaceRequest {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: namespace.clone(),
        label_selector: None,
        field_selector: None,
        field_masks: None,
    })?;
    for tier in ["database", "frontend"] {
        if !deployments.items.iter().any(|other| other.label(COMPONENT) == Some(tier)) {
            return Ok(Some(format!("no Deployment is the {tier}")));
        }
    }

    let service: Labelled<()> = get_resource(&GetResourceRequest {
        api_version: "v1".into(),
        kind: "Service".into(),
        name: "api-auth-service".into(),
        namespace: Some(namespace.clone()),
        disable_cache: false,
        field_masks: None,
    })?;
    if service.label(PART_OF) != Some("api") {
        return Ok(Some("the service api-auth-service is not part of the api".into()));
    }

    let verdict = can_i(CanIRequest {
        subject_access_review: SubjectAccessReview {
            user: format!("system:serviceaccount:{namespace}:default"),
            groups: None,
            resource_attributes: ResourceAttributes {
                namespace: Some("kube-system".into()),
                verb: "create".into(),
                resource: "pods".into(),
                ..Default::default()
            },
        },
        disable_cache: false,
    })?;
    if verdict.allowed {
        return Ok(Some("the namespace's service account may create pods in kube-system".into()));
    }
    Ok(None)
}
