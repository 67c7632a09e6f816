/**
 * Runs in CloudFront before every request for the dashboard. The application has addresses such as /instances/ins_1 that are no files:
 * where a browser opens one as a page it gets the application, which finds the page itself. What names a file, what a program asks for
 * and the API's paths stay as they are, and are answered with 404 where they are nothing.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls the function of this name
function handler(event) {
  const request = event.request;
  const lastPart = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  const accept = request.headers.accept ? request.headers.accept.value : '';
  const opensPage = request.method === 'GET' || request.method === 'HEAD';
  const isPage = !lastPart.includes('.') && !/^\/(v1|i|assets)(\/|$)/.test(request.uri);
  if (opensPage && isPage && accept.includes('text/html')) request.uri = '/index.html';
  return request;
}
