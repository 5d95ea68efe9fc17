package policy

import rego.v1

# Declares builtins that the host refuses, although it never reaches them.

violation contains {"msg": "unreachable"} if {
	false
	http.send({"method": "get", "url": input.parameters.url})
	net.lookup_ip_addr("example.com")
}
