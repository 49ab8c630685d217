import { BuildFailedError } from "../../core/errors.ts";
import { REGISTRY_SECRET, registryOf } from "../../core/registry-login.ts";
import { isNetworkTrouble } from "./pull-failure.ts";

/** Why an image that is to be run as it is cannot be had, for whoever wrote its name. */
export function toReadyError(name: string, fault: string): Error {
  const full = diskIsFull(fault);
  if (full !== undefined) return full;
  if (isNetworkTrouble(fault))
    return new BuildFailedError(
      `The image ${name} is not on the build machine, and its registry cannot be reached: ${fault}`,
      {
        hint: "Load it there (docker pull, docker load), or give the machine access to the registry.",
      },
    );
  return new BuildFailedError(`There is no image ${name}, or it is private: ${fault}`, {
    hint: `Check its name and tag. For a private one, give the project the secret ${REGISTRY_SECRET} with a login for ${registryOf(name)}.`,
  });
}

/** Why a registry has not got an image. One that is away is asked again: the image is made. */
export function toPushError(name: string, fault: string): Error {
  const registry = registryOf(name);
  if (/no such host/i.test(fault) || !isNetworkTrouble(fault))
    return new BuildFailedError(`The registry ${registry} did not take ${name}: ${fault}`, {
      hint: `Check builder.registry in the manifest; its login is the project's secret ${REGISTRY_SECRET}.`,
    });
  return new Error(`the registry ${registry} did not answer: ${fault}`);
}

export function diskIsFull(fault: string): Error | undefined {
  return /no space left on device|disk quota exceeded/i.test(fault)
    ? new Error(`The build machine has no space left on device: ${fault}`)
    : undefined;
}
