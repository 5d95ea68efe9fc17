package host

import (
	"github.com/google/cel-go/cel"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_digest"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

var imageType = cel.OpaqueType("kw.oci.Image")

// ociFunctions are kw.oci.image(…), then .manifest(), .manifestDigest() or .manifestConfig().
func ociFunctions(host *capabilities.Host) []cel.EnvOption {
	const failure = "cannot get oci manifest"
	return []cel.EnvOption{
		start("kw.oci.image", imageType, func(image string) string { return image }),
		ask("manifest", imageType, cel.DynType, failure, func(image string) (any, error) {
			return document(capabilities.Call(host, "oci", "v1/oci_manifest", image))
		}),
		ask("manifestDigest", imageType, cel.StringType, failure, func(image string) (any, error) {
			return manifest_digest.GetOCIManifestDigest(host, image)
		}),
		ask("manifestConfig", imageType, cel.DynType, failure, func(image string) (any, error) {
			return document(capabilities.Call(host, "oci", "v1/oci_manifest_config", image))
		}),
	}
}

// netFunctions is kw.net.lookupHost(…).
func netFunctions(host *capabilities.Host) []cel.EnvOption {
	const name = "kw.net.lookupHost"
	return []cel.EnvOption{
		cel.Function(name, cel.Overload(name+"_string", []*cel.Type{cel.StringType}, cel.ListType(cel.StringType),
			cel.UnaryBinding(func(argument ref.Val) ref.Val {
				asked, ok := argument.(types.String)
				if !ok {
					return types.MaybeNoSuchOverloadErr(argument)
				}
				addresses, err := net.LookupHost(host, string(asked))
				if err != nil {
					return types.NewErr("cannot lookup host: %s", err)
				}
				return types.DefaultTypeAdapter.NativeToValue(addresses)
			}))),
	}
}
