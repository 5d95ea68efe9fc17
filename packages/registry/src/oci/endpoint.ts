/** Where Docker Hub, which references call `docker.io`, answers. */
const dockerHubEndpoint = 'index.docker.io';

/** The address of a registry's API. Hosts in `insecure_sources` may turn out to speak something else than HTTPS. */
export function registryUrl(registry: string, pathAndQuery: string): URL {
  return new URL(pathAndQuery, `https://${registry === 'docker.io' ? dockerHubEndpoint : registry}`);
}

/** Whether an address is the registry's own, by whatever protocol it is reached. */
export function belongsToRegistry(registry: string, url: URL): boolean {
  // By plain HTTP the port 443 shows, and 80 does not.
  return url.host === registryUrl(registry, '/').host || url.host === new URL(`http://${registry}`).host;
}
