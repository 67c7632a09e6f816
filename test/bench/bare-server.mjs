/**
 * The limit: a bare node:http server that answers a fixed text. Plain JavaScript, so that nothing but the runtime is measured.
 * Listens at the given port, or at one the system chooses, and prints it.
 */
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
