# Sourced by what compiles Rego: puts OPA on the PATH, unless it is there. It is installed with Go, into a cache folder
# outside of the tree.

if ! command -v opa >/dev/null; then
  opa_version=1.22.2
  opa_cache=${XDG_CACHE_HOME:-$HOME/.cache}/kubewarden-guests/opa-$opa_version
  [ -x "$opa_cache/opa" ] || GOBIN=$opa_cache go install "github.com/open-policy-agent/opa@v$opa_version"
  PATH=$opa_cache:$PATH
fi
