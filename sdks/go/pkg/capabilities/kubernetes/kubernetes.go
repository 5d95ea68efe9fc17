// Package kubernetes asks the host about the cluster. The policy must name the resources that it asks for under
// contextAwareResources in its metadata.
package kubernetes

import "github.com/kubewarden/policy-sdk-go/pkg/capabilities"

const namespace = "kubernetes"

// ListResourcesByNamespace is the JSON of a Kubernetes List of the objects in a namespace.
func ListResourcesByNamespace(h *capabilities.Host, req ListResourcesByNamespaceRequest) ([]byte, error) {
	return capabilities.Call(h, namespace, "list_resources_by_namespace", req)
}

// ListResources is the JSON of a Kubernetes List of the objects in the cluster.
func ListResources(h *capabilities.Host, req ListAllResourcesRequest) ([]byte, error) {
	return capabilities.Call(h, namespace, "list_resources_all", req)
}

// GetResource is the JSON of an object.
func GetResource(h *capabilities.Host, req GetResourceRequest) ([]byte, error) {
	return capabilities.Call(h, namespace, "get_resource", req)
}

// CanI tells whether a user may do something.
func CanI(h *capabilities.Host, req CanIRequest) (SubjectAccessReviewStatus, error) {
	return capabilities.CallAs[SubjectAccessReviewStatus](h, namespace, "can_i", req)
}
