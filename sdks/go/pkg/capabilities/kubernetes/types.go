package kubernetes

// ListResourcesByNamespaceRequest asks for the objects of a kind in a namespace.
type ListResourcesByNamespaceRequest struct {
	// APIVersion is v1 for the core group, group/version for others.
	APIVersion string `json:"api_version"`
	// Kind in the singular, for example Pod.
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	// LabelSelector restricts the objects by their labels, for example app=nginx; nil: all objects.
	LabelSelector *string `json:"label_selector,omitempty"`
	// FieldSelector restricts the objects by their fields, for example status.phase=Running; nil: all objects.
	FieldSelector *string `json:"field_selector,omitempty"`
	// FieldMasks are the paths of the only fields that the host answers with, for example spec.containers.image:
	// dots lead into objects, and into each element of a list. Empty: whole objects.
	FieldMasks []string `json:"field_masks,omitempty"`
}

// ListAllResourcesRequest asks for the objects of a kind in the whole cluster. The fields are those of
// [ListResourcesByNamespaceRequest].
type ListAllResourcesRequest struct {
	APIVersion    string   `json:"api_version"`
	Kind          string   `json:"kind"`
	LabelSelector *string  `json:"label_selector,omitempty"`
	FieldSelector *string  `json:"field_selector,omitempty"`
	FieldMasks    []string `json:"field_masks,omitempty"`
}

// GetResourceRequest asks for one object.
type GetResourceRequest struct {
	// APIVersion is v1 for the core group, group/version for others.
	APIVersion string `json:"api_version"`
	// Kind in the singular, for example Pod.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Namespace of the object; nil for kinds of the whole cluster.
	Namespace *string `json:"namespace,omitempty"`
	// DisableCache asks the API server in any case. Otherwise the host may answer with what it heard up to 5
	// seconds ago, which is kinder to the cluster.
	DisableCache bool `json:"disable_cache"`
	// FieldMasks are those of [ListResourcesByNamespaceRequest].
	FieldMasks []string `json:"field_masks,omitempty"`
}

// CanIRequest asks whether a user may do something.
type CanIRequest struct {
	SubjectAccessReview SubjectAccessReview `json:"subject_access_review"`
	// DisableCache is that of [GetResourceRequest].
	DisableCache bool `json:"disable_cache"`
}

// SubjectAccessReview is who wants to do what.
type SubjectAccessReview struct {
	Groups             []string           `json:"groups"`
	ResourceAttributes ResourceAttributes `json:"resource_attributes"`
	// User is the whole name: system:serviceaccount:default:my-user for a service account. Without groups it is
	// taken for a user who is in none.
	User string `json:"user"`
}

// ResourceAttributes is what the user wants to do. A * in a field stands for everything.
type ResourceAttributes struct {
	// Namespace may be empty: all namespaces, or a resource of the whole cluster.
	Namespace string `json:"namespace"`
	// Verb is for example get, list, create or delete.
	Verb  string `json:"verb"`
	Group string `json:"group"`
	// Resource in the plural, for example pods.
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	Name        string `json:"name,omitempty"`
	Version     string `json:"version,omitempty"`
}

// SubjectAccessReviewStatus is the answer to [CanI].
type SubjectAccessReviewStatus struct {
	Allowed bool `json:"allowed"`
	// Denied tells a refusal from the lack of an opinion, which is when both are false.
	Denied bool `json:"denied,omitempty"`
	// Reason tells why.
	Reason string `json:"reason,omitempty"`
	// EvaluationError tells what went wrong; the verdict holds all the same.
	EvaluationError string `json:"evaluationError,omitempty"`
}
