import { listen } from './router/fixture.ts';

/** An AWS in which nothing is stored, and what hands tasks the credentials of their role, at `<address>/credentials`. */
export async function startEmptyAws() {
  const signedBy = new Set<string | undefined>();
  const { server, address } = await listen((request, response) => {
    if (request.url === '/credentials') {
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: 'OFTHETASK', SecretAccessKey: 'made-up', Token: 'made-up', Expiration }));
      return;
    }
    signedBy.add(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1]);
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{"Items":[],"Count":0}');
  });
  return { server, address, signedBy };
}
