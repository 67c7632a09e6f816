/**
 * The image's health check: asks the server in this container whether it lives, and exits with 0 or 1. It reads from the command
 * line of process 1 what to ask. Plain JavaScript with one module of Node, because it runs inside the container's memory limit.
 */
const { readFileSync } = require('node:fs');
const { connect } = require('node:net');

const usualPort = 3000;
const commandLine = readFileSync('/proc/1/cmdline', 'utf8').split('\0');

// There is no door to knock at: a stdio server that fails ends, and its container with it.
if (commandLine.includes('stdio')) process.exit(0);

const socket = connect(portOf(commandLine), '127.0.0.1', () => {
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
});
let answer = '';
socket.setTimeout(4_000, () => process.exit(1));
socket.on('error', () => process.exit(1));
socket.on('data', (chunk) => {
  answer += chunk;
});
socket.on('close', () => process.exit(answer.startsWith('HTTP/1.1 200 ') ? 0 : 1));

/** @param {string[]} words */
function portOf(words) {
  const place = words.lastIndexOf('--port');
  const joined = words.findLast((word) => word.startsWith('--port='));
  return Number(place === -1 ? (joined?.slice('--port='.length) ?? usualPort) : words[place + 1]);
}
