package host

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
)

var (
	groupType = cel.OpaqueType("kw.k8s.APIVersion")
	kindType  = cel.OpaqueType("kw.k8s.Kind")
)

// objects is which objects are asked for.
type objects struct {
	apiVersion, kind, namespace  string
	labelSelector, fieldSelector *string
	fieldMasks                   []string
}

// kubernetesFunctions are kw.k8s.apiVersion(…).kind(…), then any of .namespace(…), .labelSelector(…),
// .fieldSelector(…) and, as often as needed, .fieldMask(…), then .list() or .get(name).
func kubernetesFunctions(host *capabilities.Host) []cel.EnvOption {
	return []cel.EnvOption{
		start("kw.k8s.apiVersion", groupType, func(apiVersion string) objects { return objects{apiVersion: apiVersion} }),
		with("kind", groupType, kindType, 1, func(asked objects, texts []string) objects {
			asked.kind = texts[0]
			return asked
		}),
		with("namespace", kindType, kindType, 1, func(asked objects, texts []string) objects {
			asked.namespace = texts[0]
			return asked
		}),
		with("labelSelector", kindType, kindType, 1, func(asked objects, texts []string) objects {
			asked.labelSelector = &texts[0]
			return asked
		}),
		with("fieldSelector", kindType, kindType, 1, func(asked objects, texts []string) objects {
			asked.fieldSelector = &texts[0]
			return asked
		}),
		with("fieldMask", kindType, kindType, 1, func(asked objects, texts []string) objects {
			asked.fieldMasks = appended(asked.fieldMasks, texts[0])
			return asked
		}),
		ask("list", kindType, cel.DynType, "cannot list all Kubernetes resources", func(asked objects) (any, error) {
			return document(asked.list(host))
		}),
		member("get", kindType, cel.DynType, []*cel.Type{cel.StringType}, func(asked objects, arguments []ref.Val) ref.Val {
			found, err := document(asked.get(host, string(arguments[0].(types.String))))
			if err != nil {
				return types.NewErr("cannot get Kubernetes resource: %s", err)
			}
			return found.(ref.Val)
		}),
	}
}

func (o objects) list(host *capabilities.Host) ([]byte, error) {
	if o.namespace == "" {
		return kubernetes.ListResources(host, kubernetes.ListAllResourcesRequest{
			APIVersion: o.apiVersion, Kind: o.kind,
			LabelSelector: o.labelSelector, FieldSelector: o.fieldSelector, FieldMasks: o.fieldMasks,
		})
	}
	return kubernetes.ListResourcesByNamespace(host, kubernetes.ListResourcesByNamespaceRequest{
		APIVersion: o.apiVersion, Kind: o.kind, Namespace: o.namespace,
		LabelSelector: o.labelSelector, FieldSelector: o.fieldSelector, FieldMasks: o.fieldMasks,
	})
}

func (o objects) get(host *capabilities.Host, name string) ([]byte, error) {
	request := kubernetes.GetResourceRequest{APIVersion: o.apiVersion, Kind: o.kind, Name: name, FieldMasks: o.fieldMasks}
	if o.namespace != "" {
		request.Namespace = &o.namespace
	}
	return kubernetes.GetResource(host, request)
}
