// What stands in a Lambda bundle in the place of @aws-sdk/credential-provider-node (infra/bundle.ts): Lambda gives a function its
// role's credentials in the environment, always, and ends the process before they do. The SDK's other sources (SSO, profiles, web
// identities, …) are a third of the policy bundle, and of the time in which it starts.

import { TemporaryFault } from '#shared/ports/faults.ts';

type Identity = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

/** The name that the SDK's clients import. */
export function defaultProvider(): () => Promise<Identity> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined)
      throw new TemporaryFault('the environment has no AWS credentials');
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}
