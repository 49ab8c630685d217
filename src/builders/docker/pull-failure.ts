import { BuildFailedError } from "../../core/errors.ts";
import { REGISTRY_SECRET } from "../../core/registry-login.ts";
import { type FailureScene, placeOf } from "./failure-scene.ts";

const network =
  /no such host|server misbehaving|i\/o timeout|connection refused|network is unreachable|no route to host|TLS handshake|x509|connection reset|Client\.Timeout|Temporary failure/i;
const refused =
  /pull access denied|repository does not exist|insufficient_scope|unauthorized|403 Forbidden|denied:/i;

/** Whether a registry was not reached, rather than that it refused. */
export const isNetworkTrouble = (text: string): boolean => network.test(text);

/** An image, or the frontend of a `# syntax=` line, that is not local and cannot be had; undefined: it is not about that. */
export function toPullError(text: string, scene: FailureScene): BuildFailedError | undefined {
  const step = scene.step?.name ?? "";
  const [, named] =
    /(?:load metadata for|resolve image config for|(?:^|\] )FROM) (?:docker-image:\/\/)?(\S+)/.exec(
      step,
    ) ?? [];
  if (named === undefined && !refused.test(text)) return undefined;
  return missingFrontend(text, named, scene) ?? missingImage(text, named, scene);
}

function missingFrontend(
  text: string,
  named: string | undefined,
  { dockerfile, context }: FailureScene,
): BuildFailedError | undefined {
  const { syntax } = dockerfile;
  if (syntax === undefined || named === undefined || fullName(syntax) !== fullName(named))
    return undefined;
  return new BuildFailedError(
    `${context.dockerfile.path}: the build frontend of its "# syntax=${syntax}" line cannot be pulled${because(text)}.`,
    { hint: "Remove the # syntax= line: the Engine has a frontend of its own." },
  );
}

function missingImage(
  text: string,
  named: string | undefined,
  scene: FailureScene,
): BuildFailedError {
  const { images } = scene.dockerfile;
  const image = images.find(
    ({ name }) => named !== undefined && fullName(name) === fullName(named),
  );
  const place = image === undefined ? scene.context.dockerfile.path : placeOf(scene, image.at);
  const name = image?.name ?? named ?? "an image that it names";
  if (network.test(text))
    return new BuildFailedError(
      `${place}: ${name} is not on the build machine, and its registry cannot be reached${because(text)}.`,
      {
        hint: "Use an image that is there, load it there (docker pull, docker load), or give the machine access to the registry.",
      },
    );
  if (/toomanyrequests|429/i.test(text))
    return new BuildFailedError(
      `${place}: the registry does not give out ${name} for now: too many requests.`,
      { hint: "Try again later, or load the image on the build machine (docker pull)." },
    );
  return new BuildFailedError(
    `${place}: ${name} cannot be pulled: there is no such image, or it is private.`,
    {
      hint: `Check its name and tag. For a private one, give the project the secret ${REGISTRY_SECRET}.`,
    },
  );
}

function because(text: string): string {
  const found = network.exec(text)?.[0];
  return found === undefined ? "" : ` (${found})`;
}

/** `busybox` is docker.io/library/busybox:latest. */
function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? image : `docker.io/${rest.length === 0 ? "library/" : ""}${image}`;
  return /[:@]/.test(path.slice(path.lastIndexOf("/"))) ? path : `${path}:latest`;
}
