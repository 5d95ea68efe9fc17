import { createServer, type Server } from 'node:http';
import { connectionLimits } from './listen.ts';

/** The readiness probe: 200 while the server may be sent requests, 503 from the moment it is to stop. */
export function createReadinessServer(isDraining: () => boolean): Server {
  return createServer(connectionLimits, (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/readiness') response.statusCode = 404;
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      response.writeHead(405, { allow: 'GET, HEAD' });
    else if (isDraining()) response.statusCode = 503;
    response.end();
  });
}
