/**
 * The image's health check: asks the manager in this container whether it lives, and exits with 0 or 1. Plain JavaScript with one module
 * of Node, because it runs inside the container's memory limit.
 */
const { connect } = require('node:net');

const socket = connect(Number(process.env.PORT || 8080), '127.0.0.1', () => {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
});
let answer = '';
socket.setTimeout(4_000, () => process.exit(1));
socket.on('error', () => process.exit(1));
socket.on('data', (chunk) => {
  answer += chunk;
});
socket.on('close', () => process.exit(answer.startsWith('HTTP/1.1 200 ') ? 0 : 1));
