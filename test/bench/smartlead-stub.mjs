/**
 * A Smartlead that answers every request at once with the same small body. A program of its own, so that it takes no time from what
 * is measured. Prints its port.
 */
import { createServer } from 'node:http';

const body = JSON.stringify([{ id: 1, name: 'Interested', sentiment_type: 'positive' }]);
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
