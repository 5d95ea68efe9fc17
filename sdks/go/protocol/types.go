// Package protocol describes what a policy is asked and what it answers.
//
// The names inside an admission request are those of Kubernetes (camelCase), the names of the protocol around it are
// snake_case.
package protocol

import "encoding/json"

// ValidationRequest is the input of validate: a request and the settings of the policy.
type ValidationRequest struct {
	Request KubernetesAdmissionRequest `json:"request"`
	// Settings is the JSON of the settings: unmarshal it into a type of your own.
	Settings json.RawMessage `json:"settings"`
}

// KubernetesAdmissionRequest is the request of an [AdmissionReview].
//
// [AdmissionReview]: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
type KubernetesAdmissionRequest struct {
	// Uid identifies the request: calls that are otherwise identical differ in it.
	Uid string `json:"uid"`
	// Kind is the kind of the object that the policy sees, for example apps/v1 Deployment.
	Kind GroupVersionKind `json:"kind"`
	// Resource is the resource that the policy sees, for example apps/v1 deployments.
	Resource GroupVersionResource `json:"resource"`
	// SubResource is for example "status" or "scale"; empty for the resource itself.
	SubResource string `json:"subResource"`
	// RequestKind is the kind that the client sent; it differs from Kind when the API server converted the object.
	RequestKind GroupVersionKind `json:"requestKind"`
	// RequestResource is the resource that the client named.
	RequestResource GroupVersionResource `json:"requestResource"`
	// RequestSubResource is the subresource that the client named.
	RequestSubResource string `json:"requestSubResource"`
	// Name of the object; empty when the API server is to generate it.
	Name string `json:"name"`
	// Namespace of the object; empty for resources of the whole cluster.
	Namespace string `json:"namespace"`
	// Operation is CREATE, UPDATE, DELETE or CONNECT.
	Operation string `json:"operation"`
	// UserInfo is who makes the request.
	UserInfo UserInfo `json:"userInfo"`
	// Object is the JSON of the object as it will be; absent for DELETE.
	Object json.RawMessage `json:"object"`
	// OldObject is the JSON of the object as it is; only there for UPDATE and DELETE.
	OldObject json.RawMessage `json:"oldObject"`
	// DryRun tells that nothing will be stored.
	DryRun bool `json:"dryRun"`
	// Options is the JSON of the options of the operation, for example a meta.k8s.io/v1 CreateOptions.
	Options json.RawMessage `json:"options"`
}

// GroupVersionKind names a kind.
type GroupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// GroupVersionResource names a resource.
type GroupVersionResource struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	// Resource is the plural name, for example deployments.
	Resource string `json:"resource,omitempty"`
	// Kind is never sent by Kubernetes. It is here for sources that were written for earlier releases of the SDK,
	// which had it in the place of Resource.
	Kind string `json:"kind,omitempty"`
}

// UserInfo is the user who makes a request.
type UserInfo struct {
	Username string `json:"username"`
	// Uid tells users of the same name apart that existed at different times.
	Uid    string   `json:"uid,omitempty"`
	Groups []string `json:"groups"`
	// Extra is the JSON of what the authenticator added: an object of lists of strings.
	Extra json.RawMessage `json:"extra,omitempty"`
}

// ValidationResponse is the answer of validate.
type ValidationResponse struct {
	Accepted bool `json:"accepted"`
	// Message tells the user why the request was rejected.
	Message *string `json:"message,omitempty"`
	// Code is the HTTP status of a rejection.
	Code *uint16 `json:"code,omitempty"`
	// MutatedObject replaces the object of the request. Mutating policies only.
	MutatedObject interface{} `json:"mutated_object,omitempty"`
	// AuditAnnotations are added to the audit log of the API server.
	AuditAnnotations map[string]string `json:"audit_annotations,omitempty"`
	// Warnings are shown to the user, whatever the verdict is.
	Warnings []string `json:"warnings,omitempty"`
}

// SettingsValidationResponse is the answer of validate_settings.
type SettingsValidationResponse struct {
	Valid bool `json:"valid"`
	// Message tells what is wrong with the settings.
	Message *string `json:"message,omitempty"`
}
