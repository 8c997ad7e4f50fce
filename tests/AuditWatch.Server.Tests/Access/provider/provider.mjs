// A real OpenID Connect provider (npm's oidc-provider) on loopback: `node provider.mjs FOLDER`, where FOLDER has node_modules. Two clients, whose JWT access tokens carry groups.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const { default: Provider } = await import(pathToFileURL(createRequire(join(process.argv[2], 'x.js')).resolve('oidc-provider')).href);
const groups = { sre: ['sre', 'everyone'], guest: ['guests'] };
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(groups).map((client_id) => ({
      client_id, client_secret: 'only for tests', grant_types: ['client_credentials'], redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_post',
    })),
    extraTokenClaims: (_, token) => ({ groups: groups[token.clientId] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:auditwatch',
        getResourceServerInfo: (_, resource) => ({ scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
