// Serves one folder over HTTP on loopback, with a Content-Security-Policy of the caller's choice.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

// What Jenkins sends with archived files unless an administrator changed it.
export const JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; " +
  "style-src 'self';";

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png',
};

export async function serve(folder, policy) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    if (path === '/favicon.ico') return response.writeHead(204).end(); // browsers ask unasked
    try {
      const data = await readFile(join(folder, normalize(path)));
      const headers = { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' };
      if (policy) headers['Content-Security-Policy'] = policy;
      response.writeHead(200, headers).end(data);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
