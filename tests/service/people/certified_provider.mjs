// An OpenID provider that is not ours (oidc-provider by panva, an OpenID Certified implementation), as a process.
// Its one argument, JSON: where the package is, the port (0: any), the keys, and the one client. Prints its address.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const told = JSON.parse(process.argv[2]);
const library = await import(pathToFileURL(join(told.modules, 'oidc-provider', 'lib', 'index.js')));

const server = createServer((request, response) => answer(request, response));
let answer;
server.listen(told.port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new library.Provider(issuer, {
    clients: [{
      client_id: told.client,
      client_secret: told.secret,
      redirect_uris: [told.back],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: told.method,
      id_token_signed_response_alg: told.signing,
      require_auth_time: told.says_when,
    }],
    clientAuthMethods: told.methods,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'] },
    pkce: { required: () => true, methods: ['S256'] },
    jwks: { keys: told.keys },
    cookies: { keys: ['for one test alone'] },
    features: { devInteractions: { enabled: true } },
  });
  answer = provider.callback();
  console.log(issuer);
});
