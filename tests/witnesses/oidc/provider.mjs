// An OpenID provider of strangers (oidc-provider and jose, by panva) with a sign API in front of it, for test_oidc.py.
// What it is told comes as JSON on stdin; it prints its address, and ends with its stdin.
import { createPublicKey, privateEncrypt, constants, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { CompactEncrypt, exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const lines = createInterface({ input: process.stdin });
const told = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: told.client_id,
      client_secret: told.client_secret,
      redirect_uris: [told.redirect_uri],
      grant_types: ["authorization_code", "client_credentials"],
      response_types: ["code"],
    },
    // The office, where people sign in.
    { client_id: "desk", client_secret: "a-secret-of-the-office", redirect_uris: told.desk_redirect_uris },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "strangers", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["rehearsal"] },
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: true } },
  scopes: ["openid", "sign"],
  extraParams: ["sign_transaction_id"],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

// The sign API: transactions by the client's own token, a result once the person agreed.
const transactions = new Map();
provider.on("authorization.success", (ctx) => {
  const asked = transactions.get(ctx.oidc.params.sign_transaction_id);
  if (asked) asked.agreed = true;
});

const SHA256 = Buffer.from("3031300d060960864801650304020105000420", "hex"); // DigestInfo (RFC 8017 9.2)

async function result(digest) {
  const signature = privateEncrypt(
    { key: told.key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([SHA256, digest]),
  );
  const content = { signature: signature.toString("base64"), certificate: told.certificate };
  return new CompactEncrypt(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM" })
    .encrypt(createPublicKey(told.encryption_key));
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/api/sign-transactions")) return next();
  const token = await provider.ClientCredentials.find(ctx.get("authorization").replace("Bearer ", ""));
  if (token?.scope !== "sign") return void (ctx.status = 401);
  if (ctx.method === "POST") {
    const parts = [];
    for await (const part of ctx.req) parts.push(part);
    const id = randomUUID();
    transactions.set(id, { digest: Buffer.from(JSON.parse(Buffer.concat(parts)).digest, "base64") });
    return void (ctx.body = { id });
  }
  const asked = transactions.get(ctx.path.split("/")[3]);
  if (!asked?.agreed) return void (ctx.status = 409);
  ctx.type = "application/jose";
  ctx.body = await result(asked.digest);
});

server.on("request", provider.callback());
console.log(issuer);
