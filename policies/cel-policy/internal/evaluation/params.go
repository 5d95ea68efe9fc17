package evaluation

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"kubewarden.example/policies/cel-policy/internal/settings"
)

var errNoParams = errors.New("no parameters found")

// findParams are the resources that the settings take their parameters from, one at least. Without a namespace in
// the settings they are looked for in that of the request.
func findParams(host *capabilities.Host, kind *settings.ParamKind, reference *settings.ParamRef, namespace string) ([]any, error) {
	if kind == nil {
		return nil, errors.New("paramRef is specified without paramKind")
	}
	if reference.Namespace != "" {
		namespace = reference.Namespace
	}
	if reference.Selector != nil {
		return findParamsByLabels(host, kind, reference.Selector, namespace)
	}
	found, err := getResource(host, kubernetes.GetResourceRequest{
		APIVersion: kind.APIVersion, Kind: kind.Kind, Name: reference.Name, Namespace: &namespace,
	})
	if err != nil {
		return nil, err
	}
	return []any{found}, nil
}

func findParamsByLabels(host *capabilities.Host, kind *settings.ParamKind, selector *settings.LabelSelector, namespace string) ([]any, error) {
	labels, err := selector.String()
	if err != nil {
		return nil, err
	}
	var encoded []byte
	if namespace == "" {
		encoded, err = kubernetes.ListResources(host, kubernetes.ListAllResourcesRequest{
			APIVersion: kind.APIVersion, Kind: kind.Kind, LabelSelector: &labels,
		})
	} else {
		encoded, err = kubernetes.ListResourcesByNamespace(host, kubernetes.ListResourcesByNamespaceRequest{
			APIVersion: kind.APIVersion, Kind: kind.Kind, Namespace: namespace, LabelSelector: &labels,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list Kubernetes resources: %w", err)
	}
	var list struct {
		Items []any `json:"items"`
	}
	if err := json.Unmarshal(encoded, &list); err != nil {
		return nil, fmt.Errorf("cannot unmarshal Kubernetes list resources response: %w", err)
	}
	if len(list.Items) == 0 {
		return nil, errNoParams
	}
	return list.Items, nil
}

func getResource(host *capabilities.Host, request kubernetes.GetResourceRequest) (any, error) {
	encoded, err := kubernetes.GetResource(host, request)
	if err != nil {
		return nil, fmt.Errorf("cannot get Kubernetes resource: %w", err)
	}
	var object any
	if err := json.Unmarshal(encoded, &object); err != nil {
		return nil, fmt.Errorf("cannot unmarshal Kubernetes resource response: %w", err)
	}
	return object, nil
}
